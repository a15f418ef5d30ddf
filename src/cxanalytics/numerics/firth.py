"""What does a yes-or-no model say where events are rare or separated perfectly?

Logistic regression with reduced bias: adjusted scores whose roots are always finite. "mean" is
Firth's (1993) adjustment, which for the logit maximizes the likelihood times Jeffreys' prior;
"median" puts the median of each estimate on the truth (AS-median in R's brglm2).
The adjustment counts respondents, so sampling weights are scaled to an average of one first:
their scale changes nothing. Group levels never become columns.

The variance is the inverse information at the estimate. With weights or clusters it is the
sandwich of the adjusted scores, never below the inverse information in any direction: people
whom a column separates all have the same score, and a sandwich alone would call them certain.
Profile intervals of the penalized likelihood have two finite ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import linalg, optimize

from cxanalytics.errors import ModelError, must_be
from cxanalytics.numerics.between import BetweenUnits
from cxanalytics.numerics.firth_sums import ADJUSTMENTS, YesRows, yes_rows
from cxanalytics.numerics.newton import Peak, climb
from cxanalytics.numerics.ordinal import CumulativeLinkFit
from cxanalytics.numerics.profile import profile_limits
from cxanalytics.numerics.survey_design import Design, survey_design

Floats = NDArray[np.float64]

CONVERGED = 1e-7
TOLERANCE = 1e-11
STEPS = 500


@dataclass(frozen=True, slots=True)
class FirthFit:
    """A logistic regression with reduced bias.

    With p columns and G groups (0 or at least 2), the parameters are: intercept, coefficients
    (p), levels of groups 1 to G - 1.

    Attributes
    ----------
    adjustment : str
        "mean" or "median".
    intercept : float
    coefficients : ndarray of shape (p,)
    group_effects : ndarray of shape (G,)
        The first is 0, the reference.
    covariance : ndarray of shape (1 + p + max(G - 1, 0),) * 2
    penalized_log_likelihood : float
        Log likelihood plus half the log determinant of the information.
    score_norm : float
        Largest absolute adjusted score per respondent, columns scaled by their largest value.
    iterations : int
    n, weight_sum : float
        Respondents, and sum of counts times weights as given.
    degrees_of_freedom : float
        PSUs less strata; infinite for the information variance.
    variance : str
        "information" or "sandwich".
    psus, strata : int
        0 for the information variance.
    """

    adjustment: str
    intercept: float
    coefficients: Floats
    group_effects: Floats
    covariance: Floats
    penalized_log_likelihood: float
    score_norm: float
    iterations: int
    n: float
    weight_sum: float
    degrees_of_freedom: float
    variance: str
    psus: int
    strata: int

    @property
    def std_error(self) -> Floats:
        """Standard errors in the order of the parameters."""
        return np.sqrt(np.maximum(np.diag(self.covariance), 0.0))

    def at_cut(self) -> CumulativeLinkFit:
        """Give the same model as a cumulative one of answers 0 and 1.

        Returns
        -------
        CumulativeLinkFit
            Its threshold is minus the intercept.
        """
        sign = np.ones(len(self.covariance))
        sign[0] = -1.0
        return CumulativeLinkFit(
            link="logit",
            categories=np.array([0, 1]),
            thresholds=np.array([-self.intercept]),
            coefficients=self.coefficients,
            group_effects=self.group_effects,
            covariance=self.covariance * np.outer(sign, sign),
            log_likelihood=self.penalized_log_likelihood,
            score_norm=self.score_norm,
            iterations=self.iterations,
            n=self.n,
            weight_sum=self.weight_sum,
            degrees_of_freedom=self.degrees_of_freedom,
            variance=self.variance,
            psus=self.psus,
            strata=self.strata,
        )


def fit_firth(
    answers: ArrayLike,
    design: ArrayLike,
    *,
    adjustment: str = "mean",
    weights: ArrayLike | None = None,
    counts: ArrayLike | None = None,
    groups: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
    strata: ArrayLike | None = None,
    variance: str | None = None,
    names: Sequence[str] | None = None,
) -> FirthFit:
    """Fit a logistic regression with reduced bias.

    Parameters
    ----------
    answers : array_like of int, shape (rows,)
        0 or 1.
    design : array_like of shape (rows, p)
        Without a constant.
    adjustment : {"mean", "median"}
    weights, counts, groups, clusters, strata, variance, names
        As in `fit_cumulative_link`. Groups go with "mean" only.

    Returns
    -------
    FirthFit

    Raises
    ------
    ModelError
        One answer only, columns that are combinations of each other, or no convergence.

    Reference
    ---------
    Firth (1993).
    """
    if adjustment not in ADJUSTMENTS:
        raise ModelError(must_be("adjustment", ADJUSTMENTS, adjustment))
    if adjustment == "median" and groups is not None:
        raise ModelError("The median adjustment takes no groups; give them as columns.")
    plain = weights is None and clusters is None and strata is None
    kind = variance or ("information" if plain else "sandwich")
    if kind not in ("information", "sandwich"):
        raise ModelError(must_be("variance", ("information", "sandwich"), variance))
    rows = yes_rows(answers, design, weights=weights, counts=counts, groups=groups, names=names)
    peak = _peak(rows)
    if adjustment == "median":
        peak = _median_root(rows, peak)
    _refuse_unfinished(peak)
    bread = linalg.inv(-peak.height.hessian)
    covariance, drawn = (bread + bread.T) / 2.0, None
    if kind == "sandwich":
        drawn = survey_design(len(rows.yes), psu=clusters, strata=strata, counts=counts)
        covariance = _sandwich(rows, peak, covariance, drawn)
    at, p, g = peak.parameters, rows.design.shape[1], rows.n_groups
    return FirthFit(
        adjustment=adjustment,
        intercept=float(at[0]),
        coefficients=at[1 : 1 + p],
        group_effects=np.concatenate([[0.0], at[1 + p :]]) if g else np.zeros(0),
        covariance=covariance,
        penalized_log_likelihood=peak.height.log_likelihood,
        score_norm=peak.norm,
        iterations=peak.iterations,
        n=rows.n,
        weight_sum=rows.weight_sum,
        degrees_of_freedom=np.inf if drawn is None else drawn.degrees_of_freedom,
        variance=kind,
        psus=0 if drawn is None else drawn.n_psu,
        strata=0 if drawn is None else drawn.n_strata,
    )


def _peak(
    rows: YesRows, *, held: tuple[int, float] | None = None, start: Floats | None = None
) -> Peak:
    """Climb to the largest penalized likelihood, with one parameter held if need be."""
    at = rows.start() if start is None else start.copy()
    free = np.ones(len(at), dtype=bool)
    if held is not None:
        at[held[0]], free[held[0]] = held[1], False
    return climb(
        rows.penalized, at, scale=rows.reach() * rows.n, tolerance=TOLERANCE, most=STEPS, free=free
    )


def _median_root(rows: YesRows, peak: Peak) -> Peak:
    """Find the root of the median-adjusted scores, first by scoring, then by Powell's method.

    Scoring is exact and quick, but may circle where all answers are separated.
    """
    at, scale, steps = peak.parameters, rows.reach() * rows.n, 0

    def norm(score: Floats) -> float:
        return float(np.max(np.abs(score) / scale))

    score, step = rows.median(at)
    while norm(score) > TOLERANCE and steps < STEPS:
        there, onward = rows.median(at + step)
        if norm(there) > norm(score):
            found = optimize.root(lambda trial: rows.median(trial)[0] / scale, at, tol=1e-13)
            at, score = found.x, rows.median(found.x)[0]
            break
        at, score, step, steps = at + step, there, onward, steps + 1
    return Peak(at, rows.penalized(at), peak.iterations + steps, norm(score))


def _refuse_unfinished(peak: Peak) -> None:
    if not peak.norm <= CONVERGED:
        raise ModelError(
            f"The model must converge within {STEPS} steps; got a score of {peak.norm:.1e} per "
            f"answer after {peak.iterations}."
        )


def _sandwich(rows: YesRows, peak: Peak, bread: Floats, drawn: Design) -> Floats:
    """Give the sandwich of the adjusted scores, raised to the bread where it is smaller."""
    core = 1 + rows.design.shape[1]
    between = BetweenUnits(drawn, core, n_groups=rows.n_groups)
    for inside, scores, of_level in rows.scores(peak.parameters):
        places = np.arange(inside.start, inside.stop)
        if rows.groups is None:
            between.add(places, scores)
        else:
            between.add(places, scores, groups=rows.groups[inside], group_scores=of_level)
    meat = between.covariance()
    if rows.n_groups:
        meat = np.delete(np.delete(meat, core, axis=0), core, axis=1)
    root = linalg.cholesky(bread, lower=True)
    values, vectors = np.linalg.eigh(root.T @ meat @ root)
    half = root @ vectors
    return (half * np.maximum(values, 1.0)) @ half.T


def firth_interval(
    answers: ArrayLike,
    design: ArrayLike,
    *,
    column: int,
    counts: ArrayLike | None = None,
    groups: ArrayLike | None = None,
    names: Sequence[str] | None = None,
    level: float = 0.95,
) -> tuple[float, float]:
    """Bound an effect by the profile of the penalized likelihood.

    Parameters
    ----------
    answers, design, counts, groups, names
        As in `fit_firth`.
    column : int
    level : float

    Returns
    -------
    tuple of float
        Two finite ends.

    Raises
    ------
    ModelError
        As `fit_firth`.
    """
    rows = yes_rows(answers, design, counts=counts, groups=groups, names=names)
    peak = _peak(rows)
    _refuse_unfinished(peak)
    error = np.sqrt(linalg.inv(-peak.height.hessian)[1 + column, 1 + column])

    def highest(value: float) -> float:
        there = _peak(rows, held=(1 + column, value), start=peak.parameters)
        return there.height.log_likelihood

    return profile_limits(
        highest,
        float(peak.parameters[1 + column]),
        error=float(error),
        top=peak.height.log_likelihood,
        level=level,
    )
