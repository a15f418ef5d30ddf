"""The section of the appendix: figure, table, checks, and a reason where there is none."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxanalytics.report.appendix_proportionality import write_appendix_proportionality
from cxanalytics.report.section import ORDER, number_of
from cxanalytics.tables import Check, Estimates

HOSTILE = "<script>alert('x')</script>"


@pytest.fixture
def estimates() -> Estimates:
    drivers, cuts = ("easy", "wait"), (7.0, 8.0, 9.0)
    rows = [(f"{d}@{c:g}", d, c, c == 9.0) for d in drivers for c in cuts]
    frame = pd.DataFrame(rows, columns=["key", "driver", "cut", "published"])
    frame["label"] = frame["driver"].map({"easy": "It was easy", "wait": HOSTILE})
    frame["cut_label"] = np.where(frame["published"], "9 or 10 out of 10", "7 or more")
    frame["estimate"] = [0.04, 0.06, 0.10, 0.02, 0.03, 0.05]
    frame["ordinal"] = [0.04, 0.06, 0.08, 0.02, 0.03, 0.05]
    frame["gap"] = frame["estimate"] - frame["ordinal"]
    frame["std_error"], frame["n"] = 0.01, 4000.0
    frame["conf_low"], frame["conf_high"] = frame["estimate"] - 0.02, frame["estimate"] + 0.02
    return Estimates(
        frame=frame,
        quantity="Change in the share at or above each cut, per realistic step of the driver",
        checks=(
            Check("rows kept", None, "All rows kept."),
            Check("proportionality_at_cut", False, "They differ by at most 2.0 points."),
        ),
        facts={"freed": "easy", "differ": "easy", "agencies": 24, "grade": "D"},
    )


@pytest.fixture
def appendix_facts(made_up):
    return made_up.make_facts(kind="appendix")


def test_the_section_answers_its_question(estimates, appendix_facts) -> None:
    section = write_appendix_proportionality(estimates, appendix_facts, labels={"easy": "Easy"})
    order = ORDER["appendix"]
    assert order.index("proportionality") == order.index("recommendation") + 1
    assert section.number == number_of("appendix", "proportionality")
    assert section.answer.startswith("Not for all: at the published cut, “Easy” acts differently")
    assert section.figures == 1 and section.label
    html = str(section.html)
    assert "fig-proportionality" in html and "9 or 10 out of 10 (published)" in html
    assert "They differ by at most 2.0 points." in html and "All rows kept." not in html
    assert HOSTILE not in html and "&lt;script&gt;" in html
    assert section.key_figures["key"].tolist() == ["easy@9", "wait@9"]


@pytest.mark.parametrize(
    ("given", "reason", "said"),
    [
        (None, "Too few answers.", "Too few answers."),
        (None, "", "It was not computed."),
        ("refused", "", "The model needs more."),
    ],
)
def test_a_refused_model_leaves_its_reason(
    estimates, appendix_facts, given, reason: str, said: str
) -> None:
    if given:
        empty = estimates.frame.iloc[:0]
        given = Estimates(frame=empty, quantity="-", facts={"reason": "The model needs more."})
    section = write_appendix_proportionality(given, appendix_facts, reason=reason)
    assert said in str(section.html)
    assert section.answer == "Not known: the data cannot carry a model of each cut."
    assert section.figures == 0
