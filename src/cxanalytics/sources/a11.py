"""What do US federal services publish about their customers under OMB Circular A-11 Section 280?

Two layouts. The first has a row per survey deployment and quarter, with the answers to each
question counted from 1 (strongly disagree) to 5 (strongly agree): it says nothing about which
answers belong to one person, so it holds scores and no drivers. The second has a row per answer
(see `a11_v2`). Five zeros are a question that was not asked. A question that agencies worded
differently in one quarter is not compared: a difference could come from the words. The numbers of
customers, of people asked and of answers are kept as they stand, impossible ones too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd

from cxanalytics.errors import DataError, ParamsError, must_be
from cxanalytics.formats import count as count_text
from cxanalytics.scales import get_scale
from cxanalytics.sources._a11 import (
    Wordings,
    chosen_wordings,
    optional_text,
    read_agencies,
    read_periods,
    refuse_clash,
    refuse_repeats,
    whole_counts,
    without_names,
)
from cxanalytics.sources._cells import rows_text
from cxanalytics.sources._grid import Grid, read_grid
from cxanalytics.sources.a11_response import FUNNEL, read_a11_response
from cxanalytics.sources.a11_v2 import read_a11_v2
from cxanalytics.tables import Check, Question, Survey

__all__ = ["read_a11_response", "read_a11_v1", "read_a11_v2"]

SCALE = "likert_1_5"
STANDARD = MappingProxyType(
    {
        "satisfaction": (1, "Satisfaction"),
        "trust": (2, "Trust"),
        "effectiveness": (3, "Effectiveness"),
        "ease": (4, "Ease"),
        "efficiency": (5, "Efficiency"),
        "transparency": (6, "Transparency"),
        "employee": (7, "Employee interaction"),
    }
)
OWN = MappingProxyType({f"q{n}": (n, f"Own question {n}") for n in range(8, 12)})
ADVICE = "Name the wording to read, questions={{'{name}': '...'}}, or leave the question out."


def read_a11_v1(
    path: str | Path,
    *,
    questions: Sequence[str] | Mapping[str, str] | None = None,
    outcome: str = "satisfaction",
    agency: str = "service_provider_name",
) -> Survey:
    """Read the quarterly file with a row per deployment and counts of answers.

    Parameters
    ----------
    path : str or Path
        Any file that `read_table` reads, with the publisher's column names.
    questions : sequence of str, or mapping of str to str, optional
        Questions to read: satisfaction, trust, effectiveness, ease, efficiency, transparency,
        employee, and q8 to q11 for the provider's own; or question to the one wording to keep.
        When absent: the seven, less those that agencies worded differently in one quarter, which
        is said.
    outcome : str
        Name of the question the study is about.
    agency : {"service_provider_name", "service_name"}
        Who is compared. Services of a provider are its departments.

    Returns
    -------
    Survey
        Counts, in waves such as "2024-Q1", with `department`, `unit` (the transaction point) and
        `channel`. A row answers one question. Where the wording changed from one quarter to the
        next, the question says so in `changed`.

    Raises
    ------
    DataError
        A count is not whole, an id stands twice, a quarter is no quarter, nobody answered, or a
        question that was asked for by name has several wordings in a quarter.
    ParamsError
        An unknown question, wording or `agency`.
    """
    chosen = chosen_wordings(questions)
    known = {**STANDARD, **OWN}
    for name in chosen:
        if name not in known:
            raise ParamsError(must_be("questions", known, name))
    names = list(chosen or STANDARD)
    if outcome not in names:
        raise ParamsError(must_be("outcome", names, outcome))
    grid = read_grid(path)
    refuse_repeats(grid, "id")
    roles = _roles(grid, agency)
    parts, asked, notes = [], [], []
    for name in names:
        number, label = known[name]
        counts = _counts(grid, number)
        wordings = _wordings(grid, name, number, roles, counts)
        if chosen.get(name):
            keep = pd.Series(wordings.keep(chosen[name]), index=wordings.rows.index)
            dropped = int((~keep).sum())
            counts.loc[keep.index[~keep]] = 0.0
            wordings = _wordings(grid, name, number, roles, counts)
            if dropped:
                text = f"{rows_text(dropped)} left out of `{name}`: asked in other words."
                notes.append(Check("other wordings", None, text))
        clash = wordings.clash()
        if clash and name not in chosen and name != outcome:
            notes.append(Check("wordings", False, f"{clash}: it is left out."))
            continue
        refuse_clash(clash, ADVICE.format(name=name))
        notes += _silent(grid, name, number, counts)
        if not counts.to_numpy().any():
            continue
        parts.append((name, counts))
        asked.append(_question(name, label, wordings))
    _refuse_nothing(parts, outcome, grid.source)
    frame = _long(roles, parts)
    return Survey(
        frame=frame,
        questions=tuple(asked),
        outcome=outcome,
        counts=True,
        notes=(*_row_notes(grid, parts, frame), *notes, *_more_than_respondents(grid, parts)),
        reasons=_reasons(frame, [name for name, _ in parts]),
    )


def _roles(grid: Grid, agency: str) -> pd.DataFrame:
    roles = pd.DataFrame({"agency": read_agencies(grid, agency), "period": read_periods(grid)})
    further = {"unit": "transaction_point", "channel": "channel"}
    if agency == "service_provider_name":
        further = {"department": "service_name", **further}
    for role, column in further.items():
        found = optional_text(grid, column)
        if (found != "").any():
            roles[role] = pd.array([text or None for text in found], dtype="str")
    return roles


def _counts(grid: Grid, number: int) -> pd.DataFrame:
    """Read the counts of one question, a column per answer; a blank among counts is 0."""
    counts = {answer: whole_counts(grid, f"q{number}_{answer}") for answer in range(1, 6)}
    return pd.DataFrame(counts, index=grid.frame.index).fillna(0.0)


def _wordings(
    grid: Grid, name: str, number: int, roles: pd.DataFrame, counts: pd.DataFrame
) -> Wordings:
    wording = without_names(optional_text(grid, f"q{number}_text"), grid)
    rows = roles[["agency", "period"]].assign(wording=wording)
    return Wordings(name, rows.loc[counts.sum(axis=1) > 0])


def _silent(grid: Grid, name: str, number: int, counts: pd.DataFrame) -> list[Check]:
    """Tell questions that were not asked from those that nobody answered."""
    zero = counts.sum(axis=1) == 0
    text = optional_text(grid, f"q{number}_text")
    unasked, unanswered = int((zero & (text == "")).sum()), int((zero & (text != "")).sum())
    notes = []
    if unasked:
        told = f"`{name}` has five zeros and no wording in {rows_text(unasked)}: not asked."
        notes.append(Check("not asked", None, told))
    if unanswered:
        told = (
            f"`{name}` has a wording and five zeros in {rows_text(unanswered)}: not asked, or "
            "answered by nobody."
        )
        notes.append(Check("not asked or not answered", None, told))
    return notes


def _question(name: str, label: str, wordings: Wordings) -> Question:
    return Question(
        name=name,
        label=label,
        scale=get_scale(SCALE),
        wording=wordings.text(),
        changed=wordings.changed(),
    )


def _refuse_nothing(parts: Sequence[tuple[str, pd.DataFrame]], outcome: str, source: str) -> None:
    if outcome not in [name for name, _ in parts]:
        raise DataError(f"'{source}' must hold at least one answer to `{outcome}`; got none.")


def _long(roles: pd.DataFrame, parts: Sequence[tuple[str, pd.DataFrame]]) -> pd.DataFrame:
    """Make a row per deployment, question and answer that anyone gave."""
    names = [name for name, _ in parts]
    pieces = []
    for name, counts in parts:
        n = counts.to_numpy()
        rows, answers = np.nonzero(n)
        piece = roles.iloc[rows].reset_index(drop=True)
        given = dict.fromkeys(names, np.nan) | {name: answers + 1.0}
        pieces.append(piece.assign(weight=n[rows, answers], **given))
    return pd.concat(pieces, ignore_index=True).astype(dict.fromkeys(names, float))


def _reasons(frame: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Say that a row of one question did not put the others."""
    total = frame["weight"].sum()
    rows = [
        (name, "not asked", total - frame.loc[frame[name].notna(), "weight"].sum())
        for name in names
    ]
    made = pd.DataFrame(rows, columns=["question", "reason", "n"])
    return made.loc[made["n"] > 0].reset_index(drop=True)


def _row_notes(
    grid: Grid, parts: Sequence[tuple[str, pd.DataFrame]], frame: pd.DataFrame
) -> list[Check]:
    answered = np.zeros(len(grid.frame), dtype=bool)
    for _, counts in parts:
        answered |= counts.to_numpy().sum(axis=1) > 0
    kept, empty = int(answered.sum()), int((~answered).sum())
    notes = [
        Check(
            "rows read",
            None,
            f"{rows_text(len(answered) + grid.empty_rows)} read from {grid.source}, one per "
            "deployment and quarter.",
        )
    ]
    if grid.empty_rows:
        text = f"{rows_text(grid.empty_rows)} left out: every cell is empty."
        notes.append(Check("rows empty", None, text))
    if empty:
        text = f"{rows_text(empty)} left out: no answer to the questions read."
        notes.append(Check("rows without answer", None, text))
    stands = count_text(frame["weight"].sum())
    return [
        *notes,
        Check("rows kept", None, f"{rows_text(kept)} kept, which stand for {stands} answers."),
        Check(
            "answers not linked",
            None,
            "Answers are counted question by question: which belong to one person is not told, so "
            "no question can stand as a driver of another.",
        ),
        Check(
            "quarters",
            None,
            "Waves are the years and quarters of the file; a federal fiscal year starts in "
            "October.",
        ),
    ]


def _more_than_respondents(grid: Grid, parts: Sequence[tuple[str, pd.DataFrame]]) -> list[Check]:
    respondents = whole_counts(grid, FUNNEL["answered"])
    most = np.max([counts.to_numpy().sum(axis=1) for _, counts in parts], axis=0)
    wrong = int((most > respondents).sum())
    if not wrong:
        return []
    text = f"{rows_text(wrong)} with more answers to a question than respondents, kept as they are."
    return [Check("more answers than respondents", False, text)]
