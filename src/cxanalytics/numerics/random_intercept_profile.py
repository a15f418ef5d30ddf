"""How large may the standard deviation of a random intercept be?

Its profile likelihood, all other parameters at their best. The maximum of the likelihood is too low
where groups are few, as the divisor n is for a variance, because coefficients are estimated from
the same groups. Adjusted for that (Cox and Reid 1987), the profile is
l(sd) - log|J(sd)| / 2 with J the information about thresholds and coefficients. Where the scores of
groups scatter more than normal intercepts would have them, its deviance is divided by how much more
(Kent 1982), so that a few groups far out widen the interval and do not pass for precision.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

from cxanalytics.numerics.newton import newton_step
from cxanalytics.numerics.random_intercept_climb import Flags, Marginal, Place, to_maximum

Floats = NDArray[np.float64]

GAIN = 1e-3
"""Gain at which the other parameters are at their best."""

ENDS = 5e-4
"""Error of the root of the deviance at which an end of the interval is accepted."""

STEPS = 14
LONGEST = 1.0
FIRST = 0.1
FEWEST_FOR_TAILS = 5
"""Groups from which the scatter of their scores is looked at."""

NEGLIGIBLE = 0.02
"""Shift of the adjusted maximum, in standard errors, that is taken from its slope."""


@dataclass(frozen=True, slots=True)
class Profiled:
    """What the profile says about one standard deviation.

    Attributes
    ----------
    estimate : float
        Where the profile is highest.
    low, high : float
    without : float
        Log likelihood with the standard deviation at zero.
    """

    estimate: float
    low: float
    high: float
    without: float


def tail_ratio(scores: Floats, information: float) -> float:
    """Compare the scatter of the scores of groups with that of normal intercepts.

    Parameters
    ----------
    scores : ndarray of shape (groups,)
        Parts of the score in a standard deviation, at the maximum.
    information : float
        About that standard deviation.

    Returns
    -------
    float
        1 or more: (kurtosis - 1) / 2 of intercepts that are well known, the kurtosis corrected for
        a small number of groups.
    """
    n = len(scores)
    if n < FEWEST_FOR_TAILS or information <= 0.0:
        return 1.0
    excess = 2.0 * (float(scores @ scores) / information - 1.0)
    corrected = (n - 1.0) / ((n - 2.0) * (n - 3.0)) * ((n + 1.0) * excess + 6.0)
    return max(1.0, 1.0 + corrected / 2.0)


class _Profile:
    """The profile of one standard deviation; remembers where it has been."""

    def __init__(self, marginal: Marginal, best: Place, level: int, *, adjusted: bool) -> None:
        self.marginal, self.best, self.places = marginal, best, [best]
        self.adjusted, self.depth = adjusted, marginal.depth
        self.at = len(best.parameters) - marginal.depth + level
        self.held: Flags = np.ones(len(best.parameters), dtype=bool)
        self.held[self.at] = False

    def adjustment(self, place: Place) -> float:
        """Take half the log determinant of the information about the other kinds of parameters."""
        if not self.adjusted:
            return 0.0
        size = len(self.held) - self.depth
        sign, value = np.linalg.slogdet(-place.hessian[:size, :size])
        return -0.5 * float(value) if sign > 0 else -np.inf

    def without(self) -> tuple[float, float]:
        """Give the highest log likelihood with the standard deviation at zero, and the profile."""
        start = self.marginal.near(self.best, np.where(self.held, self.best.parameters, 0.0))
        ascent = to_maximum(self.marginal, start, free=self.held, tolerance=1e-6, most=50)
        return ascent.height, ascent.height + self.adjustment(ascent.place)

    def height(self, value: float) -> float:
        """Give the profile at a standard deviation; -inf where there is none."""
        nearest = min(self.places, key=lambda place: abs(float(place.parameters[self.at]) - value))
        start = self.marginal.near(nearest, self._follow(nearest, value))
        if not np.isfinite(start.log_likelihood):
            there = np.where(self.held, self.best.parameters, value)
            start = self.marginal.near(self.best, there)
        if not np.isfinite(start.log_likelihood):
            return -np.inf
        ascent = to_maximum(self.marginal, start, free=self.held, tolerance=GAIN, most=20)
        self.places.append(ascent.place)
        return ascent.height + self.adjustment(ascent.place)

    def _follow(self, place: Place, value: float) -> Floats:
        """Move along the ridge to a value of the standard deviation."""
        moving = np.flatnonzero(self.held)
        parameters = place.parameters.copy()
        change = value - parameters[self.at]
        slope = place.score[moving] + place.hessian[moving, self.at] * change
        parameters[self.at] = value
        block = np.ix_(moving, moving)
        parameters[moving] += newton_step(-place.hessian[block], slope)
        parameters[-self.depth :] = np.abs(parameters[-self.depth :])
        return parameters


def profile(
    marginal: Marginal,
    best: Place,
    level: int,
    *,
    reach: float,
    std_error: float,
    adjusted: bool,
) -> Profiled:
    """Profile one standard deviation.

    Parameters
    ----------
    marginal : Marginal
    best : Place
        The maximum.
    level : int
    reach : float
        Root of the deviance at the ends of the interval: 1.96 for 95%.
    std_error : float
        Of the standard deviation, to start from.
    adjusted : bool
        Adjust for the estimation of thresholds and coefficients.

    Returns
    -------
    Profiled
    """
    curve = _Profile(marginal, best, level, adjusted=adjusted)
    sd = float(best.parameters[curve.at])
    top = best.log_likelihood + curve.adjustment(best)
    without, floor = curve.without() if sd > 0.0 else (best.log_likelihood, top)
    estimate = sd
    if adjusted:
        estimate, top = _adjusted_maximum(curve, sd, std_error, top, floor)

    def root(value: float) -> float:
        return float(np.sqrt(max(2.0 * (top - curve.height(value)), 0.0)))

    spread = min(reach * std_error / sd, 3.0) if sd > 0.0 else 0.0
    low = 0.0
    if top - floor > 0.5 * reach**2:
        low = _cross(root, reach, estimate, estimate * float(np.exp(-spread)), end=0.0)
    first = estimate * float(np.exp(max(spread, 0.05))) if estimate > 0.0 else FIRST
    high = _cross(root, reach, estimate, first, end=np.inf)
    return Profiled(estimate, low, high, without)


def _adjusted_maximum(
    curve: _Profile, sd: float, std_error: float, top: float, floor: float
) -> tuple[float, float]:
    """Find where the adjusted profile is highest, near the maximum of the likelihood."""
    if not 0.0 < std_error < 0.5 * sd:
        return _bounded_maximum(curve, max(sd + 2.0 * std_error, FIRST), top, floor)
    ahead = 0.5 * std_error
    seen = [(sd, top), (sd + ahead, curve.height(sd + ahead))]
    slope = (seen[1][1] - top) / ahead + 0.5 * ahead / std_error**2
    shift = slope * std_error**2
    if abs(shift) < NEGLIGIBLE * std_error:
        return sd + shift, top + 0.5 * slope * shift
    value = sd + float(np.clip(shift, -1.5 * std_error, 3.0 * std_error))
    for _ in range(STEPS):
        seen.append((value, curve.height(value)))
        seen.sort(key=lambda pair: pair[1])
        vertex = _vertex(seen[-3:])
        best = seen[-1][0]
        if vertex is None or abs(vertex - best) < NEGLIGIBLE * std_error:
            break
        value = float(np.clip(vertex, best - std_error, best + 2.0 * std_error))
    return seen[-1]


def _vertex(points: list[tuple[float, float]]) -> float | None:
    """Find the top of the parabola through three points; None where it has none."""
    places, heights = np.array(points).T
    a, b, _ = np.polyfit(places, heights, 2)
    return float(-0.5 * b / a) if a < 0.0 else None


def _bounded_maximum(curve: _Profile, high: float, top: float, floor: float) -> tuple[float, float]:
    """Find the highest point of a profile that may be highest at zero."""
    while curve.height(high) > max(top, floor):
        high *= 2.0
    found = optimize.minimize_scalar(
        lambda value: -curve.height(float(value)),
        bounds=(0.0, high),
        method="bounded",
        options={"xatol": 5e-3 * high},
    )
    if floor >= -float(found.fun):
        return 0.0, floor
    return float(found.x), -float(found.fun)


def _cross(
    root: Callable[[float], float], reach: float, center: float, first: float, *, end: float
) -> float:
    """Find where a root that grows from zero at the center gets to a height, by secants."""
    to, back = (np.log, np.exp) if center > 0.0 else (float, float)
    inner, outer = center, end
    before, value = (center, 0.0), first
    for _ in range(STEPS):
        height = root(value)
        if abs(height - reach) < ENDS:
            break
        inner, outer = (value, outer) if height < reach else (inner, value)
        rise, run = height - before[1], to(value) - to(before[0])
        before = (value, height)
        ahead = np.nan
        if np.isfinite(height) and abs(rise) > 1e-9:
            stride = run * (reach - height) / rise
            ahead = back(to(value) + float(np.clip(stride, -LONGEST, LONGEST)))
        if min(inner, outer) < ahead < max(inner, outer):
            value = float(ahead)
        else:
            value = (inner + outer) / 2.0 if np.isfinite(outer) else 2.0 * value
    return value
