"""How far do the weighted scores of a cumulative model differ between sampling units?

The middle of Binder's (1983) sandwich: squares and products of the units' total scores, centered
within strata. Totals are added up row by row in place, so that nothing is as long as the data but
the codes of the units. Scores of equal rows are computed once where rows are cells.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from cxanalytics.numerics.links import Link, Pieces
from cxanalytics.numerics.ordinal_given import BLOCK, GivenRows
from cxanalytics.numerics.ordinal_sums import (
    SortedRows,
    Sums,
    pieces_by_block,
    scaled,
    segments,
)
from cxanalytics.numerics.survey_design import Design, center_between, stratum_factors

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Rows = slice | NDArray[np.integer]


class Problem(NamedTuple):
    """What was fitted: the data as they came and sorted, and the cell of each row if any."""

    given: GivenRows
    rows: SortedRows
    cell: NDArray[np.integer] | None
    link: Link


def between_scores(problem: Problem, parameters: Floats, drawn: Design) -> Floats:
    """Sum squares and products of unit totals of the weighted scores, centered in strata.

    Parameters
    ----------
    problem : Problem
    parameters : ndarray of shape (k,)
        Free parameters.
    drawn : Design

    Returns
    -------
    ndarray of shape (k, k)
    """
    if drawn.psu is None:
        return _between_respondents(problem, parameters, drawn)
    assert drawn.psu_stratum is not None
    n_psu = drawn.n_psu
    totals, by_group = _unit_totals(problem, parameters, drawn.psu, n_psu)
    root = np.sqrt(stratum_factors(drawn)[drawn.psu_stratum])[:, None]
    per_stratum = sparse.csr_array(
        (np.ones(n_psu), (drawn.psu_stratum, np.arange(n_psu))), shape=(drawn.n_strata, n_psu)
    )
    by_stratum = per_stratum @ totals
    totals *= root
    meat = totals.T @ totals
    if by_group is not None:
        by_stratum = np.hstack([by_stratum, (per_stratum @ by_group).toarray()])
        weighted = by_group.multiply(root).tocsr()
        side = weighted.T @ totals
        meat = np.block([[meat, side.T], [side, (weighted.T @ weighted).toarray()]])
    return meat - center_between(by_stratum, drawn)


class _Scores(NamedTuple):
    """Weighted scores of some rows: where they came from, their answer, design and group.

    `x` has a row per column of the design and is overwritten by the next rows.
    """

    rows: Rows
    answer: int | NDArray[np.integer]
    high: Floats | float
    low: Floats | float
    x: Floats
    groups: NDArray[np.integer] | None


def _scores(problem: Problem, parameters: Floats) -> Iterator[_Scores]:
    rows, given, cell = problem.rows, problem.given, problem.cell
    if cell is None:
        for category, block, x, _, d in pieces_by_block(rows, problem.link, parameters):
            if rows.mass is not None:
                d = scaled(d, rows.mass[block])
            groups = None if rows.groups is None else rows.groups[block]
            yield _Scores(rows.order[block], category, d.high, d.low, x, groups)
        return
    high, low = np.empty(len(rows.design)), np.empty(len(rows.design))
    for _, block, _, _, d in pieces_by_block(rows, problem.link, parameters):
        high[block], low[block] = d.high, d.low
    columns = np.empty((given.design.shape[1], BLOCK))
    for block in given.blocks():
        of_cell, mass = cell[block], given.mass(block)
        up, down = high[of_cell], low[of_cell]
        if mass is not None:
            up, down = mass * up, mass * down
        x = columns[:, : len(of_cell)]
        np.copyto(x, given.design[block].T)
        of_group = None if given.groups is None else given.groups[block]
        yield _Scores(block, given.answers[block], up, down, x, of_group)


def _unit_totals(
    problem: Problem, parameters: Floats, unit: Integers, n_units: int
) -> tuple[Floats, sparse.csr_array | None]:
    """Add scores up by unit: thresholds and columns, and groups 1 to G - 1."""
    m, p, g = problem.rows.shape
    ladder, slopes = np.zeros((m + 2, n_units)), np.zeros((p, n_units))
    steps = ladder.reshape(-1)
    groups = _GroupTotals(problem.given, unit, n_units) if g else None
    for part in _scores(problem, parameters):
        place = unit[part.rows]
        above = np.asarray(part.answer, dtype=np.int64) * n_units + place
        np.add.at(steps, above, part.low)
        np.add.at(steps, above + n_units, part.high)
        shift = -np.asarray(part.high + part.low)
        for slope, column in zip(slopes, part.x, strict=True):
            np.add.at(slope, place, shift * column)
        if groups is not None and part.groups is not None:
            groups.add(place, part.groups, shift)
    return np.vstack([ladder[1:-1], slopes]).T, None if groups is None else groups.table(g)


class _GroupTotals:
    """Score of each group in each unit: one number a unit where units lie within groups."""

    def __init__(self, given: GivenRows, unit: Integers, n_units: int) -> None:
        assert given.groups is not None
        self._n_units = n_units
        self._owner: Integers = np.zeros(n_units, dtype=np.int64)
        self._owner[unit] = given.groups
        self._within = all(
            (self._owner[unit[block]] == given.groups[block]).all() for block in given.blocks()
        )
        self._own = np.zeros(n_units)
        self._parts: list[tuple[Integers, NDArray[np.integer], Floats]] = []

    def add(self, unit: Integers, group: NDArray[np.integer], score: Floats) -> None:
        """Add rows."""
        if self._within:
            np.add.at(self._own, unit, score)
        else:
            self._parts.append((unit, group, score))

    def table(self, groups: int) -> sparse.csr_array:
        """Give units by groups, the first group left out."""
        unit, group, score = np.arange(self._n_units), self._owner, self._own
        if not self._within:
            unit, group, score = (np.concatenate(part) for part in zip(*self._parts, strict=True))
        return sparse.csr_array((score, (unit, group)), shape=(self._n_units, groups))[:, 1:]


def _between_respondents(problem: Problem, parameters: Floats, drawn: Design) -> Floats:
    """Do the same where every respondent is a sampling unit."""
    rows = problem.rows
    sums = Sums.zero(rows)
    square = _cell_squares(problem, drawn) if problem.cell is not None else None
    for category, block, x, scratch, d in pieces_by_block(rows, problem.link, parameters):
        products = Pieces(d.log_p, d.high, d.low, d.high**2, d.low**2, d.high * d.low)
        if square is not None:
            by = square[block]
        else:
            by = _squared_mass(problem.given, rows.order[block], drawn)
        sums.add_squares(category, x, segments(rows, block), scaled(products, by), scratch)
    matrix = sums.matrix()
    if drawn.n_strata == 1:
        return matrix
    totals, by_group = _unit_totals(problem, parameters, drawn.stratum, drawn.n_strata)
    if by_group is not None:
        totals = np.hstack([totals, by_group.toarray()])
    return matrix - center_between(totals, drawn)


def _squared_mass(given: GivenRows, rows: Rows, drawn: Design) -> Floats:
    """Weigh the squared score per unit of mass: one respondent of weight w counts w squared."""
    factors = stratum_factors(drawn)
    mass = given.mass(rows)
    squared = np.ones(len(given.answers[rows])) if mass is None else mass**2
    if given.counts is not None:
        squared /= given.counts[rows]
    squared *= factors[0] if drawn.n_strata == 1 else factors[drawn.stratum[rows]]
    return squared


def _cell_squares(problem: Problem, drawn: Design) -> Floats:
    assert problem.cell is not None
    square = np.zeros(len(problem.rows.design))
    for block in problem.given.blocks():
        np.add.at(square, problem.cell[block], _squared_mass(problem.given, block, drawn))
    return square
