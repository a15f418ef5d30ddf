"""What share of people answered positively in each department, where that may be shown?

Scores as `fit_scores` gives them, for departments within agencies. A department stands in its
agency's published total, and people without a department do too; so departments are hidden beside
small ones, and no department of a hidden agency is shown. What is hidden here is in no later model.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxanalytics.disclosure import agency_reasons, suppress_within
from cxanalytics.errors import ModelError, ParamsError, must_be
from cxanalytics.models.sampling import need_answers
from cxanalytics.models.scores import fit_scores
from cxanalytics.rules import FEW, LEVEL, THRESHOLDS, Thresholds
from cxanalytics.tables import Check, Estimates, Survey

BETWEEN = " · "
"""Stands between agency and department in a key."""

PARTS = ("department", "unit")
"""Columns that divide agencies."""

NO_DEPARTMENTS = "The survey names no {part}."
KEPT = (
    "key",
    "agency",
    "department",
    "estimate",
    "std_error",
    "conf_low",
    "conf_high",
    "n",
    "n_eff",
)


def fit_department_scores(
    survey: Survey,
    *,
    by: str = "department",
    measure: str | None = None,
    statistic: str = "positive",
    period: str | None = None,
    level: float = LEVEL,
    thresholds: Thresholds = THRESHOLDS,
) -> Estimates:
    """Score one question for every department of every agency.

    Parameters
    ----------
    survey : Survey
        With a column `department` or `unit`.
    by : {"department", "unit"}
        The column that divides agencies; called department from here on.
    measure : str, optional
        Name of the question; the outcome by default.
    statistic : str
        As in `fit_scores`.
    period : str, optional
        The wave; the latest by default.
    level : float
        Probability content of the intervals.
    thresholds : Thresholds
        Read are `hide` and `rank`.

    Returns
    -------
    Estimates
        A row per department with an answer, by agency and name: `key agency department estimate
        std_error conf_low conf_high n n_eff suppressed_reason`. A row with a reason has no figure;
        its `n` is kept only where the reason is "few". Joint covariance in the same order, NaN
        where there is no figure.

    Raises
    ------
    DataError, ParamsError
        A question or wave that does not exist; an unknown statistic or column; a `level` out of
        range.
    ModelError
        No departments, or nobody in one answered.

    Assumes
    -------
    As `fit_scores`. Nothing is adjusted: departments serve different people.

    Reference
    ---------
    Binder (1983); methods.md#departments.
    """
    need_answers(survey)
    if by not in PARTS:
        raise ParamsError(must_be("by", PARTS, by))
    if by not in survey.frame:
        raise ModelError(NO_DEPARTMENTS.format(part=by))
    measure = survey.outcome if measure is None else measure
    wave = survey.in_period(survey.periods[-1] if period is None else period)
    scores, cells = score_cells(wave, by, measure, statistic, level, thresholds)
    cells = cells.rename(columns={by: "department"})
    told = cells["department"] != ""
    if not told.any():
        raise ModelError(NO_DEPARTMENTS.format(part=by))
    parents = agency_reasons(wave, measure=measure, thresholds=thresholds)
    reason = suppress_within(
        cells,
        parents.xs(wave.periods[0], level="period"),
        parent="agency",
        n_eff="n_eff",
        order="people",
        thresholds=thresholds,
    )
    keep = told.to_numpy()
    frame, covariance = blank_cells(cells, reason, scores.covariance)
    checks = list(scores.checks)
    if untold := int((~told).sum()):
        text = f"People without a department are in no row, in {untold} agencies."
        checks.append(Check("no_department", None, text))
    hidden = int((frame.loc[keep, "suppressed_reason"] != "").sum())
    text = f"Departments left out, because they or others beside them are small: {hidden}."
    checks.append(Check("hidden_departments", None, text))
    return Estimates(
        frame=frame.loc[keep, [*KEPT, "suppressed_reason"]].reset_index(drop=True),
        quantity=scores.quantity,
        level=level,
        covariance=covariance[np.ix_(keep, keep)],
        checks=tuple(checks),
        facts={
            "measure": measure,
            "statistic": statistic,
            "period": wave.periods[0],
            "parent": survey.parent,
            "agencies": int(
                frame.loc[keep & (frame["suppressed_reason"] == ""), "agency"].nunique()
            ),
        },
    )


def score_cells(
    wave: Survey,
    column: str,
    measure: str,
    statistic: str,
    level: float,
    thresholds: Thresholds,
) -> tuple[Estimates, pd.DataFrame]:
    """Score the cells of agencies and one column, small ones too: for disclosure control.

    Parameters
    ----------
    wave : Survey
    column : str
        "department", "unit" or "channel"; people who have none are a cell of their own, "".
    measure, statistic, level, thresholds
        As in `fit_scores`.

    Returns
    -------
    Estimates
    DataFrame
        Its frame, with columns `agency` and `column`.
    """
    frame = wave.frame
    named = frame[column].astype(object).where(frame[column].notna(), "").astype(str).str.strip()
    own = frame["agency"].astype(str)
    cell = own + BETWEEN + named
    scores = fit_scores(
        replace(wave, frame=frame.assign(**{column: cell})),
        measure=measure,
        by=column,
        statistic=statistic,
        level=level,
        hide=False,
        thresholds=thresholds,
    )
    of = pd.DataFrame({"key": cell, "agency": own, column: named}).drop_duplicates("key")
    return scores, scores.frame.merge(of, on="key", how="left", validate="one_to_one")


def blank_cells(
    cells: pd.DataFrame, reason: pd.Series[str], covariance: NDArray[np.float64] | None
) -> tuple[pd.DataFrame, NDArray[np.float64]]:
    """Blank the figures of cells that are not shown.

    Parameters
    ----------
    cells : DataFrame
        From `score_cells`.
    reason : Series of str
        Of its rows.
    covariance : ndarray of shape (rows, rows)

    Returns
    -------
    DataFrame
        With `suppressed_reason`.
    ndarray of shape (rows, rows)
    """
    frame = cells.assign(suppressed_reason=reason)
    hidden = (reason != "").to_numpy()
    figures = [name for name in frame.select_dtypes("number") if name != "n"]
    frame["n"] = frame["n"].astype(float).where(frame["suppressed_reason"].isin(["", FEW]))
    frame.loc[hidden, figures] = np.nan
    joint = np.array(covariance, dtype=float)
    joint[hidden, :], joint[:, hidden] = np.nan, np.nan
    return frame, joint
