"""An arrow is dark where its range leaves zero out, and every box and size is written."""

from __future__ import annotations

import pandas as pd
import pytest

from cxanalytics.charts import draw_service_profit_chain, service_profit_chain_table
from cxanalytics.charts.style import PEER, YOU
from cxanalytics.tables import Estimates

NAMES = ("Morale", "Resolved first", "Recommends")
SIZES = {"a": ["4 points better", "likely 2 to 6"], "b": ["5 better"], "direct": ["no better"]}


@pytest.fixture
def estimates() -> Estimates:
    frame = pd.DataFrame(
        {
            "key": ["a", "b", "indirect", "direct", "total"],
            "label": list("abcde"),
            "estimate": [0.4, -0.5, -0.2, 0.1, -0.1],
            "std_error": 0.1,
            "conf_low": [0.2, -0.7, -0.3, -0.1, float("nan")],
            "conf_high": [0.6, -0.3, -0.1, 0.3, float("nan")],
            "n": 500.0,
        }
    )
    return Estimates(frame=frame, quantity="-")


@pytest.mark.parametrize("size", ["wide", "narrow"])
def test_arrows_say_how_sure_they_are(estimates, size: str) -> None:
    table = service_profit_chain_table(estimates).set_index("key")
    assert table["clear"].to_dict() == {"a": True, "b": True, "direct": False}
    figure = draw_service_profit_chain(estimates, names=NAMES, sizes=SIZES, size=size)
    arrows = {each.get_label(): each for each in figure.get_children()}
    for key, row in table.iterrows():
        assert arrows[key].get_color() == (YOU if row["clear"] else PEER), key
        assert (arrows[key].get_linestyle() == "-") == row["clear"], key
    said = {text.get_text() for text in figure.texts}
    assert set(NAMES) | {words for lines in SIZES.values() for words in lines} <= said


def test_nothing_is_changed_and_no_rows_still_draw(estimates) -> None:
    before = estimates.to_frame()
    draw_service_profit_chain(estimates, names=NAMES, sizes=SIZES)
    pd.testing.assert_frame_equal(before, estimates.frame)
    nothing = Estimates(frame=before.iloc[:0], quantity="nothing")
    assert service_profit_chain_table(nothing).empty
    assert draw_service_profit_chain(nothing, names=NAMES, sizes={}).texts
