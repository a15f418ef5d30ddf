"""Do ranges of spreads, parts and slopes of random-intercept models keep their promise?

A fixed grid with fixed seeds: 2,000 replications a cell by default, Monte Carlo errors printed;
failed fits count as misses. The simulating code draws answers from latent scores and shares nothing
with the estimating code. *One level*: coverage of the standard deviation, as it is and without the
adjustment, of a slope of people and of one of groups; how often groups are found to differ.
*Nested*: coverage of the parts of the variance and of the spreads in points. Run
`python benchmarks/qualify_random_intercept.py [--replications N] [--part one|nested]`.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
from scipy.special import expit

from cxanalytics.errors import ModelError
from cxanalytics.models.variance_parts import fit_variance_parts
from cxanalytics.numerics.random_intercept import fit_random_intercept
from cxanalytics.tables import Survey

SEED = 20_261_129
REPLICATIONS = 2_000
NOMINAL = 0.95
SLOPES = (0.3, 0.2)

LADDERS = {
    2: np.array([1.2]),
    5: np.array([-1.0, 0.0, 1.1, 2.4]),
    11: np.array([-2.6, -2.2, -1.8, -1.4, -1.0, -0.2, 0.2, 0.7, 1.4, 2.4]),
}

ONE_LEVEL = [
    (groups, each, sd, answers, "normal")
    for groups in (10, 24, 60)
    for each, sd, answers in ((40, 0.3, 11), (40, 0.6, 2), (200, 0.3, 11))
] + [
    (10, 40, 0.0, 5, "normal"),
    (24, 40, 0.0, 5, "normal"),
    (400, 6, 0.6, 5, "normal"),
    (400, 4, 0.8, 2, "normal"),
    (24, 100, 0.4, 11, "skewed"),
    (60, 100, 0.4, 11, "skewed"),
]

NESTED = [
    ((12, 4, 6), 12, (0.3, 0.2, 0.3)),
    ((24, 7, 12), 6, (0.15, 0.2, 0.25)),
    ((24, 7, 12), 6, (0.0, 0.2, 0.4)),
    ((40, 5, 4), 20, (0.4, 0.3, 0.3)),
]


def intercepts(shape: str, sd: float, size: int, rng: np.random.Generator) -> np.ndarray:
    """Draw intercepts with mean zero, normal or with a long lower tail."""
    if shape == "skewed":
        return sd * (2.0 - rng.standard_gamma(2.0, size)) / np.sqrt(2.0)
    return sd * rng.standard_normal(size)


def one_level_cell(
    groups: int, each: int, sd: float, answers: int, shape: str, rng: np.random.Generator
) -> dict[str, float]:
    """One replication with one level of groups."""
    group = np.repeat(np.arange(groups), each)
    own = rng.integers(1, 6, len(group)).astype(float)
    shared = rng.standard_normal(groups)[group]
    latent = SLOPES[0] * (own - 3.0) + SLOPES[1] * shared
    latent += intercepts(shape, sd, groups, rng)[group] + rng.logistic(size=len(group))
    answer = np.searchsorted(LADDERS[answers], latent)
    design = np.column_stack([own, shared])
    fit = fit_random_intercept(answer, design, group)
    plain = fit_random_intercept(answer, design, group, adjusted=False)
    error = fit.std_error[len(fit.thresholds) :][:2]
    near = np.abs(fit.coefficients - SLOPES) < 1.959964 * error
    return {
        "sd": float(fit.sd_low[0] <= sd <= fit.sd_high[0]),
        "too low": float(fit.sd_high[0] < sd),
        "unadjusted": float(plain.sd_low[0] <= sd <= plain.sd_high[0]),
        "slope": float(near[0]),
        "group slope": float(near[1]),
        "found": float(fit.p_value[0] < 0.05),
        "width": float(fit.sd_high[0] - fit.sd_low[0]),
        "estimate": float(fit.sd_adjusted[0]),
        "likeliest": float(fit.sd[0]),
    }


def nested_cell(
    sizes: tuple[int, int, int],
    each: int,
    sds: tuple[float, float, float],
    rng: np.random.Generator,
) -> dict[str, float]:
    """One replication with agencies, teams and agents."""
    places = np.meshgrid(*(np.arange(size) for size in sizes), indexing="ij")
    agency, team, agent = (place.ravel().repeat(each) for place in places)
    need = rng.integers(0, 3, len(agency))
    latent = 0.8 * (need == 1) + rng.logistic(size=len(agency))
    for depth, sd in enumerate(sds):
        draw = sd * rng.standard_normal(sizes[: depth + 1])
        latent += draw[(agency, team, agent)[: depth + 1]]
    frame = pd.DataFrame(
        {
            "agency": np.char.add("A", agency.astype(str)),
            "team": np.char.add("T", team.astype(str)),
            "agent": [f"{a}.{t}.{p}" for a, t, p in zip(agency, team, agent, strict=True)],
            "need": np.array(["a", "b", "c"], dtype=object)[need],
            "answer": np.searchsorted(LADDERS[11], latent).astype(float),
        }
    )
    survey = Survey.from_frame(
        frame,
        agency="agency",
        unit="team",
        psu="agent",
        outcome="answer",
        scale="nps_0_10",
        case_mix=["need"],
    )
    found = fit_variance_parts(survey).frame.set_index("key")
    part, points = nested_truth(sds)
    inside: dict[str, float] = {}
    for depth, key in enumerate(("agency", "unit", "psu")):
        low, high = found.loc[key, ["conf_low", "conf_high"]]
        inside[key] = float(low <= part[depth] <= high)
        low, high = found.loc[key, ["points_low", "points_high"]]
        inside[f"{key} points"] = float(low <= points[depth] <= high)
    inside["case mix"] = float(
        found.loc["case_mix", "conf_low"] <= part[3] <= found.loc["case_mix", "conf_high"]
    )
    return inside


def nested_truth(sds: tuple[float, float, float]) -> tuple[np.ndarray, np.ndarray]:
    """Compute true parts, and true spreads in points by brute force."""
    variances = np.array([*np.square(sds), 0.64 * 2.0 / 9.0])
    part = variances / (variances.sum() + np.pi**2 / 3.0)
    rng = np.random.default_rng(SEED)
    noise = rng.standard_normal(4000)
    points = []
    for sd in sds:
        rest = np.sqrt(sum(np.square(sds)) - sd**2)
        base = np.array([0.8, 0.0])[:, None] + rest * noise - LADDERS[11][8]
        shares = [
            np.array([1.0, 2.0]) / 3.0 @ expit(base + sd * draw).mean(axis=1)
            for draw in np.linspace(-4.0, 4.0, 161)
        ]
        weight = np.exp(-0.5 * np.linspace(-4.0, 4.0, 161) ** 2)
        mean = np.average(shares, weights=weight)
        points.append(np.sqrt(np.average((shares - mean) ** 2, weights=weight)))
    return part, np.array(points)


def cells(part: str) -> Iterator[tuple[str, Callable[[np.random.Generator], dict[str, float]]]]:
    """Name and replicate of every cell of the grid."""
    if part == "one":
        for cell in ONE_LEVEL:
            groups, each, sd, answers, shape = cell
            name = f"{groups} groups of {each}, sd {sd}, {answers} answers, {shape}"
            yield name, lambda rng, cell=cell: one_level_cell(*cell, rng)
    else:
        for cell in NESTED:
            sizes, each, sds = cell
            name = f"{sizes[0]} x {sizes[1]} x {sizes[2]} groups of {each}, sd {sds}"
            yield name, lambda rng, cell=cell: nested_cell(*cell, rng)


def run_cell(
    place: int, replicate: Callable[[np.random.Generator], dict[str, float]], replications: int
) -> tuple[pd.Series, pd.Series, int]:
    """Means, Monte Carlo errors and failures of one cell; a failed fit counts as a miss."""
    rows, failed = [], 0
    for number in range(replications):
        rng = np.random.default_rng([SEED, place, number])
        try:
            rows.append(replicate(rng))
        except ModelError:
            failed += 1
    frame = pd.DataFrame(rows)
    frame = pd.concat([frame, pd.DataFrame(0.0, index=range(failed), columns=frame.columns[:1])])
    return frame.mean(), frame.std() / np.sqrt(len(frame)), failed


def main() -> None:
    """Print one table per part."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--replications", type=int, default=REPLICATIONS)
    parser.add_argument("--part", choices=("one", "nested"), action="append")
    options = parser.parse_args()
    for part in options.part or ("one", "nested"):
        start, lines = time.perf_counter(), []
        for place, (name, replicate) in enumerate(cells(part)):
            mean, error, failed = run_cell(place, replicate, options.replications)
            headline = mean.index[0]
            lines.append(
                {"cell": name, **mean.round(3), "mc_error": round(error[headline], 3)}
                | {"failed": failed}
            )
            print(f"{name}: {mean.iloc[0]:.3f}", flush=True)
        table = pd.DataFrame(lines).set_index("cell")
        headline = table.columns[0]
        print(f"\n{part}: {options.replications} replications a cell, seed {SEED}")
        print(table.to_string())
        print(
            f"mean coverage {table[headline].mean():.4f}, lowest {table[headline].min():.4f} "
            f"({table[headline].idxmin()}), nominal {NOMINAL}; {time.perf_counter() - start:.0f} s"
        )


if __name__ == "__main__":
    main()
