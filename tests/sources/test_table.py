"""A user's file becomes the survey it holds, whatever its format."""

from __future__ import annotations

import unicodedata

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxanalytics.sources import read_table
from cxanalytics.tables import Question, Survey

ODD_NAMES = [
    "Parks / Recreation",
    "Roads \"North\" and 'South'",
    "<script>alert(1)</script>",
    "=HYPERLINK(1)",
    "\u202eright to left",
    "x" * 300,
    "Straße, Müller\nund Söhne",
]


def read(path, **options):
    facts = {
        "columns": {"agency": "Agency"},
        "questions": {"recommend": {"column": "Score", "scale": "nps_0_10"}},
        "outcome": "recommend",
    }
    return read_table(path, **(facts | options))


def notes(survey):
    return {note.name: note.text for note in survey.notes}


@pytest.fixture
def frame():
    return pd.DataFrame(
        {
            "Agency": ["Parks", "Parks", "Roads", "Roads"],
            "Score": [9, 10, 0, 3],
            "Speed": [5.0, np.nan, 4.0, 1.0],
            "Weight": [1.5, 2.0, 0.25, 1e3],
            "Wave": [2023, 2024, 2023, 2024],
            "Day": [
                pd.Timestamp(day)
                for day in ("2023-05-01", "2024-05-01", "2023-05-02", "2024-05-02 13:30")
            ],
            "Age": [20, 30.5, None, 50],
            "Need": ["permit", "permit", "tax", None],
        }
    )


WRITERS = {
    "survey.csv": lambda frame, path: frame.to_csv(path, index=False),
    "survey.csv.gz": lambda frame, path: frame.to_csv(path, index=False),
    "survey.tsv": lambda frame, path: frame.to_csv(path, index=False, sep="\t"),
    "survey.parquet": lambda frame, path: frame.to_parquet(path),
    "survey.xlsx": lambda frame, path: frame.to_excel(path, index=False),
    "bom.csv": lambda frame, path: frame.to_csv(path, index=False, encoding="utf-8-sig"),
}


@pytest.mark.parametrize("name", WRITERS)
def test_every_format_gives_the_same_survey(frame, tmp_path, name):
    WRITERS[name](frame, tmp_path / name)
    survey = read(
        tmp_path / name,
        columns={"agency": "Agency", "weight": "Weight", "period": "Wave", "date": "Day"},
        questions={
            "recommend": {"column": "Score", "scale": "nps_0_10", "label": "Would recommend"},
            "speed": {"column": "Speed", "scale": "likert_1_5", "changed": [2024]},
        },
        drivers=["speed"],
        case_mix={"age": "Age", "need": "Need"},
        case_mix_numbers=["age"],
    )
    expected = pd.DataFrame(
        {
            "agency": pd.array(frame["Agency"], dtype="str"),
            "period": pd.array(["2023", "2024", "2023", "2024"], dtype="str"),
            "date": frame["Day"].astype("datetime64[us]"),
            "weight": frame["Weight"],
            "recommend": frame["Score"].astype(float),
            "speed": frame["Speed"],
            "age": frame["Age"],
            "need": pd.array(frame["Need"], dtype="str"),
        }
    )
    pd.testing.assert_frame_equal(survey.frame, expected, check_column_type=False)
    assert survey.question("recommend").label == "Would recommend"
    assert survey.question("speed").changed == ("2024",)
    assert (survey.outcome, survey.drivers, survey.case_mix) == (
        "recommend",
        ("speed",),
        ("age", "need"),
    )
    assert notes(survey) == {
        "rows read": f"4 rows read from {name}.",
        "rows kept": "4 rows kept.",
    }


def test_one_sheet_of_several(frame, tmp_path):
    with pd.ExcelWriter(tmp_path / "book.xlsx") as writer:
        frame.to_excel(writer, sheet_name="2023", index=False)
        frame.head(1).to_excel(writer, sheet_name="2024", index=False)
    survey = read(tmp_path / "book.xlsx", sheet="2024")
    assert notes(survey)["rows read"] == "1 row read from book.xlsx#2024."


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("4", 4.0),
        ("4.0", 4.0),
        (" Agree ", 4.0),
        ("STRONGLY\u00a0  agree", 5.0),
        ("5 - Strongly agree", 5.0),
        ("1. strongly agree", 5.0),
        ("(2) Disagree", 2.0),
        ("Don't know", np.nan),
        ("6 - don't know", np.nan),
        ("98", np.nan),
        ("n/a", np.nan),
        ("Somewhat", 3.0),
        ("3) somewhat", 3.0),
    ],
)
def test_labels_and_codes(tmp_path, cell, expected):
    (tmp_path / "s.csv").write_text(f"Agency,Score\nParks,5\nParks,{cell}\n", encoding="utf-8")
    question = {
        "column": "Score",
        "scale": "likert_1_5",
        "answers": {"Somewhat": 3},
        "missing": ["don't know"],
    }
    # A second question keeps the row where the first has no answer.
    survey = read(
        tmp_path / "s.csv",
        questions={"recommend": question, "same": question | {"missing": ["don't know", 97]}},
        missing=[98],
    )
    kept = survey.frame["recommend"].tolist()
    assert kept == ([5.0] if np.isnan(expected) else [5.0, expected])


def test_prefix_number_counts_where_the_scale_has_no_word_for_it(tmp_path):
    (tmp_path / "s.csv").write_text("Agency,Score\nA,7 - fairly likely\n", encoding="utf-8")
    assert read(tmp_path / "s.csv").frame["recommend"].tolist() == [7.0]


def test_rows_left_out_are_counted(tmp_path):
    (tmp_path / "s.csv").write_text(
        "Agency,Score,Team\nParks,9,x\n\nParks,99,\nPARKS,8,\n,,\nparks ,,\n", encoding="utf-8"
    )
    survey = read(tmp_path / "s.csv", columns={"agency": "Agency", "unit": "Team"}, missing=["99"])
    assert notes(survey) == {
        "rows read": "6 rows read from s.csv.",
        "rows empty": "2 rows left out: every cell is empty.",
        "rows without answer": "2 rows left out: no question answered.",
        "rows kept": "2 rows kept.",
        "missing codes": "1 answers missing by code: '99' (1).",
        "unit blank": "1 row without unit, kept.",
        "agency names": "Some names of `agency` differ only in case, spaces or invisible marks: "
        "'PARKS' / 'Parks'. They are kept apart.",
    }
    assert survey.agencies == ["PARKS", "Parks"]


def test_published_counts_are_the_same_data_as_rows(tmp_path):
    (tmp_path / "c.csv").write_text(
        "Agency,Answer,Count\nParks,Yes,3\nParks,No,1\nRoads,Yes,0\nRoads,No,2\n", encoding="utf-8"
    )
    survey = read(
        tmp_path / "c.csv",
        questions={"recommend": {"column": "Answer", "scale": "yes_no"}},
        count="Count",
    )
    assert survey.counts
    assert survey.frame["weight"].tolist() == [3.0, 1.0, 2.0]
    assert survey.frame["recommend"].tolist() == [1.0, 0.0, 0.0]
    assert notes(survey)["rows with count 0"] == "1 row left out: the count is 0."
    assert notes(survey)["rows kept"] == "3 rows kept, which stand for 6 answers."


def test_odd_names_are_kept_as_data(tmp_path):
    pd.DataFrame({"Agency": ODD_NAMES, "Score": 9}).to_csv(tmp_path / "s.csv", index=False)
    survey = read(tmp_path / "s.csv")
    assert survey.frame["agency"].tolist() == ODD_NAMES


def test_names_of_one_look_are_one_after_normalisation(tmp_path):
    names = [" Musées", unicodedata.normalize("NFD", "Musées ")]
    pd.DataFrame({"Agency": names, "Score": 9}).to_csv(tmp_path / "s.csv", index=False)
    assert read(tmp_path / "s.csv").agencies == ["Musées"]


@pytest.mark.parametrize("column", ["unit", "department", "channel", "psu", "stratum"])
def test_every_text_role(tmp_path, column):
    (tmp_path / "s.csv").write_text("Agency,Score,X\nA,9,007\n", encoding="utf-8")
    survey = read(tmp_path / "s.csv", columns={"agency": "Agency", column: "X"})
    assert survey.frame[column].tolist() == ["007"]


def test_a_question_object_names_its_own_column(tmp_path):
    (tmp_path / "s.csv").write_text("Agency,Score\nA,9\n", encoding="utf-8")
    from cxanalytics.scales import get_scale

    question = Question("Score", "Would recommend", get_scale("nps_0_10"), "How likely?")
    survey = read(tmp_path / "s.csv", questions={"Score": question}, outcome="Score")
    assert survey.questions == (question,)


NAMES = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufeff"), min_size=1
).filter(lambda name: unicodedata.normalize("NFC", name).strip() == name)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            NAMES,
            st.sampled_from([None, *range(11)]),
            st.floats(1e-3, 1e6),
            st.sampled_from(["2023", "2024"]),
        ),
        min_size=1,
        max_size=30,
    ).filter(lambda rows: any(row[1] is not None for row in rows)),
    st.sampled_from(["survey.csv", "survey.parquet"]),
)
def test_reading_gives_back_what_was_written(tmp_path_factory, rows, name):
    frame = pd.DataFrame(rows, columns=["Agency", "Score", "Weight", "Wave"])
    frame["Score"] = frame["Score"].astype(float)
    path = tmp_path_factory.mktemp("round") / name
    WRITERS[name](frame, path)
    survey = read(path, columns={"agency": "Agency", "weight": "Weight", "period": "Wave"})
    expected = Survey.from_frame(
        frame.loc[frame["Score"].notna()],
        agency="Agency",
        outcome="Score",
        scale="nps_0_10",
        weight="Weight",
        period="Wave",
    )
    assert survey.frame.rename(columns={"recommend": "Score"})[
        list(expected.frame.columns)
    ].values.tolist() == (expected.frame.values.tolist())
