"""Which rows are equal, so that they can be counted once?

Rows come out sorted by their values, whatever order they came in: what is drawn at random for
them is the same for rows as for counts.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Integers = NDArray[np.int64]

LARGEST_CODE = 2**62


def equal_rows(columns: Sequence[ArrayLike]) -> tuple[Integers, Integers]:
    """Find rows that agree in every column.

    Parameters
    ----------
    columns : sequence of array_like of shape (rows,)
        The first sorts first.

    Returns
    -------
    first, cell : ndarray of int, shape (cells,) and (rows,)
        A row of each cell, in sorted order, and the cell of each row.
    """
    code, size = np.zeros(len(np.asarray(columns[0])), dtype=np.int64), 1
    for column in columns:
        levels, place = np.unique(np.asarray(column), return_inverse=True)
        if size > LARGEST_CODE // len(levels):
            present, code = np.unique(code, return_inverse=True)
            size = len(present)
        code = code.astype(np.int64) * len(levels) + place.ravel()
        size *= len(levels)
    _, first, cell = np.unique(code, return_index=True, return_inverse=True)
    return first.astype(np.int64), cell.astype(np.int64)
