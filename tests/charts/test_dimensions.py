"""Each dimension stands with its nearest other one, and the line is where two are one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxanalytics.charts import dimensions_table, draw_dimensions
from cxanalytics.tables import Estimates


@pytest.mark.parametrize("size", ["wide", "narrow"])
def test_marks_and_ranges_stand_where_the_table_says(dimensions, size: str) -> None:
    table = dimensions_table(dimensions)
    assert list(table["estimate"]) == sorted(table["estimate"])
    assert "alone" not in list(table["key"])
    assert table["apart"].sum() == 1 and table["unsure"].sum() == 2
    figure = draw_dimensions(dimensions, size=size)
    (ax,) = figure.axes
    lines = {line.get_label(): line for line in ax.lines}
    apart = lines["correlation, told apart from all"]
    assert list(apart.get_xdata()) == [0.75]
    assert list(apart.get_ydata()) == [0]
    rest = lines["correlation, not told apart"]
    assert list(rest.get_xdata()) == list(table["estimate"][1:])
    assert list(lines["not settled"].get_xdata()) == [0.90, 1.05]
    assert set(lines["Same from here"].get_xdata()) == {0.90}
    ranges = next(c for c in ax.collections if c.get_label() == "likely range, not told apart")
    drawn = np.array([segment[:, 0] for segment in ranges.get_segments()])
    assert np.allclose(drawn, table.loc[1:, ["conf_low", "conf_high"]])
    said = [text.get_text() for text in figure.texts]
    assert ("Nearest" in said) == (size == "wide")


def test_the_estimates_are_not_changed_and_no_rows_still_draw(dimensions) -> None:
    before = dimensions.to_frame()
    draw_dimensions(dimensions)
    pd.testing.assert_frame_equal(before, dimensions.frame)
    nothing = Estimates(frame=dimensions.frame.iloc[:0], quantity="nothing")
    assert dimensions_table(nothing).empty
    assert draw_dimensions(nothing).axes
