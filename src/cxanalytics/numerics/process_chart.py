"""Is a series of scores steady, or has something changed?

XmR charts for scores and counts of any kind; p' charts for shares of many answers. Limits come from
a baseline that is named, never from the points that are judged against them unless they are the
baseline. The p' chart widens binomial limits by the spread that shares show from period to period
anyway, where plain p charts of thousands of answers would call every period a signal.

Shewhart (1931); Wheeler and Chambers (1992), Understanding Statistical Process Control; Laney
(2002), Quality Engineering 14(4).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cxanalytics.errors import ModelError

Array = NDArray[np.float64]

MEAN_RANGE, MEDIAN_RANGE = 2.66, 3.145
"""Limits in mean and in median moving ranges: 3 / 1.128 and 3 / 0.954, rounded as printed."""
RANGE_LIMIT, RANGE_LIMIT_MEDIAN = 3.267, 3.865
RANGE_TO_SD = 1.128
FEWEST_POINTS = 3
ALARM_CHARTS, ALARM_SEED = 4_000, 20_260
ROUNDING = 1e-12
"""A value this close to a limit or a center, as a share of either, lies on it."""


@dataclass(frozen=True, slots=True)
class ProcessLimits:
    """Center and limits of a process chart.

    Attributes
    ----------
    center : level of the baseline.
    low, high : (K,) natural limits of each point; the same for all points of an XmR chart.
    range_limit : upper limit of a moving range; NaN for shares, where ranges are of z-scores.
    spread : mean (or median) moving range for XmR; factor on the binomial limits for p'.
    """

    center: float
    low: Array
    high: Array
    range_limit: float
    spread: float


def xmr_limits(
    values: ArrayLike, *, baseline: NDArray[np.bool_] | None = None, median: bool = False
) -> ProcessLimits:
    """Return the natural limits of single values.

    Parameters
    ----------
    values : (K,) in order of time; NaN is a period without a value, and breaks no range: the two
        values around it are neighbors.
    baseline : (K,) flags of the points that set the limits; all of them by default.
    median : bool
        Center and spread from medians, which one wild point does not move.

    Raises
    ------
    ModelError
        With fewer than three values in the baseline.
    """
    values = np.asarray(values, dtype=float)
    held = _held(values, baseline)
    ranges = np.abs(np.diff(held))
    if median:
        center, spread = float(np.median(held)), float(np.median(ranges))
        reach, limit = MEDIAN_RANGE * spread, RANGE_LIMIT_MEDIAN * spread
    else:
        center, spread = float(held.mean()), float(ranges.mean())
        reach, limit = MEAN_RANGE * spread, RANGE_LIMIT * spread
    low, high = np.full(len(values), center - reach), np.full(len(values), center + reach)
    return ProcessLimits(center, low, high, limit, spread)


def laney_limits(
    share: ArrayLike, n: ArrayLike, *, baseline: NDArray[np.bool_] | None = None
) -> ProcessLimits:
    """Return p' limits of shares, three spreads either side and held between 0 and 1.

    Parameters
    ----------
    share, n : (K,) in order of time; shares and (effective) numbers of answers.
    baseline : (K,) flags of the points that set the limits; all of them by default.

    Raises
    ------
    ModelError
        With fewer than three points in the baseline, or a baseline of 0 or 1 throughout.
    """
    share, n = np.asarray(share, dtype=float), np.asarray(n, dtype=float)
    held, size = _held(share, baseline), _held(np.where(np.isnan(share), np.nan, n), baseline)
    center = float(size @ held / size.sum())
    if not 0.0 < center < 1.0:
        raise ModelError(f"`share` must differ from {center:.0f} somewhere in the baseline.")
    binomial = np.sqrt(center * (1.0 - center) / n)
    z = (held - center) / np.sqrt(center * (1.0 - center) / size)
    factor = float(np.abs(np.diff(z)).mean()) / RANGE_TO_SD
    reach = 3.0 * factor * binomial
    low, high = np.clip(center - reach, 0.0, 1.0), np.clip(center + reach, 0.0, 1.0)
    return ProcessLimits(center, low, high, float("nan"), factor)


def outside(values: ArrayLike, limits: ProcessLimits) -> NDArray[np.int64]:
    """Return (K,) +1 above the limits, -1 below them, 0 within; a limit itself is within."""
    values = np.asarray(values, dtype=float)
    near = ROUNDING * np.maximum(np.abs(limits.center), np.abs(values))
    above, below = values > limits.high + near, values < limits.low - near
    return above.astype(np.int64) - below


def one_side(values: ArrayLike, center: float, *, run: int) -> NDArray[np.int64]:
    """Mark the points of runs on one side of the center.

    Parameters
    ----------
    values : (K,) in order of time. NaN is passed over; a value on the center ends a run.
    center : level of the baseline.
    run : points in a row that make a signal.

    Returns
    -------
    (K,) +1 for every point of a run of `run` or more above the center, -1 below it, 0 elsewhere.
    """
    values = np.asarray(values, dtype=float)
    known = np.flatnonzero(np.isfinite(values))
    away = values[known] - center
    near = ROUNDING * np.maximum(np.abs(center), np.abs(values[known]))
    side = np.where(np.abs(away) <= near, 0, np.sign(away)).astype(np.int64)
    out = np.zeros(len(values), dtype=np.int64)
    starts = np.flatnonzero(np.diff(side, prepend=2) != 0)
    for start, stop in zip(starts, [*starts[1:], len(side)], strict=True):
        if stop - start >= run:
            out[known[start:stop]] = side[start]
    return out


@cache
def false_alarm_chance(points: int, baseline: int, *, run: int) -> float:
    """Return how likely a chart of a steady process is to show a signal somewhere.

    Parameters
    ----------
    points : of the chart.
    baseline : of these, the first ones that set the limits.
    run : points in a row on one side that are a signal.

    Notes
    -----
    Simulated: independent normal points. Limits from few points are often too narrow, so the chance
    is well above that of limits that are known.
    """
    rng = np.random.default_rng(ALARM_SEED)
    values = rng.standard_normal((ALARM_CHARTS, points))
    held = values[:, :baseline]
    center = held.mean(axis=1, keepdims=True)
    reach = MEAN_RANGE * np.abs(np.diff(held, axis=1)).mean(axis=1, keepdims=True)
    alarm = (np.abs(values - center) > reach).any(axis=1)
    above = values > center
    for start in range(points - run + 1):
        stretch = above[:, start : start + run]
        alarm |= stretch.all(axis=1) | ~stretch.any(axis=1)
    return float(alarm.mean())


def _held(values: Array, baseline: NDArray[np.bool_] | None) -> Array:
    chosen = np.ones(len(values), dtype=bool) if baseline is None else np.asarray(baseline)
    held = values[chosen & np.isfinite(values)]
    if len(held) < FEWEST_POINTS:
        raise ModelError(
            f"`baseline` must hold at least {FEWEST_POINTS} values to set limits; got {len(held)}."
        )
    return held
