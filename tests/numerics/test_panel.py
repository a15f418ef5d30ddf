"""Within, between and random-intercept regressions."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxanalytics.errors import ModelError
from cxanalytics.numerics.cluster_robust import fit_clustered, robust_covariance
from cxanalytics.numerics.panel import (
    demean,
    fixed_effects,
    random_intercept,
    unit_means,
    within_between,
)
from cxanalytics.numerics.unit_intercept import quasi_demean


def _bh1996(reference_dir):
    return pd.read_csv(reference_dir / "bh1996.csv")


def test_hybrid_agrees_with_lme4(reference, reference_dir):
    """lme4 stops its optimizer near 1e-6; coefficients hang on the variance ratio only weakly."""
    expected = reference("morale_hybrid_bh1996")["expected"]["hybrid"]
    data = _bh1996(reference_dir)
    got = within_between(data["WBEING"], data["HRS"], data["GRP"]).fit
    np.testing.assert_allclose(got.coef, list(expected["fixef"].values()), rtol=1e-6)
    np.testing.assert_allclose(
        np.sqrt(np.diag(got.covariance)), list(expected["se"].values()), rtol=1e-5
    )
    components = [got.unit_variance, got.residual_variance]
    np.testing.assert_allclose(components, expected["var"]["vcov"], rtol=1e-5)
    assert got.log_likelihood == pytest.approx(expected["logLik"], abs=1e-6)


def test_two_regressors_by_maximum_likelihood_agree_with_lme4(reference, reference_dir):
    expected = reference("morale_hybrid_bh1996")["expected"]["hybrid2_ML"]
    data = _bh1996(reference_dir)
    got = within_between(data["WBEING"], data[["HRS", "LEAD"]], data["GRP"], method="ml").fit
    by_name = expected["fixef"]
    order = ["(Intercept)", "W.HRS", "W.LEAD", "G.HRS", "G.LEAD"]
    np.testing.assert_allclose(got.coef, [by_name[name] for name in order], rtol=1e-6)
    se = np.sqrt(np.diag(got.covariance) * got.residual_variance / expected["var"]["vcov"][1])
    np.testing.assert_allclose(se, [expected["se"][name] for name in order], rtol=1e-4)
    assert got.log_likelihood == pytest.approx(expected["logLik"], abs=1e-6)


def test_difference_is_the_contextual_effect_of_mundlak(reference, reference_dir):
    """The two lme4 fits of one model differ by 1.5e-6 of this figure."""
    expected = reference("morale_hybrid_bh1996")["expected"]["mundlak"]
    data = _bh1996(reference_dir)
    got = within_between(data["WBEING"], data["HRS"], data["GRP"])
    for key, name in (("within", "HRS"), ("difference", "G.HRS")):
        c = got.contrast(key)
        assert c @ got.fit.coef == pytest.approx(expected["fixef"][name], rel=1e-5)
        se = np.sqrt(c @ got.fit.covariance @ c)
        assert se == pytest.approx(expected["se"][name], rel=1e-4)


def test_within_agrees_with_plm(reference, reference_dir):
    expected = reference("morale_hybrid_bh1996")["expected"]["within"]
    data = _bh1996(reference_dir)
    got = fixed_effects(data["WBEING"], data[["HRS", "LEAD"]], data["GRP"])
    np.testing.assert_allclose(got.coef, list(expected["coef"].values()), rtol=1e-8)
    np.testing.assert_allclose(
        np.sqrt(np.diag(got.covariance)), list(expected["se"].values()), rtol=1e-8
    )
    clustered = fit_clustered(got.rows_x, got.rows_y, data["GRP"])
    arellano = np.sqrt(np.diag(robust_covariance(clustered, kind="CR0")))
    np.testing.assert_allclose(arellano, list(expected["se_arellano"].values()), rtol=1e-8)


def test_two_way_effects_agree_with_plm(reference, reference_dir):
    expected = reference("panel_cluster")["expected"]["grunfeld"]
    data = pd.read_csv(reference_dir / "grunfeld.csv")
    x = data[["value", "capital"]]
    one = fixed_effects(data["inv"], x, data["firm"])
    two = fixed_effects(data["inv"], x, data["firm"], wave=data["year"])
    for got, name in ((one, "within"), (two, "twoways")):
        np.testing.assert_allclose(got.coef, list(expected[name]["coef"].values()), rtol=1e-8)
        se = np.sqrt(np.diag(got.covariance))
        np.testing.assert_allclose(se, list(expected[name]["se"].values()), rtol=1e-8)
    hybrid = within_between(data["inv"], x, data["firm"], wave=data["year"])
    np.testing.assert_allclose(hybrid.fit.coef[hybrid.within], two.coef, rtol=1e-6)


def _panel(seed, units=40, waves=5, within=0.3, between=0.8, gaps=True):
    rng = np.random.default_rng(seed)
    unit, wave = (a.ravel() for a in np.meshgrid(range(units), range(waves), indexing="ij"))
    kept = rng.random(len(unit)) > (0.25 if gaps else -1.0)
    level = rng.normal(size=units)
    x = level[unit] + rng.normal(0, 0.7, len(unit)) + 0.3 * wave
    y = within * (x - level[unit]) + between * level[unit] + 0.5 * wave
    y = y + rng.normal(0, 0.5, units)[unit] + rng.normal(0, 0.5, len(unit))
    return y[kept], x[kept], unit[kept], wave[kept]


def test_within_part_is_exactly_two_way_fixed_effects_in_an_unbalanced_panel():
    y, x, unit, wave = _panel(1)
    hybrid = within_between(y, x, unit, wave=wave)
    two_way = fixed_effects(y, x, unit, wave=wave)
    assert hybrid.contrast("within") @ hybrid.fit.coef == pytest.approx(two_way.coef[0], rel=1e-9)
    dummies = np.column_stack([np.eye(40)[unit], np.eye(5)[wave][:, 1:], x])
    by_dummies = np.linalg.lstsq(dummies, y, rcond=None)[0][-1]
    assert two_way.coef[0] == pytest.approx(by_dummies, rel=1e-9)


def test_recovers_within_and_between():
    got = [within_between(*_panel(seed)[:3], wave=_panel(seed)[3]) for seed in range(40)]
    within = np.mean([g.contrast("within") @ g.fit.coef for g in got])
    between = np.mean([g.contrast("between") @ g.fit.coef for g in got])
    assert within == pytest.approx(0.3, abs=0.03)
    # the mean of a unit's waves is a noisy level: attenuation toward the within slope
    assert 0.6 < between < 0.85


def test_demeaned_rows_have_no_unit_or_wave_means():
    _, x, unit, wave = _panel(2)
    rest = demean(x, unit, wave=wave)
    for label in (unit, wave):
        means = np.bincount(label, weights=rest) / np.bincount(label)
        np.testing.assert_allclose(means, 0, atol=1e-12)


def test_no_unit_variance_is_plain_least_squares():
    rng = np.random.default_rng(4)
    unit = np.repeat(np.arange(20), 5)
    x = np.column_stack([np.ones(100), rng.normal(size=100)])
    y = x @ [1.0, 2.0] + demean(rng.normal(size=100), unit)
    got = random_intercept(y, x, unit)
    assert got.unit_variance == pytest.approx(0.0, abs=1e-6)
    np.testing.assert_allclose(got.coef, np.linalg.lstsq(x, y, rcond=None)[0], atol=1e-6)


def test_weighted_random_intercepts_are_generalized_least_squares():
    """The deviance with dense covariances, as the ratio of variances varies."""
    y, x, unit, wave = _panel(5, units=12, waves=4)
    table = np.column_stack([np.ones(len(y)), x, wave])
    w = np.random.default_rng(6).uniform(0.3, 2.0, len(y))
    w = w / w.mean()
    got = random_intercept(y, table, unit, weights=w)

    def dense(ratio):
        v = np.diag(1.0 / w) + ratio * (unit[:, None] == unit[None, :])
        inner = table.T @ np.linalg.solve(v, table)
        coef = np.linalg.solve(inner, table.T @ np.linalg.solve(v, y))
        rest = y - table @ coef
        df = len(y) - 3
        sigma2 = rest @ np.linalg.solve(v, rest) / df
        logs = np.linalg.slogdet(v)[1] + np.linalg.slogdet(inner)[1]
        return -0.5 * (df * (np.log(2 * np.pi * sigma2) + 1) + logs), coef, sigma2

    ratio = got.unit_variance / got.residual_variance
    log_likelihood, coef, sigma2 = dense(ratio)
    np.testing.assert_allclose(got.coef, coef, rtol=1e-9)
    assert got.residual_variance == pytest.approx(sigma2, rel=1e-9)
    assert got.log_likelihood == pytest.approx(log_likelihood, rel=1e-10)
    assert all(dense(ratio * other)[0] < log_likelihood for other in (0.8, 0.98, 1.02, 1.25))


def test_counts_of_copies_as_weights_give_the_slopes_of_the_copies():
    y, x, unit, wave = _panel(7, units=15, waves=4)
    w = np.random.default_rng(8).integers(1, 4, len(y))
    got = fixed_effects(y, x, unit, wave=wave, weights=w)
    copies = fixed_effects(*(np.repeat(a, w) for a in (y, x, unit)), wave=np.repeat(wave, w))
    assert got.coef[0] == pytest.approx(copies.coef[0], rel=1e-9)
    hybrid = within_between(y, x, unit, wave=wave, weights=w)
    assert hybrid.contrast("within") @ hybrid.fit.coef == pytest.approx(got.coef[0], rel=1e-9)
    with pytest.raises(ModelError, match="`weights` must be positive"):
        fixed_effects(y, x, unit, weights=np.zeros(len(y)))


def test_correlations_of_the_three_kinds_are_those_of_the_paper(reference, reference_dir):
    """Hours and well-being of soldiers: -.16 for people, -.67 between companies, -.11 within."""
    expected = reference("morale_hybrid_bh1996")["expected"]["cor"]
    data = _bh1996(reference_dir)
    pair = data[["HRS", "WBEING"]].to_numpy()
    means = unit_means(pair, data["GRP"])
    first = np.unique(data["GRP"], return_index=True)[1]
    kinds = {"individual": pair, "between": means[first], "within": demean(pair, data["GRP"])}
    for kind, values in kinds.items():
        got = np.corrcoef(values, rowvar=False)[0, 1]
        assert got == pytest.approx(expected[kind], rel=1e-8)


def test_plain_means_and_random_effects_agree_with_plm(reference, reference_dir):
    """Swamy and Arora's variances put into the quasi-demeaned rows; exact algebra, 1e-8."""
    expected = reference("morale_hybrid_bh1996")["expected"]
    data = _bh1996(reference_dir)
    x, y = data[["HRS", "LEAD"]].to_numpy(), data["WBEING"].to_numpy()
    table = np.column_stack([np.ones(len(y)), unit_means(x, data["GRP"])])
    first = np.unique(data["GRP"], return_index=True)[1]
    means, y_means = table[first], unit_means(y, data["GRP"])[first]
    coef = np.linalg.lstsq(means, y_means, rcond=None)[0]
    np.testing.assert_allclose(coef, list(expected["between"]["coef"].values()), rtol=1e-8)
    variance = np.square(y_means - means @ coef).sum() / (len(first) - 3)
    se = np.sqrt(np.diag(variance * np.linalg.inv(means.T @ means)))
    np.testing.assert_allclose(se, list(expected["between"]["se"].values()), rtol=1e-8)
    components = expected["random"]["ercomp"]
    code = np.unique(data["GRP"], return_inverse=True)[1]
    ratio = components["id"] / components["idios"]
    theta = (1.0 - 1.0 / np.sqrt(1.0 + np.bincount(code) * ratio))[code]
    one = np.ones(len(y))
    rows = quasi_demean(np.column_stack([one, x]), code, theta=theta, weights=one)
    right = quasi_demean(y, code, theta=theta, weights=one)
    coef = np.linalg.lstsq(rows, right, rcond=None)[0]
    np.testing.assert_allclose(coef, list(expected["random"]["coef"].values()), rtol=1e-6)


def test_refuses_what_cannot_be_told_apart():
    unit = np.repeat(np.arange(10), 3)
    constant = unit.astype(float)
    y = np.random.default_rng(0).normal(size=30)
    with pytest.raises(ModelError, match="vary within units"):
        within_between(y, constant, unit)
    with pytest.raises(ModelError, match="vary between units"):
        within_between(y, np.tile([0.0, 1.0, 2.0], 10), unit)
    with pytest.raises(ModelError, match="`method` must be one of"):
        random_intercept(y, np.ones((30, 1)), unit, method="bayes")
