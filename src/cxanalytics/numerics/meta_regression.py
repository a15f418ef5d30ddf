"""How do true scores of a few units change with x, when each score has a known sampling error?

Model: ``y ~ N(X beta, V + tau^2 I)`` with known V. tau^2 by restricted maximum likelihood; the
covariance of beta after Hartung and Knapp, with t on ``G - p`` degrees of freedom. Scores that
share sampling error bring their full V: it is rotated to its eigenvectors, where the model is
diagonal. The likelihood of tau^2 can have several peaks, so that all are found on a grid first.

The factor of Hartung and Knapp is not held at 1 or above: a test of the size it should have does
not come of a rule that only ever widens (docs/qualification.md has both).

Notation: Knapp and Hartung (2003), Statistics in Medicine 22. Ratio: Fieller (1954), Journal of the
Royal Statistical Society B 16.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.stats import t as student

from cxanalytics.errors import ModelError

Array = NDArray[np.float64]

NODES = 60


@dataclass(frozen=True, slots=True)
class MetaRegression:
    """A random-effects regression of unit scores.

    Attributes
    ----------
    coef : (p,) coefficients.
    covariance : (p, p) after Hartung and Knapp, ``factor * plain``.
    plain : (p, p) ``(X'WX)^-1`` with ``W = (V + tau2 I)^-1``.
    tau2 : variance of true scores around the line.
    factor : ``r'Wr / (G - p)``, near 1 where tau2 is above 0.
    df : ``G - p``.
    """

    coef: Array
    covariance: Array
    plain: Array
    tau2: float
    factor: float
    df: int

    def interval(self, contrast: ArrayLike, *, level: float) -> tuple[float, float, float, float]:
        """Return estimate, standard error and interval of ``c'beta``."""
        c = np.asarray(contrast, dtype=float)
        estimate = float(c @ self.coef)
        error = float(np.sqrt(c @ self.covariance @ c))
        half = self.reach(level) * error
        return estimate, error, estimate - half, estimate + half

    def p_value(self, contrast: ArrayLike) -> float:
        """Return the two-sided p-value of ``c'beta = 0``."""
        estimate, error, *_ = self.interval(contrast, level=0.5)
        return float(2.0 * student.sf(abs(estimate) / error, self.df))

    def ratio_interval(
        self, base: ArrayLike, change: ArrayLike, *, level: float
    ) -> tuple[float, float, float]:
        """Return ``1 + change'beta / base'beta`` and its interval; see `ratio_interval`."""
        reach = self.reach(level)
        return ratio_interval(self.coef, self.covariance, base, change, reach=reach)

    def reach(self, level: float) -> float:
        """Return the t quantile of an interval."""
        return float(student.ppf(0.5 + 0.5 * level, self.df))


def fit_meta_regression(y: ArrayLike, variance: ArrayLike, design: ArrayLike) -> MetaRegression:
    """Regress unit scores with known sampling errors on x.

    Parameters
    ----------
    y : (G,) scores.
    variance : (G,) sampling variances, or (G, G) their covariance.
    design : (G, p) columns, the constant among them.

    Returns
    -------
    MetaRegression

    Raises
    ------
    ModelError
        Values that are missing, variances that are not positive, collinear columns, or no more
        units than columns.
    """
    y, x = np.asarray(y, dtype=float), np.asarray(design, dtype=float)
    v, y, x = _rotated(y, np.asarray(variance, dtype=float), x)
    units, columns = x.shape
    if units <= columns:
        raise ModelError(
            f"`y` must hold more units than `design` has columns; got {units} and {columns}."
        )
    if np.linalg.matrix_rank(x) < columns:
        raise ModelError("`design` must have linearly independent columns; some repeat each other.")
    tau2 = _restricted_maximum(y, v, x)
    w = 1.0 / (v + tau2)
    plain = np.asarray(np.linalg.inv((x.T * w) @ x), dtype=np.float64)
    coef = plain @ (x.T @ (w * y))
    residual = y - x @ coef
    factor = float(residual @ (w * residual) / (units - columns))
    return MetaRegression(
        coef=coef,
        covariance=np.asarray(factor * plain),
        plain=plain,
        tau2=tau2,
        factor=factor,
        df=units - columns,
    )


def ratio_interval(
    coef: ArrayLike, covariance: ArrayLike, base: ArrayLike, change: ArrayLike, *, reach: float
) -> tuple[float, float, float]:
    """Return how many times its base a base with a change on it is, and the interval (Fieller).

    The error of the base counts, and the interval holds 1 exactly when that of the change holds 0.

    Parameters
    ----------
    coef, covariance : (p,) and (p, p).
    base, change : (p,) contrasts; the ratio is ``1 + change'beta / base'beta``.
    reach : t quantile.

    Returns
    -------
    ratio, low, high : 0 and infinity where the base itself cannot be told from 0.
    """
    beta, v = np.asarray(coef, dtype=float), np.asarray(covariance, dtype=float)
    a, d = np.asarray(base, dtype=float), np.asarray(change, dtype=float)
    at, by = float(a @ beta), float(d @ beta)
    aa, ad, dd = (reach**2 * float(u @ v @ w) for u, w in ((a, a), (a, d), (d, d)))
    if at <= 0.0 or at * at <= aa:
        return 1.0 + by / at, 0.0, float("inf")
    scale, middle = at * at - aa, at * by - ad
    half = float(np.sqrt(max(middle**2 - scale * (by * by - dd), 0.0)))
    return 1.0 + by / at, 1.0 + (middle - half) / scale, 1.0 + (middle + half) / scale


def _rotated(y: Array, variance: Array, x: Array) -> tuple[Array, Array, Array]:
    """Check the data, and rotate them to the eigenvectors of a full covariance."""
    if not (np.isfinite(y).all() and np.isfinite(x).all() and np.isfinite(variance).all()):
        raise ModelError("`y`, `variance` and `design` must be finite; got missing values.")
    if variance.ndim == 2:
        values, vectors = np.linalg.eigh(variance)
        variance, y, x = values, vectors.T @ y, vectors.T @ x
    if (variance <= 0.0).any():
        raise ModelError(
            f"`variance` must be positive, or a positive definite matrix; got {variance.min():g}."
        )
    return variance, y, x


def _score_and_likelihood(tau2: Array, y: Array, v: Array, x: Array) -> tuple[Array, Array]:
    """Restricted log-likelihood at (K,) values of tau2, and its derivative."""
    w = 1.0 / (v + tau2[:, None])
    gram = np.einsum("kg,gi,gj->kij", w, x, x)
    inverse = np.linalg.inv(gram)
    coef = np.einsum("kij,kj->ki", inverse, np.einsum("kg,g,gi->ki", w, y, x))
    weighted = w * (y - coef @ x.T)
    squared = np.einsum("kg,gi,gj->kij", w * w, x, x)
    trace = w.sum(axis=1) - np.einsum("kij,kji->k", inverse, squared)
    score = 0.5 * (np.square(weighted).sum(axis=1) - trace)
    quadratic = (weighted * weighted / w).sum(axis=1)
    determinant = np.linalg.slogdet(gram)[1]
    return score, 0.5 * (np.log(w).sum(axis=1) - determinant - quadratic)


def _restricted_maximum(y: Array, v: Array, x: Array) -> float:
    """Find the highest peak of the restricted likelihood over tau2 of 0 or more."""
    rest = y - x @ np.linalg.lstsq(x, y, rcond=None)[0]
    top = max(float(rest @ rest), float(v.max())) * 2.0
    grid = np.concatenate([[0.0], np.geomspace(1e-6 * float(v.min()), top, NODES)])
    score, _ = _score_and_likelihood(grid, y, v, x)

    def slope(tau2: float) -> float:
        return float(_score_and_likelihood(np.array([tau2]), y, v, x)[0][0])

    peaks = [0.0] if score[0] <= 0.0 else []
    peaks += [
        float(brentq(slope, grid[place], grid[place + 1], xtol=1e-15, rtol=1e-12))
        for place in np.flatnonzero((score[:-1] > 0.0) & (score[1:] <= 0.0))
    ]
    _, likelihood = _score_and_likelihood(np.array(peaks), y, v, x)
    return peaks[int(np.argmax(likelihood))]
