"""Does the score wild bootstrap keep its size when clusters are few, and does it still see?

A fixed grid with fixed seeds: 2,000 replications a cell by default, Monte Carlo errors printed.
Clusters differ in size and level; the column under test varies between people and clusters, or is
the same for whole clusters (a third of them). Size is the share of tests at 5% that reject a true
null; beside it stand those of ordinary cluster-robust errors with t on G - 1, and power at an
effect that the oracle, the normal test with the true standard error, finds four times in five. Run
`python benchmarks/qualify_score_bootstrap.py [--replications N]`.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
from scipy import stats

from cxanalytics.numerics.ordinal import fit_cumulative_link
from cxanalytics.numerics.score_bootstrap import score_bootstrap_test

SEED = 20_261_129
REPLICATIONS = 2_000
CLUSTERS = (8, 12, 20)
COLUMNS = ("people", "clusters")
LEVEL = 0.05
SIGNS = 999
ORACLE_SEES = 2.8
"""Standard errors at which a normal test at 5% rejects four times in five."""


def draw(
    clusters: int, column: str, effect: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw answers on five steps, the column under test first, and clusters."""
    code = np.repeat(np.arange(clusters), rng.integers(20, 120, clusters))
    if column == "clusters":
        treated = np.zeros(clusters)
        treated[rng.permutation(clusters)[: clusters // 3]] = 1.0
        x = treated[code]
    else:
        x = rng.normal(size=clusters)[code] + rng.normal(0.0, 0.5, len(code))
    z = rng.normal(size=len(code))
    latent = effect * x + 0.5 * z + rng.normal(0.0, 0.5, clusters)[code]
    answers = np.digitize(latent + rng.logistic(size=len(code)), [-1.0, 0.0, 1.0, 2.0])
    return answers, np.column_stack([x, z]), code


def cell(clusters: int, column: str, replications: int, rng: np.random.Generator) -> str:
    """Measure size and power."""
    started = time.perf_counter()
    estimates, null = [], np.zeros(2)
    for _ in range(replications):
        answers, design, code = draw(clusters, column, 0.0, rng)
        fit = fit_cumulative_link(answers, design, clusters=code)
        estimates.append(fit.coefficients[0])
        null += [_rejects(answers, design, code, rng), _ordinary(fit, clusters)]
    effect = ORACLE_SEES * float(np.std(estimates))
    seen = np.zeros(2)
    for _ in range(replications):
        answers, design, code = draw(clusters, column, effect, rng)
        fit = fit_cumulative_link(answers, design, clusters=code)
        seen += [_rejects(answers, design, code, rng), _ordinary(fit, clusters)]
    size, power = null / replications, seen / replications
    error = np.sqrt(LEVEL * (1 - LEVEL) / replications)
    return (
        f"{clusters:3d} clusters, column of {column:9s} size {size[0]:.3f} (error {error:.3f}), "
        f"ordinary {size[1]:.3f}; power {power[0]:.3f}, ordinary {power[1]:.3f}, oracle 0.800; "
        f"{time.perf_counter() - started:.0f} s"
    )


def _rejects(
    answers: np.ndarray, design: np.ndarray, code: np.ndarray, rng: np.random.Generator
) -> bool:
    seed = int(rng.integers(2**31))
    test = score_bootstrap_test(answers, design, column=0, clusters=code, patterns=SIGNS, seed=seed)
    return test.p_value <= LEVEL


def _ordinary(fit, clusters: int) -> bool:
    t = abs(fit.coefficients[0]) / fit.std_error[len(fit.thresholds)]
    return 2.0 * stats.t.sf(t, clusters - 1) <= LEVEL


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--replications", type=int, default=REPLICATIONS)
    options = parser.parse_args()
    for place, (column, clusters) in enumerate((c, g) for c in COLUMNS for g in CLUSTERS):
        rng = np.random.default_rng([SEED, place])
        print(cell(clusters, column, options.replications, rng), flush=True)


if __name__ == "__main__":
    main()
