"""How do two scores of the same units go together, once sampling error is taken out?

Scores of units carry sampling error, and two scores of the same people share some of it. Their
scatter then mixes the relation between units with the one between people: the fewer answers, the
more of the second. The known error covariances are taken out of the moments (Fuller 1987).

The slope gets its range from leaving out one unit at a time, with t on ``G - 2`` degrees of
freedom. The correlation, which cannot pass 1, gets the posterior under a bivariate normal model
with flat priors on both standard deviations and on the correlation, means integrated out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import t as student

from cxanalytics.errors import ModelError

Array = NDArray[np.float64]

FEWEST_UNITS = 4
TAU_NODES = 24
CORRELATION_NODES = 60
MASS = 12.0


@dataclass(frozen=True, slots=True)
class TrueSlope:
    """Slope of one true score on another.

    Attributes
    ----------
    slope, std_error, low, high : float
        With the interval of `level`.
    plain : float
        The slope of the scores as they are, same weights.
    reliability : float
        Share of the spread of x that is no sampling error; the slope is NaN where it is not
        positive.
    spread : float
        Standard deviation of true x.
    df : float
    """

    slope: float
    std_error: float
    low: float
    high: float
    plain: float
    reliability: float
    spread: float
    df: float


@dataclass(frozen=True, slots=True)
class TrueCorrelation:
    """Posterior median and equal-tailed interval of the correlation of two true scores."""

    median: float
    std_error: float
    low: float
    high: float


def true_slope(
    x: ArrayLike, y: ArrayLike, error: ArrayLike, *, weight: ArrayLike, level: float
) -> TrueSlope:
    """Estimate how true y changes with true x between units.

    Parameters
    ----------
    x, y : (G,) scores.
    error : (G, 2, 2) sampling covariance of the two scores of each unit.
    weight : (G,) positive weights of units, taken as fixed.
    level : probability content of the interval.

    Raises
    ------
    ModelError
        With fewer than four units.
    """
    scores = np.column_stack([np.asarray(x, dtype=float), np.asarray(y, dtype=float)])
    v, w = np.asarray(error, dtype=float), np.asarray(weight, dtype=float)
    units = len(scores)
    if units < FEWEST_UNITS:
        raise ModelError(f"`x` must hold at least {FEWEST_UNITS} units; got {units}.")
    everyone = np.ones((1, units))
    without = np.vstack([everyone, 1.0 - np.eye(units)])
    raw, noise = _moments(scores, v, w * without)
    corrected = raw - noise
    with np.errstate(divide="ignore", invalid="ignore"):
        slopes = corrected[:, 0, 1] / corrected[:, 0, 0]
    reliability = float(corrected[0, 0, 0] / raw[0, 0, 0])
    left_out = slopes[1:]
    error_of = np.sqrt((units - 1) / units * np.square(left_out - left_out.mean()).sum())
    usable = bool((corrected[:, 0, 0] > 0.0).all())
    slope, se = (float(slopes[0]), float(error_of)) if usable else (np.nan, np.nan)
    half = float(student.ppf(0.5 + 0.5 * level, units - 2)) * se
    spread = np.sqrt(max(corrected[0, 0, 0], 0.0))
    return TrueSlope(
        slope=slope,
        std_error=se,
        low=slope - half,
        high=slope + half,
        plain=float(raw[0, 0, 1] / raw[0, 0, 0]),
        reliability=reliability,
        spread=float(spread),
        df=float(units - 2),
    )


def _moments(scores: Array, error: Array, weight: Array) -> tuple[Array, Array]:
    """Weighted second moments about the mean and their expected error: (K, 2, 2) each."""
    total = weight.sum(axis=1, keepdims=True)
    share = weight / total
    away = scores[None] - (share @ scores)[:, None, :]
    raw = np.einsum("kg,kgi,kgj->kij", share, away, away)
    kept = share * (1.0 - share)
    unbiased = 1.0 - np.square(share).sum(axis=1)[:, None, None]
    noise = np.einsum("kg,gij->kij", kept, error)
    return raw / unbiased, noise / unbiased


def true_correlation(
    x: ArrayLike, y: ArrayLike, error: ArrayLike, *, level: float
) -> TrueCorrelation:
    """Estimate the correlation between units of two true scores.

    Parameters
    ----------
    x, y : (G,) scores.
    error : (G, 2, 2) sampling covariance of the two scores of each unit.
    level : probability content of the interval.

    Raises
    ------
    ModelError
        With fewer than four units, or a score that is the same for all.
    """
    scores = np.column_stack([np.asarray(x, dtype=float), np.asarray(y, dtype=float)])
    v = np.asarray(error, dtype=float)
    if len(scores) < FEWEST_UNITS:
        raise ModelError(f"`x` must hold at least {FEWEST_UNITS} units; got {len(scores)}.")
    scale = scores.std(axis=0, ddof=1)
    if not (scale > 0.0).all():
        raise ModelError("`x` and `y` must differ between units; one is the same for all.")
    scores = (scores - scores.mean(axis=0)) / scale
    node, density = _posterior(scores, v / np.outer(scale, scale))
    reached = np.concatenate([[0.0], np.cumsum(density) / density.sum()])
    edge = np.concatenate([[-1.0], 0.5 * (node[1:] + node[:-1]), [1.0]])
    tail = 0.5 * (1.0 - level)
    low, median, high = np.interp([tail, 0.5, 1.0 - tail], reached, edge)
    mean = density @ node / density.sum()
    sd = np.sqrt(density @ np.square(node - mean) / density.sum())
    return TrueCorrelation(float(median), float(sd), float(low), float(high))


def _posterior(scores: Array, error: Array) -> tuple[Array, Array]:
    """Nodes of the correlation and their probabilities, standard deviations summed out.

    Standard deviations are ``u / (1 - u)`` on a grid narrowed twice to where the mass lies.
    """
    node, width = np.polynomial.legendre.leggauss(CORRELATION_NODES)
    standard, tau_width = np.polynomial.legendre.leggauss(TAU_NODES)
    box = np.array([[0.0, 1.0], [0.0, 1.0]])
    for turn in range(3):
        u = box[:, :1] + (box[:, 1:] - box[:, :1]) * 0.5 * (standard + 1.0)
        first, second = np.meshgrid(u[0], u[1], indexing="ij")
        taus = np.stack([first / (1.0 - first), second / (1.0 - second)], axis=-1).reshape(-1, 2)
        likelihood = _log_marginal(scores, error, taus, node)
        jacobian = -2.0 * (np.log1p(-first) + np.log1p(-second))
        log_density = likelihood.reshape(TAU_NODES, TAU_NODES, -1) + jacobian[..., None]
        if turn < 2:
            box = np.array([_narrowed(log_density, axis, u[axis], box[axis]) for axis in (0, 1)])
    weight = np.exp(log_density - log_density.max())
    return node, width * np.einsum("i,j,ijk->k", tau_width, tau_width, weight)


def _narrowed(log_density: Array, axis: int, u: Array, box: Array) -> Array:
    profile = log_density.max(axis=(1 - axis, 2))
    inside = np.flatnonzero(profile > profile.max() - MASS)
    low = box[0] if inside[0] == 0 else u[inside[0] - 1]
    high = box[1] if inside[-1] == len(u) - 1 else u[inside[-1] + 1]
    return np.array([low, high])


def _log_marginal(scores: Array, error: Array, taus: Array, node: Array) -> Array:
    """Log p(scores | taus, correlation), means integrated out: (K, R)."""
    out = np.empty((len(taus), len(node)))
    a = np.square(taus[:, :1]) + error[:, 0, 0]
    d = np.square(taus[:, 1:]) + error[:, 1, 1]
    both = taus.prod(axis=1)[:, None]
    y1, y2 = scores.T
    for place, correlation in enumerate(node):
        b = correlation * both + error[:, 0, 1]
        det = a * d - b * b
        p, q, s = d / det, -b / det, a / det
        p_sum, q_sum, s_sum = p.sum(axis=1), q.sum(axis=1), s.sum(axis=1)
        first, second = (p * y1 + q * y2).sum(axis=1), (q * y1 + s * y2).sum(axis=1)
        whole = p_sum * s_sum - np.square(q_sum)
        own = (p * y1**2 + 2.0 * q * y1 * y2 + s * y2**2).sum(axis=1)
        taken = s_sum * first**2 - 2.0 * q_sum * first * second + p_sum * second**2
        out[:, place] = -0.5 * (np.log(det).sum(axis=1) + np.log(whole) + own - taken / whole)
    return out
