"""Does a wheel built from the repository hold all that a run outside a clone needs?"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

CARRIED = ("src", "notebooks", "params/simulated")
FILES = ("pyproject.toml", "setup.py", "MANIFEST.in", "README.md", "LICENSE")


def pip(*arguments: str) -> None:
    """Run pip without a network and without dependencies."""
    done = subprocess.run(
        [sys.executable, "-m", "pip", *arguments, "--no-deps", "--no-index", "--quiet"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy of the sources."""
    copy = tmp_path_factory.mktemp("clone")
    for name in CARRIED:
        shutil.copytree(
            root / name,
            copy / name,
            ignore=shutil.ignore_patterns("__pycache__", "*.egg-info", ".*"),
        )
    for name in FILES:
        shutil.copy2(root / name, copy / name)
    wheels = tmp_path_factory.mktemp("wheels")
    pip("wheel", "--no-build-isolation", "--wheel-dir", str(wheels), str(copy))
    (built,) = wheels.glob("cxanalytics-*.whl")
    return built


@pytest.fixture(scope="module")
def members(wheel: Path) -> set[str]:
    """Names of the files in the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def files_under(folder: Path) -> set[str]:
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
        and "__pycache__" not in path.parts
    }


def test_every_notebook_travels_in_the_wheel(members: set[str], root: Path) -> None:
    notebooks = files_under(root / "notebooks")
    assert notebooks
    assert {f"cxanalytics/_notebooks/{name}" for name in notebooks} <= members


def test_the_embedded_study_travels_in_the_wheel(members: set[str], root: Path) -> None:
    study = files_under(root / "params" / "simulated")
    assert study
    assert {f"cxanalytics/_params/simulated/{name}" for name in study} <= members


def test_every_file_of_the_package_travels_in_the_wheel(members: set[str], root: Path) -> None:
    package = root / "src" / "cxanalytics"
    missing = {f"cxanalytics/{name}" for name in files_under(package)} - members
    assert not missing, f"pyproject.toml [tool.setuptools.package-data] leaves out {missing}"


def test_the_wheel_holds_no_study_of_a_user_and_no_test(members: set[str]) -> None:
    roots = {name.split("/")[0] for name in members}
    assert {name for name in roots if not name.endswith(".dist-info")} == {"cxanalytics"}
    studies = {name.split("/")[2] for name in members if name.startswith("cxanalytics/_params/")}
    assert studies <= {"simulated"}


def test_an_installed_wheel_knows_the_embedded_study_anywhere(wheel: Path, tmp_path: Path) -> None:
    pip("install", "--target", str(tmp_path / "site"), str(wheel))
    outside = {name: value for name, value in os.environ.items() if "CXANALYTICS" not in name}
    listed = subprocess.run(
        [sys.executable, "-m", "cxanalytics", "list"],
        cwd=tmp_path,
        env={**outside, "PYTHONPATH": str(tmp_path / "site")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert listed.returncode == 0, listed.stderr
    assert "simulated" in listed.stdout
    assert "fevs_2018" not in listed.stdout, "the clone was read, not the wheel"
