"""One Newton step without a group, beside refits by another library."""

from __future__ import annotations

import numpy as np
import statsmodels.api as sm
from numpy.testing import assert_allclose
from scipy.special import expit

from cxanalytics.numerics.influence import one_step_changes


def made_rows(seed=1, *, groups=8, each=120):
    rng = np.random.default_rng(seed)
    code = np.repeat(np.arange(groups), each)
    x = rng.normal(size=(len(code), 2))
    slope = np.where(code == 3, -0.8, 0.7)
    y = (rng.random(len(code)) < expit(0.4 * code / groups + slope * x[:, 0])).astype(float)
    return x, y, rng.uniform(0.5, 2.0, len(code)), code


def by_statsmodels(x, y, mass, code, rows):
    """Logit with an indicator for each group; likelihood weights are var_weights."""
    indicators = np.eye(code.max() + 1)[code[rows]]
    design = np.column_stack([x[rows], indicators[:, indicators.any(axis=0)]])
    model = sm.GLM(y[rows], design, family=sm.families.Binomial(), var_weights=mass[rows])
    return model.fit(tol=1e-12)


def test_one_step_comes_close_to_a_refit_even_without_an_odd_group():
    x, y, mass, code = made_rows()
    everyone = np.ones(len(code), dtype=bool)
    full = by_statsmodels(x, y, mass, code, everyone)
    found = one_step_changes(x, y, full.fittedvalues, mass=mass, groups=code)
    refits = np.array(
        [by_statsmodels(x, y, mass, code, code != g).params[:2] - full.params[:2] for g in range(8)]
    )
    # the step stops short by the curvature of the likelihood: 6% of a move of almost three errors
    assert_allclose(found, refits, atol=0.08 * np.abs(refits).max())
    assert np.abs(found[:, 0]).argmax() == 3
    assert found[3, 0] > 1.5 * full.bse[0]


def test_a_group_that_fits_perfectly_moves_nothing():
    x, y, mass, code = made_rows(2)
    full = by_statsmodels(x, y, mass, code, np.ones(len(code), dtype=bool))
    p = full.fittedvalues.copy()
    y = np.where(code == 5, p, y)
    found = one_step_changes(x, y, p, mass=mass, groups=code)
    assert_allclose(found[5], 0.0, atol=1e-12)


def test_the_scale_of_the_weights_and_the_order_of_rows_change_nothing():
    x, y, mass, code = made_rows(3)
    p = np.full(len(y), 0.6)
    once = one_step_changes(x, y, p, mass=mass, groups=code)
    mixed = np.random.default_rng(4).permutation(len(y))
    again = one_step_changes(
        x[mixed], y[mixed], p[mixed], mass=40 * mass[mixed], groups=code[mixed]
    )
    assert_allclose(again, once, rtol=1e-9)
