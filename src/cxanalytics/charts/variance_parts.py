"""How far do agencies, teams and agents lie apart, level by level?

One row a level, coarsest first: the standard deviation of the share between its groups, in points,
with its range. Beside it stands the part of all differences that lies between these groups. Dots
whose range leaves zero out are dark, the others grey.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cxanalytics.charts.labels import clean
from cxanalytics.charts.ladder import lay_ladder, mark_ranges
from cxanalytics.charts.sheet import plain_tick
from cxanalytics.charts.style import get_size
from cxanalytics.formats import percent
from cxanalytics.tables import Estimates

AXIS = "Spread between groups (standard deviation), points"
_LEAST = 0.02


def variance_parts_table(
    estimates: Estimates, *, names: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Give the rows of the chart: a level each, coarsest first.

    Parameters
    ----------
    estimates : Estimates
        From `fit_variance_parts`.
    names : mapping of str to str, optional
        Level to the name to print.

    Returns
    -------
    DataFrame
        `key name points points_low points_high share share_low share_high groups clear`; points
        are shares from 0 to 1.
    """
    frame = estimates.frame.loc[estimates.frame["groups"].notna()]
    table = pd.DataFrame(
        {
            "key": frame["key"],
            "name": [clean((names or {}).get(key, key)) for key in frame["key"]],
            "points": frame["points"],
            "points_low": frame["points_low"],
            "points_high": frame["points_high"],
            "share": frame["estimate"],
            "share_low": frame["conf_low"],
            "share_high": frame["conf_high"],
            "groups": frame["groups"].astype(int),
        }
    )
    table["clear"] = table["share_low"] > 0.0
    return table.reset_index(drop=True)


def draw_variance_parts(
    estimates: Estimates,
    *,
    names: Mapping[str, str] | None = None,
    axis_label: str = AXIS,
    size: str = "wide",
    ax: Axes | None = None,
) -> Figure:
    """Draw how far the groups of each level lie apart.

    Parameters
    ----------
    estimates : Estimates
        From `fit_variance_parts`.
    names : mapping of str to str, optional
        Level to the name to print.
    axis_label : str
    size : str
        "wide" or "narrow".
    ax : Axes, optional
        Draw inside the box of these axes.

    Returns
    -------
    Figure
    """
    table = variance_parts_table(estimates, names=names)
    wide = size == "wide"
    high = 100.0 * max([_LEAST, *table["points_high"]]) * 1.04
    ladder = lay_ladder(
        list(table["name"]),
        size=get_size(size),
        limits=(-0.02 * high, high),
        tick=plain_tick,
        axis_label=clean(axis_label),
        column=[_part(row) for _, row in table.iterrows()] if wide else (),
        column_title="Part of all differences, likely range" if wide and len(table) else "",
        ax=ax,
    )
    mark_ranges(
        ladder,
        table,
        columns=("points", "points_low", "points_high"),
        dark="clear",
        name="spread",
        kinds=("clear of zero", "not clear of zero"),
        times=100.0,
    )
    return ladder.sheet.figure


def _part(row: pd.Series[Any]) -> str:
    low, high = (percent(float(row[end]), 1) for end in ("share_low", "share_high"))
    return f"{percent(float(row['share']), 1)} ({low} to {high})"
