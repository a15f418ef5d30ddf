"""nbval really compares: one altered number in a stored output makes its notebook fail."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def _alter_one_digit(source: Path, target: Path) -> int:
    """Copy a notebook with one digit of its last figure changed; give the place of the cell."""
    notebook = nbformat.read(source, as_version=4)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for place in reversed(range(len(cells))):
        for output in cells[place].outputs:
            text = output["data"]["text/plain"]
            if found := re.search(r"(?<=\d)\d(?=\D*$)", text):
                digit = str((int(found.group()) + 1) % 10)
                output["data"]["text/plain"] = text[: found.start()] + digit + text[found.end() :]
                nbformat.write(notebook, target)
                return place
    pytest.fail(f"{source.name} stores no figure")


@pytest.fixture(scope="module")
def failed_cells(tmp_path_factory):
    folder = tmp_path_factory.mktemp("altered")
    shutil.copy(ROOT / "conftest.py", folder)
    altered = {path.stem: _alter_one_digit(path, folder / path.name) for path in NOTEBOOKS}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--nbval", "-q", "--color=no", "-p", "no:cacheprovider"],
        cwd=folder,
        env=os.environ | {"PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    failed = re.findall(r"^FAILED (\w+)\.ipynb::Cell (\d+)", done.stdout, flags=re.MULTILINE)
    assert failed, done.stdout + done.stderr
    return altered, [(stem, int(place)) for stem, place in failed]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_one_altered_number_fails_that_cell_alone(path, failed_cells):
    altered, failed = failed_cells
    assert [place for stem, place in failed if stem == path.stem] == [altered[path.stem]]
