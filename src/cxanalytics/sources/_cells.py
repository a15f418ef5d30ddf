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


TOGETHER = 65_536
"""Rows that are looked up together: an index of all of them would be wider than they are."""


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
    return _look_up(table, column.cat.codes.to_numpy())


def _look_up(table: NDArray[Any], codes: NDArray[Any]) -> NDArray[Any]:
    found = np.empty(len(codes), dtype=table.dtype)
    for begin in range(0, len(codes), TOGETHER):
        rows = slice(begin, begin + TOGETHER)
        found[rows] = table[codes[rows]]
    return found


def in_use(codes: NDArray[Any], categories: int) -> NDArray[np.bool_]:
    """Flag the categories that some row has, without sorting the rows."""
    used = np.zeros(categories + 1, dtype=bool)
    used[pd.unique(codes)] = True
    return used[:-1]


def without_unused(names: pd.Categorical) -> pd.Categorical:
    """Leave out the categories that no row has."""
    used = in_use(names.codes, len(names.categories))
    if used.all():
        return names
    codes = _look_up(np.append(np.cumsum(used, dtype=np.int32) - 1, -1), names.codes)
    return pd.Categorical.from_codes(codes, categories=names.categories[used])


def texts(column: pd.Series) -> NDArray[np.object_]:
    """Read names; a blank cell is ""."""
    return spread(column, [plain(value) for value in column.cat.categories], "", object)


def names(column: pd.Series) -> pd.Categorical:
    """Read names as categories in the order of their text; a blank cell is missing."""
    found = [plain(value) for value in column.cat.categories]
    levels = sorted(set(found) - {""})
    place = {name: code for code, name in enumerate(levels)}
    codes = spread(column, [place.get(name, -1) for name in found], -1, np.int32)
    return without_unused(
        pd.Categorical.from_codes(codes, categories=pd.Index(levels, dtype="str"))
    )


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
    column : Series of category, or of numbers
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
    if not isinstance(column.dtype, pd.CategoricalDtype):
        return column.to_numpy(dtype=float)
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
