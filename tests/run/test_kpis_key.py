"""The key `kpis` of study.yaml: what it reads, what it refuses, and that the docs name it."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
import yaml

from cxanalytics.claims import CLAIMS
from cxanalytics.errors import CxError, ParamsError
from cxanalytics.run import open_study
from cxanalytics.run.read_more import REWARD_WEIGHTS, holdings, read_kpis
from cxanalytics.run.study_sources import Kpi

STUDIES = Path(__file__).resolve().parents[2] / "docs" / "studies.md"
BASE = {
    "schema": 1,
    "title": "Offices",
    "programme": "Survey",
    "publisher": "City",
    "contact": "Us",
    "operations": {
        "reader": "table",
        "file": "calls.csv",
        "columns": {"agency": "office", "unit": "team", "period": "month"},
        "performance": "solved",
        "per": "calls",
    },
}
KPIS = [
    {"name": "solved", "label": "Solved", "top": "solved", "per": "calls", "role": "resolution"},
    {
        "name": "minutes",
        "label": "Handle time",
        "top": "minutes",
        "kind": "mean",
        "higher_is_better": False,
        "block": "efficiency",
        "reward_weight": 40,
    },
]


@pytest.fixture
def offices(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "offices"
    folder.mkdir()
    rows = [
        ["office", "team", "month", "calls", "solved", "minutes"],
        ["North", "A", "2026-01", 100, 60, 5],
        ["North", "A", "2026-02", 50, 45, 7],
    ]
    with (folder / "calls.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)

    def write(kpis, **more):
        told = BASE | {"kpis": kpis} | more
        told = {key: value for key, value in told.items() if value is not None}
        (folder / "study.yaml").write_text(yaml.safe_dump(told), encoding="utf-8")
        return open_study(str(folder))

    return write


def test_measures_are_read_with_their_columns(offices) -> None:
    operations = offices(KPIS).kpis()
    assert [measure.name for measure in operations.measures] == ["solved", "minutes"]
    year = operations.score("solved", by=["agency"])
    # Summed before they are divided: 105 of 150, not the mean of 60% and 90%.
    assert year["value"].iloc[0] == pytest.approx(0.7)
    assert operations.score("minutes", by=["agency"])["value"].iloc[0] == 6.0
    assert not operations.measure("minutes").higher_is_better


def test_roles_blocks_and_weights_reach_the_models(offices) -> None:
    study = offices(KPIS)
    assert study.kpi_block("efficiency") == ["minutes"] and study.kpi_block("effectiveness") == []
    assert study.kpi_roles == {
        "resolution": "solved",
        "repeats": "",
        "blocks": {"solved": "", "minutes": "efficiency"},
        "reward_weights": {"minutes": 40},
    }


def test_weights_count_among_what_the_study_holds(offices) -> None:
    assert REWARD_WEIGHTS in holdings(offices(KPIS).source)["declared"]
    assert REWARD_WEIGHTS not in holdings(offices(KPIS[:1]).source)["declared"]
    assert any(REWARD_WEIGHTS in claim.needs for claim in CLAIMS)


def test_a_study_without_measures_says_so(offices) -> None:
    study = offices([])
    assert study.kpi_roles["blocks"] == {} and study.kpis() is None
    with pytest.raises(ParamsError, match=r"`kpis` is not in the study\.yaml"):
        read_kpis(study.source)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"top": "hours"}, "hours"),
        ({"block": "efficient"}, "efficien"),
        ({"role": "resolution"}, "each role once"),
        ({"name": "solved"}, "each name once"),
        ({"reward_weight": -1}, "greater than or equal to 0"),
        ({"weight": 3}, "is not a key here"),
    ],
)
def test_wrong_measures_are_one_message(offices, change: dict, said: str) -> None:
    with pytest.raises(CxError, match=said):
        offices([KPIS[0], KPIS[1] | change]).kpis()


def test_measures_need_operations(offices) -> None:
    survey = {
        "reader": "table",
        "file": "calls.csv",
        "columns": {"agency": "office"},
        "questions": {"minutes": {"scale": "nps_0_10", "label": "M"}},
        "outcome": "minutes",
    }
    with pytest.raises(ParamsError, match="needs `operations`"):
        offices(KPIS, operations=None, survey=survey, scorecard=["minutes"])


def test_the_simulated_study_names_measures_of_every_kind() -> None:
    study = open_study("simulated")
    measures = study.kpis().measures
    assert {measure.kind for measure in measures} == {"share", "mean", "rate", "cost"}
    assert len(study.kpi_block("efficiency")) == 3
    assert study.kpi_roles["resolution"] and study.kpi_roles["repeats"]
    assert sum(study.kpi_roles["reward_weights"].values()) == 100


def test_every_key_is_documented() -> None:
    text = STUDIES.read_text(encoding="utf-8")
    table = text.partition("### Measures of the contact center")[2].partition("\n### ")[0]
    for key in Kpi.model_fields:
        assert f"`{key}`" in table, key
