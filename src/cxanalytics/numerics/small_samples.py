"""Which range does a score from few answers get, so that it keeps its promise?

Shares: Wilson's where answers are equally weighted and independent, Korn and Graubard's where
they are not. Net scores: the adjusted Wald interval. All take arrays, an entry per group.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

Floats = NDArray[np.float64]


def effective_number(
    share: ArrayLike,
    variance: ArrayLike,
    n: ArrayLike,
    *,
    n_eff: ArrayLike | None = None,
    factor: ArrayLike = 1.0,
) -> Floats:
    """Count the independent answers that would give a share the same variance.

    Parameters
    ----------
    share, variance, n : array_like
        Share, its design variance, and respondents.
    n_eff : array_like, optional
        Kish's effective number, taken where the share is 0 or 1 and shows no variance; `n` when
        absent.
    factor : array_like
        Multiplies the number that comes from the variance.

    Returns
    -------
    ndarray
        Never above `n`.
    """
    p, v = np.asarray(share, dtype=float), np.asarray(variance, dtype=float)
    number = np.asarray(n, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        effective = p * (1.0 - p) / v * factor
    fallback = number if n_eff is None else np.asarray(n_eff, dtype=float)
    end = (p <= 0) | (p >= 1) | (v <= 0)
    return np.minimum(np.where(end, fallback, effective), number)


def few_units_factor(units: ArrayLike, degrees_of_freedom: ArrayLike, *, per_unit: float) -> Floats:
    """Find how much a variance from the few sampling units of a domain is too small.

    A design with many units divides by nearly their number, but the units of one domain scatter
    around their own mean, which takes a degree of freedom. The factor is 1 for the whole sample.

    Parameters
    ----------
    units, degrees_of_freedom : array_like of shape (domains,)
        Sampling units with a row in the domain, and those less their strata.
    per_unit : float
        The same ratio, units over degrees of freedom, of the whole design.

    Returns
    -------
    ndarray of shape (domains,)
        At least 1.
    """
    own = np.asarray(units, dtype=float) / np.asarray(degrees_of_freedom, dtype=float)
    return np.maximum(own / per_unit, 1.0)


def wilson_interval(share: ArrayLike, n: ArrayLike, *, level: float) -> tuple[Floats, Floats]:
    """Bound a share from an unweighted simple random sample (Wilson 1927).

    Parameters
    ----------
    share, n : array_like
        Observed share, and number of respondents.
    level : float

    Returns
    -------
    tuple of ndarray
        Lower and upper bounds.
    """
    p, number = np.asarray(share, dtype=float), np.asarray(n, dtype=float)
    z2 = stats.norm.ppf(0.5 + level / 2.0) ** 2
    middle = (p + z2 / (2.0 * number)) / (1.0 + z2 / number)
    half = np.sqrt(z2) * np.sqrt(p * (1 - p) / number + z2 / (4 * number**2)) / (1 + z2 / number)
    low, high = middle - half, middle + half
    return np.where(p <= 0, 0.0, np.maximum(low, 0.0)), np.where(p >= 1, 1.0, np.minimum(high, 1.0))


def korn_graubard_interval(
    share: ArrayLike,
    variance: ArrayLike,
    n: ArrayLike,
    degrees_of_freedom: ArrayLike,
    *,
    level: float,
    n_eff: ArrayLike | None = None,
) -> tuple[Floats, Floats]:
    """Bound a share from a weighted or clustered sample (Korn and Graubard 1998).

    Parameters
    ----------
    share, variance, n, degrees_of_freedom : array_like
        Share, its design variance, respondents, and degrees of freedom of the design.
    level : float
    n_eff : array_like, optional
        Kish's effective number, used where the share is 0 or 1; `n` when absent.

    Returns
    -------
    tuple of ndarray
        Clopper-Pearson bounds at the effective number, never above `n`.
    """
    p, v = np.asarray(share, dtype=float), np.asarray(variance, dtype=float)
    number, df = np.asarray(n, dtype=float), np.asarray(degrees_of_freedom, dtype=float)
    tail = 0.5 + level / 2.0
    shrink = (stats.t.ppf(tail, np.maximum(number - 1, 1)) / stats.t.ppf(tail, df)) ** 2
    effective = effective_number(p, v, number, n_eff=n_eff, factor=shrink)
    hits = effective * p
    low = stats.beta.ppf(1.0 - tail, np.maximum(hits, 1e-300), effective - hits + 1.0)
    high = stats.beta.ppf(tail, hits + 1.0, np.maximum(effective - hits, 1e-300))
    return np.where(p <= 0, 0.0, low), np.where(p >= 1, 1.0, high)


def adjusted_wald_net(
    promoters: ArrayLike, detractors: ArrayLike, n: ArrayLike, *, level: float
) -> tuple[Floats, Floats, Floats]:
    """Bound a net score from few answers (Rocks 2016): 3/4, 3/2 and 3/4 answers are added.

    Parameters
    ----------
    promoters, detractors : array_like
        Shares, 0 to 1.
    n : array_like
        Respondents, or effective respondents.
    level : float

    Returns
    -------
    tuple of ndarray
        Adjusted net score, lower and upper bound, -1 to 1 (bounds may pass the ends).
    """
    number = np.asarray(n, dtype=float)
    more = (np.asarray(promoters, dtype=float) * number + 0.75) / (number + 3.0)
    less = (np.asarray(detractors, dtype=float) * number + 0.75) / (number + 3.0)
    net = more - less
    error = np.sqrt(np.maximum(more + less - net**2, 0.0) / (number + 3.0))
    half = stats.norm.ppf(0.5 + level / 2.0) * error
    return net, net - half, net + half
