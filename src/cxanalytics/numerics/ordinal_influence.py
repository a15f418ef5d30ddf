"""What does each row add to an estimate from a cumulative-link model?

The influence values let the error of a difference be told between this model and another one of the
same rows.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cxanalytics.numerics.links import get_link
from cxanalytics.numerics.ordinal import CumulativeLinkFit

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def ordinal_influence(
    fit: CumulativeLinkFit,
    answers: Integers,
    design: Floats,
    mass: Floats,
    *,
    lead: Floats,
    groups: Integers | None = None,
) -> Floats:
    """Give each row's part in some linear functions of the parameters.

    Parameters
    ----------
    fit : CumulativeLinkFit
        With the information variance.
    answers : ndarray of int, shape (rows,)
    design : ndarray of shape (rows, p)
    mass : ndarray of shape (rows,)
        Counts times weights.
    lead : ndarray of shape (functions, parameters)
        Directions times the inverse information.
    groups : ndarray of int, shape (rows,), optional

    Returns
    -------
    ndarray of shape (rows, functions)
    """
    link, m, p = get_link(fit.link), len(fit.thresholds), design.shape[1]
    at = np.searchsorted(fit.categories, answers)
    shift = design @ fit.coefficients
    towards = design @ lead[:, m : m + p].T
    if groups is not None:
        shift = shift + fit.group_effects[groups]
        levels = np.column_stack([np.zeros(len(lead)), lead[:, m + p :]])
        towards = towards + levels[:, groups].T
    ends = np.concatenate([[-np.inf], fit.thresholds, [np.inf]])
    low, high = ends[at] - shift, ends[at + 1] - shift
    # The smaller tail is exact where the difference of the larger ones is not.
    share = np.where(
        low > 0, link.above(low) - link.above(high), link.below(high) - link.below(low)
    )
    limits = np.column_stack([np.zeros(len(lead)), lead[:, :m], np.zeros(len(lead))]).T
    parts = np.zeros_like(towards)
    for sign, end, place in ((1.0, high, at + 1), (-1.0, low, at)):
        inside = np.isfinite(end)
        slope = sign * mass[inside] * link.density(end[inside]) / share[inside]
        parts[inside] += slope[:, None] * (limits[place[inside]] - towards[inside])
    return parts
