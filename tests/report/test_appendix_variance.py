"""The block of the appendix on the parts of the variance, and its place when refused."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from cxanalytics.report import write_appendix_variance
from cxanalytics.tables import Check, Estimates


@pytest.fixture
def parts():
    rows = [
        ("agency", 0.006, 0.002, 0.012, 0.03, 0.01, 0.05, 24.0, 1.15),
        ("psu", 0.015, 0.012, 0.018, 0.049, 0.044, 0.054, 4246.0, 1.24),
        ("case_mix", 0.02, 0.01, 0.03, None, None, None, None, None),
        ("rest", 0.959, 0.94, 0.97, None, None, None, None, None),
    ]
    columns = ["key", "estimate", "conf_low", "conf_high", "points", "points_low", "points_high"]
    frame = pd.DataFrame(rows, columns=[*columns, "groups", "median_odds_ratio"])
    return Estimates(
        frame.assign(std_error=0.001, n=73625.0),
        quantity="Part of the variance of the answers, on the latent scale",
        checks=(Check("weights", True, "Survey weights move little."),),
        facts={
            "n": 73625.0,
            "agencies": 24,
            "case_mix": "need",
            "cut_label": "9 or 10 out of 10",
            "grade": "D",
        },
    )


def test_the_block_has_answer_figure_table_and_checks(made_up, parts):
    facts = made_up.make_facts(kind="appendix")
    section = write_appendix_variance(parts, facts, labels={"psu": "<b>agents</b>"})
    assert section.id == "variance"
    assert section.figures == 1
    assert section.answer.startswith("Of the differences in recommendation, 0.6% (likely 0.2% to")
    assert "About two in three" in section.answer
    html = str(section.html)
    assert "<b>agents</b>" not in html
    assert html.count("<svg") == 2
    assert "Survey weights move little." in html
    assert "Case mix" in html
    assert "94.0% to 97.0%" in html
    assert "This shows where answers differ, not why." in html
    assert not re.search(r">\s*nan", html)
    assert section.key_figures["key"].tolist() == ["agency", "psu", "case_mix", "rest"]


@pytest.mark.parametrize("given", ["none", "empty"])
def test_a_refused_model_keeps_its_place_and_says_why(made_up, given):
    facts = made_up.make_facts(kind="appendix")
    reason = "Parts of the variance need a level with at least 10 groups."
    empty = Estimates(
        pd.DataFrame(columns=["key", "estimate", "std_error", "conf_low", "conf_high", "n"]),
        quantity="Nothing",
        facts={"reason": reason},
    )
    section = (
        write_appendix_variance(None, facts, reason=reason)
        if given == "none"
        else write_appendix_variance(empty, facts)
    )
    assert section.answer == "The data cannot carry this model."
    assert reason in str(section.html)
    assert section.figures == 0
