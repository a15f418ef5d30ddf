"""The relation of true scores: known truth, what error does to it, its interval, other methods."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from cxanalytics.errors import ModelError
from cxanalytics.numerics.true_relation import true_correlation, true_slope


def made_units(rng, *, units=24, slope=0.4, spread=0.15, rest=0.03, people=(40, 400), inside=0.15):
    """Scores of units whose people relate by `inside`, while units relate by `slope`."""
    n = np.exp(rng.uniform(*np.log(people), units))
    x = rng.normal(0, spread, units)
    y = slope * x + rng.normal(0, rest, units)
    one = np.array([[1.0, inside], [inside, 0.22]])
    error = one / n[:, None, None]
    noise = rng.standard_normal((units, 2)) @ np.linalg.cholesky(one).T / np.sqrt(n)[:, None]
    return x + noise[:, 0], y + noise[:, 1], error, 1 / (rest**2 + error[:, 1, 1])


def test_without_error_it_is_weighted_least_squares():
    rng = np.random.default_rng(1)
    x, y, _, weight = made_units(rng)
    found = true_slope(x, y, np.zeros((24, 2, 2)), weight=weight, level=0.95)
    slope = np.polyfit(x, y, 1, w=np.sqrt(weight))[0]
    assert found.slope == pytest.approx(slope, abs=1e-12)
    assert found.plain == pytest.approx(slope, abs=1e-12)
    assert found.reliability == pytest.approx(1.0)
    assert found.df == 22


def test_the_range_is_that_of_leaving_out_one_unit():
    x, y, error, weight = made_units(np.random.default_rng(2), units=12)
    found = true_slope(x, y, error, weight=weight, level=0.95)

    def slope(rows):
        w = weight[rows] / weight[rows].sum()
        away = np.column_stack([x[rows] - w @ x[rows], y[rows] - w @ y[rows]])
        moments = (away.T * w) @ away - np.einsum("g,gij->ij", w * (1 - w), error[rows])
        return moments[0, 1] / moments[0, 0]

    left_out = np.array([slope(np.arange(12) != unit) for unit in range(12)])
    error_of = np.sqrt(11 / 12 * ((left_out - left_out.mean()) ** 2).sum())
    assert found.slope == pytest.approx(slope(np.arange(12)), abs=1e-12)
    assert found.std_error == pytest.approx(error_of, abs=1e-12)
    reach = stats.t.ppf(0.975, 10) * error_of
    assert (found.low, found.high) == pytest.approx((found.slope - reach, found.slope + reach))


def test_shared_error_pulls_the_plain_slope_toward_the_people_and_is_taken_out():
    rng = np.random.default_rng(3)
    found = []
    for _ in range(150):
        x, y, error, weight = made_units(rng, people=(30, 150))
        found.append(true_slope(x, y, error, weight=weight, level=0.95))
    corrected, plain = (
        np.nanmedian([getattr(f, kind) for f in found]) for kind in ("slope", "plain")
    )
    # Errors relate by .15 and make up two fifths of the spread: the plain slope lies in between.
    assert plain < 0.34
    assert corrected == pytest.approx(0.4, abs=0.03)


@pytest.mark.parametrize(("units", "slope"), [(12, 0.4), (24, -0.1), (44, 0.4)])
def test_intervals_of_the_slope_keep_their_promise(units, slope):
    rng = np.random.default_rng(units)
    hits = 0
    for _ in range(300):
        x, y, error, weight = made_units(rng, units=units, slope=slope, people=(80, 800))
        found = true_slope(x, y, error, weight=weight, level=0.95)
        hits += found.low <= slope <= found.high
    # 300 runs: a true 95% lies within 92.5 and 97.5; few units err on the wide side.
    assert 0.925 <= hits / 300 <= 0.995


def test_units_that_differ_by_chance_alone_have_no_slope():
    rng = np.random.default_rng(5)
    error = np.tile(np.array([[1.0, 0.0], [0.0, 1.0]]), (20, 1, 1))
    found = true_slope(
        0.5 * rng.standard_normal(20),
        rng.standard_normal(20),
        error,
        weight=np.ones(20),
        level=0.95,
    )
    assert np.isnan(found.slope) and np.isnan(found.low)
    assert found.reliability < 0 and found.spread == 0.0


def test_without_error_the_correlation_is_that_of_fisher():
    """Fisher (1921): atanh r is normal with error 1/sqrt(G - 3); the prior is flat, G is large."""
    rng = np.random.default_rng(6)
    draws = rng.multivariate_normal([0, 0], [[1, 0.6], [0.6, 1]], 400)
    r = np.corrcoef(draws.T)[0, 1]
    found = true_correlation(*draws.T, np.zeros((400, 2, 2)) + 1e-9 * np.eye(2), level=0.95)
    center, half = np.arctanh(r), 1.959964 / np.sqrt(397)
    expected = np.tanh([center - half, center, center + half])
    # the flat prior on r is not flat on atanh r: it moves the figures by about 2 r / G
    assert [found.low, found.median, found.high] == pytest.approx(expected, abs=0.01)


def test_the_posterior_agrees_with_brute_force():
    """The 2G-variate normal density on a dense uniform grid, means given a very wide prior."""
    rng = np.random.default_rng(7)
    units = 8
    x, y, error, _ = made_units(rng, units=units, spread=0.1, people=(60, 300))
    z = np.column_stack([x, y])
    z = (z - z.mean(axis=0)) / z.std(axis=0, ddof=1)
    noise = error / np.outer(np.std(x, ddof=1), np.std(y, ddof=1))
    noise[:, 0, 0] = error[:, 0, 0] / np.var(x, ddof=1)
    noise[:, 1, 1] = error[:, 1, 1] / np.var(y, ddof=1)
    tau = np.linspace(0.02, 6.0, 60)
    rho = np.linspace(-0.995, 0.995, 81)
    mean = np.kron(np.ones((units, units)), 1e4 * np.eye(2))
    own = np.zeros((2 * units, 2 * units))
    for g in range(units):
        own[2 * g : 2 * g + 2, 2 * g : 2 * g + 2] = noise[g]
    density = np.zeros(len(rho))
    for k, r in enumerate(rho):
        for a in tau:
            sigma = np.empty((len(tau), 2, 2))
            sigma[:, 0, 0], sigma[:, 1, 1] = a**2, tau**2
            sigma[:, 0, 1] = sigma[:, 1, 0] = r * a * tau
            total = np.einsum("gh,kij->kgihj", np.eye(units), sigma)
            total = total.reshape(len(tau), 2 * units, 2 * units) + own + mean
            log_det = np.linalg.slogdet(total)[1]
            quadratic = z.ravel() @ np.linalg.solve(total, z.ravel()[:, None])[:, :, 0].T
            density[k] += np.exp(-0.5 * (log_det + quadratic) + 40.0).sum()
    reached = np.cumsum(density) / density.sum()
    low, median, high = np.interp([0.025, 0.5, 0.975], reached, rho)
    found = true_correlation(x, y, error, level=0.95)
    # steps of .025 in the grid of the correlation, and standard deviations cut at 6
    assert [found.low, found.median, found.high] == pytest.approx([low, median, high], abs=0.04)


def test_intervals_of_the_correlation_keep_their_promise():
    rng = np.random.default_rng(8)
    hits = 0
    for _ in range(60):
        truth = rng.multivariate_normal([0, 0], 0.05**2 * np.array([[1, 0.8], [0.8, 1]]), 24)
        n = np.exp(rng.uniform(*np.log([80, 1400]), 24))
        one = 0.22 * np.array([[1, 0.5], [0.5, 1]])
        noise = rng.standard_normal((24, 2)) @ np.linalg.cholesky(one).T / np.sqrt(n)[:, None]
        found = true_correlation(*(truth + noise).T, one / n[:, None, None], level=0.95)
        hits += found.low <= 0.8 <= found.high
    # 60 runs of a true 95%: 53 or more in 99 of 100 times
    assert hits >= 53


def test_refusals_say_what_is_needed():
    three = np.arange(3.0)
    with pytest.raises(ModelError, match="`x` must hold at least 4 units; got 3"):
        true_slope(three, three, np.zeros((3, 2, 2)), weight=np.ones(3), level=0.95)
    with pytest.raises(ModelError, match="`x` must hold at least 4 units; got 3"):
        true_correlation(three, three, np.zeros((3, 2, 2)), level=0.95)
    with pytest.raises(ModelError, match="one is the same for all"):
        true_correlation(np.ones(5), np.arange(5.0), np.zeros((5, 2, 2)), level=0.95)
