"""How does a file become a grid of cells, with the row numbers that its owner sees?

The header is row 1, blank lines are counted, and nothing is guessed: no encoding, no separator,
no sheet among several.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxanalytics.columns import plain, show
from cxanalytics.errors import DataError, did_you_mean
from cxanalytics.sources._files import (
    EXCEL_ENDINGS,
    TEXT_ENDINGS,
    ending,
    read_excel,
    read_parquet,
    read_text,
)

SEPARATORS = {";": "';'", "\t": "'\\t'", "|": "'|'", ",": "','"}
LISTED = 12


@dataclass(frozen=True, slots=True)
class Grid:
    """The filled rows of a file.

    Attributes
    ----------
    source : str
        File name, with the sheet where there is one.
    header : tuple of str
        Column names, stripped and in Unicode form NFC.
    frame : DataFrame
        One column per place in the header (0, 1, ...); the index is the row in the file.
    empty_rows : int
        Rows without any filled cell, left out of the frame.
    """

    source: str
    header: tuple[str, ...]
    frame: pd.DataFrame
    empty_rows: int

    def column(self, name: str, use: str) -> pd.Series:
        """Find a column by name, as categories of its distinct cells.

        Parameters
        ----------
        name : str
            As in the header.
        use : str
            The role or question it serves, for messages.

        Returns
        -------
        Series of category

        Raises
        ------
        DataError
            No column, or more than one, has that name.
        """
        places = [place for place, title in enumerate(self.header) if title == plain(name)]
        if not places:
            raise DataError(self._no_column(plain(name), use))
        if len(places) > 1:
            raise DataError(
                f"'{self.source}' must name each column once; columns "
                f"{' and '.join(str(place + 1) for place in places)} are both {show(name)} "
                f"(for `{use}`)."
            )
        return as_categories(self.frame[places[0]])

    def _no_column(self, name: str, use: str) -> str:
        only = self.header[0]
        if len(self.header) == 1:
            for mark, written in SEPARATORS.items():
                if mark in only:
                    return (
                        f"'{self.source}' has one column, {show(only)}, and no column "
                        f"{show(name)} (for `{use}`). Pass delimiter={written}."
                    )
        named = [title for title in self.header if title]
        more = len(named) - LISTED
        listed = ", ".join(named[:LISTED]) + (f" and {more} more" if more > 0 else "")
        return (
            f"'{self.source}' has no column {show(name)} (for `{use}`)."
            f"{did_you_mean(name, named)} It has {listed}."
        )


def as_categories(column: pd.Series) -> pd.Series:
    """Code a column by its distinct cells; mixed types are allowed."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column
    codes, values = pd.factorize(column)
    return pd.Series(pd.Categorical.from_codes(codes, pd.Index(values)), index=column.index)


def read_grid(
    path: str | Path,
    *,
    sheet: str | None = None,
    encoding: str = "utf-8",
    delimiter: str | None = None,
) -> Grid:
    """Read the cells of a CSV, Parquet or Excel file.

    Parameters
    ----------
    path : str or Path
        Ends in .csv, .csv.gz, .tsv, .tsv.gz, .parquet, .xlsx or .xlsm.
    sheet : str, optional
        Sheet of an Excel file; needed where it has several.
    encoding : str
        Of a text file. A byte order mark is skipped.
    delimiter : str, optional
        Of a text file; a comma or, in .tsv, a tab when absent.

    Returns
    -------
    Grid

    Raises
    ------
    DataError
        The file is absent, empty, of another type, damaged or wrongly encoded.
    """
    path = Path(path)
    kind = ending(path)
    source = path.name
    if sheet is not None and kind not in EXCEL_ENDINGS:
        raise DataError(f"`sheet` is for Excel files only; got {sheet!r} with '{source}'.")
    if kind in EXCEL_ENDINGS:
        raw, source = read_excel(path, sheet)
    elif kind == ".parquet":
        raw = read_parquet(path)
    else:
        raw = read_text(path, encoding, delimiter or TEXT_ENDINGS[kind])
    return _grid(source, raw)


def _grid(source: str, raw: pd.DataFrame) -> Grid:
    header = tuple(plain(title) for title in raw.iloc[0])
    if not any(header):
        raise DataError(f"'{source}' must have its column names in row 1; that row is empty.")
    body = raw.iloc[1:]
    empty = _empty_rows(body)
    body = body.loc[~empty]
    if body.empty:
        raise DataError(f"'{source}' holds column names and no rows.")
    return Grid(source=source, header=header, frame=body, empty_rows=int(empty.sum()))


def _empty_rows(body: pd.DataFrame) -> NDArray[np.bool_]:
    empty = np.ones(len(body), dtype=bool)
    for place in body.columns:
        if not empty.any():
            break
        cells = as_categories(body[place]).cat
        blank = np.array([plain(value) == "" for value in cells.categories] + [True])
        empty &= blank[cells.codes.to_numpy()]
    return empty
