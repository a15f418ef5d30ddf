"""Overdispersion and limits of a funnel plot."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom
from statsmodels.stats.multitest import multipletests

from cxanalytics.errors import ModelError
from cxanalytics.numerics.funnel import (
    WINSORIZED_SQUARE,
    arcsine,
    discovery_rates,
    exact_limits,
    overdispersion,
    share_limits,
    tail_probabilities,
)


def test_overdispersion_agrees_with_the_reference(reference, reference_dir):
    expected = reference("benchmark")["expected"]
    data = pd.read_csv(reference_dir / "bench_sim.csv")
    n = data["n"].to_numpy(dtype=float)
    target = data["x"].sum() / n.sum()
    assert target == pytest.approx(expected["target"], rel=1e-12)
    y, center = arcsine(data["x"] / n), float(arcsine(target))
    got = overdispersion(y, 1 / (2 * np.sqrt(n)), center, corrected=False)
    arcsine_part = expected["arcsine"]
    assert got.phi_raw == pytest.approx(arcsine_part["phi_raw"], rel=1e-10)
    assert got.phi == pytest.approx(arcsine_part["phi_w"], rel=1e-10)
    assert list(got.cuts) == pytest.approx(arcsine_part["q"], rel=1e-10)
    assert got.tau2 == pytest.approx(arcsine_part["tau2"], rel=1e-10)
    np.testing.assert_allclose(got.z, arcsine_part["z_naive"], rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(got.z_adjusted, arcsine_part["z_add"], rtol=1e-8, atol=1e-10)
    outside = 1 + np.flatnonzero(np.abs(got.z_adjusted) > 3.0902)
    assert outside.tolist() == arcsine_part["outlier_add"]
    assert got.phi == pytest.approx(expected["FunnelPlotR"]["phi"], rel=1e-10)


def test_untransformed_shares_agree_with_the_reference(reference, reference_dir):
    expected = reference("benchmark")["expected"]
    data = pd.read_csv(reference_dir / "bench_sim.csv")
    n = data["n"].to_numpy(dtype=float)
    target = data["x"].sum() / n.sum()
    share = (data["x"] / n).to_numpy()
    got = overdispersion(share, np.sqrt(target * (1 - target) / n), target, corrected=False)
    proportion = expected["proportion"]
    assert got.phi_raw == pytest.approx(proportion["phi_raw"], rel=1e-10)
    assert got.tau2 == pytest.approx(proportion["tau2"], rel=1e-10)
    np.testing.assert_allclose(got.z_adjusted, proportion["z_add"], rtol=1e-8, atol=1e-10)


def test_exact_limits_agree_with_the_reference(reference):
    expected = reference("benchmark")["expected"]["exact_binomial_limits"]
    target = reference("benchmark")["expected"]["target"]
    for level, low_name, high_name in ((0.95, "lo95", "hi95"), (0.998, "lo998", "hi998")):
        low, high = exact_limits(target, expected["n"], level=level)
        np.testing.assert_allclose(low, expected[low_name], rtol=1e-8)
        np.testing.assert_allclose(high, expected[high_name], rtol=1e-8)


def test_winsorizing_constant_is_the_mean_square_of_a_clipped_normal():
    z = np.random.default_rng(0).standard_normal(2_000_000)
    low, high = np.quantile(z, [0.1, 0.9])
    assert np.mean(np.clip(z, low, high) ** 2) == pytest.approx(WINSORIZED_SQUARE, abs=0.002)


def test_without_overdispersion_tau2_is_small_and_with_it_recovered():
    rng = np.random.default_rng(1)
    s = np.full(400, 0.02)
    calm = overdispersion(rng.normal(0, 0.02, 400), s, 0.0)
    wild = overdispersion(rng.normal(0, np.hypot(0.02, 0.03), 400), s, 0.0)
    assert calm.tau2 < 0.1 * 0.02**2 * 2
    assert np.sqrt(wild.tau2) == pytest.approx(0.03, abs=0.004)
    uncorrected = overdispersion(rng.normal(0, np.hypot(0.02, 0.03), 400), s, 0.0, corrected=False)
    assert uncorrected.tau2 < 0.75 * wild.tau2


def test_limits_hold_their_share_of_agencies():
    """Interpolated limits hold about 95 percent even with 30 answers."""
    for n in (30, 49, 50, 200):
        low, high = share_limits(0.7, [n], level=0.95)
        counts = np.arange(n + 1)
        inside = (counts / n >= low) & (counts / n <= high)
        assert 0.92 < binom.pmf(counts[inside], n, 0.7).sum() < 0.975


@pytest.mark.parametrize("tau2", [0.0, 0.002])
def test_limits_narrow_without_a_kink_and_tend_to_the_arcsine_limits(tau2):
    n = np.arange(30.0, 400.0)
    target, level = 0.65, 0.95
    z = 1.959963984540054
    low, high = share_limits(target, n, level=level, tau2=tau2)
    reach = z * np.sqrt(1 / (4 * n) + tau2)
    for limit, sign in ((low, -1), (high, 1)):
        ratio = sign * (arcsine(limit) - arcsine(target)) / reach
        assert np.diff(sign * limit).max() < 1e-4
        assert np.abs(np.diff(ratio)).max() < 0.03
        assert ratio[-1] == pytest.approx(1.0, abs=0.03)


def test_overdispersion_widens_limits_everywhere():
    n = np.array([30.0, 49.0, 60.0, 500.0])
    narrow, wide = (share_limits(0.7, n, level=0.95, tau2=t) for t in (0.0, 0.001))
    assert (wide[0] < narrow[0]).all()
    assert (wide[1] > narrow[1]).all()
    assert ((wide[0] >= 0) & (wide[1] <= 1)).all()


def test_needs_ten_units():
    with pytest.raises(ModelError, match="at least 10 units; got 9"):
        overdispersion(np.zeros(9), np.ones(9), 0.0)


def test_tails_are_exact_and_both_hold_the_count():
    """Reference: scipy's binomial, for whole numbers of answers."""
    n, count = np.array([30, 30, 50, 300]), np.array([30, 0, 20, 200])
    got = tail_probabilities(count / n, n, 0.6)
    low, high = binom.cdf(count, n, 0.6), binom.sf(count - 1, n, 0.6)
    np.testing.assert_allclose(got, np.minimum(2 * np.minimum(low, high), 1), rtol=1e-9)
    assert tail_probabilities([0.6], [10], 0.6) == pytest.approx(1.0)


def _drawn(n, tau, seed):
    """Counts of answers whose share scatters normally, on the arcsine scale or that of shares."""
    rng = np.random.default_rng(seed)
    deviate = tau * rng.normal(size=400_000)
    shares = np.sin(float(arcsine(0.7)) + deviate) ** 2, 0.7 + 2 * np.sqrt(0.21) * deviate
    return [rng.binomial(n, np.clip(share, 0.0, 1.0)) for share in shares]


def test_tails_with_overdispersion_are_those_of_the_mixture_that_makes_them_likelier():
    shapes = _drawn(60, 0.05, 1)
    for count in (30, 36, 50):
        tail = max(min((x <= count).mean(), (x >= count).mean()) for x in shapes)
        got = tail_probabilities([count / 60], [60], 0.7, tau2=0.05**2)
        # 400,000 draws: three Monte Carlo errors, doubled as the probability is
        assert got == pytest.approx(2 * tail, abs=6 * np.sqrt(tail / 400_000))


def test_equally_likely_spreads_are_averaged():
    shapes = [_drawn(300, tau, 2) for tau in (0.0, 0.03, 0.09)]
    for count in (165, 245):
        each = [
            np.mean([min((x <= count).mean(), (x >= count).mean()) for x in drawn])
            for drawn in zip(*shapes, strict=True)
        ]
        got = tail_probabilities([count / 300], [300], 0.7, tau2=[0.0, 0.03**2, 0.09**2])
        assert got == pytest.approx(2 * max(each), abs=6 * np.sqrt(max(each) / 1_200_000))


def test_the_spread_of_few_units_is_less_sure_than_that_of_many():
    rng = np.random.default_rng(4)
    ratio = []
    for units in (12, 100):
        fit = overdispersion(0.3 * rng.normal(size=units), np.full(units, 0.1), 0.0)
        assert fit.tau2_likely.min() < fit.tau2 < fit.tau2_likely.max()
        assert np.median(fit.tau2_likely) == pytest.approx(fit.tau2, rel=0.15)
        ratio.append(fit.tau2_likely.max() / fit.tau2_likely.min())
    assert ratio[0] > 2 * ratio[1]


def test_discovery_rates_agree_with_statsmodels():
    p = np.random.default_rng(2).uniform(size=40) ** 3
    p[3] = p[4]
    expected = multipletests(p, method="fdr_bh")[1]
    np.testing.assert_allclose(discovery_rates(p), expected, rtol=1e-12)
    assert discovery_rates([]).size == 0
