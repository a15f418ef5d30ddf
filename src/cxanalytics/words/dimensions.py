"""Which dimensions of effectiveness can be told apart, and can units be placed on them?

That two dimensions are one, or are not, is said only where a whole range lies on one side of the
line. Where the answers do not tell, that is said instead.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from cxanalytics.formats import fixed, list_words, number_word, percent
from cxanalytics.rules import PLACE_RELIABILITY
from cxanalytics.tables import Estimates
from cxanalytics.words.grammar import capital, counted, none_or, verb
from cxanalytics.words.nouns import Nouns
from cxanalytics.words.sizes import say_base_of_pattern

_MOST_NAMED = 4


def _own(estimates: Estimates) -> pd.DataFrame:
    """Leave out what is only an index of items of other dimensions."""
    return estimates.frame.loc[~estimates.frame["is_index"].astype(bool)]


def _with(estimates: Estimates, verdict: bool | None) -> pd.DataFrame:
    """Find the dimensions of one verdict, among those that are measured."""
    frame = _own(estimates)
    frame = frame.loc[frame["estimate"].notna()]
    given = [None if pd.isna(value) else bool(value) for value in frame["distinct"]]
    return frame.loc[[value is verdict for value in given]]


def _named(frame: pd.DataFrame) -> str:
    if len(frame) > _MOST_NAMED:
        return f"{number_word(len(frame))} others"
    return list_words([f"“{name}”" for name in frame["key"]])


def _opening(text: str) -> str:
    """Begin a sentence, be it with a name in quotes."""
    return text[:2].upper() + text[2:] if text.startswith("“") else capital(text)


def _size(row: pd.Series[Any]) -> str:
    """Print a correlation with its range: "r = 0.96, likely 0.95 to 0.98"."""
    size = f"r = {fixed(row['nearest_r'], 2)}"
    if pd.isna(row["nearest_low"]):
        return size
    return f"{size}, likely {fixed(row['nearest_low'], 2)} to {fixed(row['nearest_high'], 2)}"


def say_dimensions(estimates: Estimates) -> str:
    """Say how many dimensions can be told apart, and which cannot.

    Parameters
    ----------
    estimates : Estimates
        From `fit_dimensions`.

    Returns
    -------
    str
        Two to four sentences.
    """
    apart, alike, unsure = (_with(estimates, verdict) for verdict in (True, False, None))
    total = len(_own(estimates))
    first = f"{capital(none_or(len(apart)))} of {_all(total)} can be told apart from all others"
    rest = []
    if len(alike):
        worst = alike.iloc[int(alike["nearest_r"].argmax())]
        pair = {str(worst["key"]), str(worst["nearest"])}
        if set(alike["key"]) == pair:
            many = _opening(_named(alike))
            rest.append(f"{many} cannot be told from each other ({_size(worst)}).")
        else:
            near = f"“{worst['key']}” is nearest to “{worst['nearest']}” ({_size(worst)})"
            many = _opening(_named(alike))
            rest.append(f"{many} cannot be told from another one. {_opening(near)}.")
    if len(unsure):
        rest.append(f"For {_named(unsure)} the answers do not tell.")
    absent = total - len(apart) - len(alike) - len(unsure)
    if absent:
        number = counted(absent, "dimension", "dimensions")
        rest.append(f"{capital(number)} {verb(absent, 'has', 'have')} fewer than two items here.")
    return " ".join([f"{first}.", *rest])


def _all(total: int) -> str:
    return "one dimension" if total == 1 else f"the {number_word(total)} dimensions"


def say_title_dimensions(estimates: Estimates) -> str:
    """Say in a title how many dimensions can be told apart.

    Parameters
    ----------
    estimates : Estimates
        From `fit_dimensions`.

    Returns
    -------
    str
    """
    apart, total = len(_with(estimates, True)), len(_own(estimates))
    number = capital(none_or(apart))
    return f"{number} of {counted(total, 'dimension', 'dimensions')} can be told apart"


def say_placed(estimates: Estimates, *, nouns: Nouns) -> str:
    """Say how many units can be placed on a dimension, for the best and the worst of them.

    Parameters
    ----------
    estimates : Estimates
        From `fit_dimensions`; facts `waves` and `unit`.
    nouns : Nouns

    Returns
    -------
    str
        One or two sentences; "" where it is not known.
    """
    frame = _own(estimates)
    frame = frame.loc[frame["placed"].notna()]
    if frame.empty:
        return ""
    best, worst = (
        frame.iloc[int(place)] for place in (frame["placed"].argmax(), frame["placed"].argmin())
    )
    many = nouns.organizations if estimates.facts["unit"] == "agency" else "units"
    waves = ", each wave by itself," if int(estimates.facts["waves"]) > 1 else ""
    if best["placed"] == worst["placed"]:
        return f"On every dimension, {percent(best['placed'])} of {many}{waves} can be placed."
    return (
        f"{percent(best['placed'])} of {many}{waves} can be placed on “{best['key']}”, "
        f"{percent(worst['placed'])} on “{worst['key']}”. The others have too few answers to place."
    )


def say_dimensions_note(estimates: Estimates, *, nouns: Nouns) -> str:
    """Say what the figures rest on, how to read them, and what was not tested.

    Parameters
    ----------
    estimates : Estimates
        Facts `staff agencies cut`.
    nouns : Nouns

    Returns
    -------
    str
    """
    facts = estimates.facts
    base = say_base_of_pattern(
        answers=float(facts["staff"]),
        respondents="staff answers",
        groups=int(facts["agencies"]),
        group=nouns.organizations,
    )
    return (
        f"From {fixed(float(facts['cut']), 2)} on, two dimensions count as one. A figure above 1 "
        "means that the items of a dimension are unlike each other. Not tested: a factor model of "
        f"all items, and whether items mean the same everywhere. {base}"
    )


def say_alt_dimensions(table: pd.DataFrame) -> str:
    """Describe the chart of the nearest dimensions.

    Parameters
    ----------
    table : DataFrame
        From `dimensions_table`.

    Returns
    -------
    str
    """
    rows = counted(len(table), "dimension", "dimensions")
    text = f"{capital(rows)}, each with its correlation with the nearest other one."
    if table.empty:
        return text
    last = table.iloc[-1]
    apart = int(table["apart"].sum())
    name, near = (" ".join(str(last[column]).split())[:40] for column in ("name", "nearest"))
    return (
        f"{text} {capital(none_or(apart))} {verb(max(apart, 1))} told apart from all others. The "
        f"largest: {name} with {near}, {fixed(last['estimate'], 2)}."
    )


def say_agreement(estimates: Estimates) -> str:
    """Say how far colleagues agree, and how much of one answer is the unit's.

    Parameters
    ----------
    estimates : Estimates
        From `fit_agreement`.

    Returns
    -------
    str
        Two or three sentences.
    """
    facts = estimates.facts
    strong = percent(float(facts["strong"]))
    typical = fixed(float(facts["median"]), 2)
    first = f"In {strong} of units colleagues agree strongly (typical agreement {typical} of 1)."
    if pd.notna(facts["median_skewed"]):
        lean = fixed(float(facts["median_skewed"]), 2)
        first += f" Against answers that lean toward good ones it is {lean}."
    low, high = (percent(float(facts[end]), 1) for end in ("icc1_low", "icc1_high"))
    return (
        f"{first} Of the differences between answers, {percent(float(facts['icc1']), 1)} lie "
        f"between units (likely {low} to {high}). Agreement only describes: a unit is placed by "
        f"the reliability of its own mean, at least {fixed(PLACE_RELIABILITY, 2)}."
    )
