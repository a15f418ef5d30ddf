"""What does each model of one panel say of morale and performance?

One step of the ladder a model; `morale_ladder` puts them together. A step that cannot be fitted
says why.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxanalytics.errors import ModelError
from cxanalytics.models.morale_error import PARTS, RELIABILITY_TO_RELATE
from cxanalytics.models.morale_order import OrderInTime
from cxanalytics.models.morale_rows import MoraleRows, relation_rows
from cxanalytics.numerics.cluster_robust import Interval, cluster_interval, fit_clustered
from cxanalytics.numerics.lags import UnitRows, line_up, unit_rows
from cxanalytics.numerics.measurement_error import Moments, corrected_interval
from cxanalytics.numerics.panel import WithinBetween
from cxanalytics.numerics.units import dummies
from cxanalytics.tables import Estimates

LAGGED = ("morale_before", "performance_before")
_ONE_WAVE = "there is one wave"
_FEW_IN_A_ROW = "no unit is there in enough waves in a row"
_MOOD = "the same people answer on both sides, and their answers were not split"
_NO_CHANGE = "morale does not change within units"


@dataclass(frozen=True, slots=True)
class Step:
    """One row of the ladder: its interval, rows and units, or the reason why there is none."""

    interval: Interval
    n: int = 0
    units: int = 0
    reason: str = ""


def same_wave(rows: MoraleRows, hybrid: WithinBetween | None, level: float) -> dict[str, Step]:
    """All rows together, between and within units, and with unit and wave effects."""
    root = np.sqrt(rows.weight)[:, None]
    held = [np.ones((len(root), 1))]
    if rows.wave is not None:
        held.append(dummies(rows.wave))
    if rows.z is not None:
        held.append(rows.z)
    table = np.column_stack([rows.m, *held]) * root
    pooled = fit_clustered(table, rows.y * root[:, 0], rows.cluster)
    first = np.eye(table.shape[1])[0]
    found = {"pooled": _step(cluster_interval(pooled, first, level=level), rows.code)}
    fit, contrasts = relation_rows(rows, hybrid)
    clustered = fit_clustered(fit[0], fit[1], rows.cluster)
    for key, contrast in zip(("within", "between"), contrasts, strict=False):
        if contrast is None:
            found[key] = no_step(_NO_CHANGE)
            continue
        there = rows.code if key == "between" else rows.code[np.bincount(rows.code)[rows.code] > 1]
        found[key] = _step(cluster_interval(clustered, contrast, level=level), there)
    found["fixed_effects"] = _tried(lambda: _fixed_effects(rows, level))
    return found


def _fixed_effects(rows: MoraleRows, level: float) -> Step:
    if rows.wave is None:
        return no_step(_ONE_WAVE)
    made = unit_rows(rows.y, rows.m, rows.code, rows.wave, covariates=rows.z, weights=rows.weight)
    return _of_unit_rows(made, rows.cluster[made.rows], level)


def other_waves(rows: MoraleRows, order: OrderInTime, level: float) -> dict[str, Step]:
    """One wave earlier, both ways, and the placebo of one wave later."""
    if rows.wave is None:
        return {key: no_step(_ONE_WAVE) for key in (*LAGGED, "lead")}
    backward = no_step(_FEW_IN_A_ROW)
    if order.backward is not None:
        backward = Step(order.backward, order.pairs, order.units, order.backward.reason)
    return {
        "morale_before": _tried(lambda: _shifted(rows, (1,), 0, level)),
        "performance_before": backward,
        "lead": _tried(lambda: _shifted(rows, (-1, 0, 1), 0, level)),
    }


def _shifted(rows: MoraleRows, lags: tuple[int, ...], wanted: int, level: float) -> Step:
    """Performance on morale of other waves together; the interval is that of the `wanted` one."""
    if rows.wave is None:
        return no_step(_ONE_WAVE)
    now, *others = line_up(rows.code, rows.wave, lags=lags).T
    if len(now) == 0:
        return no_step(_FEW_IN_A_ROW)
    x = np.column_stack([rows.m[other] for other in others])
    made = unit_rows(
        rows.y[now],
        x,
        rows.code[now],
        rows.wave[now],
        covariates=None if rows.z is None else rows.z[now],
        weights=rows.weight[now],
    )
    return _of_unit_rows(made, rows.cluster[now][made.rows], level, wanted)


def _of_unit_rows(made: UnitRows, cluster: NDArray[np.intp], level: float, wanted: int = 0) -> Step:
    fit = fit_clustered(made.x, made.y, cluster)
    interval = cluster_interval(fit, np.eye(made.x.shape[1])[wanted], level=level)
    return Step(interval, len(made.y), len(np.unique(made.unit)), interval.reason)


def corrected(
    rows: MoraleRows,
    found: dict[str, Moments | None] | None,
    level: float,
) -> dict[str, Step]:
    """Within and between with the sampling error of morale taken out."""
    keys = tuple(f"{part}_corrected" for part in PARTS)
    if found is None:
        return {key: no_step("the sampling error of morale is not known") for key in keys}
    units = np.bincount(rows.code)
    counts = {"within": (int(units[units > 1].sum()), int((units > 1).sum()))}
    counts["between"] = (len(rows.y), rows.groups)
    steps = {}
    for key in keys:
        which = key.removesuffix("_corrected")
        made = found[which]
        if made is None:
            steps[key] = no_step(_NO_CHANGE)
        elif made.reliability < RELIABILITY_TO_RELATE:
            steps[key] = no_step(
                f"{made.reliability:.2f} of the differences in morale is more than sampling error; "
                f"at least {RELIABILITY_TO_RELATE:.2f} is asked for"
            )
        else:
            interval = corrected_interval(made, level=level)
            steps[key] = Step(interval, *counts[which], interval.reason)
    return steps


def of_split(split: Estimates | None, key: str, rows: MoraleRows) -> Step:
    """Take a row of the split sample over, in the step of morale used here."""
    if split is None or split.frame.empty:
        why = "" if split is None else str(split.facts.get("reason", ""))
        return no_step(why or _MOOD)
    row = split.row(key)
    per = rows.step / (float(split.facts["morale_sd"]) if split.facts["standardized"] else 1.0)
    interval = Interval(
        estimate=float(row["estimate"]) * per,
        std_error=float(row["std_error"]) * per,
        low=float(row["conf_low"]) * per,
        high=float(row["conf_high"]) * per,
        p_value=float(row["p_value"]),
        df=float(row["df"]),
        method=str(row["method"]),
    )
    return Step(interval, int(row["n"]), int(split.facts["groups"]), str(row["reason"]))


def no_step(reason: str) -> Step:
    """Give the step of a model that cannot be fitted."""
    return Step(Interval(*(float("nan"),) * 6, method="none", reason=reason), reason=reason)


def _step(interval: Interval, there: NDArray[np.intp]) -> Step:
    """A model of these rows; the units of `there` are those it learns from."""
    return Step(interval, len(there), len(np.unique(there)), interval.reason)


def _tried(fit: Callable[[], Step]) -> Step:
    """Fit one row; the others stand where the data cannot carry it."""
    try:
        return fit()
    except ModelError:
        return no_step(_FEW_IN_A_ROW)
