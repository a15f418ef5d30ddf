"""The split of a change of cost: exact, the same both ways, and as sure as it says."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from cxanalytics.errors import ModelError
from cxanalytics.numerics.cost_split import split_change, split_change_with_range


def _sums(seed: int, *, units: int = 30, drift: tuple[float, float] = (0.04, -0.11)):
    """Draw units whose unit cost and contacts per case change by `drift` in logarithms."""
    rng = np.random.default_rng(seed)
    resolved = rng.uniform(500, 3000, units)[:, None] * np.exp(rng.normal(0, 0.1, (units, 2)))
    noise = rng.normal(0, 0.05, (2, units))
    contacts = 1.5 * np.exp(np.column_stack([np.zeros(units), drift[1] + noise[0]]))
    price = 9.0 * np.exp(np.column_stack([np.zeros(units), drift[0] + noise[1]]))
    handled = resolved * contacts
    return handled * price, handled, resolved


@pytest.mark.parametrize("seed", range(5))
def test_the_parts_add_up_to_the_change_of_the_whole(seed: int) -> None:
    cost, handled, resolved = _sums(seed)
    total, *parts = split_change(cost, handled, resolved)
    each = cost.sum(axis=0) / resolved.sum(axis=0)
    assert total == pytest.approx(np.log(each[1] / each[0]), rel=1e-12)
    assert sum(parts) == pytest.approx(total, abs=1e-12)


def test_one_unit_is_split_by_plain_logarithms() -> None:
    cost, handled, resolved = np.array([[900.0, 990.0]]), [[100.0, 105.0]], [[60.0, 70.0]]
    got = split_change(cost, handled, resolved)
    price, contacts = np.log((990 / 105) / 9.0), np.log((105 / 70) / (100 / 60))
    assert_allclose(got, [price + contacts, price, contacts, 0.0], atol=1e-12)


def test_two_units_as_worked_out_by_hand() -> None:
    """Only the second unit's price rises, from 10 to 20; both hold half of the cases."""
    handled = resolved = np.array([[100.0, 100.0], [100.0, 100.0]])
    cost = np.array([[1000.0, 1000.0], [1000.0, 2000.0]])
    got = split_change(cost, handled, resolved)
    # Cost per case goes from 10 to 15; all of it is price: ln 1.5.
    assert_allclose(got, [np.log(1.5), np.log(1.5), 0.0, 0.0], atol=1e-12)


def test_cases_that_move_to_a_dearer_unit_are_a_shift() -> None:
    resolved = np.array([[100.0, 50.0], [100.0, 150.0]])
    cost = resolved * np.array([[10.0], [20.0]])
    got = split_change(cost, resolved, resolved)
    assert_allclose(got, [np.log(17.5 / 15.0), 0.0, 0.0, np.log(17.5 / 15.0)], atol=1e-12)


def test_going_back_in_time_turns_every_part_around() -> None:
    sums = _sums(7)
    back = [np.asarray(part)[:, ::-1] for part in sums]
    assert_allclose(split_change(*back), -split_change(*sums), atol=1e-12)


def test_the_error_is_that_of_leaving_out_one_cluster_at_a_time() -> None:
    sums = _sums(1, units=12)
    cluster = np.repeat(np.arange(6), 2)
    got = split_change_with_range(*sums, cluster)
    left = np.array([split_change(*(part[cluster != g] for part in sums))[0] for g in range(6)])
    error = np.sqrt(5 / 6 * np.square(left - left.mean()).sum())
    assert got.std_error[0] == pytest.approx(error, rel=1e-12)
    assert got.df == 5.0
    few = split_change_with_range(*sums, np.repeat(np.arange(4), 3))
    assert np.isnan(few.low).all() and np.isfinite(few.change).all()


def test_ranges_cover_the_truth_as_often_as_they_say() -> None:
    """12 agencies of 3 units; agencies share a shock, so that units alone would be too sure."""
    hits = np.zeros(2)
    runs = 400
    for seed in range(runs):
        rng = np.random.default_rng(seed)
        shock = np.repeat(rng.normal(0, 0.06, (2, 12)), 3, axis=1)
        cost, handled, resolved = _sums(seed + 10_000, units=36)
        handled = handled * np.exp(np.column_stack([np.zeros(36), shock[0]]))
        cost = cost * np.exp(np.column_stack([np.zeros(36), shock[0] + shock[1]]))
        got = split_change_with_range(cost, handled, resolved, np.repeat(np.arange(12), 3))
        truth = np.array([0.04, -0.11])
        hits += (got.low[1:3] <= truth) & (truth <= got.high[1:3])
    # Binomial error at 400 runs is 1.1 points; nominal 95%.
    assert (hits / runs > 0.915).all() and (hits / runs < 0.985).all()


def test_a_sum_that_is_not_positive_is_refused() -> None:
    with pytest.raises(ModelError, match="must be positive in every unit"):
        split_change([[1.0, 0.0]], [[1.0, 1.0]], [[1.0, 1.0]])
