"""What do answers add up to when effects may differ between thresholds and spread may differ?

Likelihood, score, Hessian and scores per sampling unit of the general cumulative model,

    P(Y <= k | x) = F( (theta_k - n'gamma_k - x'beta - alpha_g) exp(-z'zeta) ),

summed block by block over rows sorted by answer. Within a block the answer is one, so that the
thresholds above and below it are two runs of parameters; each row has the derivatives of the
upper and of the lower argument of F in those, in beta and in zeta, and the chain rule does the
rest. Group levels never become columns.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import expit, log_expit

from cxanalytics.numerics.between import BetweenUnits
from cxanalytics.numerics.links import Link, Pieces
from cxanalytics.numerics.newton import Height
from cxanalytics.numerics.ordinal_layout import Layout, Working
from cxanalytics.numerics.ordinal_sums import SortedRows
from cxanalytics.numerics.survey_design import Design

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Block:
    """Rows with one answer, and their derivatives.

    Attributes
    ----------
    slots : ndarray of int, shape (w,)
        Places among the working parameters of the columns of `upper` and `lower`.
    upper, lower : ndarray of shape (rows, w)
        Derivatives of the two arguments of F.
    spread : ndarray of shape (rows, s)
        Columns with an effect on the spread, the last s of `slots`.
    shrink : ndarray of shape (rows,)
        exp(-z'zeta); its negative is the derivative of both arguments in the row's level.
    pieces : Pieces
        Of the log probability, in the two arguments; unweighted.
    mass : ndarray of shape (rows,)
    member : sparse array of shape (G, rows), optional
    """

    slots: Integers
    upper: Floats
    lower: Floats
    spread: Floats
    shrink: Floats
    pieces: Pieces
    mass: Floats
    member: sparse.csc_array | None

    def scores(self) -> tuple[Floats, Floats]:
        """Give each row's weighted score in the slots, and in its group's level."""
        high, low = self.mass * self.pieces.high, self.mass * self.pieces.low
        return high[:, None] * self.upper + low[:, None] * self.lower, -self.shrink * (high + low)


def pieces_between(link: Link, upper: Floats | None, lower: Floats | None) -> Pieces:
    """Differentiate log{F(upper) - F(lower)} row by row; None stands for an infinite end."""
    if link.name == "logit":
        return _logit_pieces(upper, lower)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        if upper is not None and lower is not None:
            p = link.between(upper, lower)
        elif upper is not None:
            p = link.below(upper)
        else:
            assert lower is not None
            p = link.above(lower)
        high = np.zeros_like(p) if upper is None else link.density(upper) / p
        low = np.zeros_like(p) if lower is None else -link.density(lower) / p
        bend_high = high if upper is None else link.slope(upper) / p - high**2
        bend_low = low if lower is None else -link.slope(lower) / p - low**2
        return Pieces(np.log(p), high, low, bend_high, bend_low, -high * low)


def _logit_pieces(upper: Floats | None, lower: Floats | None) -> Pieces:
    """Do it for the logit without a difference of two values close to each other."""
    if upper is None:
        assert lower is not None
        nothing = np.zeros_like(lower)
        low = -expit(lower)
        return Pieces(log_expit(-lower), nothing, low, nothing, low * (low + 1.0), nothing)
    high = expit(-upper)
    if lower is None:
        nothing = np.zeros_like(upper)
        return Pieces(log_expit(upper), high, nothing, high * (high - 1.0), nothing, nothing)
    low = -expit(lower)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        share = 1.0 / np.expm1(upper - lower)
        cross = share * (1.0 + share)
        log_p = log_expit(upper) + log_expit(-lower) + np.log(-np.expm1(lower - upper))
    return Pieces(
        log_p,
        high + share,
        low - share,
        high * (high - 1.0) - cross,
        low * (low + 1.0) - cross,
        cross,
    )


def blocks(
    rows: SortedRows, link: Link, layout: Layout, parameters: Floats
) -> Iterator[tuple[slice, Block]]:
    """Give the rows of each block and their derivatives."""
    at = layout.working(parameters)
    for category, inside in rows.blocks():
        yield inside, _block(rows, link, layout, at, category, inside)


def _block(
    rows: SortedRows, link: Link, layout: Layout, at: Working, category: int, inside: slice
) -> Block:
    m, runs = len(at.thresholds), 1 + len(layout.nominal)
    x = rows.design[inside].astype(float)
    freed, moved, spread = x[:, layout.nominal], x[:, layout.location], x[:, layout.scale]
    shift, member = moved @ at.location, None
    if rows.groups is not None:
        codes = rows.groups[inside]
        shift += at.levels[codes]
        shape = (rows.n_groups, len(codes))
        member = sparse.csc_array(
            (np.ones(len(codes)), codes, np.arange(len(codes) + 1)), shape=shape
        )
    shrink = np.exp(-(spread @ at.scale)) if len(at.scale) else np.ones(len(x))
    ends = [k for k in (category, category - 1) if 0 <= k < m]
    run = np.column_stack([shrink, -shrink[:, None] * freed])
    still = -shrink[:, None] * moved

    def argument(k: int) -> tuple[Floats | None, Floats]:
        if k not in ends:
            return None, np.zeros((len(x), len(ends) * runs + moved.shape[1] + spread.shape[1]))
        value = shrink * (at.thresholds[k] - freed @ at.nominal[:, k] - shift)
        own = [run if end == k else np.zeros_like(run) for end in ends]
        return value, np.hstack([*own, still, -value[:, None] * spread])

    (upper, by_upper), (lower, by_lower) = argument(category), argument(category - 1)
    rest = m * runs + np.arange(moved.shape[1] + spread.shape[1])
    return Block(
        np.concatenate([*(k + m * np.arange(runs) for k in ends), rest]),
        by_upper,
        by_lower,
        spread,
        shrink,
        pieces_between(link, upper, lower),
        np.ones(len(x)) if rows.mass is None else rows.mass[inside],
        member,
    )


def evaluate(rows: SortedRows, link: Link, layout: Layout, parameters: Floats) -> Height:
    """Sum log likelihood, score and observed Hessian; -inf where a probability is not positive."""
    m, g = rows.shape[0], rows.n_groups
    core = m * (1 + len(layout.nominal)) + len(layout.location) + len(layout.scale)
    score, square = np.zeros(core), np.zeros((core, core))
    by_group, side, own = np.zeros(g), np.zeros((g, core)), np.zeros(g)
    total = 0.0
    for _, block in blocks(rows, link, layout, parameters):
        part = float(block.mass @ block.pieces.log_p)
        if not np.isfinite(part):
            return Height(-np.inf, np.zeros(layout.size), np.zeros((layout.size,) * 2))
        total += part
        scores, of_level = block.scores()
        score[block.slots] += scores.sum(axis=0)
        bent_high, bent_low, bent = _bends(block)
        local = block.upper.T @ bent_high + block.lower.T @ bent_low
        turn = scores.T @ block.spread
        last = len(block.slots) - block.spread.shape[1]
        local[:, last:] -= turn
        local[last:, :last] -= turn[:last].T
        square[np.ix_(block.slots, block.slots)] += local
        if block.member is not None:
            by_group += block.member @ of_level
            across = -block.shrink[:, None] * (bent_high + bent_low)
            across[:, last:] -= of_level[:, None] * block.spread
            side[:, block.slots] += block.member @ across
            own += block.member @ (block.shrink**2 * bent)
    if not np.isfinite(square).all():
        return Height(-np.inf, np.zeros(layout.size), np.zeros((layout.size,) * 2))
    if g:
        square = np.block([[square, side[1:].T], [side[1:], np.diag(own[1:])]])
        score = np.concatenate([score, by_group[1:]])
    matrix = layout.expand()
    if matrix is None:
        return Height(total, score, square)
    return Height(total, matrix.T @ score, matrix.T @ square @ matrix)


def _bends(block: Block) -> tuple[Floats, Floats, Floats]:
    """Give weighted derivatives, in the slots, of the first derivatives in the two arguments."""
    d, mass = block.pieces, block.mass
    high, low, both = mass * d.high_high, mass * d.low_low, mass * d.high_low
    return (
        high[:, None] * block.upper + both[:, None] * block.lower,
        both[:, None] * block.upper + low[:, None] * block.lower,
        high + low + 2.0 * both,
    )


def score_between(
    rows: SortedRows, link: Link, layout: Layout, parameters: Floats, drawn: Design
) -> BetweenUnits:
    """Sum the weighted scores of the working parameters by sampling unit."""
    m = rows.shape[0]
    core = m * (1 + len(layout.nominal)) + len(layout.location) + len(layout.scale)
    between = BetweenUnits(drawn, core, n_groups=rows.n_groups)
    for inside, block in blocks(rows, link, layout, parameters):
        local, of_level = block.scores()
        scores = np.zeros((len(local), core))
        scores[:, block.slots] = local
        groups = None if rows.groups is None else rows.groups[inside]
        between.add(
            rows.order[inside],
            scores,
            groups=groups,
            group_scores=None if groups is None else of_level,
        )
    return between


def free_scores(layout: Layout, values: Floats) -> Floats:
    """Turn rows of working scores into rows of scores of the free parameters.

    Parameters
    ----------
    layout : Layout
    values : ndarray of shape (rows, working parameters and all G groups)

    Returns
    -------
    ndarray of shape (rows, free parameters)
    """
    core = values.shape[1] - layout.n_groups
    free = np.delete(values, core, axis=1) if layout.n_groups else values
    matrix = layout.expand()
    return free if matrix is None else free @ matrix


def free_square(layout: Layout, values: Floats) -> Floats:
    """Do the same on both sides of a square matrix."""
    return free_scores(layout, free_scores(layout, values).T).T


def crossed(rows: SortedRows, layout: Layout, parameters: Floats) -> float:
    """Give the share of the weight of rows whose thresholds are not in order."""
    if not len(layout.nominal):
        return 0.0
    at = layout.working(parameters)
    wrong = total = 0.0
    for _, inside in rows.blocks():
        ladder = at.thresholds - rows.design[inside][:, layout.nominal].astype(float) @ at.nominal
        mass = np.ones(len(ladder)) if rows.mass is None else rows.mass[inside]
        wrong += float(mass @ (np.diff(ladder, axis=1) <= 0.0).any(axis=1))
        total += float(mass.sum())
    return wrong / total
