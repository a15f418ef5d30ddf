"""Population-averaged shares against R, and against finite differences."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from cxanalytics.numerics import standardize
from cxanalytics.numerics.ordinal import fit_cumulative_link

FOLDER = os.environ.get("CXANALYTICS_REFERENCE")


@pytest.mark.skipif(
    not FOLDER, reason="CXANALYTICS_REFERENCE does not name the folder of reference values"
)
def test_contrasts_agree_with_r() -> None:
    path = Path(str(FOLDER))
    expected = json.loads((path / "ordinal_housing.json").read_text())["expected"]
    frame = pd.read_csv(path / "housing.csv")
    answers = frame["Sat"].map({"Low": 0, "Medium": 1, "High": 2}).to_numpy()
    names = [("Infl", "Medium"), ("Infl", "High"), ("Type", "Apartment")]
    names += [("Type", "Atrium"), ("Type", "Terrace"), ("Cont", "High")]
    design = np.column_stack([frame[name] == level for name, level in names]).astype(np.int8)
    fit = fit_cumulative_link(answers, design, counts=frame["Freq"])
    settings = {
        "Infl:High_vs_Low": ({0: 0.0, 1: 0.0}, {0: 0.0, 1: 1.0}),
        "Cont:High_vs_Low": ({5: 0.0}, {5: 1.0}),
        "Type:Terrace_vs_Tower": ({2: 0.0, 3: 0.0, 4: 0.0}, {2: 0.0, 3: 0.0, 4: 1.0}),
    }
    for name, (before, after) in settings.items():
        row = expected["marginal_effects_P_High"][name]
        got = standardize.share_contrast(
            fit, design, cut=2, before=before, after=after, mass=frame["Freq"]
        )
        assert_allclose(
            [got.high, got.low, got.difference, got.log_ratio, np.exp(got.log_odds_ratio)],
            [row["est"][key] for key in ("p1", "p0", "RD", "logRR", "OR")],
            rtol=1e-6,
        )
        assert_allclose(
            [got.difference_se, got.log_ratio_se, got.log_odds_ratio_se * row["est"]["OR"]],
            [row["se_delta"][key] for key in ("RD", "logRR", "OR")],
            rtol=1e-5,
        )


def _fitted() -> tuple[object, np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    design = rng.integers(1, 6, (400, 2)).astype(np.int8)
    groups, weights = rng.integers(0, 4, 400), rng.uniform(0.5, 2.0, 400)
    latent = design @ [0.5, 0.2] + 0.3 * groups + rng.logistic(size=400)
    answers = np.digitize(latent, [1.0, 2.0, 3.0])
    return (
        fit_cumulative_link(answers, design, groups=groups, weights=weights),
        design,
        groups,
        weights,
    )


def test_gradients_are_those_of_the_shares() -> None:
    fit, design, groups, weights = _fitted()
    m, p = len(fit.thresholds), len(fit.coefficients)
    parameters = np.concatenate([fit.thresholds, fit.coefficients, fit.group_effects[1:]])

    def moved(step: np.ndarray) -> object:
        value = parameters + step
        return replace(
            fit,
            thresholds=value[:m],
            coefficients=value[m : m + p],
            group_effects=np.concatenate([[0.0], value[m + p :]]),
        )

    steps = 1e-6 * np.eye(len(parameters))
    how = {"cut": 2, "mass": weights}
    _, gradient = standardize.mean_share_above(fit, design, groups=groups, setting={0: 4.0}, **how)
    _, by_group = standardize.group_shares_above(fit, design, **how)
    for j, step in enumerate(steps):
        up, down = moved(step), moved(-step)
        one = [
            standardize.mean_share_above(f, design, groups=groups, setting={0: 4.0}, **how)[0]
            for f in (up, down)
        ]
        assert gradient[j] == pytest.approx((one[0] - one[1]) / 2e-6, abs=1e-8)
        all_ = [standardize.group_shares_above(f, design, **how)[0] for f in (up, down)]
        assert_allclose(by_group[:, j], (all_[0] - all_[1]) / 2e-6, atol=1e-8)


def test_group_shares_are_mean_shares_with_the_group_set() -> None:
    fit, design, _, weights = _fitted()
    shares, _ = standardize.group_shares_above(fit, design, cut=2, mass=weights)
    for group in range(4):
        alone, _ = standardize.mean_share_above(
            fit, design, cut=2, mass=weights, groups=np.full(len(design), group)
        )
        assert shares[group] == pytest.approx(alone, rel=1e-12)
