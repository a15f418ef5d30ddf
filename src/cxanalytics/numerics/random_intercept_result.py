"""What does a fitted model with random intercepts hold?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxanalytics.errors import ModelError

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

LINK_VARIANCE = {
    "logit": np.pi**2 / 3.0,
    "probit": 1.0,
    "cloglog": np.pi**2 / 6.0,
    "loglog": np.pi**2 / 6.0,
}
"""Variance of the distribution behind each link."""


@dataclass(frozen=True, slots=True)
class RandomInterceptFit:
    """A fitted cumulative-link model with random intercepts.

    With m thresholds, p design columns and L levels, coarsest first, the parameters are ordered
    thresholds (m), coefficients (p), standard deviations (L).

    Attributes
    ----------
    link : str
    categories : ndarray of int, shape (m + 1,)
        Answer codes that occur, in order.
    thresholds : ndarray of shape (m,)
    coefficients : ndarray of shape (p,)
        Positive values shift answers up, within a group.
    sd : ndarray of shape (L,)
        Standard deviations of the intercepts, in units of the link, by maximum likelihood.
    sd_adjusted : ndarray of shape (L,)
        Where the profile behind the interval is highest: less biased where groups are few.
    sd_low, sd_high : ndarray of shape (L,)
        Profile-likelihood interval; with sampling weights, by the delta method on the log scale.
        NaN where none was asked for.
    tails : ndarray of shape (L,)
        What the deviance of each profile was divided by: 1, or more where groups lie further out
        than normal intercepts would. NaN where no interval was asked for.
    p_value : ndarray of shape (L,)
        Of the standard deviation being zero: half a chi-squared of 1 degree of freedom. NaN with
        sampling weights, or where none was asked for.
    covariance : ndarray of shape (m + p + L,) * 2
        Inverse of the curvature of the marginal likelihood, or a sandwich over the coarsest groups
        with sampling weights. Zero for a standard deviation at zero.
    log_likelihood : float
    log_likelihood_without : ndarray of shape (L,)
        Without each level.
    modes : tuple of ndarray
        Conditional modes of the intercepts of each level.
    mode_variances : tuple of ndarray
        Their conditional variances, other levels integrated out.
    group_codes : tuple of ndarray of int
        The code that each group of a level had; nested groups follow their parents.
    parents : tuple of ndarray of int
        Parent of each group, zeros for the coarsest level.
    gain : float
        Twice what a further step would add to the log likelihood.
    iterations : int
    n, weight_sum : float
        Respondents, and the sum of their likelihood weights.
    quadrature_groups : int
        Groups integrated by quadrature; the others by Laplace's method.
    variance : str
        "information" or "sandwich".
    """

    link: str
    categories: Integers
    thresholds: Floats
    coefficients: Floats
    sd: Floats
    sd_adjusted: Floats
    sd_low: Floats
    sd_high: Floats
    tails: Floats
    p_value: Floats
    covariance: Floats
    log_likelihood: float
    log_likelihood_without: Floats
    modes: tuple[Floats, ...]
    mode_variances: tuple[Floats, ...]
    group_codes: tuple[Integers, ...]
    parents: tuple[Integers, ...]
    gain: float
    iterations: int
    n: float
    weight_sum: float
    quadrature_groups: int
    variance: str

    @property
    def std_error(self) -> Floats:
        """Standard errors in the order of the parameters."""
        return np.sqrt(np.maximum(np.diag(self.covariance), 0.0))

    @property
    def variance_of_link(self) -> float:
        """Variance of the link's own distribution: what one answer scatters by."""
        return LINK_VARIANCE[self.link]

    def threshold_below(self, cut: int) -> int:
        """Find the threshold under which answers fall short of a cut.

        Parameters
        ----------
        cut : int
            Smallest answer code that counts.

        Returns
        -------
        int
            Index into `thresholds`.
        """
        below = int((self.categories < cut).sum())
        if below == 0 or below == len(self.categories):
            raise ModelError(
                f"`cut` must lie between answers that occur "
                f"({self.categories[0]} to {self.categories[-1]}); got {cut}."
            )
        return below - 1
