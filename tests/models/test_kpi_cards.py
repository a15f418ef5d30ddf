"""The cards against known worlds, outside references, and worlds where nothing is to be found."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from statsmodels.stats.multitest import multipletests

from cxanalytics.errors import ModelError, ParamsError
from cxanalytics.models import fit_kpi_cards
from cxanalytics.models.kpi.rows import unit_rows
from cxanalytics.tables import Estimates

WEIGHTS = {"handle": 50.0, "resolved": 10.0, "back": 0.0, "hourly": 20.0}
TESTS = ("p", "lagged_p", "nonlinear_p", "increment_p")


def cards(world, **options) -> Estimates:
    given = {"resolution": "resolved", "repeats": "back", "resamples": 199}
    return fit_kpi_cards(world.customers, world.operations, **given | options)


@pytest.fixture(scope="module")
def world(kpi_world):
    return kpi_world.make_world(1, agencies=16, quality_effect=0.05)


@pytest.fixture(scope="module")
def found(world) -> Estimates:
    return cards(world, reward_weights=WEIGHTS)


def test_a_measure_that_moves_with_customers_is_valid_by_its_true_size(found) -> None:
    row = found.row("resolved")
    # 0.05 of the share per unit of quality, of which the measure shows its part without noise.
    noise = 0.65 * 0.35 / 900
    truth = 0.05 * (row["swing"] ** 2 - noise) / 0.05 / row["swing"]
    assert row["conf_low"] < truth < row["conf_high"]
    assert row["shown"] == 1 and found.row("handle")["shown"] == 0


def test_lower_is_better_counts_as_better(found) -> None:
    back = found.row("back")
    assert back["shown"] == 1 and back["validity"] > 0


def test_what_resolution_already_says_is_not_added(found) -> None:
    assert found.frame["increment_shown"].eq(0).all()
    row = found.row("resolved")
    assert np.isnan(row["increment"]) and "held against" in row["reason"]
    assert found.row("back")["increment_low"] < 0 < found.row("back")["increment_high"]


def test_the_relation_is_that_of_least_squares_with_a_column_per_unit_and_wave(world, found):
    rows = unit_rows(world.customers, world.operations, kpis=["resolved", "handle"]).frame
    rows = rows.rename(columns={"kpi:resolved": "x", "kpi:handle": "z"})
    rows = rows.assign(place=rows["agency"] + rows["unit"])
    fit = smf.ols("outcome ~ x + C(place) + C(wave)", rows).fit()
    row = found.row("resolved")
    # Both solve the same normal equations; 1e-8 is rounding.
    assert row["validity"] / row["swing"] == pytest.approx(fit.params["x"], rel=1e-8)
    both = smf.ols("outcome ~ x + z + C(place) + C(wave)", rows).fit()
    handle = found.row("handle")
    assert -handle["increment"] / handle["swing"] == pytest.approx(both.params["z"], rel=1e-8)


def test_tests_are_adjusted_with_all_others_and_with_those_of_their_kind(found) -> None:
    frame = found.frame.rename(columns={"p_value": "p_p", "p_adjusted": "p_p_adjusted"})
    raw = np.column_stack([found.frame["p_value"], *(found.frame[name] for name in TESTS[1:])])
    adjusted = np.column_stack(
        [frame["p_p_adjusted"], *(frame[f"{name}_adjusted"] for name in TESTS[1:])]
    )
    known = np.isfinite(raw)
    outside = np.full(raw.shape, np.nan)
    outside[known] = multipletests(raw[known], method="fdr_bh")[1]
    for place, told in enumerate(known.T):
        alike = multipletests(raw[told, place], method="fdr_bh")[1]
        outside[told, place] = np.maximum(outside[told, place], alike)
    assert np.allclose(adjusted[known], outside[known])
    assert np.isnan(adjusted[~known]).all()


def test_a_relation_within_the_same_wave_is_not_taken_for_one_a_wave_later(kpi_world) -> None:
    # Without the same wave held, units' own means alone would give about a quarter of it.
    worlds = [
        kpi_world.make_world(seed, agencies=8, waves=4, quality_effect=0.05) for seed in range(4)
    ]
    told = [cards(each, kpis=["resolved"]).row("resolved") for each in worlds]
    assert abs(np.mean([row["lagged"] for row in told])) < 0.006
    assert np.mean([row["validity"] for row in told]) > 0.035


def test_little_is_called_shown_where_nothing_is(kpi_world) -> None:
    called = 0
    for seed in range(10):
        world = kpi_world.make_world(50 + seed, units=3, waves=4)
        frame = cards(world, resamples=9).frame
        shown = frame[["shown", "lagged_shown", "increment_shown"]].ne(0).to_numpy().any()
        called += int(shown or frame["curved"].any())
    # One world in ten is allowed any false call; five of ten have a chance under 0.2%.
    assert called <= 4


def test_reliability_is_that_of_the_units_own_months(found) -> None:
    # Spread of units in a wave: sd 20 * sqrt(3); noise of three months: sd 4 / sqrt(3).
    assert found.row("handle")["reliability"] == pytest.approx(1 - (16 / 3) / 1200, abs=0.01)
    share = 3 * 0.05**2
    noise = 0.65 * 0.35 / 900
    assert found.row("resolved")["reliability"] == pytest.approx(share / (share + noise), abs=0.03)
    assert found.frame["split_half"].between(0.8, 1.0).all()


def test_one_period_a_wave_leaves_the_noise_of_counting(world) -> None:
    frame = world.operations.frame
    first = frame["period"].str[-2:].isin(["01", "04", "07", "10"])
    told = cards(replace(world, operations=replace(world.operations, frame=frame.loc[first])))
    share, noise = 3 * 0.05**2, 0.65 * 0.35 / 300
    assert told.row("resolved")["reliability"] == pytest.approx(share / (share + noise), abs=0.05)
    assert np.isnan(told.row("handle")["reliability"])
    assert "reliability: more than one period a wave" in told.row("handle")["reason"]


def test_reward_weights_that_run_against_validity_are_found(found) -> None:
    facts = found.facts
    assert facts["rank_agreement"] < 0 and facts["low"] <= facts["rank_agreement"] <= facts["high"]
    assert facts["mismatch"] == "handle"


def test_without_enough_weights_nothing_is_said_of_them(world) -> None:
    told = cards(world, reward_weights={"handle": 50.0, "back": 1.0, "resolved": 2.0})
    assert np.isnan(told.facts["rank_agreement"]) and told.facts["mismatch"] == ""
    equal = cards(world, reward_weights=dict.fromkeys(WEIGHTS, 1.0))
    assert np.isnan(equal.facts["low"])


def test_numbers_in_fives_are_a_sign(kpi_world) -> None:
    told = cards(kpi_world.make_world(2, rounded=True))
    assert told.row("handle")["gaming"] == "heaping"
    assert "heaping" not in told.row("resolved")["gaming"]


def test_a_rise_without_fewer_repeats_and_with_fewer_answers_is_a_sign(kpi_world) -> None:
    world = kpi_world.make_world(3, trend=0.8)
    asked = pd.DataFrame(
        [(f"Agency {a:02d}", wave, 100, 60 - 6 * w - a % 3)
         for a in range(14) for w, wave in enumerate(world.waves)],
        columns=["agency", "period", "asked", "answered"],
    )  # fmt: skip
    told = cards(world, response=asked)
    assert told.row("handle")["gaming"] == "falling_response;repeats_not_down"
    assert told.row("resolved")["gaming"] == ""
    steady = asked.assign(answered=60 - asked.index % 3)
    assert cards(world, response=steady).row("handle")["gaming"] == "repeats_not_down"


def test_what_cannot_be_looked_for_is_not_called_absent(kpi_world) -> None:
    told = cards(kpi_world.make_world(4, waves=3))
    assert told.row("back")["gaming"] == "not testable"
    assert told.row("handle")["gaming_untested"] == "falling_response;repeats_not_down"


def test_two_waves_leave_no_lag_and_one_wave_no_relation(kpi_world) -> None:
    world = kpi_world.make_world(5)
    two = replace(world.customers, frame=world.customers.frame.loc[
        world.customers.frame["period"].isin(world.waves[:2])])  # fmt: skip
    told = fit_kpi_cards(two, world.operations, resamples=99)
    assert "lagged: three waves" in told.row("handle")["reason"]
    assert np.isnan(told.row("handle")["lagged"]) and np.isnan(told.facts["skill"])
    assert "resolved the first time" in told.row("handle")["reason"]
    one = fit_kpi_cards(two.in_period(world.waves[0]), world.operations, resamples=99)
    assert one.frame["validity"].isna().all() and one.frame["shown"].eq(0).all()
    assert "two waves or more" in one.row("handle")["reason"]


def test_a_measure_that_repeats_resolution_is_refused_beside_it(kpi_world) -> None:
    world = kpi_world.make_world(6)
    twin = replace(world.operations.measure("resolved"), name="twin")
    operations = replace(world.operations, measures=(*world.operations.measures, twin))
    told = fit_kpi_cards(world.customers, operations, resolution="resolved", resamples=99)
    assert "repeats another one" in told.row("twin")["reason"]


def test_measures_that_do_not_exist_are_named(world) -> None:
    with pytest.raises(ParamsError, match="`kpis` must be one of 'handle'"):
        cards(world, kpis=["handel"])
    with pytest.raises(ModelError, match="names no measures"):
        cards(world, kpis=[])
    with pytest.raises(ModelError, match="names no measures of the contact center"):
        fit_kpi_cards(world.customers, None)
    with pytest.raises(ModelError, match="no answers of customers"):
        fit_kpi_cards(None, world.operations)
