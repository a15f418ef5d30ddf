"""How long do rank ranges and rank sets take for many agencies?

CPU seconds and memory of one process: 1,000 made-up agencies, 10,000 draws. Beside them: the search
over all pairs that the confidence sets replace, timed on some agencies and scaled up. Run
`OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python benchmarks/speed_ranks.py`.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable

import numpy as np

from cxanalytics.numerics.ranks import rank_confidence_sets, summarize_ranks

SEED = 20_261_129
AGENCIES, DRAWS = 1_000, 10_000
TIMED_IN_FULL = 150


def _seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def main() -> None:
    """Time the three answers, and the peer."""
    rng = np.random.default_rng(SEED)
    true = rng.normal(0.70, 0.05, AGENCIES)
    variance = 0.21 / rng.integers(30, 2_000, AGENCIES)
    raw = true + rng.normal(size=AGENCIES) * np.sqrt(variance)
    marginal = _seconds(lambda: rank_confidence_sets(raw, variance, seed=1, n_draws=DRAWS))
    every = _seconds(
        lambda: rank_confidence_sets(raw, variance, seed=1, simultaneous=True, n_draws=DRAWS)
    )
    draws = true + 0.02 * rng.normal(size=(DRAWS, AGENCIES))
    posterior = _seconds(lambda: summarize_ranks(draws))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    few = slice(0, TIMED_IN_FULL)
    # a correlation too small to matter sends the same problem the long way
    joint = np.diag(variance[few]) + 1e-13 * (1 - np.eye(TIMED_IN_FULL))
    full = _seconds(lambda: rank_confidence_sets(raw[few], joint, seed=1, n_draws=DRAWS))
    scaled = full * (AGENCIES / TIMED_IN_FULL) ** 2
    print(f"{AGENCIES:,} agencies, {DRAWS:,} draws, CPU seconds")
    print(f"confidence sets, each agency for itself   {marginal:6.2f}")
    print(f"confidence sets, all agencies at once     {every:6.2f}")
    print(f"posterior ranges and who is ahead of whom {posterior:6.2f}")
    print(f"most memory of the three                  {memory:6.2f} GB")
    times = f"{scaled:6.1f} ({scaled / marginal:.0f} times)"
    print(f"all pairs, {TIMED_IN_FULL} agencies scaled up         {times}")


if __name__ == "__main__":
    main()
