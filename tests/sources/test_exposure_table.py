"""Attention is read from a table of any format, and an exposure keeps its promises."""

from __future__ import annotations

import pandas as pd
import pytest

from cxanalytics.errors import DataError
from cxanalytics.sources import read_exposure_table
from cxanalytics.tables import Exposure

TOLD = {"score": "maturity", "label": "maturity score", "source": "state auditors"}


@pytest.fixture
def table(tmp_path):
    def write(text):
        path = tmp_path / "audit.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def _frame(*rows):
    return pd.DataFrame(rows, columns=["agency", "period", "score"])


def test_a_table_with_years_is_read(table) -> None:
    path = table(
        "office,year,maturity\nNorth,2025,40\nNorth,2026,61\nSouth,2026,\nEast,2026,55.5\n"
    )
    told = read_exposure_table(path, agency="office", period="year", at_least=60, **TOLD)
    assert told.frame.to_dict("list") == {
        "agency": ["North", "North", "East"],
        "period": ["2025", "2026", "2026"],
        "score": [40.0, 61.0, 55.5],
    }
    texts = [note.text for note in told.notes]
    assert texts == ["4 rows read from audit.csv.", "Left out, without a score: 1 row."]
    assert told.scores("2026-Q3").to_dict() == {"North": 61.0, "East": 55.5}
    assert told.scores("2025-Q4").to_dict() == {"North": 40.0}
    assert told.latest() == "2026"
    assert "attentive from 60; measured by state auditors" in repr(told)


def test_a_table_without_years_has_one_period(table) -> None:
    told = read_exposure_table(table("agency,maturity\nA,1\nB,0\n"), **TOLD)
    assert told.latest("2024") == "" and told.at_least is None
    assert told.scores("2024").tolist() == [1.0, 0.0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("agency,level\nA,1\n", "maturity"),
        ("agency,maturity\nA,high\n", r"`score` \(column 'maturity'\) must be a number"),
        ("agency,maturity\nA,1\nA,2\n", "one row per agency and period; got 'A', '' twice"),
        ("agency,maturity\nA,\n", "at least one row with a score; got none"),
        ("agency,maturity\nA,inf\n", "a `score` in every row"),
    ],
)
def test_what_cannot_be_read_is_refused(table, text, message) -> None:
    with pytest.raises(DataError, match=message):
        read_exposure_table(table(text), **TOLD)


def test_an_exposure_says_who_measured_it_and_sorts_in_time() -> None:
    with pytest.raises(DataError, match="a `source` that says who measured it"):
        Exposure(_frame(("A", "", 1.0)), label="score", source=" ")
    with pytest.raises(DataError, match="must sort in time as text"):
        Exposure(_frame(("A", "Q1 2026", 1.0), ("A", "Q2 2025", 1.0)), label="a", source="b")
    told = Exposure(_frame(("A", "2026", 1.0)), label="a", source="b")
    with pytest.raises(DataError, match="a period not after '2025-Q1'; it starts in '2026'"):
        told.scores("2025-Q1")
    copy = told.to_frame()
    copy["score"] = 9.0
    assert told.frame["score"].tolist() == [1.0]
