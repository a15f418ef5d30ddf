"""A price index is read as it stands, and what is no index is refused."""

from __future__ import annotations

import pytest

from cxanalytics.errors import DataError
from cxanalytics.sources import read_price_table


def test_an_index_is_read_by_period(tmp_path) -> None:
    path = tmp_path / "prices.csv"
    path.write_text("quarter,cpi\n2025-Q1,102.5\n2025-Q2,103\n", encoding="utf-8")
    told = read_price_table(path, value="cpi", period="quarter")
    assert told == {"2025-Q1": 102.5, "2025-Q2": 103.0}


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("2025,100\n2025,101\n", "`period` must stand once; got '2025' twice"),
        ("2025,high\n", "`value`"),
    ],
)
def test_what_is_no_index_is_refused(tmp_path, rows: str, said: str) -> None:
    path = tmp_path / "prices.csv"
    path.write_text(f"period,cpi\n{rows}", encoding="utf-8")
    with pytest.raises(DataError, match=said):
        read_price_table(path, value="cpi")


def test_a_column_that_is_not_there_is_named(tmp_path) -> None:
    path = tmp_path / "prices.csv"
    path.write_text("period,cpi\n2025,100\n", encoding="utf-8")
    with pytest.raises(DataError, match="rpi"):
        read_price_table(path, value="rpi")
