"""Which column of an operations file measures performance, and are response counts in it?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from cxanalytics.formats import list_words
from cxanalytics.run.guess.file import Sample
from cxanalytics.run.guess.roles import Roles, guess_roles
from cxanalytics.run.guess.words import all_numbers, filled, words_of

_SHARE = re.compile(
    r"share|percent|pct|rate$|within|resolved|on time|met target|answered in|proportion"
)
_COST = re.compile(r"cost|spend|expens|budget|price")
_RATE = re.compile(r"\bper\b|rate$|turnover|quits?|absen")
_LOW_IS_GOOD = re.compile(
    r"wait|time to|minutes|seconds|hours|days|duration|handling|cost|spend|complain|error|abandon"
    r"|backlog|repeat|absen|turnover|quit|overdue|delay|breach"
)
_HIGH_IS_GOOD = re.compile(
    r"resolved|within|on time|met target|answered in|accura|complete|success|first contact"
)
_ASKED = re.compile(
    r"asked|invited|invitations?|offered|sent|mailed|sample(?:d| size)?|surveys sent"
)
_ANSWERED = re.compile(
    r"completes|completed|returned|returns|responses|responded|respondents|surveys answered"
)
_CUSTOMERS = re.compile(
    r"customers|transactions|visits|contacts|calls(?: handled| answered)?|cases"
)


@dataclass(frozen=True, slots=True)
class OperationsGuess:
    """What an operations file looks like.

    Attributes
    ----------
    sample : Sample
    roles : Roles
    performance : str
        Column; "" where none holds numbers.
    performance_is : str
        "share", "mean", "rate" or "cost".
    higher_is_better : bool
    others : tuple of str
        Further columns of numbers.
    funnel : dict of str to str
        customers, asked and answered to their columns; empty where they are not there.
    guessed, unsure, refused : tuple of str
        Sentences.
    """

    sample: Sample
    roles: Roles
    performance: str
    performance_is: str
    higher_is_better: bool
    others: tuple[str, ...]
    funnel: dict[str, str]
    guessed: tuple[str, ...]
    unsure: tuple[str, ...]
    refused: tuple[str, ...]


def guess_operations(sample: Sample) -> OperationsGuess:
    """Guess what an operations file is about.

    Parameters
    ----------
    sample : Sample

    Returns
    -------
    OperationsGuess
    """
    roles = guess_roles(sample.frame, wordings=sample.wordings, grouped=False)
    numbers = [
        str(name)
        for name in sample.frame
        if name not in set(roles.columns.values()) | set(roles.personal)
        and all_numbers(filled(sample.frame[name]))
    ]
    funnel = _funnel(sample.frame, numbers)
    measures = [name for name in numbers if name not in funnel.values()]
    performance = min(measures, key=_rank, default="")
    guessed = [f"{sample.name}: {text}" for text in sample.said]
    guessed += [
        f"In {sample.name}, {role} is column '{column}': {roles.why.get(role, 'its name')}."
        for role, column in roles.columns.items()
    ]
    if funnel:
        listed = list_words([f"'{column}' ({what})" for what, column in funnel.items()])
        guessed.append(f"Response counts are in {sample.name}: {listed}.")
    refused = [
        f"In {sample.name}, '{name}' is left out: {what}." for name, what in roles.personal.items()
    ]
    refused += [f"In {sample.name}, {text}" for text in roles.refused]
    if "agency" not in roles.columns:
        refused.append(f"No column of {sample.name} names an agency: it is not used.")
    if not performance and not funnel:
        refused.append(f"No column of {sample.name} holds numbers: it is not used.")
    kind, better, unsure = _kind(sample, performance, [n for n in measures if n != performance])
    return OperationsGuess(
        sample, roles, performance, kind, better,
        tuple(name for name in measures if name != performance), funnel,
        tuple(guessed), tuple(unsure), tuple(refused),
    )  # fmt: skip


def _rank(name: str) -> int:
    words = words_of(name)
    for place, pattern in enumerate((_HIGH_IS_GOOD, _SHARE, _LOW_IS_GOOD, _RATE)):
        if pattern.search(words):
            return place
    return 9


def _kind(sample: Sample, performance: str, others: Sequence[str]) -> tuple[str, bool, list[str]]:
    if not performance:
        return "share", True, []
    words = words_of(performance)
    cells = filled(sample.frame[performance])
    percents = bool(cells.str.contains("%").any())
    numbers = cells.str.rstrip("% ").astype(float)
    low_is_good = bool(_LOW_IS_GOOD.search(words)) and not _HIGH_IS_GOOD.search(words)
    if _COST.search(words):
        kind = "cost"
    elif numbers.between(0, 1).all():
        kind = "share"
    else:
        kind = "rate" if _RATE.search(words) else "mean"
    if percents:
        kind = "share"
    direction = "lower" if low_is_good else "higher"
    unsure = [
        f"'{performance}' of {sample.name} is taken as the performance: a {kind}, {direction} "
        "is better."
    ]
    if others:
        listed = list_words([f"'{name}'" for name in others])
        unsure[0] += f" It could also be {listed}." if len(others) == 1 else f" Or: {listed}."
    return kind, not low_is_good, unsure


def _funnel(frame: pd.DataFrame, numbers: Sequence[str]) -> dict[str, str]:
    """Find how many there were, were asked and answered: whole numbers, ever fewer."""
    whole = [name for name in numbers if filled(frame[name]).str.fullmatch(r"\d+(?:\.0+)?").all()]
    found: dict[str, str] = {}
    for what, pattern in (("customers", _CUSTOMERS), ("asked", _ASKED), ("answered", _ANSWERED)):
        for name in whole:
            if pattern.fullmatch(words_of(name)) and name not in found.values():
                found[what] = name
                break
    return found if {"asked", "answered"} <= set(found) else {}
