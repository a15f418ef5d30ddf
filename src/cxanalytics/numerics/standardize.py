"""What share would answer above a cut if everyone had a given x, or belonged to a given group?

Population-averaged predictions of a cumulative-link model by g-computation (Robins 1986): the
predicted shares of the people at hand are averaged after x is set. Each comes with its analytic
derivative in all parameters, so that differences, ratios and whole sets of shares get
delta-method errors from one covariance.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cxanalytics.numerics.links import get_link
from cxanalytics.numerics.ordinal import CumulativeLinkFit

Floats = NDArray[np.float64]

BLOCK = 65_536


@dataclass(frozen=True, slots=True)
class ShareContrast:
    """Two population-averaged shares and what separates them.

    Attributes
    ----------
    low, high : float
        Shares before and after.
    difference, difference_se : float
    log_ratio, log_ratio_se : float
        Of the shares, high over low.
    log_odds_ratio, log_odds_ratio_se : float
    gradient : ndarray of shape (parameters,)
        Derivative of the difference.
    """

    low: float
    high: float
    difference: float
    difference_se: float
    log_ratio: float
    log_ratio_se: float
    log_odds_ratio: float
    log_odds_ratio_se: float
    gradient: Floats


def mean_share_above(
    fit: CumulativeLinkFit,
    design: ArrayLike,
    *,
    cut: int,
    mass: ArrayLike | None = None,
    groups: ArrayLike | None = None,
    setting: Mapping[int, float] | None = None,
) -> tuple[float, Floats]:
    """Average the predicted share of answers at or above a cut.

    Parameters
    ----------
    fit : CumulativeLinkFit
    design : array_like of shape (rows, p)
    cut : int
        Smallest answer code that counts.
    mass : array_like of shape (rows,), optional
        Weights of the average.
    groups : array_like of int, shape (rows,), optional
    setting : mapping of int to float, optional
        Columns that are set to a value for everyone.

    Returns
    -------
    share : float
    gradient : ndarray of shape (parameters,)
        In the order of `fit.covariance`.
    """
    x, settings = np.asarray(design), dict(setting or {})
    link, threshold = get_link(fit.link), fit.threshold_below(cut)
    weight = np.ones(len(x)) if mass is None else np.asarray(mass, dtype=float)
    group = None if groups is None else np.asarray(groups)
    m, p, g = len(fit.thresholds), len(fit.coefficients), len(fit.group_effects)
    share, by_group, gradient = 0.0, np.zeros(g), np.zeros(len(fit.covariance))
    for begin in range(0, len(x), BLOCK):
        block = slice(begin, min(begin + BLOCK, len(x)))
        part = x[block].astype(float)
        for column, value in settings.items():
            part[:, column] = value
        inside = None if group is None else group[block]
        distance = fit.thresholds[threshold] - fit.predictor(part, groups=inside)
        share += float(weight[block] @ link.above(distance))
        slope = weight[block] * link.density(distance)
        gradient[threshold] -= slope.sum()
        gradient[m : m + p] += slope @ part
        if inside is not None and g:
            by_group += np.bincount(inside, weights=slope, minlength=g)
    gradient[m + p :] = by_group[1:]
    total = float(weight.sum())
    return share / total, gradient / total


def share_contrast(
    fit: CumulativeLinkFit,
    design: ArrayLike,
    *,
    cut: int,
    before: Mapping[int, float],
    after: Mapping[int, float],
    mass: ArrayLike | None = None,
    groups: ArrayLike | None = None,
) -> ShareContrast:
    """Compare the share above a cut under two settings of x for everyone.

    Parameters
    ----------
    fit, design, cut, mass, groups
        As in `mean_share_above`.
    before, after : mapping of int to float
        Columns and the values they are set to.

    Returns
    -------
    ShareContrast
    """
    low, at_low = mean_share_above(fit, design, cut=cut, mass=mass, groups=groups, setting=before)
    high, at_high = mean_share_above(fit, design, cut=cut, mass=mass, groups=groups, setting=after)

    def error(gradient: Floats) -> float:
        variance = float(gradient @ fit.covariance @ gradient)
        return float(np.sqrt(max(variance, 0.0)))

    odds = at_high / (high * (1.0 - high)) - at_low / (low * (1.0 - low))
    return ShareContrast(
        low=low,
        high=high,
        difference=high - low,
        difference_se=error(at_high - at_low),
        log_ratio=float(np.log(high / low)),
        log_ratio_se=error(at_high / high - at_low / low),
        log_odds_ratio=float(np.log(high / (1.0 - high)) - np.log(low / (1.0 - low))),
        log_odds_ratio_se=error(odds),
        gradient=at_high - at_low,
    )


def group_shares_above(
    fit: CumulativeLinkFit, design: ArrayLike, *, cut: int, mass: ArrayLike | None = None
) -> tuple[Floats, Floats]:
    """Give every group the same people: average each group's predicted share over all rows.

    Parameters
    ----------
    fit : CumulativeLinkFit
        With groups.
    design, cut, mass
        As in `mean_share_above`.

    Returns
    -------
    shares : ndarray of shape (groups,)
    gradient : ndarray of shape (groups, parameters)
    """
    x = np.asarray(design)
    weight = np.ones(len(x)) if mass is None else np.asarray(mass, dtype=float)
    kinds, place = np.unique(x, axis=0, return_inverse=True)
    of_kind = np.bincount(place.ravel(), weights=weight)
    everyone = fit.predictor(kinds, groups=np.zeros(len(kinds), dtype=int))
    link, threshold = get_link(fit.link), fit.threshold_below(cut)
    m, p, g = len(fit.thresholds), len(fit.coefficients), len(fit.group_effects)
    shares, gradient = np.zeros(g), np.zeros((g, len(fit.covariance)))
    for group in range(g):
        distance = fit.thresholds[threshold] - everyone - fit.group_effects[group]
        slope = of_kind * link.density(distance)
        shares[group] = of_kind @ link.above(distance)
        gradient[group, threshold] = -slope.sum()
        gradient[group, m : m + p] = slope @ kinds
        if group:
            gradient[group, m + p + group - 1] = slope.sum()
    total = weight.sum()
    return shares / total, gradient / total
