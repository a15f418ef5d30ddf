"""Which units may be named where sources are linked by name?

A link is checked by names, so the audit lists them. A unit in which too few people answered in any
wave keeps its row, so that the counts hold, but not its name.
"""

from __future__ import annotations

import re

import pandas as pd

from cxanalytics.models.counted import stands_for
from cxanalytics.rules import THRESHOLDS, Thresholds
from cxanalytics.tables import Survey

UNNAMED = "a unit with too few answers to be named"
BETWEEN = " / "
"""Stands between agency and unit where both of them make the name."""


def name_large_units(
    coverage: pd.DataFrame,
    *,
    survey: Survey | None = None,
    staff: Survey | None = None,
    thresholds: Thresholds = THRESHOLDS,
) -> pd.DataFrame:
    """Leave the names of small units out of a list of names that were linked.

    Parameters
    ----------
    coverage : DataFrame
        `source name rows joined partner reason`.
    survey, staff : Survey, optional
        Whose units are small below `hide` and `team` answers.
    thresholds : Thresholds

    Returns
    -------
    DataFrame
        With `UNNAMED` in the place of a small unit, wherever it was named.
    """
    small = _small(survey, thresholds.hide) | _small(staff, thresholds.team)
    if not small:
        return coverage
    ordered = sorted(small, key=len, reverse=True)
    quoted = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, ordered))})(?!\w)")
    return coverage.assign(
        name=coverage["name"].mask(coverage["name"].isin(small), UNNAMED),
        partner=coverage["partner"].mask(coverage["partner"].isin(small), UNNAMED),
        reason=coverage["reason"].astype(str).str.replace(quoted, UNNAMED, regex=True),
    )


def _small(survey: Survey | None, least: int) -> set[str]:
    """List the units with too few answers in any wave, alone and behind their agency."""
    if survey is None or "unit" not in survey.frame:
        return set()
    frame = survey.frame.loc[survey.frame["unit"].notna()]
    keys = [frame[column].astype(str) for column in ("agency", "unit", "period")]
    people = stands_for(survey)[survey.frame["unit"].notna().to_numpy()]
    sizes = pd.Series(people, index=frame.index).groupby(keys).sum()
    few = sizes[sizes < least].index
    pairs = {(agency, unit) for agency, unit, _ in few if unit}
    return {f"{agency}{BETWEEN}{unit}" for agency, unit in pairs} | {unit for _, unit in pairs}
