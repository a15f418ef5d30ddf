"""Would another outcome tell another story: worlds where it does, does not, or nobody can tell."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy.special import expit

from cxanalytics.errors import ModelError, ParamsError
from cxanalytics.models.other_outcomes import fit_other_outcomes
from cxanalytics.models.recommendation import fit_recommendation
from cxanalytics.tables import Survey

SLOPES = {"recommend": (0.9, 0.3, 0.1), "trust": (0.9, 0.3, 0.1)}
DRIVERS = ("ease", "staff", "wait")


def made_people(seed, *, agencies=14, each=250, slopes=SLOPES, levels=1.0, scatter=0.4):
    """Agencies' levels of trust are `levels` times those of recommendation."""
    rng = np.random.default_rng(seed)
    agency = np.repeat(np.arange(agencies), each)
    frame = pd.DataFrame({"agency": [f"A{code:03d}" for code in agency]})
    for name in DRIVERS:
        frame[name] = np.clip(np.round(3.3 + rng.normal(0, 1.1, len(agency))), 1, 5)
    centered = frame[list(DRIVERS)].to_numpy() - 3.3
    level = rng.normal(0, scatter, agencies)
    for outcome, factor in (("recommend", 1.0), ("trust", levels)):
        predictor = 0.3 + factor * level[agency] + centered @ np.array(slopes[outcome])
        positive = rng.random(len(agency)) < expit(predictor)
        frame[outcome] = np.where(positive, 5.0, 2.0)
    frame["recommend"] *= 2.0
    return frame


def survey_of(frame, **more):
    more.setdefault("drivers", DRIVERS)
    questions = dict.fromkeys(("trust", *DRIVERS), "likert_1_5")
    return Survey.from_frame(
        frame, agency="agency", outcome="recommend", scale="nps_0_10", questions=questions, **more
    )


def story(got, outcome="trust"):
    return got.row(f"{outcome}/(leader)")


def test_an_outcome_made_alike_tells_the_same_story():
    got = fit_other_outcomes(survey_of(made_people(1)), draws=2000, seed=1)
    row = story(got)
    assert row["story"] == "same" and row["driver"] == "ease"
    assert row["p_same"] > 0.95
    assert got.row("trust/(agencies)")["estimate"] > 0.8
    assert got.row("trust/(agencies)")["changed_sides"] == ""
    assert got.row("trust/(order)")["estimate"] == pytest.approx(1.0)
    drivers = got.frame.loc[got.frame["kind"] == "driver"]
    assert list(drivers["outcome"].unique()) == ["recommend", "trust"]
    assert len(drivers) == 6
    check = next(check for check in got.checks if check.name == "other_outcome")
    assert check.passed is True and "tells the same story" in check.text


def test_the_studys_own_rows_are_those_of_the_model_of_recommendation():
    survey = survey_of(made_people(2))
    got = fit_other_outcomes(survey, draws=500, seed=1)
    own = fit_recommendation(survey, draws=500, seed=1).frame
    rows = got.frame.loc[(got.frame["kind"] == "driver") & (got.frame["outcome"] == "recommend")]
    assert_allclose(rows["estimate"], own["estimate"])
    assert_allclose(rows["conf_low"], own["conf_low"])


def test_another_leading_driver_is_another_story():
    swapped = SLOPES | {"trust": (0.1, 0.3, 0.9)}
    got = fit_other_outcomes(survey_of(made_people(3, slopes=swapped)), draws=2000, seed=1)
    row = story(got)
    assert row["story"] == "another"
    assert (row["driver"], row["leader_there"]) == ("ease", "wait")
    assert row["p_same"] < 0.05 and row["conf_low"] > 0.02
    assert got.row("trust/(order)")["estimate"] == pytest.approx(-1.0)
    check = next(check for check in got.checks if check.name == "other_outcome")
    assert check.passed is False


def test_agencies_that_change_sides_are_another_story_and_are_named():
    got = fit_other_outcomes(survey_of(made_people(4, levels=-1.0)), draws=2000, seed=1)
    assert story(got)["story"] == "another"
    assert story(got)["p_same"] > 0.8
    placed = got.row("trust/(agencies)")
    assert placed["estimate"] < -0.5
    assert len(placed["changed_sides"].split("; ")) >= 3


def test_two_drivers_alike_leave_the_story_open():
    even = {"recommend": (0.5, 0.5, 0.1), "trust": (0.9, 0.3, 0.1)}
    got = fit_other_outcomes(survey_of(made_people(14, slopes=even, each=120)), draws=2000, seed=1)
    assert story(got)["story"] == "unclear"
    check = next(check for check in got.checks if check.name == "other_outcome")
    assert "may tell the same story or another one" in check.text
    assert check.passed is None


def test_chance_seldom_makes_another_story():
    """Agencies and drivers are the same in truth; a flip takes two calls, each 80% certain."""
    others = 0
    for seed in range(12):
        got = fit_other_outcomes(survey_of(made_people(50 + seed, each=90)), draws=500, seed=seed)
        others += story(got)["story"] == "another"
    assert others <= 1


def test_few_agencies_have_no_sides():
    got = fit_other_outcomes(survey_of(made_people(6, agencies=8)), draws=500, seed=1)
    placed = got.row("trust/(agencies)")
    assert np.isnan(placed["estimate"]) and placed["agencies"] == 8
    check = next(check for check in got.checks if check.name == "other_outcome")
    assert "8 agencies are too few to compare sides" in check.text


def test_small_agencies_are_never_named():
    frame = made_people(7, levels=-1.0)
    tiny = frame.head(14).assign(agency=["Tiny"] * 7 + ["Small"] * 7, recommend=10.0, trust=2.0)
    got = fit_other_outcomes(survey_of(pd.concat([frame, tiny])), draws=500, seed=1)
    base = fit_other_outcomes(survey_of(frame), draws=500, seed=1)
    assert not any(name in str(got.frame.to_dict()) for name in ("Tiny", "Small"))
    pd.testing.assert_frame_equal(got.frame, base.frame)


def test_an_agency_hidden_on_the_other_question_has_no_side():
    frame = made_people(8, levels=-1.0)
    few = (frame["agency"] == "A000") & (frame.groupby("agency").cumcount() >= 20)
    frame.loc[few, "trust"] = np.nan
    got = fit_other_outcomes(survey_of(frame), draws=500, seed=1)
    assert got.row("trust/(agencies)")["agencies"] == 13
    assert "A000" not in got.row("trust/(agencies)")["changed_sides"]


def test_an_outcome_that_cannot_be_fitted_is_left_out_with_the_reason():
    frame = made_people(9)
    frame["overall"] = np.where(np.arange(len(frame)) % 100 == 0, 2.0, 5.0)
    survey = Survey.from_frame(
        frame,
        agency="agency",
        outcome="recommend",
        scale="nps_0_10",
        questions=dict.fromkeys(("trust", "overall", *DRIVERS), "likert_1_5"),
        drivers=DRIVERS,
    )
    got = fit_other_outcomes(survey, draws=200, seed=1)
    assert "overall" not in set(got.frame["outcome"])
    left_out = next(check for check in got.checks if check.name == "outcome_left_out")
    assert left_out.passed is False and left_out.text.startswith("overall is left out: ")
    with pytest.raises(ModelError, match="No other outcome can be fitted: overall is left out"):
        fit_other_outcomes(survey, outcomes=["overall"], draws=200, seed=1)


def test_two_drivers_have_no_order_to_compare():
    survey = survey_of(made_people(12), drivers=("ease", "staff"))
    got = fit_other_outcomes(survey, outcomes=["trust"], draws=200, seed=1)
    assert np.isnan(got.row("trust/(order)")["estimate"])
    assert story(got)["story"] == "same"


def test_refusals_say_what_is_needed():
    survey = survey_of(made_people(10))
    with pytest.raises(ParamsError, match="`drivers` must not contain an outcome; got 'trust'"):
        fit_other_outcomes(survey, outcomes=["trust"], drivers=["ease", "trust"], seed=1)
    alone = survey_of(made_people(10), drivers=("trust", *DRIVERS))
    with pytest.raises(ModelError, match="There is no other overall question"):
        fit_other_outcomes(alone, seed=1)
    asked = fit_other_outcomes(alone, outcomes=["trust"], draws=200, seed=1)
    assert set(asked.frame.loc[asked.frame["kind"] == "driver", "driver"]) == set(DRIVERS)


def test_the_survey_is_left_as_it_was():
    survey = survey_of(made_people(11))
    before = survey.to_frame()
    fit_other_outcomes(survey, draws=200, seed=1)
    pd.testing.assert_frame_equal(survey.frame, before)
