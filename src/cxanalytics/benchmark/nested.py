"""How do scores within agencies become verdicts? What departments and channels share."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxanalytics.benchmark.variances import joint_variances, smooth_variances
from cxanalytics.errors import ParamsError
from cxanalytics.rules import CALL_AT_LEAST, DIFFERENCE, VERDICTS
from cxanalytics.tables import Estimates

Array = NDArray[np.float64]


def choose_band(scores: Estimates, difference: float | None, draws: int, seed: int) -> float:
    """Take the smallest difference that matters, and refuse options out of range.

    Parameters
    ----------
    scores : Estimates
    difference : float, optional
        `rules.DIFFERENCE` when absent; needed where the scores are means.
    draws, seed : int

    Returns
    -------
    float

    Raises
    ------
    ParamsError
    """
    if difference is None and scores.facts.get("statistic") == "mean":
        raise ParamsError(
            "`difference` must be given where the scores are means, in units of the answers "
            f"({scores.quantity}); the default of {DIFFERENCE} is for shares."
        )
    band = DIFFERENCE if difference is None else difference
    if not band >= 0.0:
        raise ParamsError(f"`difference` must be 0 or more; got {band}.")
    if draws < 1000:
        raise ParamsError(f"`draws` must be a whole number of at least 1000; got {draws}.")
    if seed < 0:
        raise ParamsError(f"`seed` must be a whole number, 0 or more; got {seed}.")
    return band


def sampling_variances(scores: Estimates, used: NDArray[np.bool_]) -> Array:
    """Give the smoothed variances of some rows, or their covariance where estimates share people.

    Parameters
    ----------
    scores : Estimates
    used : ndarray of bool, shape (rows,)

    Returns
    -------
    ndarray of shape (used,) or (used, used)
    """
    statistic = str(scores.facts.get("statistic", ""))
    smoothed = smooth_variances(scores.frame.loc[used], statistic=statistic)
    covariance = None if scores.covariance is None else scores.covariance[np.ix_(used, used)]
    return joint_variances(smoothed, covariance)


def score_range(scores: Estimates) -> tuple[float, float]:
    """Give the ends that no score can pass: of a share, or of a net score."""
    ends = {"positive": (0.0, 1.0), "top": (0.0, 1.0), "net": (-1.0, 1.0)}
    return ends.get(str(scores.facts.get("statistic", "")), (-np.inf, np.inf))


def compare_draws(gap: Array, band: float, level: float) -> Mapping[str, Array]:
    """Summarize joint draws of gaps: middle, range, and the probabilities behind a verdict.

    Parameters
    ----------
    gap : ndarray of shape (draws, rows)
    band : float
        Smallest difference that matters.
    level : float

    Returns
    -------
    mapping of str to ndarray of shape (rows,)
        `gap gap_low gap_high p_above p_below p_same`.
    """
    tail = 0.5 * (1.0 - level)
    low, high = np.quantile(gap, [tail, 1.0 - tail], axis=0)
    above, below = (gap > band).mean(axis=0), (gap < -band).mean(axis=0)
    return {
        "gap": gap.mean(axis=0),
        "gap_low": low,
        "gap_high": high,
        "p_above": above,
        "p_below": below,
        "p_same": ((gap <= band) & (gap >= -band)).mean(axis=0),
    }


def call(above: Array, below: Array, same: Array) -> tuple[list[str], Array]:
    """Give verdicts and their certainty, NaN where none is called; "" without probabilities."""
    higher, lower, alike, unclear = VERDICTS
    verdict = np.where(np.isnan(above), "", unclear).astype(object)
    certainty = np.full(len(above), np.nan)
    for word, probability in ((higher, above), (lower, below), (alike, same)):
        called = probability >= CALL_AT_LEAST
        verdict[called], certainty[called] = word, probability[called]
    return [str(word) for word in verdict], certainty


def add_calls(frame: pd.DataFrame, prefix: str = "") -> pd.DataFrame:
    """Add verdict and certainty from the probabilities of a table; columns may have a prefix."""
    names = [f"{prefix}{name}" for name in ("p_above", "p_below", "p_same")]
    verdict, certainty = call(*(frame[name].to_numpy(dtype=float) for name in names))
    out = frame.copy()
    out[f"{prefix}verdict"], out[f"{prefix}certainty"] = verdict, certainty
    return out


def middle_and_range(draws: Array, level: float) -> tuple[float, float, float]:
    """Give the median and the ends of the range of draws of one number."""
    tail = 0.5 * (1.0 - level)
    low, middle, high = np.quantile(draws, [tail, 0.5, 1.0 - tail])
    return float(middle), float(low), float(high)
