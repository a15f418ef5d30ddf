"""A confounder of known strength, slopes of the main model, and reasons for missing figures."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cxanalytics.errors import ModelError, ParamsError
from cxanalytics.models import fit_morale_performance, fit_unmeasured_cause
from cxanalytics.models.unmeasured_strength import ALL_SHARE
from cxanalytics.tables import Panel


def make_panel(
    *, units: int = 60, waves: int = 5, hidden: float = 0.6, own: float = 0.3, agencies: int = 0
) -> Panel:
    """Units whose two sides share a hidden cause, and a measured one half as strong."""
    rng = np.random.default_rng(11)
    place = np.indices((units, waves)).reshape(2, -1)
    n = units * waves
    cause, measured = rng.normal(size=(2, n))
    level = rng.normal(size=units)[place[0]]
    morale = 0.5 + 0.1 * (hidden * cause + 0.3 * measured + level + rng.normal(size=n))
    result = own * morale + 0.1 * (hidden * cause + 0.3 * measured + rng.normal(size=n))
    agency = place[0] % agencies if agencies else place[0]
    frame = pd.DataFrame(
        {
            "agency": [f"agency {number:03d}" for number in agency],
            "unit": [f"unit {number:03d}" for number in place[0]],
            "period": [f"{2019 + number}" for number in place[1]],
            "morale": morale,
            "morale_se": np.nan,
            "performance": 0.4 + result,
            "performance_se": np.nan,
            "n": 40.0,
            "cause": cause,
            "measured": measured,
            "fixed": rng.normal(size=units)[place[0]],
            "name": "text",
        }
    )
    return Panel(frame=frame, morale_label="Morale", performance_label="Recommends")


@pytest.mark.parametrize("term", ["within", "between"])
@pytest.mark.parametrize(("waves", "agencies"), [(5, 0), (1, 12)])
def test_the_slope_and_its_range_are_those_of_the_main_model(
    term: str, waves: int, agencies: int
) -> None:
    panel = make_panel(waves=waves, agencies=agencies)
    found = fit_unmeasured_cause(panel, term=term).row("observed")
    main = fit_morale_performance(panel).row(term)
    # The hybrid model finds its variance ratio by search: the ends agree to what it stops at.
    for column in ("estimate", "std_error", "conf_low", "conf_high"):
        assert found[column] == pytest.approx(main[column], rel=1e-6), column
    assert fit_unmeasured_cause(panel, term=term).facts["slope"] == pytest.approx(
        main["estimate"], rel=1e-6
    )


def test_a_hidden_cause_told_with_its_true_strength_gives_the_slope_beside_it() -> None:
    panel = make_panel()
    told = fit_unmeasured_cause(panel, covariates=["cause"], standardize=False)
    alone = fit_unmeasured_cause(panel, standardize=False)
    # What a cause explains of each side, measured where it can be: by regressions with and without.
    wave = pd.get_dummies(panel.frame["period"], dtype=float).iloc[:, 1:].to_numpy()
    unit = panel.frame["unit"]

    def inside(values: np.ndarray) -> np.ndarray:
        wide = pd.DataFrame(values)
        return (wide - wide.groupby(unit.to_numpy()).transform("mean")).to_numpy()

    def left(target: str, *columns: np.ndarray) -> float:
        x = inside(np.column_stack([wave, *columns]))
        y = inside(panel.frame[[target]].to_numpy())
        return float(np.square(y - x @ np.linalg.lstsq(x, y, rcond=None)[0]).sum())

    cause, morale = (panel.frame[name].to_numpy() for name in ("cause", "morale"))
    shares = (
        1 - left("morale", cause) / left("morale"),
        1 - left("performance", morale, cause) / left("performance", morale),
    )
    facts = alone.facts
    scale = facts["slope_error"] * np.sqrt(facts["slope_df"])
    moved = scale * np.sqrt(shares[0] * shares[1] / (1 - shares[0]))
    # exact algebra of least squares
    assert facts["slope"] - moved == pytest.approx(told.facts["slope"], rel=1e-9)
    assert min(shares) < facts["robustness_value"]
    assert told.facts["slope"] == pytest.approx(0.3, abs=0.2)


def test_the_benchmark_is_the_covariate_whose_like_would_move_the_slope_most() -> None:
    panel = make_panel()
    found = fit_unmeasured_cause(
        panel, covariates=["measured", "cause", "fixed"], labels={"cause": "Workload"}
    )
    assert found.facts["benchmark"] == "Workload"
    rows = found.frame.set_index("key")
    assert list(rows.index) == ["observed", "1x", "2x", "3x"]
    assert rows.loc["1x", "label"] == "A cause as strong as Workload"
    shares = rows[["share_morale", "share_performance"]]
    assert found.facts["benchmark_share"] == shares.loc["1x"].max()
    assert (rows.loc["observed", ["share_morale", "share_performance"]] == 0).all()
    assert rows.loc["1x", "estimate"] < rows.loc["observed", "estimate"]
    weaker = fit_unmeasured_cause(panel, covariates=["measured"])
    assert weaker.facts["benchmark"] == "measured"
    assert weaker.facts["times_needed"] > 1.0
    doubled = weaker.row("2x")["share_morale"] / weaker.row("1x")["share_morale"]
    assert doubled == pytest.approx(2.0)


def test_without_covariates_waves_are_the_benchmark_within_and_nothing_is_between() -> None:
    within, between = (fit_unmeasured_cause(make_panel(), term=t) for t in ("within", "between"))
    assert within.facts["benchmark"] == ALL_SHARE
    assert between.facts["benchmark"] == "" and list(between.frame["key"]) == ["observed"]
    assert np.isnan(between.facts["times_needed"])
    told = [
        check.passed
        for found in (within, between)
        for check in found.checks
        if check.name == "benchmark"
    ]
    assert told == [True, False]


def test_a_range_that_holds_zero_needs_no_cause() -> None:
    nothing = make_panel(hidden=0.0, own=0.0)
    frame = nothing.frame.assign(
        performance=np.random.default_rng(5).normal(0.5, 0.1, size=len(nothing.frame))
    )
    found = fit_unmeasured_cause(replace(nothing, frame=frame))
    row = found.row("observed")
    assert row["conf_low"] < 0 < row["conf_high"]
    assert found.facts["robustness_value_alpha"] == 0.0
    assert found.facts["e_value_range"] == 1.0
    assert [c.passed for c in found.checks if c.name == "range holds zero"] == [False]


def test_robustness_does_not_depend_on_units_and_ratios_are_per_standard_deviation() -> None:
    panel = make_panel()
    per_sd, per_unit = (fit_unmeasured_cause(panel, standardize=s) for s in (True, False))
    for fact in ("robustness_value", "robustness_value_alpha", "risk_ratio", "e_value"):
        assert per_sd.facts[fact] == pytest.approx(per_unit.facts[fact], rel=1e-9), fact
    mean = panel.frame["performance"].mean()
    step = per_sd.row("observed")["estimate"]
    assert per_sd.facts["risk_ratio"] == pytest.approx((mean + step) / mean)
    other = fit_unmeasured_cause(replace(panel, performance_is="mean"))
    spread = panel.frame["performance"].std()
    assert other.facts["risk_ratio"] == pytest.approx(np.exp(0.91 * step / spread))
    assert other.facts["risk_ratio_from"] == "standardized difference"


def test_too_strong_a_cause_has_a_reason_and_no_figure() -> None:
    panel = make_panel(hidden=4.0)
    found = fit_unmeasured_cause(panel, covariates=["cause"])
    last = found.row("3x")
    assert np.isnan(last["estimate"]) and np.isnan(last["share_morale"])
    assert last["reason"].startswith(("Nothing can be 3 times", "It would explain all"))


def test_small_teams_are_left_out() -> None:
    panel = make_panel()
    frame = panel.frame.assign(n=np.where(panel.frame["unit"] == "unit 003", 9.0, 40.0))
    found = fit_unmeasured_cause(replace(panel, frame=frame))
    assert found.facts["rows_left_out"] == 5 and found.facts["units"] == 59


def test_what_the_data_cannot_carry_is_refused_with_a_reason() -> None:
    panel = make_panel()
    with pytest.raises(ParamsError, match="`term` must be one of 'within', 'between'"):
        fit_unmeasured_cause(panel, term="both")
    with pytest.raises(ParamsError, match=r"`caus` is not a column.*Did you mean 'cause'"):
        fit_unmeasured_cause(panel, covariates=["caus"])
    with pytest.raises(ParamsError, match="`name` must be a column of numbers"):
        fit_unmeasured_cause(panel, covariates=["name"])
    flat = replace(panel, frame=panel.frame.assign(morale=0.5))
    with pytest.raises(ModelError, match="morale that varies"):
        fit_unmeasured_cause(flat)
    two = replace(panel, frame=panel.frame.loc[panel.frame["unit"] < "unit 002"])
    with pytest.raises(ModelError, match="at least 3 groups to compare; got 2"):
        fit_unmeasured_cause(two)
    exact = replace(panel, frame=panel.frame.assign(performance=2 * panel.frame["morale"]))
    with pytest.raises(ModelError, match="no variation of performance"):
        fit_unmeasured_cause(exact)
    twice = replace(panel, frame=panel.frame.assign(twin=panel.frame["morale"]))
    with pytest.raises(ModelError, match="varies beside the other columns"):
        fit_unmeasured_cause(twice, covariates=["twin"])
    few = replace(panel, frame=panel.frame.loc[panel.frame["unit"] < "unit 004"])
    found = fit_unmeasured_cause(few)
    assert np.isnan(found.facts["robustness_value_alpha"])
    assert "clusters" in found.row("observed")["reason"]


@pytest.mark.data
def test_hospital_mortality_goes_with_engagement_between_trusts_and_not_within(data_dir) -> None:
    from cxanalytics.sources import read_nhs_staff

    panel = read_nhs_staff(data_dir / "nhs_ebmgt" / "data.NHS.2012_2019.csv")
    within, between = (
        fit_unmeasured_cause(panel, term=term, standardize=False) for term in ("within", "between")
    )
    assert within.facts["rows"] == 1073 and within.facts["units"] == 144
    assert between.row("observed")["estimate"] == pytest.approx(-0.36, abs=0.005)
    assert between.row("observed")["std_error"] == pytest.approx(0.11, abs=0.005)
    assert within.row("observed")["estimate"] == pytest.approx(-0.02, abs=0.01)
    assert within.facts["robustness_value_alpha"] == 0.0
    assert between.facts["robustness_value"] == pytest.approx(0.230, abs=0.001)
    assert between.facts["robustness_value_alpha"] == pytest.approx(0.096, abs=0.002)


@pytest.mark.data
def test_waits_go_with_recommended_care_in_the_same_trust_over_time(data_dir) -> None:
    from cxanalytics.sources import panel_with_operations, read_nhs_ae, read_nhs_staff

    staff = read_nhs_staff(
        data_dir / "nhs_ebmgt" / "data.NHS.2012_2019.csv", morale="recommend_care"
    )
    waits = read_nhs_ae(data_dir / "nhs_ae" / "ae_attendances.rda")
    panel, _ = panel_with_operations(staff, waits, measure="within_four_hours")
    within = fit_unmeasured_cause(panel, standardize=False)
    between = fit_unmeasured_cause(panel, term="between", standardize=False)
    assert within.facts["rows"] == 396 and within.facts["units"] == 135
    assert within.row("observed")["estimate"] == pytest.approx(0.0962, abs=5e-5)
    assert within.row("observed")["std_error"] == pytest.approx(0.028, abs=5e-4)
    assert between.row("observed")["estimate"] == pytest.approx(0.143, abs=5e-4)
    assert within.facts["robustness_value"] == pytest.approx(0.199, abs=0.001)
    assert within.facts["robustness_value_alpha"] == pytest.approx(0.091, abs=0.001)
