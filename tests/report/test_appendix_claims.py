"""The block of claims: verdict, figures and what is missing, in one section of the appendix."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup

from cxanalytics import report
from cxanalytics.claims.verdicts import NO_ATTENTION
from cxanalytics.tables import ESTIMATE_COLUMNS, Check, Estimates
from cxanalytics.words import find_forbidden

TITLES = ("30 to 50% more", "A better experience", "Its scale", "Staff", "The employee")
FIGURES = ("ratio", "ratio_low", "ratio_high", "share_low", "share_high", "baseline_low")
HOSTILE = "<b>Trust</b> & \u202eus"


def _claims(**first):
    frame = pd.DataFrame({"claim": range(1, 6), "title": TITLES, "verdict": "supported"})
    frame["grade"], frame["missing"], frame["n"], frame["agencies"] = "D", "", 9000.0, 24.0
    frame["estimate"], frame["conf_low"], frame["conf_high"] = 0.12, 0.08, 0.16
    frame["about"] = ["declared", "easy", "mean", "unit", "helpful"]
    frame["other"], frame["p_first"], frame["changed"], frame["detectable"] = np.nan, 0.4, 3, 1.1
    frame[list(FIGURES)] = (1.24, 1.15, 1.34, 0.5, 0.62, 0.47)
    for column, value in first.items():
        frame.loc[0, column] = value
    return frame


def _attention():
    row = dict(zip(FIGURES, (1.24, 1.15, 1.34, 0.5, 0.62, 0.47), strict=True))
    row |= {"estimate": 0.12, "std_error": 0.02, "conf_low": 0.08, "conf_high": 0.16, "n": 9000.0}
    row |= {"odds_ratio": 1.63, "p_value": 0.0004, "detectable": 1.1}
    rows = [
        row | {"key": key, "verdict": "increase, size unresolved"} for key in ("primary", "cr2")
    ]
    rows.append({"key": "wild", "estimate": 0.12, "p_value": 0.01})
    facts = {
        "compare": "declared",
        "at_least": 60,
        "attention": "audit score",
        "source": "<i>auditors</i>",
        "measured": "2026",
        "cut_label": "9 or 10 out of 10",
        "case_mix": "",
        "n": 9000.0,
        "agencies": 24,
        "agencies_high": 10,
        "agencies_low": 14,
    }
    check = Check("leave_one_out", False, "The verdict changes 2 of 24 times.")
    return Estimates(pd.DataFrame(rows), "difference", facts=facts, checks=(check,))


def _grid():
    frame = pd.DataFrame({"measure": ["recommend", "trust"], "label": ["Recommend", HOSTILE]})
    frame["cut"], frame["compare"], frame["adjustment"] = "positive", "declared", "none"
    frame["weighting"], frame["key"], frame["primary"] = "weighted", frame["measure"], [True, False]
    frame["estimate"], frame["std_error"], frame["n"] = [0.1, 0.2], 0.02, 9000.0
    frame["conf_low"], frame["conf_high"] = frame["estimate"] - 0.04, frame["estimate"] + 0.04
    frame["ratio"], frame["ratio_low"], frame["ratio_high"] = [1.2, 1.4], [1.1, 1.3], [1.3, 1.6]
    frame["verdict"] = ["increase, size unresolved", "at least 30% more"]
    facts = {"moves_most": "measure", "range_measure": 0.2, "verdicts_measure": 1.0}
    return Estimates(frame, "difference", facts=facts, checks=(Check("definitions", None, "Two."),))


@pytest.fixture(scope="module")
def facts(made_up):
    return made_up.make_facts(kind="appendix", home="index.html")


@pytest.fixture(scope="module")
def section(facts):
    return report.write_appendix_claims(
        _claims(verdict="increase, size unresolved"),
        facts,
        attention=_attention(),
        grid=_grid(),
        labels={"easy": "Easy to deal with"},
    )


def _soup(section):
    return BeautifulSoup(str(section.html), "html.parser")


def test_each_claim_stands_with_its_verdict_figures_base_and_grade(section) -> None:
    entries = [entry.get_text(" ") for entry in _soup(section).find_all("li")]
    assert len(entries) == 5
    assert entries[0].startswith("1. 30 to 50% more: increase, size unresolved.")
    for entry in entries:
        assert "Base: 9,000 customers in 24 agencies; grade D." in entry
    assert "“Easy to deal with”" in entries[1]
    assert section.answer == (
        "The claim of 30 to 50% more: increase, size unresolved. Of four others: four supported."
    )


def test_levels_have_the_names_of_the_study(facts) -> None:
    claims = _claims().assign(about=["declared", "easy", "mean", "psu", "helpful"])
    for names, called in ((None, "sampling units"), ({"psu": "agents"}, "agents")):
        section = report.write_appendix_claims(claims, facts, names=names)
        assert f"lie between {called} (likely" in _soup(section).get_text()


def test_points_come_first_and_odds_stand_in_the_table_of_methods_alone(section) -> None:
    soup = _soup(section)
    table = next(table for table in soup.find_all("table") if "CR2" in table.get_text())
    heads = [cell.get_text() for cell in table.thead.find_all("th")]
    assert heads == [
        "Method",
        "Points",
        "Interval",
        "Ratio",
        "Interval of the ratio",
        "Odds ratio",
        "p",
        "Verdict",
    ]
    cells = [[cell.get_text() for cell in row] for row in table.tbody.find_all("tr")]
    assert cells[0][1:] == [
        "+12.0",
        "+8.0 to +16.0",
        "1.24",
        "1.15 to 1.34",
        "1.63",
        "0.000",
        "Increase, size unresolved",
    ]
    assert cells[2] == ["Wild cluster bootstrap", "+12.0", "", "", "", "", "0.010", ""]
    for paragraph in soup.find_all("p"):
        assert "odds" not in paragraph.get_text().lower()
    assert "The verdict changes 2 of 24 times." in soup.get_text()
    assert "From a baseline of 50%" in soup.get_text()


def test_all_definitions_are_drawn_and_tabled(section) -> None:
    soup = _soup(section)
    assert section.figures == 1
    figure = soup.find("figure")
    assert len(figure.find_all("svg")) == 2
    rows = [row.get_text(" ") for row in figure.tbody.find_all("tr")]
    assert len(rows) == 2
    assert "(chosen beforehand)" in rows[0] and "(chosen beforehand)" not in rows[1]
    assert "What moves it most is the question that counts" in figure.get_text()
    assert soup.find("i") is None and "\u202e" not in str(section.html)
    assert "<b>Trust</b> & us" in soup.get_text()


def test_the_section_is_part_of_a_page(section, facts, made_up) -> None:
    page = made_up.render([report.write_appendix_masthead(facts), section])
    soup = BeautifulSoup(page, "html.parser")
    ids = [tag["id"] for tag in soup.find_all(id=True)]
    assert len(ids) == len(set(ids))
    assert [tag["href"] for tag in soup.nav.find_all("a")] == ["#claims"]
    assert find_forbidden(soup.get_text(" "), grade="D", page="appendix") == []


def test_without_attention_the_block_says_what_it_would_take(facts) -> None:
    claims = _claims(verdict=NO_ATTENTION, missing="case mix", n=np.nan, estimate=np.nan, grade="")
    empty = Estimates(
        pd.DataFrame(columns=list(ESTIMATE_COLUMNS)), "", facts={"reason": NO_ATTENTION}
    )
    for given in ({}, {"attention": empty, "grid": empty}):
        section = report.write_appendix_claims(claims, facts, **given)
        soup = _soup(section)
        assert section.figures == 0 and soup.find("figure") is None and soup.find("table") is None
        first = soup.find("li").get_text()
        assert first.startswith(f"1. 30 to 50% more: {NO_ATTENTION}. Missing: case mix.")
        assert "Base" not in first
