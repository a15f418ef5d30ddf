"""Do ranges of differences and ratios hold the truth as often as they say?

Two parts on a fixed grid with fixed seeds. `agencies`: each agency against all others, at 8 to
200 agencies. `waves`: the change of an agency whose sampling units mostly serve in both waves, at
8 to 200 units. 2,000 replications a cell by default; with more than 8 agencies fewer, so that each
cell holds as many differences. Monte Carlo errors are over replications. Answers are drawn by
`drawn_answers`, which shares nothing with the package. Agencies are domains of one design without
strata. A failed fit is a miss; differences that are not shown are counted as refused. "false" is
the share with p under 0.05 where nothing differs, "power" the same where something does, beside
the power of the test that knows the true error. Run
`python benchmarks/qualify_differences.py [--replications N] [--part agencies|waves]`.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator

import numpy as np
import pandas as pd
from drawn_answers import (
    ICC,
    PER_UNIT,
    draw_answers,
    draw_weights,
    scatter,
    scatter_alike,
    weighing,
)

from cxanalytics.errors import ModelError
from cxanalytics.models import fit_score_differences
from cxanalytics.tables import Survey

SEED = 20_261_125
REPLICATIONS = 2_000
ROWS = 200_000
TARGET = (0.93, 0.97)
REAL = 0.05

NUMBERS = (8, 20, 40, 200)
SHARES = (0.05, 0.30, 0.65, 0.95)
RATING = np.array([0.02, 0.01, 0.01, 0.02, 0.03, 0.06, 0.07, 0.10, 0.18, 0.20, 0.30])
AGENCY_DESIGNS = ("plain", "weighted", "clustered", "both", "shared")
WAVE_DESIGNS = ("clustered", "both")
ANSWERS = (60, 240)
SHARED_ICC = 0.20
STAY = 0.80
PER_WAVE = 12


def agencies_apart(score: float | str, agencies: int) -> np.ndarray:
    """True shares of the answers of each agency (agencies, answers), spread around the score."""
    place = np.linspace(-0.3, 0.3, agencies)
    if isinstance(score, float):
        share = score + place * min(score, 1.0 - score)
        return np.column_stack([1.0 - share, share])
    tilted = RATING * np.exp(place[:, None] * np.linspace(-1.0, 1.0, len(RATING)))
    return tilted / tilted.sum(axis=1, keepdims=True)


def values(score: float | str) -> np.ndarray:
    """What each answer counts."""
    if isinstance(score, float):
        return np.array([0.0, 1.0])
    return np.repeat([-1.0, 0.0, 1.0], [7, 2, 2])


def draw_agencies(
    score: float | str, agencies: int, design: str, blocks: int, rng: np.random.Generator
) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Draw blocks of agencies; true differences from the rest, and ratios to it, by agency."""
    true = agencies_apart(score, agencies)
    how = weighing(true, weighted=design in ("weighted", "both"))
    sizes = np.exp(np.linspace(*np.log(ANSWERS), agencies)).round().astype(int)
    sizes = sizes[np.random.default_rng(SEED).permutation(agencies)]
    agency = np.tile(np.repeat(np.arange(agencies), sizes), blocks)
    block = np.repeat(np.arange(blocks), sizes.sum())
    frame = pd.DataFrame({"agency": agency.astype(str), "block": block.astype(str)})
    probability = how.drawn[agency]
    if design in ("clustered", "both"):
        units = -(-sizes // PER_UNIT)
        first = np.concatenate([[0], np.cumsum(units)[:-1]])
        within = np.concatenate([np.arange(size) // PER_UNIT for size in sizes])
        unit = np.tile(first[agency[: sizes.sum()]] + within, blocks) + block * units.sum()
        owner = np.tile(np.repeat(np.arange(agencies), units), blocks)
        probability = scatter(how.drawn[owner], ICC, rng)[unit]
        frame["unit"] = unit
    if design == "shared":
        units = int(sizes.sum()) // PER_UNIT
        unit = rng.integers(0, units, len(block)) + block * units
        place = rng.random(units * blocks)[unit]
        share = np.empty(len(block))
        for which in range(agencies):
            rows = agency == which
            share[rows] = scatter_alike(true[which, 1], place[rows], SHARED_ICC)
        probability = np.column_stack([1.0 - share, share])
        frame["unit"] = unit
    frame["answer"] = draw_answers(probability, rng)
    if design in ("weighted", "both"):
        frame["weight"] = draw_weights(frame["answer"].to_numpy(), how, rng)
    mass = sizes * (how.drawn * how.mean).sum(axis=1)
    level = true @ values(score)
    rest = (mass @ level - mass * level) / (mass.sum() - mass)
    return frame, level - rest, level / rest


def draw_waves(
    score: float | str,
    change: float,
    units: int,
    design: str,
    agencies: int,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Draw two waves of agencies alike; units that stay are as good in both waves."""
    parts = []
    place = rng.random((agencies, units))
    stays = rng.random((agencies, units)) < STAY
    mood = None
    for wave in (0, 1):
        n = rng.poisson(PER_WAVE, (agencies, units)).ravel()
        row = np.repeat(np.arange(agencies * units), n)
        name = np.arange(agencies * units)
        if wave:
            name = np.where(stays.ravel(), name, name + agencies * units)
        if isinstance(score, float):
            place = place if not wave else np.where(stays, place, rng.random(place.shape))
            share = score + wave * change
            how = weighing(np.array([1.0 - share, share]), weighted=design == "both")
            drawn = scatter_alike(how.drawn[1], place.ravel(), ICC)
            probability = np.column_stack([1.0 - drawn, drawn])
        else:
            how = weighing(RATING, weighted=design == "both")
            fresh = scatter(np.tile(how.drawn, (agencies * units, 1)), ICC, rng)
            mood = fresh if mood is None else np.where(stays.ravel()[:, None], mood, fresh)
            probability = mood
        part = pd.DataFrame({"agency": (row // units).astype(str), "unit": name[row]})
        part["answer"] = draw_answers(probability[row], rng)
        part["wave"] = f"wave {wave}"
        if design == "both":
            part["weight"] = draw_weights(part["answer"].to_numpy(), how, rng)
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def measure(score: float | str, frame: pd.DataFrame, **how: str) -> pd.DataFrame:
    """Fit the differences of one draw."""
    roles = {"psu": "unit", "weight": "weight", "period": "wave"}
    survey = Survey.from_frame(
        frame,
        agency="agency",
        outcome="answer",
        scale="yes_no" if isinstance(score, float) else "nps_0_10",
        case_mix=["block"] if "block" in frame else [],
        **{role: column for role, column in roles.items() if column in frame},
    )
    statistic = "positive" if isinstance(score, float) else "net"
    return fit_score_differences(survey, measure="answer", statistic=statistic, **how).frame


def judge(got: pd.DataFrame, true: np.ndarray, ratio: np.ndarray) -> pd.DataFrame:
    """Say of each difference whether its ranges hold the truth."""
    shown = got["suppressed_reason"].eq("").to_numpy()
    out = pd.DataFrame({"refused": ~shown, "true": true, "estimate": got["estimate"].to_numpy()})
    out["cover"] = ((got["conf_low"] <= true) & (got["conf_high"] >= true)).to_numpy(dtype=float)
    out["width"] = (got["conf_high"] - got["conf_low"]).to_numpy()
    out["real"] = got["p_value"].lt(REAL).to_numpy(dtype=float)
    if "ratio" in got:
        inside = (got["ratio_low"] <= ratio) & (got["ratio_high"] >= ratio)
        out["ratio"] = inside.where(got["ratio"].notna()).to_numpy(dtype=float)
        out.loc[~shown, "ratio"] = np.nan
    out.loc[~shown, ["cover", "width", "real"]] = np.nan
    return out


def agencies_cell(
    score: float | str, agencies: int, design: str, many: int, rng: np.random.Generator
) -> pd.DataFrame:
    """Replicate some blocks of agencies."""
    frame, true, ratio = draw_agencies(score, agencies, design, many, rng)
    got = measure(score, frame, by="block")
    place = got["side"].astype(int).to_numpy()
    out = judge(got, true[place], ratio[place])
    return out.assign(replication=got["group"].to_numpy())


def waves_cell(
    score: float | str, change: float, units: int, design: str, many: int, rng: np.random.Generator
) -> pd.DataFrame:
    """Replicate some agencies over two waves."""
    frame = draw_waves(score, change, units, design, many, rng)
    got = measure(score, frame, between="period", by="agency")
    base = score if isinstance(score, float) else 1.0
    out = judge(got, np.full(len(got), change), np.full(len(got), (base + change) / base))
    return out.assign(replication=got["key"].to_numpy())


def cells(part: str) -> Iterator[tuple[str, int, tuple[object, ...]]]:
    """Name, rows a replication and arguments of every cell."""
    for number in NUMBERS:
        for design in AGENCY_DESIGNS if part == "agencies" else WAVE_DESIGNS:
            for score in (*SHARES, "net"):
                name = score if isinstance(score, str) else f"share {score:.2f}"
                if part == "agencies":
                    if (design, score) != ("shared", "net"):
                        rows = number * sum(ANSWERS) // 2
                        yield f"{number:>3} {design:<9} {name}", rows, (score, number, design)
                    continue
                step = 0.0 if isinstance(score, str) else min(0.10, 0.5 * min(score, 1 - score))
                for change in dict.fromkeys((0.0, step if score != SHARES[-1] else -step)):
                    rows = 2 * number * PER_WAVE
                    title = f"{number:>3} {design:<9} {name} {change:+.3f}"
                    yield title, rows, (score, change, number, design)


def run_cell(part: str, place: int, rows: int, cell: tuple[object, ...], wanted: int) -> pd.Series:
    """One line of the table."""
    replicate = agencies_cell if part == "agencies" else waves_cell
    parts, done, failed = [], 0, 0
    step = max(2, ROWS // rows)
    while done < wanted:
        many = max(2, min(step, wanted - done))
        rng = np.random.default_rng([SEED, place, done])
        try:
            found = replicate(*cell, many, rng)
            parts.append(found.assign(replication=found["replication"].astype(str) + f" {done}"))
        except ModelError:
            failed += many
        done += many
    got = pd.concat(parts)
    if failed:
        lost = {"cover": 0.0, "ratio": 0.0, "refused": True}
        got = pd.concat([got, pd.DataFrame(lost, index=range(failed))])
    means = got.groupby("replication")[["cover"]].mean()
    still, moved = got["true"].abs() < 1e-9, got["true"].abs() >= 1e-9
    error = (got["estimate"] - got["true"]).groupby(got["true"]).transform("std")
    sure = (got["estimate"].abs() > 1.96 * error).where(got["estimate"].notna())
    return pd.Series(
        {
            "cover": got["cover"].mean(),
            "mc_error": float(means["cover"].std() / np.sqrt(len(means))),
            "ratio": got["ratio"].mean() if "ratio" in got else np.nan,
            "width": got["width"].mean(),
            "false": got.loc[still, "real"].mean(),
            "power": got.loc[moved, "real"].mean(),
            "oracle": sure[moved].mean(),
            "refused": got["refused"].mean(),
            "failed": failed,
        }
    )


def main() -> None:
    """Print one table per part."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--replications", type=int, default=REPLICATIONS)
    parser.add_argument("--part", choices=("agencies", "waves"), action="append")
    options = parser.parse_args()
    for part in options.part or ("agencies", "waves"):
        start, lines = time.perf_counter(), {}
        for place, (name, rows, cell) in enumerate(cells(part)):
            wanted = options.replications
            if part == "agencies":
                wanted = max(2, wanted * NUMBERS[0] // int(cell[1]))
            lines[name] = run_cell(part, place, rows, cell, wanted)
        table = pd.DataFrame(lines).T
        print(f"\n{part}: {options.replications} replications a cell, seed {SEED}")
        print(table.round(3).to_string())
        for what in ("cover", "ratio"):
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
