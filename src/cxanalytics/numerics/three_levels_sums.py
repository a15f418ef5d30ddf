"""How likely are two spreads, of scores in groups and of groups, given scores and their errors?

The sums behind `three_levels`: the data turned so that each group is diagonal plus one direction,
the likelihood with gamma and the levels of groups integrated out, and the grid of both spreads.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxanalytics.errors import ModelError

Array = NDArray[np.float64]
Codes = NDArray[np.int64]

MASS = 30.0
NEGLIGIBLE = 1e-7


@dataclass(frozen=True, slots=True)
class Turned:
    """Data in the eigenvectors of each block of their covariance.

    Attributes
    ----------
    y, ones : (D,) scores, and a column of ones, rotated.
    x : (D, p) design, rotated.
    variance : (D,) eigenvalues.
    group : (D,) upper-level group, 0 to G - 1, each a run of rows.
    start : (G,) first row of each group.
    blocks : rotation of each group, or None where all are diagonal.
    """

    y: Array
    ones: Array
    x: Array
    variance: Array
    group: Codes
    start: Codes
    blocks: tuple[Array, ...] | None

    def back(self, values: Array) -> Array:
        """Turn (..., D) values back."""
        if self.blocks is None:
            return values
        parts = zip(self.start, self._ends, self.blocks, strict=True)
        return np.concatenate([values[..., low:high] @ q.T for low, high, q in parts], axis=-1)

    def back_variance(self, values: Array) -> Array:
        """Give the variances after turning back of (..., D) variances of independent values."""
        if self.blocks is None:
            return values
        parts = zip(self.start, self._ends, self.blocks, strict=True)
        turned = [values[..., low:high] @ np.square(q).T for low, high, q in parts]
        return np.concatenate(turned, axis=-1)

    @property
    def _ends(self) -> list[int]:
        return [*map(int, self.start[1:]), len(self.y)]


def turn(y: Array, variance: Array, x: Array, group: Codes, order: Codes) -> Turned:
    """Turn sorted data into the eigenvectors of each group's covariance.

    Parameters
    ----------
    y, x, group : data sorted by group.
    variance : (D,) or (D, D), in the order as given.
    order : (D,) rows as given, in sorted order.
    """
    size = np.bincount(group)
    start = (np.cumsum(size) - size).astype(np.int64)
    ones, blocks = np.ones(len(y)), None
    if variance.shape == (len(y),):
        v = variance[order]
    elif variance.shape == (len(y), len(y)):
        full = variance[np.ix_(order, order)]
        parts = [
            np.linalg.eigh(full[a : a + n, a : a + n]) for a, n in zip(start, size, strict=True)
        ]
        blocks = tuple(vectors for _, vectors in parts)
        v = np.concatenate([values for values, _ in parts])
        if v.min() < -1e-8 * v.max():
            raise ModelError("`variance` must be positive semi-definite.")
        v = np.maximum(v, 1e-10 * v.max())
        plain = [np.column_stack([y, ones, x])[a : a + n] for a, n in zip(start, size, strict=True)]
        turned = np.concatenate([q.T @ part for q, part in zip(blocks, plain, strict=True)])
        y, ones, x = turned[:, 0], turned[:, 1], turned[:, 2:]
    else:
        raise ModelError(
            f"`variance` must have shape ({len(y)},) or ({len(y)}, {len(y)}); got {variance.shape}."
        )
    if not (np.isfinite(v).all() and (v > 0.0).all()):
        raise ModelError("`variance` must be positive and finite for every score.")
    return Turned(y, ones, x, v, group.astype(np.int64), start, blocks)


def _sums(data: Turned, tau_low: Array) -> tuple[Array, Array]:
    """Weighted sums (L, G, p+2, p+2) of products of ones, y and x in each group, and log D."""
    total = data.variance + np.square(tau_low)[:, None]
    column = np.column_stack([data.ones, data.y, data.x])
    product = np.einsum("di,dj->dij", column, column)
    joint = np.add.reduceat(product / total[:, :, None, None], data.start, axis=1)
    log_total = np.add.reduceat(np.log(total), data.start, axis=1)
    return joint, log_total


def _together(joint: Array, tau_high: Array) -> tuple[Array, Array]:
    """Take the level of each group out of the products of y and x, and sum over groups."""
    ones = joint[..., 0, 0]
    factor = np.square(tau_high) / (1.0 + np.square(tau_high) * ones)
    cross = joint[..., 0, 1:]
    taken = factor[..., None, None] * cross[..., :, None] * cross[..., None, :]
    reduced = joint[..., 1:, 1:] - taken
    return reduced.sum(axis=-3), np.log1p(np.square(tau_high) * ones).sum(axis=-1)


def log_marginal(data: Turned, tau_low: Array, tau_high: Array) -> Array:
    """Log p(y | both tau) up to a constant, gamma integrated out, on the grid of both (L, H)."""
    joint, log_total = _sums(data, tau_low)
    out = np.empty((len(tau_low), len(tau_high)))
    for place, high in enumerate(tau_high):
        reduced, log_common = _together(joint, np.full(joint.shape[:2], high))
        a, b = reduced[:, 1:, 1:], reduced[:, 0, 1:]
        gamma = np.linalg.solve(a, b[:, :, None])[:, :, 0]
        quadratic = reduced[:, 0, 0] - np.einsum("li,li->l", b, gamma)
        out[:, place] = -0.5 * (
            log_total.sum(axis=1) + log_common + np.linalg.slogdet(a)[1] + quadratic
        )
    return out


def grid_posterior(data: Turned, nodes: int) -> tuple[Array, Array, Array]:
    """Gauss-Legendre nodes of both spreads, on ``tau = s u/(1-u)`` where the mass lies."""
    residual = data.y - data.x @ np.linalg.lstsq(data.x, data.y, rcond=None)[0]
    scale = float(
        np.sqrt(residual @ residual / max(len(residual) - 1, 1) + np.median(data.variance))
    )
    standard, width = np.polynomial.legendre.leggauss(nodes)
    ends = np.array([[0.0, 1.0], [0.0, 1.0]])
    for _ in range(12):
        u = ends[:, :1] + (ends[:, 1:] - ends[:, :1]) * 0.5 * (standard + 1.0)
        tau = scale * u / (1.0 - u)
        log_density = log_marginal(data, tau[0], tau[1])
        log_density -= 2.0 * np.log1p(-u[0])[:, None] + 2.0 * np.log1p(-u[1])
        new = ends.copy()
        for axis in (0, 1):
            profile = log_density.max(axis=1 - axis)
            inside = np.flatnonzero(profile > profile.max() - MASS)
            if inside[0] > 0:
                new[axis, 0] = u[axis, inside[0] - 1]
            if inside[-1] < nodes - 1:
                new[axis, 1] = u[axis, inside[-1] + 1]
        if (np.diff(new) > 0.8 * np.diff(ends)).all():
            break
        ends = new
    weight = np.outer(width, width) * np.exp(log_density - log_density.max())
    weight /= weight.sum()
    low, high = np.nonzero(weight > NEGLIGIBLE * weight.max())
    kept = weight[low, high]
    return tau[0][low], tau[1][high], kept / kept.sum()


def gamma_given(data: Turned, tau_low: Array, tau_high: Array) -> tuple[Array, Array]:
    """Mean (K, p) of gamma at each node, and a root (K, p, p) of its covariance."""
    levels, place = np.unique(tau_low, return_inverse=True)
    joint, _ = _sums(data, levels)
    p = data.x.shape[1]
    a, b = np.empty((len(tau_low), p, p)), np.empty((len(tau_low), p))
    for number in range(len(levels)):
        here = place == number
        many = np.broadcast_to(joint[number], (int(here.sum()), *joint.shape[1:]))
        high = np.broadcast_to(tau_high[here][:, None], many.shape[:2])
        reduced, _ = _together(many, high)
        a[here], b[here] = reduced[:, 1:, 1:], reduced[:, 0, 1:]
    covariance = np.linalg.inv(a)
    return np.einsum("kij,kj->ki", covariance, b), np.linalg.cholesky(covariance)
