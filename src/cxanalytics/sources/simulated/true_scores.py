"""What would a perfect analyst find: how do agencies truly score?

Shares hold over the whole population of contacts.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxanalytics.sources.simulated.answering import AGENT_LOADING, AGENT_SD, WEIGHTS, kernel
from cxanalytics.sources.simulated.draws import Array
from cxanalytics.sources.simulated.effects import locations
from cxanalytics.sources.simulated.government import Government
from cxanalytics.sources.simulated.names import (
    AGENCIES,
    CHANNELS,
    FIRST_WAVE,
    QUESTIONS,
    SHOWN,
    WAVES,
)
from cxanalytics.sources.simulated.population import agency_total, channel_shares, team_shares
from cxanalytics.sources.simulated.times import CRISIS_WAVE, crisis_agencies, crisis_share

NAMES = np.array([plan.name for plan in AGENCIES], dtype=object)
CURVES = (*QUESTIONS, "detractors")
CRISIS_QUARTER = FIRST_WAVE + WAVES.index(CRISIS_WAVE)


def _long(values: Array, question: str, column: str = "share") -> pd.DataFrame:
    """Stack (agencies, waves) into rows."""
    return pd.DataFrame(
        {
            "agency": np.repeat(NAMES, len(WAVES)),
            "wave": np.tile(np.array(WAVES, dtype=object), len(NAMES)),
            "question": question,
            column: values.ravel(),
        }
    )


class Population:
    """True shares by team and quarter, with and without the crisis, computed once."""

    def __init__(self, government: Government) -> None:
        self.government = government
        self.calm = team_shares(government, CURVES)
        self.week = team_shares(government, CURVES, crisis=True)
        self.teams = {curve: share.copy() for curve, share in self.calm.items()}
        struck = crisis_agencies()[government.team_agency]
        part = crisis_share()
        for curve, share in self.teams.items():
            now = share[struck, CRISIS_QUARTER]
            worst = self.week[curve][struck, CRISIS_QUARTER]
            share[struck, CRISIS_QUARTER] = (1.0 - part) * now + part * worst

    def agencies(self, curve: str, *, calm: bool = False) -> Array:
        """Average teams into agencies, (agencies, waves)."""
        by_team = (self.calm if calm else self.teams)[curve]
        return agency_total(self.government, by_team)[:, FIRST_WAVE:]


def share_truth(population: Population) -> pd.DataFrame:
    """Compute the true share positive by agency, wave and question."""
    first = team_shares(
        population.government, ("wait",), placed=locations(population.government, wording=False)
    )["wait"]
    tables = []
    for question in QUESTIONS:
        table = _long(population.agencies(question), question)
        calm = population.agencies(question, calm=True)
        table["share_without_crisis"] = calm.ravel()
        table["share_first_wording"] = table["share_without_crisis"]
        if question == "wait":
            old = agency_total(population.government, first)[:, FIRST_WAVE:]
            table["share_first_wording"] = old.ravel()
        table["net"] = np.nan
        if question == "recommend":
            table["net"] = table["share"] - population.agencies("detractors").ravel()
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def department_truth(population: Population) -> pd.DataFrame:
    """Compute the true share positive by department, as named in the wave."""
    government = population.government
    labels = government.department_labels()[:, FIRST_WAVE:]
    teams, waves = labels.shape
    base = pd.DataFrame(
        {
            "agency": np.repeat(NAMES[government.team_agency], waves),
            "department": labels.ravel(),
            "wave": np.tile(np.array(WAVES, dtype=object), teams),
        }
    )
    size = np.repeat(government.team_share, waves)
    keys = ["agency", "department", "wave"]
    weight = size / base.assign(size=size).groupby(keys)["size"].transform("sum")
    tables = []
    for question in QUESTIONS:
        share = population.teams[question][:, FIRST_WAVE:].ravel() * weight
        table = base.assign(share=share).groupby(keys)["share"].sum().reset_index()
        table.insert(3, "question", question)
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def team_truth(population: Population) -> pd.DataFrame:
    """Compute the true share who would recommend, and the true morale, by team and wave."""
    government = population.government
    labels = government.department_labels()[:, FIRST_WAVE:]
    teams, waves = labels.shape
    passing = government.morale_passing[:, 1 + FIRST_WAVE :]
    before = government.morale_passing[:, FIRST_WAVE:-1]
    lasting = government.morale_lasting[:, None]
    return pd.DataFrame(
        {
            "agency": np.repeat(NAMES[government.team_agency], waves),
            "department": labels.ravel(),
            "team": np.repeat(np.array(government.team_name, dtype=object), waves),
            "wave": np.tile(np.array(WAVES, dtype=object), teams),
            "share": population.teams["recommend"][:, FIRST_WAVE:].ravel(),
            "morale": (lasting + passing).ravel(),
            "morale_lasting": np.broadcast_to(lasting, passing.shape).ravel(),
            "morale_one_wave_before": (lasting + before).ravel(),
        }
    )


def channel_truth(population: Population) -> pd.DataFrame:
    """Compute the true share who would recommend by channel, without the crisis."""
    government = population.government
    by_team = channel_shares(government, ("recommend",))["recommend"]
    share = agency_total(government, by_team)[:, FIRST_WAVE:]
    return pd.DataFrame(
        {
            "agency": np.repeat(NAMES, len(WAVES) * len(CHANNELS)),
            "wave": np.tile(np.repeat(WAVES, len(CHANNELS)), len(NAMES)),
            "channel": np.tile(CHANNELS, len(NAMES) * len(WAVES)),
            "question": "recommend",
            "share_without_crisis": share.ravel(),
            "population_share": government.channel_share[:, FIRST_WAVE:].ravel(),
        }
    )


def spread_truth(population: Population) -> pd.DataFrame:
    """Measure how far the true recommend shares of the latest wave lie apart."""
    government = population.government
    by_team = population.teams["recommend"][:, -1]
    shown = government.team_agency < SHOWN
    departments = len(government.department_name)
    share = np.bincount(government.team_department, government.team_share, departments)
    total = np.bincount(government.team_department, government.team_share * by_team, departments)
    by_department = total / share
    agency = population.agencies("recommend")[:, -1]
    in_agency = by_department - agency[government.department_agency]
    in_department = by_team - by_department[government.team_department]
    pull = float(AGENT_LOADING @ WEIGHTS[0]) * government.world.driver_pull
    low, high = kernel(government.world).share("recommend", np.array([-0.1, 0.1]))
    slope = float(high - low) / 0.2
    return pd.DataFrame(
        {
            "level": ["agency", "department", "team", "agent"],
            "sd": [
                agency[:SHOWN].std(ddof=1),
                np.sqrt((in_agency[government.department_agency < SHOWN] ** 2).mean()),
                np.sqrt((in_department[shown] ** 2).mean()),
                AGENT_SD * pull * slope,
            ],
        }
    )
