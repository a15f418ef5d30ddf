"""Splitting a change into mix and rate."""

from __future__ import annotations

import numpy as np
import pytest

from cxanalytics.errors import ModelError
from cxanalytics.numerics.mix_rate import split_change


def _split(p0, p1, n0, n1):
    p0, p1, n0, n1 = (np.asarray(v, dtype=float) for v in (p0, p1, n0, n1))
    return split_change(
        p0, p1, n0, n1, variance_before=p0 * (1 - p0) / n0, variance_now=p1 * (1 - p1) / n1
    )


def test_the_parts_of_a_change_by_hand():
    # phone 60% then 62%, web 80% both times; web grows from a quarter to a half of the answers
    got = _split([0.60, 0.80], [0.62, 0.80], [750, 250], [500, 500])
    assert got.change == pytest.approx(0.71 - 0.65)
    assert got.rate == pytest.approx(0.625 * 0.02)
    assert got.mix == pytest.approx(0.25 * (0.80 - 0.61))
    assert got.mix + got.rate == pytest.approx(got.change, abs=1e-15)


def test_without_a_shift_of_mix_all_is_rate_and_the_other_way_round():
    same = _split([0.5, 0.7], [0.6, 0.6], [300, 700], [30, 70])
    assert same.mix == pytest.approx(0.0, abs=1e-15)
    still = _split([0.5, 0.7], [0.5, 0.7], [300, 700], [70, 30])
    assert still.rate == pytest.approx(0.0, abs=1e-15)
    assert still.change == pytest.approx(0.4 * -0.2)


def test_groups_add_up_and_the_order_of_waves_only_turns_the_signs():
    rng = np.random.default_rng(8)
    p0, p1 = rng.uniform(0.2, 0.9, (2, 6))
    n0, n1 = rng.integers(50, 500, (2, 6))
    got, back = _split(p0, p1, n0, n1), _split(p1, p0, n1, n0)
    assert got.mix_by_group.sum() + got.rate_by_group.sum() == pytest.approx(got.change, abs=1e-14)
    assert (got.mix, got.rate) == pytest.approx((-back.mix, -back.rate), abs=1e-15)


def test_ranges_of_both_parts_hold_the_truth_95_times_in_100():
    rng = np.random.default_rng(9)
    p0, p1 = np.array([0.55, 0.7, 0.85]), np.array([0.6, 0.68, 0.85])
    w0, w1 = np.array([0.5, 0.3, 0.2]), np.array([0.35, 0.3, 0.35])
    truth = _split(p0, p1, 1e9 * w0, 1e9 * w1)
    held = np.zeros((2_000, 2))
    for draw in held:
        n0, n1 = rng.multinomial(600, w0), rng.multinomial(600, w1)
        got = _split(rng.binomial(n0, p0) / n0, rng.binomial(n1, p1) / n1, n0, n1)
        draw[0] = abs(got.mix - truth.mix) <= 1.96 * got.mix_error
        draw[1] = abs(got.rate - truth.rate) <= 1.96 * got.rate_error
    # 2,000 draws: Monte Carlo error 0.5 points
    assert held.mean(axis=0) == pytest.approx([0.95, 0.95], abs=0.015)


def test_a_group_without_answers_in_one_wave_is_refused():
    with pytest.raises(ModelError, match="both waves"):
        split_change(
            [0.5, 0.7],
            [0.5, 0.7],
            [10, 0],
            [10, 10],
            variance_before=[0.01, 0.0],
            variance_now=[0.01, 0.01],
        )
