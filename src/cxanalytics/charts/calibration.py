"""Do predicted shares come true in agencies that the model has not seen?

People sorted into bins by their predicted share, one dot each: predicted across, observed up, with
its range. On the line the two agree.
"""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cxanalytics.charts.labels import Box, measure
from cxanalytics.charts.sheet import Sheet, nice_ticks, percent_tick, x_axis, y_axis
from cxanalytics.charts.style import INK_2, PAPER, PT_PER_PX, UNSURE, YOU, font, get_size
from cxanalytics.tables import Estimates

_LIMITS = (-0.03, 1.03)
_HEIGHT = {"wide": 420.0, "narrow": 340.0}
_WIDTH = 560.0


def calibration_table(estimates: Estimates) -> pd.DataFrame:
    """Give the bins of people, lowest predicted share first.

    Parameters
    ----------
    estimates : Estimates
        Rows of kind "bin", with a column `predicted`.

    Returns
    -------
    DataFrame
        `key predicted estimate conf_low conf_high n agencies`.
    """
    columns = ["key", "predicted", "estimate", "conf_low", "conf_high", "n", "agencies"]
    rows = estimates.frame.loc[estimates.frame["kind"] == "bin", columns]
    return rows.sort_values("predicted", kind="stable").reset_index(drop=True)


def draw_calibration(estimates: Estimates, *, size: str = "wide", ax: Axes | None = None) -> Figure:
    """Draw observed against predicted shares.

    Parameters
    ----------
    estimates : Estimates
        As for `calibration_table`.
    size : str
        "wide" or "narrow".
    ax : Axes, optional
        Draw inside the box of these axes.

    Returns
    -------
    Figure
    """
    table = calibration_table(estimates)
    sheet = Sheet(get_size(size), height=_HEIGHT[size], ax=ax)
    ticks = nice_ticks(0.0, 1.0, most=5)
    gutter = max(measure(percent_tick(t, True), font(sheet.size.tick))[0] for t in ticks) + 10
    right = min(sheet.width - 12, gutter + _WIDTH)
    plot = Box(gutter, 34.0, right, sheet.height - 54)
    axes = sheet.plot(plot, x=_LIMITS, y=_LIMITS)
    y_axis(sheet, axes, plot, ticks=ticks, text=percent_tick, label="Observed")
    x_axis(sheet, axes, plot, ticks=ticks, text=percent_tick, label="Predicted", grid=False)
    axes.plot([0, 1], [0, 1], color=UNSURE, linewidth=1.3 * PT_PER_PX, zorder=1.5, label="right")
    axes.vlines(
        table["predicted"],
        table["conf_low"],
        table["conf_high"],
        color=YOU,
        linewidth=1.8 * PT_PER_PX,
        zorder=3,
        label="likely range",
    )
    axes.plot(
        table["predicted"],
        table["estimate"],
        linestyle="none",
        marker="o",
        markersize=7.5 * PT_PER_PX,
        markerfacecolor=YOU,
        markeredgecolor=PAPER,
        markeredgewidth=0.7,
        zorder=4,
        label="observed",
    )
    words = "On the line, predicted shares come true"
    px = sheet.size.small
    wide = measure(words, font(px))[0]
    sheet.text(plot.right - wide - 4, plot.bottom - 28, words, px=px, color=INK_2)
    return sheet.figure
