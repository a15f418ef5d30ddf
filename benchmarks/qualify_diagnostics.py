"""Do the diagnostics of the recommendation model keep their promise?

A fixed grid with fixed seeds; the code that draws shares nothing with the code that estimates.
Printed: coverage of the slope between agencies, its median beside that of the slope that leaves
the error in the means, and how often it is refused; coverage of the correlation of true shares and
of the calibration figures; how often another story is told when the two are one in truth, and when
the leading driver or the agencies differ. Run
`python benchmarks/qualify_diagnostics.py [--replications N] [--part slope]`, where the parts are
slope, correlation, calibration and story.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxanalytics.models.driver_levels import fit_driver_levels
from cxanalytics.models.other_outcomes import fit_other_outcomes
from cxanalytics.numerics.calibration import FIGURES, measure_calibration
from cxanalytics.numerics.true_relation import true_correlation
from cxanalytics.tables import Survey

SEED = 20_261_127
REPLICATIONS = 2_000
LARGE = 20_000
WITHIN, BETWEEN = 0.15, 0.40
SIZES = {"30 to 300": (30, 300), "80 to 1,400": (80, 1_400)}
Floats = NDArray[np.float64]


def chance(p: Floats) -> Floats:
    """Logistic function."""
    return 1.0 / (1.0 + np.exp(-p))


def sizes_of(rng: np.random.Generator, agencies: int, people: tuple[int, int]) -> Floats:
    """Draw numbers of people, even on a log scale."""
    return np.exp(rng.uniform(np.log(people[0]), np.log(people[1]), agencies)).astype(int)


def people_of(rng: np.random.Generator, agencies: int, people: tuple[int, int]) -> pd.DataFrame:
    """Draw people whose share moves by WITHIN inside an agency and by BETWEEN with its mean."""
    agency = np.repeat(np.arange(agencies), sizes_of(rng, agencies, people))
    mean = rng.normal(0.0, 0.15, agencies)
    own = rng.choice([-1.5, -0.5, 0.5, 1.5], len(agency), p=[0.15, 0.35, 0.35, 0.15])
    # A step up or down for a fraction of people moves the mean of an agency by a fraction.
    moved = rng.random(len(agency)) < np.abs(mean[agency])
    answer = np.clip(own + np.sign(mean[agency]) * moved, -1.5, 1.5)
    level = 0.6 + BETWEEN * mean + rng.normal(0.0, 0.03, agencies)
    p = np.clip(level[agency] + WITHIN * (answer - mean[agency]), 0.02, 0.98)
    positive = rng.random(len(agency)) < p
    return pd.DataFrame(
        {
            "agency": [f"A{code:03d}" for code in agency],
            "driver": answer + 2.5 + 0.0,
            "recommend": np.where(positive, 5.0, 2.0),
        }
    )


def slope_truth() -> float:
    """Slope of agencies of endless size: answers are cut at both ends, so means move less."""
    rng = np.random.default_rng(SEED)
    base = np.array([-1.5, -0.5, 0.5, 1.5])
    weight = np.array([0.15, 0.35, 0.35, 0.15])
    mean = rng.normal(0.0, 0.15, 200_000)
    up = np.clip(base + 1.0, -1.5, 1.5) @ weight
    reached = np.abs(mean) * up * np.sign(mean)
    share = 0.6 + BETWEEN * mean + WITHIN * (reached - mean)
    return float(np.polyfit(reached, share, 1)[0])


def slopes(replications: int) -> None:
    """Print coverage of the slope between agencies."""
    truth = slope_truth()
    print(f"\nslope between agencies, truth {truth:.3f}")
    for label, people in SIZES.items():
        for agencies in (12, 24, 44):
            rng = np.random.default_rng([SEED, agencies, people[0]])
            kept = refused = 0
            width, slope, plain = [], [], []
            for _ in range(replications):
                survey = Survey.from_frame(
                    people_of(rng, agencies, people),
                    agency="agency",
                    outcome="recommend",
                    scale="likert_1_5",
                    questions={"driver": "likert_1_4"},
                    drivers=["driver"],
                )
                row = fit_driver_levels(survey).row("driver/between")
                if not np.isfinite(row["estimate"]):
                    refused += 1
                    continue
                kept += row["conf_low"] <= truth <= row["conf_high"]
                width.append(row["conf_high"] - row["conf_low"])
                slope.append(row["estimate"])
                plain.append(row["uncorrected"])
            told = max(replications - refused, 1)
            print(
                f"{agencies} agencies of {label}: coverage {kept / told:.3f}, width "
                f"{np.median(width):.2f}, refused {refused / replications:.3f}; median slope "
                f"{np.median(slope):.3f}, uncorrected {np.median(plain):.3f}",
                flush=True,
            )


def correlations(replications: int) -> None:
    """Print coverage of the correlation of true shares."""
    print("\ncorrelation of true shares")
    one = 0.22 * np.array([[1.0, 0.5], [0.5, 1.0]])
    root = np.linalg.cholesky(one)
    for agencies in (12, 24, 44):
        for r in (0.95, 0.8, 0.3):
            rng = np.random.default_rng([SEED, agencies, int(100 * r)])
            kept, width = 0, []
            for _ in range(replications):
                n = sizes_of(rng, agencies, (80, 1_400))
                spread = 0.05**2 * np.array([[1.0, r], [r, 1.0]])
                true = rng.multivariate_normal([0.0, 0.0], spread, agencies)
                seen = true + rng.standard_normal((agencies, 2)) @ root.T / np.sqrt(n)[:, None]
                found = true_correlation(*seen.T, one / n[:, None, None], level=0.95)
                kept += found.low <= r <= found.high
                width.append(found.high - found.low)
            print(
                f"{agencies} agencies, correlation {r}: coverage {kept / replications:.3f}, width "
                f"{np.median(width):.2f}",
                flush=True,
            )


def predictions(rng: np.random.Generator, groups: int, each: int) -> tuple[Floats, ...]:
    """Draw predictions that are too extreme, and outcomes with a level per group."""
    code = np.repeat(np.arange(groups), each)
    x = rng.normal(0.5, 1.2, len(code))
    y = rng.random(len(code)) < chance(x + rng.normal(0.0, 0.3, groups)[code])
    return chance(1.3 * x), y.astype(float), code


def calibrations(replications: int) -> None:
    """Print coverage of the calibration figures."""

    def measured(rng: np.random.Generator, groups: int) -> object:
        p, y, code = predictions(rng, groups, 40)
        base, mass = np.full(len(p), y.mean()), np.ones(len(p))
        return measure_calibration(p, y, base=base, mass=mass, groups=code, level=0.95)

    truth = measured(np.random.default_rng(SEED), LARGE).estimate
    print("\ncalibration: " + ", ".join(FIGURES))
    for agencies in (10, 24, 44):
        rng = np.random.default_rng([SEED, agencies])
        kept = np.zeros(len(FIGURES))
        for _ in range(replications):
            found = measured(rng, agencies)
            kept += (found.low <= truth) & (truth <= found.high)
        shares = ", ".join(f"{share:.3f}" for share in kept / replications)
        print(f"{agencies} agencies: coverage {shares}", flush=True)


STORIES = {
    "one in truth": ((0.9, 0.4, 0.1), (0.9, 0.4, 0.1), 1.0),
    "another leading driver": ((0.9, 0.4, 0.1), (0.4, 0.9, 0.1), 1.0),
    "agencies turned around": ((0.9, 0.4, 0.1), (0.9, 0.4, 0.1), -1.0),
    "two drivers alike": ((0.6, 0.6, 0.1), (0.6, 0.6, 0.1), 1.0),
}


def stories(replications: int) -> None:
    """Print how often each story is told."""
    print("\nstories: same, another, unclear")
    names = ("one", "two", "three")
    for label, (own, other, turned) in STORIES.items():
        rng = np.random.default_rng([SEED, len(label)])
        told = dict.fromkeys(("same", "another", "unclear"), 0)
        for _ in range(replications):
            agency = np.repeat(np.arange(20), sizes_of(rng, 20, (80, 600)))
            frame = pd.DataFrame({"agency": [f"A{code:03d}" for code in agency]})
            for name in names:
                frame[name] = np.clip(np.round(3.3 + rng.normal(0, 1.1, len(agency))), 1, 5)
            x, level = frame[list(names)].to_numpy() - 3.3, rng.normal(0.0, 0.25, 20)
            for outcome, slope, sign in (("recommend", own, 1.0), ("trust", other, turned)):
                p = chance(0.4 + sign * level[agency] + x @ np.array(slope))
                frame[outcome] = np.where(rng.random(len(agency)) < p, 5.0, 2.0)
            survey = Survey.from_frame(
                frame,
                agency="agency",
                outcome="recommend",
                scale="likert_1_5",
                questions={"trust": "likert_1_5"},
                drivers=names,
            )
            got = fit_other_outcomes(survey, draws=1_000, seed=1)
            told[got.row("trust/(leader)")["story"]] += 1
        shares = ", ".join(f"{number / replications:.3f}" for number in told.values())
        print(f"{label}: {shares}", flush=True)


PARTS: dict[str, Callable[[int], None]] = {
    "slope": slopes,
    "correlation": correlations,
    "calibration": calibrations,
    "story": stories,
}


def main() -> None:
    """Print all parts, or one."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--replications", type=int, default=REPLICATIONS)
    parser.add_argument("--part", choices=list(PARTS), default="")
    given = parser.parse_args()
    started = time.perf_counter()
    for name, part in PARTS.items():
        if given.part in ("", name):
            part(given.replications)
    print(f"\n{time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main()
