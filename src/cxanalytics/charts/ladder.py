"""How do charts with one row per name share their layout?

Names on the left, a plot on a common axis in the middle, one column of text on the right. The
height follows the number of rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import NDArray

from cxanalytics.charts.labels import Box, measure, shorten, shorten_all
from cxanalytics.charts.sheet import Sheet, nice_ticks, px_of, x_axis
from cxanalytics.charts.style import (
    INK,
    INK_2,
    PAPER,
    PEER,
    PT_PER_PX,
    TINT_ABOVE,
    UNSURE,
    YOU,
    Size,
    font,
)

_TOP_WITH_HEADER, _TOP_WITHOUT = 34.0, 8.0
_AXIS, _AXIS_LABEL = 28.0, 22.0
_GAP = 14.0


@dataclass(frozen=True, slots=True)
class Ladder:
    """A laid-out ladder, ready for marks.

    Attributes
    ----------
    sheet : Sheet
    ax : Axes
        Row i of the table is centered on y = i; y grows downwards.
    plot : Box
        Of the axes, in px.
    rows : ndarray of shape (rows,)
        The y positions.
    """

    sheet: Sheet
    ax: Axes
    plot: Box
    rows: NDArray[np.float64]


def lay_ladder(
    names: Sequence[str],
    *,
    size: Size,
    limits: tuple[float, float],
    tick: Callable[[float, bool], str],
    axis_label: str,
    column: Sequence[str] = (),
    column_title: str = "",
    column_align: str = "left",
    highlight: int | None = None,
    reference: tuple[float, str] | None = None,
    above: float = 0.0,
    below: float = 0.0,
    ax: Axes | None = None,
) -> Ladder:
    """Lay out names, axis, text column, header and highlight band.

    Parameters
    ----------
    names : sequence of str
        Cleaned, in full; cut here to the width there is.
    size : Size
    limits : tuple of (float, float)
        Of the data axis.
    tick : callable
        See `sheet.x_axis`.
    axis_label : str
    column : sequence of str
        Text at the right of each row; empty for none.
    column_title : str
    column_align : str
        "left", or "right" for numbers.
    highlight : int, optional
        Row that is banded and bold.
    reference : tuple of (float, str), optional
        Where a dark vertical line stands, and its label above the plot.
    above, below : float
        Room to leave at the top and the bottom of the sheet, in px.
    ax : Axes, optional

    Returns
    -------
    Ladder
    """
    header = bool(column_title) or reference is not None
    top = above + (_TOP_WITH_HEADER if header else _TOP_WITHOUT)
    bottom = _AXIS + (_AXIS_LABEL if axis_label else 0.0) + below
    sheet = Sheet(size, height=top + max(len(names), 1) * size.row + bottom, ax=ax)
    bold = font(size.label, 600)
    limit = min(size.name_limit, 0.48 * sheet.width)
    cut = shorten_all(list(names), font(size.label), limit)
    if highlight is not None:
        cut[highlight] = shorten(cut[highlight], bold, limit)
    weights = [bold if i == highlight else font(size.label) for i in range(len(cut))]
    widths = (measure(*pair)[0] for pair in zip(cut, weights, strict=True))
    left = max(widths, default=0.0) + _GAP
    title_width = measure(column_title, font(size.small))[0]
    text_width = max((measure(text, bold)[0] for text in column), default=0.0)
    right = max(text_width, title_width) if column else 0.0
    column_left = sheet.width - right
    column_at = sheet.width - 2 if column_align == "right" else column_left
    plot = Box(left, top, column_left - (1.4 * _GAP if column else 8.0), sheet.height - bottom)
    axes = sheet.plot(plot, x=limits, y=(max(len(names), 1) - 0.5, -0.5))
    ticks = nice_ticks(*limits)
    x_axis(sheet, axes, plot, ticks=ticks, text=tick, label=axis_label)
    pitch = (plot.bottom - plot.top) / max(len(names), 1)
    for i, name in enumerate(cut):
        y = plot.top + (i + 0.5) * pitch
        yours = i == highlight
        if yours:
            band = Box(0.0, y - pitch / 2, sheet.width, y + pitch / 2)
            sheet.band(band, color=TINT_ABOVE)
        color, weight = (YOU, 600) if yours else (INK, 400)
        sheet.text(left - _GAP, y, name, px=size.label, color=color, weight=weight, align="right")
        if column:
            shade = YOU if yours else INK_2
            sheet.text(column_at, y, column[i], color=shade, weight=weight, align=column_align)
    if column:
        sheet.text(column_at, top - 14, column_title, px=size.small, align=column_align)
    if reference is not None:
        _refer(sheet, axes, plot, reference, end=column_left if column else sheet.width)
    return Ladder(sheet, axes, plot, np.arange(len(names), dtype=float))


def mark_ranges(
    ladder: Ladder,
    table: pd.DataFrame,
    *,
    columns: tuple[str, str, str],
    dark: str,
    name: str,
    kinds: tuple[str, str],
    times: float = 1.0,
) -> None:
    """Mark each row's estimate with its range, dark where it stands out and gray elsewhere.

    Parameters
    ----------
    ladder : Ladder
    table : DataFrame
        A row per row of the ladder.
    columns : tuple of str
        Estimate, low and high end.
    dark : str
        Column that tells which rows stand out.
    name : str
        What is marked, for the label of the marks.
    kinds : tuple of str
        What rows that stand out are, and what the others are.
    times : float
        Factor from the table to the axis.
    """
    values = times * table[list(columns)].astype(float)
    for stands, color, kind in ((False, PEER, kinds[1]), (True, YOU, kinds[0])):
        part = (table[dark] == stands).to_numpy()
        rows = ladder.rows[: len(table)][part]
        middle, low, high = (values.loc[part, column] for column in columns)
        ladder.ax.hlines(
            rows,
            low,
            high,
            color=color,
            linewidth=1.8 * PT_PER_PX,
            zorder=3,
            label=f"likely range, {kind}",
        )
        ladder.ax.plot(
            middle,
            rows,
            linestyle="none",
            marker="o",
            markersize=7.5 * PT_PER_PX,
            markerfacecolor=color,
            markeredgecolor=PAPER,
            markeredgewidth=0.7,
            zorder=4,
            label=f"{name}, {kind}",
        )


def _refer(sheet: Sheet, ax: Axes, plot: Box, reference: tuple[float, str], *, end: float) -> None:
    at, label = reference
    ax.axvline(at, color=UNSURE, linewidth=1.3, zorder=1.5, label=label)
    half = measure(label, font(sheet.size.small))[0] / 2
    x, _ = px_of(ax, sheet, at, 0)
    x = min(max(x, half), end - half - 8)
    sheet.text(x, plot.top - 14, label, px=sheet.size.small, align="center")
