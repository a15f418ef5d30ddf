"""A copy to work on has the study's parameters, and nothing ever overwrites it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from cxanalytics.cli import main
from cxanalytics.errors import ParamsError
from cxanalytics.run import run_study
from cxanalytics.run.parameters import read_cells
from cxanalytics.run.work_copy import copy_notebook


def _parameters(path):
    return next(cell["source"] for cell in read_cells(path) if cell["cell_type"] == "code")


def test_a_copy_has_the_parameters_of_its_study_and_no_outputs(house):
    path = house / "notebooks/01_audit.ipynb"
    book = json.loads(path.read_text())
    book["cells"][1]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "old"}]
    book["cells"][1]["execution_count"] = 3
    path.write_text(json.dumps(book))
    copy, made = copy_notebook("01", "city")
    assert (copy, made) == (house / "outputs/city/copies/01_audit.ipynb", True)
    assert _parameters(copy) == (
        "study: str = 'city'  # name of a study, or its folder\n"
        "repeat: int = 2  # how often to count\n"
        "share: float = 0.5  # a share"
    )
    sources = [[cell["source"] for cell in read_cells(path)[1:]] for path in (copy, path)]
    assert sources[0] == sources[1]
    cells = json.loads(copy.read_text())["cells"]
    assert not [cell for cell in cells if cell["outputs"] or cell["execution_count"]]
    assert "parameters" in cells[0]["metadata"]["tags"]


def test_a_copy_is_never_overwritten(ran):
    copy, _ = copy_notebook("benchmark", "city")
    copy.write_text("my own work")
    assert copy_notebook("04", "city") == (copy, False)
    run_study("city", parameters={"bonus": 1.0}, progress=False)
    run_study("city", only=["04"], progress=False)
    assert copy.read_text() == "my own work"
    second, made = copy_notebook("04", "city", fresh=True)
    assert (second.name, made) == ("04_benchmark-2.ipynb", True)
    third, _ = copy_notebook("04", "city", fresh=True)
    assert third.name == "04_benchmark-3.ipynb"
    assert copy.read_text() == "my own work"


def test_a_copy_works_from_where_it_lies(ran):
    copy, _ = copy_notebook("04", "city")
    book = json.loads(copy.read_text())
    script = "\n".join("".join(cell["source"]) for cell in book["cells"])
    script = script.replace("study.save(", "print(study.name, study.output) #")
    done = subprocess.run(
        [sys.executable, "-c", script.replace("cx.parameters()", "{'study': study}")],
        cwd=copy.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == f"city {ran / 'outputs/city'}\n", done.stderr


@pytest.mark.parametrize("how", ["folder", "params of the working directory"])
def test_a_study_that_has_no_name_everywhere_is_named_by_its_folder(
    house, tmp_path, monkeypatch, how
):
    place = tmp_path / "elsewhere/params/mine"
    place.parent.mkdir(parents=True)
    (house / "params/city").rename(place)
    named = str(place)
    if how != "folder":
        monkeypatch.chdir(tmp_path / "elsewhere")
        named = "mine"
    copy, _ = copy_notebook("01", named)
    assert copy == house / "outputs/mine/copies/01_audit.ipynb"
    assert _parameters(copy).startswith(f"study: str = {str(place)!r}  # name of")


def test_other_outputs_are_named_in_the_copy(house, notebook_writer):
    cells = [
        'study: str = "simulated"  # name of a study\noutput: str = ""  # folder for results',
        "import cxanalytics as cx",
    ]
    notebook_writer(house / "notebooks/05_more.ipynb", cells)
    copy, _ = copy_notebook("05", "city", output="there")
    assert copy == house / "there/copies/05_more.ipynb"
    assert f"output: str = {str(house / 'there')!r}  # folder for" in _parameters(copy)
    usual, _ = copy_notebook("05", "city")
    assert "output: str = ''" in _parameters(usual)


@pytest.mark.parametrize("asked", ["11", "", "01,04", "adit"])
def test_one_notebook_must_be_meant(house, asked):
    with pytest.raises(ParamsError, match=r"`notebook` must be one of '01_audit', .*; got"):
        copy_notebook(asked, "city")
    assert not (house / "outputs").exists()


def test_the_command_says_where_the_copy_lies(house):
    def run(*options):
        return CliRunner().invoke(main, ["notebook", "01", "city", "--no-open", *options])

    assert run().stdout == "outputs/city/copies/01_audit.ipynb\n"
    assert run().stdout == (
        "outputs/city/copies/01_audit.ipynb (your earlier copy; --new makes another)\n"
    )
    assert run("--new").stdout == "outputs/city/copies/01_audit-2.ipynb\n"
    assert CliRunner().invoke(main, ["notebook", "99", "city"]).exit_code == 2
    assert CliRunner().invoke(main, ["notebook", "01", "ctiy"]).exit_code == 2


def test_the_command_opens_the_copy(house, monkeypatch):
    called = []
    monkeypatch.setattr("cxanalytics.cli.subprocess.run", lambda words, **_: called.append(words))
    assert CliRunner().invoke(main, ["notebook", "01", "city"]).exit_code == 0
    (words,) = called
    assert words[1:4] == ["-m", "jupyter", "lab"]
    assert words[4] == str(house / "outputs/city/copies/01_audit.ipynb")
