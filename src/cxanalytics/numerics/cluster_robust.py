"""How sure is a regression coefficient when observations come in clusters, perhaps few of them?

Choices: CR0, CR1, CR1S, CR2 and CR3 covariances; Satterthwaite degrees of freedom with a working
identity (transform rows first for weights or random effects: the adjustment is invariant to that);
the restricted wild cluster bootstrap with every Rademacher sign pattern enumerated up to 12
clusters, and its interval by inversion. `cluster_interval` picks among them by the number of
clusters.

Notation: Bell and McCaffrey (2002); Pustejovsky and Tipton (2018), Journal of Business & Economic
Statistics 36(4); Cameron, Gelbach and Miller (2008), Review of Economics and Statistics 90(3).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import t as student

from cxanalytics.errors import ModelError, must_be

Array = NDArray[np.float64]

KINDS = ("CR0", "CR1", "CR1S", "CR2", "CR3")
MANY_CLUSTERS = 40
SOME_CLUSTERS = 13
FEWEST_CLUSTERS = 6
FEWEST_DF = 4.0
BORNE_BY = 8.0
ENUMERATED = 12
TIE = 1e-10
_EXACT = 1e-12
"""Standard error, as a share of the estimate, that is no more than rounding: the fit is exact."""


@dataclass(frozen=True, slots=True)
class ClusteredFit:
    """Least squares with everything the cluster-robust methods need.

    Attributes
    ----------
    coef : (k,) coefficients.
    bread : (k, k) inverse of ``X'X``.
    grams, scores : (G, k, k) ``X_g'X_g`` and (G, k) ``X_g'e_g`` of each cluster.
    n : number of rows; `absorbed`: parameters removed from the rows beforehand (for CR1S).
    """

    coef: Array
    bread: Array
    grams: Array
    scores: Array
    n: int
    absorbed: int

    @property
    def n_clusters(self) -> int:
        """Number of clusters G."""
        return len(self.grams)


@dataclass(frozen=True, slots=True)
class Interval:
    """Interval and p-value of one contrast; NaN where the clusters are too few to give one.

    `method` is one of "CR1", "CR2", "wild" or "none"; `reason` says why there is no interval.
    """

    estimate: float
    std_error: float
    low: float
    high: float
    p_value: float
    df: float
    method: str
    reason: str = ""


def fit_clustered(
    x: ArrayLike, y: ArrayLike, cluster: ArrayLike, *, absorbed: int = 0
) -> ClusteredFit:
    """Fit least squares and keep the sums of each cluster.

    Parameters
    ----------
    x, y : (n, k) and (n,) rows, already weighted or demeaned where the model asks for it.
    cluster : (n,) cluster labels.
    absorbed : number of parameters already taken out of the rows, such as unit means.

    Raises
    ------
    ModelError
        When the columns of `x` are collinear.
    """
    x = np.asarray(x, dtype=float)
    y = np.asarray(y, dtype=float)
    if np.linalg.matrix_rank(x) < x.shape[1]:
        raise ModelError("`x` must have linearly independent columns; some repeat each other.")
    labels, code = np.unique(np.asarray(cluster), return_inverse=True)
    order = np.argsort(code, kind="stable")
    starts = np.searchsorted(code[order], np.arange(len(labels)))
    sorted_x = x[order]
    coef = np.linalg.lstsq(x, y, rcond=None)[0]
    residual = (y - x @ coef)[order]
    scores = np.add.reduceat(sorted_x * residual[:, None], starts, axis=0)
    blocks = np.split(sorted_x, starts[1:])
    grams = np.stack([block.T @ block for block in blocks])
    return ClusteredFit(coef, np.linalg.inv(grams.sum(axis=0)), grams, scores, len(y), absorbed)


def robust_covariance(fit: ClusteredFit, *, kind: str = "CR2") -> Array:
    """Return the (k, k) cluster-robust covariance of the coefficients.

    Parameters
    ----------
    kind : "CR0" (no correction), "CR1" (times G/(G-1)), "CR1S" (also times (n-1)/(n-k)),
        "CR2" (bias-reduced), "CR3" (close to the jackknife).
    """
    if kind not in KINDS:
        raise ModelError(must_be("kind", KINDS, kind))
    g, k = fit.n_clusters, len(fit.coef) + fit.absorbed
    factor = 1.0
    scores = fit.scores
    if kind in ("CR1", "CR1S"):
        factor = g / (g - 1)
    if kind == "CR1S":
        factor *= (fit.n - 1) / (fit.n - k)
    if kind in ("CR2", "CR3"):
        adjust = _adjustments(fit, power=-0.5 if kind == "CR2" else -1.0)
        scores = np.einsum("gij,gj->gi", adjust, scores)
    half = scores @ fit.bread
    return np.asarray(factor * half.T @ half)


def satterthwaite_df(fit: ClusteredFit, contrast: ArrayLike, *, kind: str = "CR2") -> float:
    """Return the Satterthwaite degrees of freedom of one contrast, under a working identity."""
    c = fit.bread @ np.asarray(contrast, dtype=float)
    power = {"CR2": -0.5, "CR3": -1.0}.get(kind)
    if power is None:
        adjust = np.broadcast_to(np.eye(len(fit.coef)), fit.grams.shape)
    else:
        adjust = _adjustments(fit, power=power)
    inner = np.einsum("gij,gjk,k->gi", adjust, fit.grams, c)
    own = _squared_length(fit, c, power)
    gamma = -inner @ fit.bread @ inner.T
    gamma[np.diag_indices_from(gamma)] += own
    return float(np.trace(gamma) ** 2 / np.square(gamma).sum())


def wild_p_value(fit: ClusteredFit, contrast: ArrayLike, *, null: float = 0.0) -> float:
    """Return the exact p-value of the restricted wild cluster bootstrap for ``c'beta = null``.

    Null imposed, Rademacher signs all enumerated, CR1-studentized,
    ``p = mean(|t*| >= |t|)`` with ties counted.
    """
    return _WildTest(fit, np.asarray(contrast, dtype=float)).p_value(null)


def wild_interval(
    fit: ClusteredFit, contrast: ArrayLike, *, level: float = 0.95
) -> tuple[float, float]:
    """Return the interval of values that the wild bootstrap test does not reject.

    An end is infinite where no value far out is rejected, which happens with few clusters.
    """
    test = _WildTest(fit, np.asarray(contrast, dtype=float))
    return test.end(-1.0, 1.0 - level), test.end(1.0, 1.0 - level)


def bearing_on(fit: ClusteredFit, contrast: ArrayLike) -> ClusteredFit:
    """Leave out the clusters whose rows say nothing about a contrast; the fit stays the same."""
    column = fit.bread @ np.asarray(contrast, dtype=float)
    weight = np.einsum("i,gij,j->g", column, fit.grams, column)
    there = weight > 1e-12 * weight.max()
    return replace(fit, grams=fit.grams[there], scores=fit.scores[there])


def many_clusters(fit: ClusteredFit, contrast: ArrayLike) -> bool:
    """Tell whether a contrast rests on so many clusters that errors need no small-sample care.

    It does with 40 or more, unless a few weigh so much that the effective number of clusters,
    ``1 / sum(p^2)`` of their shares in its weight, is below 8 (one agency with half of all units).
    """
    if fit.n_clusters < MANY_CLUSTERS:
        return False
    column = fit.bread @ np.asarray(contrast, dtype=float)
    weight = np.einsum("i,gij,j->g", column, fit.grams, column)
    return bool(weight.sum() ** 2 >= BORNE_BY * np.square(weight).sum())


def cluster_interval(fit: ClusteredFit, contrast: ArrayLike, *, level: float = 0.95) -> Interval:
    """Return the interval of a contrast by the method fit for the number of clusters.

    40 or more: CR1 with t on G-1; 13 to 39, or more of which a few weigh most (`many_clusters`):
    CR2 with Satterthwaite degrees of freedom (none below 4); 6 to 12: exact wild cluster bootstrap;
    fewer: description only. Clusters whose rows say nothing about the contrast, such as units seen
    once about change, are not counted.
    """
    c = np.asarray(contrast, dtype=float)
    fit = bearing_on(fit, c)
    g = fit.n_clusters
    estimate = float(c @ fit.coef)
    nothing = (float("nan"),) * 4
    if g < FEWEST_CLUSTERS:
        reason = f"{g} clusters; at least {FEWEST_CLUSTERS} are needed for an interval"
        return Interval(estimate, *nothing, df=float("nan"), method="none", reason=reason)
    kind = "CR1" if many_clusters(fit, c) else "CR2"
    se = float(np.sqrt(c @ robust_covariance(fit, kind=kind) @ c))
    df = float(g - 1) if kind == "CR1" else satterthwaite_df(fit, c)
    if not se > _EXACT * abs(estimate):
        few = g < SOME_CLUSTERS
        least = 2.0 ** (1 - g) if few else 0.0
        p = least if estimate else 1.0
        return Interval(estimate, se, estimate, estimate, p, df, "wild" if few else kind)
    if g < SOME_CLUSTERS:
        low, high = wild_interval(fit, c, level=level)
        p = wild_p_value(fit, c)
        return Interval(estimate, se, low, high, p, df, "wild", _unbounded(low, high, g))
    if df < FEWEST_DF:
        reason = f"{df:.1f} degrees of freedom; at least {FEWEST_DF:.0f} are needed"
        return Interval(estimate, se, *nothing[:3], df=df, method="none", reason=reason)
    half = float(student.ppf(0.5 + 0.5 * level, df)) * se
    p = float(2.0 * student.sf(abs(estimate) / se, df))
    return Interval(estimate, se, estimate - half, estimate + half, p, df, kind)


def _unbounded(low: float, high: float, n_clusters: int) -> str:
    if np.isfinite(low) and np.isfinite(high):
        return ""
    return f"{n_clusters} clusters leave one end of the interval open"


def _roots(fit: ClusteredFit) -> tuple[Array, Array, Array]:
    """Root R of the bread; eigenvalues s (G, k) and vectors V of ``R' X_g'X_g R = V s V'``."""
    root = np.linalg.cholesky(fit.bread)
    values, vectors = np.linalg.eigh(np.einsum("ji,gjk,kl->gil", root, fit.grams, root))
    return np.asarray(root), np.clip(values, 0.0, 1.0), np.asarray(vectors)


def _adjustments(fit: ClusteredFit, *, power: float) -> Array:
    """(G, k, k) matrices C_g with ``X_g' A_g = C_g X_g'``, ``A_g = (I - H_gg)^power``.

    With ``L = X_g R``, ``R R' = bread`` and ``L'L = V s V'``, ``A_g = I + L V f(s) V' L'`` where
    ``f(s) = ((1 - s)^power - 1) / s``; directions with ``s = 1`` (fully absorbed) get 0, as in the
    Moore-Penrose inverse.
    """
    root, s, v = _roots(fit)
    scale = np.where(s < 1.0 - 1e-9, np.power(np.maximum(1.0 - s, 1e-9), power), 0.0)
    unroot = np.linalg.inv(root).T
    inner = np.einsum("gij,gj,gkj->gik", v, scale, v)
    return np.einsum("ij,gjk,lk->gil", unroot, inner, root)


def _squared_length(fit: ClusteredFit, c: Array, power: float | None) -> Array:
    """(G,) values of ``|A_g X_g c|^2``."""
    if power is None:
        return np.einsum("i,gij,j->g", c, fit.grams, c)
    root, s, v = _roots(fit)
    scale = np.where(s < 1.0 - 1e-9, np.power(np.maximum(1.0 - s, 1e-9), 2 * power), 0.0)
    part = np.einsum("gij,i->gj", v, np.linalg.solve(root, c))
    return np.asarray((scale * s * np.square(part)).sum(axis=1))


def _every_sign(g: int) -> Array:
    """(2^(G-1), G) sign patterns; the others are these turned around."""
    if g > ENUMERATED:
        raise ModelError(
            f"`cluster` must have at most {ENUMERATED} clusters to list every sign; got {g}."
        )
    pattern = (np.arange(2 ** (g - 1))[:, None] >> np.arange(g)) & 1
    return np.asarray(1.0 - 2.0 * pattern, dtype=np.float64)


class _WildTest:
    """Restricted wild cluster bootstrap of one contrast, cheap for any null value.

    Restricted scores are linear in the null value, so the t of every sign pattern is known for all
    null values from five numbers.
    """

    def __init__(self, fit: ClusteredFit, c: Array) -> None:
        g = fit.n_clusters
        signs = _every_sign(g)
        self.estimate = float(c @ fit.coef)
        column = fit.bread @ c
        self.variance = float(c @ column)
        slope = np.einsum("gij,j->gi", fit.grams, column) / self.variance
        rows = np.einsum("i,gij,jk->gk", column, fit.grams, fit.bread)
        correction = g / (g - 1)
        shifts, spreads = [], []
        for scores in (fit.scores, slope):
            effect = scores @ column
            shifts.append(signs @ effect)
            spreads.append(signs * effect - (signs @ scores) @ rows.T)
        self.shift = shifts
        self.spread = [
            correction * np.einsum("bg,bg->b", left, right)
            for left, right in ((spreads[0],) * 2, tuple(spreads), (spreads[1],) * 2)
        ]
        self.std_error = float(np.sqrt(np.square(fit.scores @ column).sum() * correction))

    def p_value(self, null: float) -> float:
        away = self.estimate - null
        shift = self.shift[0] + away * self.shift[1]
        spread = self.spread[0] + away * (2.0 * self.spread[1] + away * self.spread[2])
        observed = abs(away) / self.std_error
        simulated = np.abs(shift) / np.sqrt(np.maximum(spread, np.finfo(float).tiny))
        return float(np.mean(simulated >= observed - TIE * max(1.0, observed)))

    def end(self, side: float, alpha: float) -> float:
        inside, step = self.estimate, self.std_error
        outside = self.estimate + side * step
        while self.p_value(outside) > alpha:
            inside, step = outside, 2.0 * step
            outside = self.estimate + side * step
            if step > 1e6 * self.std_error:
                return side * float("inf")
        while abs(outside - inside) > TIE * self.std_error:
            middle = 0.5 * (inside + outside)
            if middle in (inside, outside):
                break
            if self.p_value(middle) > alpha:
                inside = middle
            else:
                outside = middle
        return 0.5 * (inside + outside)
