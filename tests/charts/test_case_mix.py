"""Scores as answered and adjusted, and the two parts of a change: what stands on the axes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxanalytics.charts import (
    case_mix_table,
    draw_case_mix,
    draw_mix_rate,
    mix_rate_table,
    widest_column,
)
from cxanalytics.tables import Estimates


def _line(ax, label: str):
    return next(each for each in ax.lines if each.get_label() == label)


def _ranges(ax, label: str) -> np.ndarray:
    found = next(each for each in ax.collections if each.get_label() == f"likely range, {label}")
    return np.array([segment[:, 0] for segment in found.get_segments()])


@pytest.mark.parametrize("size", ["wide", "narrow"])
def test_both_scores_of_each_agency_are_drawn(case_mix, size: str) -> None:
    table = case_mix_table(case_mix)
    # Who could not be adjusted, and who is only compared with, has no row.
    left = set(case_mix.frame["key"]) - set(table["key"])
    assert left == {"Agency of Public Affairs 03", "Agency of Public Affairs 05"}
    assert table["estimate"].is_monotonic_decreasing
    figure = draw_case_mix(case_mix, size=size)
    (ax,) = figure.axes
    assert list(_line(ax, "raw").get_xdata()) == list(table["raw"])
    assert list(_line(ax, "adjusted").get_xdata()) == list(table["estimate"])
    assert list(_line(ax, "adjusted").get_ydata()) == list(range(len(table)))
    assert np.allclose(_ranges(ax, "adjusted"), table[["conf_low", "conf_high"]])
    assert set(_line(ax, "Everyone").get_xdata()) == {0.64}
    said = [text.get_text() for text in figure.texts]
    assert {"As answered", "With everybody’s mix of people", "Moved"} <= set(said)


@pytest.mark.parametrize("size", ["wide", "narrow"])
def test_both_parts_of_each_change_are_drawn(mix_rate, size: str) -> None:
    assert widest_column(mix_rate) == "age_band"
    table = mix_rate_table(mix_rate)
    assert (table["key"].str.endswith("@age_band")).all()
    assert table["change"].is_monotonic_decreasing
    assert np.allclose(table["estimate"] + table["rate"], table["change"])
    (ax,) = draw_mix_rate(mix_rate, size=size).axes
    assert list(_line(ax, "rate").get_xdata()) == list(table["rate"])
    assert list(_line(ax, "mix").get_xdata()) == list(table["estimate"])
    assert np.allclose(_ranges(ax, "rate"), table[["rate_low", "rate_high"]])
    assert np.allclose(_ranges(ax, "mix"), table[["conf_low", "conf_high"]])
    # A change that was not split has no row where another grouping is asked for.
    assert len(mix_rate_table(mix_rate, column="channel")) == len(table) - 1


def test_tables_are_not_changed_and_no_rows_still_draw(case_mix, mix_rate) -> None:
    for estimates, draw, table in (
        (case_mix, draw_case_mix, case_mix_table),
        (mix_rate, draw_mix_rate, mix_rate_table),
    ):
        before = estimates.to_frame()
        draw(estimates)
        pd.testing.assert_frame_equal(before, estimates.frame)
        nothing = Estimates(frame=estimates.frame.iloc[:0], quantity="nothing")
        assert table(nothing).empty
        assert draw(nothing).axes
