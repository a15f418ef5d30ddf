"""What verdicts on parts and on the past stand on is said with the numbers of their rows."""

from __future__ import annotations

import pandas as pd
import pytest

from cxanalytics.tables import Estimates
from cxanalytics.words import (
    find_forbidden,
    list_history_reasons,
    list_part_reasons,
    say_verdict_rule,
)

PART = {
    "name": "Payments",
    "n": 385.0,
    "raw": 0.75,
    "estimate": 0.73,
    "conf_low": 0.69,
    "conf_high": 0.78,
    "gap": 0.04,
    "gap_low": -0.02,
    "gap_high": 0.10,
    "p_above": 0.77,
    "p_same": 0.22,
    "p_below": 0.01,
}
BESIDE = "the average of the other desks"


@pytest.mark.parametrize(("adjusted", "made"), [(False, "stabilized"), (True, "adjusted and stab")])
def test_each_part_gives_base_scores_gap_and_chances_and_all_share_the_rule(adjusted, made):
    told = list_part_reasons(
        pd.DataFrame([PART]), difference=0.02, beside=BESIDE, adjusted=adjusted
    )
    (name, text), *shared = told
    assert name == "Payments"
    assert text.replace("\u00a0", " ").startswith(f"385 answers. Unadjusted 75%, {made}")
    assert "Gap +4 points (−2 to +10)." in text.replace("\u00a0", " ")
    assert "Above by over 2 points: 77%." in text.replace("\u00a0", " ")
    assert shared == [("Gap", f"To {BESIDE}"), ("Rule", say_verdict_rule(0.02))]
    assert find_forbidden(text, grade="D") == []


def test_a_part_with_nothing_beside_it_has_no_gap():
    alone = pd.DataFrame([PART | {"gap": float("nan")}])
    (_, text), *_ = list_part_reasons(alone, difference=0.02, beside=BESIDE)
    assert text == "385 answers. Unadjusted 75%, stabilized 73% (69% to 78%)."


def _history(**changes):
    row = {
        "key": "recommend@2026-09@North",
        "point": "2026-09",
        "n": 401.0,
        "estimate": 0.71,
        "center": 0.65,
        "low": 0.56,
        "high": 0.75,
        "std_error": 0.02,
        "conf_low": 0.67,
        "conf_high": 0.75,
    }
    frame = pd.DataFrame([row | changes])
    return Estimates(frame=frame, quantity="share", facts={"every": "month", "run": 8})


def test_the_past_gives_the_latest_score_its_base_the_usual_range_and_the_rule():
    history = _history()
    told = dict(list_history_reasons(history.frame.iloc[0], history))
    assert told["Answers"] == "401 in Sep 2026"
    assert told["Score"] == "71% in Sep 2026, unadjusted and not stabilized"
    assert told["Usual range"] == "56% to 75%, around 65%"
    assert "a month outside the usual range, or 8 in a row" in told["Rule"]
    assert find_forbidden(" ".join(told.values()), grade="D") == []


def test_what_is_not_known_of_the_past_is_left_out_or_said():
    history = _history(n=float("nan"), low=float("nan"), high=float("nan"))
    told = dict(list_history_reasons(history.frame.iloc[0], history))
    assert "Answers" not in told
    assert told["Usual range"] == "Not yet known"
