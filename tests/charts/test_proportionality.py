"""The panels show every cut, the published one filled, and one effect for the whole scale."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxanalytics.charts import draw_proportionality, proportionality_table
from cxanalytics.tables import Estimates


def _line(ax, label: str):
    return next(each for each in ax.lines if each.get_label() == label)


@pytest.mark.parametrize("size", ["wide", "narrow"])
def test_every_driver_has_a_panel_with_its_cuts(cut_effects, size: str) -> None:
    table = proportionality_table(cut_effects, labels={"wait": "Short wait"})
    assert list(table["driver"].unique()) == ["helpful", "easy", "wait"]
    figure = draw_proportionality(cut_effects, labels={"wait": "Short wait"}, size=size)
    assert len(figure.axes) == 3
    for ax, driver in zip(figure.axes, table["driver"].unique(), strict=True):
        part = table.loc[table["driver"] == driver].reset_index(drop=True)
        alone, published = part.loc[~part["published"]], part.loc[part["published"]]
        assert list(_line(ax, "alone").get_ydata()) == list(alone["estimate"])
        assert list(_line(ax, "published").get_ydata()) == list(published["estimate"])
        assert list(_line(ax, "published").get_xdata()) == list(published.index)
        assert list(_line(ax, "whole").get_ydata()) == list(part["ordinal"])
        assert set(_line(ax, "No difference").get_ydata()) == {0.0}
        ranges = next(c for c in ax.collections if c.get_label() == "likely range, alone")
        drawn = np.array([segment[:, 1] for segment in ranges.get_segments()])
        assert np.allclose(drawn, alone[["conf_low", "conf_high"]])
    said = [text.get_text() for text in figure.texts]
    assert {"Short wait", "+10.0 against +8.0"} <= set(said)
    assert len({ax.get_ylim() for ax in figure.axes}) == 1


def test_the_table_is_not_changed_and_no_rows_still_draw(cut_effects) -> None:
    before = cut_effects.to_frame()
    draw_proportionality(cut_effects)
    pd.testing.assert_frame_equal(before, cut_effects.frame)
    nothing = Estimates(frame=cut_effects.frame.iloc[:0], quantity="nothing")
    assert proportionality_table(nothing).empty
    assert draw_proportionality(nothing).axes
