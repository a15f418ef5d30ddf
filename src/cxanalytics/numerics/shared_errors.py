"""Which part of the errors of scores do all groups share, by kind of score?

Scores of several kinds (channels) in many groups (agencies), adjusted by one model: an error of the
model moves a kind alike in all groups, and no number of groups averages it out. That part is taken
apart, so that what is left is independent between groups.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Codes = NDArray[np.int64]

FLOOR = 0.01
"""Least variance that stays a group's own in any direction, as a share of its largest."""


def split_shared(covariance: Array, group: Codes, kind: Codes) -> tuple[Array, Array]:
    """Split the covariance of scores into what groups have each, and what kinds share.

    Parameters
    ----------
    covariance : (D, D) of the scores.
    group, kind : (D,) whole numbers from 0.

    Returns
    -------
    own : (D, D) covariance within groups without the shared part; 0 between them.
    shared : (K, K) covariance of what moves each kind in all groups: the mean over pairs of groups;
        0 for kinds that no two groups have.
    """
    kinds = int(kind.max()) + 1
    apart = group[:, None] != group[None, :]
    member = (kind[:, None] == np.arange(kinds)).astype(float)
    pairs = member.T @ apart @ member
    total = member.T @ np.where(apart, covariance, 0.0) @ member
    several = np.diag(pairs) > 0
    known = np.outer(several, several) & (pairs > 0)
    shared = _at_least(np.divide(total, pairs, out=np.zeros_like(total), where=known), 0.0)
    own = np.where(apart, 0.0, covariance - shared[np.ix_(kind, kind)])
    for one in np.unique(group):
        here = np.ix_(group == one, group == one)
        own[here] = _at_least(own[here], FLOOR)
    return own, shared


def draw_shared(shared: Array, n_draws: int, *, seed: int) -> Array:
    """Return (n_draws, K) normal draws of what moves each kind."""
    values, vectors = np.linalg.eigh(shared)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    return np.asarray(np.random.default_rng(seed).standard_normal((n_draws, len(shared))) @ root.T)


def _at_least(matrix: Array, share: float) -> Array:
    """Raise eigenvalues to a share of the largest."""
    values, vectors = np.linalg.eigh(0.5 * (matrix + matrix.T))
    return np.asarray((vectors * np.maximum(values, share * max(values.max(), 0.0))) @ vectors.T)
