"""Which rows were read, left out and kept, and what else was noticed?

A note about rows starts with its count, so that it can be tabulated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxanalytics.columns import and_more, plain, show
from cxanalytics.errors import DataError
from cxanalytics.formats import count as count_text
from cxanalytics.formats import list_words
from cxanalytics.rules import THRESHOLDS
from cxanalytics.scales import MISSING_REASONS, NOT_FOR_ALL
from cxanalytics.sources._cells import key, rows_text
from cxanalytics.sources._grid import Grid
from cxanalytics.tables import Check, Question

NAMED = ("agency", "department", "unit", "channel", "period")
MAY_BE_BLANK = ("department", "unit", "channel", "respondent", "date")
LISTED = 5
LONG = 7
"""Fewest answers of a scale on which the use of its lower half alone is noticed."""


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
    answered = np.zeros(len(frame), dtype=bool)
    for name in names:
        answered |= frame[name].notna().to_numpy()
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


class Untold:
    """Answers that are missing although the cell is filled, counted by their reason.

    Parameters
    ----------
    weight : ndarray of shape (rows,), optional
        Respondents a row stands for; 1 when absent.
    """

    def __init__(self, weight: NDArray[np.float64] | None = None) -> None:
        self._weight = weight
        self._told: dict[str, tuple[NDArray[Any], Sequence[str]]] = {}
        self._cells: dict[str, tuple[str, float]] = {}

    def add(self, question: str, column: pd.Series[Any], reasons: Sequence[str]) -> None:
        """Count one question.

        Parameters
        ----------
        question : str
        column : Series of category
            The cells, as in the file.
        reasons : sequence of str
            One of `scales.MISSING_REASONS`, or "", by category.
        """
        if not any(reasons):
            return
        codes = column.cat.codes.to_numpy()
        numbers = self._numbers(codes, len(reasons))
        for cell, reason, n in zip(column.cat.categories, reasons, numbers, strict=True):
            if reason and n > 0:
                text = plain(cell)
                self._cells[text] = (reason, self._cells.get(text, ("", 0.0))[1] + n)
                self._told[question] = (codes, reasons)

    def _numbers(
        self, codes: NDArray[Any], categories: int, kept: NDArray[np.bool_] | None = None
    ) -> NDArray[np.float64]:
        """Count respondents by category, of the rows that are kept."""
        here = codes >= 0 if kept is None else kept & (codes >= 0)
        weight = None if self._weight is None else self._weight[here]
        return np.bincount(codes[here], weight, minlength=categories).astype(float)

    def table(self, kept: NDArray[np.bool_]) -> pd.DataFrame | None:
        """Give `question reason n` over the rows kept, or None where they tell no reason.

        Parameters
        ----------
        kept : ndarray of bool, shape (rows,)
        """
        counted: dict[tuple[str, str], float] = {}
        for question, (codes, reasons) in self._told.items():
            numbers = self._numbers(codes, len(reasons), kept)
            for reason, n in zip(reasons, numbers, strict=True):
                if reason:
                    counted[question, reason] = counted.get((question, reason), 0.0) + float(n)
        return reasons_table(counted)

    def notes(self) -> list[Check]:
        """Note the cells that stand for no answer, and those for no question, with their counts."""
        notes = []
        for name, not_for_all, what in (
            ("missing codes", False, "missing by code"),
            ("not applicable", True, "not applicable or not asked"),
        ):
            cells = {
                cell: n
                for cell, (reason, n) in self._cells.items()
                if (reason in NOT_FOR_ALL) == not_for_all
            }
            if cells:
                most = sorted(cells.items(), key=lambda entry: -entry[1])
                named = [f"{show(cell)} ({count_text(n)})" for cell, n in most[:LISTED]]
                total = count_text(sum(cells.values()))
                notes.append(Check(name, None, f"{total} answers {what}: {list_words(named)}."))
        return notes


def reasons_table(counted: Mapping[tuple[str, str], float]) -> pd.DataFrame | None:
    """Build `Survey.reasons`.

    Parameters
    ----------
    counted : mapping of (question, reason) to number
        Reasons are `scales.MISSING_REASONS`.

    Returns
    -------
    DataFrame or None
        Columns `question reason n`; None where nothing was counted.
    """
    rows = [
        (question, reason, int(n))
        for (question, reason), n in sorted(counted.items(), key=lambda item: _place(*item[0]))
        if n
    ]
    return pd.DataFrame(rows, columns=["question", "reason", "n"]) if rows else None


def _place(question: str, reason: str) -> tuple[str, int]:
    return question, MISSING_REASONS.index(reason)


def scale_notes(frame: pd.DataFrame, questions: Sequence[Question], counts: bool) -> list[Check]:
    """Note agencies that use only the lower half of a long scale: were they asked on another one?

    Parameters
    ----------
    frame : DataFrame
        Of the survey.
    questions : sequence of Question
    counts : bool
        True where a row stands for `weight` respondents.

    Returns
    -------
    list of Check
    """
    notes = []
    for question in questions:
        answers = question.scale.answers
        middle = (answers[0] + answers[-1]) / 2
        found = frame[question.name]
        if len(answers) < LONG or not (found > middle).any():
            continue
        most = found.groupby(frame["agency"]).max()
        if not (most <= middle).any():
            continue
        n_of = frame["weight"] if counts else pd.Series(1.0, index=frame.index)
        n = n_of.where(found.notna(), 0.0).groupby(frame["agency"]).sum()
        low = most.loc[(most <= middle) & (n >= THRESHOLDS.caution)]
        if len(low):
            named = [show(agency) for agency in low.index[:LISTED]]
            more = f" and {len(low) - LISTED} more" if len(low) > LISTED else ""
            text = (
                f"`{question.name}` runs {question.scale.allowed()}, and nobody in "
                f"{', '.join(named)}{more} answers above {low.max():g}: if they were asked on "
                "another scale, they may not be compared."
            )
            notes.append(Check(f"scale of {question.name}", False, text))
    return notes


def notices(frame: pd.DataFrame, columns: Mapping[str, str]) -> list[Check]:
    """Note blank roles and names that look alike."""
    notes = []
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
