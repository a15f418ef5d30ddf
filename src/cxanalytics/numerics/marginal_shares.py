"""What share of people would answer above a cut, groups of every kind taken together?

Coefficients of a model with random intercepts hold within a group, and odds within a group are
further apart than odds in the population. So predicted shares are averaged over the
distribution of the intercepts by Gauss-Hermite quadrature, and over the people at hand.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cxanalytics.numerics.links import get_link
from cxanalytics.numerics.random_intercept_result import RandomInterceptFit

Floats = NDArray[np.float64]

BLOCK = 16_384

NODES = 30
"""Nodes of the quadrature over intercepts."""

BINS = 500
"""Steps of the predictor in which people are taken together where no derivative is asked for."""


def marginal_share_above(
    fit: RandomInterceptFit,
    design: ArrayLike,
    *,
    cut: int,
    mass: ArrayLike | None = None,
    setting: Mapping[int, float] | None = None,
) -> tuple[float, Floats]:
    """Average the share of answers at or above a cut over intercepts and people.

    Parameters
    ----------
    fit : RandomInterceptFit
    design : array_like of shape (rows, p)
    cut : int
        Smallest answer code that counts.
    mass : array_like of shape (rows,), optional
        Weights of the average.
    setting : mapping of int to float, optional
        Columns that are set to a value for everyone.

    Returns
    -------
    share : float
    gradient : ndarray of shape (m + p + L,)
        In the order of `fit.covariance`.
    """
    x, settings = np.asarray(design), dict(setting or {})
    link, at = get_link(fit.link), fit.threshold_below(cut)
    m, p = len(fit.thresholds), len(fit.coefficients)
    weight = np.ones(len(x)) if mass is None else np.asarray(mass, dtype=float)
    spread = float(np.sqrt(np.sum(fit.sd**2)))
    share, slope, gradient = 0.0, 0.0, np.zeros(m + p)
    for begin in range(0, len(x), BLOCK):
        block = slice(begin, begin + BLOCK)
        part = x[block].astype(float)
        for column, value in settings.items():
            part[:, column] = value
        base = fit.thresholds[at] - part @ fit.coefficients
        density, in_spread, above = np.zeros((3, len(part)))
        for place, chance in zip(*_normal_rule(), strict=True):
            there = chance * link.density(base - spread * place)
            above += chance * link.above(base - spread * place)
            density += there
            in_spread += place * there
        share += float(weight[block] @ above)
        slope += float(weight[block] @ in_spread)
        gradient[at] -= float(weight[block] @ density)
        gradient[m:] += (weight[block] * density) @ part
    in_sd = slope * fit.sd / spread if spread > 0.0 else np.zeros_like(fit.sd)
    total = float(weight.sum())
    return share / total, np.concatenate([gradient, in_sd]) / total


def level_spread(
    fit: RandomInterceptFit,
    design: ArrayLike,
    *,
    cut: int,
    level: int,
    sd: float,
    mass: ArrayLike | None = None,
) -> float:
    """Measure how far the shares of the groups of one level lie apart.

    Parameters
    ----------
    fit, design, cut, mass
        As in `marginal_share_above`.
    level : int
        Position in `fit.sd`.
    sd : float
        Standard deviation of that level, in units of the link.

    Returns
    -------
    float
        Standard deviation, over the groups of the level, of the share that each would have with
        everybody's x, the other levels averaged out.
    """
    if sd == 0.0:
        return 0.0
    link = get_link(fit.link)
    base, weight = _binned(fit, np.asarray(design), fit.threshold_below(cut), mass)
    rest = float(np.sqrt(np.sum(np.delete(fit.sd, level) ** 2)))
    places, chances = _normal_rule()
    distance = base[:, None, None] - sd * places[:, None] - rest * places
    shares = weight @ (link.above(distance) @ chances)
    return float(np.sqrt(max(float(chances @ (shares - chances @ shares) ** 2), 0.0)))


def _binned(
    fit: RandomInterceptFit, design: NDArray[np.generic], at: int, mass: ArrayLike | None
) -> tuple[Floats, Floats]:
    """Take people with nearly the same predictor together; weights sum to 1."""
    weight = np.ones(len(design)) if mass is None else np.asarray(mass, dtype=float)
    base = fit.thresholds[at] - design.astype(float) @ fit.coefficients
    low, width = base.min(), np.ptp(base)
    place = np.floor((base - low) / max(float(width), 1e-12) * (BINS - 1)).astype(np.int64)
    total = np.bincount(place, weight, BINS)
    middle = np.bincount(place, weight * base, BINS)
    filled = total > 0.0
    return middle[filled] / total[filled], total[filled] / total.sum()


def _normal_rule() -> tuple[Floats, Floats]:
    """Give nodes and weights of the standard normal distribution."""
    places, weights = np.polynomial.hermite_e.hermegauss(NODES)
    return places, weights / weights.sum()
