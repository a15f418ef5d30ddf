"""Parts of the variance are said with their ranges, and none where none can be shown."""

import pandas as pd
import pytest

from cxanalytics.charts import variance_parts_table
from cxanalytics.tables import Estimates
from cxanalytics.words import (
    Nouns,
    assert_sentence_allowed,
    say_alt_variance_parts,
    say_variance_note,
    say_variance_parts,
    say_variance_spread,
)

NBSP = "\u00a0"
AGENTS = {"psu": "agents"}


def made(*, agency_low=0.002, wide=False):
    high = 0.15 if wide else 0.018
    rows = [
        ("agency", 0.006, agency_low, 0.012, 0.03, 0.0 if agency_low == 0 else 0.01, 0.05, 24),
        ("unit", 0.007, 0.004, 0.010, 0.034, 0.026, 0.042, 178),
        ("psu", 0.015, 0.012, high, 0.0494, 0.044, 0.054, 4246),
        ("case_mix", 0.02, 0.01, 0.03, None, None, None, None),
        ("rest", 0.952, 0.94, 0.96, None, None, None, None),
    ]
    columns = ["key", "estimate", "conf_low", "conf_high", "points", "points_low", "points_high"]
    frame = pd.DataFrame(rows, columns=[*columns, "groups"])
    facts = {
        "n": 73625.0,
        "agencies": 24,
        "case_mix": "age_band, need",
        "topic": True,
        "grade": "D",
    }
    return Estimates(frame.assign(std_error=0.001, n=73625.0), quantity="part", facts=facts)


def test_every_part_comes_with_its_range():
    assert say_variance_parts(made(), nouns=Nouns(), names=AGENTS) == (
        "Of the differences in recommendation, 0.6% (likely 0.2% to 1.2%) lie between agencies, "
        "0.7% (likely 0.4% to 1.0%) between teams, and 1.5% (likely 1.2% to 1.8%) between agents; "
        "the rest is topic, outcome and chance."
    )


def test_sampling_units_are_not_called_agents_unless_they_are():
    said = say_variance_parts(made(), nouns=Nouns())
    assert "between sampling units" in said
    assert "agents" not in said


def test_without_topics_the_rest_lies_between_people():
    parts = made()
    staff = Estimates(parts.frame, quantity="part", facts={"topic": False})
    assert say_variance_parts(staff, nouns=Nouns()).endswith(
        "; the rest lies between people, or is chance."
    )


def test_a_range_from_nothing_is_no_difference():
    said = say_variance_parts(made(agency_low=0.0), nouns=Nouns(), names=AGENTS)
    assert said.startswith("Of the differences in recommendation, 0.7% (likely")
    assert said.endswith("Between agencies none can be shown (at most 1.2% each).")
    none = made()
    nothing = Estimates(none.frame.assign(conf_low=0.0), quantity="part", facts=none.facts)
    assert say_variance_parts(nothing, nouns=Nouns(organizations="offices"), names=AGENTS) == (
        "No differences in recommendation can be shown between offices, teams and agents."
    )


def test_wide_ranges_carry_no_decimals():
    said = say_variance_parts(made(wide=True), nouns=Nouns(), names=AGENTS)
    assert "2% (likely 1% to 15%) between agents" in said


def test_the_spread_is_told_in_points():
    assert say_variance_spread(made(), nouns=Nouns(), names=AGENTS) == (
        f"About two in three agents lie within 4.9{NBSP}points of the average share "
        "(likely 4.4 to 5.4)."
    )
    flat = made()
    flat = Estimates(
        flat.frame.assign(conf_low=0.0, points_low=2e-16), quantity="part", facts=flat.facts
    )
    assert say_variance_spread(flat, nouns=Nouns()) == ""


def test_the_note_has_base_what_was_alike_and_no_cause():
    assert say_variance_note(made(), nouns=Nouns()) == (
        "Base: 73,625 customers in 24 agencies. Compared at the same age band and need. "
        "This shows where answers differ, not why."
    )
    bare = Estimates(made().frame, quantity="part")
    assert say_variance_note(bare, nouns=Nouns()) == "This shows where answers differ, not why."


@pytest.mark.parametrize("low", [0.0, 0.002])
def test_no_sentence_says_more_than_its_design(low):
    parts = made(agency_low=low)
    for say in (say_variance_parts, say_variance_spread):
        assert_sentence_allowed(say(parts, nouns=Nouns()), grade="D", page="executive")
    assert_sentence_allowed(say_variance_note(parts, nouns=Nouns()), grade="D", page="executive")


def test_the_alternative_text_takes_its_numbers_from_the_table():
    table = variance_parts_table(made(agency_low=0.0), names={"psu": "Agents"})
    assert say_alt_variance_parts(table) == (
        "Dot-and-range chart of three levels: how far shares lie apart between groups, in points. "
        "The largest is Agents, 4.9 points, likely 4.4 to 5.4, 1.5% of all differences between "
        "4,246 groups. Two ranges leave zero out."
    )
    assert len(say_alt_variance_parts(table).split()) <= 60
    assert say_alt_variance_parts(table.head(0)).startswith("Dot-and-range chart of no level")
