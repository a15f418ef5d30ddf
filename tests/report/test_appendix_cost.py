"""The sections on cost and on the legs: figures, tables, checks, and reasons."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from cxanalytics.claims.verdicts import NOT_TESTABLE_HERE, SUPPORTED, TOO_IMPRECISE
from cxanalytics.report.appendix_cost import write_appendix_cost, write_appendix_legs
from cxanalytics.report.section import ORDER, number_of
from cxanalytics.tables import Check, Estimates

HOSTILE = "<script>alert('x')</script>"
KEYS = [
    *[(key, "change") for key in ("cost_per_resolved", "unit_cost", "contacts_per_case", "shift")],
    *[(key, "lag") for key in ("lag0", "lag1", "lead1")],
    *[
        (key, "sum")
        for key in (
            "later",
            "later_unit_cost",
            "later_contacts",
            "long_run",
            "long_run_unit_cost",
            "long_run_contacts",
            "net",
        )
    ],
]


@pytest.fixture
def appendix_facts(made_up):
    return made_up.make_facts(kind="appendix")


def _cost(*, rows: int = len(KEYS), **facts: Any) -> Estimates:
    frame = pd.DataFrame(KEYS[:rows], columns=["key", "kind"])
    frame["label"] = frame["key"].str.replace("_", " ")
    frame["estimate"] = np.linspace(-0.08, -0.04, len(frame))
    frame["conf_low"], frame["conf_high"] = frame["estimate"] - 0.03, frame["estimate"] + 0.03
    held: dict[str, Any] = {
        "verdict": SUPPORTED,
        "reason": "",
        "grade": "C",
        "same_counts": False,
        "lags": 1,
        "units": 173,
        "agencies": 24,
        "step": 0.1,
        "service": HOSTILE,
        "held_constant": "",
        "first": "2024-Q2",
        "last": "2026-Q3",
        "deflated": True,
        "followed": 6,
        "break_even": 2.0,
        "break_even_low": 1.0,
        "break_even_high": 4.0,
    }
    return Estimates(
        frame=frame.assign(std_error=0.015, n=600.0),
        quantity="Change of the cost of a resolved case, as a share",
        checks=(
            Check("prices", True, "Money is in prices of 2026-Q3."),
            Check("rows read", None, "All rows read."),
        ),
        facts=held | facts,
    )


def _legs(**facts: Any) -> Estimates:
    names = ("expectations", "capabilities", "rewards")
    relation = [(key, "relation", key, "") for key in (*names, "interaction")]
    scores = [(f"{leg}/{a}", "score", leg, a) for leg in names for a in ("North", HOSTILE)]
    frame = pd.DataFrame([*relation, *scores], columns=["key", "kind", "leg", "agency"])
    frame["estimate"] = np.where(frame["kind"] == "score", 0.5, 0.01)
    frame["conf_low"], frame["conf_high"] = frame["estimate"] - 0.02, frame["estimate"] + 0.02
    frame = frame.assign(std_error=0.01, n=90.0, rank_low=1.0, rank_high=2.0, peers=1.0)
    frame["weakest"] = frame["key"] == "rewards/North"
    held: dict[str, Any] = {
        "verdict": TOO_IMPRECISE,
        "reason": "",
        "grade": "D",
        "step": 0.1,
        "units": 167,
        "agencies": 2,
        "weakest_called": 1,
        "period": "2026-Q3",
        "performance": HOSTILE,
        "performance_is": "share",
        "higher_is_better": True,
    }
    for name in ("low", "high"):
        held |= {f"at_{name}_rewards{end}": 0.01 for end in ("", "_low", "_high")}
    checks = (Check("legs apart", True, "They can be told apart."),)
    return Estimates(frame=frame, quantity="x", checks=checks, facts=held | facts)


def test_the_section_on_cost_answers_its_question(appendix_facts) -> None:
    section = write_appendix_cost(_cost(), appendix_facts)
    assert section.number == number_of("appendix", "cost")
    assert ORDER["appendix"].index("legs") == ORDER["appendix"].index("cost") + 1
    assert section.answer.startswith("Yes: one quarter of service 10\u00a0points better was")
    assert section.figures == 2 and section.label
    html = str(section.html)
    assert "fig-cost-change" in html and "fig-cost-after" in html
    assert "Money is in prices of 2026-Q3." in html and "All rows read." not in html
    assert "Break-even after two months" in html
    assert HOSTILE not in html and "&lt;script&gt;" in html
    assert section.key_figures["key"].tolist() == [key for key, _ in KEYS]


def test_where_nothing_is_followed_the_change_stands_alone(appendix_facts) -> None:
    told = _cost(rows=4, verdict=NOT_TESTABLE_HERE, reason="Service is not measured.", grade="D")
    section = write_appendix_cost(told, appendix_facts)
    assert section.figures == 1
    assert section.answer == "Not testable with these data. Service is not measured."
    assert "fig-cost-after" not in str(section.html)


def test_the_section_on_legs_answers_its_question(appendix_facts) -> None:
    section = write_appendix_legs(_legs(), appendix_facts)
    assert section.number == number_of("appendix", "legs")
    assert section.answer.startswith("Not shown that all three are needed")
    assert section.figures == 2
    html = str(section.html)
    assert "fig-legs" in html and "1st to 2nd" in html and "They can be told apart." in html
    assert HOSTILE not in html
    assert section.key_figures["key"].tolist()[:3] == ["expectations", "capabilities", "rewards"]


def test_scores_stand_alone_where_nothing_is_related(appendix_facts) -> None:
    told = _legs(verdict=NOT_TESTABLE_HERE, reason="Performance is not known.")
    scores = told.frame.loc[told.frame["kind"] == "score"]
    section = write_appendix_legs(
        Estimates(frame=scores, quantity="x", facts=told.facts), appendix_facts
    )
    assert section.figures == 1
    assert section.answer == "Not testable with these data. Performance is not known."
    assert len(section.key_figures) == len(scores)


@pytest.mark.parametrize("write", [write_appendix_cost, write_appendix_legs])
@pytest.mark.parametrize(
    ("given", "reason", "said"),
    [
        (None, "", "It was not computed."),
        (None, "No costs.", "No costs."),
        (
            Estimates(
                frame=pd.DataFrame(
                    columns=["key", "estimate", "std_error", "conf_low", "conf_high", "n"]
                ),
                quantity="x",
                facts={"reason": "Seven quarters."},
            ),
            "",
            "Seven quarters.",
        ),
    ],
)
def test_a_refusal_keeps_the_heading_and_the_reason(
    write, appendix_facts, given, reason, said
) -> None:
    section = write(given, appendix_facts, reason=reason)
    assert section.answer == "Not testable with these data."
    assert said in str(section.html) and section.figures == 0
