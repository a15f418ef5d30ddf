"""A small made-up study with groups that must stay hidden, and the truth about them.

One office has seven answers in the last wave, one had eight in the wave before. The first office
has a small desk and a small channel in the last wave, and two staff teams have seven members. The
answers of the small offices and teams are unlike all others, so that a figure of theirs cannot
turn up by chance.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd

OFFICES = tuple(
    f"{name} Office"
    for name in (
        "Alder",
        "Birch",
        "Cedar",
        "Dogwood",
        "Elm",
        "Fir",
        "Ginkgo",
        "Hazel",
        "Ironwood",
        "Juniper",
        "Katsura",
        "Larch",
        "Maple",
    )
)
SMALL = "Harbor Desk"
SMALL_BEFORE = "Island Desk"
WAVES = ("2026-Q2", "2026-Q3")
QUESTIONS = ("recommend", "easy", "helpful")
POSITIVE = {"recommend": (9.0, 10.0), "easy": (4.0, 5.0), "helpful": (4.0, 5.0)}
PLANTED = {(SMALL, "2026-Q3"): 7, (SMALL_BEFORE, "2026-Q2"): 8}
LARGE = OFFICES[0]
"""The office whose desks and channels are attacked: the first, so that a short run has its page."""
LARGE_SIZE = 240
SMALL_DESK, SMALL_CHANNEL = f"{LARGE}, desk 4", "kiosk"
SMALL_PARTS = {"department": (SMALL_DESK, 7), "channel": (SMALL_CHANNEL, 6)}
"""What is small in that office in the last wave, and how many answered there."""
COLUMN_OF = {"department": "desk", "channel": "channel"}
STUDY = """\
schema: 1
title: Offices of a made-up city
programme: City survey
publisher: City of Testing
contact: survey@example.org
nouns: {organization: office, organizations: offices, peer: city office}
survey:
  reader: table
  file: answers.csv
  columns: {agency: office, period: wave, department: desk, unit: team, channel: channel}
  questions:
    recommend: {scale: nps_0_10, label: Would recommend us, phrase: would recommend you}
    easy: {scale: likert_1_5, label: Easy to deal with, phrase: say you were easy to deal with}
    helpful: {scale: likert_1_5, label: Staff were helpful, phrase: say staff were helpful}
  outcome: recommend
  drivers: [easy, helpful]
  funnel: {file: response.csv, agency: office, period: wave, asked: asked, answered: answered}
staff:
  reader: table
  file: staff.csv
  columns: {agency: office, period: wave, unit: team}
  items: {morale: [valued, heard], pride: [proud, stay]}
scorecard: [recommend, easy, helpful]
"""
ITEMS = ("valued", "heard", "proud", "stay")
TEAM, SMALL_TEAM = 22, 7
TEAMS = tuple(f"{office}, team {number}" for office in OFFICES for number in (1, 2))
SMALL_TEAMS = ("Alder Office, team 1", "Birch Office, team 2")


@dataclass(frozen=True, slots=True)
class Planted:
    """Where a study lies, and every answer in it."""

    folder: Path
    answers: pd.DataFrame


def sizes(seed: int) -> dict[tuple[str, str], int]:
    """Give the number of answers of each office in each wave."""
    rng = np.random.default_rng(seed)
    found = {}
    for wave in WAVES:
        for office in OFFICES:
            found[office, wave] = int(rng.integers(70, 160))
        found[LARGE, wave] = LARGE_SIZE
        for office in (SMALL, SMALL_BEFORE):
            found[office, wave] = PLANTED.get((office, wave), 60)
    return found


def answers(seed: int, *, small_level: float) -> pd.DataFrame:
    """Draw the answers: one row a person."""
    rng = np.random.default_rng(seed)
    rows = []
    for (office, wave), n in sizes(seed).items():
        small = (office, wave) in PLANTED
        level = small_level if small else float(rng.normal(0.0, 0.4))
        for number in range(n):
            mood = level + rng.normal()
            easy, helpful = (
                float(np.clip(round(3.4 + mood + rng.normal(0.0, 0.7)), 1, 5)) for _ in range(2)
            )
            score = float(np.clip(round(6.5 + 2.0 * mood + rng.normal()), 0, 10))
            given = np.array([score, easy, helpful])
            given[1:][rng.random(2) < 0.03] = np.nan
            team = f"{office}, team {1 + number % 2}"
            rows.append((office, wave, *_parts(office, wave, number), team, *given))
    return pd.DataFrame(rows, columns=["office", "wave", "desk", "channel", "team", *QUESTIONS])


def _parts(office: str, wave: str, number: int) -> tuple[str, str]:
    """Give the desk and the channel of a person, by their number in the office."""
    desk = f"{office}, desk {1 + number % 3}"
    channel = ("phone", "web", SMALL_CHANNEL)[number // 3 % 3]
    if (office, wave) != (LARGE, WAVES[-1]):
        return desk, channel
    desks, kiosks = (people for _, people in SMALL_PARTS.values())
    if number < desks:
        desk = SMALL_DESK
    if channel == SMALL_CHANNEL and number >= 3 * kiosks:
        channel = ("phone", "web")[number % 2]
    return desk, channel


def parts_of_large(frame: pd.DataFrame, by: str) -> pd.DataFrame:
    """Count the answers of the parts of the large office in the last wave, and the positive ones.

    Parameters
    ----------
    frame : DataFrame
        From `answers`.
    by : str
        "desk" or "channel".

    Returns
    -------
    DataFrame
        `n positive`, by part.
    """
    here = frame.loc[(frame["office"] == LARGE) & (frame["wave"] == WAVES[-1])]
    positive = here["recommend"].isin(POSITIVE["recommend"])
    sums = here.assign(n=1.0, positive=positive.astype(float)).groupby(by)
    return sums[["n", "positive"]].sum()


def staff(seed: int, *, small_level: float, team_size: int = TEAM) -> pd.DataFrame:
    """Draw the answers of the staff: two teams an office, in both waves."""
    rng = np.random.default_rng(seed + 1)
    rows = []
    for office in OFFICES:
        for number, wave in product((1, 2), WAVES):
            team = f"{office}, team {number}"
            small = team in SMALL_TEAMS
            level = small_level if small else float(rng.normal(0.0, 0.4))
            mood = level + rng.normal(size=SMALL_TEAM if small else team_size)
            noise = rng.normal(0.0, 0.7, (len(mood), len(ITEMS)))
            given = np.clip(np.round(3.3 + mood[:, None] + noise), 1, 5)
            rows += [(office, wave, team, *map(float, person)) for person in given]
    return pd.DataFrame(rows, columns=["office", "wave", "team", *ITEMS])


def move_people(frame: pd.DataFrame, team: pd.DataFrame, people: int) -> None:
    """Let people of each small office and staff team count as people of the one that protects it.

    Parameters
    ----------
    frame, team : DataFrame
        From `answers` and `staff`; changed in place. No total over an office and its protector
        changes, or over the teams of an office.
    people : int
    """
    for wave, small, other in zip(WAVES, (SMALL_BEFORE, SMALL), (SMALL, SMALL_BEFORE), strict=True):
        rows = frame.index[(frame["office"] == small) & (frame["wave"] == wave)][:people]
        for column in ("office", "desk", "team"):
            frame.loc[rows, column] = frame.loc[rows, column].str.replace(small, other)
    for (name, _), part in team.groupby(["team", "wave"]):
        if name in SMALL_TEAMS:
            office, _, number = str(name).rpartition(" ")
            team.loc[part.index[:people], "team"] = f"{office} {3 - int(number)}"


def write_planted(
    folder: Path,
    *,
    seed: int = 5,
    names: str = "named",
    small_level: float = 6.0,
    team_size: int = TEAM,
    moved: int = 0,
) -> Planted:
    """Write study.yaml, the answers, those of the staff and the response counts into a folder."""
    frame = answers(seed, small_level=small_level)
    team = staff(seed, small_level=small_level, team_size=team_size)
    move_people(frame, team, moved)
    folder.mkdir(parents=True)
    study = f"{STUDY}peers: {{names: {names}}}\n"
    (folder / "study.yaml").write_text(study, encoding="utf-8")
    frame.to_csv(folder / "answers.csv", index=False, float_format="%g")
    team.to_csv(folder / "staff.csv", index=False, float_format="%g")
    with (folder / "response.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["office", "wave", "asked", "answered"])
        for (office, wave), n in frame.groupby(["office", "wave"]).size().items():
            out.writerow([office, wave, 3 * n + 1, n])
    return Planted(folder, frame)
