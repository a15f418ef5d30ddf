"""Panels made through a crosswalk and of published scores: what joins, and what is said of it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxanalytics.errors import DataError
from cxanalytics.operations import OperationMeasure, Operations
from cxanalytics.published import Published, PublishedMeasure
from cxanalytics.sources import panel_from_published, panel_through_crosswalk
from cxanalytics.tables import Check, Panel

QUITS = OperationMeasure("quit_rate", "Staff who quit", "quits", "headcount", "rate", False)
CROSSWALK = pd.DataFrame(
    [("AA01", "X1"), ("AA01", "X2"), ("AA02", "X3"), ("AA03", "X4")],
    columns=["from_code", "to_code"],
)


@pytest.fixture
def panel() -> Panel:
    frame = pd.DataFrame(
        {
            "agency": ["A", "A", "B", "B"],
            "unit": ["One (AA01)", "Two (AA02)", "Three (AA03)", "Four (AA04)"],
            "morale": [0.5, 0.6, 0.7, 0.8],
            "n": [20, 30, 40, 50],
        }
    )
    frame["performance"] = np.nan
    notes = (Check("small units", None, "None left out."),)
    return Panel.from_frame(
        frame, agency="agency", unit="unit", morale="morale", performance="performance", n="n",
        morale_label="Morale index", notes=notes,
    )  # fmt: skip


@pytest.fixture
def operations() -> Operations:
    frame = pd.DataFrame(
        {
            "agency": "X",
            "unit": ["X1", "X2", "X3", "X4", "X9"],
            "period": "2017",
            "quits": [1.0, 3.0, 4.0, 5.0, 1.0],
            "headcount": [10.0, 30.0, 20.0, 50.0, 9.0],
            "apart": ["", "", "", "hires by season", ""],
        }
    )
    notes = (Check("order in time", None, "Quits came first."),)
    return Operations(frame=frame, measures=(QUITS,), notes=notes)


def test_counts_of_the_parts_are_summed_before_they_are_divided(panel, operations) -> None:
    made, linked = panel_through_crosswalk(
        panel, operations, measure="quit_rate", crosswalk=CROSSWALK
    )
    frame = made.frame.set_index("unit")
    assert frame["performance"].to_dict() == {
        "One (AA01)": 4 / 40,
        "Two (AA02)": 4 / 20,
        "Three (AA03)": 5 / 50,
    }
    assert frame["parts"]["One (AA01)"] == "X1 and X2"
    assert frame["apart"].tolist() == ["", "", "hires by season"]
    assert not made.higher_is_better and not made.same_source
    told = {note.name: note.text for note in made.notes}
    assert told["order in time"] == "Quits came first." and "small units" in told
    reasons = linked.coverage.set_index(["source", "name"])["reason"]
    assert reasons["staff survey", "AA04"] == "not in the crosswalk"
    assert reasons["operations", "X9"] == "not in the crosswalk"


def test_a_rate_reads_as_a_share_only_where_none_exceeds_one(panel, operations) -> None:
    asked = {"measure": "quit_rate", "crosswalk": CROSSWALK}
    made, _ = panel_through_crosswalk(panel, operations, **asked)
    assert made.performance_is == "share"
    more = operations.frame.assign(quits=operations.frame["quits"] * 10)
    made, _ = panel_through_crosswalk(panel, Operations(more, (QUITS,)), **asked)
    assert made.performance_is == "rate"


def test_a_crosswalk_joins_one_period_and_two_counts(panel, operations) -> None:
    again = panel.frame.assign(period="2019")
    two = Panel(pd.concat([panel.frame.assign(period="2018"), again]), "Morale", "")
    with pytest.raises(DataError, match=r"joins one period of the staff survey; it has 2018, 2019"):
        panel_through_crosswalk(two, operations, measure="quit_rate", crosswalk=CROSSWALK)
    mean = Operations(operations.frame, (OperationMeasure("quits", "Quits", "quits"),))
    with pytest.raises(DataError, match=r"must be made of two counts .* 'quits' is one"):
        panel_through_crosswalk(panel, mean, measure="quits", crosswalk=CROSSWALK)


@pytest.fixture
def published() -> Published:
    rows = [
        (agency, period, measure, value, level)
        for agency, level in (("North", "alone"), ("South", "alone"), ("All", "with its agencies"))
        for period in ("2019", "2020")
        for measure, value in (("engaged", 60.0), ("leave", 0.1))
        if (agency, period, measure) != ("South", "2020", "leave")
    ]
    frame = pd.DataFrame(rows, columns=["agency", "period", "measure", "value", "level"])
    measures = (
        PublishedMeasure("engaged", "Engagement index", "score", 0, 100),
        PublishedMeasure("leave", "Want to leave", higher_is_better=False),
    )
    return Published(frame=frame, measures=measures, groups=("level",))


def test_two_published_scores_side_by_side(published) -> None:
    made = panel_from_published(
        published, morale="engaged", performance="leave", only={"level": "alone"}
    )
    assert made.frame[["unit", "period"]].to_numpy().tolist() == [
        ["North", "2019"],
        ["North", "2020"],
        ["South", "2019"],
    ]
    assert made.frame[["n", "morale_se", "performance_se"]].isna().to_numpy().all()
    assert made.same_source and not made.higher_is_better
    assert (made.morale_label, made.performance_label) == ("Engagement index", "Want to leave")
    told = {note.name: note.text for note in made.notes}
    assert "number of answers was not published" in told["no counts"]
    assert told["rows kept"] == "3 rows have both measures; 1 have morale only."


def test_published_scores_that_cannot_be_paired(published) -> None:
    with pytest.raises(DataError, match=r"must differ; both are 'leave'"):
        panel_from_published(published, morale="leave", performance="leave")
    with pytest.raises(DataError, match=r"`measure` must be one of 'engaged'"):
        panel_from_published(published, morale="engaged", performance="leaves")
    with pytest.raises(DataError, match=r"No agency has both 'engaged' and 'leave'"):
        panel_from_published(
            published, morale="engaged", performance="leave", only={"level": "none"}
        )
