"""Ranks from joint draws, and confidence sets for ranks."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxanalytics.numerics.independent_rank_sets import draw_errors, large_deviations
from cxanalytics.numerics.ranks import rank_confidence_sets, rank_draws, summarize_ranks


def test_one_is_the_highest():
    np.testing.assert_array_equal(
        rank_draws([[0.1, 0.9, 0.5], [3.0, 2.0, 1.0]]), [[3, 1, 2], [1, 2, 3]]
    )


def test_summary_equals_counting_by_hand():
    rng = np.random.default_rng(0)
    draws = rng.normal(size=(1500, 9)) + np.linspace(0, 1, 9)
    got = summarize_ranks(draws)
    ranks = (-draws).argsort(axis=1).argsort(axis=1) + 1
    for place in range(1, 10):
        np.testing.assert_allclose(got.probability[:, place - 1], (ranks == place).mean(axis=0))
    ahead = (draws[:, :, None] > draws[:, None, :]).mean(axis=0)
    np.testing.assert_allclose(got.ahead, ahead)
    np.testing.assert_allclose(got.top_quartile, (ranks <= 2).mean(axis=0))
    np.testing.assert_allclose(got.bottom_quartile, (ranks >= 8).mean(axis=0))
    np.testing.assert_allclose(got.expected, ranks.mean(axis=0))
    inside = (ranks >= got.low) & (ranks <= got.high)
    assert (inside.mean(axis=0) >= 0.95).all()


def test_ranks_agree_with_the_outside_reference(reference):
    """Monte Carlo both sides: 40,000 draws, standard error at most .0025."""
    expected = reference("benchmark")["expected"]
    mean, sd = (np.array(expected["meta_logit"]["REML"][k]) for k in ("blup", "blup_se"))
    draws = mean + sd * np.random.default_rng(1).standard_normal((40_000, len(mean)))
    got = summarize_ranks(draws)
    assert np.abs(got.top_quartile - expected["p_top_quartile_fixed_hyper"]).max() < 0.01
    assert np.abs(got.expected - expected["mean_rank_high_is_1"]).max() < 0.2


@pytest.mark.parametrize("simultaneous", [False, True])
def test_confidence_sets_agree_with_csranks(reference, reference_dir, simultaneous):
    """csranks 1.2.3 is Monte Carlo too: one rank of tolerance, as the reference file says."""
    which = "csranks_simultaneous" if simultaneous else "csranks_marginal"
    expected = reference("benchmark")["expected"][which]
    data = pd.read_csv(reference_dir / "bench_sim.csv")
    share = (data["x"] / data["n"]).to_numpy()
    variance = share * (1 - share) / data["n"].to_numpy()
    low, high = rank_confidence_sets(
        share, variance, seed=100, simultaneous=simultaneous, n_draws=20_000
    )
    assert np.abs(low - expected["L"]).max() <= 1
    assert np.abs(high - expected["U"]).max() <= 1


def test_marginal_sets_cover_the_true_rank():
    rng = np.random.default_rng(8)
    theta = np.linspace(0, 1, 8)
    true = np.arange(8, 0, -1)
    hits = []
    for seed in range(150):
        y = theta + rng.normal(0, 0.2, 8)
        low, high = rank_confidence_sets(y, np.full(8, 0.04), seed=seed, n_draws=1000)
        hits.append((low <= true) & (true <= high))
    assert np.mean(hits, axis=0).min() > 0.93


def test_a_joint_covariance_is_used():
    y = np.array([0.0, 0.3, 0.6])
    shared = np.full((3, 3), 1.0) + np.diag([1e-4, 1e-4, 1e-4])
    low, high = rank_confidence_sets(y, shared, seed=1)
    np.testing.assert_array_equal(low, [3, 2, 1])
    np.testing.assert_array_equal(high, [3, 2, 1])


@pytest.mark.parametrize("simultaneous", [False, True])
@pytest.mark.parametrize("spread", [0.0, 1.0, 30.0])
def test_a_short_search_finds_what_the_full_one_finds(simultaneous, spread):
    """Same errors both ways; scores from all alike to so far apart that stepdown goes far down."""
    rng = np.random.default_rng(4)
    variance = rng.uniform(0.02, 0.2, 30)
    y = spread * rng.normal(size=30) + rng.normal(size=30) * np.sqrt(variance)
    quick = rank_confidence_sets(y, variance, seed=6, simultaneous=simultaneous, n_draws=16_000)
    # a correlation too small to matter sends the same problem the long way
    joint = np.diag(variance) + 1e-13 * (1 - np.eye(30))
    full = rank_confidence_sets(y, joint, seed=7, simultaneous=simultaneous, n_draws=16_000)
    # Monte Carlo of two seeds: a pair on the edge may go either way
    assert np.abs(np.array(quick) - np.array(full)).max() <= 1
    assert np.abs(np.array(quick) - np.array(full)).mean() < 0.1


def test_no_deviation_that_could_be_critical_is_left_out():
    rng = np.random.default_rng(5)
    variance = rng.uniform(0.01, 1.0, 40)
    errors = draw_errors(variance, comparisons=39, level=0.95, n_draws=3000, seed=8)
    for j in (0, 17, 39):
        scale = 1 / np.hypot(np.sqrt(variance[j]), np.sqrt(variance))
        scale[j] = 0.0
        every = (errors.noise - errors.noise[:, [j]]) * scale
        expected = np.argwhere(np.abs(every) >= errors.complete)
        found = large_deviations(errors, j)
        assert set(zip(found.draw, found.unit, strict=True)) == set(map(tuple, expected))
        np.testing.assert_allclose(found.size, every[found.draw, found.unit], rtol=1e-12)


def test_a_thousand_units_fit_in_memory():
    rng = np.random.default_rng(2)
    got = summarize_ranks(rng.normal(size=(1000, 1000)))
    assert got.probability.sum(axis=1) == pytest.approx(1.0)
    off = ~np.eye(1000, dtype=bool)
    assert (got.ahead + got.ahead.T)[off] == pytest.approx(1.0)
