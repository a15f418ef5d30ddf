"""What is each agency's mean of several answers from the same people, and how far is it chance?

Case mix is taken out by regression within agencies, so that all means are for everybody's mix.
Answers of the same people share sampling error, which is kept: relations between agencies are
wrong without it. The spread behind one effective answer is pooled over agencies, so that an agency
of people who agree does not become the surest of all.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxanalytics.errors import ModelError
from cxanalytics.models.answers import AnswerRows
from cxanalytics.models.sampling import role_codes, sampling_units, weights_and_counts
from cxanalytics.numerics.survey_design import (
    Design,
    DomainEstimates,
    domain_means,
    survey_design,
)

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class AgencyLevels:
    """Means of k columns in G agencies.

    Attributes
    ----------
    mean : ndarray of shape (G, k)
        At everybody's case mix.
    error : ndarray of shape (G, k, k)
        Sampling covariance.
    residual : ndarray of shape (rows, k)
        What is left of each answer after agency and case mix.
    mass : ndarray of shape (rows,)
        Weight of each row.
    n_eff : ndarray of shape (G,)
        Effective answers.
    """

    mean: Floats
    error: Floats
    residual: Floats
    mass: Floats
    n_eff: Floats


def agency_levels(rows: AnswerRows, columns: Floats) -> AgencyLevels:
    """Take case-mix-adjusted means of some columns in each agency.

    Parameters
    ----------
    rows : AnswerRows
        The columns of its design after the drivers are the case mix and waves.
    columns : ndarray of shape (rows, k)

    Returns
    -------
    AgencyLevels

    Raises
    ------
    ModelError
        Every agency has one sampling unit.
    """
    weights, counts = weights_and_counts(rows.survey)
    mass = weights if weights is not None else rows.people if counts is None else counts
    agencies = len(rows.agencies)
    mix = rows.design[:, len(rows.drivers) :].astype(float)
    means, away = _within(columns, rows.agency, mass, agencies)
    if mix.shape[1]:
        mix_means, mix_away = _within(mix, rows.agency, mass, agencies)
        root = np.sqrt(mass)[:, None]
        slopes = np.linalg.lstsq(root * mix_away, root * away, rcond=None)[0]
        away = away - mix_away @ slopes
        means = means - (mix_means - mass @ mix / mass.sum()) @ slopes
    drawn = survey_design(
        len(mass),
        psu=sampling_units(rows.survey.frame),
        strata=role_codes(rows.survey.frame, "stratum"),
        counts=counts,
    )
    spread, n_eff = _spread(away, rows.agency, drawn=drawn, weights=weights)
    return AgencyLevels(means, spread / n_eff[:, None, None], away, mass, n_eff)


def _within(
    values: Floats, agency: NDArray[np.int64], mass: Floats, agencies: int
) -> tuple[Floats, Floats]:
    """Split columns into agency means and distances from them."""
    total = np.bincount(agency, weights=mass, minlength=agencies)
    sums = [np.bincount(agency, weights=mass * column, minlength=agencies) for column in values.T]
    means = np.stack(sums, axis=1) / total[:, None]
    return means, values - means[agency]


def _spread(
    away: Floats, agency: NDArray[np.int64], *, drawn: Design, weights: Floats | None
) -> tuple[Floats, Floats]:
    """Pool the covariance (k, k) of one effective answer, and count these by agency."""

    def own(values: Floats) -> DomainEstimates:
        return domain_means(values, design=drawn, weights=weights, domains=agency)

    alone = [own(column) for column in away.T]
    n_eff, freedom = alone[0].n_eff, np.maximum(alone[0].n_psu - 1.0, 0.0)
    if not freedom.any():
        raise ModelError(
            "Sampling error needs two sampling units in at least one agency; every agency has one."
        )
    share = freedom * n_eff / freedom.sum()
    spread = np.diag([float(share @ np.diag(entry.covariance)) for entry in alone])
    for i in range(away.shape[1]):
        for j in range(i):
            both = float(share @ np.diag(own(away[:, i] + away[:, j]).covariance))
            spread[i, j] = spread[j, i] = 0.5 * (both - spread[i, i] - spread[j, j])
    return spread, n_eff
