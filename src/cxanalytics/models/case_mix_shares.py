"""What does a case-mix model say of each agency: its shares, their errors, its support?

Errors are lifted where an agency has few sampling units, as those of its score are. An agency with
one shows no error of its own and gets that of the typical one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cxanalytics.errors import ModelError
from cxanalytics.models.agency_effects import SUPPORT_TAIL, with_error_of_others
from cxanalytics.models.answers import AnswerRows
from cxanalytics.models.case_mix_columns import MixColumns
from cxanalytics.models.sampling import weights_and_counts
from cxanalytics.numerics.case_mix import AdjustedShares, adjust_shares
from cxanalytics.numerics.common_support import (
    in_cells_of_others,
    in_range_of_others,
    share_of_group,
)
from cxanalytics.numerics.ordinal import CumulativeLinkFit
from cxanalytics.numerics.small_samples import few_units_factor
from cxanalytics.numerics.standardize import group_shares_above
from cxanalytics.numerics.survey_design import DomainEstimates, domain_means, survey_design
from cxanalytics.rules import Thresholds

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class FoundShares:
    """What the model says of G agencies, in their order.

    Attributes
    ----------
    fit : CumulativeLinkFit
    shares : AdjustedShares
    own : DomainEstimates
        The shares as answered.
    covariance : ndarray of shape (G, G)
        Of the adjusted shares.
    moved_variance : ndarray of shape (G,)
        Of adjusted less observed; NaN with one sampling unit.
    direct, support : ndarray of shape (G,)
    """

    fit: CumulativeLinkFit
    shares: AdjustedShares
    own: DomainEstimates
    covariance: Floats
    moved_variance: Floats
    direct: Floats
    support: Floats

    @property
    def alone(self) -> Bools:
        """Tell which agencies have one sampling unit."""
        return np.asarray(self.own.n_psu < 2)

    @property
    def freedom(self) -> Floats:
        """Degrees of freedom; with one sampling unit, those of the middle agency."""
        freedom = self.own.degrees_of_freedom.copy()
        if self.alone.any():
            freedom[self.alone] = np.median(freedom[~self.alone])
        return freedom


def keep_varying(rows: AnswerRows) -> AnswerRows:
    """Leave columns out that are alike for the people of every agency: its level holds them."""
    order = np.argsort(rows.agency, kind="stable")
    starts = np.searchsorted(rows.agency[order], np.arange(len(rows.agencies)))
    varies = np.array(
        [
            (np.maximum.reduceat(column, starts) > np.minimum.reduceat(column, starts)).any()
            for column in (rows.design[order, j] for j in range(rows.design.shape[1]))
        ],
        dtype=bool,
    )
    if not varies.any():
        raise ModelError("Case mix needs people of one agency who differ in it; got none.")
    names = tuple(np.array(rows.names)[varies])
    return replace(rows, design=rows.design[:, varies], names=names)


def fit_shares(rows: AnswerRows, support: Floats) -> FoundShares:
    """Fit the model and adjust the shares."""
    fit = rows.fit(rows.positive, link="logit", cluster="respondent", agency_effects=True)
    weights, counts = weights_and_counts(rows.survey)
    psu, strata = rows.clusters("respondent")
    drawn = survey_design(len(rows.answers), psu=psu, strata=strata, counts=counts)
    shares = adjust_shares(
        rows.positive, rows.design, rows.agency, fit=fit, design=drawn, weights=weights
    )
    own = domain_means(rows.positive, design=drawn, weights=weights, domains=rows.agency)
    covariance = with_error_of_others(shares.covariance, own.simple, alone=own.n_psu < 2)
    lift = few_units_factor(own.n_psu, own.degrees_of_freedom, per_unit=drawn.per_unit)
    moved = np.where(own.n_psu < 2, np.nan, lift * np.diag(shares.difference_covariance))
    mass = counts if weights is None else weights
    direct, _ = group_shares_above(fit, rows.design, cut=1, mass=mass)
    return FoundShares(
        fit=fit,
        shares=shares,
        own=own,
        covariance=covariance * np.sqrt(np.outer(lift, lift)),
        moved_variance=moved,
        direct=direct,
        support=support,
    )


def find_support(rows: AnswerRows, mix: MixColumns, thresholds: Thresholds) -> Floats:
    """Give the share of each agency's people whose like other agencies have too."""
    numeric = np.isin(rows.names, mix.numeric)
    known = np.ones(len(rows.answers), dtype=bool)
    if not numeric.all():
        _, cell = np.unique(rows.design[:, ~numeric], axis=0, return_inverse=True)
        known &= in_cells_of_others(
            cell.ravel(), rows.agency, rows.people, at_least=thresholds.cell
        )
    for column in np.flatnonzero(numeric):
        value = rows.design[:, column].astype(float)
        known &= in_range_of_others(value, rows.agency, rows.people, tail=SUPPORT_TAIL)
    return share_of_group(known, rows.agency, rows.people)
