"""How well do items measure one thing, do colleagues agree, and can a unit's own mean be trusted?

Cronbach's alpha with Feldt's interval, omega from a one-factor maximum-likelihood model, ICC(1) and
ICC(2) from the one-way analysis of variance, the reliability of each unit's own mean (the only one
that gates publication), and the agreement indices r_wg, r_wg(j) and AD_M, which only describe.

Feldt (1965), Psychometrika 30(3); Duhachek and Iacobucci (2004), Journal of Applied Psychology
89(5); McDonald (1999), Test Theory; Bliese (2000), in Klein and Kozlowski, Multilevel Theory;
James, Demaree and Wolf (1984), Journal of Applied Psychology 69(1); Lindell, Brandt and Whitney
(1999), Applied Psychological Measurement 23(2).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize
from scipy.stats import f as fisher

from cxanalytics.errors import ModelError

Array = NDArray[np.float64]

FEWEST_ITEMS_FOR_OMEGA = 3


@dataclass(frozen=True, slots=True)
class Alpha:
    """Cronbach's alpha of k items.

    Attributes
    ----------
    alpha, low, high : raw alpha and its interval (NaN without a number of respondents).
    std_error : of alpha, for normal answers.
    standardized : alpha of the correlation matrix.
    mean_correlation : mean correlation between items.
    if_dropped, item_rest : (k,) alpha without each item, and its correlation with the others' sum.
    n : respondents.
    """

    alpha: float
    low: float
    high: float
    std_error: float
    standardized: float
    mean_correlation: float
    if_dropped: Array
    item_rest: Array
    n: int


@dataclass(frozen=True, slots=True)
class IntraClass:
    """One-way analysis of variance of answers within units.

    Attributes
    ----------
    icc1, icc2 : reliability of one answer and of a mean of `k` answers.
    icc1_low, icc1_high : F-based interval of icc1 (exact when units are equal in size).
    between, within : mean squares; `f` and `p_value` of their ratio.
    unit_variance, residual_variance : moment estimates of tau^2 (0 at least) and sigma^2.
    k : unit size used; `n_units`, `n`: counts.
    unit_reliability : (G,) ``tau^2 / (tau^2 + sigma^2 / n_g)``, in sorted order of labels.
    """

    icc1: float
    icc2: float
    icc1_low: float
    icc1_high: float
    between: float
    within: float
    f: float
    p_value: float
    unit_variance: float
    residual_variance: float
    k: float
    n_units: int
    n: int
    unit_reliability: Array


def cronbach_alpha(items: ArrayLike, *, level: float = 0.95) -> Alpha:
    """Return Cronbach's alpha of complete rows, with Feldt's interval.

    Parameters
    ----------
    items : (n, k) answers, all keyed in the same direction; rows with a missing answer are left
        out.
    level : probability content of the interval.

    Raises
    ------
    ModelError
        With fewer than two items, too few complete rows, or no variation.
    """
    table: Array = np.asarray(items, dtype=float)
    if table.ndim != 2 or table.shape[1] < 2:
        raise ModelError("`items` must hold at least 2 items.")
    table = table[np.isfinite(table).all(axis=1)]
    if len(table) <= table.shape[1]:
        raise ModelError(
            f"`items` must hold more complete rows than the {table.shape[1]} items; "
            f"got {len(table)}."
        )
    return alpha_from_covariance(np.cov(table, rowvar=False), n=len(table), level=level)


def alpha_from_covariance(covariance: ArrayLike, *, n: int, level: float = 0.95) -> Alpha:
    """Return Cronbach's alpha from the (k, k) covariance of items and the number of respondents."""
    c = np.asarray(covariance, dtype=float)
    k = len(c)
    if (np.diag(c) <= 0.0).any():
        raise ModelError("`items` must vary; some item has the same answer in every row.")
    sd = np.sqrt(np.diag(c))
    correlation = c / np.outer(sd, sd)
    alpha = _alpha(c)
    mean_correlation = float((correlation.sum() - k) / (k * (k - 1)))
    rest = c.sum(axis=1) - np.diag(c)
    rest_variance = c.sum() - 2.0 * c.sum(axis=1) + np.diag(c)
    rest_variance = np.where(rest_variance > 1e-12 * np.trace(c), rest_variance, np.nan)
    keep = [np.delete(np.arange(k), j) for j in range(k)]
    tail, df = 0.5 * (1.0 - level), (n - 1, (n - 1) * (k - 1))
    return Alpha(
        alpha=alpha,
        low=float(1.0 - (1.0 - alpha) * fisher.ppf(1.0 - tail, *df)),
        high=float(1.0 - (1.0 - alpha) * fisher.ppf(tail, *df)),
        std_error=_alpha_error(c, n),
        standardized=_alpha(correlation),
        mean_correlation=mean_correlation,
        if_dropped=np.array([_alpha(c[np.ix_(j, j)]) if k > 2 else np.nan for j in keep]),
        item_rest=rest / (sd * np.sqrt(rest_variance)),
        n=n,
    )


def one_factor_omega(covariance: ArrayLike) -> tuple[float, Array, Array]:
    """Return omega, loadings (k,) and unique variances (k,) of a one-factor ML model.

    Parameters
    ----------
    covariance : (k, k) covariance of at least three items (divisor n for the ML convention).
    """
    c = np.asarray(covariance, dtype=float)
    if len(c) < FEWEST_ITEMS_FOR_OMEGA:
        raise ModelError(f"`items` must hold at least {FEWEST_ITEMS_FOR_OMEGA} items for omega.")
    sd = np.sqrt(np.diag(c))
    correlation = c / np.outer(sd, sd)

    def lost(log_unique: Array) -> tuple[float, Array]:
        root = np.exp(0.5 * log_unique)
        values, vectors = np.linalg.eigh(correlation / np.outer(root, root))
        rest = values[:-1]
        slope = np.square(vectors[:, :-1]) @ (1.0 - rest)
        return float((rest - np.log(rest) - 1.0).sum()), slope

    start = np.log(0.5 / np.diag(np.linalg.inv(correlation)))
    found = minimize(
        lost,
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=[(np.log(0.005), 0.0)] * len(c),
        options={"ftol": 1e-15, "gtol": 1e-10, "maxiter": 1000},
    )
    root = np.exp(0.5 * found.x)
    values, vectors = np.linalg.eigh(correlation / np.outer(root, root))
    loading = root * vectors[:, -1] * np.sqrt(max(values[-1] - 1.0, 0.0)) * sd
    loading *= np.sign(loading.sum()) or 1.0
    unique = np.exp(found.x) * np.square(sd)
    common = loading.sum() ** 2
    return float(common / (common + unique.sum())), loading, unique


def intraclass(
    values: ArrayLike, unit: ArrayLike, *, k: str | float = "n0", level: float = 0.95
) -> IntraClass:
    """Return ICC(1), ICC(2) and the reliability of each unit's own mean.

    Parameters
    ----------
    values, unit : (n,) answers and unit labels; missing answers are left out.
    k : unit size: "n0" (``(N - sum n^2 / N) / (G - 1)``), "mean", or a number.

    Raises
    ------
    ModelError
        With fewer than two units, or no unit with two answers.
    """
    given: Array = np.asarray(values, dtype=float)
    known = np.isfinite(given)
    answers: Array = given[known]
    labels, code = np.unique(np.asarray(unit)[known], return_inverse=True)
    size = np.bincount(code).astype(float)
    n, g = len(answers), len(labels)
    if g < 2 or n <= g:
        raise ModelError("`unit` must name at least 2 units, one of them with 2 answers or more.")
    mean = np.bincount(code, weights=answers) / size
    between = float(size @ np.square(mean - answers.mean()) / (g - 1))
    within = float(np.square(answers - mean[code]).sum() / (n - g))
    if within <= 0.0:
        raise ModelError("`values` must vary within units; every unit agrees perfectly.")
    n0 = float((n - np.square(size).sum() / n) / (g - 1))
    used = {"n0": n0, "mean": n / g}[k] if isinstance(k, str) else float(k)
    ratio = between / within
    tail = 0.5 * (1.0 - level)
    low = ratio / fisher.ppf(1.0 - tail, g - 1, n - g)
    high = ratio / fisher.ppf(tail, g - 1, n - g)
    tau2 = max(0.0, (between - within) / n0)
    return IntraClass(
        icc1=(between - within) / (between + (used - 1.0) * within),
        icc2=(between - within) / between,
        icc1_low=float((low - 1.0) / (low + used - 1.0)),
        icc1_high=float((high - 1.0) / (high + used - 1.0)),
        between=between,
        within=within,
        f=ratio,
        p_value=float(fisher.sf(ratio, g - 1, n - g)),
        unit_variance=tau2,
        residual_variance=within,
        k=used,
        n_units=g,
        n=n,
        unit_reliability=own_mean_reliability(tau2, within, size),
    )


def own_mean_reliability(unit_variance: float, residual_variance: float, n: ArrayLike) -> Array:
    """Return ``tau^2 / (tau^2 + sigma^2 / n_g)`` for each unit size in `n`."""
    noise = residual_variance / np.asarray(n, dtype=float)
    return np.asarray(unit_variance / (unit_variance + noise))


def within_group_agreement(items: ArrayLike, *, null_variance: float) -> tuple[float, float]:
    """Return r_wg and r_wg(j) of one group, raw (negative values kept).

    Parameters
    ----------
    items : (n, j) answers of one group; with one item both figures are equal.
    null_variance : variance without any agreement: ``(A^2 - 1) / 12`` for A equal choices.

    Notes
    -----
    With several items the first figure is r*_wg(j) of Lindell, Brandt and Whitney (1999).
    """
    items = np.asarray(items, dtype=float).reshape(len(np.asarray(items)), -1)
    ratio = float(items.var(axis=0, ddof=1).mean() / null_variance)
    return 1.0 - ratio, float(agreement_of_items(ratio, items.shape[1]))


def agreement_of_items(ratio: ArrayLike, items: int) -> Array:
    """Return r_wg(j), raw, from the mean variance of items over that without agreement.

    Parameters
    ----------
    ratio : mean over items of the variance within a group, over the null variance.
    items : their number j.

    Notes
    -----
    From a ratio of 1 on there is no agreement: the figure is negative, and beyond ``j / (j - 1)``
    it is a number above 1 that means nothing. Show 0 there.
    """
    given: Array = np.asarray(ratio, dtype=float)
    agreement = items * (1.0 - given)
    with np.errstate(divide="ignore"):
        return np.asarray(agreement / (agreement + given))


def null_variance(shares: ArrayLike) -> float:
    """Return the variance of answers 0 to A - 1 that are given with these probabilities."""
    p: Array = np.asarray(shares, dtype=float)
    answers = np.arange(len(p))
    mean = p @ answers
    return float(p @ np.square(answers - mean))


def average_deviation(items: ArrayLike) -> float:
    """Return AD_M of one group: the mean absolute deviation from each item's mean."""
    items = np.asarray(items, dtype=float).reshape(len(np.asarray(items)), -1)
    return float(np.abs(items - items.mean(axis=0)).mean())


def _alpha(c: Array) -> float:
    k, total = len(c), float(c.sum())
    if not total > 1e-12 * float(np.trace(c)):
        return float("nan")
    return float(k / (k - 1.0) * (1.0 - np.trace(c) / total))


def _alpha_error(c: Array, n: float) -> float:
    k, total, trace = len(c), float(c.sum()), float(np.trace(c))
    square = c @ c
    spread = total * (np.trace(square) + trace**2) - 2.0 * trace * square.sum()
    return float(np.sqrt(2.0 * k**2 * spread / ((k - 1.0) ** 2 * total**3 * n)))
