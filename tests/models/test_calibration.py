"""Predictions for agencies not in the fit: truth, an agency never on both sides, refusals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy.special import expit

from cxanalytics.errors import ModelError, ParamsError
from cxanalytics.models.answers import answer_rows
from cxanalytics.models.calibration import fit_calibration
from cxanalytics.models.left_out import predict_left_out
from cxanalytics.published import NOT_POSSIBLE, Published, PublishedMeasure
from cxanalytics.tables import Survey

DRIVERS = ("ease", "staff")


def made_people(seed, *, agencies=16, each=120, slopes=(0.8, 0.5), spread=0.3, drivers=DRIVERS):
    rng = np.random.default_rng(seed)
    agency = np.repeat(np.arange(agencies), each)
    frame = pd.DataFrame({"agency": [f"A{code:03d}" for code in agency]})
    for name in drivers:
        frame[name] = np.clip(np.round(3.4 + rng.normal(0, 1.1, len(agency))), 1, 5)
    centered = frame[list(drivers)].to_numpy() - 3.4
    slope = np.zeros(len(drivers))
    slope[: len(slopes)] = slopes
    level = rng.normal(0.3, spread, agencies)[agency]
    positive = rng.random(len(agency)) < expit(level + centered @ slope)
    frame["recommend"] = np.where(positive, rng.integers(4, 6, len(agency)), 2.0)
    return frame.assign(weight=rng.uniform(0.5, 2.0, len(frame)))


def survey_of(frame, **more):
    more.setdefault("drivers", DRIVERS)
    more.setdefault("scale", "likert_1_5")
    return Survey.from_frame(frame, agency="agency", outcome="recommend", **more)


def checks_of(estimates):
    return {check.name: check for check in estimates.checks}


def test_a_true_model_is_calibrated_in_agencies_it_has_not_seen():
    got = fit_calibration(survey_of(made_people(1, agencies=40, each=300)), seed=1)
    assert got.row("slope")["estimate"] == pytest.approx(1.0, abs=0.08)
    assert abs(got.row("in_the_large")["estimate"]) < 0.01
    assert got.row("auc")["estimate"] > 0.70
    assert got.row("brier_skill")["conf_low"] > 0.05
    checks = checks_of(got)
    assert checks["calibration_slope"].passed and checks["skill"].passed
    assert checks["calibration_bins"].passed
    bins = got.frame.loc[got.frame["kind"] == "bin"]
    assert bins["predicted"].is_monotonic_increasing
    assert bins["n"].sum() == got.facts["n"] == 12_000
    inside = (bins["conf_low"] <= bins["predicted"]) & (bins["predicted"] <= bins["conf_high"])
    assert inside.mean() >= 0.7
    # levels of agencies spread by .3 on the logit, about six points at a share of six tenths
    assert 0.02 < got.row("agency_miss")["estimate"] < 0.08


def test_an_agency_is_never_in_its_own_fit():
    frame = made_people(2, agencies=8)
    flipped = frame.copy()
    own = frame["agency"] == "A003"
    flipped.loc[own, "recommend"] = 7.0 - frame.loc[own, "recommend"]

    def predicted(rows):
        how = {"drivers": DRIVERS, "case_mix": (), "period": None, "statistic": "positive"}
        return predict_left_out(answer_rows(survey_of(rows), **how), folds=4, seed=3)

    first, second = predicted(frame), predicted(flipped)
    assert_allclose(second.predicted[own], first.predicted[own], rtol=1e-12)
    assert_allclose(second.base[own], first.base[own], rtol=1e-12)
    assert np.abs(second.predicted[~own] - first.predicted[~own]).max() > 0.001


def test_too_many_drivers_for_few_people_are_too_extreme():
    names = [f"d{k:02d}" for k in range(14)]
    frame = made_people(3, agencies=8, each=70, slopes=(0.25,), drivers=names)
    got = fit_calibration(survey_of(frame, drivers=names), seed=1)
    check = checks_of(got)["calibration_slope"]
    assert got.row("slope")["estimate"] < 0.8
    assert check.passed is False
    assert "predictions are too extreme: do not carry the drivers' figures" in check.text


def test_drivers_that_tell_nothing_have_no_skill():
    frame = made_people(4, slopes=(0.0, 0.0))
    check = checks_of(fit_calibration(survey_of(frame), seed=1))["skill"]
    assert check.passed is False
    assert check.text.startswith("Predictions are no better than the base rate")


def test_a_bend_that_the_model_does_not_have_shows_in_the_bins():
    rng = np.random.default_rng(5)
    frame = made_people(5, agencies=20, each=250)
    odd = expit(0.2 + 1.3 * np.abs(frame["ease"] - 3.0) + 0.3 * (frame["ease"] - 3.0))
    frame["recommend"] = np.where(rng.random(len(frame)) < odd, 5.0, 2.0)
    check = checks_of(fit_calibration(survey_of(frame), seed=1))["calibration_bins"]
    assert check.passed is False
    assert "is predicted" in check.text and "is observed" in check.text


def test_counts_equal_rows_and_the_scale_of_weights_is_immaterial():
    frame = made_people(6).drop(columns="weight")
    cells = frame.groupby(list(frame.columns)).size().rename("people").reset_index()
    rows = fit_calibration(survey_of(frame), seed=1).frame
    counted = fit_calibration(survey_of(cells, count="people"), seed=1).frame
    keys = ["in_the_large", "slope", "brier", "brier_skill", "log_loss", "agency_miss"]
    first, second = (table.set_index("key").loc[keys, "estimate"] for table in (rows, counted))
    # the slope is taken from cells of people, which rows and counts cut a little differently
    assert_allclose(second, first, rtol=1e-4)
    weighted = made_people(6)
    once = fit_calibration(survey_of(weighted, weight="weight"), seed=1).frame
    heavy = weighted.assign(weight=99 * weighted["weight"])
    again = fit_calibration(survey_of(heavy, weight="weight"), seed=1).frame
    pd.testing.assert_frame_equal(again, once, rtol=1e-6)


def test_a_hidden_agency_changes_nothing():
    frame = made_people(7)
    tiny = pd.concat([frame, frame.head(14).assign(agency=["Tiny"] * 7 + ["Small"] * 7)])
    first, second = (fit_calibration(survey_of(rows), seed=1) for rows in (frame, tiny))
    pd.testing.assert_frame_equal(second.frame, first.frame)
    assert "Tiny" not in " ".join(check.text for check in second.checks)


def test_fewer_agencies_than_folds_are_each_their_own():
    got = fit_calibration(survey_of(made_people(8, agencies=7)), seed=1)
    assert got.facts["folds"] == 7


def test_refusals_say_what_is_needed():
    with pytest.raises(ModelError, match="at least 6 agencies to be checked; got 5"):
        fit_calibration(survey_of(made_people(9, agencies=5)), seed=1)
    with pytest.raises(ModelError, match="needs at least one driver; got none"):
        fit_calibration(survey_of(made_people(9)), drivers=[], seed=1)
    with pytest.raises(ParamsError, match="`folds` must be at least 2; got 1"):
        fit_calibration(survey_of(made_people(9)), folds=1, seed=1)
    few = made_people(9, agencies=8, each=35)
    few["recommend"] = np.where(np.arange(len(few)) % 35 == 0, 2.0, 5.0)
    with pytest.raises(ModelError, match="parameters needs at least"):
        fit_calibration(survey_of(few), seed=1)
    published = Published(
        pd.DataFrame({"agency": ["A"], "period": "", "measure": "m", "value": 0.5}),
        (PublishedMeasure("m", "M"),),
    )
    with pytest.raises(ModelError) as caught:
        fit_calibration(published, seed=1)
    assert str(caught.value) == NOT_POSSIBLE
