"""What goes with being recommended: truth, R's figures, invariances, refusals, coverage."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy.special import expit

from cxanalytics.errors import ModelError, ParamsError
from cxanalytics.models.recommendation import fit_recommendation
from cxanalytics.rules import Thresholds
from cxanalytics.tables import Survey

REFERENCE = os.environ.get("CXANALYTICS_REFERENCE")
CUTS = np.array([-1.0, 0.5, 2.0, 4.0])
SLOPES = {"ease": 0.6, "staff": 0.3, "speed": 0.0}


def _people(
    seed: int, *, agencies: int = 12, each: int = 150, proportional: bool = True
) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    agency = np.repeat(np.arange(agencies), each)
    level = rng.normal(0, 0.5, agencies)
    frame = pd.DataFrame({"agency": [f"A{code:03d}" for code in agency]})
    for name in SLOPES:
        shifted = 3 + 0.5 * level[agency] + rng.normal(0, 1, len(agency))
        frame[name] = np.clip(np.round(shifted), 1, 5)
    predictor = frame[list(SLOPES)].to_numpy() @ np.array(list(SLOPES.values())) - level[agency]
    if proportional:
        latent = predictor + rng.logistic(size=len(agency))
        frame["recommend"] = 1.0 + np.searchsorted(CUTS, latent)
    else:
        # The driver matters at the bottom of the scale only.
        slopes = np.array([0.9, 0.9, 0.05, 0.05])
        below = expit(CUTS - 1.5 - np.outer(frame["ease"] - 3, slopes))
        below = np.maximum.accumulate(below, axis=1)
        frame["recommend"] = 1.0 + (rng.uniform(size=(len(frame), 1)) > below).sum(axis=1)
    return frame.assign(
        weight=rng.uniform(0.5, 2.0, len(frame)), psu=rng.integers(0, 200, len(frame))
    )


def _survey(frame: pd.DataFrame, **more: Any) -> Survey:
    more.setdefault("drivers", list(SLOPES))
    return Survey.from_frame(
        frame, agency="agency", outcome="recommend", scale="likert_1_5", **more
    )


@pytest.mark.skipif(
    not REFERENCE, reason="CXANALYTICS_REFERENCE does not name the folder of reference values"
)
def test_changes_agree_with_r() -> None:
    """Housing (Madsen 1976): High against Low contact, from 1,681 people in 72 cells."""
    folder = Path(str(REFERENCE))
    expected = json.loads((folder / "ordinal_housing.json").read_text())["expected"]
    row = expected["marginal_effects_P_High"]["Cont:High_vs_Low"]
    cells = pd.read_csv(folder / "housing.csv")
    cells["Sat"] = cells["Sat"].map({"Low": 1.0, "Medium": 2.0, "High": 3.0})
    cells["Cont"] = (cells["Cont"] == "High").astype(float)
    rows = cells.loc[cells.index.repeat(cells["Freq"])].assign(agency="all")
    how: dict[str, Any] = {
        "agency": "agency",
        "outcome": "Sat",
        "scale": "likert_1_5",
        "questions": {"Cont": "yes_no"},
        "drivers": ["Cont"],
        "case_mix": ["Infl", "Type"],
    }
    rows["Sat"] += 2.0
    cells = cells.assign(agency="all", Sat=cells["Sat"] + 2.0)
    got = fit_recommendation(
        Survey.from_frame(rows, **how), statistic="top", agency_effects="none", seed=1
    )
    first = got.row("Cont")
    assert first["ordinal"] == pytest.approx(row["est"]["RD"], rel=1e-6)
    # The two models differ by 1.2 points here, so the driver is freed.
    assert got.facts["model"] == "partial proportional odds" and first["freed"]
    yes_or_no = rows.assign(Sat=np.where(rows["Sat"] == 5.0, 5.0, 3.0))
    at_cut = fit_recommendation(
        Survey.from_frame(yes_or_no, **how), statistic="top", agency_effects="none", seed=1
    ).row("Cont")
    assert first["at_cut"] == pytest.approx(at_cut["estimate"], rel=1e-8)
    alone = expected["topbox_logit"]
    assert at_cut["coefficient"] == pytest.approx(alone["coef"]["ContHigh"], rel=1e-6)
    assert at_cut["coefficient_se"] == pytest.approx(alone["se"]["ContHigh"], rel=0.05)
    counted = fit_recommendation(
        Survey.from_frame(cells, **how, count="Freq"),
        statistic="top",
        agency_effects="none",
        seed=1,
    )
    pd.testing.assert_frame_equal(counted.frame, got.frame, rtol=1e-10)


def test_known_truth_is_recovered() -> None:
    frame = _people(1, agencies=30, each=1000)
    got = fit_recommendation(_survey(frame), seed=1)
    slopes = np.array(list(SLOPES.values()))
    table = got.frame.set_index("key").loc[list(SLOPES)]
    assert (np.abs(table["coefficient"] - slopes) < 4.5 * table["coefficient_se"]).all()
    assert table["step"].ge(1.0).all()
    assert table.loc["ease", "estimate"] > table.loc["staff", "estimate"] > 0.02
    assert table.loc["speed", "conf_low"] < 0 < table.loc["speed", "conf_high"]
    assert_allclose(table["estimate"], table["share_to"] - table["share_from"])
    assert_allclose(table["ratio"], table["share_to"] / table["share_from"])
    assert table.loc["ease", "odds_ratio"] > table.loc["ease", "ratio"]
    assert got.draws is not None and got.covariance is not None
    assert_allclose(np.cov(got.draws.T), got.covariance, rtol=0.2, atol=2e-6)


def test_agency_levels_do_not_leak_into_the_drivers() -> None:
    """Agency levels lower the answer and go with the drivers: only levels of their own undo it."""
    survey = _survey(_people(2, agencies=60, each=200))
    within = fit_recommendation(survey, seed=1).row("ease")
    pooled = fit_recommendation(survey, agency_effects="none", seed=1).row("ease")
    assert abs(within["coefficient"] - 0.6) < 4 * within["coefficient_se"]
    assert pooled["coefficient"] < 0.6 - 4 * within["coefficient_se"]


def test_non_proportional_answers_get_the_model_of_the_cut() -> None:
    survey = _survey(_people(3, agencies=10, each=1500, proportional=False))
    got = fit_recommendation(survey, drivers=["ease"], seed=1)
    row = got.row("ease")
    assert got.facts["model"] == "positive answer only"
    assert row["estimate"] == row["at_cut"] != row["ordinal"]
    (check,) = [check for check in got.checks if check.name == "proportionality"]
    assert check.passed is False and "positive answer alone" in check.text


def _nearly_proportional(seed: int) -> pd.DataFrame:
    """One driver acts twice as much at the upper cuts; the other everywhere alike."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"agency": [f"A{code:02d}" for code in np.repeat(np.arange(10), 1500)]})
    for name in SLOPES:
        frame[name] = rng.integers(1, 6, len(frame)).astype(float)
    slopes = np.array([0.3, 0.3, 0.6, 0.6])
    shared = 0.4 * (frame["staff"].to_numpy() - 3)[:, None]
    below = expit(np.array([-3.0, -1.5, 0.6, 2.2]) - np.outer(frame["ease"] - 3, slopes) - shared)
    frame["recommend"] = 1.0 + (rng.uniform(size=(len(frame), 1)) > below).sum(axis=1)
    return frame


def test_a_driver_that_acts_differently_along_the_scale_is_freed() -> None:
    got = fit_recommendation(_survey(_nearly_proportional(21)), seed=1)
    table = got.frame.set_index("key")
    assert got.facts["model"] == "partial proportional odds"
    assert table.loc["ease", "freed"]
    assert abs(table.loc["ease", "coefficient"] - 0.6) < 4 * table.loc["ease", "coefficient_se"]
    assert abs(table.loc["staff", "coefficient"] - 0.4) < 4 * table.loc["staff", "coefficient_se"]
    # The shared effect uses the whole scale, so it is better known than at the cut alone.
    alone = fit_recommendation(
        _survey(
            _nearly_proportional(21).assign(recommend=lambda d: 1.0 + 4 * (d["recommend"] > 3))
        ),
        seed=1,
    ).frame.set_index("key")
    assert table.loc["staff", "std_error"] < alone.loc["staff", "std_error"]
    assert (np.abs(table["estimate"] - table["at_cut"]) < 0.01).all()


def test_answers_that_a_driver_separates_get_finite_effects() -> None:
    """Nobody who rates "ease" 1 to 4 is positive: likelihood alone would say infinity."""
    frame = _people(22)
    frame["ease"] = 1.0 + np.random.default_rng(22).integers(0, 5, len(frame))
    frame["recommend"] = np.where(frame["ease"] > 4, 5.0, 2.0)
    frame.loc[(frame["ease"] > 4) & (frame.index % 2 == 0), "recommend"] = 3.0
    got = fit_recommendation(_survey(frame), seed=1)
    assert got.facts["model"] == "penalized positive answer"
    assert np.isfinite(got.frame[["estimate", "std_error", "conf_low", "conf_high"]]).all(axis=None)
    assert got.row("ease")["coefficient"] > 1.0
    (check,) = [check for check in got.checks if check.name == "separation"]
    assert check.passed is False and "`ease` must not separate" in check.text


def test_random_agency_levels_give_averages_over_agencies() -> None:
    frame = _people(23, agencies=60, each=120)
    how: dict[str, Any] = {"drivers": ["ease", "staff"], "seed": 1}
    fixed = fit_recommendation(_survey(frame), **how)
    drawn = fit_recommendation(_survey(frame), agency_effects="random", **how)
    assert drawn.facts["agency_effects"] == "random"
    both = fixed.frame.set_index("key").join(drawn.frame.set_index("key"), suffixes=("", "_random"))
    assert (np.abs(both["estimate"] - both["estimate_random"]) < 3 * both["std_error"]).all()
    # Odds within an agency are further apart than shares averaged over agencies say.
    assert (both["odds_ratio_random"] < np.exp(both["coefficient_random"] * both["step"])).all()


def test_levels_drawn_from_a_distribution_need_agencies_and_say_what_they_leave_out() -> None:
    with pytest.raises(ModelError, match="at least 10 agencies; got 6"):
        fit_recommendation(_survey(_people(24, agencies=6)), agency_effects="random", seed=1)
    survey = _survey(_people(24), psu="psu")
    (check,) = [
        check
        for check in fit_recommendation(survey, agency_effects="random", seed=1).checks
        if check.name == "clusters"
    ]
    assert check.passed is False and "independent of each other" in check.text


def test_base_agencies_and_baseline_are_of_the_same_people() -> None:
    frame = _people(25)
    frame.loc[frame["agency"] == "A003", "recommend"] = np.tile([1.0, 2.0, 3.0], 50)
    got = fit_recommendation(_survey(frame), seed=1)
    kept = frame.loc[frame["agency"] != "A003"]
    assert got.facts["n"] == len(kept) and got.facts["agencies"] == 11
    assert got.facts["baseline"] == pytest.approx((kept["recommend"] >= 4).mean())
    assert "all or none of their answers are positive: 1 agency" in " ".join(
        check.text for check in got.checks
    )


def test_a_constant_driver_is_refused_without_agency_levels_too() -> None:
    survey = _survey(_people(26).assign(speed=3.0))
    with pytest.raises(ModelError, match="`speed` must vary independently"):
        fit_recommendation(survey, agency_effects="none", seed=1)


def test_scale_of_weights_changes_nothing() -> None:
    frame = _people(4)
    once = fit_recommendation(_survey(frame, weight="weight", psu="psu"), seed=1)
    heavier = frame.assign(weight=250 * frame["weight"])
    more = fit_recommendation(_survey(heavier, weight="weight", psu="psu"), seed=1)
    pd.testing.assert_frame_equal(more.frame, once.frame, rtol=1e-7, atol=1e-10)


def test_counts_equal_rows() -> None:
    frame = _people(5)[["agency", "recommend", *SLOPES]]
    cells = frame.groupby(list(frame.columns)).size().rename("people").reset_index()
    rows = fit_recommendation(_survey(frame), seed=1)
    counted = fit_recommendation(_survey(cells, count="people"), seed=1)
    pd.testing.assert_frame_equal(counted.frame, rows.frame, rtol=1e-9, atol=1e-12)


def test_errors_are_clustered_by_agency_from_forty_on() -> None:
    few = fit_recommendation(_survey(_people(6, agencies=12), psu="psu"), seed=1)
    assert few.facts["cluster"] == "psu" and few.facts["clusters"] == 200
    many = fit_recommendation(_survey(_people(6, agencies=40, each=60)), seed=1)
    assert many.facts["cluster"] == "agency" and many.facts["degrees_of_freedom"] == 39
    asked = fit_recommendation(_survey(_people(6, agencies=12)), cluster="agency", seed=1)
    (check,) = [check for check in asked.checks if check.name == "clusters"]
    assert check.passed is False and "12 agencies, 40 advised" in check.text


def test_small_and_unanimous_agencies_are_left_out() -> None:
    frame = _people(7)
    tiny = frame.head(11).assign(agency=["Tiny"] * 5 + ["Small"] * 6)
    glad = frame.head(40).assign(agency="Glad", recommend=5.0)
    base = fit_recommendation(_survey(frame), seed=1)
    more = fit_recommendation(_survey(pd.concat([frame, tiny, glad])), seed=1)
    assert_allclose(more.frame["coefficient"], base.frame["coefficient"], rtol=1e-9)
    names = {check.name for check in more.checks}
    assert {"small_agencies", "unanimous_agencies", "same_source"} <= names


def test_agencies_that_are_all_unanimous_leave_nothing_to_fit() -> None:
    frame = _people(7)
    with pytest.raises(ModelError, match="an agency whose answers differ; got none"):
        fit_recommendation(_survey(frame.assign(recommend=5.0)), seed=1)


def test_missing_answers_are_counted_and_rare_drivers_left_out() -> None:
    frame = _people(8)
    frame.loc[frame.index % 3 == 0, "speed"] = np.nan
    frame.loc[frame.index % 50 == 0, "ease"] = np.nan
    got = fit_recommendation(_survey(frame), seed=1)
    assert got.frame["key"].tolist() == ["ease", "staff"]
    checks = {check.name: check for check in got.checks}
    assert "speed is left out: 33% did not answer it" in checks["missing_driver"].text
    assert checks["complete_answers"].passed is True
    assert got.facts["n"] == frame["ease"].notna().sum()


def test_waves_get_a_level_each() -> None:
    frame = _people(9)
    frame["wave"] = np.where(frame.index % 2 == 0, "2024", "2025")
    both = fit_recommendation(_survey(frame, period="wave"), seed=1)
    one = fit_recommendation(_survey(frame, period="wave"), period="2025", seed=1)
    assert both.facts["n"] == len(frame) == 2 * one.facts["n"]


def test_refusals_name_need_and_what_came() -> None:
    frame = _people(10)
    few = _survey(frame.groupby("agency").head(12))
    with pytest.raises(ModelError, match="15 parameters needs at least 150 positive"):
        fit_recommendation(few, thresholds=Thresholds(hide=5, rank=5), seed=1)
    with pytest.raises(ModelError, match="The study names no driver questions"):
        fit_recommendation(_survey(frame), drivers=[], seed=1)
    with pytest.raises(ParamsError, match="`drivers` must not contain the outcome"):
        fit_recommendation(_survey(frame), drivers=["recommend"], seed=1)
    with pytest.raises(ParamsError, match="`agency_effects` must be one of 'fixed', 'random'"):
        fit_recommendation(_survey(frame), agency_effects="mixed", seed=1)
    with pytest.raises(ParamsError, match="`cluster` must be one of 'agency', 'psu'"):
        fit_recommendation(_survey(frame), cluster="psus", seed=1)
    with pytest.raises(ParamsError, match="'psu' needs a survey with sampling units"):
        fit_recommendation(_survey(frame), cluster="psu", seed=1)
    doubled = frame.assign(speed=frame["ease"])
    with pytest.raises(ModelError, match="`speed` must vary independently"):
        fit_recommendation(_survey(doubled), seed=1)


def test_the_survey_is_left_as_it_was() -> None:
    survey = _survey(_people(11), weight="weight")
    before = survey.to_frame()
    fit_recommendation(survey, seed=1)
    pd.testing.assert_frame_equal(survey.frame, before)


def test_intervals_of_a_null_driver_cover() -> None:
    cover, runs = 0, 100
    for seed in range(runs):
        survey = _survey(_people(100 + seed, agencies=10, each=60))
        row = fit_recommendation(survey, draws=10, seed=seed).row("speed")
        cover += row["conf_low"] <= 0 <= row["conf_high"]
    assert cover / runs >= 0.88


def test_a_raised_threshold_leaves_more_agencies_out() -> None:
    frame = _people(3, agencies=6)
    survey = _survey(frame.drop(frame.index[frame["agency"] == "A000"][40:]))
    options = {"draws": 10, "seed": 1}
    assert fit_recommendation(survey, **options).facts["agencies"] == 6
    got = fit_recommendation(survey, **options, thresholds=Thresholds(hide=41))
    # The second protects the first: totals are published.
    assert got.facts["agencies"] == 4
    texts = [check.text for check in got.checks]
    assert "Left out, because they may not be shown: 2 agencies." in texts
