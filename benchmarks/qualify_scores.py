"""Do the ranges of scores hold the truth as often as they say, at few answers and at many?

A fixed grid with fixed seeds: 2,000 replications a cell by default, Monte Carlo errors printed.
Answers are drawn by `drawn_answers`, which shares nothing with the package. Every replication is
one agency among many in one design without strata, which is how agencies are scored. A cell is
publishable where the effective number of answers reaches `rank`; below it a page prints the
number of answers only. A refused or failed range counts as a miss. Run
`python benchmarks/qualify_scores.py [--replications N]`.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
import pandas as pd
from drawn_answers import (
    ICC,
    PER_UNIT,
    WEIGHTING_LOSS,
    draw_answers,
    draw_weights,
    scatter,
    weighing,
)

from cxanalytics.errors import ModelError
from cxanalytics.models import fit_scores
from cxanalytics.rules import THRESHOLDS
from cxanalytics.tables import Survey

SEED = 20_261_124
REPLICATIONS = 2_000
ROWS = 500_000

SIZES = (20, 50, 200, 5_000)
DESIGNS = ("plain", "weighted", "clustered", "both")
SHARES = (0.05, 0.30, 0.65, 0.95)
RATING = np.array([0.02, 0.01, 0.01, 0.02, 0.03, 0.06, 0.07, 0.10, 0.18, 0.20, 0.30])
SCORES = (*SHARES, "net", "mean")


def truth(score: float | str) -> tuple[np.ndarray, float]:
    """Shares of the answers, and the score they make."""
    if isinstance(score, float):
        return np.array([1.0 - score, score]), score
    if score == "net":
        return RATING, float(RATING[9:].sum() - RATING[:7].sum())
    return RATING, float(RATING @ np.arange(11.0))


def draw(
    score: float | str, n: int, design: str, agencies: int, rng: np.random.Generator
) -> pd.DataFrame:
    """Draw the answers of agencies alike."""
    true, _ = truth(score)
    how = weighing(true, weighted=design in ("weighted", "both"))
    agency = np.repeat(np.arange(agencies), n)
    frame = pd.DataFrame({"agency": agency.astype(str)})
    shares = np.broadcast_to(how.drawn, (agencies, len(true)))
    row = agency
    if design in ("clustered", "both"):
        units = n // PER_UNIT
        row = agency * units + np.tile(np.arange(n) // PER_UNIT, agencies)
        shares = scatter(np.repeat(shares, units, axis=0), ICC, rng)
        frame["unit"] = row
    frame["answer"] = draw_answers(shares[row], rng)
    if design in ("weighted", "both"):
        frame["weight"] = draw_weights(frame["answer"].to_numpy(), how, rng)
    return frame


def cover(score: float | str, frame: pd.DataFrame) -> pd.DataFrame:
    """Score the agencies: is the truth inside, and how wide is the range."""
    rating = not isinstance(score, float)
    roles = {"psu": "unit", "weight": "weight"}
    survey = Survey.from_frame(
        frame,
        agency="agency",
        outcome="answer",
        scale="nps_0_10" if rating else "yes_no",
        **{role: column for role, column in roles.items() if column in frame},
    )
    statistic = str(score) if rating else "positive"
    got = fit_scores(survey, measure="answer", statistic=statistic).frame
    _, true = truth(score)
    return pd.DataFrame(
        {
            "cover": got["conf_low"].le(true) & got["conf_high"].ge(true),
            "width": got["conf_high"] - got["conf_low"],
            "refused": got["conf_low"].isna(),
            "n_eff": got["n_eff"],
        }
    )


def run_cell(place: int, score: float | str, n: int, design: str, wanted: int) -> dict[str, object]:
    """One line of the table."""
    parts, done = [], 0
    step = max(2, ROWS // n)
    while done < wanted:
        many = min(step, wanted - done) if wanted - done > 1 else 2
        rng = np.random.default_rng([SEED, place, done])
        try:
            parts.append(cover(score, draw(score, n, design, many, rng)))
        except ModelError:
            lost = {"cover": [False] * many, "refused": [True] * many}
            parts.append(pd.DataFrame(lost))
        done += many
    got = pd.concat(parts)
    rate = got["cover"].mean()
    return {
        "n": n,
        "design": design,
        "score": score if isinstance(score, str) else f"share {score:.2f}",
        "cover": rate,
        "mc_error": np.sqrt(rate * (1.0 - rate) / len(got)),
        "width": got["width"].mean(),
        "refused": got["refused"].mean(),
        "n_eff": got["n_eff"].mean(),
    }


def main() -> None:
    """Print coverage and width by cell."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--replications", type=int, default=REPLICATIONS)
    wanted = parser.parse_args().replications
    start = time.perf_counter()
    cells = [(score, n, design) for n in SIZES for design in DESIGNS for score in SCORES]
    table = pd.DataFrame(run_cell(place, *cell, wanted) for place, cell in enumerate(cells))
    print(f"scores: {wanted} replications a cell, seed {SEED}; weights with a design effect of")
    print(
        f"{WEIGHTING_LOSS:g}, units of {PER_UNIT} answers with an intraclass correlation of {ICC:g}"
    )
    for what in ("cover", "width"):
        wide = table.pivot_table(index=["n", "design"], columns="score", values=what, sort=False)
        print(f"\n{what}\n{wide.round(3).to_string()}")
    shown = table["n_eff"] >= THRESHOLDS.rank
    lowest = table.loc[table.loc[shown, "cover"].idxmin()]
    print(
        f"\nmean coverage {table['cover'].mean():.4f}; of publishable cells "
        f"{table.loc[shown, 'cover'].mean():.4f}, lowest {lowest['cover']:.4f} "
        f"({lowest['n']} {lowest['design']} {lowest['score']}); base only, lowest "
        f"{table.loc[~shown, 'cover'].min():.4f}"
    )
    print(
        f"largest Monte Carlo error {table['mc_error'].max():.4f}; refused "
        f"{table['refused'].mean():.4f}; {time.perf_counter() - start:.0f} s"
    )


if __name__ == "__main__":
    main()
