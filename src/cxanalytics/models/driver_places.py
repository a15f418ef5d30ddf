"""Which place does each driver take, and which of them cannot be told apart?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxanalytics.models.driver_checks import Player
from cxanalytics.numerics.ranks import rank_draws, rank_ranges

Floats = NDArray[np.float64]

TOP = 3
"""Places that count as being among the first."""


def share_table(
    players: Sequence[Player],
    shares: Floats,
    resampled: Floats,
    *,
    tails: tuple[float, float],
    level: float,
) -> pd.DataFrame:
    """Put shares, ranges, places and tiers into one row per player.

    Parameters
    ----------
    players : sequence of Player
    shares : ndarray of shape (k,)
    resampled : ndarray of shape (resamples, k)
    tails : tuple of float
        Probabilities of the two percentiles of a range.
    level : float
        Probability content of the range of places.

    Returns
    -------
    DataFrame
        `direction` and `n` are still to be filled.
    """
    low, high = np.quantile(resampled, tails, axis=0)
    ranks = rank_draws(resampled)
    places = np.stack(
        [(ranks == place).mean(axis=0) for place in range(1, len(shares) + 1)], axis=1
    )
    best, worst = rank_ranges(places, level=level)
    return pd.DataFrame(
        {
            "key": [player.key for player in players],
            "estimate": shares,
            "std_error": resampled.std(axis=0, ddof=1),
            "conf_low": low,
            "conf_high": high,
            "n": np.nan,
            "label": [player.label for player in players],
            "direction": 0,
            "p_first": places[:, 0],
            "p_top3": places[:, :TOP].sum(axis=1),
            "rank_low": best,
            "rank_high": worst,
            "tier": _tiers(shares, resampled, tails),
            "group": [player.group for player in players],
        }
    )


def _tiers(shares: Floats, resampled: Floats, tails: tuple[float, float]) -> NDArray[np.int64]:
    """Put the largest share and all that cannot be told from it together, then go on."""
    tier = np.zeros(len(shares), dtype=np.int64)
    while (tier == 0).any():
        left = np.flatnonzero(tier == 0)
        leader = left[np.argmax(shares[left])]
        low, high = np.quantile(resampled[:, [leader]] - resampled[:, left], tails, axis=0)
        tier[left[(low <= 0.0) & (high >= 0.0)]] = tier.max() + 1
    return tier
