"""What is true of every agency, department and team, quarter by quarter?

Locations are on the latent scale of experience: a promoter share moves about 3.5 points
per 0.1. Agencies differ by a true standard deviation of about 4.5 points, split between
attention to customer experience, morale, service profile and the rest.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cxanalytics.sources.simulated.answering import MORALE_LOADING, WEIGHTS
from cxanalytics.sources.simulated.draws import (
    Array,
    Indices,
    centered,
    skewed,
    standardized,
    stream,
    two_groups,
)
from cxanalytics.sources.simulated.names import (
    AGE_BANDS,
    AGENCIES,
    CHANNELS,
    DRIVERS,
    LANGUAGES,
    MERGED_AGENCY,
    MERGED_FROM,
    MERGED_QUARTER,
    MERGED_TO,
    NEEDS,
    QUARTERS,
    SHOWN,
)
from cxanalytics.sources.simulated.plans import Plans, draw_plans
from cxanalytics.sources.simulated.worlds import World

AGENCY_SD = 0.10
PROFILE_SD = 0.14
SHOCK_SD = 0.045
TEAM_SHOCK_SD = 0.08
SHOWN_ONES = slice(0, SHOWN)
HISTORY = len(QUARTERS) + 1


@dataclass(frozen=True, slots=True)
class Government:
    """The true state of the simulated government.

    Attributes
    ----------
    world : World
    department_agency : (departments,) array
    department_name : tuple of str
        Before the merger.
    team_agency, team_department : (teams,) arrays
    team_name : tuple of str
    team_share : (teams,) array
        Share of the agency's contacts.
    team_staff : (teams,) array of int
    volume : (agencies,) array
        Contacts in a quarter.
    channel_share : (agencies, quarters, channels) array
    age_share : (agencies, channels, ages) array
    language_share : (agencies, languages) array
    need_share : (agencies, channels, needs) array
    attention : (agencies,) array
        Mean 0 and standard deviation 1 over the shown agencies.
    standing : (agencies,) array
        What remains of an agency's level on the outcomes.
    profile : (agencies, drivers) array
    service, regard : (teams, quarters) arrays
        What moves the drivers, and the outcomes beyond the drivers.
    morale_lasting : (teams,) array
    morale_passing : (teams, quarters + 1) array
        One quarter earlier than `service` at the start.
    shock : (agencies, quarters) array
        Passing good or bad quarters of an agency.
    plans : Plans
        Initiatives and officers.
    """

    world: World
    department_agency: Indices
    department_name: tuple[str, ...]
    team_agency: Indices
    team_department: Indices
    team_name: tuple[str, ...]
    team_share: Array
    team_staff: Indices
    volume: Array
    channel_share: Array
    age_share: Array
    language_share: Array
    need_share: Array
    attention: Array
    standing: Array
    profile: Array
    service: Array
    regard: Array
    morale_lasting: Array
    morale_passing: Array
    shock: Array
    plans: Plans

    def department_label(self, team: int, quarter: int) -> str:
        """Name a team's department as it was called in a quarter."""
        department = self.team_department[team]
        name = self.department_name[department]
        agency = AGENCIES[self.department_agency[department]].name
        merged = agency == MERGED_AGENCY and name in MERGED_FROM
        return MERGED_TO if merged and quarter >= QUARTERS.index(MERGED_QUARTER) else name

    def department_labels(self) -> np.ndarray:
        """Name the department of every team in every quarter, (teams, quarters)."""
        return np.array(
            [
                [self.department_label(team, quarter) for quarter in range(len(QUARTERS))]
                for team in range(len(self.team_name))
            ],
            dtype=object,
        )


def _divide() -> tuple[list[int], list[str], list[int], list[str]]:
    department_agency: list[int] = []
    department_name: list[str] = []
    team_department: list[int] = []
    team_name: list[str] = []
    for agency, plan in enumerate(AGENCIES):
        for name in plan.departments:
            department_agency.append(agency)
            department_name.append(name)
            for number in range(1, plan.teams + 1):
                team_department.append(len(department_name) - 1)
                team_name.append(f"{name} {number}")
    return department_agency, department_name, team_department, team_name


def _mixes(seed: int) -> dict[str, Array]:
    rng = stream(seed, "mixes")
    agencies, quarters = len(AGENCIES), len(QUARTERS)
    channel = rng.standard_gamma(np.array([22.0, 5.5, 6.5, 4.5]), (agencies, len(CHANNELS))) + 0.8
    to_chat = 1.0 + 0.03 * rng.random((agencies, 1)) * np.arange(quarters)
    over_time = np.repeat(channel[:, None, :], quarters, axis=1)
    over_time[:, :, CHANNELS.index("web chat")] *= to_chat
    age = rng.standard_gamma(np.array([6.0, 7.0, 7.0, 6.0]), (agencies, len(AGE_BANDS))) + 1.0
    tilt = np.array(
        [[0.8, 0.9, 1.1, 1.4], [1.7, 1.3, 0.8, 0.4], [1.2, 1.2, 1.0, 0.6], [0.9, 0.9, 1.0, 1.2]]
    )
    ages = age[:, None, :] * tilt[None, :, :]
    language = rng.standard_gamma(np.array([24.0, 4.0, 2.0]), (agencies, len(LANGUAGES))) + 0.3
    need = rng.standard_gamma(np.array([8.0, 7.0, 5.0, 2.5]), (agencies, len(NEEDS))) + 0.5
    ask = np.array(
        [[1.0, 1.0, 1.1, 1.0], [1.4, 0.7, 1.0, 0.7], [1.0, 1.0, 0.8, 1.6], [0.8, 1.5, 0.9, 0.9]]
    )
    needs = need[:, None, :] * ask[None, :, :]
    return {
        "channel_share": over_time / over_time.sum(axis=2, keepdims=True),
        "age_share": ages / ages.sum(axis=2, keepdims=True),
        "language_share": language / language.sum(axis=1, keepdims=True),
        "need_share": needs / needs.sum(axis=2, keepdims=True),
    }


def _morale(
    seed: int,
    world: World,
    place: dict[str, Indices],
    hidden: dict[str, Array],
    climate: Array,
) -> tuple[Array, Array]:
    """Draw lasting and passing morale of teams; passing morale starts one quarter earlier."""
    rng = stream(seed, "morale")
    teams, departments = len(place["team_agency"]), len(place["department_agency"])
    by_agency = two_groups(rng, len(AGENCIES), 0.18)
    by_department = skewed(rng, departments, 0.14)
    lasting = by_agency[place["team_agency"]] + by_department[place["team_department"]]
    lasting = lasting + two_groups(rng, teams, 0.28) + 1.5 * hidden["funding"][place["team_agency"]]
    passing = skewed(rng, (teams, HISTORY), 0.28) - 2.5 * hidden["workload"]
    usual = climate.mean(axis=1)
    unusual = climate - usual[:, None]
    passing[:, 2:] += world.performance_to_morale * (unusual / unusual.std())[:, :-1]
    lasting = lasting + world.performance_to_morale * usual / usual.std()
    return lasting - lasting.mean(), passing


def _hidden(seed: int, world: World, teams: int) -> dict[str, Array]:
    """Draw the hidden causes, zero where the world has none."""
    rng = stream(seed, "hidden")
    funding = standardized(two_groups(rng, len(AGENCIES), 1.0), SHOWN_ONES)
    fresh = skewed(rng, (teams, HISTORY), 1.0)
    load = fresh.copy()
    for quarter in range(1, HISTORY):
        load[:, quarter] = 0.75 * load[:, quarter - 1] + np.sqrt(1 - 0.75**2) * fresh[:, quarter]
    return {"funding": world.hidden_agency * funding, "workload": world.hidden_team * load}


def _climate(seed: int, name: str, place: dict[str, Indices], share: Array, shock: Array) -> Array:
    """Draw what departments, teams and quarters do to experience, (teams, quarters)."""
    rng = stream(seed, name)
    departments = place["department_agency"]
    department = two_groups(rng, len(departments), 0.11)[place["team_department"]]
    department = centered(department, place["team_agency"], share)
    team = centered(skewed(rng, len(share), 0.08), place["team_department"], share)
    passing = two_groups(rng, (len(share), len(QUARTERS)), TEAM_SHOCK_SD)
    return (department + team)[:, None] + passing + shock[place["team_agency"]]


def _standing(seed: int, others: Array) -> Array:
    """Scale the rest of the agency level so that the whole has the agreed spread."""
    rest = standardized(skewed(stream(seed, "standing"), len(AGENCIES), 1.0), SHOWN_ONES)
    known = others - others[SHOWN_ONES].mean()
    variance, cross = known[SHOWN_ONES].var(), (known * rest)[SHOWN_ONES].mean()
    room = max(cross**2 - variance + AGENCY_SD**2, 0.0)
    scale = max(np.sqrt(room) - cross, 0.02)
    standing: Array = rest * scale - others[SHOWN_ONES].mean()
    return standing


def build_government(seed: int, world: World) -> Government:
    """Draw the true state of the government from its own streams."""
    department_agency, department_name, team_department, team_name = _divide()
    place = {
        "department_agency": np.array(department_agency),
        "team_department": np.array(team_department),
        "team_agency": np.array(department_agency)[team_department],
    }
    agency = place["team_agency"]
    rng = stream(seed, "size")
    weight = rng.standard_gamma(6.0, len(agency)) + 2.0
    share = weight / np.bincount(agency, weight)[agency]
    answers = np.array([plan.answers for plan in AGENCIES], dtype=float)
    staff = np.rint(10.0 + rng.standard_gamma(3.0, len(agency)) * 4.5).astype(np.int64)
    staff = np.where(agency >= SHOWN, np.array([7] * len(agency)) + 9 * (agency == SHOWN), staff)

    hidden = _hidden(seed, world, len(agency))
    shock = skewed(stream(seed, "shock"), (len(AGENCIES), len(QUARTERS)), SHOCK_SD)
    drift = stream(seed, "drift").uniform(-0.008, 0.008, (len(AGENCIES), 1))
    shock = shock + drift * (np.arange(len(QUARTERS)) - len(QUARTERS) / 2)
    workload = hidden["workload"][:, 1:]
    service = _climate(seed, "service", place, share, shock)
    regard = service if world.driver_pull else _climate(seed, "regard", place, share, shock)
    morale_lasting, morale_passing = _morale(seed, world, place, hidden, service)
    service, regard = service - workload, regard - workload

    draw = stream(seed, "attention")
    attention = standardized(
        two_groups(draw, len(AGENCIES), 1.0) + 12.0 * hidden["funding"], SHOWN_ONES
    )
    profile = two_groups(stream(seed, "profile"), (len(AGENCIES), len(DRIVERS)), 1.0)
    profile = profile - profile[SHOWN_ONES].mean(axis=0)
    profile = profile * (PROFILE_SD / profile[SHOWN_ONES].std(axis=0))
    pull = WEIGHTS[0] * world.driver_pull
    by_agency = np.bincount(agency, share * morale_lasting) * world.morale_between
    others = (
        profile @ pull
        + world.attention * attention
        + hidden["funding"]
        + by_agency * (MORALE_LOADING @ pull)
    )
    return Government(
        world=world,
        department_agency=place["department_agency"],
        department_name=tuple(department_name),
        team_agency=agency,
        team_department=place["team_department"],
        team_name=tuple(team_name),
        team_share=share,
        team_staff=staff,
        volume=np.round(answers * rng.uniform(28.0, 55.0, len(answers))),
        attention=attention,
        standing=_standing(seed, others) + hidden["funding"],
        profile=profile,
        service=service,
        regard=regard,
        morale_lasting=morale_lasting,
        morale_passing=morale_passing,
        shock=shock,
        plans=draw_plans(seed, shock, place["department_agency"], tuple(department_name)),
        **_mixes(seed),
    )
