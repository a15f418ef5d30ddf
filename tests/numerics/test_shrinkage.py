"""Posterior of a normal-normal hierarchy."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from cxanalytics.errors import ModelError
from cxanalytics.numerics.shrinkage import (
    reml_tau2,
    shrink_normal,
    smooth_mean_variance,
    smooth_share_variance,
)

# Rubin (1981), eight schools; posterior means and sds with a flat prior on tau, integrated here by
# an independent adaptive quadrature to 1e-8.
EIGHT_Y = np.array([28.0, 8.0, -3.0, 7.0, -1.0, 1.0, 18.0, 12.0])
EIGHT_SE = np.array([15.0, 10.0, 16.0, 11.0, 9.0, 11.0, 10.0, 18.0])


def _by_quadrature(y, se):
    def parts(tau):
        w = 1 / (se**2 + tau**2)
        mu = (w * y).sum() / w.sum()
        density = np.sqrt(w).prod() / np.sqrt(w.sum()) * np.exp(-0.5 * (w * (y - mu) ** 2).sum())
        shrink = se**2 * w
        mean = (1 - shrink) * y + shrink * mu
        return density, mean, (1 - shrink) * se**2 + shrink**2 / w.sum()

    def integral(f):
        options = {"limit": 500, "epsabs": 0.0, "epsrel": 1e-10}
        return quad(f, 0, 60, **options)[0] + quad(f, 60, np.inf, **options)[0]

    total = integral(lambda t: parts(t)[0])
    mean = np.array([integral(lambda t, g=g: parts(t)[0] * parts(t)[1][g]) for g in range(len(y))])
    mean /= total
    square = [
        integral(lambda t, g=g: parts(t)[0] * (parts(t)[2][g] + parts(t)[1][g] ** 2))
        for g in range(len(y))
    ]
    return mean, np.sqrt(np.array(square) / total - mean**2)


def test_means_and_sds_equal_an_independent_quadrature():
    mean, sd = _by_quadrature(EIGHT_Y, EIGHT_SE)
    fit = shrink_normal(EIGHT_Y, EIGHT_SE**2)
    np.testing.assert_allclose(fit.mean, mean, rtol=1e-6)
    np.testing.assert_allclose(fit.sd, sd, rtol=1e-6)


def test_quantiles_and_draws_belong_to_the_same_posterior():
    fit = shrink_normal(EIGHT_Y, EIGHT_SE**2)
    draws = fit.draws(40_000, seed=4)
    assert np.abs(draws.mean(axis=0) - fit.mean).max() < 0.02 * fit.sd.max() * 1.5
    assert np.abs(draws.std(axis=0) / fit.sd - 1).max() < 0.02
    for p in (0.025, 0.5, 0.975):
        assert np.abs((draws < fit.quantile(p)).mean(axis=0) - p).max() < 0.012
    np.testing.assert_array_equal(draws, fit.draws(40_000, seed=4))


def test_reml_agrees_with_metafor(reference, reference_dir):
    expected = reference("benchmark")["expected"]["meta_logit"]["REML"]
    data = pd.read_csv(reference_dir / "bench_sim.csv")
    y = np.log(data["x"] / (data["n"] - data["x"])).to_numpy()
    v = (1 / data["x"] + 1 / (data["n"] - data["x"])).to_numpy()
    tau2 = reml_tau2(y, v)
    # metafor stops its Fisher scoring at changes of 1e-5 in tau2; ours solves the score equation
    assert tau2 == pytest.approx(expected["tau2"], abs=1e-5)
    w = 1 / (v + expected["tau2"])
    fit = shrink_normal(y, v)
    shrink = v * w
    blup = (1 - shrink) * y + shrink * (w @ y) / w.sum()
    np.testing.assert_allclose(blup, expected["blup"], rtol=1e-6)
    # integrating tau moves means a little and widens nearly every interval
    assert np.abs(fit.mean - expected["blup"]).max() < 0.2 * fit.sd.max()
    assert (fit.sd > np.array(expected["blup_se"]) * 0.999).mean() > 0.9


def test_reml_is_zero_when_units_differ_less_than_chance():
    assert reml_tau2(np.array([0.1, -0.1, 0.05, 0.0]), np.full(4, 1.0)) == 0.0


def test_correlated_estimates_use_the_whole_covariance():
    v = EIGHT_SE**2
    apart = shrink_normal(EIGHT_Y, v)
    same = shrink_normal(EIGHT_Y, np.diag(v))
    np.testing.assert_allclose(same.mean, apart.mean, rtol=1e-12)
    # an error common to all units moves the center, not the differences
    joint = shrink_normal(EIGHT_Y, np.diag(v) + 100.0)
    np.testing.assert_allclose(np.diff(joint.mean), np.diff(apart.mean), rtol=1e-5, atol=1e-6)
    assert (joint.sd > apart.sd).all()
    draws = joint.draws(20_000, seed=1)
    assert np.abs(draws.std(axis=0) / joint.sd - 1).max() < 0.03


def test_recovers_a_known_truth_and_covers_it():
    rng = np.random.default_rng(11)
    covered, error, raw_error = [], [], []
    for _ in range(150):
        v = 0.24 / rng.integers(30, 400, 15)
        theta = rng.normal(0.6, 0.05, 15)
        y = theta + rng.normal(0, np.sqrt(v))
        fit = shrink_normal(y, v)
        covered.append((fit.quantile(0.025) < theta) & (theta < fit.quantile(0.975)))
        error.append(np.square(fit.mean - theta).mean())
        raw_error.append(np.square(y - theta).mean())
    assert 0.935 < np.mean(covered) < 0.975
    assert np.mean(error) < 0.85 * np.mean(raw_error)


def test_a_covariate_is_shrunk_toward():
    rng = np.random.default_rng(3)
    x = np.column_stack([np.ones(60), rng.normal(size=60)])
    theta = x @ [1.0, 2.0] + rng.normal(0, 0.3, 60)
    fit = shrink_normal(theta + rng.normal(0, 0.5, 60), np.full(60, 0.25), design=x)
    assert fit.center == pytest.approx([1.0, 2.0], abs=0.3)


def test_reliability_lies_between_zero_and_one_and_grows_with_precision():
    fit = shrink_normal(EIGHT_Y, EIGHT_SE**2)
    order = np.argsort(EIGHT_SE)
    assert (np.diff(fit.reliability[order]) <= 0).all()
    assert ((fit.reliability > 0) & (fit.reliability < 1)).all()


def test_smoothed_share_variance_does_not_reward_unanimity():
    v = smooth_share_variance([1.0, 0.5, 0.5], [40, 400, 400])
    assert v[0] == pytest.approx(0.25 / 40, rel=0.01)
    means = smooth_mean_variance([0.0, 0.02, 0.01], [11, 51, 101])
    assert means[0] == pytest.approx((50 * 1.02 + 100 * 1.01) / 160 / 11)


@pytest.mark.parametrize(
    ("y", "variance", "message"),
    [
        ([1.0, 2.0], [1.0, 1.0], "at least 3 units"),
        ([1.0, 2.0, 3.0], [1.0, 0.0, 1.0], "positive and finite"),
        ([1.0, np.nan, 3.0], [1.0, 1.0, 1.0], "must be finite"),
        ([1.0, 2.0, 3.0], [1.0, 1.0], "must have shape"),
    ],
)
def test_refuses(y, variance, message):
    with pytest.raises(ModelError, match=message):
        shrink_normal(y, variance)


def test_normal_limit():
    v = np.full(5, 1e-8)
    y = np.linspace(0, 1, 5)
    fit = shrink_normal(y, v)
    np.testing.assert_allclose(fit.mean, y, atol=1e-6)
    np.testing.assert_allclose(fit.quantile(0.975) - fit.mean, norm.ppf(0.975) * 1e-4, rtol=1e-3)
