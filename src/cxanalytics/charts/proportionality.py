"""How does a driver's effect move along the scale of the outcome?

A small panel per driver. Across it run the cuts of the scale; each has the effect that the model of
that cut alone finds, with its range, and beside it stands what one coefficient for the whole scale
says. The published cut is tinted and filled: where the two are far apart there, it matters.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cxanalytics.charts.labels import Box, clean, measure, shorten, shorten_all
from cxanalytics.charts.marks import Mark, draw_marks_key, marks_key_height
from cxanalytics.charts.sheet import Sheet, nice_ticks, padded, points_tick, x_axis, y_axis
from cxanalytics.charts.style import (
    INK,
    INK_2,
    PEER,
    PT_PER_PX,
    TINT_ABOVE,
    UNSURE,
    YOU,
    font,
    get_size,
)
from cxanalytics.formats import signed
from cxanalytics.tables import Estimates

_ALONE = Mark("alone", "Each cut alone", "o", False)
_PUBLISHED = Mark("published", "This cut alone", "o", True)
_WHOLE = Mark("whole", "One effect for the whole scale", "_", False)
_PER_ROW = {"wide": 3, "narrow": 2}
_PLOT = {"wide": 150.0, "narrow": 120.0}
_HEAD, _TICKS, _BETWEEN, _FOOT, _LINE = 44.0, 26.0, 16.0, 22.0, 22.0
_MOST_Y_TICKS = 4


def proportionality_table(
    estimates: Estimates, *, labels: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Give the effects at every cut, the driver with the largest at the published cut first.

    Parameters
    ----------
    estimates : Estimates
        From `fit_proportionality`: `driver label cut cut_label published ordinal gap`.
    labels : mapping of str to str, optional
        Driver to the name to print.

    Returns
    -------
    DataFrame
        `key driver name cut cut_label published estimate conf_low conf_high ordinal gap n`; a
        row per driver and cut, cuts from the lowest.
    """
    columns = ["key", "driver", "cut", "cut_label", "published", "estimate", "conf_low"]
    columns += ["conf_high", "ordinal", "gap", "n"]
    frame = estimates.frame
    if frame.empty:
        return pd.DataFrame(columns=[*columns[:2], "name", *columns[2:]])
    table = frame[columns].copy()
    names = zip(frame["driver"], frame["label"], strict=True)
    table.insert(2, "name", [clean((labels or {}).get(driver, label)) for driver, label in names])
    at_cut = table.loc[table["published"]].set_index("driver")["estimate"]
    place = (-at_cut).rank(method="first").reindex(table["driver"]).to_numpy()
    order = np.lexsort((table["cut"].to_numpy(dtype=float), place))
    return table.iloc[order].reset_index(drop=True)


def draw_proportionality(
    estimates: Estimates,
    *,
    labels: Mapping[str, str] | None = None,
    axis_label: str = "Lowest answer that counts",
    size: str = "wide",
    ax: Axes | None = None,
) -> Figure:
    """Draw each driver's effect at every cut of the scale.

    Parameters
    ----------
    estimates : Estimates
        As for `proportionality_table`.
    labels : mapping of str to str, optional
        Driver to the name to print.
    axis_label : str
        Of the cuts.
    size : str
        "wide" or "narrow".
    ax : Axes, optional
        Draw inside the box of these axes.

    Returns
    -------
    Figure
    """
    table = proportionality_table(estimates, labels=labels)
    chosen, marks = get_size(size), (_ALONE, _PUBLISHED, _WHOLE)
    drivers = list(dict.fromkeys(table["driver"]))
    rows = max(-(-len(drivers) // _PER_ROW[size]), 1)
    top = marks_key_height(marks, chosen) + _LINE
    height = top + rows * (_HEAD + _PLOT[size] + _TICKS) + _FOOT
    sheet = Sheet(chosen, height=height, ax=ax)
    draw_marks_key(sheet, marks)
    words = shorten("Change in points, per step of the driver", font(chosen.small), sheet.width)
    sheet.text(0, top - _LINE / 2, words, px=chosen.small, color=INK_2)
    ends = [0.0, *table["conf_low"], *table["conf_high"], *table["ordinal"]]
    limits = padded(float(np.nanmin(ends)), float(np.nanmax(ends)), least=1e-3)
    ticks = nice_ticks(*limits, most=_MOST_Y_TICKS)
    gutter = max(measure(points_tick(tick, True), font(chosen.tick))[0] for tick in ticks) + 10
    grid = _Grid(sheet, top, rows, _PER_ROW[size], gutter)
    names = table.drop_duplicates("driver").set_index("driver")["name"]
    cut = shorten_all([str(names[d]) for d in drivers], font(chosen.label, 600), grid.width - 4)
    for i, driver in enumerate(drivers):
        part = table.loc[table["driver"] == driver].reset_index(drop=True)
        _panel(sheet, grid.box(i), part, cut[i], limits, ticks, first=i % grid.per_row == 0)
    if not drivers:
        sheet.plot(grid.box(0), x=(0.0, 1.0), y=limits)
    label = shorten(axis_label, font(chosen.tick), sheet.width - 4)
    sheet.text(sheet.width / 2, sheet.height - _FOOT / 2, label, align="center")
    return sheet.figure


class _Grid:
    """Where the panels stand: the first of each row leaves room for the numbers on its left."""

    def __init__(self, sheet: Sheet, top: float, rows: int, per_row: int, gutter: float) -> None:
        self.per_row, self._top, self._gutter = per_row, top, gutter
        self._pitch = (sheet.height - top - _FOOT) / rows
        self.width = (sheet.width - gutter - (per_row - 1) * _BETWEEN - 4) / per_row

    def box(self, place: int) -> Box:
        """Give the box of the plot of one panel, in px."""
        row, column = divmod(place, self.per_row)
        left = self._gutter + column * (self.width + _BETWEEN)
        head = self._top + row * self._pitch
        return Box(left, head + _HEAD, left + self.width, head + self._pitch - _TICKS)


def _panel(
    sheet: Sheet,
    box: Box,
    part: pd.DataFrame,
    name: str,
    limits: tuple[float, float],
    ticks: list[float],
    *,
    first: bool,
) -> None:
    """Draw one driver."""
    ax = sheet.plot(box, x=(-0.6, len(part) - 0.4), y=limits)
    sheet.text(box.left, box.top - 32, name, px=sheet.size.label, color=INK, weight=600)
    told = part.loc[part["published"]].iloc[0]
    sheet.text(box.left, box.top - 14, _figures(told), px=sheet.size.small, color=INK_2)
    at = int(part.index[part["published"]][0])
    ax.axvspan(at - 0.5, at + 0.5, color=TINT_ABOVE, linewidth=0, zorder=0)
    if first:
        y_axis(sheet, ax, box, ticks=ticks, text=points_tick, label="")
    else:
        y_axis(sheet, ax, box, ticks=ticks, text=lambda *_: "", label="")
    cuts = [f"{value:g}" for value in part["cut"]]
    places = [float(place) for place in part.index]
    x_axis(sheet, ax, box, ticks=places, text=lambda x, _: cuts[round(x)], label="", grid=False)
    ax.axhline(0.0, color=UNSURE, linewidth=1.3 * PT_PER_PX, zorder=1, label="No difference")
    (whole,) = ax.plot(part.index, part["ordinal"], color=INK_2, linewidth=0.8, zorder=2)
    whole.set(label=_WHOLE.name, **_WHOLE.style)
    for mark, shown in ((_ALONE, ~part["published"]), (_PUBLISHED, part["published"])):
        _series(ax, part.loc[shown], mark)


def _series(ax: Axes, part: pd.DataFrame, mark: Mark) -> None:
    color: Any = YOU if mark.filled else PEER
    ax.vlines(
        part.index,
        part["conf_low"],
        part["conf_high"],
        color=color,
        linewidth=1.8 * PT_PER_PX,
        zorder=3,
        label=f"likely range, {mark.name}",
    )
    (drawn,) = ax.plot(part.index, part["estimate"], linestyle="none", zorder=4)
    drawn.set(label=mark.name, **mark.style)


def _figures(row: pd.Series[Any]) -> str:
    alone, whole = signed(100 * row["estimate"], 1), signed(100 * row["ordinal"], 1)
    return f"{alone} against {whole}"
