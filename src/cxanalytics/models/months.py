"""Which months does a period cover: a year, a financial year, a quarter, a month, a day?"""

from __future__ import annotations

import re
from collections.abc import Sequence

_YEAR = re.compile(r"(\d{4})")
_QUARTER = re.compile(r"(\d{4})-?[Qq]([1-4])")
_PAIR = re.compile(r"(\d{4})[-/](\d{2})(?:-\d{2})?")
_APRIL = 3


def months_by_period(periods: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Give the months of each period, as text such as "2026-04".

    Parameters
    ----------
    periods : sequence of str
        Of one source or of several. "2012-13" is a financial year from April, and so is then
        "2011-12"; otherwise that is a month.

    Returns
    -------
    dict of str to tuple of str
        A period that is not a date covers itself.
    """
    found = [_PAIR.fullmatch(period) for period in periods]
    financial = any(pair is not None and int(pair[2]) > 12 for pair in found)
    return {period: _months(period, financial) for period in periods}


def _months(period: str, financial: bool) -> tuple[str, ...]:
    if year := _YEAR.fullmatch(period):
        return _run(int(year[1]), 0, 12)
    if quarter := _QUARTER.fullmatch(period):
        return _run(int(quarter[1]), 3 * (int(quarter[2]) - 1), 3)
    if pair := _PAIR.fullmatch(period):
        first, second = int(pair[1]), int(pair[2])
        whole = len(period) == len("2011-12")
        if financial and whole and second == (first + 1) % 100:
            return _run(first, _APRIL, 12)
        if 1 <= second <= 12:
            return _run(first, second - 1, 1)
    return (period,)


def _run(year: int, month: int, number: int) -> tuple[str, ...]:
    places = range(12 * year + month, 12 * year + month + number)
    return tuple(f"{place // 12}-{place % 12 + 1:02d}" for place in places)


def months_covered(periods: Sequence[str]) -> int:
    """Count the different months that periods cover together."""
    return len({month for months in months_by_period(periods).values() for month in months})
