"""Under which definitions of recommended and attentive does the ratio come out high or low?

Every definition is a column: its ratio with its range above, and below a mark in the row of each
choice it is made of. The lines are no difference, and the 30% and 50% of the claim; the definition
that was chosen beforehand stands out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from cxanalytics.charts.labels import Box, clean, measure, shorten, shorten_all
from cxanalytics.charts.sheet import Sheet, nice_ticks, padded, plain_tick, px_of, y_axis
from cxanalytics.charts.style import (
    INK,
    INK_2,
    PAPER,
    PEER,
    PT_PER_PX,
    RULE,
    TINT_ABOVE,
    UNSURE,
    YOU,
    Size,
    font,
    get_size,
)
from cxanalytics.claims.verdicts import CLAIMED_HIGH, CLAIMED_LOW
from cxanalytics.tables import Estimates

Floats = NDArray[np.float64]

CHOICES: Mapping[str, Mapping[str, str]] = {
    "measure": {},
    "cut": {"positive": "Positive answers", "top": "Top answers"},
    "compare": {
        "declared": "Declared score",
        "halves": "Upper and lower half",
        "quarters": "Top and bottom quarter",
        "line": "Line, 25th to 75th",
    },
    "adjustment": {"case mix": "Case mix alike", "none": "As they come"},
    "weighting": {"weighted": "Weighted", "unweighted": "Unweighted"},
}
"""Dimensions of a definition, and how their choices are named; questions have labels."""

_AXIS_LABEL = "Ratio, high to low attention; 1 is no difference"
_LIMITS = (0.4, 3.0)
_TOP, _PANEL, _BETWEEN, _BELOW = 34.0, {"wide": 250.0, "narrow": 200.0}, 26.0, 26.0
_ROW, _APART, _AXIS = {"wide": 18.0, "narrow": 17.0}, 7.0, 30.0


def attention_grid_table(grid: Estimates) -> pd.DataFrame:
    """Give the columns of the chart, lowest ratio first.

    Parameters
    ----------
    grid : Estimates
        From `fit_attention_grid`.

    Returns
    -------
    DataFrame
        `key label measure cut compare adjustment weighting estimate conf_low conf_high ratio
        ratio_low ratio_high verdict primary clear`; `clear` tells whether the range of the ratio
        leaves 1 out.
    """
    columns = ["key", "label", *CHOICES, "estimate", "conf_low", "conf_high"]
    columns += ["ratio", "ratio_low", "ratio_high", "verdict", "primary"]
    table = grid.frame.loc[grid.frame["ratio"].notna(), columns].copy()
    table["label"] = [clean(label) for label in table["label"]]
    table["clear"] = (table["ratio_low"] > 1.0) | (table["ratio_high"] < 1.0)
    return table.sort_values("ratio", kind="stable").reset_index(drop=True)


def draw_attention_grid(grid: Estimates, *, size: str = "wide", ax: Axes | None = None) -> Figure:
    """Draw the ratio under every definition.

    Parameters
    ----------
    grid : Estimates
        From `fit_attention_grid`.
    size : str
        "wide" or "narrow".
    ax : Axes, optional
        Draw inside the box of these axes.

    Returns
    -------
    Figure
    """
    chosen = get_size(size)
    table = attention_grid_table(grid)
    rows = _choice_rows(table)
    gaps = sum(first for *_, first in rows)
    below = len(rows) * _ROW[size] + gaps * _APART
    height = _TOP + _PANEL[size] + _BETWEEN + below + _BELOW
    sheet = Sheet(chosen, height=height, ax=ax)
    limit = min(0.42 * sheet.width, chosen.name_limit)
    names = shorten_all([name for name, *_ in rows], font(chosen.small), limit)
    widths = [measure(name, font(chosen.small))[0] for name in names]
    left = max([*widths, _AXIS]) + 16.0
    foot = sheet.height - _BELOW
    panel = Box(left, _TOP, sheet.width - 6.0, foot - below - _BETWEEN)
    across = (-1.0, float(max(len(table), 1)))
    primary = np.flatnonzero(table["primary"].to_numpy(dtype=bool))
    upper = sheet.plot(panel, x=across, y=_limits(table))
    for place in primary:
        at, _ = px_of(upper, sheet, float(place), 1.0)
        half = max(4.0, 0.5 * (panel.right - panel.left) / (len(table) + 1.0))
        sheet.band(Box(at - half, panel.top, at + half, foot), color=TINT_ABOVE)
    _draw_panel(sheet, upper, panel, table)
    if rows:
        lower_box = Box(left, foot - below, panel.right, foot)
        lower = sheet.plot(lower_box, x=across, y=(below, 0.0))
        _draw_choices(sheet, lower, lower_box, table, rows=rows, names=names)
    _name_primary(sheet, upper, panel, primary)
    many = f"{len(table)} definitions, lowest ratio first"
    words = shorten(many if len(table) != 1 else "1 definition", font(chosen.tick), sheet.width)
    middle, half = (panel.left + panel.right) / 2, measure(words, font(chosen.tick))[0] / 2
    sheet.text(min(max(middle, half), sheet.width - half), foot + 15.0, words, align="center")
    return sheet.figure


def _limits(table: pd.DataFrame) -> tuple[float, float]:
    """Hold every range that is not absurdly wide, and the claim."""
    ends = [*table["ratio_low"], *table["ratio_high"], 0.95, 1.05 * CLAIMED_HIGH]
    known = np.clip([end for end in ends if not np.isnan(end)], *_LIMITS)
    return padded(float(known.min()), float(known.max()), share=0.03)


def _choice_rows(table: pd.DataFrame) -> list[tuple[str, str, object, bool]]:
    """List the rows below: name, dimension, choice, and whether it is the first of its kind.

    A dimension without a choice is left out.
    """
    rows: list[tuple[str, str, object, bool]] = []
    for dimension, words in CHOICES.items():
        present = list(dict.fromkeys(table[dimension]))
        if len(present) < 2:
            continue
        order = [choice for choice in words if choice in present] or sorted(present)
        labels = dict(zip(table["measure"], table["label"], strict=True))
        named = words or labels
        rows += [
            (named[choice], dimension, choice, place == 0) for place, choice in enumerate(order)
        ]
    return rows


def _draw_panel(sheet: Sheet, ax: Axes, box: Box, table: pd.DataFrame) -> None:
    low, high = ax.get_ylim()
    ticks = nice_ticks(low, high)
    y_axis(sheet, ax, box, ticks=ticks, text=plain_tick, label="")
    label = shorten(_AXIS_LABEL, font(sheet.size.tick), sheet.width - 4.0)
    width = measure(label, font(sheet.size.tick))[0]
    sheet.text(max(min(box.left, sheet.width - width - 2.0), 0.0), box.top - 14.0, label)
    for ratio, words in (
        (1.0, "No difference"),
        (CLAIMED_LOW, "30% more"),
        (CLAIMED_HIGH, "50% more"),
    ):
        dark = ratio == 1.0
        ax.axhline(
            ratio,
            color=UNSURE if dark else INK_2,
            linewidth=1.3 if dark else 1.0,
            linestyle="-" if dark else (0, (4, 3)),
            zorder=1.5,
            label=words,
        )
        if not dark:
            # Definitions are sorted, so that the upper left is where there is room.
            _, y = px_of(ax, sheet, 0.0, ratio)
            sheet.text(box.left + 4.0, y - 9.0, words, px=sheet.size.small)
    for primary, clear, color in (
        (False, False, PEER),
        (False, True, YOU),
        (True, None, YOU),
    ):
        part = table["primary"] == primary
        if clear is not None:
            part &= table["clear"] == clear
        shown = table.loc[part]
        kind = "primary" if primary else ("clear of 1" if clear else "not clear of 1")
        _strokes(
            ax,
            shown.index.to_numpy(dtype=float),
            shown["ratio_low"].clip(lower=0.0).to_numpy(dtype=float),
            shown["ratio_high"].clip(upper=10.0 * _LIMITS[1]).to_numpy(dtype=float),
            color=color,
            linewidth=(2.4 if primary else 1.2) * PT_PER_PX,
            zorder=4 if primary else 3,
            label=f"likely range, {kind}",
        )
        ax.plot(
            shown.index,
            shown["ratio"],
            linestyle="none",
            marker="D" if primary else "o",
            markersize=(9.0 if primary else 5.0) * PT_PER_PX,
            markerfacecolor=color,
            markeredgecolor=PAPER,
            markeredgewidth=0.6,
            zorder=5 if primary else 4,
            label=f"ratio, {kind}",
        )


def _draw_choices(
    sheet: Sheet,
    ax: Axes,
    box: Box,
    table: pd.DataFrame,
    *,
    rows: list[tuple[str, str, object, bool]],
    names: list[str],
) -> None:
    pitch, down = _ROW[sheet.size.name], 0.0
    for (_, dimension, choice, first), name in zip(rows, names, strict=True):
        down += _APART if first else 0.0
        at = down + pitch / 2
        if first:
            y = box.top + down - _APART / 2
            sheet.rule([0.0, box.right], [y, y], color=RULE, linewidth=PT_PER_PX)
        made = (table[dimension] == choice).to_numpy()
        primary = table["primary"].to_numpy(dtype=bool)
        for part, color, kind in (
            (made & ~primary, PEER, "others"),
            (made & primary, YOU, "primary"),
        ):
            places = np.flatnonzero(part).astype(float)
            reach = np.full(len(places), 0.31 * pitch)
            _strokes(
                ax,
                places,
                at - reach,
                at + reach,
                color=color,
                linewidth=(3.0 if kind == "primary" else 1.4) * PT_PER_PX,
                zorder=3,
                label=f"{dimension}: {choice}, {kind}",
            )
        size: Size = sheet.size
        sheet.text(box.left - 12.0, box.top + at, name, px=size.small, color=INK, align="right")
        down += pitch


def _strokes(ax: Axes, x: Floats, low: Floats, high: Floats, **style: Any) -> None:
    """Draw upright strokes as one broken line, so that many of them stay small on the page."""
    broken = np.full(len(x), np.nan)
    across = np.column_stack([x, x, broken]).ravel()
    up = np.column_stack([low, high, broken]).ravel()
    ax.plot(across, up, solid_capstyle="butt", **style)


def _name_primary(sheet: Sheet, ax: Axes, box: Box, primary: NDArray[np.int64]) -> None:
    """Write below the panel, at its band, that this definition was chosen before any result."""
    words = "Chosen beforehand"
    half = measure(words, font(sheet.size.small, 600))[0] / 2
    for place in primary:
        at, _ = px_of(ax, sheet, float(place), 1.0)
        x = min(max(at, box.left + half), box.right - half)
        y = box.bottom + _BETWEEN / 2
        sheet.text(x, y, words, px=sheet.size.small, color=YOU, weight=600, align="center")
