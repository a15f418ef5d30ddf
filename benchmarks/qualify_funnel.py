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

from cxanalytics.numerics.funnel import (
    FALSE_DISCOVERY,
    OUTER,
    arcsine,
    discovery_rates,
    overdispersion,
    share_limits,
    tail_probabilities,
)

SEED = 20_261_131
REPLICATIONS = 2_000

AGENCIES = (12, 24, 40, 100)
SIZES = ((30, 80), (60, 900))
SPREADS = (0.0, 0.05)
MEAN = 0.70
PLANTED = -0.25
SPREAD_NODES = 201


def called(share: np.ndarray, n: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Agencies outside the limits, and those that the false discovery rule names.

    The arithmetic of `benchmark_funnel` without its tables, which would take most of the time.
    """
    target = float(n @ share / n.sum())
    spread = overdispersion(arcsine(share), 0.5 / np.sqrt(n), float(arcsine(target)))
    low, high = share_limits(target, n, level=OUTER, tau2=spread.tau2)
    p_value = tail_probabilities(share, n, target, tau2=spread.tau2_likely)
    return (share < low) | (share > high), discovery_rates(p_value) <= FALSE_DISCOVERY


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
    truth = np.clip(rng.normal(MEAN, spread, agencies), 0.0, 1.0)
    outside, discovered = called(rng.binomial(n, truth) / n, n)
    out = {
        "outside": float(outside.mean()),
        "discovered": float(discovered.mean()),
        "any": float(discovered.any()),
    }
    truth[0] = MEAN + PLANTED
    n[0] = sum(size) // 2
    share = rng.binomial(n, truth) / n
    outside, discovered = called(share, n)
    return out | {
        "found outside": float(outside[0]),
        "found discovered": float(discovered[0]),
        "oracle": float(oracle_outside(share[0], int(n[0]), spread)),
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
        f"{table['discovered'].max():.4f} by the false discovery rule, which names an ordinary "
        f"agency in at most {table['any'].max():.3f} of the funnels; "
        f"{time.process_time() - start:.0f} s"
    )


if __name__ == "__main__":
    main()
