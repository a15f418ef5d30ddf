"""What does a cell say: a name, a number, a date?

Each distinct cell is read once. Names are stripped and put in Unicode form NFC, and otherwise
kept as they are. The first cell that cannot be read stops with its row.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxanalytics.columns import plain, refuse
from cxanalytics.formats import count as count_text

BLANK = frozenset({"", "na", "n/a", "#n/a", "nan", "null"})
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?|[+-]?inf(inity)?")


def key(text: str) -> str:
    """Fold case, spaces and invisible marks, to find names that only look alike."""
    visible = "".join(mark for mark in text if unicodedata.category(mark) != "Cf")
    return " ".join(unicodedata.normalize("NFKC", visible).split()).casefold()


def rows_text(number: int) -> str:
    """Write a number of rows."""
    return f"{count_text(number)} {'row' if number == 1 else 'rows'}"


def spread(column: pd.Series, values: Sequence[Any], blank: Any, dtype: Any) -> NDArray[Any]:
    """Give each row the value of its distinct cell."""
    table = np.empty(len(values) + 1, dtype=dtype)
    table[:-1] = values
    table[-1] = blank
    return table[column.cat.codes.to_numpy()]


def texts(column: pd.Series) -> NDArray[np.object_]:
    """Read names; a blank cell is ""."""
    return spread(column, [plain(value) for value in column.cat.categories], "", object)


def read_each(
    column: pd.Series, read: Callable[[Any], Any], dtype: Any, blank: Any
) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Read each distinct cell once, and flag the rows whose cell raises ValueError."""
    found: list[Any] = []
    failed: list[bool] = []
    for value in column.cat.categories:
        try:
            found.append(read(value))
            failed.append(False)
        except ValueError:
            found.append(blank)
            failed.append(True)
    return spread(column, found, blank, dtype), spread(column, failed, False, bool)


def number(value: Any) -> float:
    """Read one cell as a number; NaN where it is blank, ValueError where it is text."""
    text = plain(value).lower()
    if text in BLANK:
        return math.nan
    if not NUMBER.fullmatch(text):
        raise ValueError(text)
    return float(text)


def numbers(column: pd.Series, label: str) -> NDArray[np.float64]:
    """Read a column of numbers.

    Parameters
    ----------
    column : Series of category
    label : str
        Role and column, for messages.

    Returns
    -------
    ndarray of float, shape (rows,)
        NaN where the cell is blank.

    Raises
    ------
    DataError
        A cell holds text.
    """
    found, failed = read_each(column, number, float, math.nan)
    refuse(column, failed, f"{label} must be a number")
    return found


def dates(column: pd.Series, label: str, date_format: str | None) -> NDArray[np.datetime64]:
    """Read a column of dates.

    Parameters
    ----------
    column : Series of category
    label : str
        Role and column, for messages.
    date_format : str, optional
        As in `strptime`; year-month-day when absent.

    Returns
    -------
    ndarray of datetime64, shape (rows,)
        NaT where the cell is blank.

    Raises
    ------
    DataError
        A cell is no date in that format.
    """
    nothing = np.datetime64("NaT", "us")

    def read(value: Any) -> np.datetime64:
        if plain(value).lower() in BLANK:
            return nothing
        if isinstance(value, datetime | date):
            moment = pd.Timestamp(value)
        elif date_format is None:
            moment = pd.Timestamp(datetime.fromisoformat(plain(value)))
        else:
            moment = pd.Timestamp(datetime.strptime(plain(value), date_format))
        return np.datetime64(moment.tz_localize(None).to_pydatetime(), "us")

    found, failed = read_each(column, read, "datetime64[us]", nothing)
    written = "a date such as 2024-04-30" if date_format is None else f"a date like {date_format}"
    advice = " Pass date_format='%d/%m/%Y' where the day comes first." if not date_format else ""
    refuse(column, failed, f"{label} must be {written}", advice)
    return found
