"""What do a million answers add up to: likelihood, score and Hessian?

Rows are sorted by answer (and group) once, so that both thresholds are scalars in a block, and
summed block by block in float64: memory beyond one copy of the design (in its own type: pass
int8) stays constant. A block holds its columns one after the other, so that every sum runs over
contiguous numbers. Group intercepts never become columns: their rows stand together, and their
part of the Hessian is diagonal.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cxanalytics.numerics.counting_sort import counting_sort
from cxanalytics.numerics.links import Link, Pieces
from cxanalytics.numerics.ordinal_given import GivenRows, check_rows

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

BLOCK = 8_192
"""Rows per block: its float64 copy stays in the processor's cache."""


@dataclass(frozen=True, slots=True)
class SortedRows:
    """The data sorted by answer: rows of category k are starts[k] to starts[k + 1].

    Within a category rows are sorted by group. `order` is where each row came from; `design` has
    contiguous columns.
    """

    design: NDArray[np.generic]
    mass: Floats | None
    counts: Floats | None
    groups: Integers | None
    starts: Integers
    n_groups: int
    order: NDArray[np.integer]

    @property
    def shape(self) -> tuple[int, int, int]:
        """Thresholds, design columns, groups."""
        return len(self.starts) - 2, self.design.shape[1], self.n_groups

    @property
    def size(self) -> int:
        """Number of free parameters."""
        m, p, g = self.shape
        return m + p + max(g - 1, 0)

    @property
    def n(self) -> float:
        """Respondents."""
        return float(self.starts[-1] if self.counts is None else self.counts.sum())

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
        return self._take(np.arange(0, self.starts[-1], step), self.mass)

    def sample(self, size: int) -> SortedRows:
        """Keep about `size` respondents, evenly within the sorted order."""
        if self.counts is None:
            return self.every(max(int(self.starts[-1]) // size, 1))
        reached = np.cumsum(self.counts)
        kept = np.searchsorted(reached, (np.arange(size) + 0.5) * (reached[-1] / size))
        return self._take(kept, None if self.mass is None else self.mass / self.counts)

    def _take(self, kept: Integers, mass: Floats | None) -> SortedRows:
        return SortedRows(
            np.asfortranarray(self.design[kept]),
            None if mass is None else mass[kept],
            None,
            None if self.groups is None else self.groups[kept],
            np.searchsorted(kept, self.starts),
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
    given = check_rows(answers, design, weights, counts, groups)
    return sort_given(given), given.categories


def sort_given(given: GivenRows) -> SortedRows:
    """Sort checked data by answer (and group)."""
    kinds, g = len(given.categories), max(given.n_groups, 1)
    width = np.int32 if kinds * g < 2**31 else np.int64
    code: NDArray[np.integer] = given.answers.astype(width)
    if given.groups is not None:
        code *= g
        code += given.groups.astype(width, copy=False)
    order, bounds = counting_sort(code, kinds * g)
    del code
    design = np.empty(given.design.shape, dtype=given.design.dtype, order="F")
    for block in given.blocks():
        place = order[block]
        for column, source in zip(design.T, given.design.T, strict=True):
            column[block] = source[place]
    groups = None
    if given.groups is not None:
        groups = np.repeat(np.tile(np.arange(g), kinds), np.diff(bounds))
    counts = None if given.counts is None else given.counts[order].astype(float)
    starts = bounds[::g].astype(np.int64)
    return SortedRows(design, given.mass(order), counts, groups, starts, given.n_groups, order)


class Segments(NamedTuple):
    """Runs of rows of one group within a block: where they begin, and which group they are."""

    first: Integers
    group: Integers

    def sums(self, values: Floats) -> Floats:
        """Sum each run along the last axis."""
        return np.add.reduceat(values, self.first, axis=-1)


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

    def add_scores(self, category: int, x: Floats, runs: Segments | None, d: Pieces) -> None:
        """Add first derivatives, already weighted; `x` has a row per column of the design."""
        m = len(self.score) - len(x)
        shift = np.asarray(d.high + d.low)
        if category < m:
            self.score[category] += np.sum(d.high)
        if category > 0:
            self.score[category - 1] += np.sum(d.low)
        self.score[m:] -= x @ shift
        if runs is not None:
            self.group_score[runs.group] -= runs.sums(shift)

    def add_squares(
        self, category: int, x: Floats, runs: Segments | None, d: Pieces, scaled: Floats
    ) -> None:
        """Add second derivatives or products of scores, already weighted; `scaled` is scratch."""
        m, square = len(self.score) - len(x), self.square
        mixed_high = np.asarray(d.high_high + d.high_low)
        mixed_low = np.asarray(d.low_low + d.high_low)
        total = mixed_high + mixed_low
        np.multiply(x, total, out=scaled)
        square[m:, m:] += scaled @ x.T
        if runs is not None:
            self.group_cross[runs.group, m:] += runs.sums(scaled).T
            self.group_square[runs.group] += runs.sums(total)
        for k, mixed, own in (
            (category, mixed_high, d.high_high),
            (category - 1, mixed_low, d.low_low),
        ):
            if not 0 <= k < m:
                continue
            square[k, k] += np.sum(own)
            square[k, m:] -= x @ mixed
            if runs is not None:
                self.group_cross[runs.group, k] -= runs.sums(mixed)
        if 0 < category < m:
            square[category - 1, category] += np.sum(d.high_low)


def segments(rows: SortedRows, block: slice) -> Segments | None:
    """Find the runs of rows of one group within a block."""
    if rows.groups is None:
        return None
    codes = rows.groups[block]
    first = np.concatenate([[0], np.flatnonzero(codes[1:] != codes[:-1]) + 1])
    return Segments(first, codes[first])


class BlockPieces(NamedTuple):
    """Rows of one category: the design with a row per column, and the derivatives.

    `x` and `scratch`, of shape (p, rows), are overwritten by the next block.
    """

    category: int
    rows: slice
    x: Floats
    scratch: Floats
    pieces: Pieces


def pieces_by_block(rows: SortedRows, link: Link, parameters: Floats) -> Iterator[BlockPieces]:
    """Differentiate the log probability of every row, unweighted, block by block."""
    m, p, _ = rows.shape
    width = min(BLOCK, int(np.diff(rows.starts).max()))
    columns, scratch = np.empty((p, width)), np.empty((p, width))
    effects = np.concatenate([[0.0], parameters[m + p :]])
    for category, block in rows.blocks():
        x = columns[:, : block.stop - block.start]
        np.copyto(x, rows.design[block].T)
        predictor = parameters[m : m + p] @ x
        if rows.groups is not None:
            predictor += effects[rows.groups[block]]
        low = parameters[category - 1] if category > 0 else -np.inf
        high = parameters[category] if category < m else np.inf
        pieces = link.pieces(predictor, low, high)
        yield BlockPieces(category, block, x, scratch[:, : x.shape[1]], pieces)


def scaled(pieces: Pieces, by: Floats | float) -> Pieces:
    """Multiply the log probability and every derivative."""
    log_p, high, low, high_high, low_low, high_low = pieces
    return Pieces(by * log_p, by * high, by * low, by * high_high, by * low_low, by * high_low)


def evaluate(rows: SortedRows, link: Link, parameters: Floats) -> Sums:
    """Sum log likelihood, score and observed Hessian; -inf where a probability is not positive."""
    sums = Sums.zero(rows)
    m = rows.shape[0]
    if not np.isfinite(parameters).all() or (np.diff(parameters[:m]) <= 0).any():
        sums.log_likelihood = -np.inf
        return sums
    for category, block, x, scratch, pieces in pieces_by_block(rows, link, parameters):
        weighted = pieces if rows.mass is None else scaled(pieces, rows.mass[block])
        sums.log_likelihood += float(np.sum(weighted.log_p))
        if not np.isfinite(sums.log_likelihood):
            sums.log_likelihood = -np.inf
            return sums
        runs = segments(rows, block)
        sums.add_scores(category, x, runs, weighted)
        sums.add_squares(category, x, runs, weighted, scratch)
    return sums
