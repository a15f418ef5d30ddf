"""Published scores have no place for a number of answers."""

from __future__ import annotations

import pandas as pd
import pytest

from cxanalytics.errors import DataError
from cxanalytics.published import NOT_POSSIBLE, Published, PublishedMeasure

MEASURES = (
    PublishedMeasure("happy", "Happy"),
    PublishedMeasure("index", "Index", unit="score", high=100.0, changed=("2021",)),
)
ROWS = pd.DataFrame(
    {
        "agency": ["A", "B", "A", "B", "A", "A"],
        "period": ["2020", "2020", "2021", "2021", "2020", "2021"],
        "measure": ["happy"] * 4 + ["index"] * 2,
        "value": [0.5, 0.25, 0.75, None, 60.0, 61.5],
        "owner": ["town", "state", "town", "state", "town", "town"],
    }
)


def published(rows=ROWS, **facts):
    return Published(frame=rows, measures=MEASURES, groups=("owner",), **facts)


def test_what_it_gives():
    held = published()
    assert held.agencies == ["A", "B"]
    assert held.periods == ["2020", "2021"]
    assert held.measure("index").changed == ("2021",)
    assert held.values("happy", period="2020").to_dict() == {"A": 0.5, "B": 0.25}
    assert held.values("index").to_dict() == {("A", "2020"): 60.0, ("A", "2021"): 61.5}
    assert repr(held) == "Published: 6 values without counts, 2 agencies, 2 waves, 2 measures"


def test_the_frame_given_out_is_a_copy():
    held = published()
    given = held.to_frame()
    given["value"] = 0.0
    assert held.values("happy", period="2020")["A"] == 0.5


def test_keeping_some_measures():
    kept = published().only(["index"])
    assert [measure.name for measure in kept.measures] == ["index"]
    assert kept.frame["measure"].unique().tolist() == ["index"]
    assert kept.groups == ("owner",)


@pytest.mark.parametrize("column", ["n", "N", "n_eff", "count", "weight", "responses", "std_error"])
def test_no_number_of_answers_gets_in(column):
    with pytest.raises(DataError) as caught:
        published(ROWS.assign(**{column: 100}))
    assert str(caught.value) == (
        f"Published has no place for a number of answers; got a column {column!r}. "
        "Where counts are known, build a Survey from them."
    )


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (ROWS.drop(columns="period"), "Published needs a column `period`; got agency, measure"),
        (ROWS.drop(columns="owner"), "Published needs a column `owner`; got agency, period"),
        (
            ROWS.assign(measure="happiness"),
            "`measure` must be one of 'happy', 'index'; got 'happiness'.",
        ),
        (
            pd.concat([ROWS, ROWS.head(1)]),
            "Published needs one value per agency, period and measure; got 'A', '2020', 'happy' "
            "twice.",
        ),
        (
            ROWS.assign(value=[50.0, 25.0, 75.0, None, 60.0, 61.5]),
            "`happy` must lie between 0 and 1; got 50, and 2 more.",
        ),
        (
            ROWS.assign(value=[0.5, 0.25, 0.75, None, 60.0, 102.0]),
            "`index` must lie between 0 and 100; got 102, and 0 more.",
        ),
    ],
)
def test_promises_are_checked_on_birth(rows, message):
    with pytest.raises(DataError) as caught:
        published(rows)
    assert str(caught.value).startswith(message)


def test_unknown_names():
    held = published()
    with pytest.raises(DataError, match="`measure` must be one of 'happy', 'index'; got 'joy'"):
        held.measure("joy")
    with pytest.raises(DataError, match="`measure` must be one of 'happy', 'index'; got 'joy'"):
        held.only(["joy"])
    with pytest.raises(DataError, match="`period` must be one of '2020', '2021'; got '2019'"):
        held.values("happy", period="2019")
    with pytest.raises(DataError, match="`unit` must be one of 'share', 'score'; got 'percent'"):
        PublishedMeasure("happy", "Happy", unit="percent")


def test_the_sentence_that_stands_in_every_empty_slot():
    assert NOT_POSSIBLE == "Not possible: the number of answers was not published."
