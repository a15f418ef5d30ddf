"""A study of the user's own: names as they come, few agencies, wrong input, all in one line."""

from __future__ import annotations

import base64
import csv
import io
import json
import re

import openpyxl
import pytest
from click.testing import CliRunner

from cxanalytics.cli import main
from cxanalytics.run import open_run, run_study

HOSTILE = [
    'Parks/Recreation & "Open" Space',
    "<script>alert(1)</script>",
    '=HYPERLINK("http://example.org","x")',
    "+1 Services",
    "\u202eecnatsissA gnisuoH\u202c",
    "L" * 300,
    "Water and Power",
    "Water-and-Power",
    "../../etc",
    "O'Brien's {Office} $HOME \\ 100%",
    "Éducation — région Nord",
    "CON",
]
STUDY = """\
schema: 1
title: Offices of a city
programme: City survey
publisher: City of Testing
contact: survey@example.org
survey:
  reader: table
  file: answers.csv
  columns: {agency: office, respondent: id, date: day, weight: weight}
  questions:
    recommend: {scale: likert_1_5, label: Would recommend us, phrase: would recommend you}
    easy: {scale: likert_1_5, label: Easy to deal with, phrase: say you were easy to deal with}
  outcome: recommend
scorecard: [recommend, easy]
"""
HEAD = ["office", "id", "day", "weight", "recommend", "easy"]


@pytest.fixture(autouse=True)
def _apart(tmp_path_factory, monkeypatch):
    monkeypatch.delenv("CXANALYTICS_HOME", raising=False)
    monkeypatch.setenv("CXANALYTICS_OUTPUTS", str(tmp_path_factory.mktemp("outputs")))


def write_study(folder, agencies, *, answers=60, study=STUDY):
    """Write a CSV of `answers` answers an agency, and its study.yaml."""
    folder.mkdir(parents=True)
    (folder / "study.yaml").write_text(study, encoding="utf-8")
    rows = []
    for place, name in enumerate(agencies):
        for number in range(answers):
            easy = 1 + (number * 7 + place) % 5
            answer = min(5, max(1, easy + (number + place) % 3 - 1))
            day = f"2026-0{1 + number % 9}-11"
            rows.append([name, f"{place}-{number}", day, 1 + number % 2, answer, easy])
    with (folder / "answers.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEAD, *rows])
    return folder


def _text(html):
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


@pytest.fixture(scope="module")
def hostile_run(tmp_path_factory):
    """A study with drivers, without staff, of twelve agencies with hostile names."""
    drivers = STUDY.replace("outcome: recommend", "outcome: recommend\n  drivers: [easy]")
    root = tmp_path_factory.mktemp("own")
    folder = write_study(root / "my {study}", HOSTILE, study=drivers)
    return run_study(folder, output=root / "out", jobs=2, progress=False)


@pytest.fixture(scope="module")
def pages(hostile_run):
    return {path.name: path.read_text(encoding="utf-8") for path in hostile_run.pages}


@pytest.mark.slow
def test_hostile_names_give_safe_and_distinct_files(hostile_run, pages):
    assert len(set(hostile_run.pages)) == len(HOSTILE) + 3
    for path in hostile_run.pages:
        assert path.is_file()
        assert re.fullmatch(r"[a-z0-9][a-z0-9-]{0,90}\.html", path.name), path.name
        assert path.parent in (hostile_run.output, hostile_run.output / "agencies")
    linked = set(re.findall(r'href="agencies/([^"]+)"', pages["index.html"]))
    assert linked == set(pages) - {"index.html", "appendix.html", "audit.html"}


@pytest.mark.slow
def test_hostile_names_are_escaped_on_every_page(pages):
    for name, html in pages.items():
        assert "<script" not in html.casefold(), name
        assert "\u202e" not in html, name
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in pages["index.html"]


@pytest.mark.slow
def test_spreadsheets_are_neutralized(pages):
    html = pages["index.html"]
    found = dict(re.findall(r'download="[^"]*\.(\w+)" href="data:[^"]*?base64,([^"]+)"', html))
    assert set(found) == {"csv", "json", "xlsx"}
    files = {kind: base64.b64decode(content) for kind, content in found.items()}
    rows = list(csv.reader(io.StringIO(files["csv"].decode("utf-8-sig"))))
    assert not [cell for row in rows for cell in row if cell[:1] in ("=", "@", "\t")]
    assert not [cell for row in rows for cell in row if re.match(r"[+-](?!\d+(\.\d+)?$)", cell)]
    book = openpyxl.load_workbook(io.BytesIO(files["xlsx"]))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell.value for cell in cells if cell.data_type == "f" or cell.hyperlink]
    assert len(json.loads(files["json"])) > 0


@pytest.mark.slow
def test_what_the_study_lacks_is_said_in_the_appendix(hostile_run, pages):
    assert hostile_run.left_out == {"03_morale": "The study has no staff survey."}
    assert "The study has no staff survey." in _text(pages["appendix.html"])
    assert "03_morale" not in open_run(hostile_run.output).steps
    assert not hostile_run.failed
    assert "Easy to deal with" in _text(pages["appendix.html"])


@pytest.mark.slow
@pytest.mark.parametrize(("number", "answers"), [(1, 60), (3, 60)])
def test_few_agencies_have_pages_without_ranks(tmp_path, number, answers):
    folder = write_study(tmp_path / "few", [f"Office {n}" for n in range(number)], answers=answers)
    done = CliRunner().invoke(main, ["run", str(folder), "-o", str(tmp_path / "out"), "-j", "2"])
    assert done.exit_code == 0, done.stderr
    assert f"Pages: {number + 3}." in done.stdout
    assert "03_morale is left out. The study has no staff survey." in done.stdout
    board = open_run(tmp_path / "out").load("04_benchmark").benchmarks()["recommend"]
    assert board.frame[["rank_low", "rank_high", "peer"]].isna().to_numpy().all()
    assert board.frame["estimate"].notna().all()
    html = (tmp_path / "out/agencies/office-0.html").read_text(encoding="utf-8")
    text = _text(html.partition("<body")[2])
    assert "Fewer than eight peers. Not compared." in text
    assert not re.search(r"\b\d+(st|nd|rd|th)\b", text)
    assert "typical government peer" not in _text(re.search(r'"headline">.*?</p>', html).group())
    appendix = _text((tmp_path / "out/appendix.html").read_text(encoding="utf-8"))
    assert "The study names no driver questions." in appendix
    assert "This survey has no questions to set beside recommendation." in text


def _csv(folder, change):
    path = folder / "answers.csv"
    rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
    change(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


def _set(row, column, value):
    return lambda folder: _csv(folder, lambda rows: rows[row].__setitem__(column, value))


def _all(column, value):
    def change(rows):
        for row in rows[1:]:
            row[column] = value

    return lambda folder: _csv(folder, change)


def _yaml(old, new):
    def change(folder):
        path = folder / "study.yaml"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    return change


def _bytes(content):
    return lambda folder: (folder / "answers.csv").write_bytes(content)


WRONG = {
    "missing file": (lambda f: (f / "answers.csv").unlink(), "line 8"),
    "empty file": (_bytes(b""), "empty"),
    "header alone": (_bytes(",".join(HEAD).encode() + b"\n"), "no "),
    "wrong encoding": (_bytes("office,recommend\nStra\xdfe,5\n".encode("latin-1")), "encoding"),
    "missing column": (_set(0, 4, "recomend"), "Did you mean 'recomend'?"),
    "answer outside its scale": (_set(4, 4, "9"), "row 5"),
    "text in a number column": (_set(4, 3, "heavy"), "heavy"),
    "all answers missing": (_all(4, ""), "recommend"),
    "negative weight": (_set(4, 3, "-1"), "weight"),
    "zero weight": (_set(4, 3, "0"), "weight"),
    "respondent twice": (_set(4, 1, "0-0"), "respondent"),
    "no date": (_set(4, 2, "31.31.2026"), "31.31.2026"),
    "yaml": (_yaml("title: Offices", "title: [Offices"), "study.yaml, line "),
    "unknown key": (_yaml("title:", "titel:"), "line 2"),
    "unknown parameter": (_yaml("schema: 1", "schema: 1\nparameters: {sed: 3}"), "'seed'"),
    "parameter of another type": (
        _yaml("schema: 1", "schema: 1\nparameters: {seed: three}"),
        "must be a whole number; got 'three'",
    ),
}


@pytest.mark.parametrize("kind", WRONG)
def test_wrong_input_is_one_line_and_leaves_nothing(tmp_path, kind, monkeypatch):
    spoil, said = WRONG[kind]
    folder = write_study(tmp_path / "mine", ["North", "South"], answers=12)
    spoil(folder)
    monkeypatch.setenv("CXANALYTICS_OUTPUTS", str(tmp_path / "outputs"))
    done = CliRunner().invoke(main, ["check", str(folder)])
    assert done.exit_code in (1, 2)
    (line,) = done.stderr.splitlines()
    assert line.startswith("cxanalytics: ")
    assert said in line, line
    assert "Traceback" not in done.output
    assert not (tmp_path / "outputs").exists()


@pytest.mark.parametrize("kind", ["missing file", "unknown parameter", "yaml"])
def test_a_run_of_a_wrong_study_writes_nothing(tmp_path, kind):
    folder = write_study(tmp_path / "mine", ["North", "South"], answers=12)
    WRONG[kind][0](folder)
    done = CliRunner().invoke(main, ["run", str(folder), "-o", str(tmp_path / "out"), "-q"])
    assert done.exit_code in (1, 2)
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_a_run_on_wrong_data_leaves_no_page_and_no_result(tmp_path):
    folder = write_study(tmp_path / "mine", ["North", "South"], answers=12)
    WRONG["answer outside its scale"][0](folder)
    output = tmp_path / "out"
    done = CliRunner().invoke(main, ["run", str(folder), "-o", str(output), "-j", "2"])
    assert done.exit_code == 1
    (line,) = [text for text in done.stderr.splitlines() if text.strip()]
    assert line.startswith("cxanalytics: 01_audit.ipynb, cell [") and "row 5" in line
    assert "Traceback" not in done.output
    assert not list(output.rglob("*.html"))
    assert not list(output.rglob("*.parquet"))
    assert not list(output.rglob(".writing-*"))
