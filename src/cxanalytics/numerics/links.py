"""How likely is an answer between two thresholds, and how does that change with them?

One object per link of a cumulative model, P(Y <= k | x) = F(theta_k - x'beta). Every
probability is a difference of two values of F; each link computes it without cancellation in
the tails. The logit, by far the most used, gets all of it from one exponential a row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, ndtr, ndtri

from cxanalytics.errors import ModelError, must_be

Floats = NDArray[np.float64]


class Pieces(NamedTuple):
    """Log probability of the answers in one category, with its derivatives.

    Each field is an array of shape (rows,); 0.0 where the category has no such threshold.
    `high` and `low` are the thresholds above and below, minus the linear predictor.
    """

    log_p: Floats
    high: Floats | float
    low: Floats | float
    high_high: Floats | float
    low_low: Floats | float
    high_low: Floats | float


@dataclass(frozen=True, slots=True)
class Link:
    """One distribution function F.

    Attributes
    ----------
    name : str
    quantile, below, above, density, slope : callable
        F inverse, F, 1 - F, F' and F''.
    between : callable
        F(high) - F(low) for high > low.
    """

    name: str
    quantile: Callable[[Floats], Floats]
    below: Callable[[Floats], Floats]
    above: Callable[[Floats], Floats]
    between: Callable[[Floats, Floats], Floats]
    density: Callable[[Floats], Floats]
    slope: Callable[[Floats], Floats]

    def pieces(self, predictor: Floats, low: float, high: float) -> Pieces:
        """Differentiate the log probability of the category between two thresholds.

        Parameters
        ----------
        predictor : ndarray of shape (rows,)
            Linear predictor x'beta.
        low, high : float
            Thresholds, infinite at the ends.

        Returns
        -------
        Pieces
        """
        if self.name == "logit":
            return _logit_pieces(predictor, low, high)
        upper = None if np.isinf(high) else high - predictor
        lower = None if np.isinf(low) else low - predictor
        if upper is None and lower is None:
            raise ModelError("A cumulative model needs at least two answers; got one.")
        if lower is None and upper is not None:
            p = self.below(upper)
        elif upper is None and lower is not None:
            p = self.above(lower)
        else:
            assert upper is not None and lower is not None
            p = self.between(upper, lower)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            log_p = np.log(p)
            first_high = 0.0 if upper is None else self.density(upper) / p
            first_low = 0.0 if lower is None else -self.density(lower) / p
            bend_high = 0.0 if upper is None else self.slope(upper) / p - first_high**2
            bend_low = 0.0 if lower is None else -self.slope(lower) / p - first_low**2
            cross = -first_high * first_low
        return Pieces(log_p, first_high, first_low, bend_high, bend_low, cross)


def _logit_pieces(predictor: Floats, low: float, high: float) -> Pieces:
    """Do it for the logit with one exponential and one logarithm a row.

    With u = exp(high - eta) and v = exp(eta - low), P = (uv - 1) / {(1 + u)(1 + v)}, and uv is the
    same for every row. Far out P is 0 before it is too small for a float.
    """
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        if np.isinf(low):
            odds = np.exp(predictor - high)
            share = 1.0 / (1.0 + odds)
            beyond = odds * share
            return Pieces(np.log(share), beyond, 0.0, -beyond * share, 0.0, 0.0)
        if np.isinf(high):
            odds = np.exp(low - predictor)
            share = 1.0 / (1.0 + odds)
            beyond = odds * share
            return Pieces(np.log(share), 0.0, -beyond, 0.0, -beyond * share, 0.0)
        both = np.expm1(high - low)
        above = np.exp(high - predictor)
        below = (both + 1.0) / above
        above += 1.0
        below += 1.0
        log_p = np.log(both / (above * below))
        above, below = 1.0 / above, 1.0 / below
        bend_high, bend_low = above * (above - 1.0), below * (below - 1.0)
        cross = np.full_like(predictor, (1.0 + 1.0 / both) / both)
        above += 1.0 / both
        below += 1.0 / both
        return Pieces(log_p, above, -below, bend_high - cross, bend_low - cross, cross)


def _logit_between(high: Floats, low: Floats) -> Floats:
    return expit(high) * expit(-low) * -np.expm1(low - high)


def _logit_density(x: Floats) -> Floats:
    tail = np.exp(-np.abs(x))
    return tail / (1.0 + tail) ** 2


def _logit_slope(x: Floats) -> Floats:
    return _logit_density(x) * (1.0 - 2.0 * expit(x))


def _normal_between(high: Floats, low: Floats) -> Floats:
    flip = np.where(high + low > 0.0, -1.0, 1.0)
    return flip * (ndtr(flip * high) - ndtr(flip * low))


def _normal_density(x: Floats) -> Floats:
    return np.exp(-0.5 * x * x) / np.sqrt(2.0 * np.pi)


def _cauchy_between(high: Floats, low: Floats) -> Floats:
    return np.arctan2(high - low, 1.0 + high * low) / np.pi


def _gumbel_min_between(high: Floats, low: Floats) -> Floats:
    rise = np.exp(low)
    return np.exp(-rise) * -np.expm1(rise - np.exp(high))


def _gumbel_min_density(x: Floats) -> Floats:
    return np.exp(x - np.exp(x))


def _gumbel_max_between(high: Floats, low: Floats) -> Floats:
    return _gumbel_min_between(-low, -high)


LINKS: dict[str, Link] = {
    link.name: link
    for link in (
        Link(
            "logit",
            quantile=logit,
            below=expit,
            above=lambda x: expit(-x),
            between=_logit_between,
            density=_logit_density,
            slope=_logit_slope,
        ),
        Link(
            "probit",
            quantile=ndtri,
            below=ndtr,
            above=lambda x: ndtr(-x),
            between=_normal_between,
            density=_normal_density,
            slope=lambda x: -x * _normal_density(x),
        ),
        Link(
            "cloglog",
            quantile=lambda p: np.log(-np.log1p(-p)),
            below=lambda x: -np.expm1(-np.exp(x)),
            above=lambda x: np.exp(-np.exp(x)),
            between=_gumbel_min_between,
            density=_gumbel_min_density,
            slope=lambda x: _gumbel_min_density(x) * -np.expm1(x),
        ),
        Link(
            "loglog",
            quantile=lambda p: -np.log(-np.log(p)),
            below=lambda x: np.exp(-np.exp(-x)),
            above=lambda x: -np.expm1(-np.exp(-x)),
            between=_gumbel_max_between,
            density=lambda x: _gumbel_min_density(-x),
            slope=lambda x: _gumbel_min_density(-x) * np.expm1(-x),
        ),
        Link(
            "cauchit",
            quantile=lambda p: np.tan(np.pi * (p - 0.5)),
            below=lambda x: np.arctan2(1.0, -x) / np.pi,
            above=lambda x: np.arctan2(1.0, x) / np.pi,
            between=_cauchy_between,
            density=lambda x: 1.0 / (np.pi * (1.0 + x * x)),
            slope=lambda x: -2.0 * x / (np.pi * (1.0 + x * x) ** 2),
        ),
    )
}


def get_link(link: str) -> Link:
    """Look a link up.

    Parameters
    ----------
    link : str

    Returns
    -------
    Link

    Raises
    ------
    ModelError
        No link has that name.
    """
    if link not in LINKS:
        raise ModelError(must_be("link", LINKS, link))
    return LINKS[link]
