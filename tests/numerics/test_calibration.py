"""Calibration and skill beside scikit-learn and statsmodels, and their ranges."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats
from scipy.special import expit, logit
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

from cxanalytics.errors import ModelError
from cxanalytics.numerics.calibration import FIGURES, measure_calibration


def made_people(seed, *, groups=24, each=80, spread=0.3, stretch=1.0):
    """Predictions whose logit is stretched against the truth; groups have levels of their own."""
    rng = np.random.default_rng(seed)
    code = np.repeat(np.arange(groups), each)
    x = rng.normal(0.5, 1.2, len(code))
    y = (rng.random(len(code)) < expit(x + rng.normal(0, spread, groups)[code])).astype(float)
    return expit(stretch * x), y, rng.uniform(0.5, 2.0, len(code)), code


def measured(p, y, w, code, **options):
    base = np.full(len(p), np.average(y, weights=w))
    found = measure_calibration(p, y, base=base, mass=w, groups=code, level=0.95, **options)
    return dict(zip(FIGURES, found.estimate, strict=True)), found


def test_figures_are_those_of_other_libraries():
    p, y, w, code = made_people(1, stretch=1.4)
    told, _ = measured(p, y, w, code)
    base = np.full(len(p), np.average(y, weights=w))
    # cells hold one or two people here, and those of one cell count as ties
    assert told["auc"] == pytest.approx(roc_auc_score(y, p, sample_weight=w), abs=1e-5)
    assert told["brier"] == pytest.approx(brier_score_loss(y, p, sample_weight=w), abs=1e-12)
    assert told["log_loss"] == pytest.approx(log_loss(y, p, sample_weight=w), abs=1e-12)
    brier_base = brier_score_loss(y, base, sample_weight=w)
    assert told["brier_skill"] == pytest.approx(1 - told["brier"] / brier_base, abs=1e-12)
    loss_base = log_loss(y, base, sample_weight=w)
    assert told["log_loss_skill"] == pytest.approx(1 - told["log_loss"] / loss_base, abs=1e-12)
    assert told["in_the_large"] == pytest.approx(np.average(y - p, weights=w), abs=1e-12)
    design = sm.add_constant(logit(p))
    model = sm.GLM(y, design, family=sm.families.Binomial(), var_weights=w).fit(tol=1e-12)
    assert told["slope"] == pytest.approx(model.params[1], abs=1e-4)


def test_many_people_in_cells_agree_to_a_ten_thousandth():
    p, y, w, code = made_people(2, groups=50, each=800, stretch=0.8)
    told, _ = measured(p, y, w, code)
    assert told["auc"] == pytest.approx(roc_auc_score(y, p, sample_weight=w), abs=1e-4)


def test_the_range_is_that_of_leaving_out_one_group():
    p, y, w, code = made_people(3, groups=6)
    _, found = measured(p, y, w, code)
    left_out = []
    for group in range(6):
        rows = code != group
        base = np.full(len(p), np.average(y, weights=w))[rows]
        renumbered = np.unique(code[rows], return_inverse=True)[1]
        part = measure_calibration(
            p[rows], y[rows], base=base, mass=w[rows], groups=renumbered, level=0.95
        )
        left_out.append(part.estimate)
    spread = np.array(left_out) - np.mean(left_out, axis=0)
    error = np.sqrt(5 / 6 * (spread**2).sum(axis=0))
    # the cells of a part differ from those of the whole
    assert found.std_error == pytest.approx(error, rel=2e-3)
    assert found.high - found.estimate == pytest.approx(stats.t.ppf(0.975, 5) * error, rel=2e-3)


def test_stretched_predictions_have_the_inverse_slope():
    told, _ = measured(*made_people(4, groups=60, each=400, spread=0.0, stretch=2.0))
    assert told["slope"] == pytest.approx(0.5, abs=0.02)


def test_intervals_of_slope_area_and_level_keep_their_promise():
    # the figures of one population of 20,000 groups, good to .001
    truth = {
        "in_the_large": -0.0175,
        "slope": 0.7502,
        "auc": 0.7683,
        "brier": 0.1924,
        "brier_skill": 0.2024,
        "log_loss": 0.5694,
        "log_loss_skill": 0.1570,
    }
    hits = np.zeros(len(FIGURES))
    for seed in range(100):
        _, found = measured(*made_people(100 + seed, each=40, stretch=1.3))
        target = np.array([truth[name] for name in FIGURES])
        hits += (found.low <= target) & (target <= found.high)
    # 100 runs of a true 95%: 88 or more in 99.5 of 100 times, for each of seven figures
    assert hits.min() >= 88


def test_the_scale_of_weights_changes_nothing():
    p, y, w, code = made_people(6)
    first, second = measured(p, y, w, code)[1], measured(p, y, 100 * w, code)[1]
    assert second.estimate == pytest.approx(first.estimate, rel=1e-9)
    assert second.std_error == pytest.approx(first.std_error, rel=1e-7)


def test_refusals_say_what_is_needed():
    p, y, w, code = made_people(7, groups=3)
    with pytest.raises(ModelError, match="`groups` must hold at least 3 groups; got 2"):
        measured(p, y, w, np.minimum(code, 1))
    with pytest.raises(ModelError, match="must lie strictly between 0 and 1"):
        measured(np.where(code == 1, 1.0, p), y, w, code)
    base = np.full(len(p), 0.5)
    with pytest.raises(ModelError, match="`positive` must hold both outcomes"):
        measure_calibration(p, np.ones(len(p)), base=base, mass=w, groups=code, level=0.95)
