"""Do the comparison of blocks and the cards of measures keep their promise?

Worlds of made-up contact centers with fixed seeds; the simulating code shares nothing with the
estimating code. Of the blocks: coverage of what they predict in unseen agencies (the truth is the
mean over replications), and how often one is called the leader. Of the cards: coverage of the
relations, how often anything is called shown where nothing is, signs of gaming where nobody games,
and coverage of the agreement with reward weights (its truth is that of a very large world). Run
`python benchmarks/qualify_kpis.py [--replications N]`.
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
import time
from pathlib import Path
from types import ModuleType

import numpy as np

import cxanalytics as cx

REPLICATIONS = 200
WEIGHTS = {"handle": 40.0, "resolved": 30.0, "back": 10.0, "hourly": 20.0}
EFFICIENCY = ["handle", "hourly"]
BLOCK_WORLDS = {
    "nothing": {},
    "effectiveness": {"quality_effect": 0.02},
    "both": {"quality_effect": 0.02, "pace_effect": 0.02},
}
CARD_WORLDS = {"nothing": {}, "both": {"quality_effect": 0.03, "pace_effect": 0.015}}
SIZES = (14, 24)
LARGE = 400


def load_worlds() -> ModuleType:
    """Load the worlds that the tests use."""
    path = Path(__file__).parents[1] / "tests" / "models" / "kpi_world.py"
    spec = importlib.util.spec_from_file_location("kpi_world", path)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["kpi_world"] = module
    spec.loader.exec_module(module)
    return module


def blocks_cell(worlds: ModuleType, agencies: int, effects: dict, replications: int) -> str:
    """Coverage of both parts and of the difference, and how often a block is said to lead."""
    found, low, high, led = [], [], [], []
    for seed in range(replications):
        world = worlds.make_world(seed, agencies=agencies, **effects)
        told = cx.fit_blocks(
            world.customers,
            world.operations,
            staff=world.staff,
            dimensions=worlds.DIMENSIONS,
            efficiency=EFFICIENCY,
            resamples=399,
        )
        found.append(told.frame["estimate"])
        low.append(told.frame["conf_low"])
        high.append(told.frame["conf_high"])
        led.append(str(told.facts["leader"]))
    truth = np.mean(found, axis=0)
    cover = ((np.array(low) <= truth) & (truth <= np.array(high))).mean(axis=0)
    leads = {name: float(np.mean([each == name for each in led])) for name in dict.fromkeys(led)}
    return f"truth {truth.round(3)} coverage {cover.round(3)} leader {leads}"


def cards_cell(worlds: ModuleType, agencies: int, effects: dict, replications: int) -> str:
    """Coverage of relations without truth and with it, and false calls over all cards."""
    options = {"resolution": "resolved", "repeats": "back", "reward_weights": WEIGHTS}
    large = worlds.make_world(10**6, agencies=LARGE, **effects)
    agreed = cx.fit_kpi_cards(large.customers, large.operations, resamples=2, **options)
    true_agreement = float(agreed.facts["rank_agreement"])
    slope, noise = float(effects.get("quality_effect", 0.0)), 0.65 * 0.35 / 900
    inside: dict[str, list[bool]] = {"lagged": [], "resolved": [], "agreement": []}
    shown, signs, refused = [], [], 0
    for seed in range(replications):
        world = worlds.make_world(seed, agencies=agencies, **effects)
        told = cx.fit_kpi_cards(world.customers, world.operations, resamples=399, **options)
        frame = told.frame.set_index("key")
        inside["lagged"] += list((frame["lagged_low"] <= 0) & (frame["lagged_high"] >= 0))
        row = frame.loc["resolved"]
        truth = slope * (row["swing"] ** 2 - noise) / 0.05 / row["swing"]
        inside["resolved"].append(row["validity_low"] <= truth <= row["validity_high"])
        low, high = float(told.facts["low"]), float(told.facts["high"])
        inside["agreement"].append(low <= true_agreement <= high)
        calls = frame[["shown", "lagged_shown", "increment_shown"]].ne(0) if not effects else None
        calls = frame[["lagged_shown"]].ne(0) if calls is None else calls
        shown.append(bool(calls.to_numpy().any()) or (not effects and frame["curved"].any()))
        signs.append(frame["gaming"].isin(["", "not testable"]).all())
        refused += int(frame["validity_low"].isna().sum())
    covered = {name: round(float(np.mean(each)), 3) for name, each in inside.items()}
    return (
        f"coverage {covered} any false call {np.mean(shown):.3f} any sign of gaming "
        f"{1 - np.mean(signs):.3f} refused {refused} agreement {true_agreement:.2f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replications", type=int, default=REPLICATIONS)
    replications = parser.parse_args().replications
    worlds = load_worlds()
    error = np.sqrt(0.95 * 0.05 / replications)
    print(f"{replications} replications a cell; Monte Carlo error of 95%: {100 * error:.1f} points")
    for agencies in SIZES:
        for name, effects in BLOCK_WORLDS.items():
            start = time.perf_counter()
            told = blocks_cell(worlds, agencies, effects, replications)
            print(f"blocks {agencies} {name}: {told} ({time.perf_counter() - start:.0f} s)")
        for name, effects in CARD_WORLDS.items():
            start = time.perf_counter()
            told = cards_cell(worlds, agencies, effects, replications)
            print(f"cards {agencies} {name}: {told} ({time.perf_counter() - start:.0f} s)")


if __name__ == "__main__":
    main()
