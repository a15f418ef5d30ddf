"""Lets `pytest --nbval notebooks` compare the committed outputs.

Committed notebooks carry `text/plain` only, so page fragments and pictures are not compared;
results go to a folder of their own, never over the user's; notebooks run in shuffled order, since
none may depend on another having been run before it.
"""

from __future__ import annotations

import os
import random
from typing import Any

import pytest

SHUFFLE_SEED = random.SystemRandom().randrange(10_000)
NOT_STORED = ("text/html", "image/svg+xml", "application/vnd.cxanalytics.section+json")


@pytest.fixture(scope="session", autouse=True)
def outputs_apart(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Send what a test run computes to one temporary folder, shared by all workers."""
    if "CXANALYTICS_OUTPUTS" in os.environ:
        return
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    os.environ["CXANALYTICS_OUTPUTS"] = str(shared / "outputs")


def pytest_collectstart(collector: Any) -> None:
    """Compare what is stored, and nothing else."""
    if type(collector).__name__ == "IPyNbFile":
        collector.skip_compare += NOT_STORED


def pytest_report_header(config: pytest.Config) -> str:
    """Print the seed that shuffled the notebooks."""
    return f"notebooks shuffled with seed {_seed(config)}"


def _seed(config: pytest.Config) -> int:
    workerinput = getattr(config, "workerinput", None)
    return int(workerinput["shuffle_seed"]) if workerinput else SHUFFLE_SEED


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Give every worker the same seed, so that all collect in one order."""
    node.workerinput["shuffle_seed"] = SHUFFLE_SEED


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Shuffle the notebooks; the cells of one stay in order."""
    by_file: dict[str, list[pytest.Item]] = {}
    for item in items:
        by_file.setdefault(str(item.path), []).append(item)
    notebooks = sorted(name for name in by_file if name.endswith(".ipynb"))
    random.Random(_seed(config)).shuffle(notebooks)
    rest = [name for name in by_file if not name.endswith(".ipynb")]
    items[:] = [item for name in [*notebooks, *rest] for item in by_file[name]]
