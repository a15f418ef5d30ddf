"""Staff questions beside the typical peer: as the scorecard has it, and no small group shows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxanalytics.benchmark import benchmark_scorecard
from cxanalytics.benchmark.staff_items import COLUMNS, benchmark_staff_items
from cxanalytics.rules import HIDDEN
from cxanalytics.tables import Estimates


def make_scores(seed: int, *, small: float = 8.0) -> Estimates:
    draw = np.random.default_rng(seed)
    n = np.r_[np.full(11, 200.0), small, small]
    score = np.clip(0.6 + 0.05 * draw.standard_normal(13), 0, 1)
    error = np.sqrt(score * (1 - score) / n)
    frame = pd.DataFrame({"key": [f"A{i:02d}" for i in range(13)], "estimate": score})
    frame["std_error"], frame["n"], frame["n_eff"] = error, n, n
    frame["conf_low"], frame["conf_high"] = score - 1.96 * error, score + 1.96 * error
    return Estimates(frame=frame, quantity="share", facts={"statistic": "positive"})


@pytest.fixture(scope="module")
def scores():
    return {wave: {"valued": make_scores(k), "heard": make_scores(9 + k)} for k, wave in
            enumerate(("2025", "2026"))}  # fmt: skip


@pytest.fixture(scope="module")
def items(scores):
    return benchmark_staff_items(scores, labels={"valued": "Valued"}, draws=1000, seed=4)


def test_every_row_is_that_of_the_scorecard(scores, items) -> None:
    board = benchmark_scorecard(scores["2026"], draws=1000, seed=4)["heard"]
    got = items.loc[(items["period"] == "2026") & (items["item"] == "heard")]
    for column in ("estimate", "peer", "gap_low", "verdict", "n"):
        assert got[column].tolist() == pytest.approx(board.frame[column].tolist(), nan_ok=True)
    assert list(items.columns) == list(COLUMNS)
    assert set(items["label"]) == {"Valued", "Heard"}


def test_small_agencies_have_a_reason_and_no_figure(items) -> None:
    small = items.loc[items["agency"].isin(["A11", "A12"])]
    assert (small["suppressed_reason"] == HIDDEN).all()
    assert small[["estimate", "conf_low", "peer", "gap", "n"]].isna().all().all()


def test_no_waves_give_an_empty_table() -> None:
    empty = benchmark_staff_items({}, seed=1)
    assert empty.empty and list(empty.columns) == list(COLUMNS)
