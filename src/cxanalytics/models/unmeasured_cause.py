"""How strong must something nobody measured be to take the relation of morale and performance away?

No model can rule out an unmeasured cause of both. What can be computed is how strong it would have
to be, beside the strongest thing that was measured.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from cxanalytics.errors import ModelError, ParamsError, must_be
from cxanalytics.formats import percent
from cxanalytics.models.morale_lag import lag_morale
from cxanalytics.models.panel_rows import usable_rows
from cxanalytics.models.panel_slope import SlopeRows, rows_between, rows_within, slope_of
from cxanalytics.models.unmeasured_strength import (
    Facts,
    MeasuredCause,
    benchmark_facts,
    ratio_facts,
    strength_facts,
    strongest,
)
from cxanalytics.numerics.cluster_robust import Interval
from cxanalytics.numerics.sensitivity import Slope, adjust, as_strong_as
from cxanalytics.rules import LEVEL, THRESHOLDS, Thresholds
from cxanalytics.tables import Check, Estimates, Panel

TERMS = ("within", "between")
TIMES = (1, 2, 3)


def fit_unmeasured_cause(
    panel: Panel,
    *,
    covariates: Sequence[str] = (),
    term: str = "within",
    later: bool = False,
    labels: Mapping[str, str] | None = None,
    level: float = LEVEL,
    standardize: bool = True,
    thresholds: Thresholds = THRESHOLDS,
) -> Estimates:
    """Say how strong an unmeasured cause of both must be to take the relation away.

    Parameters
    ----------
    panel : Panel
        Rows without morale or performance, or with too few staff answers, are left out.
    covariates : sequence of str
        Further columns of numbers. The one whose like would move the slope most is the benchmark;
        without any, and within units, it is all that units share in a wave.
    term : {"within", "between"}
        Within units over time or between them; with one period within agencies or between them, as
        in `fit_morale_performance`.
    later : bool
        Morale one wave before performance, as `lag_morale` puts them; else of the same wave.
    labels : mapping of str to str, optional
        Covariate to the name to print.
    level : float
        Probability content of the intervals.
    standardize : bool
        Per standard deviation of morale over all rows used; else per unit of morale.
    thresholds : Thresholds
        Smallest numbers of answers; read is `team`.

    Returns
    -------
    Estimates
        Row "observed", the slope as it is; rows "1x", "2x" and "3x", what would be left of it with
        an unmeasured cause so many times as strong as the benchmark (none without a benchmark).
        `label times units`, the shares `share_morale share_performance` of the remaining variation
        that such a cause explains, and `reason` where none can be that strong. Facts:
        `robustness_value`, the share of the remaining variation of both sides that a cause must
        explain to take the slope to zero, and `robustness_value_alpha`, to make its range hold
        zero; `partial_r2`; `benchmark`, the larger of its two shares `benchmark_share`, and
        `times_needed`, how many times as strong a cause takes the slope to zero; `risk_ratio` with
        `e_value` and `e_value_range`; `slope slope_error slope_df reach_low reach_high` for the
        picture.

    Raises
    ------
    ParamsError
        An unknown term or covariate, or a covariate of text.
    ModelError
        Fewer than three groups, or morale that does not vary, or too few rows.

    Assumes
    -------
    A straight line, and an unmeasured cause that acts as one column of it. Strengths are shares of
    what is left after units, waves and covariates. Ranges keep their clustered width per ordinary
    standard error.

    Reference
    ---------
    Cinelli and Hazlett (2020); VanderWeele and Ding (2017); methods.md#an-unmeasured-cause.
    """
    if term not in TERMS:
        raise ParamsError(must_be("term", TERMS, term))
    panel = lag_morale(panel) if later else panel
    frame = usable_rows(panel, columns=covariates, thresholds=thresholds)
    sd = float(frame["morale"].std(ddof=1))
    if not sd > 0:
        raise ModelError("`panel` must hold morale that varies; it is the same in every row.")
    frame = frame.assign(morale=frame["morale"] / (sd if standardize else 1.0))
    rows = rows_within(frame, covariates) if term == "within" else rows_between(frame, covariates)
    slope, interval, clusters = slope_of(rows, level=level)
    found = strongest(rows, slope)
    reaches = [abs(end - slope.estimate) / slope.std_error for end in (interval.low, interval.high)]
    name = "" if found is None else (labels or {}).get(found.name, found.name)
    table = _table(rows, slope, interval, found, reaches, name=name)
    facts: Facts = {
        "term": term,
        "rows": len(rows.y),
        "units": rows.groups,
        "waves": int(frame["period"].nunique()),
        "rows_left_out": len(panel.frame) - len(frame),
        "cluster": rows.cluster_is,
        "clusters": clusters,
        "method": interval.method,
        "morale_sd": sd,
        "standardized": standardize,
        "performance_is": panel.performance_is,
        "higher_is_better": panel.higher_is_better,
        "same_source": panel.same_source,
        **strength_facts(slope, interval, reaches),
        **benchmark_facts(found, slope, name),
        **ratio_facts(panel, frame, interval, 1.0 if standardize else sd),
        "grade": "D",
    }
    return Estimates(
        frame=table,
        quantity=f"change in {panel.performance_label} per "
        f"{'standard deviation' if standardize else 'unit'} of {panel.morale_label}, "
        f"{term} {'agencies' if facts['waves'] == 1 else 'units'}, "
        "if an unmeasured cause of both is as strong as told",
        level=level,
        checks=_checks(interval, facts),
        facts=facts,
    )


def _table(
    rows: SlopeRows,
    slope: Slope,
    interval: Interval,
    found: MeasuredCause | None,
    reaches: Sequence[float],
    *,
    name: str,
) -> pd.DataFrame:
    lines: list[dict[str, object]] = [
        {
            "key": "observed",
            "estimate": slope.estimate,
            "std_error": interval.std_error,
            "conf_low": interval.low,
            "conf_high": interval.high,
            "label": "As observed",
            "times": 0.0,
            "share_morale": 0.0,
            "share_performance": 0.0,
            "reason": interval.reason,
        }
    ]
    if found is not None:
        lines += [_left(times, slope, interval, found, reaches, name=name) for times in TIMES]
    frame = pd.DataFrame(lines).assign(n=float(len(rows.y)), units=float(rows.groups))
    first = [
        "key",
        "label",
        "times",
        "estimate",
        "std_error",
        "conf_low",
        "conf_high",
        "n",
        "units",
    ]
    return frame.reindex(columns=[*first, "share_morale", "share_performance", "reason"])


def _left(
    times: int,
    slope: Slope,
    interval: Interval,
    found: MeasuredCause,
    reaches: Sequence[float],
    *,
    name: str,
) -> dict[str, object]:
    """What is left of the slope with a cause some times as strong as the benchmark."""
    many = "" if times == 1 else f"{times} times "
    line: dict[str, object] = {
        "key": f"{times}x",
        "label": f"A cause {many}as strong as {name}",
        "times": float(times),
        "reason": "",
    }
    try:
        cause, outcome = as_strong_as(found.cause, found.outcome, times)
    except ModelError as error:
        return line | {"reason": str(error)}
    if outcome >= 1.0:
        return line | {"reason": "It would explain all that is left of performance."}
    below, above = reaches
    left = adjust(slope, cause=cause, outcome=outcome, below=below, above=above)
    return line | {
        "estimate": float(left.estimate),
        "std_error": interval.std_error * float(left.std_error) / slope.std_error,
        "conf_low": float(left.low),
        "conf_high": float(left.high),
        "share_morale": cause,
        "share_performance": outcome,
    }


def _checks(interval: Interval, facts: Mapping[str, float | int | str | bool]) -> tuple[Check, ...]:
    checks = [
        Check(
            "unmeasured cause",
            None,
            f"An unmeasured cause that explains {percent(float(facts['robustness_value']), 1)} of "
            "the remaining variation of both sides would take the slope to zero.",
        )
    ]
    alpha = float(facts["robustness_value_alpha"])
    if np.isfinite(alpha):
        text = f"One that explains {percent(alpha, 1)} of both would make its range hold zero."
        if alpha == 0.0:
            text = "The range of the slope holds zero as it is, without any unmeasured cause."
        checks.append(Check("range holds zero", alpha > 0.0, text))
    else:
        why = interval.reason or "its range is open"
        checks.append(Check("range holds zero", None, f"Not known for the range: {why}."))
    name = str(facts["benchmark"])
    text = "Nothing was measured beside morale that an unmeasured cause could be compared with."
    if name:
        text = f"Unmeasured causes are compared with {name}."
    checks.append(Check("benchmark", bool(name), text))
    return tuple(checks)
