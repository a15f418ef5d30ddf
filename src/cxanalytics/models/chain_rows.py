"""Which rows follow a chain from morale to a middle to performance, as far as the waves permit?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxanalytics.errors import ModelError
from cxanalytics.models.panel_rows import (
    cluster_codes,
    independent,
    less_means,
    unit_codes,
    wave_columns,
)
from cxanalytics.numerics.cluster_robust import FEWEST_CLUSTERS
from cxanalytics.numerics.panel import as_codes

Array = NDArray[np.float64]
Codes = NDArray[np.intp]

DESIGNS = ("lagged", "same wave", "one wave")
FEWEST_GROUPS = 3
_SIDES = ("morale", "_middle", "performance")
_CONSTANT = 1e-9


@dataclass(frozen=True, slots=True)
class ChainRows:
    """What both stages read.

    Attributes
    ----------
    morale, middle, performance : (n,), less their unit means where units have levels.
    others : (n, k) independent columns of both stages.
    absorbed : number of unit means taken out.
    cluster : (n,) codes; `cluster_is` says of what.
    units : number of units.
    """

    morale: Array
    middle: Array
    performance: Array
    others: Array
    absorbed: int
    cluster: Codes
    cluster_is: str
    units: int


def best_design(frame: pd.DataFrame, middle: str) -> str:
    """Choose the strongest design that enough units have the waves for."""
    for design in DESIGNS[:2]:
        rows = frame.assign(_middle=frame[middle])
        rows = (_lagged(rows) if design == "lagged" else rows).dropna(subset=list(_SIDES))
        if len(rows) and (np.bincount(unit_codes(rows)) > 1).sum() >= FEWEST_CLUSTERS:
            return design
    return DESIGNS[2] if frame["period"].nunique() == 1 else DESIGNS[1]


def chain_rows(
    frame: pd.DataFrame, middle: str, covariates: Sequence[str], design: str
) -> ChainRows:
    """Line the three up in time and take levels out.

    Parameters
    ----------
    frame : DataFrame
        Rows of a panel with `place`, the number of the wave; sides may be missing.
    middle : str
    covariates : sequence of str
        Taken in the wave of performance.
    design : str
        One of `DESIGNS`.

    Raises
    ------
    ModelError
        Too few waves or units, or a side that does not vary.
    """
    frame = frame.assign(_middle=frame[middle])
    if design == "lagged":
        frame = _lagged(frame)
    frame = frame.dropna(subset=[*_SIDES, *covariates]).reset_index(drop=True)
    if design != "one wave":
        seen = frame.groupby(["agency", "unit"])["place"].transform("size")
        frame = frame.loc[seen > 1].reset_index(drop=True)
    elif frame["period"].nunique() > 1:
        raise ModelError("`design` 'one wave' needs a panel of one wave.")
    _need_units(frame, design)
    unit = unit_codes(frame)
    level, absorbed = _levels(frame, unit, design)
    cluster, cluster_is = cluster_codes(frame, unit)

    def inside(values: Array) -> Array:
        return values if level is None else less_means(values, level)

    columns = [frame[name].to_numpy(dtype=float)[:, None] for name in covariates]
    others = np.column_stack([*columns, wave_columns(frame)])
    if level is None:
        others = np.column_stack([np.ones(len(frame)), others])
    morale, between, performance = (inside(frame[name].to_numpy(dtype=float)) for name in _SIDES)
    kept = independent(inside(others))
    for name, values in (("morale", morale), (middle, between), ("performance", performance)):
        if np.std(_left(values, kept)) <= _CONSTANT * max(float(np.abs(values).max()), 1e-300):
            raise ModelError(f"`{name}` must vary beside units and waves; it does not.")
    return ChainRows(
        morale=morale,
        middle=between,
        performance=performance,
        others=kept,
        absorbed=absorbed,
        cluster=cluster,
        cluster_is=cluster_is,
        units=int(unit.max()) + 1,
    )


def _need_units(frame: pd.DataFrame, design: str) -> None:
    units = len(frame[["agency", "unit"]].drop_duplicates())
    if units < FEWEST_GROUPS:
        each = "" if design == "one wave" else ", each with two rows or more"
        raise ModelError(
            f"`panel` must hold at least {FEWEST_GROUPS} units for the design '{design}'{each}; "
            f"got {units}."
        )


def _levels(frame: pd.DataFrame, unit: Codes, design: str) -> tuple[Codes | None, int]:
    """Say what has a level: units over time, agencies of several units, or nothing."""
    if design != "one wave":
        return unit, int(unit.max()) + 1
    agency = as_codes(frame["agency"])
    agencies = int(agency.max()) + 1
    if 2 * agencies > len(frame):
        return None, 0
    return agency, agencies


def _left(values: Array, columns: Array) -> Array:
    if not columns.shape[1]:
        return values
    return np.asarray(values - columns @ np.linalg.lstsq(columns, values, rcond=None)[0])


def _lagged(frame: pd.DataFrame) -> pd.DataFrame:
    """Set morale of two waves before and the middle of the wave before beside performance."""
    keys = ["agency", "unit", "place"]
    morale = frame[[*keys, "morale"]].assign(place=frame["place"] + 2)
    middle = frame[[*keys, "_middle"]].assign(place=frame["place"] + 1)
    kept = frame.drop(columns=["morale", "_middle"])
    return kept.merge(middle, on=keys, how="inner").merge(morale, on=keys, how="inner")
