"""The keys `cost` and `staff.legs` of study.yaml: what they read, and what they refuse."""

from __future__ import annotations

import csv
from itertools import takewhile
from pathlib import Path

import pytest
import yaml

from cxanalytics.errors import DataError, ParamsError
from cxanalytics.models.holdings import Holdings
from cxanalytics.models.ingredients import see_operations
from cxanalytics.models.leg_scores import LEGS
from cxanalytics.run import open_study
from cxanalytics.run.check import check_study
from cxanalytics.run.read_more import LEG_ITEMS, holdings
from cxanalytics.run.study_sources import CostSource, StaffSource

STUDIES = Path(__file__).resolve().parents[2] / "docs" / "studies.md"
QUESTION = {"scale": "likert_1_5", "label": "Satisfied", "phrase": "are satisfied"}
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
        "questions": {"satisfied": QUESTION},
        "outcome": "satisfied",
    },
    "scorecard": ["satisfied"],
}
OPERATIONS = {
    "reader": "table",
    "file": "calls.csv",
    "columns": {"agency": "office", "period": "month"},
    "performance": "solved",
    "per": "calls",
}
COST = {"cost": "dollars", "handled": "calls", "resolved": "solved"}


@pytest.fixture
def offices(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "offices"
    folder.mkdir()
    files = {
        "answers.csv": [["office", "satisfied"], *[["North", 4], ["South", 2]] * 9],
        "calls.csv": [
            ["office", "month", "calls", "solved", "dollars"],
            ["North", "2026-01", 9, 6, 50],
        ],
        "money.csv": [["place", "q", "calls", "solved", "dollars"], ["South", "2026-Q1", 8, 4, 70]],
        "prices.csv": [["year", "cpi"], [2026, 104]],
        "staff.csv": [["office", "valued", "clear", "fair"], *[["North", 4, 5, 2]] * 12],
    }
    for name, rows in files.items():
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)

    def write(**more):
        told = BASE | {key: value for key, value in more.items() if value is not None}
        (folder / "study.yaml").write_text(yaml.safe_dump(told, sort_keys=False))
        return open_study(str(folder))

    return write


def test_costs_stand_in_the_operations(offices) -> None:
    study = offices(operations=OPERATIONS, cost=COST | {"service": "satisfied"})
    costs = study.costs()
    assert costs.frame[["dollars", "calls", "solved"]].iloc[0].tolist() == [50.0, 9.0, 6.0]
    survey = study.survey()
    told = study.cost_options(survey)
    assert told["service"] is survey and told["measure"] == "satisfied"
    assert (told["cost"], told["repeat"], told["index"]) == ("dollars", "", None)


def test_costs_may_have_a_file_and_prices_of_their_own(offices) -> None:
    own = {"file": "money.csv", "columns": {"agency": "place", "period": "q"}}
    prices = {"file": "prices.csv", "value": "cpi", "period": "year"}
    study = offices(cost=COST | own | {"index_from": prices})
    assert study.costs().frame["agency"].tolist() == ["South"]
    told = study.cost_options()
    assert told["index"] == {"2026": 104.0} and "service" not in told
    assert {"cost.file", "cost.index_from.file"} <= set(study.source.input_paths())


def test_costs_count_among_what_the_study_holds(offices) -> None:
    repeat = {"repeat": "solved"}
    together = holdings(offices(operations=OPERATIONS, cost=COST | repeat).source)["operations"]
    assert [measure.name for measure in together.measures] == [
        "solved",
        "cost",
        "resolved",
        "repeat",
    ]
    own = COST | {"file": "money.csv", "columns": {"agency": "place", "period": "q"}}
    alone = holdings(offices(cost=own).source)["operations"]
    assert alone.frame["agency"].tolist() == ["South"]
    seen = see_operations(Holdings(operations=together))
    assert seen["cost and volume"] and seen["repeat contacts"]
    assert not see_operations(Holdings(operations=alone))["repeat contacts"]


def test_a_study_without_costs_or_legs_has_none(offices) -> None:
    study = offices()
    assert study.costs() is None and study.cost_options() == {}
    assert study.legs == {} and study.leg_answers() is None


def test_staff_who_answer_do_not_measure_service(offices) -> None:
    survey = BASE["survey"] | {"respondents_are": "staff"}
    study = offices(survey=survey, operations=OPERATIONS, cost=COST | {"service": "satisfied"})
    assert "service" not in study.cost_options(study.survey())


def test_legs_are_read_beside_the_items_of_morale(offices) -> None:
    staff = {
        "reader": "table",
        "file": "staff.csv",
        "columns": {"agency": "office"},
        "items": {"morale": ["valued"]},
        "legs": {"expectations": ["clear"], "rewards": ["fair"]},
    }
    study = offices(staff=staff)
    assert study.legs == {"expectations": ["clear"], "rewards": ["fair"]}
    assert {question.name for question in study.leg_answers().questions} == {"clear", "fair"}
    assert [question.name for question in study.staff().questions] == ["valued"]
    assert LEG_ITEMS not in holdings(study.source)["declared"]
    staff["legs"] |= {"capabilities": ["valued"]}
    assert LEG_ITEMS in holdings(offices(staff=staff).source)["declared"]


def test_check_reads_legs_and_costs_of_their_own(offices) -> None:
    staff = {
        "reader": "table",
        "file": "staff.csv",
        "columns": {"agency": "office"},
        "items": {"morale": ["valued"]},
        "legs": {"rewards": ["fair"]},
    }
    own = COST | {"file": "money.csv", "columns": {"agency": "place", "period": "q"}}
    told = {finding.part for finding in check_study(offices(staff=staff, cost=own).folder)}
    assert {"staff.legs", "cost"} <= told
    staff["legs"] = {"rewards": ["pay"]}
    with pytest.raises(DataError, match="pay"):
        list(check_study(offices(staff=staff).folder))


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"cost": COST}, "needs a `file` of its own, or operations"),
        ({"cost": COST | {"file": "money.csv"}}, "`cost.columns` is required with a file"),
        (
            {"operations": OPERATIONS, "cost": COST | {"service": "trust"}},
            "the names under `survey.questions`",
        ),
        (
            {
                "operations": OPERATIONS,
                "cost": COST
                | {"index": {"2026": 1.0}, "index_from": {"file": "prices.csv", "value": "cpi"}},
            },
            "cannot stand beside `index`",
        ),
        ({"operations": OPERATIONS, "cost": COST | {"price": "x"}}, "is not a key here"),
    ],
)
def test_what_is_wrong_is_one_message(offices, more, said) -> None:
    with pytest.raises(ParamsError, match=said):
        offices(**more)


def test_the_simulated_study_has_costs_and_legs() -> None:
    study = open_study("simulated")
    assert tuple(study.legs) == LEGS
    costs = study.costs()
    options = study.cost_options()
    for role in ("cost", "handled", "resolved", "repeat"):
        assert options[role] in costs.frame
    assert len(options["index"]) == 10


def _listed(head: str) -> set[str]:
    text = STUDIES.read_text(encoding="utf-8")
    lines = text[text.index(f"\n{head}") + 1 :].splitlines()
    table = list(takewhile(lambda line: line.startswith("|"), lines))[2:]
    cells = [line.strip("|").split("|")[0].strip() for line in table]
    return {name for cell in cells for name in cell.replace("`", "").split(", ")}


def test_the_page_lists_every_key_of_cost() -> None:
    assert _listed("| in `cost`") == set(CostSource.model_fields)


def test_the_page_names_every_leg() -> None:
    text = STUDIES.read_text(encoding="utf-8")
    assert "legs" in StaffSource.model_fields
    assert all(f"`{leg}`" in text for leg in LEGS)
