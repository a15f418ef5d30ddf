"""What is said of scores over time, of targets and of the leading group."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cxanalytics.benchmark import benchmark_history
from cxanalytics.formats import NBSP
from cxanalytics.tables import Estimates
from cxanalytics.words import (
    Nouns,
    assert_sentence_allowed,
    read_process,
    say_achievable,
    say_achievable_gap,
    say_history,
    say_process,
    say_process_note,
    say_title_process,
    say_title_vision,
    say_vision,
    say_vision_note,
    say_visions,
)

ASKED = {"measure": "easy", "agency": "A"}
NOUNS = Nouns()


def _history(shares, *, breaks=None, agency="A") -> Estimates:
    shares = np.asarray(shares, dtype=float)
    points = [f"{2024 + place // 12}-{place % 12 + 1:02d}" for place in range(len(shares))]
    frame = pd.DataFrame({"point": points, "wave": points, "measure": "easy", "agency": agency})
    frame["key"] = [f"{agency}{point}" for point in points]
    frame["estimate"] = frame["conf_low"] = frame["conf_high"] = shares
    frame["std_error"], frame["n"], frame["n_eff"] = 0.02, 400.0, 400.0
    frame["suppressed_reason"] = np.where(np.isfinite(shares), "", "hidden")
    frame["break_reason"], frame["break_text"] = "", ""
    for point, told in (breaks or {}).items():
        frame.loc[frame["point"] == point, ["break_reason", "break_text"]] = told
    facts = {"every": "month", "statistic": "positive"}
    return benchmark_history(Estimates(frame, "share", facts=facts))


STEADY = np.tile([0.60, 0.62, 0.58, 0.60, 0.61, 0.59], 3)


def test_a_steady_score_is_said_as_plainly_as_a_change():
    text = say_process(_history(STEADY), **ASKED, nouns=NOUNS)
    assert text.startswith("Steady: no month since Jan 2024 is a sign of change. Your score keeps")


def test_a_point_outside_is_a_sign_with_its_chance():
    shares = STEADY.copy()
    shares[-1] = 0.4
    text = say_process(_history(shares), **ASKED, nouns=NOUNS)
    assert "A sign of change: in Jun 2025, your score was 40%, below its usual range" in text
    assert "A steady score shows such a sign in about 1 chart in 8, by chance." in text
    assert say_title_process(_history(shares), measure="easy", agencies=["A"], nouns=NOUNS) == (
        "A sign of change in the last point"
    )


def test_a_point_outside_never_rounds_onto_the_end_of_the_range():
    history = _history(STEADY)
    limit = history.frame["high"].iloc[-1]
    shares = STEADY.copy()
    shares[-1] = limit + 0.0007
    got = read_process(_history(shares), **ASKED)
    text = say_process(_history(shares), **ASKED, nouns=NOUNS)
    assert got.kind == "outside_now"
    assert f"{100 * got.value:.1f}%" in text


def test_a_run_is_counted_from_its_first_point_and_an_old_sign_is_old():
    shares = np.concatenate([np.tile([0.60, 0.62, 0.58], 4), np.full(9, 0.606)])
    text = say_process(_history(shares), **ASKED, nouns=NOUNS)
    assert "since Jan 2025, all nine months lie above 60%, the middle of the usual range." in text
    shares = STEADY.copy()
    shares[13] = 0.9
    text = say_process(_history(shares), **ASKED, nouns=NOUNS)
    assert text.startswith("No sign of change now: in Jun 2025")
    assert "Earlier, Feb 2025 was a sign." in text


def test_few_points_tell_nothing_and_some_points_little():
    text = say_process(_history(STEADY[:5]), **ASKED, nouns=NOUNS)
    assert text == (
        "Too early to tell what is usual for your score: there are five months, and 8 are needed."
    )
    text = say_process(_history(STEADY[:9]), **ASKED, nouns=NOUNS)
    assert "The range is provisional: it rests on nine months, and 12 settle it." in text
    none = _history(np.full(4, np.nan))
    text = say_process(none, **ASKED, nouns=NOUNS)
    assert text == "No month has answers enough to be shown."


def test_a_break_is_named():
    history = _history(STEADY, breaks={"2024-07": ["reorganized", "A took B in."]})
    text = say_process(history, **ASKED, nouns=NOUNS)
    assert "The line starts anew in Jul 2024: A took B in." in text
    changed = _history(STEADY, breaks={"2024-07": ["changed_wording", "The question changed."]})
    assert "in Jul 2024: the question changed." in say_process(changed, **ASKED, nouns=NOUNS)


def test_the_count_of_signs_stands_beside_what_chance_would_make():
    text = say_history(_history(STEADY), measure="easy", agencies=["A"], label="Easy", nouns=NOUNS)
    assert text == (
        "None of one agency shows a sign of change in “Easy”. If all were steady, chance alone "
        "would mark about 0.1."
    )


@pytest.fixture
def row() -> pd.Series:
    """An agency five points from its target."""
    return pd.Series(
        {
            "target": 0.7,
            "by": "2027-09-30",
            "now": 0.65,
            "now_low": 0.62,
            "now_high": 0.68,
            "estimate": 0.05,
            "conf_low": 0.02,
            "conf_high": 0.08,
            "pace": 0.025,
            "p_reach": 0.24,
            "forecast": 0.66,
            "forecast_low": 0.58,
            "forecast_high": 0.73,
            "reason": "",
            "others": 22.0,
            "managed": 5.2,
            "managed_low": 1.0,
            "managed_high": 9.0,
        }
    )


def test_a_target_has_gap_chance_and_pace(row):
    assert say_vision(row, nouns=NOUNS) == (
        f"The target is 70% by 30 September 2027. You are at 65% (62% to 68%), 5{NBSP}points below "
        "it. If scores move as they have so far, the chance of being there on that day is 24% "
        "(likely range then: 58% to 73%). It takes +2.5 points a year. Of 22 other agencies, "
        "likely 1 to 9 once kept up a like pace for as long."
    )


def test_the_note_speaks_of_paces_only_where_one_is_told():
    assert say_vision_note().endswith("Near 100%, fewer points count as a like pace.")
    assert "pace" not in say_vision_note(paced=False)


def test_what_cannot_be_told_is_said_with_its_reason(row):
    text = say_vision(row.replace({"": "too_far"}), nouns=NOUNS)
    assert "cannot be told: the day lies further ahead than the history reaches back." in text
    none = row.copy()
    none[["managed_low", "managed_high"]] = 0.0
    assert "Of 22 other agencies, likely none ever kept that up" in say_vision(none, nouns=NOUNS)


def test_targets_of_all_are_counted_by_what_is_likely(row):
    frame = pd.DataFrame([row] * 4).assign(measure="easy", agency=list("ABCD"))
    frame["key"], frame["std_error"], frame["n"] = list("ABCD"), np.nan, 100.0
    frame["p_reach"] = [0.9, 0.1, 0.5, np.nan]
    text = say_visions(Estimates(frame, "gap"), measure="easy", label="Easy", nouns=NOUNS)
    assert "one of 3 agencies is likely to reach the target of “Easy”, one is likely not to" in text
    title = say_title_vision(Estimates(frame, "gap"), measure="easy", nouns=NOUNS)
    assert title == "One of 3 agencies is likely to reach the target in time"
    untold = Estimates(frame.assign(p_reach=np.nan), "gap")
    assert "cannot be told" in say_title_vision(untold, measure="easy", nouns=NOUNS)
    assert text.endswith("and for one it is open. For one it cannot be told.")


def test_the_leading_group_is_told_with_what_choosing_it_adds():
    facts = {"leading": 3, "held": 0.16, "achievable": 0.707, "achievable_low": 0.685}
    facts |= {"achievable_high": 0.728, "reached": 0.718, "flattered": 0.011}
    frame = pd.DataFrame(
        {
            "key": ["A", "B"],
            "estimate": [0.04, 0.0],
            "std_error": 0.02,
            "conf_low": [-0.01, 0.0],
            "conf_high": [0.09, 0.0],
            "n": 100.0,
            "leading": [False, True],
        }
    )
    got = Estimates(frame, "gap", facts=facts)
    assert say_achievable(got, nouns=NOUNS) == (
        "The leading three agencies together have likely reached 71% (69% to 73%). The leading "
        "group, with 16% of the answers, stands at 72% as answered; choosing the best by their "
        f"answers adds 1.1{NBSP}points."
    )
    assert say_achievable_gap(got.row("A")) == (
        f"You are 4{NBSP}points below that (likely −9 to +1); which is ahead cannot be told."
    )
    assert say_achievable_gap(got.row("B")) == "You belong to the leading group."
    near = got.row("A").replace({0.04: 0.004})
    assert say_achievable_gap(near).startswith("You are about level with them (likely −9 to +1)")
    one = say_achievable_gap(got.row("A").replace({0.04: 0.01, -0.01: 0.001}))
    assert one == f"You are 1{NBSP}point below that (likely −9 to 0)."
    alone = replace(got, facts=facts | {"leading": 1})
    assert say_achievable(alone, nouns=NOUNS).startswith(
        "The leading agency has likely reached 71% (69% to 73%)."
    )


def test_nothing_said_of_the_agency_needs_a_researcher(row):
    shares = STEADY.copy()
    shares[-1] = 0.4
    history = _history(shares)
    for text in (
        say_process(history, **ASKED, nouns=NOUNS),
        say_process_note(history),
        say_vision(row, nouns=NOUNS),
    ):
        assert_sentence_allowed(text)
