"""Which rows, columns and agencies go into a model of the outcome answer?

Complete cases only; a driver that more than a fifth of people did not answer is left out rather
than most of the people. Agencies too small to be shown are left out, because a published model
could give them back, and so are agencies whose people all gave the best or all the worst answer:
their own level is infinite and tells nothing about the drivers. Waves get a level each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxanalytics.disclosure import publishable_rows
from cxanalytics.errors import ModelError, ParamsError, must_be
from cxanalytics.models.sampling import role_codes, sampling_units, weights_and_counts
from cxanalytics.numerics.firth import FirthFit, fit_firth
from cxanalytics.numerics.ordinal import CumulativeLinkFit, fit_cumulative_link
from cxanalytics.numerics.partial_ordinal import PartialOrdinalFit, fit_partial_ordinal
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

_PENALIZED = ("weights", "counts", "groups", "clusters", "strata", "variance", "names")

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
    answers : ndarray of int8, shape (rows,)
        Codes of the outcome, 0 the worst.
    cut : int
        Smallest code of a positive answer.
    design : ndarray of shape (rows, columns)
        Drivers, case mix and waves, each column contiguous; int8 where all are small whole
        numbers. The drivers are also the columns of the survey's frame.
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
    answers: NDArray[Any]
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
        return (self.answers >= self.cut).astype(np.int8)

    def keep(self, rows: NDArray[np.bool_]) -> AnswerRows:
        """Keep some rows, and the agencies that still have any."""
        if not rows.any():
            raise ModelError("The model needs an agency whose answers differ; got none.")
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
        return fit_cumulative_link(answers, self.design, **self._how(link, cluster, agency_effects))

    def fit_freed(
        self, answers: Integers, *, free: Sequence[int], link: str, cluster: str, levels: bool
    ) -> PartialOrdinalFit:
        """Fit the same with columns whose effect may differ between the cuts of the scale."""
        return fit_partial_ordinal(
            answers, self.design, nominal=free, **self._how(link, cluster, levels)
        )

    def fit_penalized(self, answers: Integers, *, cluster: str, agency_effects: bool) -> FirthFit:
        """Fit a logistic model of 0 and 1 whose effects are finite whatever separates."""
        how = self._how("logit", cluster, agency_effects)
        return fit_firth(answers, self.design, **{name: how[name] for name in _PENALIZED})

    def _how(self, link: str, cluster: str, agency_effects: bool) -> dict[str, Any]:
        weights, counts = weights_and_counts(self.survey)
        clusters, strata = self.clusters(cluster)
        return {
            "weights": weights,
            "counts": counts,
            "groups": self.agency if agency_effects else None,
            "link": link,
            "clusters": clusters,
            "strata": strata,
            "variance": "sandwich",
            "names": self.names,
            "group_names": self.agencies if agency_effects else None,
        }

    def clusters(self, cluster: str) -> tuple[Integers | None, Integers | None]:
        """Number the clusters and the strata of the rows; None where each row is one."""
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
    frame = wave.frame
    agency, agencies = pd.factorize(frame["agency"], sort=True)
    publishable = publishable_rows(wave, measure=survey.outcome, thresholds=thresholds).to_numpy()
    held_back = len(agencies) - int((_people(wave, publishable, agency) > 0).sum())
    if held_back:
        text = f"Left out, because they may not be shown: {agencies_in_words(held_back)}."
        checks.append(Check("small_agencies", None, text))
    answered = publishable & frame[survey.outcome].notna().to_numpy()
    kept_drivers = _answered_drivers(wave, answered, drivers, checks)
    answered = _without_hidden(wave, answered, agency, kept_drivers, checks, thresholds)
    complete = answered.copy()
    for name in (*kept_drivers, *case_mix):
        complete &= frame[name].notna().to_numpy()
    there = _people(wave, answered, agency) > 0
    small = there & (_people(wave, complete, agency) < thresholds.hide)
    if small.any():
        text = (
            f"Left out, with fewer than {thresholds.hide} complete answers: "
            f"{agencies_in_words(int(small.sum()))}."
        )
        checks.append(Check("incomplete_agencies", None, text))
    shown = answered & ~small[agency]
    _check_lost(wave, shown, shown & complete, checks, thresholds)
    used = shown & complete
    if not used.any():
        raise ModelError("The model needs people who answered every question in it; got none.")
    present = _people(wave, used, agency) > 0
    agency = (np.cumsum(present) - 1)[agency[used]]
    design, names = _design(wave, used, kept_drivers, case_mix)
    place, levels = pd.factorize(frame[survey.outcome].array[used])
    return AnswerRows(
        survey=replace(wave, frame=_rows_of(frame, used, kept_drivers, design)),
        answers=scale.codes(levels).astype(np.int8)[place],
        cut=cut,
        design=design,
        names=tuple(names),
        drivers=tuple(kept_drivers),
        agency=agency,
        agencies=tuple(str(name) for name in agencies[present]),
        checks=tuple(checks),
    )


def _without_hidden(
    wave: Survey,
    answered: NDArray[np.bool_],
    agency: Integers,
    drivers: Sequence[str],
    checks: list[Check],
    thresholds: Thresholds,
) -> NDArray[np.bool_]:
    """Leave out agencies of which one driver may not be shown.

    A base that one question hides must not come back through a model of several.
    """
    rule = publishable_rows(wave, measure=drivers, thresholds=thresholds)
    left = answered & rule.to_numpy()
    before, after = (_people(wave, rows, agency) > 0 for rows in (answered, left))
    if hidden := int((before & ~after).sum()):
        count = agencies_in_words(hidden)
        text = f"Left out, because a driver of theirs may not be shown: {count}."
        checks.append(Check("hidden_drivers", None, text))
    return left


def two_sided(rows: AnswerRows, checks: list[Check]) -> AnswerRows:
    """Leave out agencies whose answers are all the best or all the worst, and say how many."""
    return _without(rows, rows.answers, "all gave the best or all the worst answer", checks)


def two_sided_at_cut(rows: AnswerRows, checks: list[Check]) -> AnswerRows:
    """Leave out agencies whose answers are all positive or none of them, and say how many."""
    return _without(rows, rows.positive, "all or none of their answers are positive", checks)


def _without(rows: AnswerRows, answers: Integers, because: str, checks: list[Check]) -> AnswerRows:
    kept = rows.without_unanimous(answers)
    if left := len(rows.agencies) - len(kept.agencies):
        text = f"Left out, because {because}: {agencies_in_words(left)}."
        checks.append(Check("unanimous_agencies", None, text))
    return kept


def _rows_of(
    frame: pd.DataFrame,
    used: NDArray[np.bool_],
    drivers: Sequence[str],
    design: NDArray[np.generic],
) -> pd.DataFrame:
    """Keep some rows; drivers are the columns of the design, not another copy."""
    own = {name: design[:, column] for column, name in enumerate(drivers)}
    columns = {name: own[name] if name in own else frame[name].array[used] for name in frame}
    return pd.DataFrame(columns, copy=False)


def _people(
    survey: Survey, rows: NDArray[np.bool_], agency: Integers | None = None
) -> NDArray[np.float64]:
    """Count the people in some rows: all together, or by agency."""
    place = np.zeros(int(rows.sum()), dtype=np.int8) if agency is None else agency[rows]
    size = 1 if agency is None else int(agency.max()) + 1
    weight = survey.frame["weight"].to_numpy(dtype=float)[rows] if survey.counts else None
    return np.bincount(place, weight, minlength=size).astype(float)


def has_events(rows: AnswerRows, parameters: int) -> bool:
    """Tell whether there are ten positive, and ten other, answers per parameter."""
    return _events(rows) >= EVENTS_PER_PARAMETER * parameters


def _events(rows: AnswerRows) -> float:
    positive = float(rows.people @ rows.positive)
    return min(positive, float(rows.people.sum()) - positive)


def refuse_few_events(rows: AnswerRows, parameters: int) -> None:
    """Refuse a model with fewer than ten positive, or ten other, answers per parameter."""
    if has_events(rows, parameters):
        return
    needed = EVENTS_PER_PARAMETER * parameters
    raise ModelError(
        f"A model with {parameters} parameters needs at least {needed} positive and {needed} "
        f"other answers; got {_events(rows):,.0f} of the rarer kind. Use fewer drivers or case-mix "
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
    survey: Survey, answered: NDArray[np.bool_], drivers: Sequence[str], checks: list[Check]
) -> list[str]:
    total = float(_people(survey, answered)[0])
    kept = []
    for name in drivers:
        without = answered & survey.frame[name].isna().to_numpy()
        missing = float(_people(survey, without)[0]) / total if total else 0.0
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
    survey: Survey,
    shown: NDArray[np.bool_],
    complete: NDArray[np.bool_],
    checks: list[Check],
    thresholds: Thresholds,
) -> None:
    total = float(_people(survey, shown)[0])
    lost = total - float(_people(survey, complete)[0])
    if not total:
        raise ModelError(
            f"The model needs an agency with at least {thresholds.hide} answers; got none."
        )
    text = (
        f"{lost:,.0f} of {total:,.0f} people ({lost / total:.1%}) left an answer out of the model."
    )
    checks.append(Check("complete_answers", lost / total <= MISSING_ROWS, text))


def _design(
    survey: Survey, used: NDArray[np.bool_], drivers: Sequence[str], case_mix: Sequence[str]
) -> tuple[NDArray[np.generic], list[str]]:
    frame = survey.frame
    columns = [_small(frame[name].to_numpy()[used]) for name in drivers]
    names = list(drivers)
    for name in [*case_mix, "period"]:
        column = frame[name]
        if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
            columns.append(_small(column.to_numpy(dtype=float)[used]))
            names.append(name)
            continue
        level, labels = pd.factorize(column)
        size = pd.Series(_people(survey, used, level), index=labels.astype(str)).sort_index()
        size = size.sort_values(ascending=False, kind="stable")
        common = size.index[(size >= SPARSE_LEVEL).to_numpy()]
        for kind in sorted(str(label) for label in common if label != size.index[0]):
            columns.append((labels.astype(str) == kind)[level[used]].astype(np.int8))
            names.append(f"{name} {kind}")
    kind_of = np.result_type(np.int8, *(column.dtype for column in columns))
    design = np.empty((int(used.sum()), len(columns)), dtype=kind_of, order="F")
    for place, part in enumerate(columns):
        design[:, place] = part
    return design, names


def _small(column: NDArray[np.floating]) -> NDArray[np.generic]:
    """Hold whole numbers below 128 in a byte each."""
    if np.abs([column.min(), column.max()]).max() < 128:
        small = column.astype(np.int8)
        if (small == column).all():
            return small
    return column.astype(float)
