"""Do the ranges and confidence sets of ranks hold the true ranks?

A fixed grid with fixed seeds, Monte Carlo errors printed. Answers are drawn from binomials and
share nothing with the estimating code. *own* and *page* are shares of agencies whose set or range
holds the true rank; *together* is the share of replications in which all sets do. Where true
scores are tied, a set must hold every rank that the tie allows, and a range of the pages, which
knows no ties, one of them. *first top* is how often the observed first belongs to the true top
quarter. Run
`python benchmarks/qualify_ranks.py [--replications N]`.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
import pandas as pd

from cxanalytics.numerics.ranks import rank_confidence_sets, rank_draws, rank_ranges
from cxanalytics.numerics.shrinkage import shrink_normal, smooth_share_variance

SEED = 20_261_130
REPLICATIONS = 2_000
DRAWS = 1_000

AGENCIES = (10, 24, 100)
SIZES = (30, 100, 1000)
TRUTHS = ("spread", "tied")
SPREAD = 0.05


def true_scores(kind: str, agencies: int, rng: np.random.Generator) -> np.ndarray:
    """Draw true shares: scattered, or in three groups of equals."""
    if kind == "spread":
        return np.clip(rng.normal(0.6, SPREAD, agencies), 0.05, 0.95)
    return rng.choice([0.55, 0.60, 0.65], agencies)


def replicate(kind: str, agencies: int, n: int, rng: np.random.Generator) -> dict[str, float]:
    """One replication: which true ranks are held."""
    truth = true_scores(kind, agencies, rng)
    best = 1 + (truth[None, :] > truth[:, None]).sum(axis=1)
    worst = agencies - (truth[None, :] < truth[:, None]).sum(axis=1)
    share = rng.binomial(n, truth) / n
    variance = smooth_share_variance(share, np.full(agencies, float(n)))
    seed = int(rng.integers(2**31))
    out: dict[str, float] = {}
    for name, together in (("own", False), ("together", True)):
        low, high = rank_confidence_sets(
            share, variance, seed=seed, simultaneous=together, n_draws=DRAWS
        )
        held = (low <= best) & (high >= worst)
        out[name] = float(held.all() if together else held.mean())
        out[f"{name} width"] = float((high - low + 1).mean() / agencies)
    ranks = rank_draws(shrink_normal(share, variance).draws(DRAWS, seed=seed))
    counts = np.stack([np.bincount(column, minlength=agencies + 1)[1:] for column in ranks.T])
    low, high = rank_ranges(counts / DRAWS)
    out["page"] = float(((low <= worst) & (high >= best)).mean())
    out["page width"] = float((high - low + 1).mean() / agencies)
    out["first top"] = float(best[share.argmax()] <= agencies // 4)
    return out


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--replications", type=int, default=REPLICATIONS)
    options = parser.parse_args()
    start, lines = time.process_time(), []
    for kind in TRUTHS:
        for agencies in AGENCIES:
            for n in SIZES:
                place = (TRUTHS.index(kind), agencies, n)
                frame = pd.DataFrame(
                    replicate(kind, agencies, n, np.random.default_rng([SEED, *place, number]))
                    for number in range(options.replications)
                )
                error = frame["own"].std() / np.sqrt(len(frame))
                cell = {"cell": f"{kind}, {agencies} agencies, n {n}"}
                lines.append(cell | frame.mean().round(3).to_dict() | {"mc_error": round(error, 4)})
    table = pd.DataFrame(lines).set_index("cell")
    print(f"ranks: {options.replications} replications a cell, seed {SEED}")
    print(table.to_string())
    print(
        f"own lowest {table['own'].min():.3f}, together lowest {table['together'].min():.3f}; "
        f"{time.process_time() - start:.0f} s"
    )


if __name__ == "__main__":
    main()
