"""How do staff answer a few questions, wave by wave, beside the typical peer?

A small panel per question on one common axis. The agency is a dark line that ends in a diamond, or
in a triangle where it is told from its peers; the typical peer is gray and ends in a dot. A wave
that may not be shown leaves a gap.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cxanalytics.charts.labels import Box, clean, measure, shorten, shorten_all
from cxanalytics.charts.sheet import Sheet, padded, px_of
from cxanalytics.charts.style import (
    ABOVE,
    BELOW,
    INK,
    INK_2,
    PAPER,
    PEER,
    PT_PER_PX,
    RULE,
    UNSURE,
    YOU,
    font,
    get_size,
)
from cxanalytics.formats import percent

_PER_ROW = {"wide": 3, "narrow": 2}
_PLOT = {"wide": 96.0, "narrow": 76.0}
_HEAD, _FOOT, _BETWEEN, _END = 30.0, 36.0, 14.0, 42.0
_APART = 14.0
_STYLES = {"above": (ABOVE, "^"), "below": (BELOW, "v")}


def staff_items_table(items: pd.DataFrame, *, agency: str) -> pd.DataFrame:
    """Give the answers of one agency's staff, question by question and wave by wave.

    Parameters
    ----------
    items : DataFrame
        From `benchmark_staff_items`.
    agency : str

    Returns
    -------
    DataFrame
        The rows of the agency, with `name`; a question without any figure is left out.
    """
    own = items.loc[items["agency"] == agency].copy()
    own["name"] = [clean(label) for label in own["label"]]
    shown = own.groupby("item")["estimate"].transform("count") > 0
    return own.loc[shown].reset_index(drop=True)


def draw_staff_items(
    items: pd.DataFrame, *, agency: str, size: str = "wide", ax: Axes | None = None
) -> Figure:
    """Draw what staff answered, a small panel per question.

    Parameters
    ----------
    items : DataFrame
        From `benchmark_staff_items`.
    agency : str
    size : str
        "wide" or "narrow".
    ax : Axes, optional
        Draw inside the box of these axes.

    Returns
    -------
    Figure
    """
    table, chosen = staff_items_table(items, agency=agency), get_size(size)
    keys, waves = list(dict.fromkeys(table["item"])), list(dict.fromkeys(table["period"]))
    per_row = _PER_ROW[size]
    rows = max(-(-len(keys) // per_row), 1)
    pitch = _HEAD + _PLOT[size] + _FOOT
    sheet = Sheet(chosen, height=rows * pitch, ax=ax)
    stretch = sheet.height / (rows * pitch)
    width = (sheet.width - (per_row - 1) * _BETWEEN) / per_row
    ends = table[["estimate", "peer"]].to_numpy(dtype=float)
    limits = (
        padded(np.nanmin(ends), np.nanmax(ends), share=0.15, least=0.2) if len(keys) else (0.0, 1.0)
    )
    names = table.drop_duplicates("item").set_index("item")["name"]
    cut = shorten_all([names[key] for key in keys], font(chosen.label, 600), width)
    for i, key in enumerate(keys):
        row, column = divmod(i, per_row)
        left, top = column * (width + _BETWEEN), row * pitch * stretch
        box = Box(left, top + _HEAD, left + width - _END, top + pitch * stretch - _FOOT)
        part = table.loc[table["item"] == key].set_index("period").reindex(waves)
        sheet.text(left, top + 12, cut[i], px=chosen.label, color=INK, weight=600)
        _panel(sheet, box, part, limits)
    if not keys:
        sheet.plot(sheet.box, x=(0.0, 1.0), y=limits)
    return sheet.figure


def _panel(sheet: Sheet, box: Box, part: pd.DataFrame, limits: tuple[float, float]) -> None:
    """Draw one question."""
    many = len(part)
    ax = sheet.plot(box, x=(-0.15, max(many - 1, 1) + 0.15), y=limits)
    ax.axhline(limits[0], color=RULE, linewidth=PT_PER_PX, zorder=0.5, label="base")
    at = np.arange(many)
    last = part.iloc[-1]
    color, marker = _STYLES.get(str(last["verdict"]), (YOU, "D"))
    for column, shade, shape, wide, name in (
        ("peer", PEER, "o", 1.6, "typical peer"),
        ("estimate", color, marker, 2.6, "you"),
    ):
        values = part[column].to_numpy(dtype=float)
        ax.plot(at, values, color=shade, linewidth=wide * PT_PER_PX, zorder=3, label=name)
        known = np.flatnonzero(np.isfinite(values))
        # A wave alone between gaps has no line to be seen by.
        spots = known if len(known) < 3 else known[-1:]
        ax.plot(
            spots, values[spots], linestyle="none", marker=shape, color=shade, zorder=4,
            markersize=8 * PT_PER_PX, markeredgecolor=PAPER, markeredgewidth=0.7,
            label=f"{name}, last",
        )  # fmt: skip
    _write_ends(sheet, ax, box, part, color)
    _write_waves(sheet, ax, box, [str(wave) for wave in part.index])


def _write_ends(sheet: Sheet, ax: Axes, box: Box, part: pd.DataFrame, color: str) -> None:
    """Write the last values of both lines at their right, moved apart where they would touch."""
    last: pd.Series[Any] = part.iloc[-1]
    told = [
        (px_of(ax, sheet, len(part) - 1, float(last[name]))[1], percent(last[name]), shade, weight)
        for name, shade, weight in (("estimate", color, 700), ("peer", UNSURE, 400))
        if pd.notna(last[name])
    ]
    places = [y for y, *_ in told]
    if len(told) == 2 and abs(places[0] - places[1]) < _APART:
        middle, up = sum(places) / 2, 1 if places[0] <= places[1] else -1
        places = [middle - up * _APART / 2, middle + up * _APART / 2]
    for y, (_, text, shade, weight) in zip(places, told, strict=True):
        sheet.text(box.right + 6, y, text, px=sheet.size.tick, color=shade, weight=weight)


def _write_waves(sheet: Sheet, ax: Axes, box: Box, waves: list[str]) -> None:
    """Write the first and the last wave below a panel, where both fit."""
    room, properties = box.right - box.left + 20, font(sheet.size.small)
    picked = {0: waves[0], len(waves) - 1: waves[-1]}
    widths = [measure(text, properties)[0] for text in picked.values()]
    if sum(widths) + 8 > room:
        picked = {len(waves) - 1: shorten(waves[-1], properties, room)}
    for place, text in picked.items():
        x, _ = px_of(ax, sheet, place, 0.0)
        wide = measure(text, properties)[0]
        x = min(max(x, box.left + wide / 2), box.right + _END - 4 - wide / 2)
        sheet.text(x, box.bottom + 13, text, px=sheet.size.small, color=INK_2, align="center")
