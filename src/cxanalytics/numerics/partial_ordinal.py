"""What shifts answers on a scale when it need not shift all of them alike?

The general cumulative-link model

    P(Y <= k | x, g) = F( (theta_k - n'gamma_k - x'beta - alpha_g) exp(-z'zeta) ),

with effects gamma_k that differ between thresholds (partial proportional odds: Peterson and
Harrell 1990), effects zeta on the spread (McCullagh 1980), and thresholds that may be symmetric
or equidistant. Signs: a positive effect shifts answers up, at every threshold; R's clm prints
the effects that differ with the opposite sign, as parts of the thresholds.

Effects that differ between thresholds can cross them, which makes a probability negative for
some x. The share of people affected is counted, and a fit where it is not negligible is refused.
Weights, counts, clusters and variances are those of `fit_cumulative_link`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import linalg

from cxanalytics.errors import ModelError, must_be
from cxanalytics.numerics.links import get_link
from cxanalytics.numerics.ordinal import CumulativeLinkFit
from cxanalytics.numerics.ordinal_layout import Layout
from cxanalytics.numerics.ordinal_problem import ordinal_problem
from cxanalytics.numerics.partial_ordinal_sums import crossed, free_square, score_between
from cxanalytics.numerics.survey_design import survey_design

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

NEGATIVE_AT_MOST = 0.001
"""Share of people with a negative probability above which a fit is refused."""


@dataclass(frozen=True, slots=True)
class PartialOrdinalFit:
    """A fitted general cumulative-link model.

    With m thresholds, t structure parameters, q nominal columns, p other columns, s columns with
    an effect on the spread and G groups (0 or at least 2), the parameters are: structure (t),
    nominal effects column by column (q t), effects (p), effects on the spread (s), levels of
    groups 1 to G - 1.

    Attributes
    ----------
    link, structure : str
    categories : ndarray of int, shape (m + 1,)
        Answer codes that occur, in order; empty ones are dropped.
    layout : Layout
        Which columns of the design do what.
    parameters : ndarray of shape (parameters,)
    covariance : ndarray of shape (parameters, parameters)
    log_likelihood : float
        Sum of counts times weights times log probability.
    score_norm : float
        Largest absolute score per unit of weight, columns scaled by their largest value.
    iterations : int
    negative_share : float
        Share of the weight whose x gives some answer a negative probability.
    n, weight_sum : float
        Respondents, and sum of their likelihood weights.
    degrees_of_freedom : float
        PSUs less strata; infinite for the information variance.
    variance : str
        "information" or "sandwich".
    psus, strata : int
        0 for the information variance.
    """

    link: str
    structure: str
    categories: Integers
    layout: Layout
    parameters: Floats
    covariance: Floats
    log_likelihood: float
    score_norm: float
    iterations: int
    negative_share: float
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

    @property
    def thresholds(self) -> Floats:
        """Thresholds for x = 0, shape (m,)."""
        return self.layout.working(self.parameters).thresholds

    @property
    def structure_parameters(self) -> Floats:
        """What the thresholds are made of, shape (t,)."""
        return self.parameters[self.layout.parts[0]]

    @property
    def nominal_effects(self) -> Floats:
        """Effects of the nominal columns at each threshold, shape (q, m)."""
        return self.layout.working(self.parameters).nominal

    @property
    def coefficients(self) -> Floats:
        """Effects of the other columns, in their order in the design, shape (p,)."""
        return self.parameters[self.layout.parts[2]]

    @property
    def scale_effects(self) -> Floats:
        """Effects on the log of the spread, shape (s,)."""
        return self.parameters[self.layout.parts[3]]

    @property
    def group_effects(self) -> Floats:
        """Levels of the groups, the first 0, shape (G,)."""
        return self.layout.working(self.parameters).levels

    def slopes(self) -> Floats:
        """Give every column's effect at every threshold.

        Returns
        -------
        ndarray of shape (m, columns of the design)
        """
        at = self.layout.working(self.parameters)
        columns = len(self.layout.nominal) + len(self.layout.location)
        slopes = np.empty((len(at.thresholds), columns))
        slopes[:, self.layout.location] = at.location
        slopes[:, self.layout.nominal] = at.nominal.T
        return slopes

    def probabilities(self, design: ArrayLike, *, groups: ArrayLike | None = None) -> Floats:
        """Predict the probability of each answer; some may be negative where effects cross.

        Parameters
        ----------
        design : array_like of shape (rows, columns)
        groups : array_like of int, shape (rows,), optional
            Needed when the model has groups.

        Returns
        -------
        ndarray of shape (rows, m + 1)
            Columns in the order of `categories`; rows sum to 1.
        """
        x, link = np.asarray(design, dtype=float), get_link(self.link)
        at = self.layout.working(self.parameters)
        shift = x[:, self.layout.location] @ at.location
        if self.layout.n_groups and groups is None:
            raise ModelError("`groups` is needed: the model has group effects; got None.")
        if groups is not None and self.layout.n_groups:
            shift = shift + at.levels[np.asarray(groups)]
        ladder = at.thresholds - x[:, self.layout.nominal] @ at.nominal - shift[:, None]
        ladder *= np.exp(-(x[:, self.layout.scale] @ at.scale))[:, None]
        high, low = ladder[:, 1:], ladder[:, :-1]
        inner = link.between(np.maximum(high, low), np.minimum(high, low))
        inner = np.where(high >= low, inner, -inner)
        return np.hstack([link.below(ladder[:, :1]), inner, link.above(ladder[:, -1:])])

    def at_cut(self, cut: int) -> CumulativeLinkFit:
        """Give the model of one cut alone that this model implies.

        Parameters
        ----------
        cut : int
            Smallest answer code that counts.

        Returns
        -------
        CumulativeLinkFit
            Of answers 0 (below) and 1 (at or above), with this model's covariance: its shares at
            cut 1 are this model's shares at `cut`.

        Raises
        ------
        ModelError
            The model has effects on the spread, or no answer lies on one side of the cut.
        """
        if len(self.layout.scale):
            raise ModelError("A model with effects on the spread is not linear at one cut.")
        below = int((self.categories < cut).sum())
        if below in (0, len(self.categories)):
            raise ModelError(
                f"`cut` must lie between answers that occur "
                f"({self.categories[0]} to {self.categories[-1]}); got {cut}."
            )
        take = self._to_cut(below - 1)
        parameters = take @ self.parameters
        columns = len(self.layout.nominal) + len(self.layout.location)
        levels = parameters[1 + columns :]
        return CumulativeLinkFit(
            link=self.link,
            categories=np.array([0, 1]),
            thresholds=parameters[:1],
            coefficients=parameters[1 : 1 + columns],
            group_effects=np.concatenate([[0.0], levels]) if self.layout.n_groups else levels,
            covariance=take @ self.covariance @ take.T,
            log_likelihood=self.log_likelihood,
            score_norm=self.score_norm,
            iterations=self.iterations,
            n=self.n,
            weight_sum=self.weight_sum,
            degrees_of_freedom=self.degrees_of_freedom,
            variance=self.variance,
            psus=self.psus,
            strata=self.strata,
        )

    def _to_cut(self, threshold: int) -> Floats:
        """Give the matrix from the parameters to threshold, slopes and levels at one cut."""
        first, nominal, location, _, groups = self.layout.parts
        row = self.layout.structure[threshold]
        columns = len(self.layout.nominal) + len(self.layout.location)
        levels = groups.stop - groups.start
        take = np.zeros((1 + columns + levels, len(self.parameters)))
        take[0, first] = row
        for j, column in enumerate(self.layout.nominal):
            start = nominal.start + j * len(row)
            take[1 + column, start : start + len(row)] = row
        take[1 + self.layout.location, np.arange(location.start, location.stop)] = 1.0
        take[1 + columns + np.arange(levels), np.arange(groups.start, groups.stop)] = 1.0
        return take


def fit_partial_ordinal(
    answers: ArrayLike,
    design: ArrayLike,
    *,
    nominal: Sequence[int] = (),
    scale: Sequence[int] = (),
    structure: str = "flexible",
    weights: ArrayLike | None = None,
    counts: ArrayLike | None = None,
    groups: ArrayLike | None = None,
    link: str = "logit",
    clusters: ArrayLike | None = None,
    strata: ArrayLike | None = None,
    variance: str | None = None,
    tolerance: float = 1e-10,
    max_iterations: int = 100,
    names: Sequence[str] | None = None,
    group_names: Sequence[str] | None = None,
) -> PartialOrdinalFit:
    """Fit a general cumulative-link model by maximum (weighted) likelihood.

    Parameters
    ----------
    answers : array_like of int, shape (rows,)
        Codes 0 to K - 1, no missing; codes that do not occur are dropped.
    design : array_like of shape (rows, columns)
        Without a constant. Integer types are kept, so int8 saves memory.
    nominal : sequence of int
        Columns whose effect may differ between thresholds.
    scale : sequence of int
        Columns that may change the spread too.
    structure : {"flexible", "symmetric", "symmetric2", "equidistant"}
        Of the thresholds, and of the effects at them.
    weights, counts, groups, link, clusters, strata, variance, tolerance, names, group_names
        As in `fit_cumulative_link`.
    max_iterations : int

    Returns
    -------
    PartialOrdinalFit

    Raises
    ------
    ModelError
        The data cannot carry the model: one answer only, collinear columns, separation, no
        convergence, or negative probabilities for more than 0.1% of people.

    Assumes
    -------
    The effects are linear in the link at each threshold; nothing ties those of nominal columns
    together.

    Reference
    ---------
    McCullagh (1980); Peterson and Harrell (1990).
    """
    plain = weights is None and clusters is None and strata is None
    kind = variance or ("information" if plain else "sandwich")
    if kind not in ("information", "sandwich"):
        raise ModelError(must_be("variance", ("information", "sandwich"), variance))
    problem = ordinal_problem(
        answers,
        design,
        nominal=nominal,
        scale=scale,
        structure=structure,
        weights=weights,
        counts=counts,
        groups=groups,
        link=link,
        names=names,
        group_names=group_names,
    )
    rows, layout = problem.rows, problem.layout
    peak = problem.climb(tolerance=tolerance, most=max_iterations)
    problem.refuse_endless(peak)
    negative = crossed(rows, layout, peak.parameters)
    if negative > NEGATIVE_AT_MOST:
        raise ModelError(
            f"Effects that differ between thresholds must give negative probabilities to at most "
            f"{NEGATIVE_AT_MOST:.1%} of people; got {negative:.1%}. Free fewer columns."
        )
    bread = linalg.inv(-peak.height.hessian)
    covariance, drawn = (bread + bread.T) / 2.0, None
    if kind == "sandwich":
        drawn = survey_design(int(rows.starts[-1]), psu=clusters, strata=strata, counts=counts)
        between = score_between(rows, problem.link, layout, peak.parameters, drawn)
        covariance = bread @ free_square(layout, between.covariance()) @ bread
    return PartialOrdinalFit(
        link=link,
        structure=structure,
        categories=problem.categories,
        layout=layout,
        parameters=peak.parameters,
        covariance=covariance,
        log_likelihood=peak.height.log_likelihood,
        score_norm=peak.norm,
        iterations=peak.iterations,
        negative_share=negative,
        n=rows.n,
        weight_sum=problem.mass,
        degrees_of_freedom=np.inf if drawn is None else drawn.degrees_of_freedom,
        variance=kind,
        psus=0 if drawn is None else drawn.n_psu,
        strata=0 if drawn is None else drawn.n_strata,
    )
