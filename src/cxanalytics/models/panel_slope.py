"""What is the slope of performance on morale, with its ordinary error and its clustered range?

Sensitivity to an unmeasured cause needs the plain regression behind a slope: its rows after unit
means are taken out, or the means of units.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

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
from cxanalytics.numerics.cluster_robust import Interval, cluster_interval, fit_clustered
from cxanalytics.numerics.panel import WithinBetween, as_codes, unit_means, within_between
from cxanalytics.numerics.sensitivity import Slope

Array = NDArray[np.float64]
Codes = NDArray[np.intp]

FEWEST_GROUPS = 3
NEGLIGIBLE = 1e-9
"""Share of a column's spread below which it counts as constant."""


@dataclass(frozen=True, slots=True)
class SlopeRows:
    """What least squares reads.

    Attributes
    ----------
    y, morale : (n,) outcome and regressor.
    measured : covariate to its (n,) column.
    others : (n, k) independent columns, such as waves.
    absorbed : number of unit means already taken out.
    groups : number of units.
    cluster_is : what the clusters are.
    ranged : rows, outcome, clusters and contrast that give the range.
    """

    y: Array
    morale: Array
    measured: Mapping[str, Array]
    others: Array
    absorbed: int
    groups: int
    cluster_is: str
    ranged: tuple[Array, Array, Codes, Array]


def group_codes(frame: pd.DataFrame) -> Codes:
    """Number what is followed: units over time, or with one period agencies made of units."""
    return unit_codes(frame) if frame["period"].nunique() > 1 else as_codes(frame["agency"])


def rows_within(frame: pd.DataFrame, covariates: Sequence[str]) -> SlopeRows:
    """Rows less the mean of their group; ranges are those of the hybrid model where it exists."""
    code = group_codes(frame)
    measured = {name: less_means(frame[name].to_numpy(dtype=float), code) for name in covariates}
    varying = {name: values for name, values in measured.items() if _varies(values, frame[name])}
    y, morale = (
        less_means(frame[name].to_numpy(dtype=float), code) for name in ("performance", "morale")
    )
    others = independent(less_means(wave_columns(frame), code))
    cluster, cluster_is = cluster_codes(frame, code)
    hybrid = _hybrid(frame, covariates, code)
    if hybrid is None:
        columns = np.column_stack(
            [morale, independent(np.column_stack([*varying.values(), others]))]
        )
        ranged = columns, y, cluster, np.eye(columns.shape[1])[0]
    else:
        ranged = hybrid.fit.rows_x, hybrid.fit.rows_y, cluster, hybrid.contrast("within")
    groups = int(code.max()) + 1
    return SlopeRows(y, morale, varying, others, groups, groups, cluster_is, ranged)


def rows_between(frame: pd.DataFrame, covariates: Sequence[str]) -> SlopeRows:
    """One row a group, weighted as the hybrid model weighs it, with what waves share taken out."""
    code = group_codes(frame)
    first = np.unique(code, return_index=True)[1]
    size = np.bincount(code).astype(float)
    hybrid = _hybrid(frame, covariates, code)
    shared, weight = np.zeros(len(frame)), size
    if hybrid is not None:
        waves = wave_columns(frame)
        shared = waves @ hybrid.fit.coef[1 : 1 + waves.shape[1]]
        weight = size / (1.0 + size * hybrid.fit.unit_variance / hybrid.fit.residual_variance)
    scale = np.sqrt(weight / weight.max())

    def mean(values: Array) -> Array:
        return scale * unit_means(values, code)[first]

    y = mean(frame["performance"].to_numpy(dtype=float) - shared)
    morale = mean(frame["morale"].to_numpy(dtype=float))
    measured = {name: mean(frame[name].to_numpy(dtype=float)) for name in covariates}
    cluster, cluster_is = cluster_codes(frame, code)
    if hybrid is None:
        columns = np.column_stack(
            [morale, independent(np.column_stack([*measured.values(), scale]))]
        )
        ranged = columns, y, cluster[first], np.eye(columns.shape[1])[0]
    else:
        ranged = hybrid.fit.rows_x, hybrid.fit.rows_y, cluster, hybrid.contrast("between")
    others = scale[:, None]
    return SlopeRows(y, morale, measured, others, 0, len(first), cluster_is, ranged)


def _hybrid(frame: pd.DataFrame, covariates: Sequence[str], code: Codes) -> WithinBetween | None:
    """Fit both parts at once; None where morale varies only within groups, or only between."""
    split, fixed = ["morale"], list[str]()
    for name in covariates:
        inside = less_means(frame[name].to_numpy(dtype=float), code)
        (split if _varies(inside, frame[name]) else fixed).append(name)
    several = frame["period"].nunique() > 1
    try:
        return within_between(
            frame["performance"],
            frame[split],
            code,
            wave=frame["period"].to_numpy() if several else None,
            covariates=frame[fixed] if fixed else None,
        )
    except ModelError:
        return None


def _varies(values: Array, whole: pd.Series[Any]) -> bool:
    return float(values.std()) > NEGLIGIBLE * max(float(whole.std()), np.finfo(float).tiny)


def slope_of(rows: SlopeRows, *, level: float) -> tuple[Slope, Interval, int]:
    """Give the slope with its ordinary standard error, its clustered range and the clusters."""
    if rows.groups < FEWEST_GROUPS:
        raise ModelError(
            f"`panel` must hold at least {FEWEST_GROUPS} groups to compare; got {rows.groups}."
        )
    beside = independent(np.column_stack([*rows.measured.values(), rows.others]))
    left = residual(rows.morale, beside)
    if np.std(left) <= NEGLIGIBLE * max(float(np.abs(rows.morale).max()), np.finfo(float).tiny):
        raise ModelError("`panel` must hold morale that varies beside the other columns.")
    rows_x = np.column_stack([rows.morale, beside])
    needed = rows.absorbed + rows_x.shape[1] + 2
    if len(rows.y) < needed:
        raise ModelError(
            f"`panel` must hold at least {needed} rows for this model; it holds {len(rows.y)}."
        )
    coef = np.linalg.lstsq(rows_x, rows.y, rcond=None)[0]
    rest = rows.y - rows_x @ coef
    if np.std(rest) <= NEGLIGIBLE * max(float(np.std(rows.y)), np.finfo(float).tiny):
        raise ModelError("`panel` leaves no variation of performance to explain.")
    df = len(rows.y) - needed + 2
    error = float(np.sqrt(np.square(rest).sum() / df / np.square(left).sum()))
    x, y, cluster, contrast = rows.ranged
    clustered = fit_clustered(x, y, cluster)
    interval = cluster_interval(clustered, contrast, level=level)
    return Slope(float(coef[0]), error, float(df)), interval, clustered.n_clusters


def residual(values: Array, columns: Array) -> Array:
    """Take out of values what columns explain by least squares."""
    if not columns.shape[1]:
        return values
    return np.asarray(values - columns @ np.linalg.lstsq(columns, values, rcond=None)[0])
