"""Which range and which p-value does a difference between two groups get?

Shares: one answer of each kind is added to each side at its effective number of answers (Agresti
and Caffo 2000), for the logarithm of a ratio half an answer; with the correlation of the sides
from shared sampling units, and Student's t. Means and net scores: Student's t. P-values invert
the ranges, so that the two never disagree.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from cxanalytics.numerics.differences import Differences, Side
from cxanalytics.numerics.small_samples import effective_number, few_units_factor

Floats = NDArray[np.float64]

ADDED = 1.0
"""Answers of each kind that are added to each side of a difference."""

ADDED_FOR_RATIO = 0.5
"""The same for a ratio."""


@dataclass(frozen=True, slots=True)
class Interval:
    """Bounds and two-sided p-values against no difference; arrays of shape (differences,)."""

    low: Floats
    high: Floats
    p_value: Floats


def share_difference_interval(differences: Differences, *, level: float) -> Interval:
    """Bound differences of shares.

    Parameters
    ----------
    differences : Differences
    level : float

    Returns
    -------
    Interval
        Between -1 and 1.
    """
    left, left_n = _with_added(differences.left, differences, ADDED, level)
    right, right_n = _with_added(differences.right, differences, ADDED, level)
    one, other = (np.sqrt(p * (1.0 - p) / n) for p, n in ((left, left_n), (right, right_n)))
    found = _student(left - right, _joint(one, other, differences), differences, level)
    return Interval(np.maximum(found.low, -1.0), np.minimum(found.high, 1.0), found.p_value)


def share_ratio_interval(differences: Differences, *, level: float) -> Interval:
    """Bound ratios of shares, left over right.

    Parameters
    ----------
    differences : Differences
    level : float

    Returns
    -------
    Interval
        Zero or more; the lower bound is 0 where the left share is, and all is NaN where the right
        one is.
    """
    left, left_n = _with_added(differences.left, differences, ADDED_FOR_RATIO, level)
    right, right_n = _with_added(differences.right, differences, ADDED_FOR_RATIO, level)
    one, other = (np.sqrt((1.0 - p) / (p * n)) for p, n in ((left, left_n), (right, right_n)))
    found = _student(np.log(left / right), _joint(one, other, differences), differences, level)
    low = np.where(differences.left.estimate > 0, np.exp(found.low), 0.0)
    none = differences.right.estimate <= 0
    return Interval(
        *(np.where(none, np.nan, part) for part in (low, np.exp(found.high), found.p_value))
    )


def mean_difference_interval(
    differences: Differences, *, level: float, reach: float = np.inf
) -> Interval:
    """Bound differences of means or net scores.

    Parameters
    ----------
    differences : Differences
    level : float
    reach : float
        Largest possible difference.

    Returns
    -------
    Interval
        NaN where all answers of both sides are the same.

    Notes
    -----
    A side whose answers are all the same shows no variance of its own; it gets the spread of both
    sides together over its effective number of answers.
    """
    errors = []
    for side in (differences.left, differences.right):
        variance = _lifted(side, differences)
        errors.append(np.sqrt(np.where(variance > 0, variance, differences.spread / side.n_eff)))
    one, other = errors
    found = _student(differences.estimate, _joint(one, other, differences), differences, level)
    return Interval(np.maximum(found.low, -reach), np.minimum(found.high, reach), found.p_value)


def adjust_p_values(p_values: ArrayLike) -> Floats:
    """Adjust the p-values of one family for their number (Benjamini and Hochberg 1995).

    Parameters
    ----------
    p_values : array_like of shape (comparisons,)
        NaN is no member of the family.

    Returns
    -------
    ndarray of shape (comparisons,)
    """
    given = np.asarray(p_values, dtype=float)
    adjusted = np.full(given.shape, np.nan)
    tested = np.isfinite(given)
    if tested.any():
        adjusted[tested] = stats.false_discovery_control(given[tested], method="bh")
    return adjusted


def _lifted(side: Side, differences: Differences) -> Floats:
    return side.variance * few_units_factor(
        side.units, side.degrees_of_freedom, per_unit=differences.per_unit
    )


def _with_added(
    side: Side, differences: Differences, added: float, level: float
) -> tuple[Floats, Floats]:
    """Share and number of answers after some of each kind are added.

    The effective number may pass the number of answers only as far as Student's quantile, which
    pays for variances that are too small by luck, makes up for it.
    """
    tail = 0.5 + level / 2.0
    paid = (stats.t.ppf(tail, differences.degrees_of_freedom) / stats.norm.ppf(tail)) ** 2
    number = effective_number(
        side.estimate, _lifted(side, differences), side.n * paid, n_eff=side.n_eff
    )
    total = number + 2.0 * added
    return (side.estimate * number + added) / total, total


def _joint(left: Floats, right: Floats, differences: Differences) -> Floats:
    """Standard error of a difference whose sides have these errors and the given correlation."""
    product = np.sqrt(differences.left.variance * differences.right.variance)
    correlation = np.where(
        product > 0, differences.covariance / np.where(product > 0, product, 1.0), 0.0
    )
    correlation = np.clip(correlation, -1.0, 1.0)
    return np.sqrt(np.maximum(left**2 + right**2 - 2.0 * correlation * left * right, 0.0))


def _student(middle: Floats, error: Floats, differences: Differences, level: float) -> Interval:
    known = error > 0
    error = np.where(known, error, np.nan)
    freedom = differences.degrees_of_freedom
    half = stats.t.ppf(0.5 + level / 2.0, freedom) * error
    p_value = 2.0 * stats.t.sf(np.abs(middle) / error, freedom)
    return Interval(middle - half, middle + half, p_value)
