"""What share would each group reach if it served everybody's mix of people?

Indirect standardization. The case mix acts through coefficients from a logistic model with a level
per group, so that what groups do well or badly cannot pass for what their people are like. Then one
level for all gives the expected share of each group, and observed over expected, times the overall
share, is the adjusted one. Errors are linearized row by row and summed by sampling unit: they hold
the answers, the people who happened to answer, the coefficients and the overall share.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import expit, logit

from cxanalytics.errors import ModelError
from cxanalytics.numerics.between import BetweenUnits
from cxanalytics.numerics.ordinal import CumulativeLinkFit
from cxanalytics.numerics.survey_design import Design

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class AdjustedShares:
    """Observed, expected and adjusted shares of G groups.

    Attributes
    ----------
    overall : float
        Share of all people together.
    observed, expected : ndarray of shape (G,)
    adjusted : ndarray of shape (G,)
        ``observed / expected * overall``; it may pass 1.
    covariance : ndarray of shape (G, G)
        Of `adjusted`.
    difference_covariance : ndarray of shape (G, G)
        Of ``adjusted - observed``.
    """

    overall: float
    observed: Floats
    expected: Floats
    adjusted: Floats
    covariance: Floats
    difference_covariance: Floats


def adjust_shares(
    hits: ArrayLike,
    case_mix: ArrayLike,
    groups: ArrayLike,
    *,
    fit: CumulativeLinkFit,
    design: Design,
    weights: ArrayLike | None = None,
) -> AdjustedShares:
    """Adjust the share of each group for the case mix of its people.

    Parameters
    ----------
    hits : array_like of shape (rows,)
        1 or 0.
    case_mix : array_like of shape (rows, p)
    groups : array_like of int, shape (rows,)
        0 to G - 1.
    fit : CumulativeLinkFit
        Logistic model of `hits` on `case_mix` with an effect per group, on the same rows.
    design : Design
        How the rows were drawn; its counts are respondents per row.
    weights : array_like of shape (rows,), optional

    Returns
    -------
    AdjustedShares

    Raises
    ------
    ModelError
        The model is not logistic, or has no group effects.

    Assumes
    -------
    The case mix acts alike in all groups, on the scale of log odds.
    """
    if fit.link != "logit" or not len(fit.group_effects):
        raise ModelError("Expected shares need a logistic model with a level per group.")
    y, group = np.asarray(hits, dtype=float), np.asarray(groups, dtype=np.int64)
    x = np.asarray(case_mix, dtype=float)
    mass = np.ones(len(y)) if weights is None else np.asarray(weights, dtype=float)
    if design.counts is not None:
        mass = mass * design.counts
    index = x @ fit.coefficients
    overall = float(mass @ y / mass.sum())
    expect = expit(common_level(index, mass, overall) + index)
    parts = _Parts(y, x, group, mass, expect, len(fit.group_effects))
    within = parts.influence_on_slopes(expit(index + fit.group_effects[group] - fit.thresholds[0]))
    wide = np.column_stack([within, mass * (y - expect), mass * (y - overall)])
    return _adjusted(parts, wide, overall, design)


def common_level(index: Floats, mass: Floats, overall: float) -> float:
    """Find the level at which the mean expected share is the overall one.

    Parameters
    ----------
    index : ndarray of shape (rows,)
        What the case mix adds, on the scale of log odds.
    mass : ndarray of shape (rows,)
        Weights.
    overall : float
        Between 0 and 1.

    Returns
    -------
    float
    """
    center = float(logit(overall))
    share = mass / mass.sum()
    low, high = center - float(index.max()) - 1e-6, center - float(index.min()) + 1e-6
    return float(brentq(lambda level: share @ expit(level + index) - overall, low, high))


class _Parts:
    """Sums over groups that the adjusted shares and their errors are made of."""

    def __init__(
        self, y: Floats, x: Floats, group: Integers, mass: Floats, expect: Floats, many: int
    ) -> None:
        self.y, self.x, self.group, self.mass, self.expect = y, x, group, mass, expect
        self.many = many
        self.total = self.by_group(mass)
        self.observed = self.by_group(mass * y) / self.total
        self.expected = self.by_group(mass * expect) / self.total
        self.slope = mass * expect * (1.0 - expect)

    def by_group(self, values: Floats) -> Floats:
        return np.bincount(self.group, weights=values, minlength=self.many).astype(float)

    def columns_by_group(self, factor: Floats) -> Floats:
        columns = [self.by_group(factor * column) for column in self.x.T]
        return np.column_stack(columns) if columns else np.empty((self.many, 0))

    def influence_on_slopes(self, fitted: Floats) -> Floats:
        """Give what each row does to the coefficients, the group levels solved for."""
        spread = self.mass * fitted * (1.0 - fitted)
        center = self.columns_by_group(spread) / self.by_group(spread)[:, None]
        away = self.x - center[self.group]
        information = (away * spread[:, None]).T @ away
        scores = away * (self.mass * (self.y - fitted))[:, None]
        return np.asarray(np.linalg.solve(information, scores.T).T)


def _adjusted(parts: _Parts, wide: Floats, overall: float, design: Design) -> AdjustedShares:
    """Linearize ``observed / expected * overall``; `wide` is what all groups share.

    `wide` holds each row's part in the coefficients, in the common level and in the overall share.
    """
    observed, expected, group = parts.observed, parts.expected, parts.group
    adjusted = observed / expected * overall
    steep = float(parts.slope.sum())
    by_level = parts.by_group(parts.slope) / parts.total
    drift = parts.columns_by_group(parts.slope)
    by_slope = drift / parts.total[:, None] - np.outer(by_level, drift.sum(axis=0) / steep)
    of_expected = np.column_stack([by_slope, by_level / steep, np.zeros(parts.many)])
    shared = -of_expected / expected[:, None]
    shared[:, -1] = 1.0 / (overall * parts.mass.sum())
    answer = parts.mass * (parts.y - observed[group]) / parts.total[group]
    people = parts.mass * (parts.expect - expected[group]) / (parts.total * expected)[group]
    whole = adjusted[:, None] * shared
    times, drag = (adjusted / observed)[group], adjusted[group] * people
    return AdjustedShares(
        overall=overall,
        observed=observed,
        expected=expected,
        adjusted=adjusted,
        covariance=_covariance(wide, whole, times * answer - drag, parts, design),
        difference_covariance=_covariance(
            wide, whole, (times - 1.0) * answer - drag, parts, design
        ),
    )


def _covariance(wide: Floats, shared: Floats, own: Floats, parts: _Parts, design: Design) -> Floats:
    """Sum what rows do to their own group, and through `shared` to all groups."""
    between = BetweenUnits(design, wide.shape[1], n_groups=parts.many)
    rows = np.arange(len(own))
    between.add(rows, wide, groups=parts.group, group_scores=own)
    turn = np.hstack([shared, np.eye(parts.many)])
    return np.asarray(turn @ between.covariance() @ turn.T)
