"""Each claim gets its verdict by its rule, and says what is missing where it has none."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxanalytics.claims import CLAIMS
from cxanalytics.claims.verdicts import NO_ATTENTION
from cxanalytics.models import fit_tested_claims, fit_variance_parts
from cxanalytics.tables import ESTIMATE_COLUMNS, Estimates, Survey

SUPPORTED, CONTRADICTED, UNSURE, MISSING = (
    "supported",
    "contradicted",
    "too imprecise to tell",
    "not testable with these data",
)


def _estimates(rows, *, draws=None, **facts):
    frame = pd.DataFrame(rows)
    if "key" not in frame:
        frame["key"] = [str(place) for place in range(len(frame))]
    for column in ESTIMATE_COLUMNS:
        if column not in frame:
            frame[column] = 500.0 if column == "n" else np.nan
    told = {"n": 900.0, "agencies": 20, "grade": "D"} | facts
    return Estimates(frame, "made up", facts=told, draws=draws)


def _row(claims, number):
    return claims.set_index("claim").loc[number]


def _within(*ranges):
    rows = [
        {"driver": f"d{k}", "term": term, "df": 19.0}
        | {"estimate": est, "conf_low": low, "conf_high": high}
        for k, (est, low, high) in enumerate(ranges)
        for term in ("within", "between")
    ]
    return _estimates(rows)


def _parts(staff=None, **parts):
    rows = [
        {"key": key, "estimate": est, "conf_low": low, "conf_high": high}
        for key, (est, low, high) in parts.items()
    ]
    told = zip(("staff_share", "staff_low", "staff_high"), staff or (), strict=False)
    return _estimates(rows, **dict(told))


def _drivers(*, draws=None, **drivers):
    rows = [
        {"key": key, "estimate": est, "conf_low": low, "conf_high": high, "p_first": first}
        for key, (est, low, high, first) in drivers.items()
    ]
    return _estimates(rows, draws=draws)


def test_there_is_a_row_per_claim_with_the_columns_promised() -> None:
    claims = fit_tested_claims()
    assert claims["claim"].tolist() == [1, 2, 3, 4, 5]
    assert claims["title"].tolist() == [claim.title for claim in CLAIMS[:5]]
    assert claims["verdict"].tolist() == [NO_ATTENTION, *[MISSING] * 4]
    assert (claims["missing"] != "").all()
    expected = ["claim", "title", "verdict", "grade", "estimate", "conf_low", "conf_high"]
    assert list(claims.columns[:10]) == [*expected, "n", "agencies", "missing"]


def test_a_refused_model_gives_its_reason() -> None:
    refused = Estimates(
        pd.DataFrame(columns=list(ESTIMATE_COLUMNS)), "nothing", facts={"reason": "Too few."}
    )
    claims = fit_tested_claims(
        attention=refused,
        within_between=refused,
        positions=refused,
        parts=refused,
        drivers=refused,
    )
    assert (claims["verdict"] == MISSING).all()
    assert (claims["missing"] == "Too few.").all()


def test_the_claim_of_30_to_50_keeps_its_own_verdict() -> None:
    names = ["ratio", "ratio_low", "ratio_high", "share_low", "share_high", "baseline_low"]
    rows = [dict.fromkeys([*names, "detectable", "estimate", "conf_low", "conf_high"], 1.1)]
    rows[0] |= {"key": "primary", "verdict": "within the claimed range"}
    row = _row(fit_tested_claims(attention=_estimates(rows, compare="line")), 1)
    assert row["verdict"] == "within the claimed range" and row["missing"] == ""
    assert row["about"] == "line" and row["ratio"] == 1.1 and row["agencies"] == 20


@pytest.mark.parametrize(
    ("ranges", "verdict"),
    [
        ([(0.05, 0.02, 0.08)], SUPPORTED),
        ([(0.05, -0.02, 0.12)], UNSURE),
        ([(-0.05, -0.08, -0.02)], CONTRADICTED),
        # One of eight just clear of 0 is what chance gives; widened for eight it is not.
        ([(0.05, 0.005, 0.095), *[(0.0, -0.04, 0.04)] * 7], UNSURE),
    ],
)
def test_within_agencies_the_largest_slope_decides(ranges, verdict) -> None:
    row = _row(fit_tested_claims(within_between=_within(*ranges)), 2)
    assert row["verdict"] == verdict and row["about"] == "d0"
    assert row["conf_low"] <= ranges[0][1] and row["conf_high"] >= ranges[0][2]


def test_the_range_is_widened_on_its_own_degrees_of_freedom() -> None:
    ranges = [(0.05, 0.01, 0.09), (0.0, -0.04, 0.04)]
    row = _row(fit_tested_claims(within_between=_within(*ranges)), 2)
    # qt(.9875, 19) / qt(.975, 19) of R: 2.433440 / 2.093024.
    assert row["conf_low"] == pytest.approx(0.05 - 0.04 * 2.433440 / 2.093024, abs=1e-7)


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [(0.5, 0.85, SUPPORTED), (0.91, 0.99, CONTRADICTED), (0.8, 0.95, UNSURE)],
)
def test_a_low_correlation_says_that_the_scale_matters(low, high, verdict) -> None:
    rows = [
        {"kind": "cut", "statistic": "mean", "estimate": 0.7, "conf_low": low, "conf_high": high},
        {"kind": "cut", "statistic": "net", "estimate": 0.9, "conf_low": 0.8, "conf_high": 0.95},
        {"kind": "scale", "statistic": "top", "estimate": 0.1, "conf_low": 0, "conf_high": 0.2},
    ]
    frame = [row | {"agencies": 20, "changed": 3} for row in rows]
    row = _row(fit_tested_claims(positions=_estimates(frame)), 3)
    assert row["verdict"] == verdict and row["about"] == "mean" and row["changed"] == 3


def test_only_other_questions_do_not_test_a_scale() -> None:
    rows = [{"kind": "scale", "statistic": "top", "estimate": 0.5, "conf_low": 0}]
    row = _row(fit_tested_claims(positions=_estimates(rows)), 3)
    assert row["verdict"] == MISSING


@pytest.mark.parametrize(
    ("unit", "verdict"),
    [
        ((0.12, 0.08, 0.2), SUPPORTED),
        ((0.01, 0.0, 0.03), CONTRADICTED),
        ((0.05, 0.01, 0.09), UNSURE),
    ],
)
def test_a_part_is_material_from_its_threshold_on(unit, verdict) -> None:
    row = _row(fit_tested_claims(parts=_parts(unit, agency=(0.1, 0.05, 0.2), unit=unit)), 4)
    assert row["verdict"] == verdict and row["about"] == "unit"
    assert row["estimate"] == unit[0] and np.isnan(row["other"])


def test_teams_and_agents_together_are_told_as_the_model_tells_them() -> None:
    both = {"unit": (0.05, 0.02, 0.08), "psu": (0.04, 0.02, 0.08), "rest": (0.9, 0.8, 0.95)}
    row = _row(fit_tested_claims(parts=_parts((0.09, 0.06, 0.13), **both)), 4)
    assert row["estimate"] == 0.09 and row["other"] == 0.04 and row["about"] == "unit and psu"
    assert (row["conf_low"], row["conf_high"]) == (0.06, 0.13)
    assert row["verdict"] == SUPPORTED
    none = _row(fit_tested_claims(parts=_parts(agency=(0.1, 0.05, 0.2))), 4)
    assert none["verdict"] == MISSING


def test_agents_who_differ_are_found_in_the_answers() -> None:
    rng = np.random.default_rng(9)
    agency, agent = np.repeat(np.arange(12), 200), np.repeat(np.arange(120), 20)
    latent = 0.3 * rng.normal(size=12)[agency] + 1.2 * rng.normal(size=120)[agent]
    latent += rng.logistic(size=len(agency))
    frame = pd.DataFrame({"agency": [f"A{a:02d}" for a in agency]})
    frame["agent"] = [f"P{p:03d}" for p in agent]
    frame["answer"] = np.digitize(latent, [-1.5, -0.5, 0.6, 1.8]) + 1.0
    survey = Survey.from_frame(
        frame, agency="agency", outcome="answer", scale="satisfied_1_5", psu="agent"
    )
    row = _row(fit_tested_claims(parts=fit_variance_parts(survey)), 4)
    true = 1.2**2 / (1.2**2 + 0.3**2 + np.pi**2 / 3)
    assert row["verdict"] == SUPPORTED and row["about"] == "psu"
    assert row["conf_low"] < true < row["conf_high"]


@pytest.mark.parametrize(
    ("staff", "verdict"),
    [
        ((0.6, 0.5, 0.7, 0.99), SUPPORTED),
        ((0.6, 0.2, 0.7, 0.99), UNSURE),
        ((0.4, 0.3, 0.5, 0.6), UNSURE),
        ((0.3, 0.26, 0.4, 0.05), CONTRADICTED),
        ((0.1, 0.05, 0.2, 0.3), CONTRADICTED),
    ],
)
def test_staff_come_first_only_clearly(staff, verdict) -> None:
    others = dict.fromkeys(("easy", "wait", "told"), (0.2, 0.1, 0.3, 0.1))
    claims = fit_tested_claims(drivers=_drivers(helpful=staff, **others), about_staff=["helpful"])
    row = _row(claims, 5)
    assert row["verdict"] == verdict and row["about"] == "helpful" and row["p_first"] == staff[3]


def test_any_question_about_staff_may_come_first() -> None:
    others = dict.fromkeys(("easy", "wait"), (0.1, 0.05, 0.15, 0.0))
    staff = dict.fromkeys(("helpful", "polite"), (0.4, 0.3, 0.5, 0.5))
    given = _drivers(**staff, **others)
    # Each of the two is first in half the draws: one of them always is.
    draws = np.array([[0.5, 0.3, 0.1, 0.1], [0.3, 0.5, 0.1, 0.1]] * 50)
    for drivers in (given, _drivers(draws=draws, **staff, **others)):
        row = _row(fit_tested_claims(drivers=drivers, about_staff=[*staff]), 5)
        assert row["p_first"] == 1.0 and row["verdict"] == SUPPORTED
    alone = _row(fit_tested_claims(drivers=given, about_staff=["helpful"]), 5)
    assert alone["p_first"] == 0.5 and alone["verdict"] == UNSURE


def test_answers_of_staff_do_not_test_claims_about_customers() -> None:
    staff = _parts((0.12, 0.08, 0.2), unit=(0.12, 0.08, 0.2))
    given = {"parts": staff, "within_between": _within((0.05, 0.02, 0.08))}
    claims = fit_tested_claims(of_staff=True, **given)
    assert (claims["verdict"] == MISSING).all()
    assert claims["missing"].str.contains("these are answers of staff").tolist() == [
        *[True, True, False, True, True]
    ]
    assert claims["estimate"].isna().all()
    assert fit_tested_claims(**given)["verdict"].tolist().count(SUPPORTED) == 2


def test_without_a_question_about_staff_it_cannot_come_first() -> None:
    drivers = _drivers(easy=(0.6, 0.5, 0.7, 0.9), wait=(0.4, 0.3, 0.5, 0.1))
    for named in ([], ["helpful"]):
        row = _row(fit_tested_claims(drivers=drivers, about_staff=named), 5)
        assert row["verdict"] == MISSING and row["missing"] == "a question about staff"
