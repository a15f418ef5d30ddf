"""What was guessed, what is open, and what is refused, in sentences?

Columns about which the same is to be said share a sentence. No cell of a respondent is shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from cxanalytics.formats import list_words
from cxanalytics.run.guess.questions import QuestionGuess
from cxanalytics.run.guess.roles import Roles

LISTED = 4
"""Columns that are named in one sentence."""


@dataclass(slots=True)
class Told:
    """Sentences, which grow while a file is looked at.

    Attributes
    ----------
    guessed, unsure, refused : list of str
    """

    guessed: list[str] = field(default_factory=list)
    unsure: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def name_columns(names: Sequence[str]) -> str:
    """Name columns in quotes, the first few of many."""
    quoted = [f"'{' '.join(name.split())}'" for name in names]
    if len(quoted) > LISTED + 1:
        quoted = [*quoted[:LISTED], f"{len(quoted) - LISTED} more"]
    return list_words(quoted)


def tell_roles(roles: Roles, frame: pd.DataFrame, told: Told, *, one_wave: bool) -> None:
    """Say which column serves what.

    Parameters
    ----------
    roles : Roles
    frame : DataFrame
    told : Told
        Grows.
    one_wave : bool
        True where no file or sheet stands for a wave.
    """
    for role, column in roles.columns.items():
        if role in roles.doubts:
            told.unsure.append(f"{role}: {roles.doubts[role]}.")
        else:
            told.guessed.append(f"{role} is column '{column}': {roles.why[role]}.")
    told.unsure += [f"{role} is not mapped: {roles.doubts[role]}." for role in roles.held_back]
    if roles.count:
        told.guessed.append(f"A row stands for as many answers as '{roles.count}' says.")
    if "agency" not in roles.columns:
        told.refused.append(
            "No column names an agency, an office or the like: `columns.agency` is needed."
        )
    if roles.case_mix:
        told.guessed.append(
            f"Case mix, which an agency cannot choose: {name_columns(roles.case_mix)}."
        )
    told.refused += [f"'{name}' is left out: {what}." for name, what in roles.personal.items()]
    told.refused += roles.refused
    day = roles.columns.get("date")
    if one_wave and day and "period" not in roles.columns and frame[day].nunique() > 1:
        told.unsure.append(
            "No column holds the wave, so the file is one wave; to see change, add a column such "
            "as 2026-Q2."
        )


def tell_questions(made: Sequence[QuestionGuess], told: Told) -> None:
    """Say which columns are questions, on which scale, and what is open.

    Parameters
    ----------
    made : sequence of QuestionGuess
    told : Told
        Grows.
    """
    guessed: dict[tuple[str, str], list[str]] = {}
    unsure: dict[tuple[bool, str], list[str]] = {}
    for entry in made:
        turned = ", from best to worst" if entry.found.reversed else ""
        if entry.used:
            key = (f"{entry.found.scale}{turned}", entry.found.why)
            guessed.setdefault(key, []).append(entry.column)
        if entry.doubt:
            unsure.setdefault((entry.used, entry.doubt), []).append(entry.column)
    for (scale, why), columns in guessed.items():
        told.guessed.append(f"{name_columns(columns)}: on {scale}, because of {why}.")
    for (used, doubt), columns in unsure.items():
        only = "" if used else "only a comment so far; "
        told.unsure.append(f"{name_columns(columns)}: {only}{doubt}.")


def tell_outcome(outcome: str, recommended: str, told: Told) -> None:
    """Say which question the study is about.

    Parameters
    ----------
    outcome, recommended : str
        Column of the outcome; the same where it is about recommending, else "".
    told : Told
        Grows.
    """
    if not outcome:
        told.refused.append("No question can be read: `questions` and `outcome` are needed.")
    elif recommended:
        told.guessed.append(f"{name_columns([outcome])} is the outcome: it is about recommending.")
    else:
        told.unsure.append(
            f"No question is about recommending; {name_columns([outcome])} is taken as the outcome."
        )
