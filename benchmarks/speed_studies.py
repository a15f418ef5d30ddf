"""How long does the question of morale and performance take on each real study?

Seconds of the wall clock: reading both sources and linking them, fitting, and the whole notebook
with its page, a kernel of its own included. A notebook is held to `MOST` seconds on a quiet
machine. Needs the files that `CXANALYTICS_DATA` names. Run
`OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python benchmarks/speed_studies.py [study ...]`.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from cxanalytics.models import (
    fit_morale_ladder,
    fit_morale_performance,
    fit_or_reason,
    fit_without_apart,
)
from cxanalytics.run import open_study, run_study

STUDIES = ("nhs_staff", "nhs_mortality", "csps", "fevs_quits", "fevs_2018", "simulated")
BEFORE, STEP = "01_audit", "03_morale"
MOST = 20.0


def measure(name: str) -> tuple[str, float, float, float]:
    """Time one study: its panel in words, reading, fitting, and the whole notebook."""
    start = time.perf_counter()
    study = open_study(name)
    own = study.source.file.parameters
    panel = study.morale_panel(dimension=str(own.get("dimension", "")))
    read = time.perf_counter()
    for fit in (fit_morale_performance, fit_without_apart, fit_morale_ladder):
        fit_or_reason(fit, panel, thresholds=study.thresholds)
    fitted = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / name
        # the audit, which tells the claims what the study holds, is not part of the time
        run_study(name, only=[BEFORE], output=place, progress=False)
        begun = time.perf_counter()
        run_study(name, only=[STEP], output=place, progress=False)
        done = time.perf_counter()
    what = f"{len(panel.frame):,} rows, {panel.frame['period'].nunique()} waves"
    return what, read - start, fitted - read, done - begun


def main() -> None:
    """Print a table, a row a study."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("study", nargs="*", default=list(STUDIES))
    print("| study | panel | reading | fitting | notebook and page | met |")
    print("|---|---|---|---|---|---|")
    for name in parser.parse_args().study:
        what, read, fitted, whole = measure(name)
        met = "yes" if whole < MOST else "no"
        print(f"| {name} | {what} | {read:.1f} | {fitted:.1f} | {whole:.1f} | {met} |")


if __name__ == "__main__":
    main()
