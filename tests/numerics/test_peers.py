"""Gaps to the median of the other peers."""

from __future__ import annotations

import numpy as np
import pytest

from cxanalytics.errors import ModelError
from cxanalytics.numerics.peers import gaps_to_peers

DRAWS = np.random.default_rng(0).normal(size=(40, 9))
MEMBERS = [
    np.ones(9, bool),
    np.array([1, 1, 1, 1, 0, 1, 1, 0, 1], bool),
    np.array([1, 1, 1, 1, 1, 1, 1, 1, 0], bool),
]


@pytest.mark.parametrize("member", MEMBERS)
def test_equals_leaving_one_out_by_hand(member):
    got = gaps_to_peers(DRAWS, member)
    for unit in range(9):
        others = member.copy()
        others[unit] = False
        rest = DRAWS[:, others]
        np.testing.assert_allclose(got.gap[:, unit], DRAWS[:, unit] - np.median(rest, axis=1))
        assert got.median[unit] == pytest.approx(np.median(rest, axis=1).mean())
        assert got.low_quarter[unit] == pytest.approx(np.quantile(rest, 0.25, axis=1).mean())
        assert got.high_quarter[unit] == pytest.approx(np.quantile(rest, 0.75, axis=1).mean())
        assert got.others[unit] == others.sum()


def test_needs_two_other_peers():
    with pytest.raises(ModelError, match="2 other peers"):
        gaps_to_peers(DRAWS[:, :3], np.array([True, True, False]))
