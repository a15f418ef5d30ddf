"""Elimination of nested effects, against dense matrices."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from numpy.typing import NDArray

from cxanalytics.numerics.nested_groups import Elimination, Tree, build_tree, path_sum

Floats = NDArray[np.float64]
SD = np.array([0.7, 0.4, 1.1])


@pytest.fixture(params=[1, 2, 3])
def made(request: pytest.FixtureRequest) -> tuple[Tree, Floats, Floats]:
    rng = np.random.default_rng(request.param)
    levels = [rng.integers(0, size, 80) for size in (3, 4, 3)][: request.param]
    tree, _ = build_tree(levels)
    return tree, SD[: request.param], rng.uniform(0.2, 3.0, tree.sizes[-1])


def dense(tree: Tree, sd: Floats, hold: Floats) -> tuple[Floats, Floats]:
    columns = []
    for level, size in enumerate(tree.sizes):
        member = tree.lower(np.arange(size), level)
        columns.append(sd[level] * (member[:, None] == np.arange(size)))
    effects = np.hstack(columns)
    return np.eye(effects.shape[1]) + effects.T @ (hold[:, None] * effects), effects


def test_groups_under_two_parents_are_two_groups() -> None:
    tree, finest = build_tree([np.array([0, 0, 1, 1, 1]), np.array([5, 2, 5, 5, 2])])
    assert tree.sizes == (2, 4)
    assert tree.parents[1].tolist() == [0, 0, 1, 1]
    assert tree.codes[1].tolist() == [2, 5, 2, 5]
    assert finest.tolist() == [1, 0, 3, 3, 2]
    assert tree.lower(np.array([7.0, 8.0]), 0).tolist() == [7.0, 7.0, 8.0, 8.0]


def test_determinant_solution_and_variances_agree_with_dense(
    made: tuple[Tree, Floats, Floats],
) -> None:
    tree, sd, hold = made
    matrix, effects = dense(tree, sd, hold)
    done = Elimination(tree, sd, hold)
    assert_allclose(done.log_determinant, np.linalg.slogdet(matrix)[1], rtol=1e-12)
    right = np.random.default_rng(0).normal(size=(len(matrix), 4))
    cuts = np.cumsum(tree.sizes)[:-1]
    solved = done.solve(np.split(right, cuts))
    assert_allclose(np.vstack(solved), np.linalg.solve(matrix, right), rtol=1e-10, atol=1e-12)
    inverse = np.linalg.inv(matrix)
    assert_allclose(done.variances()[-1], np.diag(effects @ inverse @ effects.T), rtol=1e-10)
    assert_allclose(np.concatenate(done.effect_variances()), np.diag(inverse), rtol=1e-10)
    single = [part[:, 0] for part in solved]
    assert_allclose(path_sum(tree, sd, single), effects @ np.concatenate(single), rtol=1e-10)


def test_derivatives_of_the_determinant_agree_with_differences(
    made: tuple[Tree, Floats, Floats],
) -> None:
    tree, sd, hold = made
    number, step = len(hold), 1e-5

    def slopes(point: Floats) -> Floats:
        done = Elimination(tree, point[number:], point[:number])
        variances = done.variances()
        in_sd = [part.sum() for part in done.slopes_in_sd(variances)]
        return np.concatenate([variances[-1], in_sd])

    point = np.concatenate([hold, sd])
    axes = step * np.eye(len(point))
    done = Elimination(tree, sd, hold)
    heights = [
        Elimination(tree, p[number:], p[:number]).log_determinant
        for axis in axes
        for p in (point + axis, point - axis)
    ]
    differences = (np.array(heights[::2]) - heights[1::2]) / (2.0 * step)
    assert_allclose(slopes(point), differences, rtol=1e-6, atol=1e-8)
    second = done.bend(done.variances(), np.eye(number, len(point)))
    differences = [(slopes(point + axis) - slopes(point - axis)) / (2.0 * step) for axis in axes]
    assert_allclose(second, np.array(differences), rtol=1e-6, atol=1e-7)
