"""What differs along the scale is said in points, and no more strongly than the design allows."""

from __future__ import annotations

import pandas as pd
import pytest

from cxanalytics.tables import Estimates
from cxanalytics.words import (
    Nouns,
    assert_sentence_allowed,
    say_alt_proportionality,
    say_proportionality,
    say_proportionality_note,
    say_title_proportionality,
)

NBSP = "\u00a0"


def made(gaps: list[float], *, freed: str = "", differ: str | None = None) -> Estimates:
    rows = [
        (f"d{i}@{cut:g}", f"d{i}", f"Driver {i}", cut, cut == 9.0, 0.1 + gap, 0.1, gap, 23906.0)
        for i, gap in enumerate(gaps)
        for cut in (8.0, 9.0)
    ]
    columns = ["key", "driver", "label", "cut", "published", "estimate", "ordinal", "gap", "n"]
    frame = pd.DataFrame(rows, columns=columns)
    frame["std_error"], frame["conf_low"], frame["conf_high"] = 0.01, 0.08, 0.13
    told = freed if differ is None else differ
    facts = {"grade": "D", "agencies": 24, "freed": freed, "differ": told}
    return Estimates(frame=frame, quantity="change", facts=facts)


def test_one_figure_is_enough_where_nothing_is_freed() -> None:
    said = say_proportionality(made([0.001, -0.004]), labels={"d1": "Wait"})
    assert said == (
        "Yes: at the published cut, one figure per driver is enough. There the two differ most "
        f"for “Wait”, by 0.4{NBSP}points."
    )
    title = say_title_proportionality(made([0.001]))
    assert title == "At the published cut, one figure per driver is enough"


@pytest.mark.parametrize(
    ("freed", "start", "title"),
    [
        ("d0", "Not for all: at the published cut, “Driver 0” acts differently", "One of three"),
        ("d0, d2", "Not for all: at the published cut, “Driver 0” and “Driver 2” act", "Two of"),
        ("d0, d1, d2", "Not for all: at the published cut, three drivers act", "Three of three"),
    ],
)
def test_freed_drivers_are_named(freed: str, start: str, title: str) -> None:
    estimates = made([0.03, 0.0, -0.02], freed=freed)
    said = say_proportionality(estimates)
    assert said.startswith(start)
    assert f"“Driver 0”, by 3.0{NBSP}points" in said
    assert ("The others may keep one figure." in said) == (freed.count("d") < 3)
    assert say_title_proportionality(estimates).startswith(title)
    assert len(say_title_proportionality(estimates).split()) <= 15


def test_a_rule_is_no_finding() -> None:
    estimates = made([0.012, 0.0, -0.02], freed="d0, d2", differ="")
    assert say_proportionality(estimates) == (
        "Not sure: for “Driver 0” and “Driver 2”, one figure is not sure to be enough; the figure "
        f"of the cut is used. The two differ most for “Driver 2”, by 2.0{NBSP}points. The others "
        "may keep one figure."
    )
    title = say_title_proportionality(estimates)
    assert title == "For two of three drivers, one figure is not sure to be enough"
    some = made([0.012, 0.0, -0.02], freed="d0, d2", differ="d2")
    said = say_proportionality(some)
    assert "“Driver 2” acts differently" in said
    assert "For “Driver 0”, one figure is not sure to be enough" in said
    assert say_title_proportionality(some).startswith("One of three drivers acts differently")


def test_sentences_keep_to_their_grade_and_length() -> None:
    for freed, differ in (("", ""), ("d0", "d0"), ("d0, d1, d2", ""), ("d0, d1, d2", "d1")):
        estimates = made([0.03, 0.0, -0.02], freed=freed, differ=differ)
        note = say_proportionality_note(estimates, nouns=Nouns())
        for text in (say_proportionality(estimates), say_title_proportionality(estimates), note):
            assert_sentence_allowed(text, grade="D", page="appendix")
            assert all(len(part.split()) <= 22 for part in text.split(". "))
        assert "Base: 23,906 customers in 24 agencies." in note
        assert note.endswith("This shows what goes together, not proof of cause.")


def test_the_alternative_text_names_the_widest_gap() -> None:
    frame = made([0.001, -0.02]).frame.assign(name=lambda table: table["label"])
    said = say_alt_proportionality(frame)
    assert said.startswith("Two panels, one per driver")
    assert said.endswith("furthest apart for Driver 1: +8.0 against +10.0.")
    assert len(said.split()) <= 60
    assert say_alt_proportionality(frame.iloc[:0]).startswith("No panel")
