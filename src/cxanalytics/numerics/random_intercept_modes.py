"""Where are the effects of groups most likely, given the other parameters?

The modes of the standard normal effects of nested groups, and what a part of the marginal
likelihood must offer, however it integrates them out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from cxanalytics.numerics.links import Link
from cxanalytics.numerics.nested_groups import Elimination, Tree, path_sum
from cxanalytics.numerics.random_intercept_rows import GroupedRows
from cxanalytics.numerics.random_intercept_sums import sum_groups

Floats = NDArray[np.float64]

STEPS_TO_MODE = 50


@dataclass(frozen=True, slots=True)
class Point:
    """A marginal log likelihood at one place; K parameters.

    Attributes
    ----------
    log_likelihood : float
        -inf outside the range of the model.
    score : ndarray of shape (K,)
    hessian : ndarray of shape (K, K)
        Without the second derivatives of the information of groups, for Laplace's method.
    missed : float
        How far the modes were from where they are.
    effects : list of ndarray
        Modes of the standard normal effects, one array a level.
    moves : list of ndarray of shape (groups, K)
        Derivatives of the modes.
    """

    log_likelihood: float
    score: Floats
    hessian: Floats
    missed: float
    effects: list[Floats]
    moves: list[Floats]


class Part(Protocol):
    """Some of the groups, with the way their effects are integrated out."""

    rows: GroupedRows
    tree: Tree
    total: float

    def evaluate(self, parameters: Floats, effects: list[Floats]) -> Point:
        """Find the modes from a start, and the likelihood there."""

    def rest_of_hessian(self, parameters: Floats, point: Point) -> Floats:
        """Give what `Point.hessian` leaves out."""

    def scores(self, parameters: Floats, point: Point) -> Floats:
        """Split the score among the coarsest groups."""

    def scores_in_sd(self, parameters: Floats, point: Point) -> list[Floats]:
        """Split the score in each standard deviation among the groups of its level."""

    def mode_variances(self, parameters: Floats, point: Point) -> list[Floats]:
        """Give the conditional variances of the standard normal effects."""


def outside(size: int, effects: list[Floats]) -> Point:
    """Make the point outside the range of the model."""
    flat = np.zeros((size, size))
    return Point(-np.inf, np.zeros(size), flat, 0.0, effects, [])


def split_parameters(rows: GroupedRows, parameters: Floats) -> tuple[Floats, Floats, Floats]:
    """Split parameters into thresholds, coefficients and standard deviations."""
    m, p, _ = rows.shape
    return parameters[:m], parameters[m : m + p], parameters[m + p :]


def penalty(effects: Sequence[Floats]) -> float:
    """Give minus the log density of the effects, up to a constant."""
    return 0.5 * sum(float(e @ e) for e in effects)


def pull_on_effects(
    tree: Tree, sd: Floats, push: Floats, effects: Sequence[Floats]
) -> list[Floats]:
    """Differentiate the penalized log likelihood in the effects."""
    return [s * up - e for s, up, e in zip(sd, tree.lift(push), effects, strict=True)]


def inner_product(left: Sequence[Floats], right: Sequence[Floats]) -> float:
    """Multiply effects of all levels with one another and sum."""
    return sum(float(a @ b) for a, b in zip(left, right, strict=True))


def settle(
    rows: GroupedRows,
    tree: Tree,
    link: Link,
    parameters: Floats,
    effects: list[Floats],
    *,
    enough: float,
) -> list[Floats]:
    """Climb to the modes of the effects, the other parameters held.

    Parameters
    ----------
    rows : GroupedRows
    tree : Tree
    link : Link
    parameters : ndarray of shape (K,)
    effects : list of ndarray
        Where to start.
    enough : float
        Stop where a further step gains less.

    Returns
    -------
    list of ndarray
    """
    theta, beta, sd = split_parameters(rows, parameters)
    fixed = rows, link, theta, beta
    value, push, hold = sum_groups(*fixed, path_sum(tree, sd, effects))
    height = float(value.sum()) - penalty(effects)
    if not np.isfinite(height):
        effects = [np.zeros_like(e) for e in effects]
        value, push, hold = sum_groups(*fixed, path_sum(tree, sd, effects))
        height = float(value.sum())
    for _ in range(STEPS_TO_MODE):
        pull = pull_on_effects(tree, sd, push, effects)
        step = Elimination(tree, sd, hold).solve(pull)
        if not inner_product(pull, step) > enough:
            return effects
        for halving in range(STEPS_TO_MODE):
            trial = [e + s * 0.5**halving for e, s in zip(effects, step, strict=True)]
            value, push, hold = sum_groups(*fixed, path_sum(tree, sd, trial))
            there = float(value.sum()) - penalty(trial)
            if there >= height - 1e-12 * abs(height):
                break
        effects, height = trial, there
    return effects


def conditional_variances(
    rows: GroupedRows, tree: Tree, link: Link, parameters: Floats, point: Point
) -> list[Floats]:
    """Give the conditional variances of the standard normal effects, level by level."""
    theta, beta, sd = split_parameters(rows, parameters)
    _, _, hold = sum_groups(rows, link, theta, beta, path_sum(tree, sd, point.effects))
    return Elimination(tree, sd, hold).effect_variances()
