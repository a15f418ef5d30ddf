"""Do answers or rows repeat: one answer to everything, or one row twice?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxanalytics.rules import HIDDEN, Thresholds
from cxanalytics.tables import Survey

STRAIGHT_ITEMS = 5
"""Fewest answers on one scale before equal answers are called straight-lining."""

RESPONDENT_TWICE = "respondent twice in a wave"
SAME_ROW = "same as an earlier row in every column"


def straight_lining(survey: Survey, *, thresholds: Thresholds) -> pd.DataFrame:
    """Give the share of people who gave one answer to every question on a scale.

    Parameters
    ----------
    survey : Survey
    thresholds : Thresholds
        A share that rests on fewer people than `cell` is hidden.

    Returns
    -------
    DataFrame
        `scale questions n share suppressed_reason`; empty for counts.
    """
    by_scale: dict[str, list[str]] = {}
    for question in survey.questions:
        by_scale.setdefault(question.scale.id, []).append(question.name)
    rows = []
    for scale, names in by_scale.items():
        if survey.counts or len(names) < STRAIGHT_ITEMS:
            continue
        answers = survey.frame[names].to_numpy(dtype=float)
        kept = answers[(~np.isnan(answers)).sum(axis=1) >= STRAIGHT_ITEMS]
        if not len(kept):
            continue
        same = np.nanmax(kept, axis=1) == np.nanmin(kept, axis=1)
        hidden = 0 < same.sum() < thresholds.cell
        share = np.nan if hidden else float(same.mean())
        rows.append((scale, len(names), float(len(kept)), share, HIDDEN if hidden else ""))
    columns = ["scale", "questions", "n", "share", "suppressed_reason"]
    return pd.DataFrame(rows, columns=columns)


def repeated_rows(survey: Survey) -> pd.DataFrame:
    """Count respondents and rows that were there before.

    Parameters
    ----------
    survey : Survey

    Returns
    -------
    DataFrame
        `kind rows share`; empty for counts, where equal cells are simply summed.
    """
    frame = survey.frame
    rows = []
    if "respondent" in frame:
        again = frame["respondent"].notna() & frame.duplicated(["respondent", "period"])
        rows.append((RESPONDENT_TWICE, int(again.sum())))
    if not survey.counts:
        apart = [column for column in frame.columns if column not in ("respondent", "date")]
        rows.append((SAME_ROW, int(frame.duplicated(apart).sum())))
    table = pd.DataFrame(rows, columns=["kind", "rows"])
    return table.assign(share=table["rows"].astype(float) / len(frame))
