"""Random intercepts and slopes against lme4."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxanalytics.errors import ModelError
from cxanalytics.numerics.random_slopes import random_slopes
from cxanalytics.numerics.unit_intercept import random_intercept

# lme4 stops before its likelihood is highest: ours is never lower, and its variances are off by up
# to 4e-4, coefficients far less.
OPTIMIZER = 1e-4


def _check(got, expected, order):
    np.testing.assert_allclose(got.coef, [expected["fixef"][n] for n in order], rtol=1e-5)
    se = np.sqrt(np.diag(got.covariance))
    np.testing.assert_allclose(se, [expected["se"][n] for n in order], rtol=OPTIMIZER)
    assert got.log_likelihood == pytest.approx(expected["logLik"], abs=1e-5)
    variance = expected["var"]["vcov"]
    covariance = got.unit_covariance
    found = [covariance[0, 0], covariance[1, 1], covariance[0, 1], got.residual_variance]
    np.testing.assert_allclose(found, variance, rtol=5e-4)
    assert got.log_likelihood > expected["logLik"] - 1e-8


def test_sleep_study_agrees_with_lme4(reference, reference_dir):
    expected = reference("lmer_sleepstudy")["expected"]
    data = pd.read_csv(reference_dir / "sleepstudy.csv")
    x = np.column_stack([np.ones(len(data)), data["Days"]])
    got = random_slopes(data["Reaction"], x, x, data["Subject"])
    _check(got, expected["slope"], ["(Intercept)", "Days"])
    lone = random_intercept(data["Reaction"], x, data["Subject"])
    inner = expected["intercept"]
    np.testing.assert_allclose(lone.coef, list(inner["fixef"].values()), rtol=1e-8)
    np.testing.assert_allclose(
        np.sqrt(np.diag(lone.covariance)), list(inner["se"].values()), rtol=1e-5
    )
    components = [lone.unit_variance, lone.residual_variance]
    np.testing.assert_allclose(components, inner["var"]["vcov"], rtol=1e-4)
    assert lone.log_likelihood == pytest.approx(inner["logLik"], abs=1e-6)


def test_intercepts_alone_agree_with_lme4_and_with_the_search_in_one_dimension(
    reference, reference_dir
):
    expected = reference("lmer_sleepstudy")["expected"]
    data = pd.read_csv(reference_dir / "sleepstudy.csv")
    x = np.column_stack([np.ones(len(data)), data["Days"]])
    got = random_slopes(data["Reaction"], x, np.ones(len(data)), data["Subject"])
    np.testing.assert_allclose(
        got.effects[:, 0], list(expected["ranef_intercept"].values()), rtol=OPTIMIZER
    )
    other = random_intercept(data["Reaction"], x, data["Subject"])
    assert got.log_likelihood == pytest.approx(other.log_likelihood, abs=1e-9)
    size, ratio = 10, got.unit_covariance[0, 0]
    spread = np.sqrt(ratio * got.residual_variance / (got.residual_variance + size * ratio))
    assert spread == pytest.approx(expected["ranef_condsd"][0], rel=OPTIMIZER)


def test_slopes_of_hours_in_army_companies_agree_with_lme4(reference, reference_dir):
    expected = reference("morale_hybrid_bh1996")["expected"]["random_slope"]
    data = pd.read_csv(reference_dir / "bh1996.csv")
    x = np.column_stack([np.ones(len(data)), data["W.HRS"], data["G.HRS"]])
    got = random_slopes(data["WBEING"], x, x[:, :2], data["GRP"])
    _check(got, expected, ["(Intercept)", "W.HRS", "G.HRS"])


def test_recovers_slopes_that_differ():
    rng = np.random.default_rng(1)
    unit = np.repeat(np.arange(300), 8)
    x = np.column_stack([np.ones(2400), rng.normal(size=2400)])
    own = rng.multivariate_normal([0, 0], [[1.0, 0.3], [0.3, 0.5]], 300)
    y = x @ [1.0, 2.0] + (x * own[unit]).sum(axis=1) + rng.normal(size=2400)
    got = random_slopes(y, x, x, unit, method="ml")
    np.testing.assert_allclose(got.unit_covariance, [[1.0, 0.3], [0.3, 0.5]], atol=0.15)
    assert np.corrcoef(got.effects[:, 1], own[:, 1])[0, 1] > 0.8


def test_refuses():
    y, unit = np.arange(6.0), np.repeat([0, 1], 3)
    with pytest.raises(ModelError, match="`method` must be one of"):
        random_slopes(y, np.ones((6, 1)), np.ones(6), unit, method="bayes")
    with pytest.raises(ModelError, match="linearly independent"):
        random_slopes(y, np.ones((6, 2)), np.ones(6), unit)
    with pytest.raises(ModelError, match="more than 1 rows"):
        random_slopes(y[:1], np.ones((1, 1)), np.ones(1), unit[:1])
