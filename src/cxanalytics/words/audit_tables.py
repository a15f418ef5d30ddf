"""What do the tables of an audit say about the survey, its waves and its changes?

The one place where the sentences, the list of concerns and the page read them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import pandas as pd

from cxanalytics.formats import count
from cxanalytics.words.grammar import counted
from cxanalytics.words.nouns import Nouns

Audit = Mapping[str, pd.DataFrame]
NO_SURVEY = "No answers of single persons are held, so there is nothing to look at here."
_FIRST = ("answers", "counts", "linked units", "no counts", "operations", "response counts")


def find_lead(audit: Audit) -> str | None:
    """Find the survey that the page is about.

    Parameters
    ----------
    audit : mapping of str to DataFrame

    Returns
    -------
    str or None
        Prefix of its tables: "" for the customer survey, "staff_" where only staff were asked,
        None where no survey is held.
    """
    return next((lead for lead in ("", "staff_") if f"{lead}agencies" in audit), None)


def lead_table(audit: Audit, name: str) -> pd.DataFrame | None:
    """Give a table of the survey that the page is about, or None.

    Parameters
    ----------
    audit : mapping of str to DataFrame
    name : str
        Without prefix.

    Returns
    -------
    DataFrame or None
    """
    lead = find_lead(audit)
    return None if lead is None else audit.get(f"{lead}{name}")


def say_source(audit: Audit, *, nouns: Nouns, source: str = "") -> str:
    """Say what one source holds: "records of 74,386 customers in 26 agencies in six waves".

    Parameters
    ----------
    audit : mapping of str to DataFrame
    nouns : Nouns
    source : str
        As in the table `sources`; the one that says most when empty.

    Returns
    -------
    str
        A phrase without a verb.
    """
    sources = audit["sources"]
    if source:
        sources = sources.loc[sources["source"] == source]
    row = min(sources.to_dict("records"), key=lambda held: _FIRST.index(held["level"]))
    agencies = counted(int(row["agencies"]), nouns.organization, nouns.organizations)
    waves, rows = int(row["waves"]), count(row["rows"])
    when = f" over {counted(waves, 'wave', 'waves')}" if waves > 1 else ""
    who = "staff" if row["source"] == "staff survey" else nouns.respondents
    if row["level"] == "counts":
        table = audit["waves" if row["source"] == "customer survey" else "staff_waves"]
        rows = count(table["n"].sum())
    phrases = {
        "answers": f"records of {rows} {who} in {agencies}{when}",
        "counts": f"counted answers of {rows} {who} in {agencies}{when}",
        "no counts": f"published scores of {agencies}{when}, without the number of answers",
        "linked units": f"morale and results of {agencies}{when}, in {rows} linked rows",
        "operations": f"operations of {agencies} over {counted(waves, 'period', 'periods')}",
    }
    return phrases.get(str(row["level"]), f"response counts of {agencies}{when}")


def outcome_label(audit: Audit) -> str:
    """Give the label of the question that the survey of the page is about.

    Parameters
    ----------
    audit : mapping of str to DataFrame

    Returns
    -------
    str
        "" without a survey.
    """
    lead = find_lead(audit)
    if lead is None:
        return ""
    sources = audit["sources"].set_index("source")
    what = str(sources.loc["staff survey" if lead else "customer survey", "what"])
    return re.sub(r", and \d+ more questions?$", "", what)


def row_tables(audit: Audit) -> list[str]:
    """List the tables of rows read and kept, that of the survey of the page first."""
    names = ("rows", "staff_rows", "panel_rows", "published_rows", "operation_rows")
    return [name for name in names if name in audit and len(audit[name])]


def last_wave(table: pd.DataFrame) -> pd.DataFrame:
    """Give the rows of the last wave."""
    last: pd.DataFrame = table.loc[table["period"] == table["period"].max()]
    return last


def span_of_waves(audit: Audit) -> str:
    """Say from which wave to which the audit goes: "2025-Q2 to 2026-Q3".

    Parameters
    ----------
    audit : mapping of str to DataFrame

    Returns
    -------
    str
        "" where waves have no names.
    """
    names = ("waves", "staff_waves", "panel_waves", "published_waves")
    found = next((audit[name]["period"] for name in names if name in audit), None)
    if found is None or found.empty:
        return ""
    first, last = str(found.min()), str(found.max())
    return first if first == last else f"{first} to {last}"


def comparable(audit: Audit) -> tuple[int, int, str] | None:
    """Count the agencies large enough to compare, of how many, in the last wave.

    Parameters
    ----------
    audit : mapping of str to DataFrame

    Returns
    -------
    tuple of (int, int, str) or None
        Large enough, all, and the wave; None without a survey.
    """
    small = lead_table(audit, "small")
    if small is None:
        return None
    agencies = last_wave(small.loc[small["level"] == "agency"])
    row = agencies.loc[agencies["threshold"] == "rank"].iloc[0]
    return int(row["units"] - row["below"]), int(row["units"]), str(row["period"])


def when_in(period: str) -> str:
    """Say when: " in 2026-Q3"; nothing where waves have no name."""
    return f" in {period}" if period else ""


def response_rate(audit: Audit) -> tuple[float, float, float, str] | None:
    """Give the response of the last wave, over agencies that may be shown.

    Parameters
    ----------
    audit : mapping of str to DataFrame

    Returns
    -------
    tuple of (float, float, float, str) or None
        People asked, people who answered, how far a score could move at most, and the wave; None
        where it is not known.
    """
    if "response" not in audit:
        return None
    response = audit["response"]
    shown = last_wave(response)
    shown = shown.loc[(shown["suppressed_reason"] == "") & shown["rate"].notna()]
    asked = float(shown["asked"].sum())
    if not asked > 0:
        return None
    moved = float(shown["bound"].max())
    return asked, float(shown["answered"].sum()), moved, str(shown["period"].iloc[0])


def list_changes(audit: Audit) -> tuple[list[tuple[str, str]], list[tuple[str, str, str]]]:
    """List what changed: (question, waves) and (agency, wave, what happened).

    Parameters
    ----------
    audit : mapping of str to DataFrame

    Returns
    -------
    tuple of (list, list)
        Wordings, and organizations.
    """
    wordings = []
    of_staff = audit.get("staff_wording") if find_lead(audit) == "" else None
    for table in (lead_table(audit, "wording"), of_staff, audit.get("published")):
        if table is not None:
            changed = table.loc[table["changed"].fillna("") != ""]
            told = list(zip(changed["label"], changed["changed"], strict=True))
            wordings += [entry for entry in told if entry not in wordings]
    breaks = lead_table(audit, "breaks")
    if breaks is None:
        return wordings, []
    return wordings, list(zip(breaks["agency"], breaks["period"], breaks["text"], strict=True))
