"""The chart of the parts of the variance: what stands on its axes, and how it is drawn."""

import io

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from cxanalytics.charts import draw_variance_parts, variance_parts_table
from cxanalytics.charts.style import MAX_TICKS, PEER, SIZES, YOU
from cxanalytics.tables import Estimates

NAMES = {"agency": "<script> & $\\frac{1}{2}$ agencies", "psu": "Agents"}


@pytest.fixture
def parts():
    rows = [
        ("agency", 0.006, 0.0, 0.012, 0.03, 0.0, 0.05, 24.0),
        ("department", 0.009, 0.005, 0.016, 0.038, 0.028, 0.051, 66.0),
        ("psu", 0.015, 0.012, 0.018, 0.049, 0.044, 0.054, 4246.0),
        ("rest", 0.97, 0.95, 0.98, np.nan, np.nan, np.nan, np.nan),
    ]
    columns = ["key", "estimate", "conf_low", "conf_high", "points", "points_low", "points_high"]
    frame = pd.DataFrame(rows, columns=[*columns, "groups"]).assign(std_error=0.001, n=900.0)
    return Estimates(frame, quantity="part", facts={"cut_label": "9 or 10"})


def line(ax, label):
    return next(each for each in ax.lines if each.get_label() == label)


def test_the_axes_hold_the_levels_with_their_ranges(parts):
    table = variance_parts_table(parts, names=NAMES)
    assert table["key"].tolist() == ["agency", "department", "psu"]
    assert table["name"].tolist() == [NAMES["agency"], "department", "Agents"]
    assert table["clear"].tolist() == [False, True, True]
    ax = draw_variance_parts(parts, names=NAMES).axes[0]
    unclear, clear = (line(ax, f"spread, {kind}clear of zero") for kind in ("not ", ""))
    assert list(unclear.get_xdata()) == [3.0]
    assert list(clear.get_xdata()) == pytest.approx([3.8, 4.9])
    assert list(clear.get_ydata()) == [1.0, 2.0]
    assert to_hex(clear.get_markerfacecolor()).upper() == YOU
    assert to_hex(unclear.get_markerfacecolor()).upper() == PEER
    (ranges,) = (c for c in ax.collections if c.get_label() == "likely range, clear of zero")
    ends = [part[:, 0].tolist() for part in ranges.get_segments()]
    assert ends == [pytest.approx([2.8, 5.1]), pytest.approx([4.4, 5.4])]


def test_the_part_of_all_differences_stands_beside(parts):
    texts = [text.get_text() for text in draw_variance_parts(parts).texts]
    assert "1.5% (1.2% to 1.8%)" in texts
    assert "Part of all differences, likely range" in texts
    narrow = [text.get_text() for text in draw_variance_parts(parts, size="narrow").texts]
    assert not any("%" in text for text in narrow)


@pytest.mark.parametrize("size", SIZES)
def test_labels_stay_inside_and_clear_of_each_other(parts, size, label_boxes):
    figure = draw_variance_parts(parts, names=NAMES, size=size)
    width, height = figure.get_size_inches() * 96
    assert width == pytest.approx(SIZES[size].width)
    boxes = label_boxes(figure)
    for text, box, px in boxes:
        assert px >= 12
        assert box.x0 >= -1 and box.y0 >= -1 and box.x1 <= width + 1 and box.y1 <= height + 1, text
    for place, (text, box, _) in enumerate(boxes):
        for other, second, _ in boxes[place + 1 :]:
            beside = box.x1 <= second.x0 + 1 or second.x1 <= box.x0 + 1
            above = box.y1 <= second.y0 + 2 or second.y1 <= box.y0 + 2
            assert beside or above, (text, other)
    grid = [each for each in figure.axes[0].lines if each.get_label().startswith("_child")]
    assert len(grid) <= MAX_TICKS


def test_drawing_twice_gives_the_same_bytes(parts):
    def drawn():
        out = io.StringIO()
        with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "x"}):
            figure = draw_variance_parts(parts, names=NAMES)
            figure.savefig(out, format="svg", metadata={"Date": None})
        return out.getvalue()

    assert drawn() == drawn()
