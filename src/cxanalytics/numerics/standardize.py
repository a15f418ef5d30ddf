"""What share would answer above a cut if everyone had a given x, or belonged to a given group?

Population-averaged predictions of a cumulative-link model by g-computation (Robins 1986): the
predicted shares of the people at hand are averaged after x is set. Each comes with its analytic
derivative in all parameters, so that differences, ratios and whole sets of shares get
delta-method errors from one covariance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from cxanalytics.numerics.links import get_link
from cxanalytics.numerics.ordinal import CumulativeLinkFit

Floats = NDArray[np.float64]

BLOCK = 8_192


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
    shares, gradients = mean_shares_above(
        fit, design, cut=cut, settings=[setting or {}], mass=mass, groups=groups
    )
    return float(shares[0]), gradients[0]


def mean_shares_above(
    fit: CumulativeLinkFit,
    design: ArrayLike,
    *,
    cut: int,
    settings: Sequence[Mapping[int, float]],
    mass: ArrayLike | None = None,
    groups: ArrayLike | None = None,
) -> tuple[Floats, Floats]:
    """Do the same for several settings in one pass over the rows.

    Parameters
    ----------
    fit, design, cut, mass, groups
        As in `mean_share_above`.
    settings : sequence of mapping of int to float

    Returns
    -------
    shares : ndarray of shape (settings,)
    gradients : ndarray of shape (settings, parameters)
    """
    x, weight = np.asarray(design), None if mass is None else np.asarray(mass)
    group = np.asarray(groups) if groups is not None and len(fit.group_effects) else None
    link, threshold = get_link(fit.link), fit.threshold_below(cut)
    m, p, g = len(fit.thresholds), len(fit.coefficients), len(fit.group_effects)
    shares, total = np.zeros(len(settings)), 0.0
    slope_sums = np.zeros(len(settings))
    by_column, by_group = np.zeros((len(settings), p)), np.zeros((g, len(settings)))
    columns, slopes = np.empty((p, BLOCK)), np.empty((len(settings), BLOCK))
    for begin in range(0, len(x), BLOCK):
        block = slice(begin, min(begin + BLOCK, len(x)))
        part, slope = columns[:, : block.stop - begin], slopes[:, : block.stop - begin]
        np.copyto(part, x[block].T)
        by = np.ones(part.shape[1]) if weight is None else weight[block].astype(float)
        total += float(by.sum())
        base = fit.thresholds[threshold] - fit.coefficients @ part
        if group is not None:
            base -= fit.group_effects[group[block]]
        for number, setting in enumerate(settings):
            distance = base
            for column, value in setting.items():
                distance = distance - fit.coefficients[column] * (value - part[column])
            shares[number] += by @ link.above(distance)
            np.multiply(by, link.density(distance), out=slope[number])
        slope_sums += slope.sum(axis=1)
        by_column += slope @ part.T
        if group is not None:
            member = sparse.csc_array(
                (np.ones(len(base)), group[block], np.arange(len(base) + 1)), shape=(g, len(base))
            )
            by_group += member @ slope.T
    gradient = np.zeros((len(settings), len(fit.covariance)))
    gradient[:, threshold] = -slope_sums
    gradient[:, m : m + p] = by_column
    for number, setting in enumerate(settings):
        for column, value in setting.items():
            gradient[number, m + column] = value * slope_sums[number]
    gradient[:, m + p :] = by_group[1:].T
    return shares / total, gradient / total


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
    (contrast,) = share_contrasts(
        fit, design, cut=cut, changes=[(before, after)], mass=mass, groups=groups
    )
    return contrast


def share_contrasts(
    fit: CumulativeLinkFit,
    design: ArrayLike,
    *,
    cut: int,
    changes: Sequence[tuple[Mapping[int, float], Mapping[int, float]]],
    mass: ArrayLike | None = None,
    groups: ArrayLike | None = None,
) -> tuple[ShareContrast, ...]:
    """Do the same for several changes in one pass over the rows.

    Parameters
    ----------
    fit, design, cut, mass, groups
        As in `mean_share_above`.
    changes : sequence of pairs of mapping
        Settings before and after.

    Returns
    -------
    tuple of ShareContrast
    """
    share, gradient = mean_shares_above(
        fit,
        design,
        cut=cut,
        settings=[setting for change in changes for setting in change],
        mass=mass,
        groups=groups,
    )
    return tuple(
        contrast_shares(
            float(share[k]),
            gradient[k],
            float(share[k + 1]),
            gradient[k + 1],
            covariance=fit.covariance,
        )
        for k in range(0, 2 * len(changes), 2)
    )


def contrast_shares(
    low: float, at_low: Floats, high: float, at_high: Floats, *, covariance: Floats
) -> ShareContrast:
    """Compare two predicted shares, given their derivatives.

    Parameters
    ----------
    low, high : float
        Shares before and after.
    at_low, at_high : ndarray of shape (parameters,)
        Their derivatives in the parameters.
    covariance : ndarray of shape (parameters, parameters)

    Returns
    -------
    ShareContrast
    """

    def error(gradient: Floats) -> float:
        variance = float(gradient @ covariance @ gradient)
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
