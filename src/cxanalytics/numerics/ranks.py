"""Where does each unit stand among the others, and how uncertain is its place?

Two answers, never mixed: the posterior distribution of ranks from joint draws (executive pages), and
the marginal and simultaneous confidence sets for ranks of Mogstad, Romano, Shaikh and Wilhelm
(Review of Economic Studies, 2024) from unshrunken estimates (researchers). Rank 1 is the highest.
Work goes in blocks: 1,000 units by 10,000 draws stay well under one gigabyte.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cxanalytics.errors import ModelError

Array = NDArray[np.float64]
Ranks = NDArray[np.int16]

BLOCK = 1_000_000
QUARTER = 4


@dataclass(frozen=True, slots=True)
class RankSummary:
    """What joint draws say about ranks.

    Attributes
    ----------
    probability : (G, G) row = unit, column = rank 1..G; rows and columns sum to 1.
    low, high : (G,) equal-tailed posterior range of the rank (best and worst place).
    top_quartile, bottom_quartile : (G,) probability of a rank in the best or worst ``G // 4``.
    ahead : (G, G) probability that the row's theta exceeds the column's (diagonal 0).
    expected : (G,) posterior mean rank.
    """

    probability: Array
    low: NDArray[np.int64]
    high: NDArray[np.int64]
    top_quartile: Array
    bottom_quartile: Array
    ahead: Array
    expected: Array


def rank_draws(draws: ArrayLike) -> Ranks:
    """Return (n_draws, G) ranks within each draw, 1 = highest value."""
    draws = np.asarray(draws, dtype=float)
    n_draws, n_units = draws.shape
    if n_units > np.iinfo(np.int16).max:
        raise ModelError(f"`draws` must hold at most {np.iinfo(np.int16).max} units.")
    ranks = np.empty((n_draws, n_units), dtype=np.int16)
    place = np.arange(1, n_units + 1, dtype=np.int16)
    step = max(1, BLOCK // n_units)
    for start in range(0, n_draws, step):
        order = np.argsort(-draws[start : start + step], axis=1, kind="stable")
        block = ranks[start : start + step]
        np.put_along_axis(block, order, np.broadcast_to(place, order.shape), axis=1)
    return ranks


def summarize_ranks(draws: ArrayLike, *, level: float = 0.95) -> RankSummary:
    """Return rank probabilities, ranges and pairwise probabilities from joint draws.

    Parameters
    ----------
    draws : (n_draws, G) joint posterior draws of the units' scores; higher is better.
    level : probability of the rank range.
    """
    ranks = rank_draws(draws)
    n_draws, n_units = ranks.shape
    counts = np.zeros(n_units * n_units, dtype=np.int64)
    offset = np.arange(n_units, dtype=np.int64) * n_units - 1
    step = max(1, BLOCK // n_units)
    for start in range(0, n_draws, step):
        cell = (ranks[start : start + step] + offset).ravel()
        counts += np.bincount(cell, minlength=n_units * n_units)
    probability = counts.reshape(n_units, n_units) / n_draws
    low, high = rank_ranges(probability, level=level)
    quarter = n_units // QUARTER
    return RankSummary(
        probability=probability,
        low=low,
        high=high,
        top_quartile=probability[:, :quarter].sum(axis=1),
        bottom_quartile=probability[:, n_units - quarter :].sum(axis=1),
        ahead=pairwise_ahead(ranks),
        expected=probability @ np.arange(1.0, n_units + 1.0),
    )


def rank_ranges(
    probability: ArrayLike, *, level: float = 0.95
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the best and worst place of the equal-tailed range holding at least ``level``."""
    tail = 0.5 * (1.0 - level)
    probability = np.asarray(probability, dtype=float)
    from_top = np.cumsum(probability, axis=1)
    from_bottom = np.cumsum(probability[:, ::-1], axis=1)
    slack = 1e-12
    low = 1 + np.argmax(from_top > tail + slack, axis=1)
    high = probability.shape[1] - np.argmax(from_bottom > tail + slack, axis=1)
    return low.astype(np.int64), high.astype(np.int64)


def pairwise_ahead(ranks: Ranks) -> Array:
    """Return (G, G) shares of draws in which the row unit ranks ahead of the column unit."""
    n_draws, n_units = ranks.shape
    wins = np.zeros((n_units, n_units), dtype=np.int64)
    step = 1024
    for start in range(0, n_draws, step):
        block = np.zeros((n_units, step), dtype=np.int16)
        width = min(step, n_draws - start)
        block[:, :width] = ranks[start : start + width].T
        for i in range(n_units - 1):
            ahead = (block[i] < block[i + 1 :]).view(np.uint64)
            wins[i, i + 1 :] += np.bitwise_count(ahead).sum(axis=1, dtype=np.int64)
    upper = np.triu(np.ones((n_units, n_units), dtype=bool), k=1)
    losses = np.where(upper, n_draws - wins, 0)
    return np.asarray((wins + losses.T) / n_draws)


def rank_confidence_sets(
    estimate: ArrayLike,
    covariance: ArrayLike,
    *,
    seed: int,
    level: float = 0.95,
    simultaneous: bool = False,
    n_draws: int = 10_000,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return lower and upper ends of confidence sets for each unit's rank (1 = highest).

    The rank of j lies in ``[1 + #{k: theta_k > theta_j surely}, p - #{k: theta_k < theta_j surely}]``,
    where "surely" means that the symmetric studentized interval for the difference excludes 0; the
    critical value is the bootstrap quantile of the largest deviation, refined by stepdown.

    Parameters
    ----------
    estimate : (G,) unshrunken estimates.
    covariance : (G,) variances of independent estimates, or (G, G) their covariance.
    simultaneous : cover all ranks at once, rather than each rank on its own.
    n_draws : draws of the Gaussian bootstrap.

    Reference
    ---------
    Mogstad, Romano, Shaikh and Wilhelm (2024), Review of Economic Studies 91(1).
    """
    estimate = np.asarray(estimate, dtype=float)
    covariance = np.asarray(covariance, dtype=float)
    if covariance.ndim == 1:
        noise = np.random.default_rng(seed).standard_normal((n_draws, len(estimate)))
        noise *= np.sqrt(covariance)
        spread = np.sqrt(covariance[:, None] + covariance[None, :])
    else:
        rng = np.random.default_rng(seed)
        values, vectors = np.linalg.eigh(covariance)
        root = vectors * np.sqrt(np.maximum(values, 0.0))
        noise = rng.standard_normal((n_draws, len(estimate))) @ root.T
        diagonal = np.diag(covariance)
        spread = np.sqrt(np.maximum(diagonal[:, None] + diagonal[None, :] - 2 * covariance, 0.0))
    np.fill_diagonal(spread, np.inf)
    statistic = (estimate[None, :] - estimate[:, None]) / spread
    if simultaneous:
        surely = _stepdown_all(noise, spread, statistic, level)
    else:
        surely = np.zeros(spread.shape, dtype=bool)
        for j in range(len(estimate)):
            surely[j] = _stepdown_one(noise, j, spread[j], statistic[j], level)
    ahead = (surely & (statistic > 0)).sum(axis=1)
    behind = (surely & (statistic < 0)).sum(axis=1)
    return 1 + ahead, len(estimate) - behind


def _stepdown_one(
    noise: Array, j: int, spread: Array, statistic: Array, level: float
) -> NDArray[np.bool_]:
    deviation = np.abs(noise - noise[:, [j]]) / spread
    left = np.arange(len(spread)) != j
    while left.any():
        critical = np.quantile(deviation[:, left].max(axis=1), level)
        found = left & (np.abs(statistic) > critical)
        if not found.any():
            break
        left &= ~found
    return (np.arange(len(spread)) != j) & ~left


def _stepdown_all(
    noise: Array, spread: Array, statistic: Array, level: float
) -> NDArray[np.bool_]:
    n_units = len(spread)
    left = ~np.eye(n_units, dtype=bool)
    while left.any():
        largest = np.zeros(len(noise))
        for j in np.flatnonzero(left.any(axis=1)):
            k = np.flatnonzero(left[j])
            deviation = np.abs(noise[:, k] - noise[:, [j]]) / spread[j, k]
            np.maximum(largest, deviation.max(axis=1), out=largest)
        found = left & (np.abs(statistic) > np.quantile(largest, level))
        if not found.any():
            break
        left &= ~found
    return ~np.eye(n_units, dtype=bool) & ~left
