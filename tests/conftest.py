"""What every test may ask for: the real surveys, the outside reference results, a quiet machine."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

os.environ.setdefault("MPLBACKEND", "agg")

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
