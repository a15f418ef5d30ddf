"""Every table of a survey hides the same agencies, whatever else it leaves out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cxanalytics.benchmark import benchmark_funnel, benchmark_scorecard
from cxanalytics.disclosure import publishable_rows
from cxanalytics.models import (
    fit_answer_shares,
    fit_audit,
    fit_score_differences,
    fit_scorecard,
    fit_scores,
)
from cxanalytics.rules import COMPLEMENTARY, HIDDEN
from cxanalytics.tables import Survey

GUARDED = [HIDDEN, COMPLEMENTARY]
SIZES = {"Ash": 90, "Birch": 7, "Cedar": 60, "Elm": 64, "Fir": 120, "Peer": 40}
ASKED = {"Cedar": 2, "Elm": 9, "Fir": 30}
"""Answers to the second question that are missing: on it, Elm has the fewest of all."""


@pytest.fixture(scope="module")
def survey() -> Survey:
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(
        [(agency, wave) for wave in ("1", "2") for agency, n in SIZES.items() for _ in range(n)],
        columns=["agency", "wave"],
    )
    # In the wave before, Birch had enough and Elm was small.
    before = frame["wave"] == "1"
    frame = frame.drop(frame.index[before & (frame["agency"] == "Elm")][8:])
    more = pd.DataFrame({"agency": "Birch", "wave": "1"}, index=range(60))
    frame = pd.concat([frame, more], ignore_index=True)
    for name in ("answer", "other"):
        frame[name] = rng.integers(1, 6, len(frame)).astype(float)
    for agency, lost in ASKED.items():
        rows = frame.index[(frame["wave"] == "2") & (frame["agency"] == agency)][:lost]
        frame.loc[rows, "other"] = np.nan
    made = Survey.from_frame(
        frame,
        agency="agency",
        period="wave",
        outcome="answer",
        scale="likert_1_5",
        questions={"other": "likert_1_5"},
    )
    return replace(made, only_peers=("Peer",))


def _guarded(table: pd.DataFrame, key: str = "key") -> set[str]:
    return set(table.loc[table["suppressed_reason"].isin(GUARDED), key])


def test_one_wave_has_one_set_of_hidden_agencies(survey):
    hidden = {"Birch", "Cedar"}
    boards = benchmark_scorecard(
        fit_scorecard(survey, measures=["answer", "other"], period="2"),
        only_peers=survey.only_peers,
        draws=1000,
        seed=1,
    )
    for board in boards.values():
        assert _guarded(board.frame) == hidden
    funnel = benchmark_funnel(fit_scores(survey, measure="answer", period="2"))
    assert not hidden & set(funnel.points["key"])
    assert set(funnel.points["key"]) == {"Ash", "Elm", "Fir", "Peer"}
    rows = publishable_rows(survey, measure=["answer", "other"])
    wave = survey.frame["period"] == "2"
    assert set(survey.frame.loc[wave & ~rows, "agency"]) == hidden
    shares = fit_answer_shares(survey, questions=["answer", "other"], period="2")
    assert not hidden & set(shares["agency"])
    rest = fit_score_differences(survey, measure="answer", period="2").frame
    assert hidden <= _guarded(rest)
    agencies = fit_audit(survey=survey)["agencies"]
    assert _guarded(agencies.loc[agencies["period"] == "2"], "agency") == hidden


def test_a_published_peer_never_protects_an_agency_of_the_study(survey):
    """The peer's count is known from where it was published, so hiding it hides nothing."""
    apart = replace(survey, only_peers=())
    assert "Peer" in _guarded(
        benchmark_scorecard(
            fit_scorecard(apart, measures=["answer"], period="2"), draws=1000, seed=1
        )["answer"].frame
    )


def test_no_change_gives_back_the_score_of_a_wave_in_which_the_agency_was_hidden(survey):
    now = fit_scorecard(survey, measures=["answer"], period="2")
    before = fit_scorecard(survey, measures=["answer"], period="1", next_wave="2")
    board = benchmark_scorecard(
        now, previous=before, only_peers=survey.only_peers, draws=1000, seed=1
    )["answer"]
    # Elm was small then, and Cedar was hidden for its sake.
    assert board.row("Elm")["change_reason"] != "" and np.isnan(board.row("Elm")["change"])
    assert board.row("Ash")["change_reason"] == "" and not np.isnan(board.row("Ash")["change"])


def test_an_agency_hidden_then_for_anothers_sake_has_no_change_now(survey):
    frame = survey.frame
    small = frame.index[(frame["period"] == "2") & (frame["agency"] == "Birch")]
    grown = pd.concat([frame] + [frame.loc[small]] * 9, ignore_index=True)
    survey = replace(survey, frame=grown)
    now = fit_scorecard(survey, measures=["answer"], period="2")
    before = fit_scorecard(survey, measures=["answer"], period="1", next_wave="2")
    asked = {"only_peers": survey.only_peers, "draws": 1000, "seed": 1}
    board = benchmark_scorecard(now, previous=before, **asked)["answer"]
    assert _guarded(board.frame) == set()
    then = benchmark_scorecard(before, **asked)["answer"]
    for agency in _guarded(then.frame):
        assert board.row(agency)["change_reason"] != ""
    assert COMPLEMENTARY in then.frame["suppressed_reason"].tolist()
