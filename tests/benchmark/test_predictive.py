"""Does the stabilized score foretell the next wave better?"""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from cxanalytics.benchmark import benchmark_scores, fit_predictive_check
from cxanalytics.errors import ModelError, ParamsError
from cxanalytics.rules import Thresholds


def _waves(made_up, *, units=40, spread=0.03, size=60, waves=2, seed=0, shift=0.0):
    truth = np.random.default_rng(seed).normal(0.6, spread, units)
    n = np.full(units, size)
    return [
        made_up.scores(np.clip(truth + shift * t, 0.05, 0.95), n, seed=1000 * seed + t)
        for t in range(waves)
    ]


def test_errors_are_those_counted_by_hand(made_up):
    before, after = _waves(made_up)
    got = fit_predictive_check([before, after])
    board = benchmark_scores(before, seed=1).frame
    forecasts = {
        "stabilized": board["estimate"],
        "raw": before.frame["estimate"],
        "average": 0.0 * before.frame["estimate"] + got.frame["estimate"].mean(),
    }
    for name, forecast in forecasts.items():
        error = after.frame["estimate"].to_numpy() - forecast.to_numpy()
        # Apart from the common move, an error has one degree of freedom less.
        assert got.row(name)["estimate"] == pytest.approx(error.std(ddof=1), rel=1e-9)
    raw = after.frame["estimate"] - before.frame["estimate"]
    assert got.row("raw")["total"] == pytest.approx(np.sqrt((raw**2).mean()))
    less = 1 - got.row("stabilized")["estimate"] / got.row("raw")["estimate"]
    assert got.facts["less_error"] == pytest.approx(less)
    assert (got.facts["agencies"], got.facts["pairs"], got.facts["waves"]) == (40, 40, 2)


def test_where_scores_are_noisy_the_stabilized_one_is_better(made_up):
    got = fit_predictive_check(_waves(made_up, units=80, waves=4))
    assert got.facts["verdict"] == "better"
    assert got.facts["less_low"] > 0
    assert got.checks[0].passed is True
    # Chance alone leaves sqrt(.24 / 60); no forecast may be much nearer.
    assert got.facts["floor"] == pytest.approx(0.063, abs=0.003)
    assert got.frame["estimate"].min() > 0.9 * got.facts["floor"]


def test_where_answers_are_many_nothing_is_gained(made_up):
    got = fit_predictive_check(_waves(made_up, spread=0.1, size=5000))
    assert got.facts["verdict"] == "unclear"
    assert abs(got.facts["less_error"]) < 0.05
    assert got.row("average")["estimate"] > 5 * got.row("raw")["estimate"]


def test_scores_pulled_too_far_are_found_out(made_up):
    """Two kinds of agency, far apart, with a wave that tells nothing of it: shrinking hurts."""
    rng = np.random.default_rng(4)
    truth = np.where(np.arange(60) < 5, 0.95, 0.55) + rng.normal(0, 0.001, 60)
    n = np.where(np.arange(60) < 5, 31, 3000)
    got = fit_predictive_check(
        [made_up.scores(truth, n, seed=1), made_up.scores(truth, 40 * n, seed=2)]
    )
    assert got.facts["less_error"] < 0


def test_a_common_move_counts_for_nobody(made_up):
    still = fit_predictive_check(_waves(made_up))
    moved = fit_predictive_check(_waves(made_up, shift=0.1))
    assert moved.row("raw")["total"] > 0.09
    assert moved.row("raw")["estimate"] == pytest.approx(still.row("raw")["estimate"], rel=0.3)


def test_the_saved_error_is_covered(made_up):
    """The truth is the ratio of errors over very many agencies of the same kind."""
    many = fit_predictive_check(_waves(made_up, units=300, waves=6, seed=99)).facts["less_error"]
    hits = []
    for seed in range(60):
        facts = fit_predictive_check(_waves(made_up, units=30, seed=seed + 1)).facts
        hits.append(facts["less_low"] <= many <= facts["less_high"])
    # 60 sets of agencies: two standard errors of 95% are 6 points.
    assert np.mean(hits) >= 0.88


def test_hidden_and_broken_agencies_are_left_out(made_up):
    before, after = _waves(made_up)
    small = dataclasses.replace(before, frame=before.frame.copy())
    small.frame.loc[0, ["n", "n_eff"]] = 8.0
    got = fit_predictive_check([small, after], broken=[before.frame["key"].iloc[5]])
    # A hidden agency takes another one with it, where a total would give it back.
    assert got.facts["agencies"] <= 38
    small.frame.loc[0, "estimate"] = 0.999
    again = fit_predictive_check([small, after], broken=[before.frame["key"].iloc[5]])
    assert got.frame.equals(again.frame)


def test_refusals(made_up):
    waves = _waves(made_up)
    with pytest.raises(ModelError, match="at least 2 waves; got 1"):
        fit_predictive_check(waves[:1])
    with pytest.raises(ModelError, match="question changed"):
        fit_predictive_check(waves, changed=True)
    with pytest.raises(ModelError, match="in two waves in a row; got 9"):
        fit_predictive_check(_waves(made_up, units=9))
    with pytest.raises(ModelError, match="got 0"):
        fit_predictive_check(waves, thresholds=Thresholds(rank=100))
    with pytest.raises(ParamsError, match="`level`"):
        fit_predictive_check(waves, level=1.0)
    other = dataclasses.replace(waves[1], facts={"statistic": "net"})
    with pytest.raises(ParamsError, match="one statistic"):
        fit_predictive_check([waves[0], other])
    same = [dataclasses.replace(w, facts={**w.facts, "period": "2024"}) for w in waves]
    with pytest.raises(ModelError, match="one wave twice"):
        fit_predictive_check(same)
