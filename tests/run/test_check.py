"""What `cxanalytics check` says of a study, as text and as JSON, and how it ends."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from cxanalytics.cli import main
from cxanalytics.run.check import NOTE, PASSED, WARNING, Finding, check_study

FUNNEL = "  funnel: {file: asked.csv, agency: office, asked: sent, answered: back}\n"


@pytest.fixture
def city(house):
    return house / "params/city"


def _add_funnel(folder, *rows):
    path = folder / "study.yaml"
    outcome = "  outcome: recommend\n"
    path.write_text(path.read_text().replace(outcome, outcome + FUNNEL))
    (folder / "asked.csv").write_text("office,sent,back\n" + "\n".join(rows) + "\n")


def _check(*options):
    return CliRunner().invoke(main, ["check", "city", *options])


def test_findings_of_a_study_that_can_be_run(city, notebook_writer):
    books = city.parents[1] / "notebooks"
    notebook_writer(books / "03_morale.ipynb", ["study: str = 'city'  # name", "study.staff()"])
    found = list(check_study("city"))
    assert found[0] == Finding(
        "params/city/study.yaml", PASSED, "every key and value is understood."
    )
    assert found[-1] == Finding(
        "03_morale", NOTE, "will be left out. The study has no staff survey."
    )
    assert next(part.level for part in found if part.part == "survey") == PASSED
    assert WARNING not in [part.level for part in found]
    assert not (city.parents[1] / "outputs").exists()


def test_a_conflict_of_two_files_is_to_be_looked_at(city):
    (city / "01_audit.yaml").write_text("repeat: 3\n")
    (finding,) = [part for part in check_study("city") if part.level == WARNING]
    assert finding.text == (
        "01_audit: `repeat` is 2 in study.yaml and 3 in 01_audit.yaml, which is used."
    )


def test_an_impossible_funnel_is_named_by_row(city):
    _add_funnel(city, "North,100,40", "Few,20,30")
    (finding,) = [part for part in check_study("city") if part.level == WARNING]
    assert str(finding) == (
        "response: look at this: row 2: 30 answered of 20 asked for 'Few': impossible, no rate is "
        "given."
    )


def test_units_that_do_not_join_are_named(city):
    path = city / "study.yaml"
    path.write_text(
        path.read_text().replace("{agency: office}", "{agency: office, unit: team}")
        + "staff:\n  reader: table\n  file: staff.csv\n  columns: {agency: office, unit: team}\n"
        "  items: {pride: [s1]}\n"
    )
    (city / "answers.csv").write_text(
        "office,team,recommend\n" + "North,Desk,4\nNorth,Phone,5\n" * 20
    )
    (city / "staff.csv").write_text("office,team,s1\n" + "North,Desk,4\nNorth,Cellar,5\n" * 20)
    units = [str(part) for part in check_study("city") if part.part == "units"]
    assert units[0] == "units: look at this: 2 of 4 unit names join."
    assert [line.split(":")[2:4] for line in units[1:]] == [
        [" staff survey", " 'North / Cellar'"],
        [" customer survey", " 'North / Phone'"],
    ]


def test_exit_codes(city):
    assert _check().exit_code == 0
    assert _check("--strict").exit_code == 0
    _add_funnel(city, "North,100,400")
    assert _check().exit_code == 0
    strict = _check("--strict")
    assert strict.exit_code == 1
    assert "look at this" in strict.stdout
    assert strict.stderr == ""
    (city / "answers.csv").write_text("office,recommend\nNorth,9\n")
    wrong = _check()
    assert wrong.exit_code == 1
    assert wrong.stderr.count("\n") == 1
    path = city / "study.yaml"
    path.write_text(path.read_text().replace("title:", "titel:"))
    assert _check().exit_code == 2


def test_findings_as_json(city):
    _add_funnel(city, "North,100,400")
    done = _check("--format", "json")
    assert done.exit_code == 0
    found = json.loads(done.stdout)
    assert {tuple(part) for part in found} == {("part", "level", "text")}
    assert {part["level"] for part in found} <= {PASSED, NOTE, WARNING}
    assert [part["part"] for part in found if part["level"] == WARNING] == ["response"]
    text = [f"{part['part']}: {part['level']}: {part['text']}" for part in found]
    assert _check().stdout.splitlines() == text
    assert _check("--format", "json", "--strict").exit_code == 1


@pytest.mark.parametrize(
    ("spoil", "code", "said"),
    [
        (("answers.csv", "North,1\n", "North,9\n"), 1, "must be 1 to 5"),
        (("study.yaml", "title:", "titel:"), 2, "line 2: `titel` is not a key here"),
    ],
)
def test_an_error_as_json_is_the_last_finding(city, spoil, code, said):
    name, old, new = spoil
    path = city / name
    path.write_text(path.read_text().replace(old, new, 1))
    done = _check("--format", "json")
    assert done.exit_code == code
    *_, last = json.loads(done.stdout)
    assert (last["part"], last["level"]) == ("city", "error")
    assert said in last["text"] and "\n" not in last["text"]
    assert done.stderr == ""


def test_another_format_is_refused(city):
    done = _check("--format", "xml")
    assert done.exit_code == 2
    assert "'text', 'json'" in done.stderr
