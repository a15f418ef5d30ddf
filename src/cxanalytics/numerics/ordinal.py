"""What shifts answers on an ordered scale?

Cumulative-link models, P(Y <= k | x) = F(theta_k - x'beta - alpha_g) (McCullagh 1980), fitted
by Newton steps with the analytic gradient and the observed Hessian, halved when the likelihood
falls. Large data start at the fit of a subsample.

The likelihood weight of a row is `counts` (respondents it stands for) times `weights` (sampling
weights). The two differ in the variance: counts are respondents, weights are not. Variances are
the inverse observed information, or Binder's (1983) sandwich B M B with B the inverse of the
observed weighted information and M the between-PSU covariance of the weighted scores.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import linalg

from cxanalytics.errors import ModelError, SeparationError, must_be
from cxanalytics.numerics.links import get_link
from cxanalytics.numerics.newton import Peak, climb
from cxanalytics.numerics.ordinal_cells import add_up_equal_rows
from cxanalytics.numerics.ordinal_given import check_rows
from cxanalytics.numerics.ordinal_sandwich import Problem, between_scores
from cxanalytics.numerics.ordinal_start import height, starting_point
from cxanalytics.numerics.ordinal_sums import SortedRows, sort_given
from cxanalytics.numerics.survey_design import survey_design

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

WARM_ROWS = 40_000
"""Rows of the subsample that gives large data their starting values."""

LARGE_EFFECT = 8.0
"""Units of the link over a column's range; with an error as large, the effect is not finite."""


@dataclass(frozen=True, slots=True)
class CumulativeLinkFit:
    """A fitted cumulative-link model.

    With m thresholds, p design columns and G groups (0 or at least 2), the parameters are
    ordered thresholds (m), coefficients (p), effects of groups 1 to G - 1.

    Attributes
    ----------
    link : str
    categories : ndarray of int, shape (m + 1,)
        Answer codes that occur, in order; empty ones are dropped.
    thresholds : ndarray of shape (m,)
    coefficients : ndarray of shape (p,)
        Positive values shift answers up.
    group_effects : ndarray of shape (G,)
        The first is 0, the reference.
    covariance : ndarray of shape (m + p + max(G - 1, 0),) * 2
    log_likelihood : float
        Sum of counts times weights times log probability.
    score_norm : float
        Largest absolute score per unit of weight, columns scaled by their largest value.
    iterations : int
    n : float
        Respondents.
    weight_sum : float
    degrees_of_freedom : float
        PSUs less strata; infinite for the information variance.
    variance : str
        "information" or "sandwich".
    psus, strata : int
        0 for the information variance.
    """

    link: str
    categories: Integers
    thresholds: Floats
    coefficients: Floats
    group_effects: Floats
    covariance: Floats
    log_likelihood: float
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

    def predictor(self, design: ArrayLike, *, groups: ArrayLike | None = None) -> Floats:
        """Compute x'beta + alpha_g.

        Parameters
        ----------
        design : array_like of shape (rows, p)
        groups : array_like of int, shape (rows,), optional
            Needed when the model has groups.

        Returns
        -------
        ndarray of shape (rows,)
        """
        value = np.asarray(design, dtype=float) @ self.coefficients
        if len(self.group_effects) and groups is None:
            raise ModelError("`groups` is needed: the model has group effects; got None.")
        if groups is not None and len(self.group_effects):
            value = value + self.group_effects[np.asarray(groups)]
        return value

    def probabilities(self, design: ArrayLike, *, groups: ArrayLike | None = None) -> Floats:
        """Predict the probability of each answer.

        Parameters
        ----------
        design, groups
            As in `predictor`.

        Returns
        -------
        ndarray of shape (rows, m + 1)
            Columns in the order of `categories`; rows sum to 1.
        """
        link, value = get_link(self.link), self.predictor(design, groups=groups)
        ladder = self.thresholds[None, :] - value[:, None]
        inner = link.between(ladder[:, 1:], ladder[:, :-1])
        return np.hstack([link.below(ladder[:, :1]), inner, link.above(ladder[:, -1:])])

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


def _reach(rows: SortedRows) -> tuple[Floats, Floats]:
    """Give each parameter its column's largest absolute value (at least 1) and its range."""
    m, p, _ = rows.shape
    largest, width = np.ones(rows.size), np.ones(rows.size)
    high = rows.design.max(axis=0).astype(float)
    low = rows.design.min(axis=0).astype(float)
    largest[m : m + p] = np.maximum(np.maximum(np.abs(high), np.abs(low)), 1.0)
    width[m : m + p] = high - low
    return largest, width


def _columns(
    rows: SortedRows, names: Sequence[str] | None, group_names: Sequence[str] | None
) -> list[str]:
    m, p, g = rows.shape
    columns = list(names) if names is not None else [f"column {j + 1}" for j in range(p)]
    groups = list(group_names) if group_names is not None else [f"group {j}" for j in range(g)]
    return [f"threshold {k + 1}" for k in range(m)] + columns + groups[1:]


def _refuse_flat(information: Floats, labels: list[str]) -> None:
    """Refuse a design whose columns are combinations of each other or of a constant."""
    scale = np.sqrt(np.maximum(np.diag(information), 1e-300))
    values, vectors = np.linalg.eigh(information / np.outer(scale, scale))
    if values[0] > 1e-11 * len(scale):
        return
    loads = np.abs(vectors[:, 0])
    named = [label for label, load in zip(labels, loads, strict=True) if load > 0.1]
    involved = [label for label in named if not label.startswith("threshold")] or named
    raise ModelError(
        f"{', '.join(f'`{label}`' for label in involved[:6])} must vary independently; "
        f"got a constant or a combination of other columns."
    )


def _refuse_separation(
    peak: Peak, information: Floats, width: Floats, thresholds: int, labels: list[str]
) -> None:
    """Refuse effects that grow without limit because answers separate perfectly.

    `information` is per respondent of weight 1, so that the scale of the weights is immaterial.
    """
    errors = np.sqrt(np.maximum(np.diag(linalg.pinvh(information)), 0.0))
    size = np.abs(peak.parameters) * width
    endless = (size > LARGE_EFFECT) & (errors * width > size)
    endless[:thresholds] = False
    if endless.any():
        named = [f"`{labels[j]}`" for j in np.flatnonzero(endless)[:6]]
        raise SeparationError(
            f"{', '.join(named)} must not separate the answers perfectly; got an effect without "
            f"a finite estimate. Leave it out or merge it."
        )


def fit_cumulative_link(
    answers: ArrayLike,
    design: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    counts: ArrayLike | None = None,
    groups: ArrayLike | None = None,
    link: str = "logit",
    clusters: ArrayLike | None = None,
    strata: ArrayLike | None = None,
    variance: str | None = None,
    tolerance: float = 1e-12,
    max_iterations: int = 50,
    names: Sequence[str] | None = None,
    group_names: Sequence[str] | None = None,
) -> CumulativeLinkFit:
    """Fit a cumulative-link model by maximum (weighted) likelihood.

    Parameters
    ----------
    answers : array_like of int, shape (rows,)
        Codes 0 to K - 1, no missing; codes that do not occur are dropped.
    design : array_like of shape (rows, p)
        Without a constant. Integer types are kept, so int8 saves memory.
    weights : array_like of shape (rows,), optional
        Positive sampling weights. Their scale changes nothing but `log_likelihood` and, on
        request only, the information variance.
    counts : array_like of shape (rows,), optional
        Respondents that each row stands for; the same as repeating the row.
    groups : array_like of int, shape (rows,), optional
        0 to G - 1: adds an intercept per group, group 0 the reference.
    link : {"logit", "probit", "cloglog", "loglog", "cauchit"}
    clusters, strata : array_like of shape (rows,), optional
        Labels of PSUs and strata. Without clusters each respondent is a PSU.
    variance : {"information", "sandwich"}, optional
        By default "information" without weights, clusters and strata, "sandwich" otherwise:
        sampling weights are never taken for counts unless that is asked for.
    tolerance : float
        Largest absolute score per unit of weight at convergence.
    max_iterations : int
    names, group_names : sequence of str, optional
        Names of columns and groups, for messages.

    Returns
    -------
    CumulativeLinkFit

    Raises
    ------
    ModelError
        The data cannot carry the model: one answer only, collinear columns, separation, no
        convergence.
    """
    chosen = get_link(link)
    plain = weights is None and clusters is None and strata is None
    kind = variance or ("information" if plain else "sandwich")
    if kind not in ("information", "sandwich"):
        raise ModelError(must_be("variance", ("information", "sandwich"), variance))
    given = check_rows(answers, design, weights, counts, groups)
    grouped = add_up_equal_rows(given)
    rows, cell = (sort_given(given), None) if grouped is None else grouped
    labels = _columns(rows, names, group_names)
    m, p, _ = rows.shape
    scale, width = _reach(rows)
    total = float(rows.category_mass().sum())
    start, there = starting_point(rows, chosen, scale=scale, fewest=WARM_ROWS)
    _refuse_flat(-there.hessian, labels)
    peak = climb(
        lambda at: there if at is start else height(rows, chosen, at),
        start,
        scale=scale * total,
        tolerance=tolerance,
        most=max_iterations,
    )
    _refuse_separation(peak, -peak.height.hessian * rows.n / total, width, m, labels)
    if peak.norm > max(tolerance, 1e-7):
        raise ModelError(
            f"The model must converge within {max_iterations} steps; got a score of "
            f"{peak.norm:.1e} per answer after {peak.iterations}."
        )
    bread = linalg.inv(-peak.height.hessian)
    parameters = _last_step(peak, bread, scale)
    covariance, drawn = (bread + bread.T) / 2.0, None
    if kind == "sandwich":
        drawn = survey_design(len(given.answers), psu=clusters, strata=strata, counts=counts)
        problem = Problem(given, rows, cell, chosen)
        covariance = bread @ between_scores(problem, parameters, drawn) @ bread
    return CumulativeLinkFit(
        link=link,
        categories=given.categories,
        thresholds=parameters[:m],
        coefficients=parameters[m : m + p],
        group_effects=_with_reference(parameters[m + p :], rows.n_groups),
        covariance=covariance,
        log_likelihood=peak.height.log_likelihood,
        score_norm=peak.norm,
        iterations=peak.iterations,
        n=rows.n,
        weight_sum=total,
        degrees_of_freedom=np.inf if drawn is None else drawn.degrees_of_freedom,
        variance=kind,
        psus=0 if drawn is None else drawn.n_psu,
        strata=0 if drawn is None else drawn.n_strata,
    )


def _last_step(peak: Peak, bread: Floats, scale: Floats) -> Floats:
    """Go where the quadratic at the peak has its top: no nearer look is needed to be exact."""
    step = bread @ peak.height.score
    return peak.parameters + step if (np.abs(step) * scale < 1e-6).all() else peak.parameters


def _with_reference(effects: Floats, n_groups: int) -> Floats:
    return np.concatenate([[0.0], effects]) if n_groups else np.zeros(0)
