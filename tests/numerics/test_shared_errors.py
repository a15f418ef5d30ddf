"""Errors that move a kind of score alike in all groups."""

from __future__ import annotations

import numpy as np

from cxanalytics.numerics.shared_errors import draw_shared, split_shared

GROUP = np.repeat(np.arange(9), 2)
KIND = np.tile([0, 1], 9)
SHARED = np.array([[4.0, -3.0], [-3.0, 5.0]])


def test_what_all_groups_share_is_taken_apart_exactly():
    own = np.diag(np.linspace(1.0, 2.0, 18))
    got, shared = split_shared(own + SHARED[np.ix_(KIND, KIND)], GROUP, KIND)
    np.testing.assert_allclose(shared, SHARED, atol=1e-12)
    np.testing.assert_allclose(got, own, atol=1e-12)


def test_independent_groups_share_nothing():
    own = np.diag(np.linspace(1.0, 2.0, 18))
    got, shared = split_shared(own, GROUP, KIND)
    assert not shared.any()
    np.testing.assert_allclose(got, own, atol=1e-12)


def test_a_kind_of_a_single_group_shares_nothing():
    kind = np.where(GROUP == 0, KIND, 0)
    _, shared = split_shared(np.eye(18) + 3.0, GROUP, kind)
    np.testing.assert_allclose(shared, [[3.0, 0.0], [0.0, 0.0]], atol=1e-12)


def test_draws_have_the_shared_covariance():
    drawn = draw_shared(SHARED, 20_000, seed=1)
    # 20,000 draws: standard error of a variance of 5 is 0.05
    np.testing.assert_allclose(np.cov(drawn.T), SHARED, atol=0.2)
