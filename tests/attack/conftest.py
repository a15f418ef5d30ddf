"""Runs of a study with planted small groups: as it is, with other answers in them, doors open."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from harvest import Harvest

HERE = Path(__file__).parent
# The attack is no part of the package; its modules find each other here.
sys.path.insert(0, str(HERE))


@pytest.fixture(scope="session")
def run_planted(studies_folder: Path) -> Callable[..., Harvest]:
    """Run the planted study in a folder of a name, and collect what it hands out."""
    from harvest import harvest
    from planted import write_planted

    from cxanalytics.run import run_study

    def run(name: str, *, only: tuple[str, ...] = (), **planted: float) -> Harvest:
        folder = studies_folder / f"attack-{name}"
        study = folder / "planted"
        if not study.exists():
            write_planted(study, **planted)
        report = run_study(study, output=folder / "out", only=only, limit=1, jobs=2, progress=False)
        assert not report.failed
        return harvest(report.output)

    return run


@pytest.fixture(scope="session")
def published(run_planted: Callable[..., Harvest]) -> Harvest:
    """Everything the planted study hands out."""
    return run_planted("as-it-is")


@pytest.fixture(scope="session")
def with_other_answers(run_planted: Callable[..., Harvest]) -> Harvest:
    """The same, where the hidden people gave the worst answers in place of the best."""
    return run_planted("other-answers", small_level=-6.0)


@pytest.fixture(scope="session")
def with_doors_open(run_planted: Callable[..., Harvest]) -> Harvest:
    """The audit page with complementary suppression off, in the kernels of the run alone."""
    before = os.environ.get("PYTHONPATH", "")
    path = os.pathsep.join(filter(None, [str(HERE / "open_doors"), before]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", path)
        return run_planted("doors-open", only=("01",))
