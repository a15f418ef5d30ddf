"""What a study says of each agency."""

from __future__ import annotations

import pytest

from cxanalytics.errors import DataError
from cxanalytics.sources import read_agency_table


def write(folder, text):
    path = folder / "agencies.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_numbers_are_numbers_and_text_is_text(tmp_path):
    table = read_agency_table(
        write(tmp_path, "agency,function,size,sector\nA,tax,100,government\nB,,20,corporate\n")
    )
    assert table.index.tolist() == ["A", "B"]
    assert table["size"].tolist() == [100, 20]
    assert table["function"].tolist() == ["tax", ""]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("agency,size\nA,1\nA,2\n", "once"),
        ("agency,size\nA,1\n,2\n", "filled"),
        ("agency\nA\n", "beside"),
    ],
)
def test_a_table_that_means_nothing_is_refused(tmp_path, text, words):
    with pytest.raises(DataError, match=words):
        read_agency_table(write(tmp_path, text))
