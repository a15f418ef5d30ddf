"""What do a million answers add up to: likelihood, score, Hessian, and scores per sampling unit?

Rows are sorted by answer once, so that both thresholds are scalars in a block, and summed
block by block in float64: memory beyond one copy of the design (in its own type: pass int8)
stays constant. Group intercepts never become columns: their part of the Hessian is diagonal
and is summed by a sparse product.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from cxanalytics.errors import ModelError
from cxanalytics.numerics.links import Link, Pieces
from cxanalytics.numerics.survey_design import Design, center_between, stratum_factors

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

BLOCK = 16_384
"""Rows per block: its float64 copy stays in the processor's cache."""


@dataclass(frozen=True, slots=True)
class SortedRows:
    """The data sorted by answer: rows of category k are starts[k] to starts[k + 1]."""

    design: NDArray[np.generic]
    mass: Floats | None
    counts: Floats | None
    groups: Integers | None
    starts: Integers
    n_groups: int
    order: NDArray[np.int64]

    @property
    def shape(self) -> tuple[int, int, int]:
        """Thresholds, design columns, groups."""
        return len(self.starts) - 2, self.design.shape[1], self.n_groups

    @property
    def size(self) -> int:
        """Number of free parameters."""
        m, p, g = self.shape
        return m + p + max(g - 1, 0)

    def blocks(self) -> Iterator[tuple[int, slice]]:
        """Give category and rows of each block."""
        for category in range(len(self.starts) - 1):
            first, last = int(self.starts[category]), int(self.starts[category + 1])
            for begin in range(first, last, BLOCK):
                yield category, slice(begin, min(begin + BLOCK, last))

    def category_mass(self) -> Floats:
        """Sum the likelihood weights of each category."""
        if self.mass is None:
            return np.diff(self.starts).astype(float)
        return np.add.reduceat(self.mass, self.starts[:-1])

    def every(self, step: int) -> SortedRows:
        """Keep every `step`-th row within the sorted order."""
        kept = np.arange(0, self.starts[-1], step)
        starts = np.searchsorted(kept, self.starts)
        return SortedRows(
            self.design[kept],
            None if self.mass is None else self.mass[kept],
            None,
            None if self.groups is None else self.groups[kept],
            starts,
            self.n_groups,
            self.order[kept],
        )


def sort_rows(
    answers: ArrayLike,
    design: ArrayLike,
    weights: ArrayLike | None,
    counts: ArrayLike | None,
    groups: ArrayLike | None,
) -> tuple[SortedRows, Integers]:
    """Check the data and sort them by answer (and group); give them with the answers that occur."""
    y, x = np.asarray(answers), np.asarray(design)
    if x.ndim != 2 or len(x) != len(y):
        raise ModelError(f"`design` must have shape ({len(y)}, columns); got {x.shape}.")
    if len(y) and y.min() < 0:
        raise ModelError(f"`answers` must be 0 or more; got {y.min()}.")
    if x.dtype.kind == "f" and not np.isfinite(x).all():
        raise ModelError("`design` must be finite; got missing or infinite values.")
    given = {"weights": weights, "counts": counts}
    positive: dict[str, Floats] = {}
    for name, value in given.items():
        if value is None:
            continue
        number = np.asarray(value, dtype=float)
        if number.shape != y.shape or not np.isfinite(number).all() or (number <= 0).any():
            raise ModelError(f"`{name}` must be {len(y)} positive finite numbers.")
        positive[name] = number
    n_groups, order_keys = 0, [y]
    if groups is not None:
        code = np.asarray(groups, dtype=np.int64)
        n_groups = int(code.max()) + 1
        missing = np.flatnonzero(np.bincount(code, minlength=n_groups) == 0)
        if len(missing):
            raise ModelError(f"`groups` must use every number; {missing[0]} is unused.")
        order_keys = [code, y]
    categories, tally = np.unique(y, return_counts=True)
    if len(categories) < 2:
        raise ModelError(f"A cumulative model needs at least 2 answers; got {len(categories)}.")
    small = y.astype(np.int16) if groups is None and y.max() < 2**15 else None
    order = np.argsort(small, kind="stable") if small is not None else np.lexsort(order_keys)
    mass = None
    for number in positive.values():
        mass = number if mass is None else mass * number
    rows = SortedRows(
        np.ascontiguousarray(x[order]),
        None if mass is None else mass[order],
        positive["counts"][order] if "counts" in positive else None,
        None if groups is None else np.asarray(groups, dtype=np.int64)[order],
        np.concatenate([[0], np.cumsum(tally)]).astype(np.int64),
        n_groups,
        order,
    )
    return rows, categories.astype(np.int64)


@dataclass(slots=True)
class Sums:
    """Score and second-order sums, groups kept apart (all G of them)."""

    score: Floats
    group_score: Floats
    square: Floats
    group_cross: Floats
    group_square: Floats
    log_likelihood: float = 0.0

    @classmethod
    def zero(cls, rows: SortedRows) -> Sums:
        """Start from nothing."""
        m, p, g = rows.shape
        return cls(
            np.zeros(m + p), np.zeros(g), np.zeros((m + p,) * 2), np.zeros((g, m + p)), np.zeros(g)
        )

    def vector(self) -> Floats:
        """Give the score of the free parameters."""
        return np.concatenate([self.score, self.group_score[1:]])

    def matrix(self) -> Floats:
        """Give the second-order sums of the free parameters."""
        upper = np.triu(self.square)
        core = upper + np.triu(upper, 1).T
        if not len(self.group_square):
            return core
        side = self.group_cross[1:]
        return np.block([[core, side.T], [side, np.diag(self.group_square[1:])]])

    def add_scores(
        self, rows: SortedRows, category: int, x: Floats, group: sparse.csc_array | None, d: Pieces
    ) -> None:
        """Add first derivatives, already weighted."""
        m = rows.shape[0]
        shift = np.asarray(d.high + d.low)
        if category < m:
            self.score[category] += np.sum(d.high)
        if category > 0:
            self.score[category - 1] += np.sum(d.low)
        self.score[m:] -= shift @ x
        if group is not None:
            self.group_score -= group @ shift

    def add_squares(
        self, rows: SortedRows, category: int, x: Floats, group: sparse.csc_array | None, d: Pieces
    ) -> None:
        """Add second derivatives or products of scores, already weighted."""
        m, _, _ = rows.shape
        upper, lower, square = category, category - 1, self.square
        mixed_high = np.asarray(d.high_high + d.high_low)
        mixed_low = np.asarray(d.low_low + d.high_low)
        total = mixed_high + mixed_low
        scaled = x * total[:, None]
        square[m:, m:] += scaled.T @ x
        if upper < m:
            square[upper, upper] += np.sum(d.high_high)
            square[upper, m:] -= mixed_high @ x if mixed_high.ndim else 0.0
        if lower >= 0:
            square[lower, lower] += np.sum(d.low_low)
            square[lower, m:] -= mixed_low @ x if mixed_low.ndim else 0.0
        if upper < m and lower >= 0:
            square[lower, upper] += np.sum(d.high_low)
        if group is None:
            return
        summed = group @ np.column_stack([scaled, total])
        self.group_cross[:, m:] += summed[:, :-1]
        self.group_square += summed[:, -1]
        if upper < m:
            self.group_cross[:, upper] -= group @ mixed_high
        if lower >= 0:
            self.group_cross[:, lower] -= group @ mixed_low


def _indicator(rows: SortedRows, block: slice) -> sparse.csc_array | None:
    if rows.groups is None:
        return None
    codes = rows.groups[block]
    ones, pointers = np.ones(len(codes)), np.arange(len(codes) + 1)
    return sparse.csc_array((ones, codes, pointers), shape=(rows.n_groups, len(codes)))


def _block_pieces(
    rows: SortedRows, link: Link, parameters: Floats, category: int, block: slice
) -> tuple[Floats, Pieces]:
    m, p, _ = rows.shape
    x = rows.design[block].astype(float)
    predictor = x @ parameters[m : m + p]
    if rows.groups is not None:
        effects = np.concatenate([[0.0], parameters[m + p :]])
        predictor += effects[rows.groups[block]]
    low = parameters[category - 1] if category > 0 else -np.inf
    high = parameters[category] if category < m else np.inf
    return x, link.pieces(predictor, low, high)


def _scaled(pieces: Pieces, by: Floats | float) -> Pieces:
    log_p, high, low, high_high, low_low, high_low = pieces
    return Pieces(by * log_p, by * high, by * low, by * high_high, by * low_low, by * high_low)


def evaluate(rows: SortedRows, link: Link, parameters: Floats) -> Sums:
    """Sum log likelihood, score and observed Hessian; -inf where a probability is not positive."""
    sums = Sums.zero(rows)
    m = rows.shape[0]
    if not np.isfinite(parameters).all() or (np.diff(parameters[:m]) <= 0).any():
        sums.log_likelihood = -np.inf
        return sums
    for category, block in rows.blocks():
        x, pieces = _block_pieces(rows, link, parameters, category, block)
        if rows.mass is not None:
            pieces = _scaled(pieces, rows.mass[block])
        sums.log_likelihood += float(np.sum(pieces.log_p))
        if not np.isfinite(sums.log_likelihood):
            sums.log_likelihood = -np.inf
            return sums
        group = _indicator(rows, block)
        sums.add_scores(rows, category, x, group, pieces)
        sums.add_squares(rows, category, x, group, pieces)
    return sums


def between_scores(rows: SortedRows, link: Link, parameters: Floats, drawn: Design) -> Floats:
    """Sum squares and products of PSU totals of the weighted scores, centered in strata."""
    m, p, g = rows.shape
    order = rows.order
    factors = stratum_factors(drawn)
    if drawn.psu is None:
        return _row_meat(rows, link, parameters, drawn)
    assert drawn.psu_stratum is not None
    psu, n_psu = drawn.psu[order], drawn.n_psu
    high, low = np.zeros(len(psu)), np.zeros(len(psu))
    totals = np.zeros((n_psu, m + p))
    for category, block in rows.blocks():
        _, pieces = _block_pieces(rows, link, parameters, category, block)
        mass = 1.0 if rows.mass is None else rows.mass[block]
        high[block], low[block] = mass * pieces.high, mass * pieces.low
    for k in range(m):
        inside = slice(int(rows.starts[k]), int(rows.starts[k + 1]))
        above = slice(int(rows.starts[k + 1]), int(rows.starts[k + 2]))
        totals[:, k] = np.bincount(psu[inside], weights=high[inside], minlength=n_psu)
        totals[:, k] += np.bincount(psu[above], weights=low[above], minlength=n_psu)
    shift = np.add(high, low, out=high)
    for j in range(p):
        totals[:, m + j] = -np.bincount(psu, weights=shift * rows.design[:, j], minlength=n_psu)
    root = np.sqrt(factors[drawn.psu_stratum])[:, None]
    per_stratum = sparse.csr_array(
        (np.ones(n_psu), (drawn.psu_stratum, np.arange(n_psu))), shape=(drawn.n_strata, n_psu)
    )
    by_stratum, scaled = per_stratum @ totals, totals * root
    meat = scaled.T @ scaled
    if rows.groups is not None:
        by_group = sparse.csr_array((-shift, (psu, rows.groups)), shape=(n_psu, g))[:, 1:]
        by_stratum = np.hstack([by_stratum, (per_stratum @ by_group).toarray()])
        weighted = by_group.multiply(root).tocsr()
        side = weighted.T @ scaled
        meat = np.block([[meat, side.T], [side, (weighted.T @ weighted).toarray()]])
    return meat - center_between(by_stratum, drawn)


def _row_meat(rows: SortedRows, link: Link, parameters: Floats, drawn: Design) -> Floats:
    """Do the same where every respondent is a PSU, block by block."""
    m, p, g = rows.shape
    stratum = drawn.stratum[rows.order]
    factors = stratum_factors(drawn)[stratum]
    sums = Sums.zero(rows)
    by_stratum = np.zeros((drawn.n_strata, m + p + g))
    for category, block in rows.blocks():
        x, pieces = _block_pieces(rows, link, parameters, category, block)
        mass = np.ones(len(x)) if rows.mass is None else rows.mass[block]
        square = factors[block] * mass**2
        if rows.counts is not None:
            square = square / rows.counts[block]
        products = Pieces(
            pieces.log_p,
            pieces.high,
            pieces.low,
            pieces.high**2,
            pieces.low**2,
            pieces.high * pieces.low,
        )
        sums.add_squares(rows, category, x, _indicator(rows, block), _scaled(products, square))
        if drawn.n_strata > 1:
            place = stratum[block]
            for k, part in ((category, pieces.high), (category - 1, pieces.low)):
                if 0 <= k < m:
                    by_stratum[:, k] += np.bincount(place, mass * part, drawn.n_strata)
            shift = -mass * (pieces.high + pieces.low)
            for j in range(p):
                by_stratum[:, m + j] += np.bincount(place, shift * x[:, j], drawn.n_strata)
            if rows.groups is not None:
                np.add.at(by_stratum, (place, m + p + rows.groups[block]), shift)
    free = np.delete(by_stratum, m + p, axis=1) if g else by_stratum
    return sums.matrix() - center_between(free, drawn)
