"""What can a reader calculate of hidden cells from published sums and bounds?

Every published sum is an equation in the hidden cells, every label ("fewer than 10") a bound. The
least and the most that a cell can be under all of them are two linear programmes; for counts, the
whole numbers between decide. A cell whose least and most are equal is known (Castro, 2012).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from scipy.optimize import linprog

from cxanalytics.errors import DataError

Floats = NDArray[np.float64]

ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class CellBounds:
    """How far each cell is decided.

    Attributes
    ----------
    low, high : ndarray of shape (cells,)
        Least and most that the cell can be.
    """

    low: Floats
    high: Floats

    @property
    def known(self) -> NDArray[np.bool_]:
        """Cells of which only one value is left, shape (cells,)."""
        return self.high - self.low < 1.0 - 2.0 * ROUNDING


def cell_bounds(
    sums: ArrayLike | sparse.sparray,
    totals: ArrayLike,
    *,
    low: ArrayLike,
    high: ArrayLike,
    slack: ArrayLike = 0.0,
    whole: bool = True,
    cells: Sequence[int] | None = None,
) -> CellBounds:
    """Bound every cell by linear programmes.

    Parameters
    ----------
    sums : sparse array or ndarray of shape (equations, cells)
        How often a cell is in a published sum.
    totals : array_like of shape (equations,)
        The published sums.
    low, high : array_like of shape (cells,)
        What is known of each cell beforehand; `high` may be infinite.
    slack : array_like, a number or of shape (equations,)
        How far a published sum may be off, because it was rounded.
    whole : bool
        True for counts: bounds are whole numbers.
    cells : sequence of int, optional
        Cells to bound; the others keep what is known of them beforehand.

    Returns
    -------
    CellBounds

    Raises
    ------
    DataError
        No value of the cells agrees with what is published.
    """
    matrix = sparse.csr_array(sums, dtype=float)
    total = np.broadcast_to(np.asarray(totals, dtype=float), matrix.shape[:1])
    off = np.broadcast_to(np.asarray(slack, dtype=float), total.shape)
    lower, upper = (
        np.broadcast_to(np.asarray(end, dtype=float), matrix.shape[1:]) for end in (low, high)
    )
    limits = sparse.vstack([matrix, -matrix]).tocsr()
    room = np.concatenate([total + off, off - total]) + ROUNDING
    ends = np.stack([lower, upper])
    for cell in range(matrix.shape[1]) if cells is None else cells:
        goal = np.zeros(matrix.shape[1])
        for row, sign in enumerate((1.0, -1.0)):
            goal[cell] = sign
            ends[row, cell] = _least(goal, limits, room, np.column_stack([lower, upper])) * sign
    if whole:
        ends = np.stack([np.ceil(ends[0] - 1e3 * ROUNDING), np.floor(ends[1] + 1e3 * ROUNDING)])
    return CellBounds(ends[0], ends[1])


def _least(goal: Floats, limits: sparse.csr_array, room: Floats, bounds: Floats) -> float:
    found = linprog(goal, A_ub=limits, b_ub=room, bounds=bounds, method="highs")
    if found.status == 2:
        raise DataError("`totals` must agree with each other and with the bounds; they do not.")
    return -np.inf if found.status == 3 else float(found.fun)
