"""On which side of the typical agency does each stand, on two questions at once?

Shares at the same case mix, from people who answered both questions. An agency is called above or
below as the benchmark calls it: stabilized, against the median of the others, by more than the
smallest difference that matters. The two shares of an agency share sampling error, which is taken
out of their correlation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cxanalytics.disclosure import publishable_rows
from cxanalytics.models.agency_levels import agency_levels
from cxanalytics.models.answers import answer_rows
from cxanalytics.numerics.peers import gaps_to_peers
from cxanalytics.numerics.shrinkage import shrink_normal
from cxanalytics.numerics.true_relation import TrueCorrelation, true_correlation
from cxanalytics.rules import CALL_AT_LEAST, Thresholds
from cxanalytics.tables import Survey

Floats = NDArray[np.float64]

UNKNOWN = TrueCorrelation(*(float("nan"),) * 4)


@dataclass(frozen=True, slots=True)
class Sides:
    """How agencies stand on two questions.

    Attributes
    ----------
    agencies : int
        Compared.
    correlation : TrueCorrelation
        Of the two true shares; NaN where too few agencies are left.
    changed : tuple of str
        Agencies called above on one and below on the other.
    """

    agencies: int
    correlation: TrueCorrelation
    changed: tuple[str, ...]


def agency_sides(
    survey: Survey,
    name: str,
    *,
    case_mix: Sequence[str],
    period: str | None,
    statistic: str,
    difference: float,
    level: float,
    draws: int,
    seed: int,
    thresholds: Thresholds,
) -> Sides:
    """Compare how agencies stand on the outcome and on another question.

    Parameters
    ----------
    survey : Survey
    name : str
        The other question.
    case_mix : sequence of str
    period : str, optional
    statistic : {"positive", "top"}
    difference : float
        Smallest difference that matters, as a share.
    level : float
    draws : int
    seed : int
    thresholds : Thresholds
        Compared are agencies that may be shown on both questions, with `rank` effective answers;
        none with `peers` or fewer of them.

    Returns
    -------
    Sides
    """
    wave = survey if period is None else survey.in_period(period)
    shown = publishable_rows(wave, measure=name, thresholds=thresholds)
    rows = answer_rows(
        replace(wave, frame=wave.frame.loc[shown]),
        drivers=(name,),
        case_mix=case_mix,
        period=None,
        statistic=statistic,
        thresholds=thresholds,
    )
    if not rows.drivers:
        return Sides(0, UNKNOWN, ())
    scale = survey.question(name).scale
    counts = scale.positive if statistic == "positive" else scale.top
    other = np.isin(rows.design[:, 0].astype(float), counts)
    levels = agency_levels(rows, np.column_stack([rows.positive, other]).astype(float))
    kept = levels.n_eff >= thresholds.rank
    if kept.sum() <= thresholds.peers:
        return Sides(int(kept.sum()), UNKNOWN, ())
    mean, error = levels.mean[kept], levels.error[kept]
    first, second = (
        _called(mean[:, k], error[:, k, k], difference, draws, seed + k) for k in (0, 1)
    )
    changed = np.array(rows.agencies)[kept][first * second < 0]
    correlation = true_correlation(mean[:, 0], mean[:, 1], error, level=level)
    return Sides(int(kept.sum()), correlation, tuple(map(str, changed)))


def _called(
    share: Floats, variance: Floats, difference: float, draws: int, seed: int
) -> NDArray[np.int64]:
    """Call agencies above (1) or below (-1) the typical other one; 0 where neither is called."""
    posterior = shrink_normal(share, variance).draws(draws, seed=seed)
    gap = gaps_to_peers(posterior, np.ones(len(share), dtype=bool)).gap
    above = (gap > difference).mean(axis=0) >= CALL_AT_LEAST
    below = (gap < -difference).mean(axis=0) >= CALL_AT_LEAST
    return above.astype(np.int64) - below.astype(np.int64)
