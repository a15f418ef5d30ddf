"""Pages made of made-up boards, shared by the tests of this folder and of tests/browser."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="session")
def made_up() -> ModuleType:
    path = Path(__file__).parent / "made_up.py"
    spec = importlib.util.spec_from_file_location("made_up", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def boards(made_up):
    return made_up.make_boards()


@pytest.fixture(scope="session")
def facts(made_up):
    return made_up.make_facts()


@pytest.fixture(scope="session")
def sections(made_up, boards, facts):
    return made_up.agency_sections(boards, facts)


@pytest.fixture(scope="session")
def page(made_up, sections):
    return made_up.render(sections)


@pytest.fixture(scope="session")
def index_facts(made_up, boards):
    addresses = {key: f"agencies/{place}.html" for place, key in enumerate(made_up.AGENCIES)}
    return made_up.make_facts(kind="index", title="24 government contact centers", pages=addresses)


@pytest.fixture(scope="session")
def index_page(made_up, boards, index_facts):
    return made_up.render(made_up.index_sections(boards, index_facts))


@pytest.fixture(scope="session")
def appendix_page(made_up, boards):
    facts = made_up.make_facts(
        kind="appendix",
        home="index.html",
        command="cxanalytics run params/made_up",
        citation="@misc{made_up,\n  title = {Made up},\n}",
    )
    return made_up.render(made_up.appendix_sections(boards, facts))
