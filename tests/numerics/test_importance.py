"""What is each driver's part of a fit: R's packages, closed forms, resamples that are refits."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from numpy.typing import NDArray

from cxanalytics.errors import ModelError
from cxanalytics.numerics.equal_rows import LARGEST_CODE, equal_rows
from cxanalytics.numerics.importance import (
    decompose,
    inflation,
    partial_out,
    relative_weights,
    shapley_values,
    subset_r_squared,
)
from cxanalytics.numerics.importance_bootstrap import (
    MOST_UNITS,
    Units,
    expanded_tails,
    multiplicities,
    sampling_units_of_rows,
)
from cxanalytics.numerics.importance_moments import (
    independent_columns,
    unit_moments,
    within_products,
)
from cxanalytics.numerics.importance_ordinal import SubsetFits, fit_subsets

Reference = Callable[[str], dict[str, Any]]
SWISS = ["Agriculture", "Examination", "Education", "Catholic", "Infant.Mortality"]


def _values(named: dict[str, float]) -> list[float]:
    return list(named.values())


def _matrix(table: dict[str, Any]) -> NDArray[np.float64]:
    rows = [[np.nan if cell == "NA" else cell for cell in row] for row in table["values"]]
    return np.array(rows, dtype=float)


def _swiss(folder: Path) -> NDArray[np.float64]:
    frame = pd.read_csv(folder / "swiss.csv")
    return np.cov(frame[[*SWISS, "Fertility"]].to_numpy().T)


def _simulated(folder: Path) -> tuple[NDArray[np.int64], NDArray[np.int8]]:
    frame = pd.read_csv(folder / "drivers_sim.csv")
    return frame["y"].to_numpy(), frame.drop(columns="y").to_numpy(np.int8)


def _housing(folder: Path) -> tuple[NDArray[np.int64], NDArray[np.int8], NDArray[np.int64]]:
    frame = pd.read_csv(folder / "housing.csv")
    columns = [
        frame["Infl"] == "Medium",
        frame["Infl"] == "High",
        frame["Type"] == "Apartment",
        frame["Type"] == "Atrium",
        frame["Type"] == "Terrace",
        frame["Cont"] == "High",
    ]
    answers = frame["Sat"].map({"Low": 0, "Medium": 1, "High": 2}).to_numpy()
    return answers, np.column_stack(columns).astype(np.int8), frame["Freq"].to_numpy()


HOUSING = [[0, 1], [2, 3, 4], [5]]


def _single(columns: int) -> list[list[int]]:
    return [[column] for column in range(columns)]


def _fit(
    answers: Any, design: Any, players: list[list[int]], *, resamples: int = 2, **more: Any
) -> SubsetFits:
    units = sampling_units_of_rows(len(answers), counts=more.get("mass"), seed=1)
    return fit_subsets(
        answers,
        design,
        players=players,
        units=units,
        multiplicity=multiplicities(units, resamples, seed=2),
        **more,
    )


def _shares(fits: NDArray[np.float64]) -> NDArray[np.float64]:
    gains = shapley_values(fits)
    return gains / gains.sum(axis=-1, keepdims=True)


# R's figures come from exact formulas on the same correlation matrix: agreement to rounding.
def test_linear_shares_agree_with_relaimpo_and_domir(
    reference: Reference, reference_dir: Path
) -> None:
    expected = reference("drivers")["expected"]["swiss"]
    covariance = _swiss(reference_dir)
    got = decompose(subset_r_squared(covariance))
    assert got.total == pytest.approx(expected["R2"], rel=1e-12)
    assert_allclose(got.shapley, _values(expected["lmg"]), rtol=1e-11)
    assert_allclose(got.shares, _values(expected["lmg_share"]), rtol=1e-11)
    assert_allclose(got.first, _values(expected["first"]), rtol=1e-11)
    assert_allclose(got.last, _values(expected["last"]), rtol=1e-11)
    dominance = expected["dominance"]
    assert_allclose(got.shapley, _values(dominance["general"]), rtol=1e-11)
    assert_allclose(got.conditional, _matrix(dominance["conditional"]), rtol=1e-11)
    assert_array_equal(got.complete, _matrix(dominance["complete"]))


def test_weighted_linear_shares_agree_with_relaimpo(
    reference: Reference, reference_dir: Path
) -> None:
    expected = reference("drivers")["expected"]["swiss"]["lmg_weighted"]
    frame = pd.read_csv(reference_dir / "swiss_w.csv")
    covariance = np.cov(frame[[*SWISS, "Fertility"]].to_numpy().T, aweights=frame["w"])
    assert_allclose(shapley_values(subset_r_squared(covariance)), _values(expected), rtol=1e-11)


def test_relative_weights_agree_with_rwa(reference: Reference, reference_dir: Path) -> None:
    expected = reference("drivers")["expected"]["swiss"]
    covariance = _swiss(reference_dir)
    assert_allclose(relative_weights(covariance), _values(expected["johnson_rw"]), rtol=1e-11)
    package = expected["rwa_pkg"]
    named = dict(zip(package["Variables"], package["Raw.RelWeight"], strict=True))
    assert_allclose(relative_weights(covariance), [named[name] for name in SWISS], rtol=1e-11)


# clm stops at scores of about 1e-8; log likelihoods then agree to ten digits and more.
def test_factor_groups_agree_with_cumulative_logits_of_ordinal(
    reference: Reference, reference_dir: Path
) -> None:
    """Housing (Madsen 1976): 1,681 people in 72 cells, three factors of 3, 4 and 2 levels."""
    expected = reference("drivers")["expected"]["housing_clm"]
    answers, design, people = _housing(reference_dir)
    got = _fit(answers, design, HOUSING, mass=people)
    order = [0, 1, 2, 4, 3, 5, 6, 7]
    assert_allclose(got.log_likelihood[order], _values(expected["logLik"]), rtol=1e-11)
    fits = 1.0 - got.log_likelihood / got.log_likelihood[0]
    assert_allclose(fits[order], _values(expected["mcfadden"]), atol=1e-11)
    assert_allclose(shapley_values(fits), _values(expected["shapley_mcfadden"]), rtol=1e-8)
    n = people.sum()
    cox = 1.0 - np.exp(2.0 * (got.log_likelihood[0] - got.log_likelihood) / n)
    nagelkerke = cox / (1.0 - np.exp(2.0 * got.log_likelihood[0] / n))
    assert_allclose(shapley_values(nagelkerke), _values(expected["shapley_nagelkerke"]), rtol=1e-8)


@pytest.mark.parametrize(
    ("model", "from_nine"), [("clm_mcfadden", False), ("logit_mcfadden", True)]
)
def test_ordinal_and_binary_shares_agree_with_domir(
    model: str, from_nine: bool, reference: Reference, reference_dir: Path
) -> None:
    everything = reference("drivers")["expected"]["sim"]
    expected = everything[model]
    answers, design = _simulated(reference_dir)
    got = _fit((answers >= 9).astype(int) if from_nine else answers, design, _single(6))
    parts = decompose(1.0 - got.log_likelihood / got.log_likelihood[0])
    assert parts.total == pytest.approx(expected["fit"], rel=1e-10)
    assert_allclose(parts.shapley, _values(expected["general"]), rtol=1e-9)
    assert_allclose(parts.shares, _values(expected["standardized"]), rtol=1e-9)
    # The smallest conditional gain is 8e-5 of likelihoods near 1,000.
    assert_allclose(parts.conditional, _matrix(expected["conditional"]), rtol=1e-6)
    assert_array_equal(parts.complete, _matrix(expected["complete"]))
    if not from_nine:
        slopes = [everything["clm_coef"][f"d{place}"] for place in range(1, 7)]
        assert_allclose(got.coefficients, slopes, rtol=1e-6)


def test_linear_shares_and_their_bootstrap_agree_with_relaimpo(
    reference: Reference, reference_dir: Path
) -> None:
    expected = reference("drivers")["expected"]["sim"]
    answers, design = _simulated(reference_dir)
    units = sampling_units_of_rows(len(answers), seed=3)
    variables = np.column_stack([design, answers])
    rows = len(answers)
    moments = unit_moments(variables, np.ones(rows), np.zeros(rows, dtype=int), units)
    products = within_products(moments, multiplicities(units, 1000, seed=4))
    covariance = np.cov(variables.T)
    shares = _shares(subset_r_squared(covariance))
    assert_allclose(shares, _values(expected["lm_lmg_share"]), rtol=1e-10)
    assert_allclose(relative_weights(covariance), _values(expected["johnson"]), rtol=1e-10)
    low, high = np.quantile(_shares(subset_r_squared(products)), [0.025, 0.975], axis=0)
    # Percentiles of 500 and of 1,000 resamples: about 0.007 Monte Carlo error between them.
    assert_allclose(low, expected["boot500_lmg_share_lower"], atol=0.02)
    assert_allclose(high, expected["boot500_lmg_share_upper"], atol=0.02)


def test_two_players_have_their_closed_form() -> None:
    first, second, between = 0.5, 0.4, 0.3
    correlation = np.array([[1, between, first], [between, 1, second], [first, second, 1]])
    both = (first**2 + second**2 - 2 * first * second * between) / (1 - between**2)
    got = decompose(subset_r_squared(correlation))
    assert got.total == pytest.approx(both)
    assert_allclose(
        got.shapley, [(first**2 + both - second**2) / 2, (second**2 + both - first**2) / 2]
    )
    assert_allclose(got.last, [both - second**2, both - first**2])


def test_unrelated_players_get_their_own_squares() -> None:
    slopes = np.array([0.6, 0.3, 0.1])
    covariance = np.eye(4)
    covariance[3, :3] = covariance[:3, 3] = slopes
    assert_allclose(shapley_values(subset_r_squared(covariance)), slopes**2)
    assert_allclose(relative_weights(covariance), slopes**2)


def test_a_group_enters_as_one_player(rng: np.random.Generator) -> None:
    covariance = np.cov(rng.normal(size=(6, 50)) + rng.normal(size=50))
    single = subset_r_squared(covariance)
    grouped = subset_r_squared(covariance, [[3, 0], [1], [4, 2]])
    members = [0b01001, 0b00010, 0b10100]
    unions = [sum(m for j, m in enumerate(members) if s >> j & 1) for s in range(8)]
    assert_allclose(grouped, single[unions], rtol=1e-10)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(5)


def test_holding_variables_constant_is_regression_on_them(rng: np.random.Generator) -> None:
    rows = rng.normal(size=(200, 5)) + rng.normal(size=(200, 1))
    held = rows[:, [1, 3]] - rows[:, [1, 3]].mean(axis=0)
    kept = rows[:, [0, 2, 4]] - rows[:, [0, 2, 4]].mean(axis=0)
    residual = kept - held @ np.linalg.lstsq(held, kept, rcond=None)[0]
    assert_allclose(partial_out(np.cov(rows.T), [1, 3]), residual.T @ residual / 199, rtol=1e-10)
    doubled = np.cov(np.column_stack([rows, rows[:, 1] + rows[:, 3]]).T)
    order = [0, 1, 2, 3, 5, 4]
    same = partial_out(doubled[np.ix_(order, order)], [1, 3, 4])
    assert_allclose(same, partial_out(np.cov(rows.T), [1, 3]), rtol=1e-7)
    assert independent_columns(doubled[np.ix_([1, 3, 5, 0], [1, 3, 5, 0])], np.ones(4)) == [0, 1, 3]


def test_inflation_is_that_of_the_inverse_correlation(rng: np.random.Generator) -> None:
    rows = rng.normal(size=(100, 4)) + rng.normal(size=(100, 1))
    correlation = np.corrcoef(rows.T)
    single = inflation(np.cov(rows.T))
    assert_allclose(single, np.diag(np.linalg.inv(correlation)), rtol=1e-9)
    pair, alone, _ = inflation(correlation, [[0, 1], [2], [3]])
    assert alone == pytest.approx(single[2])
    determinant = np.linalg.det
    whole = determinant(correlation[:2, :2]) * determinant(correlation[2:, 2:])
    assert pair == pytest.approx(np.sqrt(whole / determinant(correlation)))
    rows[:, 3] = rows[:, 0] + rows[:, 1]
    assert np.isinf(inflation(np.cov(rows.T))).all()
    rows[:, 3] = 1.0
    assert np.isinf(inflation(np.cov(rows.T))).all()


def test_impossible_inputs_are_refused() -> None:
    with pytest.raises(ModelError, match="power of 2 of subsets, at least 2; got 3"):
        shapley_values(np.ones(3))
    with pytest.raises(ModelError, match="at most 12; got 13"):
        subset_r_squared(np.eye(14))
    with pytest.raises(ModelError, match="`players` must be 1 to 12; got 13"):
        _fit(np.arange(4) % 2, np.ones((4, 13)), _single(13))
    with pytest.raises(ModelError, match="at least 2 sampling units; got 1"):
        sampling_units_of_rows(3, clusters=[7, 7, 7], seed=1)


def _people(
    rng: np.random.Generator, n: int, agencies: int, units: int
) -> tuple[NDArray[np.int64], NDArray[np.int8], NDArray[np.int64], NDArray[np.int64]]:
    agency = np.sort(rng.integers(0, agencies, n))
    unit = agency * units + rng.integers(0, units, n)
    felt = rng.normal(size=(n, 3)) + 0.8 * rng.normal(size=(n, 1))
    felt += 0.3 * rng.normal(size=(agencies * units, 3))[unit]
    design = np.clip(np.round(3 + felt), 1, 5).astype(np.int8)
    latent = design @ np.array([0.6, 0.35, 0.1]) + rng.logistic(size=n)
    latent += (
        0.5 * rng.normal(size=agencies)[agency] + 0.3 * rng.normal(size=agencies * units)[unit]
    )
    return np.searchsorted(np.quantile(latent, [0.1, 0.3, 0.5, 0.8]), latent), design, agency, unit


def _refit(answers: Any, design: Any, groups: Any, mass: Any) -> NDArray[np.float64]:
    """Fit all subsets to the rows that a resample has, with their multiplicities."""
    kept = mass > 0
    groups = np.unique(groups[kept], return_inverse=True)[1]
    units = sampling_units_of_rows(int(kept.sum()), seed=1)
    return fit_subsets(
        answers[kept],
        design[kept],
        players=_single(3),
        units=units,
        multiplicity=np.ones((1, len(units.stratum))),
        mass=mass[kept],
        groups=groups,
    ).log_likelihood


@pytest.mark.parametrize("drawn", ["unit", "agency", "respondent"])
def test_resamples_are_what_refitting_would_give(drawn: str, rng: np.random.Generator) -> None:
    """Second order in the resample, so errors are small against the spread of the resamples."""
    answers, design, agency, unit = _people(rng, 600, 12, 5)
    clusters = {"unit": unit, "agency": agency, "respondent": None}[drawn]
    units = sampling_units_of_rows(len(answers), clusters=clusters, seed=6)
    multiplicity = multiplicities(units, 20, seed=7)
    quick = fit_subsets(
        answers,
        design,
        players=_single(3),
        units=units,
        multiplicity=multiplicity,
        groups=agency,
    )
    masses = (units.share.T @ times for times in multiplicity)
    exact = _shares(np.array([_refit(answers, design, agency, mass) for mass in masses]))
    near = _shares(quick.resampled)
    spread = exact.std(axis=0)
    assert ((near - exact).std(axis=0) < 0.15 * spread).all()
    assert (np.abs((near - exact).mean(axis=0)) < 0.1 * spread).all()
    assert_allclose(near.std(axis=0), spread, rtol=0.1)


def test_a_resample_of_everybody_once_is_the_fit_itself(rng: np.random.Generator) -> None:
    answers, design, agency, unit = _people(rng, 600, 6, 5)
    units = sampling_units_of_rows(len(answers), clusters=unit, seed=1)
    got = fit_subsets(
        answers,
        design,
        players=_single(3),
        units=units,
        multiplicity=np.ones((1, len(units.stratum))),
        groups=agency,
    )
    assert_allclose(got.resampled[0], got.log_likelihood, rtol=1e-12)


def test_moments_of_a_resample_are_those_of_its_rows(rng: np.random.Generator) -> None:
    rows = rng.normal(size=(80, 3)) + 5.0
    group, unit = np.repeat([0, 1, 2, 3], 20), np.tile(np.arange(16), 5)
    mass = rng.uniform(0.5, 2.0, 80)
    units = sampling_units_of_rows(80, clusters=unit, seed=1)
    times = rng.integers(0, 3, size=(4, 16)).astype(float)
    got = within_products(unit_moments(rows, mass, group, units), times)
    for products, times_of_unit in zip(got, times, strict=True):
        weight = mass * times_of_unit[unit]
        sums = np.stack([np.bincount(group, weight * column) for column in rows.T], axis=1)
        deviation = rows - (sums / np.bincount(group, weight)[:, None])[group]
        assert_allclose(products, (deviation * weight[:, None]).T @ deviation, rtol=1e-8)


def test_counts_and_repeated_rows_are_the_same_people(rng: np.random.Generator) -> None:
    answers, design, _, _ = _people(rng, 500, 2, 2)
    first, cell = equal_rows([answers, *design.T])
    people = np.bincount(cell)
    rows = _fit(answers, design, _single(3))
    counted = _fit(answers[first], design[first], _single(3), mass=people.astype(float))
    assert_allclose(counted.log_likelihood, rows.log_likelihood, rtol=1e-12)
    units = sampling_units_of_rows(len(first), counts=people, seed=1)
    assert units.drawn == 500 and units.degrees_of_freedom == 499
    assert_allclose(units.share.sum(axis=0), 1.0)


def test_units_keep_their_strata_and_are_never_split() -> None:
    strata = np.repeat([0, 1, 2, 3], [4000, 1000, 2, 1])
    clusters = np.arange(len(strata)) // 2
    units = sampling_units_of_rows(len(strata), clusters=clusters, strata=strata, seed=1)
    # The last cluster but one holds people of two strata, and counts once in each.
    assert units.drawn == 2502 and units.degrees_of_freedom == 2502 - 4
    assert len(units.stratum) == pytest.approx(MOST_UNITS, abs=5)
    dense = units.share.toarray()
    assert (np.count_nonzero(dense, axis=0) == 1).all()
    unit_of_row = dense.argmax(axis=0)
    for cluster in (0, 700, 2100):
        assert len(set(unit_of_row[clusters == cluster])) == 1
    sizes = np.bincount(unit_of_row)
    assert sizes.max() <= 6
    alone = units.stratum[unit_of_row[strata >= 2]]
    assert len(set(alone)) == 1


def test_multiplicities_make_the_variance_of_a_sum_unbiased(rng: np.random.Generator) -> None:
    strata = np.repeat([0, 1], [4, 9])
    units = sampling_units_of_rows(13, strata=strata, seed=1)
    times = multiplicities(units, 40_000, seed=8)
    assert_allclose(times[:, :4].sum(axis=1), 4.0)
    assert_allclose(times[:, 4:].sum(axis=1), 9.0)
    value = rng.normal(size=13)
    expected = sum(
        size * value[strata == stratum].var(ddof=1) for stratum, size in ((0, 4), (1, 9))
    )
    # 40,000 resamples: the standard error of a variance is about 0.7%.
    assert (times @ value).var() == pytest.approx(expected, rel=0.03)


def test_percentiles_widen_as_t_does() -> None:
    assert expanded_tails(0.95, 1e9)[0] == pytest.approx(0.025, abs=1e-8)
    # t with 11 degrees of freedom reaches 2.201, where the normal leaves 1.39% on each side.
    assert expanded_tails(0.95, 11.0) == pytest.approx((0.01387, 0.98613), abs=1e-5)


def test_equal_rows_are_found_in_any_number_of_columns(rng: np.random.Generator) -> None:
    few = rng.integers(0, 2, size=(300, 3))
    wide = [*few.T, *few.T]
    many = [few[:, 0] * 1000 + np.arange(300) % 7 for _ in range(12)]
    many += [rng.permutation(300) for _ in range(8)]
    assert LARGEST_CODE < 300**8
    for columns in (wide, many):
        first, cell = equal_rows(columns)
        table = np.column_stack(columns)
        assert_array_equal(table[first][cell], table)
        assert len(first) == len(np.unique(table, axis=0))
        assert_array_equal(table[first], np.unique(table, axis=0))


def test_units_promise_a_part_for_every_row() -> None:
    units: Units = sampling_units_of_rows(5, counts=[3, 1, 2, 1, 1], seed=1)
    assert units.share.shape == (8, 5)
    assert_allclose(units.share.sum(axis=0), 1.0)
