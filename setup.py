"""Put the notebooks and the embedded study into the wheel; all else is said in pyproject.toml.

They live at the top of the repository, where a reader looks for them. In an editable installation
they are read from there; a wheel carries them as cxanalytics/_notebooks and cxanalytics/_params.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).resolve().parent
CARRIED = {
    "notebooks": "_notebooks",
    "params/simulated": "_params/simulated",
}


class BuildWithNotebooks(build_py):
    """Build the package, then lay the notebooks and the embedded study beside its modules."""

    def run(self) -> None:
        """Build, then copy; an editable installation carries nothing."""
        super().run()
        if self.editable_mode:
            return
        for source, place in CARRIED.items():
            shutil.copytree(
                ROOT / source,
                Path(self.build_lib) / "cxanalytics" / place,
                ignore=shutil.ignore_patterns(".*", "__pycache__"),
                dirs_exist_ok=True,
            )


setup(cmdclass={"build_py": BuildWithNotebooks})
