"""The achievable benchmark of the leading group."""

from __future__ import annotations

import numpy as np
import pytest

from cxanalytics.errors import ModelError
from cxanalytics.numerics.achievable import achievable_benchmark


def test_the_leading_group_holds_a_tenth_of_the_answers():
    share = [0.90, 0.85, 0.80, 0.70, 0.60]
    n = [50, 60, 300, 300, 290]
    got = achievable_benchmark(share, n)
    assert got.leading.tolist() == [True, True, False, False, False]
    assert got.level == pytest.approx((45 + 51) / 110)
    assert got.n == 110


def test_a_tiny_unit_with_a_perfect_score_does_not_lead():
    share = [1.0, 0.90, 0.60]
    n = [3, 500, 500]
    # (3 + 1) / (3 + 2) = .80 against (450 + 1) / 502 = .898
    got = achievable_benchmark(share, n)
    assert got.leading.tolist() == [False, True, False]
    assert got.level == pytest.approx(0.90)


def test_units_that_tie_lead_together():
    got = achievable_benchmark([0.8, 0.8, 0.5], [100, 100, 100])
    assert got.leading.tolist() == [True, True, False]


def test_the_benchmark_lies_below_the_highest_score_that_chance_has_shown():
    rng = np.random.default_rng(11)
    true = np.full(40, 0.7)
    over, highest = [], []
    for _ in range(300):
        share = rng.binomial(50, true) / 50
        over.append(achievable_benchmark(share, np.full(40, 50.0)).level - 0.7)
        highest.append(share.max() - 0.7)
    # still above the truth, by selection: the figure is printed beside it, never hidden
    assert 0.0 < np.mean(over) < 0.85 * np.mean(highest)


def test_what_cannot_be_a_benchmark_is_refused():
    with pytest.raises(ModelError, match="positive"):
        achievable_benchmark([0.5], [0])
    with pytest.raises(ModelError, match="at_least"):
        achievable_benchmark([0.5], [10], at_least=0.0)
