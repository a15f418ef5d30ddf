"""Does a run that is killed at any moment go on, and end with the same pages?

Kills a run of the simulated study (index, appendix and two agencies) at moments spread over its
whole length, starts it again each time, and compares every page with those of a run that was left
alone. Run `python benchmarks/qualify_kills.py [--kills N]`; exit code 1 where anything differs.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SEED = 20_261_123
KILLS = 20
COMMAND = [sys.executable, "-m", "cxanalytics", "run", "simulated", "--limit", "2", "--quiet"]


def run(output: Path, *, kill_after: float | None = None) -> bool:
    """Run the study; kill the whole group of processes after some seconds. True when it ended."""
    process = subprocess.Popen(
        [*COMMAND, "-o", str(output)],
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        return process.wait(timeout=kill_after) == 0
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return False


def pages(output: Path) -> dict[str, bytes]:
    """Read every page."""
    return {str(path.relative_to(output)): path.read_bytes() for path in output.rglob("*.html")}


def main() -> int:
    """Print one line per kill and the verdict."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=KILLS)
    kills = parser.parse_args().kills
    moments = random.Random(SEED)
    with tempfile.TemporaryDirectory() as scratch:
        whole = Path(scratch) / "whole"
        started = time.perf_counter()
        if not run(whole):
            print("the run that was left alone failed")
            return 1
        length = time.perf_counter() - started
        wanted, bad = pages(whole), 0
        print(f"left alone: {len(wanted)} pages in {length:.0f} s")
        for kill in range(kills):
            output = Path(scratch) / f"killed-{kill}"
            moment = moments.uniform(0.0, length)
            ended = run(output, kill_after=moment)
            half = {name for name, page in pages(output).items() if page != wanted.get(name)}
            good = run(output) and pages(output) == wanted and not half
            bad += not good
            state = "ended before" if ended else "killed"
            print(f"{state} at {moment:5.1f} s: {'same pages' if good else 'DIFFERS'}", flush=True)
    print(f"{kills - bad} of {kills} runs went on to the same pages; none half-written: {not bad}")
    return int(bad > 0)


if __name__ == "__main__":
    raise SystemExit(main())
