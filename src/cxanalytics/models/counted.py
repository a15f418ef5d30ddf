"""How many answers does each group rest on, and which of these numbers may be shown?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from cxanalytics.disclosure import agency_reasons, suppress
from cxanalytics.rules import FEW, THRESHOLDS, Thresholds
from cxanalytics.tables import Survey


def stands_for(survey: Survey) -> pd.Series[float]:
    """Give the people each row stands for: 1, or its count."""
    frame = survey.frame
    return frame["weight"] if survey.counts else pd.Series(1.0, index=frame.index)


def answer_rows(survey: Survey) -> pd.DataFrame:
    """Give the rows with an answer to the outcome; `n` is the people a row stands for."""
    frame = survey.answers(survey.outcome)
    weight = frame["weight"].to_numpy(dtype=float)
    if survey.counts:
        return frame.assign(n=weight, square=weight)
    return frame.assign(n=1.0, square=weight**2)


def group_sizes(survey: Survey, *, by: Sequence[str]) -> pd.DataFrame:
    """Count answers to the outcome by group: the columns of `by`, `n`, `n_eff` and `deff`."""
    sums = answer_rows(survey).groupby(list(by), sort=True)[["n", "weight", "square"]].sum()
    n_eff = sums["n"] if survey.counts else sums["weight"] ** 2 / sums["square"]
    sizes = pd.DataFrame({"n": sums["n"], "n_eff": n_eff})
    return sizes.assign(deff=sizes["n"] / sizes["n_eff"]).reset_index()


def hide_small(
    frame: pd.DataFrame,
    *,
    within: Sequence[str] = (),
    figures: Sequence[str],
    few: bool = False,
    thresholds: Thresholds = THRESHOLDS,
) -> pd.DataFrame:
    """Blank the figures of groups that may not be published.

    Parameters
    ----------
    frame : DataFrame
        A row per group, with `n` and, where `few`, `n_eff`.
    within : sequence of str
        Groups with equal values here sum to a published total.
    figures : sequence of str
        Columns to blank.
    few : bool
        True for scores, which need more answers than a count.
    thresholds : Thresholds

    Returns
    -------
    DataFrame
        With a column `suppressed_reason`.
    """
    parts = [part for _, part in frame.groupby(list(within), sort=False)] if within else [frame]
    if frame.empty:
        return frame.assign(suppressed_reason=pd.Series(dtype="str"))
    reason = pd.concat(
        [
            suppress(
                part["n"],
                part["n_eff"] if few else None,
                total_published=True,
                thresholds=thresholds,
            )
            for part in parts
        ]
    ).reindex(frame.index)
    if not few:
        reason = reason.where(reason != FEW, "")
    frame = frame.assign(suppressed_reason=reason.astype("str"))
    frame.loc[frame["suppressed_reason"] != "", list(figures)] = np.nan
    return frame


def hide_agencies(
    frame: pd.DataFrame,
    survey: Survey,
    *,
    figures: Sequence[str],
    few: bool = False,
    thresholds: Thresholds = THRESHOLDS,
) -> pd.DataFrame:
    """Blank the figures of agencies that may not be published, as every page hides them.

    Parameters
    ----------
    frame : DataFrame
        A row per `agency` and `period` with an answer to the outcome.
    survey : Survey
    figures : sequence of str
        Columns to blank.
    few : bool
        True for scores, which need more answers than a count.
    thresholds : Thresholds

    Returns
    -------
    DataFrame
        With a column `suppressed_reason`.
    """
    told = agency_reasons(survey, measure=survey.outcome, thresholds=thresholds)
    keys = pd.MultiIndex.from_frame(frame[["period", "agency"]])
    reason = told.reindex(keys).set_axis(frame.index)
    if not few:
        reason = reason.where(reason != FEW, "")
    frame = frame.assign(suppressed_reason=reason.astype("str"))
    frame.loc[frame["suppressed_reason"] != "", list(figures)] = np.nan
    return frame


def hide_alike(frame: pd.DataFrame, other: pd.DataFrame, *, figures: Sequence[str]) -> pd.DataFrame:
    """Blank what another table hides too: two tables with one total protect the same groups.

    Parameters
    ----------
    frame, other : DataFrame
        A row per `agency` and `period`, with `suppressed_reason`.
    figures : sequence of str
        Columns of `frame` to blank.

    Returns
    -------
    DataFrame
        `frame`, with the reason of `other` where it had none.
    """
    keys = pd.MultiIndex.from_frame(frame[["agency", "period"]])
    theirs = other.set_index(["agency", "period"])["suppressed_reason"].reindex(keys, fill_value="")
    own = frame["suppressed_reason"]
    reason = own.where(own != "", theirs.set_axis(frame.index))
    frame = frame.assign(suppressed_reason=reason.astype("str"))
    frame.loc[frame["suppressed_reason"] != "", list(figures)] = np.nan
    return frame
