"""A funnel of agencies."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from cxanalytics.benchmark import benchmark_funnel
from cxanalytics.errors import ModelError
from cxanalytics.numerics.funnel import FALSE_DISCOVERY
from cxanalytics.rules import Thresholds
from cxanalytics.tables import Estimates


def test_agrees_with_the_reference(reference, reference_dir, made_up):
    """Uncorrected overdispersion, as FunnelPlotR has it; limits at the agency's own size."""
    expected = reference("benchmark")["expected"]
    data = pd.read_csv(reference_dir / "bench_sim.csv")
    table = made_up.from_shares(data["x"] / data["n"], data["n"], names=data["agency"].tolist())
    got = benchmark_funnel(table, corrected=False)
    shown = (data["n"] >= 30).to_numpy()
    assert shown.all()
    assert got.target == pytest.approx(expected["target"], rel=1e-12)
    assert got.facts["tau2"] == pytest.approx(expected["arcsine"]["tau2"], rel=1e-10)
    np.testing.assert_allclose(got.points["z_adjusted"], expected["arcsine"]["z_add"], rtol=1e-8)
    outside = 1 + np.flatnonzero(got.points["outside"])
    assert outside.tolist() == expected["arcsine"]["outlier_add"]
    assert benchmark_funnel(table).facts["tau2"] > got.facts["tau2"]


def test_sides_and_limits(made_up):
    truth, n = made_up.truth_and_sizes(30, spread=0.01)
    truth[:2] = [0.9, 0.3]
    got = benchmark_funnel(made_up.scores(truth, n, seed=1))
    assert got.points["side"].tolist()[:2] == ["above", "below"]
    limits = got.limits
    for inner, outer, sign in (("low_inner", "low_outer", 1), ("high_inner", "high_outer", -1)):
        assert (sign * (limits[inner] - limits[outer]) > 0).all()
    assert limits["n"].is_monotonic_increasing
    assert limits["low_outer"].iloc[-1] > limits["low_outer"].iloc[0]


def test_small_agencies_are_left_out(made_up):
    truth, n = made_up.truth_and_sizes(15)
    n[0], n[1] = 25, 29
    got = benchmark_funnel(made_up.scores(truth, n, seed=1))
    assert len(got.points) == 13
    assert not set(made_up.keys(2)) & set(got.points["key"])


def test_fewer_than_ten_agencies_give_no_signal(made_up):
    truth, n = made_up.truth_and_sizes(9)
    truth[0] = 0.95
    got = benchmark_funnel(made_up.scores(truth, n, seed=1))
    assert not got.points["outside"].any()
    assert got.points["p_value"].isna().all()
    assert got.checks[0].passed is False
    assert "at least 10 are needed" in got.checks[0].text


def test_chance_alone_is_seldom_outside(made_up):
    outside = []
    for seed in range(150):
        n = np.random.default_rng(seed).integers(60, 900, 25)
        got = benchmark_funnel(made_up.scores(np.full(25, 0.6), n, seed=seed))
        outside.append(got.points["outside"].mean())
    assert np.mean(outside) < 0.006


def test_needs_shares(made_up):
    truth, n = made_up.truth_and_sizes(12)
    table = made_up.scores(truth, n, seed=1)
    with pytest.raises(ModelError, match="`statistic` must be one of"):
        benchmark_funnel(dataclasses.replace(table, facts={"statistic": "net"}))


def test_raised_thresholds_show_less(made_up):
    truth, n = made_up.truth_and_sizes(12, spread=0.01)
    truth[0], n[0] = 0.95, 900
    n[1] = 60
    scores = made_up.scores(truth, n, seed=1)
    assert benchmark_funnel(scores).points["outside"].any()
    got = benchmark_funnel(scores, thresholds=Thresholds(rank=61, funnel=20))
    assert made_up.keys(2)[1] not in set(got.points["key"])
    assert not got.points["outside"].any()
    assert got.limits["n"].min() == 61
    assert "at least 20 are needed" in got.checks[0].text


def test_clustered_answers_count_for_less() -> None:
    rng = np.random.default_rng(3)
    n = np.full(12, 400.0)
    share = rng.uniform(0.5, 0.7, 12)
    frame = pd.DataFrame({"key": [f"A{i}" for i in range(12)], "estimate": share, "n": n})
    frame = frame.assign(conf_low=0.0, conf_high=1.0, n_eff=n, deff=4.0)
    frame["std_error"] = np.sqrt(4.0 * share * (1 - share) / n)
    facts = {"statistic": "positive"}
    clustered = benchmark_funnel(Estimates(frame, "share", facts=facts))
    np.testing.assert_allclose(clustered.points["n_eff"], 100.0)
    plain = benchmark_funnel(Estimates(frame.drop(columns="deff"), "share", facts=facts))
    np.testing.assert_allclose(plain.points["n_eff"], 400.0)


def test_the_false_discovery_rule_names_the_planted_one(made_up):
    truth, n = made_up.truth_and_sizes(30, spread=0.01)
    truth[:3] = [0.9, 0.3, 0.35]
    points = benchmark_funnel(made_up.scores(truth, n, seed=1)).points
    assert points["discovered"].tolist()[:3] == [True, True, True]
    assert points["discovered"].iloc[3:].mean() < 0.1
    assert (points["discovery_rate"] >= points["p_value"]).all()
    assert (points["discovered"] == (points["discovery_rate"] <= FALSE_DISCOVERY)).all()


def test_both_rules_are_told(made_up):
    truth, n = made_up.truth_and_sizes(20, spread=0.01)
    truth[0] = 0.95
    got = benchmark_funnel(made_up.scores(truth, n, seed=1))
    assert got.facts["discovered"] == int(got.points["discovered"].sum())
    assert "outside the 99.8% limits" in got.checks[0].text
    assert "at a false discovery rate of 5%" in got.checks[0].text
    few = benchmark_funnel(made_up.scores(truth[:9], n[:9], seed=1))
    assert few.points["discovery_rate"].isna().all() and not few.points["discovered"].any()


def test_chance_alone_seldom_makes_a_discovery(made_up):
    named = []
    for seed in range(100):
        n = np.random.default_rng(seed).integers(30, 90, 25)
        got = benchmark_funnel(made_up.scores(np.full(25, 0.6), n, seed=seed))
        named.append(got.points["discovered"].any())
    # Nobody is unusual: any discovery is false, so at most 5% of funnels may have one; with 100
    # funnels two standard errors are 4.4 points.
    assert np.mean(named) <= 0.094


def test_agencies_that_scatter_seldom_make_a_discovery_either(made_up):
    named = []
    for seed in range(100):
        rng = np.random.default_rng(seed)
        truth, n = rng.normal(0.7, 0.05, 40), rng.integers(60, 900, 40)
        got = benchmark_funnel(made_up.scores(truth, n, seed=seed))
        named.append(got.points["discovered"].any())
    # with the spread taken as known it was one in ten
    assert np.mean(named) <= 0.094
