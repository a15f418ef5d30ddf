"""How many were there, were asked, and answered, in a user's own table?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from cxanalytics.columns import show
from cxanalytics.sources._cells import numbers, texts
from cxanalytics.sources._grid import read_grid


def read_response_table(
    path: str | Path,
    *,
    agency: str,
    asked: str,
    answered: str,
    period: str | None = None,
    customers: str | None = None,
    sheet: str | None = None,
) -> pd.DataFrame:
    """Read the response funnel from a file of any tabular format.

    Parameters
    ----------
    path : str or Path
    agency, asked, answered : str
        Columns with the agency, the number who were asked and the number who answered.
    period, customers : str, optional
        Columns with the wave, and with the number of customers there were.
    sheet : str, optional
        Of an Excel file.

    Returns
    -------
    DataFrame
        Columns agency, period ("" where not given), customers (where given), asked, answered.

    Raises
    ------
    DataError
        A column is missing, or a cell is no number.
    """
    grid = read_grid(path, sheet=sheet)
    named = {"customers": customers, "asked": asked, "answered": answered}
    found: dict[str, Any] = {"agency": texts(grid.column(agency, "agency"))}
    found["period"] = texts(grid.column(period, "period")) if period else ""
    for role, name in named.items():
        if name:
            found[role] = numbers(grid.column(name, role), f"`{role}` (column {show(name)})")
    return pd.DataFrame(found)
