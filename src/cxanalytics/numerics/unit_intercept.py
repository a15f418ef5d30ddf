"""How much do rows of one unit have in common, and what is left to explain?

Generalized least squares with a random unit intercept, by REML or ML over one variance ratio. The
sums a ratio needs are taken once from an orthonormal basis of the rows, so that the search costs
the same for a hundred rows as for a million.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize_scalar

from cxanalytics.errors import ModelError, must_be
from cxanalytics.numerics.units import as_codes, as_columns, as_weights, unit_means

Array = NDArray[np.float64]

METHODS = ("reml", "ml")


@dataclass(frozen=True, slots=True)
class RandomIntercept:
    """Generalized least squares with a random unit intercept.

    Attributes
    ----------
    coef, covariance : (k,) and (k, k), the latter model-based.
    unit_variance, residual_variance : variance components; the latter of a row of weight 1.
    log_likelihood : restricted or full, as fitted.
    rows_x, rows_y : (n, k) and (n,) quasi-demeaned rows, whose least squares gives `coef`.
    theta : (n,) share of its unit's mean that is taken out of each row.
    """

    coef: Array
    covariance: Array
    unit_variance: float
    residual_variance: float
    log_likelihood: float
    rows_x: Array
    rows_y: Array
    theta: Array


def random_intercept(
    y: ArrayLike,
    x: ArrayLike,
    unit: ArrayLike,
    *,
    method: str = "reml",
    weights: ArrayLike | None = None,
) -> RandomIntercept:
    """Fit ``y = x b + u_unit + e`` by REML or ML.

    Parameters
    ----------
    y, x : (n,) and (n, k); `x` holds its own constant.
    unit : (n,) labels.
    weights : (n,) the variance of ``e`` is inverse to them; their mean is taken for 1.

    Raises
    ------
    ModelError
        When columns are collinear, or there are no more rows than columns.
    """
    if method not in METHODS:
        raise ModelError(must_be("method", METHODS, method))
    y, x, code = np.asarray(y, dtype=float), as_columns(x), as_codes(unit)
    n, k = x.shape
    if np.linalg.matrix_rank(x) < k:
        raise ModelError("`x` must have linearly independent columns; some repeat each other.")
    if n <= k:
        raise ModelError(f"`y` must have more than {k} rows; got {n}.")
    w = as_weights(weights, n)
    problem = _Problem(y, x, code, w, method)
    ratio = _ratio(_search(problem.deviance))
    theta = (1.0 - 1.0 / np.sqrt(1.0 + problem.mass * ratio))[code]
    rows_x, rows_y = (quasi_demean(values, code, theta=theta, weights=w) for values in (x, y))
    coef = np.asarray(np.linalg.lstsq(rows_x, rows_y, rcond=None)[0], dtype=np.float64)
    df = n - k if method == "reml" else n
    sigma2 = float(np.square(rows_y - rows_x @ coef).sum() / df)
    return RandomIntercept(
        coef=coef,
        covariance=np.asarray(sigma2 * np.linalg.inv(rows_x.T @ rows_x)),
        unit_variance=ratio * sigma2,
        residual_variance=sigma2,
        log_likelihood=-0.5 * problem.deviance(np.log(ratio) if ratio > 0 else -np.inf),
        rows_x=rows_x,
        rows_y=rows_y,
        theta=theta,
    )


def quasi_demean(
    values: ArrayLike, code: NDArray[np.intp], *, theta: Array, weights: Array
) -> Array:
    """Return ``sqrt(w) (v - theta v_unit)``, rows with independent errors of one variance."""
    v: Array = np.asarray(values, dtype=float)
    root, share = np.sqrt(weights), theta
    if v.ndim > 1:
        root, share = root[:, None], theta[:, None]
    return np.asarray(root * (v - share * unit_means(v, code, weights=weights)))


class _Problem:
    """Deviance of a variance ratio, from ``Z = [x, y] = Q R`` and the sums of Q by unit."""

    def __init__(
        self, y: Array, x: Array, code: NDArray[np.intp], weights: Array, method: str
    ) -> None:
        n, k = x.shape
        root = np.sqrt(weights)
        basis, upper = np.linalg.qr(np.column_stack([x, y]) * root[:, None])
        self.mass = np.bincount(code, weights=weights)
        self.sums = np.stack([np.bincount(code, weights=root * q) for q in basis.T], axis=1)
        self.scale = float(upper[k, k] ** 2)
        self.log_scale = 2.0 * float(np.log(np.abs(np.diag(upper)[:k])).sum())
        self.log_weights = float(np.log(weights).sum())
        self.df = n - k if method == "reml" else n
        self.restricted = method == "reml"

    def deviance(self, log_ratio: float) -> float:
        """Minus twice the profiled (restricted) log likelihood."""
        ratio = _ratio(log_ratio)
        shrunk = ratio / (1.0 + ratio * self.mass)
        gram = np.eye(self.sums.shape[1]) - (self.sums * shrunk[:, None]).T @ self.sums
        inner, cross = gram[:-1, :-1], gram[:-1, -1]
        total = self.scale * float(gram[-1, -1] - cross @ np.linalg.solve(inner, cross))
        out = self.df * (np.log(2.0 * np.pi * total / self.df) + 1.0) - self.log_weights
        out += float(np.log1p(ratio * self.mass).sum())
        if self.restricted:
            out += float(np.linalg.slogdet(inner)[1]) + self.log_scale
        return out


def _ratio(log_ratio: float) -> float:
    return float(np.exp(log_ratio)) if log_ratio > -25.0 else 0.0


def _search(deviance: Callable[[float], float]) -> float:
    """Minimize over the log of the variance ratio: grid first, then a bounded polish.

    Units may differ a thousand times as much as their rows: the grid goes on where it must.
    """
    grid = np.concatenate([[-26.0], np.linspace(-16.0, 8.0, 49)])
    value = np.array([deviance(point) for point in grid])
    best = int(np.argmin(value))
    if best == len(grid) - 1:
        grid = np.concatenate([grid[-3:], np.linspace(8.5, 20.0, 24)])
        value = np.array([deviance(point) for point in grid])
        best = int(np.argmin(value))
    if best == 0:
        return -26.0
    bounds = (grid[max(best - 1, 1)], grid[min(best + 1, len(grid) - 1)])
    found = minimize_scalar(deviance, bounds=bounds, method="bounded", options={"xatol": 1e-10})
    return float(found.x)
