"""The block of the appendix on other peers, its words, and what the page of an agency says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cxanalytics.benchmark.peer_sensitivity import COLUMNS
from cxanalytics.charts import companies_table, draw_companies
from cxanalytics.charts.style import PEER
from cxanalytics.formats import percent
from cxanalytics.models import fit_tested_benchmark_claims
from cxanalytics.report import write_appendix_peers
from cxanalytics.report.section import ORDER
from cxanalytics.tables import Estimates
from cxanalytics.words import (
    list_peer_reasons,
    name_verdict,
    say_benchmark_claims,
    say_peer_sensitivity,
)
from cxanalytics.words.lock import assert_sentence_allowed


@pytest.fixture(autouse=True)
def place(monkeypatch):
    if "peers" not in ORDER["appendix"]:
        monkeypatch.setitem(ORDER, "appendix", (*ORDER["appendix"], "peers"))


def made(changes):
    """Two agencies, three choices of peers; `changes` gives the verdicts of the second."""
    rows = []
    for agency, verdicts in (("A <b>", ["above"] * 3), ("B", ["above", *changes])):
        for way, verdict in zip(("declared", "all", "one_out"), verdicts, strict=True):
            rows.append(
                {
                    "key": f"{agency}/{way}",
                    "agency": agency,
                    "way": way,
                    "verdict": verdict,
                    "declared": "above",
                    "changed": verdict != "above",
                    "turned": verdict == "below",
                    "share": 0.25 if way == "one_out" else np.nan,
                    "certainty": 0.9,
                    "peers": 9.0,
                }
            )
    frame = pd.DataFrame(rows).assign(
        estimate=0.01, std_error=0.01, conf_low=-0.01, conf_high=0.03, n=100.0
    )
    columns = ["key", "estimate", "std_error", "conf_low", "conf_high", "n", *COLUMNS]
    return Estimates(frame[columns], quantity="gap", facts={"agencies": 2})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (["above", "above"], "No verdict on the 2"),
        (["unclear", "above"], "above never becomes below"),
        (["below", "above"], "for one above and below change places"),
    ],
)
def test_the_answer_says_how_many_verdicts_change(facts, changes, words):
    section = write_appendix_peers(made(changes), facts)
    assert words in section.answer
    assert_sentence_allowed(section.answer)


def test_names_are_printed_safely_or_not_at_all(facts):
    change = made(["below", "unclear"])
    html = str(write_appendix_peers(change, facts, rule="alike in function").html)
    assert "alike in function" in html
    assert ">B<" in html
    assert "<b>" not in html.replace("<b>A", "")
    hidden = str(write_appendix_peers(change, facts, named=False).html)
    assert ">B<" not in hidden


def test_the_page_of_an_agency_says_whether_its_verdict_hangs_on_its_peers(facts):
    change = made(["below", "unclear"])
    ((name, same),) = list_peer_reasons(change, "A <b>")
    assert name == "Other peers"
    assert same.startswith("The verdict is the same with all")
    assert same.endswith("no single peer decides it")
    ((_, other),) = list_peer_reasons(change, "B")
    assert "would be below with all that are shown" in other
    assert "25%" in other
    for text in (same, other):
        assert_sentence_allowed(text)
    assert list_peer_reasons(None, "B") == list_peer_reasons(change, "Z") == []
    assert name_verdict("unclear") == "Too close to call"
    assert say_peer_sensitivity(change, nouns=facts.nouns).endswith(".")


def test_a_refusal_keeps_the_heading_and_says_why(facts):
    section = write_appendix_peers(None, facts, reason="Too few agencies.")
    assert "Too few agencies." in str(section.html)


def test_it_says_with_whom_verdicts_are_called_and_called_again(facts):
    change = made(["below", "above"])
    html = str(write_appendix_peers(change, facts).html)
    assert "compare with all agencies that are shown, for the study declares no peers." in html
    assert "Called again with all that are shown and any one of its peers left out." in html
    assert "1 of 2 verdicts changes." in html
    assert "0 of 2 verdicts hang on a single government peer." in html
    named = replace(change, facts=dict(change.facts) | {"declared": True})
    assert "the agencies that the study names as peers" in str(
        write_appendix_peers(named, facts).html
    )
    none = str(write_appendix_peers(made(["above", "above"]), facts).html)
    assert "0 of 2 verdicts change." in none


def test_claims_are_said_with_their_figures(facts):
    claims = fit_tested_benchmark_claims()
    figures = {
        "estimate": [0.1, 0.05, 0.86],
        "conf_low": [0.05, 0.02, 0.84],
        "conf_high": [0.15, 0.08, 0.88],
        "n": 1000.0,
        "agencies": [24.0, 24.0, 42.0],
        "changed": [5.0, 12.0, 4.0],
        "other": [4.0, 0.03, 9.0],
        "p_first": [0.99, np.nan, 0.99],
        "ratio": [np.nan, 1.35, np.nan],
        "share_low": 0.01,
        "share_high": 0.06,
        "missing": "",
    }
    said = say_benchmark_claims(claims.assign(**figures), nouns=facts.nouns)
    assert "4 of 24 agencies are called above or below" in said[0]
    assert "+35%" in said[1]
    assert "12 companies" in said[1]
    assert "4 of 42 agencies are almost certainly in the top tenth" in said[2]
    assert "has likely reached 86% (84% to 88%)" in said[2]
    for text in said:
        assert_sentence_allowed(text, grade="D", page="appendix")


def test_companies_are_drawn_gray_and_are_no_peers(facts, boards, made_up):
    companies = made_up.make_board("recommend", mean=0.7, spread=0.03, seed=9)
    keys = {key: f"Company {place}" for place, key in enumerate(companies.frame["key"])}
    companies = replace(companies, frame=companies.frame.replace({"key": keys}))
    board = boards["recommend"]
    change = made(["above", "above"])
    section = write_appendix_peers(change, facts, board=board, companies=companies)
    html = str(section.html)
    assert section.figures == 1
    assert f"({percent(board.shown['estimate'].median())}); this is context" in html
    assert "Company 3" in html
    axes = draw_companies(companies, 0.6).axes[0]
    colors = {line.get_markerfacecolor() for line in axes.lines if line.get_marker() == "o"}
    assert colors == {PEER}
    assert len(companies_table(companies)) == len(companies.shown)
    assert write_appendix_peers(change, facts, companies=companies, named=False).figures == 0
