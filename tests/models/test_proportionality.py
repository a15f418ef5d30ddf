"""Effects at every cut: truth, R's figures, agreement with the other models, refusals, coverage."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy.special import expit

from cxanalytics.errors import ModelError, ParamsError
from cxanalytics.models.proportionality import fit_proportionality
from cxanalytics.models.recommendation import fit_recommendation
from cxanalytics.models.steps import realistic_step
from cxanalytics.rules import Thresholds
from cxanalytics.tables import Estimates, Survey

CUTS = np.array([-1.0, 0.5, 2.0, 4.0])
SLOPES = {"ease": 0.6, "staff": 0.3}


def _people(seed: int, *, agencies: int = 10, each: int = 150, gap: float = 0.0) -> pd.DataFrame:
    """`gap` is how much more `ease` does at the top of the scale than at the bottom."""
    rng = np.random.default_rng(seed)
    agency = np.repeat(np.arange(agencies), each)
    level = rng.normal(0, 0.4, agencies)[agency]
    frame = pd.DataFrame({"agency": [f"A{code:03d}" for code in agency]})
    for name in SLOPES:
        frame[name] = np.clip(np.round(3 + 0.5 * level + rng.normal(size=len(agency))), 1, 5)
    slopes = SLOPES["ease"] + gap * np.linspace(-0.5, 0.5, 4)
    staff = SLOPES["staff"] * frame["staff"].to_numpy() - level
    below = expit(CUTS - np.outer(frame["ease"] - 3, slopes) - staff[:, None])
    below = np.maximum.accumulate(below, axis=1)
    frame["recommend"] = 1.0 + (rng.uniform(size=(len(frame), 1)) > below).sum(axis=1)
    return frame.assign(
        weight=rng.uniform(0.5, 2.0, len(frame)), psu=rng.integers(0, 150, len(frame))
    )


def _survey(frame: pd.DataFrame, **more: Any) -> Survey:
    more.setdefault("drivers", list(SLOPES))
    return Survey.from_frame(
        frame, agency="agency", outcome="recommend", scale="likert_1_5", **more
    )


def _checks(estimates: Estimates) -> dict[str, Any]:
    return {check.name: check for check in estimates.checks}


def test_the_cut_of_a_published_table_agrees_with_r(reference, reference_dir) -> None:
    """Housing (Madsen 1976): High against Low contact, from 1,681 people in 72 cells."""
    expected = reference("ordinal_housing")["expected"]
    cells = pd.read_csv(reference_dir / "housing.csv")
    cells["Sat"] = cells["Sat"].map({"Low": 3.0, "Medium": 4.0, "High": 5.0})
    cells["Cont"] = (cells["Cont"] == "High").astype(float)
    survey = Survey.from_frame(
        cells.assign(agency="all"),
        agency="agency",
        outcome="Sat",
        scale="likert_1_5",
        questions={"Cont": "yes_no"},
        drivers=["Cont"],
        case_mix=["Infl", "Type"],
        count="Freq",
    )
    got = fit_proportionality(survey, statistic="top", agency_effects="none")
    top = got.row("Cont@5")
    alone = expected["topbox_logit"]
    assert top["coefficient"] == pytest.approx(alone["coef"]["ContHigh"], rel=1e-6)
    change = expected["marginal_effects_P_High"]["Cont:High_vs_Low"]
    assert top["ordinal"] == pytest.approx(change["est"]["RD"], rel=1e-6)
    low = expected["vgam_nonparallel"]["coef"]["ContHigh:1"]
    assert got.row("Cont@4")["coefficient"] == pytest.approx(-low, abs=0.01)
    assert got.frame["cut_label"].tolist() == ["agree or better", "strongly agree"]
    # Brant's own statistic is 1.286, p .257, with the model-based covariance.
    assert top["p_same"] == pytest.approx(0.257, abs=0.02)


def test_the_published_cut_tells_what_the_recommendation_model_tells() -> None:
    survey = _survey(_people(1, gap=0.5), weight="weight", psu="psu")
    got = fit_proportionality(survey)
    other = fit_recommendation(survey, draws=10, seed=1).frame.set_index("key")
    rows = got.frame.loc[got.frame["published"]].set_index("driver")
    assert_allclose(rows["estimate"], other["at_cut"], rtol=1e-9)
    assert_allclose(rows["ordinal"], other["ordinal"], rtol=1e-9)
    assert rows["cut"].tolist() == [4.0, 4.0]
    assert (rows["cut_label"] == "agree or strongly agree").all()
    alone = fit_recommendation(_survey(_people(1, gap=2.0)), draws=10, seed=1)
    assert alone.facts["model"] != "proportional odds"
    at = fit_proportionality(_survey(_people(1, gap=2.0)))
    if alone.facts["model"] == "positive answer only":
        rows = at.frame.loc[at.frame["published"]]
        assert_allclose(rows["std_error"], alone.frame["std_error"], rtol=1e-5)


def test_known_truth_is_recovered_at_every_cut() -> None:
    frame = _people(2, agencies=12, each=4000, gap=0.6)
    got = fit_proportionality(_survey(frame))
    table = got.frame.loc[got.frame["driver"] == "ease"]
    truth = 0.6 + 0.6 * np.linspace(-0.5, 0.5, 4)
    assert_allclose(table["coefficient"], truth, atol=0.09)
    assert got.frame["key"].tolist()[:4] == ["ease@2", "ease@3", "ease@4", "ease@5"]
    assert table["coefficient"].is_monotonic_increasing
    assert (table["p_same"] < 1e-6).all()
    assert got.facts["freed"].startswith("ease")
    check = _checks(got)["proportionality_at_cut"]
    assert check.passed is False and "To be freed by this rule: ease" in check.text
    assert "it rejects differences that do not matter" in _checks(got)["equal_slopes"].text


def test_what_is_alike_along_the_scale_is_kept() -> None:
    got = fit_proportionality(_survey(_people(3, agencies=8, each=2500)))
    assert got.facts["gap"] < 0.01
    assert got.facts["p_same"] > 0.001
    check = _checks(got)["proportionality_at_cut"]
    assert check.passed is (got.facts["freed"] == "")
    assert_allclose(got.frame["gap"], got.frame["estimate"] - got.frame["ordinal"])
    assert_allclose(got.frame["estimate"], got.frame["share_to"] - got.frame["share_from"])
    assert got.covariance is not None
    assert_allclose(np.sqrt(np.diag(got.covariance)), got.frame["std_error"])
    # Neighboring cuts share people.
    correlation = got.covariance[0, 1] / np.sqrt(got.covariance[0, 0] * got.covariance[1, 1])
    assert 0.1 < correlation < 0.9


def test_the_gap_is_told_with_an_error_that_covers() -> None:
    """Where odds are proportional, the rule frees by chance and hardly any driver differs."""
    inside, freed, differ, runs = [], 0, 0, 40
    for seed in range(runs):
        got = fit_proportionality(_survey(_people(900 + seed, agencies=4, each=200)))
        rows = got.frame.loc[got.frame["published"]]
        inside += list(rows["gap"].abs() < 1.96 * rows["gap_std_error"])
        freed += got.facts["freed"] != ""
        differ += got.facts["differ"] != ""
    # Monte Carlo error of 80 ranges 2.4 points, of 40 surveys 3.4 points.
    assert 0.88 <= np.mean(inside) < 1.0
    assert freed > differ and differ / runs <= 0.15
    told = fit_proportionality(_survey(_people(1, agencies=10, each=1500, gap=1.2)))
    assert "ease" in told.facts["differ"].split(", ")


def test_scale_of_weights_changes_nothing() -> None:
    frame = _people(4)
    once = fit_proportionality(_survey(frame, weight="weight", psu="psu"))
    heavier = frame.assign(weight=250 * frame["weight"])
    more = fit_proportionality(_survey(heavier, weight="weight", psu="psu"))
    pd.testing.assert_frame_equal(more.frame, once.frame, rtol=1e-6, atol=1e-9)


def test_counts_equal_rows() -> None:
    frame = _people(5)[["agency", "recommend", *SLOPES]]
    cells = frame.groupby(list(frame.columns)).size().rename("people").reset_index()
    rows = fit_proportionality(_survey(frame))
    counted = fit_proportionality(_survey(cells, count="people"))
    pd.testing.assert_frame_equal(counted.frame, rows.frame, rtol=1e-8, atol=1e-11)


def test_cuts_with_few_answers_are_named_and_left_out() -> None:
    frame = _people(6, each=500)
    frame.loc[frame["recommend"] == 1.0, "recommend"] = 2.0
    frame.loc[frame.index[frame["recommend"] == 2.0][:8], "recommend"] = 1.0
    got = fit_proportionality(_survey(frame))
    assert sorted(set(got.frame["cut"])) == [3.0, 4.0, 5.0]
    assert "disagree or better" in _checks(got)["cuts_left_out"].text


def test_long_scales_are_shown_at_ten_cuts_with_the_published_one() -> None:
    rng = np.random.default_rng(7)
    x = rng.integers(1, 6, 6000).astype(float)
    latent = 50 + 8 * x + 15 * rng.logistic(size=6000)
    frame = pd.DataFrame(
        {"agency": "A", "x": x, "score": np.clip(5 * np.round(latent / 5), 0, 100)}
    )
    survey = Survey.from_frame(
        frame,
        agency="agency",
        outcome="score",
        scale="percent_0_100_by_5",
        questions={"x": "likert_1_5"},
        drivers=["x"],
    )
    got = fit_proportionality(survey, agency_effects="none")
    assert len(got.frame) == 10
    assert got.frame.loc[got.frame["published"], "cut"].tolist() == [75.0]
    assert got.frame["cut_label"].iloc[0].endswith(" or more")


def test_refusals_name_need_and_what_came() -> None:
    frame = _people(8)
    with pytest.raises(ModelError, match="names no driver questions"):
        fit_proportionality(_survey(frame), drivers=[])
    with pytest.raises(ParamsError, match="`agency_effects` must be one of 'fixed', 'none'"):
        fit_proportionality(_survey(frame), agency_effects="random")
    few = _survey(frame.groupby("agency").head(12))
    with pytest.raises(ModelError, match="12 parameters needs at least 120 answers on each side"):
        fit_proportionality(few, thresholds=Thresholds(hide=5, rank=5))
    yes = frame.assign(recommend=(frame["recommend"] > 3).astype(float))
    survey = Survey.from_frame(
        yes,
        agency="agency",
        outcome="recommend",
        scale="yes_no",
        questions=dict.fromkeys(SLOPES, "likert_1_5"),
        drivers=list(SLOPES),
    )
    with pytest.raises(ModelError, match="two answers has one cut"):
        fit_proportionality(survey)


def test_the_survey_is_left_as_it_was_and_small_agencies_are_left_out() -> None:
    frame = _people(9)
    tiny = frame.head(11).assign(agency=["Tiny"] * 5 + ["Small"] * 6)
    survey = _survey(pd.concat([frame, tiny]), weight="weight")
    before = survey.to_frame()
    got = fit_proportionality(survey)
    pd.testing.assert_frame_equal(survey.frame, before)
    assert got.facts["agencies"] == 10
    assert "small_agencies" in _checks(got)


def test_a_step_does_not_depend_on_the_scale_of_the_weights() -> None:
    """A quarter of the weight is reached exactly, so rounding must not decide."""
    from cxanalytics.models.answers import answer_rows

    frame = pd.DataFrame(
        {"agency": "A", "ease": [1.0] * 25 + [3.0] * 50 + [5.0] * 25, "recommend": [1.0, 5.0] * 50}
    )
    for weight in (1.0, 0.1, 1 / 3, 137.7):
        survey = _survey(frame.assign(w=weight), weight="w", drivers=["ease"])
        rows = answer_rows(survey, drivers=["ease"], case_mix=[], period=None, statistic="positive")
        step = realistic_step(rows, "ease")
        assert (step.low, step.high, step.size) == (1.0, 3.0, 2.0)


def test_joint_errors_of_two_cuts_cover() -> None:
    """Under proportional odds the slopes of all cuts are the same: the test keeps its size."""
    hits, runs = 0, 40
    for seed in range(runs):
        got = fit_proportionality(_survey(_people(500 + seed, agencies=4, each=200)))
        hits += got.frame["p_same"].iloc[0] > 0.05
    # Monte Carlo error 3.4 points.
    assert hits / runs >= 0.84
