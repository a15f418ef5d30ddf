"""What was read, who answered, what is missing, and how were the scales used?

Each function reads the tables of an audit and answers the question of one section. A study may
hold a customer survey, only a staff survey, or neither; a section that has nothing to stand on
says why in one line.
"""

from __future__ import annotations

import pandas as pd

from cxanalytics.formats import count, list_words, number_word, percent
from cxanalytics.rules import MISSING_AT_MOST, THRESHOLDS, Thresholds
from cxanalytics.words.audit_tables import (
    NO_SURVEY,
    Audit,
    comparable,
    find_lead,
    lead_table,
    response_rate,
    row_tables,
    when_in,
)
from cxanalytics.words.grammar import capital, counted, verb
from cxanalytics.words.nouns import Nouns


def say_audit_read(audit: Audit) -> str:
    """Say how many rows were read, left out and kept.

    Parameters
    ----------
    audit : mapping of str to DataFrame

    Returns
    -------
    str
    """
    name = next((name for name in row_tables(audit)), "")
    if not name:
        return "Nothing was read from a file: the figures came as counts."
    steps = audit[name].groupby("step", sort=False)["rows"].sum()
    kept, read = steps.get("rows kept"), steps.get("rows read")
    if kept is None:
        return f"{count(steps.iloc[0] if read is None else read)} rows were read."
    if read is None:
        return f"{count(kept)} rows are held; how many were read is not recorded."
    if read == kept:
        return f"All {count(read)} rows are kept."
    out = float(read) - float(kept)
    share = percent(out / float(read), 1)
    why = "for a reason given below" if len(steps) > 2 else "without an answer that can be used"
    return (
        f"{count(kept)} of {count(read)} rows are kept. {capital(count(out))} ({share}) are left "
        f"out, {why}."
    )


def say_audit_who(audit: Audit, *, nouns: Nouns, thresholds: Thresholds = THRESHOLDS) -> str:
    """Say how many agencies have enough answers to be compared.

    Parameters
    ----------
    audit : mapping of str to DataFrame
    nouns : Nouns
    thresholds : Thresholds

    Returns
    -------
    str
    """
    found = comparable(audit)
    if found is None:
        return NO_SURVEY
    large, units, period = found
    when, need = when_in(period), thresholds.rank
    if units == 1:
        told = "enough" if large else "too few"
        return f"One {nouns.organization} is held{when}; it has {told} answers to be compared."
    if large == units:
        return (
            f"All {number_word(units)} {nouns.organizations} have enough answers{when} to be "
            f"compared: at least {need} each."
        )
    few = units - large
    return (
        f"{capital(number_word(large))} of {number_word(units)} {nouns.organizations} "
        f"{verb(large, 'has', 'have')} enough answers{when} to be compared; "
        f"{number_word(few)} {verb(few, 'does', 'do')} not."
    )


def say_audit_missing(audit: Audit) -> str:
    """Say how often answers are missing, and where most.

    Parameters
    ----------
    audit : mapping of str to DataFrame

    Returns
    -------
    str
    """
    missing = lead_table(audit, "missing")
    if missing is None:
        return NO_SURVEY
    limit = percent(MISSING_AT_MOST)
    often = missing.loc[missing["share"] > MISSING_AT_MOST, "label"]
    if len(often):
        of_all = f"{capital(number_word(len(often)))} of {number_word(len(missing))} questions"
        named = f": {list_words([f'“{label}”' for label in often])}" if len(often) <= 3 else ""
        return f"{of_all} {verb(len(often), 'lacks', 'lack')} more than {limit} of answers{named}."
    most = missing.iloc[int(missing["share"].argmax())]
    if not most["share"] > 0:
        return "No answer is missing in this file, which is rare: see what was done before."
    if len(missing) == 1:
        return f"{percent(most['share'], 1)} of answers are missing, within the limit of {limit}."
    return (
        f"No question lacks more than {limit} of its answers; “{most['label']}” lacks most, "
        f"{percent(most['share'], 1)}."
    )


def say_audit_scales(audit: Audit) -> str:
    """Say whether the scales were used in full, and how many gave one answer throughout.

    Parameters
    ----------
    audit : mapping of str to DataFrame

    Returns
    -------
    str
    """
    use = lead_table(audit, "scale_use")
    if use is None:
        return NO_SURVEY
    unused = use.loc[use["n"] == 0, "question"].nunique()
    asked = use["question"].nunique()
    if unused:
        first = f"{capital(counted(unused, 'question has', 'questions have'))} an answer that "
        first += "nobody chose"
    elif asked == 1:
        first = "The one question was answered over its whole scale"
    else:
        every = "Both" if asked == 2 else f"All {number_word(asked)}"
        first = f"{every} questions were answered over their whole scale"
    straight = lead_table(audit, "straight_lining")
    shown = None if straight is None else straight.dropna(subset=["share"])
    if shown is None or shown.empty:
        return f"{first}."
    row = shown.iloc[int(shown["share"].argmax())]
    return f"{first}; {percent(row['share'], 1)} of people gave one answer throughout."


def say_straight_lining(audit: Audit, *, prefix: str = "") -> list[str]:
    """Say how many people gave one answer throughout, one sentence a scale.

    Parameters
    ----------
    audit : mapping of str to DataFrame
    prefix : str
        Of the tables: "" or "staff_".

    Returns
    -------
    list of str
        Empty where no scale has enough questions.
    """
    straight = audit.get(f"{prefix}straight_lining", pd.DataFrame())
    wording = audit.get(f"{prefix}wording", pd.DataFrame({"scale": [], "answers": []}))
    answers = dict(zip(wording["scale"], wording["answers"], strict=True))
    who = "staff" if prefix else "people"
    told = []
    for row in straight.to_dict("records"):
        scale = answers.get(row["scale"], "")
        on = f" from {scale}" if scale else ""
        asked = f"{number_word(int(row['questions']))} questions on a scale{on}"
        if pd.isna(row["share"]):
            told.append(f"How many {who} gave one answer to the {asked} is hidden: too few did.")
        else:
            share = f"{percent(row['share'], 1)} of {count(row['n'])} {who}"
            told.append(f"{share} gave one answer to the {asked}.")
    return told


def say_audit_response(audit: Audit) -> str:
    """Say how many of those asked answered, and what the others could do.

    Parameters
    ----------
    audit : mapping of str to DataFrame

    Returns
    -------
    str
    """
    found = response_rate(audit)
    if found is None:
        if find_lead(audit) is None and "response" not in audit:
            return NO_SURVEY
        return "Not known: how many people were asked was not supplied, so there is no rate."
    asked, answered, moved, period = found
    return (
        f"{percent(answered / asked)} of those asked{when_in(period)} answered. The others could "
        f"move a score by up to {100 * moved:.1f} points."
    )
