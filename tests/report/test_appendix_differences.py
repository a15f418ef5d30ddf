"""The block of clear differences in the appendix."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cxanalytics.models import fit_score_differences
from cxanalytics.report import write_appendix_differences
from cxanalytics.tables import Estimates, Survey

SMALL = {"Tiny Desk": 7, "Little Desk": 8}


@pytest.fixture(scope="module")
def survey() -> Survey:
    rng = np.random.default_rng(12)
    sizes = {f"Agency {letter}": 300 for letter in "ABCDEFGH"} | SMALL
    agency = np.tile(np.repeat(list(sizes), list(sizes.values())), 2)
    wave = np.repeat(["2023", "2024"], sum(sizes.values()))
    share = np.where(agency == "Agency A", 0.85, 0.6)
    share = np.where((agency == "Agency B") & (wave == "2024"), 0.4, share)
    frame = pd.DataFrame({"agency": agency, "wave": wave})
    frame["good"] = (rng.random(len(frame)) < share).astype(float)
    return Survey.from_frame(frame, agency="agency", outcome="good", scale="yes_no", period="wave")


def test_clear_differences_and_changes_are_printed(survey, made_up):
    facts = made_up.make_facts(kind="appendix")
    section = write_appendix_differences(
        fit_score_differences(survey, measure="good", period="2024"),
        facts,
        changes=fit_score_differences(survey, measure="good", between="period", by="agency"),
    )
    assert section.answer.startswith("Two of 8 agencies differ clearly")
    assert section.key_figures["key"].tolist() == ["Agency A", "Agency B", "Agency B"]
    html = str(section.html)
    clear = html.split("<details")[0]
    assert re.search(r"Agency A</th><td class=\"num\">8\d\.\d%", clear)
    assert "Agency C" not in clear and "Agency C" in html
    assert "Show all 8 comparisons" in html
    assert f"One of 8 agencies changed clearly since {facts.previous}: 1 down." in html
    assert "p adjusted" in html and "Ratio (interval)" in html


def test_nothing_hidden_is_on_the_page(survey, made_up):
    facts = made_up.make_facts(kind="appendix")
    pages = []
    for answer in (0.0, 1.0):
        hidden = survey.frame["agency"].isin(SMALL)
        frame = survey.frame.assign(good=survey.frame["good"].mask(hidden, answer))
        other = replace(survey, frame=frame)
        differences = fit_score_differences(other, measure="good", period="2024")
        changes = fit_score_differences(other, measure="good", between="period", by="agency")
        section = write_appendix_differences(differences, facts, changes=changes)
        pages.append(str(section.html))
    assert pages[0] == pages[1]
    assert not any(name in pages[0] for name in SMALL)
    assert "2 of 10 comparisons are not shown" in pages[0]


def test_a_mean_has_no_points_and_no_ratio(survey, made_up):
    differences = fit_score_differences(survey, measure="good", statistic="mean")
    html = str(write_appendix_differences(differences, made_up.make_facts(kind="appendix")).html)
    assert "points" not in html and "Ratio" not in html and "+0.2" in html


@pytest.mark.parametrize("empty", [None, "rows"])
def test_a_refusal_keeps_the_heading_and_says_why(survey, made_up, empty):
    facts, reason = made_up.make_facts(kind="appendix"), "Every group has one sampling unit."
    if empty is None:
        section = write_appendix_differences(None, facts, reason=reason)
    else:
        columns = ["key", "estimate", "std_error", "conf_low", "conf_high", "n"]
        none = Estimates(pd.DataFrame(columns=columns), quantity="", facts={"reason": reason})
        section = write_appendix_differences(none, facts)
    assert section.answer == "The data cannot carry these comparisons."
    assert reason in str(section.html)
    assert section.number == 4 and section.question == "Which differences are clear?"
