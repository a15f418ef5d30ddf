"""Where does each unit stand among the others, and how uncertain is its place?

Two answers, never mixed: the posterior distribution of ranks from joint draws (executive
pages), and the marginal and simultaneous confidence sets for ranks of Mogstad, Romano, Shaikh
and Wilhelm (Review of Economic Studies, 2024) from unshrunken estimates (researchers). Rank 1
is the highest. Work goes in blocks: 1,000 units by 10,000 draws stay well under one gigabyte.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cxanalytics.errors import ModelError
from cxanalytics.numerics.independent_rank_sets import marginal_sets, simultaneous_sets

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

    The rank of j lies in ``[1 + #{k surely above j}, G - #{k surely below j}]``. "Surely" comes
    from testing both directions of every difference, with the bootstrap quantile of the largest
    studentized deviation as critical value and stepdown over the directions not yet decided.

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
    if covariance.ndim == 1 or not (covariance - np.diag(np.diag(covariance))).any():
        variance = covariance if covariance.ndim == 1 else np.diag(covariance)
        find = simultaneous_sets if simultaneous else marginal_sets
        ahead, behind = find(estimate, variance, level=level, n_draws=n_draws, seed=seed)
    else:
        ahead, behind = _joint_sets(
            estimate, covariance, level=level, simultaneous=simultaneous, n_draws=n_draws, seed=seed
        )
    return 1 + ahead, len(estimate) - behind


def _joint_sets(
    estimate: Array,
    joint: Array,
    *,
    level: float,
    simultaneous: bool,
    n_draws: int,
    seed: int,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """How many units lie surely above and below each, where errors go together."""
    values, vectors = np.linalg.eigh(joint)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    noise = np.random.default_rng(seed).standard_normal((n_draws, len(estimate))) @ root.T
    diagonal = np.diag(joint)
    spread = np.sqrt(np.maximum(diagonal[:, None] + diagonal[None, :] - 2.0 * joint, 0.0))
    np.fill_diagonal(spread, np.inf)
    statistic = (estimate[None, :] - estimate[:, None]) / spread
    if simultaneous:
        above = _stepdown(noise, spread, statistic, level)
        return above.sum(axis=1), above.sum(axis=0)
    ahead, behind = np.empty((2, len(estimate)), dtype=np.int64)
    for j in range(len(estimate)):
        ahead[j], behind[j] = _stepdown_one(noise, j, spread[j], statistic[j], level)
    return ahead, behind


def _stepdown_one(
    noise: Array, j: int, spread: Array, statistic: Array, level: float
) -> tuple[int, int]:
    """How many units lie surely above and surely below unit j."""
    deviation = (noise - noise[:, [j]]) / spread
    open_above = np.arange(len(spread)) != j
    open_below = open_above.copy()
    while open_above.any() or open_below.any():
        largest = np.maximum(
            deviation[:, open_above].max(axis=1, initial=-np.inf),
            -deviation[:, open_below].min(axis=1, initial=np.inf),
        )
        critical = np.quantile(largest, level)
        above, below = open_above & (statistic > critical), open_below & (statistic < -critical)
        if not (above.any() or below.any()):
            break
        open_above &= ~above
        open_below &= ~below
    others = len(spread) - 1
    return others - int(open_above.sum()), others - int(open_below.sum())


def _stepdown(noise: Array, spread: Array, statistic: Array, level: float) -> NDArray[np.bool_]:
    """(G, G) flags: the column unit lies surely above the row unit, over all pairs at once."""
    pairs = ~np.eye(len(spread), dtype=bool)
    still_open = pairs.copy()
    while still_open.any():
        largest = np.full(len(noise), -np.inf)
        for j in np.flatnonzero(still_open.any(axis=1)):
            k = np.flatnonzero(still_open[j])
            deviation = (noise[:, k] - noise[:, [j]]) / spread[j, k]
            np.maximum(largest, deviation.max(axis=1), out=largest)
        found = still_open & (statistic > np.quantile(largest, level))
        if not found.any():
            break
        still_open &= ~found
    return pairs & ~still_open
