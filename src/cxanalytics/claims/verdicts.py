"""Which verdicts may a claim get, and by which rule?

The rules are fixed before any result. Those of the first claim are tried in order and the first
that fits holds; models, words and documents read them from here.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from cxanalytics.claims.listed import NOT_WITH_THESE_DATA
from cxanalytics.errors import ParamsError

CLAIMED_LOW = 1.3
"""Smallest ratio of "30 to 50% more"."""

CLAIMED_HIGH = 1.5
"""Largest ratio of "30 to 50% more"."""

NO_ATTENTION = "not testable: no independent measure of CX attention"
"""Verdict on the first claim where nobody but the survey's own respondents rated attention."""

OF_STAFF = "answers of customers: these are answers of staff"
"""What a claim about customers misses where staff answered."""

SUPPORTED = "supported"
CONTRADICTED = "contradicted"
TOO_IMPRECISE = "too imprecise to tell"
NOT_TESTABLE_HERE = NOT_WITH_THESE_DATA
VERDICTS_OF_CLAIMS = (SUPPORTED, CONTRADICTED, TOO_IMPRECISE, NOT_TESTABLE_HERE)
"""Verdicts on every claim but the first."""


@dataclass(frozen=True, slots=True)
class RatioRule:
    """One rule for the verdict on "30 to 50% more".

    Attributes
    ----------
    words : str
        The verdict.
    rule : str
        When it holds, with L and U the ends of the 95% range of the ratio and p₀ the lower end of
        that of the baseline.
    holds : callable of (L, U, p₀) to bool
    increase : bool
        Whether the verdict says that there is an increase.
    """

    words: str
    rule: str
    holds: Callable[[float, float, float], bool]
    increase: bool = False


RATIO_RULES: tuple[RatioRule, ...] = (
    RatioRule(
        "impossible here: the baseline is too high",
        "1.3·p₀ > 1",
        lambda _low, _high, base: CLAIMED_LOW * base > 1.0,
    ),
    RatioRule("decrease", "U < 1", lambda _low, high, _base: high < 1.0),
    RatioRule(
        "no increase shown; 30% is excluded",
        "L ≤ 1 and U < 1.3",
        lambda low, high, _base: low <= 1.0 and high < CLAIMED_LOW,
    ),
    RatioRule(
        TOO_IMPRECISE,
        "L ≤ 1 and U ≥ 1.3",
        lambda low, high, _base: low <= 1.0 and high >= CLAIMED_LOW,
    ),
    RatioRule(
        "increase, smaller than claimed",
        "U < 1.3",
        lambda _low, high, _base: high < CLAIMED_LOW,
        increase=True,
    ),
    RatioRule(
        "larger than claimed",
        "L > 1.5",
        lambda low, _high, _base: low > CLAIMED_HIGH,
        increase=True,
    ),
    RatioRule(
        "within the claimed range",
        "L ≥ 1.3 and U ≤ 1.5",
        lambda low, high, _base: low >= CLAIMED_LOW and high <= CLAIMED_HIGH,
        increase=True,
    ),
    RatioRule(
        "at least 30% more", "L ≥ 1.3", lambda low, _high, _base: low >= CLAIMED_LOW, increase=True
    ),
    RatioRule("increase, size unresolved", "else", lambda _low, _high, _base: True, increase=True),
)


def judge_ratio(low: float, high: float, *, baseline: float) -> RatioRule:
    """Find the verdict on "30 to 50% more".

    Parameters
    ----------
    low, high : float
        Ends of the 95% range of the ratio; `high` may be infinite.
    baseline : float
        Lower end of the 95% range of the share where attention is low.

    Returns
    -------
    RatioRule
        The first that fits.

    Raises
    ------
    ParamsError
        An end is missing, or the ends are in the wrong order.
    """
    if math.isnan(baseline) or not low <= high:
        raise ParamsError(
            f"`low`, `high` and `baseline` must be numbers, low first; got {low:g}, {high:g} and "
            f"{baseline:g}."
        )
    return next(rule for rule in RATIO_RULES if rule.holds(low, high, baseline))


def judge_interval(low: float, high: float, *, threshold: float = 0.0) -> str:
    """Find the verdict on a claim that something lies above a threshold.

    Parameters
    ----------
    low, high : float
        Ends of the 95% range.
    threshold : float

    Returns
    -------
    str
        One of `VERDICTS_OF_CLAIMS`; too imprecise where an end is missing.
    """
    if low > threshold:
        return SUPPORTED
    return CONTRADICTED if high < threshold else TOO_IMPRECISE
