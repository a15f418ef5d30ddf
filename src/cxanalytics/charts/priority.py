"""Which driver comes first: what goes most with the outcome, and where do you trail?

Each driver by its gap to the typical peer and by the share it explains, a cross for the likely
range of both. The cut lines are no gap, and the share that each driver would have if all were
equal. The mark is the verdict of the scorecard: triangle up above, triangle down below, circle
otherwise. Labels are placed by a solver; one that finds no place becomes a number with its name
below the chart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cxanalytics.charts.driver_shares import driver_shares_table
from cxanalytics.charts.labels import (
    Box,
    Cross,
    clean,
    label_lines,
    label_sizes,
    measure,
    place_all,
    shorten,
    shorten_all,
)
from cxanalytics.charts.sheet import (
    Sheet,
    nice_ticks,
    percent_tick,
    points_tick,
    px_of,
    x_axis,
    y_axis,
)
from cxanalytics.charts.style import (
    ABOVE,
    BELOW,
    INK,
    INK_2,
    PAPER,
    PEER,
    PT_PER_PX,
    TINT_BELOW,
    UNSURE,
    Size,
    font,
    get_size,
)
from cxanalytics.tables import Estimates

FIX, PROTECT, WATCH, MAINTAIN = "fix first", "protect", "watch", "maintain"
_MARKS = {"above": ("^", ABOVE), "below": ("v", BELOW)}
_MARK, _LINE = 6.5, 2.0
_HEIGHT = {"wide": 430.0, "narrow": 284.0}
_LABEL_SHARE = {"wide": 0.34, "narrow": 0.46}
_CORNER, _KEY_LINE = 22.0, 19.0
_LEAST_SIDE = 0.3
_FAR = 16.0
_EQUAL = "Equal share"


def priority_table(
    drivers: Estimates, positions: pd.DataFrame, *, names: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Give the rows of the priority chart, the largest share first.

    Parameters
    ----------
    drivers : Estimates
        Shares of what the drivers explain together, with the fact `equal_share`.
    positions : DataFrame
        Where the agency stands: `key gap gap_low gap_high verdict`, figures missing where it is
        not compared.
    names : mapping of str to str, optional
        Key to the name to print; the drivers' labels when absent.

    Returns
    -------
    DataFrame
        `key name share share_low share_high gap gap_low gap_high verdict call`. `call` is "fix
        first", "protect", "watch" or "maintain" where the verdict is "below" or "above" and the
        range of the gap leaves zero out, else "".
    """
    table = driver_shares_table(drivers, names=names).drop(columns="above")
    table = table.merge(
        positions[["key", "gap", "gap_low", "gap_high", "verdict"]], on="key", how="left"
    )
    table["verdict"] = table["verdict"].fillna("")
    high = table["share"] >= float(drivers.facts["equal_share"])
    trails = (table["verdict"] == "below") & (table["gap_high"] < 0)
    leads = (table["verdict"] == "above") & (table["gap_low"] > 0)
    table["call"] = np.select(
        [trails & high, leads & high, trails, leads], [FIX, PROTECT, WATCH, MAINTAIN], ""
    )
    return table.sort_values("share", ascending=False, kind="stable").reset_index(drop=True)


def draw_priority(
    drivers: Estimates,
    positions: pd.DataFrame,
    *,
    names: Mapping[str, str] | None = None,
    axis_label: str = "Share of what the drivers explain together",
    size: str = "wide",
    ax: Axes | None = None,
) -> Figure:
    """Draw each driver by its gap to the typical peer and the share it explains.

    Parameters
    ----------
    drivers : Estimates
    positions : DataFrame
        As for `priority_table`; a driver that is not compared is not drawn.
    names : mapping of str to str, optional
        Key to the name to print.
    axis_label : str
        Of the vertical axis.
    size : str
        "wide" or "narrow".
    ax : Axes, optional
        Draw inside the box of these axes.

    Returns
    -------
    Figure
    """
    chosen = get_size(size)
    table = priority_table(drivers, positions, names=names).dropna(subset=["gap"])
    table = table.reset_index(drop=True)
    equal = float(drivers.facts["equal_share"])
    x, top = _limits(table, equal)
    numbered: list[int] = []
    while True:
        sheet = Sheet(chosen, height=_HEIGHT[size] + _KEY_LINE * len(numbered), ax=ax)
        plot = Box(40, 34, sheet.width - 6, sheet.height - 50 - _KEY_LINE * len(numbered))
        # The words in the corners get strips of their own above and below the data.
        unit = top / (plot.bottom - plot.top - 2 * _CORNER)
        y = (-_CORNER * unit, top + _CORNER * unit)
        drawn = _Scale(plot, x, y)
        labels = _labels(table, chosen, numbered)
        crosses = _measured(table, drawn, labels, chosen)
        level = _level_box(crosses, drawn, equal, chosen)
        boxes = _placed(crosses, drawn, equal, level)
        lost = [i for i, box in enumerate(boxes) if box is None and i not in numbered]
        if not lost:
            break
        numbered = sorted([*numbered, *lost])
    axes = sheet.plot(plot, x=x, y=y)
    _frame(sheet, axes, plot, equal, label=axis_label)
    _crosses(axes, table)
    if level is not None:
        sheet.text(level.left, (level.top + level.bottom) / 2, _EQUAL, px=chosen.small)
    for cross, box, label in zip(crosses, boxes, labels, strict=True):
        if box is not None:
            _write(sheet, cross, box, label)
    names_of = table["name"].tolist()
    for line, i in enumerate(numbered):
        at = plot.bottom + 50 + (line + 0.5) * _KEY_LINE
        sheet.text(plot.left, at, str(line + 1), px=chosen.label, color=INK, weight=600)
        name = shorten(names_of[i], font(chosen.label), sheet.width - plot.left - 22)
        sheet.text(plot.left + 20, at, name, px=chosen.label, color=INK)
    return sheet.figure


@dataclass(frozen=True, slots=True)
class _Scale:
    """From gap and share to px of the sheet, before there are axes."""

    plot: Box
    x: tuple[float, float]
    y: tuple[float, float]

    def at(self, gap: float, share: float) -> tuple[float, float]:
        across = (gap - self.x[0]) / (self.x[1] - self.x[0])
        down = (self.y[1] - share) / (self.y[1] - self.y[0])
        box = self.plot
        return (
            box.left + across * (box.right - box.left),
            box.top + down * (box.bottom - box.top),
        )


def _limits(table: pd.DataFrame, equal: float) -> tuple[tuple[float, float], float]:
    """Hold every range, no gap and the equal share, with room on both sides of no gap."""
    low = min(float(table["gap_low"].min()), 0.0) if len(table) else 0.0
    high = max(float(table["gap_high"].max()), 0.0) if len(table) else 0.0
    span = max(high - low, 0.04)
    low, high = min(low, -_LEAST_SIDE * span), max(high, _LEAST_SIDE * span)
    top = max([equal * 1.25, *table["share_high"]])
    return (low - 0.05 * span, high + 0.05 * span), 1.02 * top


def _labels(table: pd.DataFrame, size: Size, numbered: Sequence[int]) -> list[str]:
    """Cut names to their room; those without a place become numbers."""
    bold = font(size.label, 600)
    cut = shorten_all(table["name"].tolist(), bold, _LABEL_SHARE[size.name] * size.width)
    return [str(numbered.index(i) + 1) if i in numbered else name for i, name in enumerate(cut)]


def _measured(table: pd.DataFrame, drawn: _Scale, labels: Sequence[str], size: Size) -> list[Cross]:
    """Give each mark with its ranges and the sizes its label may have, in px."""
    crosses = []
    for label, row in zip(labels, table.to_dict("records"), strict=True):
        x, y = drawn.at(row["gap"], row["share"])
        left, bottom = drawn.at(row["gap_low"], row["share_low"])
        right, top = drawn.at(row["gap_high"], row["share_high"])
        arms = Box(left, top, right, bottom)
        crosses.append(Cross(x, y, arms, label_sizes(label, font(size.label, 600))))
    return crosses


def _boxes(crosses: Sequence[Cross]) -> list[Box]:
    """Cover marks and ranges with boxes that no text may touch."""
    return [
        box
        for cross in crosses
        for box in (
            Box(cross.x - _MARK, cross.y - _MARK, cross.x + _MARK, cross.y + _MARK),
            Box(cross.arms.left, cross.y - _LINE, cross.arms.right, cross.y + _LINE),
            Box(cross.x - _LINE, cross.arms.top, cross.x + _LINE, cross.arms.bottom),
        )
    ]


def _level_box(crosses: Sequence[Cross], drawn: _Scale, equal: float, size: Size) -> Box | None:
    """Find a place for the name of the dashed line, at one of its ends."""
    width, height = measure(_EQUAL, font(size.small))
    plot, level = drawn.plot, drawn.at(0.0, equal)[1]
    for left in (plot.right - width - 4, plot.left + 8):
        for top in (level - height - 2, level + 3):
            box = Box(left, top, left + width, top + height)
            if not any(box.overlaps(other) for other in _boxes(crosses)):
                return box
    return None


def _placed(
    crosses: Sequence[Cross], drawn: _Scale, equal: float, level: Box | None
) -> list[Box | None]:
    """Find places that touch no mark, no range and no other label."""
    zero, line = drawn.at(0.0, equal)
    plot = drawn.plot
    inner = Box(plot.left + 2, plot.top + _CORNER, plot.right, plot.bottom - _CORNER)
    lines = [
        Box(zero - 2, plot.top, zero + 2, plot.bottom),
        Box(plot.left, line - 2, plot.right, line + 2),
    ]
    taken = _boxes(crosses) + ([] if level is None else [level])
    return place_all(crosses, taken=taken, within=inner, avoid=lines)


def _frame(sheet: Sheet, ax: Axes, plot: Box, equal: float, *, label: str) -> None:
    """Draw axes, cut lines, the shaded quarter and the words in the corners."""
    low, high = ax.get_xlim()
    top = ax.get_ylim()[1]
    zero, level = px_of(ax, sheet, 0.0, equal)
    sheet.band(Box(plot.left, plot.top, zero, level), color=TINT_BELOW)
    x_axis(
        sheet,
        ax,
        plot,
        ticks=nice_ticks(low, high),
        text=points_tick,
        label="Points below or above the typical peer",
        grid=False,
    )
    words = shorten(clean(label), font(sheet.size.tick), plot.right - plot.left)
    ticks = nice_ticks(0.0, top)
    y_axis(sheet, ax, plot, ticks=ticks, text=percent_tick, label=words, grid=False)
    ax.axvline(0.0, color=INK_2, linewidth=1.4 * PT_PER_PX, zorder=1.5, label="typical peer")
    ax.axhline(
        equal, color=UNSURE, linewidth=1.2 * PT_PER_PX, linestyle="--", zorder=1.4, label="equal"
    )
    for word, color, left, above in (
        (FIX, BELOW, True, True),
        (PROTECT, ABOVE, False, True),
        (WATCH, INK_2, True, False),
        (MAINTAIN, INK_2, False, False),
    ):
        sheet.text(
            plot.left + 8 if left else plot.right - 6,
            plot.top + _CORNER / 2 + 2 if above else plot.bottom - _CORNER / 2,
            word.upper(),
            px=sheet.size.small,
            color=color,
            weight=700,
            align="left" if left else "right",
        )


def _crosses(ax: Axes, table: pd.DataFrame) -> None:
    """Draw marks with their ranges, by verdict."""
    kinds = table["verdict"].where(table["verdict"].isin(_MARKS), "unclear")
    for verdict in ("unclear", "above", "below"):
        marker, color = _MARKS.get(verdict, ("o", UNSURE))
        part = table.loc[kinds == verdict]
        gaps, shares = part[["gap_low", "gap_high"]], part[["share_low", "share_high"]]
        across = ax.hlines(part["share"], *gaps.to_numpy().T, label=f"gap, {verdict}")
        up = ax.vlines(part["gap"], *shares.to_numpy().T, label=f"share, {verdict}")
        for lines in (across, up):
            lines.set(color=color, linewidth=1.8 * PT_PER_PX, zorder=3)
        ax.plot(
            part["gap"],
            part["share"],
            linestyle="none",
            marker=marker,
            markersize=11.0 * PT_PER_PX,
            markerfacecolor=color,
            markeredgecolor=PAPER,
            markeredgewidth=0.8,
            zorder=4,
            label=verdict,
        )


def _write(sheet: Sheet, cross: Cross, box: Box, label: str) -> None:
    """Write a label, and lead to it from its mark where it stands apart."""
    if cross.off(box) > _FAR and not cross.beyond(box):
        x = min(max(cross.x, box.left), box.right)
        y = min(max(cross.y, box.top), box.bottom)
        sheet.rule([cross.x, x], [cross.y, y], color=PEER, linewidth=PT_PER_PX, zorder=2)
    align = "left" if box.left >= cross.x else "right" if box.right <= cross.x else "center"
    at = {"left": box.left, "right": box.right, "center": (box.left + box.right) / 2}[align]
    lines = label_lines(label, font(sheet.size.label, 600), box)
    pitch = (box.bottom - box.top) / len(lines)
    for place, words in enumerate(lines):
        middle = box.top + (place + 0.5) * pitch
        sheet.text(at, middle, words, px=sheet.size.label, color=INK, weight=600, align=align)
