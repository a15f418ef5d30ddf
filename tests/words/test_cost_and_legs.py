"""What is said of cost and of the legs: nothing that the range does not say, no cause, no rank."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from cxanalytics.claims.verdicts import (
    CONTRADICTED,
    NOT_TESTABLE_HERE,
    SUPPORTED,
    TOO_IMPRECISE,
)
from cxanalytics.tables import Estimates
from cxanalytics.words import (
    Nouns,
    assert_sentence_allowed,
    say_alt_leg_relation,
    say_alt_legs,
    say_alt_long_run_cost,
    say_break_even,
    say_cost_change,
    say_leg_relation,
    say_leg_sizes,
    say_legs,
    say_legs_note,
    say_long_run_cost,
    say_long_run_cost_note,
    say_title_cost_change,
    say_title_leg_relation,
    say_title_legs,
    say_title_long_run_cost,
)

NOUNS = Nouns()
SIZES = {
    "cost_per_resolved": (-0.07, -0.15, 0.02),
    "unit_cost": (0.04, 0.03, 0.05),
    "contacts_per_case": (-0.11, -0.14, -0.08),
    "shift": (0.0, -0.01, 0.01),
    "lag0": (-0.03, -0.04, -0.02),
    "lag1": (-0.02, -0.03, -0.01),
    "later": (-0.05, -0.08, -0.02),
    "later_unit_cost": (0.0, -0.01, 0.01),
    "later_contacts": (-0.05, -0.08, -0.02),
    "long_run": (-0.08, -0.12, -0.04),
    "long_run_unit_cost": (0.01, -0.01, 0.03),
    "long_run_contacts": (-0.09, -0.12, -0.06),
    "net": (-0.2, -0.3, -0.1),
}


def _cost(sizes: dict[str, tuple[float, float, float]] | None = None, **facts: Any) -> Estimates:
    told = SIZES | (sizes or {})
    frame = pd.DataFrame(
        [(key, *values) for key, values in told.items()],
        columns=["key", "estimate", "conf_low", "conf_high"],
    ).assign(std_error=0.01, n=600.0)
    held: dict[str, Any] = {
        "verdict": SUPPORTED,
        "reason": "",
        "grade": "C",
        "same_counts": False,
        "lags": 2,
        "units": 173,
        "agencies": 24,
        "step": 0.1,
        "service": "Satisfied overall",
        "held_constant": "new contacts",
        "first": "2024-Q2",
        "last": "2026-Q3",
        "deflated": True,
        "followed": 9,
        "break_even": 4.2,
        "break_even_low": 2.1,
        "break_even_high": float("nan"),
    }
    return Estimates(frame=frame, quantity="x", facts=held | facts)


def _all_of_cost(estimates: Estimates) -> str:
    told = [
        say_long_run_cost(estimates, nouns=NOUNS),
        say_cost_change(estimates),
        say_break_even(estimates),
        say_title_long_run_cost(estimates),
        say_title_cost_change(estimates),
        say_long_run_cost_note(estimates),
    ]
    return " ".join(text for text in told if text)


def test_a_saving_is_said_with_size_range_base_and_grade() -> None:
    said = say_long_run_cost(_cost(), nouns=NOUNS)
    assert said.startswith(
        "Yes: two quarters of service 10\u00a0points better were followed by −5.0% (likely −8.0% "
        "to −2.0%) in the cost of a resolved case; 173 units of 24 agencies, grade C."
    )
    assert "contacts per resolved case: −5.0% (likely −8.0% to −2.0%)" in said
    assert "In the same quarter the cost differs by −3.0%" in said
    assert said.endswith("which came first is not known.")


@pytest.mark.parametrize(
    ("sizes", "facts", "opening"),
    [
        ({"later": (0.05, 0.02, 0.08)}, {"verdict": CONTRADICTED}, "No, cost rose: "),
        ({"later": (0.01, -0.02, 0.04)}, {"verdict": TOO_IMPRECISE}, "Not shown: "),
        ({}, {"verdict": TOO_IMPRECISE, "reason": "A placebo."}, "Not settled: "),
    ],
)
def test_the_opening_is_the_verdict(sizes, facts, opening) -> None:
    said = say_long_run_cost(_cost(sizes, **facts), nouns=NOUNS)
    assert said.startswith(opening)


def test_a_null_names_its_range_and_claims_no_saving() -> None:
    told = _cost({"later": (0.01, -0.02, 0.04)}, verdict=TOO_IMPRECISE)
    said = _all_of_cost(told)
    assert "The range holds zero." in said and "(likely −2.0% to +4.0%)" in said
    assert "no saving and no break-even month are claimed" in said
    assert "No lower cost of a resolved case is shown" in said
    assert "Yes" not in said


def test_what_cannot_be_tested_says_why() -> None:
    reason = "Service is measured by the counts."
    told = _cost(verdict=NOT_TESTABLE_HERE, reason=reason, same_counts=True, grade="D")
    said = say_long_run_cost(told, nouns=NOUNS)
    assert said.startswith(f"Not testable with these data. {reason} In part by arithmetic,")
    assert "the cost of a contact: +1.0% (likely −1.0% to +3.0%)" in said
    assert say_break_even(told) == ""
    assert "followed" not in said


def test_the_month_of_break_even_has_a_range() -> None:
    said = say_break_even(_cost())
    assert said.endswith("Break-even after four months (likely two to later than 9 months).")
    assert "Net by the end of 9 months: −60.0% (likely −90.0% to −30.0%)" in said
    late = say_break_even(_cost(break_even=float("nan")))
    assert "not paid back within the 9 months" in late
    bare = say_break_even(_cost(break_even_low=float("nan")))
    assert bare.endswith("its range is not known.")


def test_the_change_says_a_direction_only_where_the_range_does() -> None:
    assert say_cost_change(_cost()).startswith("No clear change of the cost of a resolved case")
    fell = _cost({"cost_per_resolved": (-0.07, -0.12, -0.02)}, deflated=False)
    assert say_cost_change(fell).startswith("The cost of a resolved case fell")
    assert say_cost_change(fell).endswith("no price index was given.")
    assert say_title_cost_change(fell) == "The cost of a resolved case fell"
    rose = _cost({"cost_per_resolved": (0.07, 0.02, 0.12)})
    assert say_title_cost_change(rose) == "The cost of a resolved case rose"
    nan = float("nan")
    unsure = say_cost_change(_cost({"cost_per_resolved": (0.07, nan, nan)}))
    assert unsure.startswith("No clear change") and "+7.0% (range not known)" in unsure


def test_an_open_end_is_said() -> None:
    said = say_long_run_cost(_cost({"later": (-0.05, -0.08, float("inf"))}), nouns=NOUNS)
    assert "(likely −8.0% to no end)" in said


@pytest.mark.parametrize("verdict", [SUPPORTED, CONTRADICTED, TOO_IMPRECISE])
def test_no_sentence_on_cost_goes_beyond_its_grade(verdict) -> None:
    said = _all_of_cost(_cost(verdict=verdict))
    assert_sentence_allowed(said, grade="C", page="appendix")
    assert "nan" not in said and "  " not in said


def test_the_ladder_is_described_with_its_largest() -> None:
    frame = pd.DataFrame({"name": ["Same quarter", "Later"], "estimate": [-0.031, 0.004]})
    table = frame.assign(conf_low=-0.04, conf_high=[-0.02, 0.02], clear=[True, False])
    said = say_alt_long_run_cost(table)
    assert said.startswith("Two rows of dots and ranges") and len(said.split()) <= 60
    assert said.endswith("One range leaves zero out. Furthest from zero: Same quarter, 3.1% less.")


def _legs(weakest: str = "", *, share: bool = True, **facts: Any) -> Estimates:
    legs = ("expectations", "capabilities", "rewards")
    sizes = {"expectations": (0.01, 0.004, 0.016), "capabilities": (0.0, -0.01, 0.01)}
    sizes |= {"rewards": (-0.01, -0.02, -0.002), "interaction": (0.005, -0.002, 0.012)}
    relation = pd.DataFrame(
        [(key, "relation", "", *values) for key, values in sizes.items()],
        columns=["key", "kind", "agency", "estimate", "conf_low", "conf_high"],
    )
    scores = pd.DataFrame(
        {
            "key": [f"{leg}/North" for leg in legs],
            "kind": "score",
            "agency": "North",
            "leg": legs,
            "estimate": [0.6, 0.55, 0.4],
            "conf_low": [0.5, 0.45, 0.3],
            "conf_high": [0.7, 0.65, 0.5],
            "rank_low": 9.0,
            "rank_high": 27.0,
            "peers": 39.0,
            "weakest": [leg == weakest for leg in legs],
        }
    )
    frame = pd.concat([relation, scores], ignore_index=True).assign(std_error=0.01, n=100.0)
    held: dict[str, Any] = {
        "verdict": TOO_IMPRECISE,
        "reason": "",
        "grade": "D",
        "step": 0.1,
        "units": 167,
        "agencies": 40,
        "weakest_called": 2,
        "performance": "Would recommend us",
        "performance_is": "share" if share else "mean",
        "higher_is_better": True,
    }
    return Estimates(frame=frame, quantity="x", facts=held | facts)


def test_the_weakest_leg_has_the_range_of_its_place() -> None:
    said = say_legs(_legs("capabilities"), "North")
    assert said == (
        "Capabilities are your weakest leg, likely 9th to 27th of 40. Staff answer positively: 55% "
        "(likely 45% to 65%)."
    )
    assert_sentence_allowed(said)
    none = say_legs(_legs(), "North")
    assert none == "None of expectations, capabilities and rewards is clearly your weakest."
    assert say_legs(_legs(), "South") == ""


def test_a_board_gives_the_place_where_it_is_known(benchmark_table) -> None:
    told = _legs("capabilities")
    frame = told.frame.assign(agency=told.frame["agency"].replace("North", "A"))
    told = Estimates(frame=frame, quantity="x", facts=told.facts)
    said = say_legs(told, "A", boards={"capabilities": benchmark_table})
    assert "your weakest leg, likely 1st of 2." in said


@pytest.mark.parametrize(
    ("verdict", "opening"),
    [
        (SUPPORTED, "Yes: units where all three are better also do better"),
        (CONTRADICTED, "No: not all of it holds"),
        (TOO_IMPRECISE, "Not shown that all three are needed"),
    ],
)
def test_the_relation_says_what_each_range_says(verdict, opening) -> None:
    said = say_leg_relation(_legs(verdict=verdict))
    assert said.startswith(opening)
    assert "performance is better with expectations" in said
    assert "worse with rewards" in said and "no clear pattern with capabilities" in said
    assert "(167 units, grade D)" in said
    assert "Whether capabilities need rewards is not clear" in said
    assert_sentence_allowed(said, grade="D", page="appendix")
    assert "nan" not in said


def test_lower_is_better_turns_the_words() -> None:
    said = say_leg_relation(_legs(higher_is_better=False))
    assert "performance is better with rewards" in said and "worse with expectations" in said


def test_legs_that_cannot_be_related_say_why() -> None:
    told = _legs(verdict=NOT_TESTABLE_HERE, reason="No staff items are mapped to rewards.")
    assert say_leg_relation(told) == (
        "Not testable with these data. No staff items are mapped to rewards."
    )
    assert say_leg_sizes(told) == []


def test_sizes_are_in_the_unit_of_performance() -> None:
    first, *_ = say_leg_sizes(_legs())
    assert first == (
        "Expectations, 10\u00a0points more and the other two held constant: +1.0\u00a0points "
        "(likely +0.4 to +1.6) of “Would recommend us”."
    )
    plain, *_ = say_leg_sizes(_legs(share=False))
    assert "+0.01 (likely" in plain


def test_titles_count_and_conclude() -> None:
    assert say_title_legs(_legs(), nouns=NOUNS) == (
        "Two of 40 agencies have a leg that is clearly the weakest"
    )
    assert say_title_legs(_legs(weakest_called=0), nouns=NOUNS).startswith("None of 40 agencies")
    assert say_title_leg_relation(_legs()) == (
        "It is not shown that performance goes with all three"
    )
    assert "not proof of cause" in say_legs_note()


def test_pictures_of_legs_are_described() -> None:
    table = pd.DataFrame(
        {
            "leg": ["expectations", "expectations", "rewards", "rewards"],
            "estimate": [0.5, 0.8, 0.3, 0.6],
            "yours": [True, False, True, False],
        }
    )
    assert say_alt_legs(table) == (
        "Two strips of dots, one per leg: positive answers of staff, two dots each. Expectations "
        "50% to 80%, yours 50%; rewards 30% to 60%, yours 30%."
    )
    ladder = pd.DataFrame({"name": ["Rewards"], "estimate": [0.1], "clear": [True]})
    assert say_alt_leg_relation(ladder).endswith("Clear of zero: Rewards.")
    none = ladder.assign(clear=False)
    assert say_alt_leg_relation(none, in_points=False).endswith("Every range holds zero.")
    assert np.all([len(say_alt_legs(table).split()) <= 60])
