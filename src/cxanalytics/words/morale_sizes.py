"""How much better is performance where morale is higher, in units a reader knows?

Sizes are told per ten points of morale where morale is a share, per one point of its scale
otherwise. "Better" and "worse" follow the declared direction of the measure, so that a figure above
zero is always the better one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from cxanalytics.formats import NBSP, fixed, round_half_away
from cxanalytics.rules import LEVEL
from cxanalytics.tables import Estimates, Panel

PER = 0.10
"""Morale, as a share, that sizes are told for: ten points."""

_FIGURES = ["estimate", "std_error", "conf_low", "conf_high"]
_FINE = 0.10
_DETAIL_BELOW = 10.0


@dataclass(frozen=True, slots=True)
class Scale:
    """In which units morale and performance are told.

    Attributes
    ----------
    step : float
        Morale that a size is told for, in its own units.
    step_words : str
        The same in words, as in "10 points more morale".
    times : float
        From units of performance to the units that are printed.
    unit : str
        What follows a printed size: "points", or nothing.
    sign : int
        1 where more of the measure is better, −1 where less is.
    """

    step: float
    step_words: str
    times: float
    unit: str
    sign: int


def scale_of(panel: Panel) -> Scale:
    """Choose the units from what the panel holds.

    Parameters
    ----------
    panel : Panel

    Returns
    -------
    Scale
    """
    share = _within_one(panel.frame["morale"])
    points = panel.performance_is == "share" and _within_one(panel.frame["performance"])
    return Scale(
        step=PER if share else 1.0,
        step_words=f"{fixed(100 * PER)}{NBSP}points" if share else "one point",
        times=100.0 if points else 1.0,
        unit="points" if points else "",
        sign=1 if panel.higher_is_better else -1,
    )


def _within_one(values: pd.Series[Any]) -> bool:
    return bool(values.abs().max() <= 1)


def per_step(estimates: Estimates, scale: Scale) -> Estimates:
    """Turn slopes into sizes per step of morale; above zero is better.

    Parameters
    ----------
    estimates : Estimates
        Of `fit_morale_performance` or `fit_morale_ladder`. A row whose column `standardized` is
        True stays per standard deviation, and only its sign is turned.
    scale : Scale

    Returns
    -------
    Estimates
        The same rows in units of performance; points as shares.
    """
    facts, frame = estimates.facts, estimates.frame.copy()
    sd = float(facts["morale_sd"]) if facts.get("standardized") else 1.0
    factor = pd.Series(scale.sign * scale.step / sd, index=frame.index)
    if "standardized" in frame:
        factor = factor.mask(frame["standardized"].eq(True), float(scale.sign))
    present = [name for name in _FIGURES if name in frame]
    frame[present] = frame[present].mul(factor, axis=0)
    if scale.sign < 0:
        frame["std_error"] = frame["std_error"].abs()
        frame[["conf_low", "conf_high"]] = frame[["conf_high", "conf_low"]].to_numpy()
    return replace(estimates, frame=frame, covariance=None, draws=None)


def with_looks(morale: Estimates, ladder: Estimates | None) -> Estimates:
    """Let a pattern allow for as many looks as the ladder of models counts.

    Parameters
    ----------
    morale : Estimates
        From `fit_morale_performance`.
    ladder : Estimates or None
        From `fit_morale_ladder`, with `p_adjusted`; without, nothing changes.

    Returns
    -------
    Estimates
        The same rows with the column `p_adjusted`.
    """
    if ladder is None or "p_adjusted" not in ladder.frame:
        return morale
    adjusted = morale.frame["key"].map(ladder.frame.set_index("key")["p_adjusted"])
    return replace(morale, frame=morale.frame.assign(p_adjusted=adjusted))


def better(row: pd.Series[Any], *, level: float = LEVEL) -> int:
    """Tell whether a size is shown to be better (1), worse (−1), or neither (0).

    Parameters
    ----------
    row : Series
        `conf_low conf_high`, and `p_adjusted` where several questions were put at once.
    level : float
        Content of the range.

    Returns
    -------
    int
    """
    adjusted = row.get("p_adjusted", float("nan"))
    if pd.notna(adjusted) and float(adjusted) > 1.0 - level + 1e-12:
        return 0
    if row["conf_low"] > 0:
        return 1
    return -1 if row["conf_high"] < 0 else 0


def say_better(row: pd.Series[Any], scale: Scale) -> str:
    """Print a size with its likely range: "4.0 points better (likely 3.0 to 5.0)".

    Parameters
    ----------
    row : Series
        `estimate conf_low conf_high` of `per_step`.
    scale : Scale

    Returns
    -------
    str
        Ends on both sides of zero are told as better and worse.
    """
    middle, low, high = (
        scale.times * float(row[name]) for name in ("estimate", "conf_low", "conf_high")
    )
    digits = _digits(low, high, scale)
    return f"{say_way(middle, digits, scale)} (likely {_range(low, high, middle, digits)})"


def _digits(low: float, high: float, scale: Scale) -> int:
    """Choose decimals: no more precision than the range supports."""
    if scale.unit == "points":
        return 1 if high - low < _DETAIL_BELOW else 0
    return 3 if high - low < _FINE else 2


def say_way(value: float, digits: int, scale: Scale) -> str:
    """Print a size as better or worse, without its range."""
    if not round_half_away(value, digits):
        return "no better"
    number = fixed(abs(value), digits)
    unit = "point" if (number, scale.unit) == ("1", "points") else scale.unit
    return f"{number}{NBSP * bool(unit)}{unit} {'better' if value > 0 else 'worse'}"


def _range(low: float, high: float, middle: float, digits: int) -> str:
    first, last = round_half_away(low, digits), round_half_away(high, digits)
    if first < 0 < last:
        return f"{fixed(-first, digits)} worse to {fixed(last, digits)} better"
    small, large = sorted((abs(first), abs(last)))
    told = f"{fixed(small, digits)} to {fixed(large, digits)}"
    if round_half_away(middle, digits) or first == last:
        return told
    return f"{told} {'better' if last > 0 else 'worse'}"
