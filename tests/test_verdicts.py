"""The verdicts on claims: their words, their order, and the document that prints them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cxanalytics.claims.verdicts import RATIO_RULES, judge_interval, judge_ratio
from cxanalytics.errors import ParamsError

METHODS = Path(__file__).resolve().parents[1] / "docs" / "methods.md"

WORDS = (
    "impossible here: the baseline is too high",
    "decrease",
    "no increase shown; 30% is excluded",
    "too imprecise to tell",
    "increase, smaller than claimed",
    "larger than claimed",
    "within the claimed range",
    "at least 30% more",
    "increase, size unresolved",
)


def test_the_nine_verdicts_stand_in_their_order() -> None:
    assert tuple(rule.words for rule in RATIO_RULES) == WORDS
    assert [rule.increase for rule in RATIO_RULES] == [False] * 4 + [True] * 5


def test_the_document_prints_the_same_list() -> None:
    lines = METHODS.read_text(encoding="utf-8").split("| verdict on 30 to 50% more |")[1]
    rows = [line for line in lines.splitlines()[2:] if line.startswith("|")][: len(RATIO_RULES)]
    printed = [[cell.strip() for cell in line.strip("|").split("|")] for line in rows]
    held = [[rule.words, rule.rule, "yes" if rule.increase else "no"] for rule in RATIO_RULES]
    assert printed == held


@pytest.mark.parametrize(
    ("low", "high", "baseline", "place"),
    [
        (0.5, 0.9, 0.8, 0),
        (1.4, 1.45, 0.77, 0),
        (1.4, 1.45, 0.76, 6),
        (0.8, 0.99, 0.5, 1),
        (0.9, 1.0, 0.5, 2),
        (1.0, 1.29, 0.5, 2),
        (1.0, 1.3, 0.5, 3),
        (0.0, float("inf"), 0.5, 3),
        (1.01, 1.29, 0.5, 4),
        (1.51, 1.9, 0.5, 5),
        (1.3, 1.5, 0.5, 6),
        (1.5, 1.5, 0.5, 6),
        (1.5, 1.51, 0.5, 7),
        (1.3, 1.8, 0.5, 7),
        (1.01, 1.3, 0.5, 8),
        (1.2, 1.6, 0.5, 8),
    ],
)
def test_the_first_rule_that_fits_holds(low, high, baseline, place) -> None:
    assert judge_ratio(low, high, baseline=baseline) is RATIO_RULES[place]


def test_every_range_above_one_is_an_increase_and_no_other() -> None:
    rng = np.random.default_rng(1)
    for low, width, base in rng.uniform([0.5, 0, 0.1], [1.8, 1, 0.76], (2000, 3)):
        assert judge_ratio(low, low + width, baseline=base).increase == (low > 1.0)


@pytest.mark.parametrize("ends", [(1.2, 1.1, 0.5), (np.nan, 1.1, 0.5), (1.0, 1.1, np.nan)])
def test_a_range_without_ends_is_refused(ends) -> None:
    low, high, base = ends
    with pytest.raises(ParamsError, match="must be numbers, low first"):
        judge_ratio(low, high, baseline=base)


def test_other_claims_are_judged_by_their_threshold() -> None:
    assert judge_interval(0.01, 0.2) == "supported"
    assert judge_interval(-0.2, -0.01) == "contradicted"
    assert judge_interval(-0.1, 0.1) == judge_interval(np.nan, np.nan) == "too imprecise to tell"
    assert judge_interval(0.06, 0.2, threshold=0.05) == "supported"
    assert judge_interval(0.0, 0.04, threshold=0.05) == "contradicted"
