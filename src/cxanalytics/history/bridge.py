"""Which names and waves does a history bridge, and which does it break?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from cxanalytics.columns import show
from cxanalytics.errors import DataError
from cxanalytics.formats import list_words
from cxanalytics.history.events import CLOSED, CREATED, MERGED, RENAMED, SPLIT, Event
from cxanalytics.history.waves import Change, place
from cxanalytics.published import NOT_POSSIBLE, Published
from cxanalytics.tables import Break, Check, Survey

NOTE = "organization history"
LISTED = 5


def bridge_survey(survey: Survey, events: Sequence[Event], *, source: str) -> Survey:
    """Apply a history to answers."""
    changes, later = place(events, survey.periods, source)
    text = dict.fromkeys(survey.frame.select_dtypes("category"), "str")
    frame = survey.frame.astype(text)
    notes = _later_note(later)
    breaks = list(survey.breaks)
    peers = survey.only_peers
    for position, change in enumerate(changes):
        departments = change.agency != "" and change.agency != survey.parent
        column = "department" if departments else "agency"
        if column not in frame:
            notes.append(_absent(change))
            continue
        inside = _inside(frame, change, departments)
        names = frame[column].where(inside)
        if not names.isin([*change.olds, *change.news]).any():
            notes.append(_absent(change))
            continue
        before = frame["period"] < change.period
        moved = _moved(names, frame["period"], before, change, changes[position + 1 :])
        notes += _notes(names, before, frame["period"], moved, change, departments)
        # The departments of a lone agency may come to stand as agencies.
        if not departments or frame["agency"].nunique() == 1:
            breaks = _carried(breaks, change) + _breaks(names, before, change)
        if not departments and change.kind == RENAMED:
            peers = tuple(change.news[0] if name in change.olds else name for name in peers)
        if moved.any():
            frame[column] = frame[column].mask(moved, change.news[0])
    return replace(
        survey,
        frame=frame,
        notes=(*survey.notes, *notes),
        breaks=tuple(breaks),
        only_peers=peers,
    )


def _inside(frame: pd.DataFrame, change: Change, departments: bool) -> pd.Series:
    if departments:
        return frame["agency"] == change.agency
    return pd.Series(True, index=frame.index)


def _moved(
    names: pd.Series,
    period: pd.Series,
    before: pd.Series,
    change: Change,
    following: Sequence[Change],
) -> pd.Series:
    """Flag the rows that take the new name."""
    old = names.isin(change.olds)
    if change.kind == RENAMED:
        # A late use of the old name is the same agency, until another one takes that name.
        taken = [later.period for later in following if change.olds[0] in later.news]
        return old & (period < min(taken)) if taken else old
    if change.kind == MERGED and change.bridge:
        return old & before
    return pd.Series(False, index=names.index)


def _breaks(names: pd.Series, before: pd.Series, change: Change) -> list[Break]:
    if not before.any():
        return []
    if change.kind == CREATED:
        broken = [name for name in change.news if (names[before] == name).any()]
    elif change.kind == SPLIT or (change.kind == MERGED and not change.bridge):
        broken = _going_on(names, before, (*change.news, *change.olds))
    else:
        broken = []
    return [Break(agency=name, period=change.period, text=change.say()) for name in broken]


def _going_on(names: pd.Series, before: pd.Series, given: Sequence[str]) -> list[str]:
    """Find the names that are in use after a change."""
    return [name for name in dict.fromkeys(given) if (names[~before] == name).any()]


def _carried(breaks: Sequence[Break], change: Change) -> list[Break]:
    """Hand an earlier break on to the agency that goes on under a new name."""
    if not change.bridge:
        return list(breaks)
    return [
        replace(earlier, agency=change.news[0])
        if earlier.agency in change.olds and earlier.period <= change.period
        else earlier
        for earlier in breaks
    ]


def _notes(
    names: pd.Series,
    before: pd.Series,
    period: pd.Series,
    moved: pd.Series,
    change: Change,
    departments: bool,
) -> list[Check]:
    noun = "departments" if departments else "agencies"
    told = change.say()
    notes: list[Check] = []
    if change.kind == RENAMED:
        told += " It stands under one name, and its trend goes on."
        both = sorted(set(period[moved]) & set(period[names == change.news[0]]))
        if both:
            waves = list_words(both) or "the one wave"
            text = f"Both names of {show(change.news[0])} occur in {waves}: they are pooled there."
            notes.append(Check(NOTE, False, text))
    elif change.kind == MERGED and change.bridge:
        told += f" The answers of these {noun} are pooled before."
    elif change.kind in (MERGED, SPLIT):
        told += f" No change is given across it: these are not the same {noun}."
    elif change.kind == CREATED and (names[before] == change.news[0]).any():
        text = f"{show(change.news[0])} has answers from before it was created ({change.period})."
        notes.append(Check(NOTE, False, text))
    elif change.kind == CLOSED and (names[~before] == change.olds[0]).any():
        text = f"{show(change.olds[0])} has answers from after it was closed ({change.period})."
        notes.append(Check(NOTE, False, text))
    return [Check(NOTE, None, told), *notes]


def _absent(change: Change) -> Check:
    text = f"{change.say()} None of these names is in the data: check how they are written."
    return Check(NOTE, False, text)


def _later_note(later: Sequence[Event]) -> list[Check]:
    if not later:
        return []
    days = list_words(sorted({event.when for event in later})[:LISTED])
    text = f"Changes after the last wave are not applied: {days}."
    return [Check(NOTE, None, text)]


def bridge_published(published: Published, events: Sequence[Event], *, source: str) -> Published:
    """Apply a history to shares without counts."""
    changes, later = place(events, published.periods, source)
    frame = published.to_frame()
    notes = _later_note(later)
    for position, change in enumerate(changes):
        names = frame["agency"]
        if change.agency or not names.isin([*change.olds, *change.news]).any():
            notes.append(_absent(change))
            continue
        before = frame["period"] < change.period
        if change.kind == RENAMED:
            moved = _moved(names, frame["period"], before, change, changes[position + 1 :])
            _refuse_both(frame, moved, change)
            frame["agency"] = names.mask(moved, change.news[0])
            told = " It stands under one name, and its trend goes on."
        else:
            told = _set_apart(frame, before, change)
        notes.append(Check(NOTE, None, change.say() + told))
    return replace(published, frame=frame, notes=(*published.notes, *notes))


def _refuse_both(frame: pd.DataFrame, moved: pd.Series, change: Change) -> None:
    new = frame["agency"] == change.news[0]
    both = sorted(set(frame.loc[moved, "period"]) & set(frame.loc[new, "period"]))
    if both:
        raise DataError(
            f"{show(change.olds[0])} and {show(change.news[0])} both have values in {both[0]}, so "
            "one cannot be the new name of the other. Shares without counts cannot be pooled."
        )


def _set_apart(frame: pd.DataFrame, before: pd.Series, change: Change) -> str:
    """Rename the earlier self of an agency whose trend breaks; say so."""
    if change.kind not in (MERGED, SPLIT):
        return ""
    told = " No change is given across it."
    kept = _going_on(frame["agency"], before, change.olds)
    for name in dict.fromkeys((*change.news, *kept)):
        earlier = before & (frame["agency"] == name)
        if earlier.any():
            until = f"{name} (until {frame.loc[earlier, 'period'].max()})"
            frame.loc[earlier, "agency"] = until
            told += f" Before it, {show(name)} is called {show(until)}."
    if change.bridge:
        told += f" Pooling the parts before it: {NOT_POSSIBLE[0].lower()}{NOT_POSSIBLE[1:]}"
    return told
