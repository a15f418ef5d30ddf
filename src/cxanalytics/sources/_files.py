"""How does a file become a grid of cells, with the row numbers that its owner sees?

CSV cells stay text and blank lines stay counted, so that row numbers are those of a spreadsheet
(the header is row 1). Nothing is guessed: no encoding, no separator, no sheet among several.
"""

from __future__ import annotations

import codecs
import gzip
import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from cxanalytics.errors import DataError, did_you_mean, must_be
from cxanalytics.sources._cells import plain, show

TEXT_ENDINGS = {".csv": ",", ".csv.gz": ",", ".tsv": "\t", ".tsv.gz": "\t"}
EXCEL_ENDINGS = (".xlsx", ".xlsm")
ENDINGS = (*TEXT_ENDINGS, ".parquet", *EXCEL_ENDINGS)
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
    ending = _ending(path)
    source = path.name
    if sheet is not None and ending not in EXCEL_ENDINGS:
        raise DataError(f"`sheet` is for Excel files only; got {sheet!r} with '{source}'.")
    if ending in EXCEL_ENDINGS:
        raw, source = _read_excel(path, sheet)
    elif ending == ".parquet":
        raw = _read_parquet(path)
    else:
        raw = _read_text(path, encoding, delimiter or TEXT_ENDINGS[ending])
    return _grid(source, raw)


def _ending(path: Path) -> str:
    given = str(path)
    if path.is_dir():
        inside = sorted(entry.name for entry in path.iterdir() if _known(entry.name))[:LISTED]
        holds = f" It holds {', '.join(inside)}." if inside else ""
        raise DataError(f"`path` must be a file; got the folder '{given}'.{holds}")
    if not path.is_file():
        beside = [entry.name for entry in path.parent.iterdir()] if path.parent.is_dir() else []
        raise DataError(
            f"`path` must be a file that exists; got '{given}'.{did_you_mean(path.name, beside)}"
        )
    ending = _known(path.name)
    if not ending:
        raise DataError(f"`path` must end in {', '.join(ENDINGS)}; got '{given}'.")
    if path.stat().st_size == 0:
        raise DataError(f"'{path.name}' is empty: it holds 0 bytes.")
    return ending


def _known(name: str) -> str:
    return next((ending for ending in ENDINGS if name.lower().endswith(ending)), "")


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


def _read_text(path: Path, encoding: str, delimiter: str) -> pd.DataFrame:
    text = _decode(_bytes(path), encoding, path.name)
    if not text.strip():
        raise DataError(f"'{path.name}' is empty: it holds no text.")
    try:
        raw = pd.read_csv(
            io.StringIO(text),
            sep=delimiter,
            header=None,
            dtype="category",
            na_filter=False,
            skip_blank_lines=False,
            low_memory=False,
        )
    except pd.errors.EmptyDataError:
        raise DataError(
            f"'{path.name}' must have its column names in row 1; that row is empty."
        ) from None
    except pd.errors.ParserError as error:
        raise DataError(_ragged(str(error), path.name)) from None
    raw.index = pd.RangeIndex(1, len(raw) + 1)
    return raw


def _ragged(message: str, name: str) -> str:
    found = re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", message)
    if found:
        wanted, row, saw = found.groups()
        return (
            f"'{name}' must have {wanted} fields in each row, as in row 1; row {row} has {saw}. "
            f"An answer with the separator inside needs quotes around it."
        )
    opened = re.search(r"EOF inside string starting at row (\d+)", message)
    if opened:
        return f"'{name}' opens a quote in row {int(opened.group(1)) + 1} and never closes it."
    return f"'{name}' cannot be read as a table: {message.strip()}"


def _bytes(path: Path) -> bytes:
    if not path.name.lower().endswith(".gz"):
        content = path.read_bytes()
    else:
        try:
            content = gzip.decompress(path.read_bytes())
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise DataError(f"'{path.name}' is not a whole gzip file: {error}.") from None
    for start, kind, advice in (
        (b"PK\x03\x04", "an Excel or zip", "Give it the ending .xlsx, or save it as CSV."),
        (b"\xd0\xcf\x11\xe0", "an old Excel", "Save it as .xlsx or CSV."),
        (b"\x1f\x8b", "a gzip", "Give it the ending .gz."),
        (b"PAR1", "a Parquet", "Give it the ending .parquet."),
    ):
        if content.startswith(start):
            raise DataError(f"'{path.name}' starts like {kind} file, not like text. {advice}")
    return content


def _decode(content: bytes, encoding: str, name: str) -> str:
    try:
        codec = codecs.lookup(encoding).name
    except LookupError:
        raise DataError(
            "`encoding` must be the name of a text encoding, such as 'utf-8', 'cp1252' or "
            f"'utf-16'; got {encoding!r}."
        ) from None
    if codec == "utf-8":
        content = content.removeprefix(codecs.BOM_UTF8)
    utf16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = content.decode(codec)
    except UnicodeDecodeError as error:
        row = 1 + content[: error.start].count(b"\n")
        advice = (
            "Pass encoding='utf-16'."
            if utf16
            else "Pass encoding='cp1252' (Excel on Windows often writes it), or save it as UTF-8."
        )
        raise DataError(
            f"'{name}' is not {codec}: byte 0x{content[error.start]:02x} in row {row} "
            f"(byte {error.start + 1} of the file). {advice}"
        ) from None
    if "\x00" in text:
        row = 1 + text[: text.index("\x00")].count("\n")
        raise DataError(
            f"'{name}' holds a NUL byte in row {row}: it is not {codec} text. "
            "Pass encoding='utf-16', or save it as UTF-8."
        )
    return text


def _read_parquet(path: Path) -> pd.DataFrame:
    try:
        table = pq.read_table(path)
    except (pa.ArrowException, OSError):
        raise DataError(f"'{path.name}' is not a whole Parquet file.") from None
    body = table.rename_columns([str(place) for place in range(table.num_columns)]).to_pandas(
        ignore_metadata=True
    )
    body.columns = pd.RangeIndex(table.num_columns)
    body.index = pd.RangeIndex(2, len(body) + 2)
    title = pd.DataFrame([list(table.column_names)], index=[1], dtype=object)
    return pd.concat([title, body.astype(object)])


def _read_excel(path: Path, sheet: str | None) -> tuple[pd.DataFrame, str]:
    try:
        with pd.ExcelFile(path, engine="openpyxl") as book:
            chosen = _sheet(book, sheet, path.name)
            raw = book.parse(chosen, header=None, dtype=object, na_filter=False)
            several = len(book.sheet_names) > 1
    except (zipfile.BadZipFile, KeyError, OSError, ValueError):
        raise DataError(
            f"'{path.name}' is not a whole Excel file, or it is protected by a password."
        ) from None
    source = f"{path.name}#{chosen}" if several else path.name
    if raw.empty:
        raise DataError(f"'{source}' is empty: the sheet holds no cell.")
    raw.index = pd.RangeIndex(1, len(raw) + 1)
    return raw, source


def _sheet(book: pd.ExcelFile, sheet: str | None, name: str) -> str:
    names = [str(title) for title in book.sheet_names]
    if sheet is None and len(names) == 1:
        return names[0]
    if sheet is None:
        listed = ", ".join(f"'{title}'" for title in names)
        raise DataError(f"'{name}' has {len(names)} sheets; `sheet` must be one of {listed}.")
    if sheet not in names:
        raise DataError(must_be("sheet", names, sheet))
    return sheet
