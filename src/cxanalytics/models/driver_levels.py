"""Does a driver go with the outcome among the people of one agency, and among agencies?

The two are different questions with different answers. Within: among people of one agency, how much
does the share of positive answers differ for one step of the driver? Between: how much does the
share of agencies differ for one step of their mean? Each driver stands alone in both, so that the
same thing is compared, and case mix is taken out of both. Agency means carry sampling error of
their own, which pulls the second figure toward the first; it is taken out.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import t as student

from cxanalytics.errors import ModelError
from cxanalytics.models.agency_levels import AgencyLevels, agency_levels
from cxanalytics.models.answers import AnswerRows, answer_rows, refuse_few_events
from cxanalytics.models.sampling import need_answers
from cxanalytics.numerics.cluster_robust import Interval, cluster_interval, fit_clustered
from cxanalytics.numerics.shrinkage import reml_tau2
from cxanalytics.numerics.true_relation import TrueSlope, true_slope
from cxanalytics.rules import LEVEL, THRESHOLDS, Thresholds
from cxanalytics.tables import Check, Estimates, Survey

FEWEST_AGENCIES = 10
"""Fewer agencies show no relation between agencies."""

RELIABILITY_BETWEEN = 0.50
"""Reliability of differences between agency means below which they show no relation."""

_SAME_MEANS = 1e-12
"""Spread of agency means, relative to their size, that is rounding."""

TERMS = ("within", "between", "difference")
COLUMNS = (
    "key",
    "estimate",
    "std_error",
    "conf_low",
    "conf_high",
    "n",
    "driver",
    "term",
    "label",
    "agencies",
    "p_value",
    "df",
    "method",
    "uncorrected",
    "reliability",
    "spread",
)
ECOLOGICAL = "“Between” is a relation between agencies, not between people."


def fit_driver_levels(
    survey: Survey,
    *,
    drivers: Sequence[str] | None = None,
    case_mix: Sequence[str] | None = None,
    period: str | None = None,
    statistic: str = "positive",
    level: float = LEVEL,
    thresholds: Thresholds = THRESHOLDS,
) -> Estimates:
    """Relate the share of positive answers to each driver, within agencies and between them.

    Parameters
    ----------
    survey : Survey
    drivers : sequence of str, optional
        Driver questions, each taken alone; the survey's own by default.
    case_mix : sequence of str, optional
        Columns an agency cannot choose; the survey's own by default.
    period : str, optional
        One wave; by default all waves, each with its own level.
    statistic : {"positive", "top"}
        Which outcome answers count.
    level : float
        Probability content of the intervals.
    thresholds : Thresholds
        Agencies that may not be shown are left out.

    Returns
    -------
    Estimates
        Rows "driver/within", "driver/between" and "driver/difference" (between less within):
        change in the share per step of the driver's scale. Columns `driver term label`,
        `agencies`, `p_value df method`, and on rows "between" `uncorrected`, the slope of the
        means as they are, `reliability` of differences between them, and `spread`, the standard
        deviation of true means in steps. `n` counts people. No interval within with fewer than
        six agencies; no figure between with fewer than ten, or where reliability is below one half.

    Raises
    ------
    DataError, ParamsError
        A question, column, wave or statistic that does not exist.
    ModelError
        No driver, or too few answers; or `survey` is `Published`.

    Assumes
    -------
    Straight lines; agencies independent of each other. Sampling error is known and alike per
    effective answer. Both answers come from one person and survey.

    Reference
    ---------
    Mundlak (1978); Fuller (1987); Bell and McCaffrey (2002); Pustejovsky and Tipton (2018);
    methods.md#diagnostics-of-the-recommendation-model.
    """
    need_answers(survey)
    rows = answer_rows(
        survey,
        drivers=tuple(survey.drivers if drivers is None else drivers),
        case_mix=tuple(survey.case_mix if case_mix is None else case_mix),
        period=period,
        statistic=statistic,
        thresholds=thresholds,
    )
    if not rows.drivers:
        raise ModelError("The relation to a driver needs at least one driver; got none.")
    refuse_few_events(rows, rows.design.shape[1] - len(rows.drivers) + 1)
    steps = [_step(rows, driver) for driver in rows.drivers]
    answers = rows.design[:, : len(steps)].astype(float) / np.array(steps)
    levels = agency_levels(rows, np.column_stack([answers, rows.positive]))
    found = [_driver(rows, levels, place, level) for place in range(len(steps))]
    scale = survey.question(survey.outcome).scale
    cut_label = scale.cut_label if statistic == "positive" else scale.top_label
    frame = pd.DataFrame([row for part in found for row in part], columns=list(COLUMNS))
    return Estimates(
        frame=frame,
        quantity=f"Change in the share answering {cut_label}, per step of the driver alone",
        level=level,
        checks=(*survey.notes, *rows.checks, *_checks(frame)),
        facts={
            "outcome": survey.outcome,
            "statistic": statistic,
            "cut_label": cut_label,
            "period": period or "",
            "n": float(rows.people.sum()),
            "agencies": len(rows.agencies),
            "baseline": float(levels.mass @ rows.positive / levels.mass.sum()),
            "grade": "D",
        },
    )


def _step(rows: AnswerRows, driver: str) -> float:
    return float(np.diff(rows.survey.question(driver).scale.answers).min())


def _driver(
    rows: AnswerRows, levels: AgencyLevels, place: int, level: float
) -> list[dict[str, object]]:
    """Give the three rows of one driver."""
    within = _within(rows, levels, place, level)
    between = _between(levels, place, level)
    apart = float(np.hypot(within.std_error, between.std_error))
    gap = between.slope - within.estimate
    half = float(student.ppf(0.5 + 0.5 * level, between.df)) * apart
    corrected = "corrected" if np.isfinite(between.slope) else "none"
    terms = [
        {
            "estimate": within.estimate,
            "std_error": within.std_error,
            "conf_low": within.low,
            "conf_high": within.high,
            "p_value": within.p_value,
            "df": within.df,
            "method": within.method,
        },
        {
            "estimate": between.slope,
            "std_error": between.std_error,
            "conf_low": between.low,
            "conf_high": between.high,
            "p_value": _p_value(between.slope, between.std_error, between.df),
            "df": between.df,
            "method": corrected,
            "uncorrected": between.plain,
            "reliability": between.reliability,
            "spread": between.spread,
        },
        {
            "estimate": gap,
            "std_error": apart,
            "conf_low": gap - half,
            "conf_high": gap + half,
            "p_value": _p_value(gap, apart, between.df),
            "df": between.df,
            "method": corrected,
        },
    ]
    driver = rows.drivers[place]
    whose = {
        "n": float(rows.people.sum()),
        "driver": driver,
        "label": rows.survey.question(driver).label,
        "agencies": len(rows.agencies),
    }
    return [
        {"key": f"{driver}/{term}", "term": term, **whose, **figures}
        for term, figures in zip(TERMS, terms, strict=True)
    ]


def _p_value(estimate: float, error: float, df: float) -> float:
    if not error > 0.0:
        return float("nan")
    return float(2.0 * student.sf(abs(estimate / error), df))


def _within(rows: AnswerRows, levels: AgencyLevels, place: int, level: float) -> Interval:
    root = np.sqrt(levels.mass)
    x, y = levels.residual[:, place], levels.residual[:, -1]
    if np.ptp(x) == 0.0:
        raise ModelError(f"`{rows.drivers[place]}` must differ between people of one agency.")
    fit = fit_clustered((root * x)[:, None], root * y, rows.agency)
    return cluster_interval(fit, [1.0], level=level)


def _between(levels: AgencyLevels, place: int, level: float) -> TrueSlope:
    """Relate agencies by weights of a random-effects regression; NaN where nothing can be told."""
    agencies = len(levels.mean)
    unknown = float("nan")
    if agencies < FEWEST_AGENCIES:
        return TrueSlope(*(unknown,) * 8)
    pair = [place, levels.mean.shape[1] - 1]
    x, y = levels.mean[:, pair].T
    if np.ptp(x) <= _SAME_MEANS * np.abs(x).max():
        return TrueSlope(*(unknown,) * 5, 0.0, 0.0, float(agencies - 2))
    error = levels.error[:, pair][:, :, pair]
    apart = reml_tau2(y, error[:, 1, 1], design=np.column_stack([np.ones(agencies), x]))
    found = true_slope(x, y, error, weight=1.0 / (apart + error[:, 1, 1]), level=level)
    if found.reliability >= RELIABILITY_BETWEEN:
        return found
    return TrueSlope(*(unknown,) * 4, found.plain, found.reliability, found.spread, found.df)


def _checks(frame: pd.DataFrame) -> list[Check]:
    between = frame.loc[frame["term"] == "between"]
    agencies = int(frame["agencies"].iloc[0])
    enough = agencies >= FEWEST_AGENCIES
    text = f"{agencies} agencies are compared with each other (at least {FEWEST_AGENCIES})."
    checks = [Check("agencies_between", enough, text)]
    if enough:
        least = between.iloc[int(between["reliability"].argmin())]
        text = (
            f"Reliability of differences between agency means: {least['reliability']:.2f} for "
            f"{least['label']}, the least (at least {RELIABILITY_BETWEEN:.2f}). Slopes between "
            f"agencies are corrected for it."
        )
        passed = bool(least["reliability"] >= RELIABILITY_BETWEEN)
        checks.append(Check("reliability_between", passed, text))
    checks.append(Check("ecological", None, ECOLOGICAL))
    return checks
