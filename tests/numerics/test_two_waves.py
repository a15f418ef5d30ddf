"""Change between two waves, regression to the mean inside."""

from __future__ import annotations

import numpy as np
import pytest

from cxanalytics.errors import ModelError
from cxanalytics.numerics.two_waves import compare_two_waves


def _two_waves(seed, units=24, change=0.03, trend=0.01):
    rng = np.random.default_rng(seed)
    first = rng.normal(0.6, 0.05, units)
    second = first + trend + rng.normal(0, change, units)
    v = 0.24 / rng.integers(60, 800, units)
    y = first + rng.normal(0, np.sqrt(v)), second + rng.normal(0, np.sqrt(v))
    return second - first, y[0], y[1], v


def test_draws_have_the_moments_of_the_grid():
    _, y1, y2, v = _two_waves(1)
    fit = compare_two_waves(y1, y2, v, v)
    draws = fit.draws(20_000, seed=2)
    assert np.abs(draws.mean(axis=0) - fit.change).max() < 0.04 * fit.change_sd.max()
    assert np.abs(draws.std(axis=0) / fit.change_sd - 1).max() < 0.04
    np.testing.assert_array_equal(draws[:5], fit.draws(20_000, seed=2)[:5])


@pytest.mark.parametrize(("correlation", "level", "change"), [(0.0, 0.2, 0.15), (0.6, 0.4, 0.4)])
def test_equals_direct_importance_sampling_of_the_same_posterior(correlation, level, change):
    """A plain Monte Carlo over the prior, conditioning each draw by matrix algebra."""
    _, y1, y2, v = _two_waves(3, units=10)
    fit = compare_two_waves(y1, y2, v, v, covariance=correlation * v)
    drawn = np.array([[1.0, correlation], [correlation, 1.0]])
    rng = np.random.default_rng(0)
    total, mean = 0.0, np.zeros(10)
    for _ in range(12_000):
        a, c, r = level * rng.random(), change * np.sqrt(rng.random()), rng.uniform(-1, 1)
        level_change = np.array([[a * a, a * c * r], [a * c * r, c * c]])
        t = np.array([[1.0, -0.5], [1.0, 0.5]])
        sigma = t @ level_change @ t.T
        inverse = np.linalg.inv(sigma + np.stack([x * drawn for x in v]))
        y = np.column_stack([y1, y2])
        precision = inverse.sum(axis=0)
        mu = np.linalg.solve(precision, np.einsum("gij,gj->i", inverse, y))
        quadratic = np.einsum("gi,gij,gj->", y - mu, inverse, y - mu)
        weight = np.sqrt(np.linalg.det(inverse).prod() / np.linalg.det(precision))
        weight *= np.exp(-0.5 * quadratic)
        theta = mu + np.einsum("ij,gjk,gk->gi", sigma, inverse, y - mu)
        total, mean = total + weight, mean + weight * (theta[:, 1] - theta[:, 0])
    assert np.abs(mean / total - fit.change).max() < 0.1 * fit.change_sd.max()


def test_intervals_cover_true_changes_and_beat_plain_differences():
    hits, error, raw = [], [], []
    for seed in range(100):
        truth, y1, y2, v = _two_waves(seed)
        fit = compare_two_waves(y1, y2, v, v)
        low, high = np.quantile(fit.draws(1000, seed=seed), [0.025, 0.975], axis=0)
        hits.append((low < truth) & (truth < high))
        error.append(np.square(fit.change - truth).mean())
        raw.append(np.square(y2 - y1 - truth).mean())
    assert 0.925 < np.mean(hits) < 0.975
    assert np.mean(error) < 0.6 * np.mean(raw)


def test_shared_samples_are_as_sure_as_they_are_and_no_surer():
    """The same units answered twice: half of the sampling error cancels from the change."""
    hits, width, apart = [], [], []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        first = rng.normal(0.6, 0.05, 24)
        change = rng.normal(0.01, 0.03, 24)
        v = 0.24 / rng.integers(60, 800, 24)
        common, own = rng.normal(size=(1, 24)), rng.normal(size=(2, 24))
        noise = np.sqrt(v) * (np.sqrt(0.7) * common + np.sqrt(0.3) * own)
        y1, y2 = first + noise[0], first + change + noise[1]
        for covariance, kept in ((0.7 * v, width), (None, apart)):
            fit = compare_two_waves(y1, y2, v, v, covariance=covariance)
            low, high = np.quantile(fit.draws(800, seed=seed), [0.025, 0.975], axis=0)
            kept.append((high - low).mean())
            if covariance is not None:
                hits.append((low < change) & (change < high))
    assert 0.925 < np.mean(hits) < 0.975
    assert np.mean(width) < 0.9 * np.mean(apart)


def test_no_covariance_is_the_same_as_independent_samples():
    _, y1, y2, v = _two_waves(6)
    plain, zero = (
        compare_two_waves(y1, y2, v, v, covariance=covariance) for covariance in (None, 0 * v)
    )
    np.testing.assert_array_equal(plain.draws(50, seed=1), zero.draws(50, seed=1))


def test_regression_to_the_mean_is_not_taken_for_change():
    rng = np.random.default_rng(9)
    theta = rng.normal(0.6, 0.02, 60)
    v = np.full(60, 0.24 / 60)
    y1, y2 = (theta + rng.normal(0, np.sqrt(v)) for _ in range(2))
    fit = compare_two_waves(y1, y2, v, v)
    best = np.argmax(y1)
    assert (y2 - y1)[best] < -0.05
    assert abs(fit.change[best]) < 0.5 * abs((y2 - y1)[best])
    assert np.corrcoef(fit.expected, y2 - y1)[0, 1] > 0.3


def test_a_common_trend_is_found():
    _, y1, y2, v = _two_waves(4, units=200, change=0.01, trend=0.04)
    assert compare_two_waves(y1, y2, v, v).trend == pytest.approx(0.04, abs=0.01)


def test_refuses_few_units_and_bad_variances():
    with pytest.raises(ModelError, match="at least 5 units"):
        compare_two_waves([0.1] * 4, [0.2] * 4, [1.0] * 4, [1.0] * 4)
    with pytest.raises(ModelError, match="positive and finite"):
        compare_two_waves([0.1] * 6, [0.2] * 6, [0.0] * 6, [1.0] * 6)
    for covariance in ([1.0] * 6, [0.1] * 5, [np.nan] * 6):
        with pytest.raises(ModelError, match="`covariance` must hold one entry a unit"):
            compare_two_waves([0.1] * 6, [0.2] * 6, [1.0] * 6, [1.0] * 6, covariance=covariance)
