"""How do the staff of each agency answer, question by question and wave by wave?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cxanalytics.models.scorecard import fit_scorecard
from cxanalytics.rules import LEVEL, THRESHOLDS, Thresholds
from cxanalytics.tables import Estimates, Survey

ITEMS_SHOWN = 6
"""Staff questions that a page shows."""


def fit_staff_items(
    staff: Survey | None,
    *,
    items: Mapping[str, Sequence[str]] | Sequence[str],
    statistic: str = "positive",
    most: int = ITEMS_SHOWN,
    level: float = LEVEL,
    thresholds: Thresholds = THRESHOLDS,
) -> dict[str, dict[str, Estimates]]:
    """Score a few staff questions by agency in every wave.

    Parameters
    ----------
    staff : Survey or None
        Staff answers; the questions are the items. None where a study holds none.
    items : mapping of str to sequence of str, or sequence of str
        Questions of each dimension. Taken are the first of each dimension in turn, then the second;
        the choice is made before any answer is looked at.
    statistic : {"positive", "top"}
    most : int
        Questions to keep.
    level : float
        Probability content of the intervals.
    thresholds : Thresholds

    Returns
    -------
    dict of str to dict of str to Estimates
        By wave, oldest first, then by question; see `fit_scores`. Empty without staff answers.

    Raises
    ------
    DataError
        No such question.

    Assumes
    -------
    As `fit_scores`, question by question.

    Reference
    ---------
    See `fit_scores`; methods.md#staff-questions.
    """
    if staff is None:
        return {}
    chosen = choose_items(items, most=most)
    waves = staff.periods or [""]
    return {
        wave: fit_scorecard(
            staff,
            measures=chosen,
            period=wave,
            statistic=statistic,
            level=level,
            thresholds=thresholds,
        )
        for wave in waves
    }


def choose_items(
    items: Mapping[str, Sequence[str]] | Sequence[str], *, most: int = ITEMS_SHOWN
) -> list[str]:
    """Choose questions: the first of each dimension in turn, then the second."""
    groups = list(items.values()) if isinstance(items, Mapping) else [items]
    longest = max((len(group) for group in groups), default=0)
    turns = [group[k] for k in range(longest) for group in groups if k < len(group)]
    return list(dict.fromkeys(turns))[:most]
