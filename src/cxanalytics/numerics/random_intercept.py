"""How far do groups differ in their answers, beyond what their members bring along?

Cumulative-link models with normal random intercepts, P(Y <= k | x, u) = F(theta_k - x'beta - u),
for groups of one level or of levels nested in each other. The likelihood is the marginal one, by
Laplace's method or adaptive quadrature, and its curvature is exact. Coefficients are those within
a group: averages over groups come from `marginal_share_above`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import linalg, stats

from cxanalytics.errors import ModelError, must_be
from cxanalytics.numerics.answer_derivatives import CONCAVE
from cxanalytics.numerics.links import get_link
from cxanalytics.numerics.random_intercept_climb import Ascent, Marginal, Place
from cxanalytics.numerics.random_intercept_data import (
    Divided,
    GroupedAnswers,
    divide,
    read_grouped,
)
from cxanalytics.numerics.random_intercept_maximum import maximize, refuse_separation
from cxanalytics.numerics.random_intercept_profile import profile, tail_ratio
from cxanalytics.numerics.random_intercept_quadrature import Quadrature
from cxanalytics.numerics.random_intercept_result import RandomInterceptFit

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

LEVEL = 0.95


def fit_random_intercept(
    answers: ArrayLike,
    design: ArrayLike,
    groups: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    counts: ArrayLike | None = None,
    link: str = "logit",
    quadrature: int | None = None,
    intervals: bool = True,
    adjusted: bool = True,
    level: float = LEVEL,
    tolerance: float = 1e-10,
    max_iterations: int = 100,
    names: Sequence[str] | None = None,
) -> RandomInterceptFit:
    """Fit a cumulative-link model with normal random intercepts by marginal likelihood.

    Parameters
    ----------
    answers : array_like of int, shape (rows,)
        Codes from 0, no missing; codes that do not occur are dropped.
    design : array_like of shape (rows, p)
        Without a constant. Integer types are kept, so int8 saves memory.
    groups : array_like of int, shape (rows,) or (rows, levels)
        Codes from 0 without gaps in the first column. Further columns are levels nested in the
        one before: a code under two parents is two groups.
    weights : array_like of shape (rows,), optional
        Positive sampling weights. They are scaled to sum to the number of respondents in each
        finest group (Rabe-Hesketh and Skrondal 2006, "size"); the likelihood is then a
        pseudo-likelihood with a sandwich variance over the coarsest groups. A check, not the
        primary analysis: that is unweighted, with what the weights rest on in the design.
    counts : array_like of shape (rows,), optional
        Respondents that each row stands for; the same as repeating the row.
    link : {"logit", "probit", "cloglog", "loglog"}
    quadrature : int, optional
        1 for Laplace's method, more for as many nodes of adaptive quadrature in every group. By
        default 15 nodes for groups under 500 respondents where there is one level, else Laplace.
    intervals : bool
        Find the profile intervals and tests of the standard deviations.
    adjusted : bool
        Adjust the profile for the estimation of thresholds and coefficients (Cox and Reid 1987),
        without which intervals miss too often upwards where groups are few, and for groups that
        lie further out than normal intercepts would (Kent 1982).
    level : float
        Probability content of the intervals.
    tolerance : float
        Gain at convergence: twice what one more step would add to the log likelihood.
    max_iterations : int
    names : sequence of str, optional
        Names of columns, for messages.

    Returns
    -------
    RandomInterceptFit

    Raises
    ------
    ModelError
        The data cannot carry the model: one answer or one group only, collinear columns, no
        convergence.
    """
    if link not in CONCAVE:
        raise ModelError(must_be("link", CONCAVE, link))
    data = read_grouped(answers, design, groups, weights=weights, counts=counts)
    divided = divide(data, get_link(link), quadrature)
    depth, size = data.tree.depth, len(data.categories) - 1 + data.design.shape[1]
    labels = list(names) if names is not None else [f"column {j + 1}" for j in range(size)]
    ascent = maximize(data, divided, get_link(link), labels, tolerance, max_iterations)
    marginal, best = Marginal(divided.parts, depth), ascent.place
    information = -marginal.curvature(best)
    covariance = _covariance(marginal, best, information, sandwich=weights is not None)
    refuse_separation(data, best, covariance, labels)
    m, sd = len(data.categories) - 1, best.parameters[size:]
    spread, tails = _Spread.unknown(depth), np.full(depth, np.nan)
    if intervals:
        reach = float(stats.norm.ppf(0.5 + level / 2.0))
        error = np.sqrt(np.maximum(np.diag(covariance)[size:], 0.0))
        if weights is None:
            tails = _tails(marginal, best, information) if adjusted else np.ones(depth)
            spread = _profiled(marginal, ascent, error, reach * np.sqrt(tails), adjusted=adjusted)
        else:
            spread = _by_delta(marginal, ascent, error, reach)
    modes, variances = _modes(data, divided, best)
    return RandomInterceptFit(
        link=link,
        categories=data.categories,
        thresholds=best.parameters[:m],
        coefficients=best.parameters[m:size],
        sd=sd,
        sd_adjusted=spread.adjusted,
        sd_low=spread.low,
        sd_high=spread.high,
        tails=tails,
        p_value=spread.p_value,
        covariance=covariance,
        log_likelihood=ascent.place.log_likelihood,
        log_likelihood_without=spread.without,
        modes=modes,
        mode_variances=variances,
        group_codes=data.tree.codes,
        parents=data.tree.parents,
        gain=ascent.gain,
        iterations=ascent.iterations,
        n=float(data.respondents.sum()),
        weight_sum=float(sum(part.total for part in divided.parts)),
        quadrature_groups=sum(
            part.rows.n_groups for part in divided.parts if isinstance(part, Quadrature)
        ),
        variance="information" if weights is None else "sandwich",
    )


def _covariance(marginal: Marginal, best: Place, information: Floats, *, sandwich: bool) -> Floats:
    """Invert the exact curvature among parameters off the boundary."""
    inside = np.ones(len(best.parameters), dtype=bool)
    inside[-marginal.depth :] = best.parameters[-marginal.depth :] > 0.0
    block = np.ix_(inside, inside)
    try:
        factor = linalg.cho_factor(information[block])
    except linalg.LinAlgError:
        raise ModelError(
            "The likelihood must have a clear maximum; got one that is flat in some direction."
        ) from None
    bread = linalg.cho_solve(factor, np.eye(int(inside.sum())))
    if sandwich:
        scores = np.vstack(
            [
                part.scores(best.parameters, point)
                for part, point in zip(marginal.parts, best.points, strict=True)
            ]
        )[:, inside]
        scores -= scores.mean(axis=0)
        bread = bread @ (scores.T @ scores) @ bread * (len(scores) / (len(scores) - 1))
    covariance = np.zeros((len(inside),) * 2)
    covariance[block] = 0.5 * (bread + bread.T)
    return covariance


@dataclass(frozen=True, slots=True)
class _Spread:
    """Intervals and tests of the standard deviations, each of shape (levels,)."""

    adjusted: Floats
    low: Floats
    high: Floats
    without: Floats
    p_value: Floats

    @classmethod
    def unknown(cls, depth: int) -> _Spread:
        return cls(*np.full((5, depth), np.nan))


def _tails(marginal: Marginal, best: Place, information: Floats) -> Floats:
    """Compare the scatter of groups with that of normal intercepts, level by level."""
    parts = [
        part.scores_in_sd(best.parameters, point)
        for part, point in zip(marginal.parts, best.points, strict=True)
    ]
    own = np.diag(information)[-marginal.depth :]
    return np.array(
        [
            tail_ratio(np.concatenate(scores), float(about))
            for scores, about in zip(zip(*parts, strict=True), own, strict=True)
        ]
    )


def _profiled(
    marginal: Marginal, ascent: Ascent, error: Floats, reach: Floats, *, adjusted: bool
) -> _Spread:
    """Take tests and intervals from the profile likelihood of each standard deviation."""
    spread, best = _Spread.unknown(marginal.depth), ascent.place
    for level in range(marginal.depth):
        found = profile(
            marginal,
            best,
            level,
            reach=float(reach[level]),
            std_error=float(error[level]),
            adjusted=adjusted,
        )
        spread.adjusted[level] = found.estimate
        spread.low[level], spread.high[level] = found.low, found.high
        spread.without[level] = found.without
        fall = 2.0 * (ascent.height - found.without)
        spread.p_value[level] = 0.5 * stats.chi2.sf(fall, 1) if fall > 0.0 else 1.0
    return spread


def _by_delta(marginal: Marginal, ascent: Ascent, error: Floats, reach: float) -> _Spread:
    """Take intervals from the standard errors, on the log scale."""
    unknown = _Spread.unknown(marginal.depth)
    sd = ascent.place.parameters[-marginal.depth :]
    ratio = np.exp(reach * error / np.where(sd > 0.0, sd, np.nan))
    return _Spread(unknown.adjusted, sd / ratio, sd * ratio, unknown.without, unknown.p_value)


def _modes(
    data: GroupedAnswers, divided: Divided, best: Place
) -> tuple[tuple[Floats, ...], tuple[Floats, ...]]:
    """Put the conditional modes and variances of all groups together, level by level."""
    sd = best.parameters[-data.tree.depth :]
    modes = [np.zeros(size) for size in data.tree.sizes]
    variances = [np.zeros(size) for size in data.tree.sizes]
    for part, members, point in zip(divided.parts, divided.members, best.points, strict=True):
        spread = part.mode_variances(best.parameters, point)
        for level in range(data.tree.depth):
            place = members if data.tree.depth == 1 else slice(None)
            modes[level][place] = sd[level] * point.effects[level]
            variances[level][place] = sd[level] ** 2 * spread[level]
    return tuple(modes), tuple(variances)
