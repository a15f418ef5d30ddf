"""Effects that differ between thresholds, spread and structured thresholds: R, truth, refusals."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from numpy.typing import NDArray

from cxanalytics.errors import ModelError, SeparationError
from cxanalytics.numerics.links import LINKS
from cxanalytics.numerics.ordinal import fit_cumulative_link
from cxanalytics.numerics.ordinal_problem import ordinal_problem
from cxanalytics.numerics.ordinal_profile import profile_interval
from cxanalytics.numerics.partial_ordinal import PartialOrdinalFit, fit_partial_ordinal
from cxanalytics.numerics.partial_ordinal_sums import evaluate, free_square, score_between
from cxanalytics.numerics.standardize import share_contrast
from cxanalytics.numerics.survey_design import survey_design
from cxanalytics.numerics.thresholds import threshold_structure

INFLUENCE, TYPE, CONTACT = (0, 1), (2, 3, 4), (5,)


@pytest.fixture(scope="module")
def wine(reference_dir) -> tuple[NDArray[np.int64], NDArray[np.int8], NDArray[np.int64]]:
    frame = pd.read_csv(reference_dir / "wine.csv")
    design = np.column_stack([frame["temp"] == "warm", frame["contact"] == "yes"])
    return frame["rating"].to_numpy() - 1, design.astype(np.int8), frame["judge"].to_numpy()


@pytest.fixture(scope="module")
def housing(reference_dir) -> tuple[NDArray[np.int64], NDArray[np.int8], NDArray[np.int64]]:
    frame = pd.read_csv(reference_dir / "housing.csv")
    levels = {
        "Infl": ["Medium", "High"],
        "Type": ["Apartment", "Atrium", "Terrace"],
        "Cont": ["High"],
    }
    columns = [frame[name] == level for name, kinds in levels.items() for level in kinds]
    answers = frame["Sat"].map({"Low": 0, "Medium": 1, "High": 2}).to_numpy()
    return answers, np.column_stack(columns).astype(np.int8), frame["Freq"].to_numpy()


@pytest.fixture(scope="module")
def clm(reference) -> dict[str, Any]:
    return reference("ordinal_wine_clm")["expected"]


def values(part: dict[str, float]) -> NDArray[np.float64]:
    return np.array(list(part.values()))


def test_effects_that_differ_between_thresholds_agree_with_clm(wine, clm) -> None:
    """clm adds them to the thresholds, so that they carry the opposite sign."""
    expected = clm["partial_po_nominal_contact"]
    answers, design, _ = wine
    fit = fit_partial_ordinal(answers, design, nominal=[1])
    sign = np.array([1.0] * 4 + [-1.0] * 4 + [1.0])
    assert_allclose(fit.parameters * sign, values(expected["coef"]), rtol=1e-8)
    covariance = fit.covariance * np.outer(sign, sign)
    assert_allclose(covariance, expected["vcov"]["values"], rtol=1e-8)
    assert_allclose(fit.log_likelihood, expected["logLik"], rtol=1e-12)
    assert_allclose(fit.nominal_effects[0], -values(expected["coef"])[4:8], rtol=1e-8)
    assert fit.negative_share == 0.0


@pytest.mark.parametrize(
    ("part", "model", "tolerance"),
    [
        ("scale_effect_temp", {"scale": [0]}, 1e-8),
        ("threshold_symmetric", {"structure": "symmetric"}, 1e-10),
        # clm stops its equidistant fit at coefficients that are 1.5e-8 away.
        ("threshold_equidistant", {"structure": "equidistant"}, 3e-8),
    ],
)
def test_spread_and_structured_thresholds_agree_with_clm(
    wine, clm, part: str, model: dict[str, Any], tolerance: float
) -> None:
    answers, design, _ = wine
    fit = fit_partial_ordinal(answers, design, **model)
    assert_allclose(fit.parameters, values(clm[part]["coef"]), rtol=tolerance)
    assert_allclose(fit.covariance, clm[part]["vcov"]["values"], rtol=2 * tolerance)
    assert_allclose(fit.log_likelihood, clm[part]["logLik"], rtol=1e-12)


def test_spread_of_a_counted_table_agrees_with_clm(housing, reference) -> None:
    expected = reference("ordinal_housing")["expected"]["scale_infl"]
    answers, design, counts = housing
    fit = fit_partial_ordinal(answers, design, counts=counts, scale=INFLUENCE)
    assert_allclose(fit.parameters, values(expected["coef"]), rtol=1e-10)
    # Names repeat in the list of errors; the diagonal has them all.
    assert_allclose(fit.std_error[:8], values(expected["se"])[:8], rtol=1e-10)
    rows = fit_partial_ordinal(
        np.repeat(answers, counts), np.repeat(design, counts, axis=0), scale=INFLUENCE
    )
    assert_allclose(rows.parameters, fit.parameters, rtol=1e-9)
    assert_allclose(rows.covariance, fit.covariance, rtol=1e-9, atol=1e-14)


@pytest.mark.parametrize(
    ("part", "nominal"), [("vgam_nonparallel", range(6)), ("vgam_partial_Type", TYPE)]
)
def test_partial_models_of_a_counted_table_agree_with_vgam(
    housing, reference, part: str, nominal
) -> None:
    """VGAM stops at 1e-5, and takes the expected information for its errors."""
    expected = reference("ordinal_housing")["expected"][part]
    answers, design, counts = housing
    fit = fit_partial_ordinal(answers, design, counts=counts, nominal=list(nominal))
    assert_allclose(fit.log_likelihood, expected["logLik"], atol=1e-7)
    theirs = expected["coef"]
    names = ["InflMedium", "InflHigh", "TypeApartment", "TypeAtrium", "TypeTerrace", "ContHigh"]
    got = fit.slopes()
    for j, name in enumerate(names):
        for k in range(2):
            value = theirs.get(name, theirs.get(f"{name}:{k + 1}"))
            assert got[k, j] == pytest.approx(-value, abs=3e-5)
    assert_allclose(np.sort(fit.std_error), np.sort(values(expected["se"])), rtol=0.02)


def test_profile_interval_agrees_with_clm(wine, clm) -> None:
    """clm puts a spline through its profile, which is good to four digits."""
    answers, design, _ = wine
    for column, row in enumerate(clm["confint_profile"]["values"]):
        assert_allclose(profile_interval(answers, design, column=column), row, atol=5e-5)
    with pytest.raises(ModelError, match="without sampling weights"):
        profile_interval(answers, design, column=0, weights=np.ones(72))
    with pytest.raises(ModelError, match="`column` must be one of '0'; got 1"):
        profile_interval(answers, design, column=1, nominal=[1])


def test_predictions_and_sandwich_agree_with_clm_where_nothing_is_freed(wine, clm) -> None:
    answers, design, judge = wine
    fit = fit_partial_ordinal(answers, design, clusters=judge)
    cells = [[0, 0], [1, 0], [0, 1], [1, 1]]
    assert_allclose(fit.probabilities(cells), clm["predict"]["prob"], rtol=1e-10)
    assert_allclose(fit.covariance, clm["cluster_judge_G_over_Gm1"]["values"], rtol=1e-8)
    assert fit.degrees_of_freedom == 8


def _drawn(
    seed: int, *, rows: int = 1500, link: str = "logit", gap: float = 0.4
) -> tuple[NDArray[np.int64], NDArray[np.int8], NDArray[np.int64], NDArray[np.float64]]:
    """The first column acts more at the upper thresholds; groups have levels of their own."""
    rng = np.random.default_rng(seed)
    design = rng.integers(0, 4, (rows, 3)).astype(np.int8)
    group = rng.integers(0, 6, rows)
    slopes = 0.3 + gap * np.array([0.0, 0.5, 1.0])
    shift = design[:, 1:] @ [0.5, -0.3] + np.linspace(-0.4, 0.4, 6)[group]
    arguments = np.array([-1.0, 0.6, 2.6]) - np.outer(design[:, 0], slopes) - shift[:, None]
    below = LINKS[link].below(arguments)
    answers = (rng.uniform(size=(rows, 1)) > below).sum(axis=1)
    return answers, design, group, rng.uniform(0.5, 2.0, rows)


@pytest.mark.parametrize("link", sorted(LINKS))
@pytest.mark.parametrize("structure", ["flexible", "equidistant"])
def test_derivatives_are_those_of_the_likelihood(link: str, structure: str) -> None:
    answers, design, group, weight = _drawn(1, rows=300, link=link)
    problem = ordinal_problem(
        answers, design, nominal=[0], scale=[1], structure=structure, weights=weight, groups=group,
        link=link,
    )  # fmt: skip
    layout = problem.layout
    first, nominal, location, scale, groups = layout.parts
    at = np.zeros(layout.size)
    at[first] = np.linalg.lstsq(layout.structure, np.array([-1.0, 0.6, 2.4]))[0]
    at[nominal], at[location], at[scale] = 0.15, [0.3, -0.2], 0.1
    at[groups] = np.linspace(-0.3, 0.3, 5)

    def here(parameters: NDArray[np.float64]) -> Any:
        return evaluate(problem.rows, problem.link, layout, parameters)

    steps = 1e-5 * np.eye(layout.size)
    slope = [(here(at + s).log_likelihood - here(at - s).log_likelihood) / 2e-5 for s in steps]
    bend = [(here(at + s).score - here(at - s).score) / 2e-5 for s in steps]
    assert_allclose(here(at).score, slope, rtol=1e-6, atol=1e-5)
    assert_allclose(here(at).hessian, bend, rtol=1e-6, atol=1e-4)


def test_known_truth_is_recovered() -> None:
    answers, design, group, _ = _drawn(2, rows=60_000)
    fit = fit_partial_ordinal(answers, design, nominal=[0], groups=group)
    truth = np.array([0.3, 0.5, 0.7])
    error = fit.std_error[fit.layout.parts[1]]
    assert (np.abs(fit.nominal_effects[0] - truth) < 4.0 * error).all()
    assert fit.nominal_effects[0, 2] - fit.nominal_effects[0, 0] > 8.0 * error.max()
    assert_allclose(fit.coefficients, [0.5, -0.3], atol=4.0 * fit.std_error[6:8].max())


def test_spread_is_recovered() -> None:
    rng = np.random.default_rng(3)
    design = rng.integers(0, 2, (40_000, 2)).astype(np.int8)
    latent = design @ [0.8, -0.4] + np.exp(0.5 * design[:, 0]) * rng.logistic(size=len(design))
    fit = fit_partial_ordinal(np.digitize(latent, [-1.0, 0.0, 1.5]), design, scale=[0])
    truth = np.array([-1.0, 0.0, 1.5, 0.8, -0.4, 0.5])
    assert (np.abs(fit.parameters - truth) < 4.0 * fit.std_error).all()


def test_nothing_freed_is_proportional_odds() -> None:
    answers, design, group, weight = _drawn(4)
    how = {"weights": weight, "groups": group, "clusters": 4 * group + design[:, 1]}
    plain = fit_cumulative_link(answers, design, **how)
    fit = fit_partial_ordinal(answers, design, **how)
    parameters = np.concatenate([plain.thresholds, plain.coefficients, plain.group_effects[1:]])
    assert_allclose(fit.parameters, parameters, rtol=1e-8)
    assert_allclose(fit.covariance, plain.covariance, rtol=1e-7, atol=1e-12)
    assert_allclose(fit.log_likelihood, plain.log_likelihood, rtol=1e-12)


@pytest.mark.parametrize("clustered", [False, True])
def test_counts_scale_of_weights_and_dense_groups_change_nothing(clustered: bool) -> None:
    answers, design, group, weight = _drawn(5)
    counts = np.random.default_rng(6).integers(1, 4, len(answers))
    psu = np.random.default_rng(7).integers(0, 60, len(answers))

    def fit(take, number=None, by=1.0, groups=group, x=design) -> PartialOrdinalFit:
        return fit_partial_ordinal(
            answers[take],
            x[take],
            nominal=[0],
            weights=by * weight[take],
            counts=number,
            groups=None if groups is None else groups[take],
            clusters=psu[take] if clustered else None,
            strata=psu[take] % 3,
        )

    every = np.arange(len(answers))
    cells, rows = fit(every, counts), fit(np.repeat(every, counts))
    assert_allclose(cells.parameters, rows.parameters, rtol=1e-9)
    assert_allclose(cells.covariance, rows.covariance, rtol=1e-8, atol=1e-13)
    assert cells.degrees_of_freedom == rows.degrees_of_freedom
    once, more = fit(every), fit(every, by=37.0)
    assert_allclose(more.covariance, once.covariance, rtol=1e-8, atol=1e-13)
    columns = (group[:, None] == np.arange(1, 6)).astype(float)
    dense = fit(every, groups=None, x=np.hstack([design, columns]))
    assert_allclose(dense.parameters, once.parameters, rtol=1e-8)
    assert_allclose(dense.covariance, once.covariance, rtol=1e-7, atol=1e-12)


def test_the_sandwich_is_that_of_scores_summed_by_hand() -> None:
    answers, design, group, weight = _drawn(8, rows=400)
    psu = np.arange(400) % 37
    problem = ordinal_problem(answers, design, nominal=[0], groups=group, weights=weight)
    rows, layout = problem.rows, problem.layout
    at = problem.climb(tolerance=1e-12, most=50).parameters
    between = score_between(rows, problem.link, layout, at, survey_design(400, psu=psu))
    got = free_square(layout, between.covariance())
    totals = []
    for unit in range(37):
        mass = np.where(psu[rows.order] == unit, rows.mass, 1e-300)
        totals.append(evaluate(replace(rows, mass=mass), problem.link, layout, at).score)
    centered = np.array(totals) - np.mean(totals, axis=0)
    assert_allclose(got, 37 / 36 * centered.T @ centered, rtol=1e-8, atol=1e-9)


def test_shares_at_a_cut_are_those_of_the_whole_model() -> None:
    answers, design, group, weight = _drawn(9)
    fit = fit_partial_ordinal(answers, design, nominal=[0], groups=group, weights=weight)
    for cut in (1, 2, 3):
        alone = fit.at_cut(cut)
        whole = fit.probabilities(design, groups=group)[:, cut:].sum(axis=1)
        assert_allclose(alone.probabilities(design, groups=group)[:, 1], whole, rtol=1e-10)
        place = fit.layout.parts[1].start + cut - 1
        assert_allclose(alone.coefficients[0], fit.nominal_effects[0, cut - 1])
        assert_allclose(alone.covariance[1, 1], fit.covariance[place, place])
    contrast = share_contrast(
        fit.at_cut(3), design, cut=1, before={0: 1.0}, after={0: 2.0}, groups=group
    )
    low, high = (
        fit.probabilities(np.column_stack([np.full(len(design), v), design[:, 1:]]), groups=group)
        for v in (1.0, 2.0)
    )
    assert contrast.difference == pytest.approx((high[:, 3] - low[:, 3]).mean(), abs=1e-12)
    with pytest.raises(ModelError, match="`cut` must lie between answers that occur"):
        fit.at_cut(0)
    with pytest.raises(ModelError, match="not linear at one cut"):
        fit_partial_ordinal(answers, design, scale=[0]).at_cut(1)
    with pytest.raises(ModelError, match="`groups` is needed"):
        fit.probabilities(design)


def test_large_data_start_at_a_sample_and_end_at_the_same_fit(monkeypatch) -> None:
    answers, design, group, weight = _drawn(10, rows=20_000)
    cold = fit_partial_ordinal(answers, design, nominal=[0], weights=weight, groups=group)
    monkeypatch.setattr("cxanalytics.numerics.ordinal_problem.WARM_ROWS", 2_000)
    monkeypatch.setattr("cxanalytics.numerics.ordinal_sums.BLOCK", 1_000)
    warm = fit_partial_ordinal(answers, design, nominal=[0], weights=weight, groups=group)
    assert warm.iterations < cold.iterations
    assert_allclose(warm.parameters, cold.parameters, rtol=1e-8, atol=1e-9)


def test_structures_make_the_patterns_they_name() -> None:
    assert_allclose(threshold_structure("equidistant", 3) @ [0.5, 2.0], [0.5, 2.5, 4.5])
    assert_allclose(threshold_structure("symmetric", 3) @ [1.0, 2.0], [-1.0, 1.0, 3.0])
    assert_allclose(threshold_structure("symmetric", 4) @ [1.0, 2.0, 3.0], [-2.0, 1.0, 2.0, 5.0])
    assert_allclose(threshold_structure("symmetric2", 5) @ [1.0, 3.0], [-3.0, -1.0, 0.0, 1.0, 3.0])
    assert_allclose(threshold_structure("symmetric2", 4) @ [1.0, 3.0], [-3.0, -1.0, 1.0, 3.0])
    with pytest.raises(ModelError, match="`structure` must be one of 'flexible', 'symmetric'"):
        threshold_structure("regular", 3)
    with pytest.raises(ModelError, match="'symmetric' needs at least 3 answers; got 2"):
        threshold_structure("symmetric", 1)


def test_negative_probabilities_are_counted_and_refused() -> None:
    """The effects bring the thresholds together at 5, and a few people stand at 9."""
    answers, design, _, _ = _drawn(11, rows=6000, gap=0.6)
    x, y = design.astype(float), answers.copy()
    x[:5, 0], y[:5] = 9.0, 3
    fit = fit_partial_ordinal(y, x, nominal=[0])
    assert fit.negative_share == pytest.approx(5 / 6000)
    assert fit.probabilities([[9.0, 0.0, 0.0]]).min() < 0.0
    assert_allclose(fit.probabilities(x).sum(axis=1), 1.0)
    x[:30, 0], y[:30] = 9.0, 3
    with pytest.raises(ModelError, match=r"at most 0\.1% of people; got 0\.5%"):
        fit_partial_ordinal(y, x, nominal=[0])


def test_bad_arguments_are_named(wine) -> None:
    answers, design, _, _ = _drawn(12)
    with pytest.raises(ModelError, match="`nominal` must name different columns between 0 and 2"):
        fit_partial_ordinal(answers, design, nominal=[3])
    with pytest.raises(ModelError, match="`scale` must name different columns"):
        fit_partial_ordinal(answers, design, scale=[0, 0])
    with pytest.raises(ModelError, match="`variance` must be one of 'information', 'sandwich'"):
        fit_partial_ordinal(answers, design, variance="robust")
    with pytest.raises(ModelError, match="'equidistant' needs every answer of the scale"):
        fit_partial_ordinal(2 * answers, design, structure="equidistant")
    doubled = np.column_stack([design, 2 * design[:, 0]])
    with pytest.raises(ModelError, match="`a`, `d` must vary independently"):
        fit_partial_ordinal(answers, doubled, names=["a", "b", "c", "d"])
    with pytest.raises(SeparationError, match="`temp at threshold 1`, `temp at threshold 4`"):
        fit_partial_ordinal(*wine[:2], nominal=[0], names=["temp", "contact"])


def test_clustered_intervals_cover() -> None:
    rng = np.random.default_rng(13)
    hits, runs = 0, 150
    for _ in range(runs):
        psu = np.repeat(np.arange(40), 15)
        x = rng.normal(0, 1, 40)[psu] + rng.normal(0, 1, 600)
        # Shared noise within units makes answers alike there, and leaves each cut logistic.
        common = rng.uniform(size=40)[psu]
        own = np.where(rng.uniform(size=600) < 0.2, common, rng.uniform(size=600))
        below = 1.0 / (1.0 + np.exp(-(np.array([-1.0, 1.0]) - np.outer(x, [0.3, 0.6]))))
        answers = (own[:, None] > np.maximum.accumulate(below, axis=1)).sum(axis=1)
        fit = fit_partial_ordinal(answers, np.clip(x, -3, 3)[:, None], nominal=[0], clusters=psu)
        hits += abs(fit.nominal_effects[0, 1] - 0.6) <= 2.024 * fit.std_error[3]
    # Monte Carlo error 1.8 points.
    assert 0.90 <= hits / runs <= 0.99
