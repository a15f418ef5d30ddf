"""Binary models of every cut, and tests of whether they tell one story: R, invariances, size."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from numpy.typing import NDArray

from cxanalytics.errors import ModelError
from cxanalytics.numerics.cut_fits import fit_cuts
from cxanalytics.numerics.ordinal import fit_cumulative_link
from cxanalytics.numerics.proportionality import brant_test, nominal_test, scale_test
from cxanalytics.numerics.survey_design import survey_design

TERMS = [[0, 1], [2, 3, 4], [5]]


@pytest.fixture(scope="module")
def housing(reference_dir) -> tuple[NDArray[np.int64], NDArray[np.int8], NDArray[np.int64]]:
    frame = pd.read_csv(reference_dir / "housing.csv")
    levels = {
        "Infl": ["Medium", "High"],
        "Type": ["Apartment", "Atrium", "Terrace"],
        "Cont": ["High"],
    }
    columns = [frame[name] == level for name, kinds in levels.items() for level in kinds]
    answers = frame["Sat"].map({"Low": 0, "Medium": 1, "High": 2}).to_numpy()
    return answers, np.column_stack(columns).astype(np.int8), frame["Freq"].to_numpy()


@pytest.fixture(scope="module")
def wine(reference_dir) -> tuple[NDArray[np.int64], NDArray[np.int8]]:
    frame = pd.read_csv(reference_dir / "wine.csv")
    design = np.column_stack([frame["temp"] == "warm", frame["contact"] == "yes"])
    return frame["rating"].to_numpy() - 1, design.astype(np.int8)


def test_brant_agrees_with_r(housing, reference) -> None:
    """R's binary models stop at 1e-8 of their deviance, which leaves six digits here."""
    expected = np.array(reference("ordinal_housing")["expected"]["brant"]["values"])
    answers, design, counts = housing
    fits = fit_cuts(answers, design, counts=counts)
    covariance = fits.classical_covariance()
    got = brant_test(fits.slopes(), covariance)
    assert_allclose(got.statistic[1:], expected[1:, 0], rtol=2e-6)
    assert_allclose(got.p_value[1:], expected[1:, 2], rtol=2e-6)
    assert got.df.tolist() == expected[:, 1].tolist()
    # R's brant 0.3.0 copies the block between two cuts without transposing it, so that its
    # covariance is not symmetric; with that block the joint statistic is R's.
    covariance[6:, :6] = covariance[:6, 6:]
    assert_allclose(brant_test(fits.slopes(), covariance).statistic[0], expected[0, 0], rtol=2e-6)
    assert_allclose(got.statistic[0], expected[0, 0], rtol=3e-4)


def test_likelihood_ratios_agree_with_clm(housing, wine, reference) -> None:
    expected = reference("ordinal_housing")["expected"]["nominal_test"]
    answers, design, counts = housing
    got = nominal_test(answers, design, counts=counts, terms=TERMS)
    assert_allclose(got.log_likelihood, expected["logLik"][1:], rtol=1e-12)
    assert_allclose(got.statistic, expected["LRT"][1:], rtol=1e-9)
    assert_allclose(got.p_value, expected["Pr(>Chi)"][1:], rtol=1e-9)
    assert got.df.tolist() == expected["Df"][1:]
    for test, name in ((nominal_test, "nominal_test"), (scale_test, "scale_test")):
        expected = reference("ordinal_wine_clm")["expected"][name]
        got = test(*wine)
        # Freed temperature is infinite at two thresholds: each program stops where it likes.
        assert_allclose(got.log_likelihood, expected["logLik"][1:], atol=2e-8)
        assert_allclose(got.p_value, expected["Pr(>Chi)"][1:], rtol=1e-7)


def _drawn(
    seed: int, *, rows: int = 1200, gap: float = 0.0
) -> tuple[NDArray[np.int64], NDArray[np.int8], NDArray[np.int64], NDArray[np.float64]]:
    rng = np.random.default_rng(seed)
    design = rng.integers(0, 4, (rows, 2)).astype(np.int8)
    group = rng.integers(0, 5, rows)
    slopes = 0.3 + gap * np.array([0.0, 0.5, 1.0])
    shift = 0.4 * design[:, 1] + 0.2 * group
    below = np.array([-0.8, 0.7, 2.3]) - np.outer(design[:, 0], slopes) - shift[:, None]
    answers = (rng.logistic(size=(rows, 1)) > below).sum(axis=1)
    return answers, design, group, rng.uniform(0.5, 2.0, rows)


@pytest.mark.parametrize("clustered", [False, True])
def test_each_cut_has_the_variance_of_its_own_fit(clustered: bool) -> None:
    answers, design, group, weight = _drawn(1)
    psu = np.arange(len(answers)) % 60 if clustered else None
    fits = fit_cuts(answers, design, weights=weight, groups=group)
    drawn = survey_design(len(answers), psu=psu)
    joint = fits.slope_covariance(drawn=drawn)
    for k, cut in enumerate(fits.cuts):
        alone = fit_cumulative_link(
            answers >= cut, design, weights=weight, groups=group, clusters=psu, variance="sandwich"
        )
        here = slice(2 * k, 2 * k + 2)
        assert_allclose(fits.slopes()[k], alone.coefficients, rtol=1e-8)
        assert_allclose(joint[here, here], alone.covariance[1:3, 1:3], rtol=1e-6)
    assert (np.diag(joint[:2, 2:4]) > 0).all()
    heavier = fit_cuts(answers, design, weights=90 * weight, groups=group)
    assert_allclose(heavier.slope_covariance(drawn=drawn), joint, rtol=1e-7, atol=1e-14)


def test_counts_equal_rows() -> None:
    answers, design, _, _ = _drawn(2, rows=300)
    counts = np.random.default_rng(3).integers(1, 4, 300)
    cells = fit_cuts(answers, design, counts=counts)
    rows = fit_cuts(np.repeat(answers, counts), np.repeat(design, counts, axis=0))
    assert_allclose(cells.classical_covariance(), rows.classical_covariance(), rtol=1e-8)
    assert_allclose(
        cells.slope_covariance(drawn=survey_design(300, counts=counts)),
        rows.slope_covariance(drawn=survey_design(int(counts.sum()))),
        rtol=1e-8,
        atol=1e-14,
    )


def test_groups_on_one_side_of_a_cut_are_left_out_there_alone() -> None:
    answers, design, group, _ = _drawn(4)
    answers = np.where((group == 2) & (answers == 3), 2, answers)
    fits = fit_cuts(answers, design, groups=group)
    assert [fits.used(k).all() for k in range(3)] == [True, True, False]
    assert (fits.used(2) == (group != 2)).all()
    kept = group != 2
    alone = fit_cumulative_link(
        answers[kept] >= 3, design[kept], groups=np.unique(group[kept], return_inverse=True)[1]
    )
    assert_allclose(fits.slopes()[2], alone.coefficients, rtol=1e-8)
    assert np.isfinite(fits.slope_covariance(drawn=survey_design(len(answers)))).all()


def test_directions_may_be_any_function_of_the_parameters() -> None:
    answers, design, group, weight = _drawn(5)
    fits = fit_cuts(answers, design, weights=weight, groups=group)
    drawn = survey_design(len(answers))
    everything = fits.joint_covariance([np.eye(7)] * 3, drawn=drawn)
    rng = np.random.default_rng(6)
    directions = [rng.normal(size=(2, 7)) for _ in range(3)]
    whole = np.zeros((6, 21))
    for k, direction in enumerate(directions):
        whole[2 * k : 2 * k + 2, 7 * k : 7 * k + 7] = direction
    got = fits.joint_covariance(directions, drawn=drawn)
    assert_allclose(got, whole @ everything @ whole.T, rtol=1e-8, atol=1e-12)
    alone = fit_cumulative_link(answers >= 2, design, weights=weight, groups=group)
    assert_allclose(everything[7:14, 7:14], alone.covariance, rtol=1e-6, atol=1e-10)


def test_few_clusters_give_no_p_value_and_more_give_a_larger_one() -> None:
    slopes = np.array([[0.3, 0.1], [0.5, 0.1], [0.9, 0.2]])
    covariance = 0.02 * np.eye(6)
    plain = brant_test(slopes, covariance)
    some = brant_test(slopes, covariance, degrees_of_freedom=12)
    few = brant_test(slopes, covariance, degrees_of_freedom=3)
    assert (some.p_value > plain.p_value).all()
    assert np.isnan(few.p_value[0]) and np.isfinite(few.p_value[1])
    assert plain.df.tolist() == [4, 2, 2]
    together = brant_test(slopes, covariance, terms=[[0, 1]])
    assert together.statistic[1] == pytest.approx(together.statistic[0])


def test_size_and_power_of_both_tests() -> None:
    rejected = {0.0: np.zeros(2), 0.5: np.zeros(2)}
    runs = 80
    for gap, counts in rejected.items():
        for seed in range(runs):
            answers, design, _, _ = _drawn(1000 + seed, rows=500, gap=gap)
            fits = fit_cuts(answers, design)
            sandwich = fits.slope_covariance(drawn=survey_design(500))
            counts += [
                brant_test(fits.slopes(), fits.classical_covariance()).p_value[1] < 0.05,
                brant_test(fits.slopes(), sandwich).p_value[1] < 0.05,
            ]
    # Monte Carlo error 2.4 points.
    assert (rejected[0.0] / runs <= 0.125).all()
    assert (rejected[0.5] / runs >= 0.60).all()


def test_what_cannot_be_tested_is_refused() -> None:
    answers, design, group, weight = _drawn(7)
    with pytest.raises(ModelError, match="needs the logit link and no groups"):
        fit_cuts(answers, design, groups=group).classical_covariance()
    with pytest.raises(ModelError, match="needs the logit link and no groups"):
        fit_cuts(answers, design, link="probit").classical_covariance()
    for test in (nominal_test, scale_test):
        with pytest.raises(ModelError, match="without sampling weights"):
            test(answers, design, weights=weight)
    with pytest.raises(ModelError, match="at least 2 answers; got 1"):
        fit_cuts(answers, design, cuts=[9])


def test_links_other_than_the_logit_have_a_joint_covariance_too() -> None:
    answers, design, _, weight = _drawn(8)
    how: dict[str, Any] = {"weights": weight, "link": "cloglog"}
    fits = fit_cuts(answers, design, **how)
    joint = fits.slope_covariance(drawn=survey_design(len(answers)))
    alone = fit_cumulative_link(answers >= 1, design, **how)
    assert_allclose(joint[:2, :2], alone.covariance[1:, 1:], rtol=1e-6)
