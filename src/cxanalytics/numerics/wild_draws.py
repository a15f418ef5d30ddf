"""How likely is a contrast this large if it were zero, with more clusters than signs to list?

The restricted wild cluster bootstrap with Rademacher signs, drawn at random where there are too
many patterns to enumerate (`cluster_robust.wild_p_value` lists them all up to 12 clusters). Null
imposed, CR1-studentized, ties counted.

Reference: Cameron, Gelbach and Miller (2008), Review of Economics and Statistics 90(3).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cxanalytics.numerics.cluster_robust import ENUMERATED, TIE, ClusteredFit, wild_p_value

Array = NDArray[np.float64]

_BLOCK = 4_000_000


def wild_p_value_drawn(
    fit: ClusteredFit, contrast: ArrayLike, *, draws: int, seed: int, null: float = 0.0
) -> float:
    """Return the p-value of the restricted wild cluster bootstrap for ``c'beta = null``.

    Parameters
    ----------
    fit : ClusteredFit
    contrast : (k,) the c of the null.
    draws : number of sign patterns drawn; with 12 clusters or fewer all are listed instead.
    seed : of the draws.
    null : value under test.
    """
    if fit.n_clusters <= ENUMERATED:
        return wild_p_value(fit, contrast, null=null)
    rng = np.random.default_rng(seed)
    block, as_large = max(1, _BLOCK // fit.n_clusters), 0.0
    for start in range(0, draws, block):
        size = (min(block, draws - start), fit.n_clusters)
        signs = rng.choice([-1.0, 1.0], size=size)
        as_large += size[0] * p_value_of_signs(fit, contrast, signs, null=null)
    # The signs as they are count as one more draw, so that no p-value is 0.
    return (1.0 + as_large) / (1.0 + draws)


def p_value_of_signs(
    fit: ClusteredFit, contrast: ArrayLike, signs: Array, *, null: float = 0.0
) -> float:
    """Return the share of (B, G) sign patterns whose t is as large as the one observed."""
    c = np.asarray(contrast, dtype=float)
    g = fit.n_clusters
    column = fit.bread @ c
    distance = float(c @ fit.coef) - null
    error = np.sqrt(g / (g - 1.0) * np.square(fit.scores @ column).sum())
    slope = np.einsum("gij,j->gi", fit.grams, column) / float(c @ column)
    restricted = fit.scores + slope * distance
    own = restricted @ column
    spill = np.einsum("i,gij,jk->gk", column, fit.grams, fit.bread) @ restricted.T
    shift = signs @ own
    spread = np.square(signs * own - signs @ spill.T).sum(axis=1) * g / (g - 1.0)
    drawn = np.abs(shift) / np.sqrt(np.maximum(spread, np.finfo(float).tiny))
    observed = abs(distance) / error
    return float(np.mean(drawn >= observed - TIE * max(1.0, observed)))
