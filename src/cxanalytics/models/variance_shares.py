"""Into which parts does the variance of an answer fall, on the latent scale?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.special import expit, logit

from cxanalytics.numerics.random_intercept_result import RandomInterceptFit

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class VarianceShares:
    """Parts of the variance, levels first, then case mix and the rest.

    Attributes
    ----------
    parts : ndarray of shape (levels + 2,)
        They sum to 1.
    covariance : ndarray of shape (levels + 2,) * 2
    total : float
        The whole variance, in squared units of the link.
    """

    parts: Floats
    covariance: Floats
    total: float

    @property
    def std_error(self) -> Floats:
        """Standard errors of the parts."""
        return np.sqrt(np.maximum(np.diag(self.covariance), 0.0))


def divide_variance(
    fit: RandomInterceptFit, design: NDArray[np.generic], people: Floats, sd: Floats
) -> VarianceShares:
    """Divide the variance of an answer among levels, case mix and the rest.

    Parameters
    ----------
    fit : RandomInterceptFit
    design : ndarray of shape (rows, columns)
        Case mix: the first columns of the fitted design.
    people : ndarray of shape (rows,)
        Weights of the rows.
    sd : ndarray of shape (levels,)
        Standard deviations of the intercepts.

    Returns
    -------
    VarianceShares
        Errors come from the delta method, widened as the profiles are.
    """
    m, p, depth = len(fit.thresholds), design.shape[1], len(sd)
    beta = fit.coefficients[:p]
    spread = np.zeros((p, p))
    if p:
        spread = np.atleast_2d(np.cov(design.astype(float).T, aweights=people, ddof=0))
    variances = np.array([*sd**2, float(beta @ spread @ beta), fit.variance_of_link])
    slopes = np.zeros((depth + 2, len(fit.covariance)))
    slopes[:depth, -depth:] = np.diag(2.0 * sd)
    slopes[depth, m : m + p] = 2.0 * spread @ beta
    total = float(variances.sum())
    slopes = slopes / total - np.outer(variances, slopes.sum(axis=0)) / total**2
    slopes[:, -depth:] *= np.sqrt(np.nan_to_num(fit.tails, nan=1.0))
    return VarianceShares(variances / total, slopes @ fit.covariance @ slopes.T, total)


def range_of_share(share: Floats, error: Floats, level: float) -> tuple[Floats, Floats]:
    """Lay ranges of shares on the logit scale.

    Parameters
    ----------
    share, error : ndarray of shape (parts,)
    level : float
        Probability content.

    Returns
    -------
    low, high : ndarray of shape (parts,)
    """
    inside = np.clip(share, 1e-12, 1.0 - 1e-12)
    half = stats.norm.ppf(0.5 + level / 2.0) * error / (inside * (1.0 - inside))
    return expit(logit(inside) - half), expit(logit(inside) + half)
