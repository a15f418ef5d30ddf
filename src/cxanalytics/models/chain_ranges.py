"""How sure are the paths of a chain, and their product?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm as normal
from scipy.stats import t as student

from cxanalytics.numerics.cluster_robust import (
    FEWEST_CLUSTERS,
    FEWEST_DF,
    ClusteredFit,
    Interval,
    cluster_interval,
    many_clusters,
    robust_covariance,
    satterthwaite_df,
)
from cxanalytics.numerics.mediation import Chain, draw_products, path_errors

Array = NDArray[np.float64]

NOTHING = (float("nan"), float("nan"))


@dataclass(frozen=True, slots=True)
class Product:
    """The range of the product of both paths.

    Attributes
    ----------
    ends : (float, float)
        NaN where there is none.
    method : str
        "bootstrap", "Monte Carlo" or "none"; `reason` says why none.
    other : (float, float)
        The range by the other method, as a check.
    """

    ends: tuple[float, float]
    method: str
    reason: str
    other: tuple[float, float]


def product_range(chain: Chain, paths: Array, *, draws: int, seed: int, level: float) -> Product:
    """Give the range of the product: resampled with many clusters, drawn with fewer.

    With few clusters resampled ranges are too short; there both paths are drawn from their own t.
    """
    products = paths[:, 0] * paths[:, 1]
    clusters = chain.middle.n_clusters
    wider = _expanded(level, clusters)
    resampled = _middle_part(products[np.isfinite(products)], wider)
    if clusters < FEWEST_CLUSTERS:
        reason = f"{clusters} clusters; at least {FEWEST_CLUSTERS} are needed for an interval"
        return Product(NOTHING, "none", reason, NOTHING)
    places = ((chain.middle, 0), (chain.outcome, 1))
    if all(many_clusters(fit, np.eye(len(fit.coef))[place]) for fit, place in places):
        covariance = chain.covariance()[:2, :2]
        drawn = draw_products(chain.a, chain.b, covariance, draws=draws, seed=seed)
        return Product(resampled, "bootstrap", "", _middle_part(drawn, level))
    rng = np.random.default_rng(seed)
    sides = [_small_sample(fit, place) for fit, place in places]
    if min(df for _, df in sides) < FEWEST_DF:
        reason = f"fewer than {FEWEST_DF:.0f} degrees of freedom on one of the paths"
        return Product(NOTHING, "none", reason, resampled)
    a, b = (
        value + error * rng.standard_t(df, size=draws)
        for value, (error, df) in zip((chain.a, chain.b), sides, strict=True)
    )
    return Product(_middle_part(a * b, level), "Monte Carlo", "", resampled)


def _expanded(level: float, clusters: int) -> float:
    """Widen the part of the resamples that is kept: resampled clusters vary too little.

    As an ordinary interval on t, with G - 1 in the variance (Hesterberg 2015).
    """
    t = float(student.ppf(0.5 + 0.5 * level, clusters - 1))
    return 2.0 * float(normal.cdf(t * np.sqrt(clusters / (clusters - 1)))) - 1.0


def _middle_part(drawn: Array, level: float) -> tuple[float, float]:
    if not len(drawn):
        return NOTHING
    low, high = np.quantile(drawn, [0.5 - 0.5 * level, 0.5 + 0.5 * level])
    return float(low), float(high)


def _small_sample(fit: ClusteredFit, place: int) -> tuple[float, float]:
    contrast = np.eye(len(fit.coef))[place]
    variance = contrast @ robust_covariance(fit, kind="CR2") @ contrast
    return float(np.sqrt(variance)), satterthwaite_df(fit, contrast)


def path_intervals(chain: Chain, product: Product, level: float) -> dict[str, Interval]:
    """Give each path with its clustered range, and the product with its own."""
    places = {
        "a": (chain.middle, 0),
        "b": (chain.outcome, 1),
        "direct": (chain.outcome, 0),
        "total": (chain.whole, 0),
    }
    found = {
        key: cluster_interval(fit, np.eye(len(fit.coef))[place], level=level)
        for key, (fit, place) in places.items()
    }
    found["indirect"] = Interval(
        chain.indirect,
        path_errors(chain, chain.covariance())["indirect"],
        product.ends[0],
        product.ends[1],
        float("nan"),
        float("nan"),
        product.method,
        product.reason,
    )
    return found


def clear_of_zero(interval: Interval) -> int:
    """Tell whether a range lies above zero (1), below (-1), or holds it (0)."""
    return int(interval.low > 0) - int(interval.high < 0)


def share_through(chain: Chain, paths: Array, total: Interval, level: float) -> dict[str, float]:
    """Give the share of a total clear of zero that runs through the middle."""
    names = ("share", "share_low", "share_high")
    if not clear_of_zero(total):
        return dict.fromkeys(names, float("nan"))
    products = paths[:, 0] * paths[:, 1]
    shares = products / (products + paths[:, 2])
    wider = _expanded(level, chain.middle.n_clusters)
    ends = _middle_part(shares[np.isfinite(shares)], wider)
    return dict(zip(names, (chain.indirect / chain.total, *ends), strict=True))
