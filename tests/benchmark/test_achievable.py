"""The level of the leading group: what is likely true of it, and what choosing it adds."""

from __future__ import annotations

import numpy as np
import pytest

from cxanalytics.benchmark import benchmark_achievable
from cxanalytics.errors import ModelError, ParamsError
from cxanalytics.numerics.achievable import achievable_benchmark


def test_the_level_as_answered_is_the_published_algorithm(made_up):
    truth, n = made_up.truth_and_sizes(20, seed=3)
    scores = made_up.scores(truth, n, seed=3)
    got = benchmark_achievable(scores, seed=1, draws=2000)
    found = achievable_benchmark(scores.frame["estimate"], scores.frame["n_eff"])
    assert got.facts["reached"] == pytest.approx(found.level)
    assert got.frame["leading"].tolist() == found.leading.tolist()
    assert got.facts["flattered"] == pytest.approx(got.facts["reached"] - got.facts["achievable"])


def test_choosing_the_best_flatters_and_the_range_holds_what_they_truly_reach(made_up):
    flattered, corrected, inside = [], [], []
    for seed in range(60):
        truth, n = made_up.truth_and_sizes(20, seed=seed, spread=0.05)
        n = n // 6
        got = benchmark_achievable(made_up.scores(truth, n, seed=seed), seed=1, draws=1000)
        kept = got.frame
        places = [int(key.split()[1]) for key in kept.loc[kept["leading"], "key"]]
        true = np.average(truth[places], weights=n[places])
        flattered.append(got.facts["reached"] - true)
        corrected.append(got.facts["achievable"] - true)
        inside.append(got.facts["achievable_low"] <= true <= got.facts["achievable_high"])
    assert np.mean(flattered) > 0.02
    # 60 worlds: standard error half a point
    assert abs(np.mean(corrected)) < 0.015
    assert np.mean(inside) > 0.85


def test_hidden_agencies_and_agencies_that_are_only_peers_are_not_told_of(made_up):
    truth, n = made_up.truth_and_sizes(20, seed=5)
    n[4] = 6
    scores = made_up.scores(truth, n, seed=5, only_peers="Agency 07")
    got = benchmark_achievable(scores, seed=1, draws=1000)
    assert not {"Agency 04", "Agency 07"} & set(got.frame["key"])


def test_few_agencies_and_means_are_refused(made_up):
    truth, n = made_up.truth_and_sizes(8, seed=5)
    with pytest.raises(ModelError, match="more than 8 agencies"):
        benchmark_achievable(made_up.scores(truth, n, seed=5), seed=1)
    with pytest.raises(ParamsError, match="`statistic` must be one of"):
        benchmark_achievable(made_up.scores(truth, n, seed=5, statistic="mean"), seed=1)
