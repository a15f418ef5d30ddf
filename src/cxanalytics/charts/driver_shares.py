"""How much of what the drivers explain together is the share of each, with its range?

A ladder of dots and ranges with a line at the equal share: for pages without peers to compare with,
where the priority chart has nothing to show.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cxanalytics.charts.labels import clean
from cxanalytics.charts.ladder import lay_ladder, mark_ranges
from cxanalytics.charts.sheet import percent_tick
from cxanalytics.charts.style import get_size
from cxanalytics.formats import percent, share_range
from cxanalytics.tables import Estimates


def driver_shares_table(
    drivers: Estimates, *, names: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Give the rows of the ladder of shares, the largest first.

    Parameters
    ----------
    drivers : Estimates
        Shares of what the drivers explain together, with the fact `equal_share`.
    names : mapping of str to str, optional
        Key to the name to print; the drivers' labels when absent.

    Returns
    -------
    DataFrame
        `key name share share_low share_high above`; `above` tells whether the range lies above
        the equal share.
    """
    columns = ["key", "label", "estimate", "conf_low", "conf_high"]
    table = drivers.frame.loc[:, columns].rename(
        columns={"estimate": "share", "conf_low": "share_low", "conf_high": "share_high"}
    )
    labels = table.pop("label")
    named = [(names or {}).get(key, label) for key, label in zip(table["key"], labels, strict=True)]
    table.insert(1, "name", [clean(name) for name in named])
    table["above"] = table["share_low"] > float(drivers.facts["equal_share"])
    return table.sort_values("share", ascending=False, kind="stable").reset_index(drop=True)


def draw_driver_shares(
    drivers: Estimates,
    *,
    names: Mapping[str, str] | None = None,
    axis_label: str = "Share of what the drivers explain together",
    size: str = "wide",
    ax: Axes | None = None,
) -> Figure:
    """Draw the share of each driver with its range.

    Parameters
    ----------
    drivers : Estimates
    names : mapping of str to str, optional
        Key to the name to print.
    axis_label : str
    size : str
        "wide" or "narrow".
    ax : Axes, optional
        Draw inside the box of these axes.

    Returns
    -------
    Figure
    """
    table = driver_shares_table(drivers, names=names)
    wide = size == "wide"
    ends = zip(table["share"], table["share_low"], table["share_high"], strict=True)
    equal = float(drivers.facts["equal_share"])
    ladder = lay_ladder(
        list(table["name"]),
        size=get_size(size),
        limits=(0.0, 1.06 * max([equal, *table["share_high"]])),
        tick=percent_tick,
        axis_label=clean(axis_label),
        column=[f"{percent(each)} ({share_range(*ends)})" for each, *ends in ends] if wide else (),
        column_title="Share and likely range" if wide and len(table) else "",
        reference=(equal, "Equal share"),
        ax=ax,
    )
    mark_ranges(
        ladder,
        table,
        columns=("share", "share_low", "share_high"),
        dark="above",
        name="share",
        kinds=("above the equal share", "not above the equal share"),
    )
    return ladder.sheet.figure
