"""One panel of morale and results, whatever part of the study holds them."""

from __future__ import annotations

import csv
from typing import Any

import numpy as np
import pytest
import yaml

from cxanalytics.errors import ParamsError
from cxanalytics.run import open_study
from cxanalytics.run.resolve import LACKING, read_study

BASE: dict[str, Any] = {
    "schema": 1,
    "title": "Offices of a city",
    "programme": "City survey",
    "publisher": "City of Testing",
    "contact": "survey@example.org",
}
QUESTION = {"scale": "likert_1_5", "label": "Would recommend us", "phrase": "would recommend you"}
SURVEY = {
    "reader": "table",
    "file": "answers.csv",
    "columns": {"agency": "office", "unit": "team", "period": "wave"},
    "questions": {"recommend": QUESTION},
    "outcome": "recommend",
}
STAFF = {
    "reader": "table",
    "file": "staff.csv",
    "columns": {"agency": "office", "unit": "team", "period": "wave"},
    "items": {"morale": ["proud", "valued"], "voice": ["heard", "asked"]},
}
OPERATIONS = {
    "reader": "table",
    "file": "calls.csv",
    "columns": {"agency": "office", "unit": "team", "period": "month"},
    "performance": "resolved",
    "per": "calls",
    "label": "Resolved first time",
}
PANEL = {"reader": "nhs_staff", "file": "trusts.csv"}
PUBLISHED = {"reader": "csps", "file": "csps", "morale": "a", "performance": "b"}
TEAMS = [(office, team) for office in ("North", "South") for team in ("one", "two")]


@pytest.fixture
def city(tmp_path, monkeypatch):
    """Write a study of some parts; staff and customers of four teams in two quarters."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "city"
    folder.mkdir()
    rng = np.random.default_rng(1)
    waves = ("2026-Q1", "2026-Q2")
    _rows(
        folder / "staff.csv",
        ["office", "team", "wave", "proud", "valued", "heard", "asked"],
        [(*t, w, *rng.integers(1, 6, 4)) for t in TEAMS for w in waves for _ in range(20)],
    )
    _rows(
        folder / "answers.csv",
        ["office", "team", "wave", "recommend"],
        [(*t, w, rng.integers(1, 6)) for t in TEAMS for w in waves for _ in range(40)],
    )
    _rows(
        folder / "calls.csv",
        ["office", "team", "month", "resolved", "calls"],
        [(*t, f"2026-{m:02}", m, 10) for t in TEAMS for m in range(1, 7)],
    )

    def write(**parts):
        scorecard = {"scorecard": ["recommend"]} if "survey" in parts else {}
        text = yaml.safe_dump({**BASE, **parts, **scorecard}, sort_keys=False)
        (folder / "study.yaml").write_text(text, encoding="utf-8")
        return folder

    return write


def _rows(path, head, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head, *rows])


def test_staff_beside_the_headline_question(city):
    study = open_study(str(city(staff=STAFF, survey=SURVEY, operations=OPERATIONS)))
    panel = study.morale_panel()
    assert panel.performance_label == "Would recommend us" and not panel.same_source
    assert len(panel.frame) == len(TEAMS) * 2
    assert study.morale_panel(same_source=True).same_source


def test_months_of_operations_are_summed_to_the_quarters_of_staff(city):
    study = open_study(str(city(staff=STAFF, survey=SURVEY, operations=OPERATIONS)))
    panel = study.morale_panel(performance="resolved")
    assert panel.performance_label == "Resolved first time"
    by_wave = panel.frame.groupby("period")["performance"].unique()
    assert by_wave.map(list).to_dict() == {"2026-Q1": [6 / 30], "2026-Q2": [15 / 30]}
    # the teams of both offices have the same names
    assert len(panel.frame) == len(TEAMS) * 2
    assert set(panel.frame) >= {"morale_se", "n"} and "other_performance" not in panel.frame


def test_without_a_survey_the_operations_are_the_results(city):
    study = open_study(str(city(staff=STAFF, operations=OPERATIONS)))
    assert study.source.file.lacks_morale == ""
    panel = study.morale_panel(dimension="voice")
    assert panel.morale_label == "Morale index: voice"
    assert panel.performance_label == "Resolved first time"


def test_a_result_that_is_not_held_is_one_error(city):
    study = open_study(str(city(staff=STAFF, survey=SURVEY, operations=OPERATIONS)))
    with pytest.raises(ParamsError, match=r"`performance` must be one of 'recommend', 'resolved'"):
        study.morale_panel(performance="resolve")
    with pytest.raises(ParamsError, match=r"`dimension` must be one of 'morale', 'voice'"):
        study.morale_panel(dimension="moral")
    study = open_study(str(city(survey=SURVEY)))
    with pytest.raises(ParamsError, match="'city' has none of them"):
        study.morale_panel()
    assert study.staff_or_none() is None


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ({"survey": SURVEY}, "staff"),
        ({"staff": STAFF}, "results"),
        ({"staff": STAFF, "survey": SURVEY | {"columns": {"agency": "office"}}}, "units"),
        ({"operations": OPERATIONS}, "staff"),
        ({"published": {"reader": "csps", "file": "csps"}}, "staff"),
        ({"staff": STAFF, "survey": SURVEY}, ""),
        ({"staff": STAFF, "operations": OPERATIONS}, ""),
        ({"panel": PANEL}, ""),
        ({"published": PUBLISHED}, ""),
    ],
)
def test_what_is_missing_for_morale_is_named(city, parts, reason):
    assert read_study(city(**parts)).file.lacks_morale == reason
    assert not reason or LACKING[reason]


def test_published_morale_needs_its_result(city):
    with pytest.raises(ParamsError, match=r"`published.performance` is required beside `morale`"):
        read_study(city(published={"reader": "csps", "file": "csps", "morale": "a"}))


def test_a_notebook_that_asks_for_the_panel_is_left_out_with_the_reason(house, notebook_writer):
    cells = ['study: str = "simulated"  # whose', "panel = study.morale_panel()"]
    notebook_writer(house / "notebooks/03_morale.ipynb", cells)
    assert read_study("city").lacks("03_morale") == LACKING["staff"]
    path = house / "params/city/study.yaml"
    path.write_text(path.read_text() + "panel: {reader: nhs_staff, file: trusts.csv}\n")
    assert read_study("city").lacks("03_morale") == ""


def test_parts_meet_through_a_crosswalk_and_the_audit_names_who_does_not(city, tmp_path):
    folder = city(
        staff=STAFF | {"columns": {"agency": "office", "unit": "team"}},
        operations=OPERATIONS
        | {"file": "desks.csv", "crosswalk": "parts.csv"}
        | {"columns": {"agency": "office", "unit": "desk"}},
    )
    desks = [("North", "d1", 3, 10), ("North", "d2", 5, 10), ("South", "d9", 1, 10)]
    _rows(folder / "desks.csv", ["office", "desk", "resolved", "calls"], desks)
    staff = [
        ("North", team, *answers) for team in ("one", "two") for answers in [(4, 4, 2, 2)] * 40
    ]
    staff_head = ["office", "team", "proud", "valued", "heard", "asked"]
    _rows(folder / "staff.csv", staff_head, staff)
    parts = [("one", "d1", "a list", "One", "D1"), ("one", "d2", "a list", "One", "D2")]
    head = ["from_code", "to_code", "basis", "from_name", "to_name"]
    _rows(folder / "parts.csv", head, parts)
    study = open_study(str(folder))
    panel = study.morale_panel(dimension="morale")
    assert panel.frame[["unit", "morale", "performance"]].to_numpy().tolist() == [["one", 1.0, 0.4]]
    coverage = study.holdings()["coverage"].set_index("name")
    assert coverage["joined"].to_dict() == {"one": 1, "two": 0, "d1": 1, "d2": 1, "d9": 0}
    assert coverage["reason"]["two"] == "not in the crosswalk"
    assert "operations.crosswalk" in study.source.input_paths()
