"""Does a measure get better in a way that looks made?

Three signs, each by a rule on a range: recorded numbers that end in 0 or 5 too often; a measure
that rises while fewer customers answer; a measure that rises while contacts that come back do not
fall with it. A sign is a reason to look, and proves nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxanalytics.models.kpi.rows import UnitRows
from cxanalytics.numerics.cluster_robust import Interval, cluster_interval, fit_clustered
from cxanalytics.numerics.panel import demean
from cxanalytics.operations import OperationMeasure

Floats = NDArray[np.float64]

HEAPING = "heaping"
FALLING = "falling_response"
DIVERGING = "repeats_not_down"
SIGNS = (HEAPING, FALLING, DIVERGING)
NOT_TESTABLE = "not testable"

HEAPED = 0.05
"""Excess share of numbers that end in 0 or 5 from which they are called heaped."""

WIDE_NUMBERS = 50.0
"""Recorded numbers must mostly be at least this large before their last digits are looked at."""

FEWEST_DIGITS = 200
"""Recorded numbers needed before their last digits are looked at."""

FEWEST_WAVES = 4
"""Waves needed before a trend is told."""

_ROUND = 0.2


@dataclass(frozen=True, slots=True)
class Signs:
    """Signs of gaming of one measure.

    Attributes
    ----------
    found : tuple of str
        Among `SIGNS`.
    untested : tuple of str
        Signs that these data cannot show.
    """

    found: tuple[str, ...]
    untested: tuple[str, ...]

    @property
    def text(self) -> str:
        """The signs joined by ";", "" for none, "not testable" where none could be looked for."""
        return NOT_TESTABLE if len(self.untested) == len(SIGNS) else ";".join(self.found)


def signs_of_gaming(
    rows: UnitRows,
    measure: OperationMeasure,
    *,
    repeats: str,
    back: Interval | None,
    response: Interval | None,
    level: float,
) -> Signs:
    """Look for the signs on one measure.

    Parameters
    ----------
    rows : UnitRows
    measure : OperationMeasure
    repeats : str
        Name of the measure of contacts that come back; "" where there is none.
    back : Interval or None
        Its own change per wave, from `repeats_trend`; None where it is not known.
    response : Interval or None
        Change of the response rate per wave; None where it is not known.
    level : float

    Returns
    -------
    Signs
    """
    rise = _rise(rows, measure, level=level)
    seen = {
        HEAPING: _heaped(rows.work.frame, measure, level=level),
        FALLING: None if rise is None or response is None else rise.low > 0 > response.high,
        DIVERGING: None
        if rise is None or back is None or measure.name == repeats
        else rise.low > 0 <= back.high and _apart(rows, measure, repeats, level=level),
    }
    return Signs(
        found=tuple(sign for sign in SIGNS if seen[sign]),
        untested=tuple(sign for sign in SIGNS if seen[sign] is None),
    )


def _heaped(frame: pd.DataFrame, measure: OperationMeasure, *, level: float) -> bool | None:
    """Tell whether recorded numbers end in 0 or 5 too often; None where digits say nothing."""
    values = frame[measure.top].dropna()
    whole = bool(len(values)) and bool((values == np.round(values)).all())
    if len(values) < FEWEST_DIGITS or not whole or values.quantile(0.1) < WIDE_NUMBERS:
        return None
    ends = (values % 5 == 0).to_numpy(dtype=float) - _ROUND
    fit = fit_clustered(np.ones((len(ends), 1)), ends, frame.loc[values.index, "agency"].to_numpy())
    found = cluster_interval(fit, np.ones(1), level=level)
    return None if np.isnan(found.low) else bool(found.low > 0 and found.estimate >= HEAPED)


def trend(frame: pd.DataFrame, column: str, *, by: list[str], level: float) -> Interval | None:
    """Give the change per wave within units, in standard deviations of the unit's own movement.

    Parameters
    ----------
    frame : DataFrame
        `agency`, the columns of `by`, `at` (number of the wave) and `column`.
    column : str
    by : list of str
        What is followed.
    level : float

    Returns
    -------
    Interval or None
        None with fewer waves, units or agencies than a range needs.
    """
    known = frame.dropna(subset=[column])
    if known["at"].nunique() < FEWEST_WAVES:
        return None
    unit = known.groupby(by, sort=True).ngroup().to_numpy()
    time, moved = (demean(known[name].to_numpy(dtype=float), unit) for name in ("at", column))
    if moved.std() <= 0 or time.std() <= 0:
        return None
    fit = fit_clustered(time[:, None], moved / moved.std(), known["agency"].to_numpy())
    found = cluster_interval(fit, np.ones(1), level=level)
    return None if np.isnan(found.low) else found


def _timed(rows: UnitRows) -> pd.DataFrame:
    place = {wave: number for number, wave in enumerate(rows.waves)}
    return rows.frame.assign(at=rows.frame["wave"].map(place).astype(float))


def _rise(rows: UnitRows, measure: OperationMeasure, *, level: float) -> Interval | None:
    """How the measure moves toward its better side, per wave."""
    sign = 1.0 if measure.higher_is_better else -1.0
    frame = _timed(rows).assign(better=lambda made: sign * made[f"kpi:{measure.name}"])
    return trend(frame, "better", by=["agency", "unit"], level=level)


def _apart(rows: UnitRows, measure: OperationMeasure, repeats: str, *, level: float) -> bool:
    """Tell whether the measure rises by more than repeat contacts fall.

    That repeat contacts are not shown to fall is not enough: chance hides small falls.
    """
    sign = 1.0 if measure.higher_is_better else -1.0
    frame = _timed(rows).dropna(subset=[f"kpi:{measure.name}", f"kpi:{repeats}"])
    unit = frame.groupby(["agency", "unit"], sort=True).ngroup().to_numpy()
    better, back = (
        demean(frame[f"kpi:{name}"].to_numpy(dtype=float), unit) for name in (measure.name, repeats)
    )
    frame = frame.assign(apart=sign * better / better.std() + back / back.std())
    apart = trend(frame, "apart", by=["agency", "unit"], level=level)
    return apart is not None and apart.low > 0


def repeats_trend(rows: UnitRows, repeats: str, *, level: float) -> Interval | None:
    """Give the change of repeat contacts per wave within units; None where it is not known.

    Parameters
    ----------
    rows : UnitRows
    repeats : str
        Name of the measure; "" where there is none.
    level : float
    """
    if not repeats:
        return None
    return trend(_timed(rows), f"kpi:{repeats}", by=["agency", "unit"], level=level)


def response_trend(
    response: pd.DataFrame | None, rows: UnitRows, *, level: float
) -> Interval | None:
    """Give the change of agencies' response rates per wave; None where it is not known.

    Parameters
    ----------
    response : DataFrame or None
        Columns agency, period, asked and answered.
    rows : UnitRows
        Only its agencies are looked at.
    level : float
    """
    if response is None or response.empty or "period" not in response:
        return None
    place = {wave: number for number, wave in enumerate(rows.waves)}
    frame = response.loc[response["period"].isin(place) & (response["asked"] > 0)]
    frame = frame.loc[frame["agency"].isin(rows.frame["agency"])]
    sums = frame.groupby(["agency", "period"], as_index=False)[["asked", "answered"]].sum()
    sums = sums.assign(
        at=sums["period"].map(place).astype(float), rate=sums["answered"] / sums["asked"]
    )
    return trend(sums, "rate", by=["agency"], level=level)
