"""The fold of the agency page and the block of the appendix: what is there, and what is not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxanalytics.benchmark import benchmark_channels, benchmark_departments
from cxanalytics.report import section
from cxanalytics.report.appendix_departments import write_appendix_departments
from cxanalytics.report.departments import assert_said, write_departments
from cxanalytics.tables import Estimates
from cxanalytics.words.lock import ForbiddenWordError

HOSTILE = "<script>alert('x')</script> Impact Team"


@pytest.fixture(autouse=True)
def _in_order(monkeypatch) -> None:
    """Give both blocks a place, where no page has one yet."""
    order = dict(section.ORDER)
    for kind, anchor in (("agency", "departments"), ("appendix", "departments-all")):
        if anchor not in order[kind]:
            order[kind] = (*order[kind], anchor)
    monkeypatch.setattr(section, "ORDER", order)


def _scores(column: str, names: tuple[str, ...]) -> Estimates:
    rng = np.random.default_rng(1)
    rows = [(f"A{place}", name) for place in range(8) for name in names]
    frame = pd.DataFrame(rows, columns=["agency", column])
    frame.insert(0, "key", frame["agency"] + " · " + frame[column])
    frame["n"] = frame["n_eff"] = 900.0
    frame["estimate"] = 0.6 + 0.03 * rng.normal(size=len(frame))
    frame.loc[0, "estimate"] = 0.4
    frame["std_error"] = np.sqrt(frame["estimate"] * (1 - frame["estimate"]) / frame["n"])
    frame["conf_low"] = frame["estimate"] - 1.96 * frame["std_error"]
    frame["conf_high"] = frame["estimate"] + 1.96 * frame["std_error"]
    frame["raw"], frame["raw_error"] = frame["estimate"], frame["std_error"]
    frame["reason"] = frame["suppressed_reason"] = ""
    frame.loc[len(names) + 1, "suppressed_reason"] = "hidden"
    frame.loc[len(names) + 1, ["estimate", "n", "n_eff", "raw", "conf_low", "conf_high"]] = np.nan
    facts = {"statistic": "positive", "adjusted_for": "need", "period": "2026"}
    return Estimates(frame, quantity="share", facts=facts)


@pytest.fixture(scope="module")
def departments():
    return benchmark_departments(_scores("department", (HOSTILE, "Two", "Three")), seed=1)


@pytest.fixture(scope="module")
def channels():
    return benchmark_channels(_scores("channel", ("chat", "phone", "visit")), seed=1)


def test_the_agency_page_folds_both_figures_and_hands_their_records_on(
    departments, channels, facts
) -> None:
    found = write_departments(departments, facts, agency="A0", channels=channels)
    html = str(found.html)
    assert html.count('<details class="fold">') == 1 and found.figures == 2
    assert HOSTILE not in html and "&lt;script&gt;" in html
    assert "almost certainly below the other departments" in found.answer
    assert "pairs of channels" in found.answer and len(found.answer) < 300
    assert found.question == "How do our departments and channels differ?"
    assert html.count("pairs of channels, ") == found.answer.count("pairs of channels, ")
    assert html.count("<summary>Why?") == 2 and html.count("<dt>Rule</dt>") == 2
    assert len({record["measure"] for record in found.records}) == 2
    assert len(found.records) == 6
    for record in found.records:
        assert f'id="{record["id"]}"' in html
    lowest = min(record["estimate"] for record in found.records[:3])
    assert lowest == pytest.approx(departments.row(f"A0 · {HOSTILE}")["estimate"], rel=1e-5)


def test_a_hidden_department_is_neither_named_nor_counted_among_the_rows(
    departments, channels, facts
) -> None:
    found = write_departments(departments, facts, agency="A1", channels=channels)
    html = str(found.html)
    assert "department-a1-three" in html and "department-a1-two" not in html
    assert "channel-a1-visit" in html and "channel-a1-phone" not in html
    few = "has too few answers to show, or would give such a one away."
    assert f"One department {few}" in html and f"One channel {few}" in html
    assert len(found.records) == 4


def test_an_agency_whose_departments_are_all_hidden_says_how_many(facts) -> None:
    scores = _scores("department", ("One", "Two", "Three"))
    own = scores.frame["agency"] == "A3"
    scores.frame.loc[own, "suppressed_reason"] = "hidden"
    figures = ["estimate", "n", "n_eff", "raw", "conf_low", "conf_high"]
    scores.frame.loc[own, figures] = np.nan
    board = benchmark_departments(scores, seed=1, draws=1000)
    found = write_departments(board, facts, agency="A3")
    html = str(found.html)
    assert "Three departments have too few answers to show" in html
    assert found.figures == 0 and "A3 · " not in html
    assert found.question == "How do our departments differ?"


def test_without_either_the_heading_stays_and_says_why(facts) -> None:
    found = write_departments(None, facts, agency="A0", reason="The survey names no department.")
    assert found.answer == "Departments and channels are not known."
    assert "The survey names no department." in str(found.html)
    assert found.figures == 0 and found.records == ()


def test_names_may_hold_any_word_and_sentences_may_not() -> None:
    assert_said("Impact Team is likely below.", ["Impact Team"], page="executive")
    with pytest.raises(ForbiddenWordError):
        assert_said("Impact Team has an impact.", ["Impact Team"], page="executive")


def test_the_appendix_shows_departments_and_channels(departments, channels, made_up) -> None:
    facts = made_up.make_facts(kind="appendix")
    found = write_appendix_departments(departments, facts, channels=channels)
    html = str(found.html)
    assert found.figures == 2 and found.id == "departments-all"
    assert "Show all 23 departments" in html and HOSTILE not in html
    assert html.count("One department has too few answers to show") == 1
    assert "left out" not in html
    assert "Pairs of channels over all agencies" in html
    assert "A1 · Two" not in html and "A1 · phone" not in html
    assert set(found.key_figures["key"]) >= {"chat", "phone", "visit"}


def test_the_appendix_says_why_there_is_nothing(made_up) -> None:
    facts = made_up.make_facts(kind="appendix")
    found = write_appendix_departments(None, facts, reason="The survey names no department.")
    assert found.answer.startswith("Not known")
    assert "The survey names no department." in str(found.html)
