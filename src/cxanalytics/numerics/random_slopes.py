"""Is the slope the same in every unit, or does it differ from one to the next?

``y = X b + Z_g u_g + e`` with correlated random intercepts and slopes of each unit, by REML or ML.
The likelihood needs cross-products of each unit alone, so rows are visited once.

Notation: Bates, Maechler, Bolker and Walker (2015), Journal of Statistical Software 67(1).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize

from cxanalytics.errors import ModelError, must_be
from cxanalytics.numerics.unit_intercept import METHODS
from cxanalytics.numerics.units import as_codes, as_columns

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class RandomSlopes:
    """Random intercepts and slopes.

    Attributes
    ----------
    coef, covariance : (k,) and (k, k), the latter model-based.
    unit_covariance : (q, q) of the unit effects.
    residual_variance : of a row.
    log_likelihood : restricted or full, as fitted.
    effects : (G, q) most likely unit effects, in sorted order of labels.
    """

    coef: Array
    covariance: Array
    unit_covariance: Array
    residual_variance: float
    log_likelihood: float
    effects: Array


def random_slopes(
    y: ArrayLike, x: ArrayLike, z: ArrayLike, unit: ArrayLike, *, method: str = "reml"
) -> RandomSlopes:
    """Fit unit effects of the columns of `z`, with any correlation between them.

    Parameters
    ----------
    y, x, z : (n,), (n, k) and (n, q); both tables hold their own constant.
    unit : (n,) labels.

    Raises
    ------
    ModelError
        When columns are collinear, or there are no more rows than columns.
    """
    if method not in METHODS:
        raise ModelError(must_be("method", METHODS, method))
    y, x, z = np.asarray(y, dtype=float), as_columns(x), as_columns(z)
    n, k = x.shape
    if np.linalg.matrix_rank(x) < k:
        raise ModelError("`x` must have linearly independent columns; some repeat each other.")
    if n <= k:
        raise ModelError(f"`y` must have more than {k} rows; got {n}.")
    problem = _Problem(y, x, z, as_codes(unit), method == "reml")
    q = z.shape[1]
    best = minimize(
        problem.deviance,
        0.5 * np.eye(q)[np.tril_indices(q)],
        method="Nelder-Mead",
        options={"xatol": 1e-7, "fatol": 1e-9, "maxiter": 4_000, "maxfev": 8_000},
    )
    return problem.result(np.asarray(best.x))


class _Problem:
    """Cross-products by unit, columns of `z` scaled to a mean square of 1."""

    def __init__(
        self, y: Array, x: Array, z: Array, code: NDArray[np.intp], restricted: bool
    ) -> None:
        self.n, self.k = x.shape
        self.q = z.shape[1]
        self.scale = np.sqrt(np.square(z).mean(axis=0))
        basis, self.upper = np.linalg.qr(x)
        table = np.column_stack([z / self.scale, basis, y])
        order = np.argsort(code, kind="stable")
        starts = np.searchsorted(code[order], np.arange(int(code.max()) + 1))
        left = table[order]
        products = left[:, : self.q, None] * left[:, None, :]
        self.within = np.add.reduceat(products, starts, axis=0)
        self.total = table[:, self.q :].T @ table[:, self.q :]
        self.restricted = restricted
        self.df = self.n - self.k if restricted else self.n

    def _solved(self, theta: Array) -> tuple[Array, Array, Array, float]:
        """Root of the unit covariance, its inner matrices, moments net of it, log determinant."""
        root = np.zeros((self.q, self.q))
        root[np.tril_indices(self.q)] = theta
        own, other = self.within[:, :, : self.q], self.within[:, :, self.q :]
        inner = np.eye(self.q) + root.T @ own @ root
        cross = root.T @ other
        solved = np.linalg.solve(inner, cross)
        wide = self.total.shape[0]
        net = self.total - cross.reshape(-1, wide).T @ solved.reshape(-1, wide)
        return root, np.asarray(solved), net, float(np.linalg.slogdet(inner)[1].sum())

    def deviance(self, theta: Array) -> float:
        """Minus twice the profiled (restricted) log likelihood."""
        _, _, net, log_det = self._solved(theta)
        gram, cross = net[:-1, :-1], net[:-1, -1]
        rest = float(net[-1, -1] - cross @ np.linalg.solve(gram, cross))
        out = self.df * (np.log(2.0 * np.pi * rest / self.df) + 1.0) + log_det
        if self.restricted:
            out += float(np.linalg.slogdet(gram)[1])
            out += 2.0 * float(np.log(np.abs(np.diag(self.upper))).sum())
        return out

    def result(self, theta: Array) -> RandomSlopes:
        root, solved, net, _ = self._solved(theta)
        gram, cross = net[:-1, :-1], net[:-1, -1]
        in_basis = np.linalg.solve(gram, cross)
        sigma2 = float(net[-1, -1] - cross @ in_basis) / self.df
        back = np.linalg.inv(self.upper)
        effects = (solved[:, :, -1] - solved[:, :, :-1] @ in_basis) @ root.T
        return RandomSlopes(
            coef=np.asarray(back @ in_basis),
            covariance=np.asarray(sigma2 * back @ np.linalg.inv(gram) @ back.T),
            unit_covariance=np.asarray(sigma2 * (root @ root.T) / np.outer(self.scale, self.scale)),
            residual_variance=sigma2,
            log_likelihood=-0.5 * self.deviance(theta),
            effects=np.asarray(effects / self.scale),
        )
