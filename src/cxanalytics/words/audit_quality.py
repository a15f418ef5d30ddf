"""What do weights cost, what stands twice, what is too small, and what changed?"""

from __future__ import annotations

from cxanalytics.formats import count, number_word, percent
from cxanalytics.words.audit_tables import (
    NO_SURVEY,
    Audit,
    last_wave,
    lead_table,
    list_changes,
)
from cxanalytics.words.grammar import capital, counted, joined, none_or, verb
from cxanalytics.words.nouns import Nouns

QUESTIONS_TO_REPEAT = 5
"""With fewer questions, whole rows are alike by chance too often to be told."""

_LEVELS = {
    "agency": ("agency", "agencies"),
    "department": ("department", "departments"),
    "unit": ("unit", "units"),
}


def say_audit_weights(audit: Audit) -> str:
    """Say what weighting costs.

    Parameters
    ----------
    audit : mapping of str to DataFrame

    Returns
    -------
    str
    """
    weights = lead_table(audit, "weights")
    if weights is None:
        return NO_SURVEY
    facts = dict(zip(weights["fact"], weights["value"], strict=True))
    if not facts:
        return "The answers came as counts, which carry no weights."
    if facts["deff"] < 1.0005:
        return "All answers weigh the same, so nothing is lost to weighting."
    lost = 1 - facts["n_eff"] / facts["n"]
    return (
        f"Weighting leaves {count(facts['n'])} answers worth {count(facts['n_eff'])}, "
        f"a loss of {percent(lost)}. No weight was trimmed."
    )


def say_audit_repeats(audit: Audit) -> str:
    """Say whether people or rows stand more than once.

    Parameters
    ----------
    audit : mapping of str to DataFrame

    Returns
    -------
    str
    """
    repeats = lead_table(audit, "duplicates")
    if repeats is None:
        return NO_SURVEY
    found = dict(zip(repeats["kind"], repeats["rows"], strict=True))
    if not found:
        return "Cannot be seen: the answers came as counts, without a name or number of people."
    person = [number for kind, number in found.items() if "respondent" in kind]
    alike = [number for kind, number in found.items() if "every column" in kind]
    parts = []
    if person:
        rows = int(person[0])
        told = f"{count(rows)} {'row repeats' if rows == 1 else 'rows repeat'} a person in a wave"
        parts.append(told if rows else "no person stands twice in a wave")
    if alike and _questions(audit) >= QUESTIONS_TO_REPEAT:
        rows = int(alike[0])
        told = counted(rows, "row equals an earlier one", "rows equal an earlier one")
        parts.append(f"{told} in every column")
    if not parts:
        return "Not told: rows with so few questions are often alike by chance."
    return f"{capital('; '.join(parts))}."


def _questions(audit: Audit) -> int:
    missing = lead_table(audit, "missing")
    return 0 if missing is None else len(missing)


def say_audit_small(audit: Audit, *, nouns: Nouns) -> str:
    """Say how many units are too small to compare.

    Parameters
    ----------
    audit : mapping of str to DataFrame
    nouns : Nouns

    Returns
    -------
    str
    """
    small = lead_table(audit, "small")
    if small is None:
        return NO_SURVEY
    last = last_wave(small)
    rank = last.loc[last["threshold"] == "rank"]
    nouns_of = _LEVELS | {"agency": (nouns.organization, nouns.organizations)}
    parts = [
        f"{none_or(int(row['below']))} of {number_word(int(row['units']))} "
        f"{nouns_of[row['level']][1]}"
        for row in rank.to_dict("records")
    ]
    if not rank["below"].any():
        return "No unit is too small to compare."
    verb_of = verb(int(rank["below"].sum()))
    if len(parts) > 1:
        verb_of = "are"
    return f"{capital(joined(parts))} {verb_of} too small to compare."


def say_audit_changes(audit: Audit, *, nouns: Nouns) -> str:
    """Say which wordings and organizations changed.

    Parameters
    ----------
    audit : mapping of str to DataFrame
    nouns : Nouns

    Returns
    -------
    str
    """
    wordings, broken = list_changes(audit)
    if lead_table(audit, "wording") is None and "published" not in audit:
        return NO_SURVEY
    if not wordings and not broken:
        return "No change of wording or organization was declared."
    asked = counted(len(wordings), "question", "questions")
    units = counted(len(broken), nouns.organization, nouns.organizations)
    if not broken:
        return f"The wording of {asked} changed; no change of organization was declared."
    if not wordings:
        return f"{capital(units)} changed; no change of wording was declared."
    return f"The wording of {asked} changed, and so did {units}."
