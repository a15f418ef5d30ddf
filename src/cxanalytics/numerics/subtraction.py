"""Which hidden cells of a table can be had by subtraction from its margins?

Hidden cells are the edges of a graph that joins the sums they belong to, rows on one side, columns
on the other. Adding a value along a closed way through the graph, and taking it off again step by
step, changes no sum; so a hidden cell is safe where its edge lies on a closed way, and known where
it does not: where the edge is a bridge (Gusfield, 1988).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def derivable_cells(hidden: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Mark the hidden cells that follow from the shown ones and the margins.

    Parameters
    ----------
    hidden : ndarray of bool, shape (rows, columns)
        Cells that are not shown; every other cell and the sum of every row and column is known.

    Returns
    -------
    ndarray of bool, shape (rows, columns)
    """
    rows, columns = hidden.shape
    near = [[rows + int(j) for j in np.flatnonzero(row)] for row in hidden]
    near += [[int(i) for i in np.flatnonzero(column)] for column in hidden.T]
    reached = np.full(rows + columns, -1)
    lowest = np.zeros(rows + columns, dtype=int)
    found = np.zeros(hidden.shape, dtype=bool)
    steps = 0
    for start in range(rows):
        if reached[start] >= 0:
            continue
        # a walk into depth without recursion: node, node before it, neighbors still to see
        walk = [(start, -1, iter(near[start]))]
        reached[start] = lowest[start] = steps = steps + 1
        while walk:
            node, before, rest = walk[-1]
            for other in rest:
                if reached[other] < 0:
                    reached[other] = lowest[other] = steps = steps + 1
                    walk.append((other, node, iter(near[other])))
                    break
                if other != before:
                    lowest[node] = min(lowest[node], reached[other])
            else:
                walk.pop()
                if before >= 0:
                    lowest[before] = min(lowest[before], lowest[node])
                    if lowest[node] > reached[before]:
                        row, column = sorted((node, before))
                        found[row, column - rows] = True
    return found
