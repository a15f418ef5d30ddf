"""How likely are the answers of groups, their intercepts integrated by quadrature?

Adaptive Gauss-Hermite quadrature (Pinheiro and Bates 1995) for groups of one level with few
answers: nodes around the mode of each group, as wide as its curvature says.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from cxanalytics.numerics.links import Link
from cxanalytics.numerics.nested_groups import flat_tree
from cxanalytics.numerics.random_intercept_modes import (
    Point,
    conditional_variances,
    outside,
    settle,
    split_parameters,
)
from cxanalytics.numerics.random_intercept_rows import GroupedRows
from cxanalytics.numerics.random_intercept_sums import sum_curves, sum_groups

Floats = NDArray[np.float64]

SETTLED = 1e-14
"""Gain per answer at which the modes, around which the nodes lie, have settled."""


class Quadrature:
    """Groups of one level, integrated by adaptive Gauss-Hermite quadrature.

    Derivatives are those of the sum over nodes that stay where they are.

    Parameters
    ----------
    rows : GroupedRows
    link : Link
    nodes : int
    """

    def __init__(self, rows: GroupedRows, link: Link, nodes: int) -> None:
        self.rows, self.link = rows, link
        self.tree = flat_tree(rows.n_groups)
        self.places, weights = np.polynomial.hermite.hermgauss(nodes)
        self.log_weights = np.log(weights) + self.places**2 - 0.5 * np.log(np.pi)
        self.total = float(rows.category_mass().sum())

    def evaluate(self, parameters: Floats, effects: list[Floats]) -> Point:
        """Find the modes from a start, and the likelihood there.

        Parameters
        ----------
        parameters : ndarray of shape (K,)
        effects : list of ndarray

        Returns
        -------
        Point
        """
        effects = settle(
            self.rows, self.tree, self.link, parameters, effects, enough=SETTLED * self.total
        )
        split = split_parameters(self.rows, parameters)
        laid = self._lay(split, effects[0])
        if laid is None:
            return outside(len(parameters), effects)
        values, places, moves = laid
        by_group = logsumexp(values, axis=0)
        share = np.exp(values - by_group)
        score, hessian, _ = self._average(split, places, share)
        value = float(by_group.sum())
        if not np.isfinite(value):
            return outside(len(parameters), effects)
        return Point(value, score, hessian, 0.0, effects, [moves])

    def _lay(
        self, split: tuple[Floats, Floats, Floats], mode: Floats
    ) -> tuple[Floats, Floats, Floats] | None:
        """Lay the nodes of each group around its mode, and weigh them; say how modes move."""
        theta, beta, (sd,) = split
        sums = sum_curves(self.rows, self.link, theta, beta, sd * mode)
        if not sums.finite:
            return None
        pivot = 1.0 + sd**2 * sums.hold
        moves = np.column_stack([sd * sums.tilt, sums.push - sd * sums.hold * mode])
        places = mode + np.sqrt(2.0 / pivot) * self.places[:, None]
        values = self.log_weights[:, None] - 0.5 * (np.log(pivot) + places**2)
        for node, place in enumerate(places):
            values[node] += sum_groups(self.rows, self.link, theta, beta, sd * place)[0]
        return values, places, moves / pivot[:, None]

    def _average(
        self, split: tuple[Floats, Floats, Floats], places: Floats, share: Floats
    ) -> tuple[Floats, Floats, Floats]:
        """Average scores and Hessians over the nodes: total score, Hessian, scores of groups."""
        theta, beta, (sd,) = split
        size = len(theta) + len(beta) + 1
        hessian, scores = np.zeros((size, size)), np.zeros((self.rows.n_groups, size))
        for place, part in zip(places, share, strict=True):
            sums = sum_curves(
                self.rows, self.link, theta, beta, sd * place, share=part, scores=True
            )
            own = np.column_stack([np.asarray(sums.group_score), sums.push * place])
            scores += own
            own /= np.sqrt(np.maximum(part, 1e-300))[:, None]
            hessian += own.T @ own
            hessian[:-1, :-1] += sums.square
            cross = sums.tilt.T @ place
            hessian[:-1, -1] += cross
            hessian[-1, :-1] += cross
            hessian[-1, -1] -= sums.hold @ place**2
        hessian -= scores.T @ scores
        return scores.sum(axis=0), hessian, scores

    def rest_of_hessian(self, parameters: Floats, point: Point) -> Floats:  # noqa: ARG002
        """Nothing is left out of the Hessian of a quadrature."""
        return np.zeros((len(parameters), len(parameters)))

    def scores(self, parameters: Floats, point: Point) -> Floats:
        """Split the score among the groups.

        Parameters
        ----------
        parameters, point
            As in `evaluate`.

        Returns
        -------
        ndarray of shape (groups, K)
        """
        split = split_parameters(self.rows, parameters)
        laid = self._lay(split, point.effects[0])
        assert laid is not None
        values, places, _ = laid
        share = np.exp(values - logsumexp(values, axis=0))
        return self._average(split, places, share)[2]

    def scores_in_sd(self, parameters: Floats, point: Point) -> list[Floats]:
        """Split the score in the standard deviation among the groups.

        Parameters
        ----------
        parameters, point
            As in `evaluate`.

        Returns
        -------
        list of ndarray of shape (groups,)
        """
        return [self.scores(parameters, point)[:, -1]]

    def mode_variances(self, parameters: Floats, point: Point) -> list[Floats]:
        """Give the conditional variances of the standard normal effects, at their modes.

        Parameters
        ----------
        parameters, point
            As in `evaluate`.

        Returns
        -------
        list of ndarray
        """
        return conditional_variances(self.rows, self.tree, self.link, parameters, point)
