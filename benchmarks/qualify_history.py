"""Are signs of change, chances of reaching a target and the leaders' level as sure as they say?

Three parts on fixed seeds. `signs`: charts of steady shares; how many show a sign of change,
beside the chance that the chart states. `targets`: worlds of agencies whose true log odds drift
and wander; stated chances of reaching a target beside how often it was reached, and how often the
forecast's range holds the truth. "wander" worlds are of the model's own kind; "rise" worlds share
one large rise that then ends; "return" worlds swing back to a mean. `leaders`: how far the pooled
share of the leading group, and its stabilized level, lie from what these agencies truly reach.
`published` reads a folder of published yearly scores (CXANALYTICS_DATA): histories to one year,
forecasts three years on, beside what came. Run
`python benchmarks/qualify_history.py [--replications N] [--part NAME]`.
"""

from __future__ import annotations

import argparse
import os
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import expit, logit

from cxanalytics.benchmark import benchmark_achievable
from cxanalytics.numerics.forecast import forecast_paths
from cxanalytics.numerics.process_chart import (
    false_alarm_chance,
    laney_limits,
    one_side,
    outside,
)
from cxanalytics.tables import Estimates

SEED = 20_261_129
REPLICATIONS = 20
AGENCIES, YEARS, AHEAD, ANSWERS = 24, 10, 2, 400
TARGET = 0.68
BINS = (0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0)
RUN, BASELINE = 8, 12
CHARTS_A_REPLICATION = 50
SMALL_VARIANCE = 1e-4
PARTS = ("signs", "targets", "leaders", "published")


def signs(replications: int) -> pd.DataFrame:
    """Count signs on steady charts."""
    rows = []
    for points in (12, 18, 36):
        for answers in (40, 400):
            rng = np.random.default_rng([SEED, points, answers])
            marked = []
            for _ in range(CHARTS_A_REPLICATION * replications):
                n = rng.integers(answers // 2, 2 * answers, points).astype(float)
                share = rng.binomial(n.astype(int), 0.65) / n
                first = np.arange(points) < BASELINE
                limits = laney_limits(share, n, baseline=first)
                found = np.abs(outside(share, limits)) + np.abs(
                    one_side(share, limits.center, run=RUN)
                )
                marked.append(bool(found.any()))
            stated = false_alarm_chance(points, BASELINE, run=RUN)
            rows.append((points, answers, len(marked), np.mean(marked), stated))
    return pd.DataFrame(rows, columns=["points", "answers", "charts", "signs", "stated"])


def world(kind: str, rng: np.random.Generator) -> np.ndarray:
    """True log odds (agencies, years and the years ahead)."""
    years = YEARS + AHEAD
    start = 0.45 + 0.35 * rng.standard_normal((AGENCIES, 1))
    if kind == "return":
        level = np.zeros((AGENCIES, years))
        for year in range(1, years):
            level[:, year] = 0.6 * level[:, year - 1] + 0.16 * rng.standard_normal(AGENCIES)
        return start + level
    steps = 0.1 * rng.standard_normal((AGENCIES, years)) + 0.08 * rng.standard_normal(years)
    drift = 0.05 * rng.standard_normal((AGENCIES, 1)) * np.arange(years)
    if kind == "rise":
        steps[:, 3:YEARS] += 0.06
    return start + drift + steps.cumsum(axis=1) + 0.05 * rng.standard_normal((AGENCIES, years))


def targets(replications: int) -> pd.DataFrame:
    """Compare stated chances and ranges with what came, by kind of world."""
    rows = []
    for place, kind in enumerate(("wander", "rise", "return")):
        stated, came, inside = [], [], []
        for replication in range(replications):
            rng = np.random.default_rng([SEED, place, replication])
            true = world(kind, rng)
            share = rng.binomial(ANSWERS, expit(true[:, :YEARS])) / ANSWERS
            raised = (share * ANSWERS + 0.5) / (ANSWERS + 1.0)
            usual = raised.mean(axis=1, keepdims=True)
            variance = np.broadcast_to(1.0 / (ANSWERS * usual * (1.0 - usual)), raised.shape)
            got = forecast_paths(
                logit(raised), variance, np.arange(YEARS), ahead=AHEAD, draws=600, seed=replication
            )
            future = got.future[:, :, 0]
            low, high = np.quantile(future, [0.025, 0.975], axis=0)
            inside += list((true[:, -1] >= low) & (true[:, -1] <= high))
            stated += list((future >= logit(TARGET)).mean(axis=0))
            came += list(true[:, -1] >= logit(TARGET))
        rows.append(_reliability(kind, np.array(stated), np.array(came), np.array(inside)))
    return pd.DataFrame(rows)


def _reliability(
    kind: str, stated: np.ndarray, came: np.ndarray, inside: np.ndarray
) -> dict[str, object]:
    """Print the observed frequency for each range of stated chances."""
    out: dict[str, object] = {"world": kind, "n": len(stated), "coverage": inside.mean()}
    out |= {"stated": stated.mean(), "came": came.mean()}
    for low, high in pairwise(BINS):
        here = (stated >= low) & ((stated < high) | (high == 1.0))
        told = f"{came[here].mean():.2f} ({here.sum()})" if here.any() else ""
        out[f"{low:.1f}-{high:.1f}"] = told
    return out


def leaders(replications: int) -> pd.DataFrame:
    """Compare the leaders' level with what these agencies truly reach, in points."""
    rows = []
    for answers in (40, 150, 600):
        raw, level, inside = [], [], []
        for replication in range(5 * replications):
            rng = np.random.default_rng([SEED, answers, replication])
            true = np.clip(rng.normal(0.65, 0.05, AGENCIES), 0.05, 0.95)
            n = rng.integers(answers // 2, 2 * answers, AGENCIES).astype(float)
            share = rng.binomial(n.astype(int), true) / n
            error = np.sqrt(share * (1 - share) / n)
            frame = pd.DataFrame({"key": [f"A{g}" for g in range(AGENCIES)], "estimate": share})
            frame["std_error"], frame["n"], frame["n_eff"] = error, n, n
            frame["conf_low"], frame["conf_high"] = share - 2 * error, share + 2 * error
            scores = Estimates(frame, "share", facts={"statistic": "positive"})
            got = benchmark_achievable(scores, draws=1000, seed=replication)
            lead = [int(key[1:]) for key in got.frame.loc[got.frame["leading"], "key"]]
            reached = float(np.average(true[lead], weights=n[lead]))
            raw.append(100 * (float(got.facts["reached"]) - reached))
            level.append(100 * (float(got.facts["achievable"]) - reached))
            ends = (float(got.facts["achievable_low"]), float(got.facts["achievable_high"]))
            inside.append(ends[0] <= reached <= ends[1])
        rows.append((answers, len(raw), np.mean(raw), np.mean(level), np.mean(inside)))
    columns = ["answers", "worlds", "too high as answered", "too high stabilized", "coverage"]
    return pd.DataFrame(rows, columns=columns)


def published(replications: int) -> pd.DataFrame:
    """Forecast published yearly scores three years on, and count what came within the range."""
    from cxanalytics.sources import read_csps

    folder = os.environ.get("CXANALYTICS_DATA", "")
    if not folder:
        return pd.DataFrame()
    source = read_csps(Path(folder) / "csps")
    measure = source.measure("1.01.001.00")
    values = source.values(measure.name).unstack("period") / measure.high
    rows = []
    for end in range(2016, 2016 + min(replications, 6)):
        seen = values[[str(year) for year in range(2009, end + 1)]]
        later = values[str(end + 3)]
        kept = (seen.notna().sum(axis=1) >= 6) & seen[str(end)].notna() & later.notna()
        y = logit(seen.loc[kept].to_numpy(dtype=float))
        got = forecast_paths(
            y, np.full(y.shape, SMALL_VARIANCE), np.arange(y.shape[1]), ahead=3, draws=400, seed=1
        )
        future = expit(got.future[:, :, 0])
        true = later[kept].to_numpy(dtype=float)
        low, high = np.quantile(future, [0.025, 0.975], axis=0)
        inside = ((true >= low) & (true <= high)).mean()
        last = seen.loc[kept, str(end)].to_numpy(dtype=float)
        error = 100 * np.sqrt(np.square(future.mean(axis=0) - true).mean())
        naive = 100 * np.sqrt(np.square(last - true).mean())
        target = float(np.median(last)) + 0.03
        stated = (future >= target).mean()
        rows.append((end, len(y), inside, error, naive, stated, (true >= target).mean()))
    columns = ["to", "organizations", "coverage", "rmse", "rmse of no change", "stated", "came"]
    return pd.DataFrame(rows, columns=columns)


def main() -> None:
    """Run the parts that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--replications", type=int, default=REPLICATIONS)
    parser.add_argument("--part", choices=PARTS, action="append")
    options = parser.parse_args()
    run = {"signs": signs, "targets": targets, "leaders": leaders, "published": published}
    for part in options.part or PARTS:
        start = time.perf_counter()
        table = run[part](options.replications)
        print(f"\n{part}: {options.replications} replications, seed {SEED}")
        print(table.round(3).to_string(index=False))
        print(f"{time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
