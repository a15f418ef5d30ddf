"""Which rows belong together, and what is left of a column once its units and waves are out?

The small pieces that every model of units over time is made of.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cxanalytics.errors import ModelError

Array = NDArray[np.float64]
Codes = NDArray[np.intp]


def as_codes(labels: ArrayLike) -> Codes:
    """Return 0-based codes of labels."""
    return np.asarray(np.unique(np.asarray(labels), return_inverse=True)[1].ravel())


def as_columns(values: ArrayLike) -> Array:
    """Return `values` as a table of columns."""
    values = np.asarray(values, dtype=float)
    return values[:, None] if values.ndim == 1 else values


def as_weights(weights: ArrayLike | None, n: int) -> Array:
    """Return (n,) positive weights with mean 1.

    Raises
    ------
    ModelError
        When one is not a positive number.
    """
    if weights is None:
        return np.ones(n)
    w: Array = np.asarray(weights, dtype=float)
    if not (np.isfinite(w) & (w > 0.0)).all():
        raise ModelError("`weights` must be positive and finite in every row.")
    return np.asarray(w / w.mean())


def dummies(labels: ArrayLike) -> Array:
    """Return one column of 0 and 1 for each label but the first."""
    code = as_codes(labels)
    return np.eye(int(code.max()) + 1)[code][:, 1:]


def unit_means(values: ArrayLike, unit: ArrayLike, *, weights: ArrayLike | None = None) -> Array:
    """Return, for every row, the (weighted) mean of its unit; `values` is (n,) or (n, p)."""
    values = np.asarray(values, dtype=float)
    code = as_codes(unit)
    w = np.ones(len(code)) if weights is None else np.asarray(weights, dtype=float)
    mass = np.bincount(code, weights=w)
    if values.ndim == 1:
        return np.asarray((np.bincount(code, weights=w * values) / mass)[code])
    means = [(np.bincount(code, weights=w * column) / mass)[code] for column in values.T]
    return np.stack(means, axis=1) if means else values


def demean(
    values: ArrayLike,
    unit: ArrayLike,
    *,
    wave: ArrayLike | None = None,
    weights: ArrayLike | None = None,
) -> Array:
    """Return residuals of `values` on unit effects, and on wave effects when given."""
    values = np.asarray(values, dtype=float)
    code = as_codes(unit)
    out = values - unit_means(values, code, weights=weights)
    if wave is None:
        return out
    waves = dummies(wave)
    if waves.shape[1] == 0:
        return out
    waves = waves - unit_means(waves, code, weights=weights)
    return residual(out, waves, weights=weights)


def residual(values: Array, on: Array, *, weights: ArrayLike | None = None) -> Array:
    """Return what (weighted) least squares on the columns of `on` leaves of `values`."""
    root = np.ones(len(on)) if weights is None else np.sqrt(np.asarray(weights, dtype=float))
    left = root if values.ndim == 1 else root[:, None]
    coef = np.linalg.lstsq(on * root[:, None], values * left, rcond=None)[0]
    return np.asarray(values - on @ coef)


def basis(columns: Array) -> Array:
    """Return an orthonormal basis of what the columns span, (n, rank)."""
    if columns.shape[1] == 0:
        return columns
    left, size, _ = np.linalg.svd(columns, full_matrices=False)
    return np.asarray(left[:, size > 1e-10 * max(float(size[0]), np.finfo(float).tiny)])
