"""Agreement of colleagues describes: indices by hand, words, and nobody hidden by them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxanalytics.errors import ModelError
from cxanalytics.models import fit_agreement
from cxanalytics.models.agreement import name_agreement
from cxanalytics.numerics.reliability import (
    average_deviation,
    intraclass,
    within_group_agreement,
)
from cxanalytics.tables import Survey

ITEMS = ["a", "b", "c"]


def make_survey(scale="likert_1_5", seed=0, best=5):
    rng = np.random.default_rng(seed)
    size = rng.integers(10, 40, 24)
    team = np.repeat(np.arange(24), size)
    level = 0.5 + 0.6 * best + rng.normal(0, 0.4, 24)[team]
    own = rng.normal(0, np.linspace(0.2, 2.2, 24)[team])
    answers = level[:, None] + own[:, None] + rng.normal(0, 0.5, (len(team), 3))
    frame = pd.DataFrame(np.clip(np.round(answers), 1, best), columns=ITEMS)
    frame["team"] = [f"Team {place:02d}" for place in team]
    frame["agency"] = [f"Agency {place // 4}" for place in team]
    return Survey.from_frame(
        frame,
        agency="agency",
        unit="team",
        outcome="a",
        scale=scale,
        questions=dict.fromkeys(ITEMS, scale),
    )


def test_indices_are_those_of_each_unit_by_hand():
    survey = make_survey()
    got = fit_agreement(survey, items=ITEMS)
    groups = {team: part[ITEMS] for team, part in survey.frame.groupby("unit")}
    assert len(got.frame) == len(groups)
    for _, row in got.frame.iterrows():
        items = groups[row["unit"]]
        lindell, raw = within_group_agreement(items, null_variance=2.0)
        assert row["raw"] == pytest.approx(raw)
        assert row["estimate"] == pytest.approx(raw if lindell > 0 else 0.0)
        lean, skewed = within_group_agreement(items, null_variance=1.34)
        assert row["skewed"] == pytest.approx(skewed if lean > 0 else 0.0)
        assert row["deviation"] == pytest.approx(average_deviation(items))
        assert row["close"] == (row["deviation"] <= 5 / 6)
        assert row["n"] == len(items)


def test_no_agreement_shows_as_none_and_hides_nobody():
    got = fit_agreement(make_survey(), items=ITEMS)
    assert got.frame["estimate"].between(0, 1).all()
    assert (got.frame["estimate"] == 0).any()
    assert got.frame.loc[got.frame["estimate"] == 0, "word"].eq("lack of agreement").all()
    assert got.frame[["std_error", "conf_low", "conf_high"]].isna().all(axis=None)
    assert len(got.frame) == got.facts["units"] == 24


def test_facts_are_those_of_the_analysis_of_variance():
    survey = make_survey()
    got = fit_agreement(survey, items=ITEMS)
    score = survey.frame[ITEMS].mean(axis=1) / 4
    found = intraclass(score, survey.frame["unit"])
    assert got.facts["icc1"] == pytest.approx(found.icc1)
    assert got.facts["icc1_low"] == pytest.approx(found.icc1_low)
    assert got.facts["icc2"] == pytest.approx(found.icc2)
    mean = intraclass(score, survey.frame["unit"], k="mean")
    assert got.facts["icc1_mean_size"] == pytest.approx(mean.icc1)
    assert mean.icc2 == pytest.approx(found.icc2)
    assert got.facts["strong"] == pytest.approx((got.frame["estimate"].round(2) >= 0.71).mean())


@pytest.mark.parametrize(
    ("value", "word"),
    [
        (-0.4, "lack of agreement"),
        (0.304, "lack of agreement"),
        (0.305, "lack of agreement"),
        (0.31, "weak agreement"),
        (0.506, "moderate agreement"),
        (0.71, "strong agreement"),
        (0.904, "strong agreement"),
        (0.91, "very strong agreement"),
    ],
)
def test_words_are_those_of_lebreton_and_senter(value, word):
    assert name_agreement(value) == word


def test_a_lean_is_known_for_five_answers_only():
    got = fit_agreement(make_survey("nps_0_10", best=10), items=ITEMS)
    assert got.frame["skewed"].isna().all()
    assert got.facts["answers"] == 11
    assert np.isnan(got.facts["median_skewed"])


def test_items_of_unlike_length_are_refused():
    survey = make_survey()
    frame = survey.frame[["agency", "unit", *ITEMS]]
    mixed = Survey.from_frame(
        frame,
        agency="agency",
        unit="unit",
        outcome="a",
        scale="likert_1_5",
        questions={"b": "nps_0_10"},
    )
    with pytest.raises(ModelError, match="scales of one length; got 5, 11 answers"):
        fit_agreement(mixed, items=["a", "b"])
