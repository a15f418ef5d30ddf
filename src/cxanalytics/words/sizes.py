"""How is the size of a pattern printed: in points or plain numbers, with range and base?

One decimal where the range is narrower than ten points, none otherwise: no figure carries more
precision than its range supports.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from cxanalytics.errors import ParamsError, must_be
from cxanalytics.formats import count, points, points_range, signed

UNITS = ("points", "number")
NOT_CAUSE = "This shows what goes together, not proof of cause."
_DETAIL_BELOW = 0.10


def say_size(row: pd.Series[Any], *, unit: str = "points") -> str:
    """Print an estimate with its likely range: "+4.6 points (likely +2.1 to +7.2)".

    Parameters
    ----------
    row : Series
        Columns `estimate conf_low conf_high`.
    unit : str
        "points" for differences of shares, "number" for anything else.

    Returns
    -------
    str

    Raises
    ------
    ParamsError
        An unknown unit.
    """
    if unit not in UNITS:
        raise ParamsError(must_be("unit", UNITS, unit))
    low, high = float(row["conf_low"]), float(row["conf_high"])
    if unit == "points":
        digits = 1 if high - low < _DETAIL_BELOW else 0
        likely = points_range(low, high, digits)
        return f"{points(row['estimate'], digits)} (likely {likely})"
    return f"{signed(row['estimate'], 2)} (likely {signed(low, 2)} to {signed(high, 2)})"


def direction(row: pd.Series[Any]) -> int:
    """Tell whether a range lies above zero (1), below (−1), or holds it (0).

    Parameters
    ----------
    row : Series
        Columns `conf_low conf_high`.

    Returns
    -------
    int
    """
    if row["conf_low"] > 0:
        return 1
    return -1 if row["conf_high"] < 0 else 0


def say_base_of_pattern(
    *,
    answers: float | None = None,
    respondents: str = "",
    groups: int | None = None,
    group: str = "",
) -> str:
    """Say what a pattern rests on: "Base: 23,906 customers in 24 agencies."

    Parameters
    ----------
    answers : float, optional
    respondents : str
        Noun for the answers, in the plural.
    groups : int, optional
    group : str
        Noun for the groups, in the plural.

    Returns
    -------
    str
        "" where nothing is known.
    """
    parts = []
    if answers is not None and not pd.isna(answers):
        parts.append(f"{count(answers)} {respondents or 'answers'}")
    if groups is not None:
        parts.append(f"{count(groups)} {group}")
    return f"Base: {' in '.join(parts)}." if parts else ""
