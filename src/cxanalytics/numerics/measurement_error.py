"""How steep is a relation once the known error of the regressor is taken out?

Error in a measured regressor flattens its slope. Its known variance is taken out of the moments:
``b = s_xy / (s_xx - noise)`` with everything else held constant first (Fuller 1987, Measurement
Error Models). Each cluster's score is ``X_g'y_g - (X_g'X_g - noise_g) b``, so that the error of the
reliability, which differs from cluster to cluster, is in the interval too. (Resamples of whole
clusters, and their signs, cover less with few clusters.)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from cxanalytics.errors import ModelError
from cxanalytics.numerics.cluster_robust import (
    FEWEST_CLUSTERS,
    FEWEST_DF,
    ClusteredFit,
    Interval,
    bearing_on,
    many_clusters,
    robust_covariance,
    satterthwaite_df,
)
from cxanalytics.numerics.panel import WithinBetween
from cxanalytics.numerics.units import basis

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Moments:
    """Cross-moments by cluster of least-squares rows, one column of which is measured with error.

    Attributes
    ----------
    xx, xy : (G, k, k) and (G, k) sums of each cluster.
    noise : (G,) error variance expected in the square of the measured column, once the others are
        held constant.
    column : which it is.
    """

    xx: Array
    xy: Array
    noise: Array
    column: int

    @property
    def reliability(self) -> float:
        """Share of the spread of the column, the others held constant, that is no error."""
        own = np.linalg.inv(self.xx.sum(axis=0))[self.column, self.column]
        return max(0.0, 1.0 - float(self.noise.sum() * own))

    def corrected(self) -> ClusteredFit:
        """Return coefficients and scores without the noise, beside the geometry of the rows.

        The variance of the measured column's coefficient is then that of the fit over the square of
        the reliability.
        """
        total, c = self.xx.sum(axis=0), self.column
        less = total.copy()
        less[c, c] -= self.noise.sum()
        coef = np.linalg.solve(less, self.xy.sum(axis=0))
        scores = self.xy - self.xx @ coef
        scores[:, c] += self.noise * coef[c]
        return ClusteredFit(coef, np.linalg.inv(total), self.xx, scores, len(total), absorbed=0)


def hybrid_moments(
    hybrid: WithinBetween, error: Array, weights: Array, cluster: NDArray[np.intp], *, which: str
) -> Moments:
    """Give the moments of the "within" or the "between" part of a hybrid with one regressor.

    Parameters
    ----------
    hybrid : fitted with these weights.
    error : (n,) error variance of each row's regressor; errors of rows are independent.
    weights : (n,) with mean 1.
    cluster : (n,) codes from 0 without a gap; units lie within clusters.
    """
    fit = hybrid.fit
    if which == "within":
        noise = weights * error * hybrid.left
        return moments(fit.rows_x, fit.rows_y, int(hybrid.within[0]), noise, cluster)
    column = int(hybrid.between[0])
    other = np.delete(fit.rows_x, column, axis=1)
    noise = noise_of_means(error, weights, hybrid.unit, other, theta=fit.theta)
    return moments(fit.rows_x, fit.rows_y, column, noise, cluster)


def moments(rows: Array, y: Array, column: int, noise: Array, cluster: NDArray[np.intp]) -> Moments:
    """Sum least-squares rows by cluster.

    Parameters
    ----------
    rows, y : (n, k) and (n,) least-squares rows.
    column : the measured regressor.
    noise : (n,) error variance expected in the square of what is left of it.
    cluster : (n,) codes from 0 without a gap.
    """
    order = np.argsort(cluster, kind="stable")
    starts = np.searchsorted(cluster[order], np.arange(int(cluster.max()) + 1))
    blocks = np.split(rows[order], starts[1:])
    return Moments(
        xx=np.stack([block.T @ block for block in blocks]),
        xy=np.add.reduceat((rows * y[:, None])[order], starts, axis=0),
        noise=np.asarray(np.bincount(cluster, weights=noise), dtype=np.float64),
        column=column,
    )


def noise_of_means(
    error: Array, weights: Array, code: NDArray[np.intp], other: Array, *, theta: Array
) -> Array:
    """Return (n,) error variance in the square of unit means, net of other columns.

    Parameters
    ----------
    error, weights : (n,) error variance of each row, and weights with mean 1.
    code : (n,) units.
    other : (n, k) the other columns of the least-squares rows.
    theta : (n,) share of the unit mean taken out of each row.
    """
    root = np.sqrt(weights)
    mass = np.bincount(code, weights=weights)
    of_mean = np.bincount(code, weights=weights**2 * error) / mass**2
    held = np.stack([np.bincount(code, weights=root * q) for q in basis(other).T], axis=1)
    kept = (1.0 - theta) ** 2 * (of_mean * (mass - np.square(held).sum(axis=1)))[code]
    return np.asarray(kept / np.bincount(code)[code])


def corrected_interval(moments: Moments, *, level: float) -> Interval:
    """Return the slope without the regressor's error, with its interval.

    40 clusters or more: CR1 with t on G-1; 6 to 39: CR2 with Satterthwaite degrees of freedom (no
    p-value below 4); fewer: description only.

    Raises
    ------
    ModelError
        When nothing but error is left.
    """
    reliability = moments.reliability
    if reliability <= 0.0:
        raise ModelError("The regressor holds nothing but error.")
    c = np.eye(moments.xx.shape[1])[moments.column]
    fit = bearing_on(moments.corrected(), c)
    slope, g, nothing = float(c @ fit.coef), fit.n_clusters, (float("nan"),) * 3
    if g < FEWEST_CLUSTERS:
        reason = f"{g} clusters; at least {FEWEST_CLUSTERS} are needed for an interval"
        return Interval(
            slope, float("nan"), *nothing, df=float("nan"), method="none", reason=reason
        )
    kind = "CR1" if many_clusters(fit, c) else "CR2"
    error = float(np.sqrt(c @ robust_covariance(fit, kind=kind) @ c)) / reliability
    df = float(g - 1) if kind == "CR1" else satterthwaite_df(fit, c)
    half = float(student.ppf(0.5 + 0.5 * level, df)) * error
    p = float(2.0 * student.sf(abs(slope) / error, df)) if df >= FEWEST_DF else float("nan")
    return Interval(slope, error, slope - half, slope + half, p, df, kind)
