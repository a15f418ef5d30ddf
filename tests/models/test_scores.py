"""Scores: agreement with R's survey through the tables, truth, coverage, and messages."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from cxanalytics.errors import DataError, ModelError, ParamsError
from cxanalytics.models.scorecard import fit_scorecard
from cxanalytics.models.scores import fit_scores
from cxanalytics.models.statistic import STATISTICS
from cxanalytics.numerics.small_samples import wilson_interval
from cxanalytics.rules import Thresholds
from cxanalytics.tables import Survey

REFERENCE, DATA = os.environ.get("CXANALYTICS_REFERENCE"), os.environ.get("CXANALYTICS_DATA")


def _survey(seed: int, *, rows: int = 500, **more: str) -> Survey:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "agency": rng.choice(["Ash", "Birch", "Cedar"], rows),
            "answer": rng.choice([1.0, 2.0, 3.0, 4.0, 5.0, np.nan], rows),
            "weight": rng.uniform(0.5, 2.0, rows),
            "psu": rng.integers(0, 50, rows),
        }
    )
    return Survey.from_frame(frame, agency="agency", outcome="answer", scale="likert_1_5", **more)


@pytest.mark.skipif(
    not REFERENCE, reason="CXANALYTICS_REFERENCE does not name the folder of reference values"
)
def test_nps_and_promoters_by_agency_agree_with_r_survey() -> None:
    folder = Path(str(REFERENCE))
    expected = json.loads((folder / "survey_nps.json").read_text())["expected"]
    survey = Survey.from_frame(
        pd.read_csv(folder / "nps_sim.csv"),
        agency="agency",
        outcome="y",
        scale="nps_0_10",
        weight="w",
        psu="psu",
        stratum="strata",
    )
    net = fit_scores(survey, measure="y", statistic="net", hide=False)
    assert net.frame["key"].tolist() == expected["by_agency"]["agency"]
    assert_allclose(100 * net.frame["estimate"], expected["by_agency"]["sc"], rtol=1e-10)
    assert_allclose(100 * net.frame["std_error"], expected["by_agency"]["se"], rtol=1e-10)
    assert net.covariance is not None
    change = np.array([1.0, -1.0, 0.0, 0.0, 0.0])
    error = 100 * np.sqrt(change @ net.covariance @ change)
    assert error == pytest.approx(expected["diff_A1_A2"]["se"], rel=1e-10)
    promoters = fit_scores(survey, measure="y", hide=False)
    intervals = expected["promoter_KornGraubard"]
    assert_allclose(promoters.frame["estimate"], intervals["prom"], rtol=1e-10)
    assert_allclose(promoters.frame["conf_low"], intervals["ci_l"], rtol=1e-8)
    assert_allclose(promoters.frame["conf_high"], intervals["ci_u"], rtol=1e-8)
    assert net.frame["degrees_of_freedom"].tolist() == expected["by_agency"]["degf"]
    everyone = fit_scores(survey, measure="y", statistic="net", by=None)
    assert 100 * everyone.row("all")["conf_low"] == pytest.approx(expected["ci95_t"][0], rel=1e-10)


@pytest.mark.skipif(not DATA, reason="CXANALYTICS_DATA does not name the folder of real data")
def test_federal_recommendation_is_the_published_share() -> None:
    """67.21 percent positive on Q40, weighted, in the 2018 extract of 101,881 answers."""
    frame = pd.read_csv(
        Path(str(DATA)) / "fevs_2018" / "test_set.csv.gz", usecols=["AGENCY", "Q40", "POSTWT"]
    )
    survey = Survey.from_frame(
        frame, agency="AGENCY", outcome="Q40", scale="likert_1_5", weight="POSTWT"
    )
    got = fit_scores(survey, measure="Q40", by=None).row("all")
    assert round(100 * got["estimate"], 2) == 67.21
    assert got["n"] == 101_881


def test_unweighted_shares_get_wilson_intervals() -> None:
    survey = _survey(1)
    got = fit_scores(survey, measure="answer").frame
    answers = survey.answers("answer")
    share = answers["answer"].ge(4).groupby(answers["agency"]).agg(["mean", "size"])
    low, high = wilson_interval(share["mean"], share["size"], level=0.95)
    assert_allclose(got["estimate"], share["mean"])
    assert_allclose(got["n"], share["size"])
    assert_allclose(got["conf_low"], low)
    assert_allclose(got["conf_high"], high)


@pytest.mark.parametrize("statistic", STATISTICS)
def test_counts_equal_rows(statistic: str) -> None:
    rows = _survey(2).frame[["agency", "answer"]].dropna()
    cells = rows.groupby(["agency", "answer"]).size().rename("people").reset_index()
    how = {"agency": "agency", "outcome": "answer", "scale": "likert_1_5"}
    from_rows = fit_scores(Survey.from_frame(rows, **how), measure="answer", statistic=statistic)
    from_cells = fit_scores(
        Survey.from_frame(cells, **how, count="people"), measure="answer", statistic=statistic
    )
    pd.testing.assert_frame_equal(from_cells.frame, from_rows.frame, rtol=1e-10)
    assert_allclose(from_cells.covariance, from_rows.covariance, rtol=1e-10, atol=1e-18)


def test_scale_of_weights_changes_nothing() -> None:
    survey = _survey(3, weight="weight", psu="psu")
    heavier = Survey(
        frame=survey.frame.assign(weight=40 * survey.frame["weight"]),
        questions=survey.questions,
        outcome=survey.outcome,
    )
    once, more = (fit_scores(one, measure="answer").frame for one in (survey, heavier))
    pd.testing.assert_frame_equal(more, once, rtol=1e-9)


def test_small_groups_keep_their_count_and_no_figure() -> None:
    survey = _survey(4, rows=60)
    frame = survey.frame.copy()
    frame.loc[frame.index[:6], "agency"] = "Elm"
    frame["answer"] = frame["answer"].fillna(3.0)
    small = Survey(frame=frame, questions=survey.questions, outcome="answer")
    got = fit_scores(small, measure="answer")
    assert got.row("Elm")["n"] == 6
    figures = ["estimate", "std_error", "conf_low", "conf_high", "n_eff", "degrees_of_freedom"]
    assert got.row("Elm")[figures].isna().all()
    assert got.covariance is not None
    assert np.isnan(got.covariance[got.frame["key"].eq("Elm")]).all()
    assert np.isfinite(fit_scores(small, measure="answer", hide=False).row("Elm")["estimate"])


def test_unanimous_groups_do_not_look_certain() -> None:
    frame = pd.DataFrame({"agency": ["Ash"] * 20 + ["Oak"] * 20, "answer": [5.0] * 20 + [2.0] * 20})
    frame["weight"] = np.tile([1.0, 2.0], 20)
    how = {"agency": "agency", "outcome": "answer", "scale": "likert_1_5"}
    for weight in (None, "weight"):
        survey = Survey.from_frame(frame, **how, weight=weight)
        got = fit_scores(survey, measure="answer")
        assert got.row("Ash")["conf_low"] < 0.87 and got.row("Ash")["conf_high"] == 1.0
        assert got.row("Oak")["conf_low"] == 0.0 and got.row("Oak")["conf_high"] > 0.13
        net = fit_scores(survey, measure="answer", statistic="net")
        assert net.row("Ash")["conf_low"] < 0.85 and net.row("Ash")["conf_high"] == 1.0


def test_each_statistic_counts_what_it_says() -> None:
    answers = [0.0, 3.0, 6.0, 7.0, 8.0, 9.0, 9.0, 10.0, 10.0, 10.0]
    frame = pd.DataFrame({"agency": "Ash", "answer": answers, "mood": [1, 2, 3, 4, 5] * 2})
    survey = Survey.from_frame(
        frame,
        agency="agency",
        outcome="answer",
        scale="nps_0_10",
        questions={"mood": "likert_1_5"},
    )
    truth = {
        "positive": (0.5, 0.4),
        "top": (0.5, 0.2),
        "top_two": (0.5, 0.4),
        "promoters": (0.5, 0.2),
        "detractors": (0.3, 0.4),
        "mean": (7.2, 3.0),
        "pomp": (0.72, 0.5),
        "net": (0.2, -0.2),
    }
    assert tuple(truth) == STATISTICS
    for statistic, expected in truth.items():
        for measure, score in zip(("answer", "mood"), expected, strict=True):
            got = fit_scores(survey, measure=measure, statistic=statistic)
            assert got.frame["estimate"].iloc[0] == pytest.approx(score)
    quantity = fit_scores(survey, measure="mood", statistic="detractors").quantity
    assert quantity == "Share of detractors (1 to 2 of 1 to 5): mood"
    quantity = fit_scores(survey, measure="answer", statistic="top_two").quantity
    assert quantity == "Share giving one of the two best answers of 0 to 10: answer"
    frame["yes"] = 1.0
    short = Survey.from_frame(frame, agency="agency", outcome="yes", scale="yes_no")
    with pytest.raises(ParamsError, match="'top_two' needs a scale of 4 answers or more; 'yes_no'"):
        fit_scores(short, measure="yes", statistic="top_two")


def test_means_from_few_units_of_a_large_design_keep_their_promise() -> None:
    """Five offices an agency: the plain variance is a fifth too small on average."""
    rng = np.random.default_rng(7)
    agency = np.repeat(np.arange(300), 50)
    office = np.repeat(np.arange(1500), 10)
    answer = np.clip(np.round(3 + rng.normal(size=1500)[office] + rng.normal(size=15_000)), 1, 5)
    survey = Survey.from_frame(
        pd.DataFrame({"agency": agency.astype(str), "office": office, "answer": answer}),
        agency="agency",
        outcome="answer",
        scale="likert_1_5",
        psu="office",
    )
    got = fit_scores(survey, measure="answer", statistic="mean").frame
    cover = (got["conf_low"] <= 3) & (got["conf_high"] >= 3)
    assert 0.92 <= cover.mean() <= 0.98
    assert (got["degrees_of_freedom"] == 4).all()


def test_messages_name_argument_need_and_what_came() -> None:
    survey = _survey(5, weight="weight")
    with pytest.raises(ParamsError, match=r"`statistic` must be one of 'positive'.*got 'nett'"):
        fit_scores(survey, measure="answer", statistic="nett")
    with pytest.raises(DataError, match=r"`by` must be a column.*got 'agencies'.*'agency'"):
        fit_scores(survey, measure="answer", by="agencies")
    with pytest.raises(DataError, match=r"`anwser` is not a question.*'answer'"):
        fit_scores(survey, measure="anwser")
    with pytest.raises(ParamsError, match="`level` must lie between 0 and 1; got 95"):
        fit_scores(survey, measure="answer", level=95)
    uneven = survey.frame.assign(weight=np.where(survey.frame.index < 20, 900.0, 1.0))
    with pytest.raises(ModelError, match="`weight` must leave at least 1 in 3 answers"):
        fit_scores(
            Survey(frame=uneven, questions=survey.questions, outcome="answer"), measure="answer"
        )


@pytest.mark.parametrize("people", [20, 200])
def test_intervals_of_weighted_shares_cover(people: int) -> None:
    rng = np.random.default_rng(6)
    truth, runs = 0.7, 300
    cover = 0
    for _ in range(runs):
        frame = pd.DataFrame(
            {
                "agency": "Ash",
                "answer": rng.uniform(size=people) < truth,
                "weight": rng.choice([1.0, 2.0, 3.0], people),
            }
        )
        survey = Survey.from_frame(
            frame.astype({"answer": float}),
            agency="agency",
            outcome="answer",
            scale="yes_no",
            weight="weight",
        )
        got = fit_scores(survey, measure="answer").frame.iloc[0]
        cover += got["conf_low"] <= truth <= got["conf_high"]
    assert 0.92 <= cover / runs <= 1.0


def test_a_raised_threshold_hides_more() -> None:
    survey = _survey(1, rows=60)
    sizes = fit_scores(survey, measure="answer").frame.set_index("key")["n"]
    got = fit_scores(survey, measure="answer", thresholds=Thresholds(hide=int(sizes.min()) + 1))
    assert got.row(sizes.idxmin())[["estimate", "conf_low", "n_eff"]].isna().all()
    assert got.row(sizes.idxmin())["n"] == sizes.min()
    assert np.isfinite(got.row(sizes.idxmax())["estimate"])
    assert got.covariance is not None and np.isnan(np.diag(got.covariance)).sum() >= 1


def test_a_survey_without_waves_has_no_earlier_wave():
    frame = pd.DataFrame({"office": ["A"] * 40 + ["B"] * 40, "good": [1, 2, 3, 4] * 20})
    survey = Survey.from_frame(frame, agency="office", outcome="good", scale="likert_1_5")
    assert list(fit_scorecard(survey, measures=["good"], period="")) == ["good"]
    assert fit_scorecard(survey, measures=["good"], period=None) == {}
