"""How much do two groups of one sample differ, given all that they share?

Each difference is one linearized contrast: its variance holds the covariance of the two sides
from sampling units that serve both, so only independent sides simply add up. Groups are domains
of one design, as in `survey_design`. One side may be everybody else (`compare_with_rest`), at a
cost that does not grow with the number of pairs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cxanalytics.errors import ModelError
from cxanalytics.numerics.group_totals import (
    Answering,
    GroupSums,
    count_in_both,
    count_labels,
    count_labels_of_rest,
    covariances,
    covariances_with_group,
    take_answering,
)
from cxanalytics.numerics.survey_design import Design, pooled_design_effect

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

NEGLIGIBLE = 1e-12
"""Correlations of the sides up to this are rounding."""


@dataclass(frozen=True, slots=True)
class Side:
    """One side of each difference; every array has shape (differences,).

    Attributes
    ----------
    estimate, variance : ndarray
    n, n_eff : ndarray
        Respondents, and Kish's effective number.
    units : ndarray
        Sampling units with a row; the respondents where there are none.
    degrees_of_freedom : ndarray
        Those units less their strata, at least one; where there is one unit, the middle of the
        others.
    """

    estimate: Floats
    variance: Floats
    n: Floats
    n_eff: Floats
    units: Floats
    degrees_of_freedom: Floats


@dataclass(frozen=True, slots=True)
class Differences:
    """Left sides less right sides; every array has shape (differences,).

    Attributes
    ----------
    left, right : Side
    covariance : ndarray
        Of the two sides, from the sampling units they share.
    shared : ndarray
        Sampling units that serve both sides.
    degrees_of_freedom : ndarray
        Satterthwaite's, never above the units less strata of both sides together.
    spread : ndarray
        Mean square of one answer around the mean of both sides together.
    per_unit : float
        Sampling units over degrees of freedom of the whole design.
    """

    left: Side
    right: Side
    covariance: Floats
    shared: Floats
    degrees_of_freedom: Floats
    spread: Floats
    per_unit: float

    @property
    def estimate(self) -> Floats:
        """Differences."""
        return self.left.estimate - self.right.estimate

    @property
    def std_error(self) -> Floats:
        """Their standard errors."""
        variance = self.left.variance + self.right.variance - 2.0 * self.covariance
        return np.sqrt(np.maximum(variance, 0.0))


def compare_domains(
    values: ArrayLike,
    pairs: ArrayLike,
    *,
    design: Design,
    weights: ArrayLike | None = None,
    domains: ArrayLike,
) -> Differences:
    """Compare pairs of domains.

    Parameters
    ----------
    values : array_like of shape (rows,)
        NaN where a row has no value; it then stays in the design with zero.
    pairs : array_like of int, shape (differences, 2)
        Left and right domain of each difference.
    design : Design
    weights : array_like of shape (rows,), optional
        Positive; their scale does not matter.
    domains : array_like of int, shape (rows,)
        0 to D - 1; -1 for rows in no domain.

    Returns
    -------
    Differences
        In the order of the pairs.

    Raises
    ------
    ModelError
        A domain has no value, or each has one sampling unit.
    """
    sample = take_answering(values, design, weights, domains)
    left, right = np.asarray(pairs, dtype=np.int64).reshape(-1, 2).T
    sums = sample.sums(sample.domain, sample.n_domains)
    deviation = sample.weight * (sample.value - sums.mean[sample.domain])
    linear = sample.columns(deviation / sums.mass[sample.domain], sample.domain, sample.n_domains)
    variance = covariances(linear, linear)
    unit, stratum = sample.labels()
    places = sample.domain
    units = sums.n if unit is None else count_labels(unit, places, sample.n_domains)
    strata = count_labels(stratum, places, sample.n_domains)
    freedom = np.maximum(units - strata, 1.0)
    alone = units < 2
    if alone.any():
        effect = pooled_design_effect(variance, sums.simple, sums.n, units)
        variance = np.where(alone, effect * sums.simple, variance)
        freedom = np.where(alone, np.median(freedom[~alone]), freedom)
    covariance = np.where(
        alone[left] | alone[right], 0.0, covariances(linear.take(left), linear.take(right))
    )
    shared = np.zeros(len(left)) if unit is None else count_in_both(unit, places, left, right)
    both_strata = count_in_both(stratum, places, left, right)
    first, second = (
        _side(sums.take(place), variance[place], units[place], freedom[place])
        for place in (left, right)
    )
    most = units[left] + units[right] - shared - strata[left] - strata[right] + both_strata
    spread = sums.take(left).plus(sums.take(right)).mean_square
    return _differences(first, second, covariance, shared, most, spread, design)


def compare_with_rest(
    values: ArrayLike,
    groups: ArrayLike,
    *,
    design: Design,
    weights: ArrayLike | None = None,
    domains: ArrayLike,
) -> Differences:
    """Compare each domain with all others of its group together.

    Parameters
    ----------
    values, design, weights, domains
        As in `compare_domains`.
    groups : array_like of int, shape (domains,)
        Group of each domain, 0 to G - 1, with two domains or more in each.

    Returns
    -------
    Differences
        In the order of the domain numbers.

    Raises
    ------
    ModelError
        As `compare_domains`, or a group has one domain.
    """
    sample = take_answering(values, design, weights, domains)
    group = np.asarray(groups, dtype=np.int64)
    if (np.bincount(group) == 1).any():
        raise ModelError("A domain needs others in its group to be compared with; got none.")
    place = sample.domain
    sums = sample.sums(place, sample.n_domains)
    whole = sample.sums(group[place], int(group.max()) + 1)
    rest = whole.take(group).less(sums)
    variance, rest_variance, covariance = _moments_of_rest(sample, group, sums, whole, rest)
    units, rest_units, all_units = _units_of_rest(sample, sums, rest, group)
    strata, rest_strata, all_strata = count_labels_of_rest(sample.labels()[1], place, group)
    freedom = np.maximum(units - strata, 1.0)
    rest_freedom = np.maximum(rest_units - rest_strata, 1.0)
    alone, rest_alone = units < 2, rest_units < 2
    if alone.any():
        effect = pooled_design_effect(variance, sums.simple, sums.n, units)
        typical = np.median(freedom[~alone])
        variance = np.where(alone, effect * sums.simple, variance)
        rest_variance = np.where(rest_alone, effect * rest.simple, rest_variance)
        covariance = np.where(alone | rest_alone, 0.0, covariance)
        freedom = np.where(alone, typical, freedom)
        rest_freedom = np.where(rest_alone, typical, rest_freedom)
    left = _side(sums, variance, units, freedom)
    right = _side(rest, rest_variance, rest_units, rest_freedom)
    shared = units + rest_units - all_units
    most = all_units - all_strata
    return _differences(left, right, covariance, shared, most, whole.mean_square[group], design)


def _moments_of_rest(
    sample: Answering, group: Integers, sums: GroupSums, whole: GroupSums, rest: GroupSums
) -> tuple[Floats, Floats, Floats]:
    """Variances of the domains and of their rests, and the covariance of the two.

    Linearized, a rest is (all + a mass of all - own - b mass of own) / mass of the rest, where
    "all" is its group; so four columns hold what every rest needs.
    """
    place, wide = sample.domain, group[sample.domain]
    size, many = len(whole.mass), sample.n_domains
    own = sample.columns(sample.weight * (sample.value - sums.mean[place]), place, many)
    own_mass = sample.columns(sample.weight, place, many)
    every = sample.columns(sample.weight * (sample.value - whole.mean[wide]), wide, size)
    every_mass = sample.columns(sample.weight, wide, size)
    a, b = whole.mean[group] - rest.mean, sums.mean - rest.mean
    own_own, own_own_mass = covariances(own, own), covariances(own, own_mass)
    every_own = covariances_with_group(own, every, group)
    every_own = every_own + a * covariances_with_group(own, every_mass, group)
    every_own_mass = covariances_with_group(own_mass, every, group)
    every_own_mass = every_own_mass + a * covariances_with_group(own_mass, every_mass, group)
    square = (
        covariances(every, every)[group]
        + 2.0 * a * covariances(every, every_mass)[group]
        + a**2 * covariances(every_mass, every_mass)[group]
        + own_own
        + 2.0 * b * own_own_mass
        + b**2 * covariances(own_mass, own_mass)
        - 2.0 * (every_own + b * every_own_mass)
    )
    covariance = (every_own - own_own - b * own_own_mass) / (sums.mass * rest.mass)
    return own_own / sums.mass**2, np.maximum(square, 0.0) / rest.mass**2, covariance


def _units_of_rest(
    sample: Answering, sums: GroupSums, rest: GroupSums, group: Integers
) -> tuple[Floats, Floats, Floats]:
    unit = sample.labels()[0]
    if unit is None:
        return sums.n, rest.n, sums.n + rest.n
    return count_labels_of_rest(unit, sample.domain, group)


def _side(sums: GroupSums, variance: Floats, units: Floats, freedom: Floats) -> Side:
    return Side(sums.mean, variance, sums.n, sums.n_eff, units, freedom)


def _differences(
    left: Side,
    right: Side,
    covariance: Floats,
    shared: Floats,
    most: Floats,
    spread: Floats,
    design: Design,
) -> Differences:
    """Join the sides; a side whose answers are all alike is as uncertain as both together."""
    likely = [
        np.where(side.variance > 0, side.variance, spread / side.n_eff) for side in (left, right)
    ]
    parts = likely[0] ** 2 / left.degrees_of_freedom + likely[1] ** 2 / right.degrees_of_freedom
    smallest = np.minimum(left.degrees_of_freedom, right.degrees_of_freedom)
    pooled = np.divide((likely[0] + likely[1]) ** 2, parts, out=smallest, where=parts > 0)
    freedom = np.maximum(np.minimum(pooled, most), 1.0)
    noise = NEGLIGIBLE * np.sqrt(left.variance * right.variance)
    covariance = np.where(np.abs(covariance) > noise, covariance, 0.0)
    return Differences(left, right, covariance, shared, freedom, spread, design.per_unit)
