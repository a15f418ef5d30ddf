"""Which rows does a figure stand on, and do they give its base and its unadjusted score?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cxanalytics.models.departments import BETWEEN, PARTS
from cxanalytics.report.components.text import clean
from cxanalytics.run.keys import SCORES
from cxanalytics.run.plan import OWN_PAGES
from cxanalytics.run.trace.compare import same_figure
from cxanalytics.run.trace.outputs import Way
from cxanalytics.run.trace.rows import Counted, count_model, count_score, count_tables, count_wave
from cxanalytics.run.trace.tables import Key
from cxanalytics.tables import Check

_OF_MODEL = ("driver-", "drivers-", "step-")
_OF_PART = ("department-", "channel-")
_OF_PEOPLE = ("02_recommendation", SCORES)
"""Steps whose figures are counted in the rows of the survey."""


def count_rows(
    way: Way, name: str, record: Mapping[str, Any], keys: Sequence[Key]
) -> tuple[Counted | None, list[Check]]:
    """Count the rows of a figure, and compare base and unadjusted score where they are known.

    Parameters
    ----------
    way : Way
    name : str
        Id of the figure.
    record : mapping
        What the files say of it; empty where they say nothing.
    keys : sequence of (str, str)
        Step and table, of those behind it.

    Returns
    -------
    tuple of (Counted or None, list of Check)
    """
    of_people = any(step in _OF_PEOPLE for step, _ in keys)
    if way.study.file.survey is None or way.step in OWN_PAGES or not of_people:
        return count_tables(way.tables[key] for key in keys if key in way.tables), []
    period, survey = way.period, way.study.survey()
    question, _, at = str(record.get("measure", "")).partition("/")
    agency, known = str(record.get("agency", "")), {entry.name for entry in survey.questions}
    if name.startswith(_OF_MODEL) and not agency:
        counted = count_model(way.study, period=period)
        return counted, _base_alike(record, counted)
    if name.startswith(_OF_PART):
        return _count_part(way, name.partition("-")[0], record, question, period)
    if question not in known or agency not in set(survey.agencies):
        return count_wave(way.study, period=period), []
    when = at if name.startswith("history-") else period
    counted = count_score(way.study, measure=question, agency=agency, period=when)
    if name.startswith("answer"):
        # Answers that are counted together, and their base, follow rules of their own.
        return counted, []
    return counted, [*_base_alike(record, counted), *_share_alike(record, counted)]


def _count_part(
    way: Way, kind: str, record: Mapping[str, Any], measure: str, period: str
) -> tuple[Counted, list[Check]]:
    """Count the rows of one department or channel of an agency."""
    frame = way.study.survey().frame
    column = next(name for name in (PARTS if kind == "department" else (kind,)) if name in frame)
    pairs = frame[["agency", column]].astype(str).drop_duplicates()
    for agency, part in pairs.itertuples(index=False):
        if clean(f"{agency}{BETWEEN}{part.strip()}") == record.get("agency"):
            counted = count_score(
                way.study,
                measure=measure,
                agency=agency,
                period=period,
                part=column,
                within=part.strip(),
            )
            return counted, [*_base_alike(record, counted), *_share_alike(record, counted)]
    return count_wave(way.study, period=period), []


def _base_alike(record: Mapping[str, Any], counted: Counted) -> list[Check]:
    if record.get("n") is None or counted.n is None:
        return []
    same = same_figure(record["n"], counted.n)
    told = "is" if same else f"is {record['n']} in the record and"
    return [Check("base", same, f"The base {told} {counted.n:,.0f} when the rows are counted.")]


def _share_alike(record: Mapping[str, Any], counted: Counted) -> list[Check]:
    if record.get("raw") is None or counted.share is None:
        return []
    same = same_figure(record["raw"], counted.share)
    told = "is" if same else f"is {record['raw']} in the record and"
    text = f"The unadjusted score {told} {counted.share:.6g} when the rows are counted plainly."
    return [Check("counted", same, text)]
