"""The Friends and Family Test: one answer per respondent, turned round, and every trap said."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxanalytics.errors import DataError, ParamsError
from cxanalytics.models import fit_scores
from cxanalytics.scales import MISSING_REASONS
from cxanalytics.sources.nhs_fft import read_nhs_fft, theme_name

NAMES = {
    "id": "Comment ID",
    "trust": "Trust",
    "who": "Respondent ID",
    "date": "Date",
    "service": "Service type 1",
    "part": "Service type 2",
    "answer": "FFT categorical answer",
    "prompt": "FFT question",
    "sentiment": "Comment sentiment",
    "none": "Labelling not possible",
    "time": "Timeliness of care",
    "staff": "Staff manner & personal attributes",
}
GOOD, BAD = "What was good?", "What could we do better?"


@pytest.fixture
def write(tmp_path):
    def to_file(*rows):
        filled = [
            {"id": f"c{place}", "trust": "T", "service": "111", "date": "01/02/2022", **row}
            for place, row in enumerate(rows)
        ]
        frame = pd.DataFrame(filled, columns=list(NAMES)).rename(columns=NAMES)
        path = tmp_path / "fft.csv"
        frame.to_csv(path, index=False)
        return path

    return to_file


def notes(survey):
    return {note.name: note.text for note in survey.notes}


def test_a_respondent_counts_once_and_the_scale_is_turned_round(write):
    survey = read_nhs_fft(
        write(
            {"who": "r1", "answer": 1, "prompt": GOOD},
            {"who": "r1", "answer": 1, "prompt": BAD},
            {"who": "r2", "answer": 5},
            {"who": "r3", "answer": 2},
        )
    )
    assert survey.frame["experience"].tolist() == [5.0, 1.0, 4.0]
    assert survey.frame["respondent"].tolist() == ["T r1", "T r2", "T r3"]
    assert survey.frame["department"].tolist() == ["T", "T", "T"]
    assert survey.agencies == ["111"]
    assert survey.periods == [""]
    assert survey.question("experience").scale.id == "good_1_5"
    told = notes(survey)
    assert told["rows read"] == "4 rows read from fft.csv, one per comment."
    assert told["rows repeated"].startswith("1 row left out: further comments of a respondent")
    assert told["rows kept"] == "3 rows kept, one per respondent."


def test_do_not_know_and_not_given_are_missing_and_counted(write):
    survey = read_nhs_fft(
        write(
            {"who": "r1", "answer": 6},
            {"who": "r2", "answer": 7},
            {"who": "r3", "answer": 7},
            {"who": "r4", "answer": 3},
        )
    )
    assert np.isnan(survey.frame["experience"].tolist()[:3]).all()
    assert survey.frame["experience"].tolist()[3] == 3.0
    assert survey.reasons.to_dict("records") == [
        {"question": "experience", "reason": "don't know", "n": 1.0},
        {"question": "experience", "reason": "no answer", "n": 2.0},
    ]
    assert set(survey.reasons["reason"]) <= set(MISSING_REASONS)
    assert notes(survey)["usable answers"].endswith("very poor: 1.")


def test_one_id_in_two_trusts_is_two_people(write):
    survey = read_nhs_fft(
        write({"who": "r1", "trust": "T", "answer": 1}, {"who": "r1", "trust": "U", "answer": 5})
    )
    assert survey.frame["respondent"].tolist() == ["T r1", "U r1"]


def test_a_non_breaking_space_makes_no_other_service(write):
    survey = read_nhs_fft(
        write(
            {"who": "r1", "answer": 1, "service": "PTS\u00a0 - Patient Transport"},
            {"who": "r2", "answer": 1, "service": "PTS - Patient Transport "},
        )
    )
    assert survey.agencies == ["PTS - Patient Transport"]


def test_no_service_is_left_out_and_an_unknown_one_is_said(write):
    survey = read_nhs_fft(
        write(
            {"who": "r1", "answer": 1, "service": ""},
            {"who": "r2", "answer": 1, "service": "Unknown"},
            {"who": "r3", "answer": 7, "service": "Young people"},
        )
    )
    assert survey.agencies == ["Unknown", "Young people"]
    told = notes(survey)
    assert told["rows without service"].startswith("1 row left out")
    assert "not one service" in told["unknown service"]
    assert told["service without answers"] == (
        "Nobody asked about 'Young people' gave an answer; it has no score."
    )


@pytest.mark.parametrize(
    ("dates", "day"),
    [
        (["31/05/2022"], "2022-05-31"),
        (["5/31/2022"], "2022-05-31"),
        (["01/02/2022"], "2022-02-01"),
        (["17/10/2021", "10/17/2021"], "2021-10-17"),
        (["10/17/2021", "17/10/2021"], "2021-10-17"),
        (["03/10/2021", "10/03/2021"], None),
        (["10/10/2021", "10/10/2021"], "2021-10-10"),
        (["", "04/05/2022"], "2022-05-04"),
        (["17/10/2021", "18/10/2021"], None),
        (["soon"], None),
        (["31/31/2021"], None),
        ([""], None),
    ],
)
def test_days_and_months_that_are_swapped(write, dates, day):
    rows = [{"who": "r1", "answer": 1, "date": text} for text in dates]
    found = read_nhs_fft(write(*rows)).frame["date"].iloc[0]
    assert pd.isna(found) if day is None else found == pd.Timestamp(day)


def test_swapped_dates_are_said(write):
    told = notes(
        read_nhs_fft(
            write(
                {"who": "r1", "answer": 1, "date": "5/31/2022"},
                {"who": "r2", "answer": 1, "date": "03/10/2021"},
                {"who": "r2", "answer": 1, "date": "10/03/2021"},
                {"who": "r3", "answer": 1, "date": "soon"},
            )
        )
    )
    assert told["dates month first"].startswith("Dates that cannot have the day first: 1.")
    assert "no waves are made" in told["dates month first"]
    assert told["dates both ways"].startswith("Respondents with day and month both ways round: 1.")
    assert told["dates unreadable"] == "Dates not like 30/04/2024, left blank: 1."


def test_a_theme_is_about_any_comment_of_the_respondent(write):
    survey = read_nhs_fft(
        write(
            {"who": "r1", "answer": 1, "prompt": GOOD, "staff": 1},
            {"who": "r1", "answer": 1, "prompt": BAD, "time": 1},
            {"who": "r2", "answer": 3, "prompt": BAD, "none": 1},
            {"who": "r3", "answer": 3, "prompt": BAD, "none": 1},
            {"who": "r3", "answer": 3, "prompt": GOOD, "staff": 1},
        ),
        themes=["Timeliness of care"],
    )
    assert survey.drivers == ("timeliness_of_care",)
    assert survey.question("timeliness_of_care").scale.id == "yes_no"
    np.testing.assert_array_equal(survey.frame["timeliness_of_care"], [1.0, np.nan, 0.0])
    assert survey.reasons.to_dict("records") == [
        {"question": "timeliness_of_care", "reason": "no answer", "n": 1.0}
    ]
    told = notes(survey)["themes"]
    assert "not whether it praises or complains" in told
    assert told.endswith("'What could we do better?' (3); 'What was good?' (2).")


def test_names_of_themes():
    assert (
        theme_name("Supplying & understanding medication") == "supplying_understanding_medication"
    )


def test_text_of_comments_is_never_kept(write):
    path = write({"who": "r1", "answer": 1})
    frame = pd.read_csv(path).assign(Comment="My doctor was Jane Doe.")
    frame.to_csv(path, index=False)
    assert "Jane" not in read_nhs_fft(path).frame.to_csv()


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            [{"who": "r1", "answer": 1}, {"who": "r2", "answer": 8}],
            "`answer` (column 'FFT categorical answer') must be 1 to 5, 6 (don't know) or 7 (not "
            "given); row 3 has '8'.",
        ),
        (
            [{"who": "r1", "answer": ""}],
            "`answer` (column 'FFT categorical answer') must be filled in every row; row 2 is "
            "empty.",
        ),
        (
            [{"who": "", "answer": 1}],
            "`respondent` (column 'Respondent ID') must be filled in every row; row 2 is empty.",
        ),
        (
            [{"who": "r1", "answer": 1}, {"who": "r1", "answer": 2}],
            "`answer` (column 'FFT categorical answer') must be the same on each comment of a "
            "respondent; 'r1' of 'T' has several (first in row 2).",
        ),
        (
            [
                {"who": "r1", "answer": 1},
                {"who": "r1", "answer": 1, "service": "999"},
                {"who": "r2", "answer": 1},
                {"who": "r2", "answer": 1, "service": "999"},
            ],
            "`service` (column 'Service type 1') must be the same on each comment of a "
            "respondent; 'r1' of 'T' has several (first in row 2), and 1 more respondent.",
        ),
        (
            [{"who": "r1", "answer": 1, "service": ""}],
            "'fft.csv' must name the service of at least one comment.",
        ),
    ],
)
def test_messages(write, rows, message):
    with pytest.raises(DataError) as error:
        read_nhs_fft(write(*rows))
    assert str(error.value) == message


def test_a_theme_must_be_a_flag(write):
    with pytest.raises(DataError) as error:
        read_nhs_fft(write({"who": "r1", "answer": 1, "time": 3}), themes=["Timeliness of care"])
    assert str(error.value) == (
        "`themes` (column 'Timeliness of care') must be 1 or empty; row 2 has '3'."
    )


@pytest.mark.parametrize("theme", ["Timeliness", "Comment sentiment", "Labelling not possible"])
def test_an_unknown_theme(write, theme):
    with pytest.raises(ParamsError) as error:
        read_nhs_fft(write({"who": "r1", "answer": 1}), themes=[theme])
    start = (
        "`themes` must be one of 'Timeliness of care', 'Staff manner & personal attributes'; got "
        f"'{theme}'."
    )
    assert str(error.value).startswith(start)


# The published file.


@pytest.fixture(scope="module")
def patients(data_dir):
    path = data_dir / "nhs_pxtextmining" / "v6framework_230831_no_text.csv"
    return read_nhs_fft(path, themes=["Timeliness of care", "Contacting services"])


@pytest.mark.data
def test_published_rows(patients):
    told = notes(patients)
    assert told["rows read"].startswith("7,908 rows")
    assert told["rows without service"].startswith("48 rows")
    assert told["rows repeated"].startswith("3,419 rows")
    assert told["usable answers"].endswith(": 4,204.")
    assert "day first: 289." in told["dates month first"]
    assert "round: 215." in told["dates both ways"]
    assert len(patients.frame) == 4441
    assert patients.frame["department"].value_counts().to_dict() == {"NEAS": 2959, "NHFT": 1482}


@pytest.mark.data
def test_published_answers_by_service(patients):
    answers = patients.answers("experience").groupby("agency").size()
    assert answers.to_dict() == {
        "111": 859,
        "See and Convey": 1101,
        "PTS - Patient Transport": 955,
        "Local partnerships- MH": 464,
        "Community health services": 419,
        "Forensic": 386,
        "Unknown": 20,
    }
    callers = patients.answers("experience").query("agency == '111'")["experience"]
    # Very good to very poor.
    assert [int((callers == answer).sum()) for answer in (5, 4, 3, 2, 1)] == [466, 182, 67, 61, 83]


@pytest.mark.data
def test_published_shares_of_very_good(patients):
    top = fit_scores(patients, measure="experience", statistic="top")
    assert 100 * top.row("111")["estimate"] == pytest.approx(54.2, abs=0.05)
    assert 100 * top.row("Community health services")["estimate"] == pytest.approx(85.7, abs=0.05)


@pytest.mark.data
def test_published_dates_cannot_be_trusted_in_one_service(patients):
    blank = patients.frame.loc[patients.frame["date"].isna(), "agency"]
    assert set(blank) == {"See and Convey"}


@pytest.mark.data
def test_published_reasons_and_themes(patients):
    reasons = patients.reasons.set_index(["question", "reason"])["n"]
    assert reasons["experience", "don't know"] == 14
    assert reasons["experience", "no answer"] == 223
    assert patients.drivers == ("timeliness_of_care", "contacting_services")
