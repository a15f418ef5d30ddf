"""The house keeps its own rules: names, signatures, layers, one home for each thing."""

import ast
import importlib
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import cxanalytics as cx

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "cxanalytics"
ROOMS = {
    "sources": "read_",
    "models": "fit_",
    "benchmark": "benchmark_",
    "charts": "draw_",
    "words": "say_",
}
MODULES = sorted(path for path in SOURCE.rglob("*.py") if path.name != "__init__.py")


def _public_functions(room):
    package = importlib.import_module(f"cxanalytics.{room}")
    return [
        (name, getattr(package, name))
        for name in package.__all__
        if inspect.isfunction(getattr(package, name))
    ]


@pytest.mark.parametrize("name", cx.__all__)
def test_every_public_name_loads(name):
    assert getattr(cx, name) is not None


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'fit_everything'"):
        _ = cx.fit_everything


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_has_its_verb(room):
    verbs = [name for name, _ in _public_functions(room) if name.startswith(ROOMS[room])]
    assert verbs, f"{room} offers no {ROOMS[room]}…"


@pytest.mark.parametrize("room", ROOMS)
def test_options_are_keyword_only(room):
    for name, function in _public_functions(room):
        if not name.startswith(ROOMS[room]):
            continue
        positional = [
            parameter
            for parameter in inspect.signature(function).parameters.values()
            if parameter.kind is parameter.POSITIONAL_OR_KEYWORD
        ]
        with_default = [p.name for p in positional if p.default is not p.empty]
        assert len(positional) <= 2, f"{name} takes {len(positional)} positional arguments"
        assert not with_default, f"{name}: {with_default} should be keyword-only"


@pytest.mark.parametrize("room", ROOMS)
def test_public_functions_have_a_numpydoc_docstring(room):
    for name, function in _public_functions(room):
        text = inspect.getdoc(function) or ""
        assert text, f"{name} has no docstring"
        if name.startswith(ROOMS[room]) and inspect.signature(function).parameters:
            assert "Parameters\n----------" in text, f"{name} documents no parameters"
            assert "Returns\n-------" in text, f"{name} documents no return value"


@pytest.mark.parametrize(
    "name", [name for name, _ in _public_functions("models") if name.startswith("fit_")]
)
def test_each_model_is_explained_in_docs(name):
    assert f"`{name}`" in (ROOT / "docs" / "methods.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_each_module_says_what_question_it_answers(path):
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


def test_nothing_is_called_utils():
    assert not [
        path
        for path in SOURCE.rglob("*")
        if re.fullmatch(r"(utils?|helpers?|misc)(\.py)?", path.name)
    ]


def test_no_exception_is_swallowed():
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ExceptHandler):
                assert not (len(node.body) == 1 and isinstance(node.body[0], ast.Pass)), path


def _modules_after(code):
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys\nprint(*sorted(sys.modules))"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


def test_import_is_lazy():
    loaded = _modules_after("import cxanalytics")
    assert not loaded & {"pandas", "numpy", "matplotlib", "statsmodels", "papermill"}


def test_drawing_loads_no_model():
    loaded = _modules_after("import cxanalytics as cx; cx.open_study; cx.write_scorecard")
    # seaborn looks whether statsmodels is installed; its models are in the folders below.
    assert not loaded & {"statsmodels.base", "sklearn", "duckdb", "papermill", "nbconvert"}


def test_no_committed_file_names_a_registry_or_a_machine_path():
    files = subprocess.run(
        ["git", "ls-files", "requirements*.txt", "*.toml", "*.yml", "Makefile"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    for name in files:
        text = (ROOT / name).read_text(encoding="utf-8")
        assert not re.search(r"index-url|/(root|work|home/\w+)/", text), name
        if name.startswith("requirements"):
            assert "://" not in text, name
