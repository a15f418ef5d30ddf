"""Does the test of "30 to 50% more" keep its promise, and can it see what is there?

A fixed grid with fixed seeds: 2,000 replications a cell by default, Monte Carlo errors printed. The
simulating code draws answers from binomials and shares nothing with the estimating code. `agencies`
gives the comparison each agency's counts; `whole` gives it people of unlike case mix, of which
attentive agencies serve the easier ones, and goes through every step of `fit_attention` but its
second looks. A refused or failed fit counts as a miss and as no increase. "oracle" is the same test
(t on G - 2) given the true spread and sampling errors, "oracle z" the normal one. "false" is the
share of verdicts that are not true of the true ratio; "held at 1" and "base known" are the coverage
of the difference with the factor of Hartung and Knapp held at 1 or above, and of the ratio with the
baseline taken as known: neither is used. Run
`python benchmarks/qualify_claim.py [--replications N] [--part agencies|whole]`.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit
from scipy.stats import norm
from scipy.stats import t as student

from cxanalytics.claims.verdicts import RATIO_RULES
from cxanalytics.errors import ModelError
from cxanalytics.models.attention.comparison import compare_agencies
from cxanalytics.models.attention.contrast import (
    DECLARED,
    divide_agencies,
    figures,
    regress_on_attention,
)
from cxanalytics.models.attention.shares import agency_shares
from cxanalytics.rules import LEVEL, THRESHOLDS
from cxanalytics.tables import Survey

SEED = 20_261_129
REPLICATIONS = 2_000
BASELINE = 0.5
RATIOS = (1.0, 1.3)
ARMS = ((4, 4), (8, 12), (4, 16), (15, 25), (70, 130))
"""Agencies of high and of low attention."""
SPREADS = (0.0, 0.03, 0.07)
SIZES = ((60, 600), (300, 5000))
EASY, CASE_MIX_EFFECT = (0.7, 0.4), 0.8
"""Share of easy cases where attention is high and low, and what being easy adds to the logit."""

INCREASE = {rule.words: rule.increase for rule in RATIO_RULES}
TRUE_OF: dict[str, Callable[[float], bool]] = {
    "impossible here: the baseline is too high": lambda _: False,
    "decrease": lambda ratio: ratio < 1.0,
    "no increase shown; 30% is excluded": lambda ratio: ratio < 1.3,
    "too imprecise to tell": lambda _: True,
    "increase, smaller than claimed": lambda ratio: 1.0 < ratio < 1.3,
    "larger than claimed": lambda ratio: ratio > 1.5,
    "within the claimed range": lambda ratio: 1.3 <= ratio <= 1.5,
    "at least 30% more": lambda ratio: ratio >= 1.3,
    "increase, size unresolved": lambda ratio: ratio > 1.0,
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One point of the grid."""

    high: int
    low: int
    spread: float
    ratio: float
    sizes: tuple[int, int]

    @property
    def name(self) -> str:
        """How the cell is printed."""
        agencies = f"{self.high + self.low} agencies ({self.high} high)"
        return (
            f"{agencies}, n {self.sizes[0]}-{self.sizes[1]}, spread {self.spread}, "
            f"ratio {self.ratio}"
        )


def draw_agencies(
    cell: Cell, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw who is attentive, true shares and numbers of answers."""
    attentive = rng.permutation(np.repeat([1.0, 0.0], [cell.high, cell.low]))
    mean = np.where(attentive == 1.0, BASELINE * cell.ratio, BASELINE)
    share = np.clip(mean + rng.normal(0.0, cell.spread, len(mean)), 0.01, 0.99)
    n = np.exp(rng.uniform(*np.log(cell.sizes), len(mean))).astype(int)
    return attentive, share, n


def score_of(
    row: dict[str, float | str], cell: Cell, oracle: tuple[float, float]
) -> dict[str, float]:
    """Say whether the ranges held the truth and what was said of it."""
    truth = BASELINE * (cell.ratio - 1.0)
    said = str(row["verdict"])
    return {
        "difference": float(row["conf_low"] <= truth <= row["conf_high"]),
        "ratio": float(row["ratio_low"] <= cell.ratio <= row["ratio_high"]),
        "increase": float(INCREASE[said]),
        "oracle": oracle[0],
        "oracle z": oracle[1],
        "false": float(not TRUE_OF[said](cell.ratio)),
        "width": float(row["conf_high"]) - float(row["conf_low"]),
    }


def oracle_of(
    raw: np.ndarray, share: np.ndarray, n: np.ndarray, attentive: np.ndarray, spread: float
) -> tuple[float, float]:
    """Test for an increase given the true spread and errors: by t on G - 2, and by the normal."""
    weight = 1.0 / (share * (1.0 - share) / n + spread**2)
    error, gap = 0.0, 0.0
    for side, sign in ((1.0, 1.0), (0.0, -1.0)):
        part = weight * (attentive == side)
        gap += sign * float(part @ raw) / part.sum()
        error += 1.0 / part.sum()
    z = gap / np.sqrt(error)
    return float(z > student.ppf(0.975, len(raw) - 2)), float(z > norm.ppf(0.975))


def agencies_cell(cell: Cell, rng: np.random.Generator) -> dict[str, float]:
    """One replication from each agency's counts."""
    attentive, share, n = draw_agencies(cell, rng)
    raw = rng.binomial(n, share) / n
    arms = divide_agencies(attentive, exposure=DECLARED, at_least=1.0)
    fit = regress_on_attention(raw, raw * (1.0 - raw) / n, arms.at)
    oracle = oracle_of(raw, share, n, attentive, cell.spread)
    row = figures(fit, level=LEVEL)
    return score_of(row, cell, oracle) | not_chosen(row, cell, fit.factor)


def not_chosen(row: dict[str, float | str], cell: Cell, factor: float) -> dict[str, float]:
    """Coverage of two rules that were not chosen: the factor held at 1, the baseline as known."""
    truth, estimate = BASELINE * (cell.ratio - 1.0), float(row["estimate"])
    half = estimate - float(row["conf_low"])
    base = float(row["share_low"])
    return {
        "held at 1": float(abs(estimate - truth) <= half / np.sqrt(min(factor, 1.0))),
        "base known": float(abs(estimate / base - (cell.ratio - 1.0)) <= half / base),
    }


def level_for(share: np.ndarray, easy: float) -> np.ndarray:
    """Find the logit of hard cases at which a mix with this share of easy ones has these shares."""
    low, high = np.full(len(share), -8.0), np.full(len(share), 8.0)
    for _ in range(50):
        middle = (low + high) / 2
        mixed = easy * expit(middle + CASE_MIX_EFFECT) + (1 - easy) * expit(middle)
        low, high = np.where(mixed < share, middle, low), np.where(mixed < share, high, middle)
    return (low + high) / 2


def whole_cell(cell: Cell, rng: np.random.Generator) -> dict[str, float]:
    """One replication from people of unlike case mix, as cells of counts."""
    attentive, share, n = draw_agencies(cell, rng)
    easy = rng.binomial(n, np.where(attentive == 1.0, *EASY))
    level = level_for(share, float(easy.sum() / n.sum()))
    rows = []
    for kind, people, add in (("easy", easy, CASE_MIX_EFFECT), ("hard", n - easy, 0.0)):
        yes = rng.binomial(people, expit(level + add))
        for answer, number in ((1.0, yes), (0.0, people - yes)):
            rows.append(pd.DataFrame({"mix": kind, "yes": answer, "n": number}))
    frame = pd.concat(rows)
    frame["agency"] = [f"{place:03d}" for place in frame.index]
    survey = Survey.from_frame(
        frame.loc[frame["n"] > 0],
        agency="agency",
        outcome="yes",
        scale="yes_no",
        count="n",
        case_mix=["mix"],
    )
    shares = agency_shares(
        survey,
        case_mix=("mix",),
        period=None,
        statistic="positive",
        level=LEVEL,
        thresholds=THRESHOLDS,
    )
    scores = pd.Series(attentive, index=[f"{place:03d}" for place in range(len(n))])
    compared = compare_agencies(shares, scores, DECLARED, at_least=1.0)
    keep = [int(name) for name in compared.agencies]
    error = np.diag(compared.covariance)
    oracle = oracle_of(
        compared.shares,
        share[keep],
        share[keep] * (1 - share[keep]) / error,
        attentive[keep],
        cell.spread,
    )
    return score_of(compared.row(level=LEVEL), cell, oracle)


def cells(part: str) -> Iterator[Cell]:
    """Walk the grid of one part; the slower one is walked more coarsely."""
    whole = part == "whole"
    for high, low in ARMS:
        for sizes in SIZES[:1] if whole else SIZES:
            for spread in (0.05,) if whole else SPREADS:
                for ratio in RATIOS:
                    yield Cell(high, low, spread, ratio, sizes)


PARTS = {"agencies": agencies_cell, "whole": whole_cell}


def run_cell(
    part: str, place: int, cell: Cell, replications: int
) -> tuple[pd.Series, pd.Series, int]:
    """Means, Monte Carlo errors and refusals of one cell."""
    rows, refused = [], 0
    for number in range(replications):
        rng = np.random.default_rng([SEED, place, number])
        try:
            rows.append(PARTS[part](cell, rng))
        except ModelError:
            refused += 1
    frame = pd.DataFrame(rows)
    missed = pd.DataFrame(0.0, index=range(refused), columns=["difference", "ratio", "increase"])
    frame = pd.concat([frame, missed], ignore_index=True)
    return frame.mean(), frame.std() / np.sqrt(len(frame)), refused


def print_part(part: str, replications: int) -> None:
    """Print the cells of one part, and where a promise is not kept."""
    start = time.perf_counter()
    lines = []
    for place, cell in enumerate(cells(part)):
        mean, error, refused = run_cell(part, place, cell, replications)
        lines.append(
            {"cell": cell.name, "true": cell.ratio, **mean.round(4)}
            | {"mc_error": round(error["difference"], 4), "refused": refused / replications}
        )
    table = pd.DataFrame(lines).set_index("cell")
    print(f"\n{part}: {replications} replications a cell, seed {SEED}")
    print(table.drop(columns="true").to_string())
    none, there = table.loc[table["true"] == 1.0, "increase"], table.loc[table["true"] != 1.0]
    covered = table[["difference", "ratio"]].to_numpy()
    power = there["increase"] / there["oracle"]
    print(
        f"coverage {covered.min():.4f} to {covered.max():.4f}, mean {covered.mean():.4f}\n"
        f"increase said at ratio 1: at most {none.max():.4f} ({none.idxmax()})\n"
        f"power: at least {power.min():.3f} of the oracle's ({power.idxmin()})\n"
        f"refused: at most {table['refused'].max():.4f}; {time.perf_counter() - start:.0f} s"
    )


def main() -> None:
    """Print one table per part."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--replications", type=int, default=REPLICATIONS)
    parser.add_argument("--part", choices=tuple(PARTS), action="append")
    options = parser.parse_args()
    for part in options.part or PARTS:
        print_part(part, options.replications)


if __name__ == "__main__":
    main()
