"""Does performance go with morale alike in every unit, or more in some than in others?

One slope for all is an average. Where slopes differ, it says little about a single unit.
"""

from __future__ import annotations

import numpy as np
from scipy.stats import chi2

from cxanalytics.models.morale_rows import MoraleRows
from cxanalytics.numerics.panel import WithinBetween
from cxanalytics.numerics.random_slopes import random_slopes
from cxanalytics.tables import Check

GROUPS_FOR_SLOPES = 10
"""Units below which nothing is said about slopes that differ."""
WAVES_FOR_SLOPES = 3
"""Waves below which a unit has no slope of its own."""
SURE = 0.05
"""A check fails at a smaller p-value."""


def slope_differences(rows: MoraleRows, hybrid: WithinBetween | None) -> tuple[float, float]:
    """Give the standard deviation of slopes within units, and the p-value of its being 0.

    Likelihood ratio of random slopes against random intercepts, half-and-half chi-square on 1 and
    2 degrees of freedom. NaN where units are few, waves are few, or rows count unequally.
    """
    few = rows.groups < GROUPS_FOR_SLOPES or rows.frame["period"].nunique() < WAVES_FOR_SLOPES
    if hybrid is None or few or np.ptp(rows.weight) > 0.0:
        return float("nan"), float("nan")
    z = np.column_stack([np.ones(len(rows.y)), hybrid.within_x[:, 0]])
    made = random_slopes(rows.y, hybrid.design, z, rows.code)
    gain = 2.0 * max(0.0, made.log_likelihood - hybrid.fit.log_likelihood)
    p = 0.5 * float(chi2.sf(gain, 1) + chi2.sf(gain, 2))
    return float(np.sqrt(made.unit_covariance[1, 1])), p


def check_of_slopes(sd: float, p_value: float) -> Check:
    """Tell whether one slope stands for all units."""
    if not np.isfinite(p_value):
        text = (
            f"Not possible: it takes {GROUPS_FOR_SLOPES} units, {WAVES_FOR_SLOPES} waves and rows "
            "that count alike."
        )
        return Check("one slope", None, text)
    if p_value >= SURE:
        return Check("one slope", True, "Slopes within units do not clearly differ between units.")
    text = f"Slopes within units differ between units: their standard deviation is {sd:.3g}."
    return Check("one slope", False, text)
