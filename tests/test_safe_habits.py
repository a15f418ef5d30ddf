"""What a user works with stays out of the repository: answers, studies of their own, outputs."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
SCRIPT = ROOT / "scripts/check_notebooks.py"
PARAMETERS = 'study: str = "{}"  # name of a study, or its folder'
PLAIN = {"output_type": "execute_result", "data": {"text/plain": "12 agencies"}}


def _ignored(*names):
    asked = ["git", "check-ignore", "--no-index", *names]
    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode == 128:
        pytest.skip("this is no clone: " + done.stderr.strip())
    return done.stdout.splitlines()


@pytest.fixture
def clone(tmp_path):
    """An empty repository."""
    made = subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=False)
    if made.returncode:
        pytest.skip("git is not there")
    (tmp_path / "notebooks").mkdir()
    return tmp_path


def _write(path, *outputs, study="simulated", more=()):
    cells = [
        {"cell_type": "markdown", "source": "# What?", "metadata": {}},
        {
            "cell_type": "code",
            "source": PARAMETERS.format(study),
            "metadata": {"tags": ["parameters"]},
            "outputs": [],
        },
        *({"cell_type": "code", "source": source, "outputs": []} for source in more),
        {"cell_type": "code", "source": "1", "metadata": {}, "outputs": list(outputs)},
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"cells": cells, "nbformat": 4}), encoding="utf-8")


def _check(folder, *paths):
    command = [sys.executable, str(SCRIPT), *paths]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.stdout == ""
    return done.returncode, done.stderr.splitlines()


def _add(folder):
    subprocess.run(["git", "add", "--force", "--all"], cwd=folder, check=True)


def test_the_notebooks_of_this_repository_pass():
    assert _check(ROOT) == (0, [])


def test_outputs_of_the_simulated_study_are_welcome(clone):
    _write(clone / "notebooks/01_audit.ipynb", PLAIN, {"output_type": "stream", "text": ["and/or"]})
    _write(clone / "docs/try.ipynb", study="mine")
    _add(clone)
    assert _check(clone) == (0, [])


@pytest.mark.parametrize(
    ("study", "more"),
    [
        ("mine", ()),
        ("simulated", ['study = "mine"']),
        ("simulated", ['import cxanalytics as cx\nheld = cx.open_study("mine").survey()']),
        ("simulated", ['held = cx.open_study(study="mine")']),
    ],
)
def test_outputs_of_another_study_are_refused_in_one_line(clone, study, more):
    _write(clone / "notebooks/04_benchmark.ipynb", PLAIN, study=study, more=more)
    _add(clone)
    told = (
        "notebooks/04_benchmark.ipynb has outputs of the study 'mine'; they must be of "
        "'simulated': store them again with: make notebooks"
    )
    assert _check(clone) == (1, [told])
    assert _check(clone, "notebooks/04_benchmark.ipynb") == (1, [told])


def test_a_notebook_that_does_not_say_its_study_is_refused(clone):
    path = clone / "notebooks/04_benchmark.ipynb"
    cells = [{"cell_type": "code", "source": ["read('answers.csv')"], "outputs": [PLAIN]}]
    path.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    code, (line,) = _check(clone, str(path))
    assert code == 1
    assert "has outputs, and no parameter `study` that says of what" in line


@pytest.mark.parametrize(
    "name", ["notebooks/mine.ipynb", "notebooks/old/04_benchmark.ipynb", "docs/04_try.ipynb"]
)
def test_any_other_notebook_has_no_outputs(clone, name):
    _write(clone / name, PLAIN)
    _add(clone)
    code, (line,) = _check(clone)
    assert code == 1
    assert line == (
        f"{name} has outputs; only notebooks/NN_name.ipynb may: clear them with: "
        f"jupyter nbconvert --clear-output --inplace {name}"
    )


@pytest.mark.parametrize(
    ("output", "fault"),
    [
        ({"output_type": "display_data", "data": {"text/html": "<b>1</b>"}}, "text/html"),
        ({"output_type": "display_data", "data": {"image/png": "iVBOR"}}, "a picture"),
        ({"output_type": "error", "ename": "E", "traceback": ["/home/me/x"]}, "an error"),
        ({"output_type": "stream", "text": ["at /home/", "me/x.csv"]}, "'/home/me/x.csv'"),
        ({"output_type": "stream", "text": r"read C:\Users\me\x.csv"}, r"'C:\\Users\\me\\x.csv'"),
        ({"output_type": "execute_result", "data": {"text/plain": "'~/surveys/a'"}}, "~/surveys/a"),
    ],
)
def test_outputs_that_may_not_be_kept(clone, output, fault):
    _write(clone / "notebooks/01_audit.ipynb", PLAIN, output)
    code, (line,) = _check(clone, "notebooks/01_audit.ipynb")
    assert code == 1
    assert fault in line and "among its outputs" in line


def test_what_is_not_in_git_is_left_alone_and_nonsense_is_refused(clone):
    _write(clone / "outputs/city/copies/02_recommendation.ipynb", PLAIN, study="city")
    assert _check(clone) == (0, [])
    (clone / "notebooks/01_audit.ipynb").write_text("[]")
    assert _check(clone, "notebooks/01_audit.ipynb") == (
        1,
        ["notebooks/01_audit.ipynb is no notebook that can be read."],
    )


def test_without_git_the_shipped_notebooks_are_checked(tmp_path):
    _write(tmp_path / "notebooks/01_audit.ipynb", PLAIN, study="mine")
    code, (line,) = _check(tmp_path)
    assert code == 1 and "'mine'" in line


def test_a_commit_and_continuous_integration_ask_the_script():
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    (hook,) = [
        hook
        for repo in hooks["repos"]
        for hook in repo["hooks"]
        if "scripts/check_notebooks.py" in hook["entry"]
    ]
    assert hook["files"] == r"\.ipynb$"
    assert "check_notebooks.py" in (ROOT / "Makefile").read_text(encoding="utf-8")


OWN = [
    "params/my_city/study.yaml",
    "params/my_city/units.csv",
    "params/my_city/04_benchmark.yaml",
    "outputs/my_city/copies/02_recommendation.ipynb",
    "outputs/my_city/index.html",
    "data/answers.csv",
    "data/deep/er/answers.csv",
    *(f"somewhere/answers.{end}" for end in ("sav", "zsav", "dta", "xlsx", "parquet", "xls")),
    "answers.csv.gz",
    "answers.duckdb",
    "notebooks/.ipynb_checkpoints/01_audit-checkpoint.ipynb",
]


def test_studies_and_data_of_ones_own_are_ignored_by_git():
    assert _ignored(*OWN) == OWN


def test_what_is_shipped_is_not_ignored():
    studies = [path.as_posix() for path in _shipped()]
    assert "params/simulated/study.yaml" in studies
    assert _ignored(*studies, "params/README.md", "outputs/README.md") == []


def _shipped():
    rules = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    named = [line.removeprefix("!/").strip("/") for line in rules if line.startswith("!/params/")]
    found = [Path(name) for name in named if (ROOT / name / "study.yaml").is_file()]
    return [path / "study.yaml" for path in found]


def test_every_ignored_study_of_this_folder_is_ones_own(tmp_path):
    shutil.copy(ROOT / ".gitignore", tmp_path / ".gitignore")
    (tmp_path / "params/mine").mkdir(parents=True)
    (tmp_path / "params/mine/study.yaml").write_text("schema: 1\n")
    if subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=False).returncode:
        pytest.skip("git is not there")
    subprocess.run(["git", "add", "--all"], cwd=tmp_path, check=True)
    asked = ["git", "ls-files"]
    done = subprocess.run(asked, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.split() == [".gitignore"]
