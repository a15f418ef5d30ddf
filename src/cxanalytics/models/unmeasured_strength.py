"""How strong is what was measured, and how strong must what was not be?

The parts of `fit_unmeasured_cause`: benchmark, robustness values, ratios of risks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxanalytics.errors import ModelError
from cxanalytics.models.panel_slope import NEGLIGIBLE, SlopeRows, residual
from cxanalytics.numerics.cluster_robust import Interval
from cxanalytics.numerics.sensitivity import (
    Slope,
    adjust,
    as_strong_as,
    e_value,
    e_value_of_range,
    ratio_from_difference,
    robustness_value,
    times_needed,
)
from cxanalytics.tables import Panel

Array = NDArray[np.float64]
Facts = dict[str, float | int | str | bool]

ALL_SHARE = "all that units share in a wave"


@dataclass(frozen=True, slots=True)
class MeasuredCause:
    """The measured thing whose like would move the slope most.

    Attributes
    ----------
    name : str
    cause, outcome : float
        Shares of the rest of morale, and of performance beside morale, that it explains.
    """

    name: str
    cause: float
    outcome: float


def _partial_r2(values: Array, columns: Array, beside: Array) -> float:
    """Share of what `beside` leaves of the values that the columns explain."""
    less = float(np.square(residual(values, beside)).sum())
    both = float(np.square(residual(values, np.column_stack([columns, beside]))).sum())
    return max(0.0, 1.0 - both / less) if less > 0 else 0.0


def strongest(rows: SlopeRows, slope: Slope) -> MeasuredCause | None:
    """Find the measured covariate whose like would move the slope most."""
    told: dict[str, tuple[Array, Array]] = {}
    for name, values in rows.measured.items():
        rest = [other for key, other in rows.measured.items() if key != name]
        told[name] = values[:, None], np.column_stack([*rest, rows.others])
    if not told and rows.absorbed and rows.others.shape[1]:
        told[ALL_SHARE] = rows.others, np.empty((len(rows.y), 0))
    best, most = None, -1.0
    for name, (own, beside) in told.items():
        cause = _partial_r2(rows.morale, own, beside)
        outcome = _partial_r2(rows.y, own, np.column_stack([rows.morale, beside]))
        try:
            strengths = as_strong_as(cause, outcome, 1.0)
        except ModelError:
            strengths = (1.0 - NEGLIGIBLE, 1.0)
        left = adjust(slope, cause=strengths[0], outcome=strengths[1])
        moved = abs(slope.estimate - float(left.estimate))
        if moved > most:
            best, most = MeasuredCause(name, cause, outcome), moved
    return best


def strength_facts(slope: Slope, interval: Interval, reaches: Sequence[float]) -> Facts:
    """Give the robustness values, and what the picture needs."""
    near = reaches[0] if slope.estimate > 0 else reaches[1]
    alpha = float("nan")
    if interval.low <= 0.0 <= interval.high:
        alpha = 0.0
    elif np.isfinite(near):
        alpha = robustness_value(slope, reach=near)
    return {
        "robustness_value": robustness_value(slope),
        "robustness_value_alpha": alpha,
        "partial_r2": slope.partial_r2,
        "slope": slope.estimate,
        "slope_error": slope.std_error,
        "slope_df": slope.df,
        "reach_low": reaches[0],
        "reach_high": reaches[1],
    }


def benchmark_facts(found: MeasuredCause | None, slope: Slope, name: str) -> Facts:
    """Name the benchmark, the larger of its two shares, and how many times as strong it takes."""
    if found is None:
        return {"benchmark": "", "benchmark_share": float("nan"), "times_needed": float("nan")}
    try:
        share = max(as_strong_as(found.cause, found.outcome, 1.0))
        times = times_needed(slope, found.cause, found.outcome)
    except ModelError:
        share, times = float("nan"), float("nan")
    return {"benchmark": name, "benchmark_share": share, "times_needed": times}


def ratio_facts(panel: Panel, frame: pd.DataFrame, interval: Interval, per_sd: float) -> Facts:
    """Tell the slope as a ratio of risks per standard deviation of morale, with its E-values."""
    steps = per_sd * np.array([interval.estimate, interval.low, interval.high])
    mean, spread = float(frame["performance"].mean()), float(frame["performance"].std(ddof=1))
    shares = panel.performance_is == "share" and 0.0 < mean < 1.0
    known = steps[np.isfinite(steps)]
    shares = shares and bool((mean + known > 0).all())
    if shares:
        ratios = [float((mean + step) / mean) for step in steps]
    else:
        ratios = [ratio_from_difference(float(step) / spread) for step in steps]
    ranged = bool(np.isfinite(ratios[1:]).all())
    return {
        "risk_ratio": ratios[0],
        "risk_ratio_low": ratios[1],
        "risk_ratio_high": ratios[2],
        "risk_ratio_from": "share" if shares else "standardized difference",
        "e_value": e_value(ratios[0]),
        "e_value_range": e_value_of_range(ratios[1], ratios[2]) if ranged else float("nan"),
    }
