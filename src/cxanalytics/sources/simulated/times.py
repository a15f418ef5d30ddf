"""On which days do customers call, and when was the crisis?"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from cxanalytics.sources.simulated.draws import Array, Indices
from cxanalytics.sources.simulated.names import AGENCIES, CRISIS_AGENCIES, QUARTERS, WAVES

CRISIS_WAVE = "2026-Q1"
CRISIS_START = np.datetime64("2026-02-09")
CRISIS_END = np.datetime64("2026-02-15")
CRISIS_SURGE = 2.2
WEEKDAY_LOAD = np.array([1.25, 1.10, 1.05, 1.00, 1.00, 0.35, 0.15])


def quarter_start(quarter: str) -> np.datetime64:
    """Find the first day of a quarter such as '2026-Q1'."""
    year, number = quarter.split("-Q")
    return np.datetime64(f"{year}-{3 * int(number) - 2:02d}-01")


def quarter_days(quarter: str) -> NDArray[np.datetime64]:
    """List the days of a quarter."""
    start = quarter_start(quarter)
    end = start.astype("datetime64[M]") + np.timedelta64(3, "M")
    return np.arange(start, end.astype("datetime64[D]"))


def months() -> tuple[NDArray[np.datetime64], Indices]:
    """List the months of operations, and the quarter each belongs to."""
    first = quarter_start(QUARTERS[0]).astype("datetime64[M]")
    month = first + np.arange(3 * len(QUARTERS))
    return month, np.arange(3 * len(QUARTERS)) // 3


@lru_cache(maxsize=32)
def day_shares(wave: str, *, struck: bool) -> Array:
    """Spread the contacts of a wave over its days.

    Parameters
    ----------
    wave : str
    struck : bool
        The agency was struck by the crisis.

    Returns
    -------
    (days,) array
        Sums to 1.
    """
    days = quarter_days(wave)
    weekday = (days.astype("datetime64[D]").astype(np.int64) + 3) % 7
    load = WEEKDAY_LOAD[weekday]
    if struck and wave == CRISIS_WAVE:
        load = np.where((days >= CRISIS_START) & (days <= CRISIS_END), CRISIS_SURGE * load, load)
    share: Array = load / load.sum()
    return share


def crisis_agencies() -> NDArray[np.bool_]:
    """Flag the agencies struck by the crisis, (agencies,)."""
    return np.array([plan.name in CRISIS_AGENCIES for plan in AGENCIES])


def in_crisis(wave: Indices, day: Indices) -> NDArray[np.bool_]:
    """Flag contacts of the crisis week."""
    start = quarter_start(CRISIS_WAVE)
    first = int((CRISIS_START - start).astype(int))
    last = int((CRISIS_END - start).astype(int))
    flagged: NDArray[np.bool_] = (wave == WAVES.index(CRISIS_WAVE)) & (day >= first) & (day <= last)
    return flagged


def crisis_share() -> float:
    """Compute the share of a struck agency's contacts in the wave that fall in the week."""
    days = quarter_days(CRISIS_WAVE)
    share = day_shares(CRISIS_WAVE, struck=True)
    return float(share[(days >= CRISIS_START) & (days <= CRISIS_END)].sum())
