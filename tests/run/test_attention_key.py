"""The key `attention` of study.yaml: what it reads, what it refuses, and what the page promises."""

from __future__ import annotations

import csv
from itertools import takewhile
from pathlib import Path

import pytest
import yaml

from cxanalytics.errors import ParamsError
from cxanalytics.run import open_study
from cxanalytics.run.read_more import ATTENTION, holdings
from cxanalytics.run.study_sources import AttentionSource

STUDIES = Path(__file__).resolve().parents[2] / "docs" / "studies.md"
QUESTION = {"scale": "likert_1_5", "label": "Would recommend us", "phrase": "would recommend you"}
BASE = {
    "schema": 1,
    "title": "Offices",
    "programme": "Survey",
    "publisher": "City",
    "contact": "Us",
    "survey": {
        "reader": "table",
        "file": "answers.csv",
        "columns": {"agency": "office"},
        "questions": {"recommend": QUESTION, "helpful": QUESTION},
        "outcome": "recommend",
        "drivers": ["helpful"],
    },
    "scorecard": ["recommend"],
}
TOLD = {
    "reader": "table",
    "file": "audit.csv",
    "agency": "office",
    "score": "maturity",
    "label": "maturity score",
    "source": "auditors",
}


@pytest.fixture
def offices(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "offices"
    folder.mkdir()
    files = {
        "answers.csv": [
            ["office", "recommend", "helpful"],
            *[["North", 4, 3], ["South", 2, 5]] * 9,
        ],
        "audit.csv": [["office", "maturity"], ["North", 70], ["South", 40]],
    }
    for name, rows in files.items():
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)

    def write(attention=None, **survey):
        told = BASE | {"survey": BASE["survey"] | survey}
        told |= {"attention": attention} if attention else {}
        (folder / "study.yaml").write_text(yaml.safe_dump(told, sort_keys=False))
        return open_study(str(folder))

    return write


def test_a_study_gives_its_attention_or_none(offices) -> None:
    assert offices().attention() is None
    study = offices(TOLD | {"at_least": 60})
    told = study.attention()
    assert told.scores().to_dict() == {"North": 70.0, "South": 40.0}
    assert (told.label, told.source, told.at_least) == ("maturity score", "auditors", 60)
    assert "attention.file" in study.source.input_paths()


def test_attention_counts_among_what_the_study_holds(offices) -> None:
    assert ATTENTION not in holdings(offices().source)["declared"]
    assert ATTENTION in holdings(offices(TOLD).source)["declared"]


def test_the_file_of_the_survey_is_no_other_source(offices) -> None:
    study = offices(TOLD | {"file": "answers.csv", "score": "helpful"})
    with pytest.raises(ParamsError, match=r"line \d+: `attention.file` must be another file than"):
        study.attention()


@pytest.mark.parametrize(
    ("attention", "message"),
    [
        (TOLD | {"file": None}, r"`attention.file` (is required|must be text)"),
        ({key: value for key, value in TOLD.items() if key != "source"}, "`attention.source` is"),
        (TOLD | {"cut": 60}, "`attention.cut` is not a key here"),
        (TOLD | {"reader": "simulated"}, "`attention` cannot be 'simulated' beside a survey"),
    ],
)
def test_what_is_wrong_is_one_error(offices, attention, message) -> None:
    attention = {key: value for key, value in attention.items() if value is not None}
    with pytest.raises(ParamsError, match=message):
        offices(attention)


def test_questions_about_staff_are_named_by_the_study(offices) -> None:
    assert offices(about_staff=["helpful"]).file.survey.about_staff == ["helpful"]
    with pytest.raises(ParamsError, match=r"`survey.about_staff` must be one of 'recommend'"):
        offices(about_staff=["polite"])


def test_the_simulated_study_has_an_audit_by_others() -> None:
    study = open_study("simulated")
    told = study.attention()
    assert told.at_least == 60 and told.latest("2026-Q3") == "2026"
    audit = study.government().audit
    assert len(told.frame) == len(audit)
    assert study.file.survey.about_staff == ["helpful"]


def test_the_page_lists_every_key() -> None:
    text = STUDIES.read_text(encoding="utf-8")
    lines = text[text.index("\n| in `attention`") + 1 :].splitlines()
    rows = list(takewhile(lambda line: line.startswith("|"), lines))[2:]
    listed = {key for row in rows for key in row.split("|")[1].replace("`", "").strip().split(", ")}
    assert listed == set(AttentionSource.model_fields)
