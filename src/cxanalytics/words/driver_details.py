"""What else is said about drivers: how much, what cannot be told apart, what of the claims?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from cxanalytics.claims.verdicts import NO_ATTENTION
from cxanalytics.formats import fixed, list_words, number_word, percent
from cxanalytics.rules import THRESHOLDS, Thresholds
from cxanalytics.tables import Estimates
from cxanalytics.words.drivers import by_share, quote, quote_all, say_part
from cxanalytics.words.grammar import capital
from cxanalytics.words.lock import find_forbidden
from cxanalytics.words.nouns import Nouns
from cxanalytics.words.sizes import direction
from cxanalytics.words.suppressed import say_suppressed

EXPLAINED = "explained"
"""Name of the check that fails where all drivers together explain little."""

_DETAIL_BELOW = 0.10
_NOBODY_MEASURED = "not testable: nobody outside the survey measured attention to customers"


STEPS_DIFFER = "“Rated better” is for the steps beside it; they differ from driver to driver."


def say_step_count(row: pd.Series[Any]) -> str:
    """Print for a table by how many steps a driver is rated better: "2".

    Parameters
    ----------
    row : Series
        A row of the estimates of the outcome's model.

    Returns
    -------
    str
    """
    step = row.get("step", 1.0)
    size = 1.0 if step is None or pd.isna(step) else float(step)
    return fixed(size, 0 if size.is_integer() else 1)


def _steps(row: pd.Series[Any]) -> str:
    number = say_step_count(row)
    return "one step" if number == "1" else f"{number} steps"


def say_not_compared(row: pd.Series[Any], *, thresholds: Thresholds = THRESHOLDS) -> str:
    """Say why an agency has no place on a measure: "Not compared: fewer than 30 answers".

    Parameters
    ----------
    row : Series
        A row of `Benchmark.frame`.
    thresholds : Thresholds

    Returns
    -------
    str
        Without a full stop, for a table.
    """
    return f"Not compared: {_reason(row, thresholds)}"


def say_no_answers(
    row: pd.Series[Any], *, nouns: Nouns, thresholds: Thresholds = THRESHOLDS
) -> str:
    """Say why there are no bars of answers.

    Parameters
    ----------
    row : Series
        The agency's row of the benchmark of the outcome.
    nouns : Nouns
    thresholds : Thresholds

    Returns
    -------
    str
    """
    if row["suppressed_reason"] == "":
        return f"How your {nouns.respondents} answered each question is not known."
    reason = _reason(row, thresholds)
    return f"How your {nouns.respondents} answered each question is not shown: {reason}."


def _reason(row: pd.Series[Any], thresholds: Thresholds) -> str:
    """Give the first sentence of a reason as the end of another one."""
    reason = say_suppressed(row["suppressed_reason"], answers=row["n"], thresholds=thresholds)
    first = reason.split(". ")[0].rstrip(".")
    return f"{first[0].lower()}{first[1:]}"


def say_step(row: pd.Series[Any], *, nouns: Nouns, name: str) -> str:
    """Say how much the outcome differs where one driver is rated better.

    Parameters
    ----------
    row : Series
        A row of the estimates of the outcome's model: `estimate conf_low conf_high` in shares and
        `step`, the realistic step in points of its scale.
    nouns : Nouns
    name : str
        Label of the driver.

    Returns
    -------
    str
        One sentence.
    """
    better = f"Where {quote(name)} is rated {_steps(row)} better"
    way = direction(row)
    digits = 1 if row["conf_high"] - row["conf_low"] < _DETAIL_BELOW else 0
    ends = [100 * float(row[end]) for end in ("estimate", "conf_low", "conf_high")]
    if way == 0:
        likely = f"{fixed(ends[1], digits)} to {fixed(ends[2], digits)}"
        return f"{better}, there is no clear difference ({likely} points)."
    low, high = sorted(abs(end) for end in ends[1:])
    much = fixed(abs(ends[0]), digits)
    unit = "point" if much == "1" else "points"
    more = "more" if way > 0 else "fewer"
    likely = f"{fixed(low, digits)} to {fixed(high, digits)}"
    return f"{better}, {much} {unit} {more} {nouns.outcome_short} ({likely})."


def say_together(drivers: Estimates, *, names: Mapping[str, str]) -> list[str]:
    """Say which drivers cannot be told apart.

    Parameters
    ----------
    drivers : Estimates
        With the column `tier`: equal numbers cannot be told apart.
    names : mapping of str to str
        Driver to its label.

    Returns
    -------
    list of str
        A sentence for each tier of two drivers or more.
    """
    frame = by_share(drivers)
    said = []
    for _, tier in frame.groupby("tier", sort=True):
        quoted = quote_all(tier, names)
        if len(quoted) == len(frame):
            said.append(f"None of the {number_word(len(quoted))} drivers can be told apart.")
        elif len(quoted) > 3:
            more = f"{number_word(len(quoted) - 2)} more"
            said.append(f"{list_words([*quoted[:2], more])} cannot be told apart.")
        elif len(quoted) > 1:
            said.append(f"{list_words(quoted)} cannot be told apart.")
    return said


def say_downward(drivers: Estimates, *, names: Mapping[str, str], nouns: Nouns) -> str:
    """Name the drivers whose better answers clearly go with a worse outcome.

    Parameters
    ----------
    drivers : Estimates
        With the column `direction`: -1 where the range of the coefficient lies below zero.
    names : mapping of str to str
        Driver to its label.
    nouns : Nouns

    Returns
    -------
    str
        "" where there is none.
    """
    down = quote_all(drivers.frame.loc[drivers.frame["direction"] < 0], names)
    if not down:
        return ""
    verb = "runs" if len(down) == 1 else "run"
    return (
        f"{list_words(down[:3])} {verb} the other way: rated better, with the rest equal, fewer "
        f"{nouns.outcome_short}."
    )


def say_explained(drivers: Estimates) -> str:
    """Say that all drivers together explain little, where their own check says so.

    Parameters
    ----------
    drivers : Estimates
        With the fact `r_squared_linear` or `r_squared`, and the check `explained`.

    Returns
    -------
    str
        "" where they explain enough.
    """
    explained = explained_share(drivers)
    failed = any(check.name == EXPLAINED and check.passed is False for check in drivers.checks)
    if explained is None or not failed:
        return ""
    return (
        f"All drivers together explain only {say_part(explained)} of the differences in answers "
        f"({percent(explained)})."
    )


def explained_share(drivers: Estimates) -> float | None:
    """Give the share of the differences in answers that all drivers explain together."""
    found = drivers.facts.get("r_squared_linear", drivers.facts.get("r_squared"))
    return None if found is None or pd.isna(found) else float(found)


def say_answers_note(table: pd.DataFrame) -> str:
    """Say the base of the bars of answers and how they are made.

    Parameters
    ----------
    table : DataFrame
        Columns `question name label side n`.

    Returns
    -------
    str
    """
    bases = sorted(table["n"])
    base = fixed(bases[0])
    if bases[0] < bases[-1]:
        base = f"{base} to {fixed(bases[-1])}"
    parts = [
        f"Base: {base} answers.",
        "Bold: the stabilized score. The parts are scaled to it and may not add up as printed.",
        say_other_scales(table),
    ]
    if table["label"].str.contains(r"^\D.* or ").any():
        parts.append("Answers that few people gave are counted with the one next to them.")
    if (table["side"] == "mixed").any():
        parts.append("Hatched: not positive, answers against and in between counted together.")
    return " ".join(filter(None, parts))


def say_other_scales(table: pd.DataFrame) -> str:
    """Say what counts as positive in questions that are not answered like most others.

    Parameters
    ----------
    table : DataFrame
        Columns `question name label side`.

    Returns
    -------
    str
        "" where all are alike.
    """
    positive = table.loc[table["side"] == "positive"].groupby("question", sort=False)
    counted_as = positive["label"].agg(lambda labels: " or ".join(labels).lower())
    usual = counted_as.mode().iloc[0] if len(counted_as) else ""
    first = table.drop_duplicates("question")
    named = {
        str(key): quote(name) for key, name in zip(first["question"], first["name"], strict=True)
    }
    own = [f"{named[str(key)]}: {text}" for key, text in counted_as.items() if text != usual]
    return f"Positive in {'; in '.join(own)}." if own else ""


def say_claim_question(number: int, *, nouns: Nouns) -> str:
    """Put a claim as the end of "Is it true that …".

    Parameters
    ----------
    number : int
        1 or 5, as in docs/claims.md.
    nouns : Nouns

    Returns
    -------
    str
    """
    many, more = nouns.organizations, f"{nouns.respondents} who {nouns.outcome_short}"
    return {
        1: f"… where {many} attend more to customer experience, there are 30 to 50% more {more}?",
        5: f"… staff are what goes most with {nouns.outcome}?",
    }[number]


def say_verdict_on_claim(row: pd.Series[Any], sentence: str) -> tuple[str, str]:
    """Give the verdict on a claim and its sentence, as far as its design lets it be said.

    Parameters
    ----------
    row : Series
        A row of the tested claims: `verdict grade missing`.
    sentence : str
        What the data say of it.

    Returns
    -------
    tuple of (str, str)
        The verdict with a full stop; and the sentence, or what is missing where the sentence uses
        a word that its design or this page does not allow.
    """
    told = str(row["verdict"])
    verdict = f"{capital(_NOBODY_MEASURED if told == NO_ATTENTION else told)}."
    grade = str(row.get("grade") or "") or None
    if sentence and not find_forbidden(sentence, grade=grade):
        return verdict, sentence
    missing = str(row.get("missing") or "")
    return verdict, f"Missing: {missing}." if missing else ""
