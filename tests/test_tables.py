"""Tables check their promise on birth."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from cxanalytics.errors import DataError
from cxanalytics.tables import Benchmark, Estimates, Panel, Survey


@pytest.fixture
def answers():
    return pd.DataFrame(
        {"who": ["A", "A", "B"], "score": [9, 3, None], "speed": [1, 5, 4], "w": [1.0, 2.0, 0.5]}
    )


def test_survey_from_frame_renames_and_keeps_the_input(answers):
    before = answers.copy()
    survey = Survey.from_frame(
        answers,
        agency="who",
        outcome="score",
        scale="nps_0_10",
        weight="w",
        questions={"speed": "likert_1_5"},
        drivers=["speed"],
    )
    pd.testing.assert_frame_equal(answers, before)
    assert survey.agencies == ["A", "B"] and survey.periods == [""]
    assert survey.frame["weight"].tolist() == [1.0, 2.0, 0.5]
    assert len(survey.answers("score")) == 2
    assert "3 rows, 2 agencies" in repr(survey)
    with pytest.raises(dataclasses.FrozenInstanceError):
        survey.outcome = "speed"


def test_survey_from_counts_drops_empty_cells():
    cells = pd.DataFrame({"a": ["A"] * 3, "answer": [1, 2, 5], "n": [4, 0, 6]})
    survey = Survey.from_frame(cells, agency="a", outcome="answer", scale="likert_1_5", count="n")
    assert survey.counts and survey.frame["weight"].tolist() == [4.0, 6.0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"agency": "agncy"}, "The data needs a column `agncy`"),
        ({"outcome": "scor"}, "Did you mean 'score'?"),
        (
            {"scale": "likert_1_5"},
            "`score` must be 1 to 5 (scale likert_1_5); got 9 in row 1, and 0 more.",
        ),
        ({"count": "w"}, "`count` and `weight` exclude each other; got both."),
    ],
)
def test_survey_says_what_is_wrong(answers, change, message):
    given = {"agency": "who", "outcome": "score", "scale": "nps_0_10", "weight": "w"} | change
    with pytest.raises(DataError) as caught:
        Survey.from_frame(answers, **given)
    assert message in str(caught.value)


@pytest.mark.parametrize("weight", [0.0, -1.0, np.nan, np.inf])
def test_survey_refuses_weights_that_are_not_positive(answers, weight):
    answers.loc[1, "w"] = weight
    with pytest.raises(DataError, match=r"`weight` must be positive and finite; got .* in row 2"):
        Survey.from_frame(answers, agency="who", outcome="score", scale="nps_0_10", weight="w")


def test_unknown_period_and_question_are_named(answers):
    survey = Survey.from_frame(answers, agency="who", outcome="score", scale="nps_0_10")
    with pytest.raises(DataError, match="`period` must be one of ''; got '2024'"):
        survey.in_period("2024")
    with pytest.raises(DataError, match=r"`scores` is not a question .* Did you mean 'score'\?"):
        survey.question("scores")


def test_panel_refuses_a_unit_twice_in_a_period():
    df = pd.DataFrame({"a": ["A", "A"], "m": [1.0, 2.0], "y": [3.0, 4.0]})
    with pytest.raises(DataError, match="one row per agency, unit and period"):
        Panel.from_frame(df, agency="a", morale="m", performance="y")


def _estimates(**changes):
    frame = pd.DataFrame(
        {
            "key": ["x", "y"],
            "estimate": 1.0,
            "std_error": 1.0,
            "conf_low": 0.0,
            "conf_high": 2.0,
            "n": 5,
        }
    )
    return Estimates(**({"frame": frame, "quantity": "share"} | changes))


def test_estimates_check_shapes_and_freeze_facts():
    table = _estimates(covariance=np.eye(2), facts={"a": 1})
    assert table.row("y")["n"] == 5
    with pytest.raises(TypeError):
        table.facts["a"] = 2
    with pytest.raises(DataError, match=r"`covariance` must have shape \(2, 2\); got \(3, 3\)"):
        _estimates(covariance=np.eye(3))
    with pytest.raises(DataError, match="`draws` must have 2 columns"):
        _estimates(draws=np.zeros((4, 3)))


def test_a_suppressed_row_must_carry_no_figure(benchmark_table):
    frame = benchmark_table.frame.copy()
    frame.loc[0, "suppressed_reason"] = "hidden"
    with pytest.raises(DataError, match="must carry no figure"):
        dataclasses.replace(benchmark_table, frame=frame)


def test_benchmark_knows_its_shown_rows(benchmark_table):
    assert isinstance(benchmark_table, Benchmark)
    assert benchmark_table.shown["key"].tolist() == ["A", "B"]
    with pytest.raises(DataError, match="No row for 'Z'"):
        benchmark_table.row("Z")


def test_an_answer_that_is_text_is_quoted(answers):
    answers["score"] = ["9", "nine", None]
    with pytest.raises(DataError, match=r"`score` must be .*; got 'nine' in row 2, and 0 more"):
        Survey.from_frame(answers, agency="who", outcome="score", scale="nps_0_10")
