"""Lags held together: statsmodels' figures, gaps, known truth, and the month of break-even."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from numpy.testing import assert_allclose

from cxanalytics.errors import ModelError
from cxanalytics.numerics.cluster_robust import cluster_interval, robust_covariance
from cxanalytics.numerics.distributed_lag import (
    fit_lags,
    net_path,
    paid_back_after,
    resample_lags,
    shift_back,
    step_path,
)


def _panel(seed: int, *, clusters: int = 12, each: int = 4, periods: int = 10) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    units = clusters * each
    unit = np.repeat(np.arange(units), periods)
    period = np.tile(np.arange(periods), units)
    frame = pd.DataFrame({"unit": unit, "period": period, "cluster": unit // each})
    frame["s"] = rng.normal(size=len(frame)) + rng.normal(size=units)[unit]
    frame["z"] = rng.normal(size=len(frame))
    for k in range(3):
        frame[f"s{k}"] = shift_back(frame["s"], frame["unit"], frame["period"], k)
    shock = rng.normal(size=(clusters, periods))[frame["cluster"], period]
    signal = frame[["s0", "s1", "s2"]].fillna(0.0) @ [-0.5, 0.3, 0.2]
    frame["y"] = signal + 0.4 * frame["z"] + 0.3 * shock + rng.normal(size=units)[unit]
    frame["y"] += rng.normal(size=len(frame)) + 0.1 * period
    return frame


def _fit(frame: pd.DataFrame):
    return fit_lags(
        frame["y"],
        frame[["s0", "s1", "s2"]],
        frame["unit"],
        frame["period"],
        frame["cluster"],
        covariates=frame[["z"]],
    )


def test_coefficients_and_errors_are_those_of_statsmodels() -> None:
    frame = _panel(1)
    frame.loc[[5, 40], "z"] = np.nan
    got = _fit(frame)
    known = frame.loc[got.used]
    told = smf.ols("y ~ s0 + s1 + s2 + z + C(unit) + C(period)", known).fit(
        cov_type="cluster",
        cov_kwds={"groups": known["cluster"], "use_correction": False},
    )
    names = ["s0", "s1", "s2", "z"]
    # Both are least squares; the tolerance is that of the dummies' conditioning.
    assert_allclose(got.fit.coef[:4], told.params[names], rtol=1e-8)
    bare = robust_covariance(got.fit, kind="CR0")[:4, :4]
    assert_allclose(bare, told.cov_params().loc[names, names], rtol=1e-7)


def test_lags_come_from_the_same_unit_and_leave_gaps_open() -> None:
    values, unit, period = [1.0, 2.0, 4.0, 7.0, 8.0], [0, 0, 0, 1, 1], [3, 4, 6, 3, 4]
    assert_allclose(shift_back(values, unit, period, 1), [np.nan, 1.0, np.nan, np.nan, 7.0])
    assert_allclose(shift_back(values, unit, period, 2), [np.nan, np.nan, 2.0, np.nan, np.nan])
    assert_allclose(shift_back(values, unit, period, -1), [2.0, np.nan, np.nan, 8.0, np.nan])
    assert_allclose(shift_back(values, unit, period, 0), values)


def test_known_lags_are_recovered() -> None:
    got = _fit(_panel(2, clusters=60, each=6))
    assert_allclose(got.fit.coef[:3], [-0.5, 0.3, 0.2], atol=0.08)
    assert got.units == 360 and got.used.sum() == 360 * 8
    assert got.contrast([0.0, 1.0, 1.0]) @ got.fit.coef == pytest.approx(0.5, abs=0.1)


def test_one_lag_alone_would_carry_part_of_the_same_period() -> None:
    frame = _panel(3, clusters=60, each=6, periods=6)
    rng = np.random.default_rng(3)
    frame["y"] = -frame["s0"] + 0.1 * rng.normal(size=len(frame))
    alone = fit_lags(frame["y"], frame[["s1"]], frame["unit"], frame["period"], frame["cluster"])
    assert alone.fit.coef[0] > 0.1
    both = fit_lags(
        frame["y"], frame[["s0", "s1"]], frame["unit"], frame["period"], frame["cluster"]
    )
    assert both.fit.coef[1] == pytest.approx(0.0, abs=0.01)


def test_ranges_of_sums_of_lags_cover_the_truth() -> None:
    """16 clusters of three units, 8 periods, shocks shared within clusters: CR2 ranges."""
    sums, hits, runs = np.array([[0.0, 1.0, 1.0], [1.0, 1.0, 1.0]]), np.zeros(2), 300
    for seed in range(runs):
        got = _fit(_panel(seed + 900, clusters=16, each=3, periods=8))
        found = [cluster_interval(got.fit, got.contrast(weights)) for weights in sums]
        truth = sums @ [-0.5, 0.3, 0.2]
        hits += [each.low <= value <= each.high for each, value in zip(found, truth, strict=True)]
    # Binomial error at 300 runs is 1.3 points; nominal 95%.
    assert (hits / runs > 0.91).all() and (hits / runs < 0.985).all()


def test_resampling_draws_whole_clusters_around_the_estimate() -> None:
    got = _fit(_panel(4))
    drawn = resample_lags(got, resamples=400, seed=1)
    assert drawn.shape == (400, 3)
    assert_allclose(drawn.mean(axis=0), got.fit.coef[:3], atol=0.02)
    spread = np.sqrt(np.diag(robust_covariance(got.fit, kind="CR1")))[:3]
    assert_allclose(drawn.std(axis=0), spread, rtol=0.25)
    assert_allclose(resample_lags(got, resamples=400, seed=1), drawn)


@pytest.mark.parametrize(
    ("lags", "months"),
    [
        ([-1.0, 0.0], 0.0),
        ([1.0, -2.0, 0.0], 2.0),
        ([1.0, -3.0, 0.0], 1.5),
        ([1.0, 0.0, 0.0], np.inf),
        ([-1.0, 3.0, -4.0], 2.5),
        ([0.0, 0.0], 0.0),
    ],
)
def test_paid_back_is_where_the_net_path_comes_back_for_good(lags, months) -> None:
    assert paid_back_after(net_path(lags)) == pytest.approx(months)


def test_paths_add_up() -> None:
    assert_allclose(step_path([1.0, 2.0, 3.0]), [1.0, 3.0, 6.0])
    assert_allclose(net_path([1.0, 2.0, 3.0]), [1.0, 4.0, 10.0])
    assert_allclose(paid_back_after(net_path([[-1.0, 0.0], [1.0, 0.0]])), [0.0, np.inf])


def test_a_cause_that_never_moves_is_refused() -> None:
    frame = _panel(5)
    with pytest.raises(ModelError, match="must vary within units"):
        fit_lags(frame["y"], frame[["cluster"]], frame["unit"], frame["period"], frame["cluster"])
    with pytest.raises(ModelError, match="more rows without a gap"):
        fit_lags(
            frame["y"],
            frame[["s0"]].where(frame["period"] < 1),
            frame["unit"],
            frame["period"],
            frame["cluster"],
        )
