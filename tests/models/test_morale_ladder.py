"""Every model of one panel on one ladder, and the order in time."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxanalytics.errors import DataError, ModelError, ParamsError
from cxanalytics.models import fit_morale_ladder, fit_morale_performance
from cxanalytics.models.morale_ladder import LADDER
from cxanalytics.models.morale_order import ORDERS
from cxanalytics.models.morale_rows import wave_numbers
from cxanalytics.tables import Estimates, Panel


def _frame(seed=0, units=30, waves=6, lead=0.0, follow=0.0, same=0.3, se=0.02):
    rng = np.random.default_rng(seed)
    morale, performance = np.zeros((2, units, waves + 20))
    for t in range(1, waves + 20):
        before = morale[:, t - 1], performance[:, t - 1]
        morale[:, t] = 0.2 * before[0] + follow * before[1] + rng.normal(size=units)
        performance[:, t] = 0.2 * before[1] + lead * before[0] + same * morale[:, t]
        performance[:, t] += rng.normal(size=units)
    level = rng.normal(size=(units, 1))
    unit, wave = np.divmod(np.arange(units * waves), waves)
    morale = 0.6 + 0.05 * (level + morale[:, 20:]).ravel() + se * rng.normal(size=len(unit))
    return pd.DataFrame(
        {
            "agency": [f"A{place:02d}" for place in unit],
            "period": [f"{2015 + place}" for place in wave],
            "morale": morale,
            "performance": 0.5 + 0.04 * (0.5 * level + performance[:, 20:]).ravel(),
            "se": se,
            "n": 40.0,
            "cases": rng.integers(50, 500, len(unit)).astype(float),
        }
    )


def _panel(frame, **facts):
    made = Panel.from_frame(
        frame,
        agency="agency",
        period="period",
        morale="morale",
        performance="performance",
        morale_se="se",
        n="n",
        **facts,
    )
    made.frame["cases"] = frame["cases"].to_numpy()
    return made


def test_every_model_has_its_row_and_what_cannot_be_fitted_says_why():
    got = fit_morale_ladder(_panel(_frame()))
    assert list(got.frame["key"]) == list(LADDER)
    fitted = got.frame["estimate"].notna()
    assert list(got.frame.loc[~fitted, "key"]) == ["split_sample"]
    assert (got.frame.loc[~fitted, "reason"] != "").all()
    assert (got.frame.loc[fitted, "reason"] == "").all()
    assert list(got.frame.loc[got.frame["grade"] == "C", "key"]) == [
        "morale_before",
        "performance_before",
    ]
    assert got.facts["grade"] == "C" and got.facts["order"] in ORDERS
    assert got.facts["units"] == 30 and got.facts["waves"] == 6 and got.facts["pairs"] == 150


def test_within_and_between_are_those_of_the_main_model():
    panel = _panel(_frame(1).sample(frac=0.9, random_state=1).sort_index())
    ladder = fit_morale_ladder(panel).frame.set_index("key")
    main = fit_morale_performance(panel, standardize=False).frame.set_index("key")
    columns = ["estimate", "std_error", "conf_low", "conf_high", "p_value", "df"]
    for key in ("within", "between"):
        np.testing.assert_allclose(
            ladder.loc[key, columns].astype(float), main.loc[key, columns].astype(float)
        )
    same = ladder.loc["fixed_effects", "estimate"]
    assert same == pytest.approx(main.loc["within", "estimate"], rel=1e-9)


def test_one_step_of_morale_is_told_in_its_own_unit_or_in_standard_deviations():
    panel = _panel(_frame(2))
    plain = fit_morale_ladder(panel)
    step = fit_morale_ladder(panel, standardize=True)
    rest = plain.frame["key"] != "performance_before"
    np.testing.assert_allclose(
        step.frame.loc[rest, "estimate"],
        plain.frame.loc[rest, "estimate"] * plain.facts["morale_sd"],
    )
    assert step.row("performance_before")["estimate"] == pytest.approx(
        plain.row("performance_before")["estimate"]
    )
    assert list(plain.frame.loc[plain.frame["standardized"], "key"]) == ["performance_before"]
    assert step.frame["standardized"].all()


def test_the_placebo_is_the_next_wave_beside_this_one_and_the_last():
    frame = _frame(3)
    got = fit_morale_ladder(_panel(frame)).row("lead")
    wide = frame.pivot(index="agency", columns="period", values="morale").to_numpy()
    y = frame.pivot(index="agency", columns="period", values="performance").to_numpy()
    unit, wave = np.divmod(np.arange(30 * 4), 4)
    x = [wide[:, shift : shift + 4].ravel() for shift in (2, 1, 0)]
    table = np.column_stack([*x, np.eye(30)[unit], np.eye(4)[wave]])
    plain = np.linalg.lstsq(table, y[:, 1:5].ravel(), rcond=None)[0][0]
    assert got["estimate"] == pytest.approx(plain, rel=1e-9)
    assert got["n"] == 120


@pytest.mark.parametrize(
    ("world", "order"),
    [
        ({"lead": 0.6, "same": 0.0}, "morale first"),
        ({"follow": 0.6, "same": 0.0}, "performance first"),
        ({"same": 0.0}, "not settled"),
        ({"same": 0.6}, "not settled"),
    ],
)
def test_the_order_in_time_is_found_where_it_is_there(world, order):
    """One draw of 100 units; the share over many draws is measured by qualify_morale.py."""
    got = fit_morale_ladder(_panel(_frame(11, units=100, se=0.005, **world)))
    assert got.facts["order"] == order
    check = {c.name: c for c in got.checks}["order in time"]
    assert check.text == got.facts["reason"]
    assert check.passed is (True if "first" in order else None)


@pytest.mark.parametrize("units", [8, 24])
def test_morale_first_is_rare_where_performance_leads(units):
    """60 draws: 6% would be 3.6, and more than 9 comes once in a hundred times."""
    said = [
        fit_morale_ladder(_panel(_frame(seed, units=units, waves=5, follow=0.5, same=0.2))).facts
        for seed in range(60)
    ]
    assert sum(facts["order"] == "morale first" for facts in said) <= 9


@pytest.mark.parametrize(
    ("waves", "units", "reason"),
    [
        (1, 30, "cannot be settled with 1 wave."),
        (2, 30, "cannot be settled with 2 waves."),
        (5, 5, "cannot be settled with 5 units"),
    ],
)
def test_the_order_is_not_testable_with_too_few(waves, units, reason):
    got = fit_morale_ladder(_panel(_frame(units=units, waves=waves)))
    assert got.facts["order"] == "not testable"
    assert reason in got.facts["reason"]
    assert got.facts["grade"] == "D"


def test_a_skipped_year_is_no_neighbor():
    frame = _frame(4, waves=4)
    gap = frame.loc[frame["period"] != "2016"]
    got = fit_morale_ladder(_panel(gap))
    assert got.facts["order"] == "not testable" and "in a row" in got.facts["reason"]
    assert got.row("morale_before")["reason"] == "no unit is there in enough waves in a row"
    every_other = frame.assign(period=(frame["period"].astype(int) * 2).astype(str))
    assert fit_morale_ladder(_panel(every_other)).facts["pairs"] == 90


def test_waves_are_numbered_in_time():
    number = lambda *names: wave_numbers(pd.Series(names)).tolist()  # noqa: E731
    assert number("2015", "2017", "2018") == [0, 2, 3]
    assert number("2023-Q4", "2024-Q1", "2024-Q3") == [0, 1, 3]
    assert number("2023-11", "2024-02") == [0, 1]
    assert number("wave b", "wave a", "wave c") == [1, 0, 2]
    with pytest.raises(DataError, match="must sort in time"):
        number("wave 10", "wave 9")


def test_error_in_morale_is_taken_out_unless_it_is_most_of_what_is_there():
    truth = fit_morale_ladder(_panel(_frame(5, units=150, se=0.001)))
    noisy = fit_morale_ladder(_panel(_frame(5, units=150, se=0.03)))
    within = {key: noisy.row(key)["estimate"] for key in ("within", "within_corrected")}
    aim = truth.row("within")["estimate"]
    # both are one draw: its standard error is about 15% of the figure
    assert within["within_corrected"] == pytest.approx(aim, rel=0.3)
    assert within["within"] < 0.85 * within["within_corrected"]
    assert noisy.facts["reliability_within"] == pytest.approx(0.0029 / (0.0029 + 0.0009), abs=0.12)
    drowned = fit_morale_ladder(_panel(_frame(5, se=0.09)))
    assert "at least 0.50 is asked for" in drowned.row("within_corrected")["reason"]
    unknown = fit_morale_ladder(_panel(_frame(5).assign(se=np.nan)))
    assert "error of morale is not known" in unknown.row("between_corrected")["reason"]


def test_the_same_people_on_both_sides_need_a_split_sample():
    panel = _panel(_frame(6), same_source=True)
    alone = fit_morale_ladder(panel)
    for key in ("split_sample", "within_corrected", "between_corrected"):
        assert "were not split" in alone.row(key)["reason"]
    assert alone.row("within")["family"] == "primary"
    rows = {"within": 0.1, "within_corrected": 0.2, "between_corrected": 0.3}
    frame = pd.DataFrame(
        {
            "key": list(rows),
            "estimate": list(rows.values()),
            "std_error": 0.02,
            "conf_low": 0.05,
            "conf_high": 0.4,
            "n": 180.0,
            "p_value": 0.001,
            "df": 29.0,
            "method": "CR2",
            "reason": "",
        }
    )
    split = Estimates(frame, "change", facts={"groups": 30, "standardized": True, "morale_sd": 0.5})
    got = fit_morale_ladder(panel, split=split)
    assert got.row("split_sample")["estimate"] == pytest.approx(0.2)
    assert got.row("between_corrected")["estimate"] == pytest.approx(0.6)
    assert got.row("split_sample")["family"] == "primary"
    assert got.row("within")["family"] == "check"
    refused = Estimates(frame.iloc[:0], "nothing", facts={"reason": "too few people"})
    told = fit_morale_ladder(panel, split=refused).row("split_sample")
    assert told["reason"] == "too few people"


def test_primary_and_other_rows_are_adjusted_apart():
    frame = fit_morale_ladder(_panel(_frame(7))).frame
    primary = frame.loc[frame["family"] == "primary"]
    assert set(primary["key"]) == {"between", "within", "morale_before"}
    smallest = primary["p_value"].min()
    assert primary["p_adjusted"].min() == pytest.approx(min(1.0, 3 * smallest))
    assert (frame["p_adjusted"].dropna() >= frame["p_value"].dropna() - 1e-15).all()


def test_rows_of_a_rate_count_by_what_it_was_counted_over():
    """Weights that are counts of copies give the slope of the copies."""
    frame = _frame(8, units=12)
    frame["cases"] = np.random.default_rng(1).integers(1, 4, len(frame)).astype(float)
    got = fit_morale_ladder(_panel(frame), exposure="cases")
    copies = frame.loc[frame.index.repeat(frame["cases"].astype(int))]
    unit, wave = pd.factorize(copies["agency"])[0], pd.factorize(copies["period"])[0]
    table = np.column_stack([copies["morale"], np.eye(12)[unit], np.eye(6)[wave]])
    plain = np.linalg.lstsq(table, copies["performance"], rcond=None)[0][0]
    for key in ("within", "fixed_effects"):
        assert got.row(key)["estimate"] == pytest.approx(plain, rel=1e-8)
    main = fit_morale_performance(_panel(frame), exposure="cases", standardize=False)
    assert main.row("within")["estimate"] == pytest.approx(plain, rel=1e-8)


def test_slopes_that_differ_between_units_are_told():
    alike = fit_morale_ladder(_panel(_frame(13, units=60)))
    frame = _frame(13, units=60)
    own = np.random.default_rng(2).normal(0, 0.8, 60).repeat(6)
    apart = fit_morale_ladder(
        _panel(frame.assign(performance=frame["performance"] + own * (frame["morale"] - 0.6)))
    )
    checks = [{c.name: c for c in got.checks}["one slope"] for got in (alike, apart)]
    assert checks[0].passed is True and checks[1].passed is False
    assert apart.facts["slope_sd"] == pytest.approx(0.8, rel=0.3)
    assert "their standard deviation is" in checks[1].text
    few = fit_morale_ladder(_panel(_frame(units=9)))
    assert np.isnan(few.facts["slope_p_value"])
    assert "it takes 10 units, 3 waves" in {c.name: c.text for c in few.checks}["one slope"]


def test_one_wave_leaves_what_can_be_compared():
    got = fit_morale_ladder(_panel(_frame(9, waves=1)))
    there = set(got.frame.loc[got.frame["estimate"].notna(), "key"])
    assert there == {"pooled", "between", "between_corrected"}
    assert got.row("fixed_effects")["reason"] == "there is one wave"


def test_the_direction_of_performance_is_a_fact():
    got = fit_morale_ladder(_panel(_frame(10), higher_is_better=False, performance_is="cost"))
    assert got.facts["higher_is_better"] is False and got.facts["performance_is"] == "cost"


def test_input_is_unchanged_and_figures_are_the_same_again():
    panel = _panel(_frame(12))
    before = panel.frame.copy()
    first, second = fit_morale_ladder(panel), fit_morale_ladder(panel)
    pd.testing.assert_frame_equal(panel.frame, before)
    pd.testing.assert_frame_equal(first.frame, second.frame)


def test_refuses():
    panel = _panel(_frame())
    with pytest.raises(ParamsError, match="`exposure` must name columns"):
        fit_morale_ladder(panel, exposure="people")
    with pytest.raises(ModelError, match="at least 3 groups"):
        fit_morale_ladder(_panel(_frame(units=2)))
    with pytest.raises(ModelError, match="positive and finite"):
        fit_morale_ladder(_panel(_frame().assign(cases=0.0)), exposure="cases")
