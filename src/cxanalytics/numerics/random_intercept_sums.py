"""What do the answers of each group add up to: likelihood, score, Hessian and third derivatives?

Block by block, with the design turned into float64 in the processor's cache, and summed over the
runs of each group: one pass over the data gives all that a step needs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cxanalytics.numerics.answer_derivatives import Bend, bend, curve_of_sum
from cxanalytics.numerics.links import Link
from cxanalytics.numerics.random_intercept_rows import BLOCK, Block, GroupedRows

Floats = NDArray[np.float64]


@dataclass(slots=True)
class GroupSums:
    """Sums of one pass; a group is one at the finest level.

    Attributes
    ----------
    log_likelihood : ndarray of shape (groups,)
    push, hold, turn : ndarray of shape (groups,)
        First, minus the second, and third derivative in the predictor.
    score : ndarray of shape (q,)
        Of thresholds and coefficients.
    square : ndarray of shape (q, q)
        Second derivatives.
    tilt, twist : ndarray of shape (groups, q)
        Second derivatives in the predictor and the parameters; third, twice in the predictor.
    group_score : ndarray of shape (groups, q) or None
    """

    log_likelihood: Floats
    push: Floats
    hold: Floats
    turn: Floats
    score: Floats
    square: Floats
    tilt: Floats
    twist: Floats
    group_score: Floats | None = None

    @property
    def finite(self) -> bool:
        """Tell whether every probability was positive."""
        return bool(np.isfinite(self.log_likelihood).all())


class _Piece(NamedTuple):
    """A block with its float64 design, mass (1.0 for none) and thresholds."""

    block: Block
    x: Floats
    eta: Floats
    mass: Floats | float
    low: float
    high: float


def _pieces(
    rows: GroupedRows, theta: Floats, beta: Floats, offset: Floats, share: Floats | None = None
) -> Iterator[_Piece]:
    """Give each block with its predictor; `share` multiplies the mass of whole groups."""
    room = np.empty((len(rows.design), BLOCK))
    ladder = np.concatenate([[-np.inf], theta, [np.inf]])
    for block in rows.blocks():
        number = block.rows.stop - block.rows.start
        x = room[:, :number]
        np.copyto(x, rows.design[:, block.rows], casting="unsafe")
        eta = beta @ x
        eta += np.repeat(offset[block.groups], block.lengths)
        mass: Floats | float = 1.0 if rows.mass is None else rows.mass[block.rows]
        if share is not None:
            mass = mass * np.repeat(share[block.groups], block.lengths)
        k = block.category
        yield _Piece(block, x, eta, mass, float(ladder[k]), float(ladder[k + 1]))


def _runs(values: Floats | float, block: Block) -> Floats | float:
    """Sum over the runs of a block."""
    if isinstance(values, float):
        return 0.0
    return np.add.reduceat(values, block.bounds, axis=-1)


def sum_groups(
    rows: GroupedRows, link: Link, theta: Floats, beta: Floats, offset: Floats
) -> tuple[Floats, Floats, Floats]:
    """Sum what the modes of the groups need.

    Parameters
    ----------
    rows : GroupedRows
    link : Link
    theta, beta : ndarray of shape (m,), (p,)
    offset : ndarray of shape (groups,)
        Random part of the predictor.

    Returns
    -------
    log_likelihood, push, hold : ndarray of shape (groups,)
        As in `GroupSums`.
    """
    value, push, hold = np.zeros((3, rows.n_groups))
    with np.errstate(all="ignore"):
        for block, _, eta, mass, low, high in _pieces(rows, theta, beta, offset):
            d = bend(link, eta, low, high)
            at = block.groups
            value[at] += _runs(mass * d.log_p, block)
            push[at] -= _runs(mass * (d.upper + d.lower), block)
            hold[at] += _runs(mass * (d.tilt_upper + d.tilt_lower), block)
    return value, push, hold


def sum_curves(
    rows: GroupedRows,
    link: Link,
    theta: Floats,
    beta: Floats,
    offset: Floats,
    *,
    share: Floats | None = None,
    scores: bool = False,
) -> GroupSums:
    """Sum likelihood and derivatives up to the third.

    Parameters
    ----------
    rows, link, theta, beta, offset
        As in `sum_groups`.
    share : ndarray of shape (groups,), optional
        Multiplies the mass of each group.
    scores : bool
        Keep the scores of each group.

    Returns
    -------
    GroupSums
    """
    m, p, g = rows.shape
    q = m + p
    value, push, hold, turn = np.zeros((4, g))
    score, square = np.zeros(q), np.zeros((q, q))
    tilt, twist = np.zeros((g, q)), np.zeros((g, q))
    own = np.zeros((g, q)) if scores else None
    with np.errstate(all="ignore"):
        for block, x, eta, mass, low, high in _pieces(rows, theta, beta, offset, share):
            d = _weighted(bend(link, eta, low, high), mass)
            at, k = block.groups, block.category
            value[at] += _runs(d.log_p, block)
            shift = -(d.upper + d.lower)
            push[at] += _runs(shift, block)
            score[m:] += x @ shift
            for place, part in ((k, d.upper), (k - 1, d.lower)):
                if 0 <= place < m:
                    score[place] += np.sum(part)
                    if own is not None:
                        own[at, place] += _runs(part, block)
            if own is not None:
                own[at, m:] += np.add.reduceat(x * shift, block.bounds, axis=1).T
            weight = d.tilt_upper + d.tilt_lower
            hold[at] += _runs(weight, block)
            _add_square(square, tilt, block, x, d.tilt_upper, d.tilt_lower, d.both * mass, m)
            pull = -(d.turn_upper + d.turn_lower)
            turn[at] += _runs(pull, block)
            _add_cross(twist, block, x, d.turn_upper, d.turn_lower, m)
    return GroupSums(value, push, hold, turn, score, _mirrored(square), tilt, twist, own)


def _weighted(d: Bend, mass: Floats | float) -> Bend:
    """Multiply all but `both`, which may be one number for all rows."""
    if isinstance(mass, float):
        return d
    log_p, upper, lower, tilt_upper, tilt_lower, both, turn_upper, turn_lower = d
    return Bend(
        mass * log_p,
        mass * upper,
        mass * lower,
        mass * tilt_upper,
        mass * tilt_lower,
        both,
        mass * turn_upper,
        mass * turn_lower,
    )


def _total(values: Floats | float, number: int) -> float:
    return float(np.sum(values)) if np.ndim(values) else float(values) * number


def _add_cross(
    into: Floats,
    block: Block,
    x: Floats,
    upper: Floats | float,
    lower: Floats | float,
    m: int,
) -> Floats:
    """Add what the runs of a block give to the parameters; return minus the weight of x."""
    k, at = block.category, block.groups
    if k < m:
        into[at, k] += _runs(upper, block)
    if k > 0:
        into[at, k - 1] += _runs(lower, block)
    weighted = x * (upper + lower)
    into[at, m:] -= np.add.reduceat(weighted, block.bounds, axis=1).T
    return weighted


def _add_square(
    square: Floats,
    cross: Floats,
    block: Block,
    x: Floats,
    upper: Floats | float,
    lower: Floats | float,
    both: Floats | float,
    m: int,
) -> None:
    """Add second derivatives, of which the upper triangle is kept."""
    k, number = block.category, x.shape[1]
    weighted = _add_cross(cross, block, x, upper, lower, m)
    square[m:, m:] -= weighted @ x.T
    corner = _total(both, number)
    if k < m:
        square[k, k] -= _total(upper, number) + corner
        if np.ndim(upper):
            square[k, m:] += x @ upper
    if k > 0:
        square[k - 1, k - 1] -= _total(lower, number) + corner
        if np.ndim(lower):
            square[k - 1, m:] += x @ lower
    if 0 < k < m:
        square[k - 1, k] += corner


def _mirrored(square: Floats) -> Floats:
    upper = np.triu(square)
    return upper + np.triu(upper, 1).T


def sum_bends(
    rows: GroupedRows,
    link: Link,
    theta: Floats,
    beta: Floats,
    offset: Floats,
    *,
    on_second: Floats,
    on_first: Floats,
) -> tuple[Floats, Floats, Floats]:
    """Sum the second derivatives of a weighted sum of the first two derivatives in the predictor.

    Parameters
    ----------
    rows, link, theta, beta, offset
        As in `sum_groups`.
    on_second, on_first : ndarray of shape (groups,)

    Returns
    -------
    square : ndarray of shape (q, q)
    cross : ndarray of shape (groups, q)
        In the predictor and the parameters.
    twice : ndarray of shape (groups,)
        In the predictor, twice.
    """
    m, p, g = rows.shape
    square, cross, twice = np.zeros((m + p,) * 2), np.zeros((g, m + p)), np.zeros(g)
    with np.errstate(all="ignore"):
        for block, x, eta, mass, low, high in _pieces(rows, theta, beta, offset):
            weights = (
                np.repeat(part[block.groups], block.lengths) for part in (on_second, on_first)
            )
            second, first = (mass * weight for weight in weights)
            upper, lower, both = curve_of_sum(
                link, eta, low, high, on_second=second, on_first=first
            )
            _add_square(square, cross, block, x, upper, lower, both, m)
            twice[block.groups] -= _runs(upper + lower, block)
    return _mirrored(square), cross, twice
