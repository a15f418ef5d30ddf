"""Which is the first wave after a change?

A wave that ends on the day of the change or later counts as the first one after it, since part of
its answers are about what came then.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from cxanalytics.columns import show
from cxanalytics.errors import DataError
from cxanalytics.formats import list_words
from cxanalytics.history.events import CLOSED, CREATED, MERGED, RENAMED, Event

_YEAR = re.compile(r"(\d{4})")
_PART = re.compile(r"(\d{4})\W?(?:Q([1-4])|H([12])|(?<=\W)(\d{2}))", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Change:
    """The rows of a history that are one change, placed among the waves.

    Attributes
    ----------
    kind : str
    period : str
        First wave after it; "" where there is only one wave.
    olds, news : tuple of str
    bridge : bool
    agency : str
        The agency whose departments changed; "" where agencies did.
    note : str
    """

    kind: str
    period: str
    olds: tuple[str, ...]
    news: tuple[str, ...]
    bridge: bool
    agency: str
    note: str

    def say(self) -> str:
        """Tell it in one sentence."""
        olds = list_words([show(name) for name in self.olds])
        news = list_words([show(name) for name in self.news])
        inside = f" of {show(self.agency)}" if self.agency else ""
        when = f" in {self.period}" if self.period else ""
        verb = {
            RENAMED: f"{olds}{inside} was renamed {news}{when}.",
            MERGED: f"{olds}{inside} became part of {news}{when}.",
            CREATED: f"{news}{inside} was created{when}.",
            CLOSED: f"{olds}{inside} was closed{when}.",
        }.get(self.kind, f"{olds}{inside} was split into {news}{when}.")
        return f"{verb} {self.note}".strip()


def place(
    events: Sequence[Event], periods: Sequence[str], source: str
) -> tuple[list[Change], list[Event]]:
    """Put the rows of one change together and in time; give apart those after the last wave."""
    order = {event.whole: number for number, event in reversed(list(enumerate(events)))}
    placed = [(_first_wave(event, periods, source), event) for event in events]
    known = [entry for entry in placed if entry[0] is not None]
    later = [event for wave, event in placed if wave is None]
    # Within a wave, days before unknown days, then the order of the file.
    known.sort(key=lambda entry: (entry[0], entry[1].when, order[entry[1].whole], entry[1].row))
    groups = groupby(known, key=lambda entry: entry[1].whole)
    return [_together(list(rows)) for _, rows in groups], later


def _together(rows: list[tuple[str | None, Event]]) -> Change:
    first = rows[0][1]
    return Change(
        kind=first.kind,
        period=rows[0][0] or "",
        olds=tuple(dict.fromkeys(event.old for _, event in rows if event.old)),
        news=tuple(dict.fromkeys(event.new for _, event in rows if event.new)),
        bridge=first.bridge,
        agency=first.agency,
        note=" ".join(dict.fromkeys(event.note for _, event in rows if event.note)),
    )


def _first_wave(event: Event, periods: Sequence[str], source: str) -> str | None:
    """Find the first wave after a change; None where the last wave is earlier."""
    if list(periods) == [""]:
        return ""
    if event.day is None:
        return next((period for period in periods if period >= event.period), None)
    ends = dict(_last_days(periods))
    for period in periods:
        if period not in ends:
            raise DataError(
                f"'{source}', row {event.row}: {event.day} cannot be placed among the waves, since "
                f"{show(period)} does not say when it ends. Give `period`, the first wave after "
                "the change, in place of `date`."
            )
    return next((period for period in periods if ends[period] >= event.day), None)


def _last_days(periods: Sequence[str]) -> Iterator[tuple[str, date]]:
    """Give the last day of each wave whose text tells it: 2024, 2024-Q2, 2024-H1, 2024-04."""
    found = {period: _PART.fullmatch(period) for period in periods}
    months = [match for match in found.values() if match and match[4]]
    # 2010-11, 2011-12 are financial years, or months: it cannot be told.
    financial = bool(months) and all(int(m[4]) == (int(m[1]) + 1) % 100 for m in months)
    for period, match in found.items():
        if _YEAR.fullmatch(period):
            yield period, date(int(period), 12, 31)
        elif match and not (match[4] and financial):
            year, quarter, half, month = match.groups()
            last = 3 * int(quarter) if quarter else 6 * int(half) if half else int(month)
            if 1 <= last <= 12:
                following = date(int(year) + last // 12, last % 12 + 1, 1)
                yield period, following - timedelta(days=1)
