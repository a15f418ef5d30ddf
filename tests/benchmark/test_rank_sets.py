"""Confidence sets of the ranks of shown agencies."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from cxanalytics.benchmark import benchmark_rank_sets
from cxanalytics.errors import ModelError, ParamsError


def test_sets_are_those_of_csranks_but_for_smoothing(reference, reference_dir, made_up):
    """Reference: csranks 1.2.3 on each agency's own variance; ours are pooled, and differ little.

    The unsmoothed sets are compared one by one in tests/numerics/test_ranks.py.
    """
    expected = reference("benchmark")["expected"]
    data = pd.read_csv(reference_dir / "bench_sim.csv")
    table = made_up.from_shares(data["x"] / data["n"], data["n"], names=data["agency"].tolist())
    frame = benchmark_rank_sets(table, seed=1).frame
    for name, key in (("own", "csranks_marginal"), ("together", "csranks_simultaneous")):
        for end, side in (("low", "L"), ("high", "U")):
            apart = np.abs(frame[f"{name}_{end}"].to_numpy() - np.asarray(expected[key][side]))
            # of 40 places; pooled variances move the ends of extreme shares by a few
            assert np.median(apart) <= 1
            assert apart.max() <= 8


def test_sets_hold_the_observed_rank_and_nest(made_up):
    truth, n = made_up.truth_and_sizes(30)
    frame = benchmark_rank_sets(made_up.scores(truth, n, seed=1), seed=2).frame
    rank = (-frame["estimate"]).rank()
    for name in ("own", "together"):
        assert (frame[f"{name}_low"] <= rank).all() and (frame[f"{name}_high"] >= rank).all()
    assert (frame["together_low"] <= frame["own_low"]).all()
    assert (frame["together_high"] >= frame["own_high"]).all()


def test_sets_cover_the_true_ranks(made_up):
    own, together = [], []
    for seed in range(40):
        truth, n = made_up.truth_and_sizes(20, seed=seed)
        scores = made_up.scores(truth, n, seed=seed + 500)
        frame = benchmark_rank_sets(scores, seed=seed, draws=1000).frame
        rank = (-truth).argsort().argsort() + 1
        held = [
            frame[f"{k}_low"].le(rank) & frame[f"{k}_high"].ge(rank) for k in ("own", "together")
        ]
        own.append(held[0].mean())
        together.append(held[1].all())
    assert np.mean(own) >= 0.94
    assert np.mean(together) >= 0.90


def test_one_that_agrees_is_not_the_surest(made_up):
    share = np.full(12, 0.6)
    share[0] = 1.0
    n = np.full(12, 31)
    frame = benchmark_rank_sets(made_up.from_shares(share, n), seed=1).frame
    assert frame["std_error"].iloc[0] == pytest.approx(frame["std_error"].iloc[1])


def test_hidden_agencies_leave_no_trace(made_up):
    truth, n = made_up.truth_and_sizes(20)
    n[3] = 7
    scores = made_up.scores(truth, n, seed=1)
    frames = []
    for value in (0.0, 1.0):
        changed = dataclasses.replace(scores, frame=scores.frame.copy())
        changed.frame.loc[3, "estimate"] = value
        frames.append(benchmark_rank_sets(changed, seed=1).frame)
    assert frames[0].equals(frames[1])
    assert scores.frame.loc[3, "key"] not in set(frames[0]["key"])


def test_refusals(made_up):
    truth, n = made_up.truth_and_sizes(8)
    with pytest.raises(ModelError, match="at least 9 agencies shown; got 8"):
        benchmark_rank_sets(made_up.scores(truth, n, seed=1), seed=1)
    with pytest.raises(ParamsError, match="`level`"):
        benchmark_rank_sets(made_up.scores(truth, n, seed=1), seed=1, level=0.0)
    with pytest.raises(ParamsError, match="`seed`"):
        benchmark_rank_sets(made_up.scores(truth, n, seed=1), seed=-1)
