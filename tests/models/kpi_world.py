"""A small world of contact centers whose truth is known: customers, staff and counted work.

In each unit and wave, `quality` moves the share of customers who are satisfied and the share
resolved the first time; `pace` moves handle time alone, unless `pace_effect` says otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxanalytics.operations import OperationMeasure, Operations
from cxanalytics.tables import Survey

MEASURES = (
    OperationMeasure("handle", "Handle time", "handle", "", "mean", higher_is_better=False),
    OperationMeasure("resolved", "Resolved the first time", "first", "handled"),
    OperationMeasure(
        "back", "Contacts that come back", "repeat", "handled", higher_is_better=False
    ),
    OperationMeasure("hourly", "Contacts per hour", "handled", "hours", "rate"),
)
DIMENSIONS = {"morale": ["valued", "proud"], "communication": ["informed"]}


@dataclass(frozen=True)
class World:
    """Tables, and how much the share of satisfied customers moves with quality and pace."""

    customers: Survey
    staff: Survey
    operations: Operations
    waves: list[str]


def make_world(
    seed: int,
    *,
    agencies: int = 14,
    units: int = 4,
    waves: int = 5,
    quality_effect: float = 0.0,
    pace_effect: float = 0.0,
    answers: int = 80,
    staff: int = 12,
    lasting: float = 1.0,
    trend: float = 0.0,
    rounded: bool = False,
) -> World:
    """Draw a world.

    Parameters
    ----------
    seed : int
    agencies, units, waves, answers, staff : int
        `answers` and `staff` are per unit and wave.
    quality_effect, pace_effect : float
        Change in the share satisfied per standard deviation.
    lasting : float
        Spread of the agencies' lasting quality and pace.
    trend : float
        Rise of pace per wave in standard deviations; handle time falls by it.
    rounded : bool
        Record handle times in fives.
    """
    rng = np.random.default_rng([20261129, seed])
    names = [f"2026-Q{wave + 1}" if wave < 4 else f"2027-Q{wave - 3}" for wave in range(waves)]
    agency, unit, wave = (part.ravel() for part in np.indices((agencies, units, waves)))

    def moving() -> np.ndarray:
        kept = lasting * rng.normal(size=agencies)[agency]
        return kept + rng.normal(size=(agencies, units))[agency, unit] + rng.normal(size=len(wave))

    quality, pace = moving(), moving() + trend * wave
    level = 0.6 + 0.02 * rng.normal(size=agencies)[agency] + 0.01 * rng.normal(size=waves)[wave]
    share = np.clip(level + quality_effect * quality + pace_effect * pace, 0.05, 0.95)
    place = pd.DataFrame(
        {
            "agency": [f"Agency {a:02d}" for a in agency],
            "unit": [f"Unit {u}" for u in unit],
            "wave": [names[w] for w in wave],
        }
    )
    return World(
        customers=_customers(rng, place, share, answers),
        staff=_staff(rng, place, quality, staff),
        operations=_operations(rng, place, quality, pace, rounded=rounded),
        waves=names,
    )


def _customers(
    rng: np.random.Generator, place: pd.DataFrame, share: np.ndarray, answers: int
) -> Survey:
    yes = rng.binomial(answers, share)
    cells = pd.concat(
        [place.assign(satisfied=1, n=yes), place.assign(satisfied=0, n=answers - yes)]
    )
    return Survey.from_frame(
        cells.loc[cells["n"] > 0],
        agency="agency",
        unit="unit",
        period="wave",
        outcome="satisfied",
        scale="yes_no",
        count="n",
    )


def _staff(
    rng: np.random.Generator, place: pd.DataFrame, quality: np.ndarray, staff: int
) -> Survey:
    people = place.loc[place.index.repeat(staff)].reset_index(drop=True)
    felt = np.repeat(0.5 * quality, staff) + 0.6 * rng.normal(size=len(people))
    items = [item for named in DIMENSIONS.values() for item in named]
    for item in items:
        people[item] = np.clip(np.rint(3.3 + felt + 0.7 * rng.normal(size=len(people))), 1, 5)
    return Survey.from_frame(
        people,
        agency="agency",
        unit="unit",
        period="wave",
        outcome=items[0],
        scale="likert_1_5",
        questions=dict.fromkeys(items[1:], "likert_1_5"),
    )


def _operations(
    rng: np.random.Generator,
    place: pd.DataFrame,
    quality: np.ndarray,
    pace: np.ndarray,
    *,
    rounded: bool,
) -> Operations:
    parts = []
    for month in range(3):
        handled = rng.poisson(300, len(place)).astype(float)
        first = rng.binomial(handled.astype(int), np.clip(0.65 + 0.05 * quality, 0.05, 0.95))
        handle = 420.0 - 20.0 * pace + 4.0 * rng.normal(size=len(place))
        quarter = place["wave"].str[-1].astype(int)
        text = [
            f"{y}-{3 * (q - 1) + month + 1:02d}"
            for y, q in zip(place["wave"].str[:4], quarter, strict=True)
        ]
        parts.append(
            place.drop(columns="wave").assign(
                period=text,
                handled=handled,
                first=first.astype(float),
                repeat=rng.binomial((handled - first).astype(int), 0.3).astype(float),
                handle=5.0 * np.rint(handle / 5.0) if rounded else np.rint(handle),
                hours=handled * handle / 3600.0,
            )
        )
    return Operations(frame=pd.concat(parts, ignore_index=True), measures=MEASURES)
