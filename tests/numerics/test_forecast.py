"""Forecasts of many paths at once: against the dense computation, and against worlds it is for."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from cxanalytics.errors import ModelError
from cxanalytics.numerics import forecast
from cxanalytics.numerics.forecast import forecast_paths, steepest_rise

TIMES = np.array([0.0, 1.0, 2.0, 3.5, 4.0])


def _dense(sd, v, later):
    """Covariance of all observations, and of the last unit's future with them, written out."""
    tau, psi, omega, drift, walk, shock = sd
    units, times = v.shape
    t = np.concatenate([TIMES, later])
    size = len(t)
    shared = 25.0 + 0.01 * np.outer(t, t) + walk**2 * np.minimum.outer(t, t)
    own = tau**2 + drift**2 * np.outer(t, t) + omega**2 * np.minimum.outer(t, t)
    whole = np.kron(np.ones((units, units)), shared) + np.kron(np.eye(units), own)
    seen = np.concatenate([g * size + np.arange(times) for g in range(units)])
    noise = np.kron(np.ones((units, units)), shock**2 * np.eye(times))
    noise += np.diag(np.repeat(psi**2, units * times) + v.ravel())
    ahead = np.concatenate([g * size + times + np.arange(len(later)) for g in range(units)])
    return whole[np.ix_(seen, seen)] + noise, whole[np.ix_(ahead, seen)]


@pytest.fixture
def small():
    rng = np.random.default_rng(4)
    y = rng.normal(0.0, 0.5, (6, len(TIMES)))
    return y - y.mean(), rng.uniform(0.01, 0.05, y.shape)


def test_the_likelihood_is_that_of_the_dense_normal(small):
    y, v = small
    later = np.array([6.0])
    data = forecast._Data(y, v, TIMES, later)
    sds = np.array([[0.4, 0.1, 0.1, 0.05, 0.1, 0.05], [0.2, 0.05, 0.3, 0.1, 0.02, 0.1]])
    got = forecast._log_marginal(data, sds)
    expected = [
        stats.multivariate_normal(cov=_dense(sd, v, later)[0]).logpdf(y.ravel()) for sd in sds
    ]
    # constants that no standard deviation enters are left out; the rest is algebra in doubles
    assert got[0] - got[1] == pytest.approx(expected[0] - expected[1], abs=1e-8)


def test_the_drawn_future_has_the_mean_of_the_dense_normal(small):
    y, v = small
    later = np.array([6.0])
    sd = np.array([0.4, 0.1, 0.1, 0.05, 0.1, 0.05])
    data = forecast._Data(y, v, TIMES, later)
    draws = 40_000
    _, future = forecast._draw(data, np.tile(sd, (draws, 1)), np.random.default_rng(1))
    cov, cross = _dense(sd, v, later)
    expected = cross @ np.linalg.solve(cov, y.ravel())
    # five standard errors of the simulation
    error = 5 * future[:, :, 0].std(axis=0) / np.sqrt(draws)
    assert (np.abs(future[:, :, 0].mean(axis=0) - expected) < error).all()


def _world(rng, *, units=12, times=10, ahead=2.0):
    t = np.arange(float(times))
    every = np.append(t, t[-1] + ahead)

    def walk(k):
        steps = np.sqrt(np.diff(every, prepend=0.0))
        return np.cumsum(steps * rng.standard_normal((k, len(every))), axis=1)

    level = 0.5 + 0.03 * every + 0.08 * walk(1)[0] + 0.1 * walk(units)
    level = level + 0.35 * rng.standard_normal((units, 1))
    level = level + 0.05 * rng.standard_normal((units, 1)) * every
    true = level + 0.06 * rng.standard_normal(level.shape) + 0.03 * rng.standard_normal(len(every))
    v = np.full((units, times), 0.012)
    return true[:, :-1] + np.sqrt(v) * rng.standard_normal(v.shape), v, t, true[:, -1]


def test_ranges_of_the_future_hold_the_truth_as_often_as_they_say():
    inside = []
    for seed in range(6):
        y, v, t, true = _world(np.random.default_rng(seed))
        got = forecast_paths(y, v, t, ahead=2.0, draws=400, seed=seed)
        low, high = np.quantile(got.future[:, :, 0], [0.1, 0.9], axis=0)
        inside += list((true >= low) & (true <= high))
    # 72 agencies in 6 worlds, which share shocks: about 6 points either way
    assert np.mean(inside) == pytest.approx(0.80, abs=0.14)


def test_a_unit_that_was_not_seen_is_as_the_others_and_less_sure():
    y, v, t, _ = _world(np.random.default_rng(3))
    y[0, 2:] = np.nan
    got = forecast_paths(y, v, t, ahead=1.0, draws=300, seed=1)
    spread = got.level[:, :, -1].std(axis=0)
    assert spread[0] > 1.3 * np.median(spread[1:])
    assert np.isfinite(got.future).all()


def test_an_outlying_start_is_expected_to_come_back():
    rng = np.random.default_rng(5)
    y = rng.normal(0.0, 0.05, (12, 8))
    y[0, -1] += 1.0
    got = forecast_paths(y, np.full(y.shape, 0.04), np.arange(8.0), ahead=1.0, draws=300, seed=1)
    assert got.future[:, 0, 0].mean() < 0.5


def test_the_steepest_rise_is_found_over_windows_of_at_least_the_length():
    level = np.array([[[0.0, 3.0, 2.0, 4.0]]])
    assert steepest_rise(level, [0.0, 1.0, 2.0, 3.0], window=1.0)[0, 0] == pytest.approx(3.0)
    assert steepest_rise(level, [0.0, 1.0, 2.0, 3.0], window=2.0)[0, 0] == pytest.approx(4.0 / 3.0)
    with pytest.raises(ModelError, match="span at least 4 years"):
        steepest_rise(level, [0.0, 1.0, 2.0, 3.0], window=4.0)


def test_too_little_data_is_refused():
    y = np.zeros((4, 6))
    with pytest.raises(ModelError, match="at least 5 units at 4 times"):
        forecast_paths(y, y + 1.0, np.arange(6.0), ahead=1.0, draws=10, seed=1)
    y = np.zeros((5, 6))
    with pytest.raises(ModelError, match="must increase"):
        forecast_paths(y, y + 1.0, np.zeros(6), ahead=1.0, draws=10, seed=1)
    with pytest.raises(ModelError, match="must be positive wherever"):
        forecast_paths(y, y, np.arange(6.0), ahead=1.0, draws=10, seed=1)
