"""Do intervals, ranks, verdicts and change of the benchmark keep their promise?

A fixed grid with fixed seeds: 2,000 replications a cell by default, Monte Carlo errors printed.
The simulating code draws answers from binomials and shares nothing with the estimating code.
Coverage is over agencies; "oracle" is the same interval given the true mean and spread. The part
`sizes` has agencies of one size, drawn from the model: *extreme* is the coverage of the observed
first and last, *ratio* the mean width over that with the spread known, and *plugged* the same for
ranges that take a REML estimate of the spread as known. Run `python
benchmarks/qualify_benchmark.py [--replications N] [--part scores|sizes|change|clusters]`.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
from scipy.stats import norm

from cxanalytics.benchmark import benchmark_scores, change_columns
from cxanalytics.errors import ModelError
from cxanalytics.numerics.cluster_robust import cluster_interval, fit_clustered
from cxanalytics.numerics.shrinkage import reml_tau2, shrink_normal, smooth_share_variance
from cxanalytics.rules import CALL_AT_LEAST, DIFFERENCE
from cxanalytics.tables import Estimates

SEED = 20_261_122
REPLICATIONS = 2_000
DRAWS = 2_000
NOMINAL = 0.95

AGENCIES = (9, 12, 24, 60)
SIZES = ((40, 80), (60, 900), (300, 3000))
SPREADS = (0.0, 0.02, 0.05)
CHANGES = (0.0, 0.015, 0.03, 0.06)
CLUSTERS = (6, 8, 12, 13, 20, 39, 40)
ONE_SIZE = (15, 30, 100, 1000)
CLASSES = (10, 24, 100)
WIDE = 0.10
WIDTH_EVERY = 10
PARTS = ("scores", "sizes", "change", "clusters")


def wave(share: np.ndarray, n: np.ndarray, rng: np.random.Generator) -> Estimates:
    """Draw one wave of answers and wrap it."""
    raw = rng.binomial(n, np.clip(share, 0.0, 1.0)) / n
    se = np.sqrt(raw * (1.0 - raw) / n)
    frame = pd.DataFrame(
        {
            "key": [f"{place:04d}" for place in range(len(n))],
            "estimate": raw,
            "std_error": se,
            "conf_low": raw - 1.96 * se,
            "conf_high": raw + 1.96 * se,
            "n": n.astype(float),
            "n_eff": n.astype(float),
        }
    )
    return Estimates(frame, quantity="share", facts={"statistic": "positive"})


def scores_cell(
    agencies: int, sizes: tuple[int, int], spread: float, rng: np.random.Generator
) -> dict[str, float]:
    """One replication: coverage of score, gap and rank; calls right, wrong and possible."""
    truth = rng.normal(0.6, spread, agencies)
    n = rng.integers(*sizes, agencies)
    table = wave(truth, n, rng)
    frame = benchmark_scores(table, draws=DRAWS, seed=int(rng.integers(2**31))).frame
    gap = np.array([own - np.median(np.delete(truth, g)) for g, own in enumerate(truth)])
    side = np.select([gap > DIFFERENCE, gap < -DIFFERENCE], ["above", "below"], "same")
    called = frame["certainty"].notna().to_numpy()
    right = frame["verdict"].to_numpy() == side
    rank = (-truth).argsort().argsort() + 1
    return {
        "score": np.mean(frame["conf_low"].lt(truth) & frame["conf_high"].gt(truth)),
        "gap": np.mean(frame["gap_low"].lt(gap) & frame["gap_high"].gt(gap)),
        "rank": np.mean(frame["rank_low"].le(rank) & frame["rank_high"].ge(rank)),
        "width": (frame["conf_high"] - frame["conf_low"]).mean(),
        "oracle width": _oracle_width(n, spread),
        "called": called.mean(),
        "oracle called": _oracle_called(table, n, spread),
        "wrong": (called & ~right).mean(),
        "stated wrong": (1.0 - frame["certainty"]).fillna(0.0).mean(),
    }


def _oracle_width(n: np.ndarray, spread: float) -> float:
    v = 0.24 / n
    return float(np.mean(2 * norm.ppf(0.975) * np.sqrt(v * spread**2 / (v + spread**2))))


def _oracle_called(table: Estimates, n: np.ndarray, spread: float) -> float:
    """Share called when mean, spread and the typical peer are known."""
    v = 0.24 / n
    keep = spread**2 / (v + spread**2)
    center = keep * (table.frame["estimate"].to_numpy() - 0.6)
    sd = np.sqrt(v * keep) + 1e-12
    above = norm.sf((DIFFERENCE - center) / sd)
    below = norm.cdf((-DIFFERENCE - center) / sd)
    best = np.max([above, below, 1.0 - above - below], axis=0)
    return float(np.mean(best >= CALL_AT_LEAST))


def size_cell(
    agencies: int, size: int, spread: float, rng: np.random.Generator
) -> dict[str, float]:
    """One replication: every agency has one number of answers, fewer than are shown included."""
    truth = np.clip(rng.normal(0.6, spread, agencies), 0.01, 0.99)
    n = np.full(agencies, float(size))
    raw = rng.binomial(size, truth) / size
    variance = smooth_share_variance(raw, n)
    fit = shrink_normal(raw, variance)
    below = fit.weight @ norm.cdf((truth - fit.node_mean) / fit.node_sd)
    inside = np.abs(below - 0.5) <= 0.5 * NOMINAL
    plugged, plugged_width = _normal_range(raw, variance, reml_tau2(raw, variance))
    width = known = np.nan
    if rng.integers(WIDTH_EVERY) == 0:
        width = float(np.mean(fit.quantile(0.975) - fit.quantile(0.025)))
        known = float(np.mean(_normal_range(raw, variance, spread**2)[1]))
    return {
        "score": inside.mean(),
        "extreme": inside[[raw.argmax(), raw.argmin()]].mean(),
        "width": width,
        "ratio": width / known,
        "plugged": np.mean(np.abs(truth - plugged) < 0.5 * plugged_width),
        "plugged ratio": np.mean(plugged_width) / known,
    }


def _normal_range(raw: np.ndarray, v: np.ndarray, tau2: float) -> tuple[np.ndarray, np.ndarray]:
    """Middles and widths of ranges for agencies of one size when the spread is known."""
    keep = tau2 / (tau2 + v)
    sd = np.sqrt(keep * v + (1.0 - keep) ** 2 * (tau2 + v) / len(raw))
    return raw.mean() + keep * (raw - raw.mean()), 2 * norm.ppf(0.975) * sd


def change_cell(
    agencies: int, sizes: tuple[int, int], change: float, rng: np.random.Generator
) -> dict[str, float]:
    """One replication: coverage of change, calls right and wrong."""
    first = rng.normal(0.6, 0.05, agencies)
    second = first + rng.normal(0.01, change, agencies)
    n = rng.integers(*sizes, agencies)
    before, now = wave(first, n, rng), wave(second, n, rng)
    frame, _, _ = change_columns(
        now,
        before,
        shown=now.frame["key"].tolist(),
        draws=DRAWS,
        seed=int(rng.integers(2**31)),
    )
    given = frame["change"].notna().to_numpy()
    truth = second - first
    rise = frame["p_rise"].ge(CALL_AT_LEAST).to_numpy()
    fall = frame["p_fall"].ge(CALL_AT_LEAST).to_numpy()
    wrong = (rise & (truth <= DIFFERENCE)) | (fall & (truth >= -DIFFERENCE))
    inside = (frame["change_low"].lt(truth) & frame["change_high"].gt(truth)).to_numpy()
    return {
        "change": inside[given].mean() if given.any() else np.nan,
        "width": (frame["change_high"] - frame["change_low"]).mean(),
        "refused": 1.0 - given.mean(),
        "called": (rise | fall)[given].mean() if given.any() else np.nan,
        "wrong": wrong[given].mean() if given.any() else np.nan,
    }


def clusters_cell(
    clusters: int, shape: str, effect: float, rng: np.random.Generator
) -> dict[str, float]:
    """One replication: coverage and refusal of the cluster-robust interval."""
    low, high = (4, 6) if shape == "even" else (2, 30)
    code = np.repeat(np.arange(clusters), rng.integers(low, high, clusters))
    x = rng.normal(size=clusters)[code] + rng.normal(size=len(code))
    y = effect * x + rng.normal(size=clusters)[code] + rng.normal(size=len(code))
    fit = fit_clustered(np.column_stack([np.ones(len(code)), x]), y, code)
    found = cluster_interval(fit, [0.0, 1.0])
    refused = found.method == "none"
    return {
        "slope": np.nan if refused else float(found.low <= effect <= found.high),
        "width": np.nan if refused or np.isinf(found.high - found.low) else found.high - found.low,
        "open": float(np.isinf(found.low) or np.isinf(found.high)),
        "refused": float(refused),
        "power": np.nan if refused else float(found.low > 0.0 or found.high < 0.0),
    }


def cells(part: str) -> Iterator[tuple[str, Callable[[np.random.Generator], dict[str, float]]]]:
    """Name and replicate of every cell of the grid."""
    if part == "scores":
        for g in AGENCIES:
            for size in SIZES:
                for spread in SPREADS:
                    name = f"{g} agencies, n {size[0]}-{size[1]}, spread {spread}"
                    yield name, lambda rng, a=(g, size, spread): scores_cell(*a, rng)
    elif part == "sizes":
        for g in CLASSES:
            for n in ONE_SIZE:
                name = f"{g} agencies, n {n}"
                yield name, lambda rng, a=(g, n, 0.05): size_cell(*a, rng)
        for g in CLASSES[:2]:
            for n in ONE_SIZE[:2]:
                name = f"{g} agencies, n {n}, spread {WIDE}"
                yield name, lambda rng, a=(g, n, WIDE): size_cell(*a, rng)
    elif part == "change":
        for g in AGENCIES[1:]:
            for size in SIZES[1:]:
                for change in CHANGES:
                    name = f"{g} agencies, n {size[0]}-{size[1]}, change {change}"
                    yield name, lambda rng, a=(g, size, change): change_cell(*a, rng)
    else:
        for g in CLUSTERS:
            for shape in ("even", "uneven"):
                for effect in (0.0, 0.5):
                    name = f"{g} clusters, {shape}, effect {effect}"
                    yield name, lambda rng, a=(g, shape, effect): clusters_cell(*a, rng)


def replicated(
    place: int, replicate: Callable[[np.random.Generator], dict[str, float]], replications: int
) -> tuple[pd.DataFrame, int]:
    """Every replication of one cell and the number of failures; a failed fit counts as a miss."""
    rows, failed = [], 0
    for number in range(replications):
        rng = np.random.default_rng([SEED, place, number])
        try:
            rows.append(replicate(rng))
        except ModelError:
            failed += 1
    frame = pd.DataFrame(rows)
    misses = pd.DataFrame(0.0, index=range(failed), columns=frame.columns[:1])
    return pd.concat([frame, misses]), failed


def main() -> None:
    """Print one table per part."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--replications", type=int, default=REPLICATIONS)
    parser.add_argument("--part", choices=PARTS, action="append")
    options = parser.parse_args()
    for part in options.part or PARTS:
        start = time.perf_counter()
        lines = []
        for place, (name, replicate) in enumerate(cells(part)):
            frame, failed = replicated(place, replicate, options.replications)
            mean, error = frame.mean(), frame.std() / np.sqrt(len(frame))
            headline = mean.index[0]
            lines.append(
                {"cell": name, **mean.round(4), "mc_error": round(error[headline], 4)}
                | {"failed": failed}
            )
        table = pd.DataFrame(lines).set_index("cell")
        headline = table.columns[0]
        print(f"\n{part}: {options.replications} replications a cell, seed {SEED}")
        print(table.to_string())
        known = table[headline].dropna()
        print(
            f"mean coverage {known.mean():.4f}, lowest {known.min():.4f} ({known.idxmin()}), "
            f"nominal {NOMINAL}; {time.perf_counter() - start:.0f} s"
        )


if __name__ == "__main__":
    main()
