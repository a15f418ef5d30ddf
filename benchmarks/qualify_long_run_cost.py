"""Do the verdicts and ranges of long-run cost, and of the three legs, keep their promise?

A fixed grid with fixed seeds; Monte Carlo errors are printed. The worlds are drawn here and share
nothing with the estimating code. *Cost*: coverage of what comes later and of the months of
break-even, and how often the claim is called supported or contradicted: where nothing happens,
where cost answers in the same quarter alone, where service lasts and is measured with error, where
service answers to cost, where a load moves both, and where better service does save (few answers
pull what comes later towards zero). *Legs*: coverage of the interaction, and false verdicts. Run
`python benchmarks/qualify_long_run_cost.py [--replications N] [--part cost|legs]`.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from cxanalytics.claims.verdicts import CONTRADICTED, SUPPORTED
from cxanalytics.models.leg_relation import relate_legs
from cxanalytics.models.leg_scores import LEGS
from cxanalytics.models.long_run_cost import fit_long_run_cost
from cxanalytics.operations import Operations
from cxanalytics.rules import THRESHOLDS
from cxanalytics.tables import Panel, Survey

SEED = 20_261_130
REPLICATIONS = 500
UNITS, QUARTERS, BEFORE = 4, 10, 6
PEOPLE = 60
STEP = 0.1

WORLDS: dict[str, dict[str, float | tuple[float, ...]]] = {
    "nothing": {},
    "same quarter": {"lags": (-0.8,)},
    "lasting, with error": {"lags": (-0.8,), "last": 0.7},
    "service answers": {"answers": -0.8},
    "a load moves both": {"load": 0.05, "last": 0.0},
    "a saving": {"lags": (0.0, -0.4, -0.4)},
    "a saving, many answers": {"lags": (0.0, -0.4, -0.4), "people": 4_000},
    "paid back": {"lags": (0.8, -0.9, -0.6)},
}
AGENCIES = (8, 16, 40)


def draw_costs(
    agencies: int,
    rng: np.random.Generator,
    *,
    lags: tuple[float, ...] = (),
    last: float = 0.0,
    answers: float = 0.0,
    load: float = 0.0,
    people: int = PEOPLE,
) -> tuple[Operations, Survey]:
    """Draw costs of units and answers of those served; effects act on contacts per case."""
    count, periods = UNITS * agencies, QUARTERS + BEFORE
    fresh = rng.normal(0.0, 0.07, (count, periods))
    busy = rng.normal(0.0, 1.0, (count, periods))
    moved, log_contacts = np.zeros((2, count, periods))
    level = rng.normal(0.0, 0.06, count)
    shared = np.repeat(rng.normal(0.0, 0.015, (agencies, periods)), UNITS, axis=0)
    for t in range(periods):
        if t:
            fresh[:, t] = last * fresh[:, t - 1] + np.sqrt(1.0 - last**2) * fresh[:, t]
            busy[:, t] = 0.6 * busy[:, t - 1] + 0.8 * busy[:, t]
            fresh[:, t] += answers * log_contacts[:, t - 1]
        moved[:, t] = level + fresh[:, t] - load * busy[:, t]
        told = sum(b * moved[:, t - k] for k, b in enumerate(lags) if t >= k)
        log_contacts[:, t] = told + load * busy[:, t] + shared[:, t] + rng.normal(0, 0.04, count)
    service = np.clip(0.6 + moved[:, BEFORE:], 0.05, 0.95)
    resolved = rng.uniform(500.0, 3000.0, (count, QUARTERS))
    handled = 1.5 * resolved * np.exp(log_contacts[:, BEFORE:])
    dollars = handled * np.exp(rng.normal(2.0, 0.2, count)[:, None])
    dollars *= np.exp(rng.normal(0.0, 0.02, dollars.shape))
    unit, when = (part.ravel() for part in np.indices(handled.shape))
    frame = pd.DataFrame(
        {
            "agency": np.char.add("A", (unit // UNITS).astype(str)),
            "unit": np.char.add("T", (unit % UNITS).astype(str)),
            "period": [f"{2020 + t // 4}-Q{t % 4 + 1}" for t in when],
            "cost": dollars.ravel(),
            "handled": handled.ravel(),
            "resolved": resolved.ravel(),
        }
    )
    good = rng.binomial(people, service.ravel()).astype(float)
    cells = [
        frame[["agency", "unit", "period"]].assign(answer=value, count=number)
        for value, number in ((5.0, good), (1.0, people - good))
    ]
    survey = Survey.from_frame(
        pd.concat(cells),
        agency="agency",
        unit="unit",
        period="period",
        outcome="answer",
        scale="likert_1_5",
        count="count",
    )
    return Operations(frame), survey


def cost_cell(agencies: int, world: str, seed: int) -> dict[str, float]:
    """One replication of one world."""
    rng = np.random.default_rng([SEED, agencies, list(WORLDS).index(world), seed])
    operations, survey = draw_costs(agencies, rng, **WORLDS[world])  # type: ignore[arg-type]
    got = fit_long_run_cost(operations, service=survey, resamples=199, seed=seed)
    row = got.row("later")
    lags = WORLDS[world].get("lags", ())
    truth = np.expm1(STEP * sum(lags[1:]))  # type: ignore[index]
    facts = got.facts
    high = np.inf if np.isnan(facts["break_even_high"]) else facts["break_even_high"]
    low = np.inf if np.isnan(facts["break_even_low"]) else facts["break_even_low"]
    months = _paid_back(lags)
    told = world == "paid back" and facts["verdict"] == SUPPORTED
    return {
        "later": float(row["conf_low"] <= truth <= row["conf_high"]),
        "supported": float(facts["verdict"] == SUPPORTED),
        "contradicted": float(facts["verdict"] == CONTRADICTED),
        "placebo clear": float(
            got.row("lead1")["conf_low"] > 0 or got.row("lead1")["conf_high"] < 0
        ),
        "break-even": float(low <= months <= high) if told else np.nan,
    }


def _paid_back(lags: object) -> float:
    """Find the months of break-even of known lags by walking along the path."""
    steps = np.cumsum([*lags, *([0.0] * 4)])  # type: ignore[misc]
    net = 0.0
    for quarter, step in enumerate(steps):
        if net > 0 >= net + step:
            return 3.0 * (quarter + net / -step)
        net += step
    return float("nan")


def legs_cell(agencies: int, product: float, seed: int) -> dict[str, float]:
    """One replication of legs that do nothing alone."""
    rng = np.random.default_rng([SEED, agencies, seed])
    count = UNITS * agencies
    agency = np.repeat(np.arange(agencies), UNITS)
    legs = 0.55 + rng.normal(0, 0.08, agencies)[agency, None] + rng.normal(0, 0.12, (count, 3))
    scores = pd.DataFrame(legs, columns=list(LEGS))
    scores[["agency", "unit", "period", "n"]] = "", "", "1", 50.0
    scores["agency"] = [f"A{place}" for place in agency]
    scores["unit"] = [f"T{place}" for place in range(count)]
    scores[[f"{leg}_se" for leg in LEGS]] = 0.01
    level = rng.normal(0, 0.02, agencies)[agency] + rng.normal(0, 0.03, count)
    told = product * (legs[:, 1] - 0.55) * (legs[:, 2] - 0.55)
    table = scores[["agency", "unit", "period"]].assign(performance=0.5 + told + level, morale=0.5)
    panel = Panel.from_frame(
        table,
        agency="agency",
        unit="unit",
        period="period",
        morale="morale",
        performance="performance",
    )
    got = relate_legs(scores, panel, level=0.95, thresholds=THRESHOLDS)
    row = got.rows.set_index("key").loc["interaction"]
    apart = float(np.diff(np.quantile(legs[:, 2], [0.25, 0.75]))[0])
    given = bool(np.isfinite(row["conf_low"]))
    truth = STEP * product * apart
    covered = float(row["conf_low"] <= truth <= row["conf_high"]) if given else np.nan
    return {
        "interaction": covered,
        "refused": float(not given),
        "found": float(row["conf_low"] > 0),
        "wrong verdict": float(got.verdict in (SUPPORTED, CONTRADICTED)),
    }


def report(name: str, replications: int, cell: Callable[[int], dict[str, float]]) -> None:
    """Print the means of a cell, with their Monte Carlo errors."""
    started = time.process_time()
    table = pd.DataFrame([cell(seed) for seed in range(replications)])
    mean, known = table.mean(), table.notna().sum()
    error = np.sqrt(mean * (1.0 - mean) / known.clip(lower=1))
    told = "  ".join(
        f"{column} {100 * mean[column]:.1f} ± {100 * error[column]:.1f}"
        for column in table
        if known[column]
    )
    print(f"{name}: {told}  ({time.process_time() - started:.0f} s)", flush=True)


def main() -> None:
    """Run the grid."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replications", type=int, default=REPLICATIONS)
    parser.add_argument("--part", choices=("cost", "legs"))
    asked = parser.parse_args()
    for world in WORLDS if asked.part != "legs" else ():
        for agencies in AGENCIES:
            report(
                f"cost, {world}, {agencies} agencies",
                asked.replications,
                lambda seed, a=agencies, w=world: cost_cell(a, w, seed),  # type: ignore[misc]
            )
    for product in (0.0, 1.0) if asked.part != "cost" else ():
        for agencies in AGENCIES:
            report(
                f"legs, product {product:g}, {agencies} agencies",
                asked.replications,
                lambda seed, a=agencies, p=product: legs_cell(a, p, seed),  # type: ignore[misc]
            )


if __name__ == "__main__":
    main()
