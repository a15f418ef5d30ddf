"""How fast are random intercepts, from ten thousand answers to ten million?

Made-up 0 to 10 answers on eight five-point drivers, stored as int8. Each line runs in a process of
its own, on one BLAS thread: the fit with the exact curvature of the Laplace likelihood, then with
the profile interval and the test of the standard deviation as well. Where Rscript and the package
ordinal exist, `clmm` fits the smallest data too. Run
`python benchmarks/speed_random_intercept.py [--largest N]`.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

SIZES = ((10_000, 100), (100_000, 400), (1_000_000, 400), (10_000_000, 400))
DRIVERS, SD, CHUNK = 8, 0.18, 500_000
LADDER = np.array([-1.8, -1.5, -1.2, -0.9, -0.6, 0.0, 0.4, 0.9, 1.6, 2.6]) + 3.0

CLMM = """
suppressMessages(library(ordinal))
d <- read.csv(commandArgs(TRUE)[1])
d$y <- factor(d$y)
t <- system.time(f <- clmm(y ~ x1 + x2 + x3 + x4 + x5 + x6 + x7 + x8 + (1 | g), data = d))
cat(sprintf("%.2f %.2f %.4f %.5f\\n", t[3], t[1] + t[2], as.numeric(logLik(f)), f$ST[[1]][1]))
"""


def made(rows: int, groups: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw answers, design and groups, a chunk at a time."""
    rng = np.random.default_rng(rows)
    design = np.empty((rows, DRIVERS), dtype=np.int8)
    answers, group = np.empty(rows, dtype=np.int8), np.empty(rows, dtype=np.int16)
    effect = SD * rng.standard_normal(groups)
    slopes = 0.025 * np.arange(1, DRIVERS + 1)
    for begin in range(0, rows, CHUNK):
        part = slice(begin, min(begin + CHUNK, rows))
        number = part.stop - begin
        mood = rng.standard_normal(number)
        for column in range(DRIVERS):
            felt = 3.4 + 0.7 * mood + 0.8 * rng.standard_normal(number)
            design[part, column] = np.clip(np.rint(felt), 1, 5)
        group[part] = rng.integers(0, groups, number)
        latent = design[part] @ slopes + effect[group[part]] + rng.logistic(size=number)
        answers[part] = np.searchsorted(LADDER, latent)
    return answers, design, group


def peak() -> float:
    """Largest resident size so far, in GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def fit(rows: int, groups: int, quadrature: int | None) -> None:
    """Fit one size and print its line."""
    from cxanalytics.numerics.random_intercept import fit_random_intercept

    data, loaded = made(rows, groups), peak()
    line = f"{rows:>12,} {groups:>7} {'automatic' if quadrature is None else 'Laplace':>10}"
    for intervals in (False, True):
        wall, cpu = time.perf_counter(), time.process_time()
        found = fit_random_intercept(*data, quadrature=quadrature, intervals=intervals)
        line += f" {time.perf_counter() - wall:>8.2f} {time.process_time() - cpu:>8.2f}"
    line += f" {loaded:>9.2f} {peak():>8.2f} {found.log_likelihood:>16.4f} {found.sd[0]:>8.5f}"
    print(line, flush=True)


def clmm(rows: int, groups: int) -> None:
    """Let R fit the same data, where it can."""
    program = shutil.which("Rscript")
    if program is None:
        print("clmm: no Rscript here; measured elsewhere, 42 CPU seconds for 10,000 answers")
        return
    answers, design, group = made(rows, groups)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "data.csv"
        head = ",".join(["y", *(f"x{j + 1}" for j in range(DRIVERS)), "g"])
        table = np.column_stack([answers, design, group])
        np.savetxt(path, table, fmt="%d", delimiter=",", header=head, comments="")
        command = [program, "-e", CLMM, str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    print(f"clmm, {rows:,} rows (wall, CPU, logLik, sd): {done.stdout or done.stderr}")


def main() -> None:
    """Run every size in its own process, so that peaks of memory are its own."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--largest", type=int, default=SIZES[-1][0])
    parser.add_argument("--one", nargs=3, type=int, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.one:
        rows, groups, quadrature = chosen.one
        fit(rows, groups, quadrature or None)
        return
    print(
        f"{'answers':>12} {'groups':>7} {'likelihood':>10} {'fit s':>8} {'CPU s':>8} "
        f"{'+range s':>8} {'CPU s':>8} {'loaded GB':>9} {'peak GB':>8} {'log lik.':>16} {'sd':>8}",
        flush=True,
    )
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    for rows, groups in SIZES:
        for quadrature in (1, 0) if rows <= SIZES[0][0] else (1,):
            if rows <= chosen.largest:
                given = [str(rows), str(groups), str(quadrature)]
                command = [sys.executable, __file__, "--one", *given]
                subprocess.run(command, check=True, env=environment)
    clmm(*SIZES[0])


if __name__ == "__main__":
    main()
