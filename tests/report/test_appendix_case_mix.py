"""Two sections of the appendix: both scores side by side, both parts of a change, or the reason."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxanalytics.report.appendix_case_mix import write_appendix_case_mix, write_appendix_mix_rate
from cxanalytics.report.section import ORDER
from cxanalytics.tables import Check, Estimates

HOSTILE = "<script>alert('x')</script>"


@pytest.fixture(autouse=True)
def _placed(monkeypatch) -> None:
    missing = [name for name in ("casemix", "mixrate") if name not in ORDER["appendix"]]
    monkeypatch.setitem(ORDER, "appendix", (*ORDER["appendix"], *missing))


@pytest.fixture
def adjusted() -> Estimates:
    frame = pd.DataFrame({"key": ["A", "B", HOSTILE], "raw": [0.60, 0.70, 0.65]})
    frame["difference"], frame["p_adjusted"] = [0.01, -0.02, np.nan], [0.2, 0.01, np.nan]
    frame["estimate"] = frame["raw"] + frame["difference"]
    frame["expected"], frame["direct"], frame["support"] = 0.64, frame["estimate"], [1.0, 0.95, 0.7]
    frame["std_error"], frame["n"] = 0.01, 400.0
    for value, low, high in (
        ("raw", "raw_low", "raw_high"),
        ("estimate", "conf_low", "conf_high"),
        ("difference", "difference_low", "difference_high"),
    ):
        frame[low], frame[high] = frame[value] - 0.02, frame[value] + 0.02
    frame["reason"], frame["suppressed_reason"] = ["", "", "unlike"], ""
    checks = (
        Check("rows kept", None, "All rows kept."),
        Check("common_support", False, "Not adjusted: 1 agency."),
    )
    facts = {"case_mix": "age_band", "not_adjusted": "", "overall": 0.65, "n": 1200.0}
    return Estimates(
        frame=frame, quantity="Share, adjusted", checks=checks, facts={**facts, "agencies": 3}
    )


@pytest.fixture
def parts() -> Estimates:
    rows = [(agency, column) for agency in ("A", HOSTILE) for column in ("channel", "age_band")]
    frame = pd.DataFrame(rows, columns=["agency", "column"])
    frame["key"] = frame["agency"] + "@" + frame["column"]
    frame["change"], frame["estimate"] = 0.03, [0.001, 0.012, np.nan, -0.004]
    frame["rate"] = frame["change"] - frame["estimate"]
    for value, low, high in (
        ("estimate", "conf_low", "conf_high"),
        ("rate", "rate_low", "rate_high"),
    ):
        frame[low], frame[high] = frame[value] - 0.01, frame[value] + 0.01
    frame["std_error"], frame["n"], frame["shared"], frame["p_adjusted"] = 0.005, 300.0, 4.0, 0.3
    checks = (Check("small_groups", None, "Counted together in 0 of 4 splits."),)
    return Estimates(
        frame=frame, quantity="Part of the change", checks=checks, facts={"reference": "2026-Q1"}
    )


@pytest.fixture
def appendix_facts(made_up):
    return made_up.make_facts(kind="appendix")


def test_both_scores_stand_side_by_side(adjusted, appendix_facts, boards) -> None:
    board = next(iter(boards.values()))
    section = write_appendix_case_mix(adjusted, appendix_facts, raw=board, adjusted=board.frame)
    html = str(section.html)
    assert section.id == "casemix" and section.figures == 1 and section.label == "Case mix"
    assert section.answer.endswith("One of 2 agencies moves clearly.")
    assert "fig-casemix" in html and "60.0%" in html and "61.0%" in html
    assert "Adjusted for age band: by the study’s word, what agencies cannot choose." in html
    assert "verdicts read the same" in html
    assert "because too few of its customers are like those of the others" in html
    assert "Not adjusted: 1 agency." in html and "All rows kept." not in html
    assert HOSTILE not in html and "&lt;script&gt;" in html
    assert section.key_figures["key"].tolist() == ["B", "A"]


def test_both_parts_stand_side_by_side(parts, appendix_facts) -> None:
    section = write_appendix_mix_rate(parts, appendix_facts)
    html = str(section.html)
    assert section.id == "mixrate" and section.figures == 1
    assert section.answer.startswith("No agency of 2 has a clear part of its change since")
    assert "Who answered, by age band" in html and "By channel" in html and "not split" in html
    assert "Counted together in 0 of 4 splits." in html
    assert HOSTILE not in html and "&lt;script&gt;" in html
    assert section.key_figures["key"].tolist() == [f"{HOSTILE}@age_band", "A@age_band"]


@pytest.mark.parametrize("write", [write_appendix_case_mix, write_appendix_mix_rate])
def test_a_refused_model_leaves_its_reason(write, adjusted, appendix_facts) -> None:
    empty = adjusted.frame.iloc[:0]
    refused = Estimates(frame=empty, quantity="-", facts={"reason": "The model needs more."})
    for given, reason, said in (
        (None, "Too few answers.", "Too few answers."),
        (None, "", "It was not computed."),
        (refused, "", "The model needs more."),
    ):
        section = write(given, appendix_facts, reason=reason)
        assert said in str(section.html)
        assert section.answer.startswith("Not known:") and section.figures == 0


def test_changes_that_were_not_split_say_so(parts, appendix_facts) -> None:
    unsplit = Estimates(frame=parts.frame.assign(estimate=np.nan), quantity="-", facts={})
    section = write_appendix_mix_rate(unsplit, appendix_facts)
    assert "No agency has a change that may be shown and split." in str(section.html)
