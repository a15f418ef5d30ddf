"""Influence values of the ordinal model give its own sandwich back."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from cxanalytics.numerics.ordinal import fit_cumulative_link
from cxanalytics.numerics.ordinal_influence import ordinal_influence


@pytest.mark.parametrize("grouped", [False, True])
def test_squares_of_influence_are_the_sandwich(grouped: bool) -> None:
    rng = np.random.default_rng(3)
    x = rng.normal(size=(800, 2))
    groups = rng.integers(0, 4, 800) if grouped else None
    latent = x @ [0.8, -0.4] + rng.logistic(size=800)
    answers = np.digitize(latent, [-1.0, 0.5, 2.0])
    weights = rng.uniform(0.5, 2.0, 800)
    how = {"weights": weights, "groups": groups}
    fit = fit_cumulative_link(answers, x, variance="information", **how)
    parts = ordinal_influence(fit, answers, x, weights, lead=fit.covariance, groups=groups)
    # At the maximum the scores sum to zero.
    assert_allclose(parts.sum(axis=0), 0.0, atol=1e-8)
    sandwich = fit_cumulative_link(answers, x, variance="sandwich", **how).covariance
    # n / (n - 1) between respondents.
    assert_allclose(parts.T @ parts * 800 / 799, sandwich, rtol=1e-6, atol=1e-12)
