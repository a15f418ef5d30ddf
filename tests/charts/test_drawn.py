"""The data on the axes are the data of the table."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from cxanalytics.charts import (
    coefficients_table,
    draw_coefficients,
    draw_funnel,
    draw_missing,
    draw_shrinkage,
    draw_standing,
    draw_within_between,
    funnel_table,
    missing_table,
    shrinkage_table,
    standing_table,
    within_between_table,
)
from cxanalytics.charts.style import YOU
from cxanalytics.errors import ParamsError
from cxanalytics.rules import Thresholds

AGENCY = "Agency of Public Affairs 07"


def line(ax, label):
    return next(each for each in ax.lines if each.get_label() == label)


def segments(ax, label):
    found = next(each for each in ax.collections if each.get_label() == label)
    return np.array([part[:, 0] for part in found.get_segments()])


def texts(figure):
    return [text.get_text() for text in figure.texts]


def test_standing_shows_every_score_and_range(board):
    table = standing_table(board, highlight=AGENCY)
    assert list(table["estimate"]) == sorted(board.shown["estimate"], reverse=True)
    figure = draw_standing(board, highlight=AGENCY)
    ax = figure.axes[0]
    peers, you = table.loc[~table["you"]], table.loc[table["you"]]
    assert list(line(ax, "score, peers").get_xdata()) == list(peers["estimate"])
    assert list(line(ax, "score, peers").get_ydata()) == list(peers.index)
    assert list(line(ax, "score, you").get_xdata()) == list(you["estimate"])
    assert line(ax, "score, you").get_marker() == "D"
    assert to_hex(line(ax, "score, you").get_markerfacecolor()).upper() == YOU
    ranges = segments(ax, "likely range, peers")
    assert np.allclose(ranges, peers[["conf_low", "conf_high"]])
    peer = board.row(AGENCY)["peer"]
    assert line(ax, "Typical peer").get_xdata()[0] == peer
    assert (table["peer"] == peer).all()
    assert "Rank, likely range" in texts(figure)


def test_standing_draws_no_band_or_rank_for_few_agencies(make_board):
    figure = draw_standing(make_board(["A", "B"]), highlight="A")
    assert "Typical peer" not in texts(figure)
    assert not any("Rank" in text for text in texts(figure))


@pytest.mark.parametrize("number", [1, 2, 9, 60])
def test_the_height_follows_the_rows(make_board, number):
    names = [f"Agency {i}" for i in range(number)]
    heights = [draw_standing(make_board(names), size=s).get_figheight() for s in ("wide", "narrow")]
    assert heights[0] * 96 >= 24 * number
    assert heights[1] * 96 >= 21 * number


def test_suppressed_agencies_are_in_no_chart_and_no_table(small_board):
    hidden = set(small_board.frame["key"]) - set(small_board.shown["key"])
    assert len(hidden) == 2
    for table in (standing_table(small_board), shrinkage_table(small_board)):
        assert not hidden & set(table["key"])
    for figure in (draw_standing(small_board, highlight=min(hidden)), draw_shrinkage(small_board)):
        assert not hidden & set(texts(figure))
        assert "score, you" not in texts(figure)


def test_everything_suppressed_still_draws(make_board):
    board = make_board(["A", "B"], n=[5, 6])
    for figure in (draw_standing(board, highlight="A"), draw_shrinkage(board)):
        assert not {"A", "B"} & set(texts(figure))


def test_names_may_be_replaced(board):
    codes = {key: f"Peer {i}" for i, key in enumerate(board.frame["key"])}
    said = texts(draw_standing(board, names=codes))
    assert not set(board.frame["key"]) & set(said)
    assert set(codes.values()) <= set(said)


def test_the_funnel_shows_shares_and_limits(funnel):
    table = funnel_table(funnel, highlight=AGENCY)
    assert table["outside"].any()
    ax = draw_funnel(funnel, highlight=AGENCY).axes[0]
    drawn = {kind: line(ax, kind).get_ydata() for kind in ("inside", "you")}
    assert list(drawn["you"]) == list(table.loc[table["you"], "share"])
    peers = table.loc[~table["you"]]
    for kind, side in (("inside", ""), ("outside, above", "above"), ("outside, below", "below")):
        part = peers.loc[peers["side"] == side]
        assert list(line(ax, kind).get_ydata()) == list(part["share"])
        assert list(line(ax, kind).get_xdata()) == list(part["n_eff"])
    for column in ("low_outer", "low_inner", "high_inner", "high_outer"):
        assert list(line(ax, column).get_ydata()) == list(funnel.limits[column])
    assert line(ax, "average").get_ydata()[0] == funnel.target
    low, high = ax.get_ylim()
    assert low <= table["share"].min()
    assert high >= table["share"].max()


def test_coefficients_show_estimates_and_what_is_clear_of_zero(drivers):
    table = coefficients_table(drivers)
    assert list(table["key"]) == ["b", "a", "d", "c"]
    assert list(table["clear"]) == [True, False, False, True]
    figure = draw_coefficients(drivers, labels={"b": "Resolved"})
    ax = figure.axes[0]
    assert list(line(ax, "estimate, clear of zero").get_xdata()) == [0.09, -0.04]
    assert line(ax, "No difference").get_xdata()[0] == 0
    assert {"Resolved", "+9.0 (+7.0 to +11.0)"} <= set(texts(figure))
    with pytest.raises(ParamsError, match="`unit` must be one of 'points', 'number'; got 'odds'"):
        draw_coefficients(drivers, unit="odds")


def test_shrinkage_shows_both_scores_fewest_answers_first(board):
    table = shrinkage_table(board)
    assert table["n"].is_monotonic_increasing
    ax = draw_shrinkage(board).axes[0]
    assert list(line(ax, "unadjusted").get_xdata()) == list(table["raw"])
    assert list(line(ax, "stabilized").get_xdata()) == list(table["estimate"])


def test_within_and_between_are_two_panels(panel, slopes):
    table = within_between_table(panel)
    assert 7 not in set(table["unit"].astype(int))
    assert np.allclose(table.groupby("group")["morale_within"].mean(), 0)
    figure = draw_within_between(panel, slopes)
    between, within = figure.axes
    units = table.drop_duplicates("group")
    drawn = between.collections[0].get_offsets()
    assert np.allclose(np.asarray(drawn), units[["morale_mean", "performance_mean"]])
    moved = np.asarray(within.collections[0].get_offsets())
    assert np.allclose(moved, table[["morale_within", "performance_within"]])
    for ax, slope in ((between, 0.5), (within, 0.2)):
        x, y = line(ax, "between" if ax is between else "within").get_data()
        assert (y[-1] - y[0]) / (x[-1] - x[0]) == pytest.approx(slope)


def test_standardized_slopes_are_drawn_per_unit_of_morale(panel, slopes):
    facts = {"standardized": True, "morale_sd": 0.1, "group": "agency"}
    other = type(slopes)(frame=slopes.frame, quantity="x", facts=facts)
    ax = draw_within_between(panel, other).axes[0]
    x, y = line(ax, "between").get_data()
    assert (y[-1] - y[0]) / (x[-1] - x[0]) == pytest.approx(5.0)
    with pytest.raises(ParamsError, match="`group` must be one of 'unit', 'agency'; got 'team'"):
        within_between_table(panel, group="team")


def test_distances_on_a_scale_of_answers_are_not_printed_as_points(panel, slopes):
    scaled = type(panel)(
        panel.frame.assign(morale=3.0 + 0.5 * panel.frame["morale"]), "Morale", "Resolved"
    )
    moved = within_between_table(scaled)["morale_within"].abs().max()
    shown = texts(draw_within_between(scaled, slopes))
    wholes = [text for text in shown if text.startswith(("+", "−")) and "." in text]
    # distances of a tenth of an answer are printed as such; those of performance are points
    assert moved < 1 and wholes and all(abs(float(w.replace("−", "-"))) <= 1 for w in wholes)


def test_many_rows_are_binned_and_one_wave_has_one_panel(slopes, panel):
    big = pd.concat([panel.frame.assign(unit=panel.frame["unit"] + f"-{i}") for i in range(12)])
    many = type(panel)(big, "Morale", "Resolved")
    hexes = draw_within_between(many, slopes).axes[1].collections[0]
    assert hexes.get_array().sum() == len(within_between_table(many))
    once = type(panel)(panel.frame.loc[panel.frame["period"] == "1"], "Morale", "Resolved")
    assert len(draw_within_between(once, slopes).axes) == 1


def test_missing_answers_are_bars_from_zero(missing):
    table = missing_table(missing)
    assert list(table["question"]) == ["b", "a", "c"]
    assert list(table["marked"]) == [True, False, False]
    ax = draw_missing(missing).axes[0]
    assert [bar.get_width() for bar in ax.patches] == pytest.approx([0.3, 0.05, 0.0])
    assert [bool(bar.get_hatch()) for bar in ax.patches] == [True, False, False]
    assert ax.get_xlim()[0] == 0


def test_no_chart_changes_its_table(board, missing, panel, slopes):
    before = board.to_frame(), missing.copy(), panel.to_frame()
    draw_standing(board, highlight=AGENCY)
    draw_shrinkage(board)
    draw_missing(missing)
    draw_within_between(panel, slopes)
    for old, new in zip(before, (board.frame, missing, panel.frame), strict=True):
        pd.testing.assert_frame_equal(old, new)


def test_a_raised_threshold_leaves_units_out_of_table_and_drawing(panel, slopes):
    small = panel.frame["unit"].isin(panel.frame["unit"].unique()[:10])
    mixed = replace(panel, frame=panel.frame.assign(n=np.where(small, 20.0, 25.0)))
    raised = Thresholds(team=25)
    assert len(within_between_table(mixed)) == len(mixed.frame)
    table = within_between_table(mixed, thresholds=raised)
    assert len(table) == (~small).sum()
    between, within = draw_within_between(mixed, slopes, thresholds=raised).axes
    assert len(between.collections[0].get_offsets()) == table["group"].nunique()
    assert len(within.collections[0].get_offsets()) == len(table)
