"""How often does the funnel call an ordinary agency unusual, and does it find an unusual one?

A fixed grid with fixed seeds, Monte Carlo errors printed. Answers are drawn from binomials around
true shares that scatter normally, and share nothing with the estimating code. *outside* and
*discovered* are the shares of ordinary agencies called by the 99.8% limits and by the false
discovery rule; *any* is how often that rule names somebody where nobody is unusual. With one agency
planted far from the others, *found* is how often each rule names it, and *oracle* the same for
limits that know the true mean and spread. Run
`python benchmarks/qualify_funnel.py [--replications N]`.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
import pandas as pd
from scipy.stats import binom, norm

from cxanalytics.benchmark import benchmark_funnel
from cxanalytics.tables import Estimates

SEED = 20_261_131
REPLICATIONS = 2_000

AGENCIES = (12, 24, 40, 100)
SIZES = ((30, 80), (60, 900))
SPREADS = (0.0, 0.05)
MEAN = 0.70
PLANTED = -0.25
SPREAD_NODES = 201


def wave(truth: np.ndarray, n: np.ndarray, rng: np.random.Generator) -> Estimates:
    """Draw one wave of answers and wrap it."""
    raw = rng.binomial(n, np.clip(truth, 0.0, 1.0)) / n
    frame = pd.DataFrame({"key": [f"{place:03d}" for place in range(len(n))], "estimate": raw})
    se = np.sqrt(raw * (1.0 - raw) / n)
    frame = frame.assign(std_error=se, conf_low=raw - 2 * se, conf_high=raw + 2 * se)
    frame = frame.assign(n=n.astype(float), n_eff=n.astype(float))
    return Estimates(frame, quantity="share", facts={"statistic": "positive"})


def oracle_outside(share: float, n: int, spread: float) -> bool:
    """Tell whether limits that know the truth call a share unusual at 99.8%."""
    z = np.linspace(-6.0, 6.0, SPREAD_NODES) if spread else np.zeros(1)
    weight = norm.pdf(z) / norm.pdf(z).sum()
    true = np.clip(MEAN + spread * z, 0.0, 1.0)
    count = round(share * n)
    tail = min(weight @ binom.cdf(count, n, true), weight @ binom.sf(count - 1, n, true))
    return bool(2.0 * tail < 0.002)


def replicate(
    agencies: int, size: tuple[int, int], spread: float, rng: np.random.Generator
) -> dict[str, float]:
    """One replication without, and one with an unusual agency."""
    n = rng.integers(*size, agencies)
    truth = rng.normal(MEAN, spread, agencies)
    points = benchmark_funnel(wave(truth, n, rng)).points
    out = {
        "outside": float(points["outside"].mean()),
        "discovered": float(points["discovered"].mean()),
        "any": float(points["discovered"].any()),
    }
    truth[0] = MEAN + PLANTED
    n[0] = sum(size) // 2
    points = benchmark_funnel(wave(truth, n, rng)).points
    first = points.iloc[0]
    return out | {
        "found outside": float(first["outside"]),
        "found discovered": float(first["discovered"]),
        "oracle": float(oracle_outside(first["share"], int(n[0]), spread)),
    }


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--replications", type=int, default=REPLICATIONS)
    options = parser.parse_args()
    start, lines = time.process_time(), []
    for place, (agencies, size, spread) in enumerate(
        (g, size, spread) for g in AGENCIES for size in SIZES for spread in SPREADS
    ):
        frame = pd.DataFrame(
            replicate(agencies, size, spread, np.random.default_rng([SEED, place, number]))
            for number in range(options.replications)
        )
        error = frame["outside"].std() / np.sqrt(len(frame))
        cell = {"cell": f"{agencies} agencies, n {size[0]}-{size[1]}, spread {spread}"}
        lines.append(cell | frame.mean().round(4).to_dict() | {"mc_error": round(error, 5)})
    table = pd.DataFrame(lines).set_index("cell")
    print(f"funnel: {options.replications} replications a cell, seed {SEED}")
    print(table.to_string())
    print(
        f"false signals at most {table['outside'].max():.4f} by the limits, "
        f"{table['discovered'].max():.4f} by the false discovery rule; "
        f"{time.process_time() - start:.0f} s"
    )


if __name__ == "__main__":
    main()
