"""Truth stands beside the estimate that should show it, and nowhere else."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import cxanalytics as cx
from cxanalytics.models.beside_truth import COLUMNS, fit_beside_truth
from cxanalytics.tables import Estimates


def _estimates(**columns: list[object]) -> Estimates:
    return Estimates(pd.DataFrame({"std_error": 0.01, "n": 100} | columns), quantity="share")


TRUTH = {
    "drivers": pd.DataFrame(
        {"outcome": ["recommend", "trust"], "driver": "easy", "step": 0.5, "effect": [0.04, 0.09]}
    ),
    "audit": pd.DataFrame({"exposure": ["score of 60"], "risk_difference": [0.03]}),
    "spread": pd.DataFrame({"level": ["agency", "team", "agent"], "sd": [0.04, 0.03, 0.05]}),
    "shares": pd.DataFrame(
        {
            "agency": ["A", "B", "A"],
            "wave": ["2", "2", "1"],
            "question": "recommend",
            "share": [0.6, 0.7, 0.1],
        }
    ),
}


def test_each_estimate_meets_its_own_truth() -> None:
    effects = _estimates(
        key=["easy"], label=["Easy"], step=[2.0], estimate=[0.2], conf_low=[0.1], conf_high=[0.3]
    )
    attention = _estimates(key=["primary"], estimate=[0.0], conf_low=[-0.01], conf_high=[0.01])
    ends = {"points": [0.05, 0.02], "points_low": [0.01, 0.0], "points_high": [0.09, 0.02]}
    parts = _estimates(
        key=["agency", "unit"], estimate=[0.1] * 2, conf_low=[0.0] * 2, conf_high=[0.2] * 2, **ends
    )
    agencies = _estimates(
        key=["A", "B", "C"],
        estimate=[0.61, np.nan, 0.5],
        conf_low=[0.55, np.nan, 0.4],
        conf_high=[0.66, np.nan, 0.6],
    )
    got = fit_beside_truth(
        TRUTH,
        outcome="recommend",
        period="2",
        effects=effects,
        attention=attention,
        parts=parts,
        agencies=agencies,
    )
    assert got.columns.tolist() == list(COLUMNS)
    assert got["what"].tolist() == ["driver", "attention", "spread", "spread", "agency"]
    # Per step of the scale on both sides: 0.2 over 2 steps, 0.04 over half a step.
    assert got["estimate"].tolist() == pytest.approx([0.1, 0.0, 0.05, 0.02, 0.61])
    assert got["truth"].tolist() == pytest.approx([0.08, 0.03, 0.04, 0.03, 0.6])
    assert got["inside"].tolist() == [True, False, True, False, True]


def test_without_a_truth_or_an_estimate_there_is_nothing_to_compare() -> None:
    empty = fit_beside_truth({}, outcome="recommend", period="2")
    assert empty.empty and empty.columns.tolist() == list(COLUMNS)
    assert fit_beside_truth(TRUTH, outcome="recommend", period="2").empty


def test_the_simulated_study_has_a_truth_and_others_have_none() -> None:
    study = cx.open_study("simulated")
    assert set(TRUTH) <= set(study.truth())
    assert cx.open_study("nhs_fft").truth() == {}
