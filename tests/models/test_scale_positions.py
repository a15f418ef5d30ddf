"""Positions under other ways to count: the same answers, the same order, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import logistic, norm, spearmanr

from cxanalytics.errors import ModelError, ParamsError
from cxanalytics.models import fit_scale_positions, fit_scores, fit_tested_claims, scale_positions
from cxanalytics.numerics.true_relation import true_correlation
from cxanalytics.tables import Survey


def _survey(seed=1, *, agencies=20, each=150, spread=0.8, other=0.0):
    """Satisfaction from 1 to 5, and a recommendation from 0 to 10 by the same people."""
    rng = np.random.default_rng(seed)
    agency = np.repeat(np.arange(agencies), each)
    level = rng.normal(0, spread, agencies)
    own = rng.normal(0, other, agencies) if other else np.zeros(agencies)
    mood = level[agency] + rng.normal(0, 1, len(agency))
    frame = pd.DataFrame(
        {
            "agency": [f"A{place:02d}" for place in agency],
            "satisfied": np.clip(np.round(3.2 + mood), 1, 5),
            "recommend": np.clip(np.round(7 + 2 * (mood + own[agency])), 0, 10),
            "yes": (mood > 0).astype(float),
        }
    )
    return Survey.from_frame(
        frame,
        agency="agency",
        outcome="satisfied",
        scale="likert_1_5",
        questions={"recommend": "nps_0_10", "yes": "yes_no"},
    )


def test_each_other_way_to_count_has_a_row() -> None:
    told = fit_scale_positions(_survey(), measures=["recommend"])
    assert told.frame["key"].tolist() == [
        "satisfied, top",
        "satisfied, mean",
        "satisfied, net",
        "recommend, positive",
    ]
    assert told.frame["kind"].tolist() == ["cut"] * 3 + ["scale"]
    assert (told.frame["estimate"] > 0.9).all()
    assert (told.frame["flipped"] == 0).all()
    ends = told.frame[["conf_low", "estimate", "conf_high"]].to_numpy()
    assert (np.diff(ends, axis=1) > 0).all() and (ends < 1).all()


def test_an_agency_without_answers_enough_is_in_no_pair() -> None:
    survey = _survey()
    few = survey.frame["agency"] == "A00"
    frame = survey.frame.loc[~few | (few.cumsum() <= 12)]
    told = fit_scale_positions(replace(survey, frame=frame), measures=["recommend"])
    assert (told.frame["estimate"] > 0.9).all()


def test_the_order_as_it_is_stands_beside() -> None:
    survey = _survey(2, spread=0.2)
    row = fit_scale_positions(survey).row("satisfied, mean")
    positive, mean = (
        fit_scores(survey, measure="satisfied", statistic=way).frame["estimate"]
        for way in ("positive", "mean")
    )
    assert row["uncorrected"] == pytest.approx(spearmanr(positive, mean).statistic)
    assert row["agencies"] == 20 and row["n"] == 3000


def test_ranges_are_widened_for_the_number_of_ways(monkeypatch) -> None:
    asked = []

    def noted(first, second, error, *, level):
        asked.append(level)
        return true_correlation(first, second, error, level=level)

    monkeypatch.setattr(scale_positions, "true_correlation", noted)
    fit_scale_positions(_survey(), measures=["recommend"], level=0.9)
    assert asked == pytest.approx([1 - 0.1 / 3] * 3 + [0.9])


def test_another_story_on_another_scale_is_seen() -> None:
    told = fit_scale_positions(_survey(3, other=3.0), measures=["recommend", "satisfied"])
    row = told.row("recommend, positive")
    assert row["conf_high"] < 0.9 and row["flipped"] > 0
    assert row["changed"] >= row["flipped"]
    # A question on the outcome's own scale is passed over.
    assert "satisfied, positive" not in set(told.frame["key"])


def test_ways_that_count_alike_are_taken_once() -> None:
    survey = _survey(4)
    ten = Survey.from_frame(survey.frame, agency="agency", outcome="recommend", scale="nps_0_10")
    assert fit_scale_positions(ten).frame["statistic"].tolist() == ["mean", "net"]
    two = Survey.from_frame(survey.frame, agency="agency", outcome="yes", scale="yes_no")
    assert fit_scale_positions(two).frame.empty


def test_the_range_covers_the_correlation_of_true_scores() -> None:
    """Two questions of the same people, whose moods they share: 0.6 between agencies."""
    rounds, held, agencies, each = 60, 0, 24, 80
    for seed in range(rounds):
        rng = np.random.default_rng(seed)
        level = rng.normal(0, 0.6, (agencies, 2)) @ np.linalg.cholesky([[1, 0.6], [0.6, 1]]).T
        agency = np.repeat(np.arange(agencies), each)
        # Both marginally logistic, so that agencies shift exactly on the logit scale.
        pair = rng.normal(size=(len(agency), 2)) @ np.linalg.cholesky([[1, 0.7], [0.7, 1]]).T
        latent = level[agency] + logistic.ppf(norm.cdf(pair))
        frame = pd.DataFrame({"agency": [f"A{place:02d}" for place in agency]})
        frame["yes"] = (latent[:, 0] > 0).astype(float)
        frame["agree"] = np.digitize(latent[:, 1], [-2, -1, 0, 1]) + 1.0
        survey = Survey.from_frame(
            frame,
            agency="agency",
            outcome="yes",
            scale="yes_no",
            questions={"agree": "likert_1_5"},
        )
        row = fit_scale_positions(survey, measures=["agree"]).row("agree, positive")
        held += row["conf_low"] <= 0.6 <= row["conf_high"]
    # Three Monte Carlo errors of 60 rounds below the 95% that is promised.
    assert held / rounds > 0.95 - 3 * np.sqrt(0.95 * 0.05 / rounds)


def _verdicts(seeds, *, uneven):
    """Agencies that shift all answers alike, or that also differ in how far answers spread."""
    for seed in seeds:
        rng = np.random.default_rng(seed)
        agency = np.repeat(np.arange(80), 100)
        level, wide = rng.normal(0, 0.15, 80), np.exp(rng.normal(0, uneven, 80))
        mood = level[agency] + wide[agency] * rng.normal(0, 1, len(agency))
        frame = pd.DataFrame({"agency": [f"A{place:02d}" for place in agency]})
        frame["satisfied"] = np.clip(np.round(3.6 + mood), 1, 5)
        survey = Survey.from_frame(frame, agency="agency", outcome="satisfied", scale="likert_1_5")
        yield fit_tested_claims(positions=fit_scale_positions(survey)).loc[2, "verdict"]


def test_chance_in_the_answers_does_not_support_that_the_scale_matters() -> None:
    assert "supported" not in set(_verdicts(range(20), uneven=0.0))


def test_orders_that_truly_differ_support_it() -> None:
    assert list(_verdicts(range(4), uneven=0.4)) == ["supported"] * 4


def test_the_same_score_everywhere_has_no_correlation() -> None:
    frame = _survey(7).frame.assign(satisfied=lambda rows: 4.0 + rows["yes"])
    survey = Survey.from_frame(frame, agency="agency", outcome="satisfied", scale="likert_1_5")
    told = fit_scale_positions(survey).frame  # Everybody is positive: nothing to correlate.
    assert told["estimate"].isna().all() and told["conf_high"].isna().all()
    assert fit_tested_claims(positions=fit_scale_positions(survey)).loc[2, "missing"]


def test_ways_that_agree_completely_stay_within_their_range() -> None:
    frame = _survey(8).frame.assign(satisfied=lambda rows: 1.0 + 4.0 * rows["yes"])
    survey = Survey.from_frame(frame, agency="agency", outcome="satisfied", scale="likert_1_5")
    told = fit_scale_positions(survey).frame
    assert (told["uncorrected"] > 0.999).all() and (told["estimate"] > 0.97).all()
    assert (told["estimate"] < told["conf_high"]).all() and (told["conf_high"] <= 1.0).all()


def test_few_agencies_and_unknown_ways_are_refused() -> None:
    few = _survey(6, agencies=8)
    with pytest.raises(ModelError, match="needs more than 8 that may be shown; got 8"):
        fit_scale_positions(few)
    with pytest.raises(ParamsError, match="`statistic` must be one of 'positive', 'top'"):
        fit_scale_positions(few, statistic="middle")
