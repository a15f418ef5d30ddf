"""Cost in the long run and the three legs, as drawn: every figure of the table, at both sizes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from cxanalytics.charts import (
    draw_leg_relation,
    draw_legs,
    draw_long_run_cost,
    leg_relation_table,
    legs_table,
    long_run_cost_table,
)
from cxanalytics.errors import ParamsError
from cxanalytics.tables import Estimates

HOSTILE = "<script>$x^2$</script> " + "Agency of Public Affairs " * 5


@pytest.fixture
def cost() -> Estimates:
    rows = [
        ("cost_per_resolved", "change", -0.07),
        ("unit_cost", "change", 0.04),
        ("lag0", "lag", -0.03),
        ("lag1", "lag", -0.02),
        ("lead1", "lag", 0.002),
        ("order", "test", -0.02),
        ("later", "sum", -0.05),
        ("later_unit_cost", "sum", 0.0),
        ("later_contacts", "sum", -0.05),
        ("long_run", "sum", -0.08),
        ("long_run_unit_cost", "sum", 0.01),
        ("net", "sum", -0.2),
    ]
    frame = pd.DataFrame(rows, columns=["key", "kind", "estimate"])
    frame["label"] = frame["key"].str.replace("_", " ")
    frame["conf_low"], frame["conf_high"] = frame["estimate"] - 0.01, frame["estimate"] + 0.01
    return Estimates(
        frame=frame.assign(std_error=0.005, n=600.0), quantity="x", facts={"same_counts": False}
    )


@pytest.fixture
def legs() -> Estimates:
    rng = np.random.default_rng(1)
    names = ("expectations", "capabilities", "rewards")
    agencies = ["North", *[f"{HOSTILE}{i}" for i in range(11)]]
    scores = [
        (f"{leg}/{agency}", "score", leg, agency, value, value - 0.1, value + 0.1)
        for leg in names
        for agency, value in zip(agencies, rng.uniform(0.3, 0.8, 12), strict=True)
    ]
    relation = [
        (key, "relation", key, "", value, value - 0.01, value + 0.01)
        for key, value in (*zip(names, (0.02, 0.0, -0.03), strict=True), ("interaction", 0.005))
    ]
    columns = ["key", "kind", "leg", "agency", "estimate", "conf_low", "conf_high"]
    frame = pd.DataFrame([*relation, *scores], columns=columns)
    frame = frame.assign(std_error=0.05, n=90.0, rank_low=2.0, rank_high=9.0, peers=11.0)
    frame["weakest"] = frame["key"] == "rewards/North"
    facts: dict[str, Any] = {"performance": HOSTILE, "performance_is": "share"}
    for name in ("low", "high"):
        facts |= {f"at_{name}_rewards{end}": 0.01 for end in ("", "_low", "_high")}
    return Estimates(frame=frame, quantity="x", facts=facts)


def _line(ax, label: str):
    return next(each for each in ax.lines if each.get_label() == label)


def test_the_rows_run_from_the_placebo_to_the_sums(cost: Estimates) -> None:
    told = long_run_cost_table(cost)["key"].tolist()
    assert told == [
        "lead1",
        "lag0",
        "lag1",
        "later",
        "later_unit_cost",
        "later_contacts",
        "long_run",
    ]
    change = long_run_cost_table(cost, part="change")
    assert change["key"].tolist() == ["cost_per_resolved", "unit_cost"]
    assert change["clear"].tolist() == [True, True]
    own = Estimates(frame=cost.frame, quantity="x", facts={"same_counts": True})
    assert long_run_cost_table(own)["key"].tolist()[3:] == ["long_run", "long_run_unit_cost"]
    with pytest.raises(ParamsError, match="`part` must be one of"):
        long_run_cost_table(cost, part="before")


@pytest.mark.parametrize("part", ["change", "after"])
@pytest.mark.parametrize("size", ["wide", "narrow"])
def test_every_change_stands_where_its_figure_is(cost: Estimates, size: str, part: str) -> None:
    table = long_run_cost_table(cost, part=part)
    figure = draw_long_run_cost(cost, part=part, size=size)
    (ax,) = figure.axes
    drawn = {}
    for label in ("change, clear of zero", "change, not clear of zero"):
        line = _line(ax, label)
        drawn |= dict(zip(line.get_ydata(), line.get_xdata(), strict=True))
    assert [drawn[row] for row in range(len(table))] == list(table["estimate"])
    assert set(_line(ax, "No change").get_xdata()) == {0.0}
    said = " ".join(text.get_text() for text in figure.texts)
    assert "−" in said and "%" in said
    if size == "wide" and part == "change":
        assert "−7.0 (−8.0 to −6.0)" in said


def test_an_open_or_missing_range_still_draws(cost: Estimates) -> None:
    frame = cost.frame.copy()
    frame.loc[2, "conf_high"] = np.inf
    frame.loc[3, ["conf_low", "conf_high"]] = np.nan
    told = Estimates(frame=frame, quantity="x", facts=cost.facts)
    figure = draw_long_run_cost(told)
    assert np.isfinite(figure.axes[0].get_xlim()).all()
    said = [text.get_text() for text in figure.texts]
    assert "−3.0 (−4.0 to open)" in said and "−2.0" in said


@pytest.mark.parametrize("size", ["wide", "narrow"])
def test_every_agency_is_a_dot_and_yours_is_marked(legs: Estimates, size: str) -> None:
    table = legs_table(legs, agency="North")
    assert table.groupby("leg")["yours"].sum().tolist() == [1, 1, 1]
    figure = draw_legs(legs, agency="North", size=size)
    (ax,) = figure.axes
    for row, name in enumerate(("Expectations", "Capabilities", "Rewards")):
        part = table.loc[table["name"] == name]
        others = _line(ax, f"others, {name}")
        assert sorted(others.get_xdata()) == sorted(part.loc[~part["yours"], "estimate"])
        assert set(others.get_ydata()) == {row}
        assert list(_line(ax, f"you, {name}").get_xdata()) == list(
            part.loc[part["yours"], "estimate"]
        )
    said = " ".join(text.get_text() for text in figure.texts)
    assert ("2nd to 9th of 12" in said) is (size == "wide")
    assert HOSTILE[:8] not in said


def test_without_an_agency_no_dot_is_yours(legs: Estimates) -> None:
    assert not legs_table(legs)["yours"].any()
    (ax,) = draw_legs(legs).axes
    assert len(_line(ax, "you, Rewards").get_xdata()) == 0
    assert len(_line(ax, "others, Rewards").get_xdata()) == 12


@pytest.mark.parametrize("size", ["wide", "narrow"])
def test_the_relation_shows_capabilities_at_both_ends_of_rewards(
    legs, label_boxes, size: str
) -> None:
    table = leg_relation_table(legs)
    assert table["name"].tolist() == [
        "Expectations",
        "Capabilities",
        "Rewards",
        "Capabilities, low rewards",
        "Capabilities, high rewards",
        "Their difference",
    ]
    assert table["clear"].tolist() == [True, False, True, True, True, False]
    figure = draw_leg_relation(legs, size=size)
    (ax,) = figure.axes
    assert list(_line(ax, "difference, clear of zero").get_xdata()) == [0.02, -0.03, 0.01, 0.01]
    for words, box, _ in label_boxes(figure):
        assert box.x0 >= -1 and box.x1 <= figure.bbox.width + 1, words


def test_tables_are_not_changed_and_no_rows_still_draw(cost: Estimates, legs: Estimates) -> None:
    before = cost.to_frame(), legs.to_frame()
    draw_long_run_cost(cost)
    draw_legs(legs, agency="North")
    draw_leg_relation(legs)
    pd.testing.assert_frame_equal(before[0], cost.frame)
    pd.testing.assert_frame_equal(before[1], legs.frame)
    bare = Estimates(frame=legs.frame.iloc[:0], quantity="x")
    assert legs_table(bare).empty and leg_relation_table(bare).empty
    assert draw_legs(bare).axes and draw_leg_relation(bare).axes
