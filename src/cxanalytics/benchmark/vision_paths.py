"""Which paths does a forecast rest on, and for which days may it be told?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit

from cxanalytics.benchmark.variances import clustering_ratio
from cxanalytics.numerics.forecast import Forecast, forecast_paths
from cxanalytics.rules import FEW_OTHERS, FEW_POINTS, PAST, RUN_CHART_BELOW, TOO_FAR, Thresholds
from cxanalytics.tables import Check, Estimates

Array = NDArray[np.float64]

FEWEST_EFFECTIVE = 25.0
"""Effective number of importance samples below which a forecast is called rough."""


@dataclass(frozen=True, slots=True)
class Paths:
    """Log odds of agencies with points enough (G, T), their variances, and the times (T,)."""

    agencies: list[str]
    y: Array
    variance: Array
    years: Array

    @property
    def span(self) -> float:
        """Years from the first point to the last."""
        return float(self.years[-1] - self.years[0]) if len(self.years) else 0.0


def read_paths(history: Estimates, measure: str) -> Paths:
    """Take the stretch since the last break of each agency, in log odds."""
    frame = history.frame.loc[history.frame["measure"] == measure]
    last = frame.groupby("agency")["segment"].transform("max")
    known = frame["estimate"].notna() & frame["year"].notna() & (frame["segment"] == last)
    frame = frame.loc[known]
    many = frame.groupby("agency")["estimate"].transform("size")
    frame = frame.loc[many >= RUN_CHART_BELOW]
    share, n = (frame[name].to_numpy(dtype=float) for name in ("estimate", "n_eff"))
    # Half an answer on either side keeps a unanimous month finite.
    raised = (share * n + 0.5) / (n + 1.0)
    usual = frame.assign(raised=raised).groupby("agency")["raised"].transform("mean").to_numpy()
    design = clustering_ratio(share, np.square(frame["std_error"].to_numpy(dtype=float)), n)
    told = frame.assign(y=logit(raised), variance=design / (n * usual * (1.0 - usual)))
    wide = told.pivot(index="agency", columns="year", values=["y", "variance"])
    if wide.empty:
        return Paths([], np.empty((0, 0)), np.empty((0, 0)), np.empty(0))
    y, variance = wide["y"], wide["variance"]
    return Paths(
        [str(name) for name in wide.index],
        y.to_numpy(dtype=float),
        variance.to_numpy(dtype=float),
        y.columns.to_numpy(dtype=float),
    )


def decimal_year(day: date) -> float:
    """Give a day in years, such as 2026.5."""
    first = date(day.year, 1, 1)
    return day.year + (day - first).days / (date(day.year + 1, 1, 1) - first).days


@dataclass(frozen=True, slots=True)
class Told:
    """What the forecast of one measure says, for each day that a target names."""

    paths: Paths
    days: list[date]
    forecast: Forecast | None
    reason: str

    @classmethod
    def draw(
        cls,
        paths: Paths,
        wanted: Sequence[date],
        draws: int,
        seed: int,
        thresholds: Thresholds,
    ) -> Told:
        """Draw the paths of a measure, where there are enough of them."""
        if not len(paths.years):
            return cls(paths, [], None, FEW_POINTS)
        if len(paths.agencies) <= thresholds.peers:
            return cls(paths, [], None, FEW_OTHERS)
        days = sorted({day for day in wanted if decimal_year(day) > paths.years[-1]})
        ahead = [decimal_year(day) - paths.years[-1] for day in days] or [paths.span]
        forecast = forecast_paths(
            paths.y, paths.variance, paths.years, ahead=ahead, draws=draws, seed=seed
        )
        return cls(paths, days, forecast, "")

    def years_to(self, day: date) -> float:
        """Give the years from the last point to a day; missing without a point."""
        return decimal_year(day) - self.paths.years[-1] if len(self.paths.years) else np.nan

    def why_not(self, agency: str, day: date) -> str:
        """Say why there is no chance of reaching a target; "" where there is one."""
        if self.reason:
            return self.reason
        if agency not in self.paths.agencies:
            return FEW_POINTS
        years = self.years_to(day)
        if years <= 0.0:
            return PAST
        return TOO_FAR if years > self.paths.span else ""

    def checks(self, measure: str) -> list[Check]:
        """Say how many paths the forecast rests on, and whether its sampling is fine."""
        if self.forecast is None:
            text = f"No forecast of {measure}: too few agencies with {RUN_CHART_BELOW} points."
            return [Check("forecast", None, text)]
        effective = self.forecast.effective
        text = (
            f"The forecast of {measure} rests on {len(self.paths.agencies)} agencies over "
            f"{self.paths.span:.1f} years; {effective:.0f} of its samples count."
        )
        return [Check("forecast", effective >= FEWEST_EFFECTIVE, text)]
