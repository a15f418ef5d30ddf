"""Which cells may be shown where each of them stands in several totals, or in a total of totals?

A cell hidden for one total's sake may be the only unknown of another one. So a small cell is put on
a rectangle of hidden cells, where something can be added to one corner and taken from the next
without changing any total; which cells still follow is read off the graph of the hidden cells.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxanalytics.disclosure.groups import OPEN, suppress
from cxanalytics.errors import ParamsError, must_be
from cxanalytics.numerics.subtraction import derivable_cells
from cxanalytics.rules import COMPLEMENTARY, FEW, HIDDEN, THRESHOLDS, Thresholds

Codes = NDArray[np.int64]
Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]

SHOWN = ("", FEW)
NOBODY = -1
"""In the place of a cell that does not exist."""
APART = 0
"""Number of the totals that are not published, taken together."""


def suppress_margins(
    frame: pd.DataFrame,
    *,
    margins: Sequence[str],
    n: str = "n",
    n_eff: str | None = None,
    thresholds: Thresholds = THRESHOLDS,
) -> pd.Series[str]:
    """Say for each cell of a cross-table why it is not shown, where its margins are published.

    Parameters
    ----------
    frame : DataFrame
        A row per cell.
    margins : sequence of str
        Columns whose values have published totals: one or two of them. Cells that are equal in
        one of these are summed there; a total over one cell only must not be published.
    n, n_eff : str
        Columns with answers and effective answers.
    thresholds : Thresholds

    Returns
    -------
    Series of str
        As `suppress`, with the index of `frame`.

    Raises
    ------
    ParamsError
        More than two margins, or none.
    """
    if len(margins) not in (1, 2):
        raise ParamsError(must_be("margins", ("one column", "two columns"), list(margins)))
    people = frame[n].astype(float)
    effective = people if n_eff is None else frame[n_eff].astype(float)
    if len(margins) == 1:
        parts = [
            suppress(people[cells], effective[cells], total_published=True, thresholds=thresholds)
            for cells in frame.groupby(margins[0], dropna=False).groups.values()
        ]
        return pd.concat(parts).reindex(frame.index)
    reason = suppress(people, effective, total_published=False, thresholds=thresholds)
    codes = np.array([_totals(frame[margin]) for margin in margins])
    counts = np.asarray(people, dtype=np.float64)
    grid = np.full(codes.max(axis=1) + 1, NOBODY)
    there = np.flatnonzero(counts > 0)
    grid[codes[0, there], codes[1, there]] = there
    while cells := _next_cells(codes, grid, counts, reason, thresholds.hide):
        reason.iloc[cells] = COMPLEMENTARY
    return reason


def suppress_within(
    frame: pd.DataFrame,
    parents: pd.Series[str],
    *,
    parent: str,
    n: str = "n",
    n_eff: str | None = None,
    order: str | None = None,
    thresholds: Thresholds = THRESHOLDS,
) -> pd.Series[str]:
    """Say for each child, such as a department, why it is not shown beside its parent.

    Parameters
    ----------
    frame : DataFrame
        A row per child.
    parents : Series of str
        Why each parent is not shown, by its name; "" or "few" where its answers are published.
    parent : str
        Column with the parent of a child.
    n, n_eff : str
        Columns with answers and effective answers.
    order : str, optional
        Column with the sizes by which the next child is chosen, the same in all tables of a wave.
    thresholds : Thresholds

    Returns
    -------
    Series of str
        As `suppress`, with the index of `frame`. No child of a hidden parent is shown: together
        they would give it back.
    """
    people = frame[n].astype(float)
    effective = people if n_eff is None else frame[n_eff].astype(float)
    reason = suppress(people, effective, total_published=False, thresholds=thresholds)
    small = (reason == HIDDEN) & (people > 0)
    for _, part in frame.loc[small.groupby(frame[parent]).transform("any")].groupby(parent):
        own = part.index
        reason.loc[own] = suppress(
            people[own],
            effective[own],
            total_published=True,
            order=None if order is None else part[order],
            thresholds=thresholds,
        )
    closed = ~frame[parent].map(parents).isin(SHOWN)
    reason.loc[closed & (reason != HIDDEN)] = COMPLEMENTARY
    return reason


def _totals(margin: pd.Series[str]) -> Codes:
    """Number the totals of the cells.

    A total over one cell is that cell, and must not be published. All of these are one total here:
    together they follow from the others.
    """
    code, _ = pd.factorize(margin, sort=True)
    return np.where(np.bincount(code)[code] == 1, APART, code + 1).astype(np.int64)


def _next_cells(
    codes: Codes, grid: Codes, people: Floats, reason: pd.Series[str], hide: int
) -> list[int]:
    """Find cells to hide next for the sake of a small one; none where nothing can be had."""
    free = reason.isin(SHOWN).to_numpy() & (people > 0)
    unknown = ~free & (people > 0)
    small = unknown & (people < hide)
    row, column = codes
    hidden = np.zeros(codes.max(axis=1) + 1, dtype=bool)
    hidden[row[unknown], column[unknown]] = True
    for cell in np.flatnonzero(small & derivable_cells(hidden)[row, column]):
        if cells := _closed_way(codes, grid, people, free, int(cell)):
            return cells
    for margin in codes:
        count, few = (np.bincount(margin, weights=flags) for flags in (unknown, small))
        held = np.bincount(margin, weights=people * unknown)
        tight = (held < hide) | ((few == count) & (held > count * (hide - 1) - OPEN))
        for total in np.flatnonzero((few > 0) & tight):
            if len(near := np.flatnonzero(free & (margin == total))):
                return [int(near[np.argmin(people[near])])]
    return []


def _closed_way(codes: Codes, grid: Codes, people: Floats, free: Flags, cell: int) -> list[int]:
    """Find the fewest people to hide so that a cell stands on a rectangle of hidden cells.

    Whatever is added to one corner and taken from the next changes no total. Where the table has
    no such rectangle, the smallest cell of the same totals is hidden.
    """
    row, column = codes[:, cell]
    cost = np.where(grid == NOBODY, np.inf, np.where(free, people, 0.0)[grid])
    ways = cost + cost[row, :] + cost[:, [column]]
    ways[row, :] = ways[:, column] = np.inf
    ways[ways == 0.0] = np.inf
    i, j = np.unravel_index(np.argmin(ways), ways.shape)
    if np.isfinite(ways[i, j]):
        corners = (grid[row, j], grid[i, column], grid[i, j])
        return [int(one) for one in corners if free[one]]
    return _nearest(codes, people, free, cell)


def _nearest(codes: Codes, people: Floats, free: Flags, cell: int) -> list[int]:
    """Find the smallest cell to hide in a published total of a cell, else of those beside it."""
    about = np.arange(len(people)) == cell
    for _ in range(2):
        published = [np.isin(code, code[about & (code != APART)]) for code in codes]
        about = np.logical_or.reduce(published) & (people > 0)
        if len(near := np.flatnonzero(about & free)):
            return [int(near[np.argmin(people[near])])]
    return []
