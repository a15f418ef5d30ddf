"""What does a cell say: a name, a number, a date, an answer on a scale?

Each distinct cell is read once. Names are stripped and put in Unicode form NFC, and otherwise
kept as they are. The first cell that cannot be read stops with its row.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxanalytics.columns import plain, refuse, show
from cxanalytics.errors import DataError
from cxanalytics.formats import count as count_text
from cxanalytics.scales import Scale

BLANK = frozenset({"", "na", "n/a", "#n/a", "nan", "null"})
LISTED = 5
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?|[+-]?inf(inity)?")
_PREFIX = re.compile(r"(?:\((?P<inside>\d+)\)|(?P<bare>\d+)\s*[-–—.:)=])\s*(?P<rest>.*)", re.DOTALL)


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


def _read_each(
    column: pd.Series, read: Callable[[Any], Any], dtype: Any, blank: Any
) -> tuple[NDArray[Any], NDArray[np.bool_]]:
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
    if not _NUMBER.fullmatch(text):
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
    found, failed = _read_each(column, number, float, math.nan)
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

    found, failed = _read_each(column, read, "datetime64[us]", nothing)
    written = "a date such as 2024-04-30" if date_format is None else f"a date like {date_format}"
    advice = " Pass date_format='%d/%m/%Y' where the day comes first." if not date_format else ""
    refuse(column, failed, f"{label} must be {written}", advice)
    return found


def answer(
    value: Any, scale: Scale, answers: Mapping[str, float], missing: frozenset[str]
) -> float:
    """Read one answer: a declared code, a number on the scale, or one of its labels.

    Parameters
    ----------
    value : object
        The cell.
    scale : Scale
    answers : mapping of str to float
        Declared labels or codes, by `key`; they go before everything else.
    missing : frozenset of str
        Declared missing codes, by `key`.

    Returns
    -------
    float
        NaN where the answer is missing.

    Raises
    ------
    ValueError
        The cell is none of these.
    """
    text = key(plain(value))
    if text in answers:
        return answers[text]
    if text in missing:
        return math.nan
    if _NUMBER.fullmatch(text):
        found = float(text)
        if found in scale.answers:
            return found
        raise ValueError(text)
    label = scale.read_label(text)
    if label is not None:
        return float(label)
    parts = _PREFIX.fullmatch(text)
    if parts:
        return _prefixed(
            float(parts["inside"] or parts["bare"]), parts["rest"], scale, answers, missing
        )
    if text in BLANK:
        return math.nan
    raise ValueError(text)


def _prefixed(
    first: float, rest: str, scale: Scale, answers: Mapping[str, float], missing: frozenset[str]
) -> float:
    """Read "5 - Agree": the words decide, because codes may run from best to worst."""
    if rest in answers:
        return answers[rest]
    if rest in missing:
        return math.nan
    label = scale.read_label(rest)
    if label is not None:
        return float(label)
    # A number before unknown words counts only where the scale has no word of its own for it.
    if first in scale.answers and first not in set(scale.labels.values()):
        return first
    raise ValueError(rest)


def answers_on_scale(
    column: pd.Series,
    label: str,
    scale: Scale,
    *,
    answers: Mapping[str, float],
    missing: frozenset[str],
) -> NDArray[np.float64]:
    """Read a column of answers.

    Parameters
    ----------
    column : Series of category
    label : str
        Question and column, for messages.
    scale : Scale
    answers, missing : mapping and set
        As in `answer`.

    Returns
    -------
    ndarray of float, shape (rows,)
        On the scale; NaN where the answer is missing.

    Raises
    ------
    DataError
        An answer is outside the scale, or all are missing.
    """
    found, failed = _read_each(
        column, lambda value: answer(value, scale, answers, missing), float, math.nan
    )
    labels = f" or a label such as '{next(iter(scale.labels))}'" if scale.labels else ""
    kinds = pd.Series(texts(column.loc[failed]), dtype=object).value_counts()
    listed = ", ".join(f"{show(kind)} ({rows})" for kind, rows in kinds.iloc[:LISTED].items())
    advice = f" Not understood: {listed}." if len(kinds) > 1 else ""
    refuse(
        column,
        failed,
        f"{label} must be {scale.allowed()}{labels} (scale {scale.id})",
        f"{advice} A code for no answer belongs in `missing`.",
    )
    if np.isnan(found).all():
        raise DataError(
            f"{label} must hold at least one answer; all {count_text(len(found))} are missing."
        )
    return found
