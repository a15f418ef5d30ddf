"""What a verdict stands on is said with the numbers of the row and of the rule."""

from __future__ import annotations

import pandas as pd
import pytest

from cxanalytics.errors import DataError
from cxanalytics.rules import CALL_AT_LEAST, SUPPRESSED_REASONS
from cxanalytics.tables import BENCHMARK_COLUMNS, Benchmark
from cxanalytics.words import (
    find_forbidden,
    list_verdict_reasons,
    say_adjusted,
    say_peers_used,
    say_short_reason,
    say_verdict_chances,
    say_verdict_rule,
    short_verdict_reasons,
)

ROW = {
    "key": "North",
    "raw": 0.61,
    "raw_low": 0.57,
    "raw_high": 0.65,
    "estimate": 0.62,
    "conf_low": 0.58,
    "conf_high": 0.66,
    "peer": 0.69,
    "gap": -0.07,
    "gap_low": -0.11,
    "gap_high": -0.03,
    "p_above": 0.0,
    "p_same": 0.03,
    "p_below": 0.97,
    "peers": 2.0,
    "n": 640.0,
    "verdict": "below",
    "certainty": 0.97,
    "suppressed_reason": "",
}


def board(**facts):
    rows = [{**ROW, "key": name} for name in ("North", "South", "East")]
    frame = pd.DataFrame(rows).reindex(columns=list(BENCHMARK_COLUMNS))
    frame[["verdict", "suppressed_reason"]] = frame[["verdict", "suppressed_reason"]].fillna("")
    return Benchmark(frame, "share", 0.95, 0.03, pd.DataFrame(), pd.DataFrame(), facts=facts)


def told(**options):
    made = board()
    return dict(list_verdict_reasons(made.row("North"), made, **options))


def test_base_scores_gap_peers_chances_and_rule_are_all_there():
    reasons = told(record="score-recommend")
    assert list(reasons) == [
        "Answers",
        "Unadjusted score",
        "Stabilized score",
        "Gap to the typical peer",
        "Peers",
        "Chances",
        "Rule",
        "Who answered",
        "Record",
    ]
    assert reasons["Answers"] == "640"
    assert reasons["Unadjusted score"] == "61% (57% to 65%)"
    assert reasons["Stabilized score"] == "62% (58% to 66%)"
    assert reasons["Gap to the typical peer"].startswith("−7")
    assert reasons["Record"].startswith("score-recommend,")


def test_the_rule_prints_the_constants():
    said = say_verdict_rule(0.03)
    assert said.count(f"{100 * CALL_AT_LEAST:.0f}%") == 2
    assert said.count("3\u00a0points") == 2


def test_the_chances_are_those_of_the_row_and_never_none_or_all():
    said = say_verdict_chances(pd.Series(ROW), 0.02)
    assert said == (
        "Above by over 2\u00a0points: under\u00a01%. Within 2\u00a0points: 3%. "
        "Below by over 2\u00a0points: 97%."
    )


@pytest.mark.parametrize(
    ("peers", "facts", "said"),
    [
        (2.0, {}, "2 others, all that are shown"),
        (1.0, {}, "1 others, named as peers, of 2 shown"),
        (1.0, {"peer_set": "of the same size"}, "1 others, of the same size"),
    ],
)
def test_the_peers_are_counted_and_named(peers, facts, said):
    made = board(**facts)
    row = made.row("North").copy()
    row["peers"] = peers
    assert say_peers_used(row, made).startswith(said.replace("1 others", "1 other"))


def test_a_row_without_peers_says_nothing_of_them():
    made = board()
    row = made.row("North").copy()
    row["gap"] = float("nan")
    names = [name for name, _ in list_verdict_reasons(row, made)]
    assert names == ["Answers", "Unadjusted score", "Stabilized score", "Who answered"]


def test_further_reasons_are_added_or_stand_in_the_place_of_their_name():
    reasons = told(more=[("Who answered", "Adjusted: 60%"), ("Other peers", "The same")])
    assert reasons["Who answered"] == "Adjusted: 60%"
    assert list(reasons)[-1] == "Other peers"
    assert told(adjusted_for=["age", "channel"])["Who answered"] == "Adjusted for age and channel"
    assert say_adjusted([]) == "Not adjusted for differences in who answers"


def test_the_short_list_is_the_long_one_without_what_all_rows_share():
    made = board()
    short = short_verdict_reasons(made.row("North"), made, record="stand-north")
    long = told(record="stand-north")
    assert [name for name, _ in short] == [
        name for name in long if name not in ("Rule", "Who answered")
    ]
    assert dict(short[:-1]).items() <= long.items()


def test_no_word_is_forbidden_on_a_page_for_leaders():
    said = " ".join(f"{name}. {text}." for name, text in told(record="score-x").items())
    assert find_forbidden(said) == []


def test_every_reason_has_a_short_form_and_an_unknown_one_is_refused():
    assert all(say_short_reason(reason) for reason in SUPPRESSED_REASONS)
    with pytest.raises(DataError, match="`reason` must be one of 'hidden'"):
        say_short_reason("lost")
