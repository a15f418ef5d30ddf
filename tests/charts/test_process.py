"""What the charts over time and of targets draw."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxanalytics.charts import draw_process, draw_vision, process_table, vision_table
from cxanalytics.tables import Estimates


@pytest.fixture
def history() -> Estimates:
    """Two agencies over 14 months: one broken after the sixth, one with a hidden month."""
    parts = []
    for agency in ("Beta", "Alpha"):
        points = [f"2024-{month:02d}" for month in range(1, 13)] + ["2025-01", "2025-02"]
        frame = pd.DataFrame({"point": points, "agency": agency, "measure": "easy"})
        frame["key"] = frame["agency"] + frame["point"]
        frame["estimate"] = 0.6 + 0.01 * np.arange(14) % 0.03
        frame["segment"], frame["break_reason"], frame["suppressed_reason"] = 1, "", ""
        frame["center"], frame["low"], frame["high"] = 0.61, 0.5, 0.7
        frame["baseline"], frame["signal"], frame["state"] = True, "", "settled"
        for column in ("std_error", "conf_low", "conf_high", "n"):
            frame[column] = np.nan
        parts.append(frame)
    parts[0].loc[6:, "segment"] = 2
    parts[0].loc[6, "break_reason"] = "declared"
    parts[0].loc[13, ["estimate", "signal"]] = [0.75, "above"]
    parts[1].loc[3, ["estimate", "low", "high"]] = np.nan
    frame = pd.concat(parts, ignore_index=True)
    return Estimates(frame, "share", facts={"every": "month", "run": 8})


def _lines(ax, name):
    return [line for line in ax.get_lines() if line.get_label() == name]


@pytest.mark.parametrize("size", ["wide", "narrow"])
def test_each_agency_has_a_panel_and_every_shown_point_a_mark(history, size):
    figure = draw_process(history, measure="easy", agencies=["Beta", "Alpha"], size=size)
    beta, alpha = figure.axes
    drawn = np.concatenate([line.get_ydata() for line in _lines(beta, "point")])
    assert len(drawn) == 13
    outside = _lines(beta, "outside")[0]
    assert outside.get_xdata().tolist() == [13]
    assert outside.get_ydata().tolist() == [0.75]
    table = process_table(history, measure="easy", agencies=["Beta", "Alpha"])
    assert table["agency"].drop_duplicates().tolist() == ["Beta", "Alpha"]
    hidden = _lines(alpha, "point")[0].get_ydata()
    assert np.isnan(hidden[3])


def test_the_key_names_only_marks_that_are_drawn_and_no_measure_twice(history):
    figure = draw_process(history, measure="easy", agencies=["Beta"])
    words = [text.get_text() for text in figure.texts]
    assert "Outside the usual range" in words
    assert "In a run on one side of the middle" not in words
    steady = draw_process(history, measure="easy", agencies=["Alpha"])
    assert "Outside the usual range" not in [text.get_text() for text in steady.texts]
    named = draw_process(history, measure="easy", agencies=["Alpha"], axis_label="Easy")
    assert "Easy" in [text.get_text() for text in named.texts]
    assert named.get_figheight() > steady.get_figheight()


def test_limits_stop_at_a_break(history):
    beta, alpha = draw_process(history, measure="easy", agencies=["Beta", "Alpha"]).axes
    bands = [part for part in beta.collections if part.get_label() == "usual range"]
    assert len(bands) == 2
    ends = [band.get_paths()[0].vertices[:, 0] for band in bands]
    assert ends[0].max() < ends[1].min() + 0.2
    assert len([p for p in alpha.collections if p.get_label() == "usual range"]) == 1


def test_an_empty_chart_is_still_a_chart(history):
    assert draw_process(history, measure="easy", agencies=["Nobody"]).axes


@pytest.fixture
def vision() -> Estimates:
    """Three agencies with a target of 70%."""
    frame = pd.DataFrame(
        {
            "key": list("ABC"),
            "measure": "easy",
            "agency": list("ABC"),
            "target": 0.7,
            "by": "2027-01-01",
            "estimate": [0.1, 0.05, 0.0],
            "std_error": np.nan,
            "conf_low": [0.08, 0.02, -0.03],
            "conf_high": [0.12, 0.08, 0.03],
            "n": 100.0,
            "now": [0.6, 0.65, 0.7],
            "now_low": [0.58, 0.62, 0.67],
            "now_high": [0.62, 0.68, 0.73],
            "years": 2.0,
            "pace": [0.05, 0.025, np.nan],
            "p_reach": [0.1, 0.4, np.nan],
            "forecast": [0.61, 0.67, np.nan],
            "forecast_low": [0.5, 0.6, np.nan],
            "forecast_high": [0.7, 0.74, np.nan],
            "reason": ["", "", "few_points"],
            "others": 9.0,
            "managed": [0.5, 3.0, np.nan],
            "managed_low": [0.0, 1.0, np.nan],
            "managed_high": [2.0, 5.0, np.nan],
        }
    )
    return Estimates(frame, "gap")


@pytest.mark.parametrize("size", ["wide", "narrow"])
def test_scores_and_forecasts_stand_beside_the_target(vision, size):
    (ax,) = draw_vision(vision, measure="easy", size=size).axes
    assert _lines(ax, "now")[0].get_xdata().tolist() == [0.65, 0.6, 0.7]
    assert _lines(ax, "then")[0].get_xdata().tolist() == [0.67, 0.61]
    assert _lines(ax, "Target")[0].get_xdata()[0] == 0.7
    assert vision_table(vision, measure="easy")["agency"].tolist() == ["B", "A", "C"]
