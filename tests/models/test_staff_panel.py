"""Morale of units for results of another source: who is in it, and who never is."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxanalytics.errors import DataError, ModelError
from cxanalytics.models.morale_performance import fit_morale_performance
from cxanalytics.models.staff_panel import staff_panel
from cxanalytics.models.without_apart import fit_without_apart
from cxanalytics.tables import Panel, Survey

ITEMS = ["one", "two", "three"]


def _staff(sizes: dict[tuple[str, str], int], seed: int = 4) -> Survey:
    rng = np.random.default_rng(seed)
    rows = [
        (agency, unit, "2026", *rng.integers(1, 6, 3))
        for (agency, unit), n in sizes.items()
        for _ in range(n)
    ]
    frame = pd.DataFrame(rows, columns=["agency", "team", "wave", *ITEMS])
    return Survey.from_frame(
        frame, agency="agency", unit="team", period="wave", outcome="one", scale="likert_1_5",
        questions=dict.fromkeys(ITEMS, "likert_1_5"),
    )  # fmt: skip


SIZES = {("A", "x"): 40, ("A", "y"): 12, ("A", "z"): 9, ("B", "x"): 35, ("Tiny", "x"): 12}


def test_morale_of_a_unit_is_the_share_of_positive_answers() -> None:
    staff = _staff(SIZES)
    panel = staff_panel(staff, items=ITEMS)
    assert panel.frame[["agency", "unit"]].to_numpy().tolist() == [
        ["A", "x"],
        ["B", "x"],
    ]
    rows = staff.frame.loc[(staff.frame["agency"] == "A") & (staff.frame["unit"] == "x")]
    assert panel.frame["morale"].iloc[0] == pytest.approx((rows[ITEMS] >= 4).to_numpy().mean())
    assert panel.frame["n"].tolist() == [40, 35]
    assert panel.frame["performance"].isna().all()


def test_the_mean_position_on_the_scale_is_the_other_statistic() -> None:
    staff = _staff(SIZES)
    panel = staff_panel(staff, items=ITEMS, statistic="mean")
    rows = staff.frame.loc[staff.frame["agency"] == "B", ITEMS]
    assert panel.frame["morale"].iloc[1] == pytest.approx((rows.to_numpy().mean() - 1) / 4)


def test_small_units_and_agencies_that_may_not_be_shown_are_not_in_it() -> None:
    panel = staff_panel(_staff(SIZES), items=ITEMS)
    # y is the agency less z: models would give z back with it.
    assert not panel.frame["unit"].isin(["y", "z"]).any()
    assert not (panel.frame["agency"] == "Tiny").any()
    with pytest.raises(ModelError, match="No agency of the staff survey may be shown"):
        staff_panel(_staff({("A", "x"): 8}), items=ITEMS)


def test_staff_without_units_have_no_panel() -> None:
    survey = _staff(SIZES)
    bare = Survey.from_frame(
        survey.frame[["agency", *ITEMS]], agency="agency", outcome="one", scale="likert_1_5",
        questions=dict.fromkeys(ITEMS, "likert_1_5"),
    )  # fmt: skip
    with pytest.raises(DataError, match="must have a column `unit`"):
        staff_panel(bare, items=ITEMS)


def _panel(apart: list[str]) -> Panel:
    rng = np.random.default_rng(2)
    units, waves = 50, 4
    morale = rng.normal(0.6, 0.1, (units, waves))
    performance = 0.3 * morale + rng.normal(0, 0.01, (units, waves))
    reasons = np.repeat(apart + [""] * (units - len(apart)), waves)
    performance = performance.ravel() + np.where(reasons == "", 0.0, 0.5 * morale.ravel())
    frame = pd.DataFrame(
        {
            "unit": np.repeat([f"u{i:02}" for i in range(units)], waves),
            "period": np.tile([f"202{i}" for i in range(waves)], units),
            "morale": morale.ravel(),
            "performance": performance,
        }
    )
    made = Panel.from_frame(
        frame, agency="unit", period="period", morale="morale", performance="performance"
    )
    return Panel(made.frame.assign(apart=reasons), "Morale", "Performance")


def test_units_set_apart_no_longer_move_the_relation() -> None:
    panel = _panel(["hires by season"] * 5)
    every = fit_morale_performance(panel, standardize=False).row("within")
    without = fit_without_apart(panel, standardize=False)
    row = without.row("within")
    assert row["conf_low"] < 0.3 < row["conf_high"]
    assert every["estimate"] > row["conf_high"]
    assert without.facts["apart"] == 5 and without.facts["groups"] == 45


def test_without_units_set_apart_there_is_nothing_to_compare() -> None:
    panel = _panel([])
    for given in (panel, Panel(panel.frame.drop(columns="apart"), "Morale", "Performance")):
        with pytest.raises(ModelError, match="No unit of this study is set apart"):
            fit_without_apart(given)
