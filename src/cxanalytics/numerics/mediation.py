"""How much of a relation runs through something in between?

Two least-squares stages, ``m = a x + ...`` and ``y = c x + b m + ...``; the indirect part is
``a b``, the total ``c + a b``. Ranges of the product resample whole clusters (the waves are taken
out again in every resample) or draw both paths from a normal distribution. Resampling needs no
refit: the sums of squares and products of each cluster are weighted and added.

MacKinnon, Fritz, Williams and Lockwood (2007), Behavior Research Methods 39(3).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cxanalytics.errors import ModelError, must_be
from cxanalytics.numerics.cluster_robust import ClusteredFit, fit_clustered
from cxanalytics.numerics.panel import as_codes

Array = NDArray[np.float64]

KINDS = ("CR1", "CR1S")
_RIDGE = 1e-10
"""Share of a variance below which nothing of a variable is left to relate."""


@dataclass(frozen=True, slots=True)
class Chain:
    """Both stages.

    Attributes
    ----------
    middle, outcome, whole : ClusteredFit
        Of the middle on the cause; of the outcome on the cause and the middle; of the outcome on
        the cause alone. The cause is the first column, the middle the second.
    """

    middle: ClusteredFit
    outcome: ClusteredFit
    whole: ClusteredFit

    @property
    def a(self) -> float:
        """Path from the cause to the middle."""
        return float(self.middle.coef[0])

    @property
    def b(self) -> float:
        """Path from the middle to the outcome, the cause held."""
        return float(self.outcome.coef[1])

    @property
    def direct(self) -> float:
        """Path from the cause to the outcome, the middle held."""
        return float(self.outcome.coef[0])

    @property
    def indirect(self) -> float:
        """The part that runs through the middle."""
        return self.a * self.b

    @property
    def total(self) -> float:
        """Path from the cause to the outcome."""
        return self.direct + self.indirect

    def covariance(self, *, kind: str = "CR1") -> Array:
        """Return the (3, 3) cluster-robust covariance of a, b and the direct path."""
        if kind not in KINDS:
            raise ModelError(must_be("kind", KINDS, kind))
        g = self.middle.n_clusters
        columns, factors = [], []
        for fit, place in ((self.middle, 0), (self.outcome, 1), (self.outcome, 0)):
            k = len(fit.coef) + fit.absorbed
            columns.append(fit.scores @ fit.bread[:, place])
            factors.append(g / (g - 1) * ((fit.n - 1) / (fit.n - k) if kind == "CR1S" else 1.0))
        scaled = np.stack(columns, axis=1) * np.sqrt(factors)
        return np.asarray(scaled.T @ scaled)


def fit_chain(
    x: ArrayLike,
    m: ArrayLike,
    y: ArrayLike,
    cluster: ArrayLike,
    *,
    others: ArrayLike,
    absorbed: int = 0,
) -> Chain:
    """Fit both stages by least squares.

    Parameters
    ----------
    x, m, y : (n,) cause, middle, outcome; less their unit means where units have levels.
    cluster : (n,) labels.
    others : (n, k) linearly independent columns in both stages, such as the constant or the waves.
    absorbed : number of parameters already taken out, such as unit means.

    Raises
    ------
    ModelError
        Columns are collinear.
    """
    x, m, y = (np.asarray(values, dtype=float) for values in (x, m, y))
    others = np.asarray(others, dtype=float)
    alone, both = np.column_stack([x, others]), np.column_stack([x, m, others])
    return Chain(
        fit_clustered(alone, m, cluster, absorbed=absorbed),
        fit_clustered(both, y, cluster, absorbed=absorbed),
        fit_clustered(alone, y, cluster, absorbed=absorbed),
    )


def path_errors(chain: Chain, covariance: Array) -> dict[str, float]:
    """Return delta-method standard errors of the indirect part, the total and the share.

    Parameters
    ----------
    covariance : (3, 3) of a, b and the direct path.

    Returns
    -------
    dict
        "indirect", "total" and "share", the indirect part over the total.
    """
    a, b, total = chain.a, chain.b, chain.total
    part = np.array([b, a, 0.0])
    whole = np.array([b, a, 1.0])
    gradients = {
        "indirect": part,
        "total": whole,
        "share": (part * total - chain.indirect * whole) / total**2,
    }
    return {name: float(np.sqrt(c @ covariance @ c)) for name, c in gradients.items()}


def draw_products(a: float, b: float, covariance: Array, *, draws: int, seed: int) -> Array:
    """Return (draws,) products of two paths drawn from a normal distribution.

    Parameters
    ----------
    covariance : (2, 2) of a and b.
    """
    drawn = np.random.default_rng(seed).multivariate_normal([a, b], covariance, size=draws)
    return np.asarray(drawn[:, 0] * drawn[:, 1])


def resample_paths(
    x: ArrayLike,
    m: ArrayLike,
    y: ArrayLike,
    cluster: ArrayLike,
    *,
    others: ArrayLike,
    draws: int,
    seed: int,
) -> Array:
    """Return (draws, 3) values of a, b and the direct path in resamples of whole clusters.

    A resample in which a path cannot be told is NaN.

    Parameters
    ----------
    x, m, y, cluster, others
        As for `fit_chain`.
    """
    rows = np.column_stack([x, m, y, others]).astype(float)
    code = as_codes(cluster)
    g, k = int(code.max()) + 1, rows.shape[1]
    order = np.argsort(code, kind="stable")
    starts = np.searchsorted(code[order], np.arange(g))
    blocks = np.split(rows[order], starts[1:])
    grams = np.stack([block.T @ block for block in blocks]).reshape(g, k * k)
    chosen = np.random.default_rng(seed).multinomial(g, np.full(g, 1.0 / g), size=draws)
    sums = (chosen @ grams).reshape(draws, k, k)
    return _paths(_less_others(sums))


def _less_others(sums: Array) -> Array:
    """(B, 3, 3) sums of squares and products of x, m, y after the other columns."""
    inner, outer = sums[:, :3, 3:], sums[:, 3:, 3:]
    if not outer.shape[1]:
        return np.asarray(sums[:, :3, :3])
    inverse = np.linalg.pinv(outer, rcond=_RIDGE, hermitian=True)
    return np.asarray(sums[:, :3, :3] - inner @ inverse @ inner.transpose(0, 2, 1))


def _paths(s: Array) -> Array:
    xx, xm, xy, mm, my = s[:, 0, 0], s[:, 0, 1], s[:, 0, 2], s[:, 1, 1], s[:, 1, 2]
    size = np.maximum(np.median(xx), 0.0), np.maximum(np.median(mm), 0.0)
    rest = mm - np.square(xm) / np.where(xx > 0, xx, np.nan)
    told = (xx > _RIDGE * size[0]) & (rest > _RIDGE * size[1])
    xx, rest = np.where(told, xx, np.nan), np.where(told, rest, np.nan)
    a = xm / xx
    b = (my - a * xy) / rest
    return np.stack([a, b, xy / xx - a * b], axis=1)
