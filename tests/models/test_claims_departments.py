"""Verdicts on channels and departments: each rule, and what is missing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxanalytics.claims.verdicts import (
    CONTRADICTED,
    NOT_TESTABLE_HERE,
    SUPPORTED,
    TOO_IMPRECISE,
)
from cxanalytics.models.claims_departments import NO_COMPARISON, TESTED, fit_department_claims
from cxanalytics.models.claims_tested import COLUMNS
from cxanalytics.tables import BENCHMARK_COLUMNS, Benchmark, Estimates


def _channels(low: float, high: float) -> Estimates:
    frame = pd.DataFrame(
        {
            "key": ["spread", "a less b", "a less c"],
            "row": ["spread", "pair", "pair"],
            "agency": "",
            "estimate": [(low + high) / 2, 0.0, 0.1],
            "std_error": 0.01,
            "conf_low": [low, -0.01, 0.05],
            "conf_high": [high, 0.01, 0.15],
            "n": 900.0,
            "verdict": ["", "same", "above"],
            "raw_verdict": ["", "above", "above"],
        }
    )
    facts = {"difference": 0.02, "agencies": 12, "adjusted_for": "age, need"}
    return Estimates(frame, quantity="share", facts=facts)


def _departments(**facts: float | str) -> Benchmark:
    frame = pd.DataFrame([dict.fromkeys(BENCHMARK_COLUMNS, np.nan)])
    frame[["key", "verdict", "suppressed_reason"]] = ["A · D", "unclear", ""]
    frame["n"] = 500.0
    told = {"inside": 0.06, "inside_low": 0.05, "inside_high": 0.07, "between": 0.03}
    told |= {"ratio": 2.0, "ratio_low": 1.4, "ratio_high": 2.8, "agencies": 12}
    nobody = pd.DataFrame(index=["A · D"])
    return Benchmark(frame, "share", 0.95, 0.02, nobody, nobody, facts={**told, **facts})


def _waves(low: float, high: float) -> dict[str, float | str]:
    ends = {"after": 0.05, "after_low": 0.04, "after_high": 0.06, "before": 0.06}
    ratio = {"dispersion": (low + high) / 2, "dispersion_low": low, "dispersion_high": high}
    return {**ends, **ratio, "period_before": "2025"}


def test_nothing_at_all_gives_four_rows_that_say_what_is_missing() -> None:
    claims = fit_department_claims()
    assert tuple(claims["claim"]) == TESTED and tuple(claims.columns) == COLUMNS
    assert (claims["verdict"] == NOT_TESTABLE_HERE).all()
    assert claims["missing"].tolist() == [
        "self-assessments",
        "channel",
        "department id",
        "department id",
    ]


@pytest.mark.parametrize(
    ("ends", "verdict"),
    [((0.001, 0.015), SUPPORTED), ((0.03, 0.06), CONTRADICTED), ((0.01, 0.04), TOO_IMPRECISE)],
)
def test_channels_are_the_same_where_all_of_the_range_is_within_the_band(ends, verdict) -> None:
    row = fit_department_claims(channels=_channels(*ends)).set_index("claim").loc[28]
    assert row["verdict"] == verdict and row["other"] == 0.02 and row["agencies"] == 12


def test_self_assessments_are_missing_and_what_adjusting_changes_is_known() -> None:
    row = fit_department_claims(channels=_channels(0.01, 0.02)).set_index("claim").loc[27]
    assert row["verdict"] == NOT_TESTABLE_HERE and row["missing"] == "self-assessments"
    assert (row["changed"], row["other"], row["about"]) == (1, 2, "age, need")


def test_officers_are_not_compared_and_the_spread_is_known() -> None:
    row = fit_department_claims(departments=_departments()).set_index("claim").loc[35]
    assert row["verdict"] == NOT_TESTABLE_HERE and row["missing"] == NO_COMPARISON
    assert row["about"] == SUPPORTED and row["ratio"] == 2.0
    open_ratio = _departments(ratio_low=0.8, ratio_high=1.5)
    row = fit_department_claims(departments=open_ratio).set_index("claim").loc[35]
    assert row["about"] == TOO_IMPRECISE


@pytest.mark.parametrize(
    ("ends", "verdict"),
    [((1.1, 1.6), SUPPORTED), ((0.5, 0.9), CONTRADICTED), ((0.8, 1.3), TOO_IMPRECISE)],
)
def test_departments_drift_apart_where_the_ratio_is_clear_of_one(ends, verdict) -> None:
    board = _departments(**_waves(*ends))
    row = fit_department_claims(departments=board, officers=9).set_index("claim").loc[37]
    assert row["verdict"] == verdict and row["changed"] == 9 and row["about"] == "2025"


def test_without_officers_or_an_earlier_wave_drift_is_not_tested() -> None:
    board = _departments(**_waves(1.1, 1.6))
    row = fit_department_claims(departments=board).set_index("claim").loc[37]
    assert row["missing"] == "start dates of department officers"
    row = fit_department_claims(departments=_departments(), officers=3).set_index("claim").loc[37]
    assert row["missing"] == "two waves"


def test_answers_of_staff_test_no_claim_about_customers() -> None:
    claims = fit_department_claims(
        departments=_departments(), channels=_channels(0.01, 0.02), of_staff=True
    )
    assert claims["missing"].str.contains("answers of staff").all()
    assert claims["estimate"].isna().all()
