"""How does a user's own file become a survey?

CSV, Parquet or Excel, one row per respondent or per published count. Roles and questions are
declared, never guessed. Everything is validated before anything is returned: a survey that comes
back is whole, and what was left out is counted in its notes. Names are never merged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxanalytics.columns import check_counts, check_period_order, plain, refuse, show
from cxanalytics.sources._account import account, notices, refuse_duplicates
from cxanalytics.sources._cells import (
    BLANK,
    answers_on_scale,
    dates,
    key,
    numbers,
    texts,
)
from cxanalytics.sources._grid import Grid, read_grid
from cxanalytics.sources._questions import (
    Asked,
    QuestionLike,
    ask,
    check_arguments,
    check_names,
)
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
    missing: Sequence[str | float] = (),
    sheet: str | None = None,
    encoding: str = "utf-8",
    delimiter: str | None = None,
    date_format: str | None = None,
) -> Survey:
    """Read a survey from a CSV, Parquet or Excel file.

    Parameters
    ----------
    path : str or Path
        Ends in .csv, .csv.gz, .tsv, .tsv.gz, .parquet, .xlsx or .xlsm.
    columns : mapping of str to str
        Role to column. Roles: agency (needed), department, unit, channel, period, date, weight,
        psu, stratum, respondent.
    questions : mapping
        Question name to its scale id, or to its facts: `column` (the name when absent), `scale`,
        `label`, `wording`, `changed` (periods), `answers` (label or code to a number on the
        scale) and `missing` (codes of this question).
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
    missing : sequence of str or float
        Codes that mean no answer, in every question. Blank, NA, N/A, NaN and NULL always do.
    sheet : str, optional
        Sheet of an Excel file; needed where it has several.
    encoding : str
        Of a text file.
    delimiter : str, optional
        Of a text file; a comma or, in .tsv, a tab when absent.
    date_format : str, optional
        As in `strptime`; year-month-day when absent.

    Returns
    -------
    Survey
        `notes` counts the rows read, left out (and why) and kept; such a note starts with its
        count.

    Raises
    ------
    DataError
        The file or a cell breaks a promise; one message, with the row as in the file, where the
        header is row 1.
    ParamsError
        An argument names an unknown role, fact, scale or question.
    """
    asked = [ask(name, given, missing) for name, given in questions.items()]
    mix = dict(case_mix) if isinstance(case_mix, Mapping) else {name: name for name in case_mix}
    names = [entry.question.name for entry in asked]
    check_arguments(columns, names, outcome, drivers, mix, count)
    check_names(case_mix_numbers, mix, "case_mix_numbers")
    grid = read_grid(path, sheet=sheet, encoding=encoding, delimiter=delimiter)

    frame = pd.DataFrame(index=grid.frame.index)
    for role in (role for role in SURVEY_ROLES if role in columns):
        frame[role] = _read_role(grid, role, columns[role], date_format)
    if count is not None:
        frame["weight"] = _read_count(grid, count)
    codes: dict[str, int] = {}
    for entry in asked:
        frame[entry.question.name] = _read_answers(grid, entry, codes)
    for name, column in mix.items():
        frame[name] = _read_case_mix(grid, name, column, name in case_mix_numbers)
    refuse_duplicates(frame, columns)

    kept, notes = account(grid, frame, names, count is not None)
    frame = frame.loc[kept].reset_index(drop=True)
    notes += notices(frame, columns, codes)
    for role, filler in (("period", ""), ("weight", 1.0)):
        if role not in frame:
            frame[role] = filler
    order = [role for role in SURVEY_ROLES if role in frame] + names + list(mix)
    return Survey(
        frame=frame[order],
        questions=tuple(entry.question for entry in asked),
        outcome=outcome,
        drivers=tuple(drivers),
        case_mix=tuple(mix),
        counts=count is not None,
        notes=tuple(notes),
    )


def _read_role(grid: Grid, role: str, name: str, date_format: str | None) -> Any:
    column = grid.column(name, role)
    label = f"`{role}` (column {show(name)})"
    if role == "date":
        return dates(column, label, date_format)
    if role == "weight":
        return _read_weight(column, label)
    found = texts(column)
    blank = found == ""
    if role in ALWAYS_FILLED:
        refuse(column, blank, f"{label} must be filled in every row")
    if role == "period":
        check_period_order(found, label)
    return _names(found)


def _names(found: NDArray[np.object_]) -> Any:
    """Text with blanks as missing."""
    return pd.array([name or None for name in found], dtype="str")


def _read_weight(column: pd.Series, label: str) -> NDArray[np.float64]:
    found = numbers(column, label)
    refuse(column, ~(np.isfinite(found) & (found > 0)), f"{label} must be positive and finite")
    return found


def _read_count(grid: Grid, name: str) -> NDArray[np.float64]:
    column = grid.column(name, "count")
    label = f"`count` (column {show(name)})"
    found = numbers(column, label)
    check_counts(found, column, label)
    return found


def _read_answers(grid: Grid, entry: Asked, codes: dict[str, int]) -> NDArray[np.float64]:
    name = entry.question.name
    column = grid.column(entry.column, name)
    found = answers_on_scale(
        column,
        f"`{name}` (column {show(entry.column)})",
        entry.question.scale,
        answers=entry.answers,
        missing=entry.missing,
    )
    gone = column.loc[np.isnan(found)].cat.remove_unused_categories().value_counts()
    for code, rows in gone.items():
        if key(plain(code)) not in BLANK:
            codes[plain(code)] = codes.get(plain(code), 0) + int(rows)
    return found


def _read_case_mix(grid: Grid, name: str, column_name: str, is_number: bool) -> Any:
    column = grid.column(column_name, name)
    if is_number:
        return numbers(column, f"`{name}` (column {show(column_name)})")
    return _names(texts(column))
