"""Limits and signals of process charts."""

from __future__ import annotations

import numpy as np
import pytest

from cxanalytics.errors import ModelError
from cxanalytics.numerics.process_chart import (
    RANGE_TO_SD,
    false_alarm_chance,
    laney_limits,
    one_side,
    outside,
    xmr_limits,
)


def test_limits_agree_with_the_reference(reference):
    # the reference was made from the same printed constants, so only rounding remains
    expected = reference("xmr")["expected"]
    series = np.asarray(expected["series"], dtype=float)
    got = xmr_limits(series)
    assert got.center == pytest.approx(expected["mean"], rel=1e-12)
    assert got.spread == pytest.approx(expected["mRbar"], rel=1e-12)
    assert got.low[0] == pytest.approx(expected["lo"], rel=1e-12)
    assert got.high[-1] == pytest.approx(expected["hi"], rel=1e-12)
    assert got.range_limit == pytest.approx(expected["mr_ucl"], rel=1e-12)
    middle = xmr_limits(series, median=True)
    assert middle.spread == pytest.approx(expected["median_mR"], rel=1e-12)
    assert middle.low[0] == pytest.approx(expected["lo_med"], rel=1e-12)
    assert middle.high[0] == pytest.approx(expected["hi_med"], rel=1e-12)


def test_a_frozen_baseline_finds_the_shift_that_all_points_together_hide(reference):
    series = np.asarray(reference("xmr")["expected"]["series"], dtype=float)
    first = np.arange(len(series)) < 8
    frozen = xmr_limits(series, baseline=first)
    assert frozen.center == pytest.approx(series[:8].mean())
    assert outside(series, frozen)[8:].tolist() == [1] * 6
    assert outside(series, xmr_limits(series)).tolist()[8:] == [0, 0, 0, 0, 1, 0]


def test_a_run_of_eight_is_a_signal_and_seven_is_none():
    values = np.array([1.0] * 7 + [-1.0] + [1.0] * 8)
    got = one_side(values, 0.0, run=8)
    assert got.tolist() == [0] * 8 + [1] * 8
    assert one_side(values, 0.0, run=7).tolist() == [1] * 7 + [0] + [1] * 8
    assert one_side(-values, 0.0, run=8).tolist() == [0] * 8 + [-1] * 8


def test_a_missing_period_does_not_end_a_run_but_a_value_on_the_center_does():
    values = np.array([1.0] * 4 + [np.nan] + [1.0] * 4)
    assert one_side(values, 0.0, run=8).tolist() == [1, 1, 1, 1, 0, 1, 1, 1, 1]
    values[4] = 0.0
    assert not one_side(values, 0.0, run=8).any()


def test_shares_of_many_answers_have_limits_from_their_own_spread():
    rng = np.random.default_rng(3)
    level = 0.6 + rng.normal(0.0, 0.02, 400)
    n = rng.integers(4_000, 8_000, 400).astype(float)
    share = rng.binomial(n.astype(int), level) / n
    got = laney_limits(share, n)
    # truth: sqrt(0.02^2 + pq/n) over sqrt(pq/n), n about 6,000
    assert got.spread == pytest.approx(np.sqrt(1 + 0.02**2 / (0.24 / 5_800)), rel=0.08)
    assert np.abs(outside(share, got)).mean() < 0.01
    plain = 3 * np.sqrt(got.center * (1 - got.center) / n)
    assert (np.abs(share - got.center) > plain).mean() > 0.2


def test_without_extra_spread_the_limits_are_the_binomial_ones():
    rng = np.random.default_rng(4)
    n = np.full(2_000, 300.0)
    share = rng.binomial(300, 0.7, 2_000) / n
    # mean moving range of 2,000 points: standard error about 2%
    assert laney_limits(share, n).spread == pytest.approx(1.0, abs=0.05)


def test_normal_noise_lies_outside_as_often_as_it_should():
    values = np.random.default_rng(5).normal(0.0, 1.0, 20_000)
    limits = xmr_limits(values)
    assert limits.spread / RANGE_TO_SD == pytest.approx(1.0, abs=0.02)
    assert np.abs(outside(values, limits)).mean() == pytest.approx(0.0027, abs=0.0015)


@pytest.mark.parametrize("value", [0.1, 0.3, 0.62, 0.7, 62.3])
def test_a_series_that_never_moves_has_no_signal(value):
    # The mean of equal numbers may miss them by a rounding; that is neither outside nor a run.
    for points in (8, 9, 12, 13, 20):
        values, first = np.full(points, value), np.arange(points) < 12
        charts = [xmr_limits(values, baseline=first)]
        if value < 1.0:
            charts.append(laney_limits(values, 100 + 1.7 * np.arange(points), baseline=first))
        for limits in charts:
            assert not outside(values, limits).any()
            assert not one_side(values, limits.center, run=8).any()


def test_too_short_a_baseline_is_refused():
    with pytest.raises(ModelError, match="at least 3 values"):
        xmr_limits([1.0, np.nan, 2.0])
    with pytest.raises(ModelError, match="differ from 1"):
        laney_limits([1.0, 1.0, 1.0], [50.0, 60.0, 70.0])


def test_the_chance_of_a_false_sign_is_what_simulated_charts_show():
    rng = np.random.default_rng(9)
    alarms = []
    for _ in range(600):
        values = rng.normal(0.0, 1.0, 18)
        limits = xmr_limits(values, baseline=np.arange(18) < 12)
        signs = np.abs(outside(values, limits)) + np.abs(one_side(values, limits.center, run=8))
        alarms.append(signs.any())
    # 600 charts: standard error 1.4 points
    assert false_alarm_chance(18, 12, run=8) == pytest.approx(np.mean(alarms), abs=0.045)
    assert false_alarm_chance(30, 12, run=8) > false_alarm_chance(18, 12, run=8)
    assert false_alarm_chance(18, 12, run=7) > false_alarm_chance(18, 12, run=8)
