"""Drawn signs: the exact p-value where all are listed, and near it where they are drawn."""

from __future__ import annotations

import numpy as np
import pytest

from cxanalytics.numerics.cluster_robust import fit_clustered, wild_p_value
from cxanalytics.numerics.wild_draws import p_value_of_signs, wild_p_value_drawn


def _fit(clusters, seed=1):
    rng = np.random.default_rng(seed)
    cluster = np.repeat(np.arange(clusters), 5)
    x = np.column_stack([np.ones(len(cluster)), rng.normal(size=len(cluster)), cluster % 2])
    return fit_clustered(x, rng.normal(size=len(cluster)) + 0.1 * cluster, cluster)


@pytest.mark.parametrize("contrast", [[0, 1, 0], [0, 0, 1]])
@pytest.mark.parametrize("null", [0.0, 0.3])
def test_all_signs_give_the_enumerated_p_value(contrast, null) -> None:
    fit = _fit(8)
    signs = 1.0 - 2.0 * ((np.arange(2**8)[:, None] >> np.arange(8)) & 1)
    exact = wild_p_value(fit, contrast, null=null)
    assert p_value_of_signs(fit, contrast, signs, null=null) == pytest.approx(exact, abs=1e-12)
    assert wild_p_value_drawn(fit, contrast, draws=1, seed=1, null=null) == exact


def test_drawn_signs_come_near_the_enumerated_ones() -> None:
    fit = _fit(12)
    signs = np.random.default_rng(3).choice([-1.0, 1.0], size=(20_000, 12))
    exact = wild_p_value(fit, [0, 1, 0])
    # Four Monte Carlo errors of 20,000 draws.
    error = np.sqrt(exact * (1 - exact) / 20_000)
    assert abs(p_value_of_signs(fit, [0, 1, 0], signs) - exact) < 4 * error


def test_a_seed_gives_the_same_p_value() -> None:
    fit = _fit(20)
    told = [wild_p_value_drawn(fit, [0, 1, 0], draws=999, seed=seed) for seed in (1, 1, 2)]
    assert told[0] == told[1] != told[2]
    assert wild_p_value_drawn(fit, [0, 1, 0], draws=999, seed=1, null=50.0) == 1 / 1000
