"""Charts of calibration, levels, outcomes and published groups: what is drawn, and its labels."""

import numpy as np
import pandas as pd
import pytest

from cxanalytics.charts import (
    calibration_table,
    draw_calibration,
    draw_driver_levels,
    draw_other_outcomes,
    draw_published_groups,
    driver_levels_table,
    other_outcomes_table,
    published_groups_table,
)
from cxanalytics.tables import Estimates

LONG = "Told what would happen next by the staff who answered, in plain words, every single time"


def ranged(frame, half):
    return frame.assign(
        std_error=half / 2,
        conf_low=frame["estimate"] - half,
        conf_high=frame["estimate"] + half,
        n=900.0,
    )


@pytest.fixture
def calibration():
    share = np.linspace(0.05, 0.98, 10)
    bins = pd.DataFrame({"key": [f"bin {k:02d}" for k in range(10)], "estimate": share - 0.02})
    bins = ranged(bins.assign(kind="bin", predicted=share, agencies=24.0), 0.02)
    slope = pd.DataFrame({"key": ["slope"], "estimate": [1.0], "kind": ["summary"]})
    frame = pd.concat([bins, ranged(slope, 0.05)], ignore_index=True)
    return Estimates(frame=frame, quantity="Share")


@pytest.fixture
def levels():
    rows = [
        (driver, term, value)
        for driver, values in {"a": (0.2, 0.5, 0.3), "b": (0.3, np.nan, np.nan)}.items()
        for term, value in zip(("within", "between", "difference"), values, strict=True)
    ]
    frame = pd.DataFrame(rows, columns=["driver", "term", "estimate"])
    frame["key"] = frame["driver"] + "/" + frame["term"]
    frame["label"] = frame["driver"].map({"a": "Easy", "b": LONG})
    return Estimates(frame=ranged(frame, 0.04), quantity="Change")


@pytest.fixture
def outcomes():
    names = ("recommend", "trust", "satisfied", "overall", "ease", "speed", "more")
    rows = [
        (outcome, driver, 0.05 * (k + 1) + 0.01 * j)
        for j, outcome in enumerate(names)
        for k, driver in enumerate(("wait", "staff"))
    ]
    frame = pd.DataFrame(rows, columns=["outcome", "driver", "estimate"])
    frame = frame.assign(
        key=frame["outcome"] + "/" + frame["driver"],
        kind="driver",
        outcome_label=[f"{name}, in the words of a long question" for name in frame["outcome"]],
        label=frame["driver"].map({"wait": "Wait", "staff": LONG}),
    )
    return Estimates(frame=ranged(frame, 0.01), quantity="Change", facts={"outcome": "recommend"})


@pytest.fixture
def groups():
    frame = pd.DataFrame(
        {
            "name": ["Tribal", "City", "Church", LONG],
            "side": ["government", "government", "other", "other"],
            "estimate": [np.nan, 86.0, 88.0, 84.0],
            "agencies": [4, 161, 223, 1545],
            "suppressed_reason": ["few", "", "", ""],
        }
    )
    return ranged(frame, 0.7)


CHARTS = {
    "calibration": draw_calibration,
    "levels": draw_driver_levels,
    "outcomes": draw_other_outcomes,
    "groups": draw_published_groups,
}


@pytest.mark.parametrize("size", ["wide", "narrow"])
@pytest.mark.parametrize("name", CHARTS)
def test_labels_stay_inside_and_clear_of_each_other(name, size, request, label_boxes):
    figure = CHARTS[name](request.getfixturevalue(name), size=size)
    width, height = figure.get_size_inches() * 96
    boxes = label_boxes(figure)
    for text, box, px in boxes:
        assert px >= (12.5 if size == "wide" else 12.0) - 1e-9, text
        assert box.x0 >= -1 and box.y0 >= -1, text
        assert box.x1 <= width + 1 and box.y1 <= height + 1, text
    for i, (text, box, _) in enumerate(boxes):
        for other, second, _ in boxes[i + 1 :]:
            beside = box.x1 <= second.x0 + 1 or second.x1 <= box.x0 + 1
            assert beside or box.y1 <= second.y0 + 2 or second.y1 <= box.y0 + 2, (text, other)


def drawn(figure, label):
    (line,) = [line for line in figure.axes[0].lines if line.get_label() == label]
    return np.asarray(line.get_xdata(), float), np.asarray(line.get_ydata(), float)


def test_observed_shares_stand_over_predicted_ones(calibration):
    table = calibration_table(calibration)
    assert len(table) == 10
    x, y = drawn(draw_calibration(calibration), "observed")
    assert x == pytest.approx(table["predicted"])
    assert y == pytest.approx(table["estimate"])


def test_the_two_relations_stand_in_one_row_by_shape(levels):
    table = driver_levels_table(levels, labels={"a": "Easy to deal with"})
    assert list(table["driver"]) == ["b", "a"]
    assert table["name"].iloc[1] == "Easy to deal with"
    figure = draw_driver_levels(levels)
    within, between = drawn(figure, "within"), drawn(figure, "between")
    assert within[0] == pytest.approx([0.3, 0.2])
    assert between[0] == pytest.approx([0.5])
    assert abs(within[1][1] - between[1][0]) < 0.5
    shapes = {line.get_label(): line.get_marker() for line in figure.axes[0].lines}
    assert shapes["within"] != shapes["between"]
    assert "not known" in {text.get_text() for text in figure.texts}


def test_the_studys_own_outcome_is_filled_and_orders_the_drivers(outcomes):
    table = other_outcomes_table(outcomes)
    assert list(table["driver"].unique()) == ["staff", "wait"]
    figure = draw_other_outcomes(outcomes)
    x, _ = drawn(figure, "recommend")
    assert x == pytest.approx([0.10, 0.05])
    series = [line for line in figure.axes[0].lines if line.get_label() in set(table["outcome"])]
    assert len(series) == 6
    fills = [line.get_markerfacecolor() for line in series]
    assert fills[0] not in fills[1:]


def test_groups_of_few_are_not_drawn_and_sides_differ_by_shape(groups):
    table = published_groups_table(groups)
    assert list(table["name"]) == ["Church", "City", LONG]
    figure = draw_published_groups(groups, column_title="Hospitals")
    assert drawn(figure, "government")[0] == pytest.approx([86.0])
    assert drawn(figure, "other")[0] == pytest.approx([88.0, 84.0])
    texts = {text.get_text() for text in figure.texts}
    assert {"1,545", "Hospitals", "government", "other"} <= texts
    assert "4" not in texts
