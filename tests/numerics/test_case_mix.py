"""Observed over expected: beside another package, by leaving clusters out, and for known people."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from numpy.testing import assert_allclose
from scipy.optimize import brentq
from scipy.special import expit, logit

from cxanalytics.errors import ModelError
from cxanalytics.numerics.case_mix import AdjustedShares, adjust_shares, common_level
from cxanalytics.numerics.ordinal import fit_cumulative_link
from cxanalytics.numerics.survey_design import survey_design

UNITS = 40


def _people(seed: int, groups: int = 6, each: int = 400) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(groups), each)
    hard = rng.uniform(size=len(group)) < np.linspace(0.2, 0.7, groups)[group]
    old = rng.integers(0, 3, len(group))
    unit = group * UNITS + rng.integers(0, UNITS, len(group))
    level = np.linspace(-0.4, 0.4, groups)[group] + rng.normal(0, 0.3, groups * UNITS)[unit]
    y = rng.uniform(size=len(group)) < expit(0.4 + level - 0.9 * hard + 0.3 * old)
    return {
        "y": y.astype(float),
        "x": np.column_stack([hard, old == 1, old == 2]).astype(float),
        "group": group,
        "unit": unit,
        "weight": rng.uniform(0.5, 2.0, len(group)),
    }


def _adjust(people: dict[str, np.ndarray], kept: np.ndarray | None = None) -> AdjustedShares:
    rows = np.ones(len(people["y"]), bool) if kept is None else kept
    y, x, group, unit, weight = (
        people[name][rows] for name in ("y", "x", "group", "unit", "weight")
    )
    fit = fit_cumulative_link(
        y.astype(int),
        x,
        weights=weight,
        groups=group,
        link="logit",
        clusters=unit,
        variance="sandwich",
    )
    design = survey_design(len(y), psu=unit)
    return adjust_shares(y, x, group, fit=fit, design=design, weights=weight)


def test_figures_agree_with_statsmodels() -> None:
    people = _people(1)
    got = _adjust(people)
    dummies = (people["group"][:, None] == np.arange(6)).astype(float)
    fit = sm.GLM(
        people["y"],
        np.hstack([people["x"], dummies]),
        family=sm.families.Binomial(),
        freq_weights=people["weight"],
    ).fit(tol=1e-12)
    index, weight = people["x"] @ fit.params[:3], people["weight"]
    overall = np.average(people["y"], weights=weight)
    level = brentq(lambda a: np.average(expit(a + index), weights=weight) - overall, -9, 9)
    for g in range(6):
        own = people["group"] == g
        observed = np.average(people["y"][own], weights=weight[own])
        expected = np.average(expit(level + index[own]), weights=weight[own])
        # Both stop where the score is zero: agreement is that of two solvers.
        assert got.observed[g] == pytest.approx(observed, rel=1e-12)
        assert got.expected[g] == pytest.approx(expected, rel=1e-8)
        assert got.adjusted[g] == pytest.approx(observed / expected * overall, rel=1e-8)


def test_errors_agree_with_leaving_one_cluster_out() -> None:
    people = _people(2)
    got = _adjust(people)
    units = np.unique(people["unit"])
    left = [_adjust(people, people["unit"] != unit) for unit in units]
    factor = (len(units) - 1) / len(units)
    for name, covariance in (
        ("adjusted", got.covariance),
        ("difference", got.difference_covariance),
    ):
        drawn = np.array(
            [one.adjusted - (one.observed if name == "difference" else 0.0) for one in left]
        )
        away = drawn - drawn.mean(axis=0)
        jackknife = factor * away.T @ away
        error, other = np.sqrt(np.diag(covariance)), np.sqrt(np.diag(jackknife))
        # The two differ by terms of one over the clusters of a group (40).
        assert_allclose(error, other, rtol=0.08)
        assert error.mean() == pytest.approx(other.mean(), rel=0.03)


def test_rows_and_counts_give_the_same_figures_and_errors() -> None:
    people = _people(3)
    table = np.column_stack([people["y"], people["x"], people["group"]])
    kinds, counts = np.unique(table, axis=0, return_counts=True)

    def adjust(rows: np.ndarray, number: np.ndarray | None) -> AdjustedShares:
        y, x, group = rows[:, 0], rows[:, 1:4], rows[:, 4].astype(int)
        fit = fit_cumulative_link(
            y.astype(int), x, counts=number, groups=group, link="logit", variance="sandwich"
        )
        design = survey_design(len(y), counts=number)
        return adjust_shares(y, x, group, fit=fit, design=design)

    one, many = adjust(table, None), adjust(kinds, counts.astype(float))
    assert_allclose(one.adjusted, many.adjusted, rtol=1e-10)
    assert_allclose(one.covariance, many.covariance, rtol=1e-6, atol=1e-12)


def test_alike_people_leave_every_share_as_it_is() -> None:
    people = _people(4)
    people["x"] = np.tile(people["x"][:400], (6, 1))
    people["weight"] = np.ones(len(people["y"]))
    got = _adjust(people)
    assert_allclose(got.adjusted, got.observed, rtol=1e-12)
    assert_allclose(got.expected, got.overall, rtol=1e-12)


def test_the_common_level_meets_the_overall_share() -> None:
    index, mass = np.array([-1.0, 0.0, 2.0]), np.array([1.0, 5.0, 2.0])
    level = common_level(index, mass, 0.7)
    assert np.average(expit(level + index), weights=mass) == pytest.approx(0.7, abs=1e-10)
    assert common_level(np.zeros(3), mass, 0.3) == pytest.approx(logit(0.3), abs=1e-9)


def test_a_model_without_levels_is_refused() -> None:
    people = _people(5)
    fit = fit_cumulative_link(people["y"].astype(int), people["x"], link="logit")
    with pytest.raises(ModelError, match="logistic model with a level per group"):
        adjust_shares(
            people["y"],
            people["x"],
            people["group"],
            fit=fit,
            design=survey_design(len(people["y"])),
        )
