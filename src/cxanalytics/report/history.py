"""Is it getting better? An agency's scores over time, its target and the level of the leaders.

The answer is one sentence on the headline; the line, the target and the other measures stand
behind a summary.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from cxanalytics.charts import draw_process, process_table
from cxanalytics.errors import DataError
from cxanalytics.formats import percent, share_range, slug
from cxanalytics.report.components.figures import (
    data_table,
    figure,
    folded,
    opened_reasons,
    scrolling,
)
from cxanalytics.report.components.lists import paragraphs
from cxanalytics.report.components.text import fill
from cxanalytics.report.exports import make_record
from cxanalytics.report.finding import Finding
from cxanalytics.report.section import Section, framed
from cxanalytics.words import (
    assert_sentence_allowed,
    list_history_reasons,
    name_point,
    say_achievable_gap,
    say_achievable_level,
    say_achievable_note,
    say_alt_process,
    say_process,
    say_process_note,
    say_title_process,
    say_vision,
    say_vision_note,
)
from cxanalytics.words.grammar import capital

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from cxanalytics.report.facts import Measure, PageFacts
    from cxanalytics.tables import Estimates

_QUESTION = "Is it getting better?"
_SIGNS = {
    "above": "above the usual range",
    "below": "below the usual range",
    "run_above": "in a run above the middle",
    "run_below": "in a run below the middle",
}


def write_history(
    history: Estimates | None,
    facts: PageFacts,
    *,
    agency: str,
    vision: Estimates | None = None,
    achievable: Estimates | None = None,
) -> Section:
    """Write whether an agency's scores are steady, and whether its target is in reach.

    Parameters
    ----------
    history : Estimates or None
        From `benchmark_history`; None, or without rows, where there are too few points.
    facts : PageFacts
    agency : str
    vision : Estimates, optional
        From `benchmark_vision`, where the study names targets.
    achievable : Estimates, optional
        From `benchmark_achievable`, of the headline.

    Returns
    -------
    Section
        With a record for each point of the headline that is shown.

    Raises
    ------
    DataError
        No point of the agency's headline is known.
    """
    if history is None or history.frame.empty:
        return _no_history()
    measure = facts.outcome
    points = _shown_points(history, measure.name, agency)
    answer = say_process(history, measure=measure.name, agency=agency, nouns=facts.nouns)
    aims, caveats = _target(vision, facts, agency, measure)
    leaders = _leaders(achievable, facts, agency)
    told, caveats = aims + leaders[:1], caveats + leaders[1:]
    others = _others(history, facts, agency)
    for text in (answer, *told, *caveats):
        assert_sentence_allowed(text)
    content = paragraphs(*told)
    if len(points):
        finding = _over_time(history, facts, agency, caveats)
        content += figure(finding, number=1, numeric=("Score",))
        rows = history.frame.set_index("key", drop=False)
        latest = rows.loc[points["key"].iloc[-1]]
        content += opened_reasons("change over time", list_history_reasons(latest, history))
    else:
        content += paragraphs(*caveats)
    # The headline alone is the answer already.
    if len(others) > 1:
        name = "All measures over time"
        content += scrolling(data_table(others, caption=name), name=name)
    summary = "Show the scores over time" + (", and the target" if aims else "")
    section = framed(
        fill('<div class="folds">{}</div>', folded(summary, content, css="fold")),
        kind="agency",
        anchor="history",
        question=_QUESTION,
        answer=answer,
        key_figures=points[["point", "estimate", "center", "low", "high", "signal"]],
        label="Over time",
        figures=int(len(points) > 0),
    )
    return replace(section, records=tuple(_records(points, facts, measure, history)))


def _no_history() -> Section:
    """Write the section without figures; why the model was refused is told in the appendix."""
    told = "It takes more than one wave, or more than one month."
    return framed(
        paragraphs(told),
        kind="agency",
        anchor="history",
        question=_QUESTION,
        answer="Not known yet: there is too little history.",
        key_figures=pd.DataFrame({"reason": [told]}),
        label="Over time",
    )


def point_ids(measure: str, points: pd.Series[str]) -> list[str]:
    """Name the rows of points in time: one id for page and files."""
    return [f"history-{slug(measure)}-{slug(point)}" for point in points]


def _shown_points(history: Estimates, measure: str, agency: str) -> pd.DataFrame:
    rows = process_table(history, measure=measure, agencies=[agency])
    if rows.empty:
        raise DataError(f"`history` has no {measure!r} of {agency!r}.")
    return rows.loc[rows["estimate"].notna()].reset_index(drop=True)


def _over_time(
    history: Estimates, facts: PageFacts, agency: str, caveats: Sequence[str]
) -> Finding:
    """Draw the headline over time."""
    measure, every = facts.outcome, str(history.facts["every"])
    rows = process_table(history, measure=measure.name, agencies=[agency])
    names = {point: name_point(point, every=every) for point in rows["point"]}
    drawn: dict[str, Any] = {"measure": measure.name, "agencies": [agency], "points": names}
    wide, narrow = (draw_process(history, **drawn, size=size) for size in ("wide", "narrow"))
    shown = rows.loc[rows["estimate"].notna()].reset_index(drop=True)
    table = pd.DataFrame(
        {
            "id": point_ids(measure.name, shown["point"]),
            capital(every): [names[point] for point in shown["point"]],
            "Score": [percent(value) for value in shown["estimate"]],
            "Usual range": [_usual(row) for row in shown.to_dict("records")],
            "Sign of change": [_SIGNS.get(signal, "no") for signal in shown["signal"]],
        }
    )
    claim = say_title_process(history, measure=measure.name, agencies=[agency], nouns=facts.nouns)
    broken = shown["segment"].nunique() > 1
    note = say_process_note(history, thresholds=facts.thresholds, broken=broken)
    assert_sentence_allowed(claim)
    return Finding(
        id="history",
        claim=claim,
        table=table,
        wide=wide,
        narrow=narrow,
        alt=say_alt_process(rows, every=every),
        subtitle=f"{measure.label}, by {every}, as answered",
        note=" ".join((note, *caveats)),
        checks=history.checks,
    )


def _usual(row: Mapping[Hashable, Any]) -> str:
    if pd.isna(row["low"]):
        return "not yet known"
    return share_range(row["low"], row["high"])


def _target(
    vision: Estimates | None, facts: PageFacts, agency: str, measure: Measure
) -> tuple[list[str], list[str]]:
    """Say the targets of the agency, that of the headline first, and the forecast's caveat."""
    if vision is None or vision.frame.empty:
        return [], []
    own = vision.frame.loc[vision.frame["agency"] == agency]
    told = []
    for entry in facts.measures:
        rows = own.loc[own["measure"] == entry.name]
        if len(rows):
            text = say_vision(rows.iloc[0], nouns=facts.nouns)
            told.append(text if entry is measure else f"{entry.label}. {text}")
    paced = bool(own["pace"].notna().any())
    return told, [say_vision_note(paced=paced)] if told else []


def _leaders(achievable: Estimates | None, facts: PageFacts, agency: str) -> list[str]:
    """Say how far the agency is from the leading group, and a caveat; nothing without a score."""
    if achievable is None or agency not in set(achievable.frame["key"]):
        return []
    level = say_achievable_level(achievable, nouns=facts.nouns)
    told = f"{level} {say_achievable_gap(achievable.row(agency))}"
    return [told, say_achievable_note(achievable)]


def _others(history: Estimates, facts: PageFacts, agency: str) -> pd.DataFrame:
    """Say of each measure whether it is steady."""
    frame = history.frame
    known = set(frame.loc[frame["agency"] == agency, "measure"])
    rows = []
    for entry in facts.measures:
        if entry.name in known:
            text = say_process(
                history, measure=entry.name, agency=agency, nouns=facts.nouns, brief=True
            )
            assert_sentence_allowed(text)
            rows.append((entry.label, text))
    return pd.DataFrame(rows, columns=["Measure", "Over time"])


def _records(
    points: pd.DataFrame, facts: PageFacts, measure: Measure, history: Estimates
) -> list[dict[str, Any]]:
    """List a record for each point that is shown."""
    every = str(history.facts["every"])
    ids = point_ids(measure.name, points["point"])
    # Nothing is steadied over time; a share never stands without its answers.
    answers = history.frame.set_index("key")["n"]
    told = points.assign(raw=points["estimate"], n=points["key"].map(answers))
    return [
        make_record(
            {name: row[name] for name in ("estimate", "raw", "n")} | {"key": row["agency"]},
            facts,
            anchor=anchor,
            measure=f"{measure.name}/{row['point']}",
            label=f"{measure.label}, {name_point(str(row['point']), every=every)}",
        )
        # What is known of the wave reported is not known of an earlier point.
        | {"wave": name_point(str(row["point"]), every=every), "response_rate": None}
        for anchor, row in zip(ids, told.to_dict("records"), strict=True)
    ]
