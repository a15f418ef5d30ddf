"""What every test may ask for: the real surveys, the outside reference results, a quiet machine."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from cxanalytics.tables import Benchmark

# read when numpy is first imported, so numpy is imported below, inside the fixtures
for variable, value in {
    "MPLBACKEND": "agg",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}.items():
    os.environ.setdefault(variable, value)

ROOT = Path(__file__).resolve().parents[1]


def folder_named_by(variable: str, what: str) -> Path:
    """Return the folder an environment variable names; skip where it is unset."""
    value = os.environ.get(variable, "")
    if not value:
        pytest.skip(f"{variable} is not set: it names the folder of {what}")
    folder = Path(value)
    if not folder.is_dir():
        pytest.fail(f"{variable} names {value!r}, which is not a folder")
    return folder


@pytest.fixture(scope="session")
def root() -> Path:
    """The top of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of real surveys; skips, with the reason, where there is none."""
    return folder_named_by("CXANALYTICS_DATA", "real surveys")


@pytest.fixture(scope="session")
def reference_dir() -> Path:
    """The folder of results computed by other software; skips where there is none."""
    return folder_named_by("CXANALYTICS_REFERENCE", "outside reference results")


@pytest.fixture(scope="session")
def reference(reference_dir: Path) -> Callable[[str], dict[str, Any]]:
    """Read one outside result by name: ``reference("survey_nps")["expected"]``."""

    def read(name: str) -> dict[str, Any]:
        path = reference_dir / f"{name}.json"
        if not path.is_file():
            pytest.skip(f"{path.name} is not among the outside reference results")
        return json.loads(path.read_text(encoding="utf-8"))

    return read


@pytest.fixture(scope="session")
def postgres() -> str:
    """The address of a PostgreSQL server to try queries on; `.ci/run` starts one for the tests."""
    address = os.environ.get("CXANALYTICS_POSTGRES", "")
    if not address and os.environ.get("CI") == "true":
        pytest.fail("CXANALYTICS_POSTGRES is not set: continuous integration needs PostgreSQL")
    if not address:
        pytest.skip("CXANALYTICS_POSTGRES is not set: it is the address of a PostgreSQL server")
    return address


@pytest.fixture(scope="session")
def studies_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for the outputs of whole studies, shared by all workers."""
    base = tmp_path_factory.getbasetemp()
    return (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "studies"


@pytest.fixture(scope="session")
def simulated_run(studies_folder: Path) -> Path:
    """The outputs of the simulated study, run once; never written to by a test.

    Another worker that asks waits for the first at the lock of the folder, and finds all done.
    """
    from cxanalytics.run import run_study

    report = run_study("simulated", output=studies_folder / "simulated", jobs=2, progress=False)
    return report.output


@pytest.fixture(scope="session")
def record_ids() -> Callable[[str], list[str]]:
    """Give the ids of all records in the files of a page; each stands on the page, and once.

    Sheets and files without a column `id` hold no records: the sheet that explains the columns,
    what was noticed in sentences ("notes"), and the tables of the audit, of which its page prints
    sums; the claims of the audit are records.
    """
    import base64
    import csv
    import io
    import re
    from collections.abc import Iterator

    import openpyxl

    def listed(name: str, content: bytes) -> Iterator[list[str]]:
        if name.endswith("json"):
            yield [row.get("id", "") for row in json.loads(content)["records"]]
        elif name.endswith("csv"):
            rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
            assert "id" in (rows.fieldnames or ()), name
            yield [row["id"] for row in rows]
        else:
            for sheet in openpyxl.load_workbook(io.BytesIO(content), read_only=True):
                rows = list(sheet.iter_rows(values_only=True))
                if rows and rows[0][0] == "id":
                    yield [str(row[0] or "") for row in rows[1:]]

    def check(html: str) -> list[str]:
        places = re.findall(r"<[a-z][^<>]*? id=\"([^\"]+)\"", html)
        assert len(places) == len(set(places))
        found: list[str] = []
        for name, data in re.findall(r"download=\"([^\"]+)\"[^<>]*base64,([^\"]+)\"", html):
            for ids in listed(name, base64.b64decode(data)):
                assert len(ids) == len(set(ids)), name
                assert set(ids) <= set(places), name
                found = found if set(ids) <= set(found) else [*found, *ids]
        return found

    return check


@pytest.fixture
def benchmark_table() -> Benchmark:
    """Two agencies, A clearly ahead of B, with every promised column."""
    import pandas as pd

    from cxanalytics.tables import BENCHMARK_COLUMNS, Benchmark

    figures: dict[str, tuple[Any, Any]] = {
        "key": ("A", "B"),
        "raw": (0.72, 0.58),
        "raw_low": (0.66, 0.52),
        "raw_high": (0.78, 0.64),
        "estimate": (0.70, 0.60),
        "conf_low": (0.65, 0.55),
        "conf_high": (0.75, 0.65),
        "peer": (0.65, 0.65),
        "peer_low_quarter": (0.62, 0.62),
        "peer_high_quarter": (0.68, 0.68),
        "gap": (0.05, -0.05),
        "gap_low": (0.02, -0.08),
        "gap_high": (0.08, -0.02),
        "p_above": (0.96, 0.01),
        "p_below": (0.01, 0.96),
        "p_same": (0.03, 0.03),
        "p_top_quartile": (0.97, 0.03),
        "rank_low": (1, 2),
        "rank_high": (1, 2),
        "verdict": ("above", "below"),
        "certainty": (0.96, 0.96),
        "peers": (2, 2),
        "n": (240, 260),
        "n_eff": (230.0, 250.0),
        "reliability": (0.8, 0.8),
        "suppressed_reason": ("", ""),
    }
    keys = ["A", "B"]
    return Benchmark(
        pd.DataFrame({column: figures[column] for column in BENCHMARK_COLUMNS}),
        "share who would recommend",
        0.95,
        0.02,
        pd.DataFrame([[0.97, 0.03], [0.03, 0.97]], index=keys, columns=[1, 2]),
        pd.DataFrame([[0.5, 0.97], [0.03, 0.5]], index=keys, columns=keys),
    )
