"""Which values of one parameter does the likelihood ratio not reject?"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import optimize, stats

FARTHEST = 60.0
"""Standard errors beyond which an end of the interval is called infinite."""


def profile_limits(
    highest: Callable[[float], float], estimate: float, *, error: float, top: float, level: float
) -> tuple[float, float]:
    """Find where twice the fall of a profile log likelihood reaches its chi-squared quantile.

    Parameters
    ----------
    highest : callable
        Value of the parameter to the largest log likelihood over all others.
    estimate : float
        Where it is largest.
    error : float
        A standard error, for the first step.
    top : float
        Log likelihood at the estimate.
    level : float

    Returns
    -------
    tuple of float
        Lower and upper end; infinite where the likelihood never falls far enough.
    """
    allowed = float(stats.chi2.ppf(level, 1)) / 2.0
    reach = np.sqrt(2.0 * allowed)

    def beyond(value: float) -> float:
        return top - highest(value) - allowed

    def end(side: float) -> float:
        inside, away = estimate, reach
        while True:
            outside = estimate + side * away * error
            if beyond(outside) > 0.0:
                return float(optimize.brentq(beyond, *sorted((inside, outside)), xtol=1e-10))
            if away > FARTHEST:
                return side * float("inf")
            inside, away = outside, 1.5 * away

    return end(-1.0), end(1.0)
