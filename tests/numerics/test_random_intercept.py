"""Random intercepts against R's clmm, against independent integrals, and truth."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from numpy.typing import NDArray
from scipy import optimize, stats
from scipy.special import expit, logsumexp

from cxanalytics.errors import ModelError, SeparationError
from cxanalytics.numerics import random_intercept_maximum
from cxanalytics.numerics.links import get_link
from cxanalytics.numerics.nested_groups import build_tree
from cxanalytics.numerics.random_intercept import fit_random_intercept
from cxanalytics.numerics.random_intercept_laplace import Laplace
from cxanalytics.numerics.random_intercept_modes import settle
from cxanalytics.numerics.random_intercept_profile import tail_ratio
from cxanalytics.numerics.random_intercept_quadrature import Quadrature
from cxanalytics.numerics.random_intercept_rows import group_rows

Floats = NDArray[np.float64]
Wine = tuple[NDArray[np.int64], NDArray[np.int8], NDArray[np.int64]]
THRESHOLDS = np.array([-1.0, 0.2, 1.5, 2.2])


@pytest.fixture(scope="module")
def wine(reference_dir: Path) -> Wine:
    frame = pd.read_csv(reference_dir / "wine.csv")
    design = np.column_stack([frame["temp"] == "warm", frame["contact"] == "yes"]).astype(np.int8)
    return frame["rating"].to_numpy() - 1, design, frame["judge"].to_numpy() - 1


def simulated(
    groups: int, per: int, sd: float, *, seed: int, thresholds: Floats = THRESHOLDS
) -> Wine:
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(groups), per)
    design = rng.integers(1, 6, (len(group), 2)).astype(np.int8)
    latent = design @ [0.3, -0.2] + sd * rng.normal(size=groups)[group]
    return np.digitize(latent + rng.logistic(size=len(group)), thresholds), design, group


def nested(n: int, *, seed: int) -> Wine:
    rng = np.random.default_rng(seed)
    levels = [rng.integers(0, size, n) for size in (20, 5, 6)]
    design = rng.integers(1, 6, (n, 2)).astype(np.int8)
    effect = 0.5 * rng.normal(size=20)[levels[0]]
    effect += 0.3 * rng.normal(size=(20, 5))[levels[0], levels[1]]
    effect += 0.4 * rng.normal(size=(20, 5, 6))[tuple(levels)]
    latent = design @ [0.3, -0.2] + effect + rng.logistic(size=n)
    return np.digitize(latent, THRESHOLDS), design, np.column_stack(levels)


CLMM = [
    ("laplace", {"quadrature": 1}),
    ("agq10", {"quadrature": 10}),
    ("agq30", {"quadrature": 30}),
    ("probit_laplace", {"quadrature": 1, "link": "probit"}),
]


@pytest.mark.parametrize(("name", "how"), CLMM)
def test_estimates_agree_with_clmm(
    name: str, how: dict[str, Any], wine: Wine, reference: Callable[[str], dict[str, Any]]
) -> None:
    expected = reference("ordinal_wine_clmm")["expected"][name]
    fit = fit_random_intercept(*wine, intervals=False, **how)
    # clmm's modes stop at 1e-4 and its Laplace likelihood is good to 4e-6; its quadrature is exact.
    close = 1e-5 if "laplace" in name else 1e-6
    assert fit.log_likelihood == pytest.approx(expected["logLik"], abs=close)
    parameters = np.concatenate([fit.thresholds, fit.coefficients])
    assert_allclose(parameters, list(expected["coef"].values()), rtol=1e-4)
    # Standard errors of clmm come from numeric second differences.
    assert_allclose(fit.std_error[:6], list(expected["se"].values()), rtol=2e-4)
    assert fit.sd[0] == pytest.approx(expected["sd"]["judge"]["(Intercept)"], rel=1e-4)
    assert_allclose(fit.modes[0], expected["ranef"]["judge"]["(Intercept)"], atol=1e-4)
    if expected["condvar"]:
        assert_allclose(fit.mode_variances[0], expected["condvar"]["(Intercept)"], rtol=1e-4)


def test_a_second_term_without_variance_changes_nothing(
    wine: Wine, reference: Callable[[str], dict[str, Any]]
) -> None:
    """clmm's fit with bottles as well puts their standard deviation at 1e-6."""
    expected = reference("ordinal_wine_clmm")["expected"]["crossed_judge_bottle_laplace"]
    fit = fit_random_intercept(*wine, quadrature=1, intervals=False)
    assert fit.log_likelihood == pytest.approx(expected["logLik"], abs=1e-6)
    assert fit.sd[0] == pytest.approx(expected["sd"]["judge"]["(Intercept)"], rel=1e-5)


def test_the_likelihood_is_not_the_profile_of_the_joint_mode(wine: Wine) -> None:
    """The joint mode has log likelihood -81.597, and coefficients 3% too near zero."""
    fit = fit_random_intercept(*wine, quadrature=1, intervals=False)
    assert fit.log_likelihood > -81.57
    assert fit.coefficients[0] > 3.06


def wine_likelihood(parameters: Floats, sd: float, wine: Wine) -> float:
    """Integrate judges out on 80 fixed nodes, with code of its own."""
    answers, design, group = wine
    places, weights = np.polynomial.hermite_e.hermegauss(80)
    ladder = np.concatenate([[-np.inf], parameters[:4], [np.inf]])
    predictor = (design @ parameters[4:])[:, None] + sd * places
    high, low = ladder[answers + 1][:, None] - predictor, ladder[answers][:, None] - predictor
    log_p = np.log(np.maximum(expit(high) - expit(low), 1e-300))
    by_judge = np.array([log_p[group == judge].sum(axis=0) for judge in range(group.max() + 1)])
    return float(logsumexp(by_judge + np.log(weights / weights.sum()), axis=1).sum())


def test_profile_ends_lie_where_an_independent_likelihood_has_fallen(wine: Wine) -> None:
    fit = fit_random_intercept(*wine, quadrature=30, adjusted=False)
    start = np.concatenate([fit.thresholds, fit.coefficients])
    assert wine_likelihood(start, float(fit.sd[0]), wine) == pytest.approx(fit.log_likelihood)
    assert fit.sd_adjusted[0] == fit.sd[0]
    for end in (fit.sd_low[0], fit.sd_high[0]):
        best = optimize.minimize(lambda p, sd=end: -wine_likelihood(p, sd, wine), start)
        # Ends are taken where the root of the deviance is within 5e-4 of 1.96.
        assert 2.0 * (fit.log_likelihood + best.fun) == pytest.approx(1.959964**2, abs=5e-3)


def test_the_test_of_no_differences_is_against_the_model_without_groups(
    wine: Wine, reference: Callable[[str], dict[str, Any]]
) -> None:
    fit = fit_random_intercept(*wine, quadrature=10)
    without = reference("ordinal_wine_clm")["expected"]["logit"]["logLik"]
    assert fit.log_likelihood_without[0] == pytest.approx(without, abs=1e-6)
    fall = 2.0 * (fit.log_likelihood - without)
    # Half of the chi-squared tail is one tail of the normal distribution.
    assert fit.p_value[0] == pytest.approx(stats.norm.sf(np.sqrt(fall)), rel=1e-4)


@pytest.mark.parametrize("link", ["logit", "probit", "cloglog", "loglog"])
@pytest.mark.parametrize("depth", [1, 3])
def test_score_and_curvature_agree_with_differences(link: str, depth: int) -> None:
    answers, design, groups = nested(400, seed=depth)
    tree, finest = build_tree(list(groups.T[:depth]))
    mass = np.random.default_rng(0).uniform(0.5, 2.0, len(answers))
    rows = group_rows(answers, design, mass, finest, n_answers=5, n_groups=tree.sizes[-1])
    point = np.concatenate([[-0.9, 0.3, 1.3, 2.4], [0.3, -0.2], [0.7, 0.5, 0.9][:depth]])
    part = Laplace(rows, tree, get_link(link))
    zeros = [np.zeros(size) for size in tree.sizes]

    def at(parameters: Floats) -> Any:
        modes = settle(rows, tree, get_link(link), parameters, zeros, enough=1e-24)
        return part.evaluate(parameters, modes)

    here, step = at(point), 1e-5
    moved = [(at(point + step * e), at(point - step * e)) for e in np.eye(len(point))]
    slopes = [(a.log_likelihood - b.log_likelihood) / (2.0 * step) for a, b in moved]
    # Differences of a likelihood of about 600 lose 1e-13 * 600 / 1e-5 to rounding.
    assert_allclose(here.score, slopes, atol=1e-6)
    bends = np.array([(a.score - b.score) / (2.0 * step) for a, b in moved])
    exact = here.hessian + part.rest_of_hessian(point, here)
    assert_allclose(exact, bends, atol=1e-5)
    assert np.abs(here.hessian - bends).max() > 0.05
    modes = np.array([(a.effects[0] - b.effects[0]) / (2.0 * step) for a, b in moved]).T
    assert_allclose(here.moves[0], modes, atol=1e-6)
    assert_allclose(part.scores(point, here).sum(axis=0), here.score, atol=1e-9)
    in_sd = [own.sum() for own in part.scores_in_sd(point, here)]
    assert_allclose(in_sd, here.score[-depth:], atol=1e-9)


def test_scores_of_a_group_are_those_of_its_own_likelihood() -> None:
    answers, design, groups = nested(600, seed=4)
    point = np.concatenate([THRESHOLDS, [0.3, -0.2], [0.5, 0.3]])

    def scores(rows: NDArray[np.bool_], quadrature: bool) -> tuple[Floats, Floats]:
        levels = list(groups[rows].T[: 1 if quadrature else 2])
        levels[0] = np.unique(levels[0], return_inverse=True)[1]
        tree, finest = build_tree(levels)
        data = answers[rows], design[rows], None, finest
        sorted_rows = group_rows(*data, n_answers=5, n_groups=tree.sizes[-1])
        link, at = get_link("logit"), point[: 6 + tree.depth]
        part = Quadrature(sorted_rows, link, 9) if quadrature else Laplace(sorted_rows, tree, link)
        zeros = [np.zeros(size) for size in tree.sizes]
        modes = settle(sorted_rows, tree, link, at, zeros, enough=1e-24)
        here = part.evaluate(at, modes)
        return part.scores(at, here), here.score

    for quadrature in (False, True):
        together, _ = scores(np.ones(600, dtype=bool), quadrature)
        # The rows of group 7 alone; every answer occurs in any case, for the thresholds.
        alone = scores(groups[:, 0] == 7, quadrature)[1]
        assert_allclose(together[7], alone, atol=1e-9)


def test_quadrature_agrees_with_the_integral_of_each_group() -> None:
    answers, design, group = simulated(12, 15, 0.8, seed=2, thresholds=np.array([0.4]))
    fit = fit_random_intercept(answers, design, group, intervals=False)
    assert fit.quadrature_groups == 12
    predictor = design @ fit.coefficients - fit.thresholds[0]
    effects = np.linspace(-9.0, 9.0, 4001)
    total = 0.0
    for g in range(12):
        inside = group == g
        log_odds = predictor[inside][:, None] + fit.sd[0] * effects
        sign = np.where(answers[inside] == 1, 1.0, -1.0)[:, None]
        height = -np.logaddexp(0.0, -sign * log_odds).sum(axis=0) - 0.5 * effects**2
        total += logsumexp(height) + np.log((effects[1] - effects[0]) / np.sqrt(2.0 * np.pi))
    # The trapezoid over the whole line is exact to rounding; 15 nodes are good to 1e-6 here.
    assert fit.log_likelihood == pytest.approx(total, abs=2e-6)
    laplace = fit_random_intercept(answers, design, group, quadrature=1, intervals=False)
    assert abs(laplace.log_likelihood - total) > 1e-3


def test_small_and_large_groups_are_integrated_each_in_its_way() -> None:
    answers, design, group = simulated(14, 120, 0.5, seed=6)
    merged = np.where(group < 10, group % 2, group - 8)
    fit = fit_random_intercept(answers, design, merged, intervals=False)
    assert fit.quadrature_groups == 4
    exact = fit_random_intercept(answers, design, merged, quadrature=15, intervals=False)
    # Laplace's error for a group of 600 answers is about 1e-4.
    assert fit.log_likelihood == pytest.approx(exact.log_likelihood, abs=2e-3)
    assert_allclose(fit.modes[0], exact.modes[0], atol=1e-3)
    assert_allclose(fit.sd, exact.sd, rtol=1e-3)


def test_counts_are_repeated_rows() -> None:
    answers, design, group = simulated(15, 30, 0.6, seed=7)
    counts = np.random.default_rng(0).integers(1, 4, len(answers))
    for how in ({"quadrature": 1}, {}):
        cells = fit_random_intercept(answers, design, group, counts=counts, **how)
        rows = fit_random_intercept(
            np.repeat(answers, counts),
            np.repeat(design, counts, axis=0),
            np.repeat(group, counts),
            **how,
        )
        assert_allclose(cells.coefficients, rows.coefficients, rtol=1e-10)
        assert_allclose(cells.covariance, rows.covariance, rtol=1e-8, atol=1e-12)
        assert_allclose(cells.log_likelihood, rows.log_likelihood, rtol=1e-10)
        assert_allclose(cells.sd_high, rows.sd_high, rtol=1e-6)
        assert cells.n == rows.n == counts.sum()


def test_the_scale_of_weights_changes_nothing_and_equal_weights_are_none() -> None:
    answers, design, group = simulated(40, 25, 0.6, seed=8)
    weights = np.random.default_rng(1).uniform(0.5, 2.0, len(answers))
    for quadrature in (1, 7):
        how = {"quadrature": quadrature}
        one = fit_random_intercept(answers, design, group, weights=weights, **how)
        ten = fit_random_intercept(answers, design, group, weights=10.0 * weights, **how)
        assert_allclose(one.coefficients, ten.coefficients, rtol=1e-8)
        assert_allclose(one.covariance, ten.covariance, rtol=1e-6, atol=1e-12)
        assert one.weight_sum == pytest.approx(len(answers))
        assert one.variance == "sandwich"
        assert np.isnan(one.p_value).all()
        assert one.sd_low[0] < one.sd[0] < one.sd_high[0]
        equal = fit_random_intercept(answers, design, group, weights=np.full(1000, 3.0), **how)
        plain = fit_random_intercept(answers, design, group, intervals=False, **how)
        assert_allclose(equal.coefficients, plain.coefficients, rtol=1e-8)
        # 40 groups know their sandwich to about a seventh.
        assert_allclose(equal.std_error, plain.std_error, rtol=0.5)


def test_nested_levels_are_recovered() -> None:
    answers, design, groups = nested(30_000, seed=11)
    fit = fit_random_intercept(answers, design, groups)
    assert (fit.sd_low < [0.5, 0.3, 0.4]).all() and (fit.sd_high > [0.5, 0.3, 0.4]).all()
    assert (np.abs(fit.coefficients - [0.3, -0.2]) < 3.0 * fit.std_error[4:6]).all()
    assert (fit.p_value < 1e-4).all()
    assert [len(mode) for mode in fit.modes] == [20, 100, 600]
    assert fit.parents[2].tolist() == np.repeat(np.arange(100), 6).tolist()
    assert (fit.mode_variances[2] < fit.sd[2] ** 2).all()


def test_a_level_that_adds_nothing_leaves_the_coarser_one_alone() -> None:
    answers, design, group = simulated(30, 40, 0.5, seed=12)
    halves = np.column_stack([group, np.random.default_rng(0).integers(0, 2, len(group))])
    one = fit_random_intercept(answers, design, group, quadrature=1)
    two = fit_random_intercept(answers, design, halves)
    assert two.sd[1] < 0.12 and two.sd_low[1] == 0.0
    if two.sd[1] == 0.0:
        assert two.log_likelihood == pytest.approx(one.log_likelihood, abs=1e-6)
    assert two.log_likelihood_without[1] == pytest.approx(one.log_likelihood, abs=1e-6)


def test_groups_that_do_not_differ_get_a_standard_deviation_of_zero() -> None:
    found = [fit_random_intercept(*simulated(20, 40, 0.0, seed=seed)) for seed in range(5)]
    at_zero = [fit for fit in found if fit.sd[0] == 0.0]
    assert 1 <= len(at_zero) <= 4
    for fit in at_zero:
        assert fit.p_value[0] > 0.49
        assert fit.std_error[-1] == 0.0
        assert (fit.modes[0] == 0.0).all()
    for fit in found:
        assert fit.sd_low[0] == 0.0
        assert 0.0 < fit.sd_high[0] < 0.6
        assert fit.gain < 1e-9


def test_intervals_cover_and_the_adjustment_is_needed_where_groups_are_few() -> None:
    hits, slopes, too_low, bare_too_low, bias, bare_bias = np.zeros(6)
    for seed in range(90):
        data = simulated(10, 60, 0.4, seed=1000 + seed)
        fit = fit_random_intercept(*data, quadrature=1)
        bare = fit_random_intercept(*data, quadrature=1, adjusted=False)
        hits += fit.sd_low[0] <= 0.4 <= fit.sd_high[0]
        slopes += abs(fit.coefficients[0] - 0.3) < 1.96 * fit.std_error[4]
        too_low += fit.sd_high[0] < 0.4
        bare_too_low += bare.sd_high[0] < 0.4
        bias += (fit.sd_adjusted[0] - 0.4) / 90.0
        bare_bias += (bare.sd[0] - 0.4) / 90.0
    # A coverage of 95% gives 85.5 of 90, with a standard deviation of 2.1.
    assert hits >= 80
    assert slopes >= 80
    assert too_low < bare_too_low
    assert abs(bias) < abs(bare_bias) / 2.0


def test_tails_are_those_of_the_groups() -> None:
    rng, places = np.random.default_rng(5), (np.arange(20_000) + 0.5) / 20_000
    normal = stats.norm.ppf(places)
    skewed = (2.0 - stats.gamma.ppf(places, 2.0)) / np.sqrt(2.0)
    # For known intercepts u the score is u^2 - 1 and its information 2; a gamma of shape 2 has
    # kurtosis 6. The 20,000 quantiles lack the last of its tail.
    assert tail_ratio(normal**2 - 1.0, 40_000.0) == pytest.approx(1.0, abs=0.01)
    assert tail_ratio(skewed**2 - 1.0, 40_000.0) == pytest.approx(2.5, abs=0.05)
    assert tail_ratio(np.zeros(20), 40.0) == 1.0
    assert tail_ratio(np.array([9.0, -1.0, -1.0]), 6.0) == 1.0
    small = rng.standard_normal((2000, 12))
    small /= np.sqrt((small**2).mean(axis=1, keepdims=True))
    mean = np.mean([tail_ratio(row**2 - 1.0, 24.0) for row in small])
    assert 1.0 < mean < 1.35


def test_groups_far_out_widen_the_interval() -> None:
    rng = np.random.default_rng(6)
    group = np.repeat(np.arange(60), 80)
    effect = 0.3 * rng.standard_normal(60)
    effect[:3] = 1.5
    design = rng.integers(1, 6, (4800, 1))
    latent = 0.3 * design[:, 0] + effect[group] + rng.logistic(size=4800)
    answers = np.digitize(latent, THRESHOLDS)
    fit = fit_random_intercept(answers, design, group, quadrature=1)
    plain = fit_random_intercept(answers, design, group, quadrature=1, adjusted=False)
    assert fit.tails[0] > 2.0
    assert plain.tails[0] == 1.0
    assert fit.sd_high[0] / fit.sd_low[0] > 1.2 * plain.sd_high[0] / plain.sd_low[0]


def test_a_start_from_a_subsample_leads_to_the_same_maximum(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers, design, groups = nested(6000, seed=13)
    cold = fit_random_intercept(answers, design, groups, intervals=False)
    monkeypatch.setattr(random_intercept_maximum, "WARM_ROWS", 1000)
    warm = fit_random_intercept(answers, design, groups, intervals=False)
    assert_allclose(warm.coefficients, cold.coefficients, rtol=1e-6)
    assert_allclose(warm.sd, cold.sd, rtol=1e-5)
    assert warm.iterations < cold.iterations


def test_the_order_of_rows_changes_nothing() -> None:
    answers, design, groups = nested(2000, seed=14)
    order = np.random.default_rng(0).permutation(2000)
    one = fit_random_intercept(answers, design, groups, intervals=False)
    two = fit_random_intercept(answers[order], design[order], groups[order], intervals=False)
    assert_allclose(one.covariance, two.covariance, rtol=1e-8, atol=1e-12)
    assert_allclose(one.modes[2], two.modes[2], atol=1e-9)


def test_answers_that_do_not_occur_are_dropped() -> None:
    answers, design, group = simulated(10, 30, 0.5, seed=15)
    gap = fit_random_intercept(answers * 2, design, group, quadrature=1, intervals=False)
    plain = fit_random_intercept(answers, design, group, quadrature=1, intervals=False)
    assert gap.categories.tolist() == [0, 2, 4, 6, 8]
    assert_allclose(gap.thresholds, plain.thresholds, rtol=1e-12)
    assert gap.threshold_below(4) == 1


def test_what_the_data_cannot_carry_is_refused() -> None:
    answers, design, group = simulated(10, 30, 0.5, seed=16)
    twice = np.column_stack([design, 2 * design[:, 0]])
    cases: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
        ("`link` must be one of", (answers, design, group), {"link": "cauchit"}),
        ("at least 2 groups", (answers, design, np.zeros(300, dtype=int)), {}),
        ("at least 2 answers", (np.zeros(300, dtype=int), design, group), {}),
        ("`groups` must use every number; 3", (answers, design, group + (group > 2)), {}),
        ("`groups` must be 0 or more", (answers, design, group - 1), {}),
        ("`groups` must have shape", (answers, design, group[:-1]), {}),
        ("`design` must have shape", (answers, design[:-1], group), {}),
        ("`answers` must be 0 or more", (answers - 1, design, group), {}),
        ("`design` must be finite", (answers, np.full((300, 1), np.nan), group), {}),
        ("`counts` must be 300 positive", (answers, design, group), {"counts": np.zeros(300)}),
        ("`weights` must be 300 positive", (answers, design, group), {"weights": np.ones(3)}),
        ("`wait`, `again` must vary", (answers, twice, group), {"names": ["wait", "b", "again"]}),
        ("`column 1` must vary", (answers, np.ones((300, 1)), group), {}),
        ("`quadrature` must be 1 or more", (answers, design, group), {"quadrature": 0}),
        ("must converge within 1 steps", (answers, design, group), {"max_iterations": 1}),
    ]
    for message, data, how in cases:
        with pytest.raises(ModelError, match=message):
            fit_random_intercept(*data, **how)
    two = np.column_stack([group, group % 3])
    with pytest.raises(ModelError, match="`quadrature` must be 1 for nested levels; got 5"):
        fit_random_intercept(answers, design, two, quadrature=5)


def test_answers_separated_perfectly_are_refused_by_name() -> None:
    answers, design, group = simulated(10, 30, 0.5, seed=17)
    splits = np.column_stack([design[:, 0], answers >= 2]).astype(float)
    with pytest.raises(SeparationError, match="`split` must not separate the answers"):
        fit_random_intercept(answers, splits, group, names=["x", "split"], quadrature=1)
