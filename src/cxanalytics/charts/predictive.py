"""How far did each forecast miss the next wave?

One row per forecast: its usual error with its range, the stabilized score filled. A line stands at
the error that chance in the next wave leaves to the truth itself.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cxanalytics.charts.labels import clean
from cxanalytics.charts.ladder import lay_ladder, mark_ranges
from cxanalytics.charts.sheet import plain_tick
from cxanalytics.charts.style import get_size
from cxanalytics.formats import fixed
from cxanalytics.tables import Estimates


def predictive_check_table(
    estimates: Estimates, *, names: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Give the forecasts, the smallest error first.

    Parameters
    ----------
    estimates : Estimates
        From `fit_predictive_check`.
    names : mapping of str to str, optional
        Forecast to the name to print.

    Returns
    -------
    DataFrame
        `key name estimate conf_low conf_high total stabilized`.
    """
    table = estimates.frame[["key", "estimate", "conf_low", "conf_high", "total"]].copy()
    table.insert(1, "name", [clean((names or {}).get(key, key)) for key in table["key"]])
    table["stabilized"] = table["key"] == "stabilized"
    return table.sort_values("estimate", kind="stable").reset_index(drop=True)


def draw_predictive_check(
    estimates: Estimates,
    *,
    names: Mapping[str, str] | None = None,
    axis_label: str = "Usual error",
    size: str = "wide",
    ax: Axes | None = None,
) -> Figure:
    """Draw the usual error of each forecast.

    Parameters
    ----------
    estimates : Estimates
        As for `predictive_check_table`; shares are drawn in points.
    names : mapping of str to str, optional
        Forecast to the name to print.
    axis_label : str
    size : str
        "wide" or "narrow".
    ax : Axes, optional
        Draw inside the box of these axes.

    Returns
    -------
    Figure
    """
    table = predictive_check_table(estimates, names=names)
    share = estimates.facts.get("unit", "share") == "share"
    times, digits = (100.0, 1) if share else (1.0, 2)
    top = times * float(table["conf_high"].max()) if len(table) else 1.0
    floor = times * float(estimates.facts["floor"]) if "floor" in estimates.facts else None
    ladder = lay_ladder(
        list(table["name"]),
        size=get_size(size),
        limits=(0.0, 1.05 * top),
        tick=plain_tick,
        axis_label=clean(axis_label),
        column=[fixed(times * error, digits) for error in table["estimate"]],
        column_title="Error" if len(table) else "",
        column_align="right",
        reference=None if floor is None else (floor, "Chance alone"),
        ax=ax,
    )
    mark_ranges(
        ladder,
        table,
        columns=("estimate", "conf_low", "conf_high"),
        dark="stabilized",
        name="error",
        kinds=("stabilized", "others"),
        times=times,
    )
    return ladder.sheet.figure
