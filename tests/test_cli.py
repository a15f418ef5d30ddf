"""What is typed at a terminal: one line per error, documented exit codes, a quick start."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from cxanalytics.cli import _print_report, main
from cxanalytics.rules import Thresholds
from cxanalytics.run.handover import RUN_VARIABLE
from cxanalytics.run.record import RunReport

CELLS = {
    "01_audit": [
        'study: str = "city"  # name of a study\nseed: int = 1  # for draws\nof: list = []  # some',
        "import cxanalytics as cx",
        "study = cx.open_study(**cx.parameters())",
        "study.survey().agencies, seed",
    ]
}
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
    recommend: {scale: likert_1_5, label: Would recommend us}
  outcome: recommend
scorecard: [recommend]
"""


@pytest.fixture
def house(tmp_path, monkeypatch):
    for name, cells in CELLS.items():
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
        title = {"id": "t", "cell_type": "markdown", "source": "# What do we hold?", "metadata": {}}
        book = {"cells": [title, *made], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
        (tmp_path / "notebooks").mkdir()
        (tmp_path / "notebooks" / f"{name}.ipynb").write_text(json.dumps(book))
    (tmp_path / "params/city").mkdir(parents=True)
    (tmp_path / "params/city/study.yaml").write_text(STUDY)
    (tmp_path / "params/city/answers.csv").write_text("office,recommend\nNorth,5\nSouth,4\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CXANALYTICS_HOME", str(tmp_path))
    for name in ("CXANALYTICS_OUTPUTS", RUN_VARIABLE):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def _type(*words):
    return CliRunner().invoke(main, list(words))


def test_list_and_params(house):
    shown = _type("list").output
    assert "  city             Offices of a city\n" in shown
    assert "  01_audit         What do we hold?\n" in shown
    assert "seed: int = 1" in _type("params", "01").output
    (house / "params/city/01_audit.yaml").write_text("seed: 7\n")
    assert _type("params", "city").output.splitlines() == [
        "01_audit",
        "  study = 'city'  (default)",
        "  seed = 7",
        "  of = []  (default)",
    ]


def test_dry_run(house):
    result = _type("run", "city", "--dry-run")
    assert result.exit_code == 0
    assert result.output.split() == ["would", "run", "01_audit", "audit.html"]
    assert not (house / "outputs").exists()


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["run", "ctiy"], 2, "`study` must be one of 'city'; got 'ctiy'. Did you mean 'city'?"),
        (["run", "city", "-p", "sed=1"], 2, "`sed` is not a parameter of these notebooks; declared "
         "are seed, of. Did you mean 'seed'?"),
        (["run", "city", "-p", "seed=x"], 2, "`seed` must be a whole number; got 'x'."),
        (["run", "city", "-p", "seed=1.5"], 2, "`seed` must be a whole number; got 1.5."),
        (["run", "city", "-p", "seed"], 2, "`-p` must be NAME=VALUE; got 'seed'."),
        (["run", "city", "-p", "seed=1", "-p", "seed=2"], 2, "`-p seed` is given twice."),
        (["run", "city", "--only", "11"], 2, "`only` must be one of '01_audit'; got '11'."),
        (["run", "city", "--jobs", "0"], 2, "`jobs` must be at least 1; got 0."),
        (["params", "nothing"], 2, "`study` must be one of 'city'; got 'nothing'."),
        (["open", "city"], 2, "outputs/city/index.html does not exist. Run: cxanalytics run city"),
    ],
)  # fmt: skip
def test_wrong_input_is_one_line_and_code_2(house, words, code, message):
    result = _type(*words)
    assert result.exit_code == code
    assert result.stderr == f"cxanalytics: {message}\n"
    assert result.stdout == ""
    assert not (house / "outputs").exists()


def test_usage_errors_are_code_2():
    result = _type("rum")
    assert result.exit_code == 2
    assert "Did you mean 'run'?" in result.stderr
    assert _type("run", "--job", "x").exit_code == 2


def test_a_wrong_study_file_is_one_line(house):
    path = house / "params/city/study.yaml"
    path.write_text(STUDY.replace("scale: likert_1_5", "scale: stars"))
    result = _type("check", "city")
    assert result.exit_code == 2
    assert result.stderr.startswith(
        "cxanalytics: params/city/study.yaml, line 11: `survey.questions.recommend.scale` must be"
    )
    assert result.stderr.count("\n") == 1


def test_wrong_data_is_code_1(house):
    (house / "params/city/answers.csv").write_text("office,recommend\nNorth,9\n")
    result = _type("check", "city")
    assert result.exit_code == 1
    assert result.stderr.startswith("cxanalytics: `recommend` (column 'recommend') must be 1 to 5")
    assert result.stderr.count("\n") == 1


def test_a_run_and_a_failing_notebook(house):
    result = _type("run", "city", "-p", "seed=3")
    assert result.exit_code == 0, result.stderr
    assert result.output == (
        "Notebooks: 1 run, 0 unchanged. Pages: 1.\nOpen outputs/city/audit.html\n"
    )
    executed = house / "outputs/city/notebooks/01_audit.ipynb"
    assert "(['North', 'South'], 3)" in executed.read_text()
    before = executed.read_bytes()
    (house / "params/city/answers.csv").write_text("office,recommend\nNorth,9\n")
    for debug in ([], ["--debug"], ["--continue-on-error"]):
        result = _type("run", "city", "-p", "seed=3", *debug)
        assert result.exit_code == 1
        last = result.stderr.splitlines()[-1]
        assert last.startswith("cxanalytics: 01_audit.ipynb, cell [5]: `recommend` (column")
        assert ("Traceback" in result.stderr) == (debug == ["--debug"])
        assert executed.read_bytes() == before


def test_help_starts_quickly_and_loads_nothing_heavy():
    code = (
        "import sys; from cxanalytics.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "print(sorted({'numpy', 'pandas', 'pydantic', 'papermill', 'yaml'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
    assert "Run a study and make its pages." in done.stdout


def test_python_m(house):
    command = [sys.executable, "-m", "cxanalytics", "run", "ctiy"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path.cwd())
    assert done.returncode == 2
    assert done.stderr == (
        "cxanalytics: `study` must be one of 'city'; got 'ctiy'. Did you mean 'city'?\n"
    )


def test_a_reason_has_the_number_of_the_study(tmp_path, capsys):
    raised = Thresholds(hide=20)
    _print_report(RunReport("city", tmp_path, suppressed={"Tiny": "hidden"}, thresholds=raised))
    told = capsys.readouterr().out
    assert "Fewer than 20 answers. Hidden to protect privacy. No page: Tiny" in told
