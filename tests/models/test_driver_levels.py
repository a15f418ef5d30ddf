"""Within and between agencies: known truth, another library, an ecological trap, coverage."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from numpy.testing import assert_allclose

from cxanalytics.errors import ModelError
from cxanalytics.models.answers import answer_rows
from cxanalytics.models.driver_levels import fit_driver_levels
from cxanalytics.numerics.standardize import mean_share_above
from cxanalytics.tables import Survey


def made_people(seed, *, agencies=30, each=(60, 500), within=0.12, between=-0.3, mix=0.0):
    """Answers whose share moves by `within` for a step inside an agency, `between` for its mean."""
    rng = np.random.default_rng(seed)
    size = np.exp(rng.uniform(*np.log(each), agencies)).astype(int)
    agency = np.repeat(np.arange(agencies), size)
    mean = rng.normal(0, 0.25, agencies)
    latent = 3.0 + mean[agency] + rng.normal(0, 1.0, len(agency))
    ease = np.clip(np.round(latent), 1, 5)
    group = rng.random(len(agency)) < np.clip(0.5 + mean[agency], 0.1, 0.9)
    level = 0.55 + between * (mean - mean.mean()) + rng.normal(0, 0.02, agencies)
    share = level[agency] + within * (ease - 3.0 - mean[agency]) + mix * group
    frame = pd.DataFrame({"agency": [f"A{code:03d}" for code in agency], "ease": ease})
    positive = rng.random(len(agency)) < np.clip(share, 0.01, 0.99)
    frame["recommend"] = np.where(positive, 5.0, 2.0)
    frame["group"] = np.where(group, "old", "new")
    return frame.assign(weight=rng.uniform(0.5, 2.0, len(frame)))


def survey_of(frame, **more):
    more.setdefault("drivers", ["ease"])
    return Survey.from_frame(
        frame, agency="agency", outcome="recommend", scale="likert_1_5", **more
    )


def test_a_driver_may_go_up_within_and_down_between():
    """The ecological trap: people with higher answers do better, agencies of them worse."""
    got = fit_driver_levels(survey_of(made_people(1, agencies=60)))
    within, between, apart = (
        got.row(f"ease/{term}") for term in ("within", "between", "difference")
    )
    assert within["estimate"] == pytest.approx(0.12, abs=0.01)
    assert within["conf_low"] > 0 > between["conf_high"]
    assert between["conf_low"] <= -0.3 <= between["conf_high"]
    assert apart["estimate"] == pytest.approx(between["estimate"] - within["estimate"])
    assert apart["conf_high"] < 0
    assert between["estimate"] < between["uncorrected"] < within["estimate"]
    assert 0.7 < between["reliability"] < 1.0
    assert 0.15 < between["spread"] < 0.27


@pytest.mark.parametrize("agencies", [20, 45])
def test_within_is_the_fixed_effects_regression(agencies):
    frame = made_people(2, agencies=agencies, mix=0.1)
    survey = survey_of(frame, case_mix=["group"], weight="weight")
    row = fit_driver_levels(survey).row("ease/within")
    rows = frame.assign(y=(frame["recommend"] > 3).astype(float))
    model = smf.wls("y ~ ease + group + C(agency)", rows, weights=rows["weight"])
    fit = model.fit(
        cov_type="cluster",
        cov_kwds={"groups": rows["agency"].astype("category").cat.codes, "use_correction": False},
    )
    assert row["estimate"] == pytest.approx(fit.params["ease"], rel=1e-8)
    if agencies >= 40:
        # CR1: ours multiplies by G / (G - 1) alone
        error = fit.bse["ease"] * np.sqrt(agencies / (agencies - 1))
        assert row["method"] == "CR1"
        assert row["std_error"] == pytest.approx(error, rel=1e-3)
    else:
        assert row["method"] == "CR2"


def test_within_is_close_to_the_logit_model_told_as_shares():
    """Everybody half a step up less everybody half a step down, agency levels held."""
    survey = survey_of(made_people(3))
    how = {"drivers": ("ease",), "case_mix": (), "period": None, "statistic": "positive"}
    rows = answer_rows(survey, **how)
    fit = rows.fit(rows.positive, link="logit", cluster="agency", agency_effects=True)
    up, down = (
        mean_share_above(fit, rows.design.astype(float) + half, cut=1, groups=rows.agency)[0]
        for half in (0.5, -0.5)
    )
    assert fit_driver_levels(survey).row("ease/within")["estimate"] == pytest.approx(
        up - down, abs=0.005
    )


def test_case_mix_is_taken_out_of_both():
    """Groups answer both questions alike; without them the relation between agencies is off."""
    frame = made_people(4, agencies=60, between=0.0, mix=0.35)
    plain = fit_driver_levels(survey_of(frame)).row("ease/between")
    adjusted = fit_driver_levels(survey_of(frame, case_mix=["group"])).row("ease/between")
    assert plain["conf_low"] > 0
    assert adjusted["conf_low"] < 0 < adjusted["conf_high"]


def test_intervals_between_keep_their_promise():
    hits = told = 0
    for seed in range(60):
        frame = made_people(300 + seed, agencies=16, each=(60, 300))
        row = fit_driver_levels(survey_of(frame)).row("ease/between")
        if np.isfinite(row["estimate"]):
            told += 1
            hits += row["conf_low"] <= -0.3 <= row["conf_high"]
    # of a true 95%: 51 or more of 58 in 99 of 100 times
    assert told >= 55 and hits / told >= 0.88


def test_few_agencies_have_no_relation_between_them():
    got = fit_driver_levels(survey_of(made_people(5, agencies=9, each=(200, 300))))
    assert np.isfinite(got.row("ease/within")["conf_low"])
    assert got.row("ease/within")["method"] == "wild"
    between = got.row("ease/between")
    assert np.isnan(between["estimate"]) and between["method"] == "none"
    check = next(check for check in got.checks if check.name == "agencies_between")
    assert check.passed is False
    assert check.text == "9 agencies are compared with each other (at least 10)."


def test_agencies_that_differ_by_chance_alone_have_no_relation_between_them():
    rng = np.random.default_rng(6)
    frame = made_people(6, agencies=15, each=(40, 60), between=0.0)
    frame["ease"] = rng.permutation(frame["ease"].to_numpy())
    got = fit_driver_levels(survey_of(frame))
    between = got.row("ease/between")
    assert between["reliability"] < 0.5 and np.isnan(between["estimate"])
    check = next(check for check in got.checks if check.name == "reliability_between")
    assert check.passed is False


def test_counts_equal_rows_and_the_scale_of_weights_is_immaterial():
    frame = made_people(7, agencies=14, each=(60, 90))[["agency", "ease", "recommend"]]
    cells = frame.groupby(list(frame.columns)).size().rename("people").reset_index()
    rows = fit_driver_levels(survey_of(frame)).frame
    counted = fit_driver_levels(survey_of(cells, count="people")).frame
    pd.testing.assert_frame_equal(counted, rows, rtol=1e-7)
    weighted = made_people(7, agencies=14, each=(60, 90))
    once = fit_driver_levels(survey_of(weighted, weight="weight")).frame
    heavy = weighted.assign(weight=70 * weighted["weight"])
    assert_allclose(
        fit_driver_levels(survey_of(heavy, weight="weight")).frame["estimate"],
        once["estimate"],
        rtol=1e-8,
    )


def test_the_step_is_one_step_of_the_scale():
    frame = made_people(8).assign(ease=lambda rows: 25.0 * (rows["ease"] - 1.0))
    wide = fit_driver_levels(survey_of(frame, questions={"ease": "percent_0_100_by_25"}))
    plain = fit_driver_levels(survey_of(made_people(8)))
    assert_allclose(wide.frame["estimate"], plain.frame["estimate"], rtol=1e-8)


def test_small_agencies_are_neither_used_nor_named():
    frame = made_people(9)
    tiny = frame.head(14).assign(agency=["Tiny"] * 7 + ["Small"] * 7)
    got = fit_driver_levels(survey_of(pd.concat([frame, tiny])))
    pd.testing.assert_frame_equal(got.frame, fit_driver_levels(survey_of(frame)).frame)


def test_refusals_say_what_is_needed():
    with pytest.raises(ModelError, match="needs at least one driver; got none"):
        fit_driver_levels(survey_of(made_people(10)), drivers=[])
    frame = made_people(10).assign(ease=3.0)
    with pytest.raises(ModelError, match="`ease` must differ between people of one agency"):
        fit_driver_levels(survey_of(frame))


def test_agencies_with_the_same_mean_show_no_relation_between_them():
    rng = np.random.default_rng(4)
    frame = pd.DataFrame({"agency": np.repeat([f"A{code:02d}" for code in range(12)], 50)})
    frame["ease"] = np.tile([1.0, 2.0, 3.0, 4.0, 5.0], 120)
    frame["recommend"] = np.where(rng.random(600) < frame["ease"] / 6.0, 5.0, 2.0)
    got = fit_driver_levels(survey_of(frame))
    assert got.row("ease/within")["conf_low"] > 0
    assert np.isnan(got.row("ease/between")["estimate"])
    (check,) = [check for check in got.checks if check.name == "reliability_between"]
    assert check.passed is False


def test_equal_answers_are_refused_in_one_line():
    people = made_people(2).assign(recommend=5.0)
    with pytest.raises(ModelError, match="needs at least 10 positive and 10 other answers; got 0"):
        fit_driver_levels(survey_of(people))
