"""Studies and notebooks are found by name, folder and number; outputs have one place."""

from pathlib import Path

import pytest

from cxanalytics.errors import ParamsError
from cxanalytics.run.places import (
    find_notebook,
    find_steps,
    find_study,
    notebooks,
    output_folder,
    studies,
)
from cxanalytics.run.places import (
    house as find_house,
)


def test_studies_and_notebooks(house):
    assert list(studies()) == ["city", "simulated"]
    assert list(notebooks()) == ["01_audit", "04_benchmark", "08_agency", "09_index"]


def test_find_study(house, tmp_path):
    folder = house / "params/city"
    for asked in ("city", folder, "params/city", folder / "study.yaml"):
        assert find_study(asked) == folder
    with pytest.raises(ParamsError) as error:
        find_study("ctiy")
    assert str(error.value) == (
        "`study` must be one of 'city', 'simulated'; got 'ctiy'. Did you mean 'city'?"
    )
    with pytest.raises(ParamsError, match=r"'params/ctiy' does not exist. Did you mean 'city'\?"):
        find_study("params/ctiy")
    with pytest.raises(ParamsError, match=r"must hold a study.yaml; notebooks has none"):
        find_study("notebooks")


def test_studies_below_the_working_directory(house, tmp_path, monkeypatch):
    (tmp_path / "own/params/mine").mkdir(parents=True)
    (tmp_path / "own/params/mine/study.yaml").touch()
    monkeypatch.chdir(tmp_path / "own")
    assert list(studies()) == ["city", "mine", "simulated"]


def test_find_steps(house):
    known = notebooks()
    assert find_steps([], known) == list(known)
    for asked in ("4", "04", "benchmark", "04_benchmark", "04_benchmark.ipynb"):
        assert find_steps([asked], known) == ["04_benchmark"]
    assert find_steps(["08,01", "4"], known) == ["01_audit", "04_benchmark", "08_agency"]
    with pytest.raises(ParamsError, match=r"`only` must be one of .*; got 'bencmark'"):
        find_steps(["bencmark"], known)
    assert find_notebook("04") == known["04_benchmark"]
    assert find_notebook("city") is None


def test_output_folder(house, monkeypatch, tmp_path):
    assert output_folder("city") == house / "outputs/city"
    monkeypatch.setenv("CXANALYTICS_OUTPUTS", str(tmp_path / "elsewhere"))
    assert output_folder("city") == tmp_path / "elsewhere/city"
    assert output_folder("city", "here") == Path.cwd() / "here"


def test_a_wrong_home(monkeypatch, tmp_path):
    monkeypatch.setenv("CXANALYTICS_HOME", str(tmp_path))
    with pytest.raises(ParamsError, match="CXANALYTICS_HOME must name a folder with notebooks/"):
        find_house()
