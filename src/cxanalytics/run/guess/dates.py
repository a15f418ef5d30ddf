"""Are the cells of a column dates, and does the day or the month come first?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

import pandas as pd

_DATES = (
    "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%d/%m/%y", "%m/%d/%y",
    "%d.%m.%y", "%d-%b-%Y", "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y",
)  # fmt: skip
_TIMES = ("", " %H:%M", " %H:%M:%S", ", %H:%M", " %I:%M %p", " %I:%M:%S %p")
FORMATS = tuple(day + time for day in _DATES for time in _TIMES)
_LIKE_A_DATE = re.compile(r"\d{1,4}[-/. ]\w{1,9}[-/., ]\s?\d{2,4}|\w{3,9} \d{1,2}, \d{4}")


@dataclass(frozen=True, slots=True)
class DateGuess:
    """How dates are written.

    Attributes
    ----------
    format : str
        As in `strptime`; "" for year-month-day.
    said : str
        The same in words, after "its cells are dates".
    doubt : str
        Why the order of day and month is open; "" where it is not.
    """

    format: str
    said: str
    doubt: str = ""


def guess_date(cells: pd.Series) -> DateGuess | None:
    """Guess how the cells of a column write dates.

    Parameters
    ----------
    cells : Series of str
        None of them blank.

    Returns
    -------
    DateGuess or None
        None where they are no dates.
    """
    texts = [str(cell) for cell in cells.unique()]
    if not texts or not all(_LIKE_A_DATE.match(text) for text in texts[:20]):
        return None
    if _reads(texts, ""):
        return DateGuess("", "")
    fits = [written for written in FORMATS if _reads(texts, written)]
    if not fits:
        return None
    example = datetime(2026, 4, 30, 14, 5).strftime(fits[0])
    first = "the month" if fits[0].startswith(("%m", "%b", "%B")) else "the day"
    said = f" such as {example}, {first} first"
    if len(fits) > 1 and {fits[0][:2], fits[1][:2]} == {"%d", "%m"}:
        return DateGuess(
            fits[0], said, "no date says whether the day or the month comes first; "
            f"date_format is \"{fits[0]}\" or \"{fits[1]}\"",
        )  # fmt: skip
    return DateGuess(fits[0], said)


def _reads(texts: list[str], written: str) -> bool:
    try:
        for text in texts:
            moment = datetime.strptime(text, written) if written else datetime.fromisoformat(text)
            if not 1900 < moment.year < 2100:
                return False
    except ValueError:
        return False
    return True
