"""What is said of published scores: groups with their unit, kinds apart, and no range for one."""

import pandas as pd
import pytest

from cxanalytics.words import (
    Nouns,
    assert_sentence_allowed,
    say_alt_published_groups,
    say_published_difference,
    say_published_groups,
    say_published_groups_note,
    say_published_noise,
    say_title_published_groups,
)

NBSP = "\u00a0"
HOSPITALS = Nouns(organization="hospital", organizations="hospitals")


def differences(*rows, words=("owned by government", "of other owners"), unit="score", **more):
    known = {
        "measure": "recommend",
        "label": "Would recommend the hospital",
        "unit": unit,
        "wording": "A linear mean.",
        "group": "sector",
        "first": "government",
        "second": "other",
        "first_words": words[0],
        "second_words": words[1],
        "first_mean": 87.7 if unit == "score" else 0.64,
        "second_mean": 86.4 if unit == "score" else 0.61,
        "first_agencies": 571,
        "second_agencies": 2618,
        "together": "",
        "together_low": float("nan"),
        "together_high": float("nan"),
        **more,
    }
    columns = ["kind", "difference", "difference_low", "difference_high"]
    return pd.DataFrame([dict(zip(columns, row, strict=True)) | known for row in rows])


WHOLE = ("", 1.35, 0.94, 1.76)
ALIKE = ("Acute Care Hospitals", 0.26, -0.22, 0.74)


def test_the_difference_names_its_unit_and_both_numbers():
    (said,) = say_published_groups(differences(WHOLE), nouns=HOSPITALS)
    assert said == (
        "On “Would recommend the hospital”, hospitals owned by government average 87.7, hospitals "
        "of other owners 86.4: a difference of +1.4 (likely +0.9 to +1.8). The hospital is the "
        "unit: each counts once, 571 against 2,618."
    )


def test_kinds_and_states_follow():
    rows = differences(WHOLE, ALIKE, together="state", together_low=0.82, together_high=1.88)
    _, kinds, states = say_published_groups(rows, nouns=HOSPITALS)
    assert kinds == (
        "Like compared with like: +0.3 (likely −0.2 to +0.7) among “Acute Care Hospitals”, no "
        "clear difference."
    )
    assert states == (
        "With hospitals of one state taken together, the difference is likely +0.8 to +1.9."
    )


def test_groups_without_words_go_by_their_names():
    said = say_published_groups(differences(WHOLE, words=("", "")), nouns=HOSPITALS)[0]
    assert "hospitals of sector “government” average 87.7" in said


def test_shares_are_told_in_points():
    row = differences(("", 0.03, 0.01, 0.05), unit="share").iloc[0]
    assert say_published_difference(row) == f"+3.0{NBSP}points (likely +1.0 to +5.0)"


@pytest.mark.parametrize(
    ("rows", "title"),
    [
        ((WHOLE,), "Hospitals owned by government score higher on the whole"),
        (
            (WHOLE, ALIKE),
            "Hospitals owned by government score higher on the whole, not in every kind",
        ),
        ((("", -1.0, -2.0, -0.5),), "Hospitals of other owners score higher on the whole"),
        ((ALIKE,), "No clear difference between hospitals owned by government and of other owners"),
    ],
)
def test_the_title_is_the_finding(rows, title):
    assert say_title_published_groups(differences(*rows), nouns=HOSPITALS) == title


def test_notes_moves_and_alternative_text():
    note = say_published_groups_note(differences(WHOLE), nouns=HOSPITALS)
    assert note.startswith("A linear mean. A group's range comes from the spread between")
    assert note.endswith("not proof of cause.")
    noise = pd.Series(
        {
            "label": "Engagement",
            "unit": "share",
            "robust_sd": 0.0546,
            "changes": 1454,
            "agencies": 167,
        }
    )
    moves = say_published_noise(noise, nouns=HOSPITALS)
    assert f"two in three moves of “Engagement” are within 5.5{NBSP}points, over 1,454" in moves
    table = pd.DataFrame({"name": ["City", "State"], "estimate": [88.0, 85.0]})
    alt = say_alt_published_groups(table, unit="score", nouns=HOSPITALS)
    assert alt.endswith("The highest is City, 88.0; the lowest is State, 85.0.")
    for text in (note, moves, alt):
        assert_sentence_allowed(text, grade="D")
