"""Two dimensions are called one, or two, only where the whole range says so."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxanalytics.tables import Estimates
from cxanalytics.words import (
    Nouns,
    assert_sentence_allowed,
    say_agreement,
    say_alt_dimensions,
    say_dimensions,
    say_dimensions_note,
    say_placed,
    say_title_dimensions,
)

KEYS = ("morale", "communication", "ownership", "systems", "innovation")


def made(verdicts, *, nearest=(), placed=None, alpha=0.8, index=0) -> Estimates:
    keys = KEYS[: len(verdicts)]
    frame = pd.DataFrame({"key": keys, "estimate": alpha, "std_error": 0.01, "n": 4000})
    frame["conf_low"], frame["conf_high"] = 0.78, 0.82
    frame["distinct"] = pd.Series(list(verdicts), dtype=object)
    frame["nearest"] = list(nearest) or ["morale"] * len(keys)
    frame["nearest_r"] = np.linspace(0.7, 0.96, len(keys))
    frame["nearest_low"], frame["nearest_high"] = (
        frame["nearest_r"] - 0.01,
        frame["nearest_r"] + 0.02,
    )
    frame["placed"] = [np.nan] * len(keys) if placed is None else placed
    frame["is_index"] = [place >= len(keys) - index for place in range(len(keys))]
    facts = {"cut": 0.9, "staff": 14980, "agencies": 24, "units": 899, "waves": 1, "unit": "unit"}
    return Estimates(frame=frame, quantity="alpha", facts=facts)


def test_two_that_are_one_are_named_with_size_and_range() -> None:
    nearest = ["systems", "innovation", "morale", "morale", "communication"]
    got = made([True, False, True, True, False], nearest=nearest)
    assert say_dimensions(got) == (
        "Three of the five dimensions can be told apart from all others. “Communication” and "
        "“innovation” cannot be told from each other (r = 0.96, likely 0.95 to 0.98)."
    )
    assert say_title_dimensions(got) == "Three of five dimensions can be told apart"


def test_more_than_two_that_are_one_are_listed_with_the_nearest_pair() -> None:
    nearest = ["communication", "ownership", "communication", "morale", "morale"]
    got = made([False, False, False, True, None], nearest=nearest)
    said = say_dimensions(got)
    assert said.startswith("One of the five dimensions can be told apart from all others.")
    assert "“Morale”, “communication” and “ownership” cannot be told from another one." in said
    assert "“Ownership” is nearest to “communication” (r = 0.83" in said
    assert said.endswith("For “innovation” the answers do not tell.")


def test_a_null_is_said_plainly() -> None:
    got = made([None, None, None])
    assert say_dimensions(got) == (
        "None of the three dimensions can be told apart from all others. For “morale”, "
        "“communication” and “ownership” the answers do not tell."
    )
    assert say_title_dimensions(got) == "None of three dimensions can be told apart"


def test_what_is_not_measured_or_an_index_is_not_counted_as_tested() -> None:
    got = made([True, True, None, None], alpha=[0.8, 0.8, np.nan, 0.9], index=1)
    assert say_dimensions(got) == (
        "Two of the three dimensions can be told apart from all others. One dimension has fewer "
        "than two items here."
    )


def test_units_are_placed_by_the_best_and_the_worst_dimension() -> None:
    said = say_placed(made([True, True, True], placed=[0.85, 0.25, 0.0]), nouns=Nouns())
    assert said == (
        "85% of units can be placed on “morale”, 0% on “ownership”. The others have too few "
        "answers to place."
    )
    alike = say_placed(made([True, True], placed=[1.0, 1.0]), nouns=Nouns())
    assert alike == "On every dimension, 100% of units can be placed."
    assert say_placed(made([True, True]), nouns=Nouns()) == ""


@pytest.mark.parametrize("skewed", [0.39, np.nan])
def test_agreement_only_describes(skewed: float) -> None:
    facts = {
        "strong": 0.51,
        "median": 0.71,
        "median_skewed": skewed,
        "icc1": 0.172,
        "icc1_low": 0.155,
        "icc1_high": 0.19,
    }
    frame = made([True]).frame
    said = say_agreement(Estimates(frame=frame, quantity="agreement", facts=facts))
    assert said.startswith("In 51% of units colleagues agree strongly")
    assert ("lean toward good ones it is 0.39" in said) == (skewed == 0.39)
    assert "17.2% lie between units (likely 15.5% to 19.0%)" in said
    assert "Agreement only describes" in said


def test_sentences_keep_to_their_grade_and_length() -> None:
    for verdicts in ([True] * 5, [False] * 5, [None] * 5, [True, False, None, False, True]):
        got = made(verdicts, placed=[0.1, 0.2, 0.3, 0.4, 0.5])
        note = say_dimensions_note(got, nouns=Nouns(respondent="employee", respondents="employees"))
        for text in (
            say_dimensions(got),
            say_title_dimensions(got),
            say_placed(got, nouns=Nouns()),
            note,
        ):
            assert_sentence_allowed(text, grade="D", page="appendix")
            assert "customer" not in text
            assert all(len(part.split()) <= 24 for part in text.split(". "))
        assert "From 0.90 on, two dimensions count as one." in note
        assert note.endswith("Base: 14,980 staff answers in 24 agencies.")


def test_the_alternative_text_names_the_nearest_two() -> None:
    frame = made([True, False]).frame
    table = frame.assign(name=frame["key"], apart=frame["distinct"].eq(True))
    table["estimate"] = table["nearest_r"]
    said = say_alt_dimensions(table)
    assert said.startswith("Two dimensions, each with its correlation")
    assert said.endswith("The largest: communication with morale, 0.96.")
    assert len(said.split()) <= 60
    assert say_alt_dimensions(table.iloc[:0]).startswith("No dimension")
