"""What does a figure say to a reader who cannot see it?

Chart type, what is compared, the finding with its numbers, the exception: at most 60 words, from
the table behind the figure, so that every number in it stands in that table or counts its rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from cxanalytics.formats import count, percent, points, points_range, share_range, signed
from cxanalytics.tables import Benchmark
from cxanalytics.words.grammar import capital, counted, verb
from cxanalytics.words.headline import say_score_range
from cxanalytics.words.nouns import Nouns
from cxanalytics.words.standing import say_rank_cell

_SHORT = 60


def _named(name: str) -> str:
    """Keep a name short enough to be spoken."""
    words = " ".join(name.split())
    return words if len(words) <= _SHORT else f"{words[:_SHORT].rstrip()}…"


def say_alt_standing(
    benchmark: Benchmark,
    key: str | None,
    *,
    nouns: Nouns,
    names: Mapping[str, str] | None = None,
) -> str:
    """Describe the chart of all agencies.

    Parameters
    ----------
    benchmark : Benchmark
    key : str or None
        The agency of the page.
    nouns : Nouns
    names : mapping of str to str, optional
        Key to the name to print.

    Returns
    -------
    str
    """
    shown = benchmark.shown
    many = counted(len(shown), nouns.organization, nouns.organizations)
    text = f"Dot-and-range chart of {many}, one row each, highest score first."
    if shown.empty:
        return text
    low, high = percent(shown["estimate"].min()), percent(shown["estimate"].max())
    text += f" Scores run from {low} to {high}." if low != high else f" All scores are {low}."
    yours = shown.loc[shown["key"] == key]
    if not yours.empty:
        row = yours.iloc[0]
        rank = "" if pd.isna(row["rank_low"]) else f", ranked {say_rank_cell(row)}"
        text += f" You are at {percent(row['estimate'])}, {say_score_range(row)}{rank}."
    if len(shown) > 1:
        widest = shown.iloc[int((shown["conf_high"] - shown["conf_low"]).argmax())]
        name = _named((names or {}).get(widest["key"], widest["key"]))
        text += (
            f" The widest range is {name}, {share_range(widest['conf_low'], widest['conf_high'])}."
        )
    return text


def say_alt_funnel(table: pd.DataFrame, *, nouns: Nouns) -> str:
    """Describe the funnel chart.

    Parameters
    ----------
    table : DataFrame
        Columns `name share n outside`, one row per agency that is shown.
    nouns : Nouns

    Returns
    -------
    str
    """
    many = counted(len(table), nouns.organization, nouns.organizations)
    text = f"Funnel chart of {many}: unadjusted score against the number of answers."
    if table.empty:
        return text
    text += f" Scores run from {share_range(table['share'].min(), table['share'].max())}"
    text += f", answers from {count(table['n'].min())} to {count(table['n'].max())}."
    outside = table.loc[table["outside"]]
    number = capital(counted(len(outside), nouns.organization, nouns.organizations))
    text += f" {number} {verb(len(outside), 'lies', 'lie')} outside the outer band"
    named = [
        f"{_named(name)}, {percent(share)}"
        for name, share in zip(outside["name"], outside["share"], strict=True)
    ]
    return f"{text}: {'; '.join(named)}." if 0 < len(named) <= 2 else f"{text}."


def say_alt_coefficients(table: pd.DataFrame, *, in_points: bool = True) -> str:
    """Describe a ladder of estimates with their ranges.

    Parameters
    ----------
    table : DataFrame
        Columns `name estimate conf_low conf_high`, in the order of the rows.
    in_points : bool
        True for differences of shares.

    Returns
    -------
    str
    """
    rows = counted(len(table), "estimate", "estimates")
    text = f"Dot-and-range chart of {rows}, with a line at zero."
    if table.empty:
        return text
    largest = table.iloc[int(table["estimate"].argmax())]
    text += f" The largest is {_named(largest['name'])}, {_estimate(largest, in_points=in_points)}."
    if len(table) > 1:
        least = table.iloc[int(table["estimate"].argmin())]
        text += (
            f" The smallest is {_named(least['name'])}, {_estimate(least, in_points=in_points)}."
        )
    clear = int(((table["conf_low"] > 0) | (table["conf_high"] < 0)).sum())
    ranges = capital(counted(clear, "range", "ranges"))
    return f"{text} {ranges} {verb(clear, 'leaves', 'leave')} zero out."


def _estimate(row: pd.Series[Any], *, in_points: bool) -> str:
    if in_points:
        likely = points_range(row["conf_low"], row["conf_high"], 1)
        return f"{points(row['estimate'], 1)}, likely {likely}"
    likely = f"{signed(row['conf_low'], 2)} to {signed(row['conf_high'], 2)}"
    return f"{signed(row['estimate'], 2)}, likely {likely}"


def say_alt_within_between(
    table: pd.DataFrame,
    *,
    morale: str,
    performance: str,
    parts: tuple[str, str] = ("unit", "units"),
    wholes: str = "",
) -> str:
    """Describe the two panels of morale and performance.

    Parameters
    ----------
    table : DataFrame
        One row per unit and period that is shown, with a column `unit`.
    morale, performance : str
        Labels of the two measures.
    parts : (str, str)
        What has a dot, one and many.
    wholes : str
        What the parts belong to, many, where each part is set against the average of its own;
        "" where it is set against its own average over time.

    Returns
    -------
    str
    """
    one, many = parts
    units = counted(table[["agency", "unit"]].drop_duplicates().shape[0], one, many)
    charts = f"Two scatter charts of {units}: {_named(performance)} against {_named(morale)}."
    if wholes:
        return (
            f"{charts} The first compares {wholes} by their averages, the second {many} with the "
            f"average of theirs."
        )
    return (
        f"{charts} The first compares {many} by their averages, the second each {one} with its own "
        "average over time."
    )


def say_alt_shrinkage(table: pd.DataFrame, *, nouns: Nouns) -> str:
    """Describe the chart of unadjusted and stabilized scores.

    Parameters
    ----------
    table : DataFrame
        Columns `name raw estimate n`, one row per agency that is shown.
    nouns : Nouns

    Returns
    -------
    str
    """
    many = counted(len(table), nouns.organization, nouns.organizations)
    text = f"Chart of {many}: unadjusted and stabilized score, fewest answers first."
    if table.empty:
        return text
    moved = table.iloc[int((table["raw"] - table["estimate"]).abs().argmax())]
    return (
        f"{text} The largest move is {_named(moved['name'])}, from {percent(moved['raw'], 1)} "
        f"to {percent(moved['estimate'], 1)} on {count(moved['n'])} answers."
    )


def say_alt_missing(table: pd.DataFrame) -> str:
    """Describe the chart of missing answers.

    Parameters
    ----------
    table : DataFrame
        Columns `label share`, one row per question.

    Returns
    -------
    str
    """
    text = f"Bar chart of {counted(len(table), 'question', 'questions')}: share without an answer."
    if table.empty:
        return text
    most = table.iloc[int(table["share"].argmax())]
    return f"{text} The largest is {_named(most['label'])}, {percent(most['share'], 1)}."
