"""Moves and parts are called only where they are clear, and every refusal says why."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxanalytics.tables import Estimates
from cxanalytics.words import (
    Nouns,
    assert_sentence_allowed,
    list_mix_reasons,
    say_alt_case_mix,
    say_alt_mix_rate,
    say_case_mix,
    say_case_mix_note,
    say_case_mix_refusals,
    say_case_mix_verdicts,
    say_change_parts,
    say_mix_rate,
    say_mix_rate_note,
    say_same_mix,
    say_title_case_mix,
    say_title_mix_rate,
    say_what_is_adjusted,
)
from cxanalytics.words.case_mix import WHY_NOT

NBSP = "\u00a0"
NOUNS = Nouns()
STAFF = Nouns(respondent="employee", respondents="employees", peer="peer")


def adjusted(p: list[float], *, reasons: list[str] | None = None, **facts: object) -> Estimates:
    size = len(p)
    frame = pd.DataFrame({"key": [f"Agency {i}" for i in range(size)], "raw": 0.60})
    frame["difference"] = [0.004 * (i + 1) for i in range(size)]
    frame["estimate"] = frame["raw"] + frame["difference"]
    frame["std_error"], frame["n"], frame["p_adjusted"] = 0.02, 500.0, p
    frame["conf_low"], frame["conf_high"] = frame["estimate"] - 0.04, frame["estimate"] + 0.04
    frame["reason"] = reasons or [""] * size
    frame["suppressed_reason"] = ""
    frame.loc[frame["reason"] != "", ["estimate", "difference", "p_adjusted"]] = np.nan
    given = {"case_mix": "age_band, need", "not_adjusted": "channel", "overall": 0.654}
    return Estimates(
        frame=frame, quantity="share", facts={**given, "n": 1500.0, "agencies": size, **facts}
    )


def split(p: list[float], *, column: str = "age_band", shared: float = 0.0) -> Estimates:
    frame = pd.DataFrame({"agency": [f"Agency {i}" for i in range(len(p))], "column": column})
    frame["key"] = frame["agency"] + "@" + column
    frame["change"], frame["p_adjusted"] = 0.03, p
    frame["estimate"] = [0.004 * (i + 1) for i in range(len(p))]
    frame["rate"] = frame["change"] - frame["estimate"]
    frame["std_error"], frame["n"], frame["shared"] = 0.002, 500.0, shared
    frame["conf_low"], frame["conf_high"] = frame["estimate"] - 0.003, frame["estimate"] + 0.003
    return Estimates(frame=frame, quantity="part", facts={"reference": "Wave 4"})


def test_moves_are_counted_where_they_are_clear() -> None:
    nothing = adjusted([0.3, 0.06, 0.9])
    assert say_case_mix(nothing, nouns=NOUNS) == (
        "With everybody’s mix of customers, scores move by 0.8 points in the middle case and 1.2 "
        "at most. No agency moves clearly."
    )
    title = say_title_case_mix(nothing, nouns=NOUNS)
    assert title == "No score moves clearly with everybody’s mix of customers"
    some = adjusted([0.3, 0.01, 0.001])
    assert say_case_mix(some, nouns=NOUNS).endswith("Two of 3 agencies move clearly.")
    assert say_title_case_mix(some, nouns=NOUNS).startswith("Two of 3 scores move clearly")
    one = adjusted([0.3, 0.01, 0.2])
    assert say_case_mix(one, nouns=NOUNS).endswith("One of 3 agencies moves clearly.")
    peers = adjusted([0.3, 0.01, 0.2], only_peers="Agency 1")
    assert say_case_mix(peers, nouns=NOUNS).endswith("No agency moves clearly.")


def test_what_is_adjusted_and_what_is_not_is_always_said() -> None:
    said = say_what_is_adjusted(adjusted([0.3]), nouns=STAFF)
    assert said == (
        "Adjusted for age band and need: by the study’s word, what agencies cannot choose. Not "
        "adjusted: channel, and whatever the survey did not record. What employees answered is "
        "never adjusted away."
    )
    bare = say_what_is_adjusted(adjusted([0.3], not_adjusted=""), nouns=STAFF)
    assert "Not adjusted: whatever the survey did not record." in bare


def test_every_refusal_says_why() -> None:
    reasons = [*WHY_NOT, ""]
    estimates = adjusted([0.3] * len(reasons), reasons=reasons)
    said = say_case_mix_refusals(estimates, nouns=NOUNS, names={"Agency 0": "First"})
    assert said[0] == (
        "Not adjusted: First, because too few of its customers are like those of the others."
    )
    assert len(said) == len(WHY_NOT)
    many = adjusted([0.3] * 5, reasons=["unlike"] * 4 + [""])
    assert say_case_mix_refusals(many, nouns=NOUNS)[0].startswith("Not adjusted: four agencies,")
    assert say_case_mix_refusals(adjusted([0.3]), nouns=NOUNS) == ()
    peer = adjusted([0.3] * 2, reasons=["untold", ""], only_peers="Agency 0")
    assert say_case_mix_refusals(peer, nouns=NOUNS) == ()
    assert say_case_mix(adjusted([0.3], reasons=["beyond"]), nouns=STAFF) == (
        "No agency can be adjusted for who its employees are."
    )


def test_an_agency_reads_its_own_score() -> None:
    estimates = adjusted([0.3, 0.3], reasons=["", "unlike"])
    said = [say_same_mix(row, nouns=STAFF) for _, row in estimates.frame.iterrows()]
    assert said == [
        "With everybody’s mix of employees, the score as answered, 60%, would be 60% (likely 56% "
        "to 64%).",
        "No score with everybody’s mix of employees: too few of its employees are like those of "
        "the others.",
    ]
    for text in said:
        assert_sentence_allowed(text, grade="D")
    hidden = estimates.frame.iloc[0].copy()
    hidden["suppressed_reason"] = "hidden"
    assert say_same_mix(hidden, nouns=STAFF) == ""


def test_verdicts_that_read_differently_are_named(board) -> None:
    assert say_case_mix_verdicts(board, board.frame, nouns=NOUNS).startswith("All ")
    key = board.shown["key"].iloc[0]
    frame = board.frame.copy()
    own = frame["key"] == key
    frame.loc[own, "verdict"] = "above" if (frame.loc[own, "verdict"] != "above").all() else "same"
    said = say_case_mix_verdicts(board, frame, nouns=NOUNS, names={key: "This one"})
    assert said.endswith("verdicts read the same; that of This one does not.")


def test_a_part_of_a_change_is_named_where_it_is_clear() -> None:
    nothing = split([0.3, 0.06])
    assert say_mix_rate(nothing, nouns=NOUNS) == (
        "No agency of 2 has a clear part of its change since Wave 4 that goes with who answered. "
        "The largest such part is 0.8 points."
    )
    title = say_title_mix_rate(nothing, column="age_band")
    assert title == "By age band, who answered is no clear part of any change"
    some = split([0.01, 0.001, 0.4])
    said = say_mix_rate(some, nouns=NOUNS, since="spring", names={"Agency 1": "Second"})
    assert said == (
        "Two of 3 agencies have a clear part of the change since spring that goes with who "
        "answered. In points: Second (by age band, +0.8) and Agency 0 (by age band, +0.4)."
    )
    title = say_title_mix_rate(some, column="age_band")
    assert title == "By age band, who answered is a clear part of two of 3 changes"
    many = say_mix_rate(split([0.001] * 5), nouns=NOUNS)
    assert "Largest: Agency 4" in many and "Agency 1 " not in many


def test_an_agency_reads_the_parts_of_its_own_change() -> None:
    some = split([0.01, 0.4])
    assert say_change_parts(some, agency="Agency 0") == (
        f"Since Wave 4, the score as answered changed by +3.0{NBSP}points. Of that, +0.4 (likely "
        "+0.1 to +0.7) goes with who answered, by age band."
    )
    assert say_change_parts(some, agency="Agency 1") == (
        f"Since Wave 4, the score as answered changed by +3.0{NBSP}points. No clear part of that "
        "goes with who answered, by age band."
    )
    assert say_change_parts(some, agency="Agency 9") == ""
    for agency in ("Agency 0", "Agency 1"):
        assert_sentence_allowed(say_change_parts(some, agency=agency), grade="D")


def test_notes_say_what_the_ranges_allow_for() -> None:
    note = say_mix_rate_note(split([0.3, 0.2], shared=5.0), column="age_band", nouns=NOUNS)
    assert "In two agencies, the same sampling units answered in both waves" in note
    assert "do not add up" in note
    assert "sampling units" not in say_mix_rate_note(split([0.3]), column="age_band", nouns=NOUNS)
    note = say_case_mix_note(adjusted([0.3]), nouns=STAFF)
    assert "times the score of everyone, 65%." in note and "Base: 1,500 employees" in note


@pytest.mark.parametrize("nouns", [NOUNS, STAFF])
def test_all_sentences_keep_to_the_lock_and_to_their_nouns(nouns: Nouns) -> None:
    for p in ([0.3, 0.2], [0.01, 0.2], [0.01, 0.001]):
        moves, parts = adjusted(p), split(p)
        said = [
            say_case_mix(moves, nouns=nouns),
            say_title_case_mix(moves, nouns=nouns),
            say_what_is_adjusted(moves, nouns=nouns),
            say_case_mix_note(moves, nouns=nouns),
            say_mix_rate(parts, nouns=nouns),
            say_title_mix_rate(parts, column="age_band"),
            say_mix_rate_note(parts, column="age_band", nouns=nouns),
        ]
        for text in said:
            assert_sentence_allowed(text, grade="D", page="appendix")
            assert "customer" not in text or nouns is NOUNS
        for title in (said[1], said[5]):
            assert len(title.split()) <= 15


def test_the_alternative_texts_name_the_largest() -> None:
    table = adjusted([0.3, 0.2]).frame.assign(name=lambda rows: rows["key"])
    assert say_alt_case_mix(table).endswith("Agency 1 moves most: +0.8 points.")
    assert say_alt_case_mix(table.iloc[:0]).startswith("No row")
    table = split([0.3, 0.2]).frame.assign(name=lambda rows: rows["agency"])
    said = say_alt_mix_rate(table)
    assert said.endswith("Who answered is the largest part at Agency 1: +0.8 of +3.0 points.")
    assert say_alt_mix_rate(table.iloc[:0]).startswith("No row")
    assert len(said.split()) <= 60


def test_the_why_of_a_verdict_says_what_is_known_of_who_answered():
    same = say_same_mix(adjusted([0.5]).row("Agency 0"), nouns=NOUNS)
    asked = {"agency": "Agency 0", "nouns": NOUNS}
    assert list_mix_reasons(adjusted([0.5]), "", **asked) == [("Same people", same)]
    assert list_mix_reasons(None, "All of it.", **asked) == [("Change", "All of it.")]
    assert list_mix_reasons(adjusted([0.5]), "", agency="Elsewhere", nouns=NOUNS) == []


def test_a_refused_split_of_a_change_says_nothing():
    refused = Estimates(frame=split([0.5]).frame.iloc[:0], quantity="none")
    assert say_change_parts(refused, agency="Agency 0") == ""
