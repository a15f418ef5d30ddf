"""Long-run cost: known truth, order in time, prices, what is left out, and refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from cxanalytics.claims.verdicts import (
    CONTRADICTED,
    NOT_TESTABLE_HERE,
    SUPPORTED,
    TOO_IMPRECISE,
)
from cxanalytics.disclosure import publishable_rows
from cxanalytics.errors import DataError, ModelError, ParamsError
from cxanalytics.models.cost_quarters import quarter_of
from cxanalytics.models.long_run_cost import fit_long_run_cost
from cxanalytics.operations import Operations
from cxanalytics.tables import Estimates, Survey

QUARTERS = [f"{year}-Q{q}" for year in (2024, 2025, 2026) for q in (1, 2, 3, 4)]
ANSWERS = 400


def _world(
    seed: int,
    *,
    lags: tuple[float, ...] = (0.0,),
    agencies: int = 20,
    units: int = 4,
    quarters: int = 10,
    answer_to_cost: float = 0.0,
    noise: float = 0.03,
) -> tuple[Operations, Survey]:
    """Draw units whose log contacts per case follow service, point by point; or service cost."""
    rng = np.random.default_rng(seed)
    count, periods = agencies * units, quarters + 4
    service = 0.6 + rng.normal(0, 0.05, count)[:, None] + rng.normal(0, 0.08, (count, periods))
    shock = np.repeat(rng.normal(0, 0.01, (agencies, periods)), units, axis=0)
    contacts = np.zeros((count, periods))
    for t in range(periods):
        if t and answer_to_cost:
            service[:, t] += answer_to_cost * contacts[:, t - 1]
        told = sum(b * (service[:, t - k] - 0.6) for k, b in enumerate(lags) if t >= k)
        contacts[:, t] = told + shock[:, t] + rng.normal(0, noise, count)
    service = np.clip(service, 0.05, 0.95)[:, 4:]
    resolved = rng.uniform(800, 3000, (count, quarters))
    handled = 1.4 * resolved * np.exp(contacts[:, 4:])
    price = 8.0 * np.exp(rng.normal(0, 0.1, count)[:, None] + rng.normal(0, 0.02, handled.shape))
    unit, when = (part.ravel() for part in np.indices(handled.shape))
    frame = pd.DataFrame(
        {
            "agency": [f"A{u // units:02d}" for u in unit],
            "unit": [f"T{u % units}" for u in unit],
            "period": np.array(QUARTERS)[when],
            "cost": (handled * price).ravel(),
            "handled": handled.ravel(),
            "resolved": resolved.ravel(),
        }
    )
    good = np.rint(ANSWERS * service.ravel())
    answers = pd.concat(
        [
            frame[["agency", "unit", "period"]].assign(satisfied=value, count=n)
            for value, n in ((4.0, good), (2.0, ANSWERS - good))
        ]
    )
    survey = Survey.from_frame(
        answers,
        agency="agency",
        unit="unit",
        period="period",
        outcome="satisfied",
        scale="likert_1_5",
        count="count",
    )
    return Operations(frame), survey


def _fit(operations: Operations, service: Survey | None = None, **more: Any) -> Estimates:
    return fit_long_run_cost(operations, service=service, **{"seed": 1, "resamples": 199} | more)


@pytest.fixture(scope="module")
def saving() -> Estimates:
    """Ten points better service cost 3% in its quarter, and save 4% and 5% in the two after."""
    operations, survey = _world(1, lags=(0.3, -0.4, -0.5), agencies=30)
    return _fit(operations, survey, lags=3)


def test_known_lags_are_recovered_and_the_claim_is_supported(saving: Estimates) -> None:
    # Truth per ten points, attenuated a little by 400 answers a unit and quarter.
    got = saving.frame.set_index("key")["log_change"]
    assert_allclose(got[["lag0", "lag1", "lag2", "lag3"]], [0.03, -0.04, -0.05, 0.0], atol=0.006)
    assert got["later"] == pytest.approx(got[["lag1", "lag2", "lag3"]].sum(), abs=1e-9)
    assert got["long_run"] == pytest.approx(got["later"] + got["lag0"], abs=1e-9)
    assert got["lead1"] == pytest.approx(0.0, abs=0.01)
    assert saving.facts["verdict"] == SUPPORTED
    assert (saving.facts["order"], saving.facts["grade"]) == ("service first", "C")
    row = saving.row("later")
    assert row["estimate"] == pytest.approx(np.expm1(row["log_change"]))
    assert row["conf_low"] < row["estimate"] < row["conf_high"] < 0
    assert saving.facts["agencies"] == 30 and saving.facts["units"] == 120


def test_the_parts_of_what_comes_later_add_up(saving: Estimates) -> None:
    got = saving.frame.set_index("key")["log_change"]
    for key in ("later", "long_run"):
        parts = got[[f"{key}_unit_cost", f"{key}_contacts"]]
        assert parts.sum() == pytest.approx(got[key], abs=1e-9)
    assert got["later_unit_cost"] == pytest.approx(0.0, abs=0.01)


def test_the_change_over_time_is_the_sum_of_its_parts(saving: Estimates) -> None:
    got = saving.frame.set_index("key")["log_change"]
    parts = got[["unit_cost", "contacts_per_case", "shift"]]
    assert parts.sum() == pytest.approx(got["cost_per_resolved"], abs=1e-9)


def test_the_month_of_break_even_has_its_range(saving: Estimates) -> None:
    """3% dearer for a quarter, then 1% cheaper, then 6%: paid back in the third quarter."""
    facts = saving.facts
    truth = 3 * (2 + (0.03 - 0.01) / 0.06)
    assert facts["break_even"] == pytest.approx(truth, abs=1.5)
    assert facts["break_even_low"] <= facts["break_even"] <= facts["break_even_high"]
    assert facts["break_even_within"] == 1.0
    assert facts["followed"] == 12


def test_what_happens_in_the_same_quarter_alone_is_no_support() -> None:
    got = _fit(*_world(2, lags=(-0.6,)))
    assert got.row("lag0")["conf_high"] < 0
    assert got.row("later")["conf_low"] < 0 < got.row("later")["conf_high"]
    assert got.facts["verdict"] == TOO_IMPRECISE
    assert got.facts["order"] == "not settled"


def test_service_that_answers_to_cost_is_no_support() -> None:
    operations, survey = _world(3, answer_to_cost=-0.8, noise=0.08)
    got = _fit(operations, survey)
    assert got.row("lead1")["conf_high"] < 0
    assert got.facts["verdict"] not in (SUPPORTED,)
    check = {each.name: each for each in got.checks}["order in time"]
    assert check.passed is False and "goes with service a quarter later" in check.text


def test_cost_that_rises_after_better_service_contradicts() -> None:
    got = _fit(*_world(4, lags=(0.0, 0.5, 0.3), agencies=30))
    assert got.row("later")["conf_low"] > 0
    assert got.facts["verdict"] == CONTRADICTED


def test_without_answers_service_is_arithmetic_and_not_testable() -> None:
    operations, _ = _world(5)
    got = _fit(operations)
    assert got.facts["same_counts"] is True
    assert got.facts["verdict"] == NOT_TESTABLE_HERE
    assert (got.facts["order"], got.facts["grade"]) == ("not testable", "D")
    assert "counts that make the cost" in str(got.facts["reason"])
    assert got.row("long_run_contacts")["conf_high"] < 0


def test_prices_are_taken_out_of_the_change_and_of_nothing_else() -> None:
    operations, survey = _world(6)
    plain = _fit(operations, survey)
    index = {quarter: 100 * 1.02**k for k, quarter in enumerate(QUARTERS)}
    real = _fit(operations, survey, index=index)
    # The middles of the first four and the last four of ten quarters lie six quarters apart.
    gap = plain.row("unit_cost")["log_change"] - real.row("unit_cost")["log_change"]
    assert gap == pytest.approx(6 * np.log(1.02), rel=0.02)
    for key in ("lag0", "later", "net"):
        assert real.row(key)["log_change"] == pytest.approx(plain.row(key)["log_change"], abs=1e-9)
    checks = {each.name: each.passed for each in real.checks}
    assert checks["prices"] is True
    assert {each.name: each.passed for each in plain.checks}["prices"] is False
    by_year = _fit(operations, survey, index={"2024": 100.0, "2025": 104.0, "2026": 108.0})
    assert by_year.facts["deflated"] is True
    with pytest.raises(ParamsError, match="`index` must give the prices of every period"):
        _fit(operations, survey, index={"2024": 100.0})
    with pytest.raises(ParamsError, match="`index` must be positive"):
        _fit(operations, survey, index={"2024": 1.0, "2025": 0.0, "2026": 1.0})


def test_months_are_summed_to_quarters_and_a_broken_quarter_is_left_out() -> None:
    operations, survey = _world(7)
    frame = operations.frame
    columns = ["cost", "handled", "resolved"]
    months = []
    for k in range(3):
        period = [f"{p[:4]}-{3 * int(p[-1]) - 2 + k:02d}" for p in frame["period"]]
        months.append(frame.assign(period=period, **{name: frame[name] / 3 for name in columns}))
    monthly = pd.concat(months, ignore_index=True)
    plain, same = _fit(operations, survey), _fit(Operations(monthly), survey)
    assert_allclose(same.frame["log_change"], plain.frame["log_change"], atol=1e-9)
    broken = monthly.drop(index=monthly.index[0])
    told = {each.name: each for each in _fit(Operations(broken), survey).checks}["quarters"]
    assert told.passed is False and told.text.endswith("incomplete: 1.")


def test_volume_and_mix_are_held_constant() -> None:
    operations, survey = _world(8, lags=(0.0, -0.4, -0.4), agencies=30)
    rng = np.random.default_rng(8)
    frame = operations.frame.assign(repeat=0.2 * operations.frame["handled"])
    half = rng.uniform(0.2, 0.8, len(frame))
    parts = []
    for kind, share, dear in (("phone", half, 1.0), ("chat", 1 - half, 2.0)):
        scaled = {name: frame[name] * share for name in ("handled", "resolved", "repeat")}
        parts.append(frame.assign(channel=kind, cost=frame["cost"] * share * dear, **scaled))
    mixed = Operations(pd.concat(parts, ignore_index=True))
    with_mix = _fit(mixed, survey, mix="channel", repeat="repeat")
    without = _fit(mixed, survey)
    assert with_mix.facts["held_constant"] == "the kinds of contact and new contacts"
    assert with_mix.row("later")["std_error"] < 0.6 * without.row("later")["std_error"]
    assert with_mix.facts["verdict"] == SUPPORTED


def test_agencies_that_the_survey_hides_are_in_no_figure() -> None:
    operations, survey = _world(9)
    whole = _fit(operations, survey)
    few = survey.frame.assign(
        weight=survey.frame["weight"].where(survey.frame["agency"] != "A00", 1.0)
    )
    hidden = Survey(few, survey.questions, "satisfied", counts=True)
    kept = publishable_rows(hidden, measure="satisfied")
    shown = set(hidden.frame.loc[kept, "agency"])
    # The smallest other one is hidden too, or A00 could be had by subtraction.
    assert "A00" not in shown and len(shown) == whole.facts["agencies"] - 2
    got = _fit(operations, hidden)
    assert got.facts["agencies"] == len(shown)
    assert got.row("unit_cost")["n"] == whole.row("unit_cost")["n"] - 8
    left = Operations(operations.frame.loc[operations.frame["agency"].isin(shown)])
    rest = Survey(hidden.frame.loc[kept], survey.questions, "satisfied", counts=True)
    assert_allclose(got.frame["log_change"], _fit(left, rest).frame["log_change"], atol=1e-9)


def test_agencies_are_followed_where_answers_have_no_units() -> None:
    operations, survey = _world(10, agencies=24, units=1)
    bare = Survey(survey.frame.drop(columns="unit"), survey.questions, "satisfied", counts=True)
    got = _fit(operations, bare)
    assert got.facts["units"] == got.facts["agencies"] == 24
    assert_allclose(got.frame["log_change"], _fit(operations, survey).frame["log_change"])


def test_few_agencies_are_described_without_a_verdict() -> None:
    operations, survey = _world(11, agencies=3, units=1)
    got = _fit(operations, survey)
    assert np.isnan(got.row("later")["conf_low"]) and np.isfinite(got.row("later")["estimate"])
    assert np.isnan(got.row("unit_cost")["conf_low"])
    assert got.facts["verdict"] == TOO_IMPRECISE
    assert np.isnan(got.facts["break_even_low"])


@pytest.mark.parametrize(
    ("change", "error", "said"),
    [
        ({"quarters": 7}, ModelError, "followed for 8 quarters or more; the data hold 7"),
        ({"none": True}, ModelError, "holds no cost by unit"),
        ({"lags": 0}, ParamsError, "`lags` must be at least 1; got 0"),
        ({"resolved": "solved"}, DataError, "needs a column `solved`"),
        ({"years": True}, ModelError, "must be a month or a quarter"),
    ],
)
def test_what_cannot_be_followed_is_refused(change, error, said) -> None:
    operations, survey = _world(12, quarters=change.get("quarters", 10), agencies=8)
    if change.get("years"):
        operations = Operations(operations.frame.assign(period=operations.frame["period"].str[:4]))
    more = {key: change[key] for key in ("lags", "resolved") if key in change}
    with pytest.raises(error, match=said):
        _fit(None if change.get("none") else operations, survey, **more)


def test_service_of_four_quarters_leaves_the_change_alone() -> None:
    operations, survey = _world(13, agencies=8)
    kept = survey.frame["period"] < "2025-Q1"
    short = Survey(survey.frame.loc[kept], survey.questions, "satisfied", counts=True)
    got = _fit(operations, short)
    assert set(got.frame["kind"]) == {"change"}
    assert got.facts["verdict"] == NOT_TESTABLE_HERE
    assert "measured in 5 quarters or more" in str(got.facts["reason"])


def test_a_period_is_put_into_its_quarter() -> None:
    told = quarter_of(["2026-01", "2026-Q1", "2025-12"])
    assert told == {"2026-01": "2026-Q1", "2026-Q1": "2026-Q1", "2025-12": "2025-Q4"}
    with pytest.raises(ModelError, match="got 'spring'"):
        quarter_of(["spring"])


def test_the_tables_given_are_not_changed() -> None:
    operations, survey = _world(14, agencies=8)
    before, answers = operations.to_frame(), survey.to_frame()
    _fit(operations, survey)
    pd.testing.assert_frame_equal(before, operations.frame)
    pd.testing.assert_frame_equal(answers, survey.frame)
