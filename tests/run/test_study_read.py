"""Every fault of a study file is one line that names the line and the key."""

import datetime

import pytest

from cxanalytics.errors import ParamsError
from cxanalytics.rules import THRESHOLDS
from cxanalytics.run.study_read import read_study_file

BASE = """\
schema: 1
title: T
programme: P
publisher: Pub
contact: a@b
survey:
  reader: table
  file: x.csv
  columns: {agency: a}
  questions:
    q: {scale: likert_1_5, label: Q}
  outcome: q
scorecard: [q]
"""


@pytest.fixture
def read(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def read(old="", new="", *, add=""):
        path = tmp_path / "study.yaml"
        assert old in BASE
        path.write_text(BASE.replace(old, new, 1) + add, encoding="utf-8")
        return read_study_file(path)

    return read


def test_a_small_study(read):
    file = read(
        add="nouns: {respondent: employee}\nthresholds: {rank: 50}\nwaves: {2018: May to July}\n"
        "dates: {data_cut: 2018-06-30}\ndifference_points: 3\nparameters: {seed: 1, of: [a, b]}\n"
    )
    assert file.survey.reader == "table"
    assert file.nouns.respondent == "employee"
    assert file.nouns.respondents == "customers"
    assert file.thresholds.rank == 50
    assert file.thresholds.hide == THRESHOLDS.hide
    assert file.waves == {"2018": "May to July"}
    assert file.dates.data_cut == datetime.date(2018, 6, 30)
    assert file.difference_points == 3.0
    assert file.parameters == {"seed": 1, "of": ["a", "b"]}


FAULTS = [
    ("title: T", "titel: T", "line 1: `title` is required", None),
    ("title: T", "title: 5", "line 2: `title` must be text (in quotes, when it looks like a", None),
    ("title: T", "title: ''", "line 2: `title` must not be empty.", None),
    ("schema: 1", "schema: 2", "line 1: `schema` must be 1; got 2.", None),
    ("reader: table", "readr: table", "line 6: `survey` needs a `reader`: simulated, table", None),
    (
        "reader: table",
        "reader: tabel",
        "line 7: `survey.reader` must be one of 'sim",
        None,
    ),
    ("file: x.csv", "fil: x.csv", "line 8: `survey.fil` is not a key here; allowed are ", "file"),
    ("  file: x.csv\n", "", "line 6: `survey` needs either `file`, or `parts` with", None),
    (
        "likert_1_5",
        "likert_5",
        "line 11: `survey.questions.q.scale` must be one of ",
        None,
    ),
    ("agency: a", "agncy: a", "line 9: `survey.columns.agncy` is not a key here;", "agency"),
    ("{agency: a}", "a", "line 9: `survey.columns` must be `key: value` lines; got 'a'.", None),
    ("outcome: q", "outcome: r", "line 12: `survey.outcome` must be one of 'q'; got 'r'.", None),
    ("outcome: q", "outcome: q\n  drivers: [p]", "line 13: `survey.drivers` must be one of", None),
    ("[q]", "q", "line 13: `scorecard` must be a list; got 'q'.", None),
    ("[q]", "[]", "line 13: `scorecard` must not be empty.", None),
    ("[q]", "[q, q, q, q, q, q, q, q]", "line 13: `scorecard` may have at most 7 entries;", None),
    ("[q]", "[p]", "line 13: `scorecard` must be one of 'q'; got 'p'.", None),
]
ADDED = [
    ("simulated: yes", "`simulated` must be true or false; got 'yes'."),
    ("headline: p", "`headline` must be one of 'q'; got 'p'."),
    ("statistic: mean", "`statistic` must be 'positive' or 'top'; got 'mean'."),
    ("difference_points: 0", "`difference_points` must be greater than 0; got 0."),
    ("thresholds: {hide: 5}", "`thresholds.hide` must be a whole number of at least 10 (it may be"),
    ("thresholds: {hid: 50}", "`thresholds.hid` is not a key here; allowed are hide, rank,"),
    ("nouns: {respondant: x}", "`nouns.respondant` is not a key here; allowed are respondent,"),
    ("nouns: {peer: ''}", "`nouns.peer` must be a word or phrase; got ''."),
    ("dates: {data_cut: 5.10.2026}", "`dates.data_cut` must be a date such as 2026-10-05; got "),
    ("waves: {2018: 5}", "`waves.2018` must be text (in quotes, when it looks like a number); "),
    (
        "peers: {names: secret}",
        "`peers.names` must be 'named', 'anonymous' or 'summary'; got 'secret'.",
    ),
    ("parameters: {a: {b: 1}}", "`parameters.a` must be text, a number, true, false or a list"),
    ("staff: {reader: table, items: {a: [b]}}", "`staff` needs either `file`, or `parts` with"),
    ("staff: {reader: simulated, items: {a: [b]}}", "`staff` cannot be 'simulated' beside a"),
    ("colour: red", "`colour` is not a key here; allowed are schema, title, programme,"),
]


@pytest.mark.parametrize(("old", "new", "message", "hint"), FAULTS)
def test_faults(read, old, new, message, hint):
    if new.startswith("titel"):
        message = "line 2: `titel` is not a key here; allowed are schema, title, programme"
    with pytest.raises(ParamsError) as error:
        read(old, new)
    assert str(error.value).startswith(f"study.yaml, {message}")
    assert "\n" not in str(error.value)
    if hint:
        assert str(error.value).endswith(f"Did you mean '{hint}'?")


@pytest.mark.parametrize(("line", "message"), ADDED)
def test_faults_of_added_keys(read, line, message):
    with pytest.raises(ParamsError) as error:
        read(add=line + "\n")
    assert str(error.value).startswith(f"study.yaml, line 14: {message}")


def test_a_simulated_survey_must_say_so(read):
    with pytest.raises(ParamsError, match="`simulated` must be true when the survey is simulated"):
        read(
            "  reader: table\n  file: x.csv\n  columns: {agency: a}\n",
            "  reader: simulated\n  seed: 1\n",
        )


def test_the_first_fault_in_the_file_is_named(read):
    with pytest.raises(ParamsError, match="line 2: `title`"):
        read("title: T", "title: 5", add="simulated: maybe\n")
