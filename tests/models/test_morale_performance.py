"""Performance and morale, within and between."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxanalytics.errors import ModelError, ParamsError
from cxanalytics.models.morale import fit_morale_performance
from cxanalytics.numerics.cluster_robust import fit_clustered, robust_covariance
from cxanalytics.numerics.panel import fixed_effects
from cxanalytics.rules import Thresholds
from cxanalytics.tables import Panel


def _frame(seed=0, agencies=20, units=4, waves=4, within=0.2, between=0.6):
    rng = np.random.default_rng(seed)
    grid = pd.MultiIndex.from_product([range(agencies), range(units), range(waves)])
    agency, unit, wave = (np.asarray(grid.get_level_values(k)) for k in range(3))
    level = rng.normal(0.6, 0.08, (agencies, units))[agency, unit]
    inside = rng.normal(0, 0.05, len(level))
    shared = rng.normal(0, 0.02, agencies)[agency]
    performance = 0.3 + within * inside + between * level + 0.02 * wave + shared
    return pd.DataFrame(
        {
            "agency": [f"A{a}" for a in agency],
            "unit": [f"u{u}" for u in unit],
            "period": [f"2024-{w}" for w in wave],
            "morale": level + inside + 0.01 * wave,
            "performance": performance + rng.normal(0, 0.02, len(level)),
            "se": 0.02,
            "n": 40.0,
        }
    )


def _panel(frame, **facts):
    columns = {"agency": "agency", "unit": "unit", "period": "period", "n": "n"}
    return Panel.from_frame(
        frame, morale="morale", performance="performance", morale_se="se", **columns, **facts
    )


def _values(got):
    return got.frame.set_index("key")["estimate"]


def test_recovers_within_and_between():
    found = [
        _values(fit_morale_performance(_panel(_frame(seed)), standardize=False))
        for seed in range(12)
    ]
    mean = pd.concat(found, axis=1).mean(axis=1)
    assert mean["within"] == pytest.approx(0.2, abs=0.02)
    assert mean["between"] == pytest.approx(0.6, abs=0.05)
    assert mean["difference"] == pytest.approx(mean["between"] - mean["within"])


def test_within_is_two_way_fixed_effects_with_gaps_in_the_panel():
    frame = _frame(1).sample(frac=0.8, random_state=1).sort_index()
    got = fit_morale_performance(_panel(frame), standardize=False)
    unit = frame["agency"] + frame["unit"]
    plain = fixed_effects(frame["performance"], frame["morale"], unit, wave=frame["period"])
    assert _values(got)["within"] == pytest.approx(plain.coef[0], rel=1e-9)


def test_standardized_is_the_same_relation_in_other_units():
    panel = _panel(_frame())
    plain = fit_morale_performance(panel, standardize=False)
    step = fit_morale_performance(panel)
    np.testing.assert_allclose(_values(step), _values(plain) * step.facts["morale_sd"])
    assert "per standard deviation of morale" in step.quantity
    assert "per unit of morale" in plain.quantity


def test_one_period_compares_the_units_of_an_agency():
    frame = _frame(waves=1)
    got = fit_morale_performance(_panel(frame), standardize=False)
    assert got.facts["group"] == "agency"
    plain = fixed_effects(frame["performance"], frame["morale"], frame["agency"])
    assert _values(got)["within"] == pytest.approx(plain.coef[0], rel=1e-9)
    clustered = fit_clustered(plain.rows_x, plain.rows_y, frame["agency"])
    se = np.sqrt(robust_covariance(clustered, kind="CR2")[0, 0])
    assert got.row("within")["std_error"] == pytest.approx(se, rel=1e-6)


def test_one_unit_per_agency_and_one_period_leaves_between_only():
    got = fit_morale_performance(_panel(_frame(units=1, waves=1)), standardize=False)
    assert np.isnan(_values(got)[["within", "difference"]]).all()
    assert np.isfinite(got.row("between")["conf_low"])
    assert {c.name: c.passed for c in got.checks}["clusters"] is False


@pytest.mark.parametrize(
    ("agencies", "units", "method", "cluster"),
    [
        (45, 2, "CR1", "agency"),
        (20, 3, "CR2", "agency"),
        (8, 4, "wild", "agency"),
        (4, 15, "CR1", "unit"),
        (1, 4, "none", "unit"),
    ],
)
def test_interval_method_by_clusters(agencies, units, method, cluster):
    got = fit_morale_performance(_panel(_frame(agencies=agencies, units=units)))
    assert set(got.frame["method"]) == {method}
    assert got.facts["cluster"] == cluster
    figures = got.frame[["std_error", "conf_low", "conf_high", "p_value"]]
    assert figures.isna().all().all() == (method == "none")
    assert _values(got).notna().all()


def test_checks_ride_with_the_estimates():
    frame = _frame()
    checks = {c.name: c for c in fit_morale_performance(_panel(frame, same_source=True)).checks}
    assert set(checks) == {
        "order in time",
        "same source",
        "clusters",
        "grade",
        "ecological",
        "measurement",
    }
    assert checks["order in time"].text == "Which came first cannot be settled with 4 waves."
    assert checks["same source"].passed is False
    assert "same respondents" in checks["same source"].text
    assert checks["grade"].text.startswith("Grade D")
    assert checks["ecological"].text == "This is a relation between units, not between people."
    other = {c.name: c for c in fit_morale_performance(_panel(frame)).checks}
    assert other["same source"].passed is True


def test_reliability_of_morale_is_recovered():
    rng = np.random.default_rng(2)
    frame = _frame(agencies=60)
    frame["se"] = 0.04
    frame["morale"] += rng.normal(0, 0.04, len(frame))
    facts = fit_morale_performance(_panel(frame)).facts
    assert facts["reliability_within"] == pytest.approx(0.05**2 / (0.05**2 + 0.04**2), abs=0.05)
    assert facts["reliability_between"] > 0.9


def test_rows_with_few_answers_are_left_out():
    frame = _frame()
    frame.loc[:4, "n"] = 9.0
    frame.loc[5, "performance"] = np.nan
    got = fit_morale_performance(_panel(frame))
    assert got.facts["rows_left_out"] == 6
    assert got.frame["n"].eq(len(frame) - 6).all()


@pytest.mark.parametrize("agencies", [8, 15])
def test_intervals_cover_the_truth_with_few_agencies(agencies):
    hits = []
    for seed in range(150):
        frame = _frame(seed, agencies=agencies, units=3, waves=3)
        got = fit_morale_performance(_panel(frame), standardize=False).frame.set_index("key")
        for key, truth in (("within", 0.2),):
            hits.append(got.loc[key, "conf_low"] <= truth <= got.loc[key, "conf_high"])
    assert 0.91 < np.mean(hits) < 0.99


def test_refuses():
    panel = _panel(_frame())
    with pytest.raises(ParamsError, match="`group` must be one of 'unit', 'agency'; got 'team'"):
        fit_morale_performance(panel, group="team")
    with pytest.raises(ParamsError, match="`covariates` must name columns"):
        fit_morale_performance(panel, covariates=["size"])
    with pytest.raises(ModelError, match="at least 3 groups"):
        fit_morale_performance(_panel(_frame(agencies=1, units=2)))
    empty = _frame().assign(n=3.0)
    with pytest.raises(ModelError, match="none is left"):
        fit_morale_performance(_panel(empty))


def test_a_raised_threshold_leaves_more_rows_out():
    frame = _frame()
    frame.loc[:9, "n"] = 20.0
    assert fit_morale_performance(_panel(frame)).facts["rows_left_out"] == 0
    got = fit_morale_performance(_panel(frame), thresholds=Thresholds(team=30))
    assert got.facts["rows_left_out"] == 10
    with pytest.raises(ModelError, match="and 50 answers; none is left"):
        fit_morale_performance(_panel(frame), thresholds=Thresholds(team=50))


def test_units_seen_once_say_nothing_about_change():
    """45 units, 30 of them in one wave only: 15 clusters for change, 45 between units."""
    frame = _frame(3, agencies=45, units=1)
    once = frame["agency"].str[1:].astype(int).ge(15) & frame["period"].ne("2024-0")
    got = fit_morale_performance(_panel(frame.loc[~once])).frame.set_index("key")
    assert got.loc["within", "method"] == "CR2" and got.loc["between", "method"] == "CR1"
    assert got.loc["within", "df"] < 15


def test_a_second_look_by_the_wild_bootstrap():
    got = fit_morale_performance(_panel(_frame(4, agencies=20))).frame
    assert got["p_check"].between(0.0, 1.0).all()
    np.testing.assert_allclose(got["p_check"], got["p_value"], atol=0.12)
    few = fit_morale_performance(_panel(_frame(4, agencies=8))).frame
    assert few["method"].eq("wild").all() and few["p_check"].isna().all()
