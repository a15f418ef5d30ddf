"""Words and numbers of a verdict agree, at every limit."""

import numpy as np
import pandas as pd
import pytest

from cxanalytics.errors import DataError
from cxanalytics.rules import CERTAINTIES
from cxanalytics.words import Chip, list_words_used, say_verdict, say_verdict_clause

NBSP = "\u00a0"


def row(verdict, certainty=np.nan, reason="", n=500.0, **figures):
    return pd.Series(
        {"verdict": verdict, "certainty": certainty, "suppressed_reason": reason, "n": n, **figures}
    )


@pytest.mark.parametrize(
    ("p", "word", "filled", "certain"),
    [
        (0.80, "Likely above", False, "80% certain"),
        (0.9499, "Likely above", False, "94% certain"),
        (0.95, "Very likely above", True, "95% certain"),
        (0.9949, "Very likely above", True, "99% certain"),
        (0.995, "Almost certainly above", True, f"over{NBSP}99% certain"),
        (1.0, "Almost certainly above", True, f"over{NBSP}99% certain"),
    ],
)
def test_a_limit_belongs_to_the_stronger_word(p, word, filled, certain):
    assert say_verdict(row("above", p)) == Chip("above", filled, word, certain)
    below = say_verdict(row("below", p))
    assert (below.kind, below.filled, below.word) == (
        "below",
        filled,
        word.replace("above", "below"),
    )


def test_too_close_to_call_prints_no_percentage():
    assert say_verdict(row("unclear")) == Chip("unclear", False, "Too close to call", "")


def test_about_the_same_is_a_diamond_with_its_certainty():
    assert say_verdict(row("same", 0.91)) == Chip("same", False, "About the same", "91% certain")


def test_a_verdict_without_the_probability_for_it_is_refused():
    with pytest.raises(DataError, match=r"must be at least 0.8 to call 'above'; got 0.797"):
        say_verdict(row("above", 0.797))


def test_suppressed_rows_say_why():
    assert say_verdict(row("", reason="few", n=22)).word.startswith("Fewer than 30 answers.")
    assert say_verdict(row("", reason="few", n=60)).word.startswith("Too few answers once weighted")
    assert say_verdict(row("", reason="hidden")).kind == ""


def test_the_clause_of_a_sentence():
    than = "its peers"
    assert (
        say_verdict_clause(row("below", 0.81), than=than) == "likely below its peers (81% certain)"
    )
    assert say_verdict_clause(row("unclear"), than=than) == "too close to its peers to call"
    same = say_verdict_clause(row("same", 0.91), than="the typical peer")
    assert same == "about the same as the typical peer (91% certain)"


def test_the_word_table_lists_exactly_the_words_of_the_chips():
    rows = [row("above", 0.97), row("below", 0.85), row("unclear")]
    used = list(list_words_used(rows)["We say"])
    assert used == ["Very likely", "Likely", "Too close to call"]
    said = [say_verdict(each).word for each in rows]
    assert all(any(word.startswith(entry) for entry in used) for word in said)
    everything = [row("above", entry.at_least) for entry in CERTAINTIES]
    assert len(list_words_used([*everything, row("same", 0.9)])) == len(CERTAINTIES) + 1
    assert list_words_used([]).empty


def test_words_of_changes_are_in_the_word_table():
    used = list_words_used([row("unclear", p_rise=0.97, p_fall=0.0)])
    assert list(used["We say"]) == ["Very likely", "Too close to call"]
