"""Which sign of change does the chart of one agency show since its last break?

A sign is a point outside the usual range, or a run on one side of its middle. Few points tell
nothing of what is usual.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from cxanalytics.errors import DataError
from cxanalytics.formats import month
from cxanalytics.rules import CHANGED_WORDING, NO_POINTS, PROVISIONAL, RUN_CHART
from cxanalytics.tables import Estimates

_MONTH_LENGTH = len("2026-04")
OUTSIDE_NOW, RUN_NOW, EARLIER, STEADY = ("outside_now", "run_now", "earlier", "steady")


@dataclass(frozen=True, slots=True)
class Reading:
    """What the chart of one agency says, since its last break.

    Attributes
    ----------
    kind : str
        "none", "run_chart", "outside_now", "run_now", "earlier" or "steady".
    provisional : bool
    points : int
        Shown since the last break.
    held : int
        Of these, the ones that set the limits.
    first, last : str
        First and last of these points.
    value, center, low, high : float
        Of the last point.
    side : str
        "above" or "below", of the last sign.
    signs : tuple of str
        Points that are signs; of a run the first one.
    run : int
        Length of a run that lasts.
    steady_baseline : bool
    chance : float
        That a steady score shows a sign somewhere in as many points.
    break_text : str
        What started the stretch; "" for the beginning.
    unit : str
        "share", or "score" for one in units of its own.
    """

    kind: str
    provisional: bool
    points: int
    held: int
    first: str
    last: str
    value: float
    center: float
    low: float
    high: float
    side: str
    signs: tuple[str, ...]
    run: int
    steady_baseline: bool
    chance: float
    break_text: str
    unit: str = "share"


def read_process(history: Estimates, *, measure: str, agency: str) -> Reading:
    """Read the chart of one agency.

    Parameters
    ----------
    history : Estimates
        From `benchmark_history`.
    measure, agency : str

    Returns
    -------
    Reading

    Raises
    ------
    DataError
        The history has no such chart.
    """
    frame = history.frame
    rows = frame.loc[(frame["measure"] == measure) & (frame["agency"] == agency)]
    if rows.empty:
        raise DataError(f"No history of {measure!r} for {agency!r}.")
    part = rows.loc[rows["segment"] == rows["segment"].max()]
    if part.empty:
        return _nothing("")
    start = part.iloc[0]
    broken = _break_text(start)
    part = part.loc[part["estimate"].notna()]
    if part.empty:
        return _nothing(broken)
    end = part.iloc[-1]
    kind, side, signs, run = _signs(part, str(end["state"]))
    return Reading(
        kind=kind,
        provisional=end["state"] == PROVISIONAL,
        points=len(part),
        held=int(part["baseline"].sum()),
        first=str(part.iloc[0]["point"]),
        last=str(end["point"]),
        value=float(end["estimate"]),
        center=float(end["center"]),
        low=float(end["low"]),
        high=float(end["high"]),
        side=side,
        signs=signs,
        run=run,
        steady_baseline=not part["unsteady"].any(),
        chance=float(end["chance"]),
        break_text=broken,
        unit=str(end.get("unit", "share")),
    )


def _nothing(broken: str) -> Reading:
    """Read a chart without a point since its last break."""
    missing = float("nan")
    return Reading(
        kind=NO_POINTS,
        provisional=False,
        points=0,
        held=0,
        first="",
        last="",
        value=missing,
        center=missing,
        low=missing,
        high=missing,
        side="",
        signs=(),
        run=0,
        steady_baseline=True,
        chance=missing,
        break_text=broken,
    )


def _break_text(start: pd.Series[Any]) -> str:
    if start["break_reason"] == CHANGED_WORDING:
        return "the question changed"
    return str(start["break_text"]).strip().rstrip(".") if start["break_reason"] else ""


def _signs(part: pd.DataFrame, state: str) -> tuple[str, str, tuple[str, ...], int]:
    """Find the kind of the chart, the side, the points that are signs, and a run that lasts."""
    if state in (NO_POINTS, RUN_CHART):
        return state, "", (), 0
    signal = part["signal"].astype(str)
    outside = signal.isin(["above", "below"]).to_numpy()
    # A point outside the range may stand inside a run, and hides its flag.
    side = part["estimate"].to_numpy() > part["center"].to_numpy()
    in_run = signal.str.startswith("run_").to_numpy()
    now = bool(side[-1])
    lasting = 0
    for place in range(len(part) - 1, -1, -1):
        if side[place] != now or not (in_run[place] or outside[place]):
            break
        lasting += 1
    words = "above" if now else "below"
    points = part["point"].astype(str).to_numpy()
    if outside[-1]:
        return OUTSIDE_NOW, words, (points[-1],), 0
    if in_run[-1]:
        return RUN_NOW, words, (points[len(part) - lasting],), lasting
    starts = in_run & ~pd.Series(in_run).shift(fill_value=False).to_numpy()
    signs = tuple(points[outside | starts])
    if not signs:
        return STEADY, "", (), 0
    last = int((outside | starts).nonzero()[0][-1])
    return EARLIER, "above" if side[last] else "below", signs, 0


def name_point(point: str, *, every: str) -> str:
    """Name a month as pages do; a wave keeps its name.

    Parameters
    ----------
    point : str
    every : str
        "month" or "wave".

    Returns
    -------
    str
        For example "Apr 2026".
    """
    if every == "month" and len(point) == _MONTH_LENGTH:
        year, _, part = point.partition("-")
        return month(date(int(year), int(part), 1))
    return point
