"""How long do the shares of drivers take, ranges included?

CPU seconds of one process, made-up surveys with sampling weights, case mix and an intercept per
agency. Beside them: what the same resamples would cost if every subset were fitted again in each of
them (one round of fits, times the resamples). Run
`OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python benchmarks/speed_drivers.py [--large]`.
"""

from __future__ import annotations

import argparse
import resource
import time
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxanalytics.models.drivers import fit_drivers
from cxanalytics.tables import Survey

SEED = 20_261_125
RESAMPLES = 1_000


@dataclass(frozen=True, slots=True)
class Size:
    """One survey of the table."""

    name: str
    people: int
    drivers: int
    agencies: int
    scale: str
    answers: int


SMALL = (
    Size("as the simulated study", 14_000, 5, 24, "nps_0_10", 11),
    Size("as a federal survey", 100_000, 7, 45, "likert_1_5", 5),
)
LARGE = (
    Size("a million people", 1_000_000, 7, 45, "likert_1_5", 5),
    Size("as many agencies", 100_000, 7, 400, "likert_1_5", 5),
    Size("twelve drivers", 100_000, 12, 45, "likert_1_5", 5),
)


def survey(size: Size) -> Survey:
    """Make answers up."""
    rng = np.random.default_rng(SEED)
    agency = rng.integers(0, size.agencies, size.people)
    mood = rng.normal(0.0, 0.8, (size.people, 1))
    felt = 3.4 + mood + rng.normal(0.0, 0.9, (size.people, size.drivers))
    given = np.clip(np.round(felt), 1, 5)
    pull = np.linspace(0.6, 0.05, size.drivers)
    latent = given @ pull + rng.normal(0, 0.4, size.agencies)[agency] + rng.logistic(size=len(mood))
    cuts = np.quantile(latent, np.linspace(0.05, 0.65, size.answers - 1))
    names = [f"driver_{place}" for place in range(size.drivers)]
    frame = pd.DataFrame(given, columns=names)
    frame["recommend"] = np.searchsorted(cuts, latent) + float(size.scale != "nps_0_10")
    frame["agency"] = np.array([f"A{code:03d}" for code in range(size.agencies)])[agency]
    frame["age"] = np.array(["young", "middle", "old"])[rng.integers(0, 3, size.people)]
    frame["weight"] = rng.uniform(0.5, 2.0, size.people)
    return Survey.from_frame(
        frame,
        agency="agency",
        outcome="recommend",
        scale=size.scale,
        weight="weight",
        questions=dict.fromkeys(names, "likert_1_5"),
        drivers=names,
        case_mix=["age"],
    )


def seconds(data: Survey, *, resamples: int) -> float:
    """CPU seconds of one call."""
    started = time.process_time()
    fit_drivers(data, resamples=resamples, seed=SEED)
    return time.process_time() - started


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--large", action="store_true")
    large = parser.parse_args().large
    print(f"{'survey':26s}    people  drivers  agencies   CPU s    refitted")
    for size in (*SMALL, *LARGE) if large else SMALL:
        data = survey(size)
        whole, once = seconds(data, resamples=RESAMPLES), seconds(data, resamples=2)
        print(
            f"{size.name:26s}{size.people:10,d}{size.drivers:9d}{size.agencies:10d}{whole:8.1f}"
            f"{once * RESAMPLES:12,.0f}",
            flush=True,
        )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"peak memory {peak:.2f} GB")


if __name__ == "__main__":
    main()
