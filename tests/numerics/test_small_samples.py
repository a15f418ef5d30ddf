"""Ranges from few answers against R, and at their limits."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from cxanalytics.numerics import small_samples as few
from cxanalytics.numerics import survey_design as sd

FOLDER = os.environ.get("CXANALYTICS_REFERENCE")
needs_reference = pytest.mark.skipif(
    not FOLDER, reason="CXANALYTICS_REFERENCE does not name the folder of reference values"
)


def _expected(name: str) -> dict[str, Any]:
    return json.loads((Path(str(FOLDER)) / f"{name}.json").read_text())["expected"]


def _promoters() -> sd.DomainEstimates:
    frame = pd.read_csv(Path(str(FOLDER)) / "nps_sim.csv")
    design = sd.survey_design(len(frame), psu=frame["psu"], strata=frame["strata"])
    return sd.domain_means(
        (frame["y"] >= 9).astype(float),
        design=design,
        weights=frame["w"],
        domains=frame["agency"].astype("category").cat.codes,
    )


@needs_reference
def test_korn_graubard_agrees_with_r_survey() -> None:
    expected, got = _expected("survey_nps")["promoter_KornGraubard"], _promoters()
    low, high = few.korn_graubard_interval(
        got.estimate, np.diag(got.covariance), got.n, got.degrees_of_freedom, level=0.95
    )
    assert_allclose(got.estimate, expected["prom"], rtol=1e-10)
    assert_allclose(low, expected["ci_l"], rtol=1e-8)
    assert_allclose(high, expected["ci_u"], rtol=1e-8)


@needs_reference
def test_error_and_degrees_of_freedom_give_the_logit_range_of_r() -> None:
    """Not offered as a range, but made of the same error and degrees of freedom."""
    expected, got = _expected("survey_nps")["promoter_logit"], _promoters()
    middle = np.log(got.estimate / (1 - got.estimate))
    half = stats.t.ppf(0.975, got.degrees_of_freedom) * got.std_error
    half /= got.estimate * (1 - got.estimate)
    # R fits each share iteratively, to about ten digits.
    assert_allclose(1 / (1 + np.exp(half - middle)), expected["ci_l"], rtol=1e-9)
    assert_allclose(1 / (1 + np.exp(-half - middle)), expected["ci_u"], rtol=1e-9)


@needs_reference
def test_wilson_and_clopper_pearson_agree_with_r() -> None:
    binomial = _expected("smalln_intervals")["binomial"]
    hits, n = np.array(binomial["x"]), np.array(binomial["n"])
    share = hits / n
    low, high = few.wilson_interval(share, n, level=0.95)
    assert_allclose(low, binomial["wilson_lo"], rtol=1e-8, atol=1e-12)
    assert_allclose(high, binomial["wilson_hi"], rtol=1e-8)
    low, high = few.korn_graubard_interval(share, share * (1 - share) / n, n, n - 1, level=0.95)
    assert_allclose(low, binomial["cp_lo"], rtol=1e-8, atol=1e-12)
    assert_allclose(high, binomial["cp_hi"], rtol=1e-8)


@needs_reference
def test_net_scores_from_few_answers_agree_with_r() -> None:
    for name, row in _expected("smalln_intervals")["nps_prom_pass_detr"].items():
        more, same, less = map(int, name.split("_"))
        total = more + same + less
        got = few.adjusted_wald_net(more / total, less / total, total, level=0.95)
        assert_allclose(
            [100 * float(x) for x in got], [row["adj"], row["lo"], row["hi"]], rtol=1e-8
        )
        plain = (more - less) / total
        error = np.sqrt((more + less) / total - plain**2) / np.sqrt(total)
        bounds = plain + stats.norm.ppf([0.025, 0.975]) * error
        assert_allclose(100 * bounds, [row["wald_lo"], row["wald_hi"]], rtol=1e-8)


def test_effective_number_never_passes_the_answers_and_needs_a_variance() -> None:
    number = few.effective_number(
        [0.5, 0.5, 0.0, 1.0], [0.25 / 40, 0.25 / 400, 0.0, 0.0], 100, n_eff=[60, 60, 60, 60]
    )
    assert_allclose(number, [40, 100, 60, 60])
    assert few.effective_number(1.0, 0.0, 100) == 100


def test_few_units_of_a_large_design_take_a_degree_of_freedom() -> None:
    factor = few.few_units_factor([5, 500], [4, 499], per_unit=1000 / 999)
    assert_allclose(factor, [1.25 * 0.999, 500 / 499 * 0.999])
    assert few.few_units_factor(40, 39, per_unit=40 / 39) == 1.0
