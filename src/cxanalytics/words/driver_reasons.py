"""What does the answer on drivers stand on? Base, method, ranges, and what was left out."""

from __future__ import annotations

from collections.abc import Sequence

from cxanalytics.formats import fixed, number_word, percent
from cxanalytics.tables import Estimates
from cxanalytics.words.driver_details import explained_share
from cxanalytics.words.drivers import is_separated
from cxanalytics.words.grammar import capital, counted
from cxanalytics.words.nouns import Nouns


def list_driver_reasons(
    drivers: Estimates, *, nouns: Nouns, left_out: Sequence[str] = (), reason: str = ""
) -> list[tuple[str, str]]:
    """List what the shares stand on: base, method, ranges, what was left out.

    Parameters
    ----------
    drivers : Estimates
    nouns : Nouns
    left_out : sequence of str
        A sentence for each driver that is not in the model.
    reason : str
        Why there are no shares.

    Returns
    -------
    list of (str, str)
        Name and text.
    """
    if drivers.frame.empty:
        return [("Reason", reason or "The answers cannot carry the comparison of drivers.")]
    facts, frame = drivers.facts, drivers.frame
    equal = percent(float(facts["equal_share"]))
    entries = [("Base", _base(drivers, nouns))]
    if not is_separated(drivers):
        entries.append(("Reason", f"No driver’s range leaves an equal share ({equal}) out."))
    entries += [
        ("Method", _method(drivers, nouns)),
        ("Likely range", _ranges(drivers, nouns)),
        ("Source", "Both answers come from the same person and survey."),
    ]
    explained = explained_share(drivers)
    if explained is not None:
        told = f"{percent(explained)} of the differences in answers about {nouns.outcome}."
        entries.append(("All drivers together", f"They explain {told}"))
    rule = (
        f"Fix first: below the typical peer with its whole range, and a share of at least "
        f"{equal}, one of {number_word(len(frame))} equal parts."
    )
    entries.append(("Rule", rule))
    if left_out:
        entries.append(("Left out", " ".join(left_out)))
    return entries


def _base(drivers: Estimates, nouns: Nouns) -> str:
    facts = drivers.facts
    people = f"{fixed(float(facts['n']))} {nouns.respondents}"
    agencies = facts.get("agencies")
    if agencies is None:
        return f"{people}."
    return f"{people} in {counted(int(agencies), nouns.organization, nouns.organizations)}."


def _method(drivers: Estimates, nouns: Nouns) -> str:
    within = (
        f"{capital(nouns.respondents)} are compared within their own {nouns.organization}. "
        if drivers.facts.get("agency_effects", True)
        else ""
    )
    if drivers.facts.get("method") == "johnson":
        return (
            f"{within}With this many drivers, what each adds is approximated from how answers "
            "vary together."
        )
    return (
        f"{within}The model is fitted with every set of drivers. A driver’s share is what it "
        "adds, averaged over all sets."
    )


def _ranges(drivers: Estimates, nouns: Nouns) -> str:
    facts = drivers.facts
    units = {
        "agency": nouns.organizations,
        "psu": "groups of people asked together",
        "respondent": nouns.respondents,
    }
    drawn = units.get(str(facts.get("cluster", "")), "groups")
    clusters, resamples = facts.get("clusters"), facts.get("resamples")
    if clusters is None or resamples is None:
        return "Found by drawing the answers again and again."
    return (
        f"Found by drawing the {fixed(float(clusters))} {drawn} again, "
        f"{fixed(float(resamples))} times."
    )
