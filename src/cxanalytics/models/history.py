"""How did each agency score in every month, or in every wave, that may be shown?

The points of a process chart, measure by measure. Months where the survey has dates and they make
more points than its waves do, else waves. A point is hidden where its answers are few, where its
agency is hidden in the wave, or where it could be had by subtracting the other months from the
wave. Where a wording or an organization changed, the point says so: no chart goes on across it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from cxanalytics.disclosure import agency_reasons, suppress_within
from cxanalytics.errors import DataError, ModelError, ParamsError, must_be
from cxanalytics.models.history_waves import FIGURES, Wave, score_wave, take_wave
from cxanalytics.models.months import months_by_period
from cxanalytics.models.sampling import need_answers
from cxanalytics.models.statistic import SHARES, score_quantity
from cxanalytics.rules import (
    CHANGED_WORDING,
    FEW,
    HIDDEN,
    LEVEL,
    MISSING_AT_MOST,
    NOT_ASKED,
    REORGANIZED,
    THRESHOLDS,
    Thresholds,
)
from cxanalytics.tables import ESTIMATE_COLUMNS, Check, Estimates, Question, Survey

MONTH, WAVE = "month", "wave"
EVERY = ("auto", MONTH, WAVE)
FEWEST = 2
"""Points of a history; fewer show nothing over time."""

_MONTH = re.compile(r"(\d{4})-(\d{2})")


def fit_history(
    survey: Survey,
    *,
    measures: Iterable[str],
    every: str = "auto",
    statistic: str = "positive",
    level: float = LEVEL,
    thresholds: Thresholds = THRESHOLDS,
) -> Estimates:
    """Score questions for every agency in each month or wave.

    Parameters
    ----------
    survey : Survey
    measures : iterable of str
        Names of the questions.
    every : {"auto", "month", "wave"}
        "auto" takes months where the survey has dates and more months than waves.
    statistic : {"positive", "top"}
    level : float
        Probability content of the intervals.
    thresholds : Thresholds
        Smallest numbers of answers.

    Returns
    -------
    Estimates
        A row per measure, agency and point, in that order: `key measure agency point wave year
        estimate std_error conf_low conf_high n n_eff suppressed_reason break_reason break_text`.
        `year` is the middle of the point, such as 2025.5, where its name is a date. Figures are
        missing where the reason is not "", `n` too unless it is "few". `break_reason` stands
        on the first point after a break: "changed_wording" or "reorganized". Facts: `every`,
        `statistic`, `points`.

    Raises
    ------
    DataError
        No such question, or months of a survey without dates.
    ParamsError
        An unknown `every` or `statistic`.
    ModelError
        Fewer than two points, or as `fit_scores`.

    Assumes
    -------
    As `fit_scores`, each wave being its own sample.

    Reference
    ---------
    See `fit_scores`; methods.md#history.
    """
    need_answers(survey)
    if every not in EVERY:
        raise ParamsError(must_be("every", EVERY, every))
    if statistic not in SHARES[:2]:
        raise ParamsError(must_be("statistic", SHARES[:2], statistic))
    names = list(measures)
    questions = [survey.question(name) for name in names]
    dated, unit, checks = _points(survey, every)
    points = sorted(set(dated.frame["point"]) - {""})
    if len(points) < FEWEST:
        raise ModelError(f"A history needs at least {FEWEST} points in time; got {len(points)}.")
    waves = [take_wave(dated, wave) for wave in dated.periods]
    parts = [
        _measure(dated, waves, question, points, statistic, level, thresholds)
        for question in questions
    ]
    frame = pd.concat(parts, ignore_index=True)
    frame = _mark_breaks(frame, survey)
    frame["year"] = frame["point"].map(_middles(points))
    checks.append(_hidden_check(frame, unit))
    order = [*ESTIMATE_COLUMNS, "measure", "agency", "point", "wave", "year", "n_eff"]
    order += ["suppressed_reason", "break_reason", "break_text"]
    return Estimates(
        frame=frame[order],
        quantity=score_quantity(questions[0], statistic) if len(names) == 1 else "Scores over time",
        level=level,
        checks=tuple(checks),
        facts={"every": unit, "statistic": statistic, "points": len(points)},
    )


def _points(survey: Survey, every: str) -> tuple[Survey, str, list[Check]]:
    """Put the month or the wave of each answer beside it; "" is an answer without a date."""
    frame = survey.frame
    months = pd.Series("", index=frame.index)
    if "date" in frame and every != WAVE:
        days = pd.to_datetime(frame["date"], errors="coerce")
        months = days.dt.strftime("%Y-%m").fillna("")
    elif every == MONTH:
        raise DataError("`every` can be 'month' only where the survey has a column `date`.")
    undated = float((months == "").mean())
    more = months[months != ""].nunique() > len(survey.periods)
    checks: list[Check] = []
    if every == MONTH or (more and undated <= MISSING_AT_MOST):
        if undated:
            text = f"{undated:.1%} of the answers have no date and are in no month."
            checks.append(Check("undated", None, text))
        point, unit = months, MONTH
    else:
        point, unit = frame["period"].astype(str), WAVE
    kept = ~frame["agency"].isin(survey.only_peers)
    return replace(survey, frame=frame.assign(point=point).loc[kept]), unit, checks


def _middles(points: Sequence[str]) -> dict[str, float]:
    """Give the middle of each point in years; NaN where its name is no date."""
    out = {}
    for point, months in months_by_period(points).items():
        dates = [_MONTH.fullmatch(month) for month in months]
        middles = [int(found[1]) + (int(found[2]) - 0.5) / 12 for found in dates if found]
        out[point] = float(np.mean(middles)) if len(middles) == len(months) else np.nan
    return out


def _measure(
    dated: Survey,
    waves: Iterable[Wave | None],
    question: Question,
    points: Sequence[str],
    statistic: str,
    level: float,
    thresholds: Thresholds,
) -> pd.DataFrame:
    """Score one question wave by wave, and blank what may not be shown."""
    measure = question.name
    # A changed wave's months stay apart even where fieldwork of two waves meets in one month.
    scored = [
        score_wave(wave, question, statistic, level)
        for wave in waves
        if wave is not None and wave.frame[measure].notna().any()
    ]
    if not scored:
        raise DataError("A score needs at least one answer; got none.")
    cells = pd.concat(scored, ignore_index=True)
    cells["suppressed_reason"] = _reasons(dated, cells, measure, thresholds)
    shown = cells.assign(order=cells["suppressed_reason"] != "").sort_values(
        ["order", "n"], ascending=[True, False], kind="stable"
    )
    # Of two waves in one month, the one with more answers is the month's point.
    table = shown.drop_duplicates(["agency", "point"]).drop(columns="order")
    whole = pd.MultiIndex.from_product(
        [sorted(dated.agencies), points], names=["agency", "point"]
    ).to_frame(index=False)
    table = whole.merge(table, on=["agency", "point"], how="left", validate="one_to_one")
    table["suppressed_reason"] = table["suppressed_reason"].fillna(NOT_ASKED)
    table["wave"] = table["wave"].fillna("")
    blank = table["suppressed_reason"] != ""
    table.loc[blank, [name for name in FIGURES if name != "n"]] = np.nan
    table.loc[blank & (table["suppressed_reason"] != FEW), "n"] = np.nan
    table["measure"] = measure
    keys = zip(table["point"], table["agency"], strict=True)
    table["key"] = [f"{measure}@{point}@{agency}" for point, agency in keys]
    return table


def _reasons(
    dated: Survey, cells: pd.DataFrame, measure: str, thresholds: Thresholds
) -> pd.Series[str]:
    """Hide months beside their wave, and whatever is hidden in the wave."""
    by_wave = agency_reasons(dated, measure=measure, thresholds=thresholds)
    parents = pd.Series(
        by_wave.to_numpy(), index=[f"{wave}\n{agency}" for wave, agency in by_wave.index]
    )
    told = cells[["n", "n_eff"]].assign(
        parent=cells["wave"] + "\n" + cells["agency"], people=_people(dated, cells)
    )
    alone = (cells["point"] == cells["wave"]).all()
    if alone:
        own = parents.reindex(told["parent"]).fillna(HIDDEN)
        return pd.Series(own.to_numpy(), index=cells.index)
    return suppress_within(
        told, parents, parent="parent", n_eff="n_eff", order="people", thresholds=thresholds
    )


def _people(dated: Survey, cells: pd.DataFrame) -> pd.Series[float]:
    """Count the people of each point, whatever the question: all questions hide the same one."""
    levels = ["agency", "period", "point"]
    each = dated.frame["weight"] if dated.counts else pd.Series(1.0, index=dated.frame.index)
    people = each.groupby([dated.frame[level].astype(str) for level in levels]).sum()
    asked = pd.MultiIndex.from_frame(cells[["agency", "wave", "point"]], names=levels)
    return pd.Series(people.reindex(asked).to_numpy(), index=cells.index)


def _mark_breaks(frame: pd.DataFrame, survey: Survey) -> pd.DataFrame:
    """Mark the first point of each agency after a new wording or a reorganization."""
    frame = frame.assign(break_reason="", break_text="")
    wave = frame["wave"].where(frame["wave"] != "")
    told = [
        (frame["measure"] == question.name, period, CHANGED_WORDING, "The question changed.")
        for question in survey.questions
        for period in question.changed
    ]
    told += [
        (frame["agency"] == entry.agency, entry.period, REORGANIZED, entry.text)
        for entry in survey.breaks
    ]
    groups = [frame["measure"], frame["agency"]]
    for here, period, reason, text in told:
        after = here & (wave >= period).fillna(False)
        first = after & (after.groupby(groups).cumsum() == 1)
        earlier = (here & (wave < period).fillna(False)).groupby(groups).transform("any")
        frame.loc[first & earlier, ["break_reason", "break_text"]] = [reason, text]
    return frame


def _hidden_check(frame: pd.DataFrame, unit: str) -> Check:
    held = frame["suppressed_reason"] != NOT_ASKED
    shown = int((frame["suppressed_reason"] == "").sum())
    text = f"{shown:,} of {int(held.sum()):,} scores of one {unit} have answers enough to be shown."
    return Check("points", None, text)
