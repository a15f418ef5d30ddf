"""Which teams are shown: none too small, and none that the others give away."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxanalytics.models.staff_items import ITEMS_SHOWN, choose_items, fit_staff_items
from cxanalytics.models.teams import fit_teams
from cxanalytics.rules import COMPLEMENTARY, HIDDEN, Thresholds
from cxanalytics.tables import Panel, Survey


def make_panel(rows) -> Panel:
    frame = pd.DataFrame(rows, columns=["agency", "unit", "period", "morale", "performance", "n"])
    return Panel.from_frame(
        frame,
        agency="agency",
        unit="unit",
        period="period",
        morale="morale",
        performance="performance",
        n="n",
    )


def make_staff(sizes) -> Survey:
    """Make staff answers: (agency, unit, period) to the number of people."""
    draw = np.random.default_rng(3)
    rows = [place for place, n in sizes.items() for _ in range(n)]
    frame = pd.DataFrame(rows, columns=["agency", "unit", "period"])
    for item in ("valued", "heard", "tools"):
        frame[item] = draw.integers(1, 6, len(frame)).astype(float)
    return Survey.from_frame(
        frame,
        agency="agency",
        unit="unit",
        period="period",
        outcome="valued",
        scale="likert_1_5",
        questions=dict.fromkeys(("heard", "tools"), "likert_1_5"),
    )


def reasons(table) -> dict[str, str]:
    return dict(zip(table["unit"], table["suppressed_reason"], strict=True))


def test_a_team_is_shown_by_its_average_over_the_waves() -> None:
    panel = make_panel(
        [
            ("A", "x", "1", 0.5, 0.6, 12),
            ("A", "x", "2", 0.7, 0.8, 18),
            ("A", "y", "1", 0.4, 0.5, 30),
            ("B", "z", "1", 0.9, 0.1, 11),
        ]
    )
    table = fit_teams(panel).set_index(["agency", "unit"])
    assert table.loc[("A", "x")].tolist()[:4] == pytest.approx([0.6, 0.7, 30, 2])
    assert (table["suppressed_reason"] == "").all()


def test_a_team_with_nine_staff_answers_is_left_out_with_the_next_smallest() -> None:
    panel = make_panel(
        [("A", unit, "1", 0.5, 0.5, n) for unit, n in (("s", 9), ("m", 12), ("l", 40))]
    )
    table = fit_teams(panel)
    assert reasons(table) == {"s": HIDDEN, "m": COMPLEMENTARY, "l": ""}
    hidden = table.loc[table["suppressed_reason"] != ""]
    assert hidden[["morale", "performance", "n"]].isna().all().all()


def test_ten_is_enough_and_the_threshold_is_that_of_the_study() -> None:
    panel = make_panel([("A", unit, "1", 0.5, 0.5, n) for unit, n in (("s", 10), ("m", 14))])
    assert set(reasons(fit_teams(panel)).values()) == {""}
    stricter = fit_teams(panel, thresholds=Thresholds(team=12))
    assert reasons(stricter) == {"s": HIDDEN, "m": COMPLEMENTARY}


def test_a_team_that_is_only_in_the_staff_survey_counts_as_left_out() -> None:
    panel = make_panel([("A", unit, "1", 0.5, 0.5, n) for unit, n in (("m", 12), ("l", 40))])
    staff = make_staff({("A", "s", "1"): 4, ("A", "m", "1"): 12, ("A", "l", "1"): 40})
    assert reasons(fit_teams(panel)) == {"m": "", "l": ""}
    assert reasons(fit_teams(panel, staff=staff)) == {"s": HIDDEN, "m": COMPLEMENTARY, "l": ""}
    # Large among staff, yet not in the panel: too few answers on the other side.
    many = make_staff({("A", "s", "1"): 25, ("A", "m", "1"): 12, ("A", "l", "1"): 40})
    assert reasons(fit_teams(panel, staff=many)) == {"s": HIDDEN, "m": COMPLEMENTARY, "l": ""}


@pytest.mark.parametrize("seed", range(20))
def test_in_no_wave_is_one_team_alone_missing(seed) -> None:
    draw = np.random.default_rng(seed)
    rows = [
        ("A", f"t{unit}", str(wave), draw.uniform(), draw.uniform(), int(draw.integers(3, 25)))
        for unit in range(6)
        for wave in range(3)
    ]
    panel = make_panel(rows)
    table = fit_teams(panel).set_index("unit")
    size = panel.frame.pivot(index="unit", columns="period", values="n")
    table["waves"] = table["waves"].fillna(0)
    for unit, waves in table["waves"].items():
        assert waves <= int((size.loc[unit] >= 10).sum())
    for wave in size:
        gone = size[wave] < 10
        # Where hidden people could be told by subtraction, shown averages miss that wave.
        if gone.sum() == 1 and size.loc[~gone, wave].count():
            next_smallest = size.loc[~gone, wave].idxmin()
            assert table.loc[next_smallest, "waves"] < int((size.loc[next_smallest] >= 10).sum())


def test_questions_are_chosen_before_any_answer_is_seen() -> None:
    items = {"morale": ["a", "b"], "communication": ["c"], "systems": ["d", "e", "a"]}
    assert choose_items(items) == ["a", "c", "d", "b", "e"]
    assert choose_items(items, most=2) == ["a", "c"]
    assert choose_items(["x", "y"]) == ["x", "y"]
    assert len(choose_items([str(i) for i in range(9)])) == ITEMS_SHOWN


def test_staff_questions_are_scored_wave_by_wave() -> None:
    sizes = {(agency, "u", wave): 40 for agency in "AB" for wave in ("1", "2")}
    staff = make_staff(sizes)
    scores = fit_staff_items(staff, items=["valued", "heard"])
    assert list(scores) == ["1", "2"] and list(scores["1"]) == ["valued", "heard"]
    own = staff.frame.loc[(staff.frame["agency"] == "A") & (staff.frame["period"] == "2"), "heard"]
    row = scores["2"]["heard"].row("A")
    assert row["estimate"] == pytest.approx((own >= 4).mean()) and row["n"] == 40
