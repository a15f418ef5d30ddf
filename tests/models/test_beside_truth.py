"""Truth stands beside the estimate that should show it, and nowhere else."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import cxanalytics as cx
from cxanalytics.models import fit_morale_beside_truth, fit_morale_ladder
from cxanalytics.models.beside_truth import COLUMNS, fit_beside_truth
from cxanalytics.tables import Estimates, Panel


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


def _team_world() -> tuple[dict[str, pd.DataFrame], Panel, Estimates]:
    """Morale whose index moves .3 per made unit, and performance .05 per made unit a wave later."""
    rng = np.random.default_rng(5)
    teams = pd.DataFrame(
        [(f"A{t % 12}", f"T{t}", f"2025-Q{w}") for t in range(96) for w in (1, 2, 3, 4)],
        columns=["agency", "team", "wave"],
    )
    made = rng.normal(0.0, 0.3, (96, 1)) + rng.normal(0.0, 0.3, (96, 4))
    before = np.column_stack([rng.normal(0.0, 0.3, 96), made[:, :-1]])
    performance = 0.6 + 0.05 * before + rng.normal(0.0, 0.002, made.shape)
    teams["morale"] = made.ravel()
    frame = teams.rename(columns={"team": "unit", "wave": "period"}).assign(
        morale=0.5 + 0.3 * made.ravel(),
        morale_se=1e-4,
        performance=performance.ravel(),
        performance_se=1e-4,
        n=50.0,
    )
    truth = pd.DataFrame(
        {
            "direction": "morale_to_performance",
            "term": ["within", "between"],
            "effect_per_sd": [0.015, 0.015],
            "sd": [0.3, 0.3],
        }
    )
    panel = Panel(frame, morale_label="Morale", performance_label="Share", performance_is="share")
    return {"morale": truth, "teams": teams}, panel, fit_morale_ladder(panel)


def test_true_effects_of_morale_stand_on_the_scale_of_the_index():
    truth, panel, ladder = _team_world()
    beside = fit_morale_beside_truth(truth, panel=panel, ladder=ladder).set_index("key")
    # .05 per made unit over .3 of the index per made unit, for ten points
    assert beside.loc["morale_before", "truth"] == pytest.approx(0.05 / 0.3 * 0.1, rel=1e-6)
    assert beside.loc["morale_before", "estimate"] == pytest.approx(0.05 / 0.3 * 0.1, rel=0.1)
    assert beside.loc["morale_before", "inside"]
    assert beside.loc["performance_before", "truth"] == 0.0


def test_without_a_truth_or_a_ladder_nothing_stands_beside():
    truth, panel, ladder = _team_world()
    assert fit_morale_beside_truth({}, panel=panel, ladder=ladder).empty
    assert fit_morale_beside_truth(truth, panel=panel, ladder=None).empty
