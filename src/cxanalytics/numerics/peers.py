"""How far is each unit from the typical one of its peers, within every joint draw?

The typical peer is the median of the *other* peers' scores, recomputed in each draw, so the gap
carries the uncertainty of both sides. A unit outside the peer set is compared with all of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cxanalytics.errors import ModelError

Array = NDArray[np.float64]

BLOCK = 1_000_000
FEWEST_OTHERS = 2


@dataclass(frozen=True, slots=True)
class PeerGaps:
    """Gaps to the typical peer.

    Attributes
    ----------
    gap : (n_draws, G) theta minus the median of the other peers' theta.
    median, low_quarter, high_quarter : (G,) posterior means of the other peers' median and
        quartiles.
    others : (G,) number of other peers.
    """

    gap: Array
    median: Array
    low_quarter: Array
    high_quarter: Array
    others: NDArray[np.int64]


def gaps_to_peers(draws: ArrayLike, member: ArrayLike) -> PeerGaps:
    """Return each unit's gap to the median of the other peers within each draw.

    Parameters
    ----------
    draws : (n_draws, G) joint draws of the units' scores.
    member : (G,) flags of the peer set.

    Raises
    ------
    ModelError
        When some unit has fewer than two other peers.
    """
    draws = np.asarray(draws, dtype=float)
    member = np.asarray(member, dtype=bool)
    n_draws, n_units = draws.shape
    others = member.sum() - member.astype(np.int64)
    if others.min() < FEWEST_OTHERS:
        raise ModelError(f"`member` must leave each unit {FEWEST_OTHERS} other peers or more.")
    gap = np.empty_like(draws)
    sums = np.zeros((3, n_units))
    step = max(1, BLOCK // n_units)
    for start in range(0, n_draws, step):
        block = draws[start : start + step]
        cuts = _others_quantiles(block, member)
        gap[start : start + step] = block - cuts[0]
        sums += cuts.sum(axis=1)
    median, low, high = sums / n_draws
    return PeerGaps(gap, median, low, high, others)


def gaps_to_peer_sets(draws: ArrayLike, members: ArrayLike) -> PeerGaps:
    """Return each unit's gap to the median of a peer set of its own within each draw.

    Parameters
    ----------
    draws : (n_draws, G) joint draws of the units' scores.
    members : (G, G) flags; row g holds the peers of unit g. The diagonal is not read.

    Raises
    ------
    ModelError
        When some unit has fewer than two other peers.
    """
    draws = np.asarray(draws, dtype=float)
    members = np.array(members, dtype=bool)
    np.fill_diagonal(members, False)
    others = members.sum(axis=1).astype(np.int64)
    if others.min() < FEWEST_OTHERS:
        raise ModelError(f"`members` must leave each unit {FEWEST_OTHERS} other peers or more.")
    gap = np.empty_like(draws)
    cuts = np.empty((3, draws.shape[1]))
    for unit, row in enumerate(members):
        found = np.quantile(draws[:, row], (0.5, 0.25, 0.75), axis=1)
        gap[:, unit] = draws[:, unit] - found[0]
        cuts[:, unit] = found.mean(axis=1)
    return PeerGaps(gap, cuts[0], cuts[1], cuts[2], others)


def medians_without_one(draws: ArrayLike) -> Array:
    """Return the median of peers when each of them in turn is left out, within each draw.

    Parameters
    ----------
    draws : (n_draws, m) joint draws of the scores of a unit's peers.

    Returns
    -------
    (n_draws, m) array
        Column j: the median of all but peer j.

    Raises
    ------
    ModelError
        With fewer than three peers.
    """
    draws = np.asarray(draws, dtype=float)
    if draws.shape[1] <= FEWEST_OTHERS:
        raise ModelError(
            f"`draws` must hold {FEWEST_OTHERS + 1} peers or more; got {draws.shape[1]}."
        )
    order = np.argsort(draws, axis=1)
    place = np.empty_like(order)
    ranks = np.broadcast_to(np.arange(order.shape[1]), order.shape)
    np.put_along_axis(place, order, ranks, axis=1)
    return _left_out(np.take_along_axis(draws, order, axis=1), place, 0.5)


def _others_quantiles(draws: Array, member: NDArray[np.bool_]) -> Array:
    """(3, n_draws, G) median, lower and upper quartile of the other peers."""
    order = np.argsort(draws[:, member], axis=1)
    ordered = np.take_along_axis(draws[:, member], order, axis=1)
    place = np.empty_like(order)
    ranks = np.broadcast_to(np.arange(order.shape[1]), order.shape)
    np.put_along_axis(place, order, ranks, axis=1)
    out = np.empty((3, *draws.shape))
    for row, probability in enumerate((0.5, 0.25, 0.75)):
        out[row][:, member] = _left_out(ordered, place, probability)
        if not member.all():
            out[row][:, ~member] = np.quantile(ordered, probability, axis=1)[:, None]
    return out


def _left_out(ordered: Array, place: NDArray[np.intp], probability: float) -> Array:
    """Quantile (linear interpolation) of each ordered row without the element at `place`."""
    height = (ordered.shape[1] - 2) * probability
    below = int(np.floor(height))
    share = height - below
    low = np.where(place <= below, ordered[:, [below + 1]], ordered[:, [below]])
    if share == 0.0:
        return low
    high = np.where(place <= below + 1, ordered[:, [below + 2]], ordered[:, [below + 1]])
    return np.asarray((1.0 - share) * low + share * high)
