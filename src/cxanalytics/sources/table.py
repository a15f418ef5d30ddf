"""How does a user's own file become a survey?

CSV, Parquet or Excel, one row per respondent or per published count. Roles and questions are
declared, never guessed. Everything is validated before anything is returned: a survey that comes
back is whole, and what was left out is counted in its notes. Names are never merged.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxanalytics.errors import DataError, ParamsError, did_you_mean, must_be
from cxanalytics.formats import count as count_text
from cxanalytics.formats import list_words
from cxanalytics.scales import Scale, get_scale
from cxanalytics.sources._cells import (
    BLANK,
    and_more,
    answers_on_scale,
    dates,
    key,
    numbers,
    plain,
    refuse,
    show,
    texts,
)
from cxanalytics.sources._files import Grid, read_grid
from cxanalytics.tables import SURVEY_ROLES, Check, Question, Survey

NAMED = ("agency", "department", "unit", "channel", "period")
ALWAYS_FILLED = ("agency", "period", "psu", "stratum")
QUESTION_FACTS = ("column", "scale", "label", "wording", "changed", "answers", "missing")
LISTED = 5
_YEAR_LAST = re.compile(
    r"^(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b"
    r"|^(q[1-4]|h[12]|w?\d{1,2}|\d{1,2}[/.-]\d{1,2})\W*(19|20)\d\d$",
    re.IGNORECASE,
)

QuestionLike = Question | Scale | str | Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Asked:
    """One question and how its column is read."""

    question: Question
    column: str
    answers: Mapping[str, float]
    missing: frozenset[str]


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
    asked = [_asked(name, given, missing) for name, given in questions.items()]
    mix = dict(case_mix) if isinstance(case_mix, Mapping) else {name: name for name in case_mix}
    _check_arguments(columns, [entry.question.name for entry in asked], outcome, drivers, mix, count)
    _check_names(case_mix_numbers, mix, "case_mix_numbers")
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
    _refuse_duplicates(frame, columns)

    names = [entry.question.name for entry in asked]
    kept, notes = _account(grid, frame, names, count is not None)
    notes += _notices(frame, columns, codes)
    frame = frame.loc[kept].reset_index(drop=True)
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


def _asked(name: str, given: QuestionLike, missing: Sequence[str | float]) -> _Asked:
    common = frozenset(key(plain(code)) for code in missing)
    if isinstance(given, Question):
        return _Asked(given, given.name, {}, common)
    facts = given if isinstance(given, Mapping) else {"scale": given}
    for fact in facts:
        if fact not in QUESTION_FACTS:
            raise ParamsError(must_be(f"questions.{name}", QUESTION_FACTS, fact))
    if "scale" not in facts:
        raise ParamsError(f"`questions.{name}` must name its `scale`; got {', '.join(facts)}.")
    scale = get_scale(facts["scale"])
    answers = {key(plain(code)): float(value) for code, value in facts.get("answers", {}).items()}
    for code, value in answers.items():
        if value not in scale.answers:
            raise ParamsError(
                f"`questions.{name}.answers` must lead to {scale.allowed()} (scale {scale.id}); "
                f"{code!r} leads to {value:g}."
            )
    question = Question(
        name=name,
        label=facts.get("label", name.replace("_", " ")),
        scale=scale,
        wording=facts.get("wording", ""),
        changed=tuple(str(period) for period in facts.get("changed", ())),
    )
    own = frozenset(key(plain(code)) for code in facts.get("missing", ()))
    return _Asked(question, facts.get("column", name), answers, common | own)


def _check_names(given: Sequence[str], known: Sequence[str] | Mapping[str, Any], what: str) -> None:
    for name in given:
        if name not in known:
            raise ParamsError(must_be(what, known, name))


def _check_arguments(
    columns: Mapping[str, str],
    names: Sequence[str],
    outcome: str,
    drivers: Sequence[str],
    mix: Mapping[str, str],
    count: str | None,
) -> None:
    _check_names(list(columns), SURVEY_ROLES, "columns")
    if "agency" not in columns:
        raise ParamsError(
            "`columns` must say which column holds the agency, such as "
            f"{{'agency': 'Agency'}}; got {dict(columns)}."
        )
    _check_names([outcome], names, "outcome")
    _check_names(drivers, names, "drivers")
    if count is not None:
        for role in ("weight", "respondent"):
            if role in columns:
                raise ParamsError(f"`count` and `columns.{role}` exclude each other; got both.")
    taken = [*SURVEY_ROLES, *names, *mix]
    for name in [*names, *mix]:
        if taken.count(name) > 1:
            raise ParamsError(
                f"`{name}` must be the name of one thing: a role, a question or a case-mix column."
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
        _check_period_order(found, label)
    return pd.array(np.where(blank, None, found).tolist(), dtype="str")


def _read_weight(column: pd.Series, label: str) -> NDArray[np.float64]:
    found = numbers(column, label)
    refuse(column, ~(np.isfinite(found) & (found > 0)), f"{label} must be positive and finite")
    return found


def _read_count(grid: Grid, name: str) -> NDArray[np.float64]:
    column = grid.column(name, "count")
    label = f"`count` (column {show(name)})"
    found = numbers(column, label)
    whole = np.isfinite(found) & (found >= 0) & (found == np.floor(found))
    refuse(column, ~whole, f"{label} must be a whole number, 0 or more")
    if not found.any():
        raise DataError(f"{label} must hold at least one answer; every count is 0.")
    return found


def _read_answers(grid: Grid, entry: _Asked, codes: dict[str, int]) -> NDArray[np.float64]:
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
    found = texts(column)
    return pd.array(np.where(found == "", None, found).tolist(), dtype="str")


def _check_period_order(found: NDArray[np.object_], label: str) -> None:
    periods = sorted(set(found))
    if len(periods) < 2:
        return
    for period in periods:
        if _YEAR_LAST.search(period):
            raise DataError(
                f"{label} must sort in time as text; got {show(period)}. "
                "Write the year first, such as '2024-04' or '2024 Q2'."
            )

    def natural(text: str) -> list[Any]:
        parts = re.split(r"(\d+)", text)
        return [int(part) if place % 2 else part for place, part in enumerate(parts)]

    for earlier, later in zip(periods, periods[1:], strict=False):
        if natural(earlier) > natural(later):
            raise DataError(
                f"{label} must sort in time as text; {show(earlier)} would come before "
                f"{show(later)}. Write numbers with the same digits, such as '09' and '10'."
            )


def _refuse_duplicates(frame: pd.DataFrame, columns: Mapping[str, str]) -> None:
    if "respondent" not in frame:
        return
    within = ["respondent", "period"] if "period" in frame else ["respondent"]
    again = frame["respondent"].notna() & frame.duplicated(within)
    if not again.any():
        return
    row = frame.loc[again].iloc[0]
    first = frame.index[(frame[within] == row[within]).all(axis=1)][0]
    when = f" in period {show(row['period'])}" if "period" in frame else ""
    raise DataError(
        f"`respondent` (column {show(columns['respondent'])}) must be unique within a period; "
        f"{show(row['respondent'])} stands in rows {first} and {row.name}{when}"
        f"{and_more(int(again.sum()) - 1)}. Where one person may answer more than once, map "
        "that column to `psu`."
    )


def _account(
    grid: Grid, frame: pd.DataFrame, names: Sequence[str], counts: bool
) -> tuple[NDArray[np.bool_], list[Check]]:
    answered = frame[list(names)].notna().any(axis=1).to_numpy()
    zero = frame["weight"].to_numpy() == 0 if counts else np.zeros(len(frame), dtype=bool)
    kept = answered & ~zero
    if not kept.any():
        raise DataError(f"'{grid.source}' must hold at least one answer; every row was left out.")
    read = len(frame) + grid.empty_rows
    notes = [Check("rows read", None, f"{count_text(read)} rows read from {grid.source}.")]
    for name, number, why in (
        ("rows empty", grid.empty_rows, "left out: every cell is empty."),
        ("rows with count 0", int(zero.sum()), "left out: the count is 0."),
        ("rows without answer", int((~answered & ~zero).sum()), "left out: no question answered."),
    ):
        if number:
            notes.append(
                Check(name, None, f"{count_text(number)} {'row' if number == 1 else 'rows'} {why}")
            )
    stands = ""
    if counts:
        stands = f", which stand for {count_text(frame['weight'].to_numpy()[kept].sum())} answers"
    notes.append(Check("rows kept", None, f"{count_text(int(kept.sum()))} rows kept{stands}."))
    return kept, notes


def _notices(
    frame: pd.DataFrame, columns: Mapping[str, str], codes: Mapping[str, int]
) -> list[Check]:
    notes = []
    if codes:
        most = sorted(codes.items(), key=lambda entry: -entry[1])
        listed = list_words([f"{show(code)} ({count_text(rows)})" for code, rows in most[:LISTED]])
        total = count_text(sum(codes.values()))
        notes.append(Check("missing codes", None, f"{total} answers are missing by code: {listed}."))
    for role in ("department", "unit", "channel", "respondent", "date"):
        blank = int(frame[role].isna().sum()) if role in frame else 0
        if blank:
            notes.append(
                Check(f"{role} blank", None, f"{count_text(blank)} rows give no {role}; kept.")
            )
    for role in (role for role in NAMED if role in columns):
        alike = _look_alike(frame[role].dropna().unique())
        if alike:
            pairs = list_words([" / ".join(show(name) for name in names) for names in alike[:LISTED]])
            more = f", and {len(alike) - LISTED} more" if len(alike) > LISTED else ""
            text = f"Some names of `{role}` differ only in case, spaces or invisible marks: "
            notes.append(Check(f"{role} names", False, f"{text}{pairs}{more}. They are kept apart."))
    return notes


def _look_alike(names: Sequence[str]) -> list[list[str]]:
    groups: dict[str, list[str]] = {}
    for name in sorted(names):
        groups.setdefault(key(name), []).append(name)
    return [group for group in groups.values() if len(group) > 1]
