"""Claims about comparing agencies, and whether companies foretell an agency's next score."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cxanalytics.benchmark import benchmark_achievable, benchmark_scores
from cxanalytics.claims.verdicts import (
    CONTRADICTED,
    NOT_TESTABLE_HERE,
    OF_STAFF,
    SUPPORTED,
    TOO_IMPRECISE,
)
from cxanalytics.errors import ModelError, ParamsError
from cxanalytics.models import (
    fit_or_reason,
    fit_scores,
    fit_sector_prediction,
    fit_tested_benchmark_claims,
)
from cxanalytics.models.claims_benchmark import top_chances
from cxanalytics.models.sector_prediction import KEYS
from cxanalytics.tables import Estimates


def shares(values, n=900, *, names="Agency"):
    values = np.asarray(values, dtype=float)
    frame = pd.DataFrame(
        {
            "key": [f"{names} {place:02d}" for place in range(len(values))],
            "estimate": values,
            "std_error": np.sqrt(values * (1 - values) / n),
            "conf_low": values - 0.03,
            "conf_high": values + 0.03,
            "n": float(n),
            "n_eff": float(n),
        }
    )
    return Estimates(frame, quantity="share", facts={"statistic": "positive"})


def board(values, n=900):
    return benchmark_scores(shares(values, n), seed=1, draws=2000)


def test_without_data_nothing_is_testable_and_what_is_missing_is_said():
    claims = fit_tested_benchmark_claims()
    assert claims["claim"].tolist() == [22, 23, 24]
    assert (claims["verdict"] == NOT_TESTABLE_HERE).all()
    assert claims["missing"].tolist()[:2] == ["case mix", "both sectors"]


def test_answers_of_staff_test_no_claim_about_customers():
    claims = fit_tested_benchmark_claims(board=board(np.linspace(0.5, 0.7, 20)), of_staff=True)
    assert (claims["missing"] == OF_STAFF).all()


def test_one_agency_far_off_supports_and_all_alike_contradict():
    far = board([0.9, *np.linspace(0.58, 0.62, 20)], 3000)
    alike = board(np.linspace(0.6, 0.601, 30), 60_000)
    rows = [
        fit_tested_benchmark_claims(board=made, adjusted=made).set_index("claim").loc[22]
        for made in (far, alike)
    ]
    assert [row["verdict"] for row in rows] == [SUPPORTED, CONTRADICTED]
    assert rows[0]["estimate"] == pytest.approx(0.3, abs=0.03)


def test_leaders_are_known_only_where_they_stand_apart():
    apart = board([0.9, 0.89, *np.linspace(0.55, 0.65, 18)], 3000)
    together = board(np.linspace(0.6, 0.601, 20), 60_000)
    # Half of them may lead: with few answers that says nothing of how far they are apart.
    few = board(np.linspace(0.55, 0.65, 20), 60)
    first, second, third = (
        fit_tested_benchmark_claims(board=made).set_index("claim").loc[24]
        for made in (apart, together, few)
    )
    assert third["verdict"] == TOO_IMPRECISE
    assert third["other"] > 10
    assert first["verdict"] == SUPPORTED
    assert first["changed"] == 2
    assert second["verdict"] == CONTRADICTED
    # Chances of all agencies add up to the places there are: 2 of 20.
    assert top_chances(apart).sum() == pytest.approx(2.0)


def test_the_level_of_the_leaders_is_that_of_the_achievable_benchmark():
    scores = shares(np.linspace(0.5, 0.8, 20), 2000)
    made = benchmark_scores(scores, seed=1, draws=2000)
    level = benchmark_achievable(scores, seed=1, draws=1000)
    row = fit_tested_benchmark_claims(board=made, achievable=level).set_index("claim").loc[24]
    assert row["estimate"] == level.facts["achievable"]


def two_waves(rng, *, company, agencies=30, drift=0.01):
    truth = rng.normal(0.6, 0.03, agencies)
    before = shares(truth + rng.normal(0, 0.01, agencies))
    now = shares(truth + rng.normal(0, drift, agencies))
    return before, now, shares(rng.normal(company, 0.03, 15), names="Company")


def test_far_off_companies_foretell_worse_and_the_error_is_what_was_made():
    before, now, companies = two_waves(np.random.default_rng(1), company=0.8)
    found = fit_sector_prediction(before, now, companies=companies, seed=1, draws=400)
    assert tuple(found.frame["key"]) == KEYS
    # Companies lie 20 points off and government about 2.4 (the mean distance of a normal
    # with a standard deviation of 3 points from its middle); the draw of 30 moves them a little.
    assert found.row("corporate")["estimate"] == pytest.approx(0.20, abs=0.025)
    assert found.row("government")["estimate"] == pytest.approx(0.024, abs=0.008)
    claims = fit_tested_benchmark_claims(sectors=found).set_index("claim")
    assert claims.loc[23, "verdict"] == SUPPORTED
    assert claims.loc[23, "changed"] == 15


def test_companies_that_foretell_better_than_the_own_score_contradict():
    rng = np.random.default_rng(2)
    truth = np.full(80, 0.6)
    before = shares(truth + rng.normal(0, 0.05, 80))
    now = shares(truth + rng.normal(0, 0.05, 80))
    same = shares(rng.normal(0.6, 0.005, 15), names="Company")
    found = fit_sector_prediction(before, now, companies=same, seed=1, draws=400)
    claims = fit_tested_benchmark_claims(sectors=found).set_index("claim")
    assert claims.loc[23, "verdict"] == CONTRADICTED


def test_companies_alike_leave_the_claim_open():
    before, now, companies = two_waves(np.random.default_rng(3), company=0.6, drift=0.03)
    found = fit_sector_prediction(before, now, companies=companies, seed=1, draws=400)
    claims = fit_tested_benchmark_claims(sectors=found).set_index("claim")
    assert claims.loc[23, "verdict"] in (TOO_IMPRECISE, CONTRADICTED)


def test_the_interval_covers_the_error_of_many_agencies():
    # Truth by a very large draw; 60 small ones: at least 50 of them hold it at 95%.
    rng = np.random.default_rng(4)
    big = two_waves(rng, company=0.7, agencies=4000)
    truth = (
        np.abs(big[1].frame["estimate"] - 0.7).mean()
        - np.abs(big[1].frame["estimate"] - 0.6).mean()
    )
    held = 0
    for seed in range(60):
        before, now, companies = two_waves(rng, company=0.7)
        row = fit_sector_prediction(before, now, companies=companies, seed=seed, draws=200).row(
            "against_government"
        )
        held += row["conf_low"] <= truth <= row["conf_high"]
    assert held >= 50


def test_few_companies_are_refused_and_the_claim_says_why():
    before, now, companies = two_waves(np.random.default_rng(5), company=0.8)
    few = replace(companies, frame=companies.frame.head(7))
    with pytest.raises(ModelError, match="8 companies; got 30 and 7"):
        fit_sector_prediction(before, now, companies=few, seed=1)
    with pytest.raises(ParamsError):
        fit_sector_prediction(before, now, companies=companies, seed=1, draws=10)


def test_a_study_without_companies_lacks_both_sectors():
    before, now = shares(np.linspace(0.5, 0.7, 20)), shares(np.linspace(0.5, 0.7, 20))
    companies = fit_or_reason(fit_scores, None)
    sectors = fit_or_reason(fit_sector_prediction, before, now, companies=companies, seed=1)
    claims = fit_tested_benchmark_claims(sectors=sectors).set_index("claim")
    assert claims.loc[23, "missing"] == "both sectors"


def test_no_hidden_agency_foretells_anything_nor_one_that_was_another():
    before, now, companies = two_waves(np.random.default_rng(6), company=0.7)
    # One agency has few answers, so that another is hidden beside it.
    small = now.frame.assign(n=[4.0, *now.frame["n"][1:]], n_eff=[4.0, *now.frame["n_eff"][1:]])
    hidden = replace(now, frame=small)
    found = fit_sector_prediction(before, hidden, companies=companies, seed=1, draws=200)
    assert found.facts["agencies"] == 28
    left = fit_sector_prediction(
        before, now, companies=companies, seed=1, draws=200, broken=["Agency 03"]
    )
    assert left.facts["agencies"] == 29


def test_a_new_wording_foretells_nothing():
    before, now, companies = two_waves(np.random.default_rng(7), company=0.7)
    with pytest.raises(ModelError, match="changed between the waves"):
        fit_sector_prediction(before, now, companies=companies, seed=1, changed=True)
