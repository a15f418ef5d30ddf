"""Which answers are missing, and why?

"Don't know" is a missing answer. A question that did not apply to someone, or was not put to them,
is none: such people are no part of the base.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from cxanalytics.disclosure import suppress
from cxanalytics.models.counted import stands_for
from cxanalytics.rules import FEW, HIDDEN, Thresholds
from cxanalytics.tables import Question, Survey

REASONS = {
    "dont_know": "don't know",
    "refused": "refused",
    "no_answer": "no answer",
    "not_applicable": "not applicable",
    "not_asked": "not asked",
}
"""Columns of the table, and the reasons that sources give."""

TOTALS = (("dont_know", "refused", "no_answer"), ("not_applicable", "not_asked"))
"""Reasons that sum to a printed total: the missing answers, and the people outside the base."""


def missing_answers(survey: Survey, *, thresholds: Thresholds) -> pd.DataFrame:
    """Count missing answers by question and reason.

    Parameters
    ----------
    survey : Survey
    thresholds : Thresholds

    Returns
    -------
    DataFrame
        `question label n missing share told dont_know refused no_answer not_applicable not_asked
        suppressed_reason`. `n` are the people to whom the question was put and applied. Reasons
        are NaN where the source tells none, or where so few people gave one that it is hidden.
    """
    stands = stands_for(survey)
    rows = [_one(survey, question, stands, thresholds) for question in survey.questions]
    return pd.DataFrame(rows)


def _one(
    survey: Survey, question: Question, stands: pd.Series[float], thresholds: Thresholds
) -> dict[str, object]:
    gone = survey.frame[question.name].isna()
    asked = ~gone.groupby(survey.frame["period"]).transform("all")
    told = survey.reasons is not None
    waves_without = float(stands[~asked].sum())
    counts = _counts(_told(survey, question.name), float(stands[gone].sum()), waves_without)
    n = float(stands.sum()) - counts["not_asked"] - counts["not_applicable"]
    missing = counts["dont_know"] + counts["refused"] + counts["no_answer"]
    shown, reason = _shown(counts, thresholds) if told else (dict.fromkeys(counts, np.nan), "")
    return {
        "question": question.name,
        "label": question.label,
        "n": n,
        "missing": missing,
        "share": missing / n if n else np.nan,
        "told": "yes" if told else "no",
        **shown,
        "suppressed_reason": reason,
    }


def _told(survey: Survey, question: str) -> dict[str, float]:
    if survey.reasons is None:
        return {}
    rows = survey.reasons.loc[survey.reasons["question"] == question]
    return {str(reason): float(n) for reason, n in rows.groupby("reason")["n"].sum().items()}


def _counts(told: Mapping[str, float], gone: float, waves_without: float) -> dict[str, float]:
    """Divide the missing answers among the reasons; what is left over is no answer."""
    counts = {column: told.get(reason, 0.0) for column, reason in REASONS.items()}
    unexplained = max(gone - sum(counts.values()), 0.0)
    blank = counts["no_answer"] + unexplained
    # A wave in which nobody answered did not ask; the source may have said so already.
    unasked = min(waves_without, blank) if counts["not_asked"] < waves_without else 0.0
    return counts | {
        "no_answer": blank - unasked,
        "not_asked": counts["not_asked"] + unasked,
    }


def _shown(counts: Mapping[str, float], thresholds: Thresholds) -> tuple[dict[str, float], str]:
    """Blank the reasons of few people, so that no printed total gives one back."""
    shown = dict(counts)
    for columns in TOTALS:
        given = pd.Series({column: counts[column] for column in columns if counts[column] > 0})
        reason = suppress(given, total_published=True, thresholds=thresholds)
        hidden = list(reason[~reason.isin(["", FEW])].index)
        # With one left over, the total minus the others would be its count.
        for column in columns if len(hidden) == 1 else hidden:
            shown[column] = np.nan
    return shown, HIDDEN if pd.Series(shown).isna().any() else ""
