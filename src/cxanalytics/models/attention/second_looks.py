"""Would another way of reckoning with few agencies say the same? Checks of the primary comparison.

CR2 with Satterthwaite's degrees of freedom and the wild cluster bootstrap take the scatter of
agencies as it is, unequal between the two sides if need be; the one-stage model goes back to the
people and counts each of them once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import t as student

from cxanalytics.claims.verdicts import judge_ratio
from cxanalytics.errors import ModelError
from cxanalytics.models.answers import answer_rows
from cxanalytics.models.attention.contrast import BASE, CHANGE, regress_on_attention
from cxanalytics.models.sampling import weights_and_counts
from cxanalytics.numerics.cluster_robust import (
    ENUMERATED,
    FEWEST_DF,
    ClusteredFit,
    fit_clustered,
    robust_covariance,
    satterthwaite_df,
    wild_interval,
)
from cxanalytics.numerics.meta_regression import ratio_interval
from cxanalytics.numerics.standardize import mean_share_above, share_contrast
from cxanalytics.numerics.wild_draws import wild_p_value_drawn
from cxanalytics.rules import Thresholds
from cxanalytics.tables import Check, Survey

Floats = NDArray[np.float64]

WILD_DRAWS = 9_999
"""Sign patterns drawn for the wild bootstrap where there are too many to list."""

_POSITION = "attention position"


def clustered(shares: Floats, covariance: Floats, at: Floats) -> ClusteredFit:
    """Fit the same line with the same weights, agencies as clusters."""
    tau2 = regress_on_attention(shares, covariance, at).tau2
    root = 1.0 / np.sqrt(np.diag(covariance) + tau2)
    x = np.column_stack([np.ones(len(at)), at]) * root[:, None]
    return fit_clustered(x, shares * root, np.arange(len(at)))


def look_by_cr2(fit: ClusteredFit, *, level: float) -> dict[str, Any]:
    """Bias-reduced cluster-robust range; none below four degrees of freedom."""
    covariance = robust_covariance(fit, kind="CR2")
    df = satterthwaite_df(fit, CHANGE)
    estimate, error = float(fit.coef[1]), float(np.sqrt(covariance[1, 1]))
    row = {"key": "cr2", "estimate": estimate, "std_error": error}
    if df < FEWEST_DF:
        return row
    reach = float(student.ppf(0.5 + 0.5 * level, df))
    ratio, low, high = ratio_interval(fit.coef, covariance, BASE, CHANGE, reach=reach)
    base_low = float(fit.coef[0]) - reach * float(np.sqrt(covariance[0, 0]))
    return row | {
        "conf_low": estimate - reach * error,
        "conf_high": estimate + reach * error,
        "ratio": ratio,
        "ratio_low": low,
        "ratio_high": high,
        "p_value": float(2.0 * student.sf(abs(estimate) / error, df)),
        "verdict": judge_ratio(low, high, baseline=max(base_low, 0.0)).words,
    }


def look_by_wild(fit: ClusteredFit, *, level: float, seed: int) -> dict[str, Any]:
    """Wild cluster bootstrap: exact up to 12 agencies, with a range; drawn signs beyond."""
    p = wild_p_value_drawn(fit, CHANGE, draws=WILD_DRAWS, seed=seed)
    row = {"key": "wild", "estimate": float(fit.coef[1]), "p_value": p}
    if fit.n_clusters > ENUMERATED:
        return row
    low, high = wild_interval(fit, CHANGE, level=level)
    return row | {"conf_low": low, "conf_high": high}


def look_at_people(
    survey: Survey,
    at: pd.Series[float],
    *,
    case_mix: Sequence[str],
    period: str | None,
    statistic: str,
    level: float,
    thresholds: Thresholds,
) -> dict[str, Any]:
    """One binary model of the people, with their agency's attention, clustered by agency.

    Parameters
    ----------
    survey : Survey
        From `asked_as`.
    at : Series
        Position of each agency in the comparison, by name.
    case_mix, period, statistic, level, thresholds
        As in `fit_attention`.

    Returns
    -------
    dict
    """
    wave = survey if period is None else survey.in_period(period)
    frame = wave.frame.assign(**{_POSITION: wave.frame["agency"].map(at).astype(float)})
    rows = answer_rows(
        replace(wave, frame=frame.loc[frame[_POSITION].notna()]),
        drivers=(),
        case_mix=(_POSITION, *case_mix),
        period=None,
        statistic=statistic,
        thresholds=thresholds,
    )
    fit = rows.fit(rows.positive, link="logit", cluster="agency", agency_effects=False)
    weights, counts = weights_and_counts(rows.survey)
    mass = counts if weights is None else weights
    column = rows.names.index(_POSITION)
    before, after = {column: 0.0}, {column: 1.0}
    told = share_contrast(fit, rows.design, cut=1, before=before, after=after, mass=mass)
    _, slope = mean_share_above(fit, rows.design, cut=1, mass=mass, setting=before)
    df = len(rows.agencies) - 2
    reach = float(student.ppf(0.5 + 0.5 * level, df))
    base_low = max(told.low - reach * float(np.sqrt(slope @ fit.covariance @ slope)), 0.0)
    ratio = float(np.exp(told.log_ratio))
    low, high = (
        float(np.exp(told.log_ratio + side * reach * told.log_ratio_se)) for side in (-1, 1)
    )
    return {
        "key": "one_stage",
        "estimate": told.difference,
        "std_error": told.difference_se,
        "conf_low": told.difference - reach * told.difference_se,
        "conf_high": told.difference + reach * told.difference_se,
        "share_low": told.low,
        "share_high": told.high,
        "ratio": ratio,
        "ratio_low": low,
        "ratio_high": high,
        "odds_ratio": float(np.exp(told.log_odds_ratio)),
        "p_value": float(2.0 * student.sf(abs(told.difference / told.difference_se), df)),
        "verdict": judge_ratio(low, high, baseline=base_low).words,
    }


def leave_one_out(shares: Floats, covariance: Floats, at: Floats, *, level: float) -> Check:
    """Leave each agency out once, and see whether the verdict stays."""
    ratios, verdicts = [], []
    everyone = np.arange(len(at))
    for left in range(-1, len(at)):
        keep = everyone != left
        try:
            fit = regress_on_attention(shares[keep], covariance[np.ix_(keep, keep)], at[keep])
        except ModelError:
            continue
        ratio, low, high = fit.ratio_interval(BASE, CHANGE, level=level)
        base_low = fit.interval(BASE, level=level)[2]
        ratios.append(ratio)
        verdicts.append(judge_ratio(low, high, baseline=max(base_low, 0.0)).words)
    changed = sum(verdict != verdicts[0] for verdict in verdicts[1:])
    text = (
        f"Leaving one agency out at a time, the ratio lies between {min(ratios[1:]):.2f} and "
        f"{max(ratios[1:]):.2f}; the verdict changes {changed} of {len(ratios) - 1} times."
    )
    return Check("leave_one_out", changed == 0, text)
