"""A house of four tiny notebooks, and one run of it that the tests share."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from cxanalytics.run import run_study

STUDY = """\
schema: 1
title: Offices of a city
programme: City survey
publisher: City of Testing
contact: survey@example.org
survey:
  reader: table
  file: answers.csv
  columns: {agency: office}
  questions:
    recommend: {scale: likert_1_5, label: Would recommend us, phrase: would recommend you}
  outcome: recommend
scorecard: [recommend]
parameters: {repeat: 2}
"""
ANSWERS = "office,recommend\n" + "".join(
    f"{office},{answer}\n"
    for office, times in (("North", 40), ("South <b>", 40), ("Few", 20), ("Tiny", 4))
    for answer in [1, 4, 5, 4] * (times // 4)
)
OPEN = ["import cxanalytics as cx", "study = cx.open_study(**cx.parameters())"]
BOARD = """\
import pandas as pd
from cxanalytics.tables import BENCHMARK_COLUMNS, Benchmark
counts = study.survey().frame.groupby("agency")["recommend"].agg(["size", "mean"]).reset_index()
few = counts["size"] < 30
blank = {name: float("nan") for name in BENCHMARK_COLUMNS}
frame = pd.DataFrame([blank] * len(counts)).assign(
    key=counts["agency"], verdict="", estimate=counts["mean"].where(~few) + bonus,
    suppressed_reason=few.map({True: "few", False: ""}).where(counts["size"] >= 10, "hidden"),
)
board = Benchmark(frame, "share", 0.95, 0.02, pd.DataFrame(), pd.DataFrame())"""
SECTION = """\
from markupsafe import Markup
from cxanalytics.report import Section
figures = board.frame.loc[board.frame["key"] == {key}, ["key", "estimate"]]
facts = {{"kind": "{kind}", "title": {key}, "programme": "P"}}
Section("main", 0, "How?", "So.", Markup("<h1>{{}}</h1>").format({key}), figures, page=facts)"""
NOTEBOOKS = {
    "01_audit": [
        'study: str = "simulated"  # name of a study, or its folder\n'
        "repeat: int = 1  # how often to count\n"
        "share: float = 0.5  # a share",
        *OPEN,
        "import pandas as pd",
        'study.save("01_audit", rows=pd.DataFrame({"rows": [len(study.survey().frame) * repeat]}))',
    ],
    "04_benchmark": [
        'study: str = "simulated"  # name of a study, or its folder\nbonus: float = 0.0  # added',
        *OPEN,
        BOARD,
        'study.save("04_benchmark", recommend=board, facts={"bonus": bonus})',
    ],
    "08_agency": [
        'study: str = "simulated"  # name of a study, or its folder\nagency: str = ""  # whose',
        *OPEN,
        'board = study.load("04_benchmark")["recommend"]',
        SECTION.format(key="agency", kind="agency"),
    ],
    "09_index": [
        'study: str = "simulated"  # name of a study, or its folder',
        *OPEN,
        'rows = study.load("01_audit")["rows"]\nboard = study.board',
        SECTION.format(key="', '.join(study.pages().values())", kind="index"),
    ],
}


def write_notebook(path: Path, cells: list[str]) -> None:
    """Write a notebook of code cells; the first holds the parameters."""
    made = [
        {
            "id": f"c{place}",
            "cell_type": "code",
            "source": source,
            "metadata": {"tags": ["parameters"]} if place == 0 else {},
            "outputs": [],
            "execution_count": None,
        }
        for place, source in enumerate(cells)
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    book = {"cells": made, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(book), encoding="utf-8")


def build_house(root: Path) -> Path:
    """Write notebooks/ and params/ with two studies below a folder."""
    (root / "notebooks").mkdir(parents=True)
    for name, cells in NOTEBOOKS.items():
        write_notebook(root / "notebooks" / f"{name}.ipynb", cells)
    for name, more in (("city", ""), ("simulated", "simulated: true\n")):
        folder = root / "params" / name
        folder.mkdir(parents=True)
        (folder / "study.yaml").write_text(STUDY + more, encoding="utf-8")
        (folder / "answers.csv").write_text(ANSWERS, encoding="utf-8")
    return root


@pytest.fixture(scope="session")
def notebook_writer() -> Callable[[Path, list[str]], None]:
    """Write a notebook of code cells; the first is tagged `parameters`."""
    return write_notebook


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CXANALYTICS_OUTPUTS", "CXANALYTICS_HOME", "CXANALYTICS_RUN"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An unrun house, in force."""
    root = build_house(tmp_path / "house {1} $x")
    monkeypatch.setenv("CXANALYTICS_HOME", str(root))
    monkeypatch.chdir(root)
    return root


@pytest.fixture(scope="session")
def run_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A house that was run."""
    root = build_house(tmp_path_factory.mktemp("run") / "house")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("CXANALYTICS_OUTPUTS", raising=False)
        patch.setenv("CXANALYTICS_HOME", str(root))
        report = run_study("city", jobs=2, progress=False)
    assert not report.failed
    return root


@pytest.fixture
def ran(run_once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of a house that was run, in force."""
    root = tmp_path / "house"
    shutil.copytree(run_once, root)
    monkeypatch.setenv("CXANALYTICS_HOME", str(root))
    monkeypatch.chdir(root)
    return root
