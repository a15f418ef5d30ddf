"""How does the answer to a database query become a survey?

One SELECT, as given, in a read-only transaction that is rolled back. Rows are fetched in parts and
coded at once, so that a long result needs little memory. The address of the database may hold a
password: neither is part of a message, a note or a traceback.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cxanalytics.columns import plain
from cxanalytics.errors import DataError, ParamsError
from cxanalytics.sources._columns import Grid, filled_grid
from cxanalytics.sources._extra import need
from cxanalytics.sources._questions import MissingLike, QuestionLike
from cxanalytics.sources._select import one_select, without_binds
from cxanalytics.sources.table import plan_reading, survey_of
from cxanalytics.tables import Survey

SOURCE = "database query"
FETCHED = 20_000
"""Rows fetched at a time."""
READERS_DRIVERS = ("psycopg",)
_MORE = re.compile(r"\n(?:LINE|CONTEXT|DETAIL|QUERY|HINT)\b|\n\(Background")
"""Where a driver goes on about the query or, in DETAIL and CONTEXT, about the values of rows."""
READ_ONLY = {
    "sqlite": "PRAGMA query_only = ON",
    "mysql": "SET TRANSACTION READ ONLY",
    "mariadb": "SET TRANSACTION READ ONLY",
    "oracle": "SET TRANSACTION READ ONLY",
    "postgresql": "SET TRANSACTION READ ONLY",
}


def read_sql(
    database: str,
    query: str,
    *,
    columns: Mapping[str, str],
    questions: Mapping[str, QuestionLike],
    outcome: str,
    drivers: Sequence[str] = (),
    case_mix: Sequence[str] | Mapping[str, str] = (),
    case_mix_numbers: Sequence[str] = (),
    count: str | None = None,
    missing: MissingLike = (),
    date_format: str | None = None,
) -> Survey:
    """Read a survey from a database.

    Parameters
    ----------
    database : str
        Address as SQLAlchemy writes it, such as "postgresql+psycopg://user:password@host/name".
        Take it from an environment variable rather than from a file that is shared.
    query : str
        One SELECT; its column names are the columns.
    columns, questions, outcome, drivers, case_mix, case_mix_numbers, count, missing, date_format
        As in `read_table`.

    Returns
    -------
    Survey

    Raises
    ------
    DataError
        The database cannot be reached, refuses the query or gives no rows; or a cell breaks a
        promise (the row is that of the result, from 1).
    ParamsError
        The query is not one SELECT, the address cannot be read, or an argument is wrong.
    """
    plan = plan_reading(
        columns=columns,
        questions=questions,
        outcome=outcome,
        drivers=drivers,
        case_mix=case_mix,
        case_mix_numbers=case_mix_numbers,
        count=count,
        missing=missing,
        date_format=date_format,
    )
    return survey_of(_read_query(database, one_select(query)), plan)


def _read_query(database: str, query: str) -> Grid:
    """Run the query; no exception of the driver leaves this function."""
    library = need("sqlalchemy", "Reading a database")
    address = _address(library, database)
    trouble = ""
    header: tuple[str, ...] = ()
    coders: list[_Coder] = []
    try:
        engine = library.create_engine(
            address, poolclass=library.NullPool, hide_parameters=True, logging_name="cxanalytics"
        )
        with engine.connect() as connection:
            header, coders = _fetch(library, connection, query)
    except ModuleNotFoundError as error:
        trouble = _no_driver(address.drivername, str(error.name))
    except (library.exc.SQLAlchemyError, UnicodeError, OSError, TypeError) as error:
        trouble = _scrubbed(error, database, address)
    if trouble:
        raise DataError(trouble)
    body = pd.DataFrame({place: coder.column() for place, coder in enumerate(coders)})
    if body.empty:
        raise DataError(f"The {SOURCE} must give at least one row; it gave none.")
    body.index = pd.RangeIndex(1, len(body) + 1)
    return filled_grid(SOURCE, header, body, header_row=0)


def _address(library: Any, database: str) -> Any:
    """Read the address; what came is never repeated, because it may hold a password."""
    address = None
    try:
        address = library.make_url(database)
    except (library.exc.SQLAlchemyError, ValueError, TypeError, AttributeError):
        address = None
    if address is None:
        raise ParamsError(
            "`database` must be an address such as 'postgresql+psycopg://user@host/name'; what "
            "came cannot be read (and is not shown, because it may hold a password)."
        )
    if address.get_backend_name() == "sqlite":
        _need_file(str(address.database or ""))
    if address.drivername in ("postgresql", "postgres"):
        return address.set(drivername="postgresql+psycopg")
    return address


def _need_file(name: str) -> None:
    """Refuse an SQLite file that is not there, because connecting would create it."""
    if not name.startswith(("file:", ":memory:")) and not Path(name).is_file():
        raise DataError(f"The SQLite database must be a file that exists; got '{Path(name).name}'.")


def _fetch(library: Any, connection: Any, query: str) -> tuple[tuple[str, ...], list[_Coder]]:
    statement = READ_ONLY.get(connection.dialect.name)
    if statement:
        connection.execute(library.text(statement))
    result = connection.execution_options(stream_results=True, yield_per=FETCHED).execute(
        library.text(without_binds(query))
    )
    header = tuple(plain(name) for name in result.keys())  # noqa: SIM118
    coders = [_Coder() for _ in header]
    for rows in result.partitions(FETCHED):
        for coder, cells in zip(coders, zip(*rows, strict=True), strict=True):
            coder.add(cells)
    connection.rollback()
    return header, coders


class _Coder:
    """Codes a column by its distinct cells while it arrives."""

    def __init__(self) -> None:
        self.code_of: dict[Any, int] = {}
        self.parts: list[np.ndarray[Any, np.dtype[np.int32]]] = []

    def add(self, cells: Sequence[Any]) -> None:
        known = self.code_of
        codes = [
            -1 if cell is None else known.setdefault(cell, len(known)) for cell in map(_cell, cells)
        ]
        self.parts.append(np.array(codes, dtype=np.int32))

    def column(self) -> pd.Series:
        codes = np.concatenate([*self.parts, np.empty(0, dtype=np.int32)])
        cells = pd.Index(list(self.code_of), dtype=object)
        return pd.Series(pd.Categorical.from_codes(codes, cells))


def _cell(value: Any) -> Any:
    """Give a value the form that the same value has in a file; None is blank."""
    if isinstance(value, float | Decimal) and not math.isfinite(value):
        return None if math.isnan(value) else str(float(value))
    if value is None or isinstance(value, str | bool | int | float | date):
        return value
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return str(value)


def _no_driver(dialect: str, module: str) -> str:
    how = (
        "pip install 'cxanalytics[readers]'"
        if module in READERS_DRIVERS
        else f"pip install the driver, or name another one in the address ('{dialect}')"
    )
    return f"Reading this database needs the driver {module}: {how}."


def _scrubbed(error: Exception, database: str, address: Any) -> str:
    """Take the address, the password and other secrets out of a driver's own words."""
    words = str(getattr(error, "orig", None) or error)
    secrets = {database, address.render_as_string(hide_password=False)}
    password = str(address.password) if address.password else ""
    rendered = re.search(r"//[^@/]*?:([^@/]*)@", address.render_as_string(hide_password=False))
    given = re.search(r"//[^/]*?:(.*)@", database)
    secrets |= {password, *(found[1] for found in (rendered, given) if found)}
    for value in address.query.values():
        secrets |= {value} if isinstance(value, str) else set(value)
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        words = words.replace(secret, "***")
    told = " ".join(_MORE.split(words)[0].split())
    return f"The database did not answer the query: {told.rstrip('.')}."
