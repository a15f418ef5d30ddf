"""May a column take a role, and which row says no?

One home for the rules that hold for a file and for a frame in memory: how a cell is written as
text, how a bad row is named, and that waves sort in time as text.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxanalytics.errors import DataError
from cxanalytics.formats import count as count_text

SHOWN = 40
_YEAR_LAST = re.compile(
    r"^(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b"
    r"|^(q[1-4]|h[12]|w?\d{1,2}|\d{1,2}[/.-]\d{1,2})\W*(19|20)\d\d$",
    re.IGNORECASE,
)


def plain(value: Any) -> str:
    """Write a cell as text: stripped, NFC, whole numbers without decimals, blank as ""."""
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value).strip()
    if value is None or value is pd.NaT or value is pd.NA:
        return ""
    if isinstance(value, bool | np.bool_):
        return str(int(value))
    if isinstance(value, float | np.floating):
        if math.isnan(value):
            return ""
        return str(int(value)) if float(value).is_integer() else repr(float(value))
    if isinstance(value, datetime):
        return value.isoformat(sep=" ").removesuffix(" 00:00:00")
    return str(value).strip()


def show(value: Any) -> str:
    """Quote a cell for a message; long ones are cut, marks that do not print are escaped."""
    text = plain(value)
    return repr(text if len(text) <= SHOWN else f"{text[: SHOWN - 3]}...")


def and_more(number: int) -> str:
    """Say how many rows have the same trouble as the one that is shown."""
    if number < 1:
        return ""
    return f", and {count_text(number)} more {'row' if number == 1 else 'rows'}"


def refuse(column: pd.Series[Any], bad: NDArray[np.bool_], message: str, advice: str = "") -> None:
    """Stop at the first bad row, if there is one.

    Parameters
    ----------
    column : Series
        Index: the rows as a user counts them.
    bad : ndarray of bool, shape (rows,)
    message : str
        What must hold.
    advice : str
        Closing sentence.

    Raises
    ------
    DataError
        Names the row, the cell and how many more.
    """
    if not bad.any():
        return
    first = int(np.flatnonzero(bad)[0])
    cell = column.iloc[first]
    got = f"has {show(cell)}" if plain(cell) else "is empty"
    raise DataError(
        f"{message}; row {column.index[first]} {got}{and_more(int(bad.sum()) - 1)}.{advice}"
    )


def refuse_repeated_columns(df: pd.DataFrame, used: Iterable[str]) -> None:
    """Refuse a frame in which a column that is used stands more than once."""
    repeated = set(df.columns[df.columns.duplicated()])
    for name in used:
        if name in repeated:
            times = int((df.columns == name).sum())
            raise DataError(f"The data must have one column {show(name)}; got {times}.")


def refuse_role_names(
    questions: Iterable[str],
    case_mix: Iterable[str],
    *,
    roles: Sequence[str],
    columns: Mapping[str, str],
) -> None:
    """Refuse a question or a case-mix column that would overwrite a role.

    Parameters
    ----------
    questions, case_mix : iterable of str
    roles : sequence of str
        Names that are reserved.
    columns : mapping of str to str
        Role to column. A case-mix column may be the very column that has the role of its name.

    Raises
    ------
    DataError
    """
    own = {role for role, column in columns.items() if role == column}
    for name in (*questions, *(name for name in case_mix if name not in own)):
        if name in roles:
            raise DataError(
                f"A question or case-mix column may not be named `{name}`: that is a role "
                f"({', '.join(roles)}). Rename the column."
            )


def read_names(column: pd.Series[Any], label: str) -> NDArray[np.object_]:
    """Read agencies or waves as text.

    Parameters
    ----------
    column : Series
        Index: the rows as a user counts them.
    label : str
        Role and column, for messages.

    Returns
    -------
    ndarray of str, shape (rows,)

    Raises
    ------
    DataError
        A row is empty.
    """
    codes, values = pd.factorize(column, use_na_sentinel=True)
    texts = np.array([*(plain(value) for value in values), ""], dtype=object)
    found = texts[codes]
    refuse(column, found == "", f"{label} must be filled in every row")
    return found


def read_numbers(column: pd.Series[Any], label: str) -> NDArray[np.float64]:
    """Read numbers; NaN where the cell is empty, DataError where it is text."""
    found = pd.to_numeric(column, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    refuse(column, np.isnan(found) & column.notna().to_numpy(), f"{label} must be a number")
    return found


def read_counts(column: pd.Series[Any], label: str) -> NDArray[np.float64]:
    """Read numbers of respondents: whole, 0 or more, and not all 0."""
    found = read_numbers(column, label)
    check_counts(found, column, label)
    return found


def check_counts(found: NDArray[np.float64], column: pd.Series[Any], label: str) -> None:
    """Refuse counts that are not whole, or that are all 0."""
    whole = np.isfinite(found) & (found >= 0) & (found == np.floor(found))
    refuse(column, ~whole, f"{label} must be a whole number, 0 or more")
    if not found.any():
        raise DataError(f"{label} must hold at least one answer; every count is 0.")


def check_period_order(found: Iterable[str], label: str) -> None:
    """Refuse waves whose order as text is not their order in time.

    Parameters
    ----------
    found : iterable of str
    label : str
        Role and column, for messages.

    Raises
    ------
    DataError
        A month or a day comes first, or numbers have different lengths.
    """
    periods = sorted(set(found))
    if len(periods) < 2:
        return
    for period in periods:
        if _YEAR_LAST.search(period):
            raise DataError(
                f"{label} must sort in time as text; got {show(period)}. "
                "Write the year first, such as '2024-04' or '2024 Q2'."
            )

    def natural(text: str) -> list[Any]:
        parts = re.split(r"(\d+)", text)
        return [int(part) if place % 2 else part for place, part in enumerate(parts)]

    for earlier, later in pairwise(periods):
        if natural(earlier) > natural(later):
            raise DataError(
                f"{label} must sort in time as text; {show(earlier)} would come before "
                f"{show(later)}. Write numbers with the same digits, such as '09' and '10'."
            )


def check_category_order(column: pd.Series[Any], label: str) -> None:
    """Refuse ordered categories whose declared order is not their order as text."""
    if not isinstance(column.dtype, pd.CategoricalDtype) or not column.cat.ordered:
        return
    declared = [plain(value) for value in column.cat.remove_unused_categories().cat.categories]
    for earlier, later in pairwise(declared):
        if earlier > later:
            raise DataError(
                f"{label} must sort in time as text; its categories put {show(earlier)} before "
                f"{show(later)}. Name the waves so that they sort, such as '1 before', '2 after'."
            )
