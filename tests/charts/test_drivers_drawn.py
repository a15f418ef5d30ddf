"""Drivers and answers: what is drawn is the table, labels touch nothing, bars end in the score."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from cxanalytics.charts import (
    answer_bars_table,
    draw_answer_bars,
    draw_driver_shares,
    draw_priority,
    driver_shares_table,
    priority_table,
)
from cxanalytics.charts.labels import Box, Cross, label_lines, label_sizes, place_all
from cxanalytics.charts.style import ABOVE, BELOW, SIZES, UNSURE, font

CORNERS = {"FIX FIRST", "PROTECT", "WATCH", "MAINTAIN"}


def line(ax, label):
    return next(each for each in ax.lines if each.get_label() == label)


def segments(ax, label):
    return next(each for each in ax.collections if each.get_label() == label).get_segments()


def drawn_boxes(figure):
    """Cover marks and ranges of a priority chart with boxes, in px from the bottom left."""
    (ax,) = figure.axes
    boxes = []
    for verdict in ("unclear", "above", "below"):
        for kind in ("gap", "share"):
            for part in segments(ax, f"{kind}, {verdict}"):
                (x0, y0), (x1, y1) = ax.transData.transform(part)
                boxes.append((min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)))
        for x, y in ax.transData.transform(line(ax, verdict).get_xydata()):
            boxes.append((x - 5, y - 5, x + 5, y + 5))
    return boxes


def assert_labels_are_clear(figure, label_boxes):
    marks = drawn_boxes(figure)
    top = figure.axes[0].get_window_extent()
    for text, box, _ in label_boxes(figure):
        inside = top.y0 < (box.y0 + box.y1) / 2 < top.y1 and (box.x0 + box.x1) / 2 > top.x0
        if not inside or text in CORNERS:
            continue
        for left, bottom, right, upper in marks:
            apart = box.x1 <= left or right <= box.x0 or box.y1 <= bottom or upper <= box.y0
            assert apart, (text, box, (left, bottom, right, upper))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("drivers", ["placed_drivers", "many_drivers"])
def test_labels_touch_no_mark_no_range_and_no_other_label(drivers, size, request, label_boxes):
    figure = draw_priority(*request.getfixturevalue(drivers), size=size)
    assert_labels_are_clear(figure, label_boxes)


@pytest.mark.parametrize("seed", range(8))
def test_labels_are_clear_wherever_the_marks_fall(seed, make_placed, label_boxes):
    draw = np.random.default_rng(seed)
    k = int(draw.integers(2, 13))
    names = [
        " ".join(["Words of a label"][:1] + ["more"] * int(draw.integers(0, 4))) for _ in range(k)
    ]
    names = [f"{name} {i}" for i, name in enumerate(names)]
    shares, gaps = draw.dirichlet(np.full(k, 3.0)), draw.normal(0, draw.choice([0.005, 0.04]), k)
    placed = make_placed(names, shares, gaps, ["unclear"] * k, reach=draw.choice([0.01, 0.05]))
    for size in SIZES:
        figure = draw_priority(*placed, size=size)
        assert_labels_are_clear(figure, label_boxes)
        said = " ".join(text.get_text() for text in figure.texts)
        assert all(name.split()[-1] in said.split() for name in names)


def test_marks_show_gap_share_and_verdict(placed_drivers):
    table = priority_table(*placed_drivers)
    assert table["share"].is_monotonic_decreasing
    ax = draw_priority(*placed_drivers).axes[0]
    for verdict, marker, color in (
        ("above", "^", ABOVE),
        ("below", "v", BELOW),
        ("unclear", "o", UNSURE),
    ):
        part = table.loc[table["verdict"].replace("same", "unclear") == verdict]
        drawn = line(ax, verdict)
        assert drawn.get_marker() == marker
        assert to_hex(drawn.get_markerfacecolor()).upper() == color
        assert np.allclose(drawn.get_xydata(), part[["gap", "share"]])
        ends = np.array([each[:, 0] for each in segments(ax, f"gap, {verdict}")])
        assert np.allclose(ends, part[["gap_low", "gap_high"]])
        ends = np.array([each[:, 1] for each in segments(ax, f"share, {verdict}")])
        assert np.allclose(ends, part[["share_low", "share_high"]])
    assert line(ax, "typical peer").get_xdata()[0] == 0
    assert line(ax, "equal").get_ydata()[0] == pytest.approx(1 / 6)


@pytest.mark.parametrize(
    ("share", "gap", "verdict", "call"),
    [
        (0.6, -0.07, "below", "fix first"),
        (0.6, -0.02, "below", ""),
        (0.6, -0.07, "unclear", ""),
        (0.5, -0.07, "below", "fix first"),
        (0.4, -0.07, "below", "watch"),
        (0.6, 0.07, "above", "protect"),
        (0.4, 0.07, "above", "maintain"),
        (0.4, 0.02, "above", ""),
        (0.6, np.nan, "", ""),
    ],
)
def test_a_call_needs_the_whole_range_the_verdict_and_an_equal_share(
    share, gap, verdict, call, make_placed
):
    drivers, positions = make_placed(
        ["A", "B"], [share, 1 - share], [gap, 0.0], [verdict, "unclear"]
    )
    assert priority_table(drivers, positions).set_index("key").loc["d0", "call"] == call


def test_a_driver_that_is_not_compared_is_in_the_table_alone(placed_drivers):
    drivers, positions = placed_drivers
    unplaced = positions.assign(gap=positions["gap"].where(positions["key"] != "d3"))
    table = priority_table(drivers, unplaced.loc[unplaced["key"] != "d5"])
    assert len(table) == 6
    assert table.loc[table["key"] == "d5", "verdict"].tolist() == [""]
    said = " ".join(text.get_text() for text in draw_priority(drivers, unplaced).texts)
    assert "helpful" not in said
    assert "Offered" in said


def test_nothing_to_place_still_draws(placed_drivers):
    drivers, positions = placed_drivers
    empty = positions.assign(gap=np.nan, gap_low=np.nan, gap_high=np.nan, verdict="")
    figure = draw_priority(drivers, empty)
    assert {text.get_text() for text in figure.texts} >= CORNERS


def test_the_ladder_of_shares_marks_those_above_an_equal_share(placed_drivers):
    table = driver_shares_table(placed_drivers[0])
    assert table["above"].tolist() == [True, True, False, False, False, False]
    ax = draw_driver_shares(placed_drivers[0]).axes[0]
    assert list(line(ax, "share, above the equal share").get_xdata()) == [0.34, 0.22]
    assert line(ax, "Equal share").get_xdata()[0] == pytest.approx(1 / 6)
    assert ax.get_xlim()[0] == 0


def test_bars_end_in_the_stabilized_score(answers_given):
    shares, totals = answers_given
    table = answer_bars_table(shares, totals)
    assert table["total"].is_monotonic_decreasing
    sums = table.groupby(["question", table["side"] == "positive"])["share"].sum()
    for question in ("easy", "wait", "told", "rtl", "nps"):
        assert sums[question, True] == pytest.approx(totals[question], abs=1e-12)
        assert sums[question, False] == pytest.approx(1 - totals[question], abs=1e-12)
    by_side = table.groupby(["question", "side"])
    kept = (table["share"] / table["raw"]).groupby([table["question"], table["side"]])
    assert (kept.max() - kept.min()).max() < 1e-12
    assert by_side.ngroups == 15


def test_bars_draw_the_table_from_a_common_line(answers_given):
    table = answer_bars_table(*answers_given)
    main, apart = draw_answer_bars(*answers_given).axes
    for side, ax in (("negative", main), ("positive", main), ("neutral", apart)):
        part = table.loc[table["side"] == side]
        sign = -1 if side == "negative" else 1
        bars = [bar for bar in ax.patches if (bar.get_x() + bar.get_width() / 2) * sign > 0]
        assert sorted(bar.get_width() for bar in bars) == pytest.approx(sorted(part["share"]))
    assert min(bar.get_x() for bar in apart.patches) == 0


@pytest.mark.parametrize("size", SIZES)
def test_answers_counted_over_sides_are_hatched_on_the_left(answers_given, size):
    shares, totals = answers_given
    easy = shares["question"] == "easy"
    merged = shares.loc[~(easy & (shares["side"] == "neutral"))].copy()
    merged.loc[easy & (merged["side"] == "negative"), "side"] = "mixed"
    figure = draw_answer_bars(merged, totals, size=size)
    hatched = [bar for bar in figure.axes[0].patches if bar.get_hatch()]
    # Two parts, and the one in the key.
    assert len(hatched) == 3
    assert all(bar.get_x() + bar.get_width() <= 1e-9 for bar in hatched)
    assert any(text.get_text().startswith("Not positive") for text in figure.texts)
    assert not any(bar.get_hatch() for bar in draw_answer_bars(*answers_given).axes[0].patches)


def test_the_bold_number_is_the_score_as_printed(answers_given):
    for size in SIZES:
        figure = draw_answer_bars(*answers_given, size=size)
        bold = [text.get_text() for text in figure.texts if text.get_fontweight() == 700]
        assert bold == ["70%", "66%", "61%", "55%", "52%"]


def test_a_question_without_a_score_or_without_shares_has_no_bar(answers_given):
    shares, totals = answers_given
    held = shares.assign(share=shares["share"].mask(shares["question"] == "easy"))
    table = answer_bars_table(held, {**totals, "wait": float("nan")})
    assert set(table["question"]) == {"told", "rtl", "nps"}
    assert not draw_answer_bars(shares, {}).axes[0].patches


def test_sides_are_named_in_the_words_of_most_questions(answers_given):
    shares, totals = answers_given
    said = [text.get_text() for text in draw_answer_bars(shares, totals).texts]
    assert {"Strongly disagree · Disagree", "Agree · Strongly agree", "Neither"} <= set(said)
    short = [text.get_text() for text in draw_answer_bars(shares, totals, size="narrow").texts]
    assert {"Disagree", "Agree", "Neither"} <= set(short)
    mixed = shares.loc[shares["question"].isin(["easy", "nps"])]
    said = [text.get_text() for text in draw_answer_bars(mixed, totals).texts]
    assert {"Negative answers", "Positive answers", "In between"} <= set(said)


def test_charts_of_drivers_change_no_table(placed_drivers, answers_given):
    frame, positions = placed_drivers[0].to_frame(), placed_drivers[1].copy()
    shares = answers_given[0].copy()
    draw_priority(*placed_drivers)
    draw_answer_bars(*answers_given)
    pd.testing.assert_frame_equal(frame, placed_drivers[0].frame)
    pd.testing.assert_frame_equal(positions, placed_drivers[1])
    pd.testing.assert_frame_equal(shares, answers_given[0])


def test_the_solver_gives_a_place_to_a_label_that_came_too_late():
    page = Box(0, 0, 120, 60)
    marks = [
        Cross(20, 30, Box(20, 30, 20, 30), ((80, 12),)),
        Cross(100, 30, Box(100, 30, 100, 30), ((60, 12),)),
    ]
    taken = [Box(14, 24, 26, 36), Box(94, 24, 106, 36), Box(0, 40, 120, 60)]
    found = place_all(marks, taken=taken, within=page)
    assert all(box is not None and box.inside(page) for box in found)
    assert not found[0].overlaps(found[1])
    assert place_all(marks, taken=[page], within=page) == [None, None]


def test_lines_are_crossed_only_where_there_is_no_other_place():
    page, zero = Box(0, 0, 200, 100), Box(108, 0, 112, 100)
    mark = Cross(100, 50, Box(100, 50, 100, 50), ((40, 12),))
    (box,) = place_all([mark], taken=[], within=page, avoid=[zero])
    assert not box.overlaps(zero)
    narrow = Box(0, 0, 150, 100)
    (forced,) = place_all([mark], taken=[Box(0, 0, 100, 100)], within=narrow, avoid=[zero])
    assert forced.overlaps(zero)


def test_labels_break_at_the_space_that_leaves_the_shorter_lines():
    bold = font(12, 600)
    one, two = label_sizes("Told what happens next", bold)
    assert two[0] < one[0]
    assert two[1] == 2 * one[1]
    assert label_lines("Told what happens next", bold, Box(0, 0, two[0], two[1])) == (
        "Told what",
        "happens next",
    )
    assert label_lines("Told what happens next", bold, Box(0, 0, *one)) == (
        "Told what happens next",
    )
    assert len(label_sizes("Wait", bold)) == 1
