"""Do scores of departments, verdicts and spreads hold the truth as often as they say?

Agencies of three or four departments on a fixed grid with fixed seeds; true scores are drawn on
the scale of shares, answers as plain binomials, so that nothing of the estimating code is used.
"cover" is how often the 95% range of a stabilized score holds the truth, by answers; "raw" the same
of the range as answered, "width" the mean width over that with both spreads known, found by one
large normal. "gap" is the coverage of the gap to the other departments; "wrong" the share of calls
above or below whose true gap is not beyond the band, beside the share that the certainties say;
"spread" and "ratio" the coverage of how far departments lie apart and of its ratio to agencies. Run
`python benchmarks/qualify_departments.py [--replications N]`.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
import pandas as pd

from cxanalytics.benchmark import benchmark_departments
from cxanalytics.tables import Estimates

SEED = 20_261_130
REPLICATIONS = 2_000
Z = 1.96
BAND = 0.02

AGENCIES = (10, 24)
SPREADS = ((0.05, 0.05), (0.05, 0.0), (0.02, 0.05))
"""Standard deviation inside agencies, and between them."""

ANSWERS = (30, 100, 400)
"""A department has one of these numbers of answers, in turn."""


def draw(
    rng: np.random.Generator, agencies: int, inside: float, between: float
) -> tuple[np.ndarray, Estimates]:
    """Draw true shares and one wave of scores."""
    sizes = np.tile([3, 4], agencies)[:agencies]
    group = np.repeat(np.arange(agencies), sizes)
    level = 0.65 + between * rng.standard_normal(agencies)
    truth = np.clip(level[group] + inside * rng.standard_normal(len(group)), 0.02, 0.98)
    n = np.resize(ANSWERS, len(group)).astype(float)
    share = rng.binomial(n.astype(int), truth) / n
    error = np.sqrt(share * (1.0 - share) / n)
    frame = pd.DataFrame(
        {
            "key": [f"A{g} D{place}" for place, g in enumerate(group)],
            "agency": [f"A{g}" for g in group],
            "department": [f"D{place}" for place in range(len(group))],
            "estimate": share,
            "std_error": error,
            "conf_low": share - Z * error,
            "conf_high": share + Z * error,
            "n": n,
            "n_eff": n,
            "suppressed_reason": "",
        }
    )
    return truth, Estimates(frame, quantity="share", facts={"statistic": "positive"})


def known_width(n: np.ndarray, group: np.ndarray, inside: float, between: float) -> np.ndarray:
    """Width of the 95% range with both spreads known, only the overall mean not."""
    error = np.diag(0.65 * 0.35 / n)
    prior = inside**2 * np.eye(len(n)) + between**2 * (group[:, None] == group)
    inverse = np.linalg.inv(prior + error)
    one = np.ones((len(n), 1))
    kept = prior @ inverse
    rest = one - kept @ one
    of_mean = rest @ rest.T / (one.T @ inverse @ one)
    return 2.0 * Z * np.sqrt(np.diag(prior - kept @ prior + of_mean))


def one(seed: int, agencies: int, inside: float, between: float) -> dict[str, float]:
    """Run one replication."""
    truth, scores = draw(np.random.default_rng(seed), agencies, inside, between)
    board = benchmark_departments(scores, draws=2000, seed=seed % 2**31)
    frame, facts = board.frame, board.facts
    n = frame["n"].to_numpy()
    group, _ = pd.factorize(frame["agency"])
    held = ((frame["conf_low"] <= truth) & (truth <= frame["conf_high"])).to_numpy()
    raw = ((frame["raw_low"] <= truth) & (truth <= frame["raw_high"])).to_numpy()
    width = (frame["conf_high"] - frame["conf_low"]).to_numpy()
    size = np.bincount(group)
    means = np.bincount(group, truth) / size
    others = (means[group] * size[group] - truth) / (size[group] - 1)
    gap = truth - others
    in_gap = ((frame["gap_low"] <= gap) & (gap <= frame["gap_high"])).to_numpy()
    sign = frame["verdict"].map({"above": 1.0, "below": -1.0}).fillna(0.0).to_numpy()
    called = sign != 0
    apart = np.sqrt(np.square(truth - means[group]).sum() / (len(truth) - agencies))
    ratio = apart / means.std(ddof=1)
    known = known_width(n, group, inside, between)
    out = {f"cover {answers}": held[n == answers].mean() for answers in ANSWERS}
    return out | {
        "raw": raw.mean(),
        "width": (width.mean() / known.mean()),
        "gap": in_gap.mean(),
        "calls": float(called.sum()),
        "wrong calls": float((called & (sign * gap <= BAND)).sum()),
        "expected": float((1.0 - frame.loc[called, "certainty"]).sum()),
        "spread": float(facts["inside_low"] <= apart <= facts["inside_high"]),
        "ratio": float(facts["ratio_low"] <= ratio <= facts["ratio_high"]),
    }


def main() -> None:
    """Print a row per cell of the grid."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replications", type=int, default=REPLICATIONS)
    number = parser.parse_args().replications
    begin = time.perf_counter()
    rows = []
    for cell, (agencies, (inside, between)) in enumerate(
        (agencies, spread) for agencies in AGENCIES for spread in SPREADS
    ):
        found = pd.DataFrame(
            one(SEED + 100_000 * cell + place, agencies, inside, between) for place in range(number)
        )
        mean = found.mean()
        calls = max(found["calls"].sum(), 1.0)
        mean["wrong"] = found["wrong calls"].sum() / calls
        mean["said"] = found["expected"].sum() / calls
        told = mean.drop(["wrong calls", "expected"])
        rows.append({"agencies": agencies, "inside": inside, "between": between} | told.to_dict())
    table = pd.DataFrame(rows)
    print(table.round(3).to_string(index=False))
    error = np.sqrt(0.95 * 0.05 / number)
    print(f"{number} replications a cell; Monte Carlo error of a spread's coverage {error:.3f}.")
    print(f"{time.perf_counter() - begin:.0f} s")


if __name__ == "__main__":
    main()
