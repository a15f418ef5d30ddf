"""Which columns separate the answers, so that their effects have no finite estimate?

A direction in which no answer becomes less likely and some become more likely can be followed
without end. Such directions form a cone; a linear program says
whether it holds more than zero (Konis 2007), and two more per column whether the column's effect
moves in it, and which way. Ordered answers are handled in the same way: the distance of a row to
the threshold above must not shrink, nor that to the threshold below. Rows enter a program when
they are violated, so that large data cost little more than small ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, sparse

from cxanalytics.errors import ModelError

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

ZERO = 1e-7
"""Smaller entries of a direction, in a box of plus and minus one, are rounding."""

ROWS_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Separation:
    """What separates the answers.

    Attributes
    ----------
    columns : tuple of int
        Columns without a finite effect.
    names : tuple of str
        Their names.
    directions : tuple of int
        +1 where the effect grows without end, -1 where it falls, 0 where it may do either.
    """

    columns: tuple[int, ...]
    names: tuple[str, ...]
    directions: tuple[int, ...]

    def __bool__(self) -> bool:
        return bool(self.columns)


def find_separation(
    answers: ArrayLike, design: ArrayLike, *, names: Sequence[str] | None = None
) -> Separation:
    """Find the effects of a cumulative or binary model that have no finite estimate.

    Parameters
    ----------
    answers : array_like of int, shape (rows,)
        Two codes or more.
    design : array_like of shape (rows, p)
        Without a constant, with linearly independent columns; group indicators are columns.
    names : sequence of str, optional

    Returns
    -------
    Separation
        False in a condition where all effects are finite.

    Raises
    ------
    ModelError
        One answer only, or columns that are combinations of each other or of a constant.

    Reference
    ---------
    Konis (2007).
    """
    x = np.asarray(design, dtype=float)
    y = np.unique(np.asarray(answers), return_inverse=True)[1].ravel()
    p, m = x.shape[1], int(y.max(initial=0))
    if m < 1:
        raise ModelError("Separation needs at least 2 answers; got 1.")
    cells = np.unique(np.column_stack([y, x]), axis=0)
    scaled = cells[:, 1:] / np.maximum(np.abs(cells[:, 1:]).max(axis=0), 1e-300)
    if np.linalg.matrix_rank(np.column_stack([np.ones(len(cells)), scaled])) < p + 1:
        raise ModelError("`design` must have columns that vary independently; some repeat others.")
    cone = _Cone(_slack(cells[:, 0].astype(np.int64), scaled, m))
    if cone.highest(np.asarray(cone.slack.sum(axis=0)).ravel()) < ZERO:
        return Separation((), (), ())
    called = list(names) if names is not None else [f"column {j + 1}" for j in range(p)]
    entries = np.eye(m + p)[m:]
    falls = [cone.highest(-entry) > ZERO for entry in entries]
    grows = [cone.highest(entry) > ZERO for entry in entries]
    columns = [j for j in range(p) if falls[j] or grows[j]]
    return Separation(
        tuple(columns),
        tuple(called[j] for j in columns),
        tuple(int(grows[j]) - int(falls[j]) for j in columns),
    )


def _slack(y: Integers, x: Floats, m: int) -> sparse.csr_array:
    """Give how far a direction of thresholds and slopes moves each row from its thresholds."""
    parts = []
    for side, rows in ((1.0, np.flatnonzero(y < m)), (-1.0, np.flatnonzero(y > 0))):
        threshold = y[rows] if side > 0 else y[rows] - 1
        at = (np.arange(len(rows)), threshold)
        own = sparse.csr_array((np.full(len(rows), side), at), shape=(len(rows), m))
        parts.append(sparse.hstack([own, sparse.csr_array(-side * x[rows])]))
    return sparse.vstack(parts).tocsr()


class _Cone:
    """Directions, in a box, that move no row towards its thresholds."""

    def __init__(self, slack: sparse.csr_array) -> None:
        self.slack = slack
        number = slack.shape[0]
        step = max(number // ROWS_AT_ONCE, 1)
        self._working = np.arange(0, number, step)

    def highest(self, objective: Floats) -> float:
        """Find the largest value of a linear function, letting violated rows in."""
        while True:
            found = optimize.linprog(
                -objective,
                A_ub=-self.slack[self._working],
                b_ub=np.zeros(len(self._working)),
                bounds=(-1.0, 1.0),
                method="highs",
            )
            if found.status != 0:
                raise ModelError(f"The search for separation must end; got: {found.message}")
            # A direction that may grow at all grows to the edge of the box.
            if -found.fun < ZERO or np.abs(found.x).max() < 0.5:
                return 0.0
            moved = self.slack @ found.x
            moved[self._working] = 0.0
            violated = np.flatnonzero(moved < -ZERO)
            if not len(violated):
                return float(-found.fun)
            worst = violated[np.argsort(moved[violated], kind="stable")[:ROWS_AT_ONCE]]
            self._working = np.union1d(self._working, worst)
