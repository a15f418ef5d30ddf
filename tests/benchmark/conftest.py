"""Made-up scores for the tests of this room."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def made_up():
    """The module of made-up scores."""
    path = Path(__file__).with_name("made_up.py")
    spec = importlib.util.spec_from_file_location("benchmark_made_up", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
