"""Which verdicts may a claim about morale, measures or cost get, and by which rule?

The rules are fixed before any result. A claim that one thing brings another about is not supported
by a pattern, nor by an order in time: without a comparison over time the verdict says what was seen
and that cause is not shown.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from cxanalytics.claims.verdicts import (
    CONTRADICTED,
    NOT_TESTABLE_HERE,
    SUPPORTED,
    TOO_IMPRECISE,
    judge_interval,
)
from cxanalytics.errors import ParamsError, must_be
from cxanalytics.rules import GRADES

HEADLINE = 0
"""Number of the claim that the others on morale stand behind."""

HEADLINE_TITLE = "Morale comes first and performance follows, beyond question"

DIMENSIONS_CLAIMED = 8
"""Dimensions of effectiveness that claim 11 counts."""

MORALE_STEP = 0.10
"""Difference in morale, as a share, that effects are told for: ten points."""

GRADE_OF_ORDER = "C"
"""Weakest design grade at which an order in time can be told."""

FOLLOWS = "follows in time, cause not shown"
GOES_TOGETHER = "goes together, cause not shown"
OTHER_WAY = "runs the other way, cause not shown"
NO_INCREASE = "no increase shown"
VERDICTS_ON_MORALE = (
    SUPPORTED,
    FOLLOWS,
    GOES_TOGETHER,
    NO_INCREASE,
    TOO_IMPRECISE,
    OTHER_WAY,
    CONTRADICTED,
    NOT_TESTABLE_HERE,
)
"""Verdicts on the claims about morale, measures and cost."""

MORALE_FIRST = "morale first"
PERFORMANCE_FIRST = "performance first"
ORDERS = (MORALE_FIRST, PERFORMANCE_FIRST, "both", "not settled", "not testable")
"""What the lags may say of order in time."""

_PATTERN = {SUPPORTED: GOES_TOGETHER, CONTRADICTED: OTHER_WAY}
_CAPPED = {"C": _PATTERN | {SUPPORTED: FOLLOWS}, "D": _PATTERN}


@dataclass(frozen=True, slots=True)
class Range:
    """A 95% range in the direction of better performance; ends may be missing.

    Attributes
    ----------
    low, high : float
    """

    low: float = math.nan
    high: float = math.nan

    @property
    def known(self) -> bool:
        """Whether both ends are there."""
        return not (math.isnan(self.low) or math.isnan(self.high))


def cap_at_grade(verdict: str, grade: str) -> str:
    """Hold a verdict on a claim about cause to what its design grade allows.

    Parameters
    ----------
    verdict : str
        One of `VERDICTS_OF_CLAIMS`.
    grade : str
        Design grade "A" to "D".

    Returns
    -------
    str
        At grades C and D, "supported" and "contradicted" become what was seen, cause not shown.

    Raises
    ------
    ParamsError
        An unknown grade.
    """
    if grade not in GRADES:
        raise ParamsError(must_be("grade", GRADES, grade))
    return _CAPPED.get(grade, {}).get(verdict, verdict)


def judge_order(
    order: str,
    *,
    later: Range,
    near: Range,
    reverse: Range,
    grade: str,
    matters: float = math.nan,
) -> str:
    """Find the verdict on a claim that morale comes before performance and raises it.

    Parameters
    ----------
    order : str
        One of `ORDERS`.
    later : Range
        Performance one wave after morale.
    near : Range
        Performance in the same wave, of a unit beside itself where that is known, else of units
        beside each other.
    reverse : Range
        Morale one wave after performance.
    grade : str
        Design grade.
    matters : float
        Smallest change that matters, on the scale of the ranges; NaN where none is known.

    Returns
    -------
    str
        One of `VERDICTS_ON_MORALE`; the first rule that fits.

    Raises
    ------
    ParamsError
        An unknown order or grade.
    """
    if order not in ORDERS:
        raise ParamsError(must_be("order", ORDERS, order))
    if order == MORALE_FIRST and later.low > 0:
        return cap_at_grade(SUPPORTED, grade)
    if order == PERFORMANCE_FIRST and grade <= GRADE_OF_ORDER:
        return CONTRADICTED
    if order == MORALE_FIRST and later.high < 0:
        return cap_at_grade(CONTRADICTED, grade)
    if not near.known:
        return TOO_IMPRECISE if later.known else NOT_TESTABLE_HERE
    side = judge_interval(near.low, near.high)
    # What follows one wave later bends the figures of one wave the other way.
    up = later.low > 0 or reverse.low > 0
    down = later.high < 0 or reverse.high < 0
    if side == TOO_IMPRECISE:
        return NO_INCREASE if near.high < matters and not up else TOO_IMPRECISE
    opposed = down if side == SUPPORTED else up
    return TOO_IMPRECISE if opposed else _PATTERN[side]
