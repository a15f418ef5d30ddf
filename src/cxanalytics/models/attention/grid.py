"""How much does the answer depend on what counts as recommended, attentive and alike?

Every distinct definition that can be had, side by side: question, cut, comparison of attention,
adjustment for case mix, weighting. They rest on the same people and agencies, so how many of them
agree is neither evidence nor a probability; what the grid tells is which choice moves the result.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from cxanalytics.errors import ModelError, ParamsError, must_be
from cxanalytics.models.attention.comparison import (
    FIGURES,
    choose_comparison,
    compare_agencies,
    declared_score,
    not_testable,
    scores_before,
)
from cxanalytics.models.attention.contrast import EXPOSURES
from cxanalytics.models.attention.shares import AgencyShares, agency_shares, asked_as
from cxanalytics.models.sampling import need_answers
from cxanalytics.rules import LEVEL, THRESHOLDS, Thresholds
from cxanalytics.tables import ESTIMATE_COLUMNS, Check, Estimates, Exposure, Survey

DIMENSIONS = ("measure", "cut", "compare", "adjustment", "weighting")
CUTS = ("positive", "top")
CASE_MIX, NO_CASE_MIX = "case mix", "none"
WEIGHTED, UNWEIGHTED = "weighted", "unweighted"


@dataclass(frozen=True, slots=True)
class _People:
    """What decides the agencies' shares: everything but the comparison of attention."""

    measure: str
    cut: str
    adjustment: str
    weighting: str


def fit_attention_grid(
    survey: Survey,
    exposure: Exposure | None,
    *,
    measures: Sequence[str] | None = None,
    period: str | None = None,
    statistic: str = "positive",
    level: float = LEVEL,
    thresholds: Thresholds = THRESHOLDS,
) -> Estimates:
    """Compare high with low attention under every distinct definition.

    Parameters
    ----------
    survey : Survey
    exposure : Exposure or None
        As in `fit_attention`.
    measures : sequence of str, optional
        Questions that could have been the outcome; those that are no drivers by default. The
        survey's outcome is always among them.
    period : str, optional
        One wave; by default all waves.
    statistic : {"positive", "top"}
        The cut of the primary definition.
    level : float
        Probability content of the intervals.
    thresholds : Thresholds
        Agencies that may not be shown are left out.

    Returns
    -------
    Estimates
        A row per definition, lowest ratio first: what was chosen (`measure label cut compare
        adjustment weighting`), `primary`, and the columns of `fit_attention`. Facts: `moves_most`
        (the dimension with the largest mean range of the ratio between definitions that are else
        the same), `range_<dimension>` and `verdicts_<dimension>` (the share of those in which the
        verdict differs), `definitions`, `refused`, `alike`. No rows where `exposure` is None.

    Raises
    ------
    DataError, ParamsError
        A question or wave that does not exist, or a question named twice.
    ModelError
        Every definition was refused.

    Assumes
    -------
    As `fit_attention`. Means and net scores are no shares and have no ratio, so they are not here.

    Reference
    ---------
    methods.md#the-30-to-50-claim.
    """
    need_answers(survey)
    if exposure is None:
        return not_testable(survey)
    if statistic not in CUTS:
        raise ParamsError(must_be("statistic", CUTS, statistic))
    scores, _ = scores_before(exposure, period or survey.periods[-1])
    at_least = declared_score(exposure, scores)
    rows: list[dict[str, Any]] = []
    refused: list[str] = []
    alike = 0
    how: dict[str, Any] = {"period": period, "level": level, "thresholds": thresholds}
    for people in _definitions(survey, _measures(survey, measures), statistic=statistic):
        try:
            shares = _shares(survey, people, how)
        except ModelError as error:
            refused += [str(error)] * len(EXPOSURES)
            continue
        found, double, why = _comparisons(shares, scores, at_least=at_least, level=level)
        alike += double
        refused += why
        rows += [_described(survey, people) | row for row in found]
    if not rows:
        raise ModelError(f"Every definition was refused. {refused[0]}")
    frame = pd.DataFrame(rows)
    frame["key"] = frame[list(DIMENSIONS)].agg(", ".join, axis=1)
    first = {
        "measure": survey.outcome,
        "cut": statistic,
        "compare": choose_comparison(None, at_least),
        "adjustment": CASE_MIX if survey.case_mix else NO_CASE_MIX,
        "weighting": WEIGHTED,
    }
    frame["primary"] = (frame[list(DIMENSIONS)] == pd.Series(first)).all(axis=1)
    frame = frame.sort_values(["ratio", "key"], kind="stable").reset_index(drop=True)
    return Estimates(
        frame=frame[[*ESTIMATE_COLUMNS, *DIMENSIONS, "label", "primary", *FIGURES, "verdict"]],
        quantity="Difference in the share of positive answers, high against low attention",
        level=level,
        checks=_checks(frame, refused, alike),
        facts=_moves(frame)
        | {
            "definitions": len(frame),
            "refused": len(refused),
            "alike": alike,
            "attention": exposure.label,
            "period": period or "",
            "outcome": survey.outcome,
            "grade": "D",
        },
    )


def _measures(survey: Survey, measures: Sequence[str] | None) -> list[str]:
    names = [question.name for question in survey.questions]
    chosen = (
        [name for name in names if name not in survey.drivers] if measures is None else measures
    )
    for name in chosen:
        survey.question(name)
    if len(set(chosen)) < len(chosen):
        raise ParamsError(f"`measures` must name each question once; got {', '.join(chosen)}.")
    return list(dict.fromkeys([survey.outcome, *chosen]))


def _definitions(survey: Survey, measures: Sequence[str], *, statistic: str) -> Iterator[_People]:
    """Walk the choices that differ: one cut where two count the same answers, and so on."""
    weight = survey.frame["weight"].to_numpy(dtype=float)
    even = survey.counts or bool(np.ptp(weight) == 0.0)
    for measure in measures:
        scale = survey.question(measure).scale
        cuts = (statistic,) if set(scale.positive) == set(scale.top) else CUTS
        for cut in cuts:
            for adjustment in (CASE_MIX, NO_CASE_MIX) if survey.case_mix else (NO_CASE_MIX,):
                for weighting in (WEIGHTED,) if even else (WEIGHTED, UNWEIGHTED):
                    yield _People(measure, cut, adjustment, weighting)


def _shares(survey: Survey, people: _People, how: dict[str, Any]) -> AgencyShares:
    weighted = people.weighting == WEIGHTED
    return agency_shares(
        asked_as(survey, measure=people.measure, weighted=weighted),
        case_mix=survey.case_mix if people.adjustment == CASE_MIX else (),
        statistic=people.cut,
        **how,
    )


def _comparisons(
    shares: AgencyShares, scores: pd.Series[float], *, at_least: float | None, level: float
) -> tuple[list[dict[str, Any]], int, list[str]]:
    """Compare in every way; count those that divide agencies as an earlier one does."""
    found, refused, alike = [], [], 0
    seen: list[tuple[tuple[str, ...], tuple[float, ...]]] = []
    for compare in EXPOSURES:
        try:
            compared = compare_agencies(shares, scores, compare, at_least=at_least)
        except ModelError as error:
            refused.append(str(error))
            continue
        division = (compared.agencies, tuple(compared.at))
        if division in seen:
            alike += 1
            continue
        seen.append(division)
        found.append({"compare": compare, **compared.row(level=level)})
    return found, alike, refused


def _described(survey: Survey, people: _People) -> dict[str, Any]:
    return {
        "measure": people.measure,
        "label": survey.question(people.measure).label,
        "cut": people.cut,
        "adjustment": people.adjustment,
        "weighting": people.weighting,
    }


def _moves(frame: pd.DataFrame) -> dict[str, float | str]:
    """Measure how far the ratio moves with each choice, all other choices equal."""
    found: dict[str, float | str] = {}
    ranges: dict[str, float] = {}
    for dimension in DIMENSIONS:
        others = [name for name in DIMENSIONS if name != dimension]
        groups = [rows for _, rows in frame.groupby(others) if len(rows) > 1]
        if not groups:
            continue
        ranges[dimension] = float(np.mean([np.ptp(rows["ratio"]) for rows in groups]))
        differ = [rows["verdict"].nunique() > 1 for rows in groups]
        found[f"range_{dimension}"] = ranges[dimension]
        found[f"verdicts_{dimension}"] = float(np.mean(differ))
    found["moves_most"] = max(ranges, key=lambda name: ranges[name]) if ranges else ""
    return found


def _checks(frame: pd.DataFrame, refused: list[str], alike: int) -> tuple[Check, ...]:
    text = (
        f"Definitions compared: {len(frame)}; left out because they divide agencies as another one "
        f"does: {alike}. They share people and agencies: how many agree is no evidence."
    )
    checks = [Check("definitions", None, text)]
    for reason in dict.fromkeys(refused):
        told = f"Refused, {refused.count(reason)} of the definitions: {reason}"
        checks.append(Check("refused_definitions", None, told))
    if not frame["primary"].any():
        text = "The primary definition itself was refused; the others cannot stand in for it."
        checks.append(Check("primary_refused", False, text))
    return tuple(checks)
