"""Sentences about clear differences."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxanalytics.tables import Estimates
from cxanalytics.words import (
    Nouns,
    find_forbidden,
    say_chance_among_clear,
    say_differences,
    say_wave_differences,
)


def made(estimates, adjusted, *, shared=0.0, **facts):
    frame = pd.DataFrame({"key": [f"Agency {place}" for place in range(len(estimates))]})
    frame["estimate"] = np.asarray(estimates, dtype=float)
    frame["std_error"], frame["conf_low"], frame["conf_high"], frame["n"] = 0.01, -1.0, 1.0, 200.0
    frame["p_adjusted"] = np.asarray(adjusted, dtype=float)
    frame["p_value"] = frame["p_adjusted"] / 2
    frame["shared"] = shared
    return Estimates(frame=frame, quantity="", facts={"reference": "2023", **facts})


def test_clear_differences_are_counted_by_side(nouns):
    some = made([0.1, 0.08, -0.2, 0.0, np.nan], [0.01, 0.04, 0.001, 0.9, np.nan])
    said = say_differences(some, nouns=nouns)
    assert said == (
        "Three of 4 agencies differ clearly from the others together, after allowing for 4 "
        "comparisons: 2 above and 1 below."
    )
    assert not find_forbidden(said, page="appendix")


def test_one_and_none():
    one = say_differences(made([0.1, 0.0], [0.01, 0.9]), nouns=Nouns())
    assert one.startswith("One of 2 agencies differs clearly") and one.endswith(": 1 above.")
    none = say_differences(made([0.1, 0.0], [0.06, 0.9]), nouns=Nouns())
    assert none == (
        "No agency differs clearly from the others together, after allowing for 2 comparisons."
    )
    few = say_differences(made([np.nan], [np.nan]), nouns=Nouns(organization="trust"))
    assert few == "No trust has answers enough to be compared with the others."


@pytest.mark.parametrize(
    ("shared", "end"),
    [
        (
            [9, 9, 9],
            "In all 3 the same sampling units answered in both waves; the error of the change "
            "allows for it.",
        ),
        (
            [9, 0, 0],
            "In one agency the same sampling units answered in both waves; the error of the change "
            "allows for it.",
        ),
        (
            [0, 0, 0],
            "No sampling unit is known to have answered in both waves: errors simply add up.",
        ),
    ],
)
def test_changes_say_what_the_waves_share(shared, end):
    changes = made([0.1, -0.1, 0.0], [0.01, 0.02, 0.8], shared=shared)
    said = say_wave_differences(changes, nouns=Nouns(), since="Wave 5")
    assert said == f"Two of 3 agencies changed clearly since Wave 5: 1 up and 1 down. {end}"
    assert not find_forbidden(said, page="appendix")


def test_no_clear_change_and_no_change_at_all():
    said = say_wave_differences(made([0.1], [0.2], shared=[4]), nouns=Nouns())
    assert said.startswith("No agency of 1 changed clearly since 2023. In all 1 the same")
    said = say_wave_differences(made([np.nan], [np.nan]), nouns=Nouns())
    assert said == "No agency has answers enough to be compared with 2023."


def test_chance_is_said_with_the_level():
    said = say_chance_among_clear(made([0.1], [0.01]))
    assert "is under 0.05: of those called clear, at most 5 in 100" in said
