"""Can these answers, design, weights and groups carry a cumulative model?

The data stay as they came, in their own types: nothing as long as they are is copied to be checked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cxanalytics.errors import ModelError

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

BLOCK = 8_192
"""Rows that are looked at together."""


@dataclass(frozen=True, slots=True)
class GivenRows:
    """The data as they came, checked.

    Attributes
    ----------
    answers : ndarray of int, shape (rows,)
        Place of each answer in `categories`.
    categories : ndarray of int
        Answers that occur, in order.
    design : ndarray of shape (rows, p)
    weights, counts : ndarray of shape (rows,), optional
        In the type they came in.
    groups : ndarray of int, shape (rows,), optional
    n_groups : int
    """

    answers: NDArray[np.integer]
    categories: Integers
    design: NDArray[np.generic]
    weights: NDArray[Any] | None
    counts: NDArray[Any] | None
    groups: NDArray[np.integer] | None
    n_groups: int

    def mass(self, rows: slice | NDArray[np.integer]) -> Floats | None:
        """Give the likelihood weights of some rows; None where all are 1."""
        given = [value for value in (self.weights, self.counts) if value is not None]
        if not given:
            return None
        mass = np.asarray(given[0][rows], dtype=np.float64)
        return mass if len(given) == 1 else mass * given[1][rows]

    def blocks(self) -> Iterator[slice]:
        """Give the rows of each block, in the order they came."""
        for begin in range(0, len(self.answers), BLOCK):
            yield slice(begin, min(begin + BLOCK, len(self.answers)))


def check_rows(
    answers: ArrayLike,
    design: ArrayLike,
    weights: ArrayLike | None,
    counts: ArrayLike | None,
    groups: ArrayLike | None,
) -> GivenRows:
    """Check the data of a cumulative model."""
    y, x = np.asarray(answers), np.asarray(design)
    if x.ndim != 2 or len(x) != len(y):
        raise ModelError(f"`design` must have shape ({len(y)}, columns); got {x.shape}.")
    if len(y) and y.min() < 0:
        raise ModelError(f"`answers` must be 0 or more; got {y.min()}.")
    if x.dtype.kind == "f" and x.size and not np.isfinite([x.min(), x.max()]).all():
        raise ModelError("`design` must be finite; got missing or infinite values.")
    positive = {
        name: None if value is None else _positive(name, value, len(y))
        for name, value in (("weights", weights), ("counts", counts))
    }
    code, n_groups = None, 0
    if groups is not None:
        code = np.asarray(groups)
        code = code if code.dtype.kind in "iu" else code.astype(np.int64)
        n_groups = int(code.max()) + 1
        missing = np.flatnonzero(np.bincount(code, minlength=n_groups) == 0)
        if len(missing):
            raise ModelError(f"`groups` must use every number; {missing[0]} is unused.")
    categories, place = _answers_in_use(y if y.dtype.kind in "iu" else y.astype(np.int64))
    if len(categories) < 2:
        raise ModelError(f"A cumulative model needs at least 2 answers; got {len(categories)}.")
    return GivenRows(place, categories, x, positive["weights"], positive["counts"], code, n_groups)


def _positive(name: str, value: ArrayLike, rows: int) -> NDArray[Any]:
    number = np.asarray(value)
    number = number if number.dtype.kind in "iuf" else number.astype(float)
    if number.shape != (rows,) or not (number.min() > 0 and np.isfinite(number.max())):
        raise ModelError(f"`{name}` must be {rows} positive finite numbers.")
    return number


def _answers_in_use(y: NDArray[np.integer]) -> tuple[Integers, NDArray[np.integer]]:
    """Give the answers that occur, and each row's place among them in a small type."""
    if y.size and y.max() >= np.iinfo(np.int16).max:
        categories, place = np.unique(y, return_inverse=True)
        return categories.astype(np.int64), place
    tally = np.bincount(y)
    categories = np.flatnonzero(tally)
    if len(categories) == len(tally) and y.dtype.itemsize <= 2:
        return categories, y
    return categories, (np.cumsum(tally > 0) - 1).astype(np.int16)[y]
