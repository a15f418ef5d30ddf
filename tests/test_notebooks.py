"""Notebooks are thin, carry outputs, and nbval really compares them."""

import ast
import json
import re
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
MOST_CODE_CELLS = 14
SECTIONS_OF_ITS_OWN = {"01_audit": 6, "03_morale": 4}
"""The audit is one notebook for one page, a cell a section: it fits, and shows what it found."""

pytestmark = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def _code(path):
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]


def test_name(path):
    assert re.fullmatch(r"\d\d_[a-z]+", path.stem)


def test_one_h1_that_is_a_question(path):
    text = [c.source for c in nbformat.read(path, as_version=4).cells if c.cell_type == "markdown"]
    titles = [line for cell in text for line in cell.splitlines() if line.startswith("# ")]
    assert len(titles) == 1 and titles[0].endswith("?")


def test_first_cells(path):
    cells = _code(path)
    assert "parameters" in cells[0].metadata.get("tags", [])
    for line in cells[0].source.splitlines():
        assert re.fullmatch(r"\w+: \w[\w\[\], ]* = .+  # .+", line), line
    assert cells[1].source == "import cxanalytics as cx"
    assert cells[2].source == "study = cx.open_study(**cx.parameters())"


def test_thin(path):
    cells = _code(path)
    assert len(cells) <= MOST_CODE_CELLS + SECTIONS_OF_ITS_OWN.get(path.stem, 0)
    banned = (
        ast.FunctionDef,
        ast.ClassDef,
        ast.Try,
        ast.For,
        ast.While,
        ast.Lambda,
        ast.comprehension,
    )
    for cell in cells:
        assert not cell.source.rstrip().endswith(";")
        assert not [node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, banned)]


def test_every_code_cell_was_executed_and_shows_what_it_computed(path):
    for cell in _code(path):
        assert cell.execution_count is not None, cell.source
        last = ast.parse(cell.source).body[-1]
        if isinstance(last, ast.Expr):
            assert cell.outputs, cell.source
        for output in cell.outputs:
            assert output.output_type in {"execute_result", "display_data"}, output
            assert set(output.data) == {"text/plain"}, set(output.data)


def test_no_machine_path_and_no_random_id(path):
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"/(home|root|tmp|work|Users)/", text)
    assert all(re.fullmatch(rf"{path.stem}-\d\d", cell["id"]) for cell in json.loads(text)["cells"])
