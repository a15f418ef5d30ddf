"""Small samples of real answers, where the whole is known."""

from __future__ import annotations

import numpy as np
import pytest

from cxanalytics.numerics.shrinkage import reml_tau2, shrink_normal, smooth_share_variance
from cxanalytics.sources.fevs_2018 import read_fevs_2018


@pytest.fixture(scope="module")
def counts(data_dir):
    """Positive and all answers of the agencies with more than 300 answers."""
    survey = read_fevs_2018(data_dir / "fevs_2018" / "test_set.csv.gz")
    answers = survey.frame["Q40"].dropna()
    positive = survey.question("Q40").scale.is_positive(answers)
    groups = survey.frame.loc[answers.index].assign(k=positive).groupby("agency")["k"]
    table = groups.agg(k="sum", n="size").loc[lambda each: each["n"] > 300]
    assert len(table) == 25
    return table["k"].to_numpy(dtype=int), table["n"].to_numpy(dtype=int)


@pytest.mark.data
@pytest.mark.parametrize(
    ("n", "raw_points", "plugged_points"),
    [(15, 11.5, 7.6), (30, 8.0, 6.3), (100, 4.3, 3.9), (200, 2.9, 2.8)],
)
def test_stabilized_scores_match_plugged_in_ones_with_better_coverage(
    counts, n: int, raw_points: float, plugged_points: float
):
    """Reference: raw and plugged-in errors on the same data; other samples, so within 7%."""
    k, total = counts
    truth, rng = k / total, np.random.default_rng(n)
    errors, covered = [], []
    for _ in range(120):
        raw = rng.hypergeometric(k, total - k, n) / n
        variance = smooth_share_variance(raw, np.full(len(k), float(n)))
        fit, tau2 = shrink_normal(raw, variance), reml_tau2(raw, variance)
        weight = 1.0 / (variance + tau2)
        center, keep = weight @ raw / weight.sum(), tau2 / (variance + tau2)
        plugged = center + keep * (raw - center)
        errors.append([np.square(each - truth).mean() for each in (raw, plugged, fit.mean)])
        half = 1.96 * np.sqrt(keep * variance)
        inside = np.abs(fit.mean - truth) <= 1.96 * fit.sd
        covered.append([(np.abs(plugged - truth) <= half).mean(), inside.mean()])
    raw_error, plugged_error, stabilized = 100 * np.sqrt(np.mean(errors, axis=0))
    assert raw_error == pytest.approx(raw_points, rel=0.07)
    assert plugged_error == pytest.approx(plugged_points, rel=0.07)
    assert stabilized < raw_error
    assert stabilized <= 1.01 * plugged_error
    plain, ours = np.mean(covered, axis=0)
    assert ours >= 0.92
    assert ours >= plain - 0.005
    if n == 15:
        assert plain < 0.88


@pytest.mark.data
def test_the_observed_first_is_often_not_among_the_best(counts):
    k, total = counts
    rng, best = np.random.default_rng(0), (k / total).argsort()[::-1][: len(k) // 4]
    hit = {
        n: np.mean([rng.hypergeometric(k, total - k, n).argmax() in best for _ in range(400)])
        for n in (15, 100)
    }
    # measured with 1,000 samples: 71% and 99.9%
    assert 0.6 < hit[15] < 0.8
    assert hit[100] > 0.97
