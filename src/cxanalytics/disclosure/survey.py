"""Which agencies of a survey may be shown in their wave, and which rows may a model use?

Asked by every table and model of a survey, so that all of them hide the same agencies for the same
reason: the next one to hide is chosen by the people of an agency in the wave, whatever the
question.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxanalytics.disclosure.groups import suppress
from cxanalytics.disclosure.margins import suppress_within
from cxanalytics.rules import HIDDEN, THRESHOLDS, Thresholds
from cxanalytics.tables import Survey

TOGETHER = 65_536
"""Rows that are summed together: as long as the survey, nothing but its columns is kept."""


def agency_reasons(
    survey: Survey, *, measure: str, thresholds: Thresholds = THRESHOLDS
) -> pd.Series[str]:
    """Say for each agency and wave why it is not shown on a question.

    Parameters
    ----------
    survey : Survey
    measure : str
        The question whose answers decide.
    thresholds : Thresholds

    Returns
    -------
    Series of str
        As `suppress`, with the index `period`, `agency`; every pair of them has a row, which is
        "hidden" where nobody answered.
    """
    return _reasons(survey, _pairs(survey), measure, thresholds)


def publishable_rows(
    survey: Survey, *, measure: str | Sequence[str], thresholds: Thresholds = THRESHOLDS
) -> pd.Series[bool]:
    """Mark the rows of agencies that may be shown in their wave.

    Models leak too: a published model is fitted without the agencies that the benchmark hides, so
    that its base cannot be subtracted from another one.

    Parameters
    ----------
    survey : Survey
    measure : str or sequence of str
        Question whose answers decide; of several, each must allow it.
    thresholds : Thresholds

    Returns
    -------
    Series of bool
        With the index of the survey's frame.
    """
    pairs = _pairs(survey)
    shown = np.ones(len(pairs.people), dtype=bool)
    for name in [measure] if isinstance(measure, str) else measure:
        shown &= np.asarray(_reasons(survey, pairs, name, thresholds) == "")
    return pd.Series(shown[pairs.place], index=survey.frame.index, dtype=bool)


def publishable_units(
    sizes: pd.DataFrame, *, thresholds: Thresholds = THRESHOLDS
) -> pd.Series[bool]:
    """Mark the units whose staff a model may use.

    A model that says how many people it rests on would give the people of a small unit, if it
    left out that unit alone: those beside it that protect it are left out as well.

    Parameters
    ----------
    sizes : DataFrame
        `agency unit period n`, a row per unit and wave of agencies that may be shown.
    thresholds : Thresholds
        Read is `team`.

    Returns
    -------
    Series of bool
        With the index of `sizes`.
    """
    wave = sizes["agency"].astype(str) + "\n" + sizes["period"].astype(str)
    reason = suppress_within(
        sizes.assign(parent=wave),
        pd.Series("", index=wave.unique()),
        parent="parent",
        thresholds=replace(thresholds, hide=thresholds.team, rank=thresholds.team),
    )
    return reason == ""


@dataclass(frozen=True, slots=True)
class _Pairs:
    """The agencies of each wave.

    Attributes
    ----------
    waves, agencies : ndarray of text
    place : ndarray of int, shape (rows,)
        Pair of a wave and an agency of each row; agencies run faster.
    people : ndarray of shape (pairs,)
        Whether they answered or not.
    """

    waves: NDArray[np.object_]
    agencies: NDArray[np.object_]
    place: NDArray[np.int64]
    people: NDArray[np.float64]


def _pairs(survey: Survey) -> _Pairs:
    wave, waves = pd.factorize(survey.frame["period"], sort=True)
    agency, agencies = pd.factorize(survey.frame["agency"], sort=True)
    place = np.asarray(wave * len(agencies) + agency, dtype=np.int64)
    mass = survey.frame["weight"].to_numpy(dtype=float) if survey.counts else None
    people = np.bincount(place, weights=mass, minlength=len(waves) * len(agencies))
    return _Pairs(np.asarray(waves), np.asarray(agencies), place, people.astype(float))


def _reasons(survey: Survey, pairs: _Pairs, measure: str, thresholds: Thresholds) -> pd.Series[str]:
    """Suppress wave by wave, by the answers to a question."""
    size, each = len(pairs.people), len(pairs.agencies)
    weight = survey.frame["weight"].to_numpy(dtype=float)
    answered = survey.frame[measure].notna().to_numpy()
    rows, total, square = _sums(pairs.place, weight, answered, size)
    n = total if survey.counts else rows
    reason = np.full(size, HIDDEN, dtype=object)
    for number, wave in enumerate(pairs.waves):
        there = number * each + np.arange(each)
        there = there[rows[there] > 0]
        kish = n[there] if survey.counts else total[there] ** 2 / square[there]
        keys = pd.Index(pairs.agencies[there % each])
        told = suppress(
            pd.Series(n[there], keys),
            pd.Series(kish, keys),
            total_published=True,
            order=pd.Series(pairs.people[there], keys),
            apart=survey.only_peers,
            held=survey.held_in(str(wave)),
            thresholds=thresholds,
        )
        reason[there] = told.to_numpy()
    names = [pairs.waves, pairs.agencies]
    index = pd.MultiIndex.from_product(names, names=["period", "agency"])
    return pd.Series(reason, index=index)


def _sums(
    pair: NDArray[np.int64], weight: NDArray[np.float64], here: NDArray[np.bool_], size: int
) -> NDArray[np.float64]:
    """Count rows, and sum weights and their squares, a few rows at a time."""
    sums = np.zeros((3, size))
    for begin in range(0, len(pair), TOGETHER):
        rows = slice(begin, begin + TOGETHER)
        place, one = pair[rows], here[rows].astype(float)
        own = weight[rows] * one
        for total, part in zip(sums, (one, own, own**2), strict=True):
            np.add.at(total, place, part)
    return sums
