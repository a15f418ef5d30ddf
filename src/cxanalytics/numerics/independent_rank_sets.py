"""Confidence sets for the ranks of a thousand independent units, without looking at every pair.

With independent errors the studentized deviation of two units is bounded by their own errors:
``|s_j z_j - s_k z_k| / sqrt(s_j^2 + s_k^2) <= sqrt(z_j^2 + z_k^2)`` (Cauchy and Schwarz). Critical
values lie far out, so only pairs in which one error is large can decide them. Those pairs alone
are looked at, once; stepdown works on the list of their large deviations. A critical value below
what the list is complete for is recomputed from all pairs: the result is that of the full search.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Whole = NDArray[np.int64]

SLACK = 0.9
"""How far a critical value may lie below that of unrelated pairs before all are looked at."""
ROWS = 32


@dataclass(frozen=True, slots=True)
class Errors:
    """Drawn errors of independent units.

    Attributes
    ----------
    noise : (D, G) errors in units of the estimates.
    error : (G,) standard errors of the units.
    complete : size from which the lists of deviations hold every one.
    draw, unit, size : the errors of at least ``complete / sqrt(2)`` standard errors, by draw.
    """

    noise: Array
    error: Array
    complete: float
    draw: Whole
    unit: Whole
    size: Array

    def scale(self, j: int) -> Array:
        """Return (G,) one over the standard errors of differences from unit `j`; 0 for itself."""
        out = 1.0 / np.hypot(self.error[j], self.error)
        out[j] = 0.0
        return np.asarray(out)


@dataclass(frozen=True, slots=True)
class Deviations:
    """Large deviations of other units from one unit: draw, other unit, and size with its sign."""

    draw: Whole
    unit: Whole
    size: Array


def draw_errors(
    variance: Array, *, comparisons: int, level: float, n_draws: int, seed: int
) -> Errors:
    """Draw normal errors, and list the large ones.

    Parameters
    ----------
    variance : (G,) of the estimates.
    comparisons : number of pairs whose largest deviation is the critical value.
    level : probability of a set.
    """
    error = np.sqrt(variance)
    z = np.random.default_rng(seed).standard_normal((n_draws, len(variance)))
    bound = float(norm.isf(0.5 * (1.0 - level) / comparisons)) - SLACK
    complete = max(bound, 0.0)
    draw, unit = np.nonzero(np.abs(z) >= complete / np.sqrt(2.0))
    z *= error
    return Errors(z, error, complete, draw, unit, z[draw, unit])


def large_deviations(errors: Errors, j: int) -> Deviations:
    """List the deviations from unit `j` of `errors.complete` standard errors or more."""
    scale = errors.scale(j)
    own = errors.noise[:, j]
    listed = (errors.size - own[errors.draw]) * scale[errors.unit]
    kept = np.flatnonzero(np.abs(listed) >= errors.complete)
    # where unit j's own error is large, the other's need not be
    large = np.flatnonzero(np.abs(own) >= errors.complete / np.sqrt(2.0) * errors.error[j])
    whole = (errors.noise[large] - own[large, None]) * scale
    row, unit = np.nonzero(np.abs(whole) >= errors.complete)
    return Deviations(
        np.concatenate([errors.draw[kept], large[row]]),
        np.concatenate([errors.unit[kept], unit]),
        np.concatenate([listed[kept], whole[row, unit]]),
    )


def marginal_sets(
    estimate: Array, variance: Array, *, level: float, n_draws: int, seed: int
) -> tuple[Whole, Whole]:
    """How many units lie surely above and surely below each unit, each unit for itself.

    Parameters
    ----------
    estimate, variance : (G,) of independent units.
    level : probability that a set holds the rank.
    """
    others = max(len(estimate) - 1, 1)
    errors = draw_errors(variance, comparisons=others, level=level, n_draws=n_draws, seed=seed)
    ahead, behind = np.empty((2, len(estimate)), dtype=np.int64)
    for j in range(len(estimate)):
        statistic = (estimate - estimate[j]) * errors.scale(j)
        found = large_deviations(errors, j)
        above, below = np.arange(len(estimate)) != j, np.arange(len(estimate)) != j
        while True:
            critical = _critical(found, above, below, n_draws=n_draws, level=level)
            if critical < errors.complete:
                critical = _full_critical(errors, j, above, below, level=level)
            new_above, new_below = above & (statistic > critical), below & (statistic < -critical)
            if not (new_above.any() or new_below.any()):
                break
            above, below = above & ~new_above, below & ~new_below
        ahead[j], behind[j] = others - above.sum(), others - below.sum()
    return ahead, behind


def simultaneous_sets(
    estimate: Array, variance: Array, *, level: float, n_draws: int, seed: int
) -> tuple[Whole, Whole]:
    """How many units lie surely above and surely below each unit, all units at once.

    Parameters
    ----------
    estimate, variance : (G,) of independent units.
    level : probability that all sets hold their ranks.
    """
    units = len(estimate)
    pairs = max(units * (units - 1) // 2, 1)
    errors = draw_errors(variance, comparisons=pairs, level=level, n_draws=n_draws, seed=seed)
    scale = np.stack([errors.scale(j) for j in range(units)])
    statistic = (estimate - estimate[:, None]) * scale
    found = [large_deviations(errors, j) for j in range(units)]
    below = np.repeat(np.arange(units), [len(one.draw) for one in found])
    draw, above, size = (
        np.concatenate([getattr(one, name) for one in found]) for name in ("draw", "unit", "size")
    )
    still_open = ~np.eye(units, dtype=bool)
    while True:
        listed = (size > 0.0) & still_open[below, above]
        largest = np.zeros(n_draws)
        np.maximum.at(largest, draw[listed], size[listed])
        critical = _quantile(largest, level)
        if critical < errors.complete:
            critical = _full_simultaneous(errors, scale, still_open, level=level)
        new = still_open & (statistic > critical)
        if not new.any():
            break
        still_open &= ~new
    surely = ~still_open & ~np.eye(units, dtype=bool)
    return surely.sum(axis=1), surely.sum(axis=0)


def _full_simultaneous(errors: Errors, scale: Array, still_open: Flags, *, level: float) -> float:
    """The quantile over draws of the largest open deviation of all pairs."""
    largest = np.full(len(errors.noise), -np.inf)
    for j in np.flatnonzero(still_open.any(axis=1)):
        k = np.flatnonzero(still_open[j])
        deviation = (errors.noise[:, k] - errors.noise[:, [j]]) * scale[j, k]
        np.maximum(largest, deviation.max(axis=1), out=largest)
    return _quantile(largest, level)


def _critical(
    found: Deviations, above: Flags, below: Flags, *, n_draws: int, level: float
) -> float:
    """The quantile over draws of the largest open deviation; 0 where the list is too short."""
    is_open = np.where(found.size > 0.0, above[found.unit], below[found.unit])
    largest = np.zeros(n_draws)
    np.maximum.at(largest, found.draw[is_open], np.abs(found.size[is_open]))
    return _quantile(largest, level)


def _full_critical(errors: Errors, j: int, above: Flags, below: Flags, *, level: float) -> float:
    """The same from all pairs, a few draws at a time."""
    scale = errors.scale(j)
    up, down = scale * above, -scale * below
    largest = np.empty(len(errors.noise))
    for start in range(0, len(largest), ROWS):
        deviation = errors.noise[start : start + ROWS] - errors.noise[start : start + ROWS, [j]]
        higher = (deviation * up).max(axis=1)
        largest[start : start + ROWS] = np.maximum(higher, (deviation * down).max(axis=1))
    return _quantile(largest, level)


def _quantile(values: Array, level: float) -> float:
    place = int(np.ceil(level * len(values))) - 1
    return float(np.partition(values, place)[place])
