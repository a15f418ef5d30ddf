"""Rare and separated events: R's brglm2, invariances, finiteness, coverage."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy.special import expit

from cxanalytics.errors import ModelError
from cxanalytics.numerics.firth import firth_interval, fit_firth
from cxanalytics.numerics.ordinal import fit_cumulative_link
from cxanalytics.numerics.standardize import share_contrast


@pytest.fixture(scope="module")
def endometrial(reference_dir):
    frame = pd.read_csv(reference_dir / "endometrial.csv")
    return frame["HG"].to_numpy(), frame[["NV", "PI", "EH"]].to_numpy(dtype=float)


def values(part: dict[str, float]) -> np.ndarray:
    return np.array(list(part.values()))


@pytest.mark.parametrize(
    ("adjustment", "part"),
    [("mean", "AS_mean"), ("mean", "MPL_Jeffreys"), ("median", "AS_median")],
)
def test_estimates_and_errors_agree_with_brglm2(
    endometrial, reference, adjustment: str, part: str
) -> None:
    """brglm2 stops at 1e-6."""
    expected = reference("firth_endometrial")["expected"][part]
    fit = fit_firth(*endometrial, adjustment=adjustment)
    assert_allclose([fit.intercept, *fit.coefficients], values(expected["coef"]), rtol=1e-6)
    assert_allclose(fit.std_error, values(expected["se"]), rtol=1e-6)
    assert fit.score_norm < 1e-10


def test_profile_intervals_are_finite_on_both_ends(endometrial) -> None:
    """R's logistf gives 0.6097 to 7.8546 for the separating column."""
    low, high = firth_interval(*endometrial, column=0)
    assert (low, high) == pytest.approx((0.60972, 7.85463), abs=2e-5)
    for column in (1, 2):
        fit = fit_firth(*endometrial)
        low, high = firth_interval(*endometrial, column=column)
        assert low < fit.coefficients[column] < high


def _drawn(seed: int, *, rows: int = 300, start: float = -2.0):
    rng = np.random.default_rng(seed)
    design = rng.integers(0, 4, (rows, 2)).astype(np.int8)
    group = rng.integers(0, 4, rows)
    yes = rng.uniform(size=rows) < expit(start + design @ [0.5, -0.3] + 0.3 * group)
    return yes.astype(int), design, group, rng.uniform(0.5, 2.0, rows)


def test_estimates_are_the_peak_of_the_penalized_likelihood() -> None:
    yes, design, _, _ = _drawn(1)
    fit = fit_firth(yes, design)
    z = np.column_stack([np.ones(len(yes)), design])

    def penalized(at: np.ndarray) -> float:
        share = expit(z @ at)
        information = z.T @ (z * (share * (1 - share))[:, None])
        likely = np.where(yes == 1, np.log(share), np.log1p(-share)).sum()
        return float(likely + 0.5 * np.linalg.slogdet(information)[1])

    at = np.array([fit.intercept, *fit.coefficients])
    assert penalized(at) == pytest.approx(fit.penalized_log_likelihood, abs=1e-10)
    for step in 1e-4 * np.eye(3):
        assert penalized(at) > max(penalized(at + step), penalized(at - step))


@pytest.mark.parametrize("adjustment", ["mean", "median"])
def test_counts_equal_rows(adjustment: str) -> None:
    yes, design, _, weight = _drawn(2)
    counts = np.random.default_rng(3).integers(1, 4, len(yes))
    take = np.repeat(np.arange(len(yes)), counts)
    how = {"adjustment": adjustment, "strata": None}
    cells = fit_firth(yes, design, weights=weight, counts=counts, **how)
    rows = fit_firth(yes[take], design[take], weights=weight[take], **how)
    assert_allclose(cells.coefficients, rows.coefficients, rtol=1e-8)
    assert_allclose(cells.covariance, rows.covariance, rtol=1e-8, atol=1e-14)
    assert cells.n == rows.n == counts.sum()


def test_scale_of_weights_changes_nothing() -> None:
    yes, design, group, weight = _drawn(4)
    psu = np.arange(len(yes)) % 50
    once = fit_firth(yes, design, weights=weight, groups=group, clusters=psu)
    more = fit_firth(yes, design, weights=400 * weight, groups=group, clusters=psu)
    assert_allclose(more.coefficients, once.coefficients, rtol=1e-9)
    assert_allclose(more.covariance, once.covariance, rtol=1e-8, atol=1e-14)
    assert once.degrees_of_freedom == 49


def test_groups_equal_indicator_columns() -> None:
    yes, design, group, weight = _drawn(5)
    columns = (group[:, None] == np.arange(1, 4)).astype(float)
    for clusters in (None, np.arange(len(yes)) % 50):
        how = {"weights": weight, "clusters": clusters}
        by_group = fit_firth(yes, design, groups=group, **how)
        dense = fit_firth(yes, np.hstack([design, columns]), **how)
        got = [by_group.intercept, *by_group.coefficients, *by_group.group_effects[1:]]
        assert_allclose(got, [dense.intercept, *dense.coefficients], rtol=1e-8)
        assert_allclose(by_group.covariance, dense.covariance, rtol=1e-8, atol=1e-13)


def test_many_answers_leave_little_to_adjust() -> None:
    yes, design, group, _ = _drawn(6, rows=40_000)
    fit = fit_firth(yes, design, groups=group, clusters=np.arange(40_000) % 500)
    plain = fit_cumulative_link(yes, design, groups=group, clusters=np.arange(40_000) % 500)
    assert_allclose(fit.coefficients, plain.coefficients, atol=2e-3)
    assert (fit.std_error >= 0.97 * plain.std_error).all()
    alone = fit.at_cut()
    assert_allclose(alone.thresholds, plain.thresholds, atol=2e-3)
    assert_allclose(alone.covariance[0, 1], -fit.covariance[0, 1])
    how = {"cut": 1, "before": {0: 0.0}, "after": {0: 2.0}, "groups": group}
    got, expected = (share_contrast(model, design, **how) for model in (alone, plain))
    assert got.difference == pytest.approx(expected.difference, abs=1e-3)


def test_a_sandwich_never_calls_a_separating_column_certain() -> None:
    yes, design, _, weight = _drawn(7)
    rare = np.zeros(len(yes))
    rare[np.flatnonzero(yes == 1)[:6]] = 1.0
    x = np.column_stack([design, rare])
    plain = fit_firth(yes, x)
    robust = fit_firth(yes, x, variance="sandwich")
    assert robust.std_error[3] >= plain.std_error[3] - 1e-12
    extra = np.linalg.eigvalsh(robust.covariance - plain.covariance)
    assert extra.min() > -1e-10
    weighted = fit_firth(yes, x, weights=weight, clusters=np.arange(len(yes)) % 30)
    assert np.isfinite(weighted.coefficients).all() and weighted.coefficients[2] > 0


def test_separated_answers_of_all_kinds_have_finite_estimates() -> None:
    rng = np.random.default_rng(8)
    x = rng.normal(size=(40, 2))
    yes = (x[:, 0] > 0).astype(int)
    for adjustment in ("mean", "median"):
        fit = fit_firth(yes, x, adjustment=adjustment)
        assert np.isfinite(fit.std_error).all()
        assert fit.coefficients[0] > 2.0
    low, high = firth_interval(yes, x, column=0)
    assert 0.0 < low < high < np.inf


def test_bias_is_smaller_than_that_of_maximum_likelihood() -> None:
    rng = np.random.default_rng(9)
    x = np.repeat([0.0, 1.0], 40)[:, None]
    errors = []
    for _ in range(250):
        yes = (rng.uniform(size=80) < expit(-1.5 + 1.5 * x[:, 0])).astype(int)
        if not 0 < yes.sum() < 80:
            continue
        mean, median = (fit_firth(yes, x, adjustment=kind) for kind in ("mean", "median"))
        errors.append([mean.coefficients[0] - 1.5, median.coefficients[0] > 1.5])
    bias, above = np.mean(errors, axis=0)
    # Monte Carlo errors 0.036 and 3.2 points.
    assert abs(bias) < 0.11
    assert abs(above - 0.5) < 0.1


def test_intervals_of_rare_events_cover() -> None:
    """Four positive answers in a hundred, a column that is 1 for one person in ten."""
    rng = np.random.default_rng(10)
    wald = profile = runs = 0
    for _ in range(80):
        x = (rng.uniform(size=(150, 1)) < 0.1).astype(float)
        yes = (rng.uniform(size=150) < expit(-3.2 + x[:, 0])).astype(int)
        if not (yes.any() and x.any()):
            continue
        fit = fit_firth(yes, x)
        wald += abs(fit.coefficients[0] - 1.0) <= 1.96 * fit.std_error[1]
        low, high = firth_interval(yes, x, column=0)
        profile += low <= 1.0 <= high
        runs += 1
    # Monte Carlo error 2.4 points; both are a little conservative when events are this rare.
    assert 0.89 <= wald / runs <= 1.0
    assert 0.89 <= profile / runs <= 1.0


def test_bad_arguments_are_named() -> None:
    yes, design, group, _ = _drawn(11)
    with pytest.raises(ModelError, match="`adjustment` must be one of 'mean', 'median'"):
        fit_firth(yes, design, adjustment="mode")
    with pytest.raises(ModelError, match="`variance` must be one of"):
        fit_firth(yes, design, variance="robust")
    with pytest.raises(ModelError, match="must be 0 and 1, with some of each"):
        fit_firth(np.zeros(300), design)
    with pytest.raises(ModelError, match="`weights` must be 300 positive finite numbers"):
        fit_firth(yes, design, weights=np.zeros(300))
    with pytest.raises(ModelError, match="`b` must vary independently"):
        fit_firth(yes, np.column_stack([design[:, 0], np.ones(300)]), names=["a", "b"])
    with pytest.raises(ModelError, match=r"`design` must have shape \(300, columns\)"):
        fit_firth(yes, design[:5])
    with pytest.raises(ModelError, match="The median adjustment takes no groups"):
        fit_firth(yes, design, groups=group, adjustment="median")
