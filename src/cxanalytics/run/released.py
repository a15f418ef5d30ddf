"""What did earlier releases hide?

Files that readers took away from earlier pages (the CSV of the index) stand in study.yaml under
`released`. What one of them hid stays hidden, because two releases side by side would give it
back; what one of them showed and this one has to hide is known already, and said.
"""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from cxanalytics.disclosure import agency_reasons, release_leaks
from cxanalytics.errors import ParamsError
from cxanalytics.formats import count
from cxanalytics.report.exports import csv_cell
from cxanalytics.rules import COMPLEMENTARY, HIDDEN
from cxanalytics.tables import Check, Survey

if TYPE_CHECKING:
    from cxanalytics.run.resolve import StudyFolder

COLUMNS = {"agency": "agency", "wave": "period", "measure": "measure", "n": "n"}
REASON = "suppressed_reason"


def with_released(study: StudyFolder, survey: Survey) -> Survey:
    """Let a survey know what earlier releases of the study hid.

    Parameters
    ----------
    study : StudyFolder
    survey : Survey

    Returns
    -------
    Survey
        With `held_back`, and a note.

    Raises
    ------
    ParamsError
        A file lacks a column, or no file names an agency of the survey.
    """
    if not study.file.released:
        return survey
    parts = [
        _read(study.path(f"released.{place}.file", entry.file))
        for place, entry in enumerate(study.file.released)
    ]
    before = _recognized(pd.concat(parts, ignore_index=True), survey)
    hidden = before.loc[before[REASON].isin([HIDDEN, COMPLEMENTARY])]
    pairs = sorted(set(zip(hidden["period"], hidden["agency"], strict=True)))
    survey = replace(survey, held_back=tuple(pairs))
    return replace(survey, notes=(*survey.notes, _note(study, survey, before)))


def _read(path: Path) -> pd.DataFrame:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    lacking = [name for name in (*COLUMNS, REASON) if rows and name not in rows[0]]
    if lacking or not rows:
        lost = lacking[0] if lacking else "rows"
        raise ParamsError(
            f"`released` must name files that were taken from a page, with the columns "
            f"{', '.join((*COLUMNS, REASON))}; {path.name} lacks {lost}."
        )
    return pd.DataFrame(rows)[[*COLUMNS, REASON]].rename(columns=COLUMNS)


def _recognized(before: pd.DataFrame, survey: Survey) -> pd.DataFrame:
    """Give agencies the names of the survey: files have them cleaned, and never as a formula."""
    named = {csv_cell(agency): agency for agency in survey.agencies}
    own = before["agency"].map(named)
    if own.isna().all():
        raise ParamsError(
            "`released` must name files whose agencies are those of the survey; none is. Pages "
            "without names tell nothing: take the file from a run with `peers: {names: named}`."
        )
    return before.assign(agency=own.fillna(before["agency"]))


def _note(study: StudyFolder, survey: Survey, before: pd.DataFrame) -> Check:
    """Say how many cells that must be hidden now were shown already, and what was not found."""
    parts = [
        agency_reasons(survey, measure=question.name, thresholds=study.file.thresholds)
        .rename(REASON)
        .reset_index()
        .assign(measure=question.name, n=float("nan"))
        for question in survey.questions
    ]
    leaks = release_leaks(pd.concat(parts, ignore_index=True), before)
    late = int((leaks["hidden_in"] == "now").sum())
    there = set(zip(survey.frame["period"], survey.frame["agency"], strict=True))
    lost = len(set(survey.held_back) - there)
    held = len(survey.held_back) - lost
    kept = f"{count(held)} agencies in a wave stay hidden, as released before."
    if lost:
        kept += f" {count(lost)} hidden then are not in the survey by that name and wave."
    if not late:
        return Check("released before", not lost, kept)
    text = f"{kept} {count(late)} scores that are hidden now were shown then, and are known."
    return Check("released before", False, text)
