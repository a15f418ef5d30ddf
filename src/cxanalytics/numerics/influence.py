"""How far would each coefficient move if one group were left out?

One Newton step from the fit to everybody: the score and the information that a group brings are
taken away, its own intercept with it. The step is exact in the information, so that a large group
counts in full, and stops short of a refit only by the curvature of the likelihood over the move.

Pregibon (1981), Annals of Statistics 9, for single observations.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def one_step_changes(
    design: ArrayLike,
    positive: ArrayLike,
    probability: ArrayLike,
    *,
    mass: ArrayLike,
    groups: ArrayLike,
) -> Array:
    """Approximate the change of a logit model's coefficients when each group is left out.

    Parameters
    ----------
    design : (n, p) without a constant; each group has an intercept of its own.
    positive : (n,) answers, 0 or 1.
    probability : (n,) fitted.
    mass : (n,) likelihood weights.
    groups : (n,) codes 0 to G - 1.

    Returns
    -------
    ndarray of shape (G, p)
    """
    x, code = np.asarray(design), np.asarray(groups)
    p, w = np.asarray(probability, dtype=float), np.asarray(mass, dtype=float)
    surprise, curvature = w * (np.asarray(positive, dtype=float) - p), w * p * (1.0 - p)
    n_groups, columns = int(code.max()) + 1, x.shape[1]
    order = np.argsort(code, kind="stable")
    starts = np.searchsorted(code[order], np.arange(n_groups + 1))
    score, information = np.empty((n_groups, columns)), np.empty((n_groups, columns, columns))
    for group in range(n_groups):
        own = order[starts[group] : starts[group + 1]]
        part, bend = x[own].astype(float), curvature[own]
        part -= bend @ part / bend.sum()
        score[group] = surprise[own] @ part
        information[group] = (part * bend[:, None]).T @ part
    rest = information.sum(axis=0) - information
    return -np.linalg.solve(rest, score[:, :, None])[:, :, 0]
