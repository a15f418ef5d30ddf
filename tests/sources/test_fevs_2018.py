"""The FEVS 2018 extract: what it holds, what it scores, and what it says about itself."""

from __future__ import annotations

import time

import numpy as np
import openpyxl
import pytest

from cxanalytics.errors import DataError, ParamsError
from cxanalytics.sources import fevs_2018, read_fevs_2018

HEADER = "my_leaving,RANDOM,AGENCY,LEVEL1,DSEX,DEDUC,DFEDTEN,DSUPER,DMINORITY,POSTWT,Q40,Q70"
ROWS = (
    "no,11,AR,ARCE,Male,Bachelor's Degree,Ten years or fewer,S,Minority,1.5,5,2",
    "no,12,AR,ARZZ,Female,Bachelor's Degree,Ten years or fewer,S,Minority,2.5,1,4",
    "yes,13,XX,XXZZ,Female,Bachelor's Degree,Ten years or fewer,S,Non-Minority,1,4,4",
)


@pytest.fixture
def ten_rows(tmp_path):
    def write(*rows):
        path = tmp_path / "test_set.csv"
        path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="module")
def survey(data_dir):
    return read_fevs_2018(data_dir / "fevs_2018" / "test_set.csv.gz")


@pytest.fixture(scope="module")
def codebook(data_dir):
    path = data_dir / "fevs_2018" / "2018 PRDF Codebook.xlsx"
    return openpyxl.load_workbook(path, read_only=True)


def percent_positive(survey, *names):
    scores = []
    for name in names:
        rows = survey.answers(name)
        positive = survey.question(name).scale.is_positive(rows[name])
        scores.append(100 * np.average(positive, weights=rows["weight"]))
    return float(np.mean(scores))


def test_names_and_roles(ten_rows):
    survey = read_fevs_2018(ten_rows(*ROWS), questions=["Q40", "Q70"], drivers=["Q70"])
    assert survey.frame["agency"].tolist() == [
        "United States Department of the Army",
        "United States Department of the Army",
        "All Other Agencies",
    ]
    assert survey.frame["unit"].tolist() == [
        "United States Army Corps of Engineers (ARCE)",
        "United States Department of the Army, All Other (ARZZ)",
        "All Other Agencies, All Other (XXZZ)",
    ]
    assert survey.frame["weight"].tolist() == [1.5, 2.5, 1.0]
    assert survey.frame["respondent"].tolist() == ["11", "12", "13"]
    assert survey.periods == ["2018"]
    assert survey.drivers == ("Q70",)
    assert survey.case_mix == ("sex", "education", "tenure", "supervisor", "minority")
    assert survey.question("Q70").scale.id == "satisfied_1_5"


def test_notes_reach_the_reader(ten_rows):
    survey = read_fevs_2018(ten_rows(*ROWS), questions=["Q40"])
    notes = {note.name: note.text for note in survey.notes}
    assert "20% extract" in notes["extract"]
    assert "replaced by the middle answer" in notes["missing answers filled in"]
    assert "every range is somewhat too narrow" in notes["missing answers filled in"]
    assert "Veterans Affairs is not in this survey" in notes["coverage"]
    assert "recalled" in notes["index items"]
    assert notes["pooled agencies"].startswith('1 employee stands under "All Other Agencies"')
    assert "not one organization" in notes["pooled agencies"]
    failed = {note.name for note in survey.notes if note.passed is False}
    assert failed == {"missing answers filled in", "pooled agencies"}


def test_questions_by_name_of_the_study(ten_rows):
    survey = read_fevs_2018(
        ten_rows(*ROWS),
        questions={
            "recommend": {"column": "Q40", "label": "Recommend us", "wording": ""},
            "pay": {"column": "Q70", "scale": "satisfied_1_5"},
        },
        outcome="recommend",
        case_mix=["sex"],
    )
    asked = survey.question("recommend")
    assert asked.label == "Recommend us"
    assert asked.wording == "I recommend my organization as a good place to work."
    assert survey.question("pay").label == "Satisfied with pay"
    assert survey.frame["recommend"].tolist() == [5.0, 1.0, 4.0]


@pytest.mark.parametrize(
    ("item", "scale", "changed"),
    [
        ("Q1", "likert_1_5", ()),
        ("Q12", "likert_1_5", ("2018",)),
        ("Q28", "good_1_5", ()),
        ("Q52", "good_1_5", ()),
        ("Q56", "likert_1_5", ("2018",)),
        ("Q62", "likert_1_5", ()),
        ("Q63", "satisfied_1_5", ()),
        ("Q71", "satisfied_1_5", ()),
    ],
)
def test_scale_and_wording_change_of_an_item(item, scale, changed):
    question = fevs_2018.fevs_question(item)
    assert (question.scale.id, question.changed) == (scale, changed)


def test_unknown_agency_code(ten_rows):
    path = ten_rows(ROWS[0], ROWS[1].replace(",AR,", ",VA,"))
    with pytest.raises(DataError) as caught:
        read_fevs_2018(path, questions=["Q40"])
    assert str(caught.value) == (
        "`agency` (column 'AGENCY') must be one of the 45 codes of the codebook; got 'VA'."
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"questions": ["Q72"]}, "`questions` must be items from 'Q1' to 'Q71'; got 'Q72'."),
        (
            {"questions": {"pay": {"column": "Q70", "scale": "likert_1_5"}}},
            "`questions.pay.scale` must be 'satisfied_1_5' for Q70, as in the codebook; "
            "got 'likert_1_5'.",
        ),
        (
            {"case_mix": ["age"]},
            "`case_mix` must be one of 'sex', 'education', 'tenure', 'supervisor', 'minority'; "
            "got 'age'.",
        ),
    ],
)
def test_unknown_names(ten_rows, options, message):
    with pytest.raises(ParamsError) as caught:
        read_fevs_2018(ten_rows(*ROWS), **options)
    assert str(caught.value) == message


@pytest.mark.data
def test_what_the_extract_holds(survey):
    n = survey.frame["agency"].value_counts()
    assert len(survey.frame) == 101_881
    assert len(survey.agencies) == 45
    assert n[n < 30].to_dict() == {"Corporation for National and Community Service": 29}
    assert survey.frame["respondent"].is_unique
    assert survey.frame["unit"].nunique() == 234
    assert not survey.frame.isna().to_numpy().any()


@pytest.mark.data
def test_scores_of_the_extract(survey):
    # Computed independently from the same file: weighted share of answers 4 and 5.
    assert percent_positive(survey, "Q40") == pytest.approx(67.21, abs=0.005)
    parts = [percent_positive(survey, *items) for items in fevs_2018.ENGAGEMENT.values()]
    assert np.mean(parts) == pytest.approx(68.71, abs=0.005)
    assert percent_positive(survey, *fevs_2018.SATISFACTION) == pytest.approx(65.15, abs=0.005)


@pytest.mark.data
def test_reading_is_quick(data_dir):
    start = time.process_time()
    read_fevs_2018(data_dir / "fevs_2018" / "test_set.csv.gz", questions=fevs_2018.ITEMS)
    assert time.process_time() - start < 5


@pytest.mark.data
def test_wordings_and_scales_are_those_of_the_codebook(codebook):
    first_label = {"good_1_5": "Very Good", "satisfied_1_5": "Very Satisfied"}
    written = {}
    for row in codebook["Core Survey Items"].iter_rows(values_only=True):
        cells = [cell for cell in row if cell is not None]
        if cells and str(cells[0]).strip().isdigit():
            written[f"Q{str(cells[0]).strip()}"] = (cells[1].strip(), cells[2].strip())
    assert set(written) == set(fevs_2018.ITEMS)
    for item, (wording, best) in written.items():
        question = fevs_2018.fevs_question(item)
        assert question.wording in ("", wording)
        assert first_label.get(question.scale.id, "Strongly Agree") == best
    used = {*sum(fevs_2018.ENGAGEMENT.values(), ()), *fevs_2018.SATISFACTION, "Q28", "Q39"}
    assert {item for item in used if not fevs_2018.fevs_question(item).wording} == set()


@pytest.mark.data
def test_agency_and_unit_names_are_those_of_the_codebook(codebook):
    rows = [
        [str(cell).strip() for cell in row if cell is not None]
        for row in codebook["Work Unit Information"].iter_rows(values_only=True)
    ]
    written = {cells[0]: " ".join(cells[1].split()) for cells in rows if len(cells) == 2}
    agencies = {code: name for code, name in written.items() if len(code) == 2}
    assert agencies == fevs_2018.AGENCIES
    for code in set(written) - set(agencies) - {"DJAT"}:
        shown = fevs_2018._unit_name(code).removesuffix(f" ({code})").lower()
        assert written[code].lower().endswith(shown)
