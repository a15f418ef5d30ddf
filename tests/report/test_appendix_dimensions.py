"""The block on dimensions: figure, two tables, checks, and a reason where there is none."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxanalytics.models import fit_agreement, fit_dimension_pairs, fit_dimensions
from cxanalytics.report.appendix_dimensions import write_appendix_dimensions
from cxanalytics.report.section import ORDER, number_of
from cxanalytics.tables import Estimates, Survey

HOSTILE = "<script>alert('x')</script>"
ITEMS = {"morale": ["a", "b"], HOSTILE: ["c", "d"], "systems": ["e"], "long view": []}


@pytest.fixture(scope="module")
def survey() -> Survey:
    rng = np.random.default_rng(1)
    team = np.repeat(np.arange(36), 20)
    felt = rng.normal(size=(len(team), 2)) + 0.5 * rng.normal(size=(36, 2))[team]
    about = felt[:, [0, 0, 1, 1, 1]] + 0.7 * rng.normal(size=(len(team), 5))
    frame = pd.DataFrame(np.clip(np.round(3 + about), 1, 5), columns=list("abcde"))
    frame["team"] = [f"Team {place % 3}" for place in team]
    frame["agency"] = [f"Agency {place // 3:02d}" for place in team]
    questions = dict.fromkeys("abcde", "likert_1_5")
    return Survey.from_frame(
        frame, agency="agency", unit="team", outcome="a", scale="likert_1_5", questions=questions
    )


@pytest.fixture
def appendix_facts(made_up):
    return made_up.make_facts(kind="appendix")


def test_the_section_answers_its_question(survey, appendix_facts) -> None:
    section = write_appendix_dimensions(
        fit_dimensions(survey, items=ITEMS),
        appendix_facts,
        pairs=fit_dimension_pairs(survey, items=ITEMS),
        agreement=fit_agreement(survey, items=ITEMS["morale"]),
    )
    assert ORDER["appendix"].index("dimensions") > ORDER["appendix"].index("morale")
    assert section.number == number_of("appendix", "dimensions")
    assert section.answer.startswith("Two of the four dimensions can be told apart")
    assert section.figures == 1 and section.label
    html = str(section.html)
    assert "fig-dimensions" in html and "Show every two dimensions" in html
    assert "colleagues agree strongly" in html and "can be placed" in html
    assert "Not tested: a confirmatory factor model" in html
    assert "no item" in html and "one item" in html
    assert HOSTILE not in html and "&lt;script&gt;" in html
    assert "Team 0" not in html and "Agency 03" not in html
    assert "customer" not in section.answer
    assert list(section.key_figures["key"]) == list(ITEMS)


def test_pairs_and_agreement_may_be_left_out(survey, appendix_facts) -> None:
    section = write_appendix_dimensions(fit_dimensions(survey, items=ITEMS), appendix_facts)
    assert "Show every two dimensions" not in str(section.html)
    assert "agree strongly" not in str(section.html)


@pytest.mark.parametrize(
    ("given", "reason", "said"),
    [
        (None, "No staff answers.", "No staff answers."),
        (None, "", "It was not computed."),
        ("refused", "", "Not possible: published."),
    ],
)
def test_a_refused_model_leaves_its_reason(survey, appendix_facts, given, reason, said) -> None:
    if given:
        empty = fit_dimensions(survey, items=ITEMS).frame.iloc[:0]
        given = Estimates(frame=empty, quantity="-", facts={"reason": "Not possible: published."})
    section = write_appendix_dimensions(given, appendix_facts, reason=reason)
    assert said in str(section.html)
    assert section.answer == "Not known: the answers of single employees are needed."
    assert section.figures == 0
