"""How do a driver's effects come out under each model of the outcome?

The ordinal model uses the whole answer; the model of the cut uses whether it counts as positive;
the partial one frees the drivers that act differently along the scale. All are told alike: the
change in the share above the published cut, averaged over the people at hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxanalytics.errors import ModelError
from cxanalytics.models.answers import AnswerRows, has_events
from cxanalytics.models.sampling import weights_and_counts
from cxanalytics.models.steps import Step
from cxanalytics.numerics.marginal_shares import marginal_share_above
from cxanalytics.numerics.ordinal import CumulativeLinkFit
from cxanalytics.numerics.random_intercept import fit_random_intercept
from cxanalytics.numerics.standardize import ShareContrast, contrast_shares, share_contrasts

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class How:
    """What all models of one analysis share.

    Attributes
    ----------
    link : str
    cluster : {"agency", "psu", "respondent"}
    agency_effects : {"fixed", "random", "none"}
    """

    link: str
    cluster: str
    agency_effects: str

    @property
    def levels(self) -> bool:
        """Whether each agency has a fixed level of its own."""
        return self.agency_effects == "fixed"


@dataclass(frozen=True, slots=True)
class DriverEffects:
    """What one model says of every driver.

    Attributes
    ----------
    model : str
        Its name, as printed.
    contrasts : tuple of ShareContrast
        In the order of the steps.
    covariance : ndarray of shape (drivers, drivers)
        Of the differences.
    coefficient, coefficient_se : ndarray of shape (drivers,)
        In units of the link per unit of the driver.
    degrees_of_freedom : float
    clusters : int
    n : float
        Respondents.
    """

    model: str
    contrasts: tuple[ShareContrast, ...]
    covariance: Floats
    coefficient: Floats
    coefficient_se: Floats
    degrees_of_freedom: float
    clusters: int
    n: float

    @property
    def difference(self) -> Floats:
        """Changes in the share."""
        return np.array([contrast.difference for contrast in self.contrasts])

    @property
    def difference_se(self) -> Floats:
        """Standard errors of the changes."""
        return np.array([contrast.difference_se for contrast in self.contrasts])


def fit_ordinal_effects(rows: AnswerRows, steps: Sequence[Step], *, how: How) -> DriverEffects:
    """Fit the whole answer, each driver acting alike at every cut of the scale."""
    fit = _fitted(rows, rows.answers, how)
    return _told("proportional odds", rows, steps, fit, cut=rows.cut, how=how)


def fit_cut_effects(rows: AnswerRows, steps: Sequence[Step], *, how: How) -> DriverEffects:
    """Fit whether the answer counts as positive, and nothing else."""
    fit = _fitted(rows, rows.positive, how)
    return _told("positive answer only", rows, steps, fit, cut=1, how=how)


def _fitted(rows: AnswerRows, answers: Integers, how: How) -> CumulativeLinkFit:
    return rows.fit(answers, link=how.link, cluster=how.cluster, agency_effects=how.levels)


def _told(
    model: str,
    rows: AnswerRows,
    steps: Sequence[Step],
    fit: CumulativeLinkFit,
    *,
    cut: int,
    how: How,
) -> DriverEffects:
    contrasts = share_contrasts(
        fit,
        rows.design,
        cut=cut,
        changes=[({step.column: step.low}, {step.column: step.high}) for step in steps],
        mass=_mass(rows),
        groups=rows.agency if how.levels else None,
    )
    columns = [step.column for step in steps]
    return DriverEffects(
        model=model,
        contrasts=contrasts,
        covariance=_covariance(contrasts, fit.covariance),
        coefficient=fit.coefficients[columns],
        coefficient_se=fit.std_error[len(fit.thresholds) :][columns],
        degrees_of_freedom=fit.degrees_of_freedom,
        clusters=fit.psus,
        n=fit.n,
    )


def _mass(rows: AnswerRows) -> Floats | None:
    weights, counts = weights_and_counts(rows.survey)
    return counts if weights is None else weights


def _covariance(contrasts: Sequence[ShareContrast], covariance: Floats) -> Floats:
    jacobian = np.array([contrast.gradient for contrast in contrasts])
    return jacobian @ covariance @ jacobian.T


def fit_partial_effects(
    rows: AnswerRows, steps: Sequence[Step], *, how: How, free: NDArray[np.bool_]
) -> DriverEffects | None:
    """Fit the whole answer, some drivers acting as they will at each cut of the scale.

    None where the data cannot carry it: too few answers for its parameters, or predictions that
    are no probabilities.
    """
    columns = [step.column for step, freed in zip(steps, free, strict=True) if freed]
    cuts = len(np.unique(rows.answers)) - 1
    levels = len(rows.agencies) - 1 if how.levels else 0
    parameters = cuts + rows.design.shape[1] + levels + len(columns) * (cuts - 1)
    if not has_events(rows, parameters):
        return None
    try:
        fit = rows.fit_freed(
            rows.answers, free=columns, link=how.link, cluster=how.cluster, levels=how.levels
        )
    except ModelError:
        return None
    return _told("partial proportional odds", rows, steps, fit.at_cut(rows.cut), cut=1, how=how)


def fit_penalized_effects(rows: AnswerRows, steps: Sequence[Step], *, how: How) -> DriverEffects:
    """Fit whether the answer is positive with Firth's penalty: finite whatever separates."""
    fit = rows.fit_penalized(rows.positive, cluster=how.cluster, agency_effects=how.levels)
    return _told("penalized positive answer", rows, steps, fit.at_cut(), cut=1, how=how)


def fit_random_effects(
    rows: AnswerRows, steps: Sequence[Step], *, how: How, whole: bool = True
) -> DriverEffects:
    """Fit the answer with agency levels drawn from a normal distribution, and average over them.

    Without sampling weights: they weigh the average of the predictions.
    """
    answers, cut = (rows.answers, rows.cut) if whole else (rows.positive, 1)
    _, counts = weights_and_counts(rows.survey)
    fit = fit_random_intercept(
        answers,
        rows.design,
        rows.agency,
        counts=counts,
        link=how.link,
        intervals=False,
        names=rows.names,
    )
    mass = _mass(rows)

    def share(column: int, value: float) -> tuple[float, Floats]:
        return marginal_share_above(fit, rows.design, cut=cut, mass=mass, setting={column: value})

    contrasts = tuple(
        contrast_shares(
            *share(step.column, step.low),
            *share(step.column, step.high),
            covariance=fit.covariance,
        )
        for step in steps
    )
    columns = [step.column for step in steps]
    return DriverEffects(
        model="proportional odds" if whole else "positive answer only",
        contrasts=contrasts,
        covariance=_covariance(contrasts, fit.covariance),
        coefficient=fit.coefficients[columns],
        coefficient_se=fit.std_error[len(fit.thresholds) :][columns],
        degrees_of_freedom=np.inf,
        clusters=len(rows.agencies),
        n=fit.n,
    )
