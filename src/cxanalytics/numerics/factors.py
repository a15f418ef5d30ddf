"""Do sets of items measure different things, once their own unreliability is taken out?

The correlation of two scores, each a mean of items, is divided by the root of the product of
their alphas (Spearman). That is the mean covariance between the items of two sets over the root of
the product of the mean covariances within them: the ratio called HTMT where items are
standardized. Covariances are taken over the pairs of answers there are; sums are kept by cluster,
so that leaving clusters out costs no second pass.

Spearman (1904), American Journal of Psychology 15(1); Henseler, Ringle and Sarstedt (2015),
Journal of the Academy of Marketing Science 43(1); Bell and McCaffrey (2002), Survey Methodology
28(2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import t as student

from cxanalytics.errors import ModelError

Array = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ItemSums:
    """Sums over the pairs of answers to k items, in each of G clusters.

    Attributes
    ----------
    pairs : (G, k, k) people who answered both items.
    sums : (G, k, k) sum of the row's item over them.
    products : (G, k, k) sum of the product of both.
    """

    pairs: Array
    sums: Array
    products: Array

    def only(self, columns: Sequence[int]) -> ItemSums:
        """Keep some items, in the order given."""
        here = np.ix_(range(len(self.pairs)), columns, columns)
        return ItemSums(self.pairs[here], self.sums[here], self.products[here])

    def covariance(self, weight: ArrayLike | None = None) -> Array:
        """Return the covariances, clusters counted as often as `weight` says.

        Parameters
        ----------
        weight : (G,) or (B, G), optional; ones by default.

        Returns
        -------
        (k, k) or (B, k, k)
        """
        times = np.ones(len(self.pairs)) if weight is None else np.asarray(weight, dtype=float)
        n = np.tensordot(times, self.pairs, axes=1)
        one = np.tensordot(times, self.sums, axes=1)
        both = np.tensordot(times, self.products, axes=1)
        if (n < 2).any():
            raise ModelError("Every two items need people who answered both; some have none.")
        return np.asarray((both - one * np.swapaxes(one, -1, -2) / n) / (n - 1.0))


@dataclass(frozen=True, slots=True)
class CorrectedCorrelations:
    """Correlations of D sets of items, corrected for unreliability.

    Attributes
    ----------
    raw : (D, D) correlation of the sums of items.
    corrected, std_error, low, high : (D, D) may exceed 1; NaN where a set has no common part.
    clusters : number that the errors rest on.
    """

    raw: Array
    corrected: Array
    std_error: Array
    low: Array
    high: Array
    clusters: int


def item_sums(items: ArrayLike, cluster: ArrayLike) -> ItemSums:
    """Add answers up by cluster.

    Parameters
    ----------
    items : (n, k) answers; NaN is missing.
    cluster : (n,) code of each row from 0.
    """
    answers: Array = np.asarray(items, dtype=float)
    code: Integers = np.asarray(cluster, dtype=np.int64)
    order = np.argsort(code, kind="stable")
    answers, code = answers[order], code[order]
    here = np.isfinite(answers).astype(float)
    center = np.nansum(answers, axis=0) / np.maximum(here.sum(axis=0), 1.0)
    known = np.where(here > 0, answers - center, 0.0)
    clusters, k = int(code[-1]) + 1, answers.shape[1]
    pairs, sums, products = (np.zeros((clusters, k, k)) for _ in range(3))
    ends = np.searchsorted(code, np.arange(clusters + 1))
    for place in range(clusters):
        rows = slice(ends[place], ends[place + 1])
        pairs[place] = here[rows].T @ here[rows]
        sums[place] = known[rows].T @ here[rows]
        products[place] = known[rows].T @ known[rows]
    return ItemSums(pairs, sums, products)


def correct_correlations(covariance: ArrayLike, member: ArrayLike) -> Array:
    """Return the correlations of sets of items, corrected for their unreliability.

    Parameters
    ----------
    covariance : (..., k, k) of the items.
    member : (k,) set of each item, from 0; a set of one item has no reliability, so NaN.

    Returns
    -------
    (..., D, D) with 1 on the diagonal.
    """
    c: Array = np.asarray(covariance, dtype=float)
    belongs = _indicator(member)
    size = belongs.sum(axis=0)
    blocks = belongs.T @ c @ belongs
    own = np.diagonal(blocks, axis1=-2, axis2=-1)
    variances = np.diagonal(c, axis1=-2, axis2=-1) @ belongs
    with np.errstate(divide="ignore", invalid="ignore"):
        common = (own - variances) / (size * (size - 1.0))
        root = np.sqrt(np.where(common > 0.0, common, np.nan))
        found = blocks / np.outer(size, size) / (root[..., :, None] * root[..., None, :])
    there = np.isfinite(root)
    eye = np.eye(len(size), dtype=bool)
    return np.where(eye & there[..., None, :], 1.0, found)


def corrected_correlations(
    sums: ItemSums, member: ArrayLike, *, level: float = 0.95
) -> CorrectedCorrelations:
    """Correlate sets of items, correct for unreliability, and give a range by leaving clusters out.

    Parameters
    ----------
    sums : of `item_sums`.
    member : (k,) set of each item, from 0.
    level : probability content of the intervals, from t with G - 1 degrees of freedom.

    Raises
    ------
    ModelError
        With fewer than two clusters.
    """
    clusters = len(sums.pairs)
    if clusters < 2:
        raise ModelError("Ranges of correlations need at least 2 clusters; got 1.")
    whole = sums.covariance()
    found = correct_correlations(whole, member)
    without = correct_correlations(
        np.stack([sums.covariance(1.0 - one) for one in np.eye(clusters)]), member
    )
    spread = np.square(without - without.mean(axis=0)).sum(axis=0)
    error = np.sqrt((clusters - 1.0) / clusters * spread)
    half = student.ppf(0.5 + 0.5 * level, clusters - 1) * error
    belongs = _indicator(member)
    blocks = belongs.T @ whole @ belongs
    sd = np.sqrt(np.diag(blocks))
    return CorrectedCorrelations(
        raw=blocks / np.outer(sd, sd),
        corrected=found,
        std_error=error,
        low=found - half,
        high=found + half,
        clusters=clusters,
    )


def alpha_between_clusters(sums: ItemSums, *, level: float = 0.95) -> tuple[float, float]:
    """Return a range of Cronbach's alpha by leaving clusters out, on the scale of log(1 - alpha).

    Parameters
    ----------
    sums : of `item_sums`, for the items of one set.
    level : probability content, from t with G - 1 degrees of freedom.

    Raises
    ------
    ModelError
        With fewer than two clusters.
    """
    clusters = len(sums.pairs)
    if clusters < 2:
        raise ModelError("A range of alpha by clusters needs at least 2 clusters; got 1.")
    every = np.vstack([np.ones(clusters), 1.0 - np.eye(clusters)])
    c = sums.covariance(every)
    k, total = c.shape[-1], c.sum(axis=(-2, -1))
    alpha = k / (k - 1.0) * (1.0 - np.trace(c, axis1=-2, axis2=-1) / total)
    whole, *rest = np.log1p(-alpha)
    spread = np.square(rest - np.mean(rest)).sum()
    half = student.ppf(0.5 + 0.5 * level, clusters - 1) * np.sqrt(
        (clusters - 1.0) / clusters * spread
    )
    return float(-np.expm1(whole + half)), float(-np.expm1(whole - half))


def between_correlations(scores: ArrayLike, unit: ArrayLike) -> Array:
    """Correlate the true levels of units on several scores, by the one-way analysis of variance.

    Parameters
    ----------
    scores : (n, D) complete scores of people.
    unit : (n,) code of each person's unit, from 0.

    Returns
    -------
    (D, D) NaN where units do not differ by more than chance; may exceed 1.
    """
    x: Array = np.asarray(scores, dtype=float)
    code: Integers = np.asarray(unit, dtype=np.int64)
    size = np.bincount(code).astype(float)
    n, g = len(x), len(size)
    mean = np.column_stack([np.bincount(code, weights=column) for column in x.T]) / size[:, None]
    apart = mean - x.mean(axis=0)
    inside = x - mean[code]
    between = (apart * size[:, None]).T @ apart / (g - 1.0)
    within = inside.T @ inside / (n - g)
    n0 = (n - np.square(size).sum() / n) / (g - 1.0)
    true = (between - within) / n0
    variance = np.diag(true)
    sd = np.sqrt(np.where(variance > 0.0, variance, np.nan))
    return np.asarray(true / np.outer(sd, sd))


def _indicator(member: ArrayLike) -> Array:
    code: Integers = np.asarray(member, dtype=np.int64)
    return (code[:, None] == np.arange(code.max() + 1)).astype(float)
