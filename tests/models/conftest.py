"""Worlds whose truth is known, shared by the tests of this folder."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="session")
def kpi_world() -> ModuleType:
    """A small world of contact centers: `make_world`, `MEASURES`, `DIMENSIONS`."""
    path = Path(__file__).parent / "kpi_world.py"
    spec = importlib.util.spec_from_file_location("kpi_world", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["kpi_world"] = module
    spec.loader.exec_module(module)
    return module
