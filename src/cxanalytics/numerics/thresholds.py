"""Which regular pattern do the thresholds of an ordered scale follow?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cxanalytics.errors import ModelError, must_be

Floats = NDArray[np.float64]

STRUCTURES = ("flexible", "symmetric", "symmetric2", "equidistant")


def threshold_structure(structure: str, thresholds: int) -> Floats:
    """Give the matrix from structure parameters to thresholds, as in R's clm.

    Parameters
    ----------
    structure : {"flexible", "symmetric", "symmetric2", "equidistant"}
        Thresholds of their own; at equal distances on both sides of a center (one middle
        threshold, or two); the same around zero; or a first one and one spacing.
    thresholds : int

    Returns
    -------
    ndarray of shape (thresholds, structure parameters)
    """
    if structure not in STRUCTURES:
        raise ModelError(must_be("structure", STRUCTURES, structure))
    if structure == "flexible":
        return np.eye(thresholds)
    if thresholds < 2:
        raise ModelError(f"`structure` {structure!r} needs at least 3 answers; got 2.")
    if structure == "equidistant":
        return np.column_stack([np.ones(thresholds), np.arange(thresholds)])
    half, odd = divmod(thresholds, 2)
    spacing = np.zeros((thresholds, half))
    spacing[np.arange(half), np.arange(half)[::-1]] = -1.0
    spacing[thresholds - half + np.arange(half), np.arange(half)] = 1.0
    if structure == "symmetric2":
        return spacing
    if odd:
        return np.column_stack([np.ones(thresholds), spacing])
    lower = (np.arange(thresholds) < half).astype(float)
    return np.column_stack([lower, 1.0 - lower, spacing[:, 1:]])
