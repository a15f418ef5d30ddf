"""Which rows does a figure stand on, and what do they give when they are counted plainly?

The rows are read anew. Each filter says how many answers it kept and left out; a score is then
counted by its definition alone, without the functions that made the page.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cxanalytics.models.statistic import score_values

if TYPE_CHECKING:
    from cxanalytics.run.trace.again import TracedStudy
    from cxanalytics.store import Table
    from cxanalytics.tables import Survey


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition on rows, and what it did.

    Attributes
    ----------
    name : str
        For example "agency is 'North'".
    kept, left_out : float
        Respondents.
    """

    name: str
    kept: float
    left_out: float


@dataclass(frozen=True, slots=True)
class Counted:
    """The rows behind a figure.

    Attributes
    ----------
    reading : tuple of str
        What reading the data noted about rows.
    filters : tuple of Filter
        In the order applied.
    n : float or None
        Respondents left; None where they are not counted.
    share : float or None
        Their score, counted plainly and weighted as the survey is; None where it is not asked for.
    notes : tuple of str
        What a model said of the rows it was given.
    """

    reading: tuple[str, ...]
    filters: tuple[Filter, ...]
    n: float | None
    share: float | None = None
    notes: tuple[str, ...] = ()


class _Sieve:
    """Keeps rows by one condition after the other, and counts the people."""

    def __init__(self, survey: Survey) -> None:
        self.survey = survey
        self.kept = np.ones(len(survey.frame), dtype=bool)
        self.filters: list[Filter] = []

    def people(self) -> float:
        weight = self.survey.frame["weight"].to_numpy(dtype=float)
        return float(weight[self.kept].sum() if self.survey.counts else self.kept.sum())

    def keep(self, name: str, rows: np.ndarray) -> None:
        before = self.people()
        self.kept &= rows
        after = self.people()
        self.filters.append(Filter(name, after, before - after))


def _reading(survey: Survey) -> tuple[str, ...]:
    return tuple(note.text for note in survey.notes if note.name.startswith("rows"))


def count_score(
    study: TracedStudy, *, measure: str, agency: str, period: str, part: str = "", within: str = ""
) -> Counted:
    """Count the answers of one agency, or a part of it, to one question, and their score.

    Parameters
    ----------
    study : TracedStudy
    measure, agency : str
    period : str
        The wave, or a month such as "2026-04".
    part : str
        Column that divides agencies: "department", "unit" or "channel".
    within : str
        Which part, for a column.

    Returns
    -------
    Counted
    """
    survey = study.survey()
    frame, sieve = survey.frame, _Sieve(survey)
    if period:
        _keep_period(sieve, period)
    sieve.keep(f"agency is {agency!r}", (frame["agency"] == agency).to_numpy())
    if part:
        named = frame[part].astype(str).str.strip()
        sieve.keep(f"{part} is {within!r}", (named == within).to_numpy())
    sieve.keep(f"{measure} is answered", frame[measure].notna().to_numpy())
    rows = frame.loc[sieve.kept]
    values = score_values(
        survey.question(measure), rows[measure].to_numpy(dtype=float), study.file.statistic
    )
    weight = rows["weight"].to_numpy(dtype=float)
    share = float(values @ weight / weight.sum()) if len(rows) else None
    return Counted(_reading(survey), tuple(sieve.filters), sieve.people(), share)


def _keep_period(sieve: _Sieve, period: str) -> None:
    """Keep a wave; or a month, where no wave has the name."""
    frame = sieve.survey.frame
    if period in sieve.survey.periods or "date" not in frame:
        sieve.keep(f"wave is {period!r}", (frame["period"] == period).to_numpy())
        return
    months = pd.to_datetime(frame["date"], errors="coerce").dt.strftime("%Y-%m")
    sieve.keep(f"month is {period!r}", (months == period).to_numpy())


def count_model(study: TracedStudy, *, period: str) -> Counted:
    """Count the rows of the models of the outcome.

    Parameters
    ----------
    study : TracedStudy
    period : str
        The wave.

    Returns
    -------
    Counted
        Its notes are the model's own on the rows and columns it leaves out.
    """
    from cxanalytics.models.answers import answer_rows

    survey = study.survey()
    used = answer_rows(
        survey,
        drivers=study.drivers,
        case_mix=survey.case_mix,
        period=period or None,
        statistic=study.file.statistic,
        thresholds=study.thresholds,
    )
    frame, sieve = survey.frame, _Sieve(survey)
    if period:
        sieve.keep(f"wave is {period!r}", (frame["period"] == period).to_numpy())
    for name in (survey.outcome, *used.drivers, *survey.case_mix):
        sieve.keep(f"{name} is known", frame[name].notna().to_numpy())
    before, after = sieve.people(), float(used.people.sum())
    shown = Filter("agency may be shown, on every question used", after, before - after)
    notes = tuple(check.text for check in used.checks)
    return Counted(_reading(survey), (*sieve.filters, shown), after, notes=notes)


def count_tables(tables: Iterable[Table]) -> Counted | None:
    """Tell what tables say of their own rows; None where there is no table.

    Parameters
    ----------
    tables : iterable of Estimates, Benchmark, Funnel, Panel or DataFrame

    Returns
    -------
    Counted or None
    """
    listed = list(tables)
    told = [
        note.text
        for table in listed
        for note in (*getattr(table, "notes", ()), *getattr(table, "checks", ()))
    ]
    return Counted((), (), None, notes=tuple(dict.fromkeys(told))) if listed else None


def count_wave(study: TracedStudy, *, period: str) -> Counted:
    """Count the answers of a wave."""
    survey = study.survey()
    sieve = _Sieve(survey)
    if period:
        sieve.keep(f"wave is {period!r}", (survey.frame["period"] == period).to_numpy())
    return Counted(_reading(survey), tuple(sieve.filters), sieve.people())
