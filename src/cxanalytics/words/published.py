"""What may be said of groups and of changes, where scores were published without counts?

An agency counts once, so a group has a range and one agency has none.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from cxanalytics.formats import (
    count,
    fixed,
    percent,
    points,
    points_range,
    signed,
)
from cxanalytics.words.grammar import capital, counted
from cxanalytics.words.nouns import Nouns
from cxanalytics.words.sizes import NOT_CAUSE


def say_value(value: float, unit: str) -> str:
    """Print a published value: a percent, or a score with one decimal.

    Parameters
    ----------
    value : float
    unit : str
        "share" or "score".

    Returns
    -------
    str
    """
    return percent(value, 1) if unit == "share" else fixed(value, 1)


def say_published_difference(row: pd.Series[Any]) -> str:
    """Print the difference of two groups with its range: "+1.4 (likely +0.9 to +1.8)".

    Parameters
    ----------
    row : Series
        `difference difference_low difference_high unit`.

    Returns
    -------
    str
    """
    low, high = row["difference_low"], row["difference_high"]
    if row["unit"] == "share":
        return f"{points(row['difference'], 1)} (likely {points_range(low, high, 1)})"
    return f"{signed(row['difference'], 1)} (likely {signed(low, 1)} to {signed(high, 1)})"


def say_published_groups(differences: pd.DataFrame, *, nouns: Nouns) -> list[str]:
    """Say how the two sides differ on one measure, and within each kind of agency.

    Parameters
    ----------
    differences : DataFrame
        Rows of one measure: the whole first, then one for each kind.
    nouns : Nouns

    Returns
    -------
    list of str
        One sentence for the whole, one for the kinds, one for agencies that share conditions.
    """
    row = differences.iloc[0]
    many, unit = nouns.organizations, str(row["unit"])
    means = [say_value(row[f"{side}_mean"], unit) for side in ("first", "second")]
    sides = [_side(row, side, many) for side in ("first", "second")]
    counts = [count(row[f"{side}_agencies"]) for side in ("first", "second")]
    said = [
        f"On “{row['label']}”, {sides[0]} average {means[0]}, {sides[1]} {means[1]}: a difference "
        f"of {say_published_difference(row)}. The {nouns.organization} is the unit: each counts "
        f"once, {counts[0]} against {counts[1]}."
    ]
    kinds = [
        f"{say_published_difference(part)} among “{part['kind']}”{_unclear(part)}"
        for _, part in differences.iloc[1:].iterrows()
    ]
    if kinds:
        said.append(f"Like compared with like: {'; '.join(kinds)}.")
    if row["together"] and pd.notna(row["together_low"]):
        print_end = points if unit == "share" else signed
        low, high = (print_end(row[f"together_{end}"], 1) for end in ("low", "high"))
        said.append(
            f"With {many} of one {row['together']} taken together, the difference is likely "
            f"{low} to {high}."
        )
    return said


def _unclear(row: pd.Series[Any]) -> str:
    clear = row["difference_low"] > 0 or row["difference_high"] < 0
    return "" if clear else ", no clear difference"


def _side(row: pd.Series[Any], side: str, many: str) -> str:
    words = str(row[f"{side}_words"])
    return f"{many} {words}" if words else f"{many} of {row['group']} “{row[side]}”"


def say_title_published_groups(differences: pd.DataFrame, *, nouns: Nouns) -> str:
    """Say in a title which side has the higher mean, or that neither is clear.

    Parameters
    ----------
    differences : DataFrame
        As for `say_published_groups`.
    nouns : Nouns

    Returns
    -------
    str
    """
    row = differences.iloc[0]
    first, second = (_side(row, side, nouns.organizations) for side in ("first", "second"))
    low, high = row["difference_low"], row["difference_high"]
    if low <= 0 <= high:
        return f"No clear difference between {first} and{second.removeprefix(nouns.organizations)}"
    ahead = first if low > 0 else second
    mixed = any(_unclear(part) for _, part in differences.iloc[1:].iterrows())
    where = ", not in every kind" if mixed else ""
    return f"{capital(ahead)} score higher on the whole{where}"


def say_published_groups_note(differences: pd.DataFrame, *, nouns: Nouns) -> str:
    """Say what the score is, where the ranges of groups come from, and what they do not show.

    Parameters
    ----------
    differences : DataFrame
        Rows of one measure.
    nouns : Nouns

    Returns
    -------
    str
    """
    wording = str(differences["wording"].iloc[0])
    parts = [
        f"A group's range comes from the spread between its {nouns.organizations}; the number of "
        f"answers behind one {nouns.organization} was not published.",
        "Groups differ in more than what they are named for.",
        NOT_CAUSE,
    ]
    return " ".join([wording, *parts] if wording else parts)


def say_alt_published_groups(table: pd.DataFrame, *, unit: str, nouns: Nouns) -> str:
    """Describe the chart of groups.

    Parameters
    ----------
    table : DataFrame
        `name estimate agencies`, highest first.
    unit : str
        "share" or "score".
    nouns : Nouns

    Returns
    -------
    str
    """
    groups = counted(len(table), "group", "groups")
    text = f"Dot-and-range chart of {groups} of {nouns.organizations}, highest mean first."
    if table.empty:
        return text
    first, last = table.iloc[0], table.iloc[-1]
    return (
        f"{text} The highest is {first['name']}, {say_value(first['estimate'], unit)}; the lowest "
        f"is {last['name']}, {say_value(last['estimate'], unit)}."
    )


def say_published_noise(row: pd.Series[Any], *, nouns: Nouns) -> str:
    """Say how far a score moves from wave to wave anyway.

    Parameters
    ----------
    row : Series
        `label unit robust_sd changes agencies`.
    nouns : Nouns

    Returns
    -------
    str
    """
    usual = row["robust_sd"]
    size = points(usual, 1).removeprefix("+") if row["unit"] == "share" else fixed(usual, 1)
    many = counted(int(row["agencies"]), nouns.organization, nouns.organizations)
    return (
        f"From wave to wave, about two in three moves of “{row['label']}” are within {size}, over "
        f"{count(row['changes'])} moves of {many}. They hold real change as well as chance, so "
        "they make no range."
    )
