"""What is said of departments and channels: only what is called, each null as plainly."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cxanalytics.models.claims_departments import fit_department_claims
from cxanalytics.tables import BENCHMARK_COLUMNS, Benchmark, Check, Estimates
from cxanalytics.words import (
    Nouns,
    find_forbidden,
    say_all_departments,
    say_alt_channels,
    say_alt_departments,
    say_channel_spread,
    say_channels,
    say_channels_left_out,
    say_channels_note,
    say_department_claims,
    say_departments,
    say_departments_brief,
    say_departments_left_out,
    say_departments_note,
    say_dispersion,
    say_spread,
    say_title_channel_rows,
    say_title_channels,
    say_title_departments,
)

NOUNS = Nouns()


def make_board(gaps, *, checks=(), **facts) -> Benchmark:
    """Departments of agency A, called where the gap is over five points."""
    frame = pd.DataFrame({"gap": np.asarray(gaps, dtype=float)})
    frame["agency"] = "A"
    frame["department"] = [f"D{place}" for place in range(len(frame))]
    frame["key"] = frame["agency"] + " · " + frame["department"]
    frame["estimate"] = 0.6 + frame["gap"]
    frame["gap_low"], frame["gap_high"] = frame["gap"] - 0.05, frame["gap"] + 0.05
    frame["verdict"] = np.select(
        [frame["gap"] > 0.05, frame["gap"] < -0.05, frame["gap"] == 0.0],
        ["above", "below", "same"],
        "unclear",
    )
    frame["certainty"] = np.where(frame["verdict"] == "unclear", np.nan, 0.9 + frame["gap"].abs())
    frame["peers"], frame["n"], frame["suppressed_reason"] = len(frame) - 1.0, 100.0, ""
    missing = frame["gap"].isna()
    frame.loc[missing, ["verdict", "certainty", "estimate"]] = ["", np.nan, np.nan]
    frame.loc[missing, "suppressed_reason"] = "hidden"
    called = int(frame["certainty"].notna().sum())
    told = {"called": called, "expected_wrong": float((1 - frame["certainty"]).sum())}
    frame = frame.reindex(columns=[*BENCHMARK_COLUMNS, "agency", "department"])
    nobody = pd.DataFrame(index=frame["key"])
    return Benchmark(
        frame, "share", 0.95, 0.02, nobody, nobody, checks=tuple(checks), facts=told | facts
    )


def spread_facts(low: float, high: float) -> dict[str, float]:
    ends = {"inside": (0.06, 0.05, 0.07), "between": (0.03, 0.02, 0.05)}
    ends["ratio"] = ((low + high) / 2, low, high)
    return {
        f"{name}{end}": value
        for name, values in ends.items()
        for end, value in zip(("", "_low", "_high"), values, strict=True)
    }


def make_channels(pairs, *, adjusted="age_band, need", agency="") -> Estimates:
    """Pairs of channels: names, gap, verdict before and after adjusting."""
    frame = pd.DataFrame(pairs, columns=["channel", "other", "gap", "verdict", "raw_verdict"])
    frame["key"] = frame["channel"] + " less " + frame["other"]
    frame["row"], frame["agency"], frame["n"] = "pair", agency, 500.0
    frame["suppressed_reason"] = ""
    frame["estimate"], frame["std_error"] = frame["gap"], 0.01
    frame["gap_low"], frame["gap_high"] = frame["gap"] - 0.02, frame["gap"] + 0.02
    frame["conf_low"], frame["conf_high"] = frame["gap_low"], frame["gap_high"]
    frame["certainty"] = np.where(frame["verdict"] == "unclear", np.nan, 0.91)
    spread = {
        "key": "spread",
        "row": "spread",
        "agency": agency,
        "estimate": 0.03,
        "std_error": 0.004,
        "conf_low": 0.022,
        "conf_high": 0.041,
        "n": 900.0,
    }
    frame = pd.concat([frame, pd.DataFrame([spread])], ignore_index=True)
    facts = {"difference": 0.02, "adjusted_for": adjusted, "agencies": 12}
    return Estimates(frame, quantity="share", facts=facts)


PAIRS = [
    ("chat", "phone", 0.004, "same", "above"),
    ("chat", "visit", 0.08, "above", "above"),
    ("phone", "visit", 0.03, "unclear", "unclear"),
]


def test_the_surest_departments_are_named_and_the_rest_counted() -> None:
    board = make_board([-0.09, 0.07, 0.06, 0.03, 0.0])
    assert say_departments(board, agency="A", nouns=NOUNS) == (
        "D0 is very likely below the other departments (99% certain), by 9\u00a0points (likely "
        "4 to 14). D1 is very likely above the other departments (97% certain), by "
        "7\u00a0points (likely 2 to 12). One other stands apart too. One is about the same as "
        "the others. One is too close to call."
    )
    title = say_title_departments(board, agency="A", nouns=NOUNS)
    assert title == "Of five departments, three stand apart"


def test_chance_is_no_finding_and_a_null_is_said() -> None:
    board = make_board([0.02, -0.02])
    assert say_departments(board, agency="A", nouns=NOUNS) == (
        "No department can be called above or below the others."
    )
    assert say_title_departments(board, nouns=NOUNS) == "Of two departments, none stands apart"
    assert "0 of" not in say_all_departments(board, nouns=NOUNS)


def test_the_brief_is_the_surest_department_and_a_count_of_channels() -> None:
    found = make_channels(PAIRS, agency="A")
    told = say_departments_brief(make_board([0.06, -0.09]), found, agency="A", nouns=NOUNS)
    assert told.startswith("D1 is very likely below the other department (99% certain)")
    assert "D0" not in told
    assert told.endswith("Of three pairs of channels, one is apart and one is about the same.")
    null = say_departments_brief(make_board([0.02, -0.02]), None, agency="A", nouns=NOUNS)
    assert null == "No department can be called above or below the others."
    assert say_departments_brief(None, None, agency="A", nouns=NOUNS) == ""
    alone = say_departments_brief(None, found, agency="B", nouns=NOUNS)
    assert alone == "Fewer than two channels can be compared."


def test_one_department_or_no_model_says_why() -> None:
    alone = make_board([0.03]).frame.assign(gap=np.nan, verdict="")
    board = make_board([0.03])
    nobody = pd.DataFrame(index=alone["key"])
    none = Benchmark(alone, "share", 0.95, 0.02, nobody, nobody, facts=board.facts)
    assert say_departments(none, agency="A", nouns=NOUNS).startswith("Fewer than two departments")
    few = Check("stabilized_departments", False, "Four agencies shown; 6 are needed.")
    none = Benchmark(alone, "share", 0.95, 0.02, nobody, nobody, (few,), board.facts)
    expected = "Departments are not compared: Four agencies shown; 6 are needed."
    assert say_departments(none, agency="A", nouns=NOUNS) == expected
    assert say_all_departments(none, nouns=NOUNS) == expected


@pytest.mark.parametrize(
    ("ends", "said"),
    [
        ((1.2, 2.5), "Departments of one agency differ more than averages of agencies do:"),
        ((0.4, 0.9), "Departments of one agency differ less than averages of agencies do:"),
        (
            (0.8, 1.5),
            "Whether departments of one agency differ more than averages of agencies do is open:",
        ),
    ],
)
def test_more_or_less_than_agencies_is_said_by_the_range_of_the_ratio(ends, said) -> None:
    board = make_board([0.1], **spread_facts(*ends))
    told = say_spread(board, nouns=NOUNS)
    assert told.startswith(said) and "6.0 points (5.0 to 7.0)" in told
    assert say_spread(make_board([0.1]), nouns=NOUNS) == ""


@pytest.mark.parametrize(
    ("ends", "said"),
    [
        ((1.1, 1.9), "The spread of departments widened since 2025:"),
        ((0.5, 0.9), "The spread of departments narrowed since 2025:"),
        ((0.7, 1.4), "The spread of departments shows no clear change since 2025:"),
    ],
)
def test_a_change_of_the_spread_is_said_by_the_range_of_its_ratio(ends, said) -> None:
    values = {"before": (0.061, 0.05, 0.07), "after": (0.048, 0.04, 0.06)}
    values["dispersion"] = (sum(ends) / 2, *ends)
    facts = {
        f"{name}{end}": value
        for name, three in values.items()
        for end, value in zip(("", "_low", "_high"), three, strict=True)
    }
    told = say_dispersion(make_board([0.1], matched=30, period_before="2025", **facts), nouns=NOUNS)
    assert told.startswith(said) and "6.1 points (5.0 to 7.0) then, 4.8 points" in told


def test_no_earlier_wave_is_no_sentence_and_too_few_departments_are_one() -> None:
    assert say_dispersion(make_board([0.1]), nouns=NOUNS) == ""
    few = make_board([0.1], matched=2, period_before="2025")
    assert say_dispersion(few, nouns=NOUNS).endswith("is not known: too few are in both waves.")


def test_what_is_left_out_is_counted_with_the_reason_and_not_named() -> None:
    board = make_board([0.1, np.nan, 0.2, np.nan])
    assert say_departments_left_out(board, nouns=NOUNS, agency="A") == (
        "Two departments have too few answers to show, or would give such a one away."
    )
    assert say_departments_left_out(board, nouns=NOUNS, agency="B") == ""
    one = say_departments_left_out(make_board([0.1, np.nan]), nouns=NOUNS)
    assert one.startswith("One department has too few answers to show")


def test_departments_are_called_what_the_study_calls_them() -> None:
    nouns = Nouns(department="sub-agency", departments="sub-agencies")
    board = make_board([-0.09, 0.07, np.nan], **spread_facts(1.2, 2.5))
    texts = [
        say_departments(board, agency="A", nouns=nouns),
        say_departments_left_out(board, nouns=nouns),
        say_departments_note(board, nouns=nouns),
        say_title_departments(board, nouns=nouns),
        say_all_departments(board, nouns=nouns),
        say_alt_departments(board.shown.assign(name="x"), nouns=nouns),
    ]
    for text in texts:
        assert "sub-agenc" in text and "department" not in text.lower(), text


def test_channels_left_out_are_counted_with_their_reasons() -> None:
    cells = pd.DataFrame({"agency": ["A", "A", "B"], "channel": ["web", "chat", "web"]})
    cells["key"], cells["row"] = cells["agency"] + cells["channel"], "cell"
    cells["suppressed_reason"] = ["hidden", "one_sided", "few"]
    made = make_channels(PAIRS)
    found = replace(made, frame=pd.concat([made.frame, cells], ignore_index=True))
    assert say_channels_left_out(found, nouns=NOUNS, agency="A") == (
        "One channel has too few answers to show, or would give such a one away. One channel is "
        "left out: all or none of the answers are positive."
    )
    every = say_channels_left_out(found, nouns=NOUNS)
    assert every.startswith("Two channels of single agencies have too few answers to show")
    assert say_channels_left_out(found, nouns=NOUNS, agency="C") == ""


def test_the_note_says_how_many_rows_are_drawn() -> None:
    told = say_departments_note(make_board([0.1, np.nan]), nouns=NOUNS, agency="A", drawn=1)
    assert "Drawn" not in told and "D1" not in told
    many = say_departments_note(make_board([0.1, 0.2, 0.3]), nouns=NOUNS, drawn=2)
    assert "Drawn: the 2 largest gaps of 3." in many


def test_channels_that_are_alike_and_apart_are_named_and_the_rest_counted() -> None:
    found = make_channels(PAIRS)
    assert say_channels(found, nouns=NOUNS) == (
        "Visit is likely below chat (91% certain), by 8\u00a0points (likely 6 to 10). Chat "
        "and phone are about the same, within 2 points (91% certain). One of three pairs is too "
        "close to call."
    )
    title = "Of three pairs of channels, one is apart and one is about the same"
    assert say_title_channels(found) == title


def test_channels_too_close_to_call_say_so() -> None:
    open_pairs = make_channels([PAIRS[2]])
    assert say_channels(open_pairs, nouns=NOUNS) == "The one pair of channels is too close to call."
    assert say_title_channels(open_pairs) == "Of one pair of channels, none can be called"
    nobody = say_channels(open_pairs, nouns=NOUNS, agency="B")
    assert nobody.startswith("Fewer than two channels can be shown")


def test_the_title_of_the_channels_names_the_one_that_stands_apart() -> None:
    rows = pd.DataFrame(
        {
            "name": ["web chat", "phone", "email"],
            "verdict": ["unclear", "same", "below"],
            "certainty": [np.nan, 0.83, 0.88],
        }
    )
    assert say_title_channel_rows(rows) == "Email is likely below the other channels"
    assert say_title_channel_rows(rows.head(2)) == "Of two channels, none stands apart"
    two = rows.assign(verdict=["above", "same", "below"], certainty=0.9)
    assert say_title_channel_rows(two) == "Of three channels, two stand apart"


def test_the_note_says_what_adjusting_changed_or_that_nothing_is_adjusted() -> None:
    told = say_channels_note(make_channels(PAIRS), nouns=NOUNS)
    assert "by age band and need. Over all agencies, that changes the verdict on one of" in told
    bare = say_channels_note(make_channels(PAIRS, adjusted=""), nouns=NOUNS)
    assert bare.startswith("Nothing is adjusted: channels serve different customers")


def test_the_spread_of_channels_is_a_size_with_its_range() -> None:
    told = say_channel_spread(make_channels(PAIRS), nouns=NOUNS)
    assert told == (
        "The channels of one agency lie typically 3.0 points from their average (likely 2.2 to "
        "4.1)."
    )
    assert say_channel_spread(make_channels(PAIRS), nouns=NOUNS, agency="B") == ""


def test_drawings_are_described_with_the_furthest_row() -> None:
    table = pd.DataFrame({"name": ["Water", "Streets"], "gap": [0.09, -0.18]})
    assert say_alt_departments(table, nouns=NOUNS).endswith("Furthest: Streets, −18 points.")
    assert say_alt_channels(table).endswith("Furthest from the others: Streets, −18\u00a0points.")
    long = say_alt_departments(table.assign(name="Department " * 9), nouns=NOUNS)
    assert "Furthest: Department Department" in long and "…, −18 points." in long
    assert say_alt_departments(table.head(0), nouns=NOUNS) and say_alt_channels(table.head(0))


def test_claims_say_figures_or_what_is_missing() -> None:
    waves = {"after": 0.05, "after_low": 0.04, "after_high": 0.06, "before": 0.06}
    waves |= {"dispersion": 0.8, "dispersion_low": 0.6, "dispersion_high": 1.1}
    facts = {**spread_facts(1.2, 2.5), **waves, "agencies": 12, "period_before": "2025"}
    board, channels = make_board([0.1], **facts), make_channels(PAIRS)
    claims = fit_department_claims(departments=board, channels=channels, officers=3)
    assessed, same, officers, drift = say_department_claims(claims, nouns=NOUNS)
    assert assessed.startswith("Missing: self-assessments. What would supply it:")
    assert "one of three pairs of channels gets another verdict" in assessed
    assert "3.0 points apart" in same and "that matters is 2.0" in same
    assert "departments differ more than averages of agencies, 6.0 points apart" in officers
    assert "in 2025 6.0; ratio 0.80 (0.60 to 1.10)" in drift and "no proof of cause" in drift
    missing = say_department_claims(fit_department_claims(), nouns=NOUNS)
    assert all(text.startswith("Missing: ") for text in missing)


def test_the_page_of_an_agency_uses_no_word_of_the_appendix() -> None:
    board, found = make_board([-0.09, 0.0, 0.02]), make_channels(PAIRS, agency="A")
    texts = [
        say_departments(board, agency="A", nouns=NOUNS),
        say_departments_note(board, nouns=NOUNS, agency="A"),
        say_title_departments(board, agency="A", nouns=NOUNS),
        say_channels(found, nouns=NOUNS, agency="A"),
        say_channel_spread(found, nouns=NOUNS, agency="A"),
        say_channels_note(found, nouns=NOUNS),
        say_title_channels(found, agency="A"),
    ]
    for text in texts:
        assert find_forbidden(text, grade="D") == [], text
        assert "standard deviation" not in text and "variance" not in text
