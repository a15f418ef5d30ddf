"""Which agencies differ from the average by more than chance, whatever their size?

Unadjusted scores against the number of answers on a log axis, inside two bands that narrow as
answers grow. Triangles lie outside the outer band; yours is a diamond. Labels go to your agency
and to those outside, where the solver finds a free place; the table has every name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from cxanalytics.charts.labels import Box, clean, measure, place, shorten, shorten_all
from cxanalytics.charts.sheet import (
    Sheet,
    nice_ticks,
    padded,
    percent_tick,
    plain_tick,
    px_of,
    x_axis,
    y_axis,
)
from cxanalytics.charts.style import (
    ABOVE,
    BELOW,
    INK,
    MAX_TICKS,
    PAPER,
    PEER,
    PT_PER_PX,
    TINT_ABOVE,
    UNSURE,
    WASH,
    YOU,
    font,
    get_size,
)
from cxanalytics.tables import Funnel

_MARKS = (
    ("", PEER, "o", 7.5, "inside"),
    ("above", ABOVE, "^", 9.0, "outside, above"),
    ("below", BELOW, "v", 9.0, "outside, below"),
)
_LINES = ("low_outer", "low_inner", "high_inner", "high_outer")
_LABEL_LIMIT = 240.0


def funnel_table(
    funnel: Funnel,
    *,
    highlight: str | None = None,
    names: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Give the points of the funnel chart, most answers first.

    Parameters
    ----------
    funnel : Funnel
    highlight : str, optional
        Key of the agency of the page.
    names : mapping of str to str, optional
        Key to the name to print.

    Returns
    -------
    DataFrame
        `key name n n_eff share outside side you`.
    """
    table = funnel.points.loc[:, ["key", "n", "n_eff", "share", "outside", "side"]].copy()
    table.insert(1, "name", [clean((names or {}).get(key, key)) for key in table["key"]])
    table["you"] = table["key"] == highlight
    table = table.sort_values(["n_eff", "name"], ascending=[False, True], kind="stable")
    return table.reset_index(drop=True)


def draw_funnel(
    funnel: Funnel,
    *,
    highlight: str | None = None,
    names: Mapping[str, str] | None = None,
    axis_label: str = "",
    size: str = "wide",
    ax: Axes | None = None,
) -> Figure:
    """Draw unadjusted scores against the number of answers, with the bands of chance.

    Parameters
    ----------
    funnel : Funnel
    highlight : str, optional
        Key of the agency of the page.
    names : mapping of str to str, optional
        Key to the name to print.
    axis_label : str
        For the vertical axis: "Customers who would recommend".
    size : str
        "wide" or "narrow".
    ax : Axes, optional
        Draw inside the box of these axes.

    Returns
    -------
    Figure
    """
    table = funnel_table(funnel, highlight=highlight, names=names)
    limits = funnel.limits
    sheet = Sheet(get_size(size), height=400 if size == "wide" else 320, ax=ax)
    fewest = float(table["n_eff"].min()) if len(table) else 0.0
    x = (max(float(limits["n"].min()), 0.7 * fewest), float(limits["n"].max()))
    y = _y_limits(table, limits, funnel.target)
    plot = Box(44, 30, sheet.width - 10, sheet.height - 52)
    drawn = sheet.plot(plot, x=x, y=y)
    drawn.set_xscale("log")
    for locate in (drawn.xaxis.set_major_locator, drawn.xaxis.set_minor_locator):
        locate(NullLocator())
    weighted = not np.allclose(table["n"], table["n_eff"])
    answers = "Answers, less what weights and sampling cost" if weighted else "Number of answers"
    label = f"{answers} (log scale)"
    x_axis(sheet, drawn, plot, ticks=_log_ticks(*x), text=plain_tick, label=label, grid=False)
    y_label = shorten(clean(axis_label), font(sheet.size.tick), plot.right - plot.left)
    ticks = nice_ticks(*y)
    y_axis(sheet, drawn, plot, ticks=ticks, text=percent_tick, label=y_label, grid=False)
    _bands(drawn, limits, funnel.target)
    _points(drawn, table)
    _name(sheet, drawn, plot, table, limits, funnel.target)
    return sheet.figure


def _y_limits(table: pd.DataFrame, limits: pd.DataFrame, target: float) -> tuple[float, float]:
    """Hold every point and most of the bands; the mouth of the funnel may be cut."""
    seen = limits.loc[limits["n"] >= 0.7 * table["n_eff"].min()] if len(table) else limits
    third = seen.iloc[len(seen) // 3]
    low = min(float(table["share"].min()), float(third["low_outer"]), target)
    high = max(float(table["share"].max()), float(third["high_outer"]), target)
    low, high = padded(low, high, share=0.05, least=0.02)
    return max(low, -0.01), min(high, 1.01)


def _log_ticks(low: float, high: float) -> list[float]:
    """Choose round ticks on a log axis, at most the usual number."""
    powers = range(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high))) + 1)
    for factors in ((1, 2, 5), (1, 3), (1,)):
        ticks = [f * 10.0**p for p in powers for f in factors if low <= f * 10.0**p <= high]
        if len(ticks) <= MAX_TICKS:
            return ticks
    return ticks[:: -(-len(ticks) // MAX_TICKS)]


def _bands(ax: Axes, limits: pd.DataFrame, target: float) -> None:
    n = limits["n"]
    fill = ax.fill_between
    fill(n, limits["low_outer"], limits["high_outer"], color=WASH, linewidth=0, zorder=0.2)
    fill(n, limits["low_inner"], limits["high_inner"], color=TINT_ABOVE, linewidth=0, zorder=0.3)
    for column in _LINES:
        dashes = "--" if column.endswith("inner") else "-"
        ax.plot(n, limits[column], color=PEER, linewidth=0.8, linestyle=dashes, label=column)
    ax.axhline(target, color=UNSURE, linewidth=1.2, zorder=1.5, label="average")


def _points(ax: Axes, table: pd.DataFrame) -> None:
    for side, color, marker, px, kind in _MARKS:
        part = table.loc[(table["side"] == side) & ~table["you"]]
        _scatter(ax, part, color=color, marker=marker, px=px, kind=kind)
    _scatter(ax, table.loc[table["you"]], color=YOU, marker="D", px=9.0, kind="you")


def _scatter(
    ax: Axes, part: pd.DataFrame, *, color: str, marker: str, px: float, kind: str
) -> None:
    ax.plot(
        part["n_eff"],
        part["share"],
        linestyle="none",
        marker=marker,
        markersize=px * PT_PER_PX,
        markerfacecolor=color,
        markeredgecolor=PAPER,
        markeredgewidth=0.7,
        zorder=4 if kind == "you" else 3,
        clip_on=False,
        label=kind,
    )


def _name(
    sheet: Sheet,
    ax: Axes,
    plot: Box,
    table: pd.DataFrame,
    limits: pd.DataFrame,
    target: float,
) -> None:
    """Label your agency and those outside the outer band where a place is free."""
    marks = [
        px_of(ax, sheet, n, share) for n, share in zip(table["n_eff"], table["share"], strict=True)
    ]
    taken = [Box(x - 6, y - 6, x + 6, y + 6) for x, y in marks]
    taken += [box for column in _LINES for box in _trail(sheet, ax, limits["n"], limits[column])]
    taken += _trail(sheet, ax, limits["n"], pd.Series(target, index=limits.index))
    first = table.index[table["you"]].tolist()
    others = table.index[table["outside"] & ~table["you"]].tolist()
    named = [*first, *others]
    limit = min(_LABEL_LIMIT, 0.5 * sheet.width)
    names = shorten_all(table.loc[named, "name"].tolist(), font(sheet.size.label, 600), limit)
    for i, name in zip(named, names, strict=True):
        yours = i in first
        width, height = measure(name, font(sheet.size.label, 600 if yours else 400))
        x, y = marks[i]
        box = place(x, y, width=width, height=height, taken=taken, within=plot)
        if box is None:
            continue
        taken.append(box)
        sheet.text(
            box.left,
            (box.top + box.bottom) / 2,
            name,
            px=sheet.size.label,
            color=YOU if yours else INK,
            weight=600 if yours else 400,
        )


def _trail(sheet: Sheet, ax: Axes, x: Iterable[float], y: Iterable[float]) -> list[Box]:
    """Cover a line with small boxes that labels keep clear of."""
    points = [px_of(ax, sheet, a, b) for a, b in zip(x, y, strict=True)]
    return [
        Box(min(a[0], b[0]), min(a[1], b[1]) - 1, max(a[0], b[0]), max(a[1], b[1]) + 1)
        for a, b in pairwise(points)
    ]
