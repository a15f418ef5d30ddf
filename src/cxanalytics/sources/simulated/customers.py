"""Who answers the customer survey, and what do they say?

Contacts are drawn from the true mix of each agency and wave, tilted by who answers: older
people and visitors answer more often. In the world of informative nonresponse the mood
of the customer decides as well, most of all where staff choose whom to invite.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxanalytics.sources.simulated.answering import (
    AGENT_SD,
    Persons,
    draw_persons,
    give_answers,
)
from cxanalytics.sources.simulated.draws import Array, Indices, pick, stream, two_groups
from cxanalytics.sources.simulated.effects import case_effects, crisis_effect, locations
from cxanalytics.sources.simulated.government import Government
from cxanalytics.sources.simulated.names import (
    AGE_BANDS,
    AGENCIES,
    CHANNELS,
    FIRST_WAVE,
    LANGUAGES,
    NEEDS,
    QUESTIONS,
    WAVES,
)
from cxanalytics.sources.simulated.times import (
    crisis_agencies,
    day_shares,
    in_crisis,
    quarter_start,
)
from cxanalytics.sources.simulated.weights import rake

RESPONSE_BY_CHANNEL = np.array([0.11, 0.20, 0.14, 0.27])
RESPONSE_BY_AGE = np.array([0.65, 0.85, 1.10, 1.35])
DO_NOT_KNOW = np.array([0.008, 0.010, 0.030, 0.020, 0.050, 0.030, 0.020, 0.070])


@dataclass(frozen=True, slots=True)
class Contacts:
    """The case of every answering customer, as indices.

    Attributes
    ----------
    agency, wave, team, channel, age, language, need, day : (n,) arrays
    """

    agency: Indices
    wave: Indices
    team: Indices
    channel: Indices
    age: Indices
    language: Indices
    need: Indices
    day: Indices


def sample_sizes(seed: int, scale: float) -> Indices:
    """Fix how many answers each agency gets in each wave, (agencies, waves)."""
    rng = stream(seed, "sample sizes")
    latest = np.array([plan.answers for plan in AGENCIES], dtype=float)
    level = np.array([0.80, 0.86, 0.82, 0.90, 0.95, 1.0])
    vary = rng.uniform(0.88, 1.12, (len(AGENCIES), len(WAVES)))
    vary[:, -1] = 1.0 + (vary[:, -1] - 1.0) * 0.1
    return np.maximum(np.rint(latest[:, None] * level * vary * scale), 1).astype(np.int64)


def answer_rates(government: Government) -> Array:
    """Compute the share of contacts that answer, by agency, wave, channel and age."""
    mix = government.channel_share[:, FIRST_WAVE:, :, None] * government.age_share[:, None]
    tilted: Array = mix * RESPONSE_BY_CHANNEL[:, None] * RESPONSE_BY_AGE
    return tilted


def _draw_contacts(government: Government, seed: int, agency: Indices, wave: Indices) -> Contacts:
    rng = stream(seed, "contacts")
    tilted = answer_rates(government).reshape(len(AGENCIES) * len(WAVES), -1)
    both = pick(rng, tilted[agency * len(WAVES) + wave])
    channel, age = both // len(AGE_BANDS), both % len(AGE_BANDS)
    largest = int(np.bincount(government.team_agency).max())
    first_team = np.searchsorted(government.team_agency, np.arange(len(AGENCIES)))
    shares = np.zeros((len(AGENCIES), largest))
    place = np.arange(len(government.team_agency)) - first_team[government.team_agency]
    shares[government.team_agency, place] = government.team_share
    return Contacts(
        agency=agency,
        wave=wave,
        team=first_team[agency] + pick(rng, shares[agency]),
        channel=channel,
        age=age,
        language=pick(rng, government.language_share[agency]),
        need=pick(rng, government.need_share[agency, channel]),
        day=_draw_days(rng, agency, wave),
    )


def _draw_days(rng: np.random.Generator, agency: Indices, wave: Indices) -> Indices:
    height = rng.random(len(agency))
    day = np.empty(len(agency), dtype=np.int64)
    hit = crisis_agencies()[agency]
    for number, name in enumerate(WAVES):
        for struck in (False, True):
            rows = np.flatnonzero((wave == number) & (hit == struck))
            until = np.cumsum(day_shares(name, struck=struck))
            day[rows] = np.searchsorted(until[:-1], height[rows], side="right")
    return day


def agent_skills(government: Government, seed: int) -> tuple[Indices, Array]:
    """Draw the skill of every agent, mean 0 within a team; agents follow team by team."""
    rng = stream(seed, "agents")
    team = np.repeat(np.arange(len(government.team_staff)), government.team_staff)
    skill = two_groups(rng, len(team), AGENT_SD)
    mean = np.bincount(team, skill) / government.team_staff
    return np.concatenate([[0], np.cumsum(government.team_staff)]), skill - mean[team]


def _accept(
    persons: Persons, agency: Indices, tilt: float, rng: np.random.Generator
) -> NDArray[np.bool_]:
    gated = np.arange(len(AGENCIES)) % 3 == 0
    strength = np.where(gated, 0.22, 0.07)[agency] * tilt
    chance = np.clip(0.5 + strength * persons.mood, 0.04, 0.96)
    return rng.random(len(agency)) < chance


def place_customers(government: Government, contacts: Contacts) -> Array:
    """Add up what everyone in a customer's place would experience, (n, questions)."""
    effects = case_effects(government.world)
    placed = locations(government)[:, FIRST_WAVE:][contacts.team, contacts.wave]
    placed = placed + effects["channel"][contacts.channel] + effects["age"][contacts.age]
    placed = placed + effects["language"][contacts.language] + effects["need"][contacts.need]
    week = in_crisis(contacts.wave, contacts.day) & crisis_agencies()[contacts.agency]
    placed[week] += crisis_effect(government.world)
    result: Array = placed
    return result


def survey_customers(
    government: Government, seed: int, scale: float
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Survey the customers of every agency in every wave.

    Parameters
    ----------
    government : Government
    seed : int
    scale : float
        Multiplies the number of answers.

    Returns
    -------
    (customers, funnel) : pair of DataFrame
    """
    tilt = government.world.response_tilt
    sizes = sample_sizes(seed, scale)
    asked = sizes * 2 if tilt else sizes
    agency = np.repeat(np.arange(len(AGENCIES)), asked.sum(axis=1))
    wave = np.concatenate([np.repeat(np.arange(len(WAVES)), row) for row in asked])
    contacts = _draw_contacts(government, seed, agency, wave)
    rng = stream(seed, "persons")
    first_agent, skill = agent_skills(government, seed)
    count = government.team_staff[contacts.team]
    agent = np.floor(rng.random(len(agency)) * count).astype(np.int64)
    persons = draw_persons(
        rng, len(agency), government.world, skill[first_agent[contacts.team] + agent]
    )
    answers = give_answers(place_customers(government, contacts), persons, government.world)
    answers[rng.random(answers.shape) < DO_NOT_KNOW] = np.nan
    frame = _customer_frame(contacts, agent, answers)
    if tilt:
        frame = frame[_accept(persons, agency, tilt, rng)]
    frame = frame.sort_values(["_agency", "_wave", "_day"], kind="stable", ignore_index=True)
    funnel = _count(government, seed, frame)
    return _finish(government, frame), funnel


def _customer_frame(contacts: Contacts, agent: Indices, answers: Array) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "_agency": contacts.agency,
            "_wave": contacts.wave,
            "_team": contacts.team,
            "_agent": agent,
            "_channel": contacts.channel,
            "_day": contacts.day,
            "_age": contacts.age,
            "_language": contacts.language,
            "_need": contacts.need,
            **dict(zip(QUESTIONS, answers.T, strict=True)),
        }
    )


def _count(government: Government, seed: int, frame: pd.DataFrame) -> pd.DataFrame:
    rng = stream(seed, "funnel")
    willing = rng.uniform(0.7, 1.3, len(AGENCIES))
    shape = (len(AGENCIES), len(WAVES))
    answered = np.bincount(frame["_agency"] * len(WAVES) + frame["_wave"], minlength=np.prod(shape))
    rate = answer_rates(government).sum(axis=(2, 3)) * willing[:, None]
    offered = np.rint(answered / rate.ravel() * rng.uniform(0.96, 1.04, len(answered)))
    return pd.DataFrame(
        {
            "agency": np.repeat([plan.name for plan in AGENCIES], len(WAVES)),
            "wave": np.tile(WAVES, len(AGENCIES)),
            "offered": np.maximum(offered, answered).astype(np.int64),
            "answered": answered.astype(np.int64),
        }
    )


def _finish(government: Government, frame: pd.DataFrame) -> pd.DataFrame:
    """Name the indices, weight the answers and put the columns in order."""
    agency, wave = frame["_agency"].to_numpy(), frame["_wave"].to_numpy()
    channel, age = frame["_channel"].to_numpy(), frame["_age"].to_numpy()
    team = frame["_team"].to_numpy()
    channels = government.channel_share[:, FIRST_WAVE:]
    ages = np.einsum("awc,acb->awb", channels, government.age_share)
    margins = (channels.reshape(-1, len(CHANNELS)), ages.reshape(-1, len(AGE_BANDS)))
    weight = rake(agency * len(WAVES) + wave, channel, age, margins)
    starts = np.array([quarter_start(name) for name in WAVES])
    labels = government.department_labels()[:, FIRST_WAVE:]
    agents = np.char.add("A", np.char.zfill((np.arange(_agents(government)) + 1).astype(str), 4))
    first = np.concatenate([[0], np.cumsum(government.team_staff)])
    number = np.arange(1, len(frame) + 1)
    names = np.array([plan.name for plan in AGENCIES], dtype=object)
    named = pd.DataFrame(
        {
            "respondent": np.char.add("C", np.char.zfill(number.astype(str), 7)),
            "agency": names[agency],
            "department": labels[team, wave],
            "team": np.array(government.team_name, dtype=object)[team],
            "agent": agents.astype(object)[first[team] + frame["_agent"].to_numpy()],
            "channel": np.array(CHANNELS, dtype=object)[channel],
            "wave": np.array(WAVES, dtype=object)[wave],
            "date": starts[wave] + frame["_day"].to_numpy().astype("timedelta64[D]"),
            "weight": weight,
            "age_band": np.array(AGE_BANDS, dtype=object)[age],
            "language": np.array(LANGUAGES, dtype=object)[frame["_language"]],
            "need": np.array(NEEDS, dtype=object)[frame["_need"]],
        }
    )
    return pd.concat([named, frame[list(QUESTIONS)].astype("float32")], axis=1)


def _agents(government: Government) -> int:
    return int(government.team_staff.sum())
