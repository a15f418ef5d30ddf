"""What would a covariance matrix have been, had other sampling units been drawn?

Sums of products are kept per sampling unit, so that resamples never touch the rows. Deviations
are from group means, and every resample has its own means.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from cxanalytics.numerics.importance import partial_out
from cxanalytics.numerics.importance_bootstrap import Units

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

COMBINED = 1e-9
"""A column with a smaller share of its squares left is a combination of others."""

BLOCK = 16_384
"""Rows whose products are held at once."""


@dataclass(frozen=True, slots=True)
class UnitMoments:
    """Sums of products per sampling unit.

    Attributes
    ----------
    products : ndarray of shape (units, q (q + 1) / 2)
        Sums of products of q variables, upper triangle.
    unit, group : ndarray of int, shape (pairs,)
        Units that have rows in a group, sorted by group.
    mass : ndarray of shape (pairs,)
    sums : ndarray of shape (pairs, q)
    """

    products: Floats
    unit: Integers
    group: Integers
    mass: Floats
    sums: Floats


def unit_moments(variables: ArrayLike, mass: Floats, groups: Integers, units: Units) -> UnitMoments:
    """Sum variables and their products over sampling units.

    Parameters
    ----------
    variables : array_like of shape (rows, q)
    mass : ndarray of shape (rows,)
        Likelihood weights.
    groups : ndarray of int, shape (rows,)
        Within which variables are centered.
    units : Units

    Returns
    -------
    UnitMoments
    """
    values = np.asarray(variables)
    q = values.shape[1]
    upper = np.triu_indices(q)
    entries = units.share.tocoo()
    n_units = len(units.stratum)
    label, place = np.unique(
        groups[entries.col].astype(np.int64) * n_units + entries.row, return_inverse=True
    )
    pairs = sparse.csr_array((entries.data, (place, entries.col)), shape=(len(label), len(values)))
    center = (mass @ values) / mass.sum()
    products = np.zeros((n_units, len(upper[0])))
    sums = np.zeros((len(label), q))
    columns = units.share.tocsc()
    pair_columns = pairs.tocsc()
    for first in range(0, len(values), BLOCK):
        block = slice(first, min(first + BLOCK, len(values)))
        centered = values[block] - center
        weighted = centered * mass[block, None]
        products += columns[:, block] @ (weighted[:, upper[0]] * centered[:, upper[1]])
        sums += pair_columns[:, block] @ weighted
    return UnitMoments(products, label % n_units, label // n_units, pairs @ mass, sums)


def within_products(moments: UnitMoments, multiplicity: Floats) -> Floats:
    """Sum products of deviations from group means, with each resample's own means.

    Parameters
    ----------
    moments : UnitMoments
    multiplicity : ndarray of shape (resamples, units)

    Returns
    -------
    ndarray of shape (resamples, q, q)
    """
    q = moments.sums.shape[1]
    total = np.zeros((len(multiplicity), q, q))
    upper = np.triu_indices(q)
    total[:, upper[0], upper[1]] = multiplicity @ moments.products
    total[:, upper[1], upper[0]] = total[:, upper[0], upper[1]]
    starts = np.flatnonzero(np.diff(moments.group, prepend=-1))
    for first, last in zip(starts, [*starts[1:], len(moments.group)], strict=True):
        times = multiplicity[:, moments.unit[first:last]]
        mass = times @ moments.mass[first:last]
        sums = times @ moments.sums[first:last]
        present = np.where(mass > 0, mass, 1.0)
        total -= np.einsum("bi,bj->bij", sums / present[:, None], sums)
    return total


def total_squares(moments: UnitMoments) -> Floats:
    """Sum squared deviations from the overall means.

    Parameters
    ----------
    moments : UnitMoments

    Returns
    -------
    ndarray of shape (q,)
    """
    first, second = np.triu_indices(moments.sums.shape[1])
    return moments.products.sum(axis=0)[first == second]


def independent_columns(products: Floats, totals: Floats) -> list[int]:
    """Find which columns are not combinations of groups and of those before them.

    Parameters
    ----------
    products : ndarray of shape (q, q)
        Sums of products of deviations from group means.
    totals : ndarray of shape (q,)
        Squared deviations from the overall means.

    Returns
    -------
    list of int
    """
    kept: list[int] = []
    for column, total in enumerate(totals):
        own = products[np.ix_([*kept, column], [*kept, column])]
        if partial_out(own, range(len(kept)))[0, 0] > COMBINED * total > 0:
            kept.append(column)
    return kept
