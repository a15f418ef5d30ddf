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
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import linalg

from cxanalytics.errors import ModelError, must_be
from cxanalytics.numerics.links import Link, get_link
from cxanalytics.numerics.ordinal_sums import (
    SortedRows,
    Sums,
    between_scores,
    evaluate,
    sort_rows,
)
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


def _newton_step(information: Floats, score: Floats) -> Floats:
    """Solve for the step, lifting the diagonal where the likelihood is not concave."""
    scale = np.sqrt(np.maximum(np.abs(np.diag(information)), 1e-300))
    unit = information / np.outer(scale, scale)
    for lift in (0.0, 1e-3, 1e-2, 0.1, 1.0, 10.0, 100.0):
        try:
            factor = linalg.cho_factor(unit + lift * np.eye(len(unit)))
        except linalg.LinAlgError:
            continue
        return linalg.cho_solve(factor, score / scale) / scale
    return score / scale**2


@dataclass(slots=True)
class _State:
    parameters: Floats
    sums: Sums
    iterations: int = 0
    norm: float = field(default=np.inf)


def _climb(
    rows: SortedRows, link: Link, state: _State, *, scale: Floats, tolerance: float, most: int
) -> _State:
    """Take Newton steps, halved until the likelihood does not fall."""
    total = float(rows.category_mass().sum())
    while True:
        score = state.sums.vector()
        state.norm = float(np.max(np.abs(score) / scale)) / total
        if state.norm < tolerance or state.iterations >= most:
            return state
        step = _newton_step(-state.sums.matrix(), score)
        floor = state.sums.log_likelihood
        slack = 1e-12 * abs(floor)
        for halving in range(40):
            trial = state.parameters + step * 0.5**halving
            sums = evaluate(rows, link, trial)
            if sums.log_likelihood >= floor - slack:
                break
        else:
            return state
        state.parameters, state.sums = trial, sums
        state.iterations += 1


def _marginal_start(rows: SortedRows, link: Link) -> Floats:
    mass = rows.category_mass()
    share = np.cumsum(mass)[:-1] / mass.sum()
    return np.concatenate([link.quantile(share), np.zeros(rows.size - len(share))])


def _start(rows: SortedRows, link: Link, *, scale: Floats) -> _State:
    """Start at the marginal thresholds, or at the fit of a subsample if that is likelier."""
    cold = _marginal_start(rows, link)
    number = int(rows.starts[-1])
    if number >= 5 * WARM_ROWS:
        sample = rows.every(number // WARM_ROWS)
        if np.diff(sample.starts).min() >= 20:
            near = _State(cold, evaluate(sample, link, cold))
            near = _climb(sample, link, near, scale=scale, tolerance=1e-5, most=6)
            warm = _State(near.parameters, evaluate(rows, link, near.parameters))
            mass = rows.category_mass()
            if warm.sums.log_likelihood > float(mass @ np.log(mass / mass.sum())):
                return warm
    return _State(cold, evaluate(rows, link, cold))


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
    state: _State, information: Floats, width: Floats, thresholds: int, labels: list[str]
) -> None:
    """Refuse effects that grow without limit because answers separate perfectly.

    `information` is per respondent of weight 1, so that the scale of the weights is immaterial.
    """
    errors = np.sqrt(np.maximum(np.diag(linalg.pinvh(information)), 0.0))
    size = np.abs(state.parameters) * width
    endless = (size > LARGE_EFFECT) & (errors * width > size)
    endless[:thresholds] = False
    if endless.any():
        named = [f"`{labels[j]}`" for j in np.flatnonzero(endless)[:6]]
        raise ModelError(
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
    tolerance: float = 1e-10,
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
    rows, categories = sort_rows(answers, design, weights, counts, groups)
    labels = _columns(rows, names, group_names)
    m, p, _ = rows.shape
    scale, width = _reach(rows)
    state = _start(rows, chosen, scale=scale)
    _refuse_flat(-state.sums.matrix(), labels)
    state = _climb(rows, chosen, state, scale=scale, tolerance=tolerance, most=max_iterations)
    information = -state.sums.matrix()
    total = float(rows.category_mass().sum())
    n = float(rows.starts[-1] if rows.counts is None else rows.counts.sum())
    _refuse_separation(state, information * n / total, width, m, labels)
    if state.norm > max(tolerance, 1e-7):
        raise ModelError(
            f"The model must converge within {max_iterations} steps; got a score of "
            f"{state.norm:.1e} per answer after {state.iterations}."
        )
    bread = linalg.inv(information)
    covariance, drawn = (bread + bread.T) / 2.0, None
    if kind == "sandwich":
        drawn = survey_design(int(rows.starts[-1]), psu=clusters, strata=strata, counts=counts)
        covariance = bread @ between_scores(rows, chosen, state.parameters, drawn) @ bread
    return CumulativeLinkFit(
        link=link,
        categories=categories,
        thresholds=state.parameters[:m],
        coefficients=state.parameters[m : m + p],
        group_effects=_with_reference(state.parameters[m + p :], rows.n_groups),
        covariance=covariance,
        log_likelihood=state.sums.log_likelihood,
        score_norm=state.norm,
        iterations=state.iterations,
        n=n,
        weight_sum=total,
        degrees_of_freedom=np.inf if drawn is None else drawn.degrees_of_freedom,
        variance=kind,
        psus=0 if drawn is None else drawn.n_psu,
        strata=0 if drawn is None else drawn.n_strata,
    )


def _with_reference(effects: Floats, n_groups: int) -> Floats:
    return np.concatenate([[0.0], effects]) if n_groups else np.zeros(0)
