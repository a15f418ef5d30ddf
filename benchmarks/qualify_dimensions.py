"""Do ranges of alpha, ICC(1) and corrected correlations hold the truth as often as they say?

Three parts on a fixed grid with fixed seeds. Staff of agencies answer two sets of items on five
answers: a level of the agency, two feelings that correlate, and an error per item, cut at fixed
points. `alpha`: Feldt's interval, and the wider of it and that of leaving agencies out, with
agencies alike and apart. `icc`: the F interval of ICC(1),
with units equal and unequal in size. `pairs`: the corrected correlation, at 10 to 44 agencies, and
how often two dimensions are called two of their own or one. The truth is the figure of a million
people. 1,000 replications a cell by default; Monte Carlo errors are at most 0.7 points there. Run
`python benchmarks/qualify_dimensions.py [--replications N] [--part alpha|icc|pairs]`.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np

from cxanalytics.models.dimension_items import SAME_FROM
from cxanalytics.numerics.factors import (
    alpha_between_clusters,
    correct_correlations,
    corrected_correlations,
    item_sums,
)
from cxanalytics.numerics.reliability import cronbach_alpha, intraclass

SEED = 20_261_129
REPLICATIONS = 1_000
CUTS = np.array([-1.65, -0.85, -0.10, 1.05])
MEMBER = np.array([0, 0, 0, 1, 1])
ERROR = 0.8


def draw(
    sizes: np.ndarray, apart: float, together: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Draw answers (people, 5 items) and the group of each person."""
    group = np.repeat(np.arange(len(sizes)), sizes)
    level = rng.normal(size=(len(sizes), 2)) * np.sqrt(apart)
    first = rng.normal(size=(len(group), 2))
    first[:, 1] = together * first[:, 0] + np.sqrt(1.0 - together**2) * first[:, 1]
    level[:, 1] = together * level[:, 0] + np.sqrt(1.0 - together**2) * level[:, 1]
    felt = first * np.sqrt(1.0 - apart) + level[group]
    about = felt[:, MEMBER] + ERROR * rng.normal(size=(len(group), len(MEMBER)))
    return np.searchsorted(CUTS, about).astype(float), group


def crowd(apart: float, together: float) -> tuple[np.ndarray, np.ndarray]:
    """Draw a million people in 20,000 groups."""
    return draw(np.full(20_000, 50), apart, together, np.random.default_rng(SEED))


def run(replications: int, one: Callable[[np.random.Generator], tuple[float, ...]]) -> np.ndarray:
    """Repeat with seeds that depend on the replication alone."""
    return np.array([one(np.random.default_rng((SEED, place))) for place in range(replications)])


def alpha(replications: int) -> None:
    """Feldt's interval of three items, people independent and in agencies."""
    for agencies, each, apart in ((1, 60, 0.0), (1, 600, 0.0), (24, 60, 0.02), (24, 60, 0.15)):
        truth = cronbach_alpha(crowd(apart, 0.5)[0][:, :3]).alpha
        sizes = np.full(agencies, each)

        def one(rng: np.random.Generator, sizes=sizes, apart=apart) -> tuple[float, ...]:
            items, group = draw(sizes, apart, 0.5, rng)
            got = cronbach_alpha(items[:, :3])
            if len(sizes) == 1:
                return got.low, got.high, got.low, got.high
            low, high = alpha_between_clusters(item_sums(items[:, :3], group))
            return got.low, got.high, min(got.low, low), max(got.high, high)

        ends = run(replications, one)
        feldt, wider = (
            ((ends[:, place] <= truth) & (truth <= ends[:, place + 1])).mean() for place in (0, 2)
        )
        wide = (ends[:, 3] - ends[:, 2]).mean()
        print(
            f"alpha  {agencies:>3} x {each:<4} apart {apart:.2f}  Feldt {feldt:.3f}  "
            f"wider {wider:.3f}  width {wide:.3f}"
        )


def icc(replications: int) -> None:
    """The F interval of ICC(1) of the score of three items."""
    for units, shape, apart in ((30, "equal", 0.1), (30, "unequal", 0.1), (150, "unequal", 0.02)):
        items, group = crowd(apart, 0.5)
        truth = intraclass(items[:, :3].mean(axis=1), group).icc1
        spread = np.exp(np.linspace(*np.log((10, 90)), units)).round().astype(int)
        sizes = np.full(units, 40) if shape == "equal" else spread

        def one(rng: np.random.Generator, sizes=sizes, apart=apart) -> tuple[float, ...]:
            items, group = draw(sizes, apart, 0.5, rng)
            got = intraclass(items[:, :3].mean(axis=1), group)
            return got.icc1_low, got.icc1_high

        ends = run(replications, one)
        hit = (ends[:, 0] <= truth) & (truth <= ends[:, 1])
        print(f"icc    {units:>3} {shape:<8} apart {apart:.2f}  {hit.mean():.3f}")


def pairs(replications: int) -> None:
    """Corrected correlations, and the calls made from them."""
    for agencies in (10, 24, 44):
        for together in (0.75, 0.90, 0.97):
            items, group = crowd(0.05, together)
            truth = correct_correlations(item_sums(items, group).covariance(), MEMBER)[0, 1]
            sizes = np.exp(np.linspace(*np.log((40, 240)), agencies)).round().astype(int)

            def one(rng: np.random.Generator, sizes=sizes, r=together) -> tuple[float, ...]:
                items, group = draw(sizes, 0.05, r, rng)
                got = corrected_correlations(item_sums(items, group), MEMBER)
                return got.low[0, 1], got.high[0, 1]

            low, high = run(replications, one).T
            hit = (low <= truth) & (truth <= high)
            two, same = (high < SAME_FROM).mean(), (low >= SAME_FROM).mean()
            print(
                f"pairs  {agencies:>3} agencies  r {truth:.3f}  {hit.mean():.3f}  "
                f"width {np.mean(high - low):.3f}  two {two:.3f}  one {same:.3f}"
            )


def main() -> None:
    """Print a line per cell: its setting, coverage, width or calls."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replications", type=int, default=REPLICATIONS)
    parts = {"alpha": alpha, "icc": icc, "pairs": pairs}
    parser.add_argument("--part", choices=list(parts))
    given = parser.parse_args()
    for name in [given.part] if given.part else parts:
        begin = time.process_time()
        parts[name](given.replications)
        print(f"{name}: {time.process_time() - begin:.0f} s")


if __name__ == "__main__":
    main()
