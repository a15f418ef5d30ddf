"""What do the figures of the diagnostics say to a reader who cannot see them?"""

from __future__ import annotations

import pandas as pd

from cxanalytics.formats import percent, points, points_range
from cxanalytics.words.grammar import counted


def say_alt_calibration(table: pd.DataFrame) -> str:
    """Describe the chart of predicted and observed shares.

    Parameters
    ----------
    table : DataFrame
        `predicted estimate`, one row a bin.

    Returns
    -------
    str
    """
    bins = counted(len(table), "bin", "bins")
    text = f"Dot chart of {bins} of people: observed against predicted share."
    if table.empty:
        return text
    gap = (table["estimate"] - table["predicted"]).abs()
    worst = table.iloc[int(gap.argmax())]
    return (
        f"{text} Dots run from {percent(table['predicted'].min())} predicted to "
        f"{percent(table['predicted'].max())}. The largest gap is at {percent(worst['predicted'])} "
        f"predicted, where {percent(worst['estimate'])} is observed."
    )


def say_alt_driver_levels(table: pd.DataFrame) -> str:
    """Describe the chart of relations within agencies and between them.

    Parameters
    ----------
    table : DataFrame
        `name within between`, one row a driver.

    Returns
    -------
    str
    """
    drivers = counted(len(table), "driver", "drivers")
    text = f"Dot-and-range chart of {drivers}: points for one step, within and between."
    if table.empty:
        return text
    parts = [text]
    for term in ("within", "between"):
        known = table.dropna(subset=term)
        if len(known):
            low, high = known[term].min(), known[term].max()
            parts.append(f"{term.capitalize()}: {points_range(low, high)}.")
    return " ".join(parts)


def say_alt_other_outcomes(table: pd.DataFrame) -> str:
    """Describe the chart of drivers under several outcomes.

    Parameters
    ----------
    table : DataFrame
        `name outcome_name estimate`, one row a driver and outcome.

    Returns
    -------
    str
    """
    drivers = counted(table["name"].nunique(), "driver", "drivers")
    outcomes = counted(table["outcome_name"].nunique(), "question", "questions")
    text = f"Dot-and-range chart of {drivers} for {outcomes}."
    if table.empty:
        return text
    top = table.iloc[int(table["estimate"].argmax())]
    return (
        f"{text} The largest figure is {top['name']} for {top['outcome_name']}, "
        f"{points(top['estimate'], 1)}."
    )
