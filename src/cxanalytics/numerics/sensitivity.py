"""How strong must an unmeasured cause be to take a relation away?

A regression slope of an outcome on a presumed cause, and an unmeasured variable that explains a
share of what remains of each. Shares are partial R2, "of the remaining variation": after everything
that is in the model. Whether errors are clustered enters by the range of the slope alone, which
comes in as its reach in ordinary standard errors.

Cinelli and Hazlett (2020), Journal of the Royal Statistical Society B 82(1); VanderWeele and Ding
(2017), Annals of Internal Medicine 167(4), for ratios of risks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.stats import t as student

from cxanalytics.errors import ModelError

Array = NDArray[np.float64]

RISK_PER_DEVIATION = 0.91
"""Log of the risk ratio that a difference of one standard deviation is taken for."""


@dataclass(frozen=True, slots=True)
class Slope:
    """Least-squares slope with its ordinary standard error (no clusters) and degrees of freedom."""

    estimate: float
    std_error: float
    df: float

    @property
    def f(self) -> float:
        """Partial Cohen's f of the slope, ``|t| / sqrt(df)``."""
        return abs(self.estimate) / self.std_error / float(np.sqrt(self.df))

    @property
    def partial_r2(self) -> float:
        """Share of the remaining variation of the outcome that goes with the regressor."""
        return self.f**2 / (1.0 + self.f**2)

    def reach(self, level: float = 0.95) -> float:
        """Half the width of the ordinary interval, in standard errors."""
        return float(student.ppf(0.5 + 0.5 * level, self.df - 1.0))


@dataclass(frozen=True, slots=True)
class Adjusted:
    """The slope that would be left, each an array shaped like the strengths of the cause.

    `low` and `high` are its range.
    """

    estimate: Array
    std_error: Array
    low: Array
    high: Array


def robustness_value(slope: Slope, *, q: float = 1.0, reach: float = 0.0) -> float:
    """Return the share RV an unmeasured cause must explain of both sides to take a share q away.

    Parameters
    ----------
    q : share of the estimate that is to go; 1 takes it to zero.
    reach : 0 for the estimate itself; half the width of its range, in standard errors, for the
        strength at which the range first holds the value.

    Returns
    -------
    float
        Between 0 and 1; 0 where the range holds the value as it is.
    """
    f = q * slope.f
    critical = reach / float(np.sqrt(slope.df - 1.0)) if reach else 0.0
    left = f - critical
    if left <= 0:
        return 0.0
    if critical and f > 1.0 / critical:
        return float((f**2 - critical**2) / (1.0 + f**2))
    return float(0.5 * (np.sqrt(left**4 + 4.0 * left**2) - left**2))


def omitted_bias(slope: Slope, *, cause: ArrayLike, outcome: ArrayLike) -> Array:
    """Return how far a cause could move the slope, for the shares it explains of either side."""
    cause, outcome = np.asarray(cause, dtype=float), np.asarray(outcome, dtype=float)
    scale = slope.std_error * np.sqrt(slope.df)
    return np.asarray(scale * np.sqrt(outcome * cause / (1.0 - cause)))


def adjust(
    slope: Slope,
    *,
    cause: ArrayLike,
    outcome: ArrayLike,
    below: float | None = None,
    above: float | None = None,
) -> Adjusted:
    """Return the slope that would be left if the cause pulled it toward zero, and its range.

    Parameters
    ----------
    cause, outcome : shares in [0, 1) and [0, 1] that the unmeasured variable explains of what
        remains of the regressor and of the outcome.
    below, above : how far the range of the slope reaches to either side, in ordinary standard
        errors; those of the t distribution by default.
    """
    cause, outcome = np.asarray(cause, dtype=float), np.asarray(outcome, dtype=float)
    below = slope.reach() if below is None else below
    above = slope.reach() if above is None else above
    bias = omitted_bias(slope, cause=cause, outcome=outcome)
    estimate = slope.estimate - np.copysign(bias, slope.estimate)
    shrink = np.sqrt((1.0 - outcome) / (1.0 - cause) * slope.df / (slope.df - 1.0))
    error = slope.std_error * shrink
    return Adjusted(estimate, error, estimate - below * error, estimate + above * error)


def as_strong_as(
    measured_cause: float, measured_outcome: float, times: float
) -> tuple[float, float]:
    """Return the shares (cause, outcome) of an unmeasured variable some times as strong as one.

    Parameters
    ----------
    measured_cause, measured_outcome : partial R2 of the measured variable with the regressor (given
        the other variables) and with the outcome (given those and the regressor).
    times : how many times as strong.

    Raises
    ------
    ModelError
        No variable can be that strong: it would explain more than everything.
    """
    x, y = measured_cause, measured_outcome
    cause = times * x / (1.0 - x)
    if cause >= 1.0:
        raise ModelError(f"Nothing can be {times:g} times as strong as the measured variable.")
    shared = times * x**2 / ((1.0 - times * x) * (1.0 - x))
    pull = (np.sqrt(times) + np.sqrt(shared)) / np.sqrt(1.0 - shared)
    return cause, float(min(pull**2 * y / (1.0 - y), 1.0))


def times_needed(slope: Slope, measured_cause: float, measured_outcome: float) -> float:
    """Return how many times as strong as a measured variable takes the slope to zero.

    Infinite for a variable that explains nothing of one side.
    """

    def left(times: float) -> float:
        cause, outcome = as_strong_as(measured_cause, measured_outcome, times)
        bias = omitted_bias(slope, cause=cause, outcome=outcome)
        return abs(slope.estimate) - float(bias)

    if measured_cause <= 0 or measured_outcome <= 0:
        return float("inf")
    # Toward this strength the cause explains all of the regressor, and the bias has no bound.
    most = (1.0 - measured_cause) / measured_cause * (1.0 - 1e-9)
    return float(brentq(left, 0.0, most, xtol=1e-10))


def outcome_needed(slope: Slope, cause: ArrayLike) -> Array:
    """Return the share of the outcome that a cause must explain to take the slope to zero.

    Above 1 where no cause that explains this share of the regressor can.
    """
    cause = np.asarray(cause, dtype=float)
    return np.asarray(slope.f**2 * (1.0 - cause) / cause)


def outcome_for_range(slope: Slope, cause: ArrayLike, *, reach: float) -> Array:
    """Return the share of the outcome at which the range of the slope first holds zero.

    0 where the range holds zero whatever the cause explains of the outcome, infinite where no
    share is enough.

    Parameters
    ----------
    cause : shares in (0, 1) that the cause explains of the regressor.
    reach : half the width of the range, in ordinary standard errors.
    """
    cause = np.asarray(cause, dtype=float)
    critical = reach / np.sqrt(slope.df - 1.0)
    # sqrt(cause) sin(v) + critical cos(v) = goal, with the share of the outcome sin(v)^2
    goal = slope.f * np.sqrt(1.0 - cause)
    size = np.sqrt(cause + critical**2)
    angle = np.arcsin(np.minimum(goal / size, 1.0)) - np.arctan2(critical, np.sqrt(cause))
    share = np.square(np.sin(np.maximum(angle, 0.0)))
    return np.where(goal > size, np.inf, share)


def e_value(ratio: float) -> float:
    """Return the risk ratio an unmeasured cause needs with both sides to explain a ratio away."""
    if not ratio > 0:
        raise ModelError(f"`ratio` must be positive; got {ratio:g}.")
    above = max(ratio, 1.0 / ratio)
    return float(above + np.sqrt(above * (above - 1.0)))


def e_value_of_range(low: float, high: float) -> float:
    """Return the E-value of the end of a range nearer 1; it is 1 where the range holds 1."""
    if low <= 1.0 <= high:
        return 1.0
    return e_value(low if low > 1.0 else high)


def ratio_from_odds(odds_ratio: float) -> float:
    """Return the risk ratio that an odds ratio of a common outcome is taken for: its root."""
    return float(np.sqrt(odds_ratio))


def ratio_from_difference(difference: float) -> float:
    """Return the risk ratio that a difference in standard deviations is taken for."""
    return float(np.exp(RISK_PER_DEVIATION * difference))
