"""What does an attacker recover of hidden groups, with complementary suppression on and off?

Three kinds of made-up tables with fixed seeds, as large as real ones: agencies with a total;
departments in agencies; departments by channel. Every total is published. Linear programmes bound
the answers and the positive answers of each group under ten; "recovered" are those of which one
value is left, as a share of all of them. "hidden" counts the groups hidden for another's sake, per
small group. With CXANALYTICS_DATA, the 234 sub-agencies of the FEVS in their 45 agencies, and the
same by sex. `--run` adds a run of the planted study of tests/attack, as pages. Run
`python benchmarks/attack.py [--replications N] [--run]`.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

ATTACK = Path(__file__).resolve().parents[1] / "tests" / "attack"
sys.path.insert(0, str(ATTACK))

from attack import GUARDED, learn, solve, solve_margins  # noqa: E402
from harvest import harvest  # noqa: E402
from planted import POSITIVE, write_planted  # noqa: E402

from cxanalytics.disclosure import suppress, suppress_margins, suppress_within  # noqa: E402

SEED = 20_261_129
REPLICATIONS = 20
AGENCIES, DEPARTMENTS, CHANNELS = 60, 6, 4
SMALL = 0.06


def draw_table(rng: np.random.Generator, *, agencies: int, inside: int) -> pd.DataFrame:
    """Draw groups of which a few are small, and their positive answers."""
    size = agencies * inside
    n = np.where(rng.random(size) < SMALL, rng.integers(1, 10, size), rng.integers(15, 400, size))
    place = np.arange(size)
    return pd.DataFrame(
        {
            "all": "all",
            "agency": [f"a{number}" for number in place // inside],
            "channel": [f"c{number}" for number in place % inside],
            "n": n.astype(float),
            "positive": rng.binomial(n, rng.uniform(0.2, 0.9, size)).astype(float),
        }
    )


def tables(seed: int) -> Iterator[tuple[str, pd.DataFrame, pd.Series, list[str]]]:
    """Give each kind of table with the reasons of the package, and its margins."""
    rng = np.random.default_rng(seed)
    one = draw_table(rng, agencies=AGENCIES, inside=1)
    yield "agencies", one, suppress(one["n"], total_published=True), ["all"]
    nested = draw_table(rng, agencies=AGENCIES, inside=DEPARTMENTS)
    parents = pd.Series("", index=nested["agency"].unique())
    yield "departments", nested, suppress_within(nested, parents, parent="agency"), ["agency"]
    cross = draw_table(rng, agencies=AGENCIES, inside=CHANNELS)
    margins = ["agency", "channel"]
    yield "channels", cross, suppress_margins(cross, margins=margins), margins


def fevs() -> Iterator[tuple[str, pd.DataFrame, pd.Series, list[str]]]:
    """Give the sub-agencies of the federal survey, where it is at hand."""
    if "CXANALYTICS_DATA" not in os.environ:
        return
    from cxanalytics.run import open_study

    survey = open_study("fevs_2018").survey()
    frame = survey.answers("recommend")
    hit = survey.question("recommend").scale.is_positive(frame["recommend"].to_numpy())
    frame = frame.assign(n=1.0, positive=hit.astype(float))

    def cells(by: list[str]) -> pd.DataFrame:
        return frame.groupby(by, observed=True)[["n", "positive"]].sum().reset_index()

    units = cells(["agency", "unit"])
    parents = pd.Series("", index=units["agency"].unique())
    yield "FEVS", units, suppress_within(units, parents, parent="agency"), ["agency"]
    sexes = cells(["agency", "unit", "sex"])
    sexes["side"] = sexes["agency"] + sexes["sex"].astype(str)
    margins = ["unit", "side"]
    yield "FEVS by sex", sexes, suppress_margins(sexes, margins=margins), margins


def attack(
    kind: str, table: pd.DataFrame, reason: pd.Series, margins: list[str]
) -> dict[str, object]:
    """Attack one table twice: as the package publishes it, and with small groups hidden alone."""
    alone = suppress(table["n"], total_published=False)
    small = int((alone == "hidden").sum())
    found = {
        name: {entry.cell for entry in solve_margins(table, why, margins=margins)}
        for name, why in (("closed", reason), ("open", alone))
    }
    return {
        "table": kind,
        "cells": len(table),
        "small": small,
        "hidden": int(reason.isin(GUARDED).sum()) - small,
        "open": len(found["open"]),
        "closed": len(found["closed"]),
    }


def run_pages() -> None:
    """Run the planted study and attack its pages."""
    from cxanalytics.run import run_study

    with tempfile.TemporaryDirectory() as place:
        planted = write_planted(Path(place) / "planted")
        output = run_study(planted.folder, output=Path(place) / "out", progress=False).output
        found = harvest(output)
        known = learn(found, outcome="recommend", positive=POSITIVE)
        print(
            f"pages: {len(found.markup)} pages and {len(found.tables)} tables read, "
            f"{len(known.labels)} hidden cells, {len(solve(known))} recovered"
        )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--replications", type=int, default=REPLICATIONS)
    parser.add_argument("--run", action="store_true")
    given = parser.parse_args()
    start = time.perf_counter()
    rows = [
        attack(*table) for number in range(given.replications) for table in tables(SEED + number)
    ]
    rows += [attack(*table) for table in fevs()]
    sums = pd.DataFrame(rows).groupby("table", sort=False).sum()
    sums["hidden per small"] = sums["hidden"] / sums["small"]
    for name in ("open", "closed"):
        sums[f"recovered, {name}"] = sums[name] / sums["small"]
    print(f"{given.replications} replications, seed {SEED}")
    print(sums.drop(columns=["open", "closed"]).round(3).to_string())
    if given.run:
        run_pages()
    print(f"{time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
