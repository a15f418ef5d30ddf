"""Morale drawn: the data on the axes, nothing hidden, and a null drawn as a null."""

from dataclasses import replace

import numpy as np
import pytest

from cxanalytics.charts import (
    draw_ladder_of_models,
    draw_staff_items,
    draw_teams,
    ladder_of_models_table,
    staff_items_table,
    teams_table,
)
from cxanalytics.charts.style import ABOVE, BELOW, UNSURE, YOU


def lines(ax, label):
    return [line for line in ax.lines if line.get_label() == label]


def test_the_dots_are_the_teams_that_may_be_shown(teams):
    frame, slopes, labels = teams
    table = teams_table(frame, agency="A")
    (ax,) = draw_teams(frame, slopes, **labels).axes
    (dots,) = lines(ax, "teams")
    assert np.allclose(dots.get_xydata(), table[["morale", "performance"]])
    assert len(table) == len(frame) - 1
    assert table["morale"].is_monotonic_decreasing
    assert teams_table(frame, agency="B").empty


@pytest.mark.parametrize(("standardized", "per"), [(False, 1.0), (True, 1 / 0.1)])
def test_the_line_is_the_slope_between_all_teams_through_the_middle_of_these(
    teams, standardized, per
):
    frame, slopes, labels = teams
    facts = {"standardized": standardized, "morale_sd": 0.1}
    (ax,) = draw_teams(frame, replace(slopes, facts=facts), **labels).axes
    (line,) = lines(ax, "pattern")
    x, y = line.get_data()
    middle = teams_table(frame, agency="A")[["morale", "performance"]].mean()
    assert np.interp(middle["morale"], x, y) == pytest.approx(middle["performance"])
    assert (y[-1] - y[0]) / (x[-1] - x[0]) == pytest.approx(0.5 * per)


def test_a_pattern_that_is_not_clear_is_gray(teams):
    frame, slopes, labels = teams
    wide = slopes.frame.assign(conf_low=-0.1)
    looked = slopes.frame.assign(p_adjusted=0.2)
    for table, color in ((slopes.frame, ABOVE), (wide, UNSURE), (looked, UNSURE)):
        (ax,) = draw_teams(frame, replace(slopes, frame=table), **labels).axes
        assert lines(ax, "pattern")[0].get_color() == color
    none = slopes.frame.assign(conf_low=np.nan, conf_high=np.nan)
    (ax,) = draw_teams(frame, replace(slopes, frame=none), **labels).axes
    assert not lines(ax, "pattern")


def test_teams_are_named_only_where_that_is_allowed(many_teams, teams):
    told = [text.get_text() for text in draw_teams(*many_teams, **teams[2]).texts]
    assert sum(text.startswith("Team of") for text in told) >= 4
    bare = [text.get_text() for text in draw_teams(*many_teams, named=False, **teams[2]).texts]
    assert not [text for text in bare if text.startswith("Team of")]


def test_each_question_has_a_panel_with_both_lines_and_gaps_for_hidden_waves(staff_items):
    table = staff_items_table(staff_items, agency="A")
    axes = draw_staff_items(staff_items, agency="A").axes
    assert len(axes) == table["item"].nunique() == 5
    for ax, (_, part) in zip(axes, table.groupby("item", sort=False), strict=True):
        for label, column in (("you", "estimate"), ("typical peer", "peer")):
            (line,) = lines(ax, label)
            assert np.allclose(line.get_ydata(), part[column], equal_nan=True)
    assert len({ax.get_ylim() for ax in axes}) == 1


def test_the_end_of_a_line_has_the_shape_of_its_verdict(staff_items):
    axes = draw_staff_items(staff_items, agency="A").axes
    ends = [lines(ax, "you, last")[0] for ax in axes]
    drawn = [(end.get_marker(), end.get_color()) for end in ends]
    assert drawn == [("^", ABOVE), ("v", BELOW), *[("D", YOU)] * 3]


def test_a_question_without_any_figure_is_left_out(staff_items):
    gone = staff_items.copy()
    gone.loc[gone["item"] == "i2", ["estimate", "peer"]] = np.nan
    assert len(draw_staff_items(gone, agency="A").axes) == 4
    draw_staff_items(gone, agency="C")


def test_the_ladder_draws_each_model_and_writes_where_one_was_not_fitted(models):
    table = ladder_of_models_table(models, names={"between": "Between units"})
    assert table["name"].tolist()[1] == "Between units"
    assert table["clear"].tolist() == [False, True, False, False, False, False, True]
    figure = draw_ladder_of_models(models, times=100)
    first, second = figure.axes
    middle = np.concatenate(
        [line.get_xdata() for line in first.lines if str(line.get_label()).startswith("estimate")]
    )
    wanted = 100 * table.loc[~table["standardized"], "estimate"]
    assert np.allclose(np.sort(middle[np.isfinite(middle)]), np.sort(wanted.dropna()))
    dark = lines(second, "estimate, clear of zero")[0]
    assert dark.get_xdata() == pytest.approx([0.12])
    assert sum(text.get_text() == "Not fitted" for text in figure.texts) == 2


def test_models_of_one_kind_stand_on_one_axis(models):
    frame = models.frame.loc[~models.frame["standardized"]]
    assert len(draw_ladder_of_models(replace(models, frame=frame)).axes) == 1
    assert len(draw_ladder_of_models(replace(models, frame=models.frame.iloc[:0])).axes) == 1
