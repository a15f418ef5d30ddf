"""How far should a department's score be pulled toward its agency, and how sure is the result?

Model: ``y_d ~ N(theta_d, V)`` with known ``V``, ``theta_d ~ N(x_d' gamma + a_g(d), tau_low^2)``,
``a_g ~ N(0, tau_high^2)``, flat priors on ``gamma`` and on both ``tau``. Given both, everything is
normal: ``gamma`` and ``a`` are integrated out in closed form, and the two ``tau`` over a grid, so
that every summary carries the uncertainty of both. Within a group of the upper level, estimates
may share information: its block of ``V`` is rotated to its eigenvectors, where the model is
diagonal plus one direction. Between groups of the upper level they are independent.

Notation follows Gelman et al., Bayesian Data Analysis (3rd ed.), sections 5.4 and 15.1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr

from cxanalytics.errors import ModelError
from cxanalytics.numerics.three_levels_sums import (
    Array,
    Codes,
    Turned,
    gamma_given,
    grid_posterior,
    turn,
)

NODES = 40
FEWEST_GROUPS = 3
FEWEST_FREE = 3
BLOCK = 2_000_000


@dataclass(frozen=True, slots=True)
class NestedHierarchy:
    """Posterior of scores in groups in a whole.

    Attributes
    ----------
    mean, sd : (D,) posterior mean and standard deviation of each theta.
    reliability : (D,) posterior mean of ``tau_low^2 / (tau_low^2 + v_d)``: the part of a score's
        distance from its group that is its own.
    gamma : (p,) posterior mean.
    tau_low, tau_high, weight : (K,) nodes of both spreads and their posterior probabilities.
    node_mean, node_sd : (K, D) moments of theta given each node.
    gamma_mean, gamma_root : (K, p), (K, p, p) moments of gamma given each node.
    order : (D,) rows as given, in the order of the turned data.
    data : the turned data.
    """

    mean: Array
    sd: Array
    reliability: Array
    gamma: Array
    tau_low: Array
    tau_high: Array
    weight: Array
    node_mean: Array
    node_sd: Array
    gamma_mean: Array
    gamma_root: Array
    order: Codes
    data: Turned

    def quantile(self, probability: float) -> Array:
        """Return the (D,) posterior quantiles of theta, a mixture of normals over the nodes."""
        reach = 12.0
        low = (self.node_mean - reach * self.node_sd).min(axis=0)
        high = (self.node_mean + reach * self.node_sd).max(axis=0)
        for _ in range(50):
            middle = 0.5 * (low + high)
            below = self.weight @ ndtr((middle - self.node_mean) / self.node_sd)
            low = np.where(below < probability, middle, low)
            high = np.where(below < probability, high, middle)
        return np.asarray(0.5 * (low + high))

    def draws(self, n_draws: int, *, seed: int) -> tuple[Array, Array, Array]:
        """Return joint posterior draws: theta (n, D), gamma (n, p) and both spreads (n, 2)."""
        rng = np.random.default_rng(seed)
        node = rng.choice(len(self.weight), size=n_draws, p=self.weight)
        data, mean, root = self.data, self.gamma_mean, self.gamma_root
        theta = np.empty((n_draws, len(data.y)))
        noise = rng.standard_normal((n_draws, mean.shape[1]))
        gamma = mean[node] + np.einsum("nij,nj->ni", root[node], noise)
        step = max(1, BLOCK // len(data.y))
        for first in range(0, n_draws, step):
            here = slice(first, first + step)
            low, high = self.tau_low[node[here]], self.tau_high[node[here]]
            theta[here] = _draw(data, low, high, gamma[here], rng)
        out = np.empty_like(theta)
        out[:, self.order] = data.back(theta)
        return out, gamma, np.column_stack([self.tau_low[node], self.tau_high[node]])


def shrink_nested(
    y: ArrayLike,
    variance: ArrayLike,
    *,
    group: ArrayLike,
    design: ArrayLike | None = None,
    nodes: int = NODES,
) -> NestedHierarchy:
    """Return the posterior of scores nested in groups, both spreads integrated out.

    Parameters
    ----------
    y : (D,) raw scores.
    variance : (D,) sampling variances, or (D, D) their covariance; between groups it is not used.
    group : (D,) whole numbers: the upper-level group of each score.
    design : (D, p) covariates that span the constant; a constant alone by default.
    nodes : number of nodes for each spread.

    Raises
    ------
    ModelError
        With fewer than ``FEWEST_GROUPS`` groups; fewer than ``p + FEWEST_GROUPS - 1`` scores;
        fewer than ``FEWEST_FREE`` scores beyond one per group and one per covariate but the
        constant (the flat priors are then improper); missing values; variances that are not
        positive; or a covariance that is not positive semi-definite.
    """
    y = np.asarray(y, dtype=float)
    x = np.ones((len(y), 1)) if design is None else np.asarray(design, dtype=float)
    _, code = np.unique(np.asarray(group), return_inverse=True)
    _refuse(y, x, code)
    order = np.argsort(code, kind="stable").astype(np.int64)
    data = turn(y[order], np.asarray(variance, dtype=float), x[order], code[order], order)
    tau_low, tau_high, weight = grid_posterior(data, nodes)
    mean, root = gamma_given(data, tau_low, tau_high)
    node_mean, node_sd = _moments(data, tau_low, tau_high, mean, root)
    back = np.argsort(order)
    node_mean, node_sd = node_mean[:, back], node_sd[:, back]
    center = weight @ node_mean
    own = np.asarray(variance, dtype=float)
    own = np.diag(own) if own.ndim == 2 else own
    square = np.square(tau_low)[:, None]
    return NestedHierarchy(
        mean=center,
        sd=np.sqrt(weight @ (np.square(node_sd) + np.square(node_mean - center))),
        reliability=weight @ (square / (square + own)),
        gamma=weight @ mean,
        tau_low=tau_low,
        tau_high=tau_high,
        weight=weight,
        node_mean=node_mean,
        node_sd=node_sd,
        gamma_mean=mean,
        gamma_root=root,
        order=order,
        data=data,
    )


def spreads(theta: Array, group: Codes) -> tuple[Array, Array]:
    """Return how far these scores lie apart in each draw: inside groups, and between their means.

    Parameters
    ----------
    theta : (draws, D) joint draws.
    group : (D,) whole numbers from 0; every group has a score.

    Returns
    -------
    inside : (draws,) root of the pooled squared distance from the mean of the own group, per
        score beyond the first of each group.
    between : (draws,) standard deviation of the means of groups.
    """
    size = np.bincount(group)
    member = (group[:, None] == np.arange(len(size))).astype(float) / size
    means = theta @ member
    apart = np.square(theta - means[:, group]).sum(axis=1)
    return np.sqrt(apart / (len(group) - len(size))), means.std(axis=1, ddof=1)


def _refuse(y: Array, x: Array, code: Codes) -> None:
    groups = int(code.max(initial=-1)) + 1
    least = x.shape[1] + FEWEST_GROUPS - 1
    if groups < FEWEST_GROUPS or len(y) < least:
        raise ModelError(
            f"`group` must hold at least {FEWEST_GROUPS} groups to estimate how much they differ; "
            f"got {groups}."
        )
    free = len(y) - groups - x.shape[1] + 1
    if free < FEWEST_FREE:
        raise ModelError(
            f"`y` must hold at least {FEWEST_FREE} scores beyond one per group and covariate; "
            f"got {free}."
        )
    if not (np.isfinite(y).all() and np.isfinite(x).all()):
        raise ModelError("`y` and `design` must be finite; got missing values.")


def _moments(
    data: Turned, tau_low: Array, tau_high: Array, gamma: Array, root: Array
) -> tuple[Array, Array]:
    """Mean and standard deviation (K, D) of theta at each node, gamma and a integrated out."""
    kept, total, pull = _kept(data, tau_low, tau_high)

    def common(column: Array) -> Array:
        sums = np.add.reduceat(data.ones * column / total, data.start, axis=1)
        return np.asarray(data.ones * (pull * sums)[:, data.group])

    fitted = gamma @ data.x.T
    level = fitted + common(data.y - fitted)
    mean = level + kept * (data.y - level)
    slope = np.stack([column - common(column) for column in data.x.T], axis=2)
    of_gamma = np.einsum("kdi,kij->jkd", (1.0 - kept)[:, :, None] * slope, root)
    of_level = (1.0 - kept) * data.ones * np.sqrt(pull)[:, data.group]
    spread = data.back_variance(kept * data.variance)
    spread = spread + np.square(data.back(of_level)) + np.square(data.back(of_gamma)).sum(axis=0)
    return data.back(mean), np.sqrt(spread)


def _kept(data: Turned, tau_low: Array, tau_high: Array) -> tuple[Array, Array, Array]:
    """Part kept of each score's distance from its group, its variance, and that of each group."""
    square, high = np.square(tau_low)[:, None], np.square(tau_high)[:, None]
    total = data.variance + square
    ones = np.add.reduceat(np.square(data.ones) / total, data.start, axis=1)
    return square / total, total, high / (1.0 + high * ones)


def _draw(
    data: Turned, tau_low: Array, tau_high: Array, gamma: Array, rng: np.random.Generator
) -> Array:
    kept, total, pull = _kept(data, tau_low, tau_high)
    fitted = gamma @ data.x.T
    shift = pull * np.add.reduceat(data.ones * (data.y - fitted) / total, data.start, axis=1)
    shift += np.sqrt(pull) * rng.standard_normal(shift.shape)
    level = fitted + data.ones * shift[:, data.group]
    theta = level + kept * (data.y - level)
    theta += np.sqrt(kept * data.variance) * rng.standard_normal(theta.shape)
    return np.asarray(theta)
