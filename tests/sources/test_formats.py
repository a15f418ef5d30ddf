"""Title rows, Qualtrics exports, SPSS and Stata files: every trap of a format, and its message."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from cxanalytics.errors import CxError, DataError, ParamsError
from cxanalytics.sources import read_table
from cxanalytics.sources._grid import read_grid

pyreadstat = pytest.importorskip("pyreadstat", reason="SPSS and Stata files need pyreadstat")

GOOD = {"scale": "good_1_5"}


def read(path, **options):
    facts = {
        "columns": {"agency": "Agency"},
        "questions": {"recommend": {"column": "Score", "scale": "nps_0_10"}},
        "outcome": "recommend",
    }
    return read_table(path, **(facts | options))


def notes(survey):
    return {note.name: note.text for note in survey.notes}


def refused(path, message, kind=DataError, **options):
    with pytest.raises(CxError) as caught:
        read(path, **options)
    assert str(caught.value) == message
    assert type(caught.value) is kind


def write(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def book(path, rows):
    pd.DataFrame(rows).to_excel(path, index=False, header=False)
    return path


# Title rows

TITLED = [
    ["Survey of the city, 2024", None, None],
    [None, None, None],
    ["Agency", "Score", "Speed"],
    ["Parks", 9, 4],
    ["Roads", 3, 2],
]
TITLED_TEXT = 'Survey of\nAgency,Score\n"a ""city"",\nboth lines"\nAgency,Score\nParks,9\nRoads,3\n'


def test_title_rows_of_a_sheet_are_passed_over_and_counted(tmp_path):
    survey = read(book(tmp_path / "s.xlsx", TITLED), header=3)
    assert survey.agencies == ["Parks", "Roads"]
    assert notes(survey) == {
        "rows read": "2 rows read from s.xlsx.",
        "rows kept": "2 rows kept.",
        "title rows": "2 rows above the column names, not read.",
    }


def test_title_rows_of_text_may_hold_line_ends(tmp_path):
    path = write(tmp_path / "s.csv", TITLED_TEXT)
    survey = read(path, header=4)
    assert survey.frame["recommend"].tolist() == [9.0, 3.0]
    assert notes(survey)["title rows"] == "3 rows above the column names, not read."


def test_row_numbers_count_the_title_rows(tmp_path):
    rows = [*TITLED, ["Roads", 12, 1]]
    refused(
        book(tmp_path / "s.xlsx", rows),
        "`recommend` (column 'Score') must be 0 to 10 or a label such as 'not at all likely' "
        "(scale nps_0_10); row 6 has '12'. A code for no answer belongs in `missing`.",
        header=3,
    )
    text = "".join(",".join(str(cell or "") for cell in row) + "\n" for row in rows)
    with pytest.raises(DataError, match="row 6 has '12'"):
        read(write(tmp_path / "s.csv", text), header=3)


def test_a_ragged_row_below_titles_has_its_own_number(tmp_path):
    refused(
        write(tmp_path / "s.csv", "Title\nAgency,Score\nParks,9\nRoads,North,3\n"),
        "'s.csv' must have 2 fields in each row, as in row 2; row 4 has 3. "
        "An answer with the separator inside needs quotes around it.",
        header=2,
    )
    refused(
        write(tmp_path / "s.csv", 'Title\nAgency,Score\nParks,9\n"Roads,3\n'),
        "'s.csv' opens a quote in row 4 and never closes it.",
        header=2,
    )


def test_a_title_taken_for_the_column_names(tmp_path):
    refused(
        book(tmp_path / "s.xlsx", TITLED),
        "'s.xlsx' has no column 'Agency' (for `agency`). It has Survey of the city, 2024. "
        "Row 3 holds 'Agency': pass header=3 if the names stand there.",
    )
    refused(
        write(tmp_path / "s.csv", "Survey of the city\nAgency,Score\nParks,9\n"),
        "'s.csv' must have 1 field in each row, as in row 1; row 2 has 2. "
        "Where row 1 is a title, pass header= the row of the column names.",
    )


@pytest.mark.parametrize("header", [0, -1, True, "3", 1.0])
def test_header_is_no_row(tmp_path, header):
    refused(
        write(tmp_path / "s.csv", "Agency,Score\nParks,9\n"),
        f"`header` must be the number of a row, 1 or more; got {header!r}.",
        kind=ParamsError,
        header=header,
    )


@pytest.mark.parametrize("name", ["s.csv", "s.xlsx"])
def test_header_below_the_last_row(tmp_path, name):
    rows = [["Agency", "Score"], ["Parks", 9]]
    path = tmp_path / name
    book(path, rows) if name.endswith("xlsx") else write(path, "Agency,Score\nParks,9\n")
    refused(path, f"`header` must be a row of '{name}', which has 2; got 9.", header=9)


def test_header_row_is_empty(tmp_path):
    refused(
        book(tmp_path / "s.xlsx", TITLED),
        "'s.xlsx' must have its column names in row 2; that row is empty.",
        header=2,
    )


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            [["Agency", "Score", None, None], ["Parks", 9, 4, 5]],
            "columns 3 to 4 stand after 'Score' (for `recommend`)",
        ),
        (
            [["Agency", None, "Score"], ["Parks", "North", 9]],
            "column 2 stands after 'Agency' (for `agency`)",
        ),
    ],
)
def test_merged_header_cells(tmp_path, rows, message):
    refused(
        book(tmp_path / "s.xlsx", rows),
        f"'s.xlsx' must name every column in row 1; {message} without a name, as under merged "
        "cells. Write one name over each column.",
    )


def test_an_empty_column_without_a_name_does_no_harm(tmp_path):
    path = write(tmp_path / "s.csv", "Agency,Score,,\nParks,9,,\n")
    assert read(path).agencies == ["Parks"]


def test_one_wave_per_sheet(tmp_path):
    with pd.ExcelWriter(tmp_path / "s.xlsx") as writer:
        for sheet in ("Wave1", "Wave2"):
            pd.DataFrame(TITLED).to_excel(writer, sheet_name=sheet, index=False, header=False)
    survey = read(tmp_path / "s.xlsx", sheet="Wave2", header=3)
    assert notes(survey)["rows read"] == "2 rows read from s.xlsx#Wave2."


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("s.xls", "an old Excel file"),
        ("s.XLS", "an old Excel file"),
        ("s.xlsb", "a binary Excel file"),
        ("s.ods", "a LibreOffice file"),
    ],
)
def test_old_and_other_workbooks(tmp_path, name, what):
    path = write(tmp_path / name, "anything")
    refused(path, f"'{name}' is {what}. Save it as .xlsx or CSV.")


# Qualtrics

NAMES = ["StartDate", "Status", "Finished", "ResponseId", "Agency", "Score"]
TEXTS = ["Start Date", "Response Type", "Finished", "Response ID", "Your office", "How\n likely?"]
IDS = [json.dumps({"ImportId": f"QID{place}"}) for place in range(len(NAMES))]
ANSWERS = [
    ["2024-05-01", "IP Address", "True", "R_1", "Parks", "9"],
    ["2024-05-01", "Survey Preview", "True", "R_2", "Preview office", "77"],
    ["2024-05-01", "Spam", "True", "R_3", "Parks", "8"],
    ["2024-05-02", "IP Address", "False", "R_4", "Roads", "3"],
    ["2024-05-02", "Survey Test", "True", "R_5", "Roads", "2"],
]
AS_NUMBERS = {
    "IP Address": "0",
    "Survey Preview": "17",
    "Spam": "12",
    "Survey Test": "2",
    "True": "1",
    "False": "0",
}


def export(path, answers, header_rows=(NAMES, TEXTS, IDS)):
    frame = pd.DataFrame([*header_rows, *answers])
    if path.suffix == ".xlsx":
        frame.to_excel(path, index=False, header=False)
    elif path.suffix == ".tsv":
        frame.to_csv(path, index=False, header=False, sep="\t", encoding="utf-16")
    else:
        frame.to_csv(path, index=False, header=False)
    return path


@pytest.mark.parametrize("name", ["s.csv", "s.tsv", "s.xlsx"])
@pytest.mark.parametrize("numbers", [False, True])
def test_a_qualtrics_export(tmp_path, name, numbers):
    answers = [[AS_NUMBERS.get(cell, cell) if numbers else cell for cell in row] for row in ANSWERS]
    options = {"encoding": "utf-16"} if name.endswith("tsv") else {}
    survey = read(export(tmp_path / name, answers), layout="qualtrics", **options)
    assert survey.frame["agency"].tolist() == ["Parks", "Parks", "Roads"]
    assert survey.frame["recommend"].tolist() == [9.0, 8.0, 3.0]
    assert survey.question("recommend").wording == "How likely?"
    assert notes(survey) == {
        "rows read": f"5 rows read from {name}.",
        "survey previews": "2 rows left out: survey previews or test answers.",
        "rows kept": "3 rows kept.",
        "unfinished answers": "1 row not finished by the respondent, kept.",
        "possible spam": "1 row marked as possible spam by Qualtrics, kept.",
    }


def test_a_declared_wording_goes_before_that_of_the_export(tmp_path):
    question = {"column": "Score", "scale": "nps_0_10", "wording": "As asked by telephone"}
    survey = read(
        export(tmp_path / "s.csv", ANSWERS), layout="qualtrics", questions={"recommend": question}
    )
    assert survey.question("recommend").wording == "As asked by telephone"


def test_a_qualtrics_export_without_status(tmp_path):
    rows = [[row[0], *row[3:]] for row in (NAMES, TEXTS, IDS)]
    path = export(tmp_path / "s.csv", [["2024-05-01", "R_1", "Parks", "9"]], rows)
    assert set(notes(read(path, layout="qualtrics"))) == {"rows read", "rows kept"}


def test_row_numbers_of_an_export_are_those_of_the_file(tmp_path):
    bad = [*ANSWERS, ["2024-05-02", "IP Address", "True", "R_6", "Roads", "12"]]
    with pytest.raises(DataError, match="row 9 has '12'"):
        read(export(tmp_path / "s.xlsx", bad), layout="qualtrics")


def test_a_qualtrics_export_read_as_plain(tmp_path):
    refused(
        export(tmp_path / "s.csv", ANSWERS),
        "'s.csv' looks like a Qualtrics export: row 3 holds ImportIds. Pass layout='qualtrics'.",
    )


def test_a_plain_file_read_as_qualtrics(tmp_path):
    refused(
        write(tmp_path / "s.csv", "Agency,Score\nParks,9\nRoads,3\n"),
        "'s.csv' must hold question texts and ImportIds in the two rows below the column names, "
        "as layout='qualtrics' says; it does not. Without them, pass layout='plain'.",
        layout="qualtrics",
    )


def test_an_export_of_previews_only(tmp_path):
    refused(
        export(tmp_path / "s.csv", ANSWERS[1:2]),
        "'s.csv' holds column names and no rows.",
        layout="qualtrics",
    )


def test_unknown_layout(tmp_path):
    refused(
        write(tmp_path / "s.csv", "Agency,Score\nParks,9\n"),
        "`layout` must be one of 'plain', 'qualtrics'; got 'qualtrix'. Did you mean 'qualtrics'?",
        kind=ParamsError,
        layout="qualtrix",
    )


@pytest.mark.parametrize(("argument", "value"), [("header", 2), ("layout", "qualtrics")])
def test_layout_of_a_file_that_has_none(tmp_path, argument, value):
    pd.DataFrame({"Agency": ["Parks"], "Score": [9]}).to_parquet(tmp_path / "s.parquet")
    refused(
        tmp_path / "s.parquet",
        f"`{argument}` is for text and Excel files only; got {value!r} with 's.parquet'.",
        **{argument: value},
    )


# SPSS and Stata


def spss(path, frame, **facts):
    pyreadstat.write_sav(frame, str(path), **facts)
    return path


def stata(path, frame, **facts):
    pyreadstat.write_dta(frame, str(path), **facts)
    return path


@pytest.mark.parametrize("name", ["s.sav", "s.zsav", "s.dta"])
def test_words_behind_codes_decide(tmp_path, name):
    frame = pd.DataFrame(
        {"Agency": [1.0, 2.0, 1.0], "Score": [1.0, 5.0, 4.0], "Weight": [0.5, 2.0, 1.0]}
    )
    facts = {
        "variable_value_labels": {
            "Agency": {1: "Parks", 2: "Roads"},
            "Score": {1: "Very good", 2: "Good", 4: "Poor", 5: "Very poor"},
        },
        "column_labels": {"Score": "How was\n your visit?"},
    }
    if name == "s.dta":
        frame = frame.astype({"Agency": int, "Score": int})
        stata(tmp_path / name, frame, **facts)
    else:
        spss(tmp_path / name, frame, compress=name == "s.zsav", **facts)
    survey = read(
        tmp_path / name,
        columns={"agency": "Agency", "weight": "Weight"},
        questions={"visit": GOOD | {"column": "Score"}},
        outcome="visit",
    )
    assert survey.frame["agency"].tolist() == ["Parks", "Roads", "Parks"]
    assert survey.frame["visit"].tolist() == [5.0, 1.0, 2.0]
    assert survey.frame["weight"].tolist() == [0.5, 2.0, 1.0]
    assert survey.question("visit").wording == "How was your visit?"


def test_user_missing_values_of_spss(tmp_path):
    frame = pd.DataFrame(
        {
            "Agency": ["Parks", "Roads", "Parks", "Roads", "Parks", "Parks"],
            "Score": [9.0, 98.0, 99.0, 0.0, np.nan, -3.0],
            "Speed": [5.0, 5.0, 5.0, 5.0, 5.0, 5.0],
        }
    )
    path = spss(
        tmp_path / "s.sav",
        frame,
        variable_value_labels={"Score": {0: "Not at all likely", 98: "Spoiled form"}},
        missing_ranges={"Score": [{"lo": 98, "hi": 99}, -3]},
    )
    survey = read(
        path,
        questions={
            "recommend": {"column": "Score", "scale": "nps_0_10"},
            "speed": {"column": "Speed", "scale": "likert_1_5"},
        },
    )
    np.testing.assert_array_equal(
        survey.frame["recommend"], [9.0, np.nan, np.nan, 0.0, np.nan, np.nan]
    )
    assert survey.reasons.values.tolist() == [["recommend", "no answer", 3]]
    assert read_grid(path).missing_answers("Score", "recommend") == {
        "98 - Spoiled form": "Spoiled form",
        "99": "",
        "-3": "",
    }


def test_extended_missing_values_of_stata(tmp_path):
    frame = pd.DataFrame(
        {"Agency": ["Parks"] * 4, "Score": [5, "a", "b", 1], "Speed": [1, 2, 3, 4]}
    )
    path = stata(
        tmp_path / "s.dta",
        frame,
        missing_user_values={"Score": ["a", "b"]},
        variable_value_labels={"Score": {"a": "Form torn"}},
    )
    survey = read(
        path,
        questions={
            "visit": GOOD | {"column": "Score"},
            "speed": {"column": "Speed", "scale": "likert_1_5"},
        },
        outcome="visit",
    )
    np.testing.assert_array_equal(survey.frame["visit"], [5.0, np.nan, np.nan, 1.0])
    assert read_grid(path).missing_answers("Score", "visit") == {"Form torn": "Form torn", ".b": ""}


@pytest.mark.parametrize(
    ("word", "reason"),
    [("Don't know", "don't know"), ("Not applicable", "not applicable"), ("Torn", "no answer")],
)
def test_the_word_of_a_missing_value_is_its_reason(tmp_path, word, reason):
    frame = pd.DataFrame({"Agency": ["A", "A"], "Score": [9.0, 98.0], "Speed": [5.0, 5.0]})
    path = spss(
        tmp_path / "s.sav",
        frame,
        variable_value_labels={"Score": {98: word}},
        missing_ranges={"Score": [98]},
    )
    questions = {
        "recommend": {"column": "Score", "scale": "nps_0_10"},
        "speed": {"column": "Speed", "scale": "likert_1_5"},
    }
    assert read(path, questions=questions).reasons.values.tolist() == [["recommend", reason, 1]]
    told = questions["recommend"] | {"missing": {98: "refused"}}
    survey = read(path, questions=questions | {"recommend": told})
    assert survey.reasons.values.tolist() == [["recommend", "refused", 1]]


def test_a_missing_code_in_a_role_is_blank(tmp_path):
    path = spss(
        tmp_path / "s.sav",
        pd.DataFrame({"Agency": [1.0, 9.0], "Score": [9.0, 8.0]}),
        variable_value_labels={"Agency": {1: "Parks", 9: "Not coded"}},
        missing_ranges={"Agency": [9]},
    )
    refused(path, "`agency` (column 'Agency') must be filled in every row; row 2 is empty.")


def test_codes_that_are_declared_hold_for_their_words(tmp_path):
    path = spss(
        tmp_path / "s.sav",
        pd.DataFrame({"Agency": ["A"] * 4, "Score": [1.0, 2.0, 97.0, 3.0], "Same": [1.0] * 4}),
        variable_value_labels={"Score": {1: "Grim", 2: "So so", 3: "Splendid", 97: "Torn"}},
    )
    question = {"column": "Score", "scale": "good_1_5", "answers": {1: 1, 2: 3, "splendid": 5}}
    survey = read(
        path,
        questions={
            "visit": question | {"missing": [97]},
            "same": {"column": "Same", "scale": "likert_1_5"},
        },
        outcome="visit",
    )
    np.testing.assert_array_equal(survey.frame["visit"], [1.0, 3.0, np.nan, 5.0])


def test_words_that_are_not_understood_are_listed_with_their_codes(tmp_path):
    path = spss(
        tmp_path / "s.sav",
        pd.DataFrame({"Agency": ["A"] * 3, "Score": [1.0, 2.0, 2.0]}),
        variable_value_labels={"Score": {1: "Grim", 2: "Splendid"}},
    )
    with pytest.raises(DataError) as caught:
        read(path, questions={"visit": GOOD | {"column": "Score"}}, outcome="visit")
    assert "'2 - Splendid' (2), '1 - Grim' (1)" in str(caught.value)


@pytest.mark.parametrize(
    ("code", "word", "expected"),
    [
        (1.0, "0", 0.0),
        (11.0, "10", 10.0),
        (1.0, "0 - Not at all likely", 0.0),
        (10.0, "10 Extremely likely", 10.0),
        (10.0, "(10) Extremely likely", 10.0),
        (10.0, "10", 10.0),
        (7.0, "Fairly likely", 7.0),
    ],
)
def test_a_word_that_is_a_number_speaks_for_itself(tmp_path, code, word, expected):
    path = spss(
        tmp_path / "s.sav",
        pd.DataFrame({"Agency": ["A"], "Score": [code]}),
        variable_value_labels={"Score": {code: word}},
    )
    assert read(path).frame["recommend"].tolist() == [expected]


def test_two_codes_with_one_word_stay_apart(tmp_path):
    path = spss(
        tmp_path / "s.sav",
        pd.DataFrame({"Agency": [1.0, 2.0, 3.0], "Score": [9.0, 8.0, 7.0]}),
        variable_value_labels={"Agency": {1: "Other", 2: "Other", 3: "Parks"}},
    )
    assert read(path).agencies == ["1 - Other", "2 - Other", "Parks"]


def test_rows_of_spss_count_from_one(tmp_path):
    path = spss(tmp_path / "s.sav", pd.DataFrame({"Agency": ["A", "A"], "Score": [9.0, 12.0]}))
    with pytest.raises(DataError, match="row 2 has '12'"):
        read(path)


def test_dates_of_spss(tmp_path):
    day = pd.Timestamp("2024-05-01")
    path = spss(tmp_path / "s.sav", pd.DataFrame({"Agency": ["A"], "Score": [9.0], "Day": [day]}))
    survey = read(path, columns={"agency": "Agency", "date": "Day"})
    assert survey.frame["date"].tolist() == [day]


def test_a_missing_column_of_spss_has_no_advice_about_rows(tmp_path):
    path = spss(tmp_path / "s.sav", pd.DataFrame({"Office": ["Agency"], "Score": [9.0]}))
    refused(path, "'s.sav' has no column 'Agency' (for `agency`). It has Office, Score.")


@pytest.mark.parametrize(("name", "package"), [("s.sav", "SPSS"), ("s.dta", "Stata")])
def test_damaged_statistical_files(tmp_path, name, package):
    path = write(tmp_path / name, "nothing of the kind")
    refused(path, f"'{name}' is not a whole {package} file, or its text is in another encoding.")


def test_a_sheet_of_spss(tmp_path):
    path = spss(tmp_path / "s.sav", pd.DataFrame({"Agency": ["A"], "Score": [9.0]}))
    refused(path, "`sheet` is for Excel files only; got 'x' with 's.sav'.", sheet="x")
