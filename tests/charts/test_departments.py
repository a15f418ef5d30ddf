"""What is drawn of departments and channels: rows, order, marks; hidden ones are not there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cxanalytics.charts import (
    channels_table,
    departments_table,
    draw_channels,
    draw_departments,
)
from cxanalytics.tables import BENCHMARK_COLUMNS, Benchmark, Estimates

HOSTILE = "<script>$x$</script>"


@pytest.fixture
def board() -> Benchmark:
    rows = [
        ("A", "Streets", -0.18, "below", 0.999),
        ("A", "Water", 0.09, "above", 0.98),
        ("A", HOSTILE, 0.01, "unclear", np.nan),
        ("B", "Trades", 0.04, "unclear", np.nan),
        ("B", "Events", -0.04, "unclear", np.nan),
        ("C", "Hidden", np.nan, "", np.nan),
    ]
    frame = pd.DataFrame(rows, columns=["agency", "department", "gap", "verdict", "certainty"])
    frame["key"] = frame["agency"] + " · " + frame["department"]
    frame["estimate"] = 0.65 + frame["gap"]
    frame["conf_low"], frame["conf_high"] = frame["estimate"] - 0.05, frame["estimate"] + 0.05
    frame["gap_low"], frame["gap_high"] = frame["gap"] - 0.06, frame["gap"] + 0.06
    frame["peer"], frame["peers"], frame["n"] = 0.65, 2.0, 200.0
    frame["suppressed_reason"] = ["", "", "", "", "", "hidden"]
    frame.loc[5, "n"] = np.nan
    frame = frame.reindex(columns=[*BENCHMARK_COLUMNS, "agency", "department"])
    nobody = pd.DataFrame(index=frame["key"])
    return Benchmark(frame, "share", 0.95, 0.02, nobody, nobody)


@pytest.fixture
def channels() -> Estimates:
    frame = pd.DataFrame(
        {
            "key": ["phone", "chat", "A · phone", "A · chat", "A · visit"],
            "row": ["channel", "channel", "cell", "cell", "cell"],
            "agency": ["", "", "A", "A", "A"],
            "channel": ["phone", "chat", "phone", "chat", "visit"],
            "estimate": [0.62, 0.66, 0.6, 0.58, np.nan],
            "raw": [0.64, 0.65, 0.7, 0.5, np.nan],
            "gap": [-0.04, 0.04, 0.02, -0.02, np.nan],
            "verdict": ["unclear", "unclear", "same", "same", ""],
            "certainty": [np.nan, np.nan, 0.9, 0.9, np.nan],
            "n": [900.0, 800.0, 90.0, 80.0, np.nan],
        }
    )
    frame["std_error"] = 0.02
    frame["conf_low"], frame["conf_high"] = frame["estimate"] - 0.04, frame["estimate"] + 0.04
    frame["gap_low"], frame["gap_high"] = frame["gap"] - 0.05, frame["gap"] + 0.05
    return Estimates(frame, quantity="share", facts={"adjusted_for": "need"})


def _x(figure, label: str) -> list[float]:
    lines = [line for ax in figure.axes for line in ax.lines if line.get_label() == label]
    return [float(x) for line in lines for x in line.get_xdata()]


def test_rows_are_the_departments_that_have_others_the_highest_gap_first(board) -> None:
    table = departments_table(board)
    assert table["department"].tolist() == ["Water", "Trades", HOSTILE, "Events", "Streets"]
    assert table["name"].tolist()[0] == "Water, A"
    assert table["called"].tolist() == [True, False, False, False, True]
    own = departments_table(board, agency="A")
    assert own["name"].tolist()[0] == "Water" and len(own) == 3
    assert departments_table(board, agency="C").empty


def test_with_many_departments_those_furthest_from_the_others_are_kept(board) -> None:
    assert departments_table(board, most=2)["department"].tolist() == ["Water", "Streets"]


@pytest.mark.parametrize("size", ["wide", "narrow"])
def test_gaps_stand_where_they_belong_dark_where_called(board, size) -> None:
    figure = draw_departments(board, size=size)
    assert _x(figure, "gap, called above or below") == pytest.approx([0.09, -0.18])
    assert _x(figure, "gap, not called") == pytest.approx([0.04, 0.01, -0.04])
    assert draw_departments(board, agency="C", size=size).axes


@pytest.mark.parametrize("size", ["wide", "narrow"])
def test_channels_stand_at_both_scores(channels, size) -> None:
    figure = draw_channels(channels, size=size)
    assert _x(figure, "adjusted") == pytest.approx([0.66, 0.62])
    assert _x(figure, "raw") == pytest.approx([0.65, 0.64])
    own = draw_channels(channels, agency="A", size=size)
    assert _x(own, "adjusted") == pytest.approx([0.60, 0.58])
    assert channels_table(channels, agency="A")["channel"].tolist() == ["phone", "chat"]
    assert draw_channels(channels, agency="nobody", size=size).axes


def test_the_key_says_when_nothing_is_adjusted(channels) -> None:
    bare = replace(channels, facts={"adjusted_for": ""})
    texts = [text.get_text() for text in draw_channels(bare).texts]
    assert "Stabilized" in texts and "Same people in every channel" not in texts
