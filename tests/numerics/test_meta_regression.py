"""Random-effects regression: metafor's figures, a brute-force likelihood, and kept promises."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.optimize import minimize_scalar
from scipy.stats import t as student

from cxanalytics.errors import ModelError
from cxanalytics.numerics.meta_regression import fit_meta_regression, ratio_interval

# Thirteen vaccine trials: cases and others among the vaccinated, among the controls, and latitude.
# Colditz et al. (1994), JAMA 271, table 1.
TRIALS = np.array(
    [
        [4, 119, 11, 128, 44],
        [6, 300, 29, 274, 55],
        [3, 228, 11, 209, 42],
        [62, 13536, 248, 12619, 52],
        [33, 5036, 47, 5761, 13],
        [180, 1361, 372, 1079, 44],
        [8, 2537, 10, 619, 19],
        [505, 87886, 499, 87892, 13],
        [29, 7470, 45, 7232, 27],
        [17, 1699, 65, 1600, 42],
        [186, 50448, 141, 27197, 18],
        [5, 2493, 3, 2338, 33],
        [27, 16886, 29, 17825, 33],
    ],
    dtype=float,
)


def _log_ratios():
    ill, well, ill_0, well_0, latitude = TRIALS.T
    y = np.log(ill / (ill + well)) - np.log(ill_0 / (ill_0 + well_0))
    v = 1 / ill - 1 / (ill + well) + 1 / ill_0 - 1 / (ill_0 + well_0)
    return y, v, np.column_stack([np.ones(len(y)), latitude])


def _restricted(tau2, y, variance, x):
    """Restricted log-likelihood with whole matrices, written from the definition."""
    total = variance + tau2 * np.eye(len(y))
    inverse = np.linalg.inv(total)
    gram = x.T @ inverse @ x
    rest = y - x @ np.linalg.solve(gram, x.T @ inverse @ y)
    parts = np.linalg.slogdet(total)[1] + np.linalg.slogdet(gram)[1] + rest @ inverse @ rest
    return -0.5 * parts


def _made(seed, units=14):
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(units, units)) * 0.02
    covariance = root @ root.T + np.diag(rng.uniform(0.0004, 0.004, units))
    x = np.column_stack([np.ones(units), np.arange(units) % 2])
    y = 0.6 + 0.1 * x[:, 1] + rng.normal(0, 0.05, units)
    return y + np.linalg.cholesky(covariance) @ rng.normal(size=units), covariance, x


def test_trials_with_a_covariate_give_the_figures_metafor_prints() -> None:
    # rma(yi, vi, mods = ~ ablat), restricted likelihood: four digits, as printed.
    y, v, x = _log_ratios()
    plain = fit_meta_regression(y, v, x[:, :1])
    assert plain.tau2 == pytest.approx(0.3132, abs=5e-5)
    assert plain.coef[0] == pytest.approx(-0.7145, abs=5e-5)
    assert np.sqrt(plain.plain[0, 0]) == pytest.approx(0.1798, abs=5e-5)
    fit = fit_meta_regression(y, v, x)
    assert_allclose(fit.coef, [0.2515, -0.0291], atol=5e-5)
    assert_allclose(np.sqrt(np.diag(fit.plain)), [0.2491, 0.0072], atol=5e-5)
    # metafor stops when tau2 moves by less than 1e-5.
    assert fit.tau2 == pytest.approx(0.0764, abs=1e-4)


def test_agencies_give_the_figures_of_metafor(reference, reference_dir) -> None:
    known = reference("benchmark")["expected"]
    with (reference_dir / "bench_sim.csv").open(encoding="utf-8") as file:
        counts = [(float(row["x"]), float(row["n"])) for row in csv.DictReader(file)]
    hit, n = np.array(counts).T
    y, v = np.log(hit / (n - hit)), 1 / hit + 1 / (n - hit)
    fit = fit_meta_regression(y, v, np.ones((len(y), 1)))
    told = known["meta_logit"]["REML"]
    # metafor stops when tau2 moves by less than 1e-5: ours is at least as likely.
    assert fit.tau2 == pytest.approx(told["tau2"], rel=3e-5)
    whole = (y, np.diag(v), np.ones((len(y), 1)))
    assert _restricted(fit.tau2, *whole) >= _restricted(told["tau2"], *whole)
    assert fit.coef[0] == pytest.approx(told["mu"], rel=1e-6)
    assert np.sqrt(fit.plain[0, 0]) == pytest.approx(told["se"], rel=1e-5)
    _, error, low, high = fit.interval([1.0], level=0.95)
    assert error == pytest.approx(known["knha"]["se"], rel=3e-6)
    assert_allclose([low, high], known["knha"]["ci"], rtol=3e-6)


@pytest.mark.parametrize("seed", range(6))
def test_a_joint_covariance_gives_the_maximum_of_the_whole_likelihood(seed) -> None:
    y, covariance, x = _made(seed)
    fit = fit_meta_regression(y, covariance, x)
    found = minimize_scalar(
        lambda tau2: -_restricted(tau2, y, covariance, x),
        bounds=(0.0, 0.05),
        method="bounded",
        options={"xatol": 1e-12},
    )
    # The search stops short of an end; near a flat maximum 1e-7 is what it can find.
    assert fit.tau2 == pytest.approx(found.x, abs=2e-6)
    assert _restricted(fit.tau2, y, covariance, x) >= -found.fun - 1e-9
    inverse = np.linalg.inv(covariance + fit.tau2 * np.eye(len(y)))
    gram = x.T @ inverse @ x
    assert_allclose(fit.coef, np.linalg.solve(gram, x.T @ inverse @ y), rtol=1e-9)
    rest = y - x @ fit.coef
    assert fit.factor == pytest.approx(rest @ inverse @ rest / (len(y) - 2), rel=1e-9)
    assert_allclose(fit.covariance, fit.factor * np.linalg.inv(gram), rtol=1e-8)


def test_equal_errors_give_least_squares_and_the_exact_t_test() -> None:
    y, _, x = _made(3)
    n = len(y)
    coef, rest, *_ = np.linalg.lstsq(x, y, rcond=None)
    variance = rest[0] / (n - 2)
    for v, expected in ((0.5 * variance, 0.5 * variance), (2.0 * variance, 0.0)):
        fit = fit_meta_regression(y, np.full(n, v), x)
        assert fit.tau2 == pytest.approx(expected, abs=1e-12)
        assert_allclose(fit.coef, coef, rtol=1e-10)
        # With or without spread, errors of one size leave the ordinary t test.
        assert_allclose(fit.covariance, variance * np.linalg.inv(x.T @ x), rtol=1e-8)
        p = 2 * student.sf(abs(coef[1]) / np.sqrt(fit.covariance[1, 1]), n - 2)
        assert fit.p_value([0.0, 1.0]) == pytest.approx(p)


def test_the_highest_of_several_peaks_is_found() -> None:
    # One small unit far out and three large ones: two peaks, the higher away from 0.
    y, v = np.array([0.0, 0.1, 0.9, 5.0]), np.array([1e-4, 1e-4, 1e-4, 40.0])
    x = np.ones((4, 1))
    fit = fit_meta_regression(y, v, x)
    grid = np.geomspace(1e-8, 60, 4000)
    best = max(_restricted(tau2, y, np.diag(v), x) for tau2 in [0.0, *grid])
    assert _restricted(fit.tau2, y, np.diag(v), x) >= best - 1e-9


def test_the_ratio_holds_one_exactly_when_the_difference_holds_zero() -> None:
    for seed in range(40):
        y, covariance, x = _made(seed, units=9)
        fit = fit_meta_regression(y, covariance, x)
        _, _, low, high = fit.interval([0, 1], level=0.95)
        ratio, below, above = fit.ratio_interval([1, 0], [0, 1], level=0.95)
        assert (low <= 0 <= high) == (below <= 1 <= above)
        assert below <= ratio <= above
        for end in (below, above):
            # Each end is a ratio whose own test is just rejected.
            c = np.array([1.0 - end, 1.0])
            assert abs(c @ fit.coef) == pytest.approx(
                fit.reach(0.95) * np.sqrt(c @ fit.covariance @ c), rel=1e-6
            )


def test_a_baseline_that_may_be_zero_has_no_ratio() -> None:
    told = ratio_interval([0.1, 0.2], np.diag([0.01, 0.001]), [1, 0], [0, 1], reach=2.0)
    assert told == (pytest.approx(3.0), 0.0, float("inf"))


@pytest.mark.parametrize("spread", [0.0, 0.05])
def test_ranges_keep_their_promise_at_eight_units(spread) -> None:
    rng = np.random.default_rng(int(100 * spread))
    x = np.column_stack([np.ones(8), np.arange(8) % 2])
    held = np.zeros(2)
    rounds = 800
    for _ in range(rounds):
        v = rng.uniform(0.0002, 0.004, 8)
        y = 0.5 + 0.15 * x[:, 1] + rng.normal(0, np.sqrt(v + spread**2))
        fit = fit_meta_regression(y, v, x)
        _, _, low, high = fit.interval([0, 1], level=0.95)
        _, below, above = fit.ratio_interval([1, 0], [0, 1], level=0.95)
        held += [low <= 0.15 <= high, below <= 1.3 <= above]
    # Three Monte Carlo errors of 800 rounds around the 93 to 97% that is promised.
    assert (np.abs(held / rounds - 0.95) < 0.02 + 3 * np.sqrt(0.95 * 0.05 / rounds)).all()
    assert (held / rounds < 0.98).all()


@pytest.mark.parametrize(
    ("y", "variance", "design", "message"),
    [
        ([1.0, np.nan, 2.0], [1.0] * 3, np.ones((3, 1)), "must be finite; got missing values"),
        ([1.0, 2.0, 3.0], [1.0, 0.0, 1.0], np.ones((3, 1)), "must be positive, or a positive"),
        ([1.0, 2.0], [1.0, 1.0], np.eye(2), "more units than `design` has columns; got 2 and 2"),
        ([1.0, 2.0, 3.0], [1.0] * 3, np.ones((3, 2)), "linearly independent columns"),
    ],
)
def test_what_cannot_be_fitted_is_refused(y, variance, design, message) -> None:
    with pytest.raises(ModelError, match=message):
        fit_meta_regression(y, variance, design)
