"""A cell is an answer on its scale, or it is missing for a reason; it is never guessed."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from cxanalytics.errors import DataError, ParamsError
from cxanalytics.scales import declare_scale
from cxanalytics.sources import read_table
from cxanalytics.sources._answers import Cell, read_cell
from cxanalytics.sources._questions import ask
from cxanalytics.tables import Question


@pytest.fixture
def read(tmp_path):
    def _read(*cells, scale="likert_1_5", agency="Parks", **options):
        """Read a column of answers; a second question keeps every row."""
        path = tmp_path / "survey.csv"
        frame = pd.DataFrame({"Agency": agency, "Q1": cells, "Q2": "Yes"})
        frame.to_csv(path, index=False)
        facts = {"column": "Q1", "scale": scale, **options.pop("facts", {})}
        second = {"column": "Q2", "scale": "yes_no"}
        return read_table(
            path,
            columns={"agency": "Agency"},
            questions={"recommend": facts, "solved": second},
            outcome="recommend",
            **options,
        )

    return _read


def answers(survey):
    return [None if math.isnan(value) else value for value in survey.frame["recommend"]]


def reasons(survey):
    table = survey.reasons
    return {} if table is None else dict(zip(table["reason"], table["n"], strict=True))


def texts(survey):
    return {note.name: note.text for note in survey.notes}


def message(call, *args, kind=DataError, **options):
    with pytest.raises(kind) as caught:
        call(*args, **options)
    return str(caught.value)


# Missing answers


def test_do_not_know_between_labels_is_missing_and_neither_is_the_middle(read):
    survey = read("Agree", "Don’t know", "Neither agree nor disagree", "Disagree", "Neutral")
    assert answers(survey) == [4, None, 3, 2, 3]
    assert reasons(survey) == {"don't know": 1}


@pytest.mark.parametrize("scale", ["good_1_5", "agree_1_7", "yes_no", "satisfied_1_4", "nps_0_10"])
def test_words_for_no_answer_are_missing_on_every_scale(read, scale):
    top = {"good_1_5": "Very good", "agree_1_7": "Strongly agree", "yes_no": "Yes"}
    best = top.get(scale, {"satisfied_1_4": "Very satisfied"}.get(scale, "10"))
    survey = read(
        best, "Not sure", "N/A", "Not asked", "Prefer not to say", "No answer", scale=scale
    )
    assert answers(survey)[1:] == [None] * 5
    assert reasons(survey) == dict.fromkeys(
        ["don't know", "not applicable", "not asked", "refused", "no answer"], 1
    )


def test_a_number_before_words_for_no_answer_is_not_read(read):
    survey = read("5", "3 - Don't know", "(4) Not applicable")
    assert answers(survey) == [5, None, None]


def test_codes_are_missing_only_where_declared(read):
    assert "row 3 has '98'" in message(read, "5", "98")
    survey = read("5", "98", "-1", facts={"missing": [98, -1]})
    assert reasons(survey) == {"no answer": 2}


def test_codes_with_reasons(read):
    survey = read("5", "98", "99", "99", missing={98: "don't know", 99: "Does not apply"})
    assert reasons(survey) == {"don't know": 1, "not applicable": 2}
    assert texts(survey)["missing codes"] == "1 answers missing by code: '98' (1)."
    assert texts(survey)["not applicable"] == ("2 answers not applicable or not asked: '99' (2).")


def test_a_question_may_give_a_code_another_reason(read):
    survey = read("5", "98", missing=[98], facts={"missing": {98: "refused"}})
    assert reasons(survey) == {"refused": 1}


def test_a_declared_code_before_unknown_words(read):
    survey = read("5", "98 - Volunteered something else", facts={"missing": [98]})
    assert reasons(survey) == {"no answer": 1}


def test_blank_cells_tell_no_reason(read):
    survey = read("5", "", "NA", "null")
    assert answers(survey) == [5, None, None, None]
    assert survey.reasons is None


def test_reasons_count_only_rows_that_are_kept(tmp_path):
    path = tmp_path / "survey.csv"
    path.write_text("Agency,Q1\nParks,5\nParks,Don't know\nParks,Don't know\n", encoding="utf-8")
    survey = read_table(
        path,
        columns={"agency": "Agency"},
        questions={"recommend": {"column": "Q1", "scale": "likert_1_5"}},
        outcome="recommend",
    )
    assert len(survey.frame) == 1
    assert survey.reasons is None
    assert texts(survey)["missing codes"] == '2 answers missing by code: "Don\'t know" (2).'
    assert texts(survey)["rows without answer"] == "2 rows left out: no question answered."


def test_reasons_of_counts_count_answers(tmp_path):
    path = tmp_path / "counts.csv"
    path.write_text(
        "Agency,Answer,Done,n\nParks,Very good,5,40\nParks,Don't know,4,7\nParks,Don't know,,9\n"
        "Roads,Don't know,4,0\n",
        encoding="utf-8",
    )
    survey = read_table(
        path,
        columns={"agency": "Agency"},
        questions={
            "recommend": {"column": "Answer", "scale": "good_1_5"},
            "done": {"column": "Done", "scale": "likert_1_5"},
        },
        outcome="recommend",
        count="n",
    )
    assert survey.reasons.values.tolist() == [["recommend", "don't know", 7]]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (
            {"missing": {98: "midpoint"}},
            "`missing.98` must be one of 'don't know', 'not applicable', 'not asked', "
            "'refused', 'no answer'; got 'midpoint'.",
        ),
        (
            {"missing": "98"},
            "`missing` must be a list of codes, or code: reason for each; got '98'.",
        ),
        (
            {"facts": {"missing": 98}},
            "`questions.recommend.missing` must be a list of codes, or code: reason for each; "
            "got 98.",
        ),
        (
            {"missing": [5]},
            "`missing` must not hold an answer; 5 is one of 1 to 5 (scale likert_1_5, question "
            "'recommend'). Where another question has that code for no answer, declare it there.",
        ),
        (
            {"facts": {"reversed": "yes"}},
            "`questions.recommend.reversed` must be true or false; got 'yes'.",
        ),
    ],
)
def test_wrong_declarations(read, options, expected):
    assert message(read, "5", kind=ParamsError, **options) == expected


def test_a_missing_code_may_be_a_number_of_the_scale_where_the_codes_are_remapped(read):
    facts = {"answers": {1: 1, 2: 0}, "missing": {0: "not asked"}}
    survey = read("1", "2", "0", scale="yes_no", facts=facts)
    assert answers(survey) == [1, 0, None]


# Numbers


def test_reversed_numbers_and_plain_words(read):
    survey = read("1", "5", "2", "Very poor", scale="good_1_5", facts={"reversed": True})
    assert answers(survey) == [5, 1, 4, 1]


def test_reversed_numbers_before_words(read):
    cells = ["1 - Very good", "5 - Very poor", "2", "6 - Don't know"]
    survey = read(*cells, scale="good_1_5", facts={"reversed": True})
    assert answers(survey) == [5, 1, 4, None]


def test_reversed_numbers_before_unknown_words(read):
    survey = read("1 - could not be better", scale="likert_1_7", facts={"reversed": True})
    assert answers(survey) == [7]


def test_reversed_against_the_words_is_refused(read):
    assert message(read, "3", "1 - Very poor", scale="good_1_5", facts={"reversed": True}) == (
        "`recommend` (column 'Q1') must have numbers and words that agree; row 3 has "
        "'1 - Very poor': its number read from best to worst (`reversed`) is 5, its words are 1 "
        "(scale good_1_5). Leave out `reversed`, or give each code in `answers`."
    )


def test_bare_numbers_beside_contradicting_words_are_refused(read):
    assert message(read, "4", "1 - Very good", "5 - Very poor", scale="good_1_5") == (
        "`recommend` (column 'Q1') must have numbers and words that agree; row 3 has "
        "'1 - Very good': its number is 1, its words are 5 (scale good_1_5). Where the lowest "
        "number is the best answer, say `reversed: true`; or give each code in `answers`."
    )


def test_words_decide_where_every_number_has_words(read):
    survey = read("1 - Very good", "5 - Very poor", "3 - Fair", scale="good_1_5")
    assert answers(survey) == [5, 1, 3]


@pytest.mark.parametrize("cell", ["9-10", "9,5", "7 or more", "11", "10/10", "?", "4 stars"])
def test_what_is_no_answer_is_refused(read, cell):
    assert f"row 3 has {cell!r}" in message(read, "5", cell, scale="nps_0_10")


@pytest.mark.parametrize(
    ("scale", "cell", "answer"),
    [
        ("percent_0_100_by_25", "75%", 75),
        ("percent_0_100_by_10", "80", 80),
        ("percent_0_100_by_1", "33", 33),
        ("thumbs", "👍🏿", 1),
        ("thumbs", "0", 0),
        ("nps_0_10", "10 - Extremely likely", 10),
        ("nps_0_10", "0 (Not at all likely)", 0),
        ("nps_0_10", "5 - Neutral", 5),
        ("definitely_1_4", "Definitely yes", 4),
    ],
)
def test_numbers_and_words(read, scale, cell, answer):
    assert answers(read(cell, scale=scale)) == [answer]


def test_a_step_that_is_none(read):
    assert "must be 0 to 100 in steps of 10 (scale percent_0_100_by_10); row 2 has '75'" in message(
        read, "75", scale="percent_0_100_by_10"
    )


def test_two_ladders_in_one_column_are_refused(read):
    assert message(read, "Agree", "Somewhat agree", "Strongly agree") == (
        "`recommend` (column 'Q1') must have one word for each answer; 'agree' and "
        "'somewhat agree' would both be 4 (scale likert_1_5). Say in `answers` what each stands "
        "for."
    )


def test_declared_words_settle_two_ladders(read):
    survey = read("Agree", "Somewhat agree", facts={"answers": {"Agree": 5}})
    assert answers(survey) == [5, 4]


def test_unmatched_words_are_listed_with_counts(read):
    told = message(read, "Superb", "Superb", "Agree", "Meh")
    assert "Not understood: 'Superb' (2), 'Meh' (1)." in told


def test_a_scale_of_the_study(read):
    scale = declare_scale("city_1_6", {"answers": [1, 2, 3, 4, 5, 6], "labels": {"superb": 6}})
    survey = read("6 - Superb", "2", "Superb!", scale=scale)
    assert answers(survey) == [6, 2, 6]
    assert survey.question("recommend").scale is scale


def test_an_agency_that_never_leaves_the_lower_half_is_reported(read):
    cells = [str(1 + place % 5) for place in range(100)] + ["9", "10"]
    survey = read(*cells, scale="nps_0_10", agency=["Parks"] * 100 + ["Roads"] * 2)
    assert texts(survey)["scale of recommend"] == (
        "`recommend` runs 0 to 10, and nobody in 'Parks' answers above 5: if they were asked on "
        "another scale, they may not be compared."
    )
    assert "scale of recommend" not in texts(read(*cells[1:], scale="nps_0_10"))


def test_one_cell():
    asked = ask("q", {"scale": "good_1_5", "missing": {9: "refused"}}, ())
    assert read_cell("Good", asked) == Cell(4.0, words="good")
    assert read_cell(4, asked) == Cell(4.0, number=4.0)
    assert read_cell(9.0, asked).reason == "refused"
    assert not read_cell("?", asked).understood


def test_a_question_object_with_common_codes():
    question = Question("q", "Q", declare_scale("x", {"answers": [1, 2, 3]}))
    assert ask("q", question, {9: "refused"}).reasons["9"] == "refused"
    with pytest.raises(ParamsError, match="`missing` must not hold an answer; 3 is one of 1 to 3"):
        ask("q", question, [3])
