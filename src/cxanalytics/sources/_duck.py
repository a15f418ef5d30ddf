"""How are a few columns of files larger than memory read, as rows or as counted cells?

duckdb reads and counts within a memory limit and spills to a folder of its own. Nothing is
guessed: column names come from the first row, cells of text files stay text, and no extension is
fetched.
"""

from __future__ import annotations

import csv
import gzip
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from cxanalytics.columns import plain
from cxanalytics.errors import DataError
from cxanalytics.sources._batches import Column
from cxanalytics.sources._extra import need
from cxanalytics.sources._files import TEXT_ENDINGS

BATCH = 250_000
"""Rows handed over at a time."""
FILE = 2**40
"""More rows than a file has: where the row numbers of the next file start."""


@dataclass(frozen=True, slots=True)
class Files:
    """Files of one layout.

    Attributes
    ----------
    paths : tuple of Path
    kind : str
        End of their names.
    delimiter : str
        Of text files.
    header : tuple of str
        Column names, the same in every file.
    floats : frozenset of int
        Places of the columns that may hold NaN, which is no answer.
    """

    paths: tuple[Path, ...]
    kind: str
    delimiter: str
    header: tuple[str, ...]
    floats: frozenset[int]

    @property
    def source(self) -> str:
        """What to call them in messages."""
        more = len(self.paths) - 1
        return self.paths[0].name + (f" and {more} more file{'s' * (more > 1)}" if more else "")

    def row(self, number: int) -> Any:
        """Name a row as its owner counts it."""
        file, row = divmod(number, FILE)
        return row if len(self.paths) == 1 else f"{row} of {self.paths[file].name}"


def open_files(paths: Sequence[Path], kind: str, delimiter: str | None) -> Files:
    """Read the column names; every file must have the same."""
    mark = delimiter or TEXT_ENDINGS.get(kind, ",")
    first: tuple[str, ...] = ()
    floats: frozenset[int] = frozenset()
    for path in paths:
        if kind == ".parquet":
            header, floats = _parquet_header(path)
        else:
            header = _text_header(path, mark)
        if path == paths[0]:
            first = header
        elif header != first:
            raise DataError(
                f"Files read together must have the same columns in one order; '{path.name}' "
                f"differs from '{paths[0].name}'."
            )
    return Files(tuple(paths), kind, mark, first, floats)


def _parquet_header(path: Path) -> tuple[tuple[str, ...], frozenset[int]]:
    try:
        schema = pq.read_schema(path)
    except (pa.ArrowException, OSError):
        raise DataError(f"'{path.name}' is not a whole Parquet file.") from None
    floats = frozenset(
        place for place, field in enumerate(schema) if pa.types.is_floating(field.type)
    )
    return tuple(plain(name) for name in schema.names), floats


def _text_header(path: Path, delimiter: str) -> tuple[str, ...]:
    is_gzip = path.name.lower().endswith(".gz")
    try:
        with (
            gzip.open(path, "rt", encoding="utf-8-sig", newline="")
            if is_gzip
            else path.open(encoding="utf-8-sig", newline="")
        ) as lines:
            header = tuple(plain(name) for name in next(csv.reader(lines, delimiter=delimiter), []))
    except UnicodeDecodeError:
        raise DataError(_not_utf8(path.name)) from None
    except (gzip.BadGzipFile, EOFError) as error:
        raise DataError(f"'{path.name}' is not a whole gzip file: {error}.") from None
    if not any(header):
        raise DataError(f"'{path.name}' must have its column names in row 1; that row is empty.")
    return header


def _not_utf8(name: str) -> str:
    return f"'{name}' is not utf-8. Save it as UTF-8 or Parquet."


@contextmanager
def database(files: Files, memory: str) -> Iterator[Any]:
    """Open duckdb in memory; its errors become one message."""
    library = need("duckdb", "Reading files larger than memory")
    with tempfile.TemporaryDirectory(prefix="cxanalytics-") as spill:
        connection = library.connect(
            config={
                "memory_limit": memory,
                "temp_directory": spill,
                "autoinstall_known_extensions": "false",
                "autoload_known_extensions": "false",
            }
        )
        try:
            yield connection
        except library.OutOfMemoryException:
            raise DataError(
                f"'{files.source}' needs more than memory={memory!r}. Pass more, such as "
                "memory='4GB', or map fewer columns."
            ) from None
        except library.Error as error:
            raise DataError(_unreadable(files, str(error))) from None
        finally:
            connection.close()


def _unreadable(files: Files, message: str) -> str:
    named = next((path.name for path in files.paths if path.name in message), files.source)
    if "utf-8" in message.lower() or "unicode" in message.lower():
        return _not_utf8(named)
    line = re.search(r"on Line: (\d+)", message)
    if line:
        return f"'{named}' cannot be read as a table, row {line[1]}: {_bad_row(message)}."
    said = re.sub(r"^[\w ]+Error: ", "", message)
    said = next((part for part in said.splitlines() if part.strip()), said)
    return f"'{named}' cannot be read as a table: {said.strip().rstrip('.')}."


def _bad_row(message: str) -> str:
    """Say what is wrong with a row in words of our own: duckdb quotes the whole row."""
    columns = re.findall(r"^Expected Number of Columns: (\d+) Found: (\d+)$", message, re.MULTILINE)
    if columns:
        expected, found = columns[-1]
        return f"it must have {expected} columns; got {found}"
    if re.search(r"^Value with unterminated quote found\.?$", message, re.MULTILINE):
        return "a quote is opened and not closed, or stands inside a cell"
    return "its columns cannot be told apart"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _rows(files: Files) -> str:
    """Write the query that gives every row of every file with its number."""
    parts = []
    for number, path in enumerate(files.paths):
        name = _literal(re.sub(r"([*?\[])", r"[\1]", str(path)))
        columns = ", ".join(f"c{place}" for place in range(len(files.header)))
        if files.kind == ".parquet":
            table = f"read_parquet({name}, file_row_number = true) AS t({columns}, line)"
            row = "line + 2"
        else:
            types = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(len(files.header)))
            table = (
                f"read_csv({name}, columns = {{{types}}}, header = true, auto_detect = false, "
                f"delim = {_literal(files.delimiter)}, quote = '\"', escape = '\"')"
            )
            row = "row_number() OVER () + 1"
        parts.append(f"SELECT {columns}, {number} * {FILE} + {row} AS line FROM {table}")
    return " UNION ALL ".join(parts)


def _cell(files: Files, place: int) -> str:
    name = f"c{place}"
    return f"CASE WHEN isnan({name}) THEN NULL ELSE {name} END" if place in files.floats else name


@dataclass(frozen=True, slots=True)
class Cells:
    """Some columns, each coded by its distinct cells unless it is read as numbers.

    Attributes
    ----------
    columns : dict of int to Series
        By place in the header: categories, or numbers. The index is the row, or the first row of
        a combination.
    rows : ndarray of int, shape (len,)
        Rows that each entry stands for.
    """

    columns: dict[int, pd.Series]
    rows: NDArray[np.int64]


def fetch(
    files: Files,
    connection: Any,
    places: Sequence[int],
    *,
    counted: bool,
    as_numbers: frozenset[int] = frozenset(),
) -> Cells:
    """Read columns row by row, or every combination of their cells with its number of rows.

    `as_numbers` are the places of columns of which only the number matters.
    """
    chosen = ", ".join(f"{_cell(files, place)} AS c{place}" for place in places)
    alone = len(files.paths) == 1 and not counted
    query = f"SELECT {chosen}{'' if alone else ', line'} FROM ({_rows(files)})"
    if counted:
        query = (
            f"SELECT {chosen}, min(line) AS line, count(*) AS n FROM ({_rows(files)}) "
            f"GROUP BY {', '.join(str(place + 1) for place in range(len(places)))} ORDER BY line"
        )
    columns = [Column(as_numbers=place in as_numbers) for place in places]
    lines: list[NDArray[np.int64]] = []
    rows: list[NDArray[np.int64]] = []
    number = 0
    for batch in connection.sql(query).to_arrow_reader(BATCH):
        number += len(batch)
        for column, cells in zip(columns, batch.columns, strict=False):
            column.add(cells)
        lines += [] if alone else [batch.column("line").to_numpy()]
        rows += [batch.column("n").to_numpy()] if counted else []
    index = _index(files, lines) if lines else pd.RangeIndex(2, number + 2)
    each = np.concatenate(rows) if rows else np.broadcast_to(np.int64(1), number)
    found = {place: column.series(index) for place, column in zip(places, columns, strict=True)}
    return Cells(found, each)


def _index(files: Files, lines: list[NDArray[np.int64]]) -> pd.Index:
    """Name every row as its owner counts it."""
    numbers = np.concatenate(lines)
    if len(files.paths) == 1:
        return pd.Index(numbers)
    return pd.Index([files.row(int(number)) for number in numbers], dtype=object)


def empty_rows(files: Files, connection: Any) -> int:
    """Count the rows in which every column is blank."""
    blank = " AND ".join(
        f"coalesce(trim(CAST({_cell(files, place)} AS VARCHAR)), '') = ''"
        for place in range(len(files.header))
    )
    query = f"SELECT count(*) FROM ({_rows(files)}) WHERE {blank}"
    return int(connection.execute(query).fetchone()[0])
