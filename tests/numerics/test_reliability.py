"""Alpha, omega, ICC, reliability of own means, agreement."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxanalytics.errors import ModelError
from cxanalytics.numerics.panel import random_intercept
from cxanalytics.numerics.reliability import (
    agreement_of_items,
    alpha_from_covariance,
    average_deviation,
    cronbach_alpha,
    intraclass,
    null_variance,
    one_factor_omega,
    own_mean_reliability,
    within_group_agreement,
)


@pytest.fixture
def agreeableness(reference_dir):
    items = pd.read_csv(reference_dir / "bfi25.csv")[["A1", "A2", "A3", "A4", "A5"]]
    return items.assign(A1=7 - items["A1"])


def test_alpha_agrees_with_psych(reference, agreeableness):
    expected = reference("morale_alpha_omega")["expected"]
    got = cronbach_alpha(agreeableness)
    complete = expected["complete"]
    assert got.n == complete["n"]
    assert got.alpha == pytest.approx(complete["raw_alpha"], rel=1e-10)
    assert got.standardized == pytest.approx(complete["std_alpha"], rel=1e-10)
    np.testing.assert_allclose(got.if_dropped, complete["alpha_if_dropped"], rtol=1e-10)
    np.testing.assert_allclose(got.item_rest, complete["r_drop"], rtol=1e-10)
    pairwise = alpha_from_covariance(agreeableness.cov(), n=len(agreeableness))
    there = expected["pairwise"]
    assert pairwise.alpha == pytest.approx(there["raw_alpha"], rel=1e-10)
    assert pairwise.standardized == pytest.approx(there["std_alpha"], rel=1e-10)
    assert pairwise.mean_correlation == pytest.approx(there["mean_r"], rel=1e-10)
    assert pairwise.std_error == pytest.approx(there["ase"], rel=1e-10)


def test_omega_agrees_with_lavaan(reference, agreeableness):
    """Two optimizers, each stopped near 1e-6."""
    expected = reference("morale_alpha_omega")["expected"]
    covariance = agreeableness.dropna().cov(ddof=0)
    omega, loading, unique = one_factor_omega(covariance)
    assert omega == pytest.approx(expected["omega_cfa"], rel=1e-5)
    np.testing.assert_allclose(loading, list(expected["loadings"].values()), rtol=1e-5)
    np.testing.assert_allclose(unique, list(expected["theta"].values()), rtol=1e-5)


def test_feldt_interval_covers_a_known_alpha():
    rng = np.random.default_rng(2)
    truth = 4 * 0.5 / (1 + 3 * 0.5)
    hits = []
    for _ in range(400):
        common = rng.normal(size=(60, 1)) * np.sqrt(0.5)
        got = cronbach_alpha(common + rng.normal(size=(60, 4)) * np.sqrt(0.5))
        hits.append(got.low <= truth <= got.high)
    assert 0.92 < np.mean(hits) < 0.98


@pytest.mark.parametrize("item", ["HRS", "COHES", "LEAD", "WBEING"])
def test_icc_agrees_with_multilevel(reference, reference_dir, item):
    expected = reference("morale_icc_rwg")["expected"]["icc"][item]
    data = pd.read_csv(reference_dir / "bh1996.csv")
    got = intraclass(data[item], data["GRP"], k="mean")
    assert got.icc1 == pytest.approx(expected["ICC1_anova"], rel=1e-10)
    assert got.icc2 == pytest.approx(expected["ICC2_anova"], rel=1e-10)
    assert [got.between, got.within] == pytest.approx([expected["MSB"], expected["MSW"]])
    assert got.icc1_low < got.icc1 < got.icc1_high
    assert got.f == pytest.approx(expected["F"], rel=1e-10)
    assert [got.n_units - 1, got.n - got.n_units] == expected["df"]
    reml = random_intercept(data[item], np.ones(len(data)), data["GRP"])
    size = data.groupby("GRP").size()
    own = own_mean_reliability(reml.unit_variance, reml.residual_variance, size)
    # lme4 and nlme differ from each other near 1e-7 to 1e-6
    variances = [reml.unit_variance, reml.residual_variance]
    assert variances == pytest.approx(expected["reml_var"], rel=1e-5)
    icc = reml.unit_variance / sum(variances)
    assert icc == pytest.approx(expected["reml_ICC"], rel=1e-5)
    assert icc == pytest.approx(expected["GmeanRel_ICC"], rel=1e-5)
    assert own[:3] == pytest.approx(expected["GmeanRel_first"], rel=1e-6)
    assert own.mean() == pytest.approx(expected["GmeanRel_mean"], rel=1e-6)


def test_agreement_agrees_with_multilevel(reference, reference_dir):
    expected = reference("morale_icc_rwg")["expected"]["agree"]
    data = pd.read_csv(reference_dir / "bh1996.csv")
    rwg = [
        within_group_agreement(group["LEAD"], null_variance=2.0)[0]
        for _, group in data.groupby("GRP")
    ]
    shown = np.maximum(rwg, 0)
    assert shown.mean() == pytest.approx(expected["rwg_LEAD"]["mean"], rel=1e-10)
    assert np.median(shown) == pytest.approx(expected["rwg_LEAD"]["median"], rel=1e-10)
    assert shown[:5] == pytest.approx(expected["rwg_LEAD"]["first5"]["rwg"], rel=1e-10)
    items = [f"LEAD{k:02d}" for k in range(1, 12)]
    data = pd.read_csv(reference_dir / "lq2002.csv")
    groups = [group[items] for _, group in data.groupby("COMPID")]
    lindell, rwgj = np.transpose([within_group_agreement(g, null_variance=2.0) for g in groups])
    there = expected["rwgj_lq2002"]
    assert np.mean(rwgj) == pytest.approx(there["mean"], rel=1e-10)
    assert np.median(rwgj) == pytest.approx(there["median"], rel=1e-10)
    assert rwgj[:5] == pytest.approx(there["first5"]["rwg.j"], rel=1e-10)
    there = expected["rwgj_lindell"]
    assert np.mean(lindell) == pytest.approx(there["mean"], rel=1e-10)
    assert lindell[:5] == pytest.approx(there["first5"]["rwg.lindell"], rel=1e-10)
    spread = [average_deviation(group) for group in groups]
    assert np.mean(spread) == pytest.approx(expected["ad_m"]["mean"], rel=1e-10)
    assert spread[:5] == pytest.approx(expected["ad_m"]["first5"]["AD.M"], rel=1e-10)
    alpha = cronbach_alpha(data[items]).alpha
    assert alpha == pytest.approx(expected["cronbach_lq2002"], rel=1e-10)


def test_own_mean_reliability_recovers_the_squared_correlation_with_truth():
    rng = np.random.default_rng(5)
    size = np.repeat([5, 40], 1500)
    truth = rng.normal(0, 0.5, 3000)
    unit = np.repeat(np.arange(3000), size)
    values = truth[unit] + rng.normal(0, 1.0, len(unit))
    got = intraclass(values, unit)
    mean = np.bincount(unit, weights=values) / size
    for n in (5, 40):
        here = size == n
        assert got.unit_reliability[here].mean() == pytest.approx(
            np.corrcoef(mean[here], truth[here])[0, 1] ** 2, abs=0.04
        )


def test_own_reliability_grows_with_size_and_icc2_does_not_tell_units_apart():
    got = own_mean_reliability(0.04, 1.0, [5, 50, 500])
    np.testing.assert_allclose(got, [1 / 6, 2 / 3, 20 / 21])


def test_null_variances_are_those_of_the_papers():
    for choices in (2, 5, 7, 11):
        even = null_variance(np.full(choices, 1 / choices))
        assert even == pytest.approx((choices**2 - 1) / 12)
    # LeBreton and Senter (2008), five answers, slight skew
    assert null_variance([0.05, 0.15, 0.20, 0.35, 0.25]) == pytest.approx(1.34)


def test_agreement_of_items_is_not_above_one_by_accident():
    """Beyond j / (j - 1) the formula turns positive again: raw, it must not be shown."""
    assert agreement_of_items(0.5, 1) == pytest.approx(0.5)
    assert agreement_of_items(1.0, 4) == 0.0
    assert agreement_of_items(1.2, 4) < 0.0
    assert agreement_of_items(2.0, 3) == pytest.approx(3.0)


@pytest.mark.parametrize(
    ("items", "message"),
    [
        (np.ones((5, 1)), "at least 2 items"),
        (np.ones((2, 2)), "more complete rows"),
        (np.ones((9, 2)), "must vary"),
    ],
)
def test_alpha_refuses(items, message):
    with pytest.raises(ModelError, match=message):
        cronbach_alpha(items)


def test_icc_refuses_one_unit_and_perfect_agreement():
    with pytest.raises(ModelError, match="at least 2 units"):
        intraclass([1.0, 2.0], ["a", "a"])
    with pytest.raises(ModelError, match="vary within units"):
        intraclass([1.0, 1.0, 2.0, 2.0], ["a", "a", "b", "b"])
