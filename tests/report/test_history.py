"""Sections on scores over time, for one agency and for all."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from cxanalytics.benchmark import (
    Target,
    benchmark_achievable,
    benchmark_history,
    benchmark_scores,
    benchmark_vision,
)
from cxanalytics.errors import DataError
from cxanalytics.models import fit_or_reason
from cxanalytics.report import Measure, PageFacts, section, write_appendix_history, write_history
from cxanalytics.tables import Estimates
from cxanalytics.words import Nouns

MONTHS = [f"{2024 + place // 12}-{place % 12 + 1:02d}" for place in range(18)]
AGENCIES = [f"Office {place:02d}" for place in range(10)]


@pytest.fixture(autouse=True)
def placed(monkeypatch):
    """Give the sections a place on their pages."""
    order = dict(section.ORDER)
    for kind, anchor in (("agency", "history"), ("appendix", "history_all")):
        if anchor not in order[kind]:
            order[kind] = (*order[kind], anchor)
    monkeypatch.setattr(section, "ORDER", order)


@pytest.fixture(scope="module")
def points() -> Estimates:
    """Ten agencies over 18 months; one with a hidden month, one with few."""
    rng = np.random.default_rng(6)
    share = rng.binomial(300, 0.6, (10, 18)) / 300
    share[2, 15], share[3, :12] = np.nan, np.nan
    share[4, 17] = 0.85
    grid = pd.MultiIndex.from_product([AGENCIES, MONTHS], names=["agency", "point"])
    frame = grid.to_frame(index=False).assign(measure="recommend", estimate=share.ravel())
    frame["wave"] = frame["point"]
    frame["year"] = np.tile(2024 + (np.arange(18) + 0.5) / 12, 10)
    frame["key"] = frame["point"] + frame["agency"]
    seen = frame["estimate"].notna()
    frame["n"] = frame["n_eff"] = np.where(seen, 300.0, np.nan)
    frame["std_error"] = np.where(seen, 0.028, np.nan)
    frame["conf_low"], frame["conf_high"] = frame["estimate"] - 0.05, frame["estimate"] + 0.05
    frame["suppressed_reason"] = np.where(seen, "", "hidden")
    frame["break_reason"], frame["break_text"] = "", ""
    return Estimates(frame, "share", facts={"every": "month", "statistic": "positive"})


@pytest.fixture(scope="module")
def tables(points):
    """History, vision and achievable benchmark of the same agencies."""
    history = benchmark_history(points)
    last = points.frame.loc[points.frame["point"] == MONTHS[-1]].reset_index(drop=True)
    facts = {"statistic": "positive", "measure": "recommend"}
    scores = Estimates(last.assign(key=last["agency"]), "share", facts=facts)
    boards = {"recommend": benchmark_scores(scores, seed=1, draws=1000)}
    target = Target("recommend", 0.7, date(2026, 6, 30))
    vision = benchmark_vision(boards, history, targets=[target], seed=1, draws=300)
    return history, vision, benchmark_achievable(scores, seed=1, draws=1000)


@pytest.fixture(scope="module")
def facts() -> PageFacts:
    """Facts of a page about one measure."""
    return PageFacts(
        title="Office",
        kind="agency",
        programme="Programme",
        wave="Wave",
        dates="2025",
        publisher="Publisher",
        contact="Contact",
        simulated=False,
        nouns=Nouns(respondents="employees", respondent="employee"),
        measures=(Measure("recommend", "Would recommend us", "would recommend you"),),
    )


def _text(html) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", re.sub(r"(?s)<svg.*?</svg>", "", str(html))))


def test_the_page_has_the_answer_outside_and_the_rest_in_a_fold(tables, facts):
    history, vision, achievable = tables
    got = write_history(history, facts, agency="Office 04", vision=vision, achievable=achievable)
    before, _, inside = str(got.html).partition("<details")
    assert got.answer.startswith("A sign of change: in Jun 2025, your score was 85%, above")
    assert "Target" not in before
    assert "<svg" not in before
    assert "The target is 70% by 30 June 2026." in _text(inside)
    assert "leading" in _text(inside)
    told, _, drawn = _text(inside).partition("Figure 1")
    for caveat in ("The forecast knows past scores only", "The leading group, with"):
        assert caveat not in told and caveat in drawn
    assert "customer" not in _text(got.html)
    assert got.figures == 1


def test_all_measures_are_a_table_where_there_is_more_than_one(tables, facts):
    history, _, _ = tables
    assert "All measures over time" not in write_history(history, facts, agency="Office 04").html
    more = history.frame.assign(measure="easy", key="easy" + history.frame["key"])
    both = replace(history, frame=pd.concat([history.frame, more], ignore_index=True))
    wider = replace(facts, measures=(*facts.measures, Measure("easy", "Easy", "find it easy")))
    assert "All measures over time" in write_history(both, wider, agency="Office 04").html


def test_the_note_of_the_chart_speaks_of_no_break_that_is_not_drawn(tables, facts):
    history, _, _ = tables
    assert "Dotted" not in write_history(history, facts, agency="Office 04").html
    broken = history.frame.copy()
    here = (broken["agency"] == "Office 04") & (broken["point"] >= "2024-09")
    broken.loc[here, "segment"] += 1
    assert (
        "Dotted: a break"
        in write_history(replace(history, frame=broken), facts, agency="Office 04").html
    )


def test_every_shown_point_has_a_row_a_record_and_one_id(tables, facts):
    history, _, _ = tables
    got = write_history(history, facts, agency="Office 02")
    ids = re.findall(r'id="(history-recommend-[\d-]+)"', str(got.html))
    assert [record["id"] for record in got.records] == ids
    assert len(ids) == 17
    assert not any(record["measure"].endswith("2025-04") for record in got.records)
    assert all(record["n"] > 0 for record in got.records)


def test_a_past_point_carries_nothing_of_the_wave_reported(tables, facts):
    told = replace(facts, response_rates={"Office 02": 0.4})
    records = write_history(tables[0], told, agency="Office 02").records
    assert all(record["response_rate"] is None for record in records)
    assert records[-1]["wave"] == "Jun 2025"


def test_the_fold_promises_a_target_only_where_there_is_one(tables, facts):
    history, vision, leading = tables
    without = write_history(history, facts, agency="Office 04", achievable=leading)
    assert "and the target" not in without.html
    aimed = write_history(history, facts, agency="Office 04", vision=vision)
    assert "and the target" in aimed.html


def test_a_hidden_point_is_on_no_page(points, facts):
    frame = points.frame.copy()
    history = benchmark_history(points)
    one = _text(write_history(history, facts, agency="Office 02").html)
    assert "Apr 2025" not in one
    assert frame["estimate"].isna().sum() == 13


def test_an_agency_with_few_points_is_told_so(tables, facts):
    history, vision, _ = tables
    got = write_history(history, facts, agency="Office 03", vision=vision)
    assert got.answer.startswith("Too early to tell what is usual")
    assert "cannot be told: fewer than 8 points" in _text(got.html)
    with pytest.raises(DataError, match="has no 'recommend' of 'Nobody'"):
        write_history(history, facts, agency="Nobody")


def test_without_a_history_the_section_says_why(facts):
    from cxanalytics.errors import ModelError

    def refuse():
        raise ModelError("A history needs at least 2 points in time; got 1.")

    none = fit_or_reason(refuse)
    page = _text(write_history(none, facts, agency="Office 01").html)
    assert "It takes more than one wave, or more than one month." in page
    assert "got 1" not in page
    assert "needs at least 2 points" in _text(write_appendix_history(none, facts).html)
    assert write_history(None, facts, agency="Office 01").answer.startswith("Not known yet")
    got = write_appendix_history(none, facts)
    assert got.answer == "Not known: there is too little history."


def test_the_appendix_counts_signs_and_lists_every_agency(tables, facts):
    history, vision, achievable = tables
    got = write_appendix_history(history, facts, vision=vision, achievable=achievable)
    text = _text(got.html)
    assert re.match(r"\w+ of nine agencies shows? a sign of change", got.answer)
    assert "chance alone would mark about 1" in got.answer
    assert got.figures == 2
    for agency in AGENCIES:
        assert agency in text
    assert len(got.key_figures) == 10
    assert "choosing the best by their answers adds" in text
