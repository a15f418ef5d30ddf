"""Does the range of what runs through the middle hold the truth as often as it says?

Units followed over six waves, each with levels of its own, shared waves and errors that last from
wave to wave. Worlds: both paths, either of them alone, neither; and both with a cause that moves
all three but never changes within a unit. "false" is how often the verdict is "consistent" where
the product is zero, "power" how often where it is not. A refusal counts as a miss. Run
`python benchmarks/qualify_chain.py [--replications N]`.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
import pandas as pd

from cxanalytics.errors import ModelError
from cxanalytics.models import fit_service_profit_chain
from cxanalytics.tables import Panel

SEED = 20_261_129
REPLICATIONS = 2_000
WAVES = 6
UNITS = (8, 12, 24, 60, 150)
WORLDS = {
    "both": (0.30, 0.30, 0.0),
    "only a": (0.30, 0.0, 0.0),
    "only b": (0.0, 0.30, 0.0),
    "neither": (0.0, 0.0, 0.0),
    "confounded": (0.30, 0.30, 1.0),
}
DIRECT = 0.10
LASTS = 0.5
RESAMPLES = 1_000


def lasting(units: int, rng: np.random.Generator) -> np.ndarray:
    """Errors (units, waves) of variance 1 that last from wave to wave."""
    error = rng.normal(size=(units, WAVES))
    for wave in range(1, WAVES):
        fresh = np.sqrt(1.0 - LASTS**2) * error[:, wave]
        error[:, wave] = LASTS * error[:, wave - 1] + fresh
    return error


def draw_panel(units: int, world: str, *, lagged: bool, rng: np.random.Generator) -> Panel:
    """Draw one panel; with lags each step is one wave after the last."""
    a, b, cause = WORLDS[world]
    common = cause * rng.normal(size=(units, 1))
    level = rng.normal(size=(3, units, 1)) + common
    wave = rng.normal(size=(3, 1, WAVES))
    morale = level[0] + wave[0] + lasting(units, rng)

    def before(values: np.ndarray) -> np.ndarray:
        return np.roll(values, 1, axis=1) if lagged else values

    middle = a * before(morale) + level[1] + wave[1] + lasting(units, rng)
    twice = before(before(morale))
    result = DIRECT * twice + b * before(middle) + level[2] + wave[2] + lasting(units, rng)
    place = np.indices((units, WAVES)).reshape(2, -1)
    frame = pd.DataFrame(
        {
            "agency": [f"unit {unit:03d}" for unit in place[0]],
            "period": [f"{2018 + number}" for number in place[1]],
            "morale": morale.ravel(),
            "middle": middle.ravel(),
            "performance": result.ravel(),
        }
    )
    if lagged:
        # What came before the first wave was rolled in from the last: it is not told.
        frame.loc[place[1] < 1, "middle"] = np.nan
        frame.loc[place[1] < 2, "performance"] = np.nan
    panel = Panel.from_frame(
        frame, agency="agency", period="period", morale="morale", performance="performance"
    )
    return Panel(
        frame=panel.frame.assign(middle=frame["middle"]),
        morale_label="Morale",
        performance_label="Performance",
        performance_is="mean",
    )


def run_cell(units: int, world: str, *, lagged: bool, replications: int) -> dict[str, object]:
    """Fit every replication of one cell."""
    truth = WORLDS[world][0] * WORLDS[world][1]
    held, width, called, refused = [], [], 0, 0
    for replication in range(replications):
        rng = np.random.default_rng([SEED, units, list(WORLDS).index(world), lagged, replication])
        panel = draw_panel(units, world, lagged=lagged, rng=rng)
        try:
            found = fit_service_profit_chain(
                panel,
                middle="middle",
                design="lagged" if lagged else "same wave",
                draws=RESAMPLES,
                seed=replication,
            )
        except ModelError:
            refused += 1
            held.append(False)
            continue
        row = found.row("indirect")
        refused += int(np.isnan(row["conf_low"]))
        held.append(bool(row["conf_low"] <= truth <= row["conf_high"]))
        width.append(row["conf_high"] - row["conf_low"])
        called += found.facts["verdict"] == "consistent"
    share, told = float(np.mean(held)), np.isfinite(width)
    return {
        "units": units,
        "world": world,
        "lagged": lagged,
        "coverage": round(share, 3),
        "error": round(float(np.sqrt(share * (1.0 - share) / replications)), 3),
        "width": round(float(np.array(width)[told].mean()), 3) if told.any() else float("nan"),
        "power" if truth else "false": round(called / replications, 3),
        "refused": round(refused / replications, 3),
    }


def main() -> None:
    """Print one line a cell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replications", type=int, default=REPLICATIONS)
    replications = parser.parse_args().replications
    start = time.perf_counter()
    cells = [
        run_cell(units, world, lagged=lagged, replications=replications)
        for lagged in (False, True)
        for units in UNITS
        for world in WORLDS
    ]
    print(pd.DataFrame(cells).to_string(index=False))
    print(f"{time.perf_counter() - start:.0f} s, {replications} replications a cell")


if __name__ == "__main__":
    main()
