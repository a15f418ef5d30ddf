"""Which cells may be published?

Primary suppression hides groups smaller than a threshold. Where a published total would
give a single hidden group back by subtraction, the next smallest group is hidden too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxanalytics.rules import COMPLEMENTARY, FEW, HIDDEN, THRESHOLDS, Thresholds
from cxanalytics.tables import Estimates, Survey

TOGETHER = 65_536
"""Rows that are summed together: as long as the survey, nothing but its columns is kept."""


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
    survey: Survey, *, measure: str | Sequence[str], thresholds: Thresholds = THRESHOLDS
) -> pd.Series[bool]:
    """Mark the rows of agencies that may be shown in their wave.

    Models leak too: a published model is fitted without the agencies that the benchmark hides, so
    that its base cannot be subtracted from another one.

    Parameters
    ----------
    survey : Survey
    measure : str or sequence of str
        Question whose answers decide; of several, each must allow it.
    thresholds : Thresholds

    Returns
    -------
    Series of bool
        With the index of the survey's frame.
    """
    frame = survey.frame
    measures = [measure] if isinstance(measure, str) else list(measure)
    wave, waves = pd.factorize(frame["period"], sort=True)
    agency, agencies = pd.factorize(frame["agency"], sort=True)
    pair = wave * len(agencies) + agency
    weight = frame["weight"].to_numpy(dtype=float)
    shown = np.ones(len(waves) * len(agencies), dtype=bool)
    for name in measures:
        people, total, square = _sums(pair, weight, frame[name].notna().to_numpy(), len(shown))
        n = total if survey.counts else people
        for number in range(len(waves)):
            there = number * len(agencies) + np.arange(len(agencies))
            there, gone = there[people[there] > 0], there[people[there] <= 0]
            kish = n[there] if survey.counts else total[there] ** 2 / square[there]
            reason = suppress(
                pd.Series(n[there]), pd.Series(kish), total_published=True, thresholds=thresholds
            )
            shown[there] &= (reason == "").to_numpy()
            shown[gone] = False
    return pd.Series(shown[pair], index=frame.index)


def _sums(
    pair: NDArray[np.int64], weight: NDArray[np.float64], here: NDArray[np.bool_], size: int
) -> NDArray[np.float64]:
    """Count rows, and sum weights and their squares, a few rows at a time."""
    sums = np.zeros((3, size))
    for begin in range(0, len(pair), TOGETHER):
        rows = slice(begin, begin + TOGETHER)
        place, one = pair[rows], here[rows].astype(float)
        own = weight[rows] * one
        for total, part in zip(sums, (one, own, own**2), strict=True):
            np.add.at(total, place, part)
    return sums
