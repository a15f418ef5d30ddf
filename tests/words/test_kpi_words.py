"""What is said of blocks and of measures: only what their ranges show, and nulls as plainly."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxanalytics.tables import Estimates
from cxanalytics.words import (
    Nouns,
    assert_sentence_allowed,
    say_alt_blocks,
    say_alt_kpi_cards,
    say_blocks,
    say_blocks_note,
    say_gaming,
    say_kpi_card,
    say_kpi_cards,
    say_kpi_cards_note,
    say_reliability,
    say_reward_weights,
    say_title_blocks,
    say_title_kpi_cards,
)

NBSP = "\u00a0"
NOUNS = Nouns()


def blocks(
    parts: tuple[float, float], *, leader: str = "", matters: str = "", low: float = 0.1
) -> Estimates:
    rows = {
        "key": ["effectiveness", "efficiency", "difference"],
        "estimate": [*parts, parts[0] - parts[1]],
        "std_error": 0.05,
        "n": 593.0,
        "delta_r2": [*parts, np.nan],
    }
    frame = pd.DataFrame(rows)
    frame["conf_low"], frame["conf_high"] = frame["estimate"] - 0.05, frame["estimate"] + 0.05
    frame["delta_low"], frame["delta_high"] = frame["conf_low"], frame["conf_high"]
    facts = {
        "outcome_label": "Would recommend us",
        "leader": leader,
        "matters": matters,
        "r2_out": sum(parts),
        "r2_low": low,
        "r2_high": sum(parts) + 0.1,
        "agencies": 24,
        "grade": "D",
    }
    return Estimates(frame=frame, quantity="share", facts=facts)


LEADS = blocks((0.30, 0.08), leader="effectiveness", matters="effectiveness, efficiency")
LEADS_ALONE = blocks((0.02, 0.30), leader="efficiency", matters="efficiency")
CLOSE = blocks((0.15, 0.12))
NOTHING = blocks((-0.01, 0.01), low=-0.07)


def card(key: str, value: float, **more) -> dict:
    told = {"key": key, "label": f"Label {key}", "swing": 2.0, "n": 1042.0, "reward_weight": 10.0}
    for figure in ("validity", "lagged", "increment"):
        told |= {figure: value, f"{figure}_low": value - 0.01, f"{figure}_high": value + 0.01}
    told |= {"estimate": value, "std_error": 0.005, "conf_low": value - 0.01}
    told |= {"conf_high": value + 0.01, "shown": 0, "lagged_shown": 0, "increment_shown": 0}
    told |= {"curved": False, "gaming": "", "gaming_untested": "", "reliability": 0.98}
    told |= {"split_half": 0.99, "reason": "", "block": "", "p_adjusted": 0.2, "nonlinear_p": 0.5}
    return told | more


def cards(*rows: dict, **facts) -> Estimates:
    told = {"outcome_label": "Satisfied", "share": True, "agencies": 24, "grade": "D"}
    told |= {"rank_agreement": np.nan, "low": np.nan, "high": np.nan, "mismatch": ""}
    return Estimates(frame=pd.DataFrame(rows), quantity="change", facts=told | facts)


VALID = card("first", 0.03, shown=1, increment_shown=1)
NULL = card("time", 0.001, lagged=np.nan, lagged_low=np.nan, lagged_high=np.nan)
HARMS = card("pace", -0.03, shown=-1, lagged_shown=1, increment_shown=-1, curved=True)
OPEN = card("open", np.nan, validity_low=np.nan, reason="validity: 3 clusters")


def test_a_leader_is_named_with_both_parts_and_what_the_other_adds() -> None:
    said = say_blocks(LEADS, nouns=NOUNS)
    assert said.startswith("Effectiveness predicts “Would recommend us” better in agencies")
    assert "30% (likely 25% to 35%) of the differences, against 8% (likely 3% to 13%)" in said
    assert said.endswith("Efficiency still matters: it adds 8% (likely 3% to 13%).")
    assert say_title_blocks(LEADS) == "Effectiveness predicts better than efficiency"
    assert "Whether effectiveness adds to that is not shown" in say_blocks(LEADS_ALONE, nouns=NOUNS)


def test_without_a_leader_none_is_named() -> None:
    assert say_blocks(CLOSE, nouns=NOUNS).startswith("Too close to call: together they account for")
    said = say_blocks(NOTHING, nouns=NOUNS)
    assert said.startswith("No clear pattern: whether either predicts")
    assert "0% (likely −7% to 10%)" in said
    for estimates in (CLOSE, NOTHING):
        title = say_title_blocks(estimates)
        assert "better than" not in title


def test_no_sentence_says_that_a_block_does_not_matter() -> None:
    for estimates in (LEADS, LEADS_ALONE, CLOSE, NOTHING):
        said = say_blocks(estimates, nouns=NOUNS) + say_title_blocks(estimates)
        assert "not matter" not in said and "no role" not in said


def test_only_what_is_shown_is_counted() -> None:
    said = say_kpi_cards(cards(VALID, NULL, HARMS))
    assert said == (
        "Of three measures, one is shown to go with a better “Satisfied” in the same unit and "
        "wave, and one with a worse one. One is shown to foretell it by one wave."
    )
    said = say_kpi_cards(cards(NULL))
    assert said.startswith("Of one measure, none is shown to go with a better “Satisfied”")
    assert said.endswith("Whether any foretells it is not testable with these waves.")
    assert say_kpi_cards(cards(OPEN)).startswith("Not testable: no measure is known")
    assert say_title_kpi_cards(cards(VALID, NULL)).startswith("One of two measures is shown to go")


def test_a_card_says_size_range_and_what_is_not_shown() -> None:
    estimates = cards(VALID, NULL, HARMS, OPEN)
    valid, null, harms, open_ = (
        say_kpi_card(row, estimates, labels={"time": "Handle time"})
        for _, row in estimates.frame.iterrows()
    )
    size = f"+3.0{NBSP}points (likely +2.0 to +4.0)"
    assert valid.startswith(f"“Label first”: improving goes with a better outcome, {size}")
    assert f"With resolution held: {size}, adds to resolution." in valid
    assert null.startswith("“Handle time”: no relation shown, +0.1")
    assert "Any relation is smaller than what matters." in null and "later" not in null
    assert "goes with a worse outcome" in harms and "The relation bends" in harms
    assert "smaller than what matters" not in harms
    assert open_ == "“Label open” is not testable: validity: 3 clusters."


def test_a_wide_range_is_not_called_small() -> None:
    wide = card("wide", 0.0, validity_low=-0.03, validity_high=0.03)
    assert "smaller than what matters" not in say_kpi_card(pd.Series(wide), cards(wide))


@pytest.mark.parametrize(
    ("low", "high", "how"),
    [(0.1, 0.9, "agree in rank with"), (-0.9, -0.1, "run against"), (-0.5, 0.5, "are not shown")],
)
def test_rewards_are_said_to_part_from_worth_only_by_the_range(low, high, how) -> None:
    told = cards(VALID, NULL, rank_agreement=(low + high) / 2, low=low, high=high, mismatch="time")
    said = say_reward_weights(told)
    assert said.startswith(f"Reward weights {how}")
    assert said.endswith("The largest weight without a relation shown: “Label time”, 10.")
    assert say_reward_weights(cards(VALID)) == ""


def test_signs_of_gaming_and_reliability_say_what_could_not_be_looked_at() -> None:
    assert say_gaming(pd.Series(card("a", 0.0))) == "none found"
    some = pd.Series(card("a", 0.0, gaming="heaping", gaming_untested="falling_response"))
    assert say_gaming(some) == "numbers end in 0 or 5 too often (one sign not testable)"
    none = pd.Series(card("a", 0.0, gaming="not testable", gaming_untested="x;y;z"))
    assert say_gaming(none) == "not testable"
    assert say_reliability(pd.Series(card("a", 0.0))) == "98% signal"
    assert say_reliability(pd.Series(card("a", 0.0, reliability=np.nan))) == "99%, two halves"
    lost = card("a", 0.0, reliability=np.nan, split_half=np.nan)
    assert say_reliability(pd.Series(lost)) == "not testable"


def test_every_sentence_keeps_to_its_grade_and_length() -> None:
    told = cards(VALID, NULL, HARMS, rank_agreement=0.1, low=-0.2, high=0.4, mismatch="time")
    texts = [say_kpi_card(row, told) for _, row in told.frame.iterrows()]
    texts += [say_kpi_cards(told), say_title_kpi_cards(told), say_kpi_cards_note(told, nouns=NOUNS)]
    for estimates in (LEADS, LEADS_ALONE, CLOSE, NOTHING):
        texts += [say_blocks(estimates, nouns=NOUNS), say_title_blocks(estimates)]
        texts.append(say_blocks_note(estimates, nouns=NOUNS))
    for text in texts:
        assert_sentence_allowed(text, grade="D", page="appendix")
        assert all(len(part.split()) <= 26 for part in text.split(". ")), text
    assert "Base: 1,042 rows of units and waves in 24 agencies." in " ".join(texts)


def test_alternative_texts_name_the_ends() -> None:
    rows = pd.DataFrame({"name": ["Effectiveness", "Efficiency"], "estimate": [0.3, -0.02]})
    assert say_alt_blocks(rows).endswith("Effectiveness +30%, Efficiency −2%.")
    table = pd.DataFrame(
        {"name": ["First", "Time"], "series": "validity", "estimate": [0.03, -0.001]}
    )
    assert say_alt_kpi_cards(table).endswith(
        "Same wave, from First 3.0 points to Time −0.1 points."
    )
    assert say_alt_kpi_cards(table.iloc[:0]).startswith("Dots with ranges for no measure")
