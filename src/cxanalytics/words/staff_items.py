"""What do staff say, question by question, beside the typical peer?"""

from __future__ import annotations

import pandas as pd

from cxanalytics.formats import count, list_words, number_word, percent
from cxanalytics.words.drivers import quote
from cxanalytics.words.grammar import capital, counted, shortened


def _last(table: pd.DataFrame) -> pd.DataFrame:
    return table.groupby("item", sort=False).tail(1)


def say_staff_items_title(table: pd.DataFrame) -> str:
    """Title the panels with the questions where staff are told from the typical peer.

    Parameters
    ----------
    table : DataFrame
        `item name period estimate verdict`, a row per question and wave, oldest first.

    Returns
    -------
    str
    """
    last = _last(table)
    called = {word: list(last.loc[last["verdict"] == word, "name"]) for word in ("above", "below")}
    many = number_word(len(last))
    parts = [
        f"{word} the typical peer on {number_word(len(names))}"
        for word, names in called.items()
        if names
    ]
    if len(last) == 1:
        where = next((word for word, names in called.items() if names), "not told from")
        return f"Staff are {where} the typical peer on {quote(last['name'].iloc[0])}"
    if not parts:
        return f"Staff are clearly apart from the typical peer on none of {many} questions"
    if len(parts) == 2:
        parts[1] = parts[1].replace(" the typical peer", "")
    return f"Staff are {list_words(parts)} of {many} questions"


def say_staff_items_note(table: pd.DataFrame) -> str:
    """Say how to read the panels, and what they rest on.

    Parameters
    ----------
    table : DataFrame
        `item period estimate n`.

    Returns
    -------
    str
    """
    last = _last(table)
    note = "▲ above, ▼ below the typical peer, ◆ neither. Gray: the typical peer."
    bases = last["n"].dropna()
    if len(bases):
        low, high = count(bases.min()), count(bases.max())
        base = high if low == high else f"{low} to {high}"
        note += f" Base: {base} staff answers in {last['period'].iloc[0]}."
    if table["estimate"].isna().any():
        note += " Waves with too few answers are left out."
    return note


def say_alt_staff_items(table: pd.DataFrame) -> str:
    """Describe the panels.

    Parameters
    ----------
    table : DataFrame
        `item name period estimate peer verdict`.

    Returns
    -------
    str
    """
    last = _last(table).dropna(subset=["estimate"])
    panels = counted(table["item"].nunique(), "panel", "panels")
    text = f"{capital(panels)}, one per staff question: your share and the typical peer by wave."
    if last.empty:
        return text
    best = last.iloc[int(last["estimate"].argmax())]
    worst = last.iloc[int(last["estimate"].argmin())]
    most, fewest = shortened(best["name"], 40), shortened(worst["name"], 40)
    text += f" Last, the most agree with {most}, {percent(best['estimate'])}"
    return f"{text}; the fewest with {fewest}, {percent(worst['estimate'])}."
