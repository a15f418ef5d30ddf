"""The block of claims about morale: verdict, figures, what is missing; no sentence too strong."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup

from cxanalytics import report
from cxanalytics.claims.morale_verdicts import HEADLINE_TITLE
from cxanalytics.models import (
    fit_morale_ladder,
    fit_morale_performance,
    fit_tested_morale_claims,
    fit_unmeasured_cause,
    lag_morale,
)
from cxanalytics.models.refusal import fit_or_reason
from cxanalytics.tables import Panel
from cxanalytics.words import find_forbidden
from cxanalytics.words.lock import LOCKED_BELOW

HOSTILE = "<b>Waits</b> & drives \u202eus"
WORLDS = {
    # Effect of morale one wave later, of performance one wave later, in one wave, and waves.
    "nothing": (0.0, 0.0, 0.0, 5),
    "morale first": (0.35, 0.0, 0.0, 12),
    "performance first": (0.0, 0.35, 0.0, 12),
    "one cause": (0.0, 0.0, 0.9, 5),
    "the other way": (0.0, 0.0, -0.9, 5),
    "one wave": (0.0, 0.0, 0.9, 1),
}


def panel_of(world, *, higher=True, label="Recommend us"):
    """Sixty agencies of one unit, over the waves of a world whose truth is known."""
    forward, backward, common, waves = WORLDS[world]
    rng = np.random.default_rng(7)
    units = 60
    base = 0.03 * rng.normal(size=(2, units))
    morale, result = (0.05 * rng.normal(size=units) for _ in range(2))
    rows = []
    for wave in range(waves):
        cause = 0.05 * rng.normal(size=units)
        side = 1.0 if common >= 0 else -1.0
        morale, result = (
            0.6 * morale + backward * result + abs(common) * cause + 0.05 * rng.normal(size=units),
            0.6 * result
            + forward * morale
            + side * abs(common) * cause
            + 0.05 * rng.normal(size=units),
        )
        frame = pd.DataFrame(
            {
                "agency": [f"Agency {place:02d}" for place in range(units)],
                "unit": [f"Team {place}" for place in range(units)],
                "period": f"2026-{wave + 1:02d}" if waves > 1 else "",
                "morale": 0.6 + base[0] + morale,
                "morale_se": 0.02,
                "performance": 0.6 + (1.0 if higher else -1.0) * (base[1] + result),
                "performance_se": 0.01,
                "n": 20.0,
            }
        )
        rows.append(frame)
    return Panel(pd.concat(rows), "Morale", label, higher_is_better=higher)


def claims_of(panel):
    ladder = fit_morale_ladder(panel)
    later = fit_or_reason(lambda given: fit_unmeasured_cause(lag_morale(given)), panel)
    unmeasured = fit_or_reason(fit_unmeasured_cause, panel)
    given = {"unmeasured": unmeasured, "unmeasured_later": later}
    return ladder, fit_tested_morale_claims(ladder=ladder, panel=panel, **given)


@pytest.fixture(scope="module")
def facts(made_up):
    return made_up.make_facts(kind="appendix", home="index.html")


def _soup(section):
    return BeautifulSoup(str(section.html), "html.parser")


@pytest.mark.parametrize(
    ("world", "verdict"),
    [
        ("nothing", {"no increase shown", "too imprecise to tell"}),
        ("morale first", {"follows in time, cause not shown"}),
        ("performance first", {"contradicted"}),
        ("one cause", {"goes together, cause not shown"}),
        ("the other way", {"runs the other way, cause not shown"}),
        ("one wave", {"goes together, cause not shown"}),
    ],
)
def test_each_world_gets_the_verdict_it_bears_out(world, verdict) -> None:
    for higher in (True, False):
        _, claims = claims_of(panel_of(world, higher=higher))
        assert claims["verdict"].iloc[0] in verdict
        assert claims["verdict"].iloc[1] in verdict


def test_every_claim_stands_with_its_verdict_and_its_grade(facts) -> None:
    ladder, claims = claims_of(panel_of("morale first"))
    section = report.write_appendix_morale_claims(claims, facts)
    entries = [entry.get_text(" ") for entry in _soup(section).find_all("li")]
    assert len(entries) == 15
    assert entries[0].startswith(f"{HEADLINE_TITLE}: follows in time, cause not shown.")
    assert "grade C." in entries[0] and "was followed by “Recommend us”" in entries[0]
    assert sum("not testable with these data" in entry for entry in entries) == 13
    heads = [head.get_text() for head in _soup(section).find_all("h3")]
    assert heads == ["What the data speak to", "What cannot be tested here"]
    assert section.id == "claims_morale" and ladder.facts["order"] == "morale first"
    assert "follows has an order in time behind it, and cause is not shown." in section.answer


def test_figures_stand_in_one_table(facts) -> None:
    _, claims = claims_of(panel_of("one cause"))
    table = _soup(report.write_appendix_morale_claims(claims, facts)).find("table")
    heads = [cell.get_text() for cell in table.thead.find_all("th")]
    assert heads == ["Claim", "Grade", "Figure", "Interval", "Unit", "p", "p, Holm"]
    rows = [[cell.get_text() for cell in line] for line in table.tbody.find_all("tr")]
    assert [line[0] for line in rows] == ["Headline", "6"]
    assert rows[0][1:] == rows[1][1:] and rows[0][4] == "Points"


def test_without_any_model_the_block_says_what_it_would_take(facts) -> None:
    section = report.write_appendix_morale_claims(fit_tested_morale_claims(), facts)
    soup = _soup(section)
    assert soup.find("table") is None
    assert [head.get_text() for head in soup.find_all("h3")] == ["What cannot be tested here"]
    assert section.answer.endswith("is not testable with these data.")


def test_names_from_data_are_safe_and_no_reason_to_refuse(facts) -> None:
    _, claims = claims_of(panel_of("one cause", label=HOSTILE))
    section = report.write_appendix_morale_claims(claims, facts)
    soup = _soup(section)
    assert not any(tag.get_text() == "Waits" for tag in soup.find_all("b"))
    assert "\u202e" not in str(section.html)
    assert "“<b>Waits</b> & drives us”" in soup.get_text()


@pytest.mark.parametrize(("world", "higher"), list(zip(WORLDS, [True, False] * 3, strict=True)))
def test_every_sentence_of_the_pages_keeps_to_the_grade_of_its_models(
    made_up, boards, world, higher
) -> None:
    panel = panel_of(world, higher=higher)
    ladder, claims = claims_of(panel)
    morale = fit_morale_performance(panel)
    unmeasured = fit_or_reason(fit_unmeasured_cause, panel)
    grade = str(ladder.facts["grade"])
    asked = {"morale": morale, "panel": panel, "ladder": ladder, "unmeasured": unmeasured}
    page = report.write_morale(
        boards, made_up.make_facts(), agency=made_up.YOU, claims=claims, **asked
    )
    appendix = made_up.make_facts(kind="appendix", home="index.html")
    blocks = [
        report.write_appendix_morale(morale, appendix, panel=panel),
        report.write_appendix_ladder(ladder, appendix, panel=panel),
        report.write_appendix_unmeasured(unmeasured, appendix, panel=panel),
        report.write_appendix_morale_claims(claims, appendix),
    ]
    for section, kind in [(page, "executive"), *((block, "appendix") for block in blocks)]:
        text = _soup(section).get_text(" ")
        assert find_forbidden(text, grade=grade, page=kind) == []
    # An order in time is told by the two that know it, and only at the grade that allows it.
    for block in (blocks[0], blocks[2]):
        text = _soup(block).get_text(" ")
        assert find_forbidden(text, grade="D", page="appendix") == []
    if ladder.facts["order"] in ("not settled", "not testable"):
        told = " ".join(_soup(part).get_text(" ") for part in (page, blocks[1], blocks[3]))
        assert not any(phrase in told for phrase in LOCKED_BELOW["C"])
