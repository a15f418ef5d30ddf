"""How did prices move, as an index says it?"""

from __future__ import annotations

from pathlib import Path

from cxanalytics.columns import show
from cxanalytics.errors import DataError
from cxanalytics.sources._cells import numbers, texts
from cxanalytics.sources._grid import read_grid


def read_price_table(
    path: str | Path,
    *,
    value: str,
    period: str = "period",
    sheet: str | None = None,
    encoding: str = "utf-8",
    delimiter: str | None = None,
    header: int = 1,
) -> dict[str, float]:
    """Read a price index from a file of any tabular format.

    Parameters
    ----------
    path : str or Path
    value : str
        Column with the index, of any base.
    period : str
        Column with the month, quarter or year, such as 2026-03, 2026-Q1 or 2026.
    sheet, encoding, delimiter, header
        As in `read_table`.

    Returns
    -------
    dict of str to float
        Period to index.

    Raises
    ------
    DataError
        A column is missing, a value is no number, or a period stands twice.
    """
    grid = read_grid(path, sheet=sheet, encoding=encoding, delimiter=delimiter, header=header)
    named = texts(grid.column(period, "period"))
    values = numbers(grid.column(value, "value"), f"`value` (column {show(value)})")
    found: dict[str, float] = {}
    for name, number in zip(map(str, named), map(float, values), strict=True):
        if name in found:
            raise DataError(f"`period` must stand once; got {name!r} twice.")
        found[name] = number
    return found
