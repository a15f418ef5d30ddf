"""What does the answer on morale stand on? Base, measures, method, ranges, grade."""

from __future__ import annotations

from cxanalytics.formats import count, times_in
from cxanalytics.rules import GRADES
from cxanalytics.tables import Estimates, Panel
from cxanalytics.words.grammar import capital, counted
from cxanalytics.words.morale_answer import grouped, ranged
from cxanalytics.words.nouns import Nouns


def list_morale_reasons(
    estimates: Estimates, *, panel: Panel, nouns: Nouns, ladder: Estimates | None = None
) -> list[tuple[str, str]]:
    """List what the answer on morale stands on.

    Parameters
    ----------
    estimates : Estimates
        From `fit_morale_performance`.
    panel : Panel
    nouns : Nouns
    ladder : Estimates, optional
        From `fit_morale_ladder`: gives the grade where it is there.

    Returns
    -------
    list of (str, str)
        Name and text.
    """
    facts = estimates.facts
    _, many = grouped(estimates, nouns)
    waves = counted(int(facts.get("periods", 1)), "wave", "waves")
    rows = estimates.frame["n"].max()
    grade = GRADES[str((estimates if ladder is None else ladder).facts.get("grade", "D"))]
    tied = (
        f" It allows for {nouns.teams} of one {nouns.organization} having things in common."
        if facts.get("cluster") == "agency"
        else ""
    )
    looks = "p_adjusted" in estimates.frame and estimates.frame["p_adjusted"].notna().any()
    source = "Morale and performance come from different sources."
    if panel.same_source:
        source = "Both come from the same people, so the pattern is likely overstated."
    return [
        (
            "Base",
            f"{count(rows)} averages of {count(float(facts.get('groups', 0)))} {many} in {waves}.",
        ),
        ("Morale", f"{panel.morale_label}, as staff answered."),
        ("Performance", f"{panel.performance_label}; {_good(panel)}."),
        ("Method", _method(estimates, nouns) + _later(ladder)),
        ("Likely range", f"Holds {times_in(estimates.level)}.{tied}"),
        (
            "Rule",
            "A pattern is clear where its whole likely range is on one side of zero"
            f"{', also after allowing for several looks' if looks else ''}.",
        ),
        ("Source", source),
        ("Evidence", f"{grade.letter}: {grade.design}."),
    ]


def _later(ladder: Estimates | None) -> str:
    if ladder is None or ranged(ladder, "morale_before") is None:
        return ""
    return " Results are also compared with morale one wave earlier."


def _good(panel: Panel) -> str:
    return "more is better" if panel.higher_is_better else "less is better"


def _method(estimates: Estimates, nouns: Nouns) -> str:
    if estimates.facts.get("group") == "agency":
        return (
            f"Two comparisons: {nouns.organizations} with one another, and {nouns.teams} of one "
            f"{nouns.organization} with one another."
        )
    if ranged(estimates, "within") is None:
        return f"{capital(nouns.teams)} are compared with one another, by their averages."
    return (
        f"{capital(nouns.teams)} are compared with one another, by their averages. Each "
        f"{nouns.team} is compared with itself, wave by wave, less what all {nouns.teams} share "
        "in a wave."
    )
