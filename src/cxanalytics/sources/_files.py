"""What cells does a CSV, Parquet or Excel file hold, row by row?

Each reader gives a frame whose first row is the header and whose index is the row number in the
file. CSV cells stay text and blank lines stay counted. What SPSS and Stata files hold is in
`_labelled`.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import re
import zipfile
import zlib
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from cxanalytics.errors import DataError, did_you_mean, must_be

TEXT_ENDINGS = {".csv": ",", ".csv.gz": ",", ".tsv": "\t", ".tsv.gz": "\t"}
EXCEL_ENDINGS = (".xlsx", ".xlsm")
LABELLED_ENDINGS = {".sav": "SPSS", ".zsav": "SPSS", ".dta": "Stata"}
ENDINGS = (*TEXT_ENDINGS, ".parquet", *EXCEL_ENDINGS, *LABELLED_ENDINGS)
OLD_ENDINGS = {
    ".xls": "an old Excel file",
    ".xlsb": "a binary Excel file",
    ".ods": "a LibreOffice file",
}
LISTED = 12


def ending(path: Path) -> str:
    """Check that the file is there, not empty and of a known type; give the end of its name."""
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
    found = _known(path.name)
    old = OLD_ENDINGS.get(path.suffix.lower())
    if old:
        raise DataError(f"'{path.name}' is {old}. Save it as .xlsx or CSV.")
    if not found:
        raise DataError(f"`path` must end in {', '.join(ENDINGS)}; got '{given}'.")
    if path.stat().st_size == 0:
        raise DataError(f"'{path.name}' is empty: it holds 0 bytes.")
    return found


def _known(name: str) -> str:
    return next((ending for ending in ENDINGS if name.lower().endswith(ending)), "")


def read_text(path: Path, encoding: str, delimiter: str, header: int = 1) -> pd.DataFrame:
    """Read delimited text from the row `header`; each column is coded by its distinct cells."""
    text = _decode(_bytes(path), encoding, path.name)
    if not text.strip():
        raise DataError(f"'{path.name}' is empty: it holds no text.")
    text = _from_row(text, delimiter, header, path.name)
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
            f"'{path.name}' must have its column names in row {header}; that row is empty."
        ) from None
    except pd.errors.ParserError as error:
        raise DataError(_ragged(str(error), path.name, header)) from None
    raw.index = pd.RangeIndex(header, header + len(raw))
    return raw


def _from_row(text: str, delimiter: str, header: int, name: str) -> str:
    """Cut the title rows above the column names; one may hold line ends between quotes."""
    if header == 1:
        return text
    lines = io.StringIO(text, newline="")
    rows = csv.reader(lines, delimiter=delimiter)
    above = sum(1 for _ in zip(range(header - 1), rows, strict=False))
    rest = lines.read()
    if not rest.strip():
        raise DataError(f"`header` must be a row of '{name}', which has {above}; got {header}.")
    return rest


def _ragged(message: str, name: str, header: int) -> str:
    found = re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", message)
    if found:
        wanted, row, saw = (int(part) for part in found.groups())
        advice = "An answer with the separator inside needs quotes around it."
        if wanted == 1:
            advice = f"Where row {header} is a title, pass header= the row of the column names."
        return (
            f"'{name}' must have {wanted} field{'s' * (wanted > 1)} in each row, as in row "
            f"{header}; row {row + header - 1} has {saw}. {advice}"
        )
    opened = re.search(r"EOF inside string starting at row (\d+)", message)
    if opened:
        return f"'{name}' opens a quote in row {int(opened.group(1)) + header} and never closes it."
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


def read_parquet(path: Path) -> pd.DataFrame:
    """Read a Parquet file; its column names stand in as row 1."""
    try:
        table = pq.read_table(path)
    except (pa.ArrowException, OSError):
        raise DataError(f"'{path.name}' is not a whole Parquet file.") from None
    body = table.rename_columns([str(place) for place in range(table.num_columns)]).to_pandas(
        ignore_metadata=True, integer_object_nulls=True
    )
    body.columns = pd.RangeIndex(table.num_columns)
    body.index = pd.RangeIndex(2, len(body) + 2)
    title = pd.DataFrame([list(table.column_names)], index=[1], dtype=object)
    return pd.concat([title, body.astype(object)])


def read_excel(path: Path, sheet: str | None) -> tuple[pd.DataFrame, str]:
    """Read one sheet; also give the name to use for it in messages."""
    try:
        with pd.ExcelFile(path, engine="openpyxl") as book:
            chosen = _sheet(book, sheet, path.name)
            raw = pd.read_excel(book, chosen, header=None, dtype=object, na_filter=False)
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
