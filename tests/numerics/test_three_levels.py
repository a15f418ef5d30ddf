"""Three levels: dense algebra, the balanced analysis of variance, known truth, coverage."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.optimize import minimize

from cxanalytics.errors import ModelError
from cxanalytics.numerics.three_levels import shrink_nested, spreads
from cxanalytics.numerics.three_levels_sums import log_marginal, turn


def _data(seed: int, *, groups: int = 8, low: float = 1.0, high: float = 2.0):
    rng = np.random.default_rng(seed)
    group = rng.permutation(np.repeat(np.arange(groups), rng.integers(1, 5, groups)))
    v = rng.uniform(0.3, 2.0, len(group))
    theta = 5.0 + rng.normal(0, high, groups)[group] + rng.normal(0, low, len(group))
    return group, v, theta, theta + rng.normal(0, np.sqrt(v))


def _blocks(seed: int, group: np.ndarray) -> np.ndarray:
    root = np.random.default_rng(seed).normal(size=(len(group), len(group)))
    full = root @ root.T / len(group) + np.eye(len(group))
    return full * (group[:, None] == group)


def _dense(y, v, group, x, low, high):
    """Condition one large normal: mean, sd and log p(y), gamma integrated out."""
    prior = low**2 * np.eye(len(y)) + high**2 * (group[:, None] == group)
    total = prior + v
    inverse = np.linalg.inv(total)
    c = np.linalg.inv(x.T @ inverse @ x)
    gamma = c @ x.T @ inverse @ y
    r = y - x @ gamma
    k = prior @ inverse
    b = x - k @ x
    log_p = -0.5 * (np.linalg.slogdet(total)[1] - np.linalg.slogdet(c)[1] + r @ inverse @ r)
    return x @ gamma + k @ r, np.sqrt(np.diag(prior - k @ prior + b @ c @ b.T)), log_p


@pytest.mark.parametrize("joint", [False, True])
@pytest.mark.parametrize("columns", [1, 3])
def test_each_node_is_the_normal_conditioned_at_once(joint, columns) -> None:
    group, v, _, y = _data(1)
    rng = np.random.default_rng(2)
    x = np.ones((len(y), 1)) if columns == 1 else np.eye(3)[rng.integers(0, 3, len(y))]
    variance = _blocks(3, group) if joint else v
    full = variance if joint else np.diag(v)
    fit = shrink_nested(y, variance, group=group, design=x, nodes=12)
    logs = []
    for place in range(0, len(fit.weight), 11):
        low, high = fit.tau_low[place], fit.tau_high[place]
        mean, sd, log_p = _dense(y, full, group, x, low, high)
        assert_allclose(fit.node_mean[place], mean, rtol=1e-8)
        assert_allclose(fit.node_sd[place], sd, rtol=1e-7)
        order = np.argsort(group, kind="stable")
        data = turn(y[order], np.asarray(variance), x[order], np.sort(group), order)
        logs.append(log_marginal(data, np.array([low]), np.array([high]))[0, 0] - log_p)
    assert_allclose(logs, logs[0], atol=1e-8)


def test_the_whole_posterior_is_the_integral_over_both_spreads() -> None:
    group, v, _, y = _data(4)
    fit = shrink_nested(y, v, group=group)
    node, width = np.polynomial.legendre.leggauss(50)
    u = 0.5 * (node + 1.0)
    tau = 2.0 * u / (1.0 - u)
    x = np.ones((len(y), 1))
    weights, means, squares = [], [], []
    for low, w_low in zip(tau, width / (1 - u) ** 2, strict=True):
        for high, w_high in zip(tau, width / (1 - u) ** 2, strict=True):
            mean, sd, log_p = _dense(y, np.diag(v), group, x, low, high)
            weights.append(np.log(w_low * w_high) + log_p)
            means.append(mean)
            squares.append(sd**2 + mean**2)
    weight = np.exp(np.array(weights) - max(weights))
    weight /= weight.sum()
    mean = weight @ np.array(means)
    sd = np.sqrt(weight @ np.array(squares) - mean**2)
    # Two quadratures of heavy tails: a hundredth of a standard deviation.
    assert_allclose(fit.mean, mean, atol=0.01 * sd.min())
    assert_allclose(fit.sd, sd, rtol=0.01)


def test_the_likelihood_peaks_at_the_balanced_analysis_of_variance() -> None:
    """Searle, Casella and McCulloch (1992): MSW = v + low², MSB = v + low² + n·high²."""
    rng = np.random.default_rng(5)
    groups, each, v = 30, 4, 0.5
    group = np.repeat(np.arange(groups), each)
    y = rng.normal(0, 2, groups)[group] + rng.normal(0, np.sqrt(1 + v), len(group))
    means = y.reshape(groups, each).mean(axis=1)
    within = np.square(y - means[group]).sum() / (groups * (each - 1))
    between = each * means.var(ddof=1)
    order = np.arange(len(y))
    data = turn(y, np.full(len(y), v), np.ones((len(y), 1)), group, order)
    found = minimize(
        lambda t: -log_marginal(data, np.exp(t[:1]), np.exp(t[1:]))[0, 0],
        [0.0, 0.0],
        method="Nelder-Mead",
        options={"xatol": 1e-8, "fatol": 1e-12},
    )
    expected = [within - v, (between - within) / each]
    # Nelder and Mead stop at 1e-8 in log tau.
    assert_allclose(np.exp(2 * found.x), expected, rtol=1e-5)


def test_draws_have_the_moments_and_quantiles_of_the_posterior() -> None:
    group, _, _, y = _data(7)
    fit = shrink_nested(y, _blocks(8, group), group=group)
    theta, gamma, tau = fit.draws(20_000, seed=1)
    # Monte Carlo: five standard errors of 20,000 draws.
    assert np.abs(theta.mean(axis=0) - fit.mean).max() < 5 * fit.sd.max() / np.sqrt(20_000)
    assert_allclose(theta.std(axis=0), fit.sd, rtol=0.04)
    assert_allclose(np.quantile(theta, 0.9, axis=0), fit.quantile(0.9), atol=0.05 * fit.sd.max())
    assert gamma.mean() == pytest.approx(fit.gamma[0], abs=0.05)
    assert (tau > 0).all()
    again, _, _ = fit.draws(20_000, seed=1)
    assert_allclose(again, theta)


def test_the_order_of_rows_and_the_names_of_groups_do_not_matter() -> None:
    group, v, _, y = _data(9)
    shuffled = np.random.default_rng(1).permutation(len(y))
    one = shrink_nested(y, v, group=group)
    two = shrink_nested(y[shuffled], v[shuffled], group=100 - 3 * group[shuffled])
    assert_allclose(two.mean, one.mean[shuffled], rtol=1e-7)
    assert_allclose(two.reliability, one.reliability[shuffled], rtol=1e-7)


def test_intervals_hold_the_truth_of_small_and_large_departments() -> None:
    held: dict[str, list[bool]] = {"small": [], "large": []}
    for seed in range(60):
        rng = np.random.default_rng(seed)
        group = np.repeat(np.arange(10), 3)
        v = np.tile([4.0, 1.0, 0.2], 10)
        theta = rng.normal(0, 1, 10)[group] + rng.normal(0, 1, 30)
        fit = shrink_nested(theta + rng.normal(0, np.sqrt(v)), v, group=group, nodes=24)
        inside = (fit.quantile(0.025) <= theta) & (theta <= fit.quantile(0.975))
        held["small"] += list(inside[v == 4.0])
        held["large"] += list(inside[v == 0.2])
    for size, answers in held.items():
        # 600 intervals: 95% give or take three standard errors of .9 points.
        assert 0.92 <= np.mean(answers) <= 0.98, size


def test_spreads_are_those_inside_groups_and_between_their_means() -> None:
    theta = np.array([[1.0, 3.0, 10.0, 12.0, 14.0]])
    inside, between = spreads(theta, np.array([0, 0, 1, 1, 1]))
    assert inside[0] == pytest.approx(np.sqrt((2.0 + 8.0) / 3))
    assert between[0] == pytest.approx(np.std([2.0, 12.0], ddof=1))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"group": [0, 0, 0, 1, 1, 1]}, "at least 3 groups"),
        ({"group": [0, 1, 2, 3, 4, 4]}, "at least 3 scores beyond one per group"),
        ({"y": [1, 2, np.nan, 4, 5, 6]}, "must be finite"),
        ({"variance": [1, 1, 1, 1, 1, 0]}, "must be positive"),
        ({"variance": [1, 1]}, "must have shape"),
    ],
)
def test_what_cannot_be_estimated_is_refused(change, message) -> None:
    given = {"y": [1, 2, 3, 4, 5, 7.0], "variance": [1.0] * 6, "group": [0, 0, 1, 1, 2, 2]}
    given |= change
    with pytest.raises(ModelError, match=message):
        shrink_nested(given["y"], given["variance"], group=given["group"])
