"""Which rows, columns and agencies go into a model of the outcome answer?

Complete cases only; a driver that more than a fifth of people did not answer is left out rather
than most of the people. Agencies too small to be shown are left out, because a published model
could give them back, and so are agencies whose people all gave the best or all the worst answer:
their own level is infinite and tells nothing about the drivers. Waves get a level each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxanalytics.disclosure import publishable_rows
from cxanalytics.errors import ModelError, ParamsError, must_be
from cxanalytics.models.sampling import role_codes, sampling_units, weights_and_counts
from cxanalytics.numerics.ordinal import CumulativeLinkFit, fit_cumulative_link
from cxanalytics.rules import MISSING_AT_MOST, THRESHOLDS, Thresholds
from cxanalytics.tables import Check, Survey

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

MISSING_ROWS = 0.10
"""Share of people lost to missing answers above which a check fails."""

EVENTS_PER_PARAMETER = 10
"""Positive and other answers needed, each, per parameter."""

SPARSE_LEVEL = 30
"""Case-mix levels with fewer people join the largest level."""

CLUSTERS = ("agency", "psu", "respondent")

AGENCIES_TO_CLUSTER = 40
"""Fewest agencies from which errors clustered by agency can be trusted."""


@dataclass(frozen=True, slots=True)
class AnswerRows:
    """What a model of the outcome answer is fitted to.

    Attributes
    ----------
    survey : Survey
        The rows used.
    answers : ndarray of int, shape (rows,)
        Codes of the outcome, 0 the worst.
    cut : int
        Smallest code of a positive answer.
    design : ndarray of shape (rows, columns)
        Drivers, case mix and waves; int8 where all are small whole numbers.
    names : tuple of str
        Of the columns; drivers come first.
    drivers : tuple of str
        Drivers in the model.
    agency : ndarray of int, shape (rows,)
        Position in `agencies`.
    agencies : tuple of str
    checks : tuple of Check
    """

    survey: Survey
    answers: Integers
    cut: int
    design: NDArray[np.generic]
    names: tuple[str, ...]
    drivers: tuple[str, ...]
    agency: Integers
    agencies: tuple[str, ...]
    checks: tuple[Check, ...]

    @property
    def people(self) -> Floats:
        """Respondents per row."""
        _, counts = weights_and_counts(self.survey)
        return np.ones(len(self.answers)) if counts is None else counts

    @property
    def positive(self) -> Integers:
        """1 where the answer is positive."""
        return (self.answers >= self.cut).astype(np.int64)

    def keep(self, rows: NDArray[np.bool_]) -> AnswerRows:
        """Keep some rows, and the agencies that still have any."""
        kept = self.agency[rows]
        present, agency = np.unique(kept, return_inverse=True)
        return replace(
            self,
            survey=replace(self.survey, frame=self.survey.frame.loc[rows]),
            answers=self.answers[rows],
            design=self.design[rows],
            agency=agency.astype(np.int64),
            agencies=tuple(self.agencies[place] for place in present),
        )

    def without_unanimous(self, answers: Integers) -> AnswerRows:
        """Leave agencies out that gave only the best or only the worst of some answers."""
        frame = pd.DataFrame({"agency": self.agency, "answer": answers})
        spread = frame.groupby("agency")["answer"].agg(["min", "max"])
        worst, best = answers.min(), answers.max()
        unanimous = (spread["min"] == best) | (spread["max"] == worst)
        if not unanimous.any():
            return self
        return self.keep(~unanimous.to_numpy()[self.agency])

    def fit(
        self, answers: Integers, *, link: str, cluster: str, agency_effects: bool
    ) -> CumulativeLinkFit:
        """Fit the cumulative-link model of some answers with a robust variance."""
        weights, counts = weights_and_counts(self.survey)
        clusters, strata = self._clusters(cluster)
        return fit_cumulative_link(
            answers,
            self.design,
            weights=weights,
            counts=counts,
            groups=self.agency if agency_effects else None,
            link=link,
            clusters=clusters,
            strata=strata,
            variance="sandwich",
            names=self.names,
            group_names=self.agencies,
        )

    def _clusters(self, cluster: str) -> tuple[Integers | None, Integers | None]:
        frame = self.survey.frame
        if cluster == "agency":
            return self.agency, None
        if cluster == "psu":
            return role_codes(frame, "psu"), role_codes(frame, "stratum")
        return sampling_units(frame), role_codes(frame, "stratum")


def answer_rows(
    survey: Survey,
    *,
    drivers: Sequence[str],
    case_mix: Sequence[str],
    period: str | None,
    statistic: str,
    thresholds: Thresholds = THRESHOLDS,
) -> AnswerRows:
    """Choose rows, columns and agencies for a model of the outcome.

    Parameters
    ----------
    survey : Survey
    drivers, case_mix : sequence of str
    period : str, optional
        One wave; all waves by default.
    statistic : {"positive", "top"}
        Which answers count.
    thresholds : Thresholds
        Agencies that may not be shown are left out.

    Returns
    -------
    AnswerRows

    Raises
    ------
    DataError, ParamsError, ModelError
        A column or wave that does not exist, or too few answers.
    """
    wave = survey if period is None else survey.in_period(period)
    scale = survey.question(survey.outcome).scale
    cut = _cut(survey, statistic)
    for name in drivers:
        if name == survey.outcome:
            raise ParamsError(f"`drivers` must not contain the outcome; got {name!r}.")
        survey.question(name)
    for name in case_mix:
        if name not in survey.frame.columns:
            raise ParamsError(must_be("case_mix", survey.case_mix, name))
    checks: list[Check] = []
    publishable = publishable_rows(wave, measure=survey.outcome, thresholds=thresholds)
    held_back = wave.frame["agency"].nunique() - wave.frame.loc[publishable, "agency"].nunique()
    if held_back:
        text = f"Left out, because they may not be shown: {agencies_in_words(held_back)}."
        checks.append(Check("small_agencies", None, text))
    frame = wave.frame.loc[publishable & wave.frame[survey.outcome].notna()]
    people = frame["weight"] if survey.counts else pd.Series(1.0, index=frame.index)
    kept_drivers = _answered_drivers(frame, people, drivers, checks)
    complete = frame[[*kept_drivers, *case_mix]].notna().all(axis=1)
    per_agency = (people * complete).groupby(frame["agency"]).sum()
    small = per_agency.index[per_agency < thresholds.hide]
    if len(small):
        text = (
            f"Left out, with fewer than {thresholds.hide} complete answers: "
            f"{agencies_in_words(len(small))}."
        )
        checks.append(Check("incomplete_agencies", None, text))
    shown = ~frame["agency"].isin(small)
    _check_lost(people, shown, complete, checks, thresholds)
    frame = frame.loc[shown & complete]
    if frame.empty:
        raise ModelError("The model needs people who answered every question in it; got none.")
    design, names = _design(frame, people.loc[frame.index], kept_drivers, case_mix)
    agency, agencies = pd.factorize(frame["agency"], sort=True)
    return AnswerRows(
        survey=replace(wave, frame=frame),
        answers=scale.codes(frame[survey.outcome].to_numpy(dtype=float)),
        cut=cut,
        design=design,
        names=tuple(names),
        drivers=tuple(kept_drivers),
        agency=np.asarray(agency, dtype=np.int64),
        agencies=tuple(str(name) for name in agencies),
        checks=tuple(checks),
    )


def refuse_few_events(rows: AnswerRows, parameters: int) -> None:
    """Refuse a model with fewer than ten positive, or ten other, answers per parameter."""
    positive = float(rows.people @ rows.positive)
    events = min(positive, float(rows.people.sum()) - positive)
    needed = EVENTS_PER_PARAMETER * parameters
    if events < needed:
        raise ModelError(
            f"A model with {parameters} parameters needs at least {needed} positive and {needed} "
            f"other answers; got {events:,.0f} of the rarer kind. Use fewer drivers or case-mix "
            f"columns, or leave the agency effects out."
        )


def choose_cluster(rows: AnswerRows, cluster: str | None) -> tuple[str, Check]:
    """Choose what errors are clustered by, and say how far that can be trusted."""
    if cluster is not None and cluster not in CLUSTERS:
        raise ParamsError(must_be("cluster", CLUSTERS, cluster))
    if cluster == "psu" and "psu" not in rows.survey.frame.columns:
        raise ParamsError("`cluster` 'psu' needs a survey with sampling units; got none.")
    agencies = len(rows.agencies)
    enough = agencies >= AGENCIES_TO_CLUSTER
    if cluster == "agency" or (cluster is None and enough):
        text = (
            f"Errors are clustered by agency: {agencies} agencies, {AGENCIES_TO_CLUSTER} advised."
        )
        return "agency", Check("clusters", enough, text)
    chosen = cluster or ("psu" if "psu" in rows.survey.frame.columns else "respondent")
    unit = "sampling unit" if chosen == "psu" else "respondent"
    text = (
        f"Errors are clustered by {unit}: {agencies} agencies are fewer than the "
        f"{AGENCIES_TO_CLUSTER} that clustering by agency needs, so the figures hold for these "
        f"agencies and not for others like them."
        if not enough
        else f"Errors are clustered by {unit}, as asked."
    )
    return chosen, Check("clusters", None, text)


def agencies_in_words(number: int) -> str:
    """Count agencies in words for a check."""
    return "1 agency" if number == 1 else f"{number} agencies"


def _cut(survey: Survey, statistic: str) -> int:
    scale = survey.question(survey.outcome).scale
    chosen = {"positive": scale.positive, "top": scale.top}
    if statistic not in chosen:
        raise ParamsError(must_be("statistic", chosen, statistic))
    codes = np.sort(scale.codes(chosen[statistic]))
    if codes[-1] != len(scale.answers) - 1 or (np.diff(codes) != 1).any():
        raise ModelError(
            f"A cut needs answers that run up to the best one; scale {scale.id!r} counts "
            f"{', '.join(f'{answer:g}' for answer in chosen[statistic])}."
        )
    return int(codes[0])


def _answered_drivers(
    frame: pd.DataFrame, people: pd.Series[float], drivers: Sequence[str], checks: list[Check]
) -> list[str]:
    total = float(people.sum())
    kept = []
    for name in drivers:
        missing = float(people[frame[name].isna()].sum()) / total if total else 0.0
        if missing > MISSING_AT_MOST:
            text = (
                f"{name} is left out: {missing:.0%} did not answer it "
                f"(at most {MISSING_AT_MOST:.0%})."
            )
            checks.append(Check("missing_driver", False, text))
        else:
            kept.append(name)
    return kept


def _check_lost(
    people: pd.Series[float],
    shown: pd.Series[bool],
    complete: pd.Series[bool],
    checks: list[Check],
    thresholds: Thresholds,
) -> None:
    total = float(people[shown].sum())
    lost = float(people[shown & ~complete].sum())
    if not total:
        raise ModelError(
            f"The model needs an agency with at least {thresholds.hide} answers; got none."
        )
    text = (
        f"{lost:,.0f} of {total:,.0f} people ({lost / total:.1%}) left an answer out of the model."
    )
    checks.append(Check("complete_answers", lost / total <= MISSING_ROWS, text))


def _design(
    frame: pd.DataFrame,
    people: pd.Series[float],
    drivers: Sequence[str],
    case_mix: Sequence[str],
) -> tuple[NDArray[np.generic], list[str]]:
    columns = [frame[name].to_numpy(dtype=float) for name in drivers]
    names = list(drivers)
    for name in [*case_mix, "period"]:
        column = frame[name]
        if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
            columns.append(column.to_numpy(dtype=float))
            names.append(name)
            continue
        text = column.astype(str)
        size = people.groupby(text).sum().sort_values(ascending=False, kind="stable")
        common = size.index[(size >= SPARSE_LEVEL).to_numpy()]
        for kind in sorted(str(label) for label in common if label != size.index[0]):
            columns.append((text == kind).to_numpy(dtype=float))
            names.append(f"{name} {kind}")
    design = np.column_stack(columns) if columns else np.empty((len(frame), 0))
    if (design == np.round(design)).all() and np.abs(design).max(initial=0.0) < 128:
        return design.astype(np.int8), names
    return design, names
