"""What likelihood does every subset of drivers reach in an ordinal model, and in its resamples?

Every subset S of players gets its own cumulative-link fit. Subsets go from the largest down, each
starting where the quadratic around a larger one puts its maximum: two Newton steps are then
enough. Resamples are not fitted again. Around the fit of S the log likelihood of a resample with
multiplicities m_g of the sampling units is

    l_S* = sum m_g l_Sg + U*' I_S^-1 U* / 2,    U* = sum m_g u_Sg,

with the units' log likelihoods l_Sg and scores u_Sg at the fit and its information I_S: exact to
second order, and a matrix product for all resamples together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import linalg, sparse

from cxanalytics.errors import ModelError
from cxanalytics.numerics.importance import MOST_PLAYERS
from cxanalytics.numerics.importance_bootstrap import Units
from cxanalytics.numerics.links import Link, get_link
from cxanalytics.numerics.newton import Height, climb
from cxanalytics.numerics.ordinal_sums import SortedRows, evaluate, sort_rows

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

TOLERANCE = 1e-4
"""Largest score per unit of weight where Newton steps stop; the quadratic adds the rest."""

MOST_STEPS = 50

DENSE = 0.1
"""Share of entries above which scores of groups are multiplied as a full matrix."""


@dataclass(frozen=True, slots=True)
class SubsetFits:
    """Log likelihoods of all 2**k subsets.

    Attributes
    ----------
    log_likelihood : ndarray of shape (2**k,)
        Bit j of the index says whether player j is in.
    resampled : ndarray of shape (resamples, 2**k)
    coefficients : ndarray of shape (columns,)
        With all players in; positive values shift answers up.
    """

    log_likelihood: Floats
    resampled: Floats
    coefficients: Floats


@dataclass(frozen=True, slots=True)
class _Start:
    """Where a subset's climb begins, and the likelihood that the way there should cost."""

    parameters: Floats
    loss: float


@dataclass(frozen=True, slots=True)
class _Fit:
    """One subset very near its maximum, and the quadratic there."""

    parameters: Floats
    free: Integers
    log_likelihood: float
    score: Floats
    inverse: Floats

    def maximum(self) -> float:
        """Log likelihood at the top of the quadratic."""
        return self.log_likelihood + 0.5 * float(self.score @ self.inverse @ self.score)

    def top(self) -> Floats:
        """Parameters at the top of the quadratic."""
        moved = self.parameters.copy()
        moved[self.free] += self.inverse @ self.score
        return moved


def fit_subsets(
    answers: ArrayLike,
    design: ArrayLike,
    *,
    players: Sequence[Sequence[int]],
    units: Units,
    multiplicity: Floats,
    mass: ArrayLike | None = None,
    groups: ArrayLike | None = None,
    link: str = "logit",
) -> SubsetFits:
    """Fit the cumulative-link model with every subset of players, and its resamples.

    Parameters
    ----------
    answers : array_like of int, shape (rows,)
        Codes from 0.
    design : array_like of shape (rows, columns)
        Columns that belong to no player are in every model.
    players : sequence of sequence of int
        Columns of each player.
    units : Units
    multiplicity : ndarray of shape (resamples, units)
    mass : array_like of shape (rows,), optional
        Likelihood weights.
    groups : array_like of int, shape (rows,), optional
        0 to G - 1: every model has an intercept per group.
    link : str

    Returns
    -------
    SubsetFits

    Raises
    ------
    ModelError
        More than 12 players, or fewer than 2 answers.
    """
    if not 1 <= len(players) <= MOST_PLAYERS:
        raise ModelError(f"`players` must be 1 to {MOST_PLAYERS}; got {len(players)}.")
    rows, _ = sort_rows(answers, design, mass, None, groups)
    chosen, m = get_link(link), rows.shape[0]
    sets = [np.asarray(columns, dtype=np.int64) + m for columns in players]
    parts = _sorted_units(rows, units)
    everyone = 2 ** len(sets) - 1
    log_likelihood = np.empty(everyone + 1)
    resampled = np.empty((everyone + 1, len(multiplicity)))
    coefficients = np.zeros(rows.shape[1])
    starts = {everyone: _Start(_cold_start(rows, chosen), 0.0)}
    while starts:
        smaller: dict[int, _Start] = {}
        for subset, start in starts.items():
            fit = _fit(rows, chosen, start.parameters, _free(rows, sets, subset))
            if subset == everyone:
                coefficients = fit.top()[m : m + rows.shape[1]]
            log_likelihood[subset] = fit.maximum()
            resampled[subset] = _resample(rows, chosen, fit, parts, multiplicity)
            for child, near in _children(fit, sets, subset):
                if child not in smaller or near.loss < smaller[child].loss:
                    smaller[child] = near
        starts = smaller
    return SubsetFits(log_likelihood, resampled.T, coefficients)


def _cold_start(rows: SortedRows, link: Link) -> Floats:
    """Give marginal thresholds and no effects."""
    mass = rows.category_mass()
    share = np.cumsum(mass)[:-1] / mass.sum()
    return np.concatenate([link.quantile(share), np.zeros(rows.size - len(share))])


def _free(rows: SortedRows, sets: Sequence[Integers], subset: int) -> NDArray[np.bool_]:
    """Tell which parameters a subset's model has."""
    moving = np.ones(rows.size, dtype=bool)
    for player, places in enumerate(sets):
        if not subset >> player & 1:
            moving[places] = False
    return moving


def _fit(rows: SortedRows, link: Link, start: Floats, moving: NDArray[np.bool_]) -> _Fit:
    m, p, _ = rows.shape
    if not np.isfinite(start).all() or (np.diff(start[:m]) <= 0).any():
        start = _cold_start(rows, link)
    scale = np.full(rows.size, rows.category_mass().sum())
    scale[m : m + p] *= np.maximum(np.abs(rows.design).max(axis=0).astype(float), 1.0)

    def height(parameters: Floats) -> Height:
        sums = evaluate(rows, link, parameters)
        return Height(sums.log_likelihood, sums.vector(), sums.matrix())

    peak = climb(height, start, scale=scale, tolerance=TOLERANCE, most=MOST_STEPS, free=moving)
    free = np.flatnonzero(moving)
    top = peak.height
    inverse = _inverse(-top.hessian[np.ix_(free, free)])
    return _Fit(peak.parameters, free, top.log_likelihood, top.score[free], inverse)


def _inverse(information: Floats) -> Floats:
    """Invert; directions without information get none."""
    scale = np.sqrt(np.maximum(np.diag(information), 1e-300))
    unit = information / np.outer(scale, scale)
    try:
        inverse = linalg.cho_solve(linalg.cho_factor(unit), np.eye(len(unit)))
    except linalg.LinAlgError:
        inverse = linalg.pinvh(unit)
    return inverse / np.outer(scale, scale)


def _children(fit: _Fit, sets: Sequence[Integers], subset: int) -> Iterator[tuple[int, _Start]]:
    """Take each player out, to where the quadratic has its maximum without it."""
    top = fit.top()
    for player, places in enumerate(sets):
        if not subset >> player & 1:
            continue
        own = np.searchsorted(fit.free, places)
        pull = linalg.solve(fit.inverse[np.ix_(own, own)], top[places], assume_a="sym")
        moved = top.copy()
        moved[fit.free] -= fit.inverse[:, own] @ pull
        moved[places] = 0.0
        yield subset ^ (1 << player), _Start(moved, float(top[places] @ pull))


@dataclass(frozen=True, slots=True)
class _SortedUnits:
    """Parts of the sorted rows in each unit, by block, and in each unit and group."""

    blocks: tuple[sparse.csr_array, ...]
    pairs: sparse.csr_array
    unit: Integers
    group: Integers
    shape: tuple[int, int]


def _sorted_units(rows: SortedRows, units: Units) -> _SortedUnits:
    share = units.share.tocsc()[:, rows.order]
    blocks = tuple(share[:, block].tocsr() for _, block in rows.blocks())
    n_units, n_rows = share.shape
    group = np.zeros(n_rows, dtype=np.int64) if rows.groups is None else rows.groups
    entries = share.tocoo()
    label, place = np.unique(group[entries.col] * n_units + entries.row, return_inverse=True)
    pairs = sparse.csr_array((entries.data, (place, entries.col)), shape=(len(label), n_rows))
    return _SortedUnits(
        blocks, pairs, label % n_units, label // n_units, (n_units, max(rows.n_groups, 1))
    )


def _resample(
    rows: SortedRows, link: Link, fit: _Fit, parts: _SortedUnits, multiplicity: Floats
) -> Floats:
    """Find the maximum in every resample, to second order."""
    m, p, g = rows.shape
    n_units, _ = parts.shape
    totals, shift = np.zeros((n_units, 1 + m + p)), np.empty(len(rows.order))
    effects = np.concatenate([[0.0], fit.parameters[m + p :]])
    for (category, block), share in zip(rows.blocks(), parts.blocks, strict=True):
        x = rows.design[block].astype(float)
        predictor = x @ fit.parameters[m : m + p]
        if rows.groups is not None:
            predictor += effects[rows.groups[block]]
        low = fit.parameters[category - 1] if category > 0 else -np.inf
        high = fit.parameters[category] if category < m else np.inf
        pieces = link.pieces(predictor, low, high)
        weight = np.ones(len(x)) if rows.mass is None else rows.mass[block]
        up, down = weight * pieces.high, weight * pieces.low
        shift[block] = -(up + down)
        columns = (weight * pieces.log_p, up, down, x * shift[block, None])
        sums = share @ np.column_stack(columns)
        totals[:, 0] += sums[:, 0]
        if category < m:
            totals[:, 1 + category] += sums[:, 1]
        if category > 0:
            totals[:, category] += sums[:, 2]
        totals[:, 1 + m :] += sums[:, 3:]
    own = fit.free[fit.free < m + p]
    drawn = multiplicity @ np.column_stack([totals[:, 0], totals[:, 1 + own]])
    scores = [drawn[:, 1:]]
    if g:
        scores.append(_group_scores(parts, parts.pairs @ shift, multiplicity)[:, 1:])
    score = np.hstack(scores)
    gain = np.einsum("bi,bi->b", score @ fit.inverse, score)
    return drawn[:, 0] + 0.5 * gain


def _group_scores(parts: _SortedUnits, sums: Floats, multiplicity: Floats) -> Floats:
    """Add up the scores of group intercepts in every resample."""
    table = sparse.csr_array((sums, (parts.unit, parts.group)), shape=parts.shape)
    if table.nnz > DENSE * np.prod(parts.shape):
        return multiplicity @ table.toarray()
    return np.asarray(table.T @ multiplicity.T).T
