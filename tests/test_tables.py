"""Tables check their promise on birth."""

import dataclasses
import re

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


ROLES = "agency, department, unit, channel, period, date, weight, psu, stratum, respondent, sector"


@pytest.mark.parametrize(
    ("column", "values", "given", "message"),
    [
        (
            "wave",
            [9, 10, 10],
            {"period": "wave"},
            "`period` (column 'wave') must sort in time as text; '10' would come before '9'. "
            "Write numbers with the same digits, such as '09' and '10'.",
        ),
        (
            "wave",
            ["Wave 9", "Wave 10", "Wave 10"],
            {"period": "wave"},
            "`period` (column 'wave') must sort in time as text; 'Wave 10' would come before "
            "'Wave 9'. Write numbers with the same digits, such as '09' and '10'.",
        ),
        (
            "wave",
            ["May 2024", "June 2024", "May 2024"],
            {"period": "wave"},
            "`period` (column 'wave') must sort in time as text; got 'June 2024'. "
            "Write the year first, such as '2024-04' or '2024 Q2'.",
        ),
        (
            "wave",
            pd.Categorical(["pre", "mid", "pre"], ["pre", "mid", "post"], ordered=True),
            {"period": "wave"},
            "`period` (column 'wave') must sort in time as text; its categories put 'pre' before "
            "'mid'. Name the waves so that they sort, such as '1 before', '2 after'.",
        ),
        (
            "wave",
            ["2024", None, None],
            {"period": "wave"},
            "`period` (column 'wave') must be filled in every row; row 2 is empty, and 1 more row.",
        ),
        (
            "who",
            ["A", "  ", "B"],
            {},
            "`agency` (column 'who') must be filled in every row; row 2 is empty.",
        ),
        (
            "who",
            ["A", "B", np.nan],
            {},
            "`agency` (column 'who') must be filled in every row; row 3 is empty.",
        ),
        (
            "w",
            ["1", "heavy", "2"],
            {"weight": "w"},
            "`weight` (column 'w') must be a number; row 2 has 'heavy'.",
        ),
        (
            "n",
            [1, 2.5, 3],
            {"count": "n"},
            "`count` (column 'n') must be a whole number, 0 or more; row 2 has '2.5'.",
        ),
        (
            "score",
            [True, False, True],
            {},
            "`score` must be 0 to 10 (scale nps_0_10); got True in row 1, and 2 more.",
        ),
        (
            "weight",
            [1, 2, 3],
            {"questions": {"weight": "likert_1_5"}},
            "A question or case-mix column may not be named `weight`: that is a role "
            f"({ROLES}). Rename the column.",
        ),
        (
            "psu",
            [1, 2, 3],
            {"case_mix": ["psu"], "psu": "who"},
            "A question or case-mix column may not be named `psu`: that is a role "
            f"({ROLES}). Rename the column.",
        ),
    ],
)
def test_a_frame_that_cannot_be_a_survey_is_refused(answers, column, values, given, message):
    how = {"agency": "who", "outcome": "score", "scale": "nps_0_10"} | given
    with pytest.raises(DataError, match=f"^{re.escape(message)}$"):
        Survey.from_frame(answers.assign(**{column: values}), **how)


def test_a_column_that_stands_twice_is_refused(answers):
    twice = pd.concat([answers, answers[["score", "w"]]], axis=1)
    how = {"agency": "who", "outcome": "score", "scale": "nps_0_10"}
    with pytest.raises(DataError, match=r"The data must have one column 'score'; got 2\."):
        Survey.from_frame(twice, **how)
    Survey.from_frame(pd.concat([answers, answers[["w"]]], axis=1), **how)


def test_names_that_are_numbers_and_waves_that_sort(answers):
    how = {"agency": "who", "outcome": "score", "scale": "nps_0_10", "period": "wave"}
    coded = answers.assign(who=[0.0, 1.0, 2.5], wave=[2018.0, 2018.0, 2019.0])
    survey = Survey.from_frame(coded, **how)
    assert survey.agencies == ["0", "1", "2.5"] and survey.periods == ["2018", "2019"]
    ordered = pd.Categorical(["1 pre", "2 post", "2 post"], ordered=True)
    assert Survey.from_frame(answers.assign(wave=ordered), **how).periods == ["1 pre", "2 post"]
    days = pd.to_datetime(["2024-01-01", "2024-02-01", "2024-02-01"])
    waves = Survey.from_frame(answers.assign(wave=days), **how).periods
    assert waves == ["2024-01-01", "2024-02-01"]


def test_a_case_mix_column_may_be_the_one_with_the_role(answers):
    survey = Survey.from_frame(
        answers.assign(channel=["web", "phone", "web"]),
        agency="who",
        outcome="score",
        scale="nps_0_10",
        channel="channel",
        case_mix=["channel"],
    )
    assert survey.frame["channel"].tolist() == ["web", "phone", "web"]


def test_yes_and_no_may_be_booleans(answers):
    said = answers.assign(score=[True, False, None])
    survey = Survey.from_frame(said, agency="who", outcome="score", scale="yes_no")
    assert survey.frame["score"].tolist()[:2] == [1.0, 0.0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"agency": ["A", None, "B"]}, "`agency` must be filled in every row; row 2 is empty"),
        ({"period": ["", "2024", "2024"]}, "`period` must be filled in every row; row 1 is empty"),
        ({"period": ["9", "10", "10"]}, "`period` must sort in time as text; '10' would come"),
    ],
)
def test_a_survey_made_by_hand_keeps_the_promise(answers, change, message):
    survey = Survey.from_frame(answers, agency="who", outcome="score", scale="nps_0_10")
    with pytest.raises(DataError, match=message):
        dataclasses.replace(survey, frame=survey.frame.assign(**change))


def test_hidden_numbers_of_answers_are_not_printed():
    table = _estimates()
    frame = pd.concat([table.frame, table.frame.tail(1).assign(key="z", n=12)], ignore_index=True)
    frame.loc[1:, "estimate"] = np.nan
    table = dataclasses.replace(table, frame=frame.assign(n=[4, 7, 12]))
    for text in (repr(table), table._repr_html_()):
        assert re.search(r"\b4\b", text) and "12" in text and not re.search(r"\b7\b", text)
    assert "<10" in repr(table) and "&lt;10" in table._repr_html_()
    assert table.frame["n"].tolist() == [4, 7, 12]
