"""How often do the claims about morale get a verdict that the world does not bear out?

A fixed grid with fixed seeds, Monte Carlo errors printed. Worlds in which nothing relates, in which
performance moves morale, in which an unmeasured cause moves both, and in which morale moves
performance one wave later. The simulating code shares nothing with the estimating code. Run
`python benchmarks/qualify_morale_claims.py [--replications N] [--part headline|appreciation]`.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
import pandas as pd

from cxanalytics.errors import ModelError
from cxanalytics.models import fit_appreciation, fit_morale_ladder, fit_tested_morale_claims
from cxanalytics.tables import Panel

SEED = 20_261_129
REPLICATIONS = 500
UNITS = (24, 60)
WAVES = 6
SPREAD, ERROR = 0.06, 0.04
PERSISTS = 0.5
"""Part of its own last wave that stays in morale, and in performance."""
WORLDS = {
    "nothing": (0.0, 0.0, 0.0),
    "reverse": (0.0, 0.4, 0.0),
    "confounder": (0.0, 0.0, 0.6),
    "morale first": (0.4, 0.0, 0.0),
}
"""Effect of morale one wave later, of performance one wave later, and of what moves both now."""
COMMON = (("unrelated", 0.0, 0.0), ("general alone", 0.6, 0.0), ("a part of its own", 0.0, 1.0))
"""Effects on performance of general morale, and of what appreciation has of its own."""


def panel_of(world: str, units: int, rng: np.random.Generator) -> Panel:
    """Draw units of six agencies or more over six waves, morale measured with error."""
    forward, backward, common = WORLDS[world]
    level = 0.05 * rng.normal(size=(2, units))
    morale, result = (SPREAD * rng.normal(size=units) for _ in range(2))
    rows = []
    for wave in range(WAVES + 3):
        cause = SPREAD * rng.normal(size=units)
        drawn = SPREAD * rng.normal(size=(2, units))
        morale, result = (
            PERSISTS * morale + backward * result + common * cause + drawn[0],
            PERSISTS * result + forward * morale + common * cause + drawn[1],
        )
        if wave >= 3:
            rows.append((morale + level[0], result + level[1]))
    stacked = np.array(rows)
    unit = np.tile(np.arange(units), WAVES)
    frame = pd.DataFrame(
        {
            "agency": [f"A{place % max(units // 6, 6):02d}" for place in unit],
            "unit": [f"U{place:03d}" for place in unit],
            "period": np.repeat([f"2026-Q{wave + 1}" for wave in range(WAVES)], units),
            "morale": 0.6 + stacked[:, 0].ravel() + ERROR * rng.normal(size=len(unit)),
            "morale_se": np.nan,
            "performance": 0.6 + stacked[:, 1].ravel(),
            "performance_se": 0.01,
            "n": 20.0,
        }
    )
    return Panel(frame, "Morale", "Result")


def indices_of(
    general: float, special: float, units: int, rng: np.random.Generator
) -> tuple[Panel, Panel]:
    """Draw units with an index of appreciation beside one of general morale."""
    morale, own = (SPREAD * rng.normal(size=units) for _ in range(2))
    result = general * morale + special * own + 0.04 * rng.normal(size=units)
    frame = pd.DataFrame(
        {
            "agency": [f"A{place % 24:02d}" for place in range(units)],
            "unit": [f"U{place:03d}" for place in range(units)],
            "period": "2026",
            "performance": 0.6 + result,
            "performance_se": 0.01,
            "n": 20.0,
            "morale_se": ERROR / 2,
        }
    )
    noise = ERROR / 2 * rng.normal(size=(2, units))
    mixed = morale + own * bool(special)
    first = Panel(frame.assign(morale=0.6 + mixed + noise[0]), "Appreciation", "Result")
    return first, Panel(frame.assign(morale=0.6 + morale + noise[1]), "Morale", "Result")


def report(name: str, counts: pd.Series, replications: int) -> None:
    """Print the share of every verdict with its Monte Carlo error."""
    parts = []
    for verdict, number in counts.items():
        share = number / replications
        error = np.sqrt(share * (1.0 - share) / replications)
        parts.append(f"{verdict} {100 * share:.1f}% (±{100 * error:.1f})")
    print(f"{name:<34} {'; '.join(parts)}", flush=True)


def headline(replications: int) -> None:
    """Verdicts on the headline, by world and number of units."""
    for world in WORLDS:
        for units in UNITS:
            verdicts = []
            for place in range(replications):
                rng = np.random.default_rng((SEED, units, place, len(world)))
                try:
                    ladder = fit_morale_ladder(panel_of(world, units, rng))
                except ModelError:
                    verdicts.append("refused")
                    continue
                claims = fit_tested_morale_claims(ladder=ladder)
                verdicts.append(str(claims["verdict"].iloc[0]))
            report(f"{world}, {units} units", pd.Series(verdicts).value_counts(), replications)


def appreciation(replications: int) -> None:
    """Verdicts on appreciation, by world and number of units."""
    for name, general, special in COMMON:
        for units in (96, 168, 400):
            verdicts = []
            for place in range(replications):
                rng = np.random.default_rng((SEED, units, place, len(name)))
                try:
                    found = fit_appreciation(*indices_of(general, special, units, rng), seed=place)
                except ModelError:
                    verdicts.append("refused")
                    continue
                claims = fit_tested_morale_claims(appreciation=found).set_index("claim")
                verdicts.append(str(claims.loc[7, "verdict"]))
            report(f"{name}, {units} units", pd.Series(verdicts).value_counts(), replications)


PARTS = {"headline": headline, "appreciation": appreciation}


def main() -> None:
    """Run the parts asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replications", type=int, default=REPLICATIONS)
    parser.add_argument("--part", choices=PARTS)
    asked = parser.parse_args()
    for name, part in PARTS.items():
        if asked.part in (None, name):
            start = time.perf_counter()
            print(f"{name}, {asked.replications} replications a cell")
            part(asked.replications)
            print(f"{time.perf_counter() - start:.0f} s\n")


if __name__ == "__main__":
    main()
