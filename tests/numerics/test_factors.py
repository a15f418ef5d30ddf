"""Correlations of sets of items, corrected for unreliability, and their ranges."""

from __future__ import annotations

import numpy as np
import pytest

from cxanalytics.errors import ModelError
from cxanalytics.numerics.factors import (
    alpha_between_clusters,
    between_correlations,
    correct_correlations,
    corrected_correlations,
    item_sums,
)
from cxanalytics.numerics.reliability import cronbach_alpha

MEMBER = np.array([0, 0, 0, 1, 1])


def _items(rng, sizes, *, together=0.8, apart=0.0, error=0.7):
    """Two correlated feelings, three items of the one and two of the other."""
    group = np.repeat(np.arange(len(sizes)), sizes)
    mix = np.array([[1.0, together], [0.0, np.sqrt(1.0 - together**2)]])
    level = rng.normal(size=(len(sizes), 2)) @ mix * np.sqrt(apart)
    felt = rng.normal(size=(len(group), 2)) @ mix * np.sqrt(1.0 - apart) + level[group]
    return felt[:, MEMBER] + error * rng.normal(size=(len(group), 5)), group


def test_pairwise_covariances_are_those_of_pandas(reference_dir):
    import pandas as pd

    items = pd.read_csv(reference_dir / "bfi25.csv").iloc[:, :10]
    sums = item_sums(items, np.arange(len(items)) % 7)
    np.testing.assert_allclose(sums.covariance(), items.cov(), rtol=1e-10)
    np.testing.assert_allclose(sums.only([3, 0]).covariance(), items.iloc[:, [3, 0]].cov())
    few = items.loc[np.arange(len(items)) % 7 != 2]
    np.testing.assert_allclose(sums.covariance(np.arange(7) != 2), few.cov(), rtol=1e-10)


def test_the_correction_divides_by_the_root_of_both_alphas():
    items, group = _items(np.random.default_rng(1), np.full(12, 40))
    got = corrected_correlations(item_sums(items, group), MEMBER)
    sums = [items[:, place == MEMBER].sum(axis=1) for place in (0, 1)]
    alpha = [cronbach_alpha(items[:, place == MEMBER]).alpha for place in (0, 1)]
    r = np.corrcoef(*sums)[0, 1]
    assert got.raw[0, 1] == pytest.approx(r)
    assert got.corrected[0, 1] == pytest.approx(r / np.sqrt(alpha[0] * alpha[1]))
    assert got.corrected[0, 0] == 1.0
    np.testing.assert_allclose(got.low + got.high, 2.0 * got.corrected)


def test_standardized_items_give_the_ratio_of_mean_correlations():
    """HTMT of Henseler, Ringle and Sarstedt (2015), by hand."""
    items, _ = _items(np.random.default_rng(2), np.full(12, 40))
    r = np.corrcoef(items, rowvar=False)
    across = r[:3, 3:].mean()
    inside = r[:3, :3][np.triu_indices(3, 1)].mean(), r[3, 4]
    got = correct_correlations(r, MEMBER)[0, 1]
    assert got == pytest.approx(across / np.sqrt(inside[0] * inside[1]))


def test_the_range_is_that_of_leaving_clusters_out_one_by_one():
    items, group = _items(np.random.default_rng(3), np.array([20, 30, 40, 50]), apart=0.1)
    got = corrected_correlations(item_sums(items, group), MEMBER)
    without = [
        correct_correlations(np.cov(items[group != place], rowvar=False), MEMBER)[0, 1]
        for place in range(4)
    ]
    error = np.sqrt(3 / 4 * np.square(without - np.mean(without)).sum())
    assert got.std_error[0, 1] == pytest.approx(error)
    # t of 3 degrees of freedom at 97.5%
    assert got.high[0, 1] - got.corrected[0, 1] == pytest.approx(3.182446 * error, rel=1e-6)


def test_ranges_cover_the_true_correlation_and_the_true_alpha():
    rng = np.random.default_rng(4)
    truth, alpha = 0.8, 3 * (1 / 1.49) / (1 + 2 / 1.49)
    hits = []
    for _ in range(300):
        items, group = _items(rng, rng.integers(20, 60, 12), together=truth, apart=0.15)
        sums = item_sums(items, group)
        got = corrected_correlations(sums, MEMBER)
        low, high = alpha_between_clusters(sums.only([0, 1, 2]))
        hits.append((got.low[0, 1] <= truth <= got.high[0, 1], low <= alpha <= high))
    # 300 replications: a Monte Carlo error of 1.3 points
    assert (np.abs(np.mean(hits, axis=0) - 0.95) < 0.035).all()


def test_levels_of_units_are_correlated_without_the_error_of_their_means():
    rng = np.random.default_rng(5)
    sizes = rng.integers(10, 30, 4000)
    unit = np.repeat(np.arange(4000), sizes)
    level = rng.normal(size=(4000, 2)) @ np.array([[1.0, 0.6], [0.0, 0.8]])
    inside = rng.normal(size=(len(unit), 2)) @ np.array([[1.0, -0.9], [0.0, 0.436]])
    scores = 0.5 * level[unit] + 1.5 * inside
    assert between_correlations(scores, unit)[0, 1] == pytest.approx(0.6, abs=0.06)
    means = np.column_stack([np.bincount(unit, weights=s) / sizes for s in scores.T])
    assert np.corrcoef(means, rowvar=False)[0, 1] < 0.45


def test_a_set_of_one_item_or_without_common_part_has_no_corrected_correlation():
    rng = np.random.default_rng(6)
    items, group = _items(rng, np.full(10, 30))
    alone = corrected_correlations(item_sums(items[:, :4], group), MEMBER[:4])
    assert np.isnan(alone.corrected[0, 1])
    assert np.isnan(alone.corrected[1, 1])
    assert alone.corrected[0, 0] == 1.0
    items[:, 4] = -items[:, 3] + 0.1 * rng.normal(size=len(items))
    against = corrected_correlations(item_sums(items, group), MEMBER)
    assert np.isnan(against.corrected[0, 1])
    assert np.isnan(against.low[0, 1])


def test_one_cluster_and_pairs_without_answers_are_refused():
    items, group = _items(np.random.default_rng(7), np.array([30]))
    sums = item_sums(items, group)
    with pytest.raises(ModelError, match="at least 2 clusters; got 1"):
        corrected_correlations(sums, MEMBER)
    with pytest.raises(ModelError, match="at least 2 clusters; got 1"):
        alpha_between_clusters(sums)
    items[:15, 0] = items[15:, 1] = np.nan
    with pytest.raises(ModelError, match="people who answered both"):
        item_sums(items, group).covariance()
