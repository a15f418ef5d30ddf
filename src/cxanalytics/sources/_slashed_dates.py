"""Which day is 03/10/2021, where some rows put the day first and others the month?

A respondent's comments carry the same day. Where one comment has it one way round and another the
other, the readings are compared: the day that all of them allow is taken; where two days remain
possible, the date stays blank.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from cxanalytics.formats import count as count_text
from cxanalytics.tables import Check

_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")


@dataclass(frozen=True, slots=True)
class SlashedDates:
    """Days of respondents, and how they were found.

    Attributes
    ----------
    day : Series of datetime64
        One per group, in order of first appearance; NaT where it is blank or cannot be told.
    month_first : int
        Cells that can only be read with the month first.
    both_ways : int
        Groups whose cells have day and month both ways round, and both days are possible.
    unreadable : int
        Cells with a text that is no such date.
    """

    day: pd.Series
    month_first: int
    both_ways: int
    unreadable: int

    def notes(self) -> list[Check]:
        """Say what was noticed."""
        notes = []
        if self.month_first:
            text = (
                f"Dates that cannot have the day first: {count_text(self.month_first)}. They are "
                "read with the month first. Where day and month are both 12 or less, a swap "
                "cannot be seen: no waves are made of these dates."
            )
            notes.append(Check("dates month first", False, text))
        if self.both_ways:
            text = (
                f"Respondents with day and month both ways round: {count_text(self.both_ways)}. "
                "Their date is left blank."
            )
            notes.append(Check("dates both ways", False, text))
        if self.unreadable:
            text = f"Dates not like 30/04/2024, left blank: {count_text(self.unreadable)}."
            notes.append(Check("dates unreadable", False, text))
        return notes


def read_slashed_dates(cells: pd.Series, keys: pd.DataFrame) -> SlashedDates:
    """Read dates such as 30/04/2024.

    Parameters
    ----------
    cells : Series of str
        Blank is "".
    keys : DataFrame
        Rows with the same keys have the same day.

    Returns
    -------
    SlashedDates
    """
    readings = {text: _readings(text) for text in cells.unique()}
    filled = cells.loc[cells != ""]
    groups = keys.groupby(list(keys.columns), sort=False).ngroup().to_numpy()
    days: list[date | None] = [None] * (int(groups.max()) + 1)
    both_ways = 0
    for group, texts in filled.groupby(groups[(cells != "").to_numpy()]):
        distinct = texts.unique()
        possible = set.intersection(*(set(readings[text]) for text in distinct))
        if len(distinct) > 1 and len(possible) > 1:
            both_ways += 1
        elif possible:
            # One text, or one day left: the day first where it can be.
            days[int(str(group))] = next(day for day in readings[distinct[0]] if day in possible)
    return SlashedDates(
        day=pd.Series(np.array(days, dtype="datetime64[us]")),
        month_first=sum(_month_first(text) for text in filled),
        both_ways=both_ways,
        unreadable=sum(not readings[text] for text in filled),
    )


def _readings(text: str) -> list[date]:
    """Give the days a text can mean, with the day first, then with the month first."""
    found = _SLASHED.fullmatch(text)
    if not found:
        return []
    first, second, year = (int(part) for part in found.groups())
    if not 1 <= year <= 9999:
        return []
    days = []
    for day, month in ((first, second), (second, first)):
        try:
            days.append(date(year, month, day))
        except ValueError:
            continue
    return list(dict.fromkeys(days))


def _month_first(text: str) -> bool:
    found = _SLASHED.fullmatch(text)
    return bool(found) and int(found[2]) > 12 and bool(_readings(text)) if found else False
