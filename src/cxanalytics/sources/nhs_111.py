"""What share of calls to NHS 111 were answered, and how many of those within a minute?

Reads calls by contract and day, or by contract and week. The file's columns of abandoned calls are
wrong (they repeat the calls received in two rows of five) and are never read: calls that were not
answered are the calls received less the calls answered. Days are summed to the weeks of the file
before anything is divided, so both files give the same shares.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from cxanalytics.columns import check_period_order, refuse
from cxanalytics.errors import DataError
from cxanalytics.formats import count as count_text
from cxanalytics.operations import OperationMeasure, Operations
from cxanalytics.sources._cells import dates, numbers, rows_text
from cxanalytics.sources._grid import Grid, read_grid
from cxanalytics.sources._text import as_text
from cxanalytics.tables import Check

COUNTS = {
    "received": "calls_received",
    "answered": "calls_answered",
    "answered_60s": "calls_answered_60s",
    "triaged": "calls_triaged",
}
NAMES = {
    "agency": "contract_name",
    "department": "region_code",
    "code": "contract_code",
    "period": "week_ending",
}
NEVER_MORE = (("answered", "received"), ("answered_60s", "answered"))
MEASURES = (
    OperationMeasure(
        name="answered", label="Calls that were answered", top="answered", per="received"
    ),
    OperationMeasure(
        name="answered_60s",
        label="Answered calls answered within 60 seconds",
        top="answered_60s",
        per="answered",
    ),
)
ABANDONED = Check(
    "abandoned calls",
    None,
    "The file's abandoned calls are wrong and were not read; calls not answered are calls received "
    "less calls answered.",
)


def read_nhs_111(path: str | Path) -> Operations:
    """Read calls to NHS 111 by contract and day, or by contract and week.

    Parameters
    ----------
    path : str or Path
        nhs111_daily.csv or nhs111_weekly.csv; a column `date` tells the daily file.

    Returns
    -------
    Operations
        One row per contract and day or week: `agency` is the contract by name, `department` its
        region, `period` the last day of the week, `code` the contract's code and, in the daily
        file, `date` the day. Counts are `received answered answered_60s triaged`.

    Raises
    ------
    DataError
        A column is absent, a count is negative or more calls were answered than received, a
        contract stands twice on a day, or a code has two names.
    """
    grid = read_grid(path)
    frame = pd.DataFrame(
        {role: as_text(grid.column(column, role)) for role, column in NAMES.items()}
    )
    for role, column in NAMES.items():
        refuse(
            frame[role],
            (frame[role] == "").to_numpy(),
            f"`{role}` (column '{column}') must be filled in every row",
        )
    check_period_order(frame["period"], "`period` (column 'week_ending')")
    daily = "date" in grid.header
    if daily:
        frame["date"] = dates(grid.column("date", "date"), "`date` (column 'date')", None)
    for role, column in COUNTS.items():
        frame[role] = _count(grid, role, column)
    for part, whole in NEVER_MORE:
        refuse(
            frame[part],
            (frame[part] > frame[whole]).to_numpy(),
            f"`{part}` (column '{COUNTS[part]}') must not exceed `{whole}`",
        )
    _refuse_repeats(frame, grid.source, "date" if daily else "period")
    notes = (
        Check("rows read", None, f"{rows_text(len(frame))} were read from '{grid.source}'."),
        *_zero_note(frame, "day" if daily else "week"),
        ABANDONED,
    )
    return Operations(frame=frame.reset_index(drop=True), measures=MEASURES, notes=notes)


def _count(grid: Grid, role: str, column: str) -> pd.Series[float]:
    label = f"`{role}` (column '{column}')"
    cells = grid.column(column, role)
    found = numbers(cells, label)
    whole = np.isfinite(found) & (found >= 0) & (found == np.floor(found))
    refuse(cells, ~whole, f"{label} must be a whole number, 0 or more")
    return pd.Series(found, index=cells.index)


def _refuse_repeats(frame: pd.DataFrame, source: str, when: str) -> None:
    named = frame.groupby("agency")["code"].nunique()
    coded = frame.groupby("code")["agency"].nunique()
    for several, what, other in ((named, "name", "codes"), (coded, "code", "names")):
        if (several > 1).any():
            first = several.index[several > 1][0]
            raise DataError(
                f"'{source}' must give each contract one code and one name; the {what} {first!r} "
                f"has {several[first]} {other}."
            )
    again = frame.duplicated(["agency", when])
    if again.any():
        row = frame.loc[again].iloc[0]
        day = f"{row[when]:%Y-%m-%d}" if when == "date" else row[when]
        raise DataError(
            f"'{source}' must have one row per contract and {'day' if when == 'date' else 'week'}; "
            f"{row['agency']!r} stands twice on {day} (again in row {again.index[again][0]})."
        )


def _zero_note(frame: pd.DataFrame, unit: str) -> tuple[Check, ...]:
    zero = frame["received"] == 0
    if not zero.any():
        return ()
    totals = frame.groupby("period")["received"].sum()
    silent = sorted(totals.index[totals == 0])
    weeks = ""
    if silent:
        one = len(silent) == 1
        weeks = (
            f" No contract has a call in {count_text(len(silent))} {'week' if one else 'weeks'} "
            f"(ending {', '.join(silent)}), as in {'a week' if one else 'weeks'} not yet "
            "reported."
        )
    return (
        Check(
            "no calls",
            None,
            f"{rows_text(int(zero.sum()))} of a contract and {unit} without any call kept; they "
            f"add nothing to a share.{weeks}",
        ),
    )
