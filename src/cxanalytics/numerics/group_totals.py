"""What do the answers of each group add up to, by sampling unit and by stratum?

The sums behind a comparison of groups: enough for every variance and covariance of linearized
scores, at a cost that grows with the rows and not with the pairs of groups.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from cxanalytics.errors import ModelError
from cxanalytics.numerics.survey_design import Design, stratum_factors

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class GroupSums(NamedTuple):
    """Weighted sums by group: of 1, of the values, of their squares, of squared weights; and n."""

    mass: Floats
    total: Floats
    square: Floats
    weight2: Floats
    n: Floats

    @property
    def mean(self) -> Floats:
        """Weighted means."""
        return self.total / self.mass

    @property
    def mean_square(self) -> Floats:
        """Weighted mean squares around them."""
        return np.maximum(self.square / self.mass - self.mean**2, 0.0)

    @property
    def n_eff(self) -> Floats:
        """Kish's effective numbers."""
        return self.mass**2 / self.weight2

    @property
    def simple(self) -> Floats:
        """Variance of the mean of a simple random sample of the same size."""
        return self.mean_square / np.maximum(self.n - 1.0, 1.0)

    def take(self, places: Integers) -> GroupSums:
        """Choose groups."""
        return GroupSums(*(part[places] for part in self))

    def less(self, other: GroupSums) -> GroupSums:
        """Leave other groups out."""
        return GroupSums(*(whole - part for whole, part in zip(self, other, strict=True)))

    def plus(self, other: GroupSums) -> GroupSums:
        """Put groups together."""
        return GroupSums(*(one + two for one, two in zip(self, other, strict=True)))


class UnitTotals(NamedTuple):
    """Totals by sampling unit and by stratum, a column per group.

    Scaled so that the covariance of two columns is the product over units less that over strata.
    A stratum with one unit is centered at the grand mean, which is zero for every contrast.
    """

    units: Any
    strata: Any

    def take(self, places: Integers) -> UnitTotals:
        """Choose columns."""
        return UnitTotals(self.units[:, places], self.strata[:, places])


class Answering(NamedTuple):
    """The rows that have a value and belong to a domain."""

    design: Design
    rows: Integers
    value: Floats
    weight: Floats
    counts: Floats
    domain: Integers
    n_domains: int

    def sums(self, place: Integers, size: int) -> GroupSums:
        """Sum by group; `place` is the group of each row, `size` how many there are."""
        weight, value = self.weight, self.value

        def total(part: Floats) -> Floats:
            return np.bincount(place, weights=part * self.counts, minlength=size).astype(float)

        return GroupSums(
            total(weight),
            total(weight * value),
            total(weight * value**2),
            total(weight**2),
            total(np.ones_like(weight)),
        )

    def columns(self, linear: Floats, place: Integers, size: int) -> UnitTotals:
        """Sum linearized values by sampling unit and by stratum, a column per group."""
        design, stratum = self.design, self.design.stratum[self.rows]
        factors = stratum_factors(design)
        if design.psu is None:
            scaled = linear * np.sqrt(self.counts * factors[stratum])
            units = sparse.csc_array(
                (scaled, (self.rows, place)), shape=(len(design.stratum), size)
            )
        else:
            assert design.psu_stratum is not None
            unit = design.psu[self.rows]
            scaled = linear * self.counts * np.sqrt(factors[design.psu_stratum[unit]])
            units = sparse.csc_array((scaled, (unit, place)), shape=(design.n_psu, size))
        sizes = design.per_stratum
        root = np.where(sizes > 1, np.sqrt(factors / np.maximum(sizes, 1.0)), 0.0)
        centered = linear * self.counts * root[stratum]
        strata = sparse.csc_array((centered, (stratum, place)), shape=(design.n_strata, size))
        return UnitTotals(units, strata)

    def labels(self) -> tuple[Integers | None, Integers]:
        """Sampling unit (None where every respondent is one) and stratum of each row."""
        unit = None if self.design.psu is None else self.design.psu[self.rows]
        return unit, self.design.stratum[self.rows]


def take_answering(
    values: ArrayLike, design: Design, weights: ArrayLike | None, domains: ArrayLike
) -> Answering:
    """Keep the rows that have a value and belong to a domain; the design stays whole.

    Parameters
    ----------
    values, design, weights, domains
        As in `differences.compare_domains`.

    Returns
    -------
    Answering

    Raises
    ------
    ModelError
        A domain has no value.
    """
    value, domain = np.asarray(values, dtype=float), np.asarray(domains, dtype=np.int64)
    rows = np.flatnonzero((domain >= 0) & np.isfinite(value))
    n_domains = int(domain.max()) + 1
    empty = np.bincount(domain[rows], minlength=n_domains) == 0
    if empty.any():
        raise ModelError(f"Domain {int(np.flatnonzero(empty)[0])} has no value.")
    weight = np.ones(len(rows)) if weights is None else np.asarray(weights, dtype=float)[rows]
    counts = np.ones(len(rows)) if design.counts is None else design.counts[rows]
    return Answering(design, rows, value[rows], weight, counts, domain[rows], n_domains)


def covariances(left: UnitTotals, right: UnitTotals) -> Floats:
    """Covariance of matching columns."""
    products = [one.multiply(two).sum(axis=0) for one, two in zip(left, right, strict=True)]
    return np.asarray(products[0] - products[1], dtype=float)


def covariances_with_group(own: UnitTotals, whole: UnitTotals, group: Integers) -> Floats:
    """Covariance of each column of `own` with the column of its group in `whole`."""
    products = []
    for narrow, broad in zip(own, whole, strict=True):
        entries = narrow.tocoo()
        matched = broad.tocsr()[entries.row, group[entries.col]]
        products.append(
            np.bincount(entries.col, weights=entries.data * matched, minlength=len(group))
        )
    return np.asarray(products[0] - products[1], dtype=float)


def _pairs(label: Integers, place: Integers) -> tuple[Integers, Integers]:
    """Distinct pairs of place and label."""
    size = int(label.max()) + 1
    seen = np.unique(place * size + label)
    return seen // size, seen % size


def count_labels(label: Integers, place: Integers, size: int) -> Floats:
    """Count the labels that occur in each place."""
    return np.bincount(_pairs(label, place)[0], minlength=size).astype(float)


def count_in_both(label: Integers, place: Integers, left: Integers, right: Integers) -> Floats:
    """Count the labels that occur in both places of each pair."""
    where, what = _pairs(label, place)
    seen = sparse.csc_array((np.ones(len(where)), (what, where)))
    return np.asarray(seen[:, left].multiply(seen[:, right]).sum(axis=0), dtype=float)


def count_labels_of_rest(
    label: Integers, place: Integers, group: Integers
) -> tuple[Floats, Floats, Floats]:
    """Count labels in each domain, in the others of its group, and in the whole group."""
    where, what = _pairs(label, place)
    size = int(label.max()) + 1
    _, back, times = np.unique(group[where] * size + what, return_inverse=True, return_counts=True)
    own = np.bincount(where, minlength=len(group)).astype(float)
    only = np.bincount(where, weights=times[back] == 1, minlength=len(group))
    whole = np.bincount(group[where], weights=1.0 / times[back])[group]
    return own, np.round(whole - only), np.round(whole)
