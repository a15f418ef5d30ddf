"""What should an analyst look at before the figures are used?

One list: every check that failed, and every pattern in the audit's tables that calls for care,
each with the section of the page that shows it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cxanalytics.claims import COULD_BE_TESTED
from cxanalytics.formats import count, list_words, number_word, percent
from cxanalytics.rules import KISH_DEFF_MAX
from cxanalytics.words.audit_tables import (
    Audit,
    comparable,
    lead_table,
    list_changes,
    response_rate,
    say_source,
)
from cxanalytics.words.grammar import capital, counted, verb
from cxanalytics.words.nouns import Nouns

RESPONSE_AT_LEAST = 0.30
"""Share of those asked below which the people who did not answer are something to look at."""

STRAIGHT_AT_MOST = 0.10
"""Share of people with one answer throughout above which it is something to look at."""

_KNOWN = {
    "weighting loss": ("weights", "Weighting costs too much"),
    "questions often skipped": ("missing", "Questions are often skipped"),
    "respondents once per wave": ("repeats", "People stand twice in a wave"),
    "all possible": ("response", "Some of them cannot be right"),
    "shares possible": ("read", "Some results cannot be right"),
    "two sources": ("fit", "Morale and results have one source"),
}
_OWN_SENTENCE = ("agencies too small",)


@dataclass(frozen=True, slots=True)
class Concern:
    """One thing to look at.

    Attributes
    ----------
    section : str
        Anchor of the section that shows it.
    title : str
        In a few words.
    text : str
        What was found, in one or two sentences.
    """

    section: str
    title: str
    text: str


def quoted(text: str) -> str:
    """Put names that a reader of the data marked with backticks in quotation marks."""
    return re.sub("`([^`]*)`", r"“\1”", text)


def list_concerns(audit: Audit, *, nouns: Nouns) -> tuple[Concern, ...]:
    """List what to look at: failed checks first, then what the tables show.

    Parameters
    ----------
    audit : mapping of str to DataFrame
    nouns : Nouns

    Returns
    -------
    tuple of Concern
    """
    return (
        *_from_checks(audit),
        *_from_straight_lining(audit),
        *_from_response(audit),
        *_from_sizes(audit, nouns),
        *_from_changes(audit, nouns),
        *_from_coverage(audit),
    )


def _from_checks(audit: Audit) -> Iterator[Concern]:
    checks = audit["checks"]
    for row in checks.loc[checks["passed"] == "no"].to_dict("records"):
        source, _, name = str(row["name"]).rpartition(": ")
        name = name or str(row["name"])
        if name in _OWN_SENTENCE:
            continue
        section, title = _KNOWN.get(name, ("read", capital(name)))
        where = "" if source in ("", "customer survey") else f"{capital(source)}: "
        first = title if not where else f"{where}{title[:1].lower()}{title[1:]}"
        yield Concern(section, first, quoted(str(row["text"])))


def _from_straight_lining(audit: Audit) -> Iterator[Concern]:
    straight = lead_table(audit, "straight_lining")
    if straight is None or not (straight["share"] > STRAIGHT_AT_MOST).any():
        return
    row = straight.iloc[int(straight["share"].argmax())]
    text = f"{percent(row['share'], 1)} of {count(row['n'])} people gave one answer throughout."
    yield Concern("scales", "Many gave one answer throughout", text)


def _from_response(audit: Audit) -> Iterator[Concern]:
    found = response_rate(audit)
    if found is None:
        return
    asked, answered, moved, _ = found
    if answered / asked < RESPONSE_AT_LEAST:
        text = (
            f"{percent(answered / asked)} answered. If the others think otherwise, a score could "
            f"move by up to {100 * moved:.1f} points."
        )
        yield Concern("response", "Most people who were asked did not answer", text)


def _from_sizes(audit: Audit, nouns: Nouns) -> Iterator[Concern]:
    found = comparable(audit)
    if found is None or found[0] == found[1]:
        return
    large, units, period = found
    few = units - large
    when = f" in {period}" if period else ""
    text = (
        f"{capital(number_word(few))} of {number_word(units)} {nouns.organizations} "
        f"{verb(few, 'has', 'have')} too few answers{when}. Nothing is compared for them."
    )
    yield Concern("small", f"Some {nouns.organizations} are too small to compare", text)


def _from_changes(audit: Audit, nouns: Nouns) -> Iterator[Concern]:
    wordings, broken = list_changes(audit)
    if wordings:
        told = list_words([f"“{label}” ({waves})" for label, waves in wordings[:3]])
        more = f", and {len(wordings) - 3} more" if len(wordings) > 3 else ""
        text = f"{told}{more}: no change is printed across a change of wording."
        yield Concern("changes", "Questions were changed", text)
    if broken:
        names = list(dict.fromkeys(agency for agency, _, _ in broken))
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        text = f"{list_words(names[:3])}{more}: no trend is drawn across the change."
        yield Concern("changes", f"{capital(nouns.organizations)} were changed", text)


def _from_coverage(audit: Audit) -> Iterator[Concern]:
    if "coverage" not in audit:
        return
    coverage = audit["coverage"]
    absent = int(coverage.loc[coverage["joined"] == 0, "name"].nunique())
    if absent:
        names = capital(counted(absent, "name has", "names have"))
        text = f"{names} no partner in the other source or period."
        yield Concern("fit", "Some names are not linked", text)


def must_stop(audit: Audit) -> str:
    """Say what forbids any comparison; "" where nothing does.

    Parameters
    ----------
    audit : mapping of str to DataFrame

    Returns
    -------
    str
        A clause, without a full stop.
    """
    weights = lead_table(audit, "weights")
    if weights is not None:
        deff = weights.loc[weights["fact"] == "deff", "value"]
        if len(deff) and float(deff.iloc[0]) > KISH_DEFF_MAX:
            return "weighting costs more than is accepted"
    found = comparable(audit)
    return "no group has enough answers" if found is not None and found[0] == 0 else ""


def say_audit(audit: Audit, *, nouns: Nouns) -> str:
    """Say what is held and whether it can be trusted.

    Parameters
    ----------
    audit : mapping of str to DataFrame
    nouns : Nouns

    Returns
    -------
    str
        Two sentences, each of at most 28 words.
    """
    held = f"We hold {say_source(audit, nouns=nouns)}."
    looks = len(list_concerns(audit, nouns=nouns))
    stopped = must_stop(audit)
    if stopped:
        return f"{held} They cannot be compared yet: {stopped}."
    if not looks:
        return f"{held} They can be used as they are."
    things = counted(looks, "thing", "things")
    return f"{held} They can be used with care: {things} to look at first."


def count_testable(audit: Audit) -> tuple[int, int]:
    """Count the claims that could be tested, of how many.

    Parameters
    ----------
    audit : mapping of str to DataFrame

    Returns
    -------
    tuple of (int, int)
    """
    status = audit["claims"]["status"]
    return int((status == COULD_BE_TESTED).sum()), len(status)
