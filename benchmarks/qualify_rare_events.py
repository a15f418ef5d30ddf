"""Do intervals of the bias-reduced logistic model cover where events are rare or separated?

A fixed grid with fixed seeds: 2,000 replications a cell by default, Monte Carlo errors printed. A
column that is 1 for one person in ten goes with a rare answer; people are single, or in clusters
that differ in level, with unequal weights. "separated" is the share of samples in which
ordinary logistic regression has no finite estimate; these count in full. Run
`python benchmarks/qualify_rare_events.py [--replications N]`.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
from scipy import stats
from scipy.special import expit

from cxanalytics.errors import ModelError
from cxanalytics.numerics.firth import firth_interval, fit_firth
from cxanalytics.numerics.separation import find_separation

SEED = 20_261_130
REPLICATIONS = 2_000
CELLS = ((100, 0.10, 0.0), (100, 0.10, 1.5), (200, 0.05, 1.0), (400, 0.05, 1.0), (400, 0.02, 1.5))
CLUSTERS = 40


def single(n: int, share: float, effect: float, rng: np.random.Generator) -> dict[str, float]:
    """One sample of single people: coverage of both intervals, and error of the estimate."""
    x = (rng.uniform(size=n) < 0.1).astype(float)
    other = rng.normal(size=n)
    yes = rng.uniform(size=n) < expit(np.log(share / (1 - share)) + effect * x + 0.5 * other)
    design = np.column_stack([x, other])
    fit = fit_firth(yes.astype(int), design)
    low, high = firth_interval(yes.astype(int), design, column=0)
    miss = fit.coefficients[0] - effect
    return {
        "separated": float(bool(find_separation(yes, design))),
        "profile": float(low <= effect <= high),
        "wald": float(abs(miss) <= 1.96 * fit.std_error[1]),
        "bias": miss,
        "width": high - low,
    }


def clustered(n: int, share: float, effect: float, rng: np.random.Generator) -> dict[str, float]:
    """One weighted sample in clusters: coverage of the sandwich with t on G - 1."""
    code = np.arange(n) % CLUSTERS
    # People of a cluster share one number, so that each is logistic and they are alike.
    common = rng.uniform(size=CLUSTERS)[code]
    noise = np.where(rng.uniform(size=n) < 0.15, common, rng.uniform(size=n))
    x = (rng.uniform(size=n) < 0.1).astype(float)
    yes = noise < expit(np.log(share / (1 - share)) + effect * x)
    fit = fit_firth(yes.astype(int), x[:, None], weights=rng.uniform(0.5, 2.0, n), clusters=code)
    reach = stats.t.ppf(0.975, fit.degrees_of_freedom)
    miss = fit.coefficients[0] - effect
    return {"sandwich": float(abs(miss) <= reach * fit.std_error[1]), "bias": miss}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--replications", type=int, default=REPLICATIONS)
    options = parser.parse_args()
    error = np.sqrt(0.95 * 0.05 / options.replications)
    print(f"Monte Carlo error of a coverage {error:.4f}")
    for place, (n, share, effect) in enumerate(CELLS):
        started = time.perf_counter()
        for kind, draw in (("single", single), ("clustered", clustered)):
            rng = np.random.default_rng([SEED, place, kind == "single"])
            runs, refused = [], 0
            for _ in range(options.replications):
                try:
                    runs.append(draw(n, share, effect, rng))
                except ModelError:
                    refused += 1
            means = {name: np.mean([run[name] for run in runs]) for name in runs[0]}
            told = ", ".join(f"{name} {value:.3f}" for name, value in means.items())
            print(
                f"n {n}, share {share:.2f}, effect {effect:.1f}, {kind}: {told}; refused "
                f"{refused / options.replications:.3f}; {time.perf_counter() - started:.0f} s",
                flush=True,
            )


if __name__ == "__main__":
    main()
