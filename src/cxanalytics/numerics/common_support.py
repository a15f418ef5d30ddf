"""How many people of a group have their like in the other groups?

Where a group's people are found nowhere else, what they would answer elsewhere is a guess of the
model. Two ways to look: the cells that people fall into, and the range of a number.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]

ROUNDING = 1e-12
"""Numbers this close to the end of a range are in it."""


def in_cells_of_others(
    cells: ArrayLike, groups: ArrayLike, people: ArrayLike, *, at_least: float = 1.0
) -> Bools:
    """Tell for each row whether other groups have enough people in its cell.

    Parameters
    ----------
    cells, groups : array_like of int, shape (rows,)
        Numbered from 0.
    people : array_like of shape (rows,)
        Respondents a row stands for.
    at_least : float
        People of other groups that a cell needs.

    Returns
    -------
    ndarray of bool, shape (rows,)
    """
    cell, group = np.asarray(cells, dtype=np.int64), np.asarray(groups, dtype=np.int64)
    number = np.asarray(people, dtype=float)
    many = int(group.max()) + 1
    own = np.bincount(cell * many + group, weights=number, minlength=(int(cell.max()) + 1) * many)
    own = own.reshape(-1, many)
    others = own.sum(axis=1, keepdims=True) - own
    return np.asarray(others[cell, group] >= at_least)


def in_range_of_others(
    values: ArrayLike, groups: ArrayLike, people: ArrayLike, *, tail: float
) -> Bools:
    """Tell for each row whether it lies in the central range of the people of other groups.

    Parameters
    ----------
    values : array_like of shape (rows,)
    groups, people
        As in `in_cells_of_others`.
    tail : float
        Share of the others that is cut off at each end.

    Returns
    -------
    ndarray of bool, shape (rows,)
    """
    given, group = np.asarray(values, dtype=float), np.asarray(groups, dtype=np.int64)
    number = np.asarray(people, dtype=float)
    order = np.argsort(given, kind="stable")
    value, place, weight = given[order], group[order], number[order]
    inside = np.ones(len(given), dtype=bool)
    for own in range(int(group.max()) + 1):
        here = place == own
        reached = np.cumsum(np.where(here, 0.0, weight))
        if reached[-1] == 0:
            inside[order[here]] = False
            continue
        low, high = value[np.searchsorted(reached / reached[-1], [tail, 1.0 - tail])]
        near = (value[here] >= low - ROUNDING) & (value[here] <= high + ROUNDING)
        inside[order[here]] = near
    return inside


def share_of_group(flags: ArrayLike, groups: ArrayLike, people: ArrayLike) -> Floats:
    """Give the share of each group's people that are flagged.

    Parameters
    ----------
    flags : array_like of bool, shape (rows,)
    groups, people
        As in `in_cells_of_others`.

    Returns
    -------
    ndarray of shape (groups,)
    """
    group, number = np.asarray(groups, dtype=np.int64), np.asarray(people, dtype=float)
    flagged = np.bincount(group, weights=number * np.asarray(flags))
    return np.asarray(flagged / np.bincount(group, weights=number), dtype=float)
