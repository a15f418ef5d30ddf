"""A library that is not installed is one message that says how to get it."""

from __future__ import annotations

import sys

import pytest

from cxanalytics.errors import DataError
from cxanalytics.sources._extra import need


def test_a_library_that_is_there():
    assert need("json", "Reading JSON").loads("1") == 1


@pytest.mark.parametrize(
    ("name", "what", "message"),
    [
        (
            "pyreadstat",
            "Reading SPSS files",
            "Reading SPSS files needs pyreadstat: pip install 'cxanalytics[readers]'.",
        ),
        (
            "sqlalchemy.engine",
            "Reading a database",
            "Reading a database needs SQLAlchemy: pip install 'cxanalytics[readers]'.",
        ),
    ],
)
def test_a_library_that_is_absent(monkeypatch, name, what, message):
    class Absent:
        @staticmethod
        def find_spec(found, path=None, target=None):
            if found == name.partition(".")[0]:
                raise ModuleNotFoundError(f"No module named {found!r}", name=found)

    for loaded in [
        found for found in sys.modules if found.partition(".")[0] == name.partition(".")[0]
    ]:
        monkeypatch.delitem(sys.modules, loaded)
    monkeypatch.setattr(sys, "meta_path", [Absent, *sys.meta_path])
    with pytest.raises(DataError) as caught:
        need(name, what)
    assert str(caught.value) == message


def test_a_library_whose_own_need_is_missing_is_not_called_absent(tmp_path, monkeypatch):
    (tmp_path / "half_installed.py").write_text("import nowhere_to_be_found\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="nowhere_to_be_found"):
        need("half_installed", "Reading")
