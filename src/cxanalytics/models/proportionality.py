"""Does a driver act alike along the whole scale of the outcome?

The ordinal model gives each driver one coefficient for all cuts of the scale. Here every cut has a
model of its own, and both are told in points: how much the share of answers at or above the cut
changes for the driver's realistic step. What matters is the published cut: a driver whose two
figures differ there by more than a point or one standard error is to be freed. The test of equal
slopes is printed beside it and decides nothing: in large surveys it rejects what does not matter.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from cxanalytics.errors import ModelError, ParamsError, must_be
from cxanalytics.formats import list_words
from cxanalytics.models.answers import (
    AnswerRows,
    answer_rows,
    choose_cluster,
    two_sided,
)
from cxanalytics.models.cut_effects import (
    CutEffects,
    fit_usable_cuts,
    name_cut,
    tell_effects,
)
from cxanalytics.models.recommendation import PROPORTIONAL_WITHIN
from cxanalytics.models.sampling import need_answers, weights_and_counts
from cxanalytics.models.steps import Step, realistic_step
from cxanalytics.numerics.survey_design import survey_design
from cxanalytics.rules import LEVEL, NO_DRIVERS, THRESHOLDS, Thresholds
from cxanalytics.scales import Scale
from cxanalytics.tables import Check, Estimates, Survey

Floats = NDArray[np.float64]

PEOPLE_TO_TEST = 20_000
"""With more people a test of equal slopes rejects differences that do not matter."""

AGENCY_EFFECTS = ("fixed", "none")


def fit_proportionality(
    survey: Survey,
    *,
    drivers: Sequence[str] | None = None,
    case_mix: Sequence[str] | None = None,
    period: str | None = None,
    statistic: str = "positive",
    agency_effects: str = "fixed",
    link: str = "logit",
    cluster: str | None = None,
    level: float = LEVEL,
    thresholds: Thresholds = THRESHOLDS,
) -> Estimates:
    """Estimate each driver's effect at every cut of the outcome's scale.

    Parameters
    ----------
    survey : Survey
    drivers : sequence of str, optional
        Driver questions, entered together; the survey's own by default.
    case_mix : sequence of str, optional
        Columns that are held constant; the survey's own by default.
    period : str, optional
        One wave; by default all waves, each with its own level.
    statistic : {"positive", "top"}
        Which cut is the published one.
    agency_effects : {"fixed", "none"}
        Give each agency its own level, or one level to all.
    link : {"logit", "probit", "cloglog", "loglog", "cauchit"}
    cluster : {"agency", "psu", "respondent"}, optional
        What errors are clustered by, as in `fit_recommendation`.
    level : float
        Probability content of the intervals.
    thresholds : Thresholds
        Smallest numbers of answers; agencies below `hide` are left out.

    Returns
    -------
    Estimates
        A row per driver and cut, "driver@answer". `estimate` is the change in the share of answers
        at or above the cut (0.05 is five points) for the driver's step, in the model of that cut
        alone; `ordinal` the same change where the driver has one coefficient for all cuts, and
        `gap` the first less the second, with `gap_std_error`. `driver label`, `cut` (the lowest
        answer that counts), `cut_label`, `published`, `share_from share_to`, `from_value to_value
        step`, `coefficient`, and `p_same`, the p-value of equal slopes of the driver. Joint
        covariance. The fact `freed` names the drivers whose gap the rule does not allow, `differ`
        those of them whose gap is clear of zero, all drivers looked at together.

    Raises
    ------
    DataError, ParamsError
        A question, column, wave, statistic or cluster that does not exist.
    ModelError
        No driver, a scale of two answers, a published cut that its answers cannot carry, or
        answers separated perfectly; or `survey` is `Published`.

    Assumes
    -------
    As `fit_recommendation`, at each cut by itself.

    Reference
    ---------
    Brant (1990); Peterson and Harrell (1990); Binder (1983); methods.md#proportionality.
    """
    need_answers(survey)
    if agency_effects not in AGENCY_EFFECTS:
        raise ParamsError(must_be("agency_effects", AGENCY_EFFECTS, agency_effects))
    chosen = tuple(survey.drivers if drivers is None else drivers)
    if not chosen:
        raise ModelError(NO_DRIVERS)
    rows = answer_rows(
        survey,
        drivers=chosen,
        case_mix=tuple(survey.case_mix if case_mix is None else case_mix),
        period=period,
        statistic=statistic,
        thresholds=thresholds,
    )
    checks = list(rows.checks)
    if not rows.drivers:
        raise ModelError("`drivers` must keep at least one question; all had too few answers.")
    levels = agency_effects == "fixed"
    if levels:
        rows = two_sided(rows, checks)
    by, clusters = choose_cluster(rows, cluster)
    checks.append(clusters)
    scale = survey.question(survey.outcome).scale
    cut_label = scale.cut_label if statistic == "positive" else scale.top_label
    fits = fit_usable_cuts(rows, scale, checks, link=link, levels=levels)
    steps = [realistic_step(rows, driver) for driver in rows.drivers]
    whole = rows.fit(rows.answers, link=link, cluster=by, agency_effects=levels)
    psu, strata = rows.clusters(by)
    _, counts = weights_and_counts(rows.survey)
    drawn = survey_design(len(rows.answers), psu=psu, strata=strata, counts=counts)
    told = tell_effects(rows, steps, fits, whole, drawn, levels=levels)
    frame = _table(rows, steps, told, scale, cut_label, level=level)
    checks += [_check_gap(told), _check_slopes(rows, told)]
    return Estimates(
        frame=frame,
        quantity="Change in the share at or above each cut, per realistic step of the driver",
        level=level,
        covariance=told.covariance,
        checks=(*survey.notes, *checks),
        facts={
            "outcome": survey.outcome,
            "statistic": statistic,
            "cut_label": cut_label,
            "period": period or "",
            "link": link,
            "agency_effects": agency_effects,
            "cluster": by,
            "clusters": whole.psus,
            "degrees_of_freedom": whole.degrees_of_freedom,
            "n": whole.n,
            "agencies": len(rows.agencies),
            "cuts": len(fits.cuts),
            "published": float(scale.answers[rows.cut]),
            "gap": float(told.gap_at_cut.max()),
            "gap_driver": rows.drivers[int(told.gap_at_cut.argmax())],
            "freed": ", ".join(np.array(rows.drivers)[told.freed]),
            "differ": ", ".join(np.array(rows.drivers)[told.differ(level)]),
            "p_same": float(told.p_same[0]),
            "grade": "D",
        },
    )


def _table(
    rows: AnswerRows,
    steps: Sequence[Step],
    told: CutEffects,
    scale: Scale,
    cut_label: str,
    *,
    level: float,
) -> pd.DataFrame:
    reach = float(stats.t.ppf(0.5 + level / 2.0, told.degrees_of_freedom))
    error = np.sqrt(np.maximum(np.diag(told.covariance), 0.0)).reshape(len(steps), -1)
    gap_error = told.gap_errors
    lines = []
    for j, (driver, step) in enumerate(zip(rows.drivers, steps, strict=True)):
        for k, (cut, fit) in enumerate(zip(told.fits.cuts, told.fits.fits, strict=True)):
            contrast, whole = told.contrasts[j][k], told.ordinal[j][k]
            answer = scale.answers[cut]
            lines.append(
                {
                    "key": f"{driver}@{answer:g}",
                    "estimate": contrast.difference,
                    "std_error": error[j, k],
                    "conf_low": contrast.difference - reach * error[j, k],
                    "conf_high": contrast.difference + reach * error[j, k],
                    "n": fit.n,
                    "driver": driver,
                    "label": told.labels[j],
                    "cut": answer,
                    "cut_label": cut_label if k == told.at else name_cut(scale, int(cut)),
                    "published": k == told.at,
                    "share_from": contrast.low,
                    "share_to": contrast.high,
                    "ordinal": whole.difference,
                    "gap": contrast.difference - whole.difference,
                    "gap_std_error": gap_error[j, k],
                    "from_value": step.low,
                    "to_value": step.high,
                    "step": step.size,
                    "coefficient": fit.coefficients[step.column],
                    "p_same": told.p_same[1 + j],
                }
            )
    return pd.DataFrame(lines)


def _check_gap(told: CutEffects) -> Check:
    gap = told.gap_at_cut
    worst = int(gap.argmax())
    text = (
        f"At the published cut, one coefficient for the whole scale and the cut alone differ by at "
        f"most {100 * gap[worst]:.1f} points ({told.labels[worst]}; at most "
        f"{100 * PROPORTIONAL_WITHIN:g} and one standard error)."
    )
    if told.freed.any():
        named = [told.labels[j] for j in np.flatnonzero(told.freed)]
        text += f" To be freed by this rule: {list_words(named)}."
    return Check("proportionality_at_cut", not told.freed.any(), text)


def _check_slopes(rows: AnswerRows, told: CutEffects) -> Check:
    people = float(rows.people.sum())
    if np.isnan(told.p_same[0]):
        text = "Too few sampling units to test all drivers together for equal slopes at all cuts."
    else:
        text = f"Test of equal slopes at all cuts, all columns together: p = {told.p_same[0]:.2g}."
    if people > PEOPLE_TO_TEST:
        text += (
            f" With {people:,.0f} people it rejects differences that do not matter, and decides "
            f"nothing."
        )
    return Check("equal_slopes", None, text)
