"""Scores of a wave that know what they share with a later one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxanalytics.benchmark import change_columns
from cxanalytics.models.scores import fit_scores
from cxanalytics.models.wave_covariance import add_wave_covariance
from cxanalytics.tables import Survey


@pytest.fixture(scope="module")
def survey() -> Survey:
    """Twelve agencies of thirty offices, each as good in both waves."""
    rng = np.random.default_rng(3)
    agency = np.tile(np.repeat(np.arange(12), 240), 2)
    office = agency * 30 + np.tile(np.arange(240) // 8, 24)
    share = np.clip(rng.normal(0.6, 0.15, 360), 0.05, 0.95)[office]
    frame = pd.DataFrame(
        {
            "agency": [f"Agency {place:02d}" for place in agency],
            "office": office,
            "wave": np.repeat(["2023", "2024"], 12 * 240),
            "good": (rng.random(len(agency)) < share).astype(float),
        }
    )
    frame["later"] = frame["good"].where(frame["wave"] == "2023")
    return Survey.from_frame(
        frame,
        agency="agency",
        outcome="good",
        scale="yes_no",
        period="wave",
        psu="office",
        questions={"later": "yes_no"},
    )


def test_the_covariance_is_that_of_both_waves_in_one_design(survey):
    before = fit_scores(survey, measure="good", period="2023")
    told = add_wave_covariance(before, survey, later="2024")
    both = survey.frame.assign(cell=survey.frame["agency"] + " " + survey.frame["period"])
    joint = fit_scores(
        Survey(frame=both, questions=survey.questions, outcome="good"), measure="good", by="cell"
    )
    assert joint.covariance is not None
    direct = np.diag(joint.covariance[::2, 1::2])
    np.testing.assert_allclose(told.frame["wave_covariance"], direct, rtol=1e-9)
    assert "wave_covariance" not in before.frame


def test_changes_of_the_same_offices_are_told_as_such(survey):
    now = fit_scores(survey, measure="good", period="2024")
    before = fit_scores(survey, measure="good", period="2023")
    told = add_wave_covariance(before, survey, later="2024")
    shown = now.frame["key"].tolist()
    _, checks, facts = change_columns(now, told, shown=shown, seed=1)
    assert 0.1 < facts["wave_correlation"] < 0.8
    assert "12 of 12 agencies" in checks[1].text


def test_a_question_that_was_dropped_leaves_the_scores_as_they_are(survey):
    before = fit_scores(survey, measure="later", period="2023")
    assert add_wave_covariance(before, survey, later="2024") is before
