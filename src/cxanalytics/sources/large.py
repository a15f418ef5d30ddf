"""How does a file larger than memory become a survey?

Only the columns that are used are read. Where no role needs the single respondent, equal rows are
counted by duckdb before they arrive: the survey is then one of counts, with the same scores as
the rows. Cells are read as `read_table` reads them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from cxanalytics.columns import plain
from cxanalytics.errors import DataError, ParamsError
from cxanalytics.formats import count as count_text
from cxanalytics.sources._cells import rows_text
from cxanalytics.sources._columns import Grid, blank_rows
from cxanalytics.sources._duck import Cells, Files, database, empty_rows, fetch, open_files
from cxanalytics.sources._files import TEXT_ENDINGS, ending
from cxanalytics.sources._questions import MissingLike, QuestionLike
from cxanalytics.sources.table import Plan, plan_reading, survey_of
from cxanalytics.tables import Check, Survey

LARGE_ENDINGS = (".parquet", *TEXT_ENDINGS)
BY_RESPONDENT = ("weight", "psu", "stratum", "respondent")
"""Roles that belong to single respondents: with one of them, rows are not counted together."""
COUNT = "rows with these cells"


def read_large(
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
    delimiter: str | None = None,
    date_format: str | None = None,
    memory: str = "1GB",
) -> Survey:
    """Read a survey from Parquet or CSV files larger than memory.

    Parameters
    ----------
    path : str or Path
        Ends in .parquet, .csv, .csv.gz, .tsv or .tsv.gz; text is UTF-8. A pattern such as
        "answers-*.parquet" reads several files with the same columns as one.
    columns, questions, outcome, drivers, case_mix, case_mix_numbers, count, missing
        As in `read_table`.
    delimiter, date_format : str, optional
        As in `read_table`.
    memory : str
        What duckdb may use at most, such as "500MB" or "4GB"; it spills to disk beyond. The survey
        itself comes on top.

    Returns
    -------
    Survey
        Of counts where neither `count` nor one of the roles weight, psu, stratum and respondent is
        mapped. Blank lines of a text file are not counted.

    Raises
    ------
    DataError
        As in `read_table`; or duckdb is not installed, or `memory` does not suffice.
    ParamsError
        As in `read_table`; or `memory` is no amount of memory.
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
    if not re.fullmatch(r"[1-9]\d*(\.\d+)?\s?[KMGT]i?B", str(memory)):
        raise ParamsError(f"`memory` must be an amount such as '500MB' or '4GB'; got {memory!r}.")
    paths, kind = _find(path)
    files = open_files(paths, kind, delimiter)
    places = _places(files, plan)
    counted = count is None and not any(role in columns for role in BY_RESPONDENT)
    with database(files, memory) as connection:
        cells = fetch(
            files, connection, places, counted=counted, as_numbers=_as_numbers(files, plan)
        )
        blank = blank_rows(pd.DataFrame(cells.columns, copy=False))
        empty = int(cells.rows[blank].sum())
        if empty and empty_rows(files, connection) != empty:
            empty, blank = 0, np.zeros_like(blank)
    return _survey(files, plan, cells, blank, empty, counted)


def _find(path: str | Path) -> tuple[list[Path], str]:
    """List the files; a pattern may name several of one kind."""
    given = str(path)
    paths = [Path(path)]
    if re.search(r"[*?\[]", given) and not Path(path).exists():
        root = Path(given).anchor
        paths = sorted(Path(root).glob(given.removeprefix(root)))
        if not paths:
            raise DataError(f"`path` must match at least one file; got the pattern '{given}'.")
    kinds = {ending(found) for found in paths}
    kind = min(kinds)
    if len(kinds) > 1 or kind not in LARGE_ENDINGS:
        raise DataError(
            f"`path` must end in one of {', '.join(LARGE_ENDINGS)}, the same for every file; got "
            f"'{given}'."
        )
    return paths, kind


def _places(files: Files, plan: Plan) -> list[int]:
    """Find every column that is used, with the messages of `read_table`."""
    names = Grid(files.source, files.header, pd.DataFrame(columns=range(len(files.header))), 0)
    used = dict(plan.columns)
    used |= {"count": plan.count} if plan.count is not None else {}
    used |= {entry.question.name: entry.column for entry in plan.asked}
    used |= dict(plan.case_mix)
    return sorted({names.place(column, use) for use, column in used.items()})


def _as_numbers(files: Files, plan: Plan) -> frozenset[int]:
    """Find the columns of which only the number matters: weights, counts, numbers of case mix."""
    mix = [plan.case_mix[name] for name in plan.case_mix_numbers]
    numbers = {*mix, *filter(None, (plan.columns.get("weight"), plan.count))}
    other = {column for role, column in plan.columns.items() if role != "weight"}
    other |= {entry.column for entry in plan.asked}
    other |= {plan.case_mix[name] for name in plan.case_mix if name not in plan.case_mix_numbers}
    header = files.header
    return frozenset(header.index(plain(name)) for name in numbers - other)


def _survey(
    files: Files,
    plan: Plan,
    cells: Cells,
    blank: np.ndarray[tuple[int], np.dtype[np.bool_]],
    empty: int,
    counted: bool,
) -> Survey:
    frame = pd.DataFrame(cells.columns, copy=False)
    frame = frame.loc[~blank] if blank.any() else frame
    if frame.empty:
        raise DataError(f"'{files.source}' holds column names and no rows.")
    header = files.header
    rows = cells.rows[~blank] if counted else cells.rows
    if counted:
        frame[len(header)] = rows
        header = (*header, COUNT)
        plan = replace(plan, count=COUNT)
    grid = Grid(files.source, header, frame, empty)
    if not counted:
        return survey_of(grid, plan, small=True)
    trouble = ""
    try:
        survey = survey_of(grid, plan, small=True)
    except DataError as error:
        trouble = _without_counts(str(error))
    if trouble:
        raise DataError(trouble)
    return replace(survey, notes=tuple(_in_rows(survey, files.source, int(rows.sum()), empty)))


def _without_counts(message: str) -> str:
    """Leave out of a message what counts cells, where the owner of the file counts rows."""
    found, mark, listed = message.partition("Not understood: ")
    found = re.sub(r", and [\d,]+ more rows?", ", and more rows", found)
    return found + mark + re.sub(r"(?<=') \(\d[\d,]*\)(?=[,.])", "", listed)


def _in_rows(survey: Survey, source: str, filled: int, empty: int) -> list[Check]:
    """Write the notes about rows in rows of the file, not in counted cells."""
    weight = survey.frame["weight"].to_numpy()
    kept = int(weight.sum())
    cells = count_text(len(survey.frame))
    texts = {
        "rows read": f"{rows_text(filled + empty)} read from {source}.",
        "rows without answer": f"{rows_text(filled - kept)} left out: no question answered.",
        "rows kept": f"{rows_text(kept)} kept, counted in {cells} combinations of answers.",
    }
    for role in (name for name in survey.frame if f"{name} blank" in _names(survey)):
        blank = int(weight[survey.frame[role].isna().to_numpy()].sum())
        texts[f"{role} blank"] = f"{rows_text(blank)} without {role}, kept."
    return [replace(note, text=texts.get(note.name, note.text)) for note in survey.notes]


def _names(survey: Survey) -> set[str]:
    return {note.name for note in survey.notes}
