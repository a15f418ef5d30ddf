"""How do agencies of high and of low attention compare: points, ratio, verdict?

Two agencies' shares are two observations, however many people answered: the random-effects
regression of the agencies' shares gives the difference with t on G - 2 degrees of freedom, and
the ratio follows from the same figures, the error of the baseline included.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from cxanalytics.claims.verdicts import judge_ratio
from cxanalytics.errors import ModelError
from cxanalytics.numerics.meta_regression import MetaRegression, fit_meta_regression

Floats = NDArray[np.float64]

FEWEST_PER_ARM = 4
"""Agencies needed on each side."""

DETECT_WITH = 0.80
"""Chance of an "increase" verdict at the smallest ratio that could have been detected."""

DECLARED, HALVES, QUARTERS, LINE = "declared", "halves", "quarters", "line"
EXPOSURES = (DECLARED, HALVES, QUARTERS, LINE)
"""Ways to compare high with low attention; the first three put agencies into two groups."""

BASE, CHANGE = np.array([1.0, 0.0]), np.array([0.0, 1.0])


@dataclass(frozen=True, slots=True)
class Arms:
    """Where each agency stands between low attention, 0, and high attention, 1.

    Attributes
    ----------
    at : ndarray of shape (agencies,)
        0 or 1 in groups, NaN for an agency in neither; for the line the score, measured from its
        25th percentile in units of the distance to the 75th.
    low, high : int
        Agencies on each side; for the line, those at or beyond the two percentiles.
    """

    at: Floats
    low: int
    high: int

    @property
    def used(self) -> NDArray[np.bool_]:
        """Agencies in the comparison."""
        return ~np.isnan(self.at)


def divide_agencies(scores: Floats, *, exposure: str, at_least: float | None = None) -> Arms:
    """Put agencies on the side of high or low attention.

    Parameters
    ----------
    scores : ndarray of shape (agencies,)
        NaN where an agency was not measured.
    exposure : {"declared", "halves", "quarters", "line"}
    at_least : float, optional
        The declared score.

    Returns
    -------
    Arms

    Raises
    ------
    ModelError
        Fewer than four agencies on a side, or scores that do not differ.
    """
    known = scores[~np.isnan(scores)]
    if len(known) < 2 * FEWEST_PER_ARM:
        raise ModelError(
            f"Comparing attention needs at least {2 * FEWEST_PER_ARM} agencies with a share and a "
            f"score of attention; got {len(known)}."
        )
    quarter, half, three_quarters = np.quantile(known, [0.25, 0.5, 0.75])
    if exposure == LINE:
        if three_quarters <= quarter:
            raise ModelError(
                "A line needs scores of attention that differ between their 25th and 75th "
                f"percentiles; both are {quarter:g}."
            )
        at = (scores - quarter) / (three_quarters - quarter)
        low, high = int((known <= quarter).sum()), int((known >= three_quarters).sum())
        return Arms(at, low, high)
    if exposure == QUARTERS:
        above, below = scores >= three_quarters, scores <= quarter
    elif exposure == HALVES:
        above, below = scores > half, scores <= half
    elif at_least is not None:
        above, below = scores >= at_least, scores < at_least
    else:
        raise ModelError("The study declares no score from which an agency counts as attentive.")
    arms = Arms(
        np.where(above, 1.0, np.where(below, 0.0, np.nan)), int(below.sum()), int(above.sum())
    )
    if min(arms.low, arms.high) < FEWEST_PER_ARM or (above & below).any():
        raise ModelError(
            f"Comparing attention needs at least {FEWEST_PER_ARM} agencies on each side; got "
            f"{arms.high} with high and {arms.low} with low attention."
        )
    return arms


def regress_on_attention(shares: Floats, covariance: Floats, at: Floats) -> MetaRegression:
    """Regress the agencies' shares on where they stand: baseline and difference.

    Parameters
    ----------
    shares, at : ndarray of shape (agencies,)
    covariance : ndarray of shape (agencies, agencies) or (agencies,)
        Of the shares.

    Returns
    -------
    MetaRegression
    """
    return fit_meta_regression(shares, covariance, np.column_stack([np.ones(len(at)), at]))


def figures(fit: MetaRegression, *, level: float) -> dict[str, float | str]:
    """Give points, ratio, baseline and verdict of a comparison.

    Parameters
    ----------
    fit : MetaRegression
        Coefficients: the share at low attention, and the difference to high attention.
    level : float

    Returns
    -------
    dict
        `estimate std_error conf_low conf_high share_low baseline_low baseline_high share_high
        ratio ratio_low ratio_high odds_ratio p_value detectable verdict`; `baseline_low` and
        `baseline_high` are the range of `share_low`.
    """
    change, error, low, high = fit.interval(CHANGE, level=level)
    base, _, base_low, base_high = fit.interval(BASE, level=level)
    ratio, ratio_low, ratio_high = fit.ratio_interval(BASE, CHANGE, level=level)
    power = float(student.ppf(DETECT_WITH, fit.df))
    top = base + change
    possible = 0.0 < base < 1.0 and 0.0 < top < 1.0
    return {
        "estimate": change,
        "std_error": error,
        "conf_low": low,
        "conf_high": high,
        "share_low": base,
        "baseline_low": max(base_low, 0.0),
        "baseline_high": min(base_high, 1.0),
        "share_high": top,
        "ratio": ratio,
        "ratio_low": ratio_low,
        "ratio_high": ratio_high,
        "odds_ratio": top * (1.0 - base) / (base * (1.0 - top)) if possible else float("nan"),
        "p_value": fit.p_value(CHANGE),
        "detectable": 1.0 + (fit.reach(level) + power) * error / base,
        "verdict": judge_ratio(ratio_low, ratio_high, baseline=max(base_low, 0.0)).words,
    }
