"""Departments: agreement with the scores of agencies, what is hidden, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from cxanalytics.benchmark import benchmark_channels, benchmark_departments
from cxanalytics.errors import ModelError, ParamsError
from cxanalytics.models.channels import fit_channel_scores
from cxanalytics.models.departments import fit_department_scores
from cxanalytics.models.scores import fit_scores
from cxanalytics.rules import FEW
from cxanalytics.sources import read_simulated
from cxanalytics.tables import Estimates, Survey

SIZES = {
    ("Ash", "One"): 200,
    ("Ash", "Two"): 150,
    ("Ash", "Three"): 120,
    ("Ash", "Small"): 20,
    ("Birch", "One"): 300,
    ("Birch", "Two"): 90,
    ("Birch", "Tiny"): 6,
    ("Cedar", "One"): 80,
    ("Dogwood", "Only"): 4,
}


def _survey(sizes: dict[tuple[str, str], int] = SIZES, **more: Any) -> Survey:
    rng = np.random.default_rng(1)
    rows = [(a, d) for (a, d), number in sizes.items() for _ in range(number)]
    frame = pd.DataFrame(rows, columns=["agency", "department"])
    frame["recommend"] = rng.integers(0, 11, len(frame)).astype(float)
    frame["agent"] = rng.integers(0, 150, len(frame))
    return Survey.from_frame(
        frame,
        agency="agency",
        department="department",
        outcome="recommend",
        scale="nps_0_10",
        **more,
    )


def _reasons(found: Estimates) -> dict[str, str]:
    return dict(zip(found.frame["key"], found.frame["suppressed_reason"], strict=True))


def test_a_department_has_the_score_that_it_has_alone() -> None:
    survey = _survey(psu="agent")
    found = fit_department_scores(survey)
    alone = survey.frame.loc[(survey.frame["agency"] == "Ash")]
    own = Survey.from_frame(
        alone, agency="department", outcome="recommend", scale="nps_0_10", psu="psu"
    )
    expected = fit_scores(own, measure="recommend").row("Two")
    row = found.row("Ash · Two")
    assert_allclose(row["estimate"], expected["estimate"])
    assert row["n"] == 150
    # Agents who serve in two departments make their scores covary.
    assert found.covariance is not None and abs(found.covariance[0, 2]) > 0


def test_small_departments_hide_and_so_does_one_beside_them() -> None:
    found = fit_department_scores(_survey())
    reasons = _reasons(found)
    assert reasons["Birch · Tiny"] == "hidden"
    assert reasons["Birch · Two"] == "complementary"
    assert reasons["Birch · One"] == "" and reasons["Ash · Small"] == FEW
    assert reasons["Cedar · One"] == "complementary"
    frame = found.frame.set_index("key")
    figures = ["estimate", "std_error", "conf_low", "conf_high", "n_eff"]
    for key, reason in reasons.items():
        assert frame.loc[key, figures].isna().all() == (reason != "")
        assert np.isnan(frame.loc[key, "n"]) == (reason not in ("", FEW))
    hidden = (found.frame["suppressed_reason"] != "").to_numpy()
    assert np.isnan(found.covariance[hidden]).all()
    # The check counts the very rows that pages count.
    (check,) = [check for check in found.checks if check.name == "hidden_departments"]
    assert check.text.endswith(f": {hidden.sum()}.")


def test_no_department_of_a_hidden_agency_is_shown() -> None:
    sizes = {**SIZES, ("Dogwood", "Only"): 5, ("Dogwood", "More"): 3}
    reasons = _reasons(fit_department_scores(_survey(sizes)))
    assert reasons["Dogwood · Only"] == reasons["Dogwood · More"] == "hidden"


def test_people_without_a_department_are_a_part_of_the_total() -> None:
    """Eight people with none: what is left of the agency's total would give them back."""
    sizes = {**SIZES, ("Ash", ""): 8}
    found = fit_department_scores(_survey(sizes))
    reasons = _reasons(found)
    assert sum(reasons[f"Ash · {name}"] != "" for name in ("Small", "One", "Two", "Three")) == 1
    assert "Ash · " not in reasons
    assert any(check.name == "no_department" for check in found.checks)


def test_units_may_stand_for_departments() -> None:
    survey = _survey()
    frame = survey.frame.rename(columns={"department": "unit"})
    units = Survey.from_frame(
        frame, agency="agency", unit="unit", outcome="recommend", scale="nps_0_10"
    )
    found, expected = fit_department_scores(units, by="unit"), fit_department_scores(survey)
    pd.testing.assert_frame_equal(found.frame, expected.frame)
    with pytest.raises(ParamsError, match="`by` must be one of"):
        fit_department_scores(survey, by="agency")


def test_where_there_are_no_departments_it_says_so() -> None:
    survey = _survey()
    bare = Survey.from_frame(survey.frame, agency="agency", outcome="recommend", scale="nps_0_10")
    with pytest.raises(ModelError, match="names no department"):
        fit_department_scores(bare)
    with pytest.raises(ModelError, match="names no unit"):
        fit_department_scores(bare, by="unit")


def test_known_truth_of_a_government_in_two_waves() -> None:
    """Its departments were made by another family of models."""
    government = read_simulated()
    survey = Survey.from_frame(
        government.customers,
        agency="agency",
        department="department",
        channel="channel",
        period="wave",
        psu="agent",
        weight="weight",
        case_mix=["age_band", "language", "need"],
        outcome="recommend",
        scale="nps_0_10",
    )
    truth = government.truth["departments"]
    truth = truth.loc[truth["question"] == "recommend"]
    held, moved, raw = [], [], []
    for wave in survey.periods[-2:]:
        board = benchmark_departments(fit_department_scores(survey, period=wave), seed=1)
        both = board.shown.merge(truth.loc[truth["wave"] == wave], on=["agency", "department"])
        held += list((both["conf_low"] <= both["share"]) & (both["share"] <= both["conf_high"]))
        moved += list(both["estimate"] - both["share"])
        raw += list(both["raw"] - both["share"])
        means = both.groupby("agency")["share"].transform("mean")
        inside = np.square(both["share"] - means).sum() / (len(both) - both["agency"].nunique())
        assert board.facts["inside_low"] < np.sqrt(inside) < board.facts["inside_high"]
    # 126 intervals that share waves and agencies: 95%, give or take four points.
    assert np.mean(held) >= 0.91
    assert np.mean(np.square(moved)) < 0.8 * np.mean(np.square(raw))
    channels = benchmark_channels(fit_channel_scores(survey), seed=1)
    # Email was made to be the worst channel, web chat the best.
    assert channels.row("email less web chat")["verdict"] == "below"
