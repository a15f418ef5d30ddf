"""How are the answers of groups laid out, so that the sums of a group are sums over a run of rows?

Rows are sorted by answer and then by group, once. Both thresholds are then scalars in a block, and
no row keeps its group. The design is stored a column a line, in its own type.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

BLOCK = 8_192
"""Rows per block."""


class Block(NamedTuple):
    """Rows of one answer, with the runs of its groups."""

    category: int
    rows: slice
    bounds: Integers
    groups: Integers
    lengths: Integers


@dataclass(frozen=True, slots=True)
class GroupedRows:
    """The data sorted by answer and group.

    Attributes
    ----------
    design : ndarray of shape (p, rows)
    mass : ndarray of shape (rows,) or None
        Likelihood weight of each row; None for 1.
    starts : ndarray of int, shape (K + 1,)
        Rows of answer k are starts[k] to starts[k + 1].
    run_starts : ndarray of int, shape (runs,)
        First row of each run of one answer and group.
    run_groups : ndarray of int, shape (runs,)
    n_groups : int
    """

    design: NDArray[np.generic]
    mass: Floats | None
    starts: Integers
    run_starts: Integers
    run_groups: Integers
    n_groups: int

    @property
    def shape(self) -> tuple[int, int, int]:
        """Thresholds, design columns, groups."""
        return len(self.starts) - 2, len(self.design), self.n_groups

    @property
    def number(self) -> int:
        """Rows."""
        return int(self.starts[-1])

    def blocks(self) -> Iterator[Block]:
        """Give the rows in pieces of one answer."""
        for category in range(len(self.starts) - 1):
            first, last = int(self.starts[category]), int(self.starts[category + 1])
            for begin in range(first, last, BLOCK):
                end = min(begin + BLOCK, last)
                at = int(np.searchsorted(self.run_starts, begin, side="right")) - 1
                until = int(np.searchsorted(self.run_starts, end, side="left"))
                bounds = np.maximum(self.run_starts[at:until] - begin, 0)
                lengths = np.diff(bounds, append=end - begin)
                yield Block(category, slice(begin, end), bounds, self.run_groups[at:until], lengths)

    def category_mass(self) -> Floats:
        """Sum the likelihood weights of each answer."""
        if self.mass is None:
            return np.diff(self.starts).astype(float)
        return np.add.reduceat(self.mass, self.starts[:-1])

    def every(self, step: int) -> GroupedRows:
        """Keep every `step`-th row of the sorted order."""
        kept = np.arange(0, self.number, step)
        starts = np.searchsorted(kept, self.starts)
        run = np.searchsorted(self.run_starts, kept, side="right") - 1
        first = np.flatnonzero(np.diff(run, prepend=-1))
        return GroupedRows(
            np.ascontiguousarray(self.design[:, ::step]),
            None if self.mass is None else self.mass[::step].copy(),
            starts,
            first,
            self.run_groups[run[first]],
            self.n_groups,
        )


def group_rows(
    answers: NDArray[np.integer],
    design: NDArray[np.generic],
    mass: Floats | None,
    groups: NDArray[np.integer],
    *,
    n_answers: int,
    n_groups: int,
) -> GroupedRows:
    """Sort rows by answer and group.

    Parameters
    ----------
    answers : ndarray of int, shape (rows,)
        0 to n_answers - 1, each of them used.
    design : ndarray of shape (rows, p)
    mass : ndarray of shape (rows,) or None
    groups : ndarray of int, shape (rows,)
        0 to n_groups - 1.
    n_answers, n_groups : int

    Returns
    -------
    GroupedRows
    """
    small = n_answers * n_groups < 2**16
    kind = np.dtype(np.uint16 if small else np.int64)
    key: NDArray[np.integer] = answers.astype(kind) * kind.type(n_groups)
    key = key + groups.astype(kind)
    order = np.argsort(key, kind="stable")
    key = key[order]
    starts = np.searchsorted(key, (np.arange(n_answers + 1) * n_groups).astype(np.int64))
    number, columns = design.shape
    lines = np.empty((columns, number), dtype=design.dtype)
    for begin in range(0, number, BLOCK):
        rows = slice(begin, begin + BLOCK)
        lines[:, rows] = design[order[rows]].T
    run_starts = np.concatenate([[0], np.flatnonzero(key[1:] != key[:-1]) + 1])
    return GroupedRows(
        lines,
        None if mass is None else mass[order],
        starts.astype(np.int64),
        run_starts.astype(np.int64),
        (key[run_starts].astype(np.int64)) % n_groups,
        n_groups,
    )
