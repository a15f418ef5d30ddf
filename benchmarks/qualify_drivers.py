"""Do the ranges of driver shares keep their promise?

A fixed grid with fixed seeds. Answers come from latent experiences with a common mood, agencies and
sampling units that differ in level and in what matters to their people; the code that draws them
shares nothing with the code that estimates. The truth of a world is its shares in a very large
sample. Coverage is over drivers; `rank` over their places; a call says that a share is below the
largest one (the driver is not in the first tier). Run
`python benchmarks/qualify_drivers.py [--replications N] [--part units|agencies|people]`.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from cxanalytics.errors import ModelError
from cxanalytics.models.drivers import fit_drivers
from cxanalytics.rules import Thresholds
from cxanalytics.tables import Survey

SEED = 20_261_124
REPLICATIONS = 400
RESAMPLES = 1_000
LARGE = 400_000
MANY = 400

DRIVERS = ("one", "two", "three", "four", "five")
SLOPES = np.array([0.60, 0.45, 0.30, 0.15, 0.0])
CUTS = np.array([-4.4, -3.9, -3.4, -2.9, -2.4, -1.9, -1.2, -0.6, 0.3, 1.6])


@dataclass(frozen=True, slots=True)
class World:
    """How many people, in how many agencies and sampling units, and what is resampled."""

    part: str
    n: int
    agencies: int
    units: int
    cluster: str
    strength: float = 1.0
    mood: float = 0.8

    @property
    def name(self) -> str:
        """Words for the table."""
        drawn = {"agency": self.agencies, "psu": self.units, "respondent": self.n}[self.cluster]
        kind = "" if self.mood else ", unrelated"
        return f"n={self.n}, {drawn} x {self.cluster}, slopes x {self.strength:g}{kind}"


def worlds() -> Iterator[World]:
    """Give the grid."""
    for strength in (1.0, 0.4):
        for n in (300, 2000):
            for units in (12, 40):
                yield World("units", n, 4, units, "psu", strength)
            yield World("people", n, 4, 40, "respondent", strength)
        for n, agencies in ((300, 12), (2000, 12), (2000, 40)):
            yield World("agencies", n, agencies, agencies, "agency", strength)
    yield World("people", 2000, 4, 40, "respondent", 1.0, 0.0)


def answers(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Draw one survey."""
    unit = np.arange(world.n) * world.units // world.n
    agency = unit * world.agencies // world.units
    flat = world.cluster == "respondent"
    shift = rng.normal(0.0, 0.0 if flat else 0.25, (world.units, len(DRIVERS)))
    level = rng.normal(0.0, 0.0 if flat else 0.35, world.units)
    tilt = rng.normal(0.0, 0.0 if flat else 0.12, (world.units, len(DRIVERS)))
    standing = np.linspace(-0.5, 0.5, world.agencies)[agency]
    mood = rng.normal(0.0, world.mood, (world.n, 1))
    felt = mood + rng.normal(0.0, 0.9, (world.n, len(DRIVERS))) + shift[unit] + standing[:, None]
    given = np.clip(np.round(3.6 + felt), 1.0, 5.0)
    pull = world.strength * SLOPES + tilt[unit]
    latent = ((given - 3.6) * pull).sum(axis=1) + level[unit] - standing
    latent += rng.logistic(size=world.n)
    frame = pd.DataFrame(given, columns=list(DRIVERS))
    frame["recommend"] = np.searchsorted(CUTS, latent).astype(float)
    return frame.assign(agency=[f"A{code}" for code in agency], psu=unit)


def shares(world: World, frame: pd.DataFrame, *, resamples: int, seed: int) -> pd.DataFrame:
    """Estimate."""
    survey = Survey.from_frame(
        frame,
        agency="agency",
        psu=None if world.cluster == "respondent" else "psu",
        outcome="recommend",
        scale="nps_0_10",
        questions=dict.fromkeys(DRIVERS, "likert_1_5"),
        drivers=DRIVERS,
    )
    return fit_drivers(
        survey,
        cluster=world.cluster,
        resamples=resamples,
        seed=seed,
        thresholds=Thresholds(hide=5, rank=5),
    ).frame


def truth(world: World, rng: np.random.Generator) -> np.ndarray:
    """Shares in a very large sample: more people and units; agencies are those of the world."""
    many = world.cluster == "agency"
    agencies, units = (MANY, MANY) if many else (world.agencies, 10 * MANY)
    large = replace(world, n=LARGE, agencies=agencies, units=units)
    return shares(large, answers(large, rng), resamples=2, seed=1)["estimate"].to_numpy()


def replicate(world: World, true: np.ndarray, rng: np.random.Generator) -> dict[str, object]:
    """One survey: what is covered, and what is called."""
    frame = shares(world, answers(world, rng), resamples=RESAMPLES, seed=int(rng.integers(2**31)))
    place = (-true).argsort().argsort() + 1
    tier = frame["tier"].to_numpy()
    leader = int(frame["estimate"].argmax())
    behind = np.flatnonzero(tier > 1)
    return {
        "covered": frame["conf_low"].le(true).to_numpy() & frame["conf_high"].ge(true).to_numpy(),
        "below": frame["conf_high"].lt(true).to_numpy(),
        "rank": (frame["rank_low"].le(place) & frame["rank_high"].ge(place)).mean(),
        "width": (frame["conf_high"] - frame["conf_low"]).mean(),
        "bias": frame["estimate"].to_numpy() - true,
        "first": frame["p_first"].to_numpy(),
        "calls": len(behind),
        "wrong": int((true[behind] > true[leader]).sum()),
        "estimate": frame["estimate"].to_numpy(),
        "se": frame["std_error"].to_numpy(),
    }


def report(world: World, replications: int, rng: np.random.Generator) -> None:
    """Print one row of the table."""
    started = time.perf_counter()
    true = truth(world, rng)
    runs, refused = [], 0
    for _ in range(replications):
        try:
            runs.append(replicate(world, true, rng))
        except ModelError:
            refused += 1
    covered = np.array([run["covered"] for run in runs])
    below = np.array([run["below"] for run in runs])
    spread = np.array([run["estimate"] for run in runs]).std(axis=0)
    stated = np.array([run["se"] for run in runs]).mean(axis=0)
    calls = sum(int(run["calls"]) for run in runs)  # type: ignore[call-overload]
    wrong = sum(int(run["wrong"]) for run in runs)  # type: ignore[call-overload]
    error = np.sqrt(covered.mean() * (1 - covered.mean()) / max(len(runs), 1))
    print(
        f"{world.name:46s} coverage {covered.mean():.3f} (+-{error:.3f})  by driver "
        f"{np.round(covered.mean(axis=0), 3)}  range too low {np.round(below.mean(axis=0), 3)}\n"
        f"{'':46s} rank {np.mean([run['rank'] for run in runs]):.3f}  width "
        f"{np.mean([run['width'] for run in runs]):.3f}  stated/true error "
        f"{np.round(stated / spread, 2)}  truth {np.round(true, 3)}  bias "
        f"{np.round(np.mean([run['bias'] for run in runs], axis=0), 3)}\n"
        f"{'':46s} wrong calls {wrong} of {calls} ({4 * len(runs)} possible); refused {refused} of "
        f"{replications}; "
        f"{time.perf_counter() - started:.0f} s",
        flush=True,
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--replications", type=int, default=REPLICATIONS)
    parser.add_argument("--part", choices=("units", "agencies", "people"))
    chosen = parser.parse_args()
    for place, world in enumerate(worlds()):
        if chosen.part in (None, world.part):
            report(world, chosen.replications, np.random.default_rng([SEED, place]))


if __name__ == "__main__":
    main()
