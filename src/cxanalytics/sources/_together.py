"""How do the frames of two surveys become one?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from cxanalytics.formats import list_words
from cxanalytics.tables import SURVEY_ROLES, Check, Survey


def union(lists: Iterable[Iterable[Any]]) -> tuple[Any, ...]:
    """Give each entry once, in the order of first sight."""
    return tuple(dict.fromkeys(entry for listed in lists for entry in listed))


def shared_mix(parts: Sequence[Survey], where: str) -> tuple[tuple[str, ...], list[Check]]:
    """Keep the case-mix columns that all parts have, of one kind; note the others.

    Parameters
    ----------
    parts : sequence of Survey
    where : str
        In what a column that is left out is missing, such as "every wave".

    Returns
    -------
    kept : tuple of str
    notes : list of Check
    """
    every = union(part.case_mix for part in parts)
    kept = tuple(
        name
        for name in every
        if all(name in part.case_mix for part in parts)
        and len({pd.api.types.is_numeric_dtype(part.frame[name]) for part in parts}) == 1
    )
    lost = [name for name in every if name not in kept]
    if not lost:
        return kept, []
    text = f"Not in {where}, so no score is adjusted for it: {list_words(lost)}."
    return kept, [Check("case mix left out", False, text)]


def as_rows(parts: Iterable[Survey]) -> list[Survey]:
    """Write counts as one row per respondent where not all parts are counts."""
    listed = list(parts)
    if len({part.counts for part in listed}) == 1:
        return listed
    return [_expanded(part) if part.counts else part for part in listed]


def _expanded(part: Survey) -> Survey:
    times = part.frame["weight"].to_numpy().astype(int)
    frame = part.frame.loc[part.frame.index.repeat(times)].assign(weight=1.0)
    return replace(part, frame=frame.reset_index(drop=True), counts=False)


def one_frame(
    frames: Sequence[pd.DataFrame], names: Sequence[str], mix: Sequence[str]
) -> pd.DataFrame:
    """Put frames below each other: roles, questions, case mix; what a frame lacks is missing."""
    roles = [role for role in SURVEY_ROLES if any(role in frame for frame in frames)]
    order = list(dict.fromkeys([*roles, *names, *mix]))
    frame = pd.concat([frame.reindex(columns=order) for frame in frames], ignore_index=True)
    return frame.astype(dict.fromkeys(names, float))
