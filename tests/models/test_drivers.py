"""What the drivers explain, shared out: truth, invariances, ranges, tiers, checks, refusals."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from cxanalytics.errors import ModelError, ParamsError
from cxanalytics.models.drivers import fit_driver_groups, fit_drivers
from cxanalytics.rules import Thresholds
from cxanalytics.sources import read_simulated
from cxanalytics.tables import Check, Estimates, Survey

CUTS = np.array([-2.0, -0.8, 0.3, 1.6])
SLOPES = {"ease": 0.7, "staff": 0.4, "speed": 0.0}
COLUMNS = [
    "key",
    "estimate",
    "std_error",
    "conf_low",
    "conf_high",
    "n",
    "label",
    "direction",
    "p_first",
    "p_top3",
    "rank_low",
    "rank_high",
    "tier",
    "group",
]


def _people(
    seed: int, *, agencies: int = 8, each: int = 150, slopes: dict[str, float] | None = None
) -> pd.DataFrame:
    """Unrelated drivers, so that a driver without effect has a share near nothing."""
    rng = np.random.default_rng(seed)
    used = SLOPES if slopes is None else slopes
    agency = np.repeat(np.arange(agencies), each)
    level = rng.normal(0, 0.5, agencies)
    frame = pd.DataFrame({"agency": [f"A{code:03d}" for code in agency]})
    for name in used:
        felt = 3 + 0.5 * level[agency] + rng.normal(0, 1, len(agency))
        frame[name] = np.clip(np.round(felt), 1, 5)
    predictor = (frame[list(used)] - 3).to_numpy() @ np.array(list(used.values())) - level[agency]
    frame["recommend"] = 1.0 + np.searchsorted(CUTS, predictor + rng.logistic(size=len(agency)))
    return frame.assign(
        weight=rng.uniform(0.5, 2.0, len(frame)), psu=agency * 30 + rng.integers(0, 30, len(frame))
    )


def _survey(frame: pd.DataFrame, **more: Any) -> Survey:
    more.setdefault("drivers", list(SLOPES))
    return Survey.from_frame(
        frame, agency="agency", outcome="recommend", scale="likert_1_5", **more
    )


def _fit(frame: pd.DataFrame, *, seed: int = 1, resamples: int = 200, **more: Any) -> Estimates:
    options = {"drivers", "weight", "psu", "count", "case_mix", "period", "questions", "stratum"}
    given = {name: more.pop(name) for name in options & more.keys()}
    return fit_drivers(_survey(frame, **given), seed=seed, resamples=resamples, **more)


def _check(got: Estimates, name: str) -> Check:
    (found,) = [check for check in got.checks if check.name == name]
    return found


def test_known_shares_are_recovered() -> None:
    """With unrelated drivers of equal spread the shares go nearly with the squared slopes."""
    got = _fit(_people(1, agencies=20, each=1500), resamples=1000)
    table = got.frame.set_index("key")
    assert list(got.frame.columns) == COLUMNS
    assert table["estimate"].sum() == pytest.approx(1.0)
    true = np.array([0.7**2, 0.4**2, 0.0]) / (0.7**2 + 0.4**2)
    # Pseudo likelihood gains bend: less is left to gain where much is explained already.
    assert_allclose(table["estimate"], true, atol=0.03)
    assert table["tier"].tolist() == [1, 2, 3]
    assert table["direction"].tolist()[:2] == [1, 1]
    assert table.loc["ease", "p_first"] == 1.0 and (table["p_top3"] == 1.0).all()
    assert (table["rank_low"] == [1, 2, 3]).all() and (table["rank_high"] == [1, 2, 3]).all()
    assert (table["conf_low"] <= table["estimate"]).all()
    assert got.facts["leader"] == "ease" and got.facts["equal_share"] == pytest.approx(1 / 3)
    assert got.facts["grade"] == "D" and got.facts["method"] == "shapley"
    assert got.facts["agreement"] == 1.0 and _check(got, "agreement").passed
    assert got.draws is not None and got.covariance is not None
    assert got.draws.shape == (1000, 3)
    assert_allclose(got.draws.sum(axis=1), 1.0)
    assert_allclose(np.sqrt(np.diag(got.covariance)), table["std_error"])


def test_a_pseudo_r_squared_is_that_of_people_within_agencies() -> None:
    frame = _people(2, agencies=10, each=400)
    within = _fit(frame)
    shifted = frame.copy()
    high = frame["agency"] < "A005"
    shifted.loc[high, "recommend"] = np.minimum(shifted.loc[high, "recommend"] + 1, 5)
    more = _fit(shifted)
    assert more.facts["r_squared"] == pytest.approx(within.facts["r_squared"], abs=0.05)
    pooled = _fit(shifted, agency_effects=False)
    assert pooled.facts["agency_effects"] is False
    assert pooled.facts["r_squared"] < more.facts["r_squared"]


def test_what_agencies_differ_in_is_not_paid_to_a_driver() -> None:
    """Agency levels go with a driver that has no effect on people."""
    rng = np.random.default_rng(3)
    frame = _people(3, agencies=20, each=300, slopes={"ease": 0.5, "speed": 0.0})
    level = np.repeat(rng.normal(0, 1.2, 20), 300)
    latent = 0.5 * (frame["ease"] - 3) + level + rng.logistic(size=len(frame))
    frame["recommend"] = 1.0 + np.searchsorted(CUTS, latent)
    frame["speed"] = np.clip(np.round(3 + level + rng.normal(0, 0.7, len(frame))), 1, 5)
    drivers = ["ease", "speed"]
    within = _fit(frame, drivers=drivers)
    across = _fit(frame, drivers=drivers, agency_effects=False)
    assert within.row("speed")["estimate"] < 0.02
    assert across.row("speed")["estimate"] > 0.5


def test_case_mix_and_waves_get_no_share() -> None:
    rng = np.random.default_rng(4)
    frame = _people(4, agencies=6, each=400)
    old = rng.integers(0, 2, len(frame))
    frame["age"] = np.where(old == 1, "old", "young")
    frame["wave"] = np.where(frame.index % 2 == 0, "2024", "2025")
    frame["speed"] = np.clip(frame["speed"] + 2 * old - 1, 1, 5)
    frame["recommend"] = np.clip(frame["recommend"] + old, 1, 5)
    bare = _fit(frame).row("speed")["estimate"]
    held = _fit(frame, case_mix=["age"], period="wave")
    assert held.row("speed")["estimate"] < 0.01 < 0.03 < bare
    latest = fit_drivers(
        _survey(frame, period="wave"), period="2025", resamples=50, case_mix=[], seed=1
    )
    assert latest.facts["n"] == 1200 and latest.facts["period"] == "2025"


def test_a_case_mix_that_agencies_determine_changes_nothing() -> None:
    frame = _people(5)
    frame["region"] = np.where(frame["agency"] < "A004", "north", "south")
    base = _fit(frame, weight="weight")
    more = _fit(frame, weight="weight", case_mix=["region"])
    assert_allclose(more.frame["estimate"], base.frame["estimate"], rtol=1e-6)


def test_scale_of_weights_changes_nothing() -> None:
    frame = _people(6)
    once = _fit(frame, weight="weight", psu="psu")
    more = _fit(frame.assign(weight=250 * frame["weight"]), weight="weight", psu="psu")
    pd.testing.assert_frame_equal(more.frame, once.frame, rtol=1e-7)
    flat = _fit(frame, psu="psu")
    assert np.abs(flat.frame["estimate"] - once.frame["estimate"]).max() > 1e-3


@pytest.mark.parametrize("psu", [None, "psu"])
def test_counts_equal_rows(psu: str | None) -> None:
    frame = _people(7).drop(columns="weight")
    frame = frame.drop(columns=[] if psu else "psu")
    cells = frame.groupby(list(frame.columns)).size().rename("people").reset_index()
    rows = _fit(frame, psu=psu)
    counted = _fit(cells.sample(frac=1.0, random_state=1), psu=psu, count="people")
    pd.testing.assert_frame_equal(counted.frame, rows.frame, rtol=1e-10)
    shuffled = _fit(frame.sample(frac=1.0, random_state=2), psu=psu)
    pd.testing.assert_frame_equal(shuffled.frame, rows.frame, rtol=1e-10)
    assert counted.facts["clusters"] == rows.facts["clusters"]


def test_order_of_drivers_changes_nothing_and_a_seed_decides_the_rest() -> None:
    frame = _people(8)
    first = _fit(frame).frame.set_index("key")
    turned = _fit(frame, drivers=["speed", "ease", "staff"]).frame
    assert turned["key"].tolist() == ["speed", "ease", "staff"]
    assert_allclose(turned["estimate"], first.loc[turned["key"], "estimate"], rtol=1e-8)
    other = _fit(frame, seed=2).frame
    assert_allclose(other["estimate"], first["estimate"], rtol=1e-12)
    assert (other["conf_low"] != first["conf_low"].to_numpy()).any()


def test_drivers_that_cannot_be_told_apart_share_a_tier() -> None:
    frame = _people(9, slopes={"ease": 0.6, "staff": 0.57, "speed": 0.05})
    got = _fit(frame, resamples=1000)
    table = got.frame.set_index("key")
    assert table.loc[["ease", "staff", "speed"], "tier"].tolist() == [1, 1, 2]
    assert got.facts["leader"] == ""
    assert 0.02 < table.loc["staff", "p_first"] < 0.98
    assert table.loc["speed", ["p_first", "rank_low"]].tolist() == [0.0, 3]
    assert _check(got, "separable").passed is True
    alike = _fit(_people(10, each=60, slopes=dict.fromkeys(SLOPES, 0.4)), resamples=1000)
    assert (alike.frame["tier"] == 1).all()
    assert "No share can be told from an equal share of 33%" in _check(alike, "separable").text


def test_what_is_resampled_is_chosen_and_said() -> None:
    few = _fit(_people(11), psu="psu")
    units = _people(11)["psu"].nunique()
    assert few.facts["cluster"] == "psu" and few.facts["clusters"] == units > 230
    assert f"200 resamples of {units} sampling units." in _check(few, "resamples").text
    many = _fit(_people(11, agencies=40, each=60))
    assert many.facts["cluster"] == "agency" and many.facts["clusters"] == 40
    people = _fit(_people(11, each=400))
    assert people.facts["cluster"] == "respondent" and people.facts["clusters"] == 3200
    assert "dealt at random into 2,000 groups" in _check(people, "resamples").text
    asked = _fit(_people(11), cluster="agency")
    assert asked.facts["clusters"] == 8 and _check(asked, "clusters").passed is False
    with pytest.raises(ParamsError, match="`cluster` must be one of"):
        _fit(_people(11), cluster="team")


def test_the_range_of_a_driver_without_effect_reaches_nothing() -> None:
    got = _fit(_people(26), resamples=1000).row("speed")
    assert got["conf_low"] == 0.0 < got["estimate"] < got["conf_high"] < 0.05


def test_clustered_answers_give_wider_ranges() -> None:
    """People of one sampling unit answer alike: counting them one by one would be too sure."""
    frame = _people(12)
    frame = frame.loc[frame.index.repeat(4)].reset_index(drop=True)
    frame["psu"] = np.arange(len(frame)) // 4
    by_unit = _fit(frame, psu="psu", resamples=1000)
    by_person = _fit(frame, resamples=1000)
    ratio = by_unit.frame["std_error"] / by_person.frame["std_error"]
    # Four copies of everybody: errors of a quarter of the people are twice as large.
    assert_allclose(ratio, 2.0, rtol=0.2)


def test_a_driver_that_runs_against_the_outcome_is_named() -> None:
    frame = _people(13, slopes={"ease": 0.7, "staff": 0.4, "speed": -0.4})
    got = _fit(frame)
    assert got.row("speed")["direction"] == -1 and got.row("speed")["estimate"] > 0.05
    check = _check(got, "direction")
    assert check.passed is False and "Better answers to speed go with a worse" in check.text


def test_a_driver_that_goes_with_nothing_has_no_direction() -> None:
    directions = []
    for seed in range(10):
        got = _fit(_people(seed, slopes={"ease": 0.7, "staff": 0.4, "speed": 0.0}), resamples=200)
        directions.append(int(got.row("speed")["direction"]))
        assert got.row("ease")["direction"] == 1
        if directions[-1] == 0:
            assert "No clear direction: speed." in _check(got, "direction").text
    # Each is wrong once in 20: three or more of ten once in 90.
    assert directions.count(0) >= 8


def test_a_driver_that_rises_and_falls_is_named() -> None:
    frame = _people(14, each=400)
    frame["speed"] = np.where(frame["recommend"] >= 4, 3.0, frame["speed"])
    got = _fit(frame)
    check = _check(got, "one_way")
    assert check.passed is False and "answers to speed;" in check.text
    assert _check(_fit(_people(14, each=400)), "one_way").passed is True


def test_drivers_that_explain_little_are_said_to() -> None:
    got = _fit(_people(15, each=300, slopes={"ease": 0.3, "staff": 0.1, "speed": 0.0}))
    check = _check(got, "explained")
    assert check.passed is False and "All drivers together explain only" in check.text
    assert 0.0 < got.facts["r_squared"] < got.facts["r_squared_linear"] < 0.25


def test_same_source_and_the_grade_ride_along() -> None:
    got = _fit(_people(16))
    assert _check(got, "same_source").passed is False
    assert _check(got, "overlap").passed is True
    assert "impact" not in got.quantity and got.facts["grade"] == "D"
    for check in got.checks:
        assert "impact" not in check.text and "caus" not in check.text


def test_groups_of_drivers_get_one_share() -> None:
    frame = _people(17, each=400, slopes={"ease": 0.5, "staff": 0.4, "speed": 0.3})
    frame["kind"] = np.clip(frame["staff"] + np.random.default_rng(1).integers(0, 2, 3200), 1, 5)
    survey = _survey(frame, drivers=["ease", "staff", "kind", "speed"])
    groups = {"people": ["staff", "kind"]}
    single = fit_drivers(survey, groups=groups, resamples=100, seed=1)
    assert single.frame["group"].tolist() == ["", "people", "people", ""]
    got = fit_driver_groups(survey, groups=groups, resamples=100, seed=1)
    assert list(got.frame.columns) == COLUMNS
    assert got.frame["key"].tolist() == ["people", "ease", "speed"]
    assert got.frame["estimate"].sum() == pytest.approx(1.0)
    both = single.frame.set_index("key").loc[["staff", "kind"], "estimate"].sum()
    assert got.row("people")["estimate"] == pytest.approx(both, abs=0.03)
    assert got.facts["r_squared"] == pytest.approx(single.facts["r_squared"], rel=1e-8)
    turned = replace(survey, frame=survey.frame.assign(speed=6 - survey.frame["speed"]))
    mixed = fit_driver_groups(
        turned,
        groups={"people": ["staff", "kind"], "rest": ["ease", "speed"]},
        resamples=50,
        seed=1,
    )
    assert mixed.row("rest")["direction"] == 0
    assert "rest point in different directions" in _check(mixed, "direction").text


def test_overlapping_drivers_may_stand_in_one_group() -> None:
    frame = _people(18)
    frame["again"] = frame["ease"]
    frame.loc[::40, "again"] = 3.0
    survey = _survey(frame, drivers=["ease", "again", "staff"])
    with pytest.raises(ModelError, match="ease and again must be told apart"):
        fit_drivers(survey, seed=1)
    got = fit_driver_groups(survey, groups={"easy": ["ease", "again"]}, resamples=50, seed=1)
    assert got.frame["key"].tolist() == ["easy", "staff"]


def test_more_than_twelve_drivers_get_relative_weights() -> None:
    slopes = {f"d{place}": 0.5 if place == 1 else 0.1 for place in range(13)}
    frame = _people(19, agencies=10, each=300, slopes=slopes)
    got = _fit(frame, drivers=list(slopes))
    assert got.facts["method"] == "johnson" and np.isnan(got.facts["agreement"])
    assert _check(got, "agreement").passed is None
    assert "approximation" in _check(got, "agreement").text
    assert got.frame["estimate"].sum() == pytest.approx(1.0) and got.facts["leader"] == "d1"
    twelve = _fit(frame, drivers=[*list(slopes)[:3], "d12"])
    assert twelve.facts["method"] == "shapley"


def test_relative_weights_are_close_to_shapley_shares() -> None:
    frame = _people(20, each=400)
    from cxanalytics.models import driver_shares

    exact = _fit(frame)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(driver_shares, "MOST_PLAYERS", 2)
        near = _fit(frame)
    assert near.facts["method"] == "johnson"
    assert_allclose(near.frame["estimate"], exact.frame["estimate"], atol=0.03)
    assert_allclose(near.frame["std_error"], exact.frame["std_error"], rtol=0.7)
    assert near.facts["r_squared"] == pytest.approx(exact.facts["r_squared"], rel=1e-8)


def test_refusals_name_need_and_what_came() -> None:
    frame = _people(21)
    with pytest.raises(ModelError, match="names no driver questions"):
        _fit(frame, drivers=[])
    with pytest.raises(ModelError, match="needs at least 2 drivers; got 1"):
        _fit(frame, drivers=["ease"])
    few = frame.groupby("agency").head(10)
    with pytest.raises(ModelError, match="3 drivers explain needs at least 90 people; got 80"):
        _fit(few, thresholds=Thresholds(hide=5, rank=5))
    glad = frame.assign(recommend=np.where(np.arange(len(frame)) % 20, 5.0, 2.0))
    with pytest.raises(ModelError, match="100 positive and 100 other answers; got 60 other ones"):
        _fit(glad)
    sad = frame.assign(recommend=6 - glad["recommend"])
    with pytest.raises(ModelError, match="got 60 positive ones"):
        _fit(sad)
    flat = frame.assign(speed=frame["agency"].map({"A000": 2.0}).fillna(4.0))
    with pytest.raises(ModelError, match="speed must vary among the people compared"):
        _fit(flat, weight="weight")
    with pytest.raises(ParamsError, match=r"`groups` must name drivers .* got 'price' in 'money'"):
        _fit(frame, groups={"money": ["price"]})
    with pytest.raises(ParamsError, match="name a driver once; got 'ease' twice"):
        _fit(frame, groups={"a": ["ease"], "b": ["ease", "staff"]})


def test_a_driver_that_follows_from_several_is_refused() -> None:
    rng = np.random.default_rng(22)
    frame = _people(22, each=300)
    total = frame[["ease", "staff", "speed"]].sum(axis=1) + rng.integers(0, 2, len(frame))
    frame["total"] = np.clip(total - 5, 0, 10)
    questions = {"total": "nps_0_10"}
    with pytest.raises(ModelError, match=r"total must not follow .* inflation is [\d.]+ \(at most"):
        _fit(frame, drivers=["ease", "staff", "speed", "total"], questions=questions)


def test_small_and_unanimous_agencies_are_left_out() -> None:
    frame = _people(23)
    tiny = frame.head(11).assign(agency=["Tiny"] * 5 + ["Small"] * 6)
    glad = frame.head(40).assign(agency="Glad", recommend=5.0)
    base = _fit(frame)
    more = _fit(pd.concat([frame, tiny, glad], ignore_index=True))
    pd.testing.assert_frame_equal(more.frame, base.frame, rtol=1e-9)
    names = {check.name for check in more.checks}
    assert {"small_agencies", "unanimous_agencies"} <= names
    raised = _fit(
        frame.drop(frame.index[frame["agency"] == "A000"][40:]), thresholds=Thresholds(41)
    )
    assert raised.facts["agencies"] < 8


def test_a_driver_that_few_answered_is_left_out() -> None:
    frame = _people(24)
    frame.loc[frame.index % 3 == 0, "speed"] = np.nan
    got = _fit(frame)
    assert got.frame["key"].tolist() == ["ease", "staff"]
    assert "speed is left out: 33% did not answer it" in _check(got, "missing_driver").text


def test_the_survey_is_left_as_it_was() -> None:
    survey = _survey(_people(25), weight="weight")
    before = survey.to_frame()
    fit_drivers(survey, resamples=20, seed=1)
    pd.testing.assert_frame_equal(survey.frame, before)


def test_ranges_cover_the_shares_of_everybody() -> None:
    """A small look; benchmarks/qualify_drivers.py has the whole grid."""
    true = _fit(_people(99, agencies=8, each=15_000), resamples=2).frame["estimate"]
    covered, runs = 0.0, 40
    for seed in range(runs):
        frame = _fit(_people(200 + seed, agencies=8, each=60), seed=seed).frame
        covered += (frame["conf_low"].le(true) & frame["conf_high"].ge(true)).mean()
    # 120 correlated looks at 95%: three standard errors are about 6%.
    assert covered / runs > 0.88


def test_the_order_of_the_simulated_government_is_found() -> None:
    government = read_simulated(seed=20_261)
    truth = government.truth["drivers"].query("outcome == 'recommend'").set_index("driver")
    drivers = list(truth.index)
    survey = Survey.from_frame(
        government.customers,
        agency="agency",
        outcome="recommend",
        scale="nps_0_10",
        period="wave",
        weight="weight",
        psu="team_day" if "team_day" in government.customers else None,
        questions=dict.fromkeys(drivers, "likert_1_5"),
        drivers=drivers,
        case_mix=["age_band", "language", "need"],
    )
    got = fit_drivers(survey, period=survey.periods[-1], resamples=300, seed=1)
    table = got.frame.set_index("key")
    found = table["estimate"].rank(ascending=False)
    assert found.loc[drivers].astype(int).tolist() == truth["order"].tolist()
    assert got.facts["leader"] == "resolved"
