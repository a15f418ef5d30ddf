"""How many of several findings would chance alone have given?

Holm (1979), Scandinavian Journal of Statistics 6(2), where each finding must stand by itself;
Benjamini and Hochberg (1995), Journal of the Royal Statistical Society B 57(1), where a share of
false ones among them is accepted; Benjamini and Yekutieli (2001), Annals of Statistics 29(4), the
same whatever their dependence.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cxanalytics.errors import ModelError, must_be

METHODS = ("holm", "bh", "by")

FALSE_AT_MOST = 0.10
"""Share of false findings accepted in an exploratory family."""


def adjust_p_values(p_values: ArrayLike, *, method: str) -> NDArray[np.float64]:
    """Adjust the p-values of one family.

    Parameters
    ----------
    p_values : (tests,) NaN where there is none; it is no part of the family.
    method : "holm", "bh" or "by".

    Raises
    ------
    ModelError
        Another method.
    """
    if method not in METHODS:
        raise ModelError(must_be("method", METHODS, method))
    out = np.array(p_values, dtype=float)
    known = np.flatnonzero(np.isfinite(out))
    if len(known) == 0:
        return out
    order = known[np.argsort(out[known], kind="stable")]
    tests, place = len(order), np.arange(1, len(order) + 1)
    if method == "holm":
        raised = np.maximum.accumulate((tests - place + 1) * out[order])
    else:
        factor = float((1.0 / place).sum()) if method == "by" else 1.0
        raised = np.minimum.accumulate((factor * tests / place * out[order])[::-1])[::-1]
    out[order] = np.minimum(raised, 1.0)
    return out
