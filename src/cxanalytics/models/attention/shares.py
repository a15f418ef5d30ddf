"""Which share would each agency have with everybody's mix of people, and with what error?

One way for every outcome question, cut, adjustment and weighting: the standardized shares of
`fit_agency_effects` with their joint covariance, for the agencies that may be shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cxanalytics.models.agency_effects import fit_agency_effects
from cxanalytics.rules import Thresholds
from cxanalytics.tables import Estimates, Survey

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class AgencyShares:
    """Standardized shares of agencies.

    Attributes
    ----------
    agencies : tuple of str
    shares, n : ndarray of shape (agencies,)
    covariance : ndarray of shape (agencies, agencies)
    effects : Estimates
        Where they come from.
    """

    agencies: tuple[str, ...]
    shares: Floats
    n: Floats
    covariance: Floats
    effects: Estimates


def asked_as(survey: Survey, *, measure: str, weighted: bool) -> Survey:
    """Put a question in the outcome's place, and take the weights away where asked."""
    survey.question(measure)
    frame = survey.frame if weighted or survey.counts else survey.frame.assign(weight=1.0)
    drivers = tuple(name for name in survey.drivers if name != measure)
    return replace(survey, frame=frame, outcome=measure, drivers=drivers)


def agency_shares(
    survey: Survey,
    *,
    case_mix: Sequence[str],
    period: str | None,
    statistic: str,
    level: float,
    thresholds: Thresholds,
) -> AgencyShares:
    """Standardize the outcome's share of each agency.

    Parameters
    ----------
    survey : Survey
        From `asked_as`.
    case_mix, period, statistic, level, thresholds
        As in `fit_agency_effects`.

    Returns
    -------
    AgencyShares

    Raises
    ------
    DataError, ParamsError, ModelError
        As `fit_agency_effects` does.
    """
    effects = fit_agency_effects(
        survey,
        case_mix=case_mix,
        period=period,
        statistic=statistic,
        level=level,
        thresholds=thresholds,
    )
    assert effects.covariance is not None
    keep = effects.frame["estimate"].notna().to_numpy()
    frame = effects.frame.loc[keep]
    shares = frame["estimate"].to_numpy(dtype=float)
    return AgencyShares(
        agencies=tuple(frame["key"].astype(str)),
        shares=shares,
        n=frame["n"].to_numpy(dtype=float),
        covariance=effects.covariance[np.ix_(keep, keep)],
        effects=effects,
    )
