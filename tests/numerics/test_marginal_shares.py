"""Shares averaged over random intercepts: against simulation, differences, and the wrong way."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose
from numpy.typing import NDArray
from scipy.special import expit

from cxanalytics.errors import ModelError
from cxanalytics.numerics.marginal_shares import level_spread, marginal_share_above
from cxanalytics.numerics.random_intercept import fit_random_intercept
from cxanalytics.numerics.random_intercept_result import RandomInterceptFit


@pytest.fixture(scope="module")
def fitted() -> tuple[RandomInterceptFit, NDArray[np.int64], NDArray[np.int64]]:
    rng = np.random.default_rng(3)
    top, sub = rng.integers(0, 20, 6000), rng.integers(0, 5, 6000)
    design = rng.integers(1, 6, (6000, 2))
    effect = 0.9 * rng.normal(size=20)[top] + 0.6 * rng.normal(size=(20, 5))[top, sub]
    latent = design @ [0.3, -0.2] + effect + rng.logistic(size=6000)
    answers = np.digitize(latent, [-1.0, 0.2, 1.5, 2.2])
    groups = np.column_stack([top, sub])
    return fit_random_intercept(answers, design, groups, intervals=False), design, answers


def test_the_average_share_is_near_the_observed_one_and_not_that_of_the_average_group(
    fitted: tuple[RandomInterceptFit, NDArray[np.int64], NDArray[np.int64]],
) -> None:
    fit, design, answers = fitted
    share, _ = marginal_share_above(fit, design, cut=4)
    conditional = expit(design @ fit.coefficients - fit.thresholds[3]).mean()
    # These 100 groups have modes whose mean is not exactly zero: one point.
    assert share == pytest.approx((answers >= 4).mean(), abs=0.01)
    assert abs(conditional - share) > 0.02


def test_the_gradient_agrees_with_differences(
    fitted: tuple[RandomInterceptFit, NDArray[np.int64], NDArray[np.int64]],
) -> None:
    fit, design, _ = fitted
    mass = np.linspace(0.5, 2.0, len(design))
    point = np.concatenate([fit.thresholds, fit.coefficients, fit.sd])

    def share(at: NDArray[np.float64]) -> float:
        moved = replace(fit, thresholds=at[:4], coefficients=at[4:6], sd=at[6:])
        return marginal_share_above(moved, design, cut=2, mass=mass, setting={1: 3.0})[0]

    step = 1e-5 * np.eye(len(point))
    differences = [(share(point + s) - share(point - s)) / 2e-5 for s in step]
    _, gradient = marginal_share_above(fit, design, cut=2, mass=mass, setting={1: 3.0})
    # Central differences of a share lose about 1e-11 / 1e-5 to rounding.
    assert_allclose(gradient, differences, atol=1e-8)
    assert len(gradient) == len(fit.covariance)


def test_the_spread_of_a_level_is_that_of_simulated_groups(
    fitted: tuple[RandomInterceptFit, NDArray[np.int64], NDArray[np.int64]],
) -> None:
    fit, design, _ = fitted
    rng = np.random.default_rng(1)
    lean = design[:300]
    base = lean @ fit.coefficients - fit.thresholds[3]
    own = fit.sd[0] * rng.normal(size=2000)
    other = fit.sd[1] * rng.normal(size=200)
    shares = np.array([expit(base[:, None] + u + other).mean() for u in own])
    found = level_spread(fit, lean, cut=4, level=0, sd=float(fit.sd[0]))
    # 2,000 simulated groups know a standard deviation to 1.6%.
    assert found == pytest.approx(shares.std(), rel=0.05)
    assert level_spread(fit, lean, cut=4, level=0, sd=0.0) == 0.0


def test_a_cut_that_no_answer_falls_short_of_is_refused(
    fitted: tuple[RandomInterceptFit, NDArray[np.int64], NDArray[np.int64]],
) -> None:
    fit, design, _ = fitted
    with pytest.raises(ModelError, match="`cut` must lie between answers that occur"):
        marginal_share_above(fit, design, cut=0)
