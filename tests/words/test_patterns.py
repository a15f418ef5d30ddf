"""What goes with what is said with its size, range and base, and never as a cause."""

import itertools

import pandas as pd
import pytest

from cxanalytics.errors import ParamsError
from cxanalytics.rules import Thresholds
from cxanalytics.tables import Estimates
from cxanalytics.words import (
    Nouns,
    assert_sentence_allowed,
    say_driver,
    say_morale,
    say_morale_note,
    say_morale_sizes,
    say_ratio,
    say_recommendation,
    say_recommendation_note,
    say_unclear_drivers,
)

NBSP = "\u00a0"


def made(keys, values, *, half=0.02, **facts):
    frame = pd.DataFrame({"key": keys, "estimate": values, "std_error": half / 2, "n": 23906})
    frame["conf_low"], frame["conf_high"] = frame["estimate"] - half, frame["estimate"] + half
    return Estimates(frame=frame, quantity="change", facts={"grade": "D", **facts})


def drivers(*values):
    return made([f"d{i}" for i in range(len(values))], list(values), agencies=24, baseline=0.64)


def test_the_leading_driver_comes_with_points_and_range():
    said = say_recommendation(drivers(0.08, 0.01), nouns=Nouns(), labels={"d0": "Resolved"})
    assert said == (
        f"Where “Resolved” is rated one step better, recommendation differs by +8.0{NBSP}points "
        "(likely +6.0 to +10.0). One of two drivers has a range clear of zero."
    )
    assert say_recommendation(drivers(0.01), nouns=Nouns()).startswith("We cannot yet separate")
    assert say_unclear_drivers(drivers(0.08, 0.01)) == "Too close to call: d1."


def test_wide_ranges_carry_no_decimals():
    wide = made(["d"], [0.08], half=0.06).frame.iloc[0]
    assert f"+8{NBSP}points (likely +2 to +14)" in say_driver(wide, nouns=Nouns(), label="Wait")


def test_the_note_has_base_source_and_no_cause():
    note = say_recommendation_note(drivers(0.08), nouns=Nouns())
    assert note == (
        "Base: 23,906 customers in 24 agencies. Of these, 64% would recommend. Both answers come "
        "from the same person and survey. This shows what goes together, not proof of cause."
    )


def test_the_ratio_follows():
    row = pd.Series({"ratio": 1.12, "ratio_low": 1.05, "ratio_high": 1.2})
    assert say_ratio(row) == "As a ratio: 1.12 (likely 1.05 to 1.20)."


def test_drivers_are_not_told_at_a_causal_grade():
    with pytest.raises(ParamsError, match="`grade` must be one of 'C', 'D'; got 'A'"):
        say_driver(drivers(0.08).frame.iloc[0], nouns=Nouns(), label="Wait", grade="A")


@pytest.mark.parametrize("grade", ["C", "D"])
def test_sentences_about_drivers_keep_to_their_grade(grade):
    for value, step in itertools.product((-0.08, 0.0, 0.08), (1.0, 2.0, 1.5)):
        row = drivers(value).frame.iloc[0].copy()
        row["step"] = step
        said = say_driver(
            row, nouns=Nouns(), label="Told what would happen next by staff", grade=grade
        )
        assert_sentence_allowed(said, grade=grade)
        assert len(said.split()) <= 22


def morale(between, within, **facts):
    known = {"groups": 60, "group": "unit", "morale_sd": 0.08, "standardized": True}
    return made(["within", "between"], [within, between], **{**known, **facts})


@pytest.mark.parametrize(
    ("between", "within", "start"),
    [
        (0.05, 0.04, "Yes: units with higher morale do better, and a unit does better"),
        (0.05, 0.0, "Only between units: units with higher morale do better;"),
        (0.0, 0.04, "Only within units: a unit does better"),
        (0.0, 0.0, "No clear pattern, between units or within them."),
        (-0.05, 0.04, "Not as expected: units with higher morale do worse, but a unit does better"),
    ],
)
def test_morale_between_and_within_are_both_said(between, within, start):
    assert say_morale(morale(between, within)).startswith(start)


def test_lower_can_be_better():
    assert say_morale(morale(-0.05, -0.04, higher_is_better=False)).startswith("Yes")


def test_too_few_units_give_no_answer():
    assert say_morale(morale(0.05, 0.05, groups=7)) == "Too few units (fewer than 8) to tell."
    raised = say_morale(morale(0.05, 0.05, groups=11), thresholds=Thresholds(peers=12))
    assert raised == "Too few units (fewer than 12) to tell."
    lost = morale(0.05, 0.05)
    lost.frame.loc[0, ["conf_low", "conf_high"]] = float("nan")
    assert say_morale(lost) == "Yes: units with higher morale do better."


def test_sizes_are_told_per_ten_points_of_morale():
    said = say_morale_sizes(morale(0.04, 0.02), performance="resolution")
    assert said[0] == (
        f"Between units, 10{NBSP}points more morale goes with resolution +5.0{NBSP}points "
        "(likely +2.5 to +7.5)."
    )
    plain = say_morale_sizes(morale(0.5, 0.2, standardized=False), performance="resolution")
    assert f"+5.0{NBSP}points" in plain[0]


def test_sentences_about_morale_keep_to_their_grade():
    values = (-0.05, 0.0, 0.05)
    for between, within, group in itertools.product(values, values, ("unit", "agency")):
        estimates = morale(between, within, group=group, same_source=True)
        said = [say_morale(estimates), say_morale_note(estimates)]
        for text in said + say_morale_sizes(estimates, performance="first-contact resolution"):
            assert_sentence_allowed(text, grade="D")
            assert all(len(part.split()) <= 22 for part in text.split(". "))
