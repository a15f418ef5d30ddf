"""Which columns may a comparison be adjusted for, and who did not tell?

A trait of respondents that an agency cannot choose. What people say of the service is never one,
nor how an agency organizes itself, nor a column that is alike for all people of every agency: it
tells agencies apart, and would adjust away what they do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxanalytics.errors import ModelError, ParamsError, must_be
from cxanalytics.models.counted import stands_for
from cxanalytics.rules import MISSING_AT_MOST
from cxanalytics.tables import SURVEY_ROLES, Check, Survey

NO_CASE_MIX = "The study names no case mix, so nothing that agencies cannot choose is known."
NOT_TOLD = "not told"
CANNOT_CHOOSE = "channel"
"""The one role that may be case mix: how people come is theirs to choose."""


@dataclass(frozen=True, slots=True)
class MixColumns:
    """The case mix, ready for a model.

    Attributes
    ----------
    survey : Survey
        Where people did not tell, a kind "not told"; a number gets the mean and a column beside it.
    names, numeric : tuple of str
        Columns of the model, and those of them that are numbers.
    missing : DataFrame
        Share of each agency's people who did not tell, a column per column.
    left_alone : tuple of str
        What the survey knows of a contact and is not adjusted for.
    checks : tuple of Check
    """

    survey: Survey
    names: tuple[str, ...]
    numeric: tuple[str, ...]
    missing: pd.DataFrame
    left_alone: tuple[str, ...]
    checks: tuple[Check, ...]

    def untold(self, agencies: Sequence[str]) -> NDArray[np.bool_]:
        """Tell for some agencies whether too many of their people did not tell."""
        worst = self.missing.max(axis=1).reindex(list(agencies)).to_numpy(dtype=float)
        return worst > MISSING_AT_MOST


def choose_case_mix(wave: Survey, names: Sequence[str]) -> MixColumns:
    """Choose the columns that a comparison may be adjusted for.

    Parameters
    ----------
    wave : Survey
        One wave.
    names : sequence of str

    Returns
    -------
    MixColumns

    Raises
    ------
    ParamsError
        A column that does not exist, or is no trait of people.
    ModelError
        No column is left.
    """
    _refuse_no_traits(wave, names)
    frame = wave.frame
    answered = frame[wave.outcome].notna()
    own = answered & ~frame["agency"].isin(list(wave.only_peers))
    checks: list[Check] = []
    kept: list[str] = []
    for name in dict.fromkeys(names):
        why = _unusable(wave, frame.loc[own, name], frame.loc[own, "agency"])
        if why:
            checks.append(Check("case_mix_left_out", False, f"{_words(name)} is left out: {why}."))
        else:
            kept.append(name)
    if not kept:
        raise ModelError(" ".join([NO_CASE_MIX, *(check.text for check in checks)]))
    number = stands_for(wave)[answered]
    agency = frame.loc[answered, "agency"].astype(str)
    total = number.groupby(agency).sum()
    missing = pd.DataFrame(
        {
            name: (number * frame.loc[answered, name].isna()).groupby(agency).sum() / total
            for name in kept
        }
    )
    columns, numeric = _filled(frame, kept)
    for name in kept:
        if share := _missing(wave, own, name):
            text = f"{_words(name)}: {share:.1%} did not tell; they are a kind of their own."
            checks.append(Check("case_mix_untold", None, text))
    known = [role for role in (CANNOT_CHOOSE, "department") if role in frame.columns]
    return MixColumns(
        survey=replace(wave, frame=frame.assign(**columns)),
        names=tuple(columns),
        numeric=tuple(numeric),
        missing=missing,
        left_alone=tuple(role for role in known if role not in columns),
        checks=tuple(checks),
    )


def _words(name: str) -> str:
    text = name.replace("_", " ")
    return text[:1].upper() + text[1:]


def _refuse_no_traits(wave: Survey, names: Sequence[str]) -> None:
    about = {wave.outcome, *wave.drivers}
    roles = set(SURVEY_ROLES) - {CANNOT_CHOOSE}
    for name in names:
        if name in about:
            raise ParamsError(
                f"`case_mix` must be traits of people; {name!r} is what they say of the service, "
                "and would adjust it away."
            )
        if name in roles:
            raise ParamsError(
                f"`case_mix` must be traits of people; {name!r} is how agencies are organized or "
                "people were drawn."
            )
        if name not in wave.frame.columns:
            raise ParamsError(must_be("case_mix", wave.case_mix, name))


def _unusable(wave: Survey, column: pd.Series[Any], agency: pd.Series[str]) -> str:
    """Say why a column cannot be adjusted for; "" where it can."""
    share = _missing(wave, pd.Series(True, index=column.index), str(column.name))
    if share > MISSING_AT_MOST:
        return f"{share:.0%} did not tell (at most {MISSING_AT_MOST:.0%})"
    told = column.dropna()
    if told.nunique() < 2:
        return "all people are alike"
    if told.groupby(agency[told.index].astype(str)).nunique().max() < 2:
        return "it is alike for all people of an agency, and so tells agencies apart"
    return ""


def _missing(wave: Survey, rows: pd.Series[bool], name: str) -> float:
    number = stands_for(wave)[rows.index[rows]]
    untold = wave.frame.loc[number.index, name].isna()
    return float((number * untold).sum() / number.sum()) if len(number) else 1.0


def _filled(
    frame: pd.DataFrame, names: Sequence[str]
) -> tuple[dict[str, pd.Series[Any]], list[str]]:
    """Give the columns without gaps, and the names of the numbers among them."""
    columns: dict[str, pd.Series[Any]] = {}
    numeric = []
    for name in names:
        column = frame[name]
        untold = column.isna()
        if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
            numeric.append(name)
            columns[name] = column.fillna(column.mean())
            if untold.any():
                told = pd.Series(np.where(untold, NOT_TOLD, "told"), index=frame.index)
                columns[f"{name} {NOT_TOLD}"] = told
            continue
        columns[name] = column.astype(object).where(~untold, NOT_TOLD).astype(str)
    return columns, numeric
