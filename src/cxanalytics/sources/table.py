"""How does a user's own file become a survey?

CSV, Parquet, Excel, SPSS or Stata, one row per respondent or per published count. Roles and
questions are declared, never guessed. Everything is validated before anything is returned: a
survey that comes back is whole, and what was left out is counted in its notes. Names are never
merged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxanalytics.columns import check_counts, check_period_order, refuse, show
from cxanalytics.sources._account import Untold, account, notices, refuse_duplicates, scale_notes
from cxanalytics.sources._answers import read_answers
from cxanalytics.sources._cells import dates, names, numbers, without_unused
from cxanalytics.sources._grid import Grid, read_grid
from cxanalytics.sources._questions import (
    Asked,
    MissingLike,
    QuestionLike,
    ask,
    check_arguments,
    check_names,
)
from cxanalytics.sources._told import told_by, with_grid_notes
from cxanalytics.tables import SURVEY_ROLES, Survey

ALWAYS_FILLED = ("agency", "period", "psu", "stratum")


def read_table(
    path: str | Path,
    *,
    columns: Mapping[str, str],
    questions: Mapping[str, QuestionLike],
    outcome: str,
    drivers: Sequence[str] = (),
    case_mix: Sequence[str] | Mapping[str, str] = (),
    case_mix_numbers: Sequence[str] = (),
    count: str | None = None,
    missing: MissingLike = (),
    sheet: str | None = None,
    encoding: str = "utf-8",
    delimiter: str | None = None,
    date_format: str | None = None,
    header: int = 1,
    layout: str = "plain",
) -> Survey:
    """Read a survey from a CSV, Parquet, Excel, SPSS or Stata file.

    Parameters
    ----------
    path : str or Path
        Ends in .csv, .csv.gz, .tsv, .tsv.gz, .parquet, .xlsx, .xlsm, .sav, .zsav or .dta.
    columns : mapping of str to str
        Role to column. Roles: agency (needed), department, unit, channel, period, date, weight,
        psu, stratum, respondent.
    questions : mapping
        Question name to its scale id, or to its facts: `column` (the name when absent), `scale`,
        `label`, `wording`, `changed` (periods), `answers` (label or code to a number on the
        scale), `missing` (codes of this question) and `reversed` (True where the numbers in the
        file run from best to worst).
    outcome : str
        Name of the question the study is about.
    drivers : sequence of str
        Names of questions.
    case_mix : sequence of str, or mapping of str to str
        Columns with facts that an agency cannot choose, or name to column. Read as categories.
    case_mix_numbers : sequence of str
        Those of `case_mix` that are numbers.
    count : str, optional
        Column with the number of respondents a row stands for: the layout agency, answer, count.
    missing : sequence of str or float, or mapping
        Codes that mean no answer, in every question, or code to its reason: one of
        `scales.MISSING_REASONS`. Blank, NA, NaN, NULL and the usual words always mean none.
    sheet : str, optional
        Sheet of an Excel file; needed where it has several.
    encoding : str
        Of a text file.
    delimiter : str, optional
        Of a text file; a comma or, in .tsv, a tab when absent.
    date_format : str, optional
        As in `strptime`; year-month-day when absent.
    header : int
        Row of the column names in a text or Excel file; rows above it are titles.
    layout : {"plain", "qualtrics"}
        "qualtrics": two more rows below the column names hold question texts, which become the
        wordings that are not declared, and ImportIds; survey previews are left out.

    Returns
    -------
    Survey
        `notes` counts the rows read, left out (and why) and kept; such a note starts with its
        count.

    Raises
    ------
    DataError
        The file or a cell breaks a promise; one message, with the row as in the file (cases of
        SPSS and Stata files count from 1).
    ParamsError
        An argument names an unknown role, fact, scale or question.
    """
    plan = plan_reading(
        columns=columns,
        questions=questions,
        outcome=outcome,
        drivers=drivers,
        case_mix=case_mix,
        case_mix_numbers=case_mix_numbers,
        count=count,
        missing=missing,
        date_format=date_format,
    )
    grid = read_grid(
        path, sheet=sheet, encoding=encoding, delimiter=delimiter, header=header, layout=layout
    )
    return survey_of(grid, plan)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is declared about a source, checked before it is opened.

    Attributes
    ----------
    asked : tuple of Asked
        The questions.
    columns : mapping of str to str
        Role to column.
    case_mix : mapping of str to str
        Name to column.
    case_mix_numbers : tuple of str
        Those of `case_mix` that are numbers.
    outcome : str
    drivers : tuple of str
    count : str, optional
        Column with the number of respondents a row stands for.
    date_format : str, optional
    """

    asked: tuple[Asked, ...]
    columns: Mapping[str, str]
    case_mix: Mapping[str, str]
    case_mix_numbers: tuple[str, ...]
    outcome: str
    drivers: tuple[str, ...]
    count: str | None
    date_format: str | None


def plan_reading(
    *,
    columns: Mapping[str, str],
    questions: Mapping[str, QuestionLike],
    outcome: str,
    drivers: Sequence[str],
    case_mix: Sequence[str] | Mapping[str, str],
    case_mix_numbers: Sequence[str],
    count: str | None,
    missing: MissingLike,
    date_format: str | None,
) -> Plan:
    """Check what is declared; the arguments are those of `read_table`."""
    asked = tuple(ask(name, given, missing) for name, given in questions.items())
    mix = dict(case_mix) if isinstance(case_mix, Mapping) else {name: name for name in case_mix}
    check_arguments(columns, [entry.question.name for entry in asked], outcome, drivers, mix, count)
    check_names(case_mix_numbers, mix, "case_mix_numbers")
    return Plan(
        asked=asked,
        columns=dict(columns),
        case_mix=mix,
        case_mix_numbers=tuple(case_mix_numbers),
        outcome=outcome,
        drivers=tuple(drivers),
        count=count,
        date_format=date_format,
    )


def survey_of(grid: Grid, plan: Plan, *, small: bool = False) -> Survey:
    """Read the cells of a grid, wherever it comes from, as a survey.

    Parameters
    ----------
    grid : Grid
    plan : Plan
    small : bool
        Keep names as categories and answers as float32, for millions of rows.

    Returns
    -------
    Survey
    """
    asked = [entry.question.name for entry in plan.asked]
    read: dict[str, Any] = {}
    for role in (role for role in SURVEY_ROLES if role in plan.columns):
        read[role] = _read_role(grid, role, plan.columns[role], plan.date_format)
    if plan.count is not None:
        read["weight"] = _read_count(grid, plan.count)
    plan = replace(plan, asked=tuple(told_by(grid, entry) for entry in plan.asked))
    untold = Untold(read["weight"] if plan.count is not None else None)
    for entry in plan.asked:
        read[entry.question.name] = _read_answers(grid, entry, untold, small)
    for name, column in plan.case_mix.items():
        read[name] = _read_case_mix(grid, name, column, name in plan.case_mix_numbers)
    frame = pd.DataFrame(read, index=grid.frame.index, copy=False)
    refuse_duplicates(frame, plan.columns)

    kept, notes = account(grid, frame, asked, plan.count is not None)
    notes = with_grid_notes(grid, notes)
    frame = _keep(read, kept, small)
    notes += [*untold.notes(), *notices(frame, plan.columns)]
    notes += scale_notes(frame, [entry.question for entry in plan.asked], plan.count is not None)
    if "period" not in frame:
        none = np.zeros(len(frame), dtype=np.int8)
        alone = pd.Categorical.from_codes(none, categories=pd.Index([""], dtype="str"))
        frame["period"] = alone if small else ""
    if "weight" not in frame:
        frame["weight"] = 1.0
    order = [role for role in SURVEY_ROLES if role in frame] + asked + list(plan.case_mix)
    return Survey(
        frame=frame[order],
        questions=tuple(entry.question for entry in plan.asked),
        outcome=plan.outcome,
        drivers=plan.drivers,
        case_mix=tuple(plan.case_mix),
        counts=plan.count is not None,
        notes=tuple(notes),
        reasons=untold.table(kept),
    )


def _read_role(grid: Grid, role: str, name: str, date_format: str | None) -> Any:
    label = f"`{role}` (column {show(name)})"
    if role == "weight":
        return _read_weight(grid.numbers(name, role), label)
    column = grid.column(name, role)
    if role == "date":
        return dates(column, label, date_format)
    found = names(column)
    if role in ALWAYS_FILLED:
        refuse(column, found.codes < 0, f"{label} must be filled in every row")
    if role == "period":
        check_period_order(found.categories, label)
    return found


def _keep(read: dict[str, Any], kept: NDArray[np.bool_], small: bool) -> pd.DataFrame:
    """Keep some rows, a column at a time, and names as text unless they are to be small."""
    for name, column in read.items():
        left = column if kept.all() else column[kept]
        if isinstance(left, pd.Categorical):
            left = without_unused(left) if small else left.astype("str")
        read[name] = left
    return pd.DataFrame(read, copy=False)


def _read_weight(column: pd.Series, label: str) -> NDArray[np.float64]:
    found = numbers(column, label)
    refuse(column, ~(np.isfinite(found) & (found > 0)), f"{label} must be positive and finite")
    return found


def _read_count(grid: Grid, name: str) -> NDArray[np.float64]:
    column = grid.numbers(name, "count")
    label = f"`count` (column {show(name)})"
    found = numbers(column, label)
    check_counts(found, column, label)
    return found


def _read_answers(grid: Grid, entry: Asked, untold: Untold, small: bool) -> NDArray[np.floating]:
    name = entry.question.name
    column = grid.answers(entry.column, name)
    label = f"`{name}` (column {show(entry.column)})"
    found = read_answers(column, label, entry, np.float32 if small else np.float64)
    untold.add(name, column, found.reasons)
    return found.values


def _read_case_mix(grid: Grid, name: str, column_name: str, is_number: bool) -> Any:
    if is_number:
        column = grid.numbers(column_name, name)
        return numbers(column, f"`{name}` (column {show(column_name)})")
    return names(grid.column(column_name, name))
