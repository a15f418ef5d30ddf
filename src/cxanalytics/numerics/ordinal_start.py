"""Where does the climb of a cumulative model begin?

At the thresholds of the answers alone; large data at the fit of a sample of themselves, itself
begun at the fit of a smaller one.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cxanalytics.numerics.links import Link
from cxanalytics.numerics.newton import Height, climb
from cxanalytics.numerics.ordinal_sums import SortedRows, evaluate

Floats = NDArray[np.float64]

SAMPLED = 16
"""Rows per row of the sample that gives larger data their starting values."""


def height(rows: SortedRows, link: Link, parameters: Floats) -> Height:
    """Give the likelihood with its derivatives."""
    sums = evaluate(rows, link, parameters)
    return Height(sums.log_likelihood, sums.vector(), sums.matrix())


def marginal_start(rows: SortedRows, link: Link) -> Floats:
    """Give the thresholds of the answers alone, and no effects."""
    mass = rows.category_mass()
    share = np.cumsum(mass)[:-1] / mass.sum()
    return np.concatenate([link.quantile(share), np.zeros(rows.size - len(share))])


def starting_point(
    rows: SortedRows, link: Link, *, scale: Floats, fewest: int
) -> tuple[Floats, Height]:
    """Choose where to begin, and give the likelihood there.

    Parameters
    ----------
    rows : SortedRows
    link : Link
    scale : ndarray of shape (k,)
        Largest absolute value of each parameter's column.
    fewest : int
        Rows of the smallest sample.

    Returns
    -------
    tuple of ndarray and Height
    """
    cold = marginal_start(rows, link)
    size = max(len(rows.design) // SAMPLED, fewest)
    if len(rows.design) >= 5 * fewest:
        sample = rows.sample(size)
        if np.diff(sample.starts).min() >= 20:
            begin, there = starting_point(sample, link, scale=scale, fewest=fewest)
            near = climb(
                lambda at: there if at is begin else height(sample, link, at),
                begin,
                scale=scale * float(sample.category_mass().sum()),
                tolerance=1e-5,
                most=6,
            )
            warm = height(rows, link, near.parameters)
            mass = rows.category_mass()
            if warm.log_likelihood > float(mass @ np.log(mass / mass.sum())):
                return near.parameters, warm
    return cold, height(rows, link, cold)
