"""The appendix says what drivers hold, how agencies move, and how near the truth is."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from cxanalytics.errors import ModelError
from cxanalytics.models.refusal import fit_or_reason
from cxanalytics.report import (
    write_appendix_agencies,
    write_appendix_drivers,
    write_appendix_recommendation,
    write_appendix_truth,
)
from cxanalytics.tables import Estimates
from cxanalytics.words import say_standardized, say_truth, say_truth_note
from cxanalytics.words.nouns import Nouns


@pytest.fixture(scope="module")
def facts(made_up):
    return made_up.make_facts(kind="appendix", title="Appendix")


def _drivers() -> Estimates:
    frame = pd.DataFrame(
        {
            "key": ["easy", "wait"],
            "label": ["Easy", "Wait"],
            "estimate": [0.7, 0.3],
            "std_error": 0.02,
            "conf_low": [0.66, 0.26],
            "conf_high": [0.74, 0.34],
            "n": 900,
            "p_first": [0.999, 0.001],
            "rank_low": [1, 2],
            "rank_high": [1, 2],
            "tier": [1, 2],
        }
    )
    facts = {"equal_share": 0.5, "r_squared": 0.3, "r_squared_linear": 0.5}
    return Estimates(frame, quantity="Share of what the drivers explain together", facts=facts)


def _refused() -> Estimates:
    def fit() -> Estimates:
        raise ModelError("Ten answers are needed; got 3.")

    return fit_or_reason(fit)


def _agencies() -> Estimates:
    frame = pd.DataFrame(
        {
            "key": ["<b>A</b>", "B", "Hidden"],
            "estimate": [0.62, 0.70, float("nan")],
            "std_error": 0.02,
            "conf_low": [0.58, 0.66, float("nan")],
            "conf_high": [0.66, 0.74, float("nan")],
            "n": [200, 300, 9],
            "raw": [0.60, 0.71, float("nan")],
            "support": [1.0, 0.9, float("nan")],
        }
    )
    return Estimates(frame, quantity="share", facts={"case_mix": "age_band, need"})


def test_shares_of_drivers_carry_ranges_ties_and_checks(facts) -> None:
    drivers = _drivers()
    section = write_appendix_drivers(drivers, facts)
    assert section.id == "shares"
    assert section.key_figures["key"].tolist() == drivers.frame["key"].tolist()
    assert "P(first)" in section.html and "Equal share" in section.html
    assert "over\u00a099%" in section.html and "under\u00a01%" in section.html


def test_a_refused_model_keeps_its_heading_and_says_why(facts) -> None:
    for write in (write_appendix_drivers, write_appendix_agencies, write_appendix_recommendation):
        section = write(_refused(), facts)
        assert section.answer == "The data cannot carry this model."
        assert "Ten answers are needed; got 3." in section.html


def test_standardized_shares_name_only_agencies_that_are_shown(facts) -> None:
    section = write_appendix_agencies(_agencies(), facts)
    assert "Hidden" not in section.html and "<b>A</b>" not in section.html
    assert section.answer.startswith("With age band and need held alike, any two agencies can be")


def test_standardized_shares_are_set_beside_the_adjusted_scores_once(facts) -> None:
    mix = _agencies()
    mix = replace(mix, frame=mix.frame.assign(estimate=[0.61, float("nan"), 0.5]))
    section = write_appendix_agencies(_agencies(), facts, case_mix=mix)
    assert section.answer.endswith(
        "The two differ by 1.0 points in the middle case and by 1.0 at most."
    )
    assert "+1.0" in section.html and "not adjusted" in section.html
    # What the block on case mix tells already is told there alone.
    assert "Observed" not in section.html and "Common support" not in section.html


def test_what_cannot_be_standardized_is_said() -> None:
    assert "no case mix" in say_standardized(_agencies().frame, nouns=Nouns(), mix="")
    none = _agencies().frame.head(0)
    assert say_standardized(none, nouns=Nouns(), mix="age") == (
        "No agency can be given the same people."
    )


def _beside(inside: list[bool]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "what": ["driver", "driver", "agency"],
            "key": ["easy", "wait", "A"],
            "label": ["Easy", "<i>Wait</i>", "A"],
            "unit": ["points per step", "points per step", "percent"],
            "estimate": [0.10, 0.05, 0.6],
            "conf_low": [0.08, 0.04, 0.5],
            "conf_high": [0.12, 0.06, 0.7],
            "truth": [0.11, 0.03, 0.65],
            "inside": inside,
        }
    )


def test_truth_stands_beside_the_estimate(facts) -> None:
    section = write_appendix_truth(_beside([True, False, True]), facts)
    assert section.answer == (
        "1 of 2 ranges of the models and 1 of 1 ranges of single scores hold the truth."
    )
    assert "One of the drivers misses, one from above" in section.html
    assert "<i>Wait</i>" not in section.html
    assert ">11.0<" in section.html and ">8.0 to 12.0<" in section.html


def test_where_nothing_misses_and_where_nothing_is_known(facts) -> None:
    assert say_truth_note(_beside([True, True, True])) == ""
    nothing = _beside([True] * 3).head(0)
    assert say_truth(nothing) == "The truth is known of made-up data only."
    section = write_appendix_truth(nothing, facts)
    assert section.answer == "The truth is known of made-up data only."
