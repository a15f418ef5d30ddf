"""Every definition is drawn once, with its range, its choices and the one chosen beforehand."""

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.colors import to_hex

from cxanalytics.charts import attention_grid_table, draw_attention_grid
from cxanalytics.charts.style import PEER, YOU


def line(ax, label):
    return next(each for each in ax.lines if each.get_label() == label)


def strokes(drawn):
    """Place, low end and high end of each stroke of a broken line."""
    x, y = (np.reshape(data, (-1, 3)) for data in (drawn.get_xdata(), drawn.get_ydata()))
    assert (x[:, 0] == x[:, 1]).all() and np.isnan(x[:, 2]).all()
    return np.column_stack([x[:, 0], y[:, :2]])


def texts(figure):
    return [text.get_text() for text in figure.texts]


def test_ratios_and_ranges_are_those_of_the_table(attention_grid):
    table = attention_grid_table(attention_grid)
    assert table["ratio"].is_monotonic_increasing and len(table) == 64
    upper, _ = draw_attention_grid(attention_grid).axes
    others = table.loc[~table["primary"]]
    for clear, color in ((True, YOU), (False, PEER)):
        part = others.loc[others["clear"] == clear]
        kind = "clear of 1" if clear else "not clear of 1"
        drawn = line(upper, f"ratio, {kind}")
        assert list(drawn.get_ydata()) == list(part["ratio"])
        assert list(drawn.get_xdata()) == list(part.index)
        assert to_hex(drawn.get_markerfacecolor()).upper() == color
        ends = strokes(line(upper, f"likely range, {kind}"))
        assert np.allclose(ends[:, 1:], part[["ratio_low", "ratio_high"]])
        assert list(ends[:, 0]) == list(part.index)
    assert line(upper, "ratio, primary").get_marker() == "D"
    low, high = upper.get_ylim()
    assert low < table["ratio_low"].min() and high > max(1.5, table["ratio_high"].max())


@pytest.mark.parametrize(
    ("words", "at"), [("No difference", 1.0), ("30% more", 1.3), ("50% more", 1.5)]
)
def test_the_claim_and_no_difference_have_their_lines(attention_grid, words, at):
    upper, _ = draw_attention_grid(attention_grid).axes
    assert set(line(upper, words).get_ydata()) == {at}


def test_each_definition_has_a_mark_for_each_of_its_choices(attention_grid):
    table = attention_grid_table(attention_grid)
    figure = draw_attention_grid(attention_grid)
    lower = figure.axes[1]
    marks = {}
    for drawn in lower.lines:
        choice = drawn.get_label().rpartition(", ")[0]
        marks.setdefault(choice, []).extend(strokes(drawn)[:, 0])
    assert len(marks) == 2 + 2 + 4 + 2 + 2
    for choice, places in marks.items():
        dimension, _, value = choice.partition(": ")
        assert sorted(places) == list(np.flatnonzero(table[dimension] == value))
    (primary,) = np.flatnonzero(table["primary"])
    for dimension in ("measure", "cut", "compare", "adjustment", "weighting"):
        drawn = line(lower, f"{dimension}: {table.loc[primary, dimension]}, primary")
        assert list(strokes(drawn)[:, 0]) == [primary]
    said = texts(figure)
    assert {"Chosen beforehand", "30% more", "50% more", "Top and bottom quarter"} <= set(said)


def test_a_dimension_without_a_choice_has_no_row(attention_grid):
    frame = attention_grid.frame
    some = frame.loc[(frame["measure"] == "recommend") & (frame["weighting"] == "weighted")]
    figure = draw_attention_grid(replace(attention_grid, frame=some))
    assert not {"Would recommend us", "Weighted"} & set(texts(figure))
    assert "16 definitions, lowest ratio first" in texts(figure)


@pytest.mark.parametrize("size", ["wide", "narrow"])
def test_one_definition_and_an_open_range_can_be_drawn(attention_grid, size):
    one = attention_grid.frame.loc[attention_grid.frame["primary"]].assign(
        ratio_low=0.0, ratio_high=float("inf")
    )
    figure = draw_attention_grid(replace(attention_grid, frame=one), size=size)
    assert "1 definition" in texts(figure)
    assert figure.axes[0].get_ylim()[1] < 4
