"""What does a study say of each agency: its function, contact mode, size, sector?"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from cxanalytics.columns import refuse, show
from cxanalytics.errors import DataError
from cxanalytics.sources._cells import texts
from cxanalytics.sources._grid import read_grid


def read_agency_table(path: str | Path, *, agency: str = "agency") -> pd.DataFrame:
    """Read a table with a row per agency.

    Parameters
    ----------
    path : str or Path
        Of any tabular format. A column of numbers alone is read as numbers, any other as text.
    agency : str
        Column with the agency.

    Returns
    -------
    DataFrame
        Index: the agency. The other columns as they are called in the file.

    Raises
    ------
    DataError
        The column is missing, an agency is empty or stands twice, or there is no other column.
    """
    grid = read_grid(path)
    keys = pd.Series(texts(grid.column(agency, "agency")), index=grid.frame.index)
    label = f"`agency` (column {show(agency)})"
    refuse(keys, (keys == "").to_numpy(), f"{label} must be filled in every row")
    refuse(keys, keys.duplicated().to_numpy(), f"{label} must name each agency once")
    found: dict[str, pd.Series] = {}
    for name in grid.header:
        if name == agency:
            continue
        text = pd.Series(texts(grid.column(name, name)), index=grid.frame.index)
        filled = text.where(text != "")
        number = pd.to_numeric(filled, errors="coerce")
        found[name] = number if number.notna().eq(filled.notna()).all() else text
    if not found:
        raise DataError(f"A table of agencies must have a column beside {show(agency)}; got none.")
    return pd.DataFrame(found).set_axis(pd.Index(keys, name="agency"), axis=0)
