"""Which agencies are compared, on which side, and by which score of attention?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxanalytics.claims.verdicts import NO_ATTENTION
from cxanalytics.errors import DataError, ModelError, ParamsError, must_be
from cxanalytics.models.attention.contrast import (
    DECLARED,
    EXPOSURES,
    LINE,
    Arms,
    divide_agencies,
    figures,
    regress_on_attention,
)
from cxanalytics.models.attention.shares import AgencyShares
from cxanalytics.tables import ESTIMATE_COLUMNS, Check, Estimates, Exposure, Survey

Floats = NDArray[np.float64]

FIGURES = (
    "share_low",
    "baseline_low",
    "baseline_high",
    "share_high",
    "ratio",
    "ratio_low",
    "ratio_high",
    "odds_ratio",
    "p_value",
    "detectable",
)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Agencies of high and low attention, ready to be compared.

    Attributes
    ----------
    agencies : tuple of str
    shares, at : ndarray of shape (agencies,)
    covariance : ndarray of shape (agencies, agencies)
    arms : Arms
        Of all agencies with a share.
    n : float
        People behind the shares.
    unmeasured : int
        Agencies with a share and no score of attention.
    """

    agencies: tuple[str, ...]
    shares: Floats
    at: Floats
    covariance: Floats
    arms: Arms
    n: float
    unmeasured: int

    @property
    def positions(self) -> pd.Series[float]:
        """Where each agency stands, by name."""
        return pd.Series(self.at, index=list(self.agencies))

    @property
    def tau(self) -> float:
        """Standard deviation of true shares around their side's mean."""
        return float(np.sqrt(regress_on_attention(self.shares, self.covariance, self.at).tau2))

    def row(self, *, level: float) -> dict[str, Any]:
        """Give the figures of the comparison."""
        fit = regress_on_attention(self.shares, self.covariance, self.at)
        return {**figures(fit, level=level), "n": self.n}


def compare_agencies(
    shares: AgencyShares, scores: pd.Series[float], compare: str, *, at_least: float | None
) -> Comparison:
    """Put agencies on their sides; see `divide_agencies` for what is refused."""
    found = np.asarray(scores.reindex(list(shares.agencies)), dtype=np.float64)
    arms = divide_agencies(found, exposure=compare, at_least=at_least)
    used = arms.used
    return Comparison(
        agencies=tuple(np.array(shares.agencies, dtype=object)[used]),
        shares=shares.shares[used],
        at=arms.at[used],
        covariance=shares.covariance[np.ix_(used, used)],
        arms=arms,
        n=float(shares.n[used].sum()),
        unmeasured=int(np.isnan(found).sum()),
    )


def not_testable(survey: Survey) -> Estimates:
    """Say that nobody else measured attention, in place of a comparison."""
    return Estimates(
        frame=pd.DataFrame(columns=[*ESTIMATE_COLUMNS, *FIGURES, "verdict"]),
        quantity="Nothing: attention to customer experience was not measured",
        checks=(Check("independent_attention", False, f"The claim is {NO_ATTENTION}."),),
        facts={"verdict": NO_ATTENTION, "reason": NO_ATTENTION, "measure": survey.outcome},
    )


def scores_before(exposure: Exposure, period: str) -> tuple[pd.Series[float], str]:
    """Give the scores measured last before or in a wave, and when that was."""
    try:
        return exposure.scores(period), exposure.latest(period)
    except DataError as error:
        raise ModelError(f"Attention was measured only after the answers. {error}") from None


def declared_score(exposure: Exposure, scores: pd.Series[float]) -> float | None:
    """Give the declared score; where there are two values, such as no and yes, the higher one."""
    if exposure.at_least is None and scores.nunique() == 2:
        return float(scores.max())
    return exposure.at_least


def choose_comparison(compare: str | None, at_least: float | None) -> str:
    """Choose the declared score where there is one, else the line."""
    if compare is None:
        return LINE if at_least is None else DECLARED
    if compare not in EXPOSURES:
        raise ParamsError(must_be("compare", EXPOSURES, compare))
    return compare
