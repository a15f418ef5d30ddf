"""Who answers the staff survey, and what do they say?

Staff of a team share its morale of the wave; eight dimensions differ by agency, and two of
them, communication and ownership, nearly go together in people's minds.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxanalytics.sources.simulated.draws import Array, Indices, skewed, stream, two_groups
from cxanalytics.sources.simulated.government import Government
from cxanalytics.sources.simulated.names import (
    AGENCIES,
    DIMENSIONS,
    FIRST_WAVE,
    LEGS,
    STAFF_ITEMS,
    WAVES,
)

CUTS = np.array([-1.65, -0.85, -0.10, 1.05])
GROUPS = (*DIMENSIONS, *LEGS)
MORALE_PULL = np.array([1.0, 0.8, 0.6, 0.35, 0.8, 0.6, 0.6, 0.7, 0.6, 0.5, 0.7])
WORKPLACE = "would_recommend_workplace"


def _item_groups() -> Indices:
    sizes = [len(items) for items in (*DIMENSIONS.values(), *LEGS.values())]
    return np.repeat(np.arange(len(GROUPS)), sizes)


def _felt(rng: np.random.Generator, morale: Array, place: Array) -> tuple[Array, Array]:
    """Draw what staff feel about each item, and about the workplace."""
    n, group = len(morale), _item_groups()
    person = skewed(rng, n, 0.7)
    dimension = two_groups(rng, (n, len(GROUPS)), 0.45)
    twin, other = GROUPS.index("communication"), GROUPS.index("ownership of culture")
    dimension[:, other] = 0.93 * dimension[:, twin] + 0.37 * dimension[:, other]
    about = morale[:, None] * MORALE_PULL + person[:, None] + dimension + place
    items = (
        about[:, group]
        - 0.25 * np.sin(7.0 * np.arange(len(group)))
        + two_groups(rng, (n, len(group)), 0.6)
    )
    workplace = 0.15 + 1.1 * morale + 0.9 * person + 0.5 * dimension[:, 0]
    return items, workplace + two_groups(rng, n, 0.7)


def index_slope() -> float:
    """Measure how far the mean of the morale items moves when morale rises by one unit."""
    items = len(DIMENSIONS["morale"])
    morale = np.zeros(60_000)
    low, _ = _felt(stream(20_240_402, "slope"), morale - 0.1, np.zeros((1, len(GROUPS))))
    high, _ = _felt(stream(20_240_402, "slope"), morale + 0.1, np.zeros((1, len(GROUPS))))
    rise = np.searchsorted(CUTS, high[:, :items]) - np.searchsorted(CUTS, low[:, :items])
    return float(rise.mean() / 0.2)


def survey_staff(government: Government, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Survey the staff of every team in every wave.

    Parameters
    ----------
    government : Government
    seed : int

    Returns
    -------
    (staff, staff_funnel) : pair of DataFrame
    """
    rng = stream(seed, "staff")
    agencies, waves = len(AGENCIES), len(WAVES)
    rate = rng.uniform(0.52, 0.86, agencies)
    team = np.repeat(np.arange(len(government.team_staff)), government.team_staff)
    everyone = np.tile(team, waves)
    when = np.repeat(np.arange(waves), len(team))
    agency_of = government.team_agency[everyone]
    answers = rng.random(len(everyone)) < rate[agency_of]
    funnel = _count(agency_of, when, answers)
    who, wave, agency = everyone[answers], when[answers], agency_of[answers]
    passing = government.morale_passing[:, 1 + FIRST_WAVE :]
    morale = government.morale_lasting[who] + passing[who, wave]
    by_agency = two_groups(rng, (agencies, len(GROUPS)), 0.15)
    items, workplace = _felt(rng, morale, by_agency[agency])
    said = np.column_stack([items, workplace])
    said = np.searchsorted(CUTS, said).astype(float) + 1.0
    said[rng.random(said.shape) < 0.025] = np.nan
    order = np.lexsort((who, wave, agency))
    return _frame(government, who[order], wave[order], said[order]), funnel


def _count(agency: Indices, wave: Indices, answers: np.ndarray) -> pd.DataFrame:
    cell, size = agency * len(WAVES) + wave, len(AGENCIES) * len(WAVES)
    return pd.DataFrame(
        {
            "agency": np.repeat([plan.name for plan in AGENCIES], len(WAVES)),
            "wave": np.tile(WAVES, len(AGENCIES)),
            "offered": np.bincount(cell, minlength=size),
            "answered": np.bincount(cell[answers], minlength=size),
        }
    )


def _frame(government: Government, team: Indices, wave: Indices, said: Array) -> pd.DataFrame:
    names = np.array([plan.name for plan in AGENCIES], dtype=object)
    number = np.arange(1, len(team) + 1).astype(str)
    placed = pd.DataFrame(
        {
            "respondent": np.char.add("S", np.char.zfill(number, 6)),
            "agency": names[government.team_agency[team]],
            "department": government.department_labels()[:, FIRST_WAVE:][team, wave],
            "team": np.array(government.team_name, dtype=object)[team],
            "wave": np.array(WAVES, dtype=object)[wave],
        }
    )
    answers = pd.DataFrame(said.astype("float32"), columns=[*STAFF_ITEMS, WORKPLACE])
    return pd.concat([placed, answers], axis=1)
