"""Hidden cells are marked as known exactly where linear algebra can solve for them."""

import numpy as np
import pytest

from cxanalytics.numerics.subtraction import derivable_cells


def solvable(hidden):
    """Solve it the slow way: a cell is known where no solution of zero sums moves it."""
    cells = np.argwhere(hidden)
    sums = np.zeros((sum(hidden.shape), len(cells)))
    for place, (row, column) in enumerate(cells):
        sums[row, place] = sums[hidden.shape[0] + column, place] = 1.0
    _, size, right = np.linalg.svd(sums)
    free = right[np.sum(size > 1e-9) :]
    known = np.zeros(hidden.shape, dtype=bool)
    for place, (row, column) in enumerate(cells):
        known[row, column] = not (np.abs(free[:, place]) > 1e-9).any()
    return known


@pytest.mark.parametrize("share", [0.15, 0.3, 0.6])
def test_known_cells_are_those_that_linear_algebra_finds(share):
    draw = np.random.default_rng(11)
    for _ in range(150):
        hidden = draw.random(draw.integers(1, 8, 2)) < share
        assert (derivable_cells(hidden) == solvable(hidden)).all()


def test_two_in_each_row_and_column_may_still_leave_a_bridge():
    hidden = np.array(
        [
            [True, True, False, False],
            [True, True, True, False],
            [False, False, True, True],
            [False, False, True, True],
        ]
    )
    known = derivable_cells(hidden)
    assert known.sum() == 1
    assert known[1, 2]


def test_a_table_without_hidden_cells_gives_nothing_away():
    assert not derivable_cells(np.zeros((3, 2), dtype=bool)).any()
    assert derivable_cells(np.ones((1, 3), dtype=bool)).all()
    assert not derivable_cells(np.ones((2, 2), dtype=bool)).any()
