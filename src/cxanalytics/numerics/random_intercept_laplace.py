"""How likely are the answers of nested groups, their intercepts integrated by Laplace's method?

At the modes b of the effects the marginal log likelihood is h(b) - log|M| / 2, with h the penalized
log likelihood and M minus its second derivatives. Modes move with the parameters, and M with both;
the score carries all of it, so that this is the Laplace likelihood itself and not the profile of
h, whose maximum lies elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxanalytics.numerics.links import Link
from cxanalytics.numerics.nested_groups import Elimination, Tree, path_sum
from cxanalytics.numerics.random_intercept_modes import (
    Point,
    conditional_variances,
    inner_product,
    outside,
    penalty,
    pull_on_effects,
    settle,
    split_parameters,
)
from cxanalytics.numerics.random_intercept_rows import GroupedRows
from cxanalytics.numerics.random_intercept_sums import GroupSums, sum_bends, sum_curves

Floats = NDArray[np.float64]

SETTLED = 1e-3
"""Largest improvement of the modes, per answer, that one further step may make up for."""


@dataclass(frozen=True, slots=True)
class _Inner:
    """What the sums at some effects say about the modes."""

    sums: GroupSums
    elimination: Elimination
    pull: list[Floats]
    step: list[Floats]

    @property
    def missed(self) -> float:
        return inner_product(self.pull, self.step)


class Laplace:
    """Groups of nested levels, integrated by Laplace's method.

    Parameters
    ----------
    rows : GroupedRows
        Grouped by the finest level.
    tree : Tree
    link : Link
    """

    def __init__(self, rows: GroupedRows, tree: Tree, link: Link) -> None:
        self.rows, self.tree, self.link = rows, tree, link
        self.total = float(rows.category_mass().sum())

    def evaluate(self, parameters: Floats, effects: list[Floats]) -> Point:
        """Find the modes from a start, and the likelihood there.

        Parameters
        ----------
        parameters : ndarray of shape (K,)
            Thresholds, coefficients, standard deviations.
        effects : list of ndarray

        Returns
        -------
        Point
        """
        inner = self._look(parameters, effects)
        if inner is None or inner.missed > SETTLED * self.total:
            effects = settle(
                self.rows,
                self.tree,
                self.link,
                parameters,
                effects,
                enough=SETTLED * self.total / 10.0,
            )
            inner = self._look(parameters, effects)
        if inner is None:
            return outside(len(parameters), effects)
        return self._point(parameters, effects, inner)

    def _look(
        self, parameters: Floats, effects: list[Floats], *, scores: bool = False
    ) -> _Inner | None:
        theta, beta, sd = split_parameters(self.rows, parameters)
        offset = path_sum(self.tree, sd, effects)
        sums = sum_curves(self.rows, self.link, theta, beta, offset, scores=scores)
        if not sums.finite:
            return None
        elimination = Elimination(self.tree, sd, sums.hold)
        pull = pull_on_effects(self.tree, sd, sums.push, effects)
        return _Inner(sums, elimination, pull, elimination.solve(pull))

    def _moves(
        self, sd: Floats, effects: list[Floats], inner: _Inner
    ) -> tuple[list[Floats], list[Floats], Floats]:
        """Give how the modes, their equations and the predictor of each group move."""
        tree, sums = self.tree, inner.sums
        own = [tree.lower(e, level) for level, e in enumerate(effects)]
        leaf = np.column_stack([sums.tilt, *(-sums.hold * e for e in own)])
        right = [s * up for s, up in zip(sd, tree.lift(leaf), strict=True)]
        q = sums.tilt.shape[1]
        for level, push in enumerate(tree.lift(sums.push)):
            right[level][:, q + level] += push
        moves = inner.elimination.solve(right)
        reach = path_sum(tree, sd, moves)
        for level, e in enumerate(own):
            reach[:, q + level] += e
        return right, moves, reach

    def _point(self, parameters: Floats, effects: list[Floats], inner: _Inner) -> Point:
        _, _, sd = split_parameters(self.rows, parameters)
        tree, sums, elimination = self.tree, inner.sums, inner.elimination
        right, moves, reach = self._moves(sd, effects, inner)
        own = np.column_stack([tree.lower(e, level) for level, e in enumerate(effects)])
        cross = sums.tilt.T @ own
        hessian = np.block([[sums.square, cross], [cross.T, -(own * sums.hold[:, None]).T @ own]])
        for up, move in zip(right, moves, strict=True):
            hessian += up.T @ move
        d_hold = -sums.turn[:, None] * reach
        d_hold[:, : sums.tilt.shape[1]] -= sums.twist
        variances = elimination.variances()
        slope = variances[-1] @ d_hold
        slope[-tree.depth :] += [s.sum() for s in elimination.slopes_in_sd(variances)]
        hessian -= 0.5 * elimination.bend(variances, d_hold)
        score = np.concatenate([sums.score, sums.push @ own]) - 0.5 * slope
        for up, step in zip(right, inner.step, strict=True):
            score += up.T @ step
        value = float(sums.log_likelihood.sum()) - penalty(effects)
        value += 0.5 * (inner.missed - elimination.log_determinant)
        value += 0.5 * float((variances[-1] * sums.turn) @ path_sum(tree, sd, inner.step))
        found = [e + s for e, s in zip(effects, inner.step, strict=True)]
        return Point(value, score, 0.5 * (hessian + hessian.T), inner.missed, found, moves)

    def rest_of_hessian(self, parameters: Floats, point: Point) -> Floats:
        """Give the part of the Hessian that comes with the curvature of the groups' information.

        Parameters
        ----------
        parameters : ndarray of shape (K,)
        point : Point
            At these parameters.

        Returns
        -------
        ndarray of shape (K, K)
        """
        theta, beta, sd = split_parameters(self.rows, parameters)
        tree, effects = self.tree, point.effects
        inner = self._look(parameters, effects)
        assert inner is not None
        sums, elimination = inner.sums, inner.elimination
        _, moves, reach = self._moves(sd, effects, inner)
        q = sums.tilt.shape[1]
        variance = elimination.variances()[-1]
        drawn = variance * sums.turn
        answer = elimination.solve([s * up for s, up in zip(sd, tree.lift(drawn), strict=True)])
        along = path_sum(tree, sd, answer)
        square, cross, twice = sum_bends(
            self.rows,
            self.link,
            theta,
            beta,
            path_sum(tree, sd, effects),
            on_second=variance,
            on_first=along,
        )
        rest = reach.T @ (twice[:, None] * reach)
        rest[:q, :q] += square
        rest[:q] += cross.T @ reach
        rest[:, :q] += reach.T @ cross
        d_push = -sums.hold[:, None] * reach
        d_push[:, :q] += sums.tilt
        for level in range(tree.depth):
            line = (drawn - along * sums.hold) @ tree.lower(moves[level], level)
            line += tree.lower(answer[level], level) @ d_push
            rest[q + level] += line
            rest[:, q + level] += line
        return 0.25 * (rest + rest.T)

    def scores(self, parameters: Floats, point: Point) -> Floats:
        """Split the score among the coarsest groups.

        Parameters
        ----------
        parameters, point
            As in `rest_of_hessian`.

        Returns
        -------
        ndarray of shape (coarsest groups, K)
        """
        _, _, sd = split_parameters(self.rows, parameters)
        tree, effects = self.tree, point.effects
        inner = self._look(parameters, effects, scores=True)
        assert inner is not None
        sums, elimination = inner.sums, inner.elimination
        _, _, reach = self._moves(sd, effects, inner)
        variances = elimination.variances()
        own = [sums.push * tree.lower(e, level) for level, e in enumerate(effects)]
        finest = np.column_stack([np.asarray(sums.group_score), *own])
        q = sums.tilt.shape[1]
        d_hold = -sums.turn[:, None] * reach
        d_hold[:, :q] -= sums.twist
        total = tree.lift(finest - 0.5 * variances[-1][:, None] * d_hold)[0]
        for level, slope in enumerate(elimination.slopes_in_sd(variances)):
            for above in range(level, 0, -1):
                slope = tree.up(slope, above)
            total[:, q + level] -= 0.5 * slope
        return total

    def scores_in_sd(self, parameters: Floats, point: Point) -> list[Floats]:
        """Split the score in each standard deviation among the groups of its level.

        Parameters
        ----------
        parameters, point
            As in `rest_of_hessian`.

        Returns
        -------
        list of ndarray of shape (groups,)
        """
        _, _, sd = split_parameters(self.rows, parameters)
        tree, effects = self.tree, point.effects
        inner = self._look(parameters, effects)
        assert inner is not None
        sums, elimination = inner.sums, inner.elimination
        _, _, reach = self._moves(sd, effects, inner)
        variances = elimination.variances()
        found, slopes = [], elimination.slopes_in_sd(variances)
        q = sums.tilt.shape[1]
        for level, e in enumerate(effects):
            d_hold = -sums.turn * reach[:, q + level]
            finest = sums.push * tree.lower(e, level) - 0.5 * variances[-1] * d_hold
            found.append(tree.lift(finest)[level] - 0.5 * slopes[level])
        return found

    def mode_variances(self, parameters: Floats, point: Point) -> list[Floats]:
        """Give the conditional variances of the standard normal effects, level by level.

        Parameters
        ----------
        parameters, point
            As in `rest_of_hessian`.

        Returns
        -------
        list of ndarray
        """
        return conditional_variances(self.rows, self.tree, self.link, parameters, point)
