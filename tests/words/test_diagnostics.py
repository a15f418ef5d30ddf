"""Sentences about the model's checks follow the checks, carry their sizes, and claim no cause."""

import itertools

import pandas as pd
import pytest

from cxanalytics.tables import Check, Estimates
from cxanalytics.words import (
    Nouns,
    assert_sentence_allowed,
    say_alt_calibration,
    say_alt_driver_levels,
    say_alt_other_outcomes,
    say_calibration,
    say_calibration_note,
    say_diagnostics,
    say_driver_levels,
    say_driver_levels_note,
    say_influence,
    say_other_outcomes,
    say_other_outcomes_note,
    say_story,
    say_title_calibration,
    say_title_outcomes,
)

NBSP = "\u00a0"


def table(rows, **facts):
    frame = pd.DataFrame(rows)
    for column in ("estimate", "std_error", "conf_low", "conf_high", "n"):
        if column not in frame:
            frame[column] = float("nan")
    return frame, facts


def calibration(slope=0.98, skill=0.4, *, passed=True, skilled=True, bins=True):
    rows = [
        {"key": "slope", "estimate": slope, "conf_low": slope - 0.04, "conf_high": slope + 0.04},
        {"key": "brier_skill", "estimate": skill, "conf_low": skill, "conf_high": skill},
        {"key": "auc", "estimate": 0.893},
        {"key": "agency_miss", "estimate": 0.0326},
    ]
    frame, facts = table(rows, n=11_442.0, agencies=24, folds=10)
    checks = (
        Check("calibration_slope", passed, ""),
        Check("skill", skilled, ""),
        Check("calibration_bins", bins, ""),
    )
    return Estimates(frame=frame, quantity="Share", checks=checks, facts=facts)


def influence(*flagged, changes=False):
    rows = [
        {
            "key": name,
            "driver": "ease",
            "label": "Easy",
            "flagged": name in flagged,
            "verdict_changes": changes and name in flagged,
            "full": 0.044,
            "without": 0.031,
        }
        for name in ("Aid", "Port", "Zoo")
    ]
    return Estimates(frame=table(rows)[0], quantity="Shift")


def levels(*pairs):
    rows = []
    for place, (within, between) in enumerate(pairs):
        for term, value, half in (
            ("within", within, 0.01),
            ("between", between, 0.05),
            ("difference", between - within, 0.05),
        ):
            rows.append(
                {
                    "key": f"d{place}/{term}",
                    "driver": f"d{place}",
                    "label": f"Driver {place}",
                    "term": term,
                    "estimate": value,
                    "conf_low": value - half,
                    "conf_high": value + half,
                    "spread": 0.15 if term == "between" else float("nan"),
                }
            )
    return Estimates(frame=table(rows)[0], quantity="Change")


def outcomes(story="same", *, p_same=0.92, changed="", there="Easy", known=True):
    common = {"outcome": "trust", "outcome_label": "Trust us"}
    correlation = 0.9 if known else float("nan")
    rows = [
        {
            "key": "trust/(leader)",
            "kind": "leader",
            "driver": "ease",
            "label": "Easy",
            "leader_there": there,
            "story": story,
            "p_same": p_same,
            "estimate": 0.05,
            "conf_low": 0.02,
            "conf_high": 0.08,
            **common,
        },
        {
            "key": "trust/(agencies)",
            "kind": "agencies",
            "estimate": correlation,
            "agencies": 24.0,
            "changed_sides": changed,
            **common,
        },
    ]
    frame, facts = table(rows, outcome="recommend", difference=0.02)
    return Estimates(frame=frame, quantity="Change", facts=facts)


def test_calibration_follows_its_checks():
    assert say_calibration(calibration(), nouns=Nouns()) == (
        "Yes: in agencies left out of the fit, predicted shares come true (slope 0.98, likely "
        "0.94 to 1.02; 1 is right)."
    )
    assert "predicted shares are too extreme (slope 0.60" in say_calibration(
        calibration(0.6, passed=False), nouns=Nouns()
    )
    assert "too timid" in say_calibration(calibration(1.5, passed=False), nouns=Nouns())
    assert say_calibration(calibration(skilled=False), nouns=Nouns()) == (
        "No: in agencies left out of the fit, the model tells no more than the overall share does."
    )
    titles = [
        say_title_calibration(estimates, nouns=Nouns())
        for estimates in (calibration(), calibration(bins=False), calibration(passed=False))
    ]
    assert titles == [
        "Predicted shares come true in other agencies",
        "Predicted shares come true on the whole, not in every bin",
        "Predicted shares do not carry to other agencies",
    ]


def test_the_note_of_calibration_has_pairs_miss_and_base():
    note = say_calibration_note(calibration(), nouns=Nouns(organization="office"))
    assert "first in 89% of pairs; 50% is chance" in note
    assert f"The share of an office it has not seen is missed by 3.3{NBSP}points" in note
    assert "Base: 11,442 customers in 24 agencies, dealt into 10 parts" in note


def test_the_answer_of_the_section_joins_both_checks():
    both = say_diagnostics(calibration(), influence(), nouns=Nouns())
    assert both == "It holds for agencies that it has not seen, and no single agency decides it."
    mixed = say_diagnostics(calibration(), influence("Aid"), nouns=Nouns())
    assert mixed == "It holds for agencies that it has not seen, but one agency moves it."
    bad = say_diagnostics(calibration(passed=False), influence("Aid", "Zoo"), nouns=Nouns())
    assert bad == ("It does not hold for agencies that it has not seen, and two agencies move it.")
    assert say_diagnostics(None, None, nouns=Nouns()).startswith("Not known:")


def test_an_agency_that_matters_is_named_with_both_figures():
    assert say_influence(influence(), nouns=Nouns()).startswith("No agency decides it alone")
    said = say_influence(influence("Port"), nouns=Nouns(), labels={"ease": "Easy to deal with"})
    assert said == (
        f"One agency matters: without Port, “Easy to deal with” goes with +3.1{NBSP}points instead "
        f"of +4.4{NBSP}points. No verdict on a driver changes."
    )
    assert say_influence(influence("Port", changes=True), nouns=Nouns()).endswith(
        "Leaving one out changes a verdict once."
    )


def test_within_and_between_are_both_counted():
    said = say_driver_levels(levels((0.2, 0.5), (0.1, 0.11)), nouns=Nouns())
    assert said == (
        "Within an agency, all two drivers go with recommendation; between agencies, two of two. "
        f"For one driver, the two relations differ clearly; most for “Driver 0”: +20 and "
        f"+50{NBSP}points for one step."
    )
    same = say_driver_levels(levels((0.2, 0.21), (0.0, 0.0)), nouns=Nouns())
    assert same.endswith("one of two. No clear difference between the two is found.")
    nan = float("nan")
    few = say_driver_levels(levels((0.2, nan)), nouns=Nouns())
    assert few == (
        "Within an agency, the driver goes with recommendation; between agencies, nothing can be "
        "told."
    )
    note = say_driver_levels_note(levels((0.2, 0.5)), nouns=Nouns())
    assert "Agencies differ by 0.15 steps" in note and "not between people" in note


@pytest.mark.parametrize(
    ("options", "start"),
    [
        (
            {},
            "“Trust us” would tell the same story: “Easy” leads there too (92% certain). None of",
        ),
        (
            {"there": "Fast"},
            f"“Trust us” would tell the same story: “Easy” is within 2{NBSP}points of “Fast” there",
        ),
        (
            {"story": "another", "p_same": 0.04, "there": "Fast"},
            f"“Trust us” would tell another story: “Fast” leads there, and “Easy” falls short by "
            f"5.0{NBSP}points (likely +2.0 to +8.0). None of 24 agencies changes sides.",
        ),
        (
            {"story": "another", "changed": "Aid; Zoo"},
            "“Trust us” would tell another story: two of 24 agencies change sides, Aid and Zoo. "
            "“Easy” leads there too (92% certain).",
        ),
        (
            {"story": "unclear", "p_same": 0.6},
            "“Trust us” is too close to call: whether “Easy” falls short of the largest there by",
        ),
        (
            {"known": False},
            "“Trust us” would tell the same story: “Easy” leads there too (92% certain). 24 "
            "agencies are too few to be compared.",
        ),
    ],
)
def test_a_story_says_why(options, start):
    assert say_story(outcomes(**options), "trust", nouns=Nouns()).startswith(start)


def test_stories_are_told_together_and_in_the_title():
    assert say_other_outcomes(outcomes()) == "“Trust us” would tell the same story."
    assert say_other_outcomes(outcomes("unclear")) == "“Trust us” is too close to call."
    assert say_other_outcomes(outcomes("another"), labels={"trust": "Trust"}) == (
        "“Trust” would tell another story."
    )
    assert say_title_outcomes(outcomes()) == "The other question would tell the same story"
    assert say_title_outcomes(outcomes("another")).endswith("would tell another story")
    two = outcomes()
    both = pd.concat([two.frame, outcomes("another").frame.replace("trust", "satisfied")])
    both["key"] = both["key"].where(both["outcome"] == "trust", both["key"] + "2")
    title = say_title_outcomes(Estimates(frame=both, quantity="", facts=two.facts))
    assert title == "Other questions: one tells the same story, one another"
    open_ones = both.assign(story=both["story"].replace("same", "unclear"))
    title = say_title_outcomes(Estimates(frame=open_ones, quantity="", facts=two.facts))
    assert title == (
        "Other questions: none tells the same story, one another, one is too close to call"
    )
    assert len(title.split()) <= 15
    assert "80% certain" in say_other_outcomes_note(outcomes())


def test_alternative_texts_are_short_and_from_the_table():
    bins = pd.DataFrame({"predicted": [0.1, 0.9], "estimate": [0.2, 0.9]})
    assert say_alt_calibration(bins).endswith(
        "The largest gap is at 10% predicted, where 20% is observed."
    )
    both = pd.DataFrame({"name": ["Easy"], "within": [0.2], "between": [float("nan")]})
    assert say_alt_driver_levels(both).endswith("Within: +20 to +20.")
    rows = pd.DataFrame({"name": ["Easy"], "outcome_name": ["Trust"], "estimate": [0.2]})
    assert say_alt_other_outcomes(rows).endswith(
        f"The largest figure is Easy for Trust, +20.0{NBSP}points."
    )


def test_every_sentence_keeps_to_grade_d():
    stories = itertools.product(("same", "another", "unclear"), (0.9, 0.5, 0.05), ("", "Aid"))
    said = [
        say_story(outcomes(story, p_same=p, changed=changed), "trust", nouns=Nouns())
        for story, p, changed in stories
    ]
    said += [say_driver_levels(levels((0.2, 0.5), (-0.1, 0.0)), nouns=Nouns())]
    said += [say_influence(influence("Aid", changes=True), nouns=Nouns())]
    for text in said:
        assert_sentence_allowed(text, grade="D", page="appendix")
        assert "nan" not in text and text.endswith(".")
