"""What study.yaml says of awkward files, several sources and one agency is what is read."""

from __future__ import annotations

import csv
import re
from copy import deepcopy

import openpyxl
import pytest
import yaml
from click.testing import CliRunner

from cxanalytics.cli import main
from cxanalytics.errors import CxError, DataError, ParamsError
from cxanalytics.models.audit import fit_audit
from cxanalytics.run import open_run, open_study
from cxanalytics.run.check import check_study

QUESTION = {"scale": "likert_1_5", "label": "Would recommend us", "phrase": "would recommend you"}
BASE = {
    "schema": 1,
    "title": "Offices of a city",
    "programme": "City survey",
    "publisher": "City of Testing",
    "contact": "survey@example.org",
    "survey": {
        "reader": "table",
        "file": "answers.csv",
        "columns": {"agency": "office"},
        "questions": {"recommend": QUESTION},
        "outcome": "recommend",
    },
    "scorecard": ["recommend"],
}
ANSWERS = [["office", "recommend"], *(["North", 4], ["North", 5], ["South", 2]) * 20]


@pytest.fixture
def city(tmp_path, monkeypatch):
    """Write a study: `city(changes of the survey, part=...)`; None takes a key away."""
    monkeypatch.chdir(tmp_path)

    def write(survey=None, **parts):
        told = deepcopy(BASE)
        told["survey"] |= survey or {}
        told |= parts
        if told["survey"]:
            told["survey"] = {key: part for key, part in told["survey"].items() if part is not None}
        told = {key: part for key, part in told.items() if part is not None}
        (tmp_path / "city").mkdir(exist_ok=True)
        (tmp_path / "city/study.yaml").write_text(yaml.safe_dump(told, sort_keys=False))
        _rows(tmp_path / "city/answers.csv", ANSWERS)
        return tmp_path / "city"

    return write


def _rows(path, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


def _survey(folder):
    return open_study(str(folder)).survey()


def _asked(**facts):
    return {"recommend": QUESTION | facts}


def _notes(survey):
    return {note.name: note.text for note in survey.notes}


# Waves, header rows, exports


def test_each_wave_may_have_a_sheet_or_a_file_of_its_own(city):
    parts = [
        {"file": "waves.xlsx", "sheet": "Second", "period": 2026},
        {"file": "waves.xlsx", "sheet": "First", "period": "2025"},
        {"file": "2027.csv", "period": "2027"},
    ]
    folder = city({"file": None, "parts": parts})
    book = openpyxl.Workbook()
    for name, answer in (("First", 2), ("Second", 4)):
        sheet = book.create_sheet(name)
        for row in (["office", "recommend"], ["North", answer], ["South", answer]):
            sheet.append(row)
    book.save(folder / "waves.xlsx")
    _rows(folder / "2027.csv", [["office", "recommend"], ["North", 5]])
    survey = _survey(folder)
    assert survey.periods == ["2025", "2026", "2027"]
    assert survey.frame.groupby("period")["recommend"].mean().tolist() == [2, 4, 5]
    assert "2025: 2 rows read" in _notes(survey)["rows read"]
    study = open_study(str(folder))
    assert study.waves(survey) == ("2027", "2026")
    assert set(study.source.input_paths()) == {f"survey.parts.{place}.file" for place in range(3)}


WAVE = {"file": "answers.csv", "period": "2025"}


@pytest.mark.parametrize(
    ("survey", "message"),
    [
        ({"parts": [WAVE]}, "`survey` needs either `file`, or `parts` with a file and a period"),
        ({"file": None}, "`survey` needs either `file`, or `parts` with a file and a period each."),
        (
            {"file": None, "parts": [WAVE, WAVE]},
            "`survey.parts` must name each period once; got '2025' again.",
        ),
        (
            {"file": None, "parts": [WAVE], "columns": {"agency": "office", "period": "wave"}},
            "`survey.columns` cannot be mapped beside `parts`, which name it.",
        ),
        ({"file": None, "parts": [WAVE], "sheet": "A"}, "`survey.sheet` belongs to each of"),
        ({"file": None, "parts": [{"file": "a.csv"}]}, "`survey.parts.0.period` is required."),
        (
            {"file": None, "parts": [WAVE | {"file": "none.csv"}]},
            "`survey.parts.0.file` must name an existing file; city/none.csv is not.",
        ),
        ({"header": 0}, "`survey.header` "),
        ({"layout": "sideways"}, "`survey.layout` must be 'plain' or 'qualtrics'; got 'sideways'."),
        (
            {"published_peers": {"file": "p.csv", "columns": {"agency": "a"}, "count": "n",
                                 "questions": {"easy": QUESTION}}},
            "`survey.published_peers` must be one of 'recommend'; got 'easy'.",
        ),
        ({"history": "none.csv"}, "`survey.history` must name an existing file;"),
        ({"questions": _asked(missing=99)}, "`survey.questions.recommend.missing` must be"),
        ({"questions": _asked(scale="city")}, "`survey.questions.recommend.scale` must be one of"),
    ],
)  # fmt: skip
def test_faults_are_one_line(city, survey, message):
    folder = city(survey)
    with pytest.raises(ParamsError) as error:
        _survey(folder)
    assert re.match(r"city/study\.yaml, line \d+: ", str(error.value)), error.value
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_title_rows_above_the_header_are_counted(city):
    folder = city({"header": 3})
    _rows(folder / "answers.csv", [["Survey 2026"], ["confidential"], *ANSWERS])
    survey = _survey(folder)
    assert len(survey.frame) == 60
    assert any("2 rows above" in text or "title" in text for text in _notes(survey).values())


def test_an_export_of_qualtrics(city):
    folder = city({"layout": "qualtrics", "questions": _asked(column="Q1")})
    head = ["StartDate", "Status", "Finished", "office", "Q1"]
    text = ["Start Date", "Response Type", "Finished", "office", "I would recommend this office"]
    ids = ['{"ImportId":"a"}'] * 5
    rows = [
        ["2026-01-01", "IP Address", "True", "North", 5],
        ["2026-01-01", "Survey Preview", "True", "North", 1],
        ["2026-01-02", "IP Address", "False", "South", 4],
    ]
    _rows(folder / "answers.csv", [head, text, ids, *rows])
    survey = _survey(folder)
    assert survey.frame["recommend"].tolist() == [5, 4]
    assert survey.question("recommend").wording == "I would recommend this office"


# Scales and answers


def test_a_scale_of_ones_own(city):
    scale = {
        "answers": [1, 2, 3, 4, 5, 6],
        "positive": [5, 6],
        "top": [6],
        "cut_label": "5 or 6 out of 6",
        "labels": {"poor": 1, "excellent": 6},
    }
    folder = city(
        {"questions": _asked(scale="city_1_6", missing={98: "don't know"})},
        scales={"city_1_6": scale},
    )
    rows = [["North", "poor"], ["North", 5], ["South", 98], ["South", "Excellent"]]
    _rows(folder / "answers.csv", [["office", "recommend"], *rows])
    study = open_study(str(folder))
    survey = study.survey()
    assert survey.frame["recommend"].dropna().tolist() == [1, 5, 6]
    assert survey.question("recommend").scale.id == "city_1_6"
    # Who gave no answer at all is counted among the rows left out.
    assert survey.reasons is None
    assert "98" in _notes(survey)["missing codes"]
    assert study.measures[0].cut_label == "5 or 6 out of 6"


def test_a_scale_that_cannot_be_is_refused_with_its_line(city):
    folder = city(scales={"city_1_6": {"answers": [1, 2, 3], "positive": [7]}})
    with pytest.raises(ParamsError, match=r"line \d+: `scales.city_1_6` is no scale: "):
        _survey(folder)


def test_a_reversed_question(city):
    folder = city({"questions": _asked(reversed=True)})
    _rows(folder / "answers.csv", [["office", "recommend"], ["North", 1], ["South", 4]])
    assert _survey(folder).frame["recommend"].tolist() == [5, 2]


# Sources beside the answers


def test_the_history_of_organizations_is_applied(city):
    folder = city(
        {"columns": {"agency": "office", "period": "wave"}, "history": "history.csv"},
    )
    rows = [
        ["Parks", 4, "2025"],
        ["Gardens", 5, "2026"],
        ["Roads", 2, "2025"],
        ["Roads", 2, "2026"],
    ]
    _rows(folder / "answers.csv", [["office", "recommend", "wave"], *rows])
    (folder / "history.csv").write_text(
        "period,kind,old,new,bridge,note\n2026,renamed,Parks,Gardens,yes,\n"
    )
    survey = _survey(folder)
    assert survey.agencies == ["Gardens", "Roads"]
    assert "survey.history" in open_study(str(folder)).source.input_paths()


def test_the_response_funnel_with_customers(city):
    funnel = {
        "file": "asked.csv",
        "agency": "Office",
        "customers": "Customers",
        "asked": "Sent",
        "answered": "Back",
    }
    folder = city({"funnel": funnel})
    (folder / "asked.csv").write_text(
        "Office,Customers,Sent,Back\nNorth,5000,1000,40\nSouth,10,90,20\n"
    )
    study = open_study(str(folder))
    found = study.response()
    assert found.to_dict("records") == [
        {"agency": "North", "period": "", "customers": 5000.0, "asked": 1000.0, "answered": 40.0},
        {"agency": "South", "period": "", "customers": 10.0, "asked": 90.0, "answered": 20.0},
    ]
    assert any("row 2" in str(part) for part in check_study(folder))
    audit = fit_audit(**study.holdings())
    assert audit["response"].set_index("agency")["rate"]["North"] == pytest.approx(0.04)
    assert audit["impossible"]["agency"].tolist() == ["South"]


OPERATIONS = {
    "reader": "table",
    "file": "operations.csv",
    "columns": {"agency": "office", "unit": "team", "period": "month"},
    "performance": "in_time",
    "per": "calls",
    "label": "Calls answered in time",
}


def _operations(folder):
    rows = [["North", "a", "2026-01", 8, 10], ["North", "a", "2026-02", 1, 10]]
    head = ["office", "team", "month", "in_time", "calls"]
    _rows(folder / "operations.csv", [["Calls of 2026"], head, *rows])


def test_operations_are_counts(city):
    folder = city(operations=OPERATIONS | {"header": 2})
    _operations(folder)
    operations = open_study(str(folder)).operations()
    assert operations.measure("in_time").label == "Calls answered in time"
    assert operations.score("in_time", by=["agency"])["value"].tolist() == [9 / 20]


STAFF = {
    "reader": "table",
    "file": "staff.csv",
    "columns": {"agency": "office", "unit": "team"},
    "items": {"pride": ["s1", "s2"]},
}
WITH_TEAMS = {"columns": {"agency": "office", "unit": "team"}}


def _teams(folder, confirmed="yes"):
    _rows(
        folder / "answers.csv",
        [["office", "team", "recommend"], *(["North", "Desk", 4], ["North", "Phone", 5]) * 20],
    )
    _rows(
        folder / "staff.csv",
        [["office", "team", "s1", "s2"], *(["North", "Desk", 4, 4], ["North", "Calls", 5, 5]) * 20],
    )
    (folder / "units.csv").write_text(
        "staff_unit,customer_unit,similarity,confirmed\n"
        f"Desk,Desk,100,{confirmed}\nCalls,Phone,40,no\n"
    )


def test_only_confirmed_units_join_and_coverage_is_by_name(city):
    folder = city(WITH_TEAMS, staff=STAFF, units="units.csv")
    _teams(folder)
    coverage = open_study(str(folder)).holdings()["coverage"]
    told = {(row.source, row.name): row.reason for row in coverage.itertuples(index=False)}
    named = {key: text == "" for key, text in told.items()}
    assert len(named) == 4
    assert sorted(named.values()) == [False, False, True, True]
    assert all("Desk" in name for (_, name), joined in named.items() if joined)
    assert "units" in open_study(str(folder)).source.input_paths()


def test_units_that_nobody_confirmed_do_not_stop_the_audit(city):
    folder = city(WITH_TEAMS, staff=STAFF, units="units.csv")
    _teams(folder, confirmed="no")
    coverage = open_study(str(folder)).holdings()["coverage"]
    assert coverage["joined"].sum() == 0
    assert (coverage["reason"] != "").all()
    lines = [str(part) for part in check_study(folder) if part.part == "units"]
    assert lines[0] == "units: look at this: 0 of 4 unit names join."


# One agency


def _departments(folder, departments=("Desk", "Phone", "Web")):
    rows = [["City", name, 1 + n % 5] for name in departments for n in range(20)]
    _rows(folder / "answers.csv", [["office", "dept", "recommend"], *rows])


WITH_DEPARTMENTS = {"columns": {"agency": "office", "department": "dept"}}


@pytest.mark.parametrize("compare", [None, "department"])
def test_one_agency_compares_its_departments(city, compare):
    folder = city(WITH_DEPARTMENTS, compare=compare)
    _departments(folder)
    survey = _survey(folder)
    assert (survey.parent, survey.agencies) == ("City", ["Desk", "Phone", "Web"])


def test_one_agency_may_stay_one(city):
    folder = city(WITH_DEPARTMENTS, compare="agency")
    _departments(folder)
    survey = _survey(folder)
    assert (survey.parent, survey.agencies) == ("", ["City"])


def test_one_department_is_nothing_to_compare(city):
    folder = city(WITH_DEPARTMENTS)
    _departments(folder, ["Desk"])
    assert _survey(folder).agencies == ["City"]
    city(WITH_DEPARTMENTS, compare="department")
    _departments(folder, ["Desk"])
    with pytest.raises(DataError, match="must have at least two departments to be compared"):
        _survey(folder)


def test_departments_of_several_agencies_are_not_compared(city):
    folder = city(
        {"columns": {"agency": "office", "department": "recommend"}}, compare="department"
    )
    with pytest.raises(DataError, match="Departments are compared within one agency; got 2"):
        _survey(folder)


# Published peers

WORDING = "I would recommend this office."


def _with_peers(city, **facts):
    peers = {
        "file": "peers.csv",
        "columns": {"agency": "agency"},
        "count": "n",
        "questions": {"recommend": QUESTION | {"column": "answer", "wording": WORDING} | facts},
    }
    folder = city({"questions": _asked(wording=WORDING), "published_peers": peers})
    rows = [[f"Town {n}", answer, 10 * answer] for n in range(9) for answer in range(1, 6)]
    _rows(folder / "peers.csv", [["agency", "answer", "n"], *rows])
    return folder


def test_published_counts_with_the_same_wording_are_peers(city):
    folder = _with_peers(city)
    survey = _survey(folder)
    assert survey.only_peers == tuple(f"Town {n}" for n in range(9))
    assert survey.agencies == ["North", "South", *survey.only_peers]
    assert "survey.published_peers.file" in open_study(str(folder)).source.input_paths()
    assert survey.frame.loc[survey.frame["agency"] == "Town 3", "weight"].sum() == 150


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"scale": "satisfied_1_5"}, "scale"),
        ({"wording": "Would you come again?"}, "worded in two ways"),
    ],
)
def test_published_counts_of_another_question_are_refused(city, facts, why):
    folder = _with_peers(city, **facts)
    with pytest.raises(CxError, match="of the published counts may not serve for peers") as error:
        _survey(folder)
    assert why in str(error.value)


# Everything held


def test_holdings_of_a_study_that_has_everything(city):
    funnel = {"file": "asked.csv", "agency": "office", "asked": "sent", "answered": "back"}
    folder = city(
        WITH_TEAMS | {"funnel": funnel},
        staff=STAFF,
        units="units.csv",
        operations=OPERATIONS | {"header": 2},
        holds=["channel"],
    )
    _teams(folder)
    _operations(folder)
    (folder / "asked.csv").write_text("office,sent,back\nNorth,100,40\n")
    held = open_study(str(folder)).holdings()
    assert set(held) == {"survey", "staff", "operations", "coverage", "funnel", "declared"}
    assert held["declared"] == ("map of items to dimensions", "channel")
    assert [question.name for question in held["staff"].questions] == ["s1", "s2"]


def test_holdings_of_a_plain_survey(city):
    held = open_study(str(city())).holdings()
    assert set(held) == {"survey", "declared"}
    assert held["declared"] == ()


def test_something_must_be_held(city):
    folder = city(survey=None)
    told = yaml.safe_load((folder / "study.yaml").read_text())
    del told["survey"], told["scorecard"]
    (folder / "study.yaml").write_text(yaml.safe_dump(told))
    with pytest.raises(
        ParamsError, match=r"`survey` is required, or one of staff, operations, pub"
    ):
        open_study(str(folder))


def _without_survey(city):
    folder = city(operations=OPERATIONS | {"header": 2})
    told = yaml.safe_load((folder / "study.yaml").read_text())
    del told["survey"], told["scorecard"]
    (folder / "study.yaml").write_text(yaml.safe_dump(told))
    _operations(folder)
    return folder


def test_a_study_without_a_survey(city):
    folder = _without_survey(city)
    study = open_study(str(folder))
    assert set(study.holdings()) == {"operations", "declared"}
    assert (study.measures, study.labels, study.headline) == ((), {}, "")
    assert study.response() is None
    with pytest.raises(
        ParamsError, match=r"`survey` is not in the study\.yaml of 'city': it has no"
    ):
        study.survey()
    notes = {part.part: part.text for part in check_study(folder) if part.level == "note"}
    assert notes["04_benchmark"].startswith("will be left out. ")


@pytest.mark.slow
def test_a_study_without_a_survey_has_the_page_of_its_audit(city, tmp_path, monkeypatch):
    folder, output = _without_survey(city), tmp_path / "out"
    done = CliRunner().invoke(main, ["run", str(folder), "-o", str(output), "-j", "2"])
    assert done.exit_code == 0, done.stderr
    assert [path.name for path in output.rglob("*.html")] == ["audit.html"]
    assert "Open out/audit.html" in done.stdout
    assert "Calls answered in time" in _text(output / "audit.html")
    opened = []
    monkeypatch.setattr("cxanalytics.cli.webbrowser.open", opened.append)
    assert CliRunner().invoke(main, ["open", str(folder), "-o", str(output)]).exit_code == 0
    assert opened == [(output / "audit.html").as_uri()]


# One agency, from file to pages

LIBRARY = [
    "Adult services",
    "Branches",
    "Children",
    "Digital",
    "Outreach",
    "Periodicals",
    "Reading rooms",
    "Reference",
    "Schools",
    "Sound archive",
]


def _text(path):
    html = path.read_text(encoding="utf-8").partition("<body")[2].partition(">")[2]
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """One agency with ten departments and two waves, run to pages."""
    folder = tmp_path_factory.mktemp("library") / "library"
    folder.mkdir()
    told = deepcopy(BASE) | {"title": "Departments of the City Library"}
    told["survey"]["columns"] = {"agency": "office", "department": "dept", "period": "wave"}
    (folder / "study.yaml").write_text(yaml.safe_dump(told, sort_keys=False))
    rows = [
        ["City Library", name, wave, 5 if (number * 37 + place) % 100 < 30 + 6 * place else 2]
        for wave in ("2025", "2026")
        for place, name in enumerate(LIBRARY)
        for number in range(100)
    ]
    _rows(folder / "answers.csv", [["office", "dept", "wave", "recommend"], *rows])
    output = folder.parent / "out"
    with pytest.MonkeyPatch.context() as patch:
        for name in ("CXANALYTICS_HOME", "CXANALYTICS_RUN"):
            patch.delenv(name, raising=False)
        done = CliRunner().invoke(main, ["run", str(folder), "-o", str(output), "-j", "2"])
    assert done.exit_code == 0, done.stderr
    return output


@pytest.mark.slow
def test_every_department_of_one_agency_has_a_page(library):
    pages = sorted(path.relative_to(library).as_posix() for path in library.rglob("*.html"))
    assert len([page for page in pages if page.startswith("agencies/")]) == len(LIBRARY)
    assert {"appendix.html", "audit.html", "index.html"} < set(pages)
    board = open_run(library).load("04_benchmark").benchmarks()["recommend"]
    assert sorted(board.frame["key"]) == LIBRARY
    assert board.frame["verdict"].isin(["above", "below"]).any()


@pytest.mark.slow
@pytest.mark.parametrize("page", ["index.html", "agencies/digital.html"])
def test_pages_of_one_agency_speak_of_departments(library, page):
    text = _text(library / page)
    assert "department" in text
    assert (
        "The departments of City Library are compared with each other. To compare City Library "
        "itself, add other agencies, or published counts with the same question and scale."
    ) in text
    told = text.replace("add other agencies", "")
    assert not re.search(r"\bagenc(y|ies)\b", told, re.IGNORECASE), re.findall(
        r".{40}\bagenc(?:y|ies)\b.{40}", told, re.IGNORECASE
    )


@pytest.mark.slow
def test_the_audit_of_one_agency_says_what_would_supply_peers(library):
    text = _text(library / "audit.html")
    assert (
        "One agency, City Library: its 10 departments are compared with each other. Peers for the "
        "agency as a whole would be other agencies, or published counts with the same wording and "
        "scale."
    ) in text
