"""Departments against the others of their agency and their kind; hidden ones change nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cxanalytics.benchmark import benchmark_departments
from cxanalytics.benchmark.nested import call, compare_draws
from cxanalytics.errors import DataError, ParamsError
from cxanalytics.models import fit_department_scores, fit_or_reason
from cxanalytics.tables import Estimates


def make_scores(truth, agency, department, *, n=800.0, seed=1, **facts) -> Estimates:
    """Draw shares of departments."""
    size = np.broadcast_to(np.asarray(n, dtype=float), len(truth)).copy()
    share = np.random.default_rng(seed).binomial(size.astype(int), truth) / size
    error = np.sqrt(share * (1 - share) / size)
    frame = pd.DataFrame(
        {
            "key": [f"{a} · {d}" for a, d in zip(agency, department, strict=True)],
            "agency": agency,
            "department": department,
            "estimate": share,
            "std_error": error,
            "conf_low": share - 1.96 * error,
            "conf_high": share + 1.96 * error,
            "n": size,
            "n_eff": size,
            "suppressed_reason": "",
        }
    )
    return Estimates(frame, quantity="share", facts={"statistic": "positive", **facts})


def places(agencies=12, each=3):
    agency = [f"A{place:02d}" for place in range(agencies) for _ in range(each)]
    department = [f"D{place}" for _ in range(agencies) for place in range(each)]
    return agency, department


@pytest.fixture(scope="module")
def made():
    """Twelve agencies of three departments; D0 of A00 is 20 points below, D1 15 above."""
    agency, department = places()
    truth = 0.6 + 0.03 * np.random.default_rng(3).normal(size=36)
    truth[:3] = [0.45, 0.80, 0.65]
    return truth, make_scores(truth, agency, department, period="2026")


@pytest.fixture(scope="module")
def board(made):
    return benchmark_departments(made[1], draws=2000, seed=1)


def test_what_stands_out_is_called_and_the_rest_is_not(board) -> None:
    assert board.row("A00 · D0")["verdict"] == "below"
    assert board.row("A00 · D1")["verdict"] == "above"
    assert board.row("A00 · D0")["certainty"] > 0.99
    assert board.facts["expected_wrong"] < board.facts["called"]


def test_the_peer_is_the_average_of_the_other_departments_of_the_agency(board) -> None:
    own = board.frame.set_index("key")["estimate"]
    expected = (own["A00 · D1"] + own["A00 · D2"]) / 2
    row = board.row("A00 · D0")
    # Both are averages, one over 2,000 draws.
    assert row["peer"] == pytest.approx(expected, abs=0.003)
    assert row["gap"] == pytest.approx(row["estimate"] - row["peer"], abs=0.003)
    assert row["peers"] == 2
    assert row[["p_above", "p_below", "p_same"]].sum() == pytest.approx(1.0)


def test_scores_are_drawn_toward_their_own_agency_and_hold_the_truth(made, board) -> None:
    truth, _ = made
    frame = board.frame
    inside = (frame["conf_low"] <= truth) & (truth <= frame["conf_high"])
    assert inside.mean() >= 0.86
    moved = np.sqrt(np.mean((frame["estimate"] - truth) ** 2))
    assert moved < np.sqrt(np.mean((frame["raw"] - truth) ** 2))


def test_a_kind_is_compared_where_there_are_enough_others_elsewhere(made) -> None:
    board = benchmark_departments(made[1], draws=2000, seed=1)
    assert board.row("A00 · D0")["kind_peers"] == 11
    assert board.row("A00 · D0")["kind_verdict"] == "below"
    mapped = {"D0": "counter", "A00 · D1": "counter"}
    few = benchmark_departments(made[1], draws=2000, seed=1, kinds=mapped)
    assert few.row("A00 · D1")["kind_peers"] == 11
    assert few.row("A01 · D2")["kind"] == ""
    assert few.row("A01 · D2")["kind_verdict"] == ""
    seven = benchmark_departments(made[1], draws=2000, seed=1, kinds={"A00 · D0": "x"})
    assert np.isnan(seven.row("A00 · D0")["kind_gap"])


def test_ranks_are_ranges_and_need_more_than_eight_departments(made) -> None:
    board = benchmark_departments(made[1], draws=2000, seed=1)
    assert board.frame["rank_low"].isna().all()
    agency, department = places(agencies=6, each=9)
    truth = 0.5 + 0.02 * np.tile(np.arange(9), 6)
    ranked = benchmark_departments(make_scores(truth, agency, department), draws=2000, seed=1)
    row = ranked.row("A00 · D8")
    assert 1 <= row["rank_low"] < row["rank_high"] <= 9


def test_a_hidden_department_is_in_no_figure(made) -> None:
    _, scores = made
    figures = ["estimate", "std_error", "conf_low", "conf_high", "n", "n_eff"]
    boards = []
    for value in (0.1, 0.9):
        frame = scores.frame.copy()
        frame.loc[4, figures] = value
        frame.loc[4, "suppressed_reason"] = "hidden"
        frame.loc[4, ["estimate", "n"]] = np.nan
        boards.append(benchmark_departments(replace(scores, frame=frame), draws=2000, seed=1))
    one, two = (board.frame.drop(columns=["n_eff", "raw_low", "raw_high"]) for board in boards)
    pd.testing.assert_frame_equal(one, two)
    assert boards[0].row("A01 · D1")[["estimate", "gap", "n"]].isna().all()
    assert boards[0].row("A01 · D0")["peers"] == 1
    assert dict(boards[0].facts) == dict(boards[1].facts)


def test_a_department_alone_in_its_agency_is_compared_with_nobody(made) -> None:
    _, scores = made
    frame = scores.frame.drop(index=[1, 2]).reset_index(drop=True)
    board = benchmark_departments(replace(scores, frame=frame), draws=2000, seed=1)
    assert board.row("A00 · D0")["verdict"] == "" and board.row("A00 · D0")["peers"] == 0
    assert board.row("A00 · D0")["estimate"] > 0


def test_too_few_agencies_keep_their_raw_scores_and_get_no_verdict() -> None:
    agency, department = places(agencies=5)
    board = benchmark_departments(
        make_scores(np.full(15, 0.6), agency, department), draws=2000, seed=1
    )
    assert (board.frame["verdict"] == "").all()
    assert (board.frame["estimate"] == board.frame["raw"]).all()
    assert "inside" not in board.facts
    assert [check.passed for check in board.checks] == [False]


def test_spreads_and_their_ratio_hold_the_truth() -> None:
    rng = np.random.default_rng(5)
    agency, department = places(agencies=20, each=4)
    level = np.repeat(rng.normal(0, 0.015, 20), 4)
    truth = 0.6 + level + rng.normal(0, 0.06, 80)
    board = benchmark_departments(make_scores(truth, agency, department, n=600), draws=2000, seed=1)
    facts, means = board.facts, truth.reshape(20, 4).mean(axis=1)
    inside = np.sqrt(np.square(truth - np.repeat(means, 4)).sum() / 60)
    for name, true in (("inside", inside), ("between", means.std(ddof=1))):
        assert facts[f"{name}_low"] < true < facts[f"{name}_high"], name
    assert facts["ratio_low"] > 1.0 and facts["p_wider"] > 0.95


def test_the_spread_now_and_then_is_over_departments_of_both_waves() -> None:
    rng = np.random.default_rng(6)
    agency, department = places(agencies=20, each=4)
    wide = 0.6 + rng.normal(0, 0.08, 80)
    now = make_scores(0.6 + 0.3 * (wide - 0.6), agency, department, seed=2, period="2026")
    then = make_scores(wide, agency, department, seed=1, period="2025")
    frame = then.frame.drop(index=[0, 1, 2]).reset_index(drop=True)
    board = benchmark_departments(now, previous=replace(then, frame=frame), draws=2000, seed=1)
    assert board.facts["matched"] == 76 and board.facts["period_before"] == "2025"
    assert board.facts["dispersion_high"] < 1.0
    assert board.facts["before"] > board.facts["after"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"difference": -0.1}, "`difference` must be 0 or more"),
        ({"draws": 10}, "at least 1000"),
        ({"seed": -1}, "`seed` must be"),
    ],
)
def test_options_out_of_range_are_refused(made, change, message) -> None:
    with pytest.raises(ParamsError, match=message):
        benchmark_departments(made[1], **({"seed": 1} | change))


def test_means_need_a_difference_and_a_table_its_columns(made) -> None:
    _, scores = made
    with pytest.raises(ParamsError, match="`difference` must be given"):
        benchmark_departments(replace(scores, facts={"statistic": "mean"}), seed=1)
    with pytest.raises(DataError, match="needs a column `department`"):
        benchmark_departments(
            replace(scores, frame=scores.frame.drop(columns="department")), seed=1
        )


def test_the_same_wave_again_or_none_is_no_earlier_wave(made) -> None:
    scores = made[1]
    again = benchmark_departments(scores, previous=scores, draws=1000, seed=1)
    assert "matched" not in again.facts
    refused = fit_or_reason(fit_department_scores, None)
    none = benchmark_departments(scores, previous=refused, draws=1000, seed=1)
    assert "matched" not in none.facts


def test_eighty_percent_exactly_is_a_call():
    # 1 - .15 - .05 is less than .8 in floating point; 800 of 1,000 draws are not.
    gap = np.repeat([0.0, 0.05, -0.05], [800, 150, 50])[:, None]
    found = compare_draws(gap, 0.02, 0.95)
    verdict, certainty = call(found["p_above"], found["p_below"], found["p_same"])
    assert verdict == ["same"]
    assert certainty.tolist() == [0.8]
