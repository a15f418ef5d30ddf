"""A change across a reorganization is not given, and its reason is said in words."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxanalytics.rules import CHANGE_REASONS, FEW
from cxanalytics.words import say_change
from cxanalytics.words.lock import assert_sentence_allowed


def row(reason, change=np.nan, **figures):
    base = {"suppressed_reason": "", "change": change, "change_reason": reason, "n": 20.0}
    return pd.Series(base | figures)


def test_a_reorganized_agency():
    said = say_change(row("reorganized"))
    assert said.words == "Reorganized; not comparable"
    assert (said.number, said.kind, said.range, said.certain) == ("", "", "", "")


def test_the_wave_of_the_reorganization():
    said = say_change(row("reorganized"), reorganized="2026-Q1")
    assert said.words == "Reorganized in 2026-Q1; not comparable"
    assert_sentence_allowed(said.words)


def test_a_reorganization_hides_a_change_that_was_computed():
    figures = {"change_low": 0.01, "change_high": 0.05, "p_rise": 0.99, "p_fall": 0.0}
    said = say_change(row("", change=0.03, **figures), reorganized="2026")
    assert (said.number, said.words) == ("", "Reorganized in 2026; not comparable")


def test_a_changed_question_goes_first():
    said = say_change(row("changed_wording"), changed="2025", reorganized="2026")
    assert said.words == "Question changed in 2025; not comparable"


def test_a_suppressed_row_says_nothing():
    hidden = row("").drop("suppressed_reason")
    said = say_change(pd.concat([hidden, pd.Series({"suppressed_reason": FEW})]), reorganized="1")
    assert said.words == ""


@pytest.mark.parametrize("reason", CHANGE_REASONS)
def test_each_reason_has_words_of_its_own(reason):
    words = [say_change(row(other)).words for other in CHANGE_REASONS]
    assert words.count(say_change(row(reason)).words) == 1
