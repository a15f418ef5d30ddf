"""The morale index of units."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxanalytics.errors import DataError, ModelError, ParamsError
from cxanalytics.models.morale import fit_morale_index
from cxanalytics.numerics.reliability import cronbach_alpha, intraclass
from cxanalytics.rules import Thresholds


def _staff(seed=0, units=30, low=12, high=60, items=5):
    rng = np.random.default_rng(seed)
    size = rng.integers(low, high, units)
    unit = np.repeat([f"Team {place:02d}" for place in range(units)], size)
    level = rng.normal(0, 0.35, units)
    person = np.repeat(level, size) + rng.normal(0, 0.7, len(unit))
    noise = rng.normal(0, 0.8, (len(unit), items))
    answers = np.clip(np.round(3.4 + person[:, None] + noise), 1, 5)
    return pd.DataFrame(answers, columns=[f"item_{j}" for j in range(items)]), unit


def test_index_by_hand():
    items, unit = _staff()
    got = fit_morale_index(items, unit=unit)
    score = (items >= 4).mean(axis=1).groupby(unit)
    np.testing.assert_allclose(got.frame["estimate"], score.mean())
    np.testing.assert_allclose(got.frame["std_error"], score.std() / np.sqrt(score.size()))
    np.testing.assert_allclose(got.frame["n"], score.size())
    assert got.frame["key"].tolist() == sorted(set(unit))
    assert got.facts["alpha"] == pytest.approx(cronbach_alpha(items).alpha)
    assert got.facts["icc1"] == pytest.approx(intraclass((items >= 4).mean(axis=1), unit).icc1)


def test_position_on_the_scale_and_reversed_items():
    items, unit = _staff()
    got = fit_morale_index(items, unit=unit, statistic="mean")
    by_hand = ((items - 1) / 4).mean(axis=1).groupby(unit).mean()
    np.testing.assert_allclose(got.frame["estimate"], by_hand)
    turned = items.assign(item_0=6 - items["item_0"])
    again = fit_morale_index(turned, unit=unit, statistic="mean", reverse=["item_0"])
    np.testing.assert_allclose(again.frame["estimate"], by_hand)


def test_scaling_the_weights_changes_nothing():
    items, unit = _staff()
    weight = np.random.default_rng(1).uniform(0.5, 2.0, len(unit))
    one = fit_morale_index(items, unit=unit, weight=weight)
    ten = fit_morale_index(items, unit=unit, weight=10 * weight)
    pd.testing.assert_frame_equal(one.frame, ten.frame)
    assert (one.frame["n_eff"] < one.frame["n"]).all()


def test_small_units_carry_no_figure_and_are_not_in_the_model():
    items, unit = _staff()
    extra = items.iloc[:6]
    more = pd.concat([items, extra], ignore_index=True)
    labels = np.concatenate([unit, ["Tiny"] * 6])
    got = fit_morale_index(more, unit=labels)
    tiny = got.row("Tiny")
    assert tiny["suppressed_reason"] == "hidden"
    assert np.isnan(tiny["estimate"])
    assert np.isnan(tiny["n"])
    without = fit_morale_index(items, unit=unit)
    assert got.facts["icc1"] == without.facts["icc1"]
    assert got.facts["alpha"] == without.facts["alpha"]
    assert got.facts["units_hidden"] == 1


def test_two_thirds_of_the_items_are_needed():
    items, unit = _staff(items=6)
    items.iloc[0, :2] = np.nan
    items.iloc[1, :3] = np.nan
    got = fit_morale_index(items, unit=unit)
    assert got.facts["too_few_items"] == 1
    assert got.facts["staff"] == len(items) - 1


def test_a_unit_is_placed_by_the_reliability_of_its_own_mean():
    items, unit = _staff(units=40, low=10, high=200)
    frame = fit_morale_index(items, unit=unit).frame
    assert (frame["placed"] == (frame["reliability"] >= 0.70)).all()
    assert frame["placed"].nunique() == 2
    order = frame.sort_values("n")["reliability"]
    assert order.is_monotonic_increasing


def test_intervals_cover_the_true_index():
    rng = np.random.default_rng(3)
    hits = []
    for _ in range(100):
        share = rng.uniform(0.4, 0.8, 10)
        unit = np.repeat(np.arange(10), 25)
        answers = np.where(rng.random((250, 4)) < share[unit][:, None], 4.0, 2.0)
        frame = fit_morale_index(
            pd.DataFrame(answers, columns=list("abcd")), unit=unit
        ).frame.sort_values("key")
        hits.append((frame["conf_low"] < share) & (share < frame["conf_high"]))
    assert 0.93 < np.mean(hits) < 0.975


@pytest.mark.parametrize(
    ("change", "options", "error", "message"),
    [
        (
            {"item_0": 9.0},
            {},
            DataError,
            "`item_0` must be on the scale likert_1_5; got 9 in row 1",
        ),
        ({}, {"statistic": "median"}, ParamsError, "`statistic` must be one of"),
        ({}, {"reverse": ["item_9"]}, DataError, "`reverse` must name items; got 'item_9'"),
        ({}, {"weight": [1.0]}, DataError, "`weight` must have .* values; got 1"),
    ],
)
def test_refuses(change, options, error, message):
    items, unit = _staff()
    with pytest.raises(error, match=message):
        fit_morale_index(items.assign(**change), unit=unit, **options)


def test_refuses_when_every_unit_is_small():
    items, unit = _staff(units=3, low=4, high=6)
    with pytest.raises(ModelError, match="No unit has 10 answers"):
        fit_morale_index(items, unit=unit)


def test_a_raised_threshold_hides_more_units():
    items, unit = _staff()
    sizes = pd.Series(unit).value_counts()
    few = int((sizes < 30).sum())
    assert few > 0
    got = fit_morale_index(items, unit=unit, thresholds=Thresholds(team=30))
    assert (got.frame["suppressed_reason"] == "hidden").sum() == few
    assert got.frame["estimate"].isna().sum() == few
    assert got.checks[-1].text.startswith("Units with fewer than 30 answers, not shown")
    with pytest.raises(ModelError, match="No unit has 500 answers"):
        fit_morale_index(items, unit=unit, thresholds=Thresholds(team=500))
