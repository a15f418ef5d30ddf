"""In which order do rows come, sorted by small whole numbers?

A counting sort: time and memory grow with the rows alone, equal codes keep their order, and no
number is wider than it must be.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse


def counting_sort(
    codes: NDArray[np.integer], levels: int
) -> tuple[NDArray[np.integer], NDArray[np.integer]]:
    """Sort rows by code.

    Parameters
    ----------
    codes : ndarray of int, shape (rows,)
        0 to levels - 1.
    levels : int

    Returns
    -------
    tuple of ndarray of int
        Order, shape (rows,): the row that comes in each place. Bounds, shape (levels + 1,): the
        rows with code k are in places bounds[k] to bounds[k + 1].
    """
    rows = len(codes)
    width = np.int32 if max(rows, levels) < 2**31 - 1 else np.int64
    member = sparse.csc_array(
        (
            np.ones(rows, dtype=np.int8),
            codes.astype(width, copy=False),
            np.arange(rows + 1, dtype=width),
        ),
        shape=(levels, rows),
    ).tocsr()
    return member.indices, member.indptr
