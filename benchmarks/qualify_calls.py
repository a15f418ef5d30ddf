"""Are the benchmark's calls right as often as their certainty says?

A fixed grid with fixed seeds: 2,000 replications a cell by default. Answers are drawn from
binomials and share nothing with the estimating code. *side* are calls above or below the typical
peer, *same* calls of about the same; *stated* is their mean certainty, *right* the share that hold,
*error* the Monte Carlo error of the difference. True spreads are given as multiples of the smallest
difference that matters. Run `python benchmarks/qualify_calls.py [--replications N]`.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator

import numpy as np
import pandas as pd

from cxanalytics.numerics.peers import gaps_to_peers
from cxanalytics.numerics.shrinkage import shrink_normal, smooth_share_variance
from cxanalytics.rules import CALL_AT_LEAST, DIFFERENCE

SEED = 20_261_122
REPLICATIONS = 2_000
DRAWS = 1_000

AGENCIES = (10, 24, 100)
SIZES = (30, 100, 1000)
TIMES = (0.5, 1.0, 2.0, 4.0)
MEAN = 0.6


def calls_cell(
    agencies: int, size: int, spread: float, rng: np.random.Generator
) -> dict[str, float]:
    """One replication: calls, certainty stated and calls right, for sides and "about the same".

    The arithmetic of `benchmark_scores` without its tables, which would take most of the time.
    """
    truth = np.clip(rng.normal(MEAN, spread, agencies), 0.01, 0.99)
    n = rng.integers(size, 2 * size, agencies)
    raw = rng.binomial(n, truth) / n
    fit = shrink_normal(raw, smooth_share_variance(raw, n))
    theta = np.clip(fit.draws(DRAWS, seed=int(rng.integers(2**31))), 0.0, 1.0)
    stated_gap = gaps_to_peers(theta, np.ones(agencies, dtype=bool)).gap
    above = (stated_gap > DIFFERENCE).mean(axis=0)
    below = (stated_gap < -DIFFERENCE).mean(axis=0)
    gap = np.array([own - np.median(np.delete(truth, g)) for g, own in enumerate(truth)])
    kinds = {
        "side": [(above, gap > DIFFERENCE), (below, gap < -DIFFERENCE)],
        "same": [(1.0 - above - below, np.abs(gap) <= DIFFERENCE)],
    }
    out: dict[str, float] = {}
    for name, verdicts in kinds.items():
        calls = [(p[p >= CALL_AT_LEAST], right[p >= CALL_AT_LEAST]) for p, right in verdicts]
        out[name] = float(sum(len(p) for p, _ in calls))
        out[f"{name} stated"] = float(sum(p.sum() for p, _ in calls))
        out[f"{name} right"] = float(sum(right.sum() for _, right in calls))
    return out


def stated_and_right(frame: pd.DataFrame) -> dict[str, float]:
    """Stated certainty beside the share of right calls; the error is of their difference."""
    shown: dict[str, float] = {}
    for name in ("side", "same"):
        calls = frame[name].sum() or np.nan
        shown[f"{name} calls"] = round(frame[name].mean(), 2)
        stated, right = (frame[f"{name} {kind}"].sum() / calls for kind in ("stated", "right"))
        off = frame[f"{name} right"] - frame[f"{name} stated"] - (right - stated) * frame[name]
        shown |= {f"{name} stated": round(stated, 3), f"{name} right": round(right, 3)}
        shown[f"{name} error"] = round(np.sqrt(np.square(off).sum()) / calls, 4)
    return shown


def cells() -> Iterator[tuple[int, int, float]]:
    """Agencies, fewest answers and spread of every cell of the grid."""
    for agencies in AGENCIES:
        for size in SIZES:
            for times in TIMES:
                yield agencies, size, DIFFERENCE * times


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--replications", type=int, default=REPLICATIONS)
    options = parser.parse_args()
    start, lines, frames = time.process_time(), {}, []
    for place, (agencies, size, spread) in enumerate(cells()):
        frame = pd.DataFrame(
            calls_cell(agencies, size, spread, np.random.default_rng([SEED, place, number]))
            for number in range(options.replications)
        )
        frames.append(frame)
        name = f"{agencies} agencies, n {size}-{2 * size}, spread {spread:g}"
        lines[name] = stated_and_right(frame)
    lines["all cells"] = stated_and_right(pd.concat(frames))
    print(f"calls: {options.replications} replications a cell, seed {SEED}; calls per replication")
    print(pd.DataFrame(lines).T.to_string())
    print(f"{time.process_time() - start:.0f} s")


if __name__ == "__main__":
    main()
