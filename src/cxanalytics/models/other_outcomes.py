"""Would another overall question, such as trust, tell another story?

The same model is fitted to each outcome on its own scale. Two things are compared with the study's
own outcome. The leader: does the driver that goes most with the one go most with the other, or
fall short of the largest by no more than matters? The sides: is an agency that is called above
the typical one on the one outcome called below it on the other? Where the leader falls short, or an
agency changes sides, the other outcome tells another story.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import rankdata

from cxanalytics.errors import ModelError, ParamsError
from cxanalytics.models.agency_sides import Sides, agency_sides
from cxanalytics.models.recommendation import fit_recommendation
from cxanalytics.models.sampling import need_answers
from cxanalytics.rules import (
    CALL_AT_LEAST,
    DIFFERENCE,
    DRAWS,
    LEVEL,
    THRESHOLDS,
    Thresholds,
)
from cxanalytics.tables import Check, Estimates, Survey

Floats = NDArray[np.float64]

FEWEST_TO_ORDER = 3
"""Fewer drivers have no order that could differ."""

STORIES = ("same", "another", "unclear")
COLUMNS = (
    "key",
    "estimate",
    "std_error",
    "conf_low",
    "conf_high",
    "n",
    "kind",
    "outcome",
    "outcome_label",
    "cut_label",
    "driver",
    "label",
    "p_first",
    "rank",
    "story",
    "p_same",
    "leader_there",
    "agencies",
    "changed_sides",
)


def fit_other_outcomes(
    survey: Survey,
    *,
    outcomes: Sequence[str] | None = None,
    drivers: Sequence[str] | None = None,
    case_mix: Sequence[str] | None = None,
    period: str | None = None,
    statistic: str = "positive",
    difference: float = DIFFERENCE,
    level: float = LEVEL,
    draws: int = DRAWS,
    seed: int,
    thresholds: Thresholds = THRESHOLDS,
) -> Estimates:
    """Fit the model of the outcome to other overall questions, and compare what they tell.

    Parameters
    ----------
    survey : Survey
    outcomes : sequence of str, optional
        Questions to put in the outcome's place; by default all that are neither outcome nor driver.
    drivers : sequence of str, optional
        Driver questions, the same for every outcome; the survey's own by default.
    case_mix : sequence of str, optional
        Columns that are held constant; the survey's own by default.
    period : str, optional
        One wave; all waves by default.
    statistic : {"positive", "top"}
        Which answers count, on each outcome's own scale.
    difference : float
        Smallest difference that matters, as a share.
    level : float
        Probability content of the intervals.
    draws : int
    seed : int
    thresholds : Thresholds
        Agencies that may not be shown are left out, and never named.

    Returns
    -------
    Estimates
        `kind` "driver", key "outcome/driver": the change in the share for a realistic step, as in
        `fit_recommendation`, its `rank` by size within the outcome and `p_first`. For each other
        outcome: `kind` "order", the rank correlation of the drivers' figures with those of the
        study's outcome; "leader", how far the leading `driver` of the study's outcome falls short
        of the largest, `leader_there` (a share), `p_same` that it does by no more than
        `difference`, and the `story`, "same", "another" or "unclear"; "agencies", the correlation
        between agencies of the two true shares at the same case mix, over `agencies`, and the
        names of agencies in `changed_sides`.

    Raises
    ------
    DataError, ParamsError
        A question, column, wave or statistic that does not exist; a driver that is an outcome.
    ModelError
        No other outcome, no driver, or too few answers to the study's own outcome; or `survey` is
        `Published`.

    Assumes
    -------
    As `fit_recommendation` does. Errors of the drivers' figures under two outcomes are taken for
    independent though the same people answered both, which errs toward "unclear".

    Reference
    ---------
    methods.md#diagnostics-of-the-recommendation-model.
    """
    need_answers(survey)
    others, chosen = _questions(survey, outcomes, drivers)
    fit = partial(
        fit_recommendation,
        drivers=chosen,
        case_mix=case_mix,
        period=period,
        statistic=statistic,
        level=level,
        draws=draws,
        thresholds=thresholds,
    )
    own = fit(survey, seed=seed)
    told, parts, checks = [own], [_driver_rows(survey, own)], []
    for place, name in enumerate(others, start=1):
        asked = replace(survey, outcome=name)
        try:
            other = fit(asked, seed=seed + place)
        except ModelError as error:
            label = survey.question(name).label
            checks.append(Check("outcome_left_out", False, f"{label} is left out: {error}"))
            continue
        told.append(other)
        sides = agency_sides(
            survey,
            name,
            case_mix=tuple(survey.case_mix if case_mix is None else case_mix),
            period=period,
            statistic=statistic,
            difference=difference,
            level=level,
            draws=draws,
            seed=seed + place,
            thresholds=thresholds,
        )
        compared, check = _compare(survey, own, other, sides, difference, level)
        parts += [_driver_rows(asked, other), compared]
        checks.append(check)
    if len(told) == 1:
        raise ModelError(f"No other outcome can be fitted: {' '.join(c.text for c in checks)}")
    frame = pd.concat(parts, ignore_index=True).reindex(columns=list(COLUMNS))
    text_columns = ["driver", "label", "leader_there", "story", "changed_sides"]
    frame[text_columns] = frame[text_columns].fillna("")
    return Estimates(
        frame=frame,
        quantity="Change in the share of positive answers to each outcome, per realistic step",
        level=level,
        checks=(*survey.notes, *checks),
        facts={
            "outcome": survey.outcome,
            "statistic": statistic,
            "period": period or "",
            "difference": difference,
            "outcomes": len(told),
            "drivers": len(chosen),
            "n": float(own.frame["n"].max()),
            "agencies": int(own.facts["agencies"]),
            "grade": "D",
            "draws": draws,
            "seed": seed,
        },
    )


def _questions(
    survey: Survey, outcomes: Sequence[str] | None, drivers: Sequence[str] | None
) -> tuple[list[str], list[str]]:
    """Choose the other outcomes, and drivers that are none of them."""
    named = survey.drivers if drivers is None else drivers
    if outcomes is None:
        taken = {survey.outcome, *named}
        outcomes = [entry.name for entry in survey.questions if entry.name not in taken]
    others = [name for name in dict.fromkeys(outcomes) if name != survey.outcome]
    for name in others:
        survey.question(name)
    both = [name for name in named if name in others]
    if both and drivers is not None:
        raise ParamsError(f"`drivers` must not contain an outcome; got {both[0]!r}.")
    if not others:
        raise ModelError("There is no other overall question to put in the outcome's place.")
    return others, [name for name in named if name not in others]


def _driver_rows(survey: Survey, told: Estimates) -> pd.DataFrame:
    """Give the drivers' figures under one outcome."""
    question = survey.question(survey.outcome)
    size = np.abs(_drawn(told, list(told.frame["key"])))
    first = np.bincount(np.argmax(size, axis=1), minlength=size.shape[1]) / len(size)
    columns = ["estimate", "std_error", "conf_low", "conf_high", "n", "label"]
    return told.frame[columns].assign(
        key=[f"{question.name}/{driver}" for driver in told.frame["key"]],
        kind="driver",
        outcome=question.name,
        outcome_label=question.label,
        cut_label=str(told.facts["cut_label"]),
        driver=told.frame["key"],
        p_first=first,
        rank=rankdata(-told.frame["estimate"].abs(), method="min"),
        agencies=float(told.facts["agencies"]),
    )


def _compare(
    survey: Survey,
    own: Estimates,
    other: Estimates,
    sides: Sides,
    difference: float,
    level: float,
) -> tuple[pd.DataFrame, Check]:
    """Compare another outcome with the study's own: order, leader and sides."""
    shared = [key for key in own.frame["key"] if key in set(other.frame["key"])]
    first, second = (_drawn(told, shared) for told in (own, other))
    points, there = (told.frame.set_index("key")["estimate"][shared] for told in (own, other))
    leader, leader_there = str(points.abs().idxmax()), str(there.abs().idxmax())
    short = _shortfall(first, second)
    p_same = float((short <= difference).mean())
    story = _story(p_same, sides)
    question, tails = (
        survey.question(str(other.facts["outcome"])),
        [0.5 - level / 2, 0.5 + level / 2],
    )
    placed = sides.correlation
    figures = [
        ("order", *_order(first, second, points, there, tails)),
        (
            "leader",
            float(there.abs().max() - abs(there[leader])),
            float(short.std()),
            *np.quantile(short, tails),
        ),
        ("agencies", placed.median, placed.std_error, placed.low, placed.high),
    ]
    columns = ["kind", "estimate", "std_error", "conf_low", "conf_high"]
    frame = pd.DataFrame(figures, columns=columns).assign(
        key=lambda table: [f"{question.name}/({kind})" for kind in table["kind"]],
        n=float(other.frame["n"].max()),
        outcome=question.name,
        outcome_label=question.label,
        cut_label=str(other.facts["cut_label"]),
        driver=["", leader, ""],
        label=["", survey.question(leader).label, ""],
        leader_there=["", survey.question(leader_there).label, ""],
        story=["", story, ""],
        p_same=[np.nan, p_same, np.nan],
        agencies=[float(own.facts["agencies"])] * 2 + [float(sides.agencies)],
        changed_sides=["", "", "; ".join(sides.changed)],
    )
    return frame, _story_check(frame, sides, difference)


def _drawn(told: Estimates, keys: Sequence[str]) -> Floats:
    assert told.draws is not None
    places = [list(told.frame["key"]).index(key) for key in keys]
    return told.draws[:, places]


def _order(
    first: Floats,
    second: Floats,
    points: pd.Series[float],
    there: pd.Series[float],
    tails: Sequence[float],
) -> tuple[float, ...]:
    """Correlate the order of the drivers: estimate, error and range; NaN with fewer than three."""
    if len(points) < FEWEST_TO_ORDER:
        return (float("nan"),) * 4
    drawn = _rank_correlations(first, second)
    estimate = _rank_correlations(*(np.array([told], dtype=float) for told in (points, there)))
    return (float(estimate[0]), float(drawn.std()), *map(float, np.quantile(drawn, tails)))


def _rank_correlations(first: Floats, second: Floats) -> Floats:
    """Correlate the ranks of two sets of figures, row by row."""
    a, b = (rankdata(values, axis=1) - (values.shape[1] + 1) / 2 for values in (first, second))
    size = np.sqrt(np.square(a).sum(axis=1) * np.square(b).sum(axis=1))
    return np.asarray((a * b).sum(axis=1) / size)


def _shortfall(first: Floats, second: Floats) -> Floats:
    """How far, in each draw, the leader of the first falls short of the largest of the second."""
    size = np.abs(second)
    leader = np.argmax(np.abs(first), axis=1)
    return size.max(axis=1) - size[np.arange(len(size)), leader]


def _story(p_same: float, sides: Sides) -> str:
    if sides.changed or 1.0 - p_same >= CALL_AT_LEAST:
        return "another"
    return "same" if p_same >= CALL_AT_LEAST else "unclear"


def _story_check(frame: pd.DataFrame, sides: Sides, difference: float) -> Check:
    row = frame.iloc[1]
    told = {
        "same": "tells the same story",
        "another": "tells another story",
        "unclear": "may tell the same story or another one",
    }[row["story"]]
    placed = f"{len(sides.changed)} of {sides.agencies} agencies change sides"
    if np.isnan(sides.correlation.median):
        placed = f"{sides.agencies} agencies are too few to compare sides"
    text = (
        f"{row['outcome_label']} {told}. The chance that {row['label']} leads there too, or falls "
        f"short by at most {100 * difference:g} points, is {row['p_same']:.2f}; {placed}."
    )
    passed = {"same": True, "another": False, "unclear": None}[row["story"]]
    return Check("other_outcome", passed, text)
