"""How do time and memory grow from 1e5 to 1e7 answers?

Each size runs in a process of its own: scores of 400 agencies, and the recommendation model with
eight drivers and an intercept per agency, on made-up 0 to 10 answers with weights. Prints a table;
run `python benchmarks/qualify_scale.py [--largest N]`.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time

import numpy as np

SIZES = (100_000, 1_000_000, 10_000_000)
AGENCIES, DRIVERS = 400, 8


def fit(rows: int) -> None:
    """Fit one size and print its line."""
    from cxanalytics.numerics.ordinal import fit_cumulative_link
    from cxanalytics.numerics.survey_design import domain_means, survey_design

    rng = np.random.default_rng(rows)
    mood = rng.normal(size=rows)
    design = np.empty((rows, DRIVERS), dtype=np.int8)
    for column in range(DRIVERS):
        design[:, column] = np.clip(np.round(3.5 + mood + rng.normal(size=rows)), 1, 5)
    agency = rng.integers(0, AGENCIES, rows)
    latent = 0.5 * design.sum(axis=1, dtype=float) + rng.logistic(size=rows) - 8.0
    answers = np.clip(np.round(latent), 0, 10).astype(np.int8)
    weights = rng.uniform(0.5, 2.0, rows)
    del mood, latent
    begun, cpu = time.perf_counter(), time.process_time()
    promoter = (answers >= 9).astype(float)
    domain_means(promoter, design=survey_design(rows), weights=weights, domains=agency)
    scored = time.perf_counter()
    fit_cumulative_link(answers, design, weights=weights, groups=agency, clusters=agency)
    ended = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(
        f"{rows:>12,} {scored - begun:>9.2f} {ended - scored:>9.2f} "
        f"{time.process_time() - cpu:>9.2f} {peak:>9.2f}",
        flush=True,
    )


def main() -> None:
    """Run every size in its own process, so that peaks of memory are its own."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--largest", type=int, default=SIZES[-1])
    parser.add_argument("--rows", type=int)
    chosen = parser.parse_args()
    if chosen.rows:
        fit(chosen.rows)
        return
    print(f"{'answers':>12} {'scores s':>9} {'model s':>9} {'CPU s':>9} {'peak GB':>9}", flush=True)
    for rows in SIZES:
        if rows <= chosen.largest:
            subprocess.run([sys.executable, __file__, "--rows", str(rows)], check=True)


if __name__ == "__main__":
    main()
