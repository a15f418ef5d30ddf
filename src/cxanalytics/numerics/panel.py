"""Do units that score higher do better, and does a unit do better when it scores higher?

The hybrid (within/between) regression ``y_gt = a_t + b_W (m_gt - m_g) + b_B m_g + c'z + u_g +
e_gt`` with a random unit intercept (REML or ML by a one-dimensional search). The within
regressor is the residual of ``m`` on unit and wave effects and on the covariates, so that
``b_W`` is exactly the two-way fixed-effects estimate in unbalanced panels too; in balanced
panels it is the plain deviation from the unit mean. Rows come back quasi-demeaned for
cluster-robust inference.

Mundlak (1978), Econometrica 46(1); Bell and Jones (2015), Political Science Research and
Methods 3(1).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from cxanalytics.errors import ModelError, must_be
from cxanalytics.numerics.unit_intercept import RandomIntercept, random_intercept
from cxanalytics.numerics.units import (
    Array,
    Codes,
    as_codes,
    as_columns,
    as_weights,
    basis,
    demean,
    dummies,
    residual,
    unit_means,
)

__all__ = [
    "FixedEffects",
    "WithinBetween",
    "as_codes",
    "demean",
    "fixed_effects",
    "random_intercept",
    "unit_means",
    "within_between",
]


@dataclass(frozen=True, slots=True)
class WithinBetween:
    """Hybrid regression of `p` regressors.

    Attributes
    ----------
    fit : RandomIntercept
    within, between : columns of `fit`; "difference" contrasts are between less within (the
        contextual effect).
    design : (n, k) the rows of `fit` as they are.
    within_x : (n, p) the within parts.
    unit : (n,) codes.
    left : (n,) share of an error in a row's regressor that is left in its within part.
    """

    fit: RandomIntercept
    within: Codes
    between: Codes
    design: Array
    within_x: Array
    unit: Codes
    left: Array

    def contrast(self, which: str, regressor: int = 0) -> Array:
        """Return the (k,) contrast of "within", "between" or "difference" for one regressor."""
        if which not in ("within", "between", "difference"):
            raise ModelError(must_be("which", ("within", "between", "difference"), which))
        c = np.zeros(len(self.fit.coef))
        if which in ("between", "difference"):
            c[self.between[regressor]] = 1.0
        if which in ("within", "difference"):
            c[self.within[regressor]] = 1.0 if which == "within" else -1.0
        return c


@dataclass(frozen=True, slots=True)
class FixedEffects:
    """Least squares after unit (and wave) effects.

    `covariance` is the conventional one, with ``n - absorbed - k`` degrees of freedom; `rows_x` and
    `rows_y` are the demeaned rows, times the root of the weights.
    """

    coef: Array
    covariance: Array
    df: int
    absorbed: int
    rows_x: Array
    rows_y: Array


def fixed_effects(
    y: ArrayLike,
    x: ArrayLike,
    unit: ArrayLike,
    *,
    wave: ArrayLike | None = None,
    weights: ArrayLike | None = None,
) -> FixedEffects:
    """Fit the within (one-way) or two-way fixed-effects regression.

    Parameters
    ----------
    y, x : (n,) and (n, p).
    unit, wave : (n,) labels.
    weights : (n,) the variance of a row is inverse to them.
    """
    x = as_columns(x)
    w = as_weights(weights, len(x))
    root = np.sqrt(w)
    rows_x = demean(x, unit, wave=wave, weights=w) * root[:, None]
    rows_y = demean(y, unit, wave=wave, weights=w) * root
    if np.linalg.matrix_rank(rows_x) < x.shape[1]:
        raise ModelError("`x` must vary within units over time; some column does not.")
    absorbed = int(as_codes(unit).max()) + 1
    if wave is not None:
        waves = dummies(wave)
        absorbed += int(np.linalg.matrix_rank(waves - unit_means(waves, unit))) if waves.size else 0
    coef = np.asarray(np.linalg.lstsq(rows_x, rows_y, rcond=None)[0], dtype=np.float64)
    df = len(rows_y) - absorbed - x.shape[1]
    if df <= 0:
        raise ModelError(
            f"`y` must have more than {absorbed + x.shape[1]} rows; got {len(rows_y)}."
        )
    sigma2 = float(np.square(rows_y - rows_x @ coef).sum() / df)
    covariance = np.asarray(sigma2 * np.linalg.inv(rows_x.T @ rows_x))
    return FixedEffects(coef, covariance, df, absorbed, rows_x, rows_y)


def within_between(
    y: ArrayLike,
    x: ArrayLike,
    unit: ArrayLike,
    *,
    wave: ArrayLike | None = None,
    covariates: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    method: str = "reml",
) -> WithinBetween:
    """Fit the hybrid regression of `y` on the within and between parts of `x`.

    Parameters
    ----------
    y : (n,) outcome.
    x : (n,) or (n, p) regressors to be split.
    unit, wave : (n,) labels of units and, where there is time, waves.
    covariates : (n, q) further columns, not split.
    weights : (n,) the variance of a row is inverse to them.

    Raises
    ------
    ModelError
        When `x` does not vary within units, or not between them.
    """
    x = as_columns(x)
    code, w = as_codes(unit), as_weights(weights, len(x))
    between = unit_means(x, code, weights=w)
    waves = np.empty((len(x), 0)) if wave is None else dummies(wave)
    z = as_columns(covariates) if covariates is not None else np.empty((len(x), 0))
    other = np.column_stack([waves, z])
    other_within = other - unit_means(other, code, weights=w) if other.size else other
    within = residual(x - between, other_within, weights=w)
    scale = np.maximum(x.std(axis=0), np.finfo(float).tiny)
    if (within.std(axis=0) < 1e-9 * scale).any():
        raise ModelError("`x` must vary within units; it is constant in every one.")
    if (between.std(axis=0) < 1e-9 * scale).any():
        raise ModelError("`x` must vary between units; their means are all equal.")
    design = np.column_stack([np.ones(len(x)), other, within, between])
    p, k = x.shape[1], design.shape[1]
    fit = random_intercept(y, design, code, method=method, weights=w)
    mass = np.bincount(code, weights=w)[code]
    left = 1.0 - w / mass - np.square(basis(other_within * np.sqrt(w)[:, None])).sum(axis=1)
    columns = np.arange(k)
    return WithinBetween(
        fit, columns[k - 2 * p : k - p], columns[k - p :], design, within, code, left
    )
