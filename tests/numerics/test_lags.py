"""Lags of two series, stacked."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxanalytics.errors import ModelError
from cxanalytics.numerics.cluster_robust import cluster_interval, robust_covariance
from cxanalytics.numerics.lags import lag_system, line_up, unit_rows


def _series(seed, units=20, waves=6, lead=0.4):
    rng = np.random.default_rng(seed)
    unit, wave = (a.ravel() for a in np.meshgrid(range(units), range(waves), indexing="ij"))
    x = rng.normal(size=(units, waves + 1)) + rng.normal(size=(units, 1))
    y = lead * x[:, :-1] + rng.normal(size=(units, waves)) + rng.normal(size=(units, 1))
    return (y + 0.2 * np.arange(waves)).ravel(), x[:, 1:].ravel(), unit, wave


def test_rows_meet_the_rows_of_neighboring_waves_only():
    unit, wave = np.array([0, 0, 0, 1, 1, 1]), np.array([0, 1, 3, 2, 1, 0])
    assert line_up(unit, wave, lags=(1,)).tolist() == [[1, 0], [3, 4], [4, 5]]
    assert line_up(unit, wave, lags=(-1, 1)).tolist() == [[4, 3, 5]]
    assert line_up(unit, wave, lags=(3,)).tolist() == [[2, 0]]


def test_lag_and_first_difference_agree_with_plm_on_grunfeld(reference, reference_dir):
    expected = reference("panel_cluster")["expected"]["grunfeld"]
    data = pd.read_csv(reference_dir / "grunfeld.csv")
    firm, year = (pd.factorize(data[name], sort=True)[0] for name in ("firm", "year"))
    x, y = data[["value", "capital"]].to_numpy(), data["inv"].to_numpy()
    now, before = line_up(firm, year, lags=(1,)).T
    made = unit_rows(y[now], x[before], firm[now], np.zeros(len(now)))
    coef = np.linalg.lstsq(made.x, made.y, rcond=None)[0]
    # exact algebra on both sides; the file carries 15 figures
    np.testing.assert_allclose(coef, list(expected["lag1_within"]["coef"].values()), rtol=1e-8)
    rest = made.y - made.x @ coef
    variance = np.square(rest).sum() / (len(rest) - 10 - 2) * np.linalg.inv(made.x.T @ made.x)
    se = list(expected["lag1_within"]["se"].values())
    np.testing.assert_allclose(np.sqrt(np.diag(variance)), se, rtol=1e-8)
    change = np.column_stack([np.ones(len(now)), x[now] - x[before]])
    coef = np.linalg.lstsq(change, y[now] - y[before], rcond=None)[0]
    np.testing.assert_allclose(coef, list(expected["fd"]["coef"].values()), rtol=1e-8)


def test_both_lags_are_least_squares_with_dummies():
    y, x, unit, wave = _series(1)
    kept = np.random.default_rng(2).random(len(y)) > 0.15
    y, x, unit, wave = y[kept], x[kept], unit[kept], wave[kept]
    system = lag_system(y, x, unit, wave, unit)
    now, before = line_up(unit, wave, lags=(1,)).T
    assert system.pairs == len(now)
    for which, (left, right) in (("forward", (y, x)), ("backward", (x, y))):
        table = np.column_stack([right[before], np.eye(20)[unit[now]], np.eye(6)[wave[now]]])
        plain = np.linalg.lstsq(table, left[now], rcond=None)[0][0]
        assert system.contrast(which) @ system.both.coef == pytest.approx(plain, rel=1e-9)


def test_the_difference_uses_the_covariance_of_both_lags():
    """One score per unit and lag, written out."""
    y, x, unit, wave = _series(3)
    system = lag_system(y, x, unit, wave, unit)
    now, before = line_up(unit, wave, lags=(1,)).T
    influence = []
    for left, right in ((y, x), (x, y)):
        made = unit_rows(left[now], right[before], unit[now], wave[now])
        own, held = made.x[:, 0], made.x[:, 1:]
        own = own - held @ (held.T @ own)
        rest = made.y - made.x @ np.linalg.lstsq(made.x, made.y, rcond=None)[0]
        influence.append(np.bincount(made.unit, weights=own * rest) / np.square(own).sum())
    c = system.contrast("difference")
    got = c @ robust_covariance(system.both, kind="CR0") @ c
    assert got == pytest.approx(np.square(influence[0] - influence[1]).sum(), rel=1e-9)


def test_a_unit_with_one_pair_is_not_counted():
    y, x, unit, wave = _series(4)
    kept = (unit != 0) | (wave < 2)
    system = lag_system(y[kept], x[kept], unit[kept], wave[kept], unit[kept])
    assert system.units == 19 and system.pairs == 19 * 5 + 1
    assert system.both.n_clusters == 19


def test_covariates_and_weights_are_held():
    y, x, unit, wave = _series(5)
    z = np.random.default_rng(6).normal(size=len(y))
    weights = np.random.default_rng(7).integers(1, 4, len(y)).astype(float)
    system = lag_system(y, x, unit, wave, unit, covariates=z, weights=weights)
    now, before = line_up(unit, wave, lags=(1,)).T
    table = np.column_stack([x[before], z[now], np.eye(20)[unit[now]], np.eye(6)[wave[now]]])
    root = np.sqrt(weights[now])
    plain = np.linalg.lstsq(table * root[:, None], y[now] * root, rcond=None)[0][0]
    assert system.both.coef[0] == pytest.approx(plain, rel=1e-9)


def test_the_past_of_the_outcome_is_held_in_the_veto_alone():
    """Shared shocks that stay in y make x seem to lead; the veto sees through it."""
    seen, vetoed = [], []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        y, x = np.zeros((30, 30)), np.zeros((30, 30))
        for t in range(1, 30):
            shock = rng.normal(size=30)
            x[:, t] = 0.7 * shock + 0.7 * rng.normal(size=30)
            y[:, t] = 0.8 * y[:, t - 1] + shock
        unit, wave = np.divmod(np.arange(300), 10)
        system = lag_system(y[:, 20:].ravel(), x[:, 20:].ravel(), unit, wave, unit)
        for fit, c, out in (
            (system.both, system.contrast("forward"), seen),
            (system.held[0], np.eye(len(system.held[0].coef))[0], vetoed),
        ):
            found = cluster_interval(fit, c)
            out.append(found.low > 0.0)
    assert np.mean(seen) > 0.5
    assert np.mean(vetoed) < 0.15


def test_refuses_what_does_not_change():
    y, x, unit, wave = _series(8)
    with pytest.raises(ModelError, match="No unit is there twice"):
        unit_rows(y[:3], x[:3], np.arange(3), np.zeros(3))
    with pytest.raises(ModelError, match="does not change within units"):
        unit_rows(y, wave.astype(float), unit, wave)
