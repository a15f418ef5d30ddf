"""How does a customer turn an experience into answers, and what share answers well?

An answer is a location (what this team, channel and case do to everyone) plus a personal
part: mood, agent, skewed and wide-tailed noise, and a style of answering. Styles stretch
the scale, agree with everything, round to 0, 5, 8 or 10, or repeat one answer down the list.
The personal part does not depend on the location, so one large pool of it gives
the true share of positive answers at any location by counting, without a formula.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from cxanalytics.sources.simulated.draws import Array, stream, two_groups
from cxanalytics.sources.simulated.names import DRIVERS, OUTCOMES, QUESTIONS
from cxanalytics.sources.simulated.worlds import World

POOL = 200_000
GRID = np.linspace(-9.0, 9.0, 9001)
REPEATS = 0.05
ROUNDS = 0.08
AGENT_SD = 0.15

WEIGHTS = np.array(
    [
        [0.20, 0.08, 0.36, 0.26, 0.10],
        [0.24, 0.16, 0.30, 0.22, 0.08],
        [0.12, 0.04, 0.22, 0.20, 0.16],
    ]
)
"""Pull of each driver (columns) on recommend, satisfied and trust (rows)."""

MORALE_LOADING = np.array([0.5, 0.2, 0.7, 1.0, 0.8])
"""What a team's morale does to each driver."""

AGENT_LOADING = np.array([0.6, 0.1, 0.9, 1.6, 1.2])

LADDERS = {
    "recommend": (0.025, 0.01, 0.012, 0.015, 0.018, 0.05, 0.045, 0.07, 0.12, 0.235, 0.40),
    "satisfied": (0.06, 0.10, 0.17, 0.41, 0.26),
    "trust": (0.06, 0.09, 0.22, 0.40, 0.23),
    "easy": (0.06, 0.11, 0.18, 0.40, 0.25),
    "wait": (0.08, 0.12, 0.17, 0.40, 0.23),
    "resolved": (0.09, 0.10, 0.13, 0.35, 0.33),
    "helpful": (0.04, 0.07, 0.14, 0.40, 0.35),
    "told_next": (0.07, 0.12, 0.19, 0.39, 0.23),
}
"""Answers, worst to best, of customers in an average place without a style of their own."""

ROUNDED = np.array([0, 0, 0, 5, 5, 5, 5, 8, 10, 10, 10])


@dataclass(frozen=True, slots=True)
class Persons:
    """The personal part of n customers.

    Attributes
    ----------
    mood, goodwill, agent : (n,) arrays
    driver_noise : (n, drivers) array
    outcome_noise : (n, outcomes) array
    stretch : (n,) array
        Above 1 keeps away from the ends of the scale.
    agrees, rounds, repeats : (n,) bool arrays
    """

    mood: Array
    goodwill: Array
    agent: Array
    driver_noise: Array
    outcome_noise: Array
    stretch: Array
    agrees: NDArray[np.bool_]
    rounds: NDArray[np.bool_]
    repeats: NDArray[np.bool_]


def draw_persons(rng: np.random.Generator, n: int, world: World, agent: Array) -> Persons:
    """Draw the personal parts of n customers served by agents of the given skill."""
    return Persons(
        mood=(4.0 - rng.standard_gamma(4.0, n)) / 2.0,
        goodwill=(3.0 - rng.standard_gamma(3.0, n)) / np.sqrt(3.0),
        agent=agent,
        driver_noise=two_groups(rng, (n, len(DRIVERS)), 0.7),
        outcome_noise=two_groups(rng, (n, len(OUTCOMES)), 0.5),
        stretch=np.exp(0.2 * rng.standard_normal(n)),
        agrees=rng.random(n) < world.acquiescence,
        rounds=rng.random(n) < ROUNDS,
        repeats=rng.random(n) < REPEATS,
    )


def personal_part(persons: Persons, world: World, *, raised: str = "", step: float = 0.0) -> Array:
    """Add up the personal part of each answer.

    Parameters
    ----------
    persons : Persons
    world : World
    raised : str
        A driver whose experience is raised for everyone, outcomes following.
    step : float
        By how much.

    Returns
    -------
    (n, questions) array
        In the order of `QUESTIONS`.
    """
    drivers = (
        world.driver_halo * persons.mood[:, None]
        + persons.agent[:, None] * AGENT_LOADING
        + persons.driver_noise
    )
    if raised:
        drivers[:, DRIVERS.index(raised)] += step
    outcomes = (
        drivers @ (WEIGHTS * world.driver_pull).T
        + (world.outcome_halo * persons.mood + world.goodwill * persons.goodwill)[:, None]
        + persons.outcome_noise
    )
    if world.spread:
        trouble = np.clip(-drivers[:, DRIVERS.index("resolved")], -1.5, 2.5)
        outcomes[:, 0] = outcomes[:, 0] * np.exp(world.spread * (trouble - 0.3) / 2.0)
        outcomes[:, 0] += world.spread * 0.45 * trouble
    agrees = 0.5 * persons.agrees
    drivers += agrees[:, None]
    outcomes[:, 1:] += agrees[:, None]
    return np.hstack([outcomes, drivers])


@dataclass(frozen=True, slots=True)
class Kernel:
    """Cuts of every question, and the positive share at every location.

    Attributes
    ----------
    cuts : dict of str to array
        Increasing, one fewer than there are answers.
    middle : dict of str to float
        The point from which answers are stretched.
    curves : dict of str to (grid,) array
        Share positive where the location is -GRID; `detractors` is the share
        of 0 to 6 on recommend.
    """

    cuts: dict[str, Array]
    middle: dict[str, float]
    curves: dict[str, Array]

    def share(self, curve: str, location: Array) -> Array:
        """Read the true share of an answer at each location."""
        return read_curve(self.curves[curve], location)


def read_curve(curve: Array, location: Array) -> Array:
    """Read a counted curve at each location."""
    spacing = GRID[1] - GRID[0]
    place = np.rint((-location - GRID[0]) / spacing).astype(np.int64)
    read: Array = curve.take(place, mode="clip")
    return read


def _curve(margin: Array) -> Array:
    spacing = GRID[1] - GRID[0]
    bins = np.clip(np.rint((margin - GRID[0]) / spacing), 0, len(GRID) - 1).astype(np.int64)
    counts = np.bincount(bins, minlength=len(GRID))
    above = counts[::-1].cumsum()[::-1]
    share: Array = (above - counts / 2.0) / len(margin)
    return share


def _margin(part: Array, persons: Persons, kernel_cut: float, middle: float) -> Array:
    return part - middle - (kernel_cut - middle) * persons.stretch


@lru_cache(maxsize=len(LADDERS))
def _pool(world: World) -> Persons:
    rng = stream(20_240_401, "pool")
    return draw_persons(rng, POOL, world, two_groups(rng, POOL, AGENT_SD))


@lru_cache(maxsize=16)
def kernel(world: World) -> Kernel:
    """Count the pool of a world once, and keep the cuts and shares."""
    persons = _pool(world)
    part = personal_part(persons, world)
    cuts: dict[str, Array] = {}
    middle: dict[str, float] = {}
    curves: dict[str, Array] = {}
    for column, question in enumerate(QUESTIONS):
        below = np.cumsum(LADDERS[question])[:-1]
        cuts[question] = np.quantile(part[:, column], below)
        middle[question] = float(cuts[question][len(below) // 2])
    for column, question in enumerate(QUESTIONS):
        own = (part[:, column], persons, cuts[question], middle[question])
        curves[question] = _curve(_positive_margin(question, *own))
    low = _margin(part[:, 0], persons, float(cuts["recommend"][6]), middle["recommend"])
    curves["detractors"] = 1.0 - _curve(low)
    return Kernel(cuts, middle, curves)


def _positive_margin(
    question: str, part: Array, persons: Persons, cuts: Array, middle: float
) -> Array:
    if question != "recommend":
        return _margin(part, persons, float(cuts[2]), middle)
    strict = _margin(part, persons, float(cuts[8]), middle)
    rounded = _margin(part, persons, float(cuts[7]), middle)
    return np.where(persons.rounds, rounded, strict)


@lru_cache(maxsize=64)
def raised_curves(world: World, driver: str) -> dict[str, Array]:
    """Count the share positive on each outcome when everyone's driver is one answer better."""
    known = kernel(world)
    persons = _pool(world)
    part = personal_part(persons, world, raised=driver, step=answer_step(world, driver))
    return {
        outcome: _curve(
            _positive_margin(
                outcome, part[:, column], persons, known.cuts[outcome], known.middle[outcome]
            )
        )
        for column, outcome in enumerate(OUTCOMES)
    }


def answer_step(world: World, driver: str) -> float:
    """Measure the experience between two neighboring answers of a driver, on average."""
    cuts = kernel(world).cuts[driver]
    return float((cuts[-1] - cuts[0]) / (len(cuts) - 1))


def give_answers(location: Array, persons: Persons, world: World) -> Array:
    """Turn locations into answers.

    Parameters
    ----------
    location : (n, questions) array
    persons : Persons
    world : World

    Returns
    -------
    (n, questions) array
        Recommend from 0 to 10, the rest from 1 to 5; nothing missing yet.
    """
    known = kernel(world)
    felt = location + personal_part(persons, world)
    answers = np.empty_like(felt)
    for column, question in enumerate(QUESTIONS):
        middle = known.middle[question]
        shown = middle + (felt[:, column] - middle) / persons.stretch
        answers[:, column] = np.searchsorted(known.cuts[question], shown)
    first = answers[:, 0].astype(np.int64)
    answers[:, 0] = np.where(persons.rounds, ROUNDED[first], first)
    answers[:, 1:] += 1.0
    easy = QUESTIONS.index("easy")
    answers[:, len(OUTCOMES) :] = np.where(
        persons.repeats[:, None], answers[:, easy][:, None], answers[:, len(OUTCOMES) :]
    )
    return answers
