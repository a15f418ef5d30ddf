"""Does morale go with performance: between units, and within units over time?

Two panels that must not be mixed up. The first compares units by their averages; the second
compares each unit with its own average, wave by wave. Lines are the model's slopes with their
likely ranges. Units are never named, and a unit with too few staff answers is left out.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from cxanalytics.charts.labels import Box, clean, measure, shorten
from cxanalytics.charts.sheet import (
    Sheet,
    nice_ticks,
    padded,
    percent_tick,
    plain_tick,
    points_tick,
    signed_tick,
    x_axis,
    y_axis,
)
from cxanalytics.charts.style import (
    ABOVE,
    INK,
    PAPER,
    PEER,
    PT_PER_PX,
    TINT_ABOVE,
    YOU,
    font,
    get_size,
)
from cxanalytics.errors import ParamsError, must_be
from cxanalytics.numerics.panel import demean
from cxanalytics.rules import THRESHOLDS, Thresholds
from cxanalytics.tables import Estimates, Panel

GROUPS = ("unit", "agency")
_MOST_POINTS = 1_200
_SHADES = LinearSegmentedColormap.from_list("count", [TINT_ABOVE, ABOVE, YOU])
Tick = Callable[[float, bool], str]


def within_between_table(
    panel: Panel, *, group: str = "unit", thresholds: Thresholds = THRESHOLDS
) -> pd.DataFrame:
    """Give each group's averages and its rows' distances from them.

    Parameters
    ----------
    panel : Panel
    group : str
        "unit" follows units over time; "agency" looks at the units of each agency.
    thresholds : Thresholds
        Rows with fewer staff answers than `team` are left out.

    Returns
    -------
    DataFrame
        `agency unit period group morale performance n`, the averages `morale_mean
        performance_mean` of the group, and the distances `morale_within performance_within` from
        them, net of what all groups share in a wave (NaN in a group of one row).

    Raises
    ------
    ParamsError
        Another group.
    """
    if group not in GROUPS:
        raise ParamsError(must_be("group", GROUPS, group))
    columns = ["agency", "unit", "period", "morale", "performance", "n"]
    table = panel.frame.loc[:, columns].dropna(subset=["morale", "performance"])
    table = table.loc[~(table["n"] < thresholds.team)].reset_index(drop=True)
    keys = ["agency"] if group == "agency" else ["agency", "unit"]
    table["group"] = table.groupby(keys, observed=True).ngroup()
    many = table.groupby("group")["group"].transform("size") > 1
    wave = table["period"].to_numpy() if table["period"].nunique() > 1 else None
    for column in ("morale", "performance"):
        values = table[column].to_numpy(dtype=float)
        table[f"{column}_mean"] = table.groupby("group")[column].transform("mean")
        within = demean(values, table["group"].to_numpy(), wave=wave) if len(table) else values
        table[f"{column}_within"] = np.where(many, within, np.nan)
    return table


def draw_within_between(
    panel: Panel,
    estimates: Estimates,
    *,
    many: str = "",
    thresholds: Thresholds = THRESHOLDS,
    size: str = "wide",
    ax: Axes | None = None,
) -> Figure:
    """Draw morale and performance between groups and within them.

    Parameters
    ----------
    panel : Panel
    estimates : Estimates
        Rows "between" and "within": slopes with their ranges. Facts `group`, and `standardized`
        with `morale_sd`, say what they are per.
    many : str
        What the groups are called; "units" or "agencies" when empty.
    thresholds : Thresholds
        Rows with fewer staff answers than `team` are left out.
    size : str
        "wide" or "narrow".
    ax : Axes, optional
        Draw inside the box of these axes.

    Returns
    -------
    Figure
    """
    facts = estimates.facts
    group = str(facts.get("group", "unit"))
    table = within_between_table(panel, group=group, thresholds=thresholds)
    many = clean(many) or ("agencies" if group == "agency" else "units")
    panels = [("between", table.drop_duplicates("group"), "_mean", f"Between {many}: averages")]
    moved = table.dropna(subset=["morale_within"])
    if len(moved):
        panels.append(("within", moved, "_within", f"Within {many}: against own average"))
    per = 1.0 / float(facts["morale_sd"]) if facts.get("standardized") else 1.0
    side_by_side = size == "wide" and len(panels) > 1
    height = 360.0 if size == "wide" else 320.0
    sheet = Sheet(get_size(size), height=height * (1 if side_by_side else len(panels)), ax=ax)
    for i, (key, part, suffix, title) in enumerate(panels):
        cell = _cell(sheet, i, len(panels), side_by_side=side_by_side)
        points = part[[f"morale{suffix}", f"performance{suffix}"]].set_axis(["x", "y"], axis=1)
        drawn = _panel(sheet, cell, points, panel, title=title, relative=key == "within")
        _slope(drawn, points, estimates, key, per)
    return sheet.figure


def _cell(sheet: Sheet, i: int, number: int, *, side_by_side: bool) -> Box:
    """Give the box of one panel: side by side, or one above the other."""
    if side_by_side:
        step = sheet.width / number
        return Box(i * step, 0.0, (i + 1) * step, sheet.height)
    step = sheet.height / number
    return Box(0.0, i * step, sheet.width, (i + 1) * step)


def _ticks(*, share: bool, relative: bool) -> Tick:
    if share:
        return points_tick if relative else percent_tick
    return signed_tick if relative else plain_tick


def _panel(
    sheet: Sheet, cell: Box, points: pd.DataFrame, panel: Panel, *, title: str, relative: bool
) -> Axes:
    """Lay out one panel and draw its points."""
    if points.empty:
        limits = ((0.0, 1.0), (0.0, 1.0))
    else:
        limits = (
            padded(float(points["x"].min()), float(points["x"].max()), least=1e-3),
            padded(float(points["y"].min()), float(points["y"].max()), least=1e-3),
        )
    share = panel.performance_is == "share" and panel.frame["performance"].abs().max() <= 1
    tick_y = _ticks(share=share, relative=relative)
    # a scale of answers and a share look alike as distances: the values themselves tell
    tick_x = _ticks(share=panel.frame["morale"].abs().max() <= 1, relative=relative)
    ticks = nice_ticks(*limits[1])
    size = font(sheet.size.tick)
    gutter = max(measure(tick_y(tick, True), size)[0] for tick in ticks) + 10
    plot = Box(cell.left + gutter, cell.top + 62, cell.right - 14, cell.bottom - 54)
    ax = sheet.plot(plot, x=limits[0], y=limits[1])
    room = cell.right - cell.left - 8
    away = ", distance" if relative else ""
    label_y = shorten(clean(panel.performance_label) + away, size, room - gutter)
    label_x = shorten(clean(panel.morale_label) + away, size, room - gutter)
    bold = font(sheet.size.label, 600)
    heading = shorten(title, bold, room)
    sheet.text(
        cell.left + gutter, cell.top + 14, heading, px=sheet.size.label, color=INK, weight=600
    )
    y_axis(sheet, ax, plot, ticks=ticks, text=tick_y, label=label_y)
    ticks = nice_ticks(*limits[0])
    x_axis(sheet, ax, plot, ticks=ticks, text=tick_x, label=label_x, grid=False)
    if len(points) > _MOST_POINTS:
        ax.hexbin(points["x"], points["y"], gridsize=32, cmap=_SHADES, mincnt=1, zorder=2)
    else:
        sns.scatterplot(
            x=points["x"], y=points["y"], color=PEER, edgecolor=PAPER, s=26, linewidth=0.6,
            zorder=2, ax=ax, legend=False,
        )  # fmt: skip
    ax.set(xlim=limits[0], ylim=limits[1], xticks=[], yticks=[], xlabel="", ylabel="")
    return ax


def _slope(ax: Axes, points: pd.DataFrame, estimates: Estimates, key: str, per: float) -> None:
    """Draw the model's slope through the middle of the points, with its likely range."""
    found = estimates.frame.loc[estimates.frame["key"] == key]
    if found.empty or points.empty or found["estimate"].isna().all():
        return
    row = found.iloc[0]
    middle = points.mean()
    x = np.array([points["x"].min(), middle["x"], points["x"].max()])
    slopes = {
        name: middle["y"] + per * float(row[name]) * (x - middle["x"])
        for name in ("estimate", "conf_low", "conf_high")
    }
    ax.fill_between(
        x, slopes["conf_low"], slopes["conf_high"], color=ABOVE, alpha=0.16, linewidth=0,
        zorder=1.5, label="likely range",
    )  # fmt: skip
    ax.plot(x, slopes["estimate"], color=ABOVE, linewidth=2 * PT_PER_PX, zorder=3, label=key)
