"""The map shows where nothing is left, where the range holds zero, and causes of known strength."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxanalytics.charts import draw_unmeasured_cause, unmeasured_cause_table
from cxanalytics.charts.unmeasured_cause import NOTHING_LEFT, STAYS, UNCERTAIN
from cxanalytics.numerics.sensitivity import Slope, adjust, robustness_value
from cxanalytics.tables import Estimates

SLOPE = Slope(0.30, 0.05, 200.0)


def make(*, sign: float = 1.0, alpha: float | None = None, benchmark: str = "Load") -> Estimates:
    slope = Slope(sign * SLOPE.estimate, SLOPE.std_error, SLOPE.df)
    frame = pd.DataFrame(
        {
            "key": ["observed", "1x", "2x", "3x"],
            "label": ["As observed", "1", "2", "3"],
            "estimate": sign * np.array([0.3, 0.2, 0.1, np.nan]),
            "std_error": 0.05,
            "conf_low": [0.2, 0.1, 0.0, np.nan],
            "conf_high": [0.4, 0.3, 0.2, np.nan],
            "n": 400.0,
            "share_morale": [0.0, 0.1, 0.2, np.nan],
            "share_performance": [0.0, 0.05, 0.1, np.nan],
            "reason": ["", "", "", "too strong"],
        }
    )
    facts = {
        "slope": slope.estimate,
        "slope_error": slope.std_error,
        "slope_df": slope.df,
        "reach_low": 2.2,
        "reach_high": 2.2,
        "robustness_value": robustness_value(slope),
        "robustness_value_alpha": robustness_value(slope, reach=2.2) if alpha is None else alpha,
        "benchmark": benchmark,
    }
    return Estimates(frame=frame if benchmark else frame.iloc[:1], quantity="-", facts=facts)


def line(ax, label: str):
    return next(each for each in ax.lines if each.get_label() == label)


@pytest.mark.parametrize("size", ["wide", "narrow"])
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_lines_are_where_nothing_is_left_and_where_the_range_holds_zero(
    size: str, sign: float
) -> None:
    estimates = make(sign=sign)
    ax = draw_unmeasured_cause(estimates, size=size).axes[0]
    slope = Slope(sign * SLOPE.estimate, SLOPE.std_error, SLOPE.df)
    for name in ("zero", "range"):
        x, y = (np.asarray(values) for values in line(ax, name).get_data())
        kept = np.isfinite(y) & (y > 0.0) & (y < 0.3)
        left = adjust(slope, cause=x[kept], outcome=y[kept], below=2.2, above=2.2)
        near = left.low if sign > 0 else left.high
        assert kept.sum() > 20
        assert (left.estimate if name == "zero" else near) == pytest.approx(0, abs=1e-9), name
    assert {c.get_label() for c in ax.collections} >= {STAYS, UNCERTAIN, NOTHING_LEFT}


@pytest.mark.parametrize("size", ["wide", "narrow"])
def test_marks_stand_at_their_shares_and_are_named(size: str) -> None:
    figure = draw_unmeasured_cause(make(), size=size)
    ax = figure.axes[0]
    assert np.allclose(line(ax, "measured").get_xydata(), [[0.1, 0.05], [0.2, 0.1]])
    value = robustness_value(SLOPE)
    assert np.allclose(line(ax, "least").get_xydata(), [[value, value]])
    said = [text.get_text() for text in figure.texts]
    assert {"1×", "2×", f"{value:.0%} of both", NOTHING_LEFT, STAYS} <= set(said)
    assert any(text.startswith("1×, 2×, 3× as strong as Load") for text in said)
    for name in ("measured", "least"):
        x, y = line(ax, name).get_data()
        assert max(x) <= ax.get_xlim()[1] and max(y) <= ax.get_ylim()[1]


def test_a_range_that_holds_zero_has_no_region_where_the_relation_stays() -> None:
    figure = draw_unmeasured_cause(make(alpha=0.0))
    assert STAYS not in [text.get_text() for text in figure.texts]
    assert "range" not in [each.get_label() for each in figure.axes[0].lines]
    table = unmeasured_cause_table(make(alpha=0.0))
    assert list(table["key"]) == ["observed", "1x", "2x", "3x", "zero"]


def test_the_table_says_what_is_enough_and_nothing_still_draws() -> None:
    estimates = make(benchmark="")
    before = estimates.to_frame()
    table = unmeasured_cause_table(estimates).set_index("key")
    assert list(table.index) == ["observed", "range", "zero"]
    assert table.loc["zero", "share_morale"] == estimates.facts["robustness_value"]
    assert table.loc["zero", "estimate"] == 0.0
    draw_unmeasured_cause(estimates)
    pd.testing.assert_frame_equal(before, estimates.frame)
    nothing = Estimates(frame=before.iloc[:0], quantity="nothing")
    assert unmeasured_cause_table(nothing).empty
    assert draw_unmeasured_cause(nothing).axes
