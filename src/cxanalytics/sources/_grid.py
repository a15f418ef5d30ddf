"""How does a source become a grid of cells, with the row numbers that its owner sees?

The column names are row 1 unless another row is named, blank lines are counted, and nothing is
guessed: no encoding, no separator, no sheet among several, no row of column names.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd

from cxanalytics.columns import plain
from cxanalytics.errors import DataError, ParamsError, must_be
from cxanalytics.formats import count as count_text
from cxanalytics.sources._columns import Grid, as_categories, filled_grid
from cxanalytics.sources._files import (
    EXCEL_ENDINGS,
    LABELLED_ENDINGS,
    TEXT_ENDINGS,
    ending,
    read_excel,
    read_parquet,
    read_text,
)
from cxanalytics.sources._labelled import read_labelled
from cxanalytics.sources._qualtrics import has_import_ids, read_export
from cxanalytics.tables import Check

__all__ = ["Grid", "as_categories", "filled_grid", "read_grid"]

LAYOUTS = ("plain", "qualtrics")


def read_grid(
    path: str | Path,
    *,
    sheet: str | None = None,
    encoding: str = "utf-8",
    delimiter: str | None = None,
    header: int = 1,
    layout: str = "plain",
) -> Grid:
    """Read the cells of a file.

    Parameters
    ----------
    path : str or Path
        Ends in .csv, .csv.gz, .tsv, .tsv.gz, .parquet, .xlsx, .xlsm, .sav, .zsav or .dta.
    sheet : str, optional
        Sheet of an Excel file; needed where it has several.
    encoding : str
        Of a text file; of an SPSS or Stata file where it names a wrong one. A byte order mark is
        skipped.
    delimiter : str, optional
        Of a text file; a comma or, in .tsv, a tab when absent.
    header : int
        Row of the column names in a text or Excel file; rows above it are titles.
    layout : {"plain", "qualtrics"}
        "qualtrics": two more rows below the column names hold question texts and ImportIds.

    Returns
    -------
    Grid

    Raises
    ------
    DataError
        The file is absent, empty, of another type, damaged or wrongly encoded.
    ParamsError
        `header` is no row, or `layout` is unknown.
    """
    path = Path(path)
    _check_layout(header, layout)
    kind = ending(path)
    source = path.name
    if sheet is not None and kind not in EXCEL_ENDINGS:
        raise DataError(f"`sheet` is for Excel files only; got {sheet!r} with '{source}'.")
    if kind in EXCEL_ENDINGS:
        raw, source = read_excel(path, sheet)
        return _cut(source, raw, header, layout)
    if kind in TEXT_ENDINGS:
        raw = read_text(path, encoding, delimiter or TEXT_ENDINGS[kind], header)
        return _cut(source, raw, header, layout)
    for argument, given, usual in (("header", header, 1), ("layout", layout, "plain")):
        if given != usual:
            raise DataError(
                f"`{argument}` is for text and Excel files only; got {given!r} with '{source}'."
            )
    if kind in LABELLED_ENDINGS:
        found = read_labelled(path, LABELLED_ENDINGS[kind], encoding)
        filled = filled_grid(source, found.header, found.body, header_row=0)
        return replace(filled, labels=found.labels, wordings=found.wordings)
    return _cut(source, read_parquet(path), header, layout)


def _check_layout(header: int, layout: str) -> None:
    if isinstance(header, bool) or not isinstance(header, int) or header < 1:
        raise ParamsError(f"`header` must be the number of a row, 1 or more; got {header!r}.")
    if layout not in LAYOUTS:
        raise ParamsError(must_be("layout", LAYOUTS, layout))


def _cut(source: str, raw: pd.DataFrame, header: int, layout: str) -> Grid:
    """Part the column names from what stands above and below them."""
    titles = header - 1
    last = int(raw.index[-1])
    if header > last:
        raise DataError(f"`header` must be a row of '{source}', which has {last}; got {header}.")
    raw = raw.loc[header:]
    names = tuple(plain(title) for title in raw.iloc[0])
    if not any(names):
        raise DataError(
            f"'{source}' must have its column names in row {header}; that row is empty."
        )
    body = raw.iloc[1:]
    notes = []
    if titles:
        rows = f"{count_text(titles)} {'row' if titles == 1 else 'rows'}"
        notes.append(Check("title rows", None, f"{rows} above the column names, not read."))
    if layout == "plain":
        if has_import_ids(body):
            raise DataError(
                f"'{source}' looks like a Qualtrics export: row {body.index[1]} holds ImportIds. "
                "Pass layout='qualtrics'."
            )
        return filled_grid(source, names, body, header_row=header, notes=notes)
    export = read_export(source, names, body)
    for name, number, why in (
        ("unfinished answers", export.unfinished, "not finished by the respondent, kept."),
        ("possible spam", export.spam, "marked as possible spam by Qualtrics, kept."),
    ):
        if number:
            rows = f"{count_text(number)} {'row' if number == 1 else 'rows'}"
            notes.append(Check(name, None, f"{rows} {why}"))
    left_out = ("survey previews", export.previews, "left out: survey previews or test answers.")
    return replace(
        filled_grid(source, names, export.body, header_row=header, notes=notes),
        left_out=(left_out,) if export.previews else (),
        wordings=export.wordings,
    )
