"""Blocks on one axis, and three marks per measure: data on the axes, labels inside and apart."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxanalytics.charts import blocks_table, draw_blocks, draw_kpi_cards, kpi_cards_table
from cxanalytics.charts.style import SIZES
from cxanalytics.tables import Estimates

HOSTILE = "<script>alert('x')</script> $\\frac{1}{2}$ " + "long " * 40


@pytest.fixture
def blocks() -> Estimates:
    frame = pd.DataFrame(
        {
            "key": ["effectiveness", "efficiency", "difference"],
            "estimate": [0.30, 0.02, 0.28],
            "std_error": 0.05,
            "conf_low": [0.2, -0.05, 0.1],
            "conf_high": [0.4, 0.09, 0.4],
            "n": 593.0,
        }
    )
    facts = {"r2_out": 0.32, "r2_low": 0.2, "r2_high": 0.45}
    return Estimates(frame=frame, quantity="share", facts=facts)


@pytest.fixture
def cards() -> Estimates:
    frame = pd.DataFrame(
        {
            "key": ["time", "first", "open", "lost"],
            "label": ["Handle time", HOSTILE, "Open end", "Lost"],
            "estimate": [0.0, 0.03, 0.01, np.nan],
            "reward_weight": [30.0, 0.0, np.nan, 5.0],
        }
    )
    frame["std_error"], frame["n"] = 0.01, 100.0
    frame["conf_low"], frame["conf_high"] = frame["estimate"] - 0.01, frame["estimate"] + 0.01
    for name in ("validity", "lagged", "increment"):
        frame[name] = frame["estimate"]
        frame[f"{name}_low"], frame[f"{name}_high"] = frame["conf_low"], frame["conf_high"]
    frame.loc[1, ["increment", "increment_low", "increment_high"]] = np.nan
    frame.loc[2, "lagged_high"] = np.inf
    return Estimates(frame=frame, quantity="change", facts={"share": True})


def _line(ax, label: str):
    return next(each for each in ax.lines if each.get_label() == label)


@pytest.mark.parametrize("size", SIZES)
def test_blocks_are_drawn_with_both_and_their_difference(blocks, size: str) -> None:
    table = blocks_table(blocks)
    assert list(table["key"]) == ["effectiveness", "efficiency", "together", "difference"]
    assert list(table["clear"]) == [True, False, True, True]
    ax = draw_blocks(blocks, size=size).axes[0]
    clear = _line(ax, "share predicted, clear of zero")
    assert list(clear.get_xdata()) == [0.30, 0.32, 0.28]
    assert list(_line(ax, "share predicted, not clear of zero").get_xdata()) == [0.02]
    assert set(_line(ax, "Nothing").get_xdata()) == {0.0}


@pytest.mark.parametrize("size", SIZES)
def test_measures_are_drawn_in_order_with_their_weights(cards, size: str) -> None:
    table = kpi_cards_table(cards)
    assert list(table["key"].unique()) == ["first", "open", "time", "lost"]
    figure = draw_kpi_cards(cards, size=size)
    ax = figure.axes[0]
    assert list(_line(ax, "validity").get_xdata()) == [0.03, 0.01, 0.0]
    assert list(_line(ax, "increment").get_xdata()) == [0.01, 0.0]
    edge = max(ax.get_xlim())
    ranges = next(c for c in ax.collections if c.get_label() == "likely range, lagged")
    assert max(segment[:, 0].max() for segment in ranges.get_segments()) == pytest.approx(edge)
    said = [text.get_text() for text in figure.texts]
    assert {"30", "5", "Weight", "Handle time"} <= set(said)


@pytest.mark.parametrize("size", SIZES)
def test_labels_stay_inside_and_apart(blocks, cards, size: str, label_boxes) -> None:
    for figure in (draw_blocks(blocks, size=size), draw_kpi_cards(cards, size=size)):
        width, height = figure.get_size_inches() * 96
        assert width == pytest.approx(SIZES[size].width)
        boxes = label_boxes(figure)
        for i, (text, box, _) in enumerate(boxes):
            inside = box.x0 >= -1 and box.y0 >= -1 and box.x1 <= width + 1 and box.y1 <= height + 1
            assert inside, text
            for other, second, _ in boxes[i + 1 :]:
                apart = box.x1 <= second.x0 + 1 or second.x1 <= box.x0 + 1
                assert apart or box.y1 <= second.y0 + 2 or second.y1 <= box.y0 + 2, (text, other)


def test_no_rows_still_draw_and_nothing_is_changed(blocks, cards) -> None:
    for table, draw, estimates in (
        (blocks_table, draw_blocks, blocks),
        (kpi_cards_table, draw_kpi_cards, cards),
    ):
        before = estimates.to_frame()
        draw(estimates)
        pd.testing.assert_frame_equal(before, estimates.frame)
        empty = Estimates(frame=estimates.frame.iloc[:0], quantity="-", facts=estimates.facts)
        assert table(empty).empty
        assert draw(empty).axes
