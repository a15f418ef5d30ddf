"""Our fits against the field's libraries, where these can fit the same model."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from numpy.testing import assert_allclose
from sklearn.linear_model import LogisticRegression
from statsmodels.miscmodels.ordinal_model import OrderedModel

from cxanalytics.numerics.cluster_robust import fit_clustered, robust_covariance
from cxanalytics.numerics.ordinal import fit_cumulative_link


@pytest.fixture(scope="module")
def people() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(11)
    design = rng.integers(1, 6, size=(1500, 2)).astype(float)
    latent = design @ [0.6, -0.3] + rng.logistic(size=1500)
    return np.digitize(latent, [-0.5, 0.7, 2.0]), design


@pytest.mark.parametrize("link", ["logit", "probit"])
def test_ordinal_model_agrees_with_statsmodels(
    people: tuple[np.ndarray, np.ndarray], link: str
) -> None:
    answers, design = people
    ours = fit_cumulative_link(answers, design, link=link)
    theirs = OrderedModel(answers, design, distr=link).fit(method="bfgs", disp=False, gtol=1e-8)
    # BFGS stops by its gradient; Newton is exact to rounding.
    assert_allclose(ours.coefficients, theirs.params[:2], atol=1e-5)
    assert_allclose(ours.log_likelihood, theirs.llf, rtol=1e-9)


def test_two_categories_agree_with_scikit_learn(people: tuple[np.ndarray, np.ndarray]) -> None:
    answers, design = people
    weights = np.random.default_rng(12).uniform(0.5, 2.0, len(answers))
    ours = fit_cumulative_link((answers > 1).astype(int), design, weights=weights)
    theirs = LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-10)
    theirs.fit(design, answers > 1, sample_weight=weights)
    assert_allclose(ours.coefficients, theirs.coef_[0], atol=1e-6)
    assert_allclose(-ours.thresholds, theirs.intercept_, atol=1e-6)


def test_cluster_robust_errors_agree_with_statsmodels() -> None:
    rng = np.random.default_rng(13)
    cluster = np.repeat(np.arange(30), 12)
    x = sm.add_constant(rng.normal(size=(360, 2)) + rng.normal(size=(30, 2))[cluster])
    y = x @ [1.0, 0.5, -0.2] + rng.normal(size=30)[cluster] + rng.normal(size=360)
    theirs = sm.OLS(y, x).fit(cov_type="cluster", cov_kwds={"groups": cluster})
    ours = robust_covariance(fit_clustered(x, y, cluster), kind="CR1S")
    assert_allclose(ours, theirs.cov_params(), rtol=1e-9)
