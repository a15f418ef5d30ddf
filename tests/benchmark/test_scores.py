"""Agencies against the typical one of their peers."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from cxanalytics.benchmark import benchmark_scores
from cxanalytics.errors import ParamsError
from cxanalytics.numerics.shrinkage import shrink_normal, smooth_share_variance
from cxanalytics.rules import CALL_AT_LEAST, DIFFERENCE, Thresholds
from cxanalytics.tables import BENCHMARK_COLUMNS, CHANGE_COLUMNS

FIGURES = [c for c in BENCHMARK_COLUMNS if c not in ("key", "verdict", "suppressed_reason")]


@pytest.fixture(scope="module")
def board(made_up):
    truth, n = made_up.truth_and_sizes(24)
    return benchmark_scores(made_up.scores(truth, n, seed=1), seed=7)


def test_columns_are_those_of_the_contract(board, made_up):
    assert tuple(board.frame.columns) == BENCHMARK_COLUMNS
    truth, n = made_up.truth_and_sizes(24)
    both = benchmark_scores(
        made_up.scores(truth, n, seed=1), previous=made_up.scores(truth, n, seed=2), seed=7
    )
    assert tuple(both.frame.columns) == (*BENCHMARK_COLUMNS, *CHANGE_COLUMNS)


def test_the_same_seed_gives_the_same_board(board, made_up):
    truth, n = made_up.truth_and_sizes(24)
    again = benchmark_scores(made_up.scores(truth, n, seed=1), seed=7)
    pd.testing.assert_frame_equal(board.frame, again.frame)
    pd.testing.assert_frame_equal(board.p_ahead, again.p_ahead)


def test_estimates_are_the_shrunken_ones(board, made_up):
    truth, n = made_up.truth_and_sizes(24)
    raw = made_up.scores(truth, n, seed=1).frame
    fit = shrink_normal(raw["estimate"], smooth_share_variance(raw["estimate"], n))
    np.testing.assert_allclose(board.frame["estimate"], fit.mean, rtol=1e-9)
    np.testing.assert_allclose(board.frame["conf_low"], fit.quantile(0.025), rtol=1e-6)
    np.testing.assert_allclose(board.frame["raw"], raw["estimate"])
    pulled = (board.frame["estimate"] - board.facts["center"]).abs()
    assert (pulled <= (board.frame["raw"] - board.facts["center"]).abs() + 1e-12).all()


def test_figures_belong_together(board):
    frame = board.frame
    np.testing.assert_allclose(frame[["p_above", "p_below", "p_same"]].sum(axis=1), 1.0)
    np.testing.assert_allclose(frame["estimate"] - frame["peer"], frame["gap"])
    assert (frame["gap_low"] < frame["gap"]).all()
    assert (frame["gap"] < frame["gap_high"]).all()
    assert (frame["peer_low_quarter"] < frame["peer"]).all()
    assert (frame["rank_low"] <= frame["rank_high"]).all()
    np.testing.assert_allclose(board.rank_probability.sum(axis=1), 1.0)
    np.testing.assert_allclose(board.rank_probability.sum(axis=0), 1.0)
    assert list(board.rank_probability.columns) == list(range(1, 25))
    off = ~np.eye(24, dtype=bool)
    ahead = board.p_ahead.to_numpy()
    np.testing.assert_allclose((ahead + ahead.T)[off], 1.0)
    assert (frame["peers"] == 23).all()


def test_verdicts_follow_the_rule(board):
    frame = board.frame
    columns = {"above": "p_above", "below": "p_below", "same": "p_same"}
    for verdict, column in columns.items():
        called = frame["verdict"] == verdict
        assert (frame.loc[called, column] >= CALL_AT_LEAST).all()
        assert (frame.loc[~called, column] < CALL_AT_LEAST).all()
        np.testing.assert_allclose(frame.loc[called, "certainty"], frame.loc[called, column])
    assert frame.loc[frame["verdict"] == "unclear", "certainty"].isna().all()
    called = frame["certainty"].notna()
    expected = (1 - frame.loc[called, "certainty"]).sum()
    assert board.facts["expected_wrong"] == pytest.approx(expected)


def test_hidden_and_few_agencies_leave_no_trace(made_up):
    truth, n = made_up.truth_and_sizes(20)
    n[2], n[3], n[4], n[5] = 6, 8, 20, 29
    names = made_up.keys(20)
    share = np.random.default_rng(0).binomial(n, truth) / n
    board = benchmark_scores(made_up.from_shares(share, n), seed=1)
    reasons = board.frame.set_index("key")["suppressed_reason"]
    assert reasons[names[2]] == reasons[names[3]] == "hidden"
    assert reasons[names[4]] == reasons[names[5]] == "few"
    suppressed = board.frame["suppressed_reason"] != ""
    rest = [c for c in FIGURES if c not in ("n", "n_eff")]
    assert board.frame.loc[suppressed, rest].isna().all().all()
    assert board.frame.loc[suppressed, "n"].isna().tolist() == [True, True, False, False]
    assert not set(names[2:6]) & set(board.p_ahead.index)
    # another answer of a suppressed agency changes nothing that is published
    changed = share.copy()
    changed[2:6] = [0.0, 1.0, 1.0, 0.0]
    other = benchmark_scores(made_up.from_shares(changed, n), seed=1)
    pd.testing.assert_frame_equal(board.frame, other.frame)
    assert dict(board.facts) == dict(other.facts)
    assert board.checks == other.checks


def test_one_hidden_agency_takes_another_with_it(made_up):
    truth, n = made_up.truth_and_sizes(20)
    n[2] = 6
    board = benchmark_scores(made_up.scores(truth, n, seed=1), seed=1)
    smallest = made_up.keys(20)[int(np.argsort(n)[1])]
    reasons = board.frame.set_index("key")["suppressed_reason"]
    assert reasons[smallest] == "complementary"
    free = made_up.scores(truth, n, seed=1, total_published=False)
    assert "complementary" not in set(benchmark_scores(free, seed=1).frame["suppressed_reason"])


def test_a_peer_subset_is_the_comparator_of_everybody(made_up):
    truth, n = made_up.truth_and_sizes(20)
    names = made_up.keys(20)
    table = made_up.scores(truth, n, seed=1)
    board = benchmark_scores(table, peers=names[8:], seed=1)
    peers = board.frame.set_index("key")["peers"]
    assert peers[names[0]] == 12
    assert peers[names[8]] == 11
    everyone = benchmark_scores(table, seed=1)
    np.testing.assert_allclose(board.frame["estimate"], everyone.frame["estimate"])
    assert not np.allclose(board.frame["gap"], everyone.frame["gap"], atol=1e-6)


@pytest.mark.parametrize(("shown", "compared"), [(5, False), (8, False), (9, True)])
def test_fewer_than_eight_other_peers_are_not_compared(made_up, shown, compared):
    truth, n = made_up.truth_and_sizes(shown)
    board = benchmark_scores(made_up.scores(truth, n, seed=1), seed=1)
    frame = board.frame
    assert frame["estimate"].notna().all()
    assert frame["gap"].notna().all() == compared
    assert frame["rank_low"].notna().all() == compared
    assert (frame["verdict"] != "").all() == compared
    assert board.rank_probability.shape == ((shown, shown) if compared else (shown, 0))
    check = {c.name: c for c in board.checks}["peers"]
    assert check.passed is compared
    if shown == 5:
        np.testing.assert_allclose(frame["estimate"], frame["raw"])
        assert {c.name: c.passed for c in board.checks}["stabilized"] is False


def test_scores_without_counts_are_not_compared(made_up):
    truth, n = made_up.truth_and_sizes(12)
    table = made_up.scores(truth, n, seed=1)
    frame = table.frame.assign(n=np.nan, n_eff=np.nan)
    board = benchmark_scores(dataclasses.replace(table, frame=frame), seed=1)
    assert set(board.frame["suppressed_reason"]) == {"no_counts"}
    frame = table.frame.copy()
    frame.loc[0, ["estimate", "n", "n_eff"]] = [np.nan, 0.0, 0.0]
    board = benchmark_scores(dataclasses.replace(table, frame=frame), seed=1)
    assert board.frame.loc[0, "suppressed_reason"] == "not_asked"


def test_unanimity_is_not_certainty(made_up):
    truth, n = made_up.truth_and_sizes(20)
    n[0] = 31
    share = truth.copy()
    share[0] = 1.0
    row = benchmark_scores(made_up.from_shares(share, n), seed=1).row(made_up.keys(20)[0])
    assert row["estimate"] < 0.85
    assert row["conf_high"] - row["conf_low"] > 0.1


def test_correlated_errors_are_used(made_up):
    truth, n = made_up.truth_and_sizes(20)
    table = made_up.scores(truth, n, seed=1)
    se = table.frame["std_error"].to_numpy()
    joint = dataclasses.replace(table, covariance=np.outer(se, se) * 0.5 + np.diag(se**2) * 0.5)
    apart = benchmark_scores(table, seed=1).frame
    together = benchmark_scores(joint, seed=1).frame
    assert (together["conf_high"] - together["conf_low"]).mean() > (
        apart["conf_high"] - apart["conf_low"]
    ).mean()
    diagonal = dataclasses.replace(table, covariance=np.diag(se**2))
    pd.testing.assert_frame_equal(apart, benchmark_scores(diagonal, seed=1).frame)


def test_input_is_unchanged(made_up):
    truth, n = made_up.truth_and_sizes(12)
    table = made_up.scores(truth, n, seed=1)
    before = table.frame.copy()
    benchmark_scores(table, previous=table, seed=1)
    pd.testing.assert_frame_equal(table.frame, before)


def test_intervals_ranks_and_verdicts_keep_their_promise(made_up):
    inside, rank_inside, gap_inside, right, stated = [], [], [], [], []
    for seed in range(60):
        truth, n = made_up.truth_and_sizes(20, seed=seed)
        board = benchmark_scores(made_up.scores(truth, n, seed=seed + 500), draws=1500, seed=seed)
        frame = board.frame
        inside.append(frame["conf_low"].lt(truth) & frame["conf_high"].gt(truth))
        rank = (-truth).argsort().argsort() + 1
        rank_inside.append(frame["rank_low"].le(rank) & frame["rank_high"].ge(rank))
        gap = np.array([t - np.median(np.delete(truth, g)) for g, t in enumerate(truth)])
        gap_inside.append(frame["gap_low"].lt(gap) & frame["gap_high"].gt(gap))
        true = np.select([gap > 0.02, gap < -0.02], ["above", "below"], "same")
        called = frame["certainty"].notna().to_numpy()
        right.append((frame["verdict"].to_numpy() == true)[called])
        stated.append(frame["certainty"].to_numpy()[called])
    assert 0.93 < np.mean(inside) < 0.97
    assert 0.93 < np.mean(gap_inside) < 0.97
    assert np.mean(rank_inside) > 0.94
    hits, said = np.concatenate(right), np.concatenate(stated)
    assert hits.mean() == pytest.approx(said.mean(), abs=0.04)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"peers": ["Agency 99"]}, "`peers` must name agencies with scores; got 'Agency 99'"),
        ({"peers": "Agency 01"}, "`peers` must be a list"),
        ({"difference": -0.1}, "`difference` must be 0 or more; got -0.1"),
        ({"draws": 10}, "`draws` must be a whole number of at least 1000; got 10"),
        ({"draws": 2000.5}, "`draws` must be a whole number of at least 1000; got 2000.5"),
        ({"seed": -1}, "`seed` must be a whole number, 0 or more; got -1"),
        ({"level": 95}, "`level` must lie between 0 and 1; got 95"),
    ],
)
def test_refuses(made_up, options, message):
    truth, n = made_up.truth_and_sizes(12)
    with pytest.raises(ParamsError, match=message):
        benchmark_scores(made_up.scores(truth, n, seed=1), **{"seed": 1} | options)


def test_means_need_a_difference_of_their_own(made_up):
    truth, n = made_up.truth_and_sizes(12)
    means = made_up.scores(truth, n, seed=1, statistic="mean")
    with pytest.raises(ParamsError, match="`difference` must be given where the scores are means"):
        benchmark_scores(means, seed=1)
    assert benchmark_scores(means, seed=1, difference=0.1).difference == 0.1
    assert benchmark_scores(made_up.scores(truth, n, seed=1), seed=1).difference == DIFFERENCE


@pytest.mark.parametrize(
    ("members", "text"),
    [
        (5, "5 agencies of the peer set shown: fewer than 8 other peers, so no typical peer"),
        (
            8,
            "8 agencies of the peer set shown: fewer than 8 other peers, so no typical peer and no",
        ),
    ],
)
def test_a_small_peer_set_is_named_as_the_reason(made_up, members, text):
    truth, n = made_up.truth_and_sizes(12)
    scores = made_up.scores(truth, n, seed=1)
    board = benchmark_scores(scores, seed=1, peers=made_up.keys(12)[:members])
    check = board.checks[-1]
    assert check.passed is False and check.text.startswith(text)
    assert "no rank" not in check.text and board.frame["rank_low"].notna().all()


def test_raised_thresholds_hide_more(made_up):
    truth, n = made_up.truth_and_sizes(12)
    n[:2] = [55, 300]
    n[2:] = 400
    scores = made_up.scores(truth, n, seed=1)
    first, second = made_up.keys(2)
    got = benchmark_scores(scores, seed=1, thresholds=Thresholds(rank=60))
    assert got.row(first)["suppressed_reason"] == "few"
    got = benchmark_scores(scores, seed=1, thresholds=Thresholds(hide=60, rank=350))
    assert got.row(second)["suppressed_reason"] in ("few", "complementary")
    assert got.row(first)["suppressed_reason"] == "hidden" and np.isnan(got.row(first)["n"])
    alone = benchmark_scores(scores, seed=1, thresholds=Thresholds(peers=12))
    assert alone.frame[["gap", "rank_low", "p_above"]].isna().all(axis=None)
    assert "fewer than 12 other peers" in alone.checks[-1].text
