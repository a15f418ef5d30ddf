"""Do the ranges of morale and performance cover, and is "morale first" said only where it is so?

A fixed grid with fixed seeds: 2,000 replications a cell by default, Monte Carlo errors printed.
Coverage of "within", "between" (morale known exactly) and of both corrected rows (morale from 36
answers a unit, so that about a quarter of its change is sampling error). Verdicts on the order in
time in worlds without a lag, with the reverse lag, with a common cause, with shocks to both that
stay in one of them only, and with the true lag, where the power of an oracle stands beside: the
same rule with the standard errors known. Refused fits and intervals that are not there count as
misses. Run
`python benchmarks/qualify_morale.py [--replications N] [--units 8,12,24,60]
[--part coverage]`.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from cxanalytics.errors import ModelError
from cxanalytics.models import fit_morale_ladder
from cxanalytics.models.morale_order import ORDERS, OrderInTime, order_in_time
from cxanalytics.models.morale_rows import morale_rows
from cxanalytics.rules import LEVEL, THRESHOLDS
from cxanalytics.tables import Estimates, Panel

SEED = 20_261_129
REPLICATIONS = 2_000
UNITS = (8, 12, 24, 60)
WAVES = 6
BURN = 30
WITHIN, BETWEEN = 0.4, 0.8
LAG = 0.5
Draw = Callable[[int, np.random.Generator], tuple[np.ndarray, np.ndarray]]


def levels(units: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Lasting levels of morale and performance of each unit, related between units."""
    own = rng.normal(size=units)
    return own[:, None], (0.6 * own + 0.8 * rng.normal(size=units))[:, None]


def moving(
    units: int,
    rng: np.random.Generator,
    *,
    stays: tuple[float, float] = (0.3, 0.3),
    lead: float = 0.0,
    follow: float = 0.0,
    cause: float = 0.0,
    shared: float = 0.0,
) -> tuple[np.ndarray, np.ndarray]:
    """Morale and performance, each (units, waves).

    `stays` of each to the next wave, both lags, a cause that lasts, and shocks in common.
    """
    morale = np.zeros((units, WAVES + BURN))
    performance = np.zeros_like(morale)
    other = np.zeros(units)
    for t in range(1, WAVES + BURN):
        shock = rng.normal(size=units)
        own = shared * shock + np.sqrt(1.0 - shared**2) * rng.normal(size=units)
        other = 0.5 * other + rng.normal(size=units)
        before = morale[:, t - 1], performance[:, t - 1]
        morale[:, t] = stays[0] * before[0] + follow * before[1] + cause * other + own
        performance[:, t] = stays[1] * before[1] + lead * before[0] + cause * other + shock
    high, good = levels(units, rng)
    return high + morale[:, BURN:], good + performance[:, BURN:]


def no_effect(units: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Each goes its own way over time; units that are high are good."""
    return moving(units, rng)


def reverse(units: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Morale follows performance."""
    return moving(units, rng, follow=LAG)


def confounder(units: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """A cause that lasts moves both at once."""
    return moving(units, rng, cause=0.7)


def sticky(units: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Shared shocks stay in performance and leave morale at once, so morale seems to lead."""
    return moving(units, rng, stays=(0.0, 0.7), shared=0.5)


def sticky_morale(units: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Shared shocks stay in morale and leave performance at once."""
    return moving(units, rng, stays=(0.7, 0.0), shared=0.5)


def true_lag(units: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Performance follows morale."""
    return moving(units, rng, lead=LAG)


ORDER_WORLDS: dict[str, Draw] = {
    "no effect": no_effect,
    "reverse": reverse,
    "confounder": confounder,
    "sticky": sticky,
    "sticky morale": sticky_morale,
    "true lag": true_lag,
}


def as_panel(morale: np.ndarray, performance: np.ndarray, se: np.ndarray | float) -> Panel:
    """Units are agencies of one unit."""
    units, waves = morale.shape
    unit, wave = np.divmod(np.arange(units * waves), waves)
    frame = pd.DataFrame(
        {
            "agency": [f"U{place:03d}" for place in unit],
            "period": [str(2015 + place) for place in wave],
            "morale": morale.ravel(),
            "performance": performance.ravel(),
            "se": np.broadcast_to(se, morale.shape).ravel(),
        }
    )
    return Panel.from_frame(
        frame,
        agency="agency",
        period="period",
        morale="morale",
        performance="performance",
        morale_se="se",
    )


def same_wave(units: int, rng: np.random.Generator, *, noisy: bool) -> Panel:
    """A true relation within and between units; errors of performance last within a unit."""
    high = rng.normal(size=units)[:, None]
    change = rng.normal(0.0, 0.7, (units, WAVES))
    change += rng.normal(0.0, 0.3, WAVES)
    truth = high + change
    mean = truth.mean(axis=1, keepdims=True)
    rest = rng.normal(0.0, 0.5, (units, WAVES))
    for t in range(1, WAVES):
        rest[:, t] += 0.4 * rest[:, t - 1]
    level = rng.normal(0.0, 0.5, units)[:, None] + 0.1 * np.arange(WAVES)
    performance = level + WITHIN * (truth - mean) + BETWEEN * mean + rest
    if not noisy:
        return as_panel(truth, performance, 0.0)
    answers = truth[..., None] + rng.normal(0.0, 2.4, (units, WAVES, 36))
    se = answers.std(axis=-1, ddof=1) / 6.0
    return as_panel(answers.mean(axis=-1), performance, se)


def covered(found: Estimates, key: str, truth: float) -> tuple[float, float, float]:
    """Whether a row is there, covers the truth, and how wide it is."""
    row = found.row(key)
    there = bool(np.isfinite(row["estimate"]) and not np.isnan(row["conf_low"]))
    inside = there and bool(row["conf_low"] <= truth <= row["conf_high"])
    return float(there), float(inside), float(row["conf_high"] - row["conf_low"])


def qualify_coverage(units: int, replications: int) -> None:
    """Print the coverage of four rows."""
    for noisy, suffix in ((False, ""), (True, "_corrected")):
        rng = np.random.default_rng([SEED, units, noisy])
        kept: dict[str, list[tuple[float, float, float]]] = {"within": [], "between": []}
        for _ in range(replications):
            found = fit_morale_ladder(same_wave(units, rng, noisy=noisy))
            for part, truth in (("within", WITHIN), ("between", BETWEEN)):
                kept[part].append(covered(found, part + suffix, truth))
        for part, runs in kept.items():
            there, inside, width = np.array(runs).T
            given = inside[there > 0].mean() if there.any() else float("nan")
            print(
                f"{units:3d} units, {part + suffix:17s}: covers {inside.mean():.3f}, where given "
                f"{given:.3f}, refused {1 - there.mean():.3f}, median width "
                f"{np.nanmedian(width):.2f}",
                flush=True,
            )


def judged(panel: Panel) -> OrderInTime:
    """The order in time, as the ladder judges it."""
    rows = morale_rows(
        panel,
        group="unit",
        covariates=(),
        exposure="",
        standardize=False,
        thresholds=THRESHOLDS,
    )
    return order_in_time(rows, level=LEVEL)


def lags(found: OrderInTime) -> list[float]:
    """The three lags that decide; NaN where they were not tested."""
    three = (found.forward, found.backward, found.difference)
    return [float("nan") if lag is None else lag.estimate for lag in three]


def oracle(runs: np.ndarray) -> float:
    """Share of "morale first" by the same rule, were the standard errors known."""
    z = np.abs(runs) / np.nanstd(runs, axis=0)
    return float(np.mean((z[:, 0] > 1.96) & (z[:, 1] <= 1.96) & (z[:, 2] > 1.96)))


def qualify_order(world: str, units: int, replications: int) -> None:
    """Print how often each order is said."""
    rng = np.random.default_rng([SEED, units, list(ORDER_WORLDS).index(world)])
    said, runs, failed = [], [], 0
    for _ in range(replications):
        try:
            found = judged(as_panel(*ORDER_WORLDS[world](units, rng), np.nan))
        except ModelError:
            failed += 1
            continue
        said.append(found.order)
        runs.append(lags(found))
    shares = {order: said.count(order) / replications for order in ORDERS}
    told = ", ".join(f"{order} {share:.3f}" for order, share in shares.items())
    beside = f"; oracle {oracle(np.array(runs)):.3f}" if world == "true lag" else ""
    print(f"{units:3d} units, {world:13s}: {told}; failed {failed}{beside}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--replications", type=int, default=REPLICATIONS)
    parser.add_argument("--part", choices=("coverage", "order", "all"), default="all")
    parser.add_argument("--units", default=",".join(map(str, UNITS)))
    options = parser.parse_args()
    sizes = [int(size) for size in options.units.split(",")]
    for name, share in (("a coverage of .95", 0.95), ("a rate of .06", 0.06)):
        error = np.sqrt(share * (1.0 - share) / options.replications)
        print(f"Monte Carlo error of {name}: {error:.4f}")
    for units in sizes:
        started = time.perf_counter()
        if options.part != "order":
            qualify_coverage(units, options.replications)
        for world in ORDER_WORLDS if options.part != "coverage" else ():
            qualify_order(world, units, options.replications)
        print(f"{units:3d} units: {time.perf_counter() - started:.0f} s", flush=True)


if __name__ == "__main__":
    main()
