"""One agency left out: an odd one is found, a refit is a refit, no small agency is named."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy.special import expit

from cxanalytics.errors import ModelError
from cxanalytics.models import influence
from cxanalytics.models.influence import fit_influence
from cxanalytics.models.recommendation import fit_recommendation
from cxanalytics.tables import Survey


def made_people(seed, *, agencies=12, each=150, odd=None, odd_slope=-2.0, slope=0.5):
    rng = np.random.default_rng(seed)
    agency = np.repeat(np.arange(agencies), each)
    frame = pd.DataFrame({"agency": [f"A{code:03d}" for code in agency]})
    for name in ("ease", "staff"):
        frame[name] = np.clip(np.round(3.3 + rng.normal(0, 1.1, len(agency))), 1, 5)
    own = np.where(agency == odd, odd_slope, slope) if odd is not None else slope
    predictor = 0.4 + own * (frame["ease"] - 3.3) + 0.5 * (frame["staff"] - 3.3)
    frame["recommend"] = np.where(rng.random(len(agency)) < expit(predictor), 5.0, 2.0)
    return frame


def survey_of(frame, **more):
    more.setdefault("drivers", ("ease", "staff"))
    return Survey.from_frame(
        frame, agency="agency", outcome="recommend", scale="likert_1_5", **more
    )


def check_of(estimates, name="influence"):
    return next(check for check in estimates.checks if check.name == name)


def test_alike_agencies_decide_nothing():
    got = fit_influence(survey_of(made_people(1, agencies=20)))
    assert not got.frame["flagged"].any()
    assert check_of(got).passed is True
    assert check_of(got).text.startswith("No agency, when left out, moves a driver by more than 1")
    assert len(got.frame) == got.facts["refits"] == 20


def test_an_odd_agency_is_found_first_and_named():
    got = fit_influence(survey_of(made_people(2, odd=5)))
    first = got.frame.iloc[0]
    assert (first["key"], first["driver"]) == ("A005", "ease")
    assert first["flagged"] and first["in_errors"] > 1.0
    assert first["estimate"] == pytest.approx(first["without"] - first["full"])
    assert check_of(got).passed is False
    assert "A005" in check_of(got).text


def test_a_verdict_that_hangs_on_one_agency_is_flagged():
    got = fit_influence(survey_of(made_people(3, odd=4, odd_slope=3.0, slope=0.02)))
    first = got.frame.iloc[0]
    assert first["key"] == "A004" and first["verdict_changes"]
    assert first["full_low"] > 0 > first["without_low"]


def test_without_an_agency_the_figures_are_those_of_the_model_of_the_others():
    frame = made_people(4)
    row = fit_influence(survey_of(frame)).frame.set_index("key").loc["A002"]
    rest = fit_recommendation(survey_of(frame[frame["agency"] != "A002"]), draws=10, seed=1)
    everyone = fit_recommendation(survey_of(frame), draws=10, seed=1)
    assert_allclose(row["without"], rest.row(row["driver"])["at_cut"], rtol=1e-7)
    assert_allclose(row["full"], everyone.row(row["driver"])["at_cut"], rtol=1e-7)


def test_of_many_agencies_those_that_one_step_finds_are_refitted(monkeypatch):
    monkeypatch.setattr(influence, "REFITS", 4)
    frame = made_people(5, odd=7)
    got = fit_influence(survey_of(frame))
    assert len(got.frame) == 4 and got.frame["key"].iloc[0] == "A007"
    monkeypatch.undo()
    every = fit_influence(survey_of(frame)).frame
    assert set(every["key"].head(2)) <= set(got.frame["key"])
    text = check_of(got, "influence_others").text
    assert text.startswith("The other 8 agencies were not refitted: one step moves a coefficient")


def test_small_agencies_are_neither_used_nor_named():
    frame = made_people(6)
    tiny = frame.head(14).assign(agency=["Tiny"] * 7 + ["Small"] * 7)
    got = fit_influence(survey_of(pd.concat([frame, tiny])))
    assert not {"Tiny", "Small"} & set(got.frame["key"])
    assert not any("Tiny" in check.text for check in got.checks)
    pd.testing.assert_frame_equal(got.frame, fit_influence(survey_of(frame)).frame)


def test_an_agency_that_the_model_cannot_do_without_is_counted():
    frame = made_people(7)
    frame["only"] = np.where(frame["agency"] == "A001", np.arange(len(frame)) % 2, 0.0)
    got = fit_influence(survey_of(frame, case_mix=["only"]))
    assert "A001" not in set(got.frame["key"])
    refused = check_of(got, "influence_refused")
    assert refused.passed is False and refused.text.endswith("1 of them.")


def test_refusals_say_what_is_needed():
    with pytest.raises(ModelError, match="needs at least 3 agencies; got 2"):
        fit_influence(survey_of(made_people(8, agencies=2)))
    with pytest.raises(ModelError, match="needs at least one driver; got none"):
        fit_influence(survey_of(made_people(8)), drivers=[])


def test_the_survey_is_left_as_it_was():
    survey = survey_of(made_people(9))
    before = survey.to_frame()
    fit_influence(survey)
    pd.testing.assert_frame_equal(survey.frame, before)
