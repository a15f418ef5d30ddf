"""Does one agency decide what the model says?

The model of the positive answer is fitted again without each agency, over the same steps of the
drivers. An agency counts where a driver's change in points moves by more than one standard error
without it, or where the verdict on a driver (its range clear of zero, or not) becomes another one.
With many agencies one Newton step finds those that matter most, and these are refitted.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from cxanalytics.errors import ModelError
from cxanalytics.formats import signed
from cxanalytics.models.answers import (
    AnswerRows,
    agencies_in_words,
    answer_rows,
    choose_cluster,
    refuse_few_events,
)
from cxanalytics.models.recommendation_fits import DriverEffects, How, fit_cut_effects
from cxanalytics.models.sampling import need_answers, weights_and_counts
from cxanalytics.models.steps import Step, realistic_step
from cxanalytics.numerics.influence import one_step_changes
from cxanalytics.rules import LEVEL, THRESHOLDS, Thresholds
from cxanalytics.tables import Check, Estimates, Survey

Floats = NDArray[np.float64]

REFITS = 30
"""Agencies that are left out by a refit; of more, those that one step finds to move most."""

FEWEST_AGENCIES = 3

LARGE_SHIFT = 1.0
"""Standard errors by which one agency may move a driver."""


def fit_influence(
    survey: Survey,
    *,
    drivers: Sequence[str] | None = None,
    case_mix: Sequence[str] | None = None,
    period: str | None = None,
    statistic: str = "positive",
    cluster: str | None = None,
    level: float = LEVEL,
    thresholds: Thresholds = THRESHOLDS,
) -> Estimates:
    """Measure how far leaving out one agency moves the drivers' figures.

    Parameters
    ----------
    survey : Survey
    drivers : sequence of str, optional
        Driver questions; the survey's own by default.
    case_mix : sequence of str, optional
        Columns that are held constant; the survey's own by default.
    period : str, optional
        One wave; all waves by default.
    statistic : {"positive", "top"}
        Which outcome answers count.
    cluster : {"agency", "psu", "respondent"}, optional
        As in `fit_recommendation`, and the same for every refit.
    level : float
        Probability content of the intervals.
    thresholds : Thresholds
        Agencies that may not be shown are left out, and never named.

    Returns
    -------
    Estimates
        A row per agency that was left out by a refit, the most influential first. `estimate` is
        the largest shift over the drivers, without the agency less with it (a share); `in_errors`
        the same in standard errors; `driver` and `label` where; `full` and `without`, each with
        `_low` and `_high`, the driver's figure with and without the agency; `verdict_changes` and
        `flagged`. A shift has no range of its own: `std_error` is that of the full figure. `n`
        counts the agency's answers.

    Raises
    ------
    DataError, ParamsError
        A question, column, wave, statistic or cluster that does not exist.
    ModelError
        No driver, fewer than three agencies, or too few answers; or `survey` is `Published`.

    Assumes
    -------
    As `fit_recommendation` does, for the model of the positive answer alone.

    Reference
    ---------
    Pregibon (1981); methods.md#diagnostics-of-the-recommendation-model.
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
    rows = rows.without_unanimous(rows.positive)
    if not rows.drivers:
        raise ModelError("A model to check needs at least one driver; got none.")
    if len(rows.agencies) < FEWEST_AGENCIES:
        raise ModelError(
            f"Leaving one agency out needs at least {FEWEST_AGENCIES} agencies; "
            f"got {len(rows.agencies)}."
        )
    refuse_few_events(rows, rows.design.shape[1] + len(rows.agencies))
    by, _ = choose_cluster(rows, cluster)
    how = How(link="logit", cluster=by, agency_effects="fixed")
    steps = [realistic_step(rows, driver) for driver in rows.drivers]
    full = fit_cut_effects(rows, steps, how=how)
    chosen, least = _most_influential(rows)
    found = [_without(rows, place, steps, how, full, level) for place in chosen]
    frame = _table(rows, [row for row in found if row is not None])
    refused = sum(row is None for row in found)
    scale = survey.question(survey.outcome).scale
    cut_label = scale.cut_label if statistic == "positive" else scale.top_label
    return Estimates(
        frame=frame,
        quantity=f"Shift of a driver's change in the share answering {cut_label}, one agency out",
        level=level,
        checks=(*survey.notes, *rows.checks, *_checks(frame, rows, least, refused)),
        facts={
            "outcome": survey.outcome,
            "statistic": statistic,
            "cut_label": cut_label,
            "period": period or "",
            "cluster": by,
            "n": full.n,
            "agencies": len(rows.agencies),
            "refits": len(frame),
            "flagged": int(frame["flagged"].sum()),
            "grade": "D",
        },
    )


def _most_influential(rows: AnswerRows) -> tuple[list[int], float]:
    """Choose the agencies to refit without, and say how far the others reach in one step."""
    agencies = len(rows.agencies)
    if agencies <= REFITS:
        return list(range(agencies)), 0.0
    fit = rows.fit(rows.positive, link="logit", cluster="respondent", agency_effects=True)
    weights, counts = weights_and_counts(rows.survey)
    mass = weights if weights is not None else rows.people if counts is None else counts
    probability = fit.probabilities(rows.design, groups=rows.agency)[:, 1]
    change = one_step_changes(
        rows.design, rows.positive, probability, mass=mass, groups=rows.agency
    )
    drivers = len(rows.drivers)
    error = fit.std_error[len(fit.thresholds) :][:drivers]
    reach = np.abs(change[:, :drivers] / error).max(axis=1)
    order = np.argsort(-reach, kind="stable")
    return [int(place) for place in order[:REFITS]], float(reach[order[REFITS]])


def _without(
    rows: AnswerRows,
    place: int,
    steps: Sequence[Step],
    how: How,
    full: DriverEffects,
    level: float,
) -> dict[str, object] | None:
    """Refit without one agency, and take the driver that moves most; None where that fails."""
    own = rows.agency == place
    try:
        rest = fit_cut_effects(rows.keep(~own), steps, how=how)
    except ModelError:
        return None
    shift = rest.difference - full.difference
    in_errors = shift / full.difference_se
    ends, ends_without = _ends(full, level), _ends(rest, level)
    changed = _side(ends) != _side(ends_without)
    worst = int(np.argmax(np.abs(in_errors) + 1e6 * changed))
    return {
        "key": rows.agencies[place],
        "estimate": shift[worst],
        "std_error": full.difference_se[worst],
        "n": float(rows.people[own].sum()),
        "in_errors": in_errors[worst],
        "driver": rows.drivers[worst],
        "label": rows.survey.question(rows.drivers[worst]).label,
        "full": full.difference[worst],
        "full_low": ends[0][worst],
        "full_high": ends[1][worst],
        "without": rest.difference[worst],
        "without_low": ends_without[0][worst],
        "without_high": ends_without[1][worst],
        "verdict_changes": bool(changed[worst]),
        "flagged": bool(changed.any() or abs(in_errors[worst]) > LARGE_SHIFT),
    }


def _ends(effects: DriverEffects, level: float) -> tuple[Floats, Floats]:
    half = stats.t.ppf(0.5 + level / 2.0, effects.degrees_of_freedom) * effects.difference_se
    return effects.difference - half, effects.difference + half


def _side(ends: tuple[Floats, Floats]) -> NDArray[np.int64]:
    """Give 1 or -1 where the range is clear of zero, 0 where it holds it."""
    return (ends[0] > 0).astype(np.int64) - (ends[1] < 0).astype(np.int64)


def _table(rows: AnswerRows, found: list[dict[str, object]]) -> pd.DataFrame:
    if not found:
        raise ModelError(
            f"Leaving one agency out needs a model that the others can carry; it was refused for "
            f"each of {agencies_in_words(len(rows.agencies))}."
        )
    frame = pd.DataFrame(found)
    for place, name in enumerate(("conf_low", "conf_high"), start=3):
        frame.insert(place, name, np.nan)
    frame = frame.assign(
        first=~frame["flagged"], second=~frame["verdict_changes"], third=-frame["in_errors"].abs()
    ).sort_values(["first", "second", "third", "key"], ignore_index=True)
    return frame.drop(columns=["first", "second", "third"])


def _checks(frame: pd.DataFrame, rows: AnswerRows, least: float, refused: int) -> list[Check]:
    worst = frame.iloc[int(frame["in_errors"].abs().argmax())]
    flagged, changed = int(frame["flagged"].sum()), int(frame["verdict_changes"].sum())
    count = "No agency" if not flagged else agencies_in_words(flagged).capitalize()
    verb = "moves" if flagged <= 1 else "move"
    text = (
        f"{count}, when left out, {verb} a driver by more than {LARGE_SHIFT:g} standard error or "
        f"changes a verdict ({changed} change one). The largest shift is "
        f"{signed(100 * worst['estimate'], 1)} points on {worst['label']}, without {worst['key']} "
        f"({abs(worst['in_errors']):.1f} standard errors)."
    )
    checks = [Check("influence", flagged == 0, text)]
    others = len(rows.agencies) - len(frame) - refused
    if others:
        text = (
            f"The other {agencies_in_words(others)} were not refitted: one step moves a "
            f"coefficient by at most {least:.2f} standard errors."
        )
        checks.append(Check("influence_others", None, text))
    if refused:
        text = f"The model cannot be fitted without these, one at a time: {refused} of them."
        checks.append(Check("influence_refused", False, text))
    return checks
