"""How much of a fit goes to each of several players: single variables, or groups of them?

A fit is known for every subset of k players, as an array of length 2**k in which bit j of the
index says whether player j is in. Everything here is arithmetic on that array: the Shapley value
(for R2 the same as Lindeman, Merenda and Gold 1980 and as general dominance, Budescu 1993), first
and last, conditional and complete dominance. For least squares the array itself follows from one
covariance matrix, by sweeping one variable after another through a tree of subsets. Beyond 12
players: Johnson's (2000) relative weights, an approximation that needs no subsets.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import comb

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cxanalytics.errors import ModelError

Floats = NDArray[np.float64]

MOST_PLAYERS = 12
"""Players up to which every subset is fitted; beyond, relative weights."""

FLAT = 1e-10
"""A variable with a smaller share of its variance left is a combination of those before it."""

SWEPT_AT_ONCE = 4_000_000
"""Numbers held at once while subsets are swept."""


@dataclass(frozen=True, slots=True)
class Importance:
    """What each of k players adds to a fit.

    Attributes
    ----------
    shapley : ndarray of shape (k,)
        Gain averaged over all orders of entry; sums to the fit of all players together.
    first, last : ndarray of shape (k,)
        Gain as the first, and as the last to enter.
    conditional : ndarray of shape (k, k)
        Mean gain of the row's player as the 1st, 2nd, ... to enter.
    complete : ndarray of shape (k, k)
        1 where the row's player gains more than the column's beside every subset of the others,
        0 where less, NaN where it depends or where they are the same.
    total : float
        Fit of all players less that of none.
    """

    shapley: Floats
    first: Floats
    last: Floats
    conditional: Floats
    complete: Floats
    total: float

    @property
    def shares(self) -> Floats:
        """Shapley values as shares of the total."""
        return self.shapley / self.total


def _players(fits: Floats) -> int:
    size = fits.shape[-1] if fits.ndim else 0
    k = size.bit_length() - 1
    if k < 1 or size != 2**k:
        raise ModelError(f"`fits` must hold a power of 2 of subsets, at least 2; got {size}.")
    return k


@lru_cache(maxsize=MOST_PLAYERS)
def _entry_weights(k: int) -> Floats:
    """Weigh the fits of all subsets into Shapley values: shape (2**k, k)."""
    subsets = np.arange(2**k)
    size = np.bitwise_count(subsets).astype(int)
    weight = np.array([1.0 / (k * comb(k - 1, s)) for s in range(k)])
    inside = (subsets[:, None] >> np.arange(k)) & 1 == 1
    joined, left = weight[np.maximum(size - 1, 0)], weight[np.minimum(size, k - 1)]
    return np.where(inside, joined[:, None], -left[:, None])


def shapley_values(fits: ArrayLike) -> Floats:
    """Share the fit of all players out among them.

    Parameters
    ----------
    fits : array_like of shape (..., 2**k)

    Returns
    -------
    ndarray of shape (..., k)
    """
    value = np.asarray(fits, dtype=float)
    k = _players(value)
    # Without the fit of no player, which may be large against the gains.
    return (value - value[..., :1]) @ _entry_weights(k)


def decompose(fits: ArrayLike) -> Importance:
    """Describe what each player adds.

    Parameters
    ----------
    fits : array_like of shape (2**k,)

    Returns
    -------
    Importance
    """
    value = np.asarray(fits, dtype=float)
    k = _players(value)
    subsets = np.arange(2**k)
    size = np.bitwise_count(subsets)
    conditional, complete = np.zeros((k, k)), np.full((k, k), np.nan)
    for j in range(k):
        without = subsets[(subsets >> j) & 1 == 0]
        gain = value[without | (1 << j)] - value[without]
        conditional[j] = np.bincount(size[without], gain, k) / np.bincount(size[without])
        for other in range(j + 1, k):
            free = without[(without >> other) & 1 == 0]
            ahead = value[free | (1 << j)] - value[free | (1 << other)]
            if (ahead > 0).all() or (ahead < 0).all():
                complete[j, other] = float(ahead[0] > 0)
                complete[other, j] = 1.0 - complete[j, other]
    return Importance(
        shapley=shapley_values(value),
        first=conditional[:, 0].copy(),
        last=conditional[:, -1].copy(),
        conditional=conditional,
        complete=complete,
        total=float(value[-1] - value[0]),
    )


def partial_out(covariance: ArrayLike, given: Sequence[int]) -> Floats:
    """Hold some variables constant.

    Parameters
    ----------
    covariance : array_like of shape (..., q, q)
        Covariances or centered sums of products.
    given : sequence of int
        Variables to hold constant; one that the others given leave no variance is skipped.

    Returns
    -------
    ndarray of shape (..., q - len(given), q - len(given))
        Residual covariances of the other variables, in their order.
    """
    residual = np.asarray(covariance, dtype=float)
    at_first = np.diagonal(residual, axis1=-2, axis2=-1)
    for column in given:
        residual = _sweep(residual, column, at_first[..., column])
    kept = [column for column in range(residual.shape[-1]) if column not in set(given)]
    return residual[..., kept, :][..., kept]


def _sweep(residual: Floats, column: int, at_first: Floats) -> Floats:
    """Take what one variable explains out of all others."""
    pivot = residual[..., column, column]
    useful = pivot > FLAT * at_first
    inverse = np.where(useful, 1.0 / np.where(useful, pivot, 1.0), 0.0)
    side = residual[..., :, column]
    return residual - (side * inverse[..., None])[..., :, None] * side[..., None, :]


def subset_r_squared(
    covariance: ArrayLike, players: Sequence[Sequence[int]] | None = None
) -> Floats:
    """Compute R2 of the last variable on every subset of players.

    Parameters
    ----------
    covariance : array_like of shape (..., q, q)
        Covariances, correlations or centered sums of products; the last variable is explained.
    players : sequence of sequence of int, optional
        Variables of each player; by default each variable is one.

    Returns
    -------
    ndarray of shape (..., 2**k)
    """
    matrix = np.asarray(covariance, dtype=float)
    q = matrix.shape[-1]
    sets = [[column] for column in range(q - 1)] if players is None else [list(s) for s in players]
    if len(sets) > MOST_PLAYERS:
        raise ModelError(f"`players` must be at most {MOST_PLAYERS}; got {len(sets)}.")
    order = [column for s in sets for column in s]
    flat = matrix.reshape(-1, q, q)[:, [*order, q - 1], :][:, :, [*order, q - 1]]
    lengths = [len(s) for s in sets]
    step = max(1, SWEPT_AT_ONCE // (2 ** len(sets) * 12))
    left = [_left_over(flat[first : first + step], lengths) for first in range(0, len(flat), step)]
    total = matrix[..., -1, -1]
    unexplained = np.concatenate(left).reshape(*matrix.shape[:-2], 2 ** len(sets))
    return 1.0 - unexplained / np.where(total > 0, total, 1.0)[..., None]


def _left_over(matrix: Floats, lengths: Sequence[int]) -> Floats:
    """Leave each player out or sweep it, in turn; what stays of the outcome's variance.

    Later matrices are smaller, so that the work is a few numbers per subset.
    """
    at_first = np.diagonal(matrix, axis1=-2, axis2=-1)
    branches = matrix[None]
    for length in lengths:
        swept = branches
        for column in range(length):
            swept = _sweep(swept, column, at_first[None, :, column])
        branches = np.concatenate([branches[..., length:, length:], swept[..., length:, length:]])
        at_first = at_first[:, length:]
    return branches[..., 0, 0].T


def relative_weights(covariance: ArrayLike) -> Floats:
    """Compute Johnson's relative weights, which sum to R2.

    Parameters
    ----------
    covariance : array_like of shape (..., p + 1, p + 1)
        The last variable is explained.

    Returns
    -------
    ndarray of shape (..., p)

    Notes
    -----
    With R the correlations of the predictors, L = R^(1/2) symmetric, r their correlations with
    the outcome and b = L^-1 r, the weights are (L * L)(b * b), products taken entry by entry.
    """
    matrix = np.asarray(covariance, dtype=float)
    spread = np.sqrt(np.maximum(np.diagonal(matrix, axis1=-2, axis2=-1), 0.0))
    safe = np.where(spread > 0, spread, np.inf)
    correlation = matrix / (safe[..., :, None] * safe[..., None, :])
    values, vectors = np.linalg.eigh(correlation[..., :-1, :-1])
    floor = FLAT * values[..., -1:]
    root = np.sqrt(np.maximum(values, 0.0))
    inverse = np.where(values > floor, 1.0 / np.where(values > floor, root, 1.0), 0.0)
    back = np.swapaxes(vectors, -1, -2)
    ladder = (vectors * root[..., None, :]) @ back
    turned = (vectors * inverse[..., None, :]) @ back
    slopes = (turned @ correlation[..., :-1, -1:])[..., 0]
    return ((ladder**2) @ (slopes**2)[..., None])[..., 0]


def inflation(covariance: ArrayLike, players: Sequence[Sequence[int]] | None = None) -> Floats:
    """Tell how far each player is predicted by the others.

    Parameters
    ----------
    covariance : array_like of shape (p, p)
        Of the predictors alone.
    players : sequence of sequence of int, optional
        Variables of each player; by default each variable is one.

    Returns
    -------
    ndarray of shape (k,)
        Variance inflation; for a player of d variables the d-th root of Fox and Monette's (1992)
        generalized inflation. Infinite where variables are combinations of each other.
    """
    matrix = np.asarray(covariance, dtype=float)
    sets = [[column] for column in range(len(matrix))] if players is None else players
    spread = np.sqrt(np.maximum(np.diag(matrix), 0.0))
    if (spread == 0).any():
        return np.full(len(sets), np.inf)
    correlation = matrix / np.outer(spread, spread)
    whole = _log_determinant(correlation)
    result = np.full(len(sets), np.inf)
    for place, own in enumerate(sets):
        others = [column for column in range(len(matrix)) if column not in set(own)]
        parts = (_log_determinant(correlation[np.ix_(part, part)]) for part in (own, others))
        if np.isfinite(whole):
            result[place] = np.exp((sum(parts) - whole) / len(own))
    return result


def _log_determinant(correlation: Floats) -> float:
    values = np.linalg.eigvalsh(correlation) if len(correlation) else np.ones(1)
    return float(np.log(values).sum()) if values[0] > FLAT else -np.inf
