"""How does each agency score in the points of one wave, all of them one sample?

What does not depend on the question (who was drawn how, in which month) is worked out once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxanalytics.models.sampling import drawn_as
from cxanalytics.models.score_domains import score_domains
from cxanalytics.models.scores import design_checks
from cxanalytics.models.statistic import score_values
from cxanalytics.numerics.survey_design import Design
from cxanalytics.tables import Question, Survey

FIGURES = ("estimate", "std_error", "conf_low", "conf_high", "n", "n_eff")


@dataclass(frozen=True, slots=True)
class Wave:
    """The dated answers of one wave, all of them one sample.

    Attributes
    ----------
    name : str
    frame : DataFrame
    cell : ndarray of int, shape (rows,)
        Agency and point of each row; points run faster.
    agencies, points : ndarray of text
    design, weights
        From `drawn_as`.
    """

    name: str
    frame: pd.DataFrame
    cell: NDArray[np.int64]
    agencies: NDArray[np.object_]
    points: NDArray[np.object_]
    design: Design
    weights: NDArray[np.float64] | None


def take_wave(dated: Survey, name: str) -> Wave | None:
    """Take one wave apart; None where it has no answer with a date."""
    frame = dated.frame.loc[(dated.frame["period"] == name) & (dated.frame["point"] != "")]
    if frame.empty:
        return None
    agency, agencies = pd.factorize(frame["agency"].astype(str), sort=True)
    point, points = pd.factorize(frame["point"], sort=True)
    cell = np.asarray(agency * len(points) + point, dtype=np.int64)
    design, weights = drawn_as(replace(dated, frame=frame))
    design_checks(design, weights)
    return Wave(name, frame, cell, np.asarray(agencies), np.asarray(points), design, weights)


def score_wave(wave: Wave, question: Question, statistic: str, level: float) -> pd.DataFrame:
    """Score the points of one wave."""
    answers = wave.frame[question.name].to_numpy(dtype=float)
    answered = ~np.isnan(score_values(question, answers, statistic))
    place, within = np.unique(wave.cell[answered], return_inverse=True)
    domains = np.full(len(answers), -1, dtype=np.int64)
    domains[answered] = within
    got, low, high = score_domains(
        question, answers, domains, wave.design, wave.weights, statistic=statistic, level=level
    )
    figures = (got.estimate, got.std_error, low, high, got.n, got.n_eff)
    return pd.DataFrame(dict(zip(FIGURES, figures, strict=True))).assign(
        agency=wave.agencies[place // len(wave.points)],
        point=wave.points[place % len(wave.points)],
        wave=wave.name,
    )
