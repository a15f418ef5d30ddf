"""Which rows were read, left out and kept, and what else was noticed?

A note about rows starts with its count, so that it can be tabulated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxanalytics.columns import and_more, show
from cxanalytics.errors import DataError
from cxanalytics.formats import count as count_text
from cxanalytics.formats import list_words
from cxanalytics.sources._cells import key, rows_text
from cxanalytics.sources._grid import Grid
from cxanalytics.tables import Check

NAMED = ("agency", "department", "unit", "channel", "period")
MAY_BE_BLANK = ("department", "unit", "channel", "respondent", "date")
LISTED = 5


def refuse_duplicates(frame: pd.DataFrame, columns: Mapping[str, str]) -> None:
    """Stop where a respondent stands twice in one period."""
    if "respondent" not in frame:
        return
    within = ["respondent", "period"] if "period" in frame else ["respondent"]
    again = frame["respondent"].notna() & frame.duplicated(within)
    if not again.any():
        return
    row = frame.loc[again].iloc[0]
    first = frame.index[(frame[within] == row[within]).all(axis=1)][0]
    when = f" in period {show(row['period'])}" if "period" in frame else ""
    raise DataError(
        f"`respondent` (column {show(columns['respondent'])}) must be unique within a period; "
        f"{show(row['respondent'])} stands in rows {first} and {row.name}{when}"
        f"{and_more(int(again.sum()) - 1)}. Where one person may answer more than once, map "
        "that column to `psu`."
    )


def account(
    grid: Grid, frame: pd.DataFrame, names: Sequence[str], counts: bool
) -> tuple[NDArray[np.bool_], list[Check]]:
    """Flag the rows to keep, and count those read, left out and kept."""
    answered = frame[list(names)].notna().any(axis=1).to_numpy()
    zero = frame["weight"].to_numpy() == 0 if counts else np.zeros(len(frame), dtype=bool)
    kept = answered & ~zero
    if not kept.any():
        raise DataError(f"'{grid.source}' must hold at least one answer; every row was left out.")
    read = len(frame) + grid.empty_rows
    notes = [Check("rows read", None, f"{rows_text(read)} read from {grid.source}.")]
    for name, number, why in (
        ("rows empty", grid.empty_rows, "left out: every cell is empty."),
        ("rows with count 0", int(zero.sum()), "left out: the count is 0."),
        ("rows without answer", int((~answered & ~zero).sum()), "left out: no question answered."),
    ):
        if number:
            notes.append(Check(name, None, f"{rows_text(number)} {why}"))
    stands = ""
    if counts:
        stands = f", which stand for {count_text(frame['weight'].to_numpy()[kept].sum())} answers"
    notes.append(Check("rows kept", None, f"{rows_text(int(kept.sum()))} kept{stands}."))
    return kept, notes


def notices(
    frame: pd.DataFrame, columns: Mapping[str, str], codes: Mapping[str, int]
) -> list[Check]:
    """Note missing codes, blank roles and names that look alike."""
    notes = []
    if codes:
        most = sorted(codes.items(), key=lambda entry: -entry[1])
        listed = list_words([f"{show(code)} ({count_text(rows)})" for code, rows in most[:LISTED]])
        text = f"{count_text(sum(codes.values()))} answers missing by code: {listed}."
        notes.append(Check("missing codes", None, text))
    for role in MAY_BE_BLANK:
        blank = int(frame[role].isna().sum()) if role in frame else 0
        if blank:
            notes.append(Check(f"{role} blank", None, f"{rows_text(blank)} without {role}, kept."))
    for role in (role for role in NAMED if role in columns):
        alike = _look_alike(list(frame[role].dropna().unique()))
        if alike:
            groups = [" / ".join(show(name) for name in names) for names in alike[:LISTED]]
            more = f", and {len(alike) - LISTED} more" if len(alike) > LISTED else ""
            text = (
                f"Some names of `{role}` differ only in case, spaces or invisible marks: "
                f"{'; '.join(groups)}{more}. They are kept apart."
            )
            notes.append(Check(f"{role} names", False, text))
    return notes


def _look_alike(names: Sequence[str]) -> list[list[str]]:
    groups: dict[str, list[str]] = {}
    for name in sorted(names):
        groups.setdefault(key(name), []).append(name)
    return [group for group in groups.values() if len(group) > 1]
