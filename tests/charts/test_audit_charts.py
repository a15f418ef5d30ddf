"""What the charts of the audit draw: the numbers of their tables, and nothing that is hidden."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.patches import Rectangle

from cxanalytics.charts import (
    claims_table,
    coverage_table,
    draw_claims,
    draw_coverage,
    draw_ingredients,
    draw_missing_reasons,
    draw_response_bound,
    draw_response_funnel,
    draw_row_flow,
    draw_scale_use,
    draw_small_units,
    draw_who_answered,
    ingredients_table,
    missing_reasons_table,
    response_bound_table,
    response_funnel_table,
    row_flow_table,
    scale_use_table,
    small_units_table,
    who_answered_table,
)


def texts(figure):
    return [text.get_text() for text in figure.texts]


def bars(figure):
    return [patch for ax in figure.axes for patch in ax.patches if isinstance(patch, Rectangle)]


def test_rows_left_out_hang_where_the_bar_above_ends(row_steps):
    table = row_flow_table(row_steps)
    assert table["kind"].tolist() == ["read", "left out", "left out", "kept"]
    assert table["start"].tolist() == [0, 900, 700, 0]
    drawn = bars(draw_row_flow(row_steps))
    assert [bar.get_x() for bar in drawn] == [0, 900, 700, 0]
    assert [round(bar.get_width()) for bar in drawn] == [1000, 100, 200, 700]
    assert drawn[1].get_hatch() and not drawn[3].get_hatch()


def test_a_part_too_thin_to_see_is_still_seen():
    steps = pd.DataFrame(
        [("rows read", 100_000, ""), ("rows empty", 1, ""), ("rows kept", 99_999, "")],
        columns=["step", "rows", "text"],
    )
    figure = draw_row_flow(steps)
    ax = figure.axes[0]
    width = ax.get_position().width * figure.get_size_inches()[0] * 96
    thin = bars(figure)[1].get_width() / np.ptp(ax.get_xlim()) * width
    assert thin == pytest.approx(2, abs=0.1)


def test_reasons_add_up_to_what_is_missing(missing_told):
    table = missing_reasons_table(missing_told)
    assert table["question"].tolist() == ["wait", "easy", "trust"]
    parts = table[["no_answer", "dont_know", "refused", "untold"]].sum(axis=1)
    assert parts.tolist() == pytest.approx(table["share"].tolist())
    assert table.set_index("question").loc["easy", "untold"] > 0
    figure = draw_missing_reasons(missing_told)
    assert {"No answer", "Don’t know", "Refused", "20% limit"} <= set(texts(figure))
    total = sum(bar.get_width() for bar in bars(figure))
    assert total == pytest.approx(table["share"].sum(), rel=0.02)


def test_without_reasons_there_is_no_key(missing_told):
    untold = missing_told.assign(told="no", suppressed_reason="")
    assert "Don’t know" not in texts(draw_missing_reasons(untold))


def test_sizes_are_classes_that_add_up(small_counts):
    table = small_units_table(small_counts)
    assert table.loc[0, ["units", "full", "care", "base", "hidden"]].tolist() == [26, 20, 3, 2, 1]
    widths = [bar.get_width() for bar in bars(draw_small_units(small_counts))]
    assert sum(widths[:4]) == pytest.approx(1)
    assert {"20", "3", "2"} <= set(texts(draw_small_units(small_counts)))


def test_hidden_answers_are_in_no_cell(answers_by_wave):
    table = who_answered_table(answers_by_wave)
    assert set(table["kind"]) == {"full", "care", "base", "hidden"}
    assert table.loc[table["kind"] == "hidden", "text"].unique().tolist() == ["hidden", "<10"]
    told = texts(draw_who_answered(answers_by_wave))
    assert told.count("<10") == 2
    assert told.count("hidden") == 2
    assert "1,200" in told


def test_hidden_agencies_sort_by_name_alone(answers_by_wave):
    names = who_answered_table(answers_by_wave)["agency"].drop_duplicates().tolist()
    assert names == ["Large", "Middle", "Small", "Aid", "Zoo"]


def test_one_wave_is_bars_and_many_agencies_leave_the_largest_to_the_table():
    frame = pd.DataFrame({"agency": [f"A{k:02d}" for k in range(50)], "period": ""})
    frame["n"] = frame["n_eff"] = np.arange(50) * 10.0 + 30
    frame["suppressed_reason"] = ""
    figure = draw_who_answered(frame)
    assert len(bars(figure)) == 40
    assert "10 with more answers: see the table" in texts(figure)
    assert "A49" not in texts(figure)


def test_a_phone_shows_the_last_waves(answers_by_wave):
    one = answers_by_wave.loc[answers_by_wave["period"] == "2026-Q1"]
    waves = pd.concat([one.assign(period=f"202{k}-Q1") for k in range(10)], ignore_index=True)
    told = texts(draw_who_answered(waves, size="narrow"))
    assert "2029-Q1" in told
    assert "2020-Q1" not in told


def test_the_most_frequent_answer_is_marked_and_the_hidden_is_not_drawn(scale_counts):
    table = scale_use_table(scale_counts)
    assert table.loc[table["most"], "answer"].tolist() == [4.0, 5.0]
    told = texts(draw_scale_use(scale_counts))
    assert {"40%", "50%"} <= set(told)
    assert table["hidden"].sum() == 1


def test_more_questions_than_fit_are_left_to_the_table(scale_counts):
    one = scale_counts.loc[scale_counts["question"] == "a"]
    many = pd.concat([one.assign(question=f"q{k}") for k in range(30)], ignore_index=True)
    assert "6 more questions: see the table" in texts(draw_scale_use(many))


def test_the_bound_leaves_out_what_may_not_be_shown(bound_rows):
    table = response_bound_table(bound_rows)
    assert table["agency"].tolist() == ["B", "A"]
    told = texts(draw_response_bound(bound_rows, axis_label="Share"))
    assert {"12%", "30%"} <= set(told)
    assert "C" not in told


def test_customers_are_a_step_only_where_all_are_known():
    funnel = pd.DataFrame(
        {
            "customers": [1000.0, 500.0],
            "asked": [400.0, 100.0],
            "answered": [40.0, 20.0],
            "suppressed_reason": "",
        }
    )
    table = response_funnel_table(funnel)
    assert table["people"].tolist() == [1500, 500, 60]
    assert table["share"].tolist()[1:] == pytest.approx([1 / 3, 0.12])
    unknown = funnel.assign(customers=[1000.0, np.nan])
    assert response_funnel_table(unknown)["step"].tolist() == ["Asked", "Answered"]
    assert "60 (12%)" in texts(draw_response_funnel(unknown))


def test_linked_names_are_whole_part_or_none(coverage_rows):
    table = coverage_table(coverage_rows)
    assert table[["whole", "part", "none"]].to_numpy().tolist() == [[1, 1, 1], [2, 0, 0]]
    assert {"Linked in full", "Linked in part", "Not linked"} <= set(
        texts(draw_coverage(coverage_rows))
    )


def test_each_claim_has_a_tile_and_each_topic_its_count(claim_rows):
    table = claims_table(claim_rows)
    assert table["claims"].tolist() == [3, 2]
    told = texts(draw_claims(claim_rows))
    assert {"1", "2", "3", "4", "5"} <= set(told)
    assert "1 of 3" in told and "0 of 2" in told


def test_what_opens_most_claims_comes_first(ingredient_rows):
    table = ingredients_table(ingredient_rows)
    assert table["ingredient"].tolist() == ["dates", "channel", "costs"]
    assert table["together"].tolist() == [1, 3, 0]
    assert "Held" not in texts(draw_ingredients(ingredient_rows))
