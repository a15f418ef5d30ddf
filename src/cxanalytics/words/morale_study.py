"""Does morale go with performance in the whole study, and what may be made of the answer?

The page of a study speaks of what the study compares: trusts, offices, units of an agency. A
relation between them and one within them are two statements, and no clear pattern is said as
plainly as a pattern.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from cxanalytics.formats import count
from cxanalytics.rules import GRADES, THRESHOLDS, Thresholds
from cxanalytics.words.grammar import capital, counted
from cxanalytics.words.morale_sizes import Scale, better, say_better
from cxanalytics.words.sizes import NOT_CAUSE

if TYPE_CHECKING:
    from cxanalytics.tables import Estimates, Panel
    from cxanalytics.words.nouns import Nouns

SAID = {1: "better", -1: "worse"}
ORDER_OF_SOURCES = "order in time"
"""Name of a note of the panel that says which of its sources is the earlier one."""


@dataclass(frozen=True, slots=True)
class Compared:
    """How sentences name what a relation is between, and within.

    Attributes
    ----------
    one, many : str
        What is compared: "trust", "trusts".
    parts : str
        What is compared inside one of them: "units"; "" where it is followed over time.
    """

    one: str
    many: str
    parts: str = ""

    @property
    def inside(self) -> str:
        """Where the relation within is found: "within a trust"."""
        if self.parts:
            return f"between {self.parts} of one {self.one}"
        return f"within {with_article(self.one)}"


def with_article(noun: str) -> str:
    """Put "a" or "an" before a noun, by its first letter."""
    return f"{'an' if noun[:1].lower() in 'aeio' else 'a'} {noun}"


def name_compared(panel: Panel, estimates: Estimates, *, nouns: Nouns) -> Compared:
    """Choose the nouns of a relation.

    Parameters
    ----------
    panel : Panel
    estimates : Estimates
        Fact `group` of `fit_morale_performance`: "unit" or "agency".
    nouns : Nouns

    Returns
    -------
    Compared
    """
    if estimates.facts.get("group") == "agency" and not _alone(panel):
        return Compared(nouns.organization, nouns.organizations, nouns.teams)
    if _alone(panel):
        return Compared(nouns.organization, nouns.organizations)
    return Compared(nouns.team, nouns.teams)


def _alone(panel: Panel) -> bool:
    """Tell whether every unit is an organization of its own."""
    return bool((panel.frame["agency"] == panel.frame["unit"]).all())


def ranged(estimates: Estimates, key: str) -> pd.Series[Any] | None:
    """Give the row of an estimate that has a range; None where it has none."""
    known = estimates.frame["conf_low"].notna()
    found = estimates.frame.loc[(estimates.frame["key"] == key) & known]
    return None if found.empty else found.iloc[0]


def _way(scaled: Estimates, key: str) -> int | None:
    row = ranged(scaled, key)
    return None if row is None else better(row, level=scaled.level)


def say_morale_study(
    scaled: Estimates,
    *,
    compared: Compared,
    later: int = 0,
    thresholds: Thresholds = THRESHOLDS,
) -> str:
    """Answer whether morale goes with performance.

    Parameters
    ----------
    scaled : Estimates
        Of `fit_morale_performance`, as `per_step` gives it: above zero is better. Fact `groups`.
    compared : Compared
    later : int
        What is shown one wave later: better (1), worse (−1), neither or not known (0).
    thresholds : Thresholds
        Nothing is said about fewer groups than `peers`.

    Returns
    -------
    str
        One sentence, or two where something is shown one wave later.
    """
    groups, many = scaled.facts.get("groups"), compared.many
    if groups is not None and float(groups) < thresholds.peers:
        return f"Too few {many} (fewer than {thresholds.peers}) to tell."
    now = _say_same_wave(scaled, compared)
    if not later:
        return now
    then = f"results are {SAID[later]} where morale was higher"
    nothing = f"{_opening(0)}: "
    if now.startswith(nothing):
        return f"Only one wave later: {then}. In the same wave, {now.removeprefix(nothing)}"
    return f"{now} One wave later, {then}."


def _say_same_wave(scaled: Estimates, compared: Compared) -> str:
    many = compared.many
    between, within = _way(scaled, "between"), _way(scaled, "within")
    told = {
        "between": "" if between is None else _across(between, many),
        "within": "" if within is None else _inside(within, compared),
    }
    if between is None or within is None:
        known = [way for way in (between, within) if way is not None]
        if not known:
            return f"Too few {many} to tell: no range can be given."
        return f"{_opening(known[0])}: {told['between'] or told['within']}."
    joint = "and" if between == within else "but"
    pair = f"{told['between']}, {joint} {told['within']}."
    if between == within:
        return f"{_opening(between)}: {pair}"
    if (between, within) == (1, 0):
        return f"Better places, not shown to improve: {pair}"
    if (between, within) == (0, 1):
        return f"Only {compared.inside}: {told['within']}, but {told['between']}."
    return f"It depends on what is compared: {pair}"


def _opening(way: int) -> str:
    return {1: "Yes", 0: "No clear pattern", -1: "The other way round"}[way]


def _across(way: int, many: str) -> str:
    if not way:
        return f"{many} with higher morale are not shown to do better or worse"
    return f"{many} with higher morale also do {SAID[way]}"


def _inside(way: int, compared: Compared) -> str:
    one, parts = compared.one, compared.parts
    if parts:
        what = f"{parts} of one {one}"
        if not way:
            return f"{what} are not shown to do better or worse where morale is higher"
        return f"{what} also do {SAID[way]} where morale is higher"
    if not way:
        return f"{with_article(one)} is not shown to do better or worse when its morale is higher"
    return f"{with_article(one)} also does {SAID[way]} when its own morale is higher"


def say_morale_study_sizes(
    scaled: Estimates, scale: Scale, *, panel: Panel, compared: Compared
) -> list[str]:
    """Say how much results differ with morale, between and within.

    Parameters
    ----------
    scaled : Estimates
        As for `say_morale_study`.
    scale : Scale
    panel : Panel
    compared : Compared

    Returns
    -------
    list of str
        A sentence for each row with a range.
    """
    said = []
    for key, place in (("between", f"between {compared.many}"), ("within", compared.inside)):
        row = ranged(scaled, key)
        if row is not None:
            said.append(
                f"{capital(place)}, {scale.step_words} more on “{panel.morale_label}” goes with "
                f"“{panel.performance_label}” {say_better(row, scale)}."
            )
    return said


def say_morale_study_base(estimates: Estimates, *, compared: Compared) -> str:
    """Say what the relation rests on.

    Parameters
    ----------
    estimates : Estimates
        Facts `groups periods`.
    compared : Compared

    Returns
    -------
    str
    """
    facts = estimates.facts
    groups = f"{count(float(facts['groups']))} {compared.many}"
    waves = counted(int(facts["periods"]), "wave", "waves")
    unit = compared.parts or compared.many
    return (
        f"Base: {count(float(estimates.frame['n'].max()))} rows of {groups} in {waves}. This is a "
        f"relation between {unit}, not between people. {NOT_CAUSE}"
    )


def say_morale_study_apart(
    scaled: Estimates, scale: Scale, *, reasons: Mapping[str, str], compared: Compared
) -> str:
    """Say what the relation is without the units whose results follow from something else.

    Parameters
    ----------
    scaled : Estimates
        Of the panel without them, as `per_step` gives it.
    scale : Scale
    reasons : mapping of str to str
        Unit to why its results tell little, each after "where it"; not empty.
    compared : Compared

    Returns
    -------
    str
    """
    units = counted(len(reasons), "unit", "units")
    why = sorted(set(reasons.values()))[0]
    places = (("between", f"between {compared.many}"), ("within", compared.inside))
    rows = [(place, ranged(scaled, key)) for key, place in places]
    sizes = [f"{place} {say_better(row, scale)}" for place, row in rows if row is not None]
    told = f"{'; '.join(sizes)}." if sizes else "no range can be given."
    each = "which" if len(reasons) == 1 else "each of which"
    return f"Without the {units}, {each} {why}: {told}"


def say_order_of_sources(panel: Panel) -> str:
    """Say which source of the panel is the earlier one; "" where reading the data did not tell.

    Parameters
    ----------
    panel : Panel

    Returns
    -------
    str
    """
    return " ".join(note.text for note in panel.notes if note.name == ORDER_OF_SOURCES)


def say_same_source(panel: Panel) -> str:
    """Say that both measures come from the same people; "" where they do not.

    Parameters
    ----------
    panel : Panel

    Returns
    -------
    str
    """
    if not panel.same_source:
        return ""
    return (
        "Morale and results were reported by the same people, so the relation is likely overstated."
    )


def list_morale_study_doubts(
    panel: Panel, estimates: Estimates, *, order: str = ""
) -> list[tuple[str, str]]:
    """List what stands between these figures and a cause.

    Parameters
    ----------
    panel : Panel
    estimates : Estimates
        Fact `grade`.
    order : str
        What the models say of which came first.

    Returns
    -------
    list of (str, str)
        A short title and a sentence each.
    """
    grade = GRADES[str(estimates.facts.get("grade", "D"))]
    design = grade.design
    if grade.letter == max(GRADES) and int(estimates.facts.get("periods", 1)) > 1:
        design = "morale and results of the same wave are compared"
    points = [("Design", f"Grade {grade.letter} on a scale of A to D: {design}.")]
    told = [text for text in (say_order_of_sources(panel), order) if text]
    if told:
        points.append(("Order in time", " ".join(told)))
    source = say_same_source(panel) or "Morale and results come from different sources."
    points.append(("Source", source))
    reason = "Something that was not measured, such as money or leadership, could lie behind both."
    points.append(("Other reasons", reason))
    if panel.frame["n"].isna().all():
        points.append(
            (
                "Number of answers",
                "It was not published, so no single score has a range and none could be left out "
                "for too few answers.",
            )
        )
    if panel.frame["morale_se"].isna().all():
        points.append(
            (
                "Error in morale",
                "How exactly morale was measured is not known, so the sizes are not corrected for "
                "it. They are likely somewhat too small.",
            )
        )
    return points


def say_title_morale_study(scaled: Estimates, *, compared: Compared) -> str:
    """Title the figure of the relation.

    Parameters
    ----------
    scaled : Estimates
        As for `say_morale_study`.
    compared : Compared

    Returns
    -------
    str
    """
    ways = {key: _way(scaled, key) for key in ("between", "within")}
    where = {"between": f"between {compared.many}", "within": compared.inside}
    clear = [where[key] for key, way in ways.items() if way]
    if clear:
        return capital(f"a clear pattern {' and '.join(clear)}")
    looked = [where[key] for key, way in ways.items() if way is not None]
    return f"No clear pattern {' or '.join(looked) or 'to be told'}"
