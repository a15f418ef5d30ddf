"""Slopes without the error of the regressor."""

from __future__ import annotations

import numpy as np
import pytest

from cxanalytics.errors import ModelError
from cxanalytics.numerics.measurement_error import (
    Moments,
    corrected_interval,
    hybrid_moments,
)
from cxanalytics.numerics.panel import within_between

WITHIN, BETWEEN = 0.4, 0.8


def _draw(seed, units=60, waves=5, gaps=0.2, error=0.5, weights=False):
    rng = np.random.default_rng(seed)
    unit, wave = np.divmod(np.arange(units * waves), waves)
    kept = rng.random(len(unit)) >= gaps
    unit, wave = np.unique(unit[kept], return_inverse=True)[1], wave[kept]
    truth = rng.normal(size=units)[unit] + rng.normal(0, 0.7, len(unit)) + 0.2 * wave
    mean = (np.bincount(unit, truth) / np.bincount(unit))[unit]
    y = WITHIN * (truth - mean) + BETWEEN * mean + 0.3 * wave + rng.normal(0, 0.5, len(unit))
    y = y + rng.normal(0, 0.4, units)[unit]
    w = rng.uniform(0.5, 2.0, len(unit)) if weights else np.ones(len(unit))
    return y, truth, error * rng.normal(size=len(unit)), unit, wave, w / w.mean()


def _moments(y, x, unit, wave, w, error, which):
    hybrid = within_between(y, x, unit, wave=wave, weights=w)
    return hybrid_moments(hybrid, np.full(len(y), error**2), w, unit, which=which)


def _spread(moments):
    """Sum of squares of the measured column, the others held constant."""
    return 1.0 / np.linalg.inv(moments.xx.sum(axis=0))[moments.column, moments.column]


def _one_column(xy, xx, noise):
    return Moments(np.asarray(xx)[:, None, None], np.asarray(xy)[:, None], np.asarray(noise), 0)


@pytest.mark.parametrize("weights", [False, True])
@pytest.mark.parametrize("which", ["within", "between"])
def test_the_expected_noise_is_that_of_pure_error(which, weights):
    """Over many draws of nothing but error, its square in each part is what is taken out."""
    ratio = []
    y, _, _, unit, wave, w = _draw(1, units=30, weights=weights)
    for seed in range(150):
        error = np.random.default_rng(seed).normal(size=len(y))
        got = _moments(y, error, unit, wave, w, 1.0, which)
        ratio.append(_spread(got) / got.noise.sum())
    # the standard error of this mean is about .008 within and .02 between
    assert np.mean(ratio) == pytest.approx(1.0, abs=0.06)


def test_both_slopes_are_recovered_and_the_raw_ones_are_flat():
    got = {"within": [], "between": [], "raw": []}
    for seed in range(30):
        y, truth, error, unit, wave, w = _draw(seed)
        for which in ("within", "between"):
            moments = _moments(y, truth + error, unit, wave, w, 0.5, which)
            found = corrected_interval(moments, level=0.95)
            got[which].append(found.estimate)
            if which == "within":
                raw = np.linalg.solve(moments.xx.sum(axis=0), moments.xy.sum(axis=0))
                got["raw"].append(raw[moments.column])
    # standard errors of these means are about .013 and .02
    assert np.mean(got["within"]) == pytest.approx(WITHIN, abs=0.04)
    assert np.mean(got["between"]) == pytest.approx(BETWEEN, abs=0.06)
    assert np.mean(got["raw"]) < 0.32


def test_reliability_is_the_share_that_is_no_error():
    y, truth, error, unit, wave, w = _draw(3, units=300)
    got = _moments(y, truth + error, unit, wave, w, 0.5, "within")
    assert got.reliability == pytest.approx(0.49 / (0.49 + 0.25), abs=0.04)
    assert _one_column(np.ones(4), np.ones(4), np.full(4, 2.0)).reliability == 0.0


def test_without_error_it_is_the_plain_slope():
    y, truth, _, unit, wave, w = _draw(4)
    hybrid = within_between(y, truth, unit, wave=wave)
    for which in ("within", "between"):
        moments = hybrid_moments(hybrid, np.zeros(len(y)), w, unit, which=which)
        found = corrected_interval(moments, level=0.95)
        assert found.estimate == pytest.approx(hybrid.contrast(which) @ hybrid.fit.coef, rel=1e-9)
        assert found.method == "CR1" and found.low < found.estimate < found.high


@pytest.mark.parametrize("units", [8, 20])
def test_the_interval_covers_the_truth(units):
    """Where half or more of the spread is no error, as the models ask. A standard error of .02."""
    hits = []
    for seed in range(120):
        y, truth, error, unit, wave, w = _draw(seed, units=units, gaps=0.0)
        moments = _moments(y, truth + error, unit, wave, w, 0.5, "within")
        if moments.reliability < 0.5:
            continue
        found = corrected_interval(moments, level=0.95)
        hits.append(found.low <= WITHIN <= found.high)
    assert len(hits) > 90
    assert np.mean(hits) > 0.90


def test_few_clusters_have_a_corrected_error_or_no_interval():
    rng = np.random.default_rng(5)
    xy, xx, noise = rng.normal(1, 0.3, 8), rng.uniform(1, 2, 8), np.full(8, 0.2)
    found = corrected_interval(_one_column(xy, xx, noise), level=0.95)
    assert found.method == "CR2"
    assert found.estimate == pytest.approx(xy.sum() / (xx - noise).sum())
    none = corrected_interval(_one_column(xy[:5], xx[:5], noise[:5]), level=0.95)
    assert none.method == "none" and np.isnan(none.low) and "at least 6" in none.reason
    with pytest.raises(ModelError, match="nothing but error"):
        corrected_interval(_one_column(xy, xx, xx * 1.1), level=0.95)
