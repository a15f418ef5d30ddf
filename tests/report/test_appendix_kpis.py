"""The blocks of the appendix on effectiveness and on measures, and their reasons where refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxanalytics.report.appendix_kpis import write_appendix_blocks, write_appendix_kpis
from cxanalytics.report.section import ORDER, number_of
from cxanalytics.tables import Check, Estimates

HOSTILE = "<script>alert('x')</script>"


@pytest.fixture
def blocks() -> Estimates:
    frame = pd.DataFrame(
        {
            "key": ["effectiveness", "efficiency", "difference"],
            "estimate": [0.30, 0.02, 0.28],
            "std_error": 0.05,
            "conf_low": [0.2, -0.05, 0.1],
            "conf_high": [0.4, 0.09, 0.4],
            "n": 593.0,
            "delta_r2": [0.29, 0.01, np.nan],
            "delta_low": [0.2, -0.02, np.nan],
            "delta_high": [0.4, 0.04, np.nan],
            "alone": [0.31, 0.03, np.nan],
            "columns": [8.0, 3.0, np.nan],
        }
    )
    facts = {"r2_out": 0.32, "r2_low": 0.2, "r2_high": 0.45, "leader": "effectiveness"}
    facts |= {"matters": "effectiveness", "agencies": 24, "grade": "D", "outcome_label": HOSTILE}
    return Estimates(
        frame=frame,
        quantity="Share of the differences",
        checks=(Check("folds", None, "24 agencies."), Check("other", None, "Not shown here.")),
        facts=facts,
    )


@pytest.fixture
def cards() -> Estimates:
    frame = pd.DataFrame({"key": ["time", "first"], "label": ["Handle time", HOSTILE]})
    for name in ("estimate", "validity", "lagged", "increment"):
        frame[name] = [0.001, 0.03]
        low, high = (
            ("conf_low", "conf_high") if name == "estimate" else (f"{name}_low", f"{name}_high")
        )
        frame[low], frame[high] = frame[name] - 0.01, frame[name] + 0.01
    frame["std_error"], frame["n"], frame["reliability"], frame["split_half"] = (
        0.01,
        100.0,
        0.9,
        0.9,
    )
    frame["shown"], frame["lagged_shown"], frame["increment_shown"] = [0, 1], 0, 0
    frame["curved"], frame["gaming"], frame["gaming_untested"], frame["reason"] = False, "", "", ""
    frame["reward_weight"], frame["p_adjusted"], frame["nonlinear_p"] = [30.0, 0.0], 0.2, np.nan
    facts = {"share": True, "outcome_label": "Satisfied", "agencies": 24, "grade": "D"}
    facts |= {"rank_agreement": np.nan, "low": np.nan, "high": np.nan, "mismatch": ""}
    return Estimates(frame=frame, quantity="Change in Satisfied", facts=facts)


@pytest.fixture
def appendix_facts(made_up):
    return made_up.make_facts(kind="appendix")


def test_the_blocks_are_written_with_figure_table_and_checks(blocks, appendix_facts) -> None:
    section = write_appendix_blocks(blocks, appendix_facts)
    assert section.number == number_of("appendix", "blocks")
    assert ORDER["appendix"].index("blocks") > ORDER["appendix"].index("morale")
    assert section.answer.startswith("Effectiveness predicts “<script>")
    html = str(section.html)
    assert "fig-blocks" in html and "24 agencies." in html and "Not shown here." not in html
    assert HOSTILE not in html and "&lt;script&gt;" in html
    assert "Added to the other" in html and "Both together" in html
    assert section.key_figures["key"].tolist() == ["effectiveness", "efficiency", "difference"]


def test_every_measure_has_its_card(cards, appendix_facts) -> None:
    section = write_appendix_kpis(cards, appendix_facts, labels={"time": "Time per call"})
    html = str(section.html)
    assert "“Time per call”: no relation shown" in html and "fig-kpis" in html
    assert HOSTILE not in html and "improving goes with a better outcome" in html
    assert section.answer.startswith("Of two measures, one is shown to go with a better")
    assert section.figures == 1 and section.number == number_of("appendix", "kpis")


@pytest.mark.parametrize("write", [write_appendix_blocks, write_appendix_kpis])
def test_a_refused_model_leaves_its_reason(write, appendix_facts) -> None:
    assert "It was not computed." in str(write(None, appendix_facts).html)
    empty = pd.DataFrame(columns=["key", "estimate", "std_error", "conf_low", "conf_high", "n"])
    refused = Estimates(frame=empty, quantity="-", facts={"reason": "No measure of efficiency."})
    section = write(refused, appendix_facts)
    assert "No measure of efficiency." in str(section.html) and section.figures == 0
    assert section.answer == "Not testable with these data."
