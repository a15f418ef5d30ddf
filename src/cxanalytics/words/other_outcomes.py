"""Would another overall question, such as trust, tell another story?

The story is decided once, by the model; the sentences say it, and why.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from cxanalytics.formats import (
    certain,
    list_words,
    number_word,
    percent,
    points,
    points_range,
)
from cxanalytics.rules import CALL_AT_LEAST
from cxanalytics.tables import Estimates
from cxanalytics.words.diagnostics import Labels, named
from cxanalytics.words.grammar import capital, counted, none_or, verb
from cxanalytics.words.nouns import Nouns

_STORIES = (
    ("same", "the same story"),
    ("another", "another story"),
    ("unclear", "too close to call"),
)


def say_other_outcomes(estimates: Estimates, *, labels: Labels = None) -> str:
    """Say which other questions would tell the same story, and which another one.

    Parameters
    ----------
    estimates : Estimates
        Rows of kind "leader", with a `story`.
    labels : mapping of str to str, optional
        Outcome to the name to print.

    Returns
    -------
    str
    """
    rows = estimates.frame.loc[estimates.frame["kind"] == "leader"]
    told = []
    for story, words in _STORIES:
        names = [
            named(row["outcome"], row["outcome_label"], labels)
            for _, row in rows.loc[rows["story"] == story].iterrows()
        ]
        if names and story == "unclear":
            told.append(f"{list_words(names)} {verb(len(names))} {words}")
        elif names:
            told.append(f"{list_words(names)} would tell {words}")
    return f"{'; '.join(told)}."


def say_title_outcomes(estimates: Estimates) -> str:
    """Say in a title how many other questions tell the same story, another one, or cannot be told.

    Parameters
    ----------
    estimates : Estimates
        Rows of kind "leader", with a `story`.

    Returns
    -------
    str
    """
    story = estimates.frame.loc[estimates.frame["kind"] == "leader", "story"]
    if len(story) == 1:
        told = {"same": "would tell the same story", "another": "would tell another story"}
        return f"The other question {told.get(story.iloc[0], 'is too close to call')}"
    same, another, unclear = (int((story == name).sum()) for name, _ in _STORIES)
    parts = [f"{none_or(same)} {verb(same, 'tells', 'tell')} the same story"]
    if another:
        parts.append(f"{number_word(another)} another")
    if unclear:
        parts.append(f"{number_word(unclear)} {verb(unclear)} too close to call")
    return f"Other questions: {', '.join(parts)}"


def say_story(estimates: Estimates, outcome: str, *, nouns: Nouns, labels: Labels = None) -> str:
    """Say why another question tells the same story, another one, or cannot be told.

    Parameters
    ----------
    estimates : Estimates
        Rows "outcome/(leader)" and "outcome/(agencies)"; fact `difference`.
    outcome : str
        The other question.
    nouns : Nouns
    labels : mapping of str to str, optional
        Driver or outcome to the name to print.

    Returns
    -------
    str
        One sentence, and one about agencies.
    """
    row, placed = (estimates.row(f"{outcome}/({kind})") for kind in ("leader", "agencies"))
    name = named(row["outcome"], row["outcome_label"], labels)
    leader = named(row["driver"], row["label"], labels)
    there = f"“{row['leader_there']}”"
    within = points(float(estimates.facts["difference"])).removeprefix("+")
    leads = "leads there too" if leader == there else f"is within {within} of {there} there"
    why = {
        "same": f"{leader} {leads} ({certain(row['p_same'])} certain)",
        "another": f"{there} leads there, and {leader} falls short by {_short(row)}",
        "unclear": f"whether {leader} falls short of the largest there by over {within} is open",
    }
    opening = {
        "same": f"{name} would tell the same story",
        "another": f"{name} would tell another story",
        "unclear": f"{name} is too close to call",
    }[row["story"]]
    sides = _say_sides(placed, nouns)
    if row["story"] == "another" and row["p_same"] > 1 - CALL_AT_LEAST:
        rest = why["same"] if row["p_same"] >= CALL_AT_LEAST else why["unclear"]
        return f"{opening}: {sides}. {capital(rest)}."
    return f"{opening}: {why[row['story']]}. {capital(sides)}."


def _short(row: pd.Series[Any]) -> str:
    size = points(row["estimate"], 1).removeprefix("+")
    return f"{size} (likely {points_range(row['conf_low'], row['conf_high'], 1)})"


def _say_sides(row: pd.Series[Any], nouns: Nouns) -> str:
    number = int(row["agencies"])
    many = counted(number, nouns.organization, nouns.organizations)
    if pd.isna(row["estimate"]):
        return f"{many} {verb(number)} too few to be compared"
    changed = [name for name in str(row["changed_sides"]).split("; ") if name]
    sides = verb(len(changed), "changes", "change")
    if not changed:
        return f"none of {many} {sides} sides"
    return f"{number_word(len(changed))} of {many} {sides} sides, {list_words(changed)}"


def say_other_outcomes_note(estimates: Estimates) -> str:
    """Say by which rule a story is the same or another one.

    Parameters
    ----------
    estimates : Estimates
        Fact `difference`.

    Returns
    -------
    str
    """
    within = points(float(estimates.facts["difference"])).removeprefix("+")
    sure = f"{percent(CALL_AT_LEAST)} certain"
    return (
        "Another story: the driver that leads for the study's own question falls short of the "
        f"largest by over {within} ({sure}), or somebody called above the typical peer on one "
        "question is called below it on the other. Every question counts its own positive answers, "
        "so sizes differ with the question; compare the order."
    )
