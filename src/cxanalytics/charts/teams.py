"""How do morale and performance lie together in the teams of one agency?

One dot a team, by its averages over the waves. The line is the pattern among the teams of all
agencies, laid through the middle of these, with its likely range: gray where the range holds a flat
line. A team that may not be shown is not drawn.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cxanalytics.charts.labels import (
    Box,
    Cross,
    clean,
    label_lines,
    label_sizes,
    measure,
    place_all,
    shorten_all,
)
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
    INK,
    PAPER,
    PT_PER_PX,
    UNSURE,
    YOU,
    font,
    get_size,
)
from cxanalytics.tables import Estimates

_HEIGHT = {"wide": 380.0, "narrow": 270.0}
_MOST_NAMED = {"wide": 14, "narrow": 8}
_TOP, _BOTTOM, _RIGHT = 30.0, 54.0, 14.0
_DOT = 9.0
_PATTERN, _STEPS = "pattern", 60


def teams_table(teams: pd.DataFrame, *, agency: str) -> pd.DataFrame:
    """Give the teams of an agency that are drawn, the highest morale first.

    Parameters
    ----------
    teams : DataFrame
        From `fit_teams`.
    agency : str

    Returns
    -------
    DataFrame
        `key name morale performance n waves`.
    """
    shown = teams.loc[(teams["agency"] == agency) & (teams["suppressed_reason"] == "")]
    table = shown.rename(columns={"unit": "key"}).drop(columns=["agency", "suppressed_reason"])
    table.insert(1, "name", [clean(name) for name in table["key"]])
    return table.sort_values(["morale", "key"], ascending=[False, True]).reset_index(drop=True)


def draw_teams(
    teams: pd.DataFrame,
    estimates: Estimates,
    *,
    agency: str,
    morale_label: str,
    performance_label: str,
    performance_is: str = "share",
    named: bool = True,
    size: str = "wide",
    ax: Axes | None = None,
) -> Figure:
    """Draw the teams of an agency with the pattern among all teams.

    Parameters
    ----------
    teams : DataFrame
        From `fit_teams`.
    estimates : Estimates
        From `fit_morale_performance`; its row "between" gives the pattern, with `p_adjusted` where
        several questions were put at once.
    agency : str
    morale_label, performance_label : str
    performance_is : str
        As in `Panel`.
    named : bool
        Write the names of teams where there is room.
    size : str
        "wide" or "narrow".
    ax : Axes, optional
        Draw inside the box of these axes.

    Returns
    -------
    Figure
    """
    table, chosen = teams_table(teams, agency=agency), get_size(size)
    sheet = Sheet(chosen, height=_HEIGHT[size], ax=ax)
    limits = {name: _limits(table[name]) for name in ("morale", "performance")}
    tick = {name: percent_tick if _share(table[name]) else plain_tick for name in limits}
    if performance_is != "share":
        tick["performance"] = plain_tick
    ticks = {name: nice_ticks(*ends) for name, ends in limits.items()}
    widths = [
        measure(tick["performance"](t, True), font(chosen.tick))[0] for t in ticks["performance"]
    ]
    plot = Box(max(widths) + 10, _TOP, sheet.width - _RIGHT, sheet.height - _BOTTOM)
    axes = sheet.plot(plot, x=limits["morale"], y=limits["performance"])
    y_axis(sheet, axes, plot, ticks=ticks["performance"], text=tick["performance"], label="")
    sheet.text(0, 10, clean(performance_label))
    x_axis(
        sheet, axes, plot, ticks=ticks["morale"], text=tick["morale"], label=clean(morale_label),
        grid=False,
    )  # fmt: skip
    if len(table) > 1:
        _draw_pattern(axes, table, estimates)
    axes.plot(
        table["morale"], table["performance"], linestyle="none", marker="o", color=YOU,
        markersize=_DOT * PT_PER_PX, markeredgecolor=PAPER, markeredgewidth=0.7, zorder=4,
        label="teams",
    )  # fmt: skip
    if named:
        _name_teams(sheet, axes, plot, table)
    return sheet.figure


def _share(values: pd.Series[Any]) -> bool:
    return values.empty or bool(values.abs().max() <= 1)


def _limits(values: pd.Series[Any]) -> tuple[float, float]:
    if values.empty:
        return (0.0, 1.0)
    least = 0.1 if _share(values) else 1e-3
    return padded(float(values.min()), float(values.max()), share=0.1, least=least)


def _draw_pattern(ax: Axes, table: pd.DataFrame, estimates: Estimates) -> None:
    """Draw the slope between all teams, with its range, through the middle of these."""
    found = estimates.frame.loc[estimates.frame["key"] == "between"]
    if found.empty or pd.isna(found["conf_low"].iloc[0]):
        return
    row = found.iloc[0]
    per = 1.0 / float(estimates.facts["morale_sd"]) if estimates.facts.get("standardized") else 1.0
    middle = table[["morale", "performance"]].mean()
    x = np.array([*ax.get_xlim(), middle["morale"]])
    x.sort()
    low, line, high = (
        middle["performance"] + per * float(row[name]) * (x - middle["morale"])
        for name in ("conf_low", "estimate", "conf_high")
    )
    clear = row["conf_low"] > 0 or row["conf_high"] < 0
    if row.get("p_adjusted", 0.0) > 1.0 - estimates.level:
        clear = False
    color = ABOVE if clear else UNSURE
    ax.fill_between(x, low, high, color=color, alpha=0.14, linewidth=0, label="likely range")
    ax.plot(x, line, color=color, linewidth=2 * PT_PER_PX, zorder=3, label=_PATTERN)


def _name_teams(sheet: Sheet, ax: Axes, plot: Box, table: pd.DataFrame) -> None:
    """Name the teams where there is room; of many teams, those at the ends of morale alone."""
    properties = font(sheet.size.small)
    most = _MOST_NAMED[sheet.size.name]
    picked = table if len(table) <= most else pd.concat([table[: most // 2], table[-most // 2 :]])
    picked = picked.loc[picked["name"] != ""]
    cut = shorten_all(list(picked["name"]), properties, 0.38 * sheet.width)
    at = [
        px_of(ax, sheet, x, y) for x, y in zip(table["morale"], table["performance"], strict=True)
    ]
    dots = [Box(x - _DOT / 2, y - _DOT / 2, x + _DOT / 2, y + _DOT / 2) for x, y in at]
    crosses = [
        Cross(at[index][0], at[index][1], dots[index], label_sizes(text, properties))
        for index, text in zip(picked.index, cut, strict=True)
    ]
    boxes = place_all(crosses, taken=dots, within=plot, avoid=_along(sheet, ax))
    for text, box in zip(cut, boxes, strict=True):
        if box is not None:
            lines = label_lines(text, properties, box)
            pitch = (box.bottom - box.top) / len(lines)
            for k, line in enumerate(lines):
                middle = box.top + (k + 0.5) * pitch
                sheet.text(box.left, middle, line, px=sheet.size.small, color=INK)


def _along(sheet: Sheet, ax: Axes) -> list[Box]:
    """Give small boxes along the line of the pattern, which names should not cross."""
    drawn = [line for line in ax.lines if line.get_label() == _PATTERN]
    boxes = []
    for line in drawn:
        across, up = (np.asarray(values, dtype=float) for values in line.get_data())
        for x in np.linspace(across[0], across[-1], _STEPS):
            left, middle = px_of(ax, sheet, float(x), float(np.interp(x, across, up)))
            boxes.append(Box(left - 6, middle - 2, left + 6, middle + 2))
    return boxes
