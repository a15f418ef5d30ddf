"""When do rows repeat so often that equal ones should be added up first?

Rows with the same answer, group and design are one cell: its likelihood weight is the sum of
theirs. That pays where a design of small whole numbers leaves at most half as many cells as
rows. Many groups, or many columns, leave hardly two rows alike: then rows stay rows.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxanalytics.numerics.ordinal_given import GivenRows
from cxanalytics.numerics.ordinal_sums import SortedRows

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

FEWEST_ROWS = 20_000
"""Fewer rows are fitted faster than they are grouped."""

KEYS_PER_ROW = 8
"""Possible cells per row above which they are not looked for."""

MOST_KEYS = 2**25
"""Possible cells above which their table takes too much memory."""

CELLS_PER_ROW = 0.5
"""Cells per row from which grouping no longer pays."""


@dataclass(frozen=True, slots=True)
class _Keys:
    """A number for each combination of answer, group and design; the design counts fastest."""

    low: Integers
    sizes: Integers
    per_answer: int
    per_group: int
    total: int

    @classmethod
    def of(cls, given: GivenRows) -> _Keys | None:
        """Number the combinations, unless there are too many."""
        if given.design.dtype.kind not in "iub" or len(given.answers) < FEWEST_ROWS:
            return None
        low, high = _ends(given)
        sizes = high - low + 1
        per_group = int(np.prod(sizes, dtype=float))
        per_answer = per_group * max(given.n_groups, 1)
        total = per_answer * len(given.categories)
        if total > min(KEYS_PER_ROW * len(given.answers), MOST_KEYS):
            return None
        return cls(low, sizes, per_answer, per_group, total)

    @property
    def strides(self) -> Integers:
        """What one step of each column adds."""
        after = [math.prod(self.sizes[j + 1 :].tolist()) for j in range(len(self.sizes))]
        return np.array(after, dtype=np.int64)

    def number(self, given: GivenRows, block: slice) -> Integers:
        """Number some rows; exact, because every number is far below 2**53."""
        key = given.design[block].astype(float) @ self.strides - self.low @ self.strides
        key += given.answers[block] * float(self.per_answer)
        if given.groups is not None:
            key += given.groups[block] * float(self.per_group)
        return key.astype(np.int64)

    def design(self, keys: Integers, dtype: np.dtype[np.generic]) -> NDArray[np.generic]:
        """Turn numbers back into rows of the design."""
        design = np.empty((len(keys), len(self.sizes)), dtype=dtype, order="F")
        for j, (stride, size, low) in enumerate(
            zip(self.strides, self.sizes, self.low, strict=True)
        ):
            design[:, j] = keys // stride % size + low
        return design


def _ends(given: GivenRows) -> tuple[Integers, Integers]:
    """Give the smallest and largest value of each column; a block turned over goes faster."""
    ends = [
        (column.min(axis=1), column.max(axis=1))
        for column in (given.design[block].T.copy() for block in given.blocks())
    ]
    low, high = (np.array(end).astype(np.int64) for end in zip(*ends, strict=True))
    return low.min(axis=0), high.max(axis=0)


def add_up_equal_rows(given: GivenRows) -> tuple[SortedRows, NDArray[np.int32]] | None:
    """Add equal rows up.

    Parameters
    ----------
    given : GivenRows

    Returns
    -------
    tuple of SortedRows and ndarray of int, shape (rows,), or None
        Cells sorted by answer, group and design, and the cell of each row; None where that does
        not pay. The order of the cells is their own.
    """
    keys = _Keys.of(given)
    if keys is None:
        return None
    cell = np.empty(len(given.answers), dtype=np.int32)
    seen = np.zeros(keys.total, dtype=np.bool_)
    for block in given.blocks():
        number = keys.number(given, block)
        cell[block] = number
        seen[number] = True
    used = np.flatnonzero(seen)
    if len(used) > CELLS_PER_ROW * len(cell):
        return None
    place = np.cumsum(seen, dtype=np.int32) - 1
    counts, mass = np.zeros(len(used)), np.zeros(len(used))
    for block in given.blocks():
        inside = place[cell[block]]
        cell[block] = inside
        np.add.at(counts, inside, 1.0 if given.counts is None else given.counts[block])
        by = given.mass(block)
        np.add.at(mass, inside, 1.0 if by is None else by)
    answer, rest = np.divmod(used, keys.per_answer)
    starts = np.searchsorted(answer, np.arange(len(given.categories) + 1))
    groups = None if given.groups is None else rest // keys.per_group
    design = keys.design(used % keys.per_group, given.design.dtype)
    rows = SortedRows(design, mass, counts, groups, starts, given.n_groups, np.arange(len(used)))
    return rows, cell
