"""Do ranges of adjusted scores, and of the two parts of a change, hold the truth as often as said?

Two parts on a fixed grid with fixed seeds. `adjusted`: agencies whose people differ in a trait of
three kinds, those with the hardest people doing worst. `change`: two waves in which the mix moves
and every group rises, sampling units serving in both. Answers are drawn by `drawn_answers`, which
shares nothing with the package; true adjusted scores come from the true shares of every kind of
people. "width" is the mean width over that of the true error, the scatter over replications. "bare"
is how often the range of the score as answered holds the true adjusted one. "false" is the share of
clear moves or mix parts where nothing moves, "power" the same where something does. Failed fits are
misses; what is not shown is counted as refused. Run
`python benchmarks/qualify_case_mix.py [--replications N] [--part adjusted|change]`.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator

import numpy as np
import pandas as pd
from drawn_answers import ICC, PER_UNIT, draw_answers, draw_weights, scatter_alike, weighing
from scipy.optimize import brentq
from scipy.special import expit

from cxanalytics.errors import ModelError
from cxanalytics.models import fit_case_mix, fit_mix_rate
from cxanalytics.tables import Survey

SEED = 20_261_129
REPLICATIONS = 2_000
TARGET = (0.93, 0.97)
Z = 1.96

DESIGNS = ("plain", "weighted", "clustered", "both")
AGENCIES = (10, 24)
ANSWERS = (60, 240)
TRAIT = np.array([0.0, -0.6, -1.2])
UNITS = (8, 20, 80)
PER_WAVE = 12
GROUPS = np.array([0.50, 0.65, 0.80])
MIX = np.array([[0.5, 0.3, 0.2], [0.3, 0.3, 0.4]])
RISE = 0.05


def mixes(agencies: int, *, alike: bool) -> np.ndarray:
    """Share of each kind of people in each agency (agencies, kinds)."""
    hard = np.full(agencies, 0.4) if alike else np.linspace(0.1, 0.7, agencies)
    return np.column_stack([1.0 - hard, 0.5 * hard, 0.5 * hard])


def true_adjusted(mass: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Observed over expected times overall, from masses and shares (agencies, kinds)."""
    overall = float((mass * share).sum() / mass.sum())

    def excess(level: float) -> float:
        return float((mass * expit(level + TRAIT)).sum() / mass.sum()) - overall

    level = brentq(excess, -9.0, 9.0)
    observed = (mass * share).sum(axis=1)
    return observed / (mass * expit(level + TRAIT)).sum(axis=1) * overall


def answer(
    share: np.ndarray, unit: np.ndarray, place: np.ndarray, design: str, rng: np.random.Generator
) -> pd.DataFrame:
    """Draw an answer and a weight for each row, given its true share (rows,)."""
    true = np.column_stack([1.0 - share, share])
    how = weighing(true, weighted=design in ("weighted", "both"))
    drawn = how.drawn
    if design in ("clustered", "both"):
        levels, at = np.unique(drawn[:, 1], return_inverse=True)
        moved = np.empty(len(share))
        for number, level in enumerate(levels):
            rows = at == number
            moved[rows] = scatter_alike(level, place[unit[rows]], ICC)
        drawn = np.column_stack([1.0 - moved, moved])
    given = draw_answers(drawn, rng)
    frame = pd.DataFrame({"yes": given.astype(float), "weight": 1.0})
    if design in ("weighted", "both"):
        frame["weight"] = draw_weights(given, how, rng)
    if design in ("clustered", "both"):
        frame["unit"] = unit
    return frame


def survey_of(frame: pd.DataFrame, **more: object) -> Survey:
    """Make a survey of drawn rows."""
    psu = "unit" if "unit" in frame else None
    return Survey.from_frame(
        frame, agency="agency", outcome="yes", scale="yes_no", weight="weight", psu=psu, **more
    )


def adjusted_once(
    agencies: int, answers: int, design: str, alike: bool, rng: np.random.Generator
) -> pd.DataFrame:
    """Draw one government and judge its adjusted scores."""
    share = expit(0.9 + np.linspace(0.4, -0.4, agencies)[:, None] + TRAIT)
    mix = mixes(agencies, alike=alike)
    agency = np.repeat(np.arange(agencies), answers)
    kind = (rng.random(len(agency))[:, None] > np.cumsum(mix, axis=1)[agency, :2]).sum(axis=1)
    per = answers // PER_UNIT
    unit = agency * per + rng.integers(0, per, len(agency))
    frame = answer(share[agency, kind], unit, rng.random(agencies * per), design, rng)
    frame = frame.assign(agency=agency.astype(str), kind=kind.astype(str))
    two = np.stack([1.0 - share, share], axis=-1)
    how = weighing(two, weighted=design in ("weighted", "both"))
    mass = mix * (how.drawn * how.mean).sum(axis=-1)
    true = true_adjusted(mass, share)
    bare = (mass * share).sum(axis=1) / mass.sum(axis=1)
    got = fit_case_mix(survey_of(frame, case_mix=["kind"])).frame
    at = got["key"].astype(int).to_numpy()
    known, move = true[at], (true - bare)[at]
    return pd.DataFrame(
        {
            "key": got["key"],
            "error": got["estimate"] - known,
            "span": got["conf_high"] - got["conf_low"],
            "cover": (got["conf_low"] <= known) & (known <= got["conf_high"]),
            "bare": (got["raw_low"] <= known) & (known <= got["raw_high"]),
            "second": (got["difference_low"] <= move) & (move <= got["difference_high"]),
            "moves": not alike,
            "clear": got["p_adjusted"] < 0.05,
            "refused": got["estimate"].isna(),
        }
    )


def change_once(units: int, design: str, alike: bool, rng: np.random.Generator) -> pd.DataFrame:
    """Draw two waves of ten agencies and judge the parts of their changes."""
    agencies, each = 10, units * PER_WAVE
    mix = MIX[[0, 0]] if alike else MIX
    place = rng.random(agencies * units)
    parts = []
    for wave in (0, 1):
        agency = np.repeat(np.arange(agencies), each)
        group = rng.choice(3, agencies * each, p=mix[wave])
        unit = agency * units + rng.integers(0, units, len(agency))
        drawn = answer(GROUPS[group] + RISE * wave, unit, place, design, rng)
        parts.append(
            drawn.assign(agency=agency.astype(str), group=group.astype(str), wave=f"{wave + 1}")
        )
    frame = pd.concat(parts, ignore_index=True)
    mass = []
    for wave in (0, 1):
        true = np.column_stack([1.0 - GROUPS - RISE * wave, GROUPS + RISE * wave])
        how = weighing(true, weighted=design in ("weighted", "both"))
        weight = mix[wave] * (how.drawn * how.mean).sum(axis=1)
        mass.append(weight / weight.sum())
    true = float((mass[1] - mass[0]) @ (GROUPS + RISE / 2))
    got = fit_mix_rate(survey_of(frame, period="wave", case_mix=["group"])).frame
    return pd.DataFrame(
        {
            "key": got["agency"],
            "error": got["estimate"] - true,
            "span": got["conf_high"] - got["conf_low"],
            "cover": (got["conf_low"] <= true) & (true <= got["conf_high"]),
            "bare": np.nan,
            "second": (got["rate_low"] <= RISE) & (got["rate_high"] >= RISE),
            "moves": abs(true) > 0.005,
            "clear": got["p_adjusted"] < 0.05,
            "refused": got["estimate"].isna(),
        }
    )


def cells(part: str) -> Iterator[tuple[str, tuple[object, ...]]]:
    """Name and arguments of every cell."""
    for design in DESIGNS:
        for alike in (False, True):
            label = "alike" if alike else "apart"
            if part == "change":
                for units in UNITS:
                    yield f"{units:>3} units {design:<9} {label}", (units, design, alike)
                continue
            for number in AGENCIES:
                for answers in ANSWERS:
                    name = f"{number:>3} agencies {answers:>3} {design:<9} {label}"
                    yield name, (number, answers, design, alike)


def run_cell(part: str, place: int, cell: tuple[object, ...], wanted: int) -> pd.Series:
    """One line of the table."""
    once = adjusted_once if part == "adjusted" else change_once
    found, failed = [], 0
    for number in range(wanted):
        rng = np.random.default_rng([SEED, place, number])
        try:
            found.append(once(*cell, rng).assign(replication=number))
        except ModelError:
            failed += 1
    got = pd.concat(found)
    shown = got[~got["refused"]]
    by = shown.groupby("replication")["cover"].mean()
    scatter = shown.groupby("key")["error"].std()
    sure = shown[~shown["moves"]], shown[shown["moves"]]
    kept = len(found) / wanted
    return pd.Series(
        {
            "cover": kept * shown["cover"].mean(),
            "second": kept * shown["second"].mean(),
            "mc_error": float(by.std() / np.sqrt(len(by))),
            "width": shown["span"].mean() / (2.0 * Z * scatter.mean()),
            "bare": shown["bare"].astype(float).mean(),
            "false": sure[0]["clear"].mean(),
            "power": sure[1]["clear"].mean(),
            "refused": got["refused"].mean(),
            "failed": failed,
        }
    )


def main() -> None:
    """Print one table per part."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--replications", type=int, default=REPLICATIONS)
    parser.add_argument("--part", choices=("adjusted", "change"), action="append")
    options = parser.parse_args()
    for part in options.part or ("adjusted", "change"):
        start = time.perf_counter()
        lines = {
            name: run_cell(part, place, cell, options.replications)
            for place, (name, cell) in enumerate(cells(part))
        }
        table = pd.DataFrame(lines).T
        print(f"\n{part}: {options.replications} replications a cell, seed {SEED}")
        print(table.round(3).to_string())
        for what in ("cover", "second"):
            known = table[what].dropna()
            outside = known[(known < TARGET[0]) | (known > TARGET[1])]
            print(
                f"{what}: mean {known.mean():.4f}, {known.min():.4f} ({known.idxmin()}) to "
                f"{known.max():.4f} ({known.idxmax()}); {len(outside)} of {len(known)} cells "
                f"outside {TARGET[0]} to {TARGET[1]}"
            )
        print(f"{time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
