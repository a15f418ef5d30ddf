"""Who shows a sign of change, whose target is in reach, and what have the leaders reached?

One block of the appendix: charts of the agencies with a sign of change, a table of all of them,
targets with their forecasts, and the level of the leading group with what choosing it adds.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pandas as pd
from markupsafe import Markup

from cxanalytics.charts import draw_process, draw_vision, process_table, vision_table
from cxanalytics.formats import certain, count, fixed, percent, points, points_range, share_range
from cxanalytics.report.components.appendix import checks_list
from cxanalytics.report.components.figures import data_table, figure, folded, scrolling
from cxanalytics.report.components.lists import paragraphs
from cxanalytics.report.components.text import clean
from cxanalytics.report.finding import Finding
from cxanalytics.report.section import Section, framed, refused
from cxanalytics.words import (
    assert_sentence_allowed,
    name_point,
    read_process,
    say_achievable,
    say_alt_process,
    say_alt_vision,
    say_history,
    say_process,
    say_process_note,
    say_title_process,
    say_title_vision,
    say_vision_note,
    say_visions,
)
from cxanalytics.words.grammar import capital

if TYPE_CHECKING:
    from cxanalytics.report.facts import PageFacts
    from cxanalytics.tables import Estimates

MOST_PANELS = 9
"""Agencies drawn: those with a sign of change, the latest first; the table has all."""

_CHECKS = (
    "undated",
    "points",
    "sampling error",
    "limits",
    "steady baselines",
    "forecast",
    "achievable",
)
_ANCHOR, _LABEL = "history_all", "Over time"


def write_appendix_history(
    history: Estimates | None,
    facts: PageFacts,
    *,
    vision: Estimates | None = None,
    achievable: Estimates | None = None,
    reason: str = "",
) -> Section:
    """Write the charts of the headline over time, the targets, and the level of the leaders.

    Parameters
    ----------
    history : Estimates or None
        From `benchmark_history`; None, or without rows and with the fact `reason`, where there are
        too few points.
    facts : PageFacts
    vision : Estimates, optional
        From `benchmark_vision`.
    achievable : Estimates, optional
        From `benchmark_achievable`; without rows and with the fact `reason` where it was refused.
    reason : str
        Why there are no figures, for `history` None.

    Returns
    -------
    Section
    """
    question = f"Which {facts.nouns.organizations} show a sign of change?"
    if history is None or history.frame.empty:
        return refused(
            history,
            anchor=_ANCHOR,
            question=question,
            label=_LABEL,
            reason=reason,
            answer="Not known: there is too little history.",
        )
    measure = facts.outcome
    agencies = _with_points(history, measure.name)
    answer = say_history(
        history,
        measure=measure.name,
        agencies=agencies,
        label=measure.label,
        nouns=facts.nouns,
    )
    content, figures = Markup(""), 0
    if agencies:
        finding = _charts(history, facts, agencies)
        content += figure(finding, number=1, numeric=("Points", "Chance of a false sign"))
        figures = 1
    told = []
    if vision is not None and not vision.frame.empty:
        drawn = _vision(vision, facts, number=figures + 1)
        content += drawn[0]
        figures += drawn[1]
        told += drawn[2]
    if achievable is not None and not achievable.frame.empty:
        told.append(say_achievable(achievable, nouns=facts.nouns))
    for text in (answer, *told):
        assert_sentence_allowed(text, grade="D", page="appendix")
    own = [check for part in (history, vision, achievable) if part for check in part.checks]
    checks = [check for check in own if check.name in _CHECKS]
    return framed(
        content + paragraphs(*told) + checks_list(checks),
        kind="appendix",
        anchor=_ANCHOR,
        question=question,
        answer=answer,
        key_figures=_key_figures(history, measure.name, agencies),
        label=_LABEL,
        figures=figures,
    )


def _with_points(history: Estimates, measure: str) -> list[str]:
    """List the agencies with a point that is shown."""
    frame = history.frame
    shown = frame.loc[(frame["measure"] == measure) & frame["estimate"].notna(), "agency"]
    return sorted(shown.unique())


def _key_figures(history: Estimates, measure: str, agencies: list[str]) -> pd.DataFrame:
    got = [(key, read_process(history, measure=measure, agency=key)) for key in agencies]
    return pd.DataFrame(
        [(key, one.kind, one.points, one.value, one.low, one.high, one.chance) for key, one in got],
        columns=["key", "state", "points", "last", "low", "high", "chance"],
    )


def _charts(history: Estimates, facts: PageFacts, agencies: list[str]) -> Finding:
    """Draw the agencies with a sign of change, or the first ones where none has one."""
    measure, every = facts.outcome, str(history.facts["every"])
    frame = history.frame
    here = (frame["measure"] == measure.name) & (frame["signal"] != "")
    latest = frame.loc[here].groupby("agency")["point"].max().sort_values(ascending=False)
    panels = [str(key) for key in latest.index][:MOST_PANELS] or agencies[:MOST_PANELS]
    names = {key: clean(key) for key in agencies}
    points = {point: name_point(point, every=every) for point in frame["point"].unique()}
    wide, narrow = (
        draw_process(
            history,
            measure=measure.name,
            agencies=panels,
            names=names,
            points=points,
            size=size,
        )
        for size in ("wide", "narrow")
    )
    rows = process_table(history, measure=measure.name, agencies=panels, names=names)
    broken = bool((rows.groupby("agency")["segment"].nunique() > 1).any())
    note = say_process_note(history, thresholds=facts.thresholds, broken=broken)
    return Finding(
        id="history-all",
        claim=say_title_process(
            history, measure=measure.name, agencies=agencies, nouns=facts.nouns
        ),
        table=_states(history, facts, agencies),
        wide=wide,
        narrow=narrow,
        alt=say_alt_process(rows, every=every),
        subtitle=f"{measure.label}, by {every}, as answered",
        note=f"{_drawn(len(latest), len(panels), facts)} {note}",
        checks=history.checks,
    )


def _drawn(signs: int, panels: int, facts: PageFacts) -> str:
    many = facts.nouns.organizations
    if not signs:
        return f"Drawn: the first {count(panels)} {many}; none shows a sign."
    if signs > panels:
        return f"Drawn: the {count(panels)} {many} with the latest signs, of {count(signs)}."
    return f"Drawn: all {many} with a sign."


def _states(history: Estimates, facts: PageFacts, agencies: list[str]) -> pd.DataFrame:
    """Print the state of each agency's chart, its baseline, and the chance of a false sign."""
    measure, frame = facts.outcome.name, history.frame
    baselines = frame.loc[(frame["measure"] == measure) & (frame["baseline_reason"] != "")]
    reason = baselines.groupby("agency")["baseline_reason"].last()
    rows = []
    for key in agencies:
        got = read_process(history, measure=measure, agency=key)
        text = say_process(
            history, measure=measure, agency=key, nouns=facts.nouns, you=False, brief=True
        )
        rows.append(
            {
                capital(facts.nouns.organization): clean(key),
                "State": text,
                "Points": count(got.points),
                "Limits from": str(reason.get(key, "no limits")),
                "Chance of a false sign": "" if pd.isna(got.chance) else certain(got.chance),
            }
        )
    return pd.DataFrame(rows)


def _vision(vision: Estimates, facts: PageFacts, *, number: int) -> tuple[Markup, int, list[str]]:
    """Draw the target of the headline, print all targets, and say them in a sentence each."""
    content, told, figures = Markup(""), [], 0
    names = {key: clean(key) for key in vision.frame["agency"]}
    measures = [one for one in facts.measures if one.name in set(vision.frame["measure"])]
    for place, measure in enumerate(measures):
        text = say_visions(vision, measure=measure.name, label=measure.label, nouns=facts.nouns)
        rows = vision_table(vision, measure=measure.name, names=names)
        table = _targets(rows, facts)
        told.append(text)
        if place:
            printed = data_table(table, caption=text, numeric=tuple(table.columns[1:]))
            name = f"Target: {measure.label}"
            content += folded(name, scrolling(printed, name=name))
            continue
        finding = _vision_finding(vision, facts, measure.name, table, names, rows)
        content += figure(finding, number=number, numeric=tuple(table.columns[1:]))
        figures = 1
    return content, figures, [*told, say_vision_note()]


def _vision_finding(
    vision: Estimates,
    facts: PageFacts,
    measure: str,
    table: pd.DataFrame,
    names: dict[str, str],
    rows: pd.DataFrame,
) -> Finding:
    label = facts.measure(measure).label
    wide, narrow = (
        draw_vision(vision, measure=measure, names=names, axis_label=label, size=size)
        for size in ("wide", "narrow")
    )
    return Finding(
        id="vision",
        claim=say_title_vision(vision, measure=measure, nouns=facts.nouns),
        table=table,
        wide=wide,
        narrow=narrow,
        alt=say_alt_vision(rows),
        subtitle=f"{label}, now and foretold for the day of the target, with likely ranges",
        checks=vision.checks,
    )


def _targets(rows: pd.DataFrame, facts: PageFacts) -> pd.DataFrame:
    """Print gaps, chances and paces."""
    gaps = zip(rows["conf_low"], rows["conf_high"], strict=True)
    ends = zip(rows["forecast_low"], rows["forecast_high"], strict=True)
    paced = zip(rows["managed"], rows["managed_low"], rows["managed_high"], strict=True)
    return pd.DataFrame(
        {
            capital(facts.nouns.organization): list(rows["name"]),
            "Target": [percent(value) for value in rows["target"]],
            "By": list(rows["by"]),
            "Now": [percent(value, 1) for value in rows["now"]],
            "To go": [points(value, 1) for value in rows["estimate"]],
            "Interval": [points_range(low, high, 1) for low, high in gaps],
            "Chance": [_told(certain, value) for value in rows["p_reach"]],
            "Foretold": [_told(percent, value) for value in rows["forecast"]],
            "Range then": [
                "not told" if pd.isna(low) else share_range(low, high) for low, high in ends
            ],
            "Points a year": [
                "none" if pd.isna(value) else fixed(100 * value, 1) for value in rows["pace"]
            ],
            "Others that managed": [
                "not told" if pd.isna(many) else f"{fixed(many, 1)} ({low:.0f} to {high:.0f})"
                for many, low, high in paced
            ],
        }
    )


def _told(written: Callable[[float], str], value: float) -> str:
    return "not told" if pd.isna(value) else written(value)
