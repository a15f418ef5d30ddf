"""What linear programmes give back of hidden cells, and what they do not."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from cxanalytics.errors import DataError
from cxanalytics.numerics.linear_attack import cell_bounds


def test_one_unknown_of_a_total_is_known():
    got = cell_bounds([[1.0]], [7.0], low=0, high=9)
    assert got.known.tolist() == [True] and (got.low[0], got.high[0]) == (7, 7)


def test_two_unknowns_stay_open_unless_their_labels_decide():
    open_ = cell_bounds([[1.0, 1.0]], [12.0], low=1, high=9)
    assert (open_.low.tolist(), open_.high.tolist()) == ([3, 3], [9, 9])
    tight = cell_bounds([[1.0, 1.0]], [18.0], low=1, high=9)
    assert tight.known.all() and tight.low.tolist() == [9, 9]


def test_bounds_equal_a_search_through_every_table():
    # a table of three by three with all margins, and four hidden cells on a closed way
    rng = np.random.default_rng(4)
    sums = np.array([[1, 1, 0, 0], [0, 0, 1, 1], [1, 0, 1, 0], [0, 1, 0, 1]], dtype=float)
    for _ in range(5):
        truth = rng.integers(1, 10, 4)
        totals = sums @ truth
        fits = [x for x in product(range(1, 10), repeat=4) if np.array_equal(sums @ x, totals)]
        got = cell_bounds(sums, totals, low=1, high=9)
        assert got.low.tolist() == np.min(fits, axis=0).tolist()
        assert got.high.tolist() == np.max(fits, axis=0).tolist()


def test_a_rounded_total_leaves_room():
    exact = cell_bounds([[1.0]], [7.0], low=0, high=9)
    rounded = cell_bounds([[1.0]], [7.0], low=0, high=9, slack=1.0)
    assert exact.known.all() and not rounded.known.any()
    assert (rounded.low[0], rounded.high[0]) == (6, 8)


def test_a_cell_without_an_end_has_none():
    assert cell_bounds([[1.0, -1.0]], [0.0], low=0, high=np.inf).high.tolist() == [np.inf, np.inf]


def test_totals_that_disagree_are_an_error():
    with pytest.raises(DataError, match="`totals` must agree with each other"):
        cell_bounds([[1.0], [1.0]], [7.0, 8.0], low=0, high=9)
