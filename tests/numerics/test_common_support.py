"""People who are found in other groups too, by hand."""

from __future__ import annotations

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal

from cxanalytics.numerics.common_support import (
    in_cells_of_others,
    in_range_of_others,
    share_of_group,
)


def test_a_cell_counts_where_enough_people_of_others_are_in_it() -> None:
    cells = np.array([0, 0, 0, 1, 1, 2])
    groups = np.array([0, 1, 1, 0, 0, 1])
    people = np.array([1.0, 2.0, 3.0, 1.0, 1.0, 9.0])
    # Cell 0: group 0 has 5 people elsewhere, group 1 has 1. Cells 1 and 2 belong to one group.
    got = in_cells_of_others(cells, groups, people, at_least=1)
    assert_array_equal(got, [True, True, True, False, False, False])
    got = in_cells_of_others(cells, groups, people, at_least=2)
    assert_array_equal(got, [True, False, False, False, False, False])
    assert_allclose(share_of_group(got, groups, people), [1 / 3, 0.0])


def test_the_range_is_that_of_the_others_without_their_ends() -> None:
    values = np.array([*np.arange(100.0), 5.0, 99.0, 150.0])
    groups = np.array([0] * 100 + [1] * 3)
    near = in_range_of_others(values, groups, np.ones(103), tail=0.05)
    # The others of group 1 run from 4 to 94 when five in a hundred are cut off at each end.
    assert_array_equal(near[100:], [True, False, False])
    # The others of group 0 are 5, 99 and 150.
    assert_array_equal(near[:100], (values[:100] >= 5.0))


def test_rows_and_counts_say_the_same() -> None:
    rng = np.random.default_rng(3)
    values, groups = rng.integers(0, 9, 400).astype(float), rng.integers(0, 4, 400)
    kinds, place, people = np.unique(
        np.column_stack([values, groups]), axis=0, return_inverse=True, return_counts=True
    )
    for rows, counted in (
        (
            in_range_of_others(values, groups, np.ones(400), tail=0.1),
            in_range_of_others(kinds[:, 0], kinds[:, 1].astype(int), people, tail=0.1),
        ),
        (
            in_cells_of_others(values.astype(int), groups, np.ones(400), at_least=30),
            in_cells_of_others(
                kinds[:, 0].astype(int), kinds[:, 1].astype(int), people, at_least=30
            ),
        ),
    ):
        assert_array_equal(rows, counted[place.ravel()])
        assert 0 < rows.mean() < 1


def test_a_lone_group_has_no_others() -> None:
    assert not in_range_of_others([1.0, 2.0], [0, 0], [1, 1], tail=0.01).any()
    assert not in_cells_of_others([0, 1], [0, 0], [1, 1]).any()
