"""How did the cost of a resolved case change, and what did it do after service became better?

A ladder of dots and ranges in percent, with a line at no change. One ladder splits the change over
time; the other goes from the quarter before the improvement, where nothing may be, to what the
later quarters add up to.
"""

from __future__ import annotations

import math

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cxanalytics.charts.labels import clean
from cxanalytics.charts.ladder import lay_ladder, mark_ranges
from cxanalytics.charts.sheet import padded
from cxanalytics.charts.style import get_size
from cxanalytics.errors import ParamsError, must_be
from cxanalytics.formats import signed
from cxanalytics.tables import Estimates

PARTS = ("change", "after")
_SUMS = ("later", "later_unit_cost", "later_contacts", "long_run")
_OWN_SUMS = ("long_run", "long_run_unit_cost", "long_run_contacts")


def long_run_cost_table(estimates: Estimates, *, part: str = "after") -> pd.DataFrame:
    """Give the rows of one ladder.

    Parameters
    ----------
    estimates : Estimates
        From `fit_long_run_cost`.
    part : {"change", "after"}
        The change over time and its parts, or cost after service became better.

    Returns
    -------
    DataFrame
        `key name estimate conf_low conf_high n clear`, changes as shares; `clear` tells whether the
        range leaves zero out.

    Raises
    ------
    ParamsError
        Another part.
    """
    if part not in PARTS:
        raise ParamsError(must_be("part", PARTS, part))
    frame = estimates.frame.set_index("key", drop=False)
    if part == "change":
        keys = list(frame.index[frame["kind"] == "change"])
    else:
        lags = list(frame.index[frame["kind"] == "lag"])
        sums = _OWN_SUMS if estimates.facts.get("same_counts") else _SUMS
        keys = sorted(lags, key=_when) + [key for key in sums if key in frame.index]
    table = frame.loc[keys, ["key", "label", "estimate", "conf_low", "conf_high", "n"]]
    table = table.loc[table["estimate"].notna()].reset_index(drop=True)
    table.insert(1, "name", [clean(label) for label in table.pop("label")])
    table["clear"] = (table["conf_low"] > 0) | (table["conf_high"] < 0)
    return table


def _when(key: str) -> int:
    return -1 if key.startswith("lead") else int(key.removeprefix("lag"))


def percent_change_tick(tick: float, with_unit: bool) -> str:
    """Print a change on an axis, with its sign; the end tick alone carries the percent."""
    number = f"{100 * tick:+.4g}".replace("-", "\u2212") if tick else "0"
    return f"{number}%" if with_unit else number


def draw_long_run_cost(
    estimates: Estimates,
    *,
    part: str = "after",
    axis_label: str = "Change of cost, percent",
    size: str = "wide",
    ax: Axes | None = None,
) -> Figure:
    """Draw changes of the cost of a resolved case as dots with their ranges.

    Parameters
    ----------
    estimates : Estimates
    part : {"change", "after"}
        As in `long_run_cost_table`.
    axis_label : str
    size : str
        "wide" or "narrow".
    ax : Axes, optional
        Draw inside the box of these axes.

    Returns
    -------
    Figure
    """
    table = long_run_cost_table(estimates, part=part)
    ends = [0.0, *table["estimate"], *table["conf_low"], *table["conf_high"]]
    ends = [end for end in ends if math.isfinite(end)]
    wide = size == "wide"
    ladder = lay_ladder(
        list(table["name"]),
        size=get_size(size),
        limits=padded(min(ends), max(ends), least=1e-3),
        tick=percent_change_tick,
        axis_label=axis_label,
        column=[_value(*row) for row in _figures(table)] if wide else (),
        column_title="Percent and likely range" if wide and len(table) else "",
        reference=(0.0, "No change"),
        ax=ax,
    )
    mark_ranges(
        ladder,
        table,
        columns=("estimate", "conf_low", "conf_high"),
        dark="clear",
        name="change",
        kinds=("clear of zero", "not clear of zero"),
    )
    return ladder.sheet.figure


def _figures(table: pd.DataFrame) -> list[tuple[float, float, float]]:
    columns = (table[name] for name in ("estimate", "conf_low", "conf_high"))
    return [(float(a), float(b), float(c)) for a, b, c in zip(*columns, strict=True)]


def _value(estimate: float, low: float, high: float) -> str:
    told = signed(100 * estimate, 1)
    if math.isnan(low) or math.isnan(high):
        return told
    ends = (signed(100 * end, 1) if math.isfinite(end) else "open" for end in (low, high))
    return f"{told} ({' to '.join(ends)})"
