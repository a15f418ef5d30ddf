"""How far is each agency from its target, and is it on the way to reach it in time?

The gap is taken from the score of the page. The chance of reaching the target comes from a
forecast of the agency's own history, with the others' as a guide to how fast scores move: starting
levels and paces are pulled toward those of the others, and shocks that pass are not carried on. It
is not told from a short history, nor for a date further off than the history reaches back. Paces
are compared in log odds, in which a rise near the top is as large as one in the middle that takes
as much: points alone would hold agencies near the ceiling to be slow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit, logit

from cxanalytics.benchmark.variances import SHARES
from cxanalytics.benchmark.vision_paths import Told, read_paths
from cxanalytics.errors import ParamsError, must_be
from cxanalytics.numerics.forecast import steepest_rise
from cxanalytics.rules import (
    LEVEL,
    THRESHOLDS,
    Thresholds,
)
from cxanalytics.tables import Benchmark, Check, Estimates

Array = NDArray[np.float64]

FORECAST_DRAWS = 1_000
"""Joint draws of paths behind the chance of reaching a target."""

SHORTEST_STRETCH = 1.0
"""Years over which a pace must have been kept up to count."""

FEWEST_DRAWS = 200
"""Fewer draws of paths tell no chance."""

COLUMNS = (
    "key",
    "measure",
    "agency",
    "target",
    "by",
    "estimate",
    "std_error",
    "conf_low",
    "conf_high",
    "n",
    "now",
    "now_low",
    "now_high",
    "years",
    "pace",
    "p_reach",
    "forecast",
    "forecast_low",
    "forecast_high",
    "reason",
    "others",
    "managed",
    "managed_low",
    "managed_high",
)


@dataclass(frozen=True, slots=True)
class Target:
    """What a measure should reach by a day.

    Attributes
    ----------
    measure : str
    share : float
        Score to reach, between 0 and 1.
    by : date
    agency : str
        Only this agency; "" for all. A target of its own goes before one for all.
    """

    measure: str
    share: float
    by: date
    agency: str = ""

    def __post_init__(self) -> None:
        if not 0.0 < self.share < 1.0:
            raise ParamsError(f"`share` of a target must lie between 0 and 1; got {self.share}.")


def benchmark_vision(
    boards: Mapping[str, Benchmark],
    history: Estimates,
    *,
    targets: Sequence[Target],
    seed: int,
    draws: int = FORECAST_DRAWS,
    level: float = LEVEL,
    thresholds: Thresholds = THRESHOLDS,
) -> Estimates:
    """Set each agency's score beside its target, and tell the chance of reaching it.

    Parameters
    ----------
    boards : mapping of str to Benchmark
        By measure, in the reported wave.
    history : Estimates
        From `benchmark_history`: the stretch since an agency's last break is used.
    targets : sequence of Target
    seed : int
    draws : int
        Joint draws of paths.
    level : float
        Probability content of the ranges.
    thresholds : Thresholds
        Read is `peers`.

    Returns
    -------
    Estimates
        A row per target and agency with a score: `key measure agency target by`; `estimate`, the
        gap still to go (negative beyond the target), with its range; `now now_low now_high`;
        `years` left, and `pace`, the rise a year that would be needed (missing where reached or
        past); `p_reach`, `forecast forecast_low forecast_high` (the score on the day), missing
        with the `reason` "few_points", "few_agencies", "too_far" or "past"; `others`
        with a history, and `managed managed_low managed_high`, how many of these ever kept up
        that pace, in log odds, for as long (sampling noise allowed for). Facts: `seed`, `draws`,
        `span` (years).

    Raises
    ------
    ParamsError
        A target for a measure or an agency without a score, scores that are no shares, or `draws`
        too few.

    Assumes
    -------
    As `numerics.forecast`: paths go on as such paths went so far. Nothing is known of what will
    be done.

    Reference
    ---------
    Harvey (1989), Forecasting, Structural Time Series Models and the Kalman Filter;
    methods.md#gap-to-vision.
    """
    _validate(boards, history, targets, draws)
    rows: list[dict[str, object]] = []
    checks: list[Check] = []
    facts: dict[str, float | int | str | bool] = {"seed": seed, "draws": draws, "span": 0.0}
    for place, measure in enumerate(dict.fromkeys(target.measure for target in targets)):
        paths = read_paths(history, measure)
        shown = boards[measure].shown
        chosen = _choose_targets(targets, measure, list(shown["key"]))
        told = Told.draw(
            paths, [target.by for target in chosen.values()], draws, seed + place, thresholds
        )
        checks += told.checks(measure)
        facts["span"] = paths.span
        rows += [
            _row(shown.loc[shown["key"] == agency].iloc[0], target, told, level)
            for agency, target in chosen.items()
        ]
    return Estimates(
        frame=pd.DataFrame(rows, columns=list(COLUMNS)),
        quantity="Gap to the target, as a share",
        level=level,
        checks=tuple(checks),
        facts=facts,
    )


def _validate(
    boards: Mapping[str, Benchmark], history: Estimates, targets: Sequence[Target], draws: int
) -> None:
    if not isinstance(draws, int) or isinstance(draws, bool) or draws < FEWEST_DRAWS:
        raise ParamsError(
            f"`draws` must be a whole number of at least {FEWEST_DRAWS}; got {draws!r}."
        )
    if history.facts.get("statistic") not in SHARES:
        raise ParamsError(must_be("statistic", SHARES, history.facts.get("statistic", "")))
    for target in targets:
        if target.measure not in boards:
            raise ParamsError(must_be("measure", boards, target.measure))
        keys = set(boards[target.measure].frame["key"])
        if target.agency and target.agency not in keys:
            raise ParamsError(must_be("agency", sorted(keys), target.agency))


def _choose_targets(
    targets: Sequence[Target], measure: str, agencies: Sequence[str]
) -> dict[str, Target]:
    """Give each agency its target: its own goes before that for all, a later one before another."""
    own = [target for target in targets if target.measure == measure]
    own.sort(key=lambda target: target.agency != "")
    return {
        agency: fitting[-1]
        for agency in agencies
        if (fitting := [target for target in own if target.agency in ("", agency)])
    }


def _row(board: pd.Series[Any], target: Target, told: Told, level: float) -> dict[str, object]:
    """Write the row of one agency."""
    agency = str(board["key"])
    now, years = float(board["estimate"]), told.years_to(target.by)
    gap = target.share - now
    ahead = gap > 0.0 and years > 0.0
    row: dict[str, object] = {
        "key": f"{target.measure}@{agency}",
        "measure": target.measure,
        "agency": agency,
        "target": target.share,
        "by": target.by.isoformat(),
        "estimate": gap,
        "std_error": np.nan,
        "conf_low": target.share - board["conf_high"],
        "conf_high": target.share - board["conf_low"],
        "n": board["n"],
        "now": now,
        "now_low": board["conf_low"],
        "now_high": board["conf_high"],
        "years": years,
        "pace": gap / years if ahead else np.nan,
        "reason": told.why_not(agency, target.by),
    }
    chance = _chance(agency, row["reason"], target, told, level)
    return row | chance | _managed(agency, now, years, target, told, level)


def _chance(
    agency: str, reason: object, target: Target, told: Told, level: float
) -> dict[str, float]:
    """Give the chance of reaching the target, and the score foretold for its day."""
    out = dict.fromkeys(("p_reach", "forecast", "forecast_low", "forecast_high"), np.nan)
    if reason or told.forecast is None:
        return out
    unit, day = told.paths.agencies.index(agency), told.days.index(target.by)
    future = expit(told.forecast.future[:, unit, day])
    tail = 0.5 * (1.0 - level)
    low, middle, high = np.quantile(future, [tail, 0.5, 1.0 - tail])
    reached = (future >= target.share).mean()
    return {"p_reach": reached, "forecast": middle, "forecast_low": low, "forecast_high": high}


def _managed(
    agency: str, now: float, years: float, target: Target, told: Told, level: float
) -> dict[str, float]:
    """Count the others that ever kept up the pace needed, in log odds, for as long."""
    others = [place for place, name in enumerate(told.paths.agencies) if name != agency]
    out = dict.fromkeys(("managed", "managed_low", "managed_high"), np.nan) | {
        "others": float(len(others))
    }
    window = max(SHORTEST_STRETCH, min(years, told.paths.span))
    if told.forecast is None or now >= target.share or not 0.0 < window <= told.paths.span:
        return out
    if years <= 0.0 or not 0.0 < now < 1.0:
        return out
    pace = float(logit(target.share) - logit(now)) / years
    rises = steepest_rise(told.forecast.level[:, others], told.paths.years, window=window)
    many = (rises >= pace).sum(axis=1)
    tail = 0.5 * (1.0 - level)
    low, high = np.quantile(many, [tail, 1.0 - tail], method="inverted_cdf")
    return out | {"managed": many.mean(), "managed_low": float(low), "managed_high": float(high)}
