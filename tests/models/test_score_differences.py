"""Differences of scores: agreement with R, waves that share people, suppression, truth."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from cxanalytics.errors import DataError, ModelError, ParamsError
from cxanalytics.models.score_differences import FIGURES, RATIOS, fit_score_differences
from cxanalytics.models.scores import fit_scores
from cxanalytics.rules import CHANGED_WORDING, COMPLEMENTARY, FEW, FIRST_WAVE, HIDDEN, REORGANIZED
from cxanalytics.tables import Break, Survey

REFERENCE = os.environ.get("CXANALYTICS_REFERENCE")
HOW = {"agency": "agency", "outcome": "answer", "scale": "likert_1_5"}
NUMBERS = [*FIGURES, *RATIOS, "p_adjusted", "shared"]


def _frame(seed: int = 1, *, rows: int = 900) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "agency": rng.choice(["Ash", "Birch", "Cedar", "Elm"], rows),
            "channel": rng.choice(["phone", "web"], rows),
            "wave": rng.choice(["2023", "2024"], rows),
            "answer": rng.integers(1, 6, rows).astype(float),
            "weight": rng.uniform(0.5, 2.0, rows),
            "person": np.arange(rows),
            "unit": rng.integers(0, 60, rows),
        }
    )
    return frame.assign(unit=frame["agency"] + frame["unit"].astype(str))


def _survey(frame: pd.DataFrame, **more: str) -> Survey:
    more = {"channel": "channel", "period": "wave", **more}
    return Survey.from_frame(frame, **HOW, **more)


@pytest.mark.skipif(
    not REFERENCE, reason="CXANALYTICS_REFERENCE does not name the folder of reference values"
)
def test_difference_of_two_agencies_agrees_with_r_survey() -> None:
    folder = Path(str(REFERENCE))
    expected = json.loads((folder / "survey_nps.json").read_text())["expected"]["diff_A1_A2"]
    survey = Survey.from_frame(
        pd.read_csv(folder / "nps_sim.csv"),
        agency="agency",
        outcome="y",
        scale="nps_0_10",
        weight="w",
        psu="psu",
        stratum="strata",
    )
    got = fit_score_differences(survey, measure="y", statistic="net", reference="A2").row("A1")
    assert 100 * got["estimate"] == pytest.approx(expected["est"], rel=1e-10)
    assert 100 * got["std_error"] == pytest.approx(expected["se"], rel=1e-10)
    assert got["shared"] > 0 and got["covariance"] != 0


def test_the_rest_is_the_score_of_all_others() -> None:
    frame = _frame()
    got = fit_score_differences(_survey(frame, weight="weight", psu="unit"), measure="answer")
    frame["ash"] = np.where(frame["agency"] == "Ash", "Ash", "others")
    two = Survey.from_frame(frame, **{**HOW, "agency": "ash"}, weight="weight", psu="unit")
    scores = fit_scores(two, measure="answer")
    ash = got.row("Ash")
    assert ash["score"] == pytest.approx(scores.row("Ash")["estimate"])
    assert ash["reference_score"] == pytest.approx(scores.row("others")["estimate"])
    assert scores.covariance is not None
    error = np.sqrt([1, -1] @ scores.covariance @ [1, -1])
    assert ash["std_error"] == pytest.approx(error, rel=1e-10)
    assert ash["n_reference"] == scores.row("others")["n"]
    assert ash["ratio"] == pytest.approx(ash["score"] / ash["reference_score"])
    assert got.facts["comparisons"] == 4 and got.facts["reference"] == "rest"


def test_people_of_both_waves_make_the_change_surer() -> None:
    """Everyone answers twice and hardly changes: independent samples would hide a sure change."""
    rng = np.random.default_rng(3)
    first = rng.integers(1, 6, 300)
    second = np.clip(first + (rng.random(300) < 0.15), 1, 5)
    frame = pd.DataFrame(
        {
            "agency": np.tile(np.repeat(["Ash", "Birch"], 150), 2),
            "channel": "phone",
            "wave": np.repeat(["2023", "2024"], 300),
            "answer": np.concatenate([first, second]).astype(float),
            "person": np.tile(np.arange(300), 2),
        }
    )
    asked = {"measure": "answer", "between": "period", "by": "agency"}
    paired = fit_score_differences(_survey(frame, respondent="person"), **asked)
    apart = fit_score_differences(_survey(frame), **asked)
    assert_allclose(paired.frame["estimate"], apart.frame["estimate"])
    assert (paired.frame["shared"] == 150).all() and (apart.frame["shared"] == 0).all()
    assert (paired.frame["std_error"] < 0.5 * apart.frame["std_error"]).all()
    change = (second >= 4).astype(float) - (first >= 4)
    error = change[:150].std(ddof=1) / np.sqrt(150)
    # The design holds 300 people, so the factor is 300/299 where a paired test has 150/149.
    assert paired.row("Ash")["std_error"] == pytest.approx(error, rel=0.01)
    assert paired.row("Ash")["degrees_of_freedom"] == 149
    both = paired.frame["std_error"] ** 2 + 2 * paired.frame["covariance"]
    assert_allclose(both, apart.frame["std_error"] ** 2, rtol=0.01)
    (check,) = [check for check in paired.checks if check.name == "shared_units"]
    assert check.text.startswith("The two waves share sampling units in 2 of 2 comparisons")


@pytest.mark.parametrize("statistic", ["positive", "mean", "net"])
@pytest.mark.parametrize("asked", [{}, {"between": "period", "by": "agency"}], ids=["rest", "wave"])
def test_counts_equal_rows(statistic: str, asked: dict[str, str]) -> None:
    rows = _frame(2)[["agency", "channel", "wave", "answer"]]
    cells = rows.value_counts().rename("people").reset_index()
    tables = [
        fit_score_differences(survey, measure="answer", statistic=statistic, **asked).frame
        for survey in (_survey(rows), _survey(cells, count="people"))
    ]
    pd.testing.assert_frame_equal(tables[1], tables[0], rtol=1e-10)


def test_scale_of_weights_changes_nothing() -> None:
    frame = _frame(3)
    once, more = (
        fit_score_differences(
            _survey(frame.assign(weight=scale * frame["weight"]), weight="weight", psu="unit"),
            measure="answer",
        ).frame
        for scale in (1.0, 40.0)
    )
    pd.testing.assert_frame_equal(more, once, rtol=1e-9)


def _with_small(answers: float) -> Survey:
    """Elm has 6 answers and Fir 12, all alike; Oak has 20."""
    frame = _frame(4)
    for place, (name, size) in enumerate((("Elm", 6), ("Fir", 12), ("Oak", 20))):
        part = frame.iloc[:size].assign(agency=name, wave="2024", answer=answers)
        frame = frame[frame["agency"] != name] if place == 0 else frame
        frame = pd.concat([frame, part], ignore_index=True)
    return _survey(frame)


def test_hidden_agencies_leave_no_trace() -> None:
    tables = []
    for asked in ({"period": "2024"}, {"reference": "Ash"}, {"between": "channel"}):
        low, high = (
            fit_score_differences(_with_small(answer), measure="answer", **asked).frame
            for answer in (1.0, 5.0)
        )
        pd.testing.assert_frame_equal(low, high)
        tables.append(low)
    small = tables[0].set_index("key").loc[["Elm", "Fir", "Oak"]]
    assert small["suppressed_reason"].tolist() == [HIDDEN, COMPLEMENTARY, FEW]
    assert small[NUMBERS].isna().all(axis=None)
    assert small["n"].isna().tolist() == [True, True, False]
    assert small["n_reference"].isna().all()
    shown = tables[0].set_index("key").drop(["Elm", "Fir", "Oak"])
    assert (shown["n"] + shown["n_reference"]).nunique() == 1
    against = tables[1].set_index("key").loc["Oak"]
    assert against["suppressed_reason"] == FEW and against["n_reference"] > 100


def test_changes_that_cannot_be_shown_say_why() -> None:
    frame = _frame(5, rows=1600)
    frame = frame[(frame["agency"] != "Elm") | (frame["wave"] == "2024")]
    few = frame.query("agency == 'Cedar' and wave == '2023'").index[45:]
    survey = _survey(frame.drop(few))
    asked = {"measure": "answer", "between": "period", "by": "agency"}
    got = fit_score_differences(survey, **asked).frame.set_index("key")
    assert got["suppressed_reason"].to_dict() == {
        "Ash": "",
        "Birch": "",
        "Cedar": FEW,
        "Elm": FIRST_WAVE,
    }
    assert got.loc[["Cedar", "Elm"], NUMBERS].isna().all(axis=None)
    assert got.loc["Cedar", "n_reference"] == 45 and np.isnan(got.loc["Elm", "n_reference"])
    broken = replace(survey, breaks=(Break("Ash", "2024", "Ash was merged."),))
    reasons = fit_score_differences(broken, **asked).frame.set_index("key")["suppressed_reason"]
    assert reasons["Ash"] == REORGANIZED and reasons["Birch"] == ""
    asked_anew = replace(survey.question("answer"), changed=("2024",))
    changed = fit_score_differences(replace(survey, questions=(asked_anew,)), **asked)
    assert set(changed.frame["suppressed_reason"]) == {CHANGED_WORDING}
    assert changed.facts["comparisons"] == 0 and changed.frame["n"].notna().all()


def test_a_hidden_channel_of_an_agency_hides_another_one() -> None:
    frame = _frame(6)
    rng = np.random.default_rng(1)
    frame["channel"] = rng.choice(["email", "phone", "web"], len(frame))
    ash = frame.query("agency == 'Ash' and channel == 'email'").index
    got = fit_score_differences(
        _survey(frame.drop(ash[4:])), measure="answer", between="channel", by="agency"
    ).frame.set_index("key")
    assert got.loc["Ash: email", "suppressed_reason"] == HIDDEN
    assert COMPLEMENTARY in got.loc[["Ash: phone", "Ash: web"], "suppressed_reason"].tolist()
    # So that the channels' totals do not give it back either, another agency hides the same two.
    hidden = got.index[got["suppressed_reason"].isin([HIDDEN, COMPLEMENTARY])].tolist()
    assert hidden == ["Ash: email", "Ash: phone", "Cedar: email", "Cedar: phone"]
    # One channel is left of Ash, and so has no rest.
    assert got.loc[["Ash: email", "Ash: phone", "Ash: web"], NUMBERS].isna().all(axis=None)
    assert got.loc["Birch: web", "estimate"] == pytest.approx(
        got.loc["Birch: web", "score"] - got.loc["Birch: web", "reference_score"]
    )
    assert got.loc["Birch: web", "group"] == "Birch"


def test_pairs_and_references() -> None:
    survey = _survey(_frame(7))
    pairs = fit_score_differences(survey, measure="answer", reference="pairs", statistic="mean")
    assert len(pairs.frame) == 6 and "ratio" not in pairs.frame
    one = fit_score_differences(survey, measure="answer", reference="Elm", statistic="mean")
    assert one.frame["key"].tolist() == ["Ash", "Birch", "Cedar"]
    row, same = pairs.row("Cedar less Elm"), one.row("Cedar")
    assert_allclose(row[list(FIGURES)].astype(float), same[list(FIGURES)].astype(float))
    scores = fit_scores(survey, measure="answer", statistic="mean")
    gap = scores.row("Cedar")["estimate"] - scores.row("Elm")["estimate"]
    assert same["estimate"] == pytest.approx(gap)
    assert (pairs.frame["p_adjusted"] >= pairs.frame["p_value"]).all()


def test_true_differences_are_found_and_chance_is_not() -> None:
    rng = np.random.default_rng(8)
    share = np.r_[0.5, 0.75, np.full(38, 0.62)]
    agency = np.repeat(np.arange(40), 400)
    frame = pd.DataFrame(
        {
            "agency": [f"A{place:02d}" for place in agency],
            "answer": (rng.random(len(agency)) < share[agency]).astype(float),
        }
    )
    survey = Survey.from_frame(frame, agency="agency", outcome="answer", scale="yes_no")
    got = fit_score_differences(survey, measure="answer")
    clear = got.frame.loc[got.frame["p_adjusted"] < 0.05, "key"]
    assert {"A00", "A01"} <= set(clear) and len(clear) <= 4
    assert got.facts["clear"] == len(clear)
    assert got.row("A00")["conf_high"] < 0 < got.row("A01")["conf_low"]
    rest = (share.sum() - share) / 39
    inside = (got.frame["conf_low"] <= share - rest) & (got.frame["conf_high"] >= share - rest)
    assert inside.mean() >= 0.85


def test_nothing_is_clear_where_all_answers_are_alike() -> None:
    frame = _frame(9).assign(answer=5.0)
    got = fit_score_differences(_survey(frame), measure="answer").frame
    assert (got["p_value"] > 0.5).all() and (got["conf_low"] < -0.005).all()
    assert got["ratio"].eq(1).all()
    means = fit_score_differences(_survey(frame), measure="answer", statistic="mean").frame
    assert means[["conf_low", "conf_high", "p_value", "p_adjusted"]].isna().all(axis=None)
    assert means["estimate"].eq(0).all()


def test_a_side_with_one_unit_is_said() -> None:
    frame = _frame(10)
    frame.loc[frame["agency"] == "Elm", "unit"] = "Elm"
    got = fit_score_differences(_survey(frame, psu="unit"), measure="answer")
    (check,) = [check for check in got.checks if check.name == "lone_sampling_units"]
    assert check.passed is False and check.text.startswith("1 of 4 comparisons")
    assert got.row("Elm")["std_error"] > 0.5 * got.row("Ash")["std_error"]
    with pytest.raises(ModelError, match="two sampling units in at least one group"):
        fit_score_differences(_survey(frame, psu="agency"), measure="answer")


def test_messages_name_argument_need_and_what_came() -> None:
    survey = _survey(_frame())
    with pytest.raises(DataError, match=r"`between` must be a column.*got 'agencies'.*'agency'"):
        fit_score_differences(survey, measure="answer", between="agencies")
    with pytest.raises(ParamsError, match=r"`reference` must be one of 'rest', 'pairs', 'Ash'"):
        fit_score_differences(survey, measure="answer", reference="Ahs")
    waves = {"measure": "answer", "between": "period"}
    with pytest.raises(ModelError, match="A change needs an earlier wave; the first one is '2023'"):
        fit_score_differences(survey, **waves, period="2023")
    with pytest.raises(DataError, match="`period` must be one of '2023', '2024'; got '2025'"):
        fit_score_differences(survey, **waves, period="2025")
    with pytest.raises(DataError, match="`reference` must be one of '2023', '2024'; got '2022'"):
        fit_score_differences(survey, **waves, reference="2022")
    with pytest.raises(DataError, match="`reference` must be a wave before '2024'; got '2024'"):
        fit_score_differences(survey, **waves, reference="2024")
    with pytest.raises(ParamsError, match=r"`statistic` must be one of 'positive'.*got 'nett'"):
        fit_score_differences(survey, measure="answer", statistic="nett")
    with pytest.raises(ParamsError, match="`level` must lie between 0 and 1; got 95"):
        fit_score_differences(survey, measure="answer", level=95)
    alone = replace(survey, frame=survey.frame.query("agency == 'Ash'"))
    with pytest.raises(ModelError, match="needs two values to compare; 'agency' has one"):
        fit_score_differences(alone, measure="answer")
    few = replace(survey, frame=survey.frame.iloc[:20])
    with pytest.raises(ModelError, match="needs answers that may be shown; got none"):
        fit_score_differences(few, measure="answer", between="channel")


def test_the_survey_stays_as_it_was() -> None:
    survey = _survey(_frame(), weight="weight")
    before = survey.to_frame()
    fit_score_differences(survey, measure="answer")
    fit_score_differences(survey, measure="answer", between="period", by="agency")
    pd.testing.assert_frame_equal(survey.frame, before)
