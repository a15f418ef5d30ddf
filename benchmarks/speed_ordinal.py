"""How fast is the ordinal model, beside its peers, in memory, and from a file?

Three tables, every line from a process of its own: the model from 1e5 to 1e7 answers with its
growth per tenfold rows; statsmodels' OrderedModel and, where Rscript is there, R's ordinal::clm on
the same data; and the way from a Parquet file to the effects of the drivers. Data are drawn
beforehand, so that drawing counts for nothing; one BLAS thread. Random levels have a script of
their own, speed_random_intercept.py. See `python benchmarks/speed_ordinal.py --help`.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

SIZES = (100_000, 1_000_000, 10_000_000)
CHUNK = 500_000
AGENCIES, UNITS, DRIVERS = 400, 50, 8
EFFECTS = 1.5 * np.array([0.5, 0.1, 0.2, 0.3, 0.0, 0.4, 0.25, 0.15])
KINDS = {
    "unweighted": (),
    "weighted, 20,000 clusters": ("weights", "clusters"),
    "weighted, 400 levels, clustered": ("weights", "groups"),
}
QUESTIONS = [f"q{number}" for number in range(1, DRIVERS + 1)]
R_CODE = """
suppressMessages(library(ordinal))
d <- read.csv("{csv}"); d$y <- factor(d$y, ordered = TRUE)
begun <- proc.time()
fit <- clm(y ~ {terms}, data = d)
took <- proc.time() - begun
cat(sprintf('{{"cpu": %f, "wall": %f, "coefficients": [%s]}}', took[1] + took[2], took[3],
    paste(sprintf("%.12g", fit$beta), collapse = ", ")))
"""


def draw(number: int, seed: int) -> dict[str, np.ndarray]:
    """Draw some answers of 0 to 10, eight five-point drivers that go together, and the design."""
    rng = np.random.default_rng([seed, number])
    mood = rng.normal(size=(number, 1))
    design = np.clip(np.round(3.5 + mood + rng.normal(size=(number, DRIVERS))), 1, 5)
    agency = rng.integers(0, AGENCIES, number).astype(np.int32)
    level = np.random.default_rng(1).normal(0.0, 0.3, AGENCIES)[agency]
    latent = design @ EFFECTS + level + rng.logistic(size=number) - 3.0
    return {
        "answers": np.clip(np.round(latent), 0, 10).astype(np.int8),
        "design": design.astype(np.int8),
        "weights": rng.uniform(0.5, 2.0, number).astype(np.float32),
        "groups": agency,
        "clusters": agency * np.int32(UNITS) + rng.integers(0, UNITS, number, dtype=np.int32),
    }


def draw_arrays(folder: Path, rows: int) -> dict[str, Any]:
    """Write one size as arrays."""
    parts = [draw(min(CHUNK, rows - begin), begin) for begin in range(0, rows, CHUNK)]
    for name in parts[0]:
        np.save(folder / f"{name}-{rows}.npy", np.concatenate([part[name] for part in parts]))
    return {}


def draw_file(folder: Path, rows: int) -> dict[str, Any]:
    """Write one size as a Parquet file, some answers missing."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    names = pa.array([f"Agency {number:03d}" for number in range(AGENCIES)])
    writer = None
    for begin in range(0, rows, CHUNK):
        part = draw(min(CHUNK, rows - begin), begin)
        rng = np.random.default_rng([begin, 2])
        columns = {
            "agency": names.take(pa.array(part["groups"])),
            "unit": pa.array(part["clusters"]),
            "weight": pa.array(part["weights"].astype(float)),
            "recommend": pa.array(part["answers"]),
        }
        for name, answers in zip(QUESTIONS, part["design"].T, strict=True):
            columns[name] = pa.array(answers, mask=rng.random(len(answers)) < 0.005)
        table = pa.table(columns)
        writer = writer or pq.ParquetWriter(folder / f"{rows}.parquet", table.schema)
        writer.write_table(table)
    if writer is not None:
        writer.close()
    return {"megabytes": (folder / f"{rows}.parquet").stat().st_size / 1e6}


def peak() -> float:
    """Give the most memory this process has held, in GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def timed(work: Callable[[], Any]) -> tuple[Any, dict[str, float]]:
    """Do some work; give its result, its seconds, and the memory before and at most."""
    loaded, begun, cpu = peak(), time.perf_counter(), time.process_time()
    result = work()
    took = {"wall": time.perf_counter() - begun, "cpu": time.process_time() - cpu}
    return result, took | {"loaded": loaded, "peak": peak()}


def fit_arrays(folder: Path, rows: int, kind: str) -> dict[str, Any]:
    """Fit one kind of model to one size."""
    from cxanalytics.numerics.ordinal import fit_cumulative_link

    def load(name: str) -> np.ndarray:
        return np.load(folder / f"{name}-{rows}.npy")

    answers, design = load("answers"), load("design")
    how = {name: load(name) for name in KINDS[kind]}
    if "groups" in how:
        how["clusters"] = how["groups"]
    fit, took = timed(lambda: fit_cumulative_link(answers, design, **how))
    return took | {"coefficients": fit.coefficients.tolist()}


def fit_statsmodels(folder: Path, rows: int) -> dict[str, Any]:
    """Fit the unweighted model by statsmodels."""
    from statsmodels.miscmodels.ordinal_model import OrderedModel

    answers = np.load(folder / f"answers-{rows}.npy").astype(int)
    design = np.load(folder / f"design-{rows}.npy").astype(float)
    fit, took = timed(
        lambda: OrderedModel(answers, design, distr="logit").fit(method="bfgs", disp=False)
    )
    return took | {"coefficients": np.asarray(fit.params)[:DRIVERS].tolist()}


def fit_r(folder: Path, rows: int) -> dict[str, Any]:
    """Fit the unweighted model by R's ordinal::clm."""
    answers = np.load(folder / f"answers-{rows}.npy")
    table = np.column_stack([answers, np.load(folder / f"design-{rows}.npy")])
    path = folder / f"{rows}.csv"
    header = ",".join(["y", *QUESTIONS])
    np.savetxt(path, table, fmt="%d", delimiter=",", header=header, comments="")
    code = R_CODE.format(csv=path.as_posix(), terms=" + ".join(QUESTIONS))
    done = subprocess.run(["Rscript", "-e", code], capture_output=True, text=True, check=True)
    return {"loaded": float("nan"), "peak": float("nan")} | json.loads(done.stdout)


def read_and_fit(folder: Path, rows: int, kind: str) -> dict[str, Any]:
    """Read a Parquet file, and fit the ordinal model or all of `fit_recommendation`."""
    from cxanalytics.models import fit_recommendation
    from cxanalytics.models.answers import answer_rows
    from cxanalytics.sources import read_large

    def read() -> Any:
        return read_large(
            folder / f"{rows}.parquet",
            columns={"agency": "agency", "psu": "unit", "weight": "weight"},
            questions={"recommend": "nps_0_10"} | dict.fromkeys(QUESTIONS, "likert_1_5"),
            outcome="recommend",
            drivers=QUESTIONS,
        )

    def fit() -> Any:
        survey = read()
        if kind == "effects":
            return fit_recommendation(survey, seed=1)
        chosen = answer_rows(
            survey, drivers=QUESTIONS, case_mix=(), period=None, statistic="positive"
        )
        return chosen.fit(chosen.answers, link="logit", cluster="agency", agency_effects=True)

    return timed(read if kind == "read" else fit)[1]


STAGES = {
    "arrays": draw_arrays,
    "file": draw_file,
    "fit": fit_arrays,
    "statsmodels": fit_statsmodels,
    "r": fit_r,
    "read": read_and_fit,
}


def run(stage: str, folder: Path, rows: int, *kind: str) -> dict[str, Any]:
    """Run one stage in a process of its own."""
    command = [sys.executable, __file__, "--stage", stage, "--folder", str(folder)]
    command += ["--rows", str(rows), *(part for name in kind for part in ("--kind", name))]
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=environment)
    return json.loads(done.stdout)


def line(name: str, rows: int, took: dict[str, Any], more: str = "") -> None:
    """Print one line of a table."""
    numbers = (
        f"{took['cpu']:>8.2f} {took['wall']:>8.2f} {took['loaded']:>9.2f} {took['peak']:>8.2f}"
    )
    print(f"{name:<34} {rows:>11,} {numbers}  {more}", flush=True)


def head(title: str) -> None:
    """Print the names of the columns."""
    print(
        f"\n{title:<34} {'answers':>11} {'CPU s':>8} {'wall s':>8} {'loaded GB':>9} {'peak GB':>8}"
    )


def scale(folder: Path, largest: int) -> None:
    """Print how the model grows."""
    head("model")
    for kind in KINDS:
        before = None
        for rows in (rows for rows in SIZES if rows <= largest):
            took = run("fit", folder, rows, kind)
            growth = f"grows by a factor of {took['cpu'] / before:.1f}" if before else ""
            line(kind, rows, took, growth)
            before = took["cpu"]


def peers(folder: Path, rows: int) -> None:
    """Print what peers take for the same model of the same answers."""
    head("unweighted, the same data")
    ours = run("fit", folder, rows, "unweighted")
    line("this package", rows, ours)
    found = {"statsmodels OrderedModel": "statsmodels"}
    if shutil.which("Rscript"):
        found["R ordinal::clm"] = "r"
    else:
        print("Rscript is not here: not compared")
    for name, stage in found.items():
        took = run(stage, folder, rows)
        apart = np.abs(np.subtract(took["coefficients"], ours["coefficients"])).max()
        more = f"{took['cpu'] / ours['cpu']:.0f} times our CPU; coefficients differ by {apart:.0e}"
        line(name, rows, took, more)


def from_file(folder: Path, rows: int) -> None:
    """Print what it takes from a Parquet file to the fitted model."""
    written = run("file", folder, rows)
    head(f"from a file of {written['megabytes']:.0f} MB")
    for name, kind in (
        ("to the survey", "read"),
        ("to the fitted model", "model"),
        ("to the effects of the drivers", "effects"),
    ):
        line(name, rows, run("read", folder, rows, kind))


def main() -> None:
    """Run every stage in its own process, so that peaks of memory are its own."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--largest", type=int, default=SIZES[-1])
    parser.add_argument("--peer-rows", type=int, default=SIZES[0], help="0: no peers")
    parser.add_argument("--file-rows", type=int, default=SIZES[-1], help="0: no file")
    for name in ("--stage", "--folder", "--kind"):
        parser.add_argument(name, help=argparse.SUPPRESS)
    parser.add_argument("--rows", type=int, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.stage:
        kind = [chosen.kind] if chosen.kind else []
        print(json.dumps(STAGES[chosen.stage](Path(chosen.folder), chosen.rows, *kind)))
        return
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for rows in sorted({*(n for n in SIZES if n <= chosen.largest), chosen.peer_rows} - {0}):
            run("arrays", folder, rows)
        scale(folder, chosen.largest)
        if chosen.peer_rows:
            peers(folder, chosen.peer_rows)
        if chosen.file_rows:
            from_file(folder, chosen.file_rows)


if __name__ == "__main__":
    main()
