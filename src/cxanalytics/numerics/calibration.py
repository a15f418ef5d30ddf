"""Do predicted probabilities come true, and do they tell people apart?

Calibration in the large (observed less predicted), the slope of the outcome on the logit of the
prediction (1 is right, below 1 predictions are too extreme), the area under the ROC curve, and
Brier score and logarithmic loss with their skill over a prediction that knows the base rate alone.
Ranges come from leaving out one group at a time, with t on ``G - 1`` degrees of freedom.

Predictions are sorted into fine cells once, so that every figure without a group is a sum.

Cox (1958), Biometrika 45; Brier (1950), Monthly Weather Review 78; Steyerberg (2019), Clinical
Prediction Models.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logit
from scipy.stats import t as student

from cxanalytics.errors import ModelError

Array = NDArray[np.float64]

CELLS = 2_000
FIGURES = (
    "in_the_large",
    "slope",
    "auc",
    "brier",
    "brier_skill",
    "log_loss",
    "log_loss_skill",
)
STEPS = 30


@dataclass(frozen=True, slots=True)
class Calibration:
    """Figures in the order of `FIGURES`.

    Attributes
    ----------
    estimate, std_error, low, high : ndarray of shape (7,)
    """

    estimate: Array
    std_error: Array
    low: Array
    high: Array


def measure_calibration(
    predicted: ArrayLike,
    positive: ArrayLike,
    *,
    base: ArrayLike,
    mass: ArrayLike,
    groups: ArrayLike,
    level: float,
) -> Calibration:
    """Measure how predicted probabilities compare with what happened.

    Parameters
    ----------
    predicted : (n,) probabilities strictly between 0 and 1.
    positive : (n,) outcomes, 0 or 1.
    base : (n,) what a prediction that knows no more than the base rate would say.
    mass : (n,) weights.
    groups : (n,) codes 0 to G - 1: the independent units.
    level : probability content of the intervals.

    Raises
    ------
    ModelError
        With fewer than three groups, outcomes all alike, or a prediction of 0 or 1.
    """
    p, y = np.asarray(predicted, dtype=float), np.asarray(positive, dtype=float)
    b, w, code = np.asarray(base, float), np.asarray(mass, float), np.asarray(groups)
    n_groups = int(code.max()) + 1
    if n_groups < 3:
        raise ModelError(f"`groups` must hold at least 3 groups; got {n_groups}.")
    if not (np.minimum(p, b) > 0.0).all() or not (np.maximum(p, b) < 1.0).all():
        raise ModelError("`predicted` and `base` must lie strictly between 0 and 1.")
    if y.min() == y.max():
        raise ModelError("`positive` must hold both outcomes; got one.")
    losses = [w, w * (y - p), *(w * part for part in _losses(p, b, y))]
    sums = np.stack([np.bincount(code, weights=part, minlength=n_groups) for part in losses])
    cell, center = _cells(p, w)
    hits, misses = (
        _by_cell(code, cell, w * part, (n_groups, len(center))) for part in (y, 1.0 - y)
    )
    everyone, without = np.ones((1, n_groups)), 1.0 - np.eye(n_groups)
    kept = np.vstack([everyone, without])
    figures = _figures(kept @ sums.T, kept @ hits, kept @ misses, center)
    left_out = figures[1:]
    factor = (n_groups - 1) / n_groups
    error = np.sqrt(factor * np.square(left_out - left_out.mean(axis=0)).sum(axis=0))
    half = float(student.ppf(0.5 + 0.5 * level, n_groups - 1)) * error
    return Calibration(figures[0], error, figures[0] - half, figures[0] + half)


def _losses(p: Array, base: Array, y: Array) -> tuple[Array, Array, Array, Array]:
    """Brier and logarithmic losses of the prediction and of the base rate."""
    hit = y > 0.5
    log_loss, log_base = (-np.log(np.where(hit, q, 1.0 - q)) for q in (p, base))
    return np.square(p - y), np.square(base - y), log_loss, log_base


def _cells(p: Array, w: Array) -> tuple[NDArray[np.intp], Array]:
    """Sort predictions into cells of equal weight, and give the mean logit of each cell."""
    order = np.argsort(p, kind="stable")
    reached = np.cumsum(w[order]) / w.sum()
    edges = np.unique(p[order][np.searchsorted(reached, np.arange(1, CELLS) / CELLS)])
    cell = np.unique(np.searchsorted(edges, p, side="left"), return_inverse=True)[1].ravel()
    weight = np.bincount(cell, weights=w)
    return cell, np.bincount(cell, weights=w * logit(p)) / weight


def _by_cell(code: Array, cell: NDArray[np.intp], w: Array, shape: tuple[int, int]) -> Array:
    flat = np.bincount(code * shape[1] + cell, weights=w, minlength=shape[0] * shape[1])
    return np.asarray(flat, dtype=float).reshape(shape)


def _figures(sums: Array, hits: Array, misses: Array, center: Array) -> Array:
    """All figures of (K, ...) sets of sums: (K, 7)."""
    total, gap, brier, brier_base, log_loss, log_base = sums.T
    return np.column_stack(
        [
            gap / total,
            _slope(hits, hits + misses, center),
            _auc(hits, misses),
            brier / total,
            1.0 - brier / brier_base,
            log_loss / total,
            1.0 - log_loss / log_base,
        ]
    )


def _auc(hits: Array, misses: Array) -> Array:
    """Chance that a hit has the higher prediction; cells are ties and count half."""
    below = np.cumsum(misses, axis=1) - 0.5 * misses
    return (hits * below).sum(axis=1) / (hits.sum(axis=1) * misses.sum(axis=1))


def _slope(hits: Array, weight: Array, center: Array) -> Array:
    """Slope of the logit model of the outcome on the logit of the prediction."""
    level, slope = np.zeros(len(hits)), np.ones(len(hits))
    for _ in range(STEPS):
        p = expit(level[:, None] + slope[:, None] * center)
        bend, rest = weight * p * (1.0 - p), hits - weight * p
        a, b, c = bend.sum(axis=1), bend @ center, bend @ np.square(center)
        first, second = rest.sum(axis=1), rest @ center
        det = a * c - b * b
        steps = (c * first - b * second) / det, (a * second - b * first) / det
        level, slope = level + steps[0], slope + steps[1]
        if max(float(np.abs(step).max()) for step in steps) < 1e-10:
            break
    return slope
