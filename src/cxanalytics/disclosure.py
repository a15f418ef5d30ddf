"""Which cells may be published?

Primary suppression hides groups smaller than a threshold. Where a published total would
give a single hidden group back by subtraction, the next smallest group is hidden too.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from cxanalytics.rules import COMPLEMENTARY, FEW, HIDDEN, THRESHOLDS, Thresholds
from cxanalytics.tables import Estimates, Survey


def suppress(
    n: pd.Series[float],
    n_eff: pd.Series[float] | None = None,
    *,
    total_published: bool,
    thresholds: Thresholds = THRESHOLDS,
) -> pd.Series[str]:
    """Say for each group why it is not shown.

    Parameters
    ----------
    n : Series
        Answers per group.
    n_eff : Series, optional
        Effective answers per group, same index; `n` when absent.
    total_published : bool
        True where the sum over all groups is published anywhere.
    thresholds : Thresholds

    Returns
    -------
    Series of str
        "" for shown; "few" below `rank` (base only); "hidden" below `hide`; "complementary"
        for a group hidden to protect another.
    """
    effective = n if n_eff is None else n_eff
    reason = pd.Series("", index=n.index, dtype=object)
    reason[effective < thresholds.rank] = FEW
    reason[n < thresholds.hide] = HIDDEN
    hidden = reason == HIDDEN
    present = hidden & (n > 0)
    if (
        total_published
        and present.any()
        and (present.sum() == 1 or n[present].sum() < thresholds.hide)
    ):
        others = n[~hidden].sort_values(kind="stable")
        if len(others):
            reason[others.index[0]] = COMPLEMENTARY
    return reason


def withhold(
    estimates: Estimates, *, total_published: bool = True, thresholds: Thresholds = THRESHOLDS
) -> Estimates:
    """Blank the rows that may not be published.

    Parameters
    ----------
    estimates : Estimates
        A row per group, with `n` and, where known, `n_eff`.
    total_published : bool
        True where the sum over all groups is published anywhere.
    thresholds : Thresholds

    Returns
    -------
    Estimates
        With a column `suppressed_reason`; a suppressed row has NaN in every figure, its `n` is
        kept only where the reason is "few".
    """
    frame = estimates.frame.set_index("key", drop=False)
    n = frame["n"].astype(float)
    n_eff = frame["n_eff"].fillna(n) if "n_eff" in frame else None
    reason = suppress(n, n_eff, total_published=total_published, thresholds=thresholds)
    numbers = [name for name in frame.select_dtypes("number") if name != "n"]
    frame["n"] = n.where(reason.isin(["", FEW]))
    frame.loc[reason != "", numbers] = np.nan
    frame["suppressed_reason"] = reason
    covariance = estimates.covariance
    if covariance is not None:
        hidden = (reason != "").to_numpy()
        covariance = covariance.copy()
        covariance[hidden, :], covariance[:, hidden] = np.nan, np.nan
    return replace(estimates, frame=frame.reset_index(drop=True), covariance=covariance)


def publishable_rows(
    survey: Survey, *, measure: str, thresholds: Thresholds = THRESHOLDS
) -> pd.Series[bool]:
    """Mark the rows of agencies that may be shown in their wave.

    Models leak too: a published model is fitted without the agencies that the benchmark hides, so
    that its base cannot be subtracted from another one.

    Parameters
    ----------
    survey : Survey
    measure : str
        Question whose answers decide.
    thresholds : Thresholds

    Returns
    -------
    Series of bool
        With the index of the survey's frame.
    """
    rows = survey.answers(measure)
    weight = rows["weight"].astype(float)
    sums = (
        pd.DataFrame({"n": 1.0, "weight": weight, "square": weight**2})
        .groupby([rows["period"], rows["agency"]])
        .sum()
    )
    n = sums["weight"] if survey.counts else sums["n"]
    n_eff = n if survey.counts else sums["weight"] ** 2 / sums["square"]
    shown = pd.Series(False, index=sums.index)
    for _, wave in n.groupby(level="period"):
        reason = suppress(wave, n_eff[wave.index], total_published=True, thresholds=thresholds)
        shown[wave.index] = reason == ""
    keys = pd.MultiIndex.from_frame(survey.frame[["period", "agency"]])
    return pd.Series(
        shown.reindex(keys, fill_value=False).to_numpy(), index=survey.frame.index, dtype=bool
    )
