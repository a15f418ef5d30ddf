"""How does the log probability of an answer bend, up to its fourth derivative?

An answer between two thresholds a < b has probability F(s) - F(t) with s = b - eta and
t = a - eta, eta the linear predictor. The likelihood of random intercepts by Laplace's method
needs its third derivatives for the score and its fourth for the Hessian. With the logit the log
probability is a sum of a function of s, a function of t and a constant of the category, so that
one exponential a row gives all of them; other links go through the derivatives of F.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cxanalytics.numerics.links import Link

Floats = NDArray[np.float64]


class Bend(NamedTuple):
    """First to third derivatives of the log probability of the answers in one category.

    Attributes
    ----------
    log_p : ndarray of shape (rows,)
    upper, lower : ndarray of shape (rows,)
        First, in the threshold above and the threshold below; the first in the predictor is
        minus their sum. 0.0 where there is no such threshold.
    tilt_upper, tilt_lower : ndarray of shape (rows,)
        Second, in the predictor and a threshold; in the predictor twice it is minus their sum.
    both : ndarray of shape (rows,) or float
        Second, in the two thresholds.
    turn_upper, turn_lower : ndarray of shape (rows,)
        Third, twice in the predictor and once in a threshold; in the predictor three times it is
        minus their sum.
    """

    log_p: Floats
    upper: Floats | float
    lower: Floats | float
    tilt_upper: Floats | float
    tilt_lower: Floats | float
    both: Floats | float
    turn_upper: Floats | float
    turn_lower: Floats | float


def bend(link: Link, predictor: Floats, low: float, high: float) -> Bend:
    """Differentiate the log probability of a category three times.

    Parameters
    ----------
    link : Link
    predictor : ndarray of shape (rows,)
    low, high : float
        Thresholds, infinite at the ends.

    Returns
    -------
    Bend
    """
    if link.name == "logit":
        return _logit_bend(predictor, low, high)
    log_p, a, b = _moments(link, predictor, low, high, order=3)
    k = _cumulants(a, b, order=3)
    return Bend(
        log_p,
        upper=k[1, 0],
        lower=k[0, 1],
        tilt_upper=-(k[2, 0] + k[1, 1]),
        tilt_lower=-(k[1, 1] + k[0, 2]),
        both=k[1, 1],
        turn_upper=k[3, 0] + 2.0 * k[2, 1] + k[1, 2],
        turn_lower=k[2, 1] + 2.0 * k[1, 2] + k[0, 3],
    )


def curve_of_sum(
    link: Link, predictor: Floats, low: float, high: float, *, on_second: Floats, on_first: Floats
) -> tuple[Floats | float, Floats | float, Floats | float]:
    """Differentiate twice a weighted sum of the first two derivatives in the predictor.

    Parameters
    ----------
    link, predictor, low, high
        As in `bend`.
    on_second, on_first : ndarray of shape (rows,)
        Weights of the second and the first derivative of the log probability.

    Returns
    -------
    tilt_upper, tilt_lower, both : ndarray of shape (rows,) or float
        Second derivatives of the sum, as in `Bend`.
    """
    if link.name == "logit":
        return _logit_curve(predictor, low, high, on_second, on_first)
    _, a, b = _moments(link, predictor, low, high, order=4)
    k = _cumulants(a, b, order=4)
    upper = on_second * (k[4, 0] + 2.0 * k[3, 1] + k[2, 2]) - on_first * (k[3, 0] + k[2, 1])
    lower = on_second * (k[2, 2] + 2.0 * k[1, 3] + k[0, 4]) - on_first * (k[1, 2] + k[0, 3])
    both = on_second * (k[3, 1] + 2.0 * k[2, 2] + k[1, 3]) - on_first * (k[2, 1] + k[1, 2])
    return -(upper + both), -(lower + both), both


def _logit_bend(predictor: Floats, low: float, high: float) -> Bend:
    if np.isinf(low):
        odds = np.exp(predictor - high)
        below = 1.0 / (1.0 + odds)
        p = odds * below
        pp = p * below
        return Bend(np.log(below), p, 0.0, pp, 0.0, 0.0, pp * (1.0 - 2.0 * p), 0.0)
    if np.isinf(high):
        odds = np.exp(low - predictor)
        above = 1.0 / (1.0 + odds)
        q = odds * above
        qq = q * above
        return Bend(np.log(above), 0.0, -q, 0.0, qq, 0.0, 0.0, qq * (2.0 * q - 1.0))
    gap = high - low
    share = 1.0 / np.expm1(gap)
    odds = np.exp(predictor - high)
    other = np.exp(-gap) / odds
    below, above = 1.0 / (1.0 + odds), 1.0 / (1.0 + other)
    log_p = np.log(below * above)
    log_p += np.log(-np.expm1(-gap))
    p, q = odds * below, other * above
    pp, qq = p * below, q * above
    return Bend(
        log_p,
        upper=p + share,
        lower=-q - share,
        tilt_upper=pp,
        tilt_lower=qq,
        both=share * (1.0 + share),
        turn_upper=pp * (1.0 - 2.0 * p),
        turn_lower=qq * (2.0 * q - 1.0),
    )


def _logit_curve(
    predictor: Floats, low: float, high: float, on_second: Floats, on_first: Floats
) -> tuple[Floats | float, Floats | float, float]:
    upper: Floats | float = 0.0
    lower: Floats | float = 0.0
    if not np.isinf(high):
        odds = np.exp(predictor - high)
        below = 1.0 / (1.0 + odds)
        p = odds * below
        pp = p * below
        upper = pp * (on_second * (1.0 - 6.0 * pp) + on_first * (1.0 - 2.0 * p))
    if not np.isinf(low):
        odds = np.exp(low - predictor)
        above = 1.0 / (1.0 + odds)
        q = odds * above
        qq = q * above
        lower = qq * (on_second * (1.0 - 6.0 * qq) - on_first * (1.0 - 2.0 * q))
    return upper, lower, 0.0


def _normal_slopes(x: Floats, f: Floats) -> tuple[Floats, Floats]:
    return (x * x - 1.0) * f, (3.0 - x * x) * x * f


def _gumbel_min_slopes(x: Floats, f: Floats) -> tuple[Floats, Floats]:
    rise = np.exp(x)
    rest = 1.0 - rise
    return f * (rest * rest - rise), f * (rest**3 - 3.0 * rise * rest - rise)


def _gumbel_max_slopes(x: Floats, f: Floats) -> tuple[Floats, Floats]:
    second, third = _gumbel_min_slopes(-x, f)
    return second, -third


FURTHER: dict[str, Callable[[Floats, Floats], tuple[Floats, Floats]]] = {
    "probit": _normal_slopes,
    "cloglog": _gumbel_min_slopes,
    "loglog": _gumbel_max_slopes,
}
"""Third and fourth derivative of F, from x and the density."""

CONCAVE = ("logit", *FURTHER)
"""Links whose log probabilities are concave, so that every group has one mode."""


def _moments(
    link: Link, predictor: Floats, low: float, high: float, *, order: int
) -> tuple[Floats, list[Floats], list[Floats]]:
    """Divide the derivatives of F at both thresholds by the probability between them."""
    upper, lower = high - predictor, low - predictor
    if np.isinf(low):
        p = link.below(upper)
    elif np.isinf(high):
        p = link.above(lower)
    else:
        p = link.between(upper, lower)
    parts: list[list[Floats]] = []
    for x, sign in ((upper, 1.0), (lower, -1.0)):
        if np.isinf(x).any():
            parts.append([np.zeros_like(predictor)] * order)
            continue
        f = link.density(x)
        slopes = [f, link.slope(x), *FURTHER[link.name](x, f)][:order]
        parts.append([sign * slope / p for slope in slopes])
    return np.log(p), parts[0], parts[1]


def _cumulants(a: list[Floats], b: list[Floats], *, order: int) -> dict[tuple[int, int], Floats]:
    """Turn derivatives of a probability over itself into derivatives of its logarithm.

    A mixed derivative of F(s) - F(t) is zero, so that only powers of one argument remain.
    """
    a1, a2, a3 = a[:3]
    b1, b2, b3 = b[:3]
    k = {
        (1, 0): a1,
        (0, 1): b1,
        (2, 0): a2 - a1**2,
        (1, 1): -a1 * b1,
        (0, 2): b2 - b1**2,
        (3, 0): a3 - 3.0 * a1 * a2 + 2.0 * a1**3,
        (2, 1): b1 * (2.0 * a1**2 - a2),
        (1, 2): a1 * (2.0 * b1**2 - b2),
        (0, 3): b3 - 3.0 * b1 * b2 + 2.0 * b1**3,
    }
    if order == 3:
        return k
    a4, b4 = a[3], b[3]
    k[4, 0] = a4 - 4.0 * a3 * a1 - 3.0 * a2**2 + 12.0 * a2 * a1**2 - 6.0 * a1**4
    k[3, 1] = b1 * (6.0 * a2 * a1 - a3 - 6.0 * a1**3)
    k[2, 2] = 2.0 * a2 * b1**2 + 2.0 * b2 * a1**2 - a2 * b2 - 6.0 * a1**2 * b1**2
    k[1, 3] = a1 * (6.0 * b2 * b1 - b3 - 6.0 * b1**3)
    k[0, 4] = b4 - 4.0 * b3 * b1 - 3.0 * b2**2 + 12.0 * b2 * b1**2 - 6.0 * b1**4
    return k
