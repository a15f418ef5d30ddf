"""Which groups of people can the differences between answers be divided among?

Agencies hold departments, departments hold teams, teams hold sampling units such as agents. A level
is used where its groups are known for most people and are enough to measure how far they lie
apart; a group is told by its name and by all it lies in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxanalytics.errors import ModelError, ParamsError, must_be
from cxanalytics.models.answers import AnswerRows
from cxanalytics.rules import MISSING_AT_MOST
from cxanalytics.tables import Check

Integers = NDArray[np.int64]

LEVELS = ("agency", "department", "unit", "psu")
"""Columns that may be levels, coarsest first."""

GROUPS_AT_LEAST = 10
"""Groups that a level needs, and groups it needs beyond those of the level above."""

ANSWERS_PER_GROUP = 2.0
"""Answers per group, on average, that the finest level needs."""

CROSSED_AT_MOST = 0.05
"""Share of people in sampling units found in several teams above which these are no level."""

PLURAL = {
    "agency": "Agencies",
    "department": "Departments",
    "unit": "Teams",
    "psu": "Sampling units",
}


@dataclass(frozen=True, slots=True)
class Levels:
    """The levels that are used, coarsest first.

    Attributes
    ----------
    rows : AnswerRows
        People whose groups are known at every level.
    names : tuple of str
    codes : ndarray of int, shape (rows, levels)
        Groups from 0, numbered within the whole level.
    held : ndarray of shape (rows, columns)
        A column per agency but the first, where agencies are too few for a level.
    checks : tuple of Check
    """

    rows: AnswerRows
    names: tuple[str, ...]
    codes: Integers
    held: NDArray[np.int8]
    checks: tuple[Check, ...]

    @property
    def groups(self) -> tuple[int, ...]:
        """Groups of each level."""
        return tuple(int(column.max()) + 1 for column in self.codes.T)


def choose_levels(rows: AnswerRows, asked: Sequence[str] | None) -> Levels:
    """Choose the levels that the data can carry.

    Parameters
    ----------
    rows : AnswerRows
    asked : sequence of str or None
        Of `LEVELS`; None for those that the survey has.

    Returns
    -------
    Levels

    Raises
    ------
    ParamsError
        A level that is none, or that the survey does not have.
    ModelError
        No level is left.
    """
    checks: list[Check] = []
    names = _known(rows, asked, checks)
    frame = rows.survey.frame
    filled = frame[names].notna().all(axis=1).to_numpy()
    if not filled.all():
        lost = float(rows.people[~filled].sum() / rows.people.sum())
        checks.append(Check("unknown_groups", None, f"Left out, their group unknown: {lost:.1%}."))
        rows = rows.keep(filled)
    if asked is None and "psu" in names and _crossed(rows, names) > CROSSED_AT_MOST:
        names.remove("psu")
        text = "Sampling units are left out: they are not nested in the other groups."
        checks.append(Check("crossed_units", None, text))
    kept = _enough(rows, names, checks)
    if not kept:
        raise ModelError(
            f"Parts of the variance need a level with at least {GROUPS_AT_LEAST} groups and "
            f"{ANSWERS_PER_GROUP:g} answers in each; got none among "
            f"{', '.join(names) or 'no columns'}."
        )
    held = np.zeros((len(rows.answers), 0), dtype=np.int8)
    if "agency" not in kept and "agency" in names and len(rows.agencies) > 1:
        held = (rows.agency[:, None] == np.arange(1, len(rows.agencies))).astype(np.int8)
    codes = np.column_stack([_nested(rows, name) for name in kept])
    return Levels(rows, tuple(kept), codes, held, tuple(checks))


def _known(rows: AnswerRows, asked: Sequence[str] | None, checks: list[Check]) -> list[str]:
    """List the levels that are asked for, or the columns that most people have."""
    frame, people = rows.survey.frame, rows.people
    there = [name for name in LEVELS if name in frame.columns and frame[name].notna().any()]
    for name in asked or ():
        if name not in there:
            raise ParamsError(must_be("levels", there, name))
    names = []
    for name in there if asked is None else [level for level in there if level in asked]:
        missing = float(people[frame[name].isna().to_numpy()].sum() / people.sum())
        if missing > MISSING_AT_MOST:
            text = f"{PLURAL[name]} are left out: unknown for {missing:.0%} of people."
            checks.append(Check("unknown_groups", False, text))
        else:
            names.append(name)
    return names


def _nested(rows: AnswerRows, name: str) -> Integers:
    """Number the groups of a level; the same name in two agencies or departments is two groups."""
    frame = rows.survey.frame
    code = rows.agency
    for column in LEVELS[1 : LEVELS.index(name) + 1]:
        if column in frame.columns:
            own = pd.factorize(frame[column], sort=True, use_na_sentinel=False)[0]
            _, code = np.unique(code * (int(own.max()) + 1) + own, return_inverse=True)
    return np.asarray(code, dtype=np.int64)


def _crossed(rows: AnswerRows, names: Sequence[str]) -> float:
    """Give the share of people whose sampling unit is found in several groups above it."""
    frame = rows.survey.frame
    above = _nested(rows, [name for name in ("agency", *names) if name != "psu"][-1])
    unit = pd.factorize(frame["psu"])[0]
    pairs = np.unique(np.column_stack([unit, above]), axis=0)
    several = np.bincount(pairs[:, 0]) > 1
    return float(rows.people[several[unit]].sum() / rows.people.sum())


def _enough(rows: AnswerRows, names: Sequence[str], checks: list[Check]) -> list[str]:
    """Keep levels with enough groups, and enough beyond the level above."""
    kept: list[str] = []
    above = 0
    people = float(rows.people.sum())
    for name in names:
        groups = int(_nested(rows, name).max()) + 1
        reason = ""
        if groups - above < GROUPS_AT_LEAST:
            beyond = f" beyond the {above} groups that hold them" if kept else ""
            reason = f"{groups} are fewer than the {GROUPS_AT_LEAST} needed{beyond}"
        elif people < ANSWERS_PER_GROUP * groups:
            reason = f"{people / groups:.1f} answers each are fewer than {ANSWERS_PER_GROUP:g}"
        if not reason:
            kept.append(name)
            above = groups
            continue
        constant = "; they are held constant" if name == "agency" and groups > 1 else ""
        text = f"{PLURAL[name]} are left out as a level: {reason}{constant}."
        checks.append(Check("few_groups", None, text))
    return kept
