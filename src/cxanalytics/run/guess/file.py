"""How is a file laid out: its encoding, its separator, its row of column names, its sheets?

Only the first rows are looked at. What was decided is said, with the reason.
"""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import pandas as pd

from cxanalytics.columns import plain
from cxanalytics.errors import DataError, must_be
from cxanalytics.formats import count
from cxanalytics.run.guess.header import TOP, find_header
from cxanalytics.run.guess.text import find_delimiter, find_encoding, open_text
from cxanalytics.sources._files import EXCEL_ENDINGS, LABELLED_ENDINGS, TEXT_ENDINGS, ending
from cxanalytics.sources._grid import read_grid

ROWS = 20_000
"""Rows of a file that are looked at."""


@dataclass(frozen=True, slots=True)
class Sample:
    """The first rows of a file or sheet, as text, and how it has to be read.

    Attributes
    ----------
    path : Path
    sheet : str or None
        None where the file has one sheet, or none.
    encoding : str
    delimiter : str or None
        None where it is the usual one.
    header : int
        Row of the column names.
    layout : str
        "plain" or "qualtrics".
    frame : DataFrame
        Cells as text, blank as ""; columns that have a name of their own.
    wordings : mapping of str to str
        Column to the question text that the file carries.
    repeated : tuple of str
        Names that stand over more than one column; such columns are left out.
    complete : bool
        False where the file has further rows.
    said : tuple of str
        What was decided.
    """

    path: Path
    sheet: str | None
    encoding: str
    delimiter: str | None
    header: int
    layout: str
    frame: pd.DataFrame
    wordings: Mapping[str, str]
    repeated: tuple[str, ...]
    complete: bool
    said: tuple[str, ...]

    @property
    def name(self) -> str:
        """The file, with its sheet where there is one."""
        return f"{self.path.name}#{self.sheet}" if self.sheet else self.path.name


def read_samples(source: str | Path) -> list[Sample]:
    """Look at the first rows of a file, or of each sheet that is meant.

    Parameters
    ----------
    source : str or Path
        A file, or "file.xlsx#Sheet".

    Returns
    -------
    list of Sample
        One, but for a workbook without a named sheet: then one per visible sheet with a table.

    Raises
    ------
    DataError
        There is no such file or sheet, it is of another type or damaged, or no table is in it.
    """
    path, sheet = _split(str(source))
    kind = ending(path)
    if sheet is not None and kind not in EXCEL_ENDINGS:
        raise DataError(f"`#{sheet}` names a sheet, but '{path.name}' is no Excel file.")
    if kind in EXCEL_ENDINGS:
        return _excel(path, sheet)
    if kind in TEXT_ENDINGS:
        return [_text(path, TEXT_ENDINGS[kind])]
    if kind in LABELLED_ENDINGS:
        return [_labelled(path)]
    return [_parquet(path)]


def _split(source: str) -> tuple[Path, str | None]:
    path = Path(source).expanduser()
    if "#" not in source or path.exists():
        return path, None
    name, _, sheet = source.rpartition("#")
    return Path(name).expanduser(), sheet or None


def _text(path: Path, usual: str) -> Sample:
    encoding, said = find_encoding(path)
    delimiter = find_delimiter(path, encoding) or usual
    notes = [said] if said else []
    if delimiter != usual:
        shown = "a tab" if delimiter == "\t" else repr(delimiter)
        notes.append(f"Its fields are parted by {shown}.")
    with open_text(path, encoding) as stream:
        try:
            rows = list(islice(csv.reader(stream, delimiter=delimiter), ROWS + TOP + 1))
        except csv.Error as error:
            raise DataError(f"'{path.name}' cannot be read as a table: {error}.") from None
    used = None if delimiter == usual else delimiter
    return _sample(path, rows, encoding=encoding, delimiter=used, said=notes)


def _excel(path: Path, sheet: str | None) -> list[Sample]:
    import openpyxl

    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (zipfile.BadZipFile, KeyError, OSError, ValueError):
        raise DataError(
            f"'{path.name}' is not a whole Excel file, or it is protected by a password."
        ) from None
    try:
        names = list(book.sheetnames)
        if sheet is not None and sheet not in names:
            raise DataError(must_be("sheet", names, sheet))
        if sheet is not None or len(names) == 1:
            found = sheet or names[0]
            return [_sample(path, _cells(book[found]), sheet=found if len(names) > 1 else None)]
        return _sheets(path, {name: book[name] for name in names})
    finally:
        book.close()


def _sheets(path: Path, sheets: Mapping[str, object]) -> list[Sample]:
    """Look at each visible sheet; those without a table are passed over, and said."""
    found, passed = [], []
    for name, sheet in sheets.items():
        try:
            if getattr(sheet, "sheet_state", "visible") != "visible":
                raise DataError("hidden")
            found.append(_sample(path, _cells(sheet), sheet=name))
        except DataError:
            passed.append(f"'{name}'")
    if not found:
        raise DataError(f"'{path.name}' must hold a table; none of its sheets does.")
    if passed:
        told = f"Sheets without a table are passed over: {', '.join(passed)}."
        found[0] = replace(found[0], said=(*found[0].said, told))
    return found


def _cells(sheet: object) -> list[list[str]]:
    # Some programs write a wrong size into the sheet.
    if hasattr(sheet, "reset_dimensions"):
        sheet.reset_dimensions()
    iterate: Callable[..., Iterator[Sequence[object]]] = sheet.iter_rows  # type: ignore[attr-defined]
    return [[plain(cell) for cell in row] for row in iterate(max_row=ROWS + TOP, values_only=True)]


def _parquet(path: Path) -> Sample:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(path)
        batch = next(file.iter_batches(batch_size=ROWS), None)
    except (pa.ArrowException, OSError):
        raise DataError(f"'{path.name}' is not a whole Parquet file.") from None
    columns = [[plain(cell) for cell in column.to_pylist()] for column in batch or ()]
    rows = [list(file.schema_arrow.names), *(list(row) for row in zip(*columns, strict=True))]
    frame, repeated = _frame(path, rows[0], rows[1:])
    complete = file.metadata.num_rows <= ROWS
    return Sample(path, None, "utf-8", None, 1, "plain", frame, {}, repeated, complete, ())


def _labelled(path: Path) -> Sample:
    grid = read_grid(path)
    once = [name for name in grid.header if name and grid.header.count(name) == 1]
    cells = {}
    for name in once:
        gone = grid.missing_answers(name, name)
        texts = [plain(cell) for cell in grid.answers(name, name).iloc[:ROWS]]
        cells[name] = ["" if text in gone else text for text in texts]
    wordings = {name: text for name in once if (text := grid.wording(name, name))}
    frame = pd.DataFrame(cells, dtype=object)
    complete = len(grid.frame) <= ROWS
    return Sample(path, None, "utf-8", None, 1, "plain", frame, wordings, (), complete, ())


def _sample(
    path: Path,
    rows: list[list[str]],
    *,
    sheet: str | None = None,
    encoding: str = "utf-8",
    delimiter: str | None = None,
    said: Sequence[str] = (),
) -> Sample:
    rows = [[plain(cell) for cell in row] for row in rows]
    where = f"{path.name}#{sheet}" if sheet else path.name
    header = find_header(rows)
    if header is None:
        raise DataError(f"'{where}' must hold a row of column names; none is in its first rows.")
    below = rows[header:]
    layout, wordings, notes = "plain", {}, list(said)
    if header > 1:
        above = f"{header - 1} title {'row stands' if header == 2 else 'rows stand'} above them"
        notes.append(f"Its column names are in row {header}; {above}.")
    if len(below) > 1 and sum("ImportId" in cell for cell in below[1]) * 2 > len(below[1]):
        layout = "qualtrics"
        texts = (" ".join(cell.split()) for cell in below[0])
        wordings = dict(zip(rows[header - 1], texts, strict=False))
        notes.append("It is a Qualtrics export: two more rows below the names are no answers.")
        below = below[2:]
    frame, repeated = _frame(path, rows[header - 1], below[:ROWS])
    if frame.empty:
        raise DataError(f"'{where}' holds column names and no rows.")
    complete = len(below) <= ROWS and len(rows) < ROWS + TOP
    if not complete:
        notes.append(f"Only its first {count(ROWS)} rows were looked at.")
    found = {name: text for name, text in wordings.items() if name in frame and text != name}
    return Sample(
        path,
        sheet,
        encoding,
        delimiter,
        header,
        layout,
        frame,
        found,
        repeated,
        complete,
        tuple(notes),
    )


def _frame(
    path: Path, names: Sequence[str], body: Sequence[Sequence[str]]
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Lay rows below their names; a name that stands twice serves nothing."""
    titles = [plain(name) for name in names]
    repeated = tuple(dict.fromkeys(name for name in titles if name and titles.count(name) > 1))
    places = [place for place, name in enumerate(titles) if name and name not in repeated]
    filled = [row for row in body if any(row)]
    cells = {
        titles[place]: [row[place] if place < len(row) else "" for row in filled]
        for place in places
    }
    if not cells:
        raise DataError(f"'{path.name}' must name its columns; every name is blank or repeated.")
    return pd.DataFrame(cells, dtype=object), repeated
