"""What would the sums behind a fit have been, had other sampling units been drawn?

A resample gives every unit a multiplicity; a fit that is a function of sums over units never
touches the rows again. Multiplicities are those of Rao, Wu and Yue (1992): in a stratum of n_h
units, n_h - 1 are drawn with replacement and count n_h / (n_h - 1) each, which makes the variance
of a sum unbiased. Strata with one unit are resampled together.

Where there are very many units (every respondent may be one), whole units are dealt at random
into groups, stratum by stratum, and groups are resampled: the variance between random groups of
units is that of the units themselves. A unit is never split.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse, stats

from cxanalytics.errors import ModelError

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

MOST_UNITS = 2_000
"""More sampling units are dealt into about this many random groups."""


@dataclass(frozen=True, slots=True)
class Units:
    """What is resampled.

    Attributes
    ----------
    share : csr_array of shape (units, rows)
        Part of each row that belongs to each unit; columns sum to 1. A row that stands for
        several respondents may be divided.
    stratum : ndarray of int, shape (units,)
    drawn : int
        Sampling units before any were dealt into groups.
    degrees_of_freedom : float
        Sampling units less strata, at least 1.
    """

    share: sparse.csr_array
    stratum: Integers
    drawn: int
    degrees_of_freedom: float


def sampling_units_of_rows(
    rows: int,
    *,
    clusters: ArrayLike | None = None,
    strata: ArrayLike | None = None,
    counts: ArrayLike | None = None,
    seed: int,
) -> Units:
    """Say which part of which row each sampling unit holds.

    Parameters
    ----------
    rows : int
    clusters, strata : array_like of shape (rows,), optional
        Labels. Without clusters each respondent is a unit; the same label in two strata is two.
    counts : array_like of shape (rows,), optional
        Respondents a row stands for.
    seed : int
        Of the dealing.

    Returns
    -------
    Units

    Raises
    ------
    ModelError
        There is only one unit.
    """
    stratum = np.zeros(rows, dtype=np.int64) if strata is None else _codes(strata)
    if clusters is None:
        many = np.ones(rows, dtype=np.int64)
        if counts is not None:
            many = np.maximum(np.round(np.asarray(counts, dtype=float)), 1).astype(np.int64)
        row = np.repeat(np.arange(rows), many)
        unit, part, of_unit = np.arange(len(row)), 1.0 / many[row], stratum[row]
    else:
        row, part = np.arange(rows), np.ones(rows)
        label = _codes(clusters) * (stratum.max(initial=0) + 1) + stratum
        pairs, unit = np.unique(label, return_inverse=True)
        of_unit = pairs % (stratum.max(initial=0) + 1)
    drawn = len(of_unit)
    if drawn < 2:
        raise ModelError(f"A range needs at least 2 sampling units; got {drawn}.")
    of_unit, freedom = _merged_strata(of_unit)
    if drawn > MOST_UNITS:
        group, of_unit = _deal(of_unit, np.random.default_rng(seed))
        unit = group[unit]
    share = sparse.coo_array((part, (unit, row)), shape=(len(of_unit), rows)).tocsr()
    return Units(share, of_unit, drawn, freedom)


def _codes(values: ArrayLike) -> Integers:
    return np.unique(np.asarray(values), return_inverse=True)[1].astype(np.int64).ravel()


def _merged_strata(of_unit: Integers) -> tuple[Integers, float]:
    """Put strata of one unit together; a last one left alone joins the smallest other."""
    sizes = np.bincount(of_unit)
    freedom = max(float(len(of_unit) - np.count_nonzero(sizes)), 1.0)
    alone = np.flatnonzero(sizes == 1)
    merged = np.where(np.isin(of_unit, alone), len(sizes), of_unit)
    if len(alone) == 1:
        others = np.where(sizes > 1, sizes, np.iinfo(np.int64).max)
        merged = np.where(merged == len(sizes), int(np.argmin(others)), merged)
    return _codes(merged), freedom


def _deal(of_unit: Integers, generator: np.random.Generator) -> tuple[Integers, Integers]:
    """Deal units into groups within strata: group of each unit, and stratum of each group."""
    sizes = np.bincount(of_unit)
    groups = np.clip(np.round(MOST_UNITS * sizes / len(of_unit)).astype(np.int64), 2, sizes)
    first = np.concatenate([[0], np.cumsum(groups)])
    shuffled = generator.permutation(len(of_unit))
    order = shuffled[np.argsort(of_unit[shuffled], kind="stable")]
    place = np.arange(len(order)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    group = np.empty(len(order), dtype=np.int64)
    group[order] = first[of_unit[order]] + place % groups[of_unit[order]]
    return group, np.repeat(np.arange(len(sizes)), groups)


def multiplicities(units: Units, resamples: int, *, seed: int) -> Floats:
    """Draw how often each unit counts in each resample.

    Parameters
    ----------
    units : Units
    resamples : int
    seed : int

    Returns
    -------
    ndarray of shape (resamples, units)
        Means are 1; each stratum's total is its number of units.
    """
    generator = np.random.default_rng(seed)
    result = np.ones((resamples, len(units.stratum)))
    for stratum, size in enumerate(np.bincount(units.stratum)):
        drawn = generator.multinomial(size - 1, np.full(size, 1.0 / size), size=resamples)
        result[:, units.stratum == stratum] = drawn * (size / (size - 1.0))
    return result


def expanded_tails(level: float, degrees_of_freedom: float) -> tuple[float, float]:
    """Widen percentiles for few units, as t widens the normal.

    Parameters
    ----------
    level : float
    degrees_of_freedom : float

    Returns
    -------
    tuple of float
        Probabilities of the two percentiles (Hesterberg 2015).
    """
    low = float(stats.norm.cdf(stats.t.ppf(0.5 - level / 2.0, degrees_of_freedom)))
    return low, 1.0 - low
