"""Regression to the average where no counts were published."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from cxanalytics.errors import ModelError, ParamsError
from cxanalytics.models.published_regression import fit_published_regression
from cxanalytics.published import Published, PublishedMeasure
from cxanalytics.sources.csps import read_csps


def build(values, *, changed=(), **columns):
    """A share of each agency (rows) in each wave (columns)."""
    agencies, waves = values.shape
    frame = pd.DataFrame(
        {
            "agency": np.repeat([f"A{place:03}" for place in range(agencies)], waves),
            "period": np.tile([str(2000 + wave) for wave in range(waves)], agencies),
            "measure": "good",
            "value": values.ravel(),
            **columns,
        }
    )
    measure = PublishedMeasure("good", "Good", changed=changed)
    return Published(frame=frame, measures=(measure,), groups=tuple(columns))


def made(seed, *, agencies=60, waves=8, level=0.06, noise=0.03):
    """True levels and fresh noise in every wave, so that a known share of a gap is kept."""
    rng = np.random.default_rng(seed)
    true = 0.5 + level * rng.normal(size=(agencies, 1))
    return np.clip(true + noise * rng.normal(size=(agencies, waves)), 0, 1)


def test_the_share_kept_is_that_of_least_squares():
    """Reference: statsmodels, without a constant, clustered by agency."""
    values = made(1)
    got = fit_published_regression(build(values), measure="good").row("kept")
    gap = values - values.mean(axis=0)
    fit = sm.OLS(gap[:, 1:].ravel(), gap[:, :-1].ravel()).fit(
        cov_type="cluster", cov_kwds={"groups": np.repeat(np.arange(60), 7)}
    )
    assert got["estimate"] == pytest.approx(fit.params[0], rel=1e-10)
    # many clusters: both are CR1 but for the degrees of freedom in the small-sample factor
    assert got["std_error"] == pytest.approx(fit.bse[0], rel=0.02)


def test_a_known_truth_is_found_and_covered():
    kept = 0.06**2 / (0.06**2 + 0.03**2)
    hits, found = [], []
    for seed in range(25):
        row = fit_published_regression(build(made(seed)), measure="good").row("kept")
        hits.append(row["conf_low"] <= kept <= row["conf_high"])
        found.append(row["estimate"])
    # agencies are 60 in a set and their true levels a draw, so a set may lie off by .02
    assert np.mean(found) == pytest.approx(kept, abs=0.02)
    assert np.mean(hits) >= 0.84


def test_the_first_fall_back_and_the_last_rise():
    got = fit_published_regression(build(made(3)), measure="good")
    top, bottom = got.row("top_change"), got.row("bottom_change")
    assert top["conf_high"] < 0 < bottom["conf_low"]
    assert got.row("top")["estimate"] > 0 > got.row("bottom")["estimate"]
    facts = got.facts
    assert facts["shrunk_error"] < facts["same_error"]
    assert facts["less_low"] > 0
    assert (facts["agencies"], facts["waves"], facts["changes"]) == (60, 8, 420)


def test_where_nothing_is_noise_nothing_comes_back():
    values = np.linspace(0.3, 0.7, 120)[:, None] + np.zeros((1, 5))
    values = values + 1e-4 * np.random.default_rng(1).normal(size=values.shape)
    got = fit_published_regression(build(values), measure="good")
    assert got.row("kept")["estimate"] == pytest.approx(1.0, abs=1e-3)
    assert got.row("top_change")["conf_low"] < 0.001


def test_changes_across_a_new_wording_are_left_out():
    values = made(2)
    whole = fit_published_regression(build(values), measure="good").facts["changes"]
    broken = build(values, changed=("2004",))
    assert fit_published_regression(broken, measure="good").facts["changes"] == whole - 60


def test_agencies_of_a_small_level_are_left_out():
    levels = np.repeat(np.where(np.arange(60) < 5, "whole", "part"), 8)
    got = fit_published_regression(build(made(2), level=levels), measure="good")
    assert got.facts["agencies"] == 55


def test_refusals():
    with pytest.raises(ModelError, match="at least 10 changes of `good` from wave to wave; got 0"):
        fit_published_regression(build(made(1, waves=1)), measure="good")
    with pytest.raises(ModelError, match="more agencies in the first and the last tenth"):
        fit_published_regression(build(made(1, agencies=12)), measure="good")
    with pytest.raises(ParamsError, match="`level`"):
        fit_published_regression(build(made(1)), measure="good", level=2.0)


@pytest.mark.data
def test_the_civil_service_comes_back_to_the_average(data_dir):
    """Reference: slope .874, and the top tenth 12.1 above the average, then 1.3 less.

    The reference takes all organizations together; here a department that holds its agencies is
    left out, and gaps are those of all changes, so the slope agrees to .01 and the others to .3.
    """
    got = fit_published_regression(read_csps(data_dir / "csps"), measure="1.01.001.00")
    assert got.row("kept")["estimate"] == pytest.approx(0.874, abs=0.01)
    assert got.row("top")["estimate"] == pytest.approx(12.1, abs=0.3)
    assert got.row("top_change")["estimate"] == pytest.approx(-1.3, abs=0.2)
    assert got.facts["shrunk_error"] < got.facts["same_error"]
    assert got.facts["less_low"] > 0
