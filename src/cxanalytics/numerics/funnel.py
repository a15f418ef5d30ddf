"""Which units differ by more than chance, given how many answers they have?

Spiegelhalter (2005, Statistics in Medicine 24(8)) with the arcsine transformation for shares,
additive overdispersion from winsorized z-scores, and exact interpolated binomial limits at every
number of answers: a switch to normal limits at some size would put a kink into the bands, and
normal limits of small numbers are too narrow on the side of 50 percent. Winsorizing 10 percent in
each tail lowers the mean square of a standard normal to .679, so the overdispersion factor is
divided by that; without the division the spread is about halved and limits are too tight (kept as
an option, because other software does it). Tail probabilities are exact too: a binomial whose share
scatters among units, so that a rule on the false discovery rate holds for small units as well. How
far units scatter is itself estimated, from few of them: a rule that took the estimate as known
would name an ordinary unit in one funnel of ten, so it is integrated out there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc
from scipy.stats import binom, chi2, norm

from cxanalytics.errors import ModelError

Array = NDArray[np.float64]

WINSORIZE = 0.10
WINSORIZED_SQUARE = 0.679
FEWEST_UNITS = 10
INNER, OUTER = 0.95, 0.998
FALSE_DISCOVERY = 0.05
"""Share of chance among the units called unusual by the false discovery rule."""
WINSORIZED_FREEDOM = 0.70
"""Degrees of freedom that each unit gives a winsorized mean square, the center's one taken off."""
LIKELY_SPREADS = 24
_PANELS = np.array([0.0, 0.02, 0.1, 0.3, 0.6, 1.0, 1.5, 2.0, 3.0, 4.0, 5.5, 8.0])
_PANEL_NODES = 8


@dataclass(frozen=True, slots=True)
class Overdispersion:
    """Spread beyond chance.

    Attributes
    ----------
    phi_raw, phi : mean squared z-score before, and (corrected) after winsorizing.
    cuts : winsorizing quantiles.
    tau2 : variance between units on the transformed scale.
    tau2_likely : (K,) equally likely values of it, given how surely so many units tell it.
    z : (G,) naive z-scores; `z_adjusted`: with `tau2` added to their variance.
    """

    phi_raw: float
    phi: float
    cuts: tuple[float, float]
    tau2: float
    tau2_likely: Array
    z: Array
    z_adjusted: Array


def overdispersion(
    y: ArrayLike, std_error: ArrayLike, target: float, *, corrected: bool = True
) -> Overdispersion:
    """Return additive overdispersion of transformed scores around a target.

    Parameters
    ----------
    y, std_error : (G,) transformed scores and their standard errors.
    target : transformed target.
    corrected : divide by .679 for winsorizing; False reproduces FunnelPlotR.

    Raises
    ------
    ModelError
        With fewer than ten units.
    """
    y, s = np.asarray(y, dtype=float), np.asarray(std_error, dtype=float)
    if len(y) < FEWEST_UNITS:
        raise ModelError(f"`y` must hold at least {FEWEST_UNITS} units; got {len(y)}.")
    z = (y - target) / s
    low, high = np.quantile(z, [WINSORIZE, 1.0 - WINSORIZE])
    phi = float(np.mean(np.square(np.clip(z, low, high))))
    phi /= WINSORIZED_SQUARE if corrected else 1.0
    weight = 1.0 / np.square(s)
    i = len(y)
    room = weight.sum() - np.square(weight).sum() / weight.sum()
    tau2 = max(0.0, (i * phi - (i - 1)) / room)
    freedom = WINSORIZED_FREEDOM * (i - 1)
    part = (np.arange(LIKELY_SPREADS) + 0.5) / LIKELY_SPREADS
    likely = phi * freedom / chi2.ppf(part, freedom)
    return Overdispersion(
        phi_raw=float(np.mean(np.square(z))),
        phi=phi,
        cuts=(float(low), float(high)),
        tau2=float(tau2),
        tau2_likely=np.maximum(0.0, (i * likely - (i - 1)) / room),
        z=z,
        z_adjusted=(y - target) / np.sqrt(np.square(s) + tau2),
    )


def arcsine(share: ArrayLike) -> Array:
    """Return ``arcsin(sqrt(share))``, whose standard error is ``1 / (2 sqrt(n))``."""
    return np.asarray(np.arcsin(np.sqrt(np.clip(np.asarray(share, dtype=float), 0.0, 1.0))))


def from_arcsine(angle: ArrayLike) -> Array:
    """Return the share of an angle, held between 0 and 1."""
    return np.asarray(np.square(np.sin(np.clip(np.asarray(angle, float), 0.0, 0.5 * np.pi))))


def exact_limits(target: float, n: ArrayLike, *, level: float) -> tuple[Array, Array]:
    """Return interpolated exact binomial limits of a share (Spiegelhalter 2005, appendix A.1.1).

    With ``r`` the smallest count of cumulative probability p or more, the limit is
    ``(r - a) / n`` where ``a = (F(r) - p) / (F(r) - F(r - 1))``.

    Parameters
    ----------
    target : share under the null.
    n : (K,) numbers of answers, rounded to whole ones.
    level : probability between the limits.
    """
    n = np.maximum(np.round(np.asarray(n, dtype=float)), 1.0)
    out = []
    for p in (0.5 * (1.0 - level), 0.5 * (1.0 + level)):
        r = binom.ppf(p, n, target)
        at, before = binom.cdf(r, n, target), binom.cdf(r - 1, n, target)
        out.append(np.clip((r - (at - p) / (at - before)) / n, 0.0, 1.0))
    return out[0], out[1]


def share_limits(
    target: float, n: ArrayLike, *, level: float, tau2: float = 0.0
) -> tuple[Array, Array]:
    """Return funnel limits of a share at each number of answers.

    The exact limits, with overdispersion added to their squared distance from the target on the
    arcsine scale: ``sin²(θ₀ ± √(d² + z²τ²))``, where ``d`` is the distance of the exact limit.
    As answers grow, ``d`` tends to ``z / (2 √n)``, the limit of the arcsine approximation.

    Parameters
    ----------
    target : share at the center.
    n : (K,) effective numbers of answers.
    level : probability between the limits.
    tau2 : overdispersion on the arcsine scale.
    """
    n = np.asarray(n, dtype=float)
    z = float(norm.ppf(0.5 + 0.5 * level))
    center = float(arcsine(target))
    low, high = exact_limits(target, n, level=level)
    below, above = center - arcsine(low), arcsine(high) - center
    extra = z * z * tau2
    low_angle = center - np.sqrt(np.square(below) + extra)
    high_angle = center + np.sqrt(np.square(above) + extra)
    return from_arcsine(low_angle), from_arcsine(high_angle)


def tail_probabilities(
    share: ArrayLike, n: ArrayLike, target: float, *, tau2: ArrayLike = 0.0
) -> Array:
    """Return (G,) two-sided exact probabilities of shares as far from the target, or further.

    Answers are binomial, and the share behind them scatters around the target; the scatter is
    integrated out. It is normal on the arcsine scale or on that of shares, whichever makes the unit
    less unusual: nobody knows the tails of a scatter. Both tails hold the observed count itself, so
    a rule on these probabilities errs on the side of silence where answers are few.

    Parameters
    ----------
    share : (G,) observed shares.
    n : (G,) effective numbers of answers, whole or not.
    target : share at the center.
    tau2 : overdispersion on the arcsine scale; or (K,) equally likely values of it.
    """
    share, n = np.asarray(share, dtype=float), np.asarray(n, dtype=float)
    count = np.clip(share * n, 0.0, n)
    deviate, weight = _scatter(np.sqrt(np.atleast_1d(np.asarray(tau2, dtype=float))))
    center = float(arcsine(target))
    shapes = from_arcsine(center + deviate), target + np.sin(2.0 * center) * deviate
    upper = share > target
    first = np.where(upper, count, n - count)
    tails = []
    for true in shapes:
        rate = np.clip(true, 0.0, 1.0)[:, None]
        rate = np.where(upper, rate, 1.0 - rate)
        least = betainc(np.maximum(first, 1e-9), n - first + 1.0, rate)
        tails.append(weight @ np.where(first > 0.0, least, 1.0))
    return np.asarray(np.minimum(2.0 * np.maximum(*tails), 1.0))


def _scatter(tau: Array) -> tuple[Array, Array]:
    """Nodes and weights of a normal deviate whose deviation is one of equally likely ones."""
    top = float(tau.max())
    wide = tau[tau > _PANELS[1] * top]
    if wide.size == 0:
        return np.zeros(1), np.ones(1)
    node, weight = np.polynomial.legendre.leggauss(_PANEL_NODES)
    half = 0.5 * top * np.diff(_PANELS)[:, None]
    away = (top * _PANELS[:-1, None] + half * (1.0 + node)).ravel()
    mass = (half * weight).ravel() * norm.pdf(away[:, None] / wide).dot(1.0 / wide) / len(tau)
    mass *= 0.5 * wide.size / len(tau) / mass.sum()
    still = 1.0 - wide.size / len(tau)
    return np.r_[-away, 0.0, away], np.r_[mass, still, mass]


def discovery_rates(p_value: ArrayLike) -> Array:
    """Return (G,) smallest false discovery rates at which each unit is still called unusual.

    Parameters
    ----------
    p_value : (G,) two-sided probabilities.

    Reference
    ---------
    Benjamini and Hochberg (1995), Journal of the Royal Statistical Society B 57(1).
    """
    p = np.asarray(p_value, dtype=float)
    order = np.argsort(p, kind="stable")[::-1]
    stepped = np.minimum.accumulate(p[order] * len(p) / np.arange(len(p), 0, -1))
    rates = np.empty(len(p))
    rates[order] = np.minimum(stepped, 1.0)
    return rates
