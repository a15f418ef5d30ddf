"""Each part of a study is read with its own reader and columns."""

import pytest

from cxanalytics.errors import DataError
from cxanalytics.run import open_study
from cxanalytics.run.check import check_study

MORE = """\
staff:
  reader: table
  file: staff.csv
  columns: {agency: office, unit: team}
  items: {leadership: [s1], pride: [s1, s2]}
operations:
  reader: table
  file: operations.csv
  columns: {agency: office, unit: team}
  performance: resolved
  label: Resolved at once
"""


@pytest.fixture
def city(house):
    folder = house / "params/city"
    path = folder / "study.yaml"
    outcome = "  outcome: recommend\n"
    funnel = "  funnel: {file: asked.csv, agency: o, asked: sent, answered: back}\n"
    path.write_text(path.read_text().replace(outcome, outcome + funnel) + MORE)
    (folder / "staff.csv").write_text("office,team,s1,s2\nNorth,a,4,5\nNorth,b,2,\n")
    (folder / "operations.csv").write_text("office,team,resolved\nNorth,a,0.5\nNorth,b,0.75\n")
    (folder / "asked.csv").write_text('o,sent,back\nNorth,"1,000",40\n')
    return folder


def test_staff_operations_and_response(city):
    study = open_study("city")
    staff = study.staff()
    assert [question.name for question in staff.questions] == ["s1", "s2"]
    assert staff.frame["unit"].tolist() == ["a", "b"]
    assert study.items == {"leadership": ["s1"], "pride": ["s1", "s2"]}
    operations = study.operations()
    assert operations.frame["resolved"].tolist() == [0.5, 0.75]
    assert operations.frame["unit"].tolist() == ["a", "b"]
    assert [(measure.name, measure.label) for measure in operations.measures] == [
        ("resolved", "Resolved at once")
    ]


def test_staff_with_codes_for_no_answer_and_another_delimiter(city):
    path = city / "study.yaml"
    more = '  file: staff.csv\n  delimiter: ";"\n  missing: [99]\n  date_format: "%d.%m.%Y"\n'
    text = path.read_text().replace("  file: staff.csv\n", more)
    path.write_text(
        text.replace(
            "{agency: office, unit: team}\n  items", "{agency: office, date: day}\n  items"
        )
    )
    (city / "staff.csv").write_text("office;day;s1;s2\nNorth;30.04.2026;4;5\nNorth;;2;99\n")
    staff = open_study("city").staff()
    assert staff.frame["s2"].isna().tolist() == [False, True]
    assert staff.frame["date"].iloc[0].isoformat() == "2026-04-30T00:00:00"


def test_response(city):
    (city / "asked.csv").write_text("o,sent,back\nNorth,1000,40\n")
    response = open_study("city").response()
    assert response.iloc[0].to_dict() == {
        "agency": "North",
        "asked": 1000.0,
        "answered": 40.0,
        "period": "",
    }


def test_check_says_what_was_read_and_what_is_wrong(city):
    (city / "asked.csv").write_text("o,sent,back\nNorth,1000,40\n")
    lines = [str(finding) for finding in check_study("city")]
    assert lines[0] == "params/city/study.yaml: passed: every key and value is understood."
    assert "response: passed: 1 rows." in lines
    assert any(line.startswith("survey: passed: Survey: 104 rows, 4 agencies") for line in lines)
    assert any(line.startswith("staff: passed: Survey: 2 rows, 1 agenc") for line in lines)
    assert any(line.startswith("operations: passed: Operations: 2 rows") for line in lines)
    (city / "operations.csv").write_text("office,team,resolvd\nNorth,a,0.5\n")
    with pytest.raises(DataError, match=r"no column 'resolved' .*Did you mean 'resolvd'"):
        list(check_study("city"))
