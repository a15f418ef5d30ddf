"""What every chart keeps to: size, type, room for labels, no display, no clock, no surprise."""

import io
import logging
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import matplotlib as mpl
import pytest
from matplotlib.figure import Figure

from cxanalytics.charts import (
    draw_answer_bars,
    draw_attention_grid,
    draw_case_mix,
    draw_claims,
    draw_coefficients,
    draw_companies,
    draw_coverage,
    draw_dimensions,
    draw_driver_shares,
    draw_funnel,
    draw_ingredients,
    draw_ladder_of_models,
    draw_missing,
    draw_missing_reasons,
    draw_mix_rate,
    draw_priority,
    draw_proportionality,
    draw_response_bound,
    draw_response_funnel,
    draw_row_flow,
    draw_scale_use,
    draw_shrinkage,
    draw_small_units,
    draw_staff_items,
    draw_standing,
    draw_teams,
    draw_who_answered,
    draw_within_between,
)
from cxanalytics.charts.style import FAMILIES, MAX_TICKS, SIZES
from cxanalytics.errors import ParamsError

SMALLEST = {"wide": 12.5, "narrow": 12.0}
CHARTS = {
    "standing": lambda get, **how: draw_standing(get("board"), highlight=YOU, **how),
    "hostile": lambda get, **how: draw_standing(get("hostile_board"), **how),
    "funnel": lambda get, **how: draw_funnel(get("funnel"), highlight=YOU, axis_label="Y", **how),
    "coefficients": lambda get, **how: draw_coefficients(get("drivers"), **how),
    "proportionality": lambda get, **how: draw_proportionality(get("cut_effects"), **how),
    "dimensions": lambda get, **how: draw_dimensions(get("dimensions"), **how),
    "shrinkage": lambda get, **how: draw_shrinkage(get("board"), **how),
    "within_between": lambda get, **how: draw_within_between(get("panel"), get("slopes"), **how),
    "case_mix": lambda get, **how: draw_case_mix(get("case_mix"), **how),
    "mix_rate": lambda get, **how: draw_mix_rate(get("mix_rate"), **how),
    "missing": lambda get, **how: draw_missing(get("missing"), **how),
    "rows": lambda get, **how: draw_row_flow(get("row_steps"), **how),
    "reasons": lambda get, **how: draw_missing_reasons(get("missing_told"), **how),
    "small": lambda get, **how: draw_small_units(get("small_counts"), **how),
    "who": lambda get, **how: draw_who_answered(get("answers_by_wave"), **how),
    "who_many": lambda get, **how: draw_who_answered(get("many_answers"), **how),
    "scales": lambda get, **how: draw_scale_use(get("scale_counts"), **how),
    "bound": lambda get, **how: draw_response_bound(get("bound_rows"), axis_label="Y", **how),
    "response": lambda get, **how: draw_response_funnel(get("response_rows"), **how),
    "coverage": lambda get, **how: draw_coverage(get("coverage_rows"), **how),
    "attention": lambda get, **how: draw_attention_grid(get("attention_grid"), **how),
    "companies": lambda get, **how: draw_companies(get("board"), 0.6, axis_label="Y", **how),
    "claims": lambda get, **how: draw_claims(get("claim_rows"), **how),
    "ingredients": lambda get, **how: draw_ingredients(get("ingredient_rows"), **how),
    "priority": lambda get, **how: draw_priority(*get("placed_drivers"), **how),
    "many_drivers": lambda get, **how: draw_priority(*get("many_drivers"), **how),
    "driver_shares": lambda get, **how: draw_driver_shares(get("many_drivers")[0], **how),
    "answers": lambda get, **how: draw_answer_bars(*get("answers_given"), **how),
    "teams": lambda get, **how: draw_teams(*get("teams")[:2], **get("teams")[2], **how),
    "many_teams": lambda get, **how: draw_teams(*get("many_teams")[:2], **get("teams")[2], **how),
    "staff_items": lambda get, **how: draw_staff_items(get("staff_items"), agency="A", **how),
    "ladder_of_models": lambda get, **how: draw_ladder_of_models(get("models"), times=100, **how),
}
YOU = "Agency of Public Affairs 07"


@pytest.fixture(params=CHARTS)
def draw(request):
    return lambda **how: CHARTS[request.param](request.getfixturevalue, **how)


def as_svg(figure):
    out = io.StringIO()
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "x"}):
        figure.savefig(out, format="svg", metadata={"Date": None})
    return out.getvalue()


@pytest.mark.parametrize("size", SIZES)
def test_a_figure_is_drawn_at_the_size_it_is_shown(draw, size):
    figure = draw(size=size)
    assert figure.get_size_inches()[0] * 96 == pytest.approx(SIZES[size].width)


@pytest.mark.parametrize("size", SIZES)
def test_labels_stay_inside_and_clear_of_each_other(draw, size, label_boxes):
    figure = draw(size=size)
    width, height = figure.get_size_inches() * 96
    boxes = label_boxes(figure)
    for text, box, px in boxes:
        assert px >= SMALLEST[size] - 1e-9, text
        inside = box.x0 >= -1 and box.y0 >= -1 and box.x1 <= width + 1 and box.y1 <= height + 1
        assert inside, (text, box)
    for i, (text, box, _) in enumerate(boxes):
        for other, second, _ in boxes[i + 1 :]:
            apart = (
                box.x1 <= second.x0 + 1
                or second.x1 <= box.x0 + 1
                or box.y1 <= second.y0 + 2
                or second.y1 <= box.y0 + 2
            )
            assert apart, (text, other)


def test_axes_have_no_frame_few_ticks_and_their_own_typeface(draw):
    figure = draw()
    for ax in figure.axes:
        assert not any(spine.get_visible() for spine in ax.spines.values())
        assert not ax.get_xlabel()
        assert not ax.get_legend()
        grid = [line for line in ax.lines if line.get_label().startswith("_child")]
        upright = {len(set(line.get_xdata())) == 1 for line in grid}
        assert len(grid) <= MAX_TICKS
        assert len(upright) <= 1
    for text in figure.texts:
        assert text.get_fontfamily()[0] == FAMILIES[0]
        assert not text.get_parse_math()


def test_the_percent_sign_stands_on_one_tick_of_an_axis(board):
    figure = draw_standing(board, axis_label="Share")
    ticks = [text.get_text() for text in figure.texts if text.get_text().strip("%").isdigit()]
    assert sum(text.endswith("%") for text in ticks) == 1
    assert 2 <= len(ticks) <= MAX_TICKS


def test_drawing_twice_gives_the_same_bytes_and_real_text(draw):
    first = as_svg(draw())
    assert first == as_svg(draw())
    assert "<text" in first
    assert "<image" not in first


def test_drawing_says_nothing(draw, caplog, capfd):
    with caplog.at_level(logging.WARNING):
        as_svg(draw())
    assert not caplog.records
    assert capfd.readouterr().err == ""


def test_charts_can_be_drawn_in_threads(board):
    keys = list(board.shown["key"])[:8]
    alone = [as_svg(draw_standing(board, highlight=key)) for key in keys]
    with ThreadPoolExecutor(4) as pool:
        figures = list(pool.map(lambda key: draw_standing(board, highlight=key), keys))
    assert [as_svg(figure) for figure in figures] == alone


def test_a_chart_can_be_drawn_inside_given_axes(draw):
    figure = Figure(figsize=(12, 9))
    axes = figure.add_axes((0.3, 0.2, 0.6, 0.7))
    assert draw(ax=axes) is figure
    assert axes in figure.axes
    box = axes.get_position()
    assert box.x0 >= 0.3
    assert box.y1 <= 0.9 + 1e-9


def test_an_unknown_size_is_refused(draw):
    with pytest.raises(ParamsError, match="`size` must be one of 'wide', 'narrow'; got 'tall'"):
        draw(size="tall")


def test_no_display_and_no_current_figure_is_needed():
    code = (
        "import cxanalytics.charts, matplotlib, sys;"
        "plt = sys.modules.get('matplotlib.pyplot');"
        "print(plt is None or not plt.get_fignums())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True"
