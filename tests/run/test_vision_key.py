"""Targets, baselines and breaks in study.yaml."""

from __future__ import annotations

import re
from datetime import date

import pytest

from cxanalytics.benchmark import Baseline, Restart, Target
from cxanalytics.errors import ParamsError
from cxanalytics.run import open_study
from cxanalytics.run.places import find_study


@pytest.fixture
def study_with(tmp_path):
    """Open the simulated study with lines in the place of its own target."""

    def make(text):
        folder = tmp_path / "own"
        folder.mkdir(exist_ok=True)
        own = (find_study("simulated") / "study.yaml").read_text(encoding="utf-8")
        own = re.sub(r"^vision:\n(?:  .*\n)+", "", own, flags=re.MULTILINE)
        (folder / "study.yaml").write_text(own + text, encoding="utf-8")
        return open_study(study=str(folder), output=str(tmp_path / "out"))

    return make


def test_targets_baselines_and_breaks_are_read(study_with):
    study = study_with(
        "vision:\n  - {measure: recommend, target: 75, by: 2027-12-31}\n"
        "baseline:\n  - {from: 2025-04, to: 2026-03, reason: the first year}\n"
        "breaks:\n  - {from: 2026-Q1, reason: letters stopped, agency: Port Adair 311}\n"
    )
    assert study.targets == [Target("recommend", 0.75, date(2027, 12, 31))]
    assert study.baselines == [Baseline("2025-04", "2026-03", "the first year")]
    assert study.breaks == [Restart("2026-Q1", "letters stopped", agency="Port Adair 311")]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("vision:\n  - {measure: recomend, target: 75, by: 2027-12-31}\n", "must be one of"),
        ("vision:\n  - {measure: recommend, target: 750, by: 2027-12-31}\n", "less than 100"),
        ("baseline:\n  - {from: 2025-04}\n", "reason"),
        ("breaks:\n  - {since: 2025-04, reason: x}\n", "is not a key here"),
    ],
)
def test_a_wrong_line_is_refused_with_its_name(study_with, text, told):
    with pytest.raises(ParamsError, match=told):
        study_with(text)
