"""The claim of 30 to 50% more is told points first, with its verdict, and never as a cause."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxanalytics.claims.verdicts import NO_ATTENTION, RATIO_RULES
from cxanalytics.tables import Estimates
from cxanalytics.words import (
    Nouns,
    assert_sentence_allowed,
    say_alt_attention_grid,
    say_attention,
    say_attention_grid,
    say_attention_note,
    say_claims_answer,
    say_feasibility,
    say_tested_claims,
)

NBSP = "\u00a0"


def _attention(verdict="increase, size unresolved", compare="declared", **figures):
    row = {
        "key": "primary",
        "estimate": 0.12,
        "std_error": 0.02,
        "conf_low": 0.08,
        "conf_high": 0.16,
        "n": 13869.0,
        "share_low": 0.5,
        "baseline_low": 0.47,
        "share_high": 0.62,
        "ratio": 1.24,
        "ratio_low": 1.15,
        "ratio_high": 1.34,
        "detectable": 1.11,
        "verdict": verdict,
    }
    facts = {
        "compare": compare,
        "at_least": 60,
        "attention": "audit score",
        "source": "auditors",
        "measured": "2026",
        "cut_label": "9 or 10 out of 10",
        "case_mix": "age_band, need",
        "n": 13869.0,
        "agencies": 24,
        "agencies_high": 10,
        "agencies_low": 14,
    }
    return Estimates(pd.DataFrame([row | figures]), "difference", facts=facts)


def _grid(*ratios, **facts):
    frame = pd.DataFrame({"key": [str(k) for k in range(len(ratios))], "ratio": ratios})
    frame["estimate"] = frame["std_error"] = frame["conf_low"] = frame["conf_high"] = 0.1
    frame["n"], frame["primary"], frame["clear"] = 900.0, frame["key"] == "0", False
    frame["ratio_low"], frame["ratio_high"] = frame["ratio"] - 0.1, frame["ratio"] + 0.1
    return Estimates(frame, "difference", facts=facts)


def _claim(number, verdict="supported", **row):
    empty = {"missing": "", "about": "", "other": np.nan, "n": 900.0, "agencies": 20.0}
    return pd.DataFrame([empty | {"claim": number, "verdict": verdict} | row])


def test_points_come_before_the_ratio_and_the_verdict_last() -> None:
    said = say_attention(_attention(), nouns=Nouns())
    assert said == (
        "In agencies whose audit score is at least 60, 62% of customers answer 9 or 10 out of 10, "
        f"against 50% in the others. That is a difference of +12.0{NBSP}points (likely +8.0 to "
        "+16.0). As a ratio: 1.24 (likely 1.15 to 1.34). The claim of 30 to 50% more: increase, "
        "size unresolved."
    )


@pytest.mark.parametrize(
    ("compare", "opening", "against"),
    [
        ("halves", "In the upper half of agencies by audit score", "in the lower half"),
        ("quarters", "In the top quarter of agencies by audit score", "in the bottom quarter"),
        ("line", "At the 75th percentile of the audit score", "at the 25th"),
    ],
)
def test_each_comparison_is_named(compare, opening, against) -> None:
    said = say_attention(_attention(compare=compare), nouns=Nouns())
    assert said.startswith(f"{opening}, 62% of customers") and f"against 50% {against}." in said


@pytest.mark.parametrize("rule", RATIO_RULES, ids=lambda rule: rule.words[:20])
def test_every_verdict_reads_well_and_claims_no_cause(rule) -> None:
    nouns = Nouns(respondent="employee", respondents="employees")
    told = _attention(verdict=rule.words)
    texts = [
        say_attention(told, nouns=nouns),
        say_feasibility(told.row("primary")),
        say_attention_note(told, nouns=nouns),
    ]
    for text in texts:
        assert_sentence_allowed(text, grade="D", page="appendix")
        assert "odds" not in text and "  " not in text and "nan" not in text
    assert f"The claim of 30 to 50% more: {rule.words}." in texts[0]


def test_too_imprecise_names_the_smallest_ratio_that_could_be_seen() -> None:
    words = "too imprecise to tell"
    said = say_attention(_attention(words, detectable=1.42), nouns=Nouns())
    assert said.endswith(f"{words}. The smallest ratio that could have been detected is 1.42.")
    none = say_attention(_attention(words, detectable=2.5), nouns=Nouns())
    assert none.endswith("No ratio that is possible here could have been detected.")
    assert "detected" not in say_attention(_attention(), nouns=Nouns())


def test_a_baseline_that_may_be_nothing_has_no_ratio() -> None:
    said = say_attention(_attention(ratio_high=float("inf")), nouns=Nouns())
    assert "The baseline is too uncertain for a ratio." in said


@pytest.mark.parametrize(
    ("base", "low", "said"),
    [
        (0.5, 0.47, "30% more would be 65% and 50% more would be 75%."),
        (0.70, 0.68, "30% more would be 91% and 50% more would be over 100%, so it cannot apply"),
        (0.70, 0.60, "50% more would be over 100%, unless the baseline is lower than it looks."),
        (0.80, 0.79, "30% more would be over 100%, so it cannot apply here and 50% more would be"),
    ],
)
def test_feasibility_follows_from_the_baseline(base, low, said) -> None:
    row = pd.Series({"share_low": base, "baseline_low": low})
    assert said in say_feasibility(row)
    assert say_feasibility(row).startswith(f"From a baseline of {100 * base:.0f}%, ")


def test_the_note_has_base_source_and_no_cause() -> None:
    assert say_attention_note(_attention(), nouns=Nouns()) == (
        "Base: 13,869 customers in 24 agencies. 10 agencies have high and 14 low attention. People "
        "are made alike in age band and need. The audit score was measured in 2026 by auditors. "
        "What is counted are agencies, however many people answered. This shows what goes "
        "together, not proof of cause."
    )


def test_nothing_measured_is_said_with_what_it_would_take() -> None:
    none = Estimates(_attention().frame.iloc[:0], "nothing", facts={"reason": NO_ATTENTION})
    for said in (say_attention(none, nouns=Nouns()), say_attention_grid(none)):
        assert said.startswith(
            "The claim of 30 to 50% more is not testable: no independent measure of CX attention. "
            "It would take an audit, a maturity score"
        )
    refused = Estimates(none.frame, "nothing", facts={"reason": "Too few agencies."})
    assert say_attention(refused, nouns=Nouns()) == (
        "The claim of 30 to 50% more is not testable with these data. Too few agencies."
    )


def test_the_grid_says_what_moves_it_and_never_how_many_agree() -> None:
    said = say_attention_grid(
        _grid(0.98, 1.1, 1.31, moves_most="compare", range_compare=0.123, verdicts_compare=0.6)
    )
    assert said == (
        "Over three definitions the ratio runs from 0.98 to 1.31. What moves it most is how "
        "attention is divided: by 0.12 on average, all else the same; with it the verdict changes "
        "in 60% of these comparisons. The definitions share people and agencies, so how many of "
        "them agree says nothing."
    )
    assert_sentence_allowed(said, page="appendix")
    calm = _grid(1.0, 1.1, moves_most="cut", range_cut=0.1, verdicts_cut=0.0)
    assert "; the verdict stays the same." in say_attention_grid(calm)
    assert say_attention_grid(_grid(1.0, moves_most="")) == (
        "There is one definition; its ratio is 1.00."
    )


def test_the_alt_text_names_the_range_and_the_one_chosen() -> None:
    said = say_alt_attention_grid(_grid(0.98, 1.31).frame)
    assert said == (
        "Chart of two definitions, lowest ratio first, with a mark for every choice below. Ratios "
        "run from 0.98 to 1.31. The one chosen beforehand is 0.98, likely 0.88 to 1.08. No range "
        "leaves no difference out."
    )
    assert len(said.split()) <= 60


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (
            _claim(2, about="easy", estimate=0.05, conf_low=0.03, conf_high=0.07),
            f"Within one agency, where “Easy” is rated one step better, recommendation "
            f"differs by +5.0{NBSP}points (likely +3.0 to +7.0). Both answers come from the same "
            "person and survey, so this is no proof of cause.",
        ),
        (
            _claim(3, about="mean", estimate=0.95, conf_low=0.87, conf_high=0.98, changed=3),
            "Counted by the mean, agencies differ as they do here with a correlation of 0.95 "
            "(likely 0.87 to 0.98), chance in the answers taken out. Above, below or not clear: 3 "
            "of 20 change.",
        ),
        (
            _claim(
                4, about="unit and psu", estimate=0.08, conf_low=0.03, conf_high=0.13, other=0.05
            ),
            "8% of the differences between answers lie between teams and between their sampling "
            "units (likely 3% to 13%), 5% between sampling units alone.",
        ),
        (
            _claim(4, about="unit", estimate=0.08, conf_low=0.03, conf_high=0.13),
            "8% of the differences between answers lie between teams (likely 3% to 13%).",
        ),
        (
            _claim(5, about="help_me", estimate=0.4, conf_low=0.3, conf_high=0.5, p_first=0.999),
            f"“help me” holds 40% of what the drivers explain (likely 30% to 50%). A question "
            f"about staff comes first with a chance of over{NBSP}99%.",
        ),
        (
            _claim(5, verdict="not testable with these data", missing="a question about staff"),
            "Missing: a question about staff. What would supply it: a question about the "
            "people who served.",
        ),
        (_claim(4, missing="Too few teams."), "Too few teams."),
    ],
)
def test_each_claim_has_its_sentence(row, said) -> None:
    assert say_tested_claims(row, nouns=Nouns(), labels={"easy": "Easy"}) == [said]
    assert_sentence_allowed(said, grade="D", page="appendix")


def test_sampling_units_who_are_agents_are_called_so() -> None:
    row = _claim(4, about="unit and psu", estimate=0.08, conf_low=0.03, conf_high=0.13, other=0.05)
    assert say_tested_claims(row, nouns=Nouns(), names={"psu": "agents"}) == [
        "8% of the differences between answers lie between teams and between their agents (likely "
        "3% to 13%), 5% between agents alone."
    ]


def test_the_first_claim_has_both_shares_and_both_sizes() -> None:
    figures = _attention().row("primary")
    (said,) = say_tested_claims(_claim(1, **figures.drop("verdict")), nouns=Nouns())
    assert said == (
        f"With high attention 62% would recommend, with low attention 50%: +12.0{NBSP}points "
        "(likely +8.0 to +16.0). As a ratio: 1.24 (likely 1.15 to 1.34)."
    )
    unsure = _claim(1, **(figures.to_dict() | {"verdict": "too imprecise to tell"}))
    (said,) = say_tested_claims(unsure, nouns=Nouns())
    assert said.endswith("The smallest ratio that could have been detected is 1.11.")


def test_the_answer_counts_the_others() -> None:
    verdicts = ["decrease", "supported", "too imprecise to tell", "supported"]
    claims = pd.concat([_claim(k + 1, verdict) for k, verdict in enumerate(verdicts)])
    assert say_claims_answer(claims) == (
        "The claim of 30 to 50% more: decrease. Of three others: two supported, one too imprecise "
        "to tell."
    )
    claims = claims.assign(verdict=[NO_ATTENTION, *["not testable with these data"] * 3])
    assert say_claims_answer(claims) == (
        "The claim of 30 to 50% more is not testable: no independent measure of CX attention. "
        "Of three others: three not testable with these data."
    )
