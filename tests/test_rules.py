"""Certainty words have one table."""

import pytest

from cxanalytics import rules


@pytest.mark.parametrize(
    ("probability", "word"),
    [
        (1.0, "almost certainly"),
        (0.995, "almost certainly"),
        (0.9949, "very likely"),
        (0.95, "very likely"),
        (0.9499, "likely"),
        (0.80, "likely"),
        (0.7999, None),
    ],
)
def test_the_boundary_belongs_to_the_stronger_word(probability, word):
    found = rules.certainty(probability)
    assert (found.word if found else None) == word


def test_the_weakest_word_starts_where_a_verdict_is_called():
    assert rules.CERTAINTIES[-1].at_least == rules.CALL_AT_LEAST
