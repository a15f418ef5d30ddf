"""Few clusters: the score bootstrap by hand, against least squares, its size, its interval."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from numpy.testing import assert_allclose

from cxanalytics.errors import ModelError
from cxanalytics.numerics.cluster_robust import fit_clustered, wild_p_value
from cxanalytics.numerics.ordinal import fit_cumulative_link
from cxanalytics.numerics.score_bootstrap import (
    score_bootstrap_interval,
    score_bootstrap_p,
    score_bootstrap_test,
)


def _drawn(seed: int, *, clusters: int = 8, effect: float = 0.0):
    rng = np.random.default_rng(seed)
    code = np.repeat(np.arange(clusters), rng.integers(20, 60, clusters))
    x = rng.normal(0, 1, clusters)[code] + rng.normal(0, 0.5, len(code))
    z = rng.normal(size=len(code))
    latent = effect * x + 0.5 * z + rng.normal(0, 0.4, clusters)[code]
    answers = np.digitize(latent + rng.logistic(size=len(code)), [-1.0, 0.0, 1.0])
    return answers, np.column_stack([x, z]), code


def test_p_value_is_the_share_of_sign_patterns_by_hand() -> None:
    """With one parameter the statistic rises with the absolute sum of the signed scores."""
    scores = np.random.default_rng(1).normal(0.4, 1.0, (7, 1))
    got = score_bootstrap_p(scores, [[3.0]], tested=0, seed=1)
    sums = [abs(np.dot(signs, scores[:, 0])) for signs in product([-1, 1], repeat=7)]
    assert got.p_value == pytest.approx(np.mean(np.array(sums) >= abs(scores.sum()) - 1e-10))
    assert got.exact and got.patterns == 64 and got.clusters == 7
    centered = scores[:, 0] - scores.mean()
    assert got.statistic == pytest.approx(scores.sum() / np.sqrt(7 / 6 * (centered**2).sum()))


def test_scores_of_least_squares_give_the_wild_bootstrap() -> None:
    """A squared loss makes one step exact, so that both bootstraps are the same."""
    rng = np.random.default_rng(2)
    code = np.repeat(np.arange(9), 12)
    x = np.column_stack([np.ones(108), rng.normal(size=9)[code] + rng.normal(size=108)])
    y = 0.3 * x[:, 1] + rng.normal(size=9)[code] + rng.normal(size=108)
    expected = wild_p_value(fit_clustered(x, y, code), [0.0, 1.0], null=0.2)
    held = y - 0.2 * x[:, 1]
    rest = held - held.mean()
    grams = np.array([x[code == g].T @ x[code == g] for g in range(9)])
    got = score_bootstrap_p(
        [x[code == g].T @ rest[code == g] for g in range(9)],
        grams.sum(axis=0),
        tested=1,
        cluster_information=grams,
        seed=1,
    )
    assert got.p_value == pytest.approx(expected, abs=1e-12)


def test_the_p_value_rises_towards_the_estimate() -> None:
    answers, design, code = _drawn(3, effect=0.6)
    fit = fit_cumulative_link(answers, design, clusters=code)
    how = {"column": 0, "clusters": code, "seed": 1}
    at_estimate = score_bootstrap_test(answers, design, null=fit.coefficients[0], **how)
    assert at_estimate.p_value == pytest.approx(1.0)
    assert at_estimate.statistic == pytest.approx(0.0, abs=1e-6)
    away = score_bootstrap_test(answers, design, null=fit.coefficients[0] - 2.0, **how)
    assert away.p_value < 0.05


def test_counts_weights_and_groups_are_taken() -> None:
    answers, design, code = _drawn(4, effect=0.3)
    design = np.round(design)
    counts = np.random.default_rng(5).integers(1, 4, len(answers))
    take = np.repeat(np.arange(len(answers)), counts)
    how = {"column": 0, "seed": 1}
    cells = score_bootstrap_test(answers, design, clusters=code, counts=counts, **how)
    rows = score_bootstrap_test(answers[take], design[take], clusters=code[take], **how)
    assert cells.p_value == rows.p_value
    weights = np.random.default_rng(6).uniform(0.5, 2.0, len(answers))
    once = score_bootstrap_test(answers, design, clusters=code, weights=weights, **how)
    more = score_bootstrap_test(answers, design, clusters=code, weights=50 * weights, **how)
    assert once.p_value == more.p_value
    assert_allclose(once.statistic, more.statistic, rtol=1e-6)
    grouped = score_bootstrap_test(answers, design, clusters=code, groups=code, **how)
    columns = (code[:, None] == np.arange(1, 8)).astype(float)
    dense = score_bootstrap_test(answers, np.hstack([design, columns]), clusters=code, **how)
    assert grouped.p_value == dense.p_value


def test_more_than_twelve_clusters_draw_signs_from_the_seed() -> None:
    answers, design, code = _drawn(7, clusters=15, effect=0.2)
    how = {"column": 0, "clusters": code, "patterns": 499}
    one, two = (score_bootstrap_test(answers, design, seed=seed, **how) for seed in (1, 2))
    again = score_bootstrap_test(answers, design, seed=1, **how)
    assert not one.exact and one.patterns == 500
    assert one == again
    assert abs(one.p_value - two.p_value) < 0.1


def test_the_interval_holds_what_the_test_does_not_reject() -> None:
    answers, design, code = _drawn(8, clusters=9, effect=0.5)
    how = {"column": 0, "clusters": code, "seed": 1}
    low, high = score_bootstrap_interval(answers, design, **how)
    fit = fit_cumulative_link(answers, design, clusters=code)
    assert low < fit.coefficients[0] < high
    width = high - low
    for value, kept in ((low - 0.02 * width, False), (low + 0.02 * width, True)):
        p_value = score_bootstrap_test(answers, design, null=value, **how).p_value
        assert (p_value > 0.05) == kept
    wald = 2 * 2.306 * fit.std_error[3]
    assert 0.7 * wald < width < 3.0 * wald


def test_size_is_held_where_ordinary_errors_fail() -> None:
    runs, rejected, naive = 200, 0, 0
    for seed in range(runs):
        answers, design, code = _drawn(100 + seed)
        test = score_bootstrap_test(answers, design, column=0, clusters=code, seed=seed)
        rejected += test.p_value <= 0.05
        fit = fit_cumulative_link(answers, design, clusters=code)
        naive += abs(fit.coefficients[0]) > 1.96 * fit.std_error[3]
    # Monte Carlo error 1.5 points.
    assert rejected / runs <= 0.095
    assert naive / runs >= 0.12


def test_what_cannot_be_tested_is_refused() -> None:
    answers, design, code = _drawn(9)
    with pytest.raises(ModelError, match="at least 6 clusters; got 5"):
        score_bootstrap_p(np.ones((5, 1)), [[1.0]], tested=0, seed=1)
    with pytest.raises(ModelError, match="`column` must be one of '0', '1'; got 2"):
        score_bootstrap_test(answers, design, column=2, clusters=code, seed=1)
