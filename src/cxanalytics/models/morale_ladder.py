"""Does the relation of morale and performance hold from the simplest model to the strictest?

Every model of the same panel on one axis: all rows together, between units, within them, with what
units and waves have in common taken out, one wave earlier, the placebo of one wave later, and with
error in morale taken out. A row that cannot be fitted says why.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxanalytics.models.morale_error import (
    PARTS,
    error_moments,
    morale_reliability,
)
from cxanalytics.models.morale_order import OrderInTime, order_in_time
from cxanalytics.models.morale_performance import relation_quantity
from cxanalytics.models.morale_rows import MoraleRows, morale_rows
from cxanalytics.models.morale_slopes import check_of_slopes, slope_differences
from cxanalytics.models.morale_steps import (
    LAGGED,
    Step,
    corrected,
    no_step,
    of_split,
    other_waves,
    same_wave,
)
from cxanalytics.numerics.multiplicity import adjust_p_values
from cxanalytics.rules import GRADES, LEVEL, THRESHOLDS, Thresholds
from cxanalytics.tables import Check, Estimates, Panel

Array = NDArray[np.float64]

LADDER = {
    "pooled": "All rows together",
    "between": "Between units",
    "within": "Within units",
    "fixed_effects": "Unit and wave effects",
    "morale_before": "Morale one wave earlier",
    "performance_before": "Performance one wave earlier",
    "lead": "Morale one wave later (placebo)",
    "within_corrected": "Within units, error in morale taken out",
    "between_corrected": "Between units, error in morale taken out",
    "split_sample": "Within units, different people on each side",
}


def fit_morale_ladder(
    panel: Panel,
    *,
    split: Estimates | None = None,
    covariates: Sequence[str] = (),
    exposure: str = "",
    level: float = LEVEL,
    standardize: bool = False,
    thresholds: Thresholds = THRESHOLDS,
) -> Estimates:
    """Put every model of morale and performance on one ladder, and judge which came first.

    Parameters
    ----------
    panel : Panel
        Rows without morale or performance, or with too few staff answers, are left out.
    split : Estimates, optional
        What `fit_split_sample` says where both come from the same people.
    covariates : sequence of str
        Further columns of the panel.
    exposure : str
        Column of the panel over which a rate or a cost was counted; rows count in proportion.
    level : float
        Probability content of the intervals.
    standardize : bool
        Per standard deviation of morale over all rows used; else per unit of morale.
    thresholds : Thresholds
        Smallest numbers of answers; read is `team`.

    Returns
    -------
    Estimates
        A row per model, in units of performance per unit of morale; "performance_before" alone is
        morale per unit of performance, in standard deviations within units of both
        (`standardized`). Further columns `label term units p_value p_adjusted df method
        standardized grade family reason`; `reason` says why a row has no figure. Facts: `order
        reason grade` (the highest the shape of the data allows) `units waves pairs morale_sd
        reliability_within reliability_between slope_sd slope_p_value (whether slopes within units
        differ) higher_is_better same_source`, and the lags compared
        in standard deviations within units, `lag_forward lag_backward lag_difference` with `_low`
        and `_high`.

    Raises
    ------
    ParamsError
        An unknown covariate or exposure.
    ModelError
        Fewer than three groups, or morale that does not differ between them.

    Assumes
    -------
    As `fit_morale_performance`; errors of morale are independent between rows and of performance.
    The placebo needs morale that does not react to performance.

    Reference
    ---------
    Mundlak (1978); Bell and Jones (2015); Fuller (1987); Nickell (1981); Holm (1979); Benjamini and
    Hochberg (1995); methods.md#morale-and-performance.
    """
    rows = morale_rows(
        panel,
        group="unit",
        covariates=covariates,
        exposure=exposure,
        standardize=standardize,
        thresholds=thresholds,
    )
    hybrid = rows.hybrid() if rows.changes() else None
    order = order_in_time(rows, level=level)
    steps = same_wave(rows, hybrid, level)
    steps |= other_waves(rows, order, level)
    parts = error_moments(rows, hybrid)
    steps["split_sample"] = no_step("morale and performance come from different sources")
    if panel.same_source:
        steps["split_sample"] = of_split(split, "within", rows)
        steps |= {f"{part}_corrected": of_split(split, f"{part}_corrected", rows) for part in PARTS}
    else:
        steps |= corrected(rows, parts, level)
    frame = _ladder_frame(steps, split is not None and panel.same_source, standardize)
    facts = _ladder_facts(panel, rows, order, frame, morale_reliability(parts))
    slopes = slope_differences(rows, hybrid)
    facts |= {"slope_sd": slopes[0], "slope_p_value": slopes[1]}
    return Estimates(
        frame=frame,
        quantity=relation_quantity(panel, standardize),
        level=level,
        checks=(*_ladder_checks(panel, frame, facts, order), check_of_slopes(*slopes)),
        facts=facts,
    )


def _ladder_frame(steps: dict[str, Step], split: bool, standardize: bool) -> pd.DataFrame:
    primary = {"between", "split_sample" if split else "within", "morale_before"}
    rows = []
    for key, label in LADDER.items():
        step = steps[key]
        found = step.interval
        rows.append(
            {
                "key": key,
                "label": label,
                "term": "morale on performance" if key == "performance_before" else "morale",
                "estimate": found.estimate,
                "std_error": found.std_error,
                "conf_low": found.low,
                "conf_high": found.high,
                "n": float(step.n),
                "units": step.units,
                "p_value": found.p_value,
                "df": found.df,
                "method": found.method,
                "standardized": standardize or key == "performance_before",
                "grade": "C" if key in LAGGED and np.isfinite(found.low) else "D",
                "family": "primary" if key in primary else "check",
                "reason": step.reason,
            }
        )
    frame = pd.DataFrame(rows)
    is_primary = frame["family"] == "primary"
    frame["p_adjusted"] = np.nan
    for part, method in ((is_primary, "holm"), (~is_primary, "bh")):
        frame.loc[part, "p_adjusted"] = adjust_p_values(frame.loc[part, "p_value"], method=method)
    return frame


def _ladder_facts(
    panel: Panel,
    rows: MoraleRows,
    order: OrderInTime,
    frame: pd.DataFrame,
    reliability: tuple[float, float],
) -> dict[str, float | int | str | bool]:
    facts: dict[str, float | int | str | bool] = {
        "order": order.order,
        "reason": order.reason,
        "grade": str(frame["grade"].min()),
        "group": rows.group,
        "units": rows.groups,
        "waves": int(rows.frame["period"].nunique()),
        "pairs": order.pairs,
        "pair_units": order.units,
        "cluster": "agency" if rows.by_agency else "unit",
        "clusters": int(rows.cluster.max()) + 1,
        "rows_left_out": len(panel.frame) - len(rows.frame),
        "morale_sd": rows.morale_sd,
        "reliability_within": reliability[0],
        "reliability_between": reliability[1],
        "higher_is_better": panel.higher_is_better,
        "same_source": panel.same_source,
        "performance_is": panel.performance_is,
    }
    lags = {"forward": order.forward, "backward": order.backward, "difference": order.difference}
    for name, lag in lags.items():
        facts[f"lag_{name}"] = float("nan") if lag is None else lag.estimate
        facts[f"lag_{name}_low"] = float("nan") if lag is None else lag.low
        facts[f"lag_{name}_high"] = float("nan") if lag is None else lag.high
    return facts


def _ladder_checks(
    panel: Panel,
    frame: pd.DataFrame,
    facts: dict[str, float | int | str | bool],
    order: OrderInTime,
) -> tuple[Check, ...]:
    settled = order.order in ("morale first", "performance first", "both")
    grade = GRADES[str(facts["grade"])]
    lead = frame.set_index("key").loc["lead"]
    placebo: bool | None = None
    text = f"Not possible: {lead['reason']}."
    if np.isfinite(lead["conf_low"]):
        placebo = bool(lead["conf_low"] <= 0.0 <= lead["conf_high"])
        text = "Morale one wave later does not go with performance, as it should be."
        if not placebo:
            text = "Morale one wave later goes with performance too: something else moves both."
    source = "Morale and performance come from different sources."
    if panel.same_source:
        source = "Both measures come from the same respondents; the relation is likely overstated."
    return (
        Check("order in time", settled or None, order.reason),
        Check("placebo", placebo, text),
        Check("same source", not panel.same_source, source),
        Check("grade", None, f"Grade {grade.letter} at most: {grade.design}."),
        Check("ecological", None, "This is a relation between units, not between people."),
    )
