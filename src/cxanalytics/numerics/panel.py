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

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize_scalar

from cxanalytics.errors import ModelError, must_be

Array = NDArray[np.float64]
Codes = NDArray[np.intp]

METHODS = ("reml", "ml")


@dataclass(frozen=True, slots=True)
class RandomIntercept:
    """Generalized least squares with a random unit intercept.

    Attributes
    ----------
    coef, covariance : (k,) and (k, k), the latter model-based.
    unit_variance, residual_variance : variance components.
    log_likelihood : restricted or full, as fitted.
    rows_x, rows_y : (n, k) and (n,) quasi-demeaned rows, whose least squares gives `coef`.
    """

    coef: Array
    covariance: Array
    unit_variance: float
    residual_variance: float
    log_likelihood: float
    rows_x: Array
    rows_y: Array


@dataclass(frozen=True, slots=True)
class WithinBetween:
    """Hybrid regression of `p` regressors.

    `within` and `between` index the columns of `fit`; `difference` contrasts are
    ``between - within`` (the contextual effect).
    """

    fit: RandomIntercept
    within: Codes
    between: Codes
    within_x: Array
    unit: Codes

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
    `rows_y` are the demeaned rows.
    """

    coef: Array
    covariance: Array
    df: int
    absorbed: int
    rows_x: Array
    rows_y: Array


def as_codes(labels: ArrayLike) -> Codes:
    """Return 0-based codes of labels."""
    return np.asarray(np.unique(np.asarray(labels), return_inverse=True)[1].ravel())


def unit_means(values: ArrayLike, unit: ArrayLike) -> Array:
    """Return, for every row, the mean of its unit; `values` is (n,) or (n, p)."""
    values = np.asarray(values, dtype=float)
    code = as_codes(unit)
    count = np.bincount(code).astype(float)
    if values.ndim == 1:
        return np.asarray((np.bincount(code, weights=values) / count)[code])
    sums = np.stack([np.bincount(code, weights=column) for column in values.T], axis=1)
    return np.asarray((sums / count[:, None])[code])


def demean(values: ArrayLike, unit: ArrayLike, *, wave: ArrayLike | None = None) -> Array:
    """Return residuals of `values` on unit effects, and on wave effects when given."""
    values = np.asarray(values, dtype=float)
    out = values - unit_means(values, unit)
    if wave is None:
        return out
    waves = _dummies(wave)
    if waves.shape[1] == 0:
        return out
    waves = waves - unit_means(waves, unit)
    return np.asarray(out - waves @ np.linalg.lstsq(waves, out, rcond=None)[0])


def fixed_effects(
    y: ArrayLike, x: ArrayLike, unit: ArrayLike, *, wave: ArrayLike | None = None
) -> FixedEffects:
    """Fit the within (one-way) or two-way fixed-effects regression.

    Parameters
    ----------
    y, x : (n,) and (n, p).
    unit, wave : (n,) labels.
    """
    x = _columns(x)
    rows_x, rows_y = demean(x, unit, wave=wave), demean(y, unit, wave=wave)
    if np.linalg.matrix_rank(rows_x) < x.shape[1]:
        raise ModelError("`x` must vary within units over time; some column does not.")
    absorbed = int(as_codes(unit).max()) + 1
    if wave is not None:
        waves = _dummies(wave)
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


def random_intercept(
    y: ArrayLike, x: ArrayLike, unit: ArrayLike, *, method: str = "reml"
) -> RandomIntercept:
    """Fit ``y = x b + u_unit + e`` by REML or ML.

    Parameters
    ----------
    y, x : (n,) and (n, k); `x` holds its own constant.
    unit : (n,) labels.

    Raises
    ------
    ModelError
        When columns are collinear, or there are no more rows than columns.
    """
    if method not in METHODS:
        raise ModelError(must_be("method", METHODS, method))
    y, x, code = np.asarray(y, dtype=float), _columns(x), as_codes(unit)
    n, k = x.shape
    if np.linalg.matrix_rank(x) < k:
        raise ModelError("`x` must have linearly independent columns; some repeat each other.")
    if n <= k:
        raise ModelError(f"`y` must have more than {k} rows; got {n}.")
    size = np.bincount(code).astype(float)
    mean_x, mean_y = unit_means(x, code), unit_means(y, code)

    def transform(ratio: float) -> tuple[Array, Array]:
        theta = (1.0 - 1.0 / np.sqrt(1.0 + size * ratio))[code]
        return x - theta[:, None] * mean_x, y - theta * mean_y

    def deviance(log_ratio: float) -> float:
        return _deviance(*transform(_ratio(log_ratio)), size, _ratio(log_ratio), method)

    ratio = _ratio(_search(deviance))
    rows_x, rows_y = transform(ratio)
    coef = np.asarray(np.linalg.lstsq(rows_x, rows_y, rcond=None)[0], dtype=np.float64)
    df = n - k if method == "reml" else n
    sigma2 = float(np.square(rows_y - rows_x @ coef).sum() / df)
    return RandomIntercept(
        coef=coef,
        covariance=np.asarray(sigma2 * np.linalg.inv(rows_x.T @ rows_x)),
        unit_variance=ratio * sigma2,
        residual_variance=sigma2,
        log_likelihood=-0.5 * _deviance(rows_x, rows_y, size, ratio, method),
        rows_x=rows_x,
        rows_y=rows_y,
    )


def within_between(
    y: ArrayLike,
    x: ArrayLike,
    unit: ArrayLike,
    *,
    wave: ArrayLike | None = None,
    covariates: ArrayLike | None = None,
    method: str = "reml",
) -> WithinBetween:
    """Fit the hybrid regression of `y` on the within and between parts of `x`.

    Parameters
    ----------
    y : (n,) outcome.
    x : (n,) or (n, p) regressors to be split.
    unit, wave : (n,) labels of units and, where there is time, waves.
    covariates : (n, q) further columns, not split.

    Raises
    ------
    ModelError
        When `x` does not vary within units, or not between them.
    """
    x = _columns(x)
    code = as_codes(unit)
    between = unit_means(x, code)
    parts = [np.ones((len(x), 1))]
    if wave is not None:
        parts.append(_dummies(wave))
    z = _columns(covariates) if covariates is not None else np.empty((len(x), 0))
    within = demean(x, code, wave=wave)
    if z.shape[1]:
        within_z = demean(z, code, wave=wave)
        within = within - within_z @ np.linalg.lstsq(within_z, within, rcond=None)[0]
    scale = np.maximum(x.std(axis=0), np.finfo(float).tiny)
    if (within.std(axis=0) < 1e-9 * scale).any():
        raise ModelError("`x` must vary within units; it is constant in every one.")
    if (between.std(axis=0) < 1e-9 * scale).any():
        raise ModelError("`x` must vary between units; their means are all equal.")
    parts += [z, within, between]
    design = np.column_stack(parts)
    p, k = x.shape[1], design.shape[1]
    fit = random_intercept(y, design, code, method=method)
    return WithinBetween(fit, np.arange(k - 2 * p, k - p), np.arange(k - p, k), within, code)


def _columns(values: ArrayLike) -> Array:
    values = np.asarray(values, dtype=float)
    return values[:, None] if values.ndim == 1 else values


def _dummies(labels: ArrayLike) -> Array:
    code = as_codes(labels)
    return np.eye(int(code.max()) + 1)[code][:, 1:]


def _ratio(log_ratio: float) -> float:
    return float(np.exp(log_ratio)) if log_ratio > -25.0 else 0.0


def _search(deviance: Callable[[float], float]) -> float:
    """Minimize over the log of the variance ratio: grid first, then a bounded polish."""
    grid = np.concatenate([[-26.0], np.linspace(-16.0, 8.0, 49)])
    value = np.array([deviance(point) for point in grid])
    best = int(np.argmin(value))
    if best == 0:
        return -26.0
    bounds = (grid[max(best - 1, 1)], grid[min(best + 1, len(grid) - 1)])
    found = minimize_scalar(deviance, bounds=bounds, method="bounded", options={"xatol": 1e-10})
    return float(found.x)


def _deviance(rows_x: Array, rows_y: Array, size: Array, ratio: float, method: str) -> float:
    """Minus twice the profiled (restricted) log likelihood."""
    n, k = rows_x.shape
    coef, _, _, _ = np.linalg.lstsq(rows_x, rows_y, rcond=None)
    total = float(np.square(rows_y - rows_x @ coef).sum())
    df = n - k if method == "reml" else n
    out = df * (np.log(2.0 * np.pi * total / df) + 1.0) + float(np.log1p(size * ratio).sum())
    if method == "reml":
        out += float(np.linalg.slogdet(rows_x.T @ rows_x)[1])
    return out
