"""How much does each answer count so that channels and ages stand as in the population?

Raking: weights are scaled to the channel margin, then to the age margin, in turn, within
each agency and wave. Channel and age decide who answers by separate factors, so
raking undoes that nonresponse exactly. A handful of answers cannot meet two margins (weights
run off to zero), so groups below a size are left as they are, as a survey office would.
"""

from __future__ import annotations

import numpy as np

from cxanalytics.sources.simulated.draws import Array, Indices

ROUNDS = 25
RAKE_FROM = 10
"""Answers that a group needs to be raked."""


def rake(group: Indices, first: Indices, second: Indices, targets: tuple[Array, Array]) -> Array:
    """Rake answers to two margins within groups.

    Parameters
    ----------
    group, first, second : (rows,) arrays
        Group, and category on each of the two margins.
    targets : pair of (groups, categories) arrays
        Population shares of each margin.

    Returns
    -------
    (rows,) array
        Weights with mean 1 in every group that has rows.
    """
    shape = (len(targets[0]), targets[0].shape[1], targets[1].shape[1])
    cell = np.ravel_multi_index((group, first, second), shape)
    counts = np.bincount(cell, minlength=int(np.prod(shape))).reshape(shape).astype(float)
    size = counts.sum(axis=(1, 2))
    fitted = counts.copy()
    wanted = []
    for axis, target in zip((2, 1), targets, strict=True):
        reachable = np.where(counts.sum(axis=axis) > 0, target, 0.0)
        total = np.maximum(reachable.sum(axis=1, keepdims=True), 1e-12)
        wanted.append(reachable / total * size[:, None])
    for _ in range(ROUNDS):
        now = np.maximum(fitted.sum(axis=2), 1e-12)
        fitted *= (wanted[0] / now)[:, :, None]
        now = np.maximum(fitted.sum(axis=1), 1e-12)
        fitted *= (wanted[1] / now)[:, None, :]
    fitted = np.where((size < RAKE_FROM)[:, None, None], counts, fitted)
    weight: Array = (fitted / np.maximum(counts, 1.0)).ravel()[cell]
    return weight / np.bincount(group, weight, len(size))[group] * size[group]
