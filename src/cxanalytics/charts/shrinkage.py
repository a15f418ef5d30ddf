"""How far does each score move when chance is evened out?

One row per agency that may be shown, fewest answers first: an open circle for the unadjusted
score, a dot for the stabilized one, and the way between them. Small agencies move most.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cxanalytics.charts.labels import clean
from cxanalytics.charts.ladder import lay_ladder
from cxanalytics.charts.sheet import padded, percent_tick
from cxanalytics.charts.style import PAPER, PEER, PT_PER_PX, YOU, get_size
from cxanalytics.formats import count
from cxanalytics.tables import Benchmark

_COLUMNS = ["key", "raw", "raw_low", "raw_high", "estimate", "conf_low", "conf_high", "n"]


def shrinkage_table(
    benchmark: Benchmark, *, names: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Give the rows of the chart, fewest answers first.

    Parameters
    ----------
    benchmark : Benchmark
    names : mapping of str to str, optional
        Key to the name to print.

    Returns
    -------
    DataFrame
        `key name raw raw_low raw_high estimate conf_low conf_high n moved`.
    """
    table = benchmark.shown.loc[:, _COLUMNS].copy()
    table.insert(1, "name", [clean((names or {}).get(key, key)) for key in table["key"]])
    table["moved"] = table["estimate"] - table["raw"]
    return table.sort_values(["n", "name"], kind="stable").reset_index(drop=True)


def draw_shrinkage(
    benchmark: Benchmark,
    *,
    names: Mapping[str, str] | None = None,
    axis_label: str = "",
    size: str = "wide",
    ax: Axes | None = None,
) -> Figure:
    """Draw unadjusted and stabilized scores side by side.

    Parameters
    ----------
    benchmark : Benchmark
    names : mapping of str to str, optional
        Key to the name to print.
    axis_label : str
        The benchmark's quantity when empty.
    size : str
        "wide" or "narrow".
    ax : Axes, optional
        Draw inside the box of these axes.

    Returns
    -------
    Figure
    """
    table = shrinkage_table(benchmark, names=names)
    ends = table[["raw", "estimate"]]
    limits = padded(float(ends.min().min()), float(ends.max().max()), least=0.04)
    ladder = lay_ladder(
        list(table["name"]),
        size=get_size(size),
        limits=limits if len(table) else (0.0, 1.0),
        tick=percent_tick,
        axis_label=clean(axis_label or benchmark.quantity),
        column=[count(n) for n in table["n"]],
        column_align="right",
        column_title="Answers" if len(table) else "",
        ax=ax,
    )
    rows = ladder.rows[: len(table)]
    ladder.ax.hlines(
        rows,
        table[["raw", "estimate"]].min(axis=1),
        table[["raw", "estimate"]].max(axis=1),
        color=PEER,
        linewidth=1.4 * PT_PER_PX,
        zorder=3,
        label="move",
    )
    for column, face, edge, px in (("raw", PAPER, PEER, 6.5), ("estimate", YOU, PAPER, 7.5)):
        ladder.ax.plot(
            table[column],
            rows,
            linestyle="none",
            marker="o",
            markersize=px * PT_PER_PX,
            markerfacecolor=face,
            markeredgecolor=edge,
            markeredgewidth=1.2 if column == "raw" else 0.7,
            zorder=4,
            label="unadjusted" if column == "raw" else "stabilized",
        )
    return ladder.sheet.figure
