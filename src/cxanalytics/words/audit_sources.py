"""Do the sources fit together, what may published scores say, and what could be tested?"""

from __future__ import annotations

from cxanalytics.claims import COULD_BE_TESTED, NOT_TESTABLE
from cxanalytics.formats import count, list_words, number_word
from cxanalytics.words.audit_tables import (
    Audit,
)
from cxanalytics.words.grammar import capital, counted, verb
from cxanalytics.words.nouns import Nouns


def say_audit_fit(audit: Audit) -> str:
    """Say how far the sources can be linked.

    Parameters
    ----------
    audit : mapping of str to DataFrame

    Returns
    -------
    str
    """
    if "coverage" in audit and len(audit["coverage"]):
        linked = audit["coverage"].assign(found=audit["coverage"]["joined"] > 0)
        if linked["found"].all():
            sides = linked.groupby("source", sort=False)
            told = [f"{count(len(side))} in the {source}" for source, side in sides]
            return f"Every name is linked: {list_words(told)}."
        parts = [
            f"{count(side['found'].sum())} of {count(len(side))} names in the {source}"
            for source, side in linked.groupby("source", sort=False)
        ]
        return f"{capital(list_words(parts))} are linked."
    if "panel" in audit:
        row = audit["panel"].iloc[0]
        return f"{count(row['complete'])} of {count(row['rows'])} linked rows hold both measures."
    held = len(audit["sources"])
    if held == 1:
        return "One source is held, so there is nothing to link."
    return f"Not known: {number_word(held)} sources are held, and no link between them is declared."


def say_audit_published(audit: Audit, *, nouns: Nouns) -> str:
    """Say what published scores without counts allow.

    Parameters
    ----------
    audit : mapping of str to DataFrame
    nouns : Nouns

    Returns
    -------
    str
    """
    if "published" not in audit:
        told = "; every score here has its number of answers" if "rows" in audit else ""
        return f"No published scores are held{told}."
    table = audit["published"]
    measures = counted(len(table), "measure", "measures")
    agencies = counted(int(table["agencies"].max()), nouns.organization, nouns.organizations)
    followed = " and followed over time" if table["waves"].max() > 1 else ""
    return (
        f"{capital(measures)} of {agencies} may be shown{followed}. Without the number of answers, "
        "none may be ranked."
    )


def say_audit_claims(audit: Audit) -> str:
    """Say how many claims could be tested with what is held.

    Parameters
    ----------
    audit : mapping of str to DataFrame

    Returns
    -------
    str
    """
    status = audit["claims"]["status"]
    testable, never = int((status == COULD_BE_TESTED).sum()), int((status == NOT_TESTABLE).sum())
    first = f"{capital(number_word(testable))} of {len(status)} claims could be tested"
    rest = f"; {number_word(never)} {verb(never)} beyond any study here" if never else ""
    return f"{first if testable else f'None of {len(status)} claims could be tested yet'}{rest}."
