"""Did morale move first, or performance, or can these data not tell?

*Morale first* asks for all of this at once: performance follows morale, morale does not follow
performance, and the two lags differ. Two vetoes guard it, because units are compared with their own
averages over few waves: the lag must still be there when performance's own past is held constant,
and it must not run against the relation in the same wave. Anything less leaves the order open.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxanalytics.errors import ModelError
from cxanalytics.models.morale_rows import MoraleRows
from cxanalytics.numerics.cluster_robust import ClusteredFit, Interval, cluster_interval
from cxanalytics.numerics.lags import LagSystem, lag_system
from cxanalytics.numerics.units import demean

Array = NDArray[np.float64]

ORDERS = ("morale first", "performance first", "both", "not settled", "not testable")
WAVES_FOR_ORDER = 3
"""Waves below which the order in time cannot be tested."""


@dataclass(frozen=True, slots=True)
class OrderInTime:
    """Which came first.

    Attributes
    ----------
    order : str
        One of `ORDERS`.
    reason : str
        Why, as a sentence.
    forward, backward, difference : Interval or None
        Lags in standard deviations within units: performance on the last morale, morale on the last
        performance, and the first less the second.
    pairs, units : int
        Pairs of neighboring waves, and the units they come from.
    """

    order: str
    reason: str
    forward: Interval | None = None
    backward: Interval | None = None
    difference: Interval | None = None
    pairs: int = 0
    units: int = 0


def order_in_time(rows: MoraleRows, *, level: float) -> OrderInTime:
    """Judge the order of morale and performance by the lags of both."""
    waves = int(rows.frame["period"].nunique())
    if rows.wave is None or waves < WAVES_FOR_ORDER:
        told = f"{waves} wave{'' if waves == 1 else 's'}"
        return OrderInTime("not testable", f"Which came first cannot be settled with {told}.")
    try:
        system = lag_system(
            _in_own_steps(rows, rows.y),
            _in_own_steps(rows, rows.m),
            rows.code,
            rows.wave,
            rows.cluster,
            covariates=rows.z,
            weights=rows.weight,
        )
    except ModelError:
        return OrderInTime(
            "not testable",
            "Which came first cannot be settled: too few units are there in "
            f"{WAVES_FOR_ORDER} waves in a row.",
        )
    forward, backward, difference = (
        cluster_interval(system.both, system.contrast(which), level=level)
        for which in ("forward", "backward", "difference")
    )
    order, reason = _judge(forward, backward, difference, system, level)
    return OrderInTime(order, reason, forward, backward, difference, system.pairs, system.units)


def _in_own_steps(rows: MoraleRows, values: Array) -> Array:
    """Tell a series in standard deviations within units."""
    spread = float(np.std(demean(values, rows.code, wave=rows.wave, weights=rows.weight)))
    return values / spread if spread > 0.0 else values


def _judge(
    forward: Interval, backward: Interval, difference: Interval, system: LagSystem, level: float
) -> tuple[str, str]:
    if "none" in (forward.method, backward.method, difference.method):
        return "not testable", (
            f"Which came first cannot be settled with {system.units} units that are there in "
            f"{WAVES_FOR_ORDER} waves in a row."
        )
    found = [way(lag) for lag in (forward, backward)]
    if not any(found):
        return "not settled", "Neither followed the other clearly."
    if all(found) and found[0] != found[1]:
        return "not settled", "The two followed each other in opposite directions."
    together = way(
        cluster_interval(system.together, np.eye(len(system.together.coef))[0], level=level)
    )
    if together and -together in found:
        return "not settled", (
            "One followed the other, but against their relation in the same wave, as it comes by "
            "itself where waves are few."
        )
    for place, own in enumerate(system.held):
        if found[place] and _way_of_first(own, level) != found[place]:
            what = ("performance", "morale")[place]
            return "not settled", (
                f"What {what} seems to follow may be nothing but the past of {what} itself."
            )
    if all(found):
        return "both", "Each followed the other."
    if not way(difference):
        return "not settled", "One followed the other, but the two lags do not differ clearly."
    if found[0]:
        return "morale first", "Performance followed morale, and morale did not follow performance."
    return (
        "performance first",
        "Morale followed performance, and performance did not follow morale.",
    )


def _way_of_first(fit: ClusteredFit, level: float) -> int:
    return way(cluster_interval(fit, np.eye(len(fit.coef))[0], level=level))


def way(interval: Interval) -> int:
    """Return 1 or -1 where an interval lies above or below 0, else 0."""
    return int(interval.low > 0.0) - int(interval.high < 0.0)
