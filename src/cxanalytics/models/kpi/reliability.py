"""Would a measure place units alike, had other months been counted?

Two answers. The signal is the part of the differences between units in one wave that is not
noise, where noise is how months of a wave scatter around their unit (or, with one period a wave,
what counting alone gives to shares and rates). The two halves are the odd and the even periods of
the whole time: how well each places the units of the other.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxanalytics.numerics.panel import as_codes
from cxanalytics.operations import OperationMeasure, Operations

Floats = NDArray[np.float64]

FEWEST_UNITS = 8
"""Units needed before the reliability of a measure is told."""


@dataclass(frozen=True, slots=True)
class Reliability:
    """How reliably a measure tells units apart.

    Attributes
    ----------
    signal : float
        Share of the differences between units in a wave that is not noise; NaN where unknown.
    halves : float
        Spearman-Brown reliability of the whole time, from odd and even periods; NaN where unknown.
    reason : str
        What is missing where `signal` is unknown.
    """

    signal: float
    halves: float
    reason: str = ""


def measure_reliability(work: Operations, measure: OperationMeasure) -> Reliability:
    """Estimate the reliability of one measure.

    Parameters
    ----------
    work : Operations
        With `unit` and `wave`; one or more periods a wave.
    measure : OperationMeasure

    Returns
    -------
    Reliability
    """
    by = ["agency", "unit", "wave"]
    waves = work.score(measure.name, by=by).dropna(subset=["value"])
    months = work.score(measure.name, by=[*by, "period"]).dropna(subset=["value"])
    if waves.groupby(by[:2]).ngroups < FEWEST_UNITS:
        return Reliability(np.nan, np.nan, f"{FEWEST_UNITS} units")
    halves = _two_halves(work, measure, sorted(months["period"].unique()))
    noise = _noise(waves, months, measure)
    if np.isnan(noise):
        return Reliability(np.nan, halves, "more than one period a wave")
    spread = _variance_in_waves(waves["value"].to_numpy(dtype=float), waves["wave"].to_numpy())
    signal = max(0.0, 1.0 - noise / spread) if spread > 0 else np.nan
    return Reliability(signal, halves, "" if spread > 0 else "units that differ")


def _variance_in_waves(values: Floats, wave: NDArray[np.object_]) -> float:
    code = as_codes(wave)
    size = np.bincount(code).astype(float)
    mean = np.bincount(code, weights=values) / size
    return float(np.square(values - mean[code]).sum() / max(len(values) - len(size), 1))


def _noise(waves: pd.DataFrame, months: pd.DataFrame, measure: OperationMeasure) -> float:
    """Variance of a unit's value in a wave around what it would be over many such months."""
    by = ["agency", "unit", "wave"]
    value = months["value"] - months.groupby("period")["value"].transform("mean")
    each = value.groupby([months[name] for name in by]).agg(["var", "size"])
    repeated = each.loc[each["size"] > 1]
    if len(repeated) >= FEWEST_UNITS:
        return float((repeated["var"] / repeated["size"]).mean())
    if measure.kind == "share" and measure.per:
        inside = waves["value"] * (1.0 - waves["value"]) / waves["per"]
        return float(inside.mean())
    if measure.kind == "rate" and measure.per:
        return float((waves["top"] / np.square(waves["per"])).mean())
    return np.nan


def _two_halves(work: Operations, measure: OperationMeasure, periods: list[str]) -> float:
    if len(periods) < 2:
        return np.nan
    place = {period: number % 2 for number, period in enumerate(periods)}
    halved = replace(work, frame=work.frame.assign(half=work.frame["period"].map(place)))
    found = halved.score(measure.name, by=["agency", "unit", "half"])
    wide = found.pivot(index=["agency", "unit"], columns="half", values="value").dropna()
    if len(wide) < FEWEST_UNITS or (wide.std() == 0).any():
        return np.nan
    r = float(np.corrcoef(wide[0], wide[1])[0, 1])
    return 2.0 * r / (1.0 + r) if r > 0 else 0.0
