"""What does a history file say, and can it be true?"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cxanalytics.columns import plain, show
from cxanalytics.errors import DataError, did_you_mean, must_be

RENAMED, MERGED, SPLIT, CREATED, CLOSED = KINDS = (
    "renamed",
    "merged",
    "split",
    "created",
    "closed",
)
COLUMNS = ("date", "period", "kind", "agency", "old", "new", "bridge", "note")
_NEEDED = ("kind", "old", "new")
_NAMES = {CREATED: ("new",), CLOSED: ("old",)}
_BRIDGE = {"yes": True, "no": False, "": None}


@dataclass(frozen=True, slots=True)
class Event:
    """One row of a history.

    Attributes
    ----------
    kind : {"renamed", "merged", "split", "created", "closed"}
    old, new : str
        Names before and after; "" where there is none.
    day : date, optional
        When it happened; or else `period`.
    period : str
        The first wave after it.
    bridge : bool
        The answers of merged parts are pooled before the change.
    agency : str
        The agency whose departments `old` and `new` are; "" where they are agencies.
    note : str
        Further words for the reader.
    row : int
        Row in the file, for messages.
    """

    kind: str
    old: str = ""
    new: str = ""
    day: date | None = None
    period: str = ""
    bridge: bool = False
    agency: str = ""
    note: str = ""
    row: int = 0

    @property
    def when(self) -> str:
        """The day or the wave, as text."""
        return self.day.isoformat() if self.day else self.period

    @property
    def whole(self) -> tuple[str, ...]:
        """What the rows of one change have in common."""
        shared = {MERGED: self.new, SPLIT: self.old}.get(self.kind, f"{self.old}\n{self.new}")
        return (self.when, self.agency, self.kind, shared)


def read_events(path: Path) -> tuple[Event, ...]:
    """Read the rows of a history file."""
    if not path.is_file():
        beside = [entry.name for entry in path.parent.glob("*.csv")]
        raise DataError(
            f"`path` must be a history file that exists; got '{path}'."
            f"{did_you_mean(path.name, beside)}"
        )
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"'{path.name}' is not UTF-8 text (byte {error.start + 1}).") from None
    rows = [[plain(cell) for cell in row] for row in csv.reader(text.splitlines())]
    header = rows[0] if rows else []
    _check_header(header, path.name)
    return tuple(
        _event(dict(zip(header, row, strict=False)), f"'{path.name}', row {number}", number)
        for number, row in enumerate(rows[1:], start=2)
        if any(row)
    )


def _check_header(header: Sequence[str], name: str) -> None:
    for column in header:
        if column not in COLUMNS:
            raise DataError(f"'{name}': {must_be('column', COLUMNS, column)}")
        if header.count(column) > 1:
            raise DataError(f"'{name}' must have one column {show(column)}; got it twice.")
    for column in _NEEDED:
        if column not in header:
            raise DataError(
                f"'{name}' must have the columns kind, old and new; got "
                f"{', '.join(header) or 'an empty file'}."
            )
    if "date" not in header and "period" not in header:
        raise DataError(f"'{name}' must have a column date or period; got {', '.join(header)}.")


def _event(cells: dict[str, str], where: str, row: int) -> Event:
    kind, bridge = cells["kind"].lower(), cells.get("bridge", "").lower()
    if kind not in KINDS:
        raise DataError(f"{where}: {must_be('kind', KINDS, cells['kind'])}")
    if bridge not in _BRIDGE:
        raise DataError(f"{where}: `bridge` must be yes, no or empty; got {cells['bridge']!r}.")
    _check_names(kind, cells, where)
    if kind == RENAMED and _BRIDGE[bridge] is False:
        raise DataError(
            f"{where}: `bridge` must be yes or empty for a new name, since the agency stayed the "
            "same; got 'no'. Where it did not, write closed and created."
        )
    if kind != MERGED and kind != RENAMED and _BRIDGE[bridge]:
        raise DataError(
            f"{where}: `bridge` must be no or empty where the kind is {kind}; got 'yes'. Only what "
            "was merged can be pooled."
        )
    return Event(
        kind=kind,
        old=cells["old"],
        new=cells["new"],
        day=_day(cells, where),
        period=cells.get("period", ""),
        bridge=bool(_BRIDGE[bridge]) or kind == RENAMED,
        agency=cells.get("agency", ""),
        note=cells.get("note", ""),
        row=row,
    )


def _check_names(kind: str, cells: dict[str, str], where: str) -> None:
    needed = _NAMES.get(kind, ("old", "new"))
    for column in ("old", "new"):
        if column in needed and not cells.get(column):
            raise DataError(f"{where}: `{column}` must be filled where the kind is {kind}.")
        if column not in needed and cells.get(column):
            raise DataError(
                f"{where}: `{column}` must be empty where the kind is {kind}; "
                f"got {show(cells[column])}."
            )
    if kind == RENAMED and cells["old"] == cells["new"]:
        raise DataError(f"{where}: a new name must differ from the old; got {show(cells['old'])}.")


def _day(cells: dict[str, str], where: str) -> date | None:
    day, period = cells.get("date", ""), cells.get("period", "")
    if bool(day) == bool(period):
        got = f"{day!r} and {period!r}" if day else "neither"
        raise DataError(f"{where}: one of `date` and `period` must be filled; got {got}.")
    if not day:
        return None
    try:
        return date.fromisoformat(day)
    except ValueError:
        raise DataError(f"{where}: `date` must be a day such as 2024-04-30; got {day!r}.") from None


def check_events(events: Sequence[Event], source: str) -> None:
    """Refuse a history that cannot be true: a name that goes two ways at once, or in a circle."""
    goes: dict[tuple[str, ...], Event] = {}
    rows: dict[tuple[str, ...], Event] = {}
    for event in events:
        same = rows.setdefault((*event.whole, event.old, event.new), event)
        if same is not event:
            raise DataError(f"'{source}': rows {same.row} and {event.row} are the same.")
        for side, name in (("old", event.old), ("new", event.new)):
            first = goes.setdefault((side, event.when, event.agency, name), event)
            if name and first.whole != event.whole:
                raise DataError(
                    f"'{source}': {show(name)} stands as `{side}` in two changes of {event.when}: "
                    f"{first.kind} (row {first.row}) and {event.kind} (row {event.row})."
                )
    _refuse_circles(events, source)
    _refuse_half_bridges(events, source)


def _refuse_half_bridges(events: Sequence[Event], source: str) -> None:
    said: dict[tuple[str, ...], Event] = {}
    for event in events:
        first = said.setdefault(event.whole, event)
        if first.bridge != event.bridge:
            raise DataError(
                f"'{source}': the rows of one change must agree on `bridge`; rows {first.row} and "
                f"{event.row} do not."
            )


def _refuse_circles(events: Sequence[Event], source: str) -> None:
    """Follow each name over the changes of one day; it must not come back."""
    moves: dict[tuple[str, str], dict[str, Event]] = {}
    for event in events:
        if event.kind in (RENAMED, MERGED) and event.old != event.new:
            moves.setdefault((event.when, event.agency), {})[event.old] = event
    for (when, _), step in moves.items():
        for start in step:
            path, name = [start], step[start].new
            while name in step and name not in path:
                path.append(name)
                name = step[name].new
            if name == start:
                listed = " to ".join(show(entry) for entry in [*path, start])
                raise DataError(f"'{source}' goes in a circle on {when}: {listed}.")
