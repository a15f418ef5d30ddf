"""Splitting a change into mix and rate."""

from __future__ import annotations

import numpy as np
import pytest

from cxanalytics.errors import ModelError
from cxanalytics.numerics.mix_rate import linear_parts, split_change


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


def _two_waves(seed: int, *, units: int = 0):
    """Answers of two waves in three groups; units serve in both waves."""
    rng = np.random.default_rng(seed)
    later = np.repeat([False, True], 900)
    group = np.where(
        later, rng.choice(3, 1800, p=[0.3, 0.3, 0.4]), rng.choice(3, 1800, p=[0.5, 0.3, 0.2])
    )
    unit = rng.integers(0, units or 1, 1800)
    shift = rng.normal(0, 0.1, units or 1)[unit] if units else 0.0
    chance = np.array([0.5, 0.65, 0.8])[group] + 0.05 * later + shift
    value = (rng.uniform(size=1800) < chance).astype(float)
    return value, group, later, unit, rng.uniform(0.5, 2.0, 1800)


def _parts(value, group, later, mass):
    total, hit = (
        np.array([np.bincount(group[now], w[now], minlength=3) for now in (~later, later)])
        for w in (mass, mass * value)
    )
    score, nothing = hit / total, np.zeros(3)
    got = split_change(*score, *total, variance_before=nothing, variance_now=nothing)
    return got.mix, got.rate


def test_linear_parts_agree_with_the_closed_errors_of_independent_answers():
    value, group, later, _, _ = _two_waves(1)
    mix, rate = linear_parts(value, group, later, mass=np.ones(1800))
    counts = [np.bincount(group[now], minlength=3) for now in (~later, later)]
    p = [
        np.bincount(group[now], value[now], minlength=3) / n
        for now, n in zip((~later, later), counts, strict=True)
    ]
    got = _split(*p, *counts)
    # Sums of squares of the parts are the multinomial and binomial variances, term by term.
    assert np.sqrt((mix**2).sum()) == pytest.approx(got.mix_error, rel=1e-10)
    assert np.sqrt((rate**2).sum()) == pytest.approx(got.rate_error, rel=1e-10)
    for part in (mix, rate):
        assert [part[later].sum(), part[~later].sum()] == pytest.approx([0.0, 0.0], abs=1e-12)


def test_linear_parts_agree_with_leaving_out_units_that_serve_in_both_waves():
    value, group, later, unit, mass = _two_waves(2, units=60)
    linear = linear_parts(value, group, later, mass=mass)
    left = np.array(
        [_parts(*(each[unit != u] for each in (value, group, later, mass))) for u in range(60)]
    )
    for place in (0, 1):
        total = np.bincount(unit, linear[place], minlength=60)
        error = np.sqrt(60 / 59 * ((total - total.mean()) ** 2).sum())
        jackknife = np.sqrt(59 / 60 * ((left[:, place] - left[:, place].mean()) ** 2).sum())
        # The two differ by terms of one over the number of units.
        assert error == pytest.approx(jackknife, rel=0.05)
