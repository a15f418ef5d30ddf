"""Where do companies score, beside the typical agency of government?

Companies are context: gray, stabilized among themselves, and no part of the typical peer that the
line marks.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cxanalytics.charts.labels import clean
from cxanalytics.charts.ladder import lay_ladder
from cxanalytics.charts.sheet import padded, percent_tick
from cxanalytics.charts.style import PAPER, PEER, PT_PER_PX, get_size
from cxanalytics.tables import Benchmark


def companies_table(
    companies: Benchmark, *, names: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Give the rows of the chart of companies, best first.

    Parameters
    ----------
    companies : Benchmark
        Of companies alone.
    names : mapping of str to str, optional
        Key to the name to print.

    Returns
    -------
    DataFrame
        `key name estimate conf_low conf_high n`.
    """
    table = companies.shown[["key", "estimate", "conf_low", "conf_high", "n"]].copy()
    table.insert(1, "name", [clean((names or {}).get(key, key)) for key in table["key"]])
    order = table.sort_values(["estimate", "name"], ascending=[False, True], kind="stable")
    return order.reset_index(drop=True)


def draw_companies(
    companies: Benchmark,
    typical: float,
    *,
    names: Mapping[str, str] | None = None,
    axis_label: str = "",
    size: str = "wide",
    ax: Axes | None = None,
) -> Figure:
    """Draw companies in gray beside the typical agency of government.

    Parameters
    ----------
    companies : Benchmark
        Of companies alone.
    typical : float
        Middle score of the agencies of government, a share.
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
    table = companies_table(companies, names=names)
    ends = [typical, *table["conf_low"], *table["conf_high"]]
    ladder = lay_ladder(
        list(table["name"]),
        size=get_size(size),
        limits=padded(min(ends), max(ends), least=0.04),
        tick=percent_tick,
        axis_label=clean(axis_label or companies.quantity),
        reference=(typical, "Typical agency"),
        ax=ax,
    )
    ladder.ax.hlines(
        ladder.rows,
        table["conf_low"],
        table["conf_high"],
        color=PEER,
        linewidth=1.6 * PT_PER_PX,
        zorder=3,
        label="likely range, companies",
    )
    ladder.ax.plot(
        table["estimate"],
        ladder.rows,
        linestyle="none",
        marker="o",
        markersize=6.5 * PT_PER_PX,
        markerfacecolor=PEER,
        markeredgecolor=PAPER,
        markeredgewidth=0.7,
        zorder=4,
        label="score, companies",
    )
    return ladder.sheet.figure
