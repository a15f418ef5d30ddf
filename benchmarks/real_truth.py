"""Where the truth is known from real answers: do stabilized scores and ranks come nearer to it?

The agencies of the 2018 federal survey with over 300 answers; their shares over all answers are
the truth. Small samples are drawn from each without replacement, many times, and scored as if
they were all there is. Compared are raw scores, scores shrunk by a plugged-in REML estimate of the
spread, and the stabilized scores of the package. A naive league table is put to the test too: how
often the observed first is truly in the top quarter, how often two agencies stand in the wrong
order, and what becomes of ranks called only where sure. Run
`CXANALYTICS_DATA=... python benchmarks/real_truth.py [--replications N]`.
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import norm

from cxanalytics.numerics.ranks import rank_draws
from cxanalytics.numerics.shrinkage import reml_tau2, shrink_normal, smooth_share_variance
from cxanalytics.rules import AHEAD_AT_LEAST, LEVEL, TOP_QUARTILE_AT_LEAST
from cxanalytics.sources.fevs_2018 import read_fevs_2018

SEED = 20_261_132
REPLICATIONS = 1_000
DRAWS = 1_000
SIZES = (15, 30, 100, 200)
MORE_THAN = 300
ITEM = "Q40"


def truths(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """Positive answers and all answers of each agency with more than 300."""
    survey = read_fevs_2018(folder / "fevs_2018" / "test_set.csv.gz", outcome=ITEM)
    answers = survey.frame[ITEM].dropna()
    positive = survey.question(ITEM).scale.is_positive(answers)
    table = pd.DataFrame({"agency": survey.frame.loc[answers.index, "agency"], "k": positive})
    sums = table.groupby("agency")["k"].agg(k="sum", n="size")
    large = sums.loc[sums["n"] > MORE_THAN]
    return large["k"].to_numpy(dtype=int), large["n"].to_numpy(dtype=int)


def replicate(
    k: np.ndarray, total: np.ndarray, n: int, rng: np.random.Generator
) -> dict[str, float]:
    """One draw of small samples: errors, coverage and order."""
    truth, units = k / total, len(k)
    raw = rng.hypergeometric(k, total - k, n) / n
    variance = smooth_share_variance(raw, np.full(units, float(n)))
    z = norm.ppf(0.5 + 0.5 * LEVEL)
    tau2 = reml_tau2(raw, variance)
    weight = 1.0 / (variance + tau2)
    center = float(weight @ raw / weight.sum())
    keep = tau2 / (tau2 + variance)
    plug = center + keep * (raw - center)
    half = z * np.sqrt(keep * variance)
    fit = shrink_normal(raw, variance)
    below = fit.weight @ norm.cdf((truth - fit.node_mean) / fit.node_sd)
    inside = np.abs(below - 0.5) <= 0.5 * LEVEL
    best = truth.argsort()[::-1][: units // 4]
    theta = fit.draws(DRAWS, seed=int(rng.integers(2**31)))
    top = (rank_draws(theta) <= units // 4).mean(axis=0)
    sure = top >= TOP_QUARTILE_AT_LEAST
    ahead = (theta[:, :, None] > theta[:, None, :]).mean(axis=0) >= AHEAD_AT_LEAST
    higher = truth[:, None] > truth[None, :]
    order = raw[:, None] > raw[None, :]
    extremes = [raw.argmax(), raw.argmin()]
    return {
        "raw": float(np.mean((raw - truth) ** 2)),
        "plugged in": float(np.mean((plug - truth) ** 2)),
        "stabilized": float(np.mean((fit.mean - truth) ** 2)),
        "covers, plugged in": float(np.mean(np.abs(plug - truth) <= half)),
        "covers, stabilized": float(np.mean(inside)),
        "covers, first and last": float(np.mean(inside[extremes])),
        "first in top quarter": float(raw.argmax() in best),
        "pairs in wrong order": float((order & ~higher).sum() / max(order.sum(), 1)),
        "pairs told apart": float(ahead.sum() / (units * (units - 1) / 2)),
        "told apart": float(ahead.sum()),
        "wrongly": float((ahead & ~higher).sum()),
        "called top": float(sure.sum()),
        "truly top": float(np.isin(np.flatnonzero(sure), best).sum()),
    }


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--replications", type=int, default=REPLICATIONS)
    options = parser.parse_args()
    k, total = truths(Path(os.environ["CXANALYTICS_DATA"]))
    start, lines = time.process_time(), []
    for n in SIZES:
        frame = pd.DataFrame(
            replicate(k, total, n, np.random.default_rng([SEED, n, number]))
            for number in range(options.replications)
        )
        mean = frame.mean()
        for name in ("raw", "plugged in", "stabilized"):
            mean[name] = 100 * np.sqrt(mean[name])
        mean["told apart, wrong"] = mean.pop("wrongly") / max(mean.pop("told apart"), 1e-9)
        called = mean.pop("called top")
        mean["called top, right"] = mean.pop("truly top") / called if called else np.nan
        mean["called top"] = called
        lines.append({"answers": n} | mean.round(3).to_dict())
    table = pd.DataFrame(lines).set_index("answers")
    print(f"{len(k)} agencies, {options.replications} replications a size, seed {SEED}")
    print(table.T.to_string())
    print(f"{time.process_time() - start:.0f} s")


if __name__ == "__main__":
    main()
