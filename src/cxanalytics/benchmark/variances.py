"""Which sampling variances go into a benchmark, so that unanimity is not taken for certainty?

An agency where everybody agrees has a standard error near zero, and would look the surest of all.
Shares get the variance of the pooled share at the agency's effective number of answers; means and
nets the pooled spread of one answer. Clustering enters as one pooled ratio of the reported variance
to that of independent answers. Correlations between estimates, where there are any, are kept.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxanalytics.numerics.shrinkage import smooth_mean_variance, smooth_share_variance

Array = NDArray[np.float64]

SHARES = ("positive", "top")
NEGLIGIBLE = 1e-6


def smooth_variances(frame: pd.DataFrame, *, statistic: str) -> Array:
    """Return (G,) smoothed sampling variances of the rows.

    Parameters
    ----------
    frame : DataFrame
        Columns `estimate std_error`, and `n_eff` where known; without it the reported variances
        are returned as they are.
    statistic : str
        "positive" or "top" (shares), "mean", "net", or "" when unknown: shares are then recognized
        by lying between 0 and 1.
    """
    estimate = frame["estimate"].to_numpy(dtype=float)
    reported = np.square(frame["std_error"].to_numpy(dtype=float))
    if "n_eff" not in frame or frame["n_eff"].isna().any():
        return reported
    n = frame["n_eff"].to_numpy(dtype=float)
    is_share = statistic in SHARES if statistic else bool(((estimate >= 0) & (estimate <= 1)).all())
    if not is_share:
        return smooth_mean_variance(reported, n)
    return smooth_share_variance(estimate, n) * clustering_ratio(estimate, reported, n)


def clustering_ratio(share: Array, variance: Array, n_eff: Array) -> float:
    """Return how much larger the reported variances are than those of independent answers.

    Parameters
    ----------
    share, variance, n_eff : (G,) shares, their variances, and effective numbers of answers.
    """
    own = share * (1.0 - share) / n_eff
    return float(n_eff @ variance / (n_eff @ own)) if (own > 0).any() else 1.0


def joint_variances(smoothed: Array, covariance: Array | None) -> Array:
    """Return smoothed variances (G,), or their (G, G) covariance where estimates are correlated."""
    if covariance is None:
        return smoothed
    sd = np.sqrt(np.diag(covariance))
    scale = np.where(sd > 0, 1.0 / np.where(sd > 0, sd, 1.0), 0.0)
    correlation = covariance * np.outer(scale, scale)
    np.fill_diagonal(correlation, 1.0)
    if np.abs(correlation - np.eye(len(sd))).max(initial=0.0) < NEGLIGIBLE:
        return smoothed
    root = np.sqrt(smoothed)
    return np.asarray(correlation * np.outer(root, root))
