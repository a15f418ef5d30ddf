""" "Consistent with" and never more, with the size, its range, the base and the grade."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from cxanalytics.formats import NBSP
from cxanalytics.tables import Estimates, Panel
from cxanalytics.words import (
    chain_paths,
    find_forbidden,
    say_alt_chain,
    say_chain,
    say_chain_note,
    say_chain_share,
    say_title_chain,
)

PATHS = {
    "a": (0.40, 0.20, 0.60),
    "b": (0.50, 0.30, 0.70),
    "indirect": (0.20, 0.08, 0.35),
    "direct": (0.10, -0.10, 0.30),
    "total": (0.30, 0.10, 0.50),
}


@pytest.fixture
def panel() -> Panel:
    frame = pd.DataFrame({"agency": ["A", "B"], "morale": [0.5, 0.6], "performance": [0.4, 0.5]})
    made = Panel.from_frame(
        frame,
        agency="agency",
        morale="morale",
        performance="performance",
        morale_label="Morale",
        performance_label="Recommends",
    )
    return replace(made, frame=made.frame.assign(first=[0.7, 0.8]))


def plain(text: str) -> str:
    return text.replace(NBSP, " ")


def make(verdict: str = "consistent", paths: dict = PATHS, **facts: object) -> Estimates:
    frame = pd.DataFrame(
        [
            {"key": key, "label": key, "estimate": e, "std_error": 0.1, "conf_low": low,
             "conf_high": high, "n": 900.0}
            for key, (e, low, high) in paths.items()
        ]
    )  # fmt: skip
    told = {
        "design": "lagged",
        "waves": 6,
        "units": 134,
        "middle": "first",
        "middle_label": "contacts resolved first",
        "middle_is": "share",
        "middle_higher_is_better": True,
        "same_source": False,
        "reason": "",
        "verdict": verdict,
        "grade": "C",
        "share": 0.66,
        "share_low": 0.3,
        "share_high": 0.9,
        **facts,
    }
    return Estimates(frame=frame, quantity="-", facts=told)


def test_a_consistent_chain_is_told_with_size_range_base_and_grade(panel) -> None:
    assert plain(say_chain(make(), panel)) == (
        "2.0 points better (likely 0.8 to 3.5) by way of contacts resolved first, for 10 points "
        "more morale: consistent with the chain. Base: 134 units in 6 waves, each step one wave "
        "after the last; grade C."
    )
    assert say_title_chain(make()) == "The figures are consistent with the chain"


def test_paths_are_per_ten_points_and_better_is_above_zero(panel) -> None:
    paths = chain_paths(make(), panel)
    assert plain(paths["a"].size) == "4.0 points better (likely 2.0 to 6.0)"
    assert plain(paths["b"].size) == "5.0 points better (likely 3.0 to 7.0)"
    assert plain(paths["indirect"].size) == "2.0 points better (likely 0.8 to 3.5)"
    assert plain(paths["direct"].size) == "1.0 points better (likely 1.0 worse to 3.0 better)"
    assert plain(paths["a"].step) == "10 points more morale"
    assert plain(paths["b"].step) == "10 points better on the middle"
    less = replace(panel, higher_is_better=False)
    assert "worse" in chain_paths(make(), less)["indirect"].size
    waits = make(middle_higher_is_better=False)
    assert plain(chain_paths(waits, panel)["a"].size) == "4.0 points worse (likely 2.0 to 6.0)"
    mean = chain_paths(make(middle_is="mean"), panel)
    assert mean["a"].size == "0.040 better (likely 0.020 to 0.060)"
    assert mean["b"].step == "one point better on the middle"


def test_what_speaks_against_the_chain_is_named(panel) -> None:
    first = make("against", {**PATHS, "a": (-0.4, -0.6, -0.2)})
    assert "contacts resolved first is worse where morale is higher" in say_chain(first, panel)
    second = make("against", {**PATHS, "b": (-0.4, -0.6, -0.2)})
    assert "performance is worse where contacts resolved first is better" in say_chain(
        second, panel
    )
    third = make("against", {**PATHS, "a": (0.1, -0.2, 0.3), "b": (0.1, -0.2, 0.3)})
    assert "it runs the other way" in say_chain(third, panel)
    assert say_title_chain(first) == "The figures speak against the chain"


def test_a_null_and_a_missing_range_are_said_plainly(panel) -> None:
    null = make("not settled", {**PATHS, "indirect": (0.02, -0.1, 0.1)}, design="same wave")
    said = say_chain(null, panel)
    assert "not settled, because the range holds no difference" in said
    assert "all in the same wave" in said
    none = make("not settled", reason="4 clusters; at least 6 are needed for an interval")
    assert say_chain(none, panel).startswith("Not settled: there is no range of what runs through")
    assert say_title_chain(null) == "The figures do not settle the chain"


def test_the_share_is_told_only_where_it_is_known() -> None:
    assert say_chain_share(make()) == "66% (likely 30% to 90%)"
    assert say_chain_share(make(share=float("nan"))) == ""


def test_the_note_says_what_is_not_computed() -> None:
    assert "is not computed" in say_chain_note(make())
    same = say_chain_note(make(design="one wave", same_source=True))
    assert "Which came first is not settled." in same and "same people" in same


def test_the_picture_is_told(panel) -> None:
    said = say_alt_chain(make(), panel)
    assert "Morale to contacts resolved first: 4.0 points better" in plain(said)
    gone = make(paths={**PATHS, "direct": (0.1, float("nan"), float("nan"))})
    assert said != say_alt_chain(gone, panel) and "no range" in say_alt_chain(gone, panel)


@pytest.mark.parametrize("verdict", ["consistent", "against", "not settled"])
@pytest.mark.parametrize("grade", ["C", "D"])
def test_every_sentence_is_allowed_at_its_grade(panel, verdict: str, grade: str) -> None:
    made = make(verdict, grade=grade)
    for text in (say_chain(made, panel), say_title_chain(made), say_chain_note(made)):
        assert not find_forbidden(text, grade=grade, page="appendix"), text
    assert "explains" not in say_chain(made, panel)
