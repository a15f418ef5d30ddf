"""How do people answer in a made-up world whose truth is known?

For the qualification scripts alone: nothing here uses the package that is qualified. Shares of
answers are exact: in each sampling unit they scatter around the truth with a given intraclass
correlation (Dirichlet), and weights are larger for better answers, so that unweighted shares are
wrong and weighted ones right.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

ICC = 0.05
PER_UNIT = 10
WEIGHTING_LOSS = 1.5
BEST_WEIGHS = 1.5
GRID = 2_000


@dataclass(frozen=True)
class Weighing:
    """Answers as they are drawn, so that weighting gives the shares that are true.

    `drawn` holds the probabilities of the answers before weighting, `mean` the mean weight of
    each answer, and `spread` the standard deviation of the logarithm of weights around it.
    """

    drawn: np.ndarray
    mean: np.ndarray
    spread: float


def weighing(true: np.ndarray, *, weighted: bool) -> Weighing:
    """Find how to draw answers with the true shares (..., answers)."""
    mean = np.linspace(1.0, BEST_WEIGHS if weighted else 1.0, true.shape[-1])
    drawn = true / mean
    drawn = drawn / drawn.sum(axis=-1, keepdims=True)
    if not weighted:
        return Weighing(drawn, mean, 0.0)
    own = (drawn * mean**2).sum(axis=-1) / (drawn * mean).sum(axis=-1) ** 2
    return Weighing(drawn, mean, float(np.sqrt(np.log(WEIGHTING_LOSS / own.mean()))))


def draw_answers(probability: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw one answer, numbered from 0, for each row of probabilities (rows, answers)."""
    ladder = np.cumsum(probability[:, :-1], axis=1)
    return (rng.random(len(probability))[:, None] > ladder).sum(axis=1)


def draw_weights(answers: np.ndarray, how: Weighing, rng: np.random.Generator) -> np.ndarray:
    """Draw the weight of each answer: lognormal around the mean weight of such an answer."""
    noise = np.exp(how.spread * rng.standard_normal(len(answers)) - 0.5 * how.spread**2)
    return how.mean[answers] * noise


def scatter(shares: np.ndarray, icc: float, rng: np.random.Generator) -> np.ndarray:
    """Draw the shares of each sampling unit around (units, answers) with this correlation."""
    size = np.maximum(shares * (1.0 - icc) / icc, 1e-12)
    drawn = rng.standard_gamma(size)
    total = drawn.sum(axis=1, keepdims=True)
    return drawn / np.where(total > 0, total, 1.0)


def scatter_alike(share: float, place: np.ndarray, icc: float) -> np.ndarray:
    """Give a unit at each place (0 to 1) of the scatter its share of one kind of answer.

    The same place in two waves makes a unit as good, or as bad, in both.
    """
    size = (1.0 - icc) / icc
    grid = (np.arange(GRID) + 0.5) / GRID
    ladder = stats.beta.ppf(grid, share * size, (1.0 - share) * size)
    return np.interp(place, grid, ladder)
