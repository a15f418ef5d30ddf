"""How strong a cause must be is said beside a size; a range that holds zero is said first."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from cxanalytics.formats import NBSP
from cxanalytics.tables import Estimates
from cxanalytics.words import (
    Scale,
    find_forbidden,
    say_alt_unmeasured,
    say_association,
    say_e_value,
    say_title_unmeasured,
    say_unmeasured_cause,
    say_unmeasured_note,
)

SCALE = Scale(step=0.10, step_words="10 points", times=100.0, unit="points", sign=1)


@pytest.fixture
def estimates() -> Estimates:
    frame = pd.DataFrame(
        {
            "key": ["observed", "1x"],
            "label": ["As observed", "A cause as strong as workload"],
            "estimate": [0.30, 0.25],
            "std_error": 0.05,
            "conf_low": [0.20, 0.15],
            "conf_high": [0.40, 0.35],
            "n": 600.0,
            "units": 150.0,
            "share_morale": [0.0, 0.04],
            "share_performance": [0.0, 0.12],
            "reason": "",
        }
    )
    facts = {
        "term": "within",
        "units": 150,
        "waves": 4,
        "grade": "D",
        "standardized": False,
        "morale_sd": 0.1,
        "robustness_value": 0.22,
        "robustness_value_alpha": 0.081,
        "benchmark": "workload",
        "times_needed": 4.26,
        "risk_ratio": 1.08,
        "risk_ratio_low": 1.04,
        "risk_ratio_high": 1.12,
        "risk_ratio_from": "share",
        "e_value": 1.37,
        "e_value_range": 1.24,
    }
    return Estimates(frame=frame, quantity="-", facts=facts)


def changed(estimates: Estimates, **facts: object) -> Estimates:
    return replace(estimates, facts={**estimates.facts, **facts})


def test_the_size_comes_first_then_what_it_takes_then_beside_what(estimates) -> None:
    said = say_unmeasured_cause(estimates, scale=SCALE)
    assert said.replace(NBSP, " ") == (
        "3.0 points better (likely 2.0 to 4.0) within units, for 10 points more morale "
        "(150 units). An unmeasured cause would have to explain 22% of what is left of both "
        "morale and performance to leave nothing, and 8.1% to make the range hold zero. That is a "
        "cause 4.3 times as strong as workload."
    )
    weak = say_unmeasured_cause(changed(estimates, times_needed=0.38), scale=SCALE)
    assert weak.endswith("One 38% as strong as workload would be enough to leave nothing.")
    alone = say_unmeasured_cause(changed(estimates, benchmark=""), scale=SCALE)
    assert alone.endswith("Nothing was measured that it could be compared with.")
    one_side = say_unmeasured_cause(changed(estimates, times_needed=float("inf")), scale=SCALE)
    assert one_side.endswith("that goes with one side alone.")


def test_a_null_is_said_as_plainly(estimates) -> None:
    null = changed(estimates, robustness_value_alpha=0.0)
    assert "The range holds zero as it is" in say_unmeasured_cause(null, scale=SCALE)
    assert "could also hide it" in say_unmeasured_cause(null, scale=SCALE)
    assert say_title_unmeasured(null) == "The range holds zero without any unmeasured cause"
    assert "even without an unmeasured factor" in say_association(
        null, morale="Morale", performance="Waits"
    )
    frame = estimates.frame.assign(conf_low=float("nan"), reason="4 clusters")
    nothing = say_unmeasured_cause(replace(estimates, frame=frame), scale=SCALE)
    assert nothing == "There is no range of the relation within units: 4 clusters."


def test_the_caveat_names_both_sides_and_the_computed_share(estimates) -> None:
    said = say_association(estimates, morale="Morale", performance="Waits")
    assert said == (
        "These figures describe how scores move together. They do not show that changing Morale "
        "will change Waits. An unmeasured factor explaining 22% of the remaining variation in both "
        "would be enough to remove this result."
    )


def test_measures_where_less_is_better_are_told_as_better(estimates) -> None:
    lower = replace(SCALE, sign=-1)
    assert f"3.0{NBSP}points worse" in say_unmeasured_cause(estimates, scale=lower)


def test_ratios_note_and_alternative_text(estimates) -> None:
    assert say_e_value(estimates) == (
        "As a ratio of risks for one standard deviation of morale, from the mean share: 1.08 "
        "(1.04 to 1.12); E-value 1.37, 1.24 for the range."
    )
    other = changed(
        estimates, risk_ratio_from="standardized difference", e_value_range=float("nan")
    )
    assert say_e_value(other).endswith("E-value 1.37.")
    note = say_unmeasured_note(estimates)
    assert "Base: 150 units in 4 waves; grade D." in note
    assert "12 agencies in 1 wave;" in say_unmeasured_note(changed(estimates, waves=1, units=12))
    assert "same people" not in note
    assert "same people" in say_unmeasured_note(changed(estimates, same_source=True))
    table = estimates.frame[["key", "share_morale", "share_performance"]].copy()
    table.loc[2] = ["zero", 0.22, 0.22]
    said = say_alt_unmeasured(table)
    assert "reached at 22%" in said and "explains 4.0% and 12%" in said
    assert say_alt_unmeasured(table.iloc[:0]).startswith("A map of unmeasured causes")


def test_every_sentence_is_allowed_at_its_grade(estimates) -> None:
    null = changed(estimates, robustness_value_alpha=0.0)
    for each in (estimates, null):
        for text in (
            say_unmeasured_cause(each, scale=SCALE),
            say_title_unmeasured(each),
            say_association(each, morale="Morale", performance="Waits"),
            say_unmeasured_note(each),
        ):
            assert not find_forbidden(text, grade="D", page="appendix"), text
        assert len(say_title_unmeasured(each).split()) <= 15
