"""How long do the models of morale take: 2,000 units, 20 waves, 999 wild-bootstrap draws?

Beside it the same draws the plain way: statsmodels fits every resample again, which is timed on a
few draws and multiplied up. Run `python benchmarks/speed_morale.py [--units N] [--waves N]`.
"""

from __future__ import annotations

import argparse
import resource
import time

import numpy as np
import pandas as pd
import statsmodels.api as sm

from cxanalytics.models import fit_morale_ladder, fit_morale_performance
from cxanalytics.numerics.panel import demean
from cxanalytics.tables import Panel

SEED = 20_261_129
DRAWS = 999
TIMED = 10


def draw_panel(units: int, waves: int) -> Panel:
    """Units with lasting levels, waves in common, and morale measured with error."""
    rng = np.random.default_rng(SEED)
    unit, wave = np.divmod(np.arange(units * waves), waves)
    level = rng.normal(0.6, 0.08, units)
    morale = level[unit] + rng.normal(0.0, 0.05, len(unit)) + 0.01 * wave
    frame = pd.DataFrame(
        {
            "agency": [f"U{place:05d}" for place in unit],
            "period": [str(2001 + place) for place in wave],
            "morale": morale + rng.normal(0.0, 0.02, len(unit)),
            "performance": 0.3 + 0.2 * morale + rng.normal(0.0, 0.03, len(unit)),
            "se": 0.02,
            "n": 60.0,
        }
    )
    return Panel.from_frame(
        frame,
        agency="agency",
        period="period",
        morale="morale",
        performance="performance",
        morale_se="se",
        n="n",
    )


def refit(panel: Panel, draws: int) -> float:
    """Seconds for this many wild draws when statsmodels refits each, within units and waves."""
    frame = panel.frame
    code = pd.factorize(frame["agency"])[0]
    y, x = (
        demean(frame[name].to_numpy(), code, wave=frame["period"].to_numpy())
        for name in ("performance", "morale")
    )
    rng = np.random.default_rng(SEED)
    started = time.perf_counter()
    for _ in range(draws):
        signs = rng.choice([-1.0, 1.0], size=int(code.max()) + 1)[code]
        fit = sm.OLS(y * signs, x).fit(cov_type="cluster", cov_kwds={"groups": code})
        assert np.isfinite(fit.tvalues).all()
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--units", type=int, default=2_000)
    parser.add_argument("--waves", type=int, default=20)
    options = parser.parse_args()
    panel = draw_panel(options.units, options.waves)
    for name, fit in (
        (f"within and between, {DRAWS} draws", lambda: fit_morale_performance(panel, draws=DRAWS)),
        ("ladder", lambda: fit_morale_ladder(panel)),
    ):
        wall, busy = time.perf_counter(), time.process_time()
        fit()
        wall, busy = time.perf_counter() - wall, time.process_time() - busy
        print(f"{name}: {wall:.2f} s ({busy:.2f} s of processor)", flush=True)
    plain = refit(panel, TIMED) * DRAWS / TIMED
    print(f"statsmodels refits, {DRAWS} draws of one row (from {TIMED}): {plain:.0f} s")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
