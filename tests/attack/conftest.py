"""Runs of a study with planted small groups: as it is, with other answers, open, without names."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from harvest import Harvest

HERE = Path(__file__).parent
FITTED = ("01", "02", "03", "04")
# The attack is no part of the package; its modules find each other here.
sys.path.insert(0, str(HERE))


@pytest.fixture(scope="session")
def run_planted(studies_folder: Path) -> Callable[..., Harvest]:
    """Run the planted study in a folder of a name, and collect what it hands out."""
    from harvest import harvest
    from planted import write_planted

    from cxanalytics.run import run_study

    def run(
        name: str, *, only: tuple[str, ...] = (), limit: int = 1, **planted: float | str
    ) -> Harvest:
        folder = studies_folder / f"attack-{name}"
        study = folder / "planted"
        if not study.exists():
            # Another worker may write it, too: whoever is first puts a whole study there.
            own = folder / str(os.getpid())
            write_planted(own, **planted)
            with suppress(OSError):
                own.rename(study)
        asked = {"output": folder / "out", "jobs": 2, "progress": False}
        report = run_study(study, only=only, limit=limit, **asked)
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
def with_large_teams(run_planted: Callable[..., Harvest]) -> Harvest:
    """The study where an office with a small staff team has staff enough to be shown."""
    return run_planted("large-teams", team_size=26)


@pytest.fixture(scope="session")
def with_other_numbers(run_planted: Callable[..., Harvest]) -> Harvest:
    """The same, where each small group has two people fewer and its protector two more."""
    return run_planted("other-numbers", team_size=26, moved=2)


@pytest.fixture(scope="session")
def with_doors_open(run_planted: Callable[..., Harvest]) -> Harvest:
    """The audit page with complementary suppression off, in the kernels of the run alone."""
    before = os.environ.get("PYTHONPATH", "")
    path = os.pathsep.join(filter(None, [str(HERE / "open_doors"), before]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", path)
        return run_planted("doors-open", only=("01",))


@pytest.fixture(scope="session")
def anonymous(run_planted: Callable[..., Harvest]) -> Harvest:
    """The study with codes in the place of names: three pages of agencies, and the index."""
    return run_planted("anonymous", only=(*FITTED, "08", "09"), limit=3, names="anonymous")


@pytest.fixture(scope="session")
def summary(run_planted: Callable[..., Harvest]) -> Harvest:
    """The study with nothing of single peers: three pages of agencies."""
    return run_planted("summary", only=(*FITTED, "08"), limit=3, names="summary")
