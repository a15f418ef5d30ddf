"""What the page of a study says of morale: every answer, in words that its design allows."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from cxanalytics.tables import Check, Estimates, Panel
from cxanalytics.words import (
    Compared,
    Nouns,
    find_forbidden,
    list_morale_study_doubts,
    name_compared,
    per_step,
    say_morale_study,
    say_morale_study_apart,
    say_morale_study_base,
    say_morale_study_sizes,
    say_order,
    say_order_of_sources,
    say_title_morale_study,
    scale_of,
)

WAYS = {1: (0.2, 0.1, 0.3), -1: (-0.2, -0.3, -0.1), 0: (0.01, -0.1, 0.12)}
TRUSTS = Compared("trust", "trusts")
PARTS = Compared("agency", "agencies", "units")


def _estimates(between: int | None, within: int | None, **facts) -> Estimates:
    rows = []
    for key, way in (("within", within), ("between", between)):
        figures = (np.nan,) * 3 if way is None else WAYS[way]
        rows.append((key, figures[0], 0.05, *figures[1:], 396.0))
    columns = ["key", "estimate", "std_error", "conf_low", "conf_high", "n"]
    told = {"groups": 135, "periods": 3, "grade": "D", "group": "unit", "same_source": False}
    return Estimates(
        frame=pd.DataFrame(rows, columns=columns), quantity="change", facts={**told, **facts}
    )


def _panel(*, better: bool = True, **more) -> Panel:
    frame = pd.DataFrame(
        {
            "trust": ["A", "A", "B"],
            "year": ["1", "2", "1"],
            "morale": [3.9, 3.7, 4.1],
            "waits": [0.8, 0.9, 0.7],
        }
    )
    return Panel.from_frame(
        frame, agency="trust", period="year", morale="morale", performance="waits",
        morale_label="Care", performance_label="Within four hours", higher_is_better=better, **more,
    )  # fmt: skip


def _say(between, within, compared=TRUSTS, **facts) -> str:
    return say_morale_study(_estimates(between, within, **facts), compared=compared)


def test_each_answer_says_both_relations() -> None:
    assert _say(1, 1) == (
        "Yes: trusts with higher morale also do better, and a trust also does better when its own "
        "morale is higher."
    )
    assert _say(1, 0) == (
        "Better places, not shown to improve: trusts with higher morale also do better, but a "
        "trust is not shown to do better or worse when its morale is higher."
    )
    assert _say(0, 0).startswith("No clear pattern: trusts with higher morale are not shown to do")
    assert _say(0, 1).startswith("Only within a trust: a trust also does better when")
    assert _say(-1, -1).startswith("The other way round: trusts with higher morale also do worse")
    assert _say(-1, 1).startswith("It depends on what is compared: ")
    assert _say(1, None) == "Yes: trusts with higher morale also do better."
    assert _say(0, None).startswith("No clear pattern: trusts with higher morale are not shown")
    assert _say(None, None) == "Too few trusts to tell: no range can be given."
    assert _say(1, 1, groups=7) == "Too few trusts (fewer than 8) to tell."


def test_no_answer_uses_a_word_that_its_design_does_not_allow() -> None:
    panel, scale = _panel(), scale_of(_panel())
    for (one, other), compared in itertools.product(
        itertools.product((1, 0, -1, None), repeat=2),
        (TRUSTS, PARTS, Compared("office", "offices")),
    ):
        scaled = per_step(_estimates(one, other), scale)
        said = [
            say_morale_study(scaled, compared=compared),
            say_title_morale_study(scaled, compared=compared),
            say_morale_study_base(scaled, compared=compared),
            say_morale_study_apart(
                scaled, scale, reasons={"x": "hires by season"}, compared=compared
            ),
            *say_morale_study_sizes(scaled, scale, panel=panel, compared=compared),
            *(text for _, text in list_morale_study_doubts(panel, scaled)),
        ]
        for text in said:
            assert find_forbidden(text, grade="D") == [], text
            assert " a office" not in f" {text}" and "nan" not in text.lower(), text
        assert len(said[4:]) == sum(way is not None for way in (one, other)) + 5


def test_sizes_are_better_or_worse_by_the_declared_direction() -> None:
    for better, word in ((True, "better"), (False, "worse")):
        panel = _panel(better=better)
        scaled = per_step(_estimates(1, 1), scale_of(panel))
        (between, within) = say_morale_study_sizes(
            scaled, scale_of(panel), panel=panel, compared=TRUSTS
        )
        assert between == (
            "Between trusts, one point more on “Care” goes with “Within four hours” "
            f"20\u00a0points {word} (likely 10 to 30)."
        )
        assert within.startswith("Within a trust, one point more on “Care”")
        assert say_morale_study(scaled, compared=TRUSTS).startswith(
            "Yes" if better else "The other way round"
        )


def test_the_nouns_follow_what_is_compared() -> None:
    nouns = Nouns(organization="trust", organizations="trusts")
    assert name_compared(_panel(), _estimates(1, 1), nouns=nouns) == TRUSTS
    teams = _panel()
    teams = Panel(teams.frame.assign(unit=["x", "x", "y"]), "Care", "Waits")
    assert name_compared(teams, _estimates(1, 1), nouns=nouns) == Compared("team", "teams")
    one_wave = name_compared(teams, _estimates(1, 1, group="agency"), nouns=nouns)
    assert one_wave == Compared("trust", "trusts", "teams")
    assert one_wave.inside == "between teams of one trust"


def test_without_units_set_apart_the_sentence_says_who_and_why() -> None:
    scale = scale_of(_panel())
    text = say_morale_study_apart(
        per_step(_estimates(0, 1), scale), scale,
        reasons={"x": "hires by season", "y": "hires by season"}, compared=PARTS,
    )  # fmt: skip
    assert text == (
        "Without the two units, each of which hires by season: between agencies 1\u00a0point "
        "better (likely 10 worse to 12 better); between units of one agency 20\u00a0points better "
        "(likely 10 to 30)."
    )


def test_doubts_name_design_order_source_and_error() -> None:
    notes = (Check("order in time", None, "The quits are of 2017."),)
    panel = _panel(notes=notes, same_source=True)
    assert say_order_of_sources(panel) == "The quits are of 2017."
    doubts = dict(list_morale_study_doubts(panel, _estimates(1, 1), order="Not settled."))
    assert doubts["Design"] == (
        "Grade D on a scale of A to D: morale and results of the same wave are compared."
    )
    assert doubts["Order in time"] == "The quits are of 2017. Not settled."
    assert "same people" in doubts["Source"]
    assert "not corrected" in doubts["Error in morale"]
    assert "It was not published" in doubts["Number of answers"]
    known = Panel(panel.frame.assign(morale_se=0.01, n=50), "Care", "Waits")
    doubts = dict(list_morale_study_doubts(known, _estimates(1, 1, periods=1)))
    assert "one point in time" in doubts["Design"]
    assert (
        not {"Error in morale", "Number of answers"} & set(doubts) and "Order in time" not in doubts
    )


@pytest.mark.parametrize(
    ("between", "within", "title"),
    [
        (1, 1, "A clear pattern between trusts and within a trust"),
        (1, 0, "A clear pattern between trusts"),
        (0, 0, "No clear pattern between trusts or within a trust"),
        (0, None, "No clear pattern between trusts"),
        (None, None, "No clear pattern to be told"),
    ],
)
def test_the_title_counts_what_is_clear(between, within, title) -> None:
    assert say_title_morale_study(_estimates(between, within), compared=TRUSTS) == title


def test_an_order_that_cannot_be_tested_is_said_once() -> None:
    told = {"order": "not testable", "reason": "Which came first cannot be settled with 1 wave."}
    ladder = _estimates(1, 1, **told, waves=1)
    assert say_order(ladder) == "Which came first cannot be tested with one wave."
