"""Published scores: positions, noise and groups, and never a range for one agency."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats

from cxanalytics.errors import DataError, ModelError, ParamsError
from cxanalytics.models.audit.published_scores import MOST_PLACED, audit_published_scores
from cxanalytics.models.published import (
    fit_published_groups,
    fit_published_noise,
    fit_published_positions,
)
from cxanalytics.models.recommendation import fit_recommendation
from cxanalytics.models.scorecard import fit_scorecard
from cxanalytics.models.scores import fit_scores
from cxanalytics.published import NOT_POSSIBLE, Comparison, Published, PublishedMeasure
from cxanalytics.rules import Thresholds
from cxanalytics.sources.csps import read_csps
from cxanalytics.sources.hcahps import GOVERNMENT, read_hcahps

NEEDS_COUNTS = {"conf_low", "conf_high", "std_error", "n", "n_eff", "rank", "rank_low", "p_above"}


def build(frame, *, groups=(), changed=(), unit="share", high=1.0):
    measure = PublishedMeasure("good", "Good", unit=unit, high=high, changed=changed)
    return Published(
        frame=frame.assign(measure="good"),
        measures=(measure,),
        groups=tuple(groups),
        agency_noun="hospital",
    )


def one_wave(values, **columns):
    agencies = [f"A{place:02}" for place in range(len(values))]
    return pd.DataFrame({"agency": agencies, "period": "2024", "value": values, **columns})


def series(rng, *, agencies=30, waves=12, sd=0.03, shift=0.0):
    """Agencies with a level of their own; every wave adds noise and moves all by `shift`."""
    level = rng.uniform(0.3, 0.7, size=(agencies, 1))
    values = level + shift * np.arange(waves) + rng.normal(0, sd, size=(agencies, waves))
    names = np.repeat([f"A{place:02}" for place in range(agencies)], waves)
    periods = np.tile([str(2000 + wave) for wave in range(waves)], agencies)
    return pd.DataFrame({"agency": names, "period": periods, "value": values.ravel()})


# Positions


def test_others_median_and_quarters():
    values = [0.10, 0.20, 0.30, 0.40, 0.50, 0.60, 0.70, 0.80, 0.90]
    table = fit_published_positions(build(one_wave(values)), measure="good").set_index("agency")
    assert table.loc["A00", "median"] == pytest.approx(0.55)
    assert table.loc["A08", "median"] == pytest.approx(0.45)
    assert table.loc["A08", "difference"] == pytest.approx(0.45)
    assert table.loc["A00", "low_quarter"] == pytest.approx(np.percentile(values[1:], 25))
    assert table.loc["A00", "high_quarter"] == pytest.approx(np.percentile(values[1:], 75))


def test_no_range_and_no_rank_for_an_agency():
    table = fit_published_positions(build(one_wave(np.linspace(0.2, 0.8, 20))), measure="good")
    expected = ["agency", "value", "median", "low_quarter", "high_quarter", "difference"]
    assert list(table) == expected
    assert not NEEDS_COUNTS & set(table)
    assert table["agency"].is_monotonic_increasing


def test_too_few_others_have_no_median():
    table = fit_published_positions(build(one_wave(np.linspace(0.2, 0.8, 8))), measure="good")
    assert table["value"].notna().all()
    assert table[["median", "low_quarter", "high_quarter", "difference"]].isna().to_numpy().all()
    few = fit_published_positions(
        build(one_wave(np.linspace(0.2, 0.8, 8))), measure="good", thresholds=Thresholds(peers=5)
    )
    assert few["median"].notna().all()


def test_positions_within_a_group():
    rows = one_wave(
        [*np.linspace(0.1, 0.2, 9), *np.linspace(0.8, 0.9, 9), 0.5],
        owner=["town"] * 9 + ["state"] * 9 + [""],
    )
    published = build(rows, groups=["owner"])
    table = fit_published_positions(published, measure="good", group="owner")
    assert len(table) == 18
    assert table["median"].iloc[:9].max() < 0.2
    assert table["median"].iloc[9:].min() > 0.8


def test_a_department_with_its_agencies_is_no_peer_of_one_alone():
    rows = one_wave([0.9, *np.linspace(0.1, 0.2, 9)], level=["with its agencies"] + ["alone"] * 9)
    table = fit_published_positions(build(rows, groups=["level"]), measure="good")
    assert np.isnan(table["median"].iloc[0])
    assert table["high_quarter"].iloc[1:].max() <= 0.2


def test_the_last_wave_by_default():
    rows = pd.concat([one_wave([0.5] * 10), one_wave([0.7] * 10).assign(period="2025")])
    assert fit_published_positions(build(rows), measure="good")["value"].tolist() == [0.7] * 10
    table = fit_published_positions(build(rows), measure="good", period="2024")
    assert table["value"].tolist() == [0.5] * 10


def test_a_missing_value_has_no_place():
    table = fit_published_positions(build(one_wave([0.5] * 10 + [np.nan])), measure="good")
    assert len(table) == 10


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"measure": "bad"}, "`measure` must be one of 'good'; got 'bad'."),
        ({"measure": "good", "period": "1999"}, "`period` must be one of '2024'; got '1999'."),
        ({"measure": "good", "group": "name"}, "`group` must be one of 'owner'; got 'name'."),
        ({"measure": "good", "group": "owner"}, "`owner` must be known for at least one agency"),
    ],
)
def test_positions_that_cannot_be_had(options, message):
    published = build(one_wave([0.5] * 10, owner=""), groups=["owner"])
    with pytest.raises(DataError) as caught:
        fit_published_positions(published, **options)
    assert str(caught.value).startswith(message)


def test_no_value_at_all():
    with pytest.raises(DataError, match="`good` must have a value of at least one agency; got"):
        fit_published_positions(build(one_wave([np.nan] * 3)), measure="good")


# Noise


def test_noise_recovers_what_was_put_in():
    row = fit_published_noise(build(series(np.random.default_rng(1))), measure="good").iloc[0]
    # a change is the difference of two waves, so its spread is that of one wave times root two
    assert row["sd"] == pytest.approx(0.03 * np.sqrt(2), rel=0.1)
    assert row["robust_sd"] == pytest.approx(0.03 * np.sqrt(2), rel=0.15)
    assert (row["agencies"], row["waves"], row["changes"]) == (30, 12, 330)


def test_a_rise_of_everybody_is_no_noise():
    flat = series(np.random.default_rng(2))
    rising = series(np.random.default_rng(2), shift=0.02)
    first, second = (
        fit_published_noise(build(rows), measure="good")["sd"].iloc[0] for rows in (flat, rising)
    )
    assert first == pytest.approx(second)


def test_one_wild_agency_moves_the_robust_spread_little():
    rows = series(np.random.default_rng(3))
    wild = rows["agency"].eq("A00")
    rows.loc[wild, "value"] = np.tile([0.0, 1.0], 6)
    row = fit_published_noise(build(rows), measure="good").iloc[0]
    assert row["robust_sd"] < 0.07 < 0.15 < row["sd"]


def test_changes_across_a_new_wording_are_left_out():
    row = fit_published_noise(
        build(series(np.random.default_rng(4)), changed=("2006",)), measure="good"
    ).iloc[0]
    assert (row["changes"], row["left_out"]) == (300, 30)


def test_a_skipped_wave_is_told():
    rows = series(np.random.default_rng(5))
    rows = rows.loc[~((rows["agency"] == "A00") & (rows["period"] == "2005"))]
    row = fit_published_noise(build(rows), measure="good").iloc[0]
    assert (row["changes"], row["over_a_gap"]) == (329, 1)


def test_noise_from_too_few_changes():
    with pytest.raises(ModelError) as caught:
        fit_published_noise(build(one_wave([0.5] * 10)), measure="good")
    assert str(caught.value) == (
        "Year-to-year noise needs at least 10 changes of `good` from wave to wave; got 0."
    )


# Groups


def two_groups(rng, *, gap=0.05):
    values = np.clip([*rng.normal(0.6, 0.05, 40), *rng.normal(0.6 - gap, 0.1, 90)], 0, 1)
    return one_wave(values, sector=["government"] * 40 + ["other"] * 90)


def test_groups_agree_with_the_t_tests_of_scipy():
    rows = two_groups(np.random.default_rng(6))
    estimates = fit_published_groups(build(rows, groups=["sector"]), measure="good", group="sector")
    first, second = (rows.loc[rows["sector"] == name, "value"] for name in ("government", "other"))
    low, high = stats.t.interval(0.95, 39, first.mean(), stats.sem(first))
    row = estimates.row("government")
    assert row["conf_low"] == pytest.approx(low, abs=1e-12)
    assert row["conf_high"] == pytest.approx(high, abs=1e-12)
    assert row["n"] == 40
    welch = stats.ttest_ind(first, second, equal_var=False)
    interval = welch.confidence_interval(0.95)
    facts = estimates.facts
    assert facts["difference"] == pytest.approx(first.mean() - second.mean())
    assert facts["difference_low"] == pytest.approx(interval.low, abs=1e-12)
    assert facts["difference_high"] == pytest.approx(interval.high, abs=1e-12)
    assert facts["degrees_of_freedom"] == pytest.approx(welch.df)


def test_intervals_of_groups_keep_their_promise():
    rng = np.random.default_rng(7)
    hits = 0
    for _ in range(400):
        published = build(two_groups(rng), groups=["sector"])
        facts = fit_published_groups(published, measure="good", group="sector").facts
        hits += facts["difference_low"] <= 0.05 <= facts["difference_high"]
    assert 0.92 <= hits / 400 <= 0.98


def test_the_hospital_is_the_sampling_unit():
    estimates = fit_published_groups(
        build(two_groups(np.random.default_rng(8)), groups=["sector"]),
        measure="good",
        group="sector",
    )
    checks = {check.name: check.text for check in estimates.checks}
    assert checks["sampling_unit"] == (
        f"The sampling unit is one hospital, not one answer. For one hospital: {NOT_POSSIBLE}"
    )
    assert estimates.quantity == ("Mean published score, 0 to 1, each hospital counting once: Good")
    assert estimates.covariance.shape == (2, 2)


def test_small_and_unknown_groups():
    rows = one_wave(np.linspace(0.2, 0.8, 30), sector=["a"] * 10 + ["b"] * 8 + ["c"] * 7 + [""] * 5)
    estimates = fit_published_groups(build(rows, groups=["sector"]), measure="good", group="sector")
    assert list(estimates.frame["key"]) == ["a", "b", "c"]
    assert list(estimates.frame["suppressed_reason"]) == ["", "", "few"]
    figures = ["estimate", "std_error", "conf_low", "conf_high"]
    assert estimates.row("c")[figures].isna().all()
    checks = {check.name: check.text for check in estimates.checks}
    assert checks["unknown_group"] == ("Left out, because the group is not known: 5 (hospital).")
    assert checks["small_groups"].endswith("which get no figures: 1.")
    assert "difference" in estimates.facts


def test_three_groups_have_no_single_difference():
    rows = one_wave(np.linspace(0.2, 0.8, 30), sector=["a"] * 10 + ["b"] * 10 + ["c"] * 10)
    estimates = fit_published_groups(build(rows, groups=["sector"]), measure="good", group="sector")
    assert "difference" not in estimates.facts


def test_equal_scores_have_a_range_of_no_width():
    rows = one_wave([0.5] * 20, sector=["a"] * 10 + ["b"] * 10)
    facts = fit_published_groups(
        build(rows, groups=["sector"]), measure="good", group="sector"
    ).facts
    assert (facts["difference_low"], facts["difference_high"]) == (0.0, 0.0)


def test_groups_that_cannot_be_had():
    published = build(one_wave([0.5] * 5, sector=["a"] * 5), groups=["sector"])
    with pytest.raises(ModelError) as caught:
        fit_published_groups(published, measure="good", group="sector")
    assert str(caught.value) == (
        "`sector` needs a group of at least 8 agencies (hospital); the largest has 5."
    )
    with pytest.raises(ParamsError, match="`level` must lie between 0 and 1; got 95"):
        fit_published_groups(published, measure="good", group="sector", level=95)
    with pytest.raises(DataError, match="`group` must be one of 'sector'; got 'owner'"):
        fit_published_groups(published, measure="good", group="owner")


def test_nothing_given_is_changed():
    rows = two_groups(np.random.default_rng(9))
    published = build(pd.concat([rows.assign(period="2023"), rows]), groups=["sector"])
    before = published.to_frame()
    fit_published_positions(published, measure="good", group="sector")
    fit_published_noise(published, measure="good")
    fit_published_groups(published, measure="good", group="sector")
    pd.testing.assert_frame_equal(published.frame, before)


@pytest.mark.parametrize(
    ("fit", "options"),
    [
        (fit_scores, {"measure": "good"}),
        (fit_scorecard, {"measures": ["good"], "period": "2024"}),
        (fit_recommendation, {"drivers": ["good"], "seed": 1}),
    ],
)
def test_models_of_answers_refuse_published_scores(fit, options):
    with pytest.raises(ModelError) as caught:
        fit(build(one_wave([0.5] * 20)), **options)
    assert str(caught.value) == NOT_POSSIBLE


def test_agencies_of_one_state_are_no_separate_draws():
    rng = np.random.default_rng(10)
    state = np.repeat([f"S{k:02}" for k in range(45)], 6)
    shared = np.repeat(rng.normal(0, 0.08, 45), 6)
    rows = one_wave(
        np.clip(0.5 + shared + rng.normal(0, 0.02, 270), 0, 1),
        sector=np.where(np.repeat(np.arange(45) % 2, 6) == 0, "government", "other"),
        state=state,
    )
    published = build(rows, groups=["sector", "state"])
    facts = fit_published_groups(published, measure="good", group="sector", together="state").facts
    design = sm.add_constant((rows["sector"] == "government").astype(float))
    codes = pd.factorize(rows["state"])[0]
    model = sm.OLS(rows["value"], design).fit(
        cov_type="cluster", cov_kwds={"groups": codes, "use_correction": False}
    )
    half = stats.t.ppf(0.975, 44) * model.bse["sector"] * np.sqrt(45 / 44)
    assert facts["clusters"] == 45
    assert facts["together_low"] == pytest.approx(facts["difference"] - half, abs=1e-10)
    assert facts["together_high"] == pytest.approx(facts["difference"] + half, abs=1e-10)
    alone = facts["difference_high"] - facts["difference_low"]
    assert facts["together_high"] - facts["together_low"] > 1.8 * alone


# Audit tables


def compared(rows, *, measures=1, **rule):
    names = [f"good{place}" for place in range(measures)]
    frame = pd.concat([rows.assign(measure=name) for name in names])
    groups = [name for name in rows if name not in ("agency", "period", "value")]
    return Published(
        frame=frame,
        measures=tuple(PublishedMeasure(name, name.title()) for name in names),
        groups=tuple(groups),
        agency_noun="hospital",
        headline=names[-1],
        comparison=Comparison(**rule),
    )


def owned_and_kinds(rng):
    """Government has more of the kind that scores high; within a kind the two are equal."""
    kind = np.array(["small"] * 50 + ["large"] * 20 + ["small"] * 20 + ["large"] * 80)
    sector = np.array(["government"] * 70 + ["other"] * 100)
    value = np.where(kind == "small", 0.8, 0.6) + rng.normal(0, 0.04, 170)
    owner = np.where(sector == "government", "city", np.arange(170) % 3).astype(str)
    return one_wave(value, sector=sector, owner=owner, kind=kind)


def test_differences_come_whole_and_within_each_kind():
    published = compared(
        owned_and_kinds(np.random.default_rng(11)),
        measures=2,
        groups=("sector", "owner"),
        alike="kind",
        words={"government": "owned by government"},
    )
    tables = audit_published_scores(published, thresholds=Thresholds())
    rows = tables["published_differences"]
    own = rows.loc[rows["measure"] == "good1"]
    assert list(rows["measure"].unique()) == ["good1", "good0"]
    assert list(own["kind"]) == ["", "large", "small"]
    whole, large, small = (row for _, row in own.iterrows())
    assert whole["difference_low"] > 0.05
    for row in (large, small):
        assert row["difference_low"] < 0 < row["difference_high"]
    assert (whole["first_agencies"], whole["second_agencies"]) == (70, 100)
    assert (whole["first_words"], whole["second_words"]) == ("owned by government", "")
    groups = tables["published_groups"]
    owners = groups.loc[(groups["measure"] == "good1") & (groups["group"] == "owner")]
    assert dict(zip(owners["name"], owners["side"], strict=True)) == {
        "0": "other",
        "1": "other",
        "2": "other",
        "city": "government",
    }
    assert not NEEDS_COUNTS & set(tables["published_positions"])
    assert "published_noise" not in tables


def test_without_a_declared_comparison_no_groups_are_compared():
    rows = two_groups(np.random.default_rng(12))
    tables = audit_published_scores(build(rows, groups=["sector"]), thresholds=Thresholds())
    assert set(tables) == {"published_positions"}


def test_waves_give_the_usual_moves():
    published = build(series(np.random.default_rng(13)))
    tables = audit_published_scores(published, thresholds=Thresholds())
    row = tables["published_noise"].iloc[0]
    pd.testing.assert_series_equal(row, fit_published_noise(published, measure="good").iloc[0])


def test_a_register_of_agencies_is_not_listed():
    published = build(one_wave(np.linspace(0.2, 0.8, MOST_PLACED + 1)))
    tables = audit_published_scores(published, thresholds=Thresholds())
    assert "published_positions" not in tables


def test_a_comparison_names_groups_that_exist():
    rows = two_groups(np.random.default_rng(14))
    with pytest.raises(DataError, match="`comparison` must be one of 'sector'; got 'state'"):
        compared(rows, groups=("sector",), together="state")
    published = compared(rows, measures=2, groups=("sector",))
    with pytest.raises(DataError, match="`headline` must be one of"):
        replace(published, headline="bad")
    assert published.only(["good0"]).headline == ""


# Real surveys


@pytest.mark.data
def test_noise_of_the_civil_service_engagement_index(data_dir):
    survey = read_csps(data_dir / "csps")
    row = fit_published_noise(survey, measure="1.01.001.00").iloc[0]
    assert row["sd"] == pytest.approx(3.4, abs=0.05)
    assert row["robust_sd"] == pytest.approx(2.6, abs=0.05)
    assert (row["changes"], row["over_a_gap"], row["left_out"]) == (1_454, 10, 0)


@pytest.mark.data
def test_government_hospitals_and_others(data_dir):
    folder = data_dir / "hcahps_2024"
    hospitals = read_hcahps(
        folder / "hospital_analysis.csv", folder / "Hospital_General_Information.csv"
    )
    estimates = fit_published_groups(hospitals, measure="recommend", group="sector")
    assert estimates.frame.set_index("key")["n"].to_dict() == {"government": 571, "other": 2_618}
    assert estimates.facts["difference"] == pytest.approx(1.353, abs=0.001)
    assert estimates.facts["difference_low"] == pytest.approx(0.944, abs=0.001)
    assert estimates.facts["difference_high"] == pytest.approx(1.762, abs=0.001)
    owners = fit_published_groups(hospitals, measure="recommend", group="ownership")
    assert owners.row("Tribal")["suppressed_reason"] == "few"
    government = {*GOVERNMENT} - {"Tribal"}
    shown = owners.frame.loc[owners.frame["key"].isin(government), "n"]
    assert shown.sum() + owners.row("Tribal")["n"] == 571


@pytest.mark.data
def test_government_hospitals_of_one_kind_differ_less(data_dir):
    """Most of the difference is one of kinds: federal and critical access hospitals score high."""
    folder = data_dir / "hcahps_2024"
    hospitals = read_hcahps(
        folder / "hospital_analysis.csv", folder / "Hospital_General_Information.csv"
    )
    tables = audit_published_scores(hospitals.only(["recommend"]), thresholds=Thresholds())
    rows = tables["published_differences"].set_index("kind")
    assert rows.loc["", "difference"] == pytest.approx(1.353, abs=0.001)
    assert rows.loc["", "together_low"] == pytest.approx(0.822, abs=0.001)
    assert rows.loc["", "together_high"] == pytest.approx(1.884, abs=0.001)
    acute = rows.loc["Acute Care Hospitals"]
    assert acute["difference"] == pytest.approx(0.258, abs=0.001)
    assert acute["difference_low"] < 0 < acute["difference_high"]
    assert rows.loc["Critical Access Hospitals", "difference_low"] > 0
