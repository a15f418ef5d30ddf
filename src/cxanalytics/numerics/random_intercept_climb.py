"""Where is the marginal likelihood of random intercepts highest?

Newton steps in all parameters at once. A standard deviation moves on the log scale, but near zero
as its square, in which the likelihood has a slope at zero; there it may stop.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxanalytics.numerics.newton import newton_step
from cxanalytics.numerics.random_intercept_modes import Part, Point, outside

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

HALVINGS = 30
LONGEST_STEP = 1.0
"""Largest change of the log of a standard deviation in one step."""

LARGEST_RISE = 4.0
"""Largest factor by which a standard deviation near zero grows in one step."""

KICK = 0.1
"""Where a standard deviation starts again that stood at zero without a maximum there."""


@dataclass(frozen=True, slots=True)
class Place:
    """The whole marginal log likelihood at some parameters.

    Attributes
    ----------
    parameters : ndarray of shape (K,)
    log_likelihood, missed : float
        As in `Point`, summed over the parts.
    score : ndarray of shape (K,)
    hessian : ndarray of shape (K, K)
    points : tuple of Point
    """

    parameters: Floats
    log_likelihood: float
    score: Floats
    hessian: Floats
    missed: float
    points: tuple[Point, ...]


def nowhere(parameters: Floats, effects: Sequence[list[Floats]]) -> Place:
    """Give a start that is not yet evaluated."""
    size = len(parameters)
    points = tuple(outside(size, start) for start in effects)
    return Place(parameters, -np.inf, np.zeros(size), np.zeros((size, size)), 0.0, points)


@dataclass(frozen=True, slots=True)
class Marginal:
    """A likelihood made of parts that share their parameters.

    Attributes
    ----------
    parts : tuple of Part
    depth : int
        Levels; the last parameters are their standard deviations.
    """

    parts: tuple[Part, ...]
    depth: int

    def evaluate(self, parameters: Floats, effects: Sequence[list[Floats]]) -> Place:
        """Evaluate all parts, each from its own start of the effects."""
        points = tuple(
            part.evaluate(parameters, start)
            for part, start in zip(self.parts, effects, strict=True)
        )
        return Place(
            parameters,
            sum(point.log_likelihood for point in points),
            np.sum([point.score for point in points], axis=0),
            np.sum([point.hessian for point in points], axis=0),
            sum(point.missed for point in points),
            points,
        )

    def near(self, place: Place, parameters: Floats) -> Place:
        """Evaluate at other parameters, the modes moved along."""
        change = parameters - place.parameters
        effects = [
            [e + move @ change for e, move in zip(point.effects, point.moves, strict=True)]
            for point in place.points
        ]
        return self.evaluate(parameters, effects)

    def curvature(self, place: Place) -> Floats:
        """Give the exact Hessian at a place where the modes are settled."""
        rest = (
            part.rest_of_hessian(place.parameters, point)
            for part, point in zip(self.parts, place.points, strict=True)
        )
        return place.hessian + np.sum(list(rest), axis=0)


@dataclass(frozen=True, slots=True)
class Ascent:
    """Where a climb ended.

    Attributes
    ----------
    place : Place
    gain : float
        Score times the next step: twice what that step would add to the log likelihood.
    iterations : int
    """

    place: Place
    gain: float
    iterations: int

    @property
    def height(self) -> float:
        """Log likelihood at the maximum, with what the last step would add."""
        return self.place.log_likelihood + 0.5 * self.gain


@dataclass(frozen=True, slots=True)
class _Step:
    """A Newton step; standard deviations move as logs or as squares.

    Attributes
    ----------
    change : ndarray of shape (K,)
    squared : ndarray of bool, shape (K,)
    gain : float
    """

    change: Floats
    squared: Flags
    gain: float

    def taken(self, parameters: Floats, part: float, depth: int) -> Floats:
        """Give the parameters after a part of the step."""
        change, last = part * self.change, slice(len(parameters) - depth, None)
        there, sd = parameters + change, parameters[last]
        square = np.clip(sd**2 + change[last], 0.0, (LARGEST_RISE * sd) ** 2)
        log = np.where(self.squared[last], 0.0, change[last])
        there[last] = np.where(self.squared[last], np.sqrt(square), sd * np.exp(log))
        return there


def _step(place: Place, free: Flags, depth: int) -> _Step:
    """Solve for the next step; a square that would fall below zero stops there."""
    size = len(place.parameters)
    score, hessian, moving = place.score.copy(), place.hessian.copy(), free.copy()
    squared = np.zeros(size, dtype=bool)
    for at in range(size - depth, size):
        sd, slope, bend = (float(v) for v in (place.parameters[at], score[at], hessian[at, at]))
        if sd == 0.0:
            moving[at] = False
            continue
        squared[at] = _near_zero(sd, slope, bend)
        rate, twist = (0.5 / sd, -0.25 / sd**3) if squared[at] else (sd, sd)
        hessian[at] *= rate
        hessian[:, at] *= rate
        hessian[at, at] += slope * twist
        score[at] = slope * rate
    change = np.zeros(size)
    floor = np.where(squared, -(place.parameters**2), -np.inf)
    while True:
        there = np.flatnonzero(moving)
        left = score[there] + hessian[there] @ np.where(moving, 0.0, change)
        change[there] = newton_step(-hessian[np.ix_(there, there)], left)
        below = moving & (change < floor)
        if not below.any():
            break
        change[below] = floor[below]
        moving &= ~below
    logs = np.abs(change[size - depth :][~squared[size - depth :]])
    longest = float(np.max(logs, initial=0.0))
    if longest > LONGEST_STEP:
        change *= LONGEST_STEP / longest
    return _Step(change, squared, float(change @ score))


def _near_zero(sd: float, slope: float, bend: float) -> bool:
    """Tell whether a standard deviation had better move as its square."""
    curve = bend - slope / sd
    if curve >= 0.0:
        return False
    target = sd**2 - 2.0 * sd * slope / curve
    return target < 0.25 * sd**2 or sd * bend + slope >= 0.0


def ascend(marginal: Marginal, place: Place, *, free: Flags, tolerance: float, most: int) -> Ascent:
    """Climb from a place with some parameters free to move.

    Parameters
    ----------
    marginal : Marginal
    place : Place
        Within the range of the model.
    free : ndarray of bool, shape (K,)
    tolerance : float
        Gain at which to stop.
    most : int
        Largest number of steps.

    Returns
    -------
    Ascent
    """
    iterations = 0
    while True:
        step = _step(place, free, marginal.depth)
        if max(step.gain, place.missed) < tolerance or iterations >= most:
            return Ascent(place, step.gain, iterations)
        slack = 1e-10 * abs(place.log_likelihood)
        for halving in range(HALVINGS):
            there = step.taken(place.parameters, 0.5**halving, marginal.depth)
            trial = marginal.near(place, there)
            if trial.log_likelihood >= place.log_likelihood - slack:
                break
        else:
            return Ascent(place, step.gain, iterations)
        place, iterations = trial, iterations + 1


def to_maximum(
    marginal: Marginal, place: Place, *, free: Flags, tolerance: float, most: int
) -> Ascent:
    """Climb, and climb again where a standard deviation stood at zero without a maximum there."""
    ascent = ascend(marginal, place, free=free, tolerance=tolerance, most=most)
    at_zero = np.flatnonzero(free & (ascent.place.parameters == 0.0))
    at_zero = at_zero[at_zero >= len(free) - marginal.depth]
    bend = np.diag(ascent.place.hessian)[at_zero]
    if not (bend > 0.0).any():
        return ascent
    kicked = ascent.place.parameters.copy()
    kicked[at_zero[bend > 0.0]] = KICK
    again = marginal.near(ascent.place, kicked)
    return ascend(marginal, again, free=free, tolerance=tolerance, most=most)
