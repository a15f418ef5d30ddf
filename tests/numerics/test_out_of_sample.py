"""What blocks predict of groups that the fit has not seen, against a fit done group by group."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import Ridge
from sklearn.model_selection import LeaveOneGroupOut, cross_val_predict

from cxanalytics.errors import ModelError
from cxanalytics.numerics.out_of_sample import (
    PENALTY,
    compare_two_blocks,
    draw_groups,
    drawn_range,
    group_moments,
    left_out_losses,
    rank_agreement,
    skill_left_out,
)

GROUPS, ROWS = 12, 20


def drawn(seed: int, *, one: float = 0.0, other: float = 0.0, groups: int = GROUPS):
    """Rows in groups: outcome, two blocks, group and a constant with a wave."""
    rng = np.random.default_rng([7, seed])
    group = np.repeat(np.arange(groups), ROWS)
    first = rng.normal(size=(len(group), 3)) + rng.normal(size=(groups, 3))[group]
    second = rng.normal(size=(len(group), 2)) + rng.normal(size=(groups, 2))[group]
    y = one * first[:, 0] + other * second[:, 0] + 0.3 * rng.normal(size=groups)[group]
    y = y + rng.normal(size=len(group))
    wave = (np.arange(len(group)) % 2 == np.arange(2)[:, None]).T.astype(float)
    return y + wave[:, 0], [first, second], group, wave


def test_losses_equal_ridge_fits_of_scikit_learn_group_by_group() -> None:
    y, blocks, group, _ = drawn(1, one=0.5)
    moments = group_moments(y, blocks, group)
    x = np.column_stack(blocks)
    x = x / x.std(axis=0)
    ridge = Ridge(alpha=PENALTY * ROWS * (GROUPS - 1), fit_intercept=False)
    predicted = cross_val_predict(ridge, x, y, groups=group, cv=LeaveOneGroupOut())
    outside = np.bincount(group, weights=np.square(y - predicted))
    found = left_out_losses(moments, np.ones((1, GROUPS)), blocks=(0, 1))[0]
    # The fit adds 1e-9 per row to every column, so that an empty wave can be solved.
    assert np.allclose(found, outside, rtol=1e-7)


def test_fixed_columns_are_not_penalized() -> None:
    y, blocks, group, wave = drawn(2, one=0.5)
    moments = group_moments(y, blocks, group, fixed=wave)
    found = left_out_losses(moments, np.ones((1, GROUPS)), blocks=(0,))[0]
    around = blocks[0] - wave @ np.linalg.lstsq(wave, blocks[0], rcond=None)[0]
    x = np.column_stack([wave, blocks[0] / around.std(axis=0)])
    for left in range(GROUPS):
        train = group != left
        ridge = np.diag([0.0, 0.0, *[PENALTY * train.sum()] * 3])
        slope = np.linalg.solve(x[train].T @ x[train] + ridge, x[train].T @ y[train])
        assert found[left] == pytest.approx(np.square(y - x @ slope)[~train].sum(), rel=1e-6)


def test_all_copies_of_a_group_are_left_out_together() -> None:
    y, blocks, group, wave = drawn(3, one=0.5)
    weights = np.ones((1, GROUPS))
    weights[0, :2] = 2.0, 0.0
    moments = group_moments(y, blocks, group, fixed=wave)
    # Without a penalty the spread that columns are put on, which copies change, does not matter.
    found = left_out_losses(moments, weights, blocks=(0, 1), penalty=0.0)[0]
    rows = np.concatenate([np.flatnonzero(group != 1), np.flatnonzero(group == 0)])
    copied = group_moments(y[rows], [b[rows] for b in blocks], group[rows], fixed=wave[rows])
    ones = np.ones((1, GROUPS - 1))
    outside = left_out_losses(copied, ones, blocks=(0, 1), penalty=0.0)[0]
    assert found[0] == pytest.approx(outside[0] / 2.0)
    assert np.allclose(found[2:], outside[1:])


def test_parts_sum_to_both_and_differ_by_what_each_predicts_alone() -> None:
    y, blocks, group, wave = drawn(4, one=0.4, other=0.2)
    moments = group_moments(y, blocks, group, fixed=wave)
    found = compare_two_blocks(moments, draw_groups(GROUPS, 5, seed=1))
    assert np.allclose(found.parts.sum(axis=1), found.together)
    assert np.allclose(found.parts[:, 0] - found.parts[:, 1], found.alone[:, 0] - found.alone[:, 1])


def test_a_known_share_is_recovered_and_noise_predicts_nothing() -> None:
    y, blocks, group, wave = drawn(5, one=1.0, groups=200)
    moments = group_moments(y, blocks, group, fixed=wave)
    found = compare_two_blocks(moments, np.ones((1, 200)))
    # Variance 2 of the block beside 1.09 of the rest; the penalty keeps 1 - (0.3/1.3)^2 of it.
    true = 2.0 * (1.0 - (PENALTY / (1.0 + PENALTY)) ** 2) / 3.09
    assert found.alone[0, 0] == pytest.approx(true, abs=0.03)
    assert abs(found.alone[0, 1]) < 0.01


def test_ranges_cover_and_no_block_leads_where_neither_predicts() -> None:
    found, low, high = [], [], []
    for seed in range(40):
        y, blocks, group, wave = drawn(100 + seed)
        moments = group_moments(y, blocks, group, fixed=wave)
        counts = draw_groups(GROUPS, 199, seed=seed)
        parts, draws = (
            compare_two_blocks(moments, each).parts for each in (np.ones((1, GROUPS)), counts)
        )
        found.append(parts[0, 0] - parts[0, 1])
        ends = drawn_range(draws[:, 0] - draws[:, 1], GROUPS, level=0.95)
        low.append(float(ends[0]))
        high.append(float(ends[1]))
    truth = float(np.mean(found))
    # 36 of 40 or fewer has a chance of 5% where the range covers 95%.
    assert ((np.array(low) <= truth) & (truth <= np.array(high))).sum() >= 36
    assert ((np.array(low) > 0) | (np.array(high) < 0)).sum() <= 4


def test_skill_of_one_block_is_that_of_the_comparison() -> None:
    y, blocks, group, wave = drawn(6, one=0.5)
    moments = group_moments(y, blocks, group, fixed=wave)
    ones = np.ones((1, GROUPS))
    both = compare_two_blocks(moments, ones)
    assert skill_left_out(moments, ones, blocks=(0,))[0] == both.alone[0, 0]
    assert skill_left_out(moments, ones, blocks=())[0] == 0.0


def test_what_cannot_be_compared_is_refused() -> None:
    y, blocks, group, wave = drawn(7)
    with pytest.raises(ModelError, match="at least 3 groups; got 2"):
        group_moments(y, blocks, group % 2, fixed=wave)
    with pytest.raises(ModelError, match="one of them is constant"):
        group_moments(y, [blocks[0], np.ones((len(y), 1))], group, fixed=wave)


def test_rank_agreement_is_kendalls_tau_b() -> None:
    # By hand: five of six pairs agree and one is tied in the first, 5 / sqrt(5 * 6).
    assert rank_agreement([3, 1, 2, 2], [4, 1, 3, 2]) == pytest.approx(5 / np.sqrt(30))
    assert np.isnan(rank_agreement([1, 1, 1], [1, 2, 3]))
