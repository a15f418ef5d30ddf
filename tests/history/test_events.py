"""A history file is read whole or refused, with the row that says no."""

from __future__ import annotations

from datetime import date

import pytest

from cxanalytics.errors import DataError
from cxanalytics.history import Event, History, read_history

HEADER = "date,period,kind,old,new,bridge,note"


@pytest.fixture
def write(tmp_path):
    def to_file(*rows, header=HEADER):
        path = tmp_path / "history.csv"
        path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        return path

    return to_file


def test_a_history_is_read(write):
    history = read_history(
        write(
            "2024-04-30,,renamed,A,B,,New law.",
            "",
            ",2025,Merged,B,D,yes,",
            ",2025,merged,C,D,YES,",
            ",2026,split,D,E,,",
            ",2026,split,D,F,no,",
            ",2027,created,,G,,",
            ",2027,closed,E,,,",
        )
    )
    assert history.source == "history.csv"
    first = history.events[0]
    assert (first.kind, first.old, first.new) == ("renamed", "A", "B")
    assert first.day == date(2024, 4, 30)
    assert first.note == "New law."
    assert [event.bridge for event in history.events] == [True, True, True, *[False] * 4]
    assert [event.row for event in history.events] == [2, 4, 5, 6, 7, 8, 9]
    assert repr(history) == (
        "History: 7 rows from history.csv; 1 renamed, 2 merged, 2 split, 1 created, 1 closed"
    )


def test_a_byte_order_mark_and_spaces_do_not_matter(tmp_path):
    path = tmp_path / "history.csv"
    path.write_text("﻿kind, period ,old,new\n renamed ,2024, A ,B\n", encoding="utf-8")
    assert read_history(path).events[0].old == "A"


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (
            ",2024,joined,A,B,,",
            "`kind` must be one of 'renamed', 'merged', 'split', 'created', 'closed'; got "
            "'joined'.",
        ),
        (
            ",,renamed,A,B,,",
            "one of `date` and `period` must be filled; got neither.",
        ),
        (
            "2024-01-01,2024,renamed,A,B,,",
            "one of `date` and `period` must be filled; got '2024-01-01' and '2024'.",
        ),
        ("30/04/2024,,renamed,A,B,,", "`date` must be a day such as 2024-04-30; got '30/04/2024'."),
        (",2024,renamed,A,,,", "`new` must be filled where the kind is renamed."),
        (",2024,created,A,B,,", "`old` must be empty where the kind is created; got 'A'."),
        (",2024,closed,A,B,,", "`new` must be empty where the kind is closed; got 'B'."),
        (",2024,renamed,A,A,,", "a new name must differ from the old; got 'A'."),
        (",2024,merged,A,B,maybe,", "`bridge` must be yes, no or empty; got 'maybe'."),
        (
            ",2024,renamed,A,B,no,",
            "`bridge` must be yes or empty for a new name, since the agency stayed the same; got "
            "'no'. Where it did not, write closed and created.",
        ),
        (
            ",2024,split,A,B,yes,",
            "`bridge` must be no or empty where the kind is split; got 'yes'. Only what was merged "
            "can be pooled.",
        ),
    ],
)
def test_a_row_that_cannot_be(write, row, message):
    with pytest.raises(DataError) as error:
        read_history(write(",2020,renamed,X,Y,,", row))
    assert str(error.value) == f"'history.csv', row 3: {message}"


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            (",2024,renamed,A,B,,", ",2024,merged,A,C,,", ",2024,merged,D,C,,"),
            "'A' stands as `old` in two changes of 2024: renamed (row 2) and merged (row 3).",
        ),
        (
            (",2024,renamed,A,C,,", ",2024,renamed,B,C,,"),
            "'C' stands as `new` in two changes of 2024: renamed (row 2) and renamed (row 3).",
        ),
        ((",2024,merged,A,C,,", ",2024,merged,A,C,,"), "rows 2 and 3 are the same."),
        (
            (",2024,merged,A,C,yes,", ",2024,merged,B,C,no,"),
            "the rows of one change must agree on `bridge`; rows 2 and 3 do not.",
        ),
    ],
)
def test_a_history_that_cannot_be(write, rows, message):
    with pytest.raises(DataError) as error:
        read_history(write(*rows))
    assert str(error.value) == f"'history.csv': {message}"


def test_a_circle(write):
    rows = (",2024,renamed,A,B,,", ",2024,renamed,B,C,,", ",2024,renamed,C,A,,")
    with pytest.raises(DataError) as error:
        read_history(write(*rows))
    assert str(error.value) == "'history.csv' goes in a circle on 2024: 'A' to 'B' to 'C' to 'A'."


def test_a_name_may_come_back_later(write):
    assert len(read_history(write(",2022,renamed,A,B,,", ",2024,renamed,B,A,,")).events) == 2


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (
            "period,kind,old,new,reason",
            "'history.csv': `column` must be one of 'date', 'period', 'kind', 'agency', 'old', "
            "'new', 'bridge', 'note'; got 'reason'.",
        ),
        (
            "period,kind,new",
            "'history.csv' must have the columns kind, old and new; got period, kind, new.",
        ),
        (
            "kind,old,new",
            "'history.csv' must have a column date or period; got kind, old, new.",
        ),
        ("period,kind,old,new,old", "'history.csv' must have one column 'old'; got it twice."),
    ],
)
def test_a_header_that_cannot_be(write, header, message):
    with pytest.raises(DataError) as error:
        read_history(write(header=header))
    assert str(error.value) == message


def test_no_file(write):
    path = write().with_name("histori.csv")
    with pytest.raises(DataError) as error:
        read_history(path)
    assert str(error.value) == (
        f"`path` must be a history file that exists; got '{path}'. Did you mean 'history.csv'?"
    )


def test_not_text(tmp_path):
    path = tmp_path / "history.csv"
    path.write_bytes(b"kind,old\xff")
    with pytest.raises(DataError, match=r"^'history.csv' is not UTF-8 text \(byte 9\)\.$"):
        read_history(path)


def test_a_history_in_memory_is_checked_too():
    same = Event(kind="renamed", old="A", new="B", period="2024", bridge=True)
    other = Event(kind="renamed", old="A", new="C", period="2024", bridge=True)
    with pytest.raises(DataError, match="'A' stands as `old` in two changes of 2024"):
        History((same, other))
