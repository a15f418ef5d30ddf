"""Channels over all agencies and within each: alike, apart, open; hidden cells change nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cxanalytics.benchmark import benchmark_channels
from cxanalytics.errors import ModelError
from cxanalytics.tables import Estimates

LEVELS = {"chat": 0.65, "phone": 0.65, "visit": 0.55}


def make_cells(*, agencies=16, n=1500.0, apart=0.005, seed=1, shift=0.0) -> Estimates:
    """Draw shares of channels in agencies; as answered, chat is `shift` higher."""
    rng = np.random.default_rng(seed)
    rows = []
    for place in range(agencies):
        level = rng.normal(0, 0.04)
        for channel, mean in LEVELS.items():
            share = rng.binomial(int(n), mean + level + rng.normal(0, apart)) / n
            raw = share + (shift if channel == "chat" else 0.0)
            rows.append((f"A{place:02d}", channel, share, raw))
    frame = pd.DataFrame(rows, columns=["agency", "channel", "estimate", "raw"])
    frame.insert(0, "key", frame["agency"] + " · " + frame["channel"])
    frame["n"] = frame["n_eff"] = n
    frame["std_error"] = np.sqrt(frame["estimate"] * (1 - frame["estimate"]) / n)
    frame["raw_error"] = np.sqrt(frame["raw"] * (1 - frame["raw"]) / n)
    frame["conf_low"] = frame["estimate"] - 1.96 * frame["std_error"]
    frame["conf_high"] = frame["estimate"] + 1.96 * frame["std_error"]
    frame["reason"] = frame["suppressed_reason"] = ""
    return Estimates(frame, quantity="share", facts={"statistic": "positive"})


@pytest.fixture(scope="module")
def found():
    return benchmark_channels(make_cells(shift=0.05), draws=2000, seed=1)


def test_two_channels_are_about_the_same_and_the_third_is_not(found) -> None:
    """The words of the claim: phone and chat are equivalent, the visit is not."""
    same = found.row("chat less phone")
    assert same["verdict"] == "same" and same["conf_low"] < 0 < same["conf_high"]
    for pair in ("chat less visit", "phone less visit"):
        row = found.row(pair)
        assert row["verdict"] == "above" and row["conf_low"] < 0.10 < row["conf_high"]
    assert found.row("visit")["verdict"] == "below"
    assert found.facts["apart"] == 2 and found.facts["pairs"] == 3


def test_the_answers_as_they_are_get_a_verdict_of_their_own(found) -> None:
    row = found.row("chat less phone")
    assert row["raw_verdict"] == "above" and row["raw_gap"] == pytest.approx(0.05, abs=0.015)
    assert found.facts["raw_apart"] == 3


def test_levels_and_the_spread_inside_agencies_hold_the_truth(found) -> None:
    for channel, mean in LEVELS.items():
        row = found.row(channel)
        # Sixteen agencies scatter by four points around it.
        assert row["conf_low"] - 0.01 < mean < row["conf_high"] + 0.01
    spread = found.row("spread")
    true = np.std([0.65, 0.65, 0.55], ddof=1)
    assert spread["conf_low"] - 0.005 < true < spread["conf_high"] + 0.005


def test_each_agency_has_its_channels_pairs_and_spread(found) -> None:
    own = found.frame.loc[found.frame["agency"] == "A03"]
    assert own["row"].value_counts().to_dict() == {"cell": 3, "pair": 3, "spread": 1}
    cell = found.row("A03 · visit")
    others = found.frame.set_index("key").loc[["A03 · chat", "A03 · phone"], "estimate"].mean()
    assert cell["gap"] == pytest.approx(cell["estimate"] - others, abs=0.003)
    assert cell["verdict"] == "below"


def test_a_hidden_cell_is_in_no_figure_and_keeps_its_reason() -> None:
    scores = make_cells()
    found = []
    for value in (0.2, 0.9):
        frame = scores.frame.copy()
        frame.loc[4, ["estimate", "raw", "std_error", "raw_error"]] = value
        frame.loc[4, "suppressed_reason"] = "hidden"
        frame.loc[4, "n"] = np.nan
        found.append(benchmark_channels(replace(scores, frame=frame), draws=2000, seed=1))
    pd.testing.assert_frame_equal(found[0].frame, found[1].frame)
    row = found[0].row("A01 · phone")
    assert row["suppressed_reason"] == "hidden" and row[["estimate", "n"]].isna().all()
    assert "chat less phone in A01" not in set(found[0].frame["key"])


def test_small_cells_are_open_and_not_alike() -> None:
    few = benchmark_channels(make_cells(n=40.0, agencies=8), draws=2000, seed=1)
    cells = few.frame.loc[(few.frame["row"] == "pair") & (few.frame["agency"] != "")]
    assert (cells["verdict"] == "same").mean() < 0.2


def test_few_agencies_or_one_channel_are_refused() -> None:
    with pytest.raises(ModelError, match="need at least 6 agencies"):
        benchmark_channels(make_cells(agencies=5), seed=1)
    one = make_cells()
    frame = one.frame.loc[one.frame["channel"] == "chat"].reset_index(drop=True)
    with pytest.raises(ModelError, match="two or more; got 1"):
        benchmark_channels(replace(one, frame=frame), seed=1)


def test_an_error_of_the_adjustment_is_averaged_out_by_no_number_of_agencies():
    cells = make_cells(agencies=40, n=1500.0)
    which = (cells.frame["channel"] == "chat").to_numpy().astype(float)
    error = 0.03
    joint = np.diag(np.square(cells.frame["std_error"])) + error**2 * np.outer(which, which)
    frame = cells.frame.assign(std_error=np.sqrt(np.diag(joint)))
    found = benchmark_channels(replace(cells, frame=frame, covariance=joint), seed=1, draws=2000)
    rows = found.frame.set_index("key")
    # Chat less phone is known to 3 points and no better, phone less visit to 2 tenths of one.
    assert rows.loc["chat less phone", "std_error"] == pytest.approx(error, rel=0.2)
    assert rows.loc["phone less visit", "std_error"] < 0.2 * error
    # What moves chat everywhere may be no spread at all.
    assert rows.loc["spread", "conf_high"] - rows.loc["spread", "conf_low"] > 0.01
