"""How does a table of a user's own measures become operations?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from cxanalytics.columns import show
from cxanalytics.errors import ParamsError, must_be
from cxanalytics.operations import ROLES, OperationMeasure, Operations
from cxanalytics.sources._cells import numbers, rows_text, texts
from cxanalytics.sources._grid import read_grid
from cxanalytics.tables import Check


def read_operations_table(
    path: str | Path,
    *,
    columns: Mapping[str, str],
    measures: Sequence[OperationMeasure],
    sheet: str | None = None,
    encoding: str = "utf-8",
    delimiter: str | None = None,
    header: int = 1,
) -> Operations:
    """Read measures of units and periods from a file of any tabular format.

    Parameters
    ----------
    path : str or Path
    columns : mapping of str to str
        Role to column: agency (needed), department, unit, period.
    measures : sequence of OperationMeasure
        Their `top` and `per` are columns of the file.
    sheet, encoding, delimiter, header
        As in `read_table`.

    Returns
    -------
    Operations

    Raises
    ------
    DataError
        A column is missing, or a cell of a measure is no number.
    ParamsError
        A role is unknown, or the agency is not mapped.
    """
    for role in columns:
        if role not in ROLES:
            raise ParamsError(must_be("columns", ROLES, role))
    if "agency" not in columns:
        raise ParamsError(f"`columns` must say which column holds the agency; got {dict(columns)}.")
    grid = read_grid(path, sheet=sheet, encoding=encoding, delimiter=delimiter, header=header)
    found: dict[str, Any] = {role: texts(grid.column(name, role)) for role, name in columns.items()}
    named = [column for measure in measures for column in (measure.top, measure.per) if column]
    for name in dict.fromkeys(named):
        found[name] = numbers(grid.column(name, name), f"`{name}` (column {show(name)})")
    frame = pd.DataFrame(found)
    frame = frame if "period" in frame else frame.assign(period="")
    note = Check("rows read", None, f"{rows_text(len(frame))} read from {grid.source}.")
    return Operations(frame=frame, measures=tuple(measures), notes=(note,))
