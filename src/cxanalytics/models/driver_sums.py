"""What do the answers add up to, for the whole survey and for each resample of it?

Rows without sampling weights that agree in everything are counted once, in a fixed order, so that
published counts and raw answers give the same shares and the same ranges.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxanalytics.models.answers import AnswerRows
from cxanalytics.models.sampling import sampling_units, weights_and_counts
from cxanalytics.numerics.equal_rows import equal_rows
from cxanalytics.numerics.importance import partial_out
from cxanalytics.numerics.importance_bootstrap import Units, multiplicities, sampling_units_of_rows
from cxanalytics.numerics.importance_moments import (
    COMBINED,
    UnitMoments,
    independent_columns,
    total_squares,
    unit_moments,
    within_products,
)
from cxanalytics.numerics.importance_ordinal import SubsetFits, fit_subsets

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class DriverSums:
    """The answers, ready to be fitted with any subset of p drivers.

    Attributes
    ----------
    answers, groups, mass : ndarray of shape (cells,)
        Codes of the outcome, agencies (None where people are compared across them), weights.
    design : ndarray of shape (cells, columns)
        Drivers, then what is in every model.
    units : Units
    multiplicity : ndarray of shape (resamples, units)
    covariance : ndarray of shape (p + 1, p + 1)
        Sums of products of drivers and outcome, with all that is held constant taken out.
    resampled_covariance : ndarray of shape (resamples, p + 1, p + 1)
    """

    answers: Integers
    groups: Integers | None
    mass: Floats
    design: NDArray[np.generic]
    units: Units
    multiplicity: Floats
    covariance: Floats
    resampled_covariance: Floats

    def fit(self, players: Sequence[Sequence[int]]) -> SubsetFits:
        """Fit every subset of players, given by their columns."""
        return fit_subsets(
            self.answers,
            self.design,
            players=players,
            units=self.units,
            multiplicity=self.multiplicity,
            mass=self.mass,
            groups=self.groups,
        )


def driver_sums(
    rows: AnswerRows, *, cluster: str, agency_effects: bool, resamples: int, seed: int
) -> DriverSums:
    """Count equal answers once, draw resamples, and hold constant what is no driver.

    Parameters
    ----------
    rows : AnswerRows
    cluster : {"agency", "psu", "respondent"}
    agency_effects : bool
    resamples : int
    seed : int

    Returns
    -------
    DriverSums
    """
    weights, counts = weights_and_counts(rows.survey)
    clusters, strata = _sampled(rows, cluster)
    group = rows.agency if agency_effects else np.zeros_like(rows.agency)
    if weights is None:
        keys = [rows.answers, group, *rows.design.T]
        keys += [codes for codes in (clusters, strata) if codes is not None]
        first, cell = equal_rows(keys)
        mass = np.bincount(cell, counts, minlength=len(first)).astype(float)
        people = mass
    else:
        first, mass, people = np.arange(len(weights)), weights, None
    dealing, drawing = (int(state) for state in np.random.SeedSequence(seed).generate_state(2))
    units = sampling_units_of_rows(
        len(first),
        clusters=None if clusters is None else clusters[first],
        strata=None if strata is None else strata[first],
        counts=people,
        seed=dealing,
    )
    multiplicity = multiplicities(units, resamples, seed=drawing)
    answers, design, group = rows.answers[first], rows.design[first], group[first]
    drivers = len(rows.drivers)
    variables = np.column_stack([design[:, drivers:], design[:, :drivers], answers])
    moments = unit_moments(variables, mass, group, units)
    held, covariance, resampled = _covariances(moments, multiplicity, drivers)
    return DriverSums(
        answers=answers,
        groups=group if agency_effects else None,
        mass=mass,
        design=design[:, [*range(drivers), *(drivers + column for column in held)]],
        units=units,
        multiplicity=multiplicity,
        covariance=covariance,
        resampled_covariance=resampled,
    )


def _covariances(
    moments: UnitMoments, multiplicity: Floats, drivers: int
) -> tuple[list[int], Floats, Floats]:
    """Take out what is held constant: the columns it takes, and what is left without them."""
    totals = total_squares(moments)
    constant = len(totals) - drivers - 1
    products = within_products(moments, np.ones((1, multiplicity.shape[1])))[0]
    held = independent_columns(products[:constant, :constant], totals[:constant])
    used = [*held, *range(constant, len(totals))]
    covariance = partial_out(products[np.ix_(used, used)], range(len(held)))
    flat = np.diag(covariance) <= COMBINED * totals[constant:]
    covariance[flat], covariance[:, flat] = 0.0, 0.0
    resampled = within_products(moments, multiplicity)[:, used, :][:, :, used]
    return held, covariance, partial_out(resampled, range(len(held)))


def _sampled(rows: AnswerRows, cluster: str) -> tuple[Integers | None, Integers | None]:
    """Give what is resampled, and within which strata."""
    frame = rows.survey.frame
    if cluster == "agency":
        return rows.agency, None
    strata = _codes(frame, "stratum")
    if sampling_units(frame) is None:
        return None, strata
    return _codes(frame, "psu" if "psu" in frame.columns else "respondent"), strata


def _codes(frame: pd.DataFrame, role: str) -> Integers | None:
    """Number the values of a role in their own order, whatever the order of the rows."""
    if role not in frame.columns:
        return None
    codes, levels = pd.factorize(frame[role], use_na_sentinel=False)
    return np.argsort(np.argsort(levels.astype(str), kind="stable"))[codes]
