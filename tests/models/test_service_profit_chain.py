"""Known paths come back, lags are lined up by wave, and a verdict needs a range."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cxanalytics.errors import ModelError, ParamsError
from cxanalytics.models import fit_service_profit_chain
from cxanalytics.numerics.mediation import fit_chain
from cxanalytics.tables import Panel


def make_panel(
    rng: np.random.Generator,
    *,
    units: int = 60,
    waves: int = 6,
    a: float = 0.5,
    b: float = 0.6,
    lag: int = 0,
) -> Panel:
    """Units with levels, shared waves and two paths; with a lag each step is one wave later."""
    cause = rng.normal(size=(units, 1))
    level, wave = cause + rng.normal(size=(3, units, 1)), rng.normal(size=(3, 1, waves))
    morale, middle, result = level + wave + rng.normal(size=(3, units, waves))
    middle[:, lag:] += a * morale[:, : waves - lag]
    result[:, lag:] += b * middle[:, : waves - lag]
    place = np.indices((units, waves)).reshape(2, -1)
    frame = pd.DataFrame(
        {
            "agency": [f"agency {number:03d}" for number in place[0]],
            "period": [f"{2015 + number}" for number in place[1]],
            "morale": morale.ravel(),
            "performance": result.ravel(),
            "middle": middle.ravel(),
            "n": 30.0,
        }
    )
    panel = Panel.from_frame(
        frame,
        agency="agency",
        period="period",
        morale="morale",
        performance="performance",
        n="n",
        performance_is="mean",
    )
    return replace(panel, frame=panel.frame.assign(middle=frame["middle"]))


@pytest.fixture(scope="module")
def panel() -> Panel:
    return make_panel(np.random.default_rng(4))


def test_known_paths_of_one_wave_come_back(panel) -> None:
    found = fit_service_profit_chain(panel, middle="middle", design="same wave")
    rows = found.frame.set_index("key")
    for key, truth in {"a": 0.5, "b": 0.6, "indirect": 0.3, "direct": 0.0, "total": 0.3}.items():
        assert rows.loc[key, "conf_low"] < truth < rows.loc[key, "conf_high"], key
    assert rows.loc["indirect", "estimate"] == pytest.approx(
        rows.loc["a", "estimate"] * rows.loc["b", "estimate"]
    )
    assert rows.loc["total", "estimate"] == pytest.approx(
        rows.loc["direct", "estimate"] + rows.loc["indirect", "estimate"]
    )
    assert found.facts["consistent"] and found.facts["verdict"] == "consistent"
    assert found.facts["method"] == "bootstrap" and found.facts["grade"] == "D"
    assert found.facts["share_low"] < 1.0 < found.facts["share_high"] + 0.3
    assert {c.name: c.passed for c in found.checks}["ranges agree"]


def test_with_four_waves_each_step_is_one_wave_after_the_last() -> None:
    panel = make_panel(np.random.default_rng(1_000), units=80, lag=1)
    found = fit_service_profit_chain(panel, middle="middle")
    rows = found.frame.set_index("key")
    assert found.facts["design"] == "lagged" and found.facts["grade"] == "C"
    assert found.facts["rows"] == 80 * 4
    for key, truth in {"a": 0.5, "b": 0.6, "indirect": 0.3}.items():
        assert rows.loc[key, "conf_low"] < truth < rows.loc[key, "conf_high"], key
    assert found.facts["verdict"] == "consistent"
    same = fit_service_profit_chain(panel, middle="middle", design="same wave")
    assert same.facts["verdict"] != "consistent"


def test_lags_do_not_jump_over_a_wave_without_rows() -> None:
    panel = make_panel(np.random.default_rng(9), units=80, waves=8, lag=1)
    whole = fit_service_profit_chain(panel, middle="middle")
    gone = panel.frame["period"] == "2018"
    frame = panel.frame.assign(morale=panel.frame["morale"].mask(gone))
    frame = frame.assign(middle=frame["middle"].mask(gone))
    found = fit_service_profit_chain(replace(panel, frame=frame), middle="middle")
    # performance of 2019 lacks its middle, that of 2020 its morale
    assert whole.facts["rows"] - found.facts["rows"] == 2 * 80


def test_lagged_rows_are_those_lined_up_by_hand() -> None:
    panel = make_panel(np.random.default_rng(3), units=14, waves=5)
    wide = panel.frame.pivot(index="agency", columns="period")
    morale, middle, result = (
        wide[name].to_numpy()[:, cut]
        for name, cut in (
            ("morale", slice(0, 3)),
            ("middle", slice(1, 4)),
            ("performance", slice(2, 5)),
        )
    )

    def inside(values: np.ndarray) -> np.ndarray:
        return (values - values.mean(axis=1, keepdims=True)).ravel()

    waves = np.tile(np.eye(3)[:, 1:], (14, 1)).reshape(14, 3, 2)
    others = (waves - waves.mean(axis=1, keepdims=True)).reshape(-1, 2)
    cluster = np.repeat(np.arange(14), 3)
    chain = fit_chain(inside(morale), inside(middle), inside(result), cluster, others=others)
    rows = fit_service_profit_chain(panel, middle="middle").frame.set_index("key")["estimate"]
    assert rows["a"] == pytest.approx(chain.a, abs=1e-12)
    assert rows["b"] == pytest.approx(chain.b, abs=1e-12)
    assert rows["direct"] == pytest.approx(chain.direct, abs=1e-12)


@pytest.mark.parametrize(("a", "b"), [(-0.6, 0.6), (0.6, -0.6)])
def test_a_path_that_runs_the_other_way_speaks_against_the_chain(a: float, b: float) -> None:
    panel = make_panel(np.random.default_rng(1), a=a, b=b)
    found = fit_service_profit_chain(panel, middle="middle", design="same wave", draws=500)
    assert found.facts["verdict"] == "against" and not found.facts["consistent"]


def test_two_paths_the_wrong_way_are_not_consistent_though_their_product_is_positive() -> None:
    panel = make_panel(np.random.default_rng(1), a=-0.6, b=-0.6)
    found = fit_service_profit_chain(panel, middle="middle", design="same wave", draws=500)
    assert found.row("indirect")["conf_low"] > 0
    assert found.facts["verdict"] == "against"


def test_measures_where_less_is_better_turn_the_verdict() -> None:
    panel = make_panel(np.random.default_rng(1), b=-0.6)
    lower = replace(panel, higher_is_better=False)
    found = fit_service_profit_chain(lower, middle="middle", design="same wave", draws=500)
    assert found.facts["verdict"] == "consistent"
    middle = make_panel(np.random.default_rng(1), a=-0.6, b=-0.6)
    found = fit_service_profit_chain(
        middle, middle="middle", middle_higher_is_better=False, design="same wave", draws=500
    )
    assert found.facts["verdict"] == "consistent"


def test_without_a_path_nothing_is_settled_and_no_share_is_given() -> None:
    panel = make_panel(np.random.default_rng(3), a=0.0, b=0.0)
    found = fit_service_profit_chain(panel, middle="middle", design="same wave", draws=500)
    assert found.facts["verdict"] == "not settled"
    assert np.isnan(found.facts["share"])


def test_few_clusters_get_a_wider_range_or_none() -> None:
    some = make_panel(np.random.default_rng(6), units=20)
    found = fit_service_profit_chain(some, middle="middle", design="same wave")
    row, facts = found.row("indirect"), found.facts
    assert facts["method"] == "Monte Carlo"
    assert row["conf_high"] - row["conf_low"] > facts["other_high"] - facts["other_low"]
    few = make_panel(np.random.default_rng(6), units=5)
    found = fit_service_profit_chain(few, middle="middle", design="same wave")
    assert np.isnan(found.row("indirect")["conf_low"])
    assert "at least 6" in found.facts["reason"]
    assert found.facts["verdict"] == "not settled"


def test_one_wave_compares_units_inside_agencies() -> None:
    rng = np.random.default_rng(7)
    agency = np.repeat(np.arange(45), 5)
    level = 3 * rng.normal(size=45)[agency]
    morale = level + rng.normal(size=225)
    middle = 0.5 * morale + level + rng.normal(size=225)
    frame = pd.DataFrame(
        {
            "agency": [f"agency {number:02d}" for number in agency],
            "unit": [f"unit {number}" for number in range(225)],
            "morale": morale,
            "performance": 0.6 * middle - level + rng.normal(size=225),
        }
    )
    panel = Panel.from_frame(
        frame, agency="agency", unit="unit", morale="morale", performance="performance"
    )
    panel = replace(panel, frame=panel.frame.assign(middle=middle))
    found = fit_service_profit_chain(panel, middle="middle")
    row = found.row("indirect")
    assert found.facts["design"] == "one wave" and found.facts["grade"] == "D"
    assert row["conf_low"] < 0.3 < row["conf_high"]
    alone = replace(panel, frame=panel.frame.assign(agency=panel.frame["unit"]))
    assert fit_service_profit_chain(alone, middle="middle").facts["units"] == 225


def test_the_same_seed_gives_the_same_range(panel) -> None:
    first, second, other = (
        fit_service_profit_chain(panel, middle="middle", seed=seed, draws=300).frame
        for seed in (1, 1, 2)
    )
    pd.testing.assert_frame_equal(first, second)
    assert not first["conf_low"].equals(other["conf_low"])


def test_what_the_data_cannot_carry_is_refused_with_a_reason(panel) -> None:
    with pytest.raises(ParamsError, match="`design` must be one of 'lagged', 'same wave'"):
        fit_service_profit_chain(panel, middle="middle", design="both")
    with pytest.raises(ParamsError, match="`midle` is not a column"):
        fit_service_profit_chain(panel, middle="midle")
    with pytest.raises(ModelError, match="needs a panel of one wave"):
        fit_service_profit_chain(panel, middle="middle", design="one wave")
    two = replace(panel, frame=panel.frame.loc[panel.frame["period"] < "2017"])
    with pytest.raises(ModelError, match=r"at least 3 units for the design 'lagged'.*got 0"):
        fit_service_profit_chain(two, middle="middle", design="lagged")
    flat = replace(panel, frame=panel.frame.assign(middle=1.0))
    with pytest.raises(ModelError, match="`middle` must vary beside units and waves"):
        fit_service_profit_chain(flat, middle="middle")


def test_small_teams_are_left_out(panel) -> None:
    small = panel.frame["agency"] == "agency 000"
    frame = panel.frame.assign(n=np.where(small, 9.0, 30.0))
    found = fit_service_profit_chain(replace(panel, frame=frame), middle="middle", draws=300)
    assert found.facts["units"] == 59


@pytest.mark.parametrize(("units", "replications"), [(16, 80), (50, 80)])
def test_ranges_of_the_product_hold_the_truth(units: int, replications: int) -> None:
    held = 0
    for replication in range(replications):
        rng = np.random.default_rng([units, replication])
        panel = make_panel(rng, units=units, waves=4)
        row = fit_service_profit_chain(
            panel, middle="middle", design="same wave", draws=400, seed=replication
        ).row("indirect")
        held += row["conf_low"] <= 0.3 <= row["conf_high"]
    # 95% less three standard errors over the replications
    assert held / replications >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / replications)
