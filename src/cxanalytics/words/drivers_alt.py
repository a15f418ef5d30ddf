"""What do the figures about drivers say to a reader who cannot see them?

At most 60 words each, from the table behind the figure.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from cxanalytics.formats import list_words, number_word, percent, points, points_range, share_range
from cxanalytics.words.drivers import quote
from cxanalytics.words.grammar import capital, counted, verb

_MOST_NAMED = 2


def say_alt_priority(table: pd.DataFrame) -> str:
    """Describe the priority chart.

    Parameters
    ----------
    table : DataFrame
        Columns `name share share_low share_high gap gap_low gap_high call`, the largest share
        first; drivers without a gap are not drawn.

    Returns
    -------
    str
    """
    drawn = table.dropna(subset=["gap"])
    many = counted(len(drawn), "driver", "drivers")
    text = f"Scatter chart of {many}: gap to the typical peer against share explained."
    if drawn.empty:
        return text
    first = drawn.iloc[0]
    text += f" Highest is {quote(first['name'])}, share {percent(first['share'])} ({_share(first)})"
    text += f", gap {points(first['gap'])} ({points_range(first['gap_low'], first['gap_high'])})."
    fix = [quote(name) for name in drawn.loc[drawn["call"] == "fix first", "name"]]
    many = capital(number_word(len(fix))) if fix else "None"
    who = list_words(fix) if 0 < len(fix) <= _MOST_NAMED else many
    text += f" {who} {verb(len(fix))} to fix first."
    if len(drawn) > 1:
        last = drawn.iloc[-1]
        text += f" Lowest is {quote(last['name'])}, share {percent(last['share'])}."
    return text


def _share(row: pd.Series[Any]) -> str:
    return share_range(row["share_low"], row["share_high"])


def say_alt_shares(table: pd.DataFrame) -> str:
    """Describe the ladder of shares, where there are no peers to compare with.

    Parameters
    ----------
    table : DataFrame
        Columns `name share share_low share_high`, the largest share first.

    Returns
    -------
    str
    """
    many = counted(len(table), "driver", "drivers")
    text = f"Dot-and-range chart of {many}: share of what they explain together."
    if table.empty:
        return text
    first, last = table.iloc[0], table.iloc[-1]
    text += f" Largest is {quote(first['name'])}, {percent(first['share'])} ({_share(first)})."
    if len(table) > 1:
        text += f" Smallest is {quote(last['name'])}, {percent(last['share'])} ({_share(last)})."
    return text


def say_alt_answers(table: pd.DataFrame) -> str:
    """Describe the bars of answers.

    Parameters
    ----------
    table : DataFrame
        Columns `question name label side share total`, the most positive answers first.

    Returns
    -------
    str
    """
    bars = table.drop_duplicates("question")
    many = counted(len(bars), "question", "questions")
    text = f"Diverging bar chart of {many}, most positive answers first."
    if bars.empty:
        return text
    text += f" {_bar(table, bars.iloc[0])}"
    if len(bars) > 1:
        text += f" Fewest: {_bar(table, bars.iloc[-1])}"
    return text


def _bar(table: pd.DataFrame, bar: pd.Series[Any]) -> str:
    own = table.loc[(table["question"] == bar["question"]) & (table["side"] == "positive")]
    parts = [
        f"{percent(share)} {label.lower()}"
        for share, label in zip(own["share"], own["label"], strict=True)
    ]
    mixed = table.loc[(table["question"] == bar["question"]) & (table["side"] == "mixed"), "share"]
    parts += [f"{percent(share)} not positive" for share in mixed]
    return f"{quote(bar['name'])}, {percent(bar['total'])} positive: {list_words(parts)}."
