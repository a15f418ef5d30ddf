"""Is a score steady? One panel per agency, along time, with the range it usually keeps to.

The line is broken where a point is not shown, and at every break; limits never run across one.
Points outside the usual range, and runs on one side of the middle, have shapes of their own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cxanalytics.charts.labels import Box, clean, measure, shorten, shorten_all
from cxanalytics.charts.marks import Mark, draw_marks_key, marks_key_height
from cxanalytics.charts.sheet import Sheet, nice_ticks, padded, percent_tick, plain_tick, y_axis
from cxanalytics.charts.style import (
    INK,
    INK_2,
    PT_PER_PX,
    RULE,
    TINT_ABOVE,
    UNSURE,
    font,
    get_size,
)
from cxanalytics.tables import Estimates

_POINT = Mark("point", "Score", "o", False)
_OUTSIDE = Mark("outside", "Outside the usual range", "D", True)
_RUN = Mark("run", "In a run on one side of the middle", "s", True)
_SIGNALS = {_OUTSIDE: ("above", "below"), _RUN: ("run_above", "run_below")}
_COLUMNS = ["key", "measure", "agency", "point", "estimate", "center", "low", "high", "segment"]
_COLUMNS += ["baseline", "signal", "state", "break_reason", "suppressed_reason"]
_PER_ROW = {"wide": 3, "narrow": 1}
_PLOT = {"wide": 128.0, "narrow": 118.0}
_ALONE = {"wide": 230.0, "narrow": 190.0}
_HEAD, _TICKS, _BETWEEN, _LINE, _BARE = 26.0, 30.0, 22.0, 24.0, 8.0
_MOST_Y_TICKS = 4


def process_table(
    history: Estimates,
    *,
    measure: str,
    agencies: Sequence[str],
    names: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Give the points of the chart, agencies in the order given.

    Parameters
    ----------
    history : Estimates
        From `benchmark_history`.
    measure : str
    agencies : sequence of str
    names : mapping of str to str, optional
        Agency to the name to print.

    Returns
    -------
    DataFrame
        `key measure agency name point estimate center low high segment baseline signal state
        break_reason suppressed_reason`, in the order of time.
    """
    frame = history.frame
    order = {agency: place for place, agency in enumerate(agencies)}
    here = (frame["measure"] == measure) & frame["agency"].isin(order)
    table = frame.loc[here, _COLUMNS].copy()
    told = [clean((names or {}).get(key, key)) for key in table["agency"]]
    table.insert(3, "name", told)
    place = table["agency"].map(order)
    return table.iloc[np.lexsort((table["point"], place))].reset_index(drop=True)


def draw_process(
    history: Estimates,
    *,
    measure: str,
    agencies: Sequence[str],
    names: Mapping[str, str] | None = None,
    points: Mapping[str, str] | None = None,
    axis_label: str = "",
    unit: str = "share",
    size: str = "wide",
    ax: Axes | None = None,
) -> Figure:
    """Draw the process chart of one agency, or of several in panels on one scale.

    Parameters
    ----------
    history : Estimates
        As for `process_table`.
    measure : str
    agencies : sequence of str
    names : mapping of str to str, optional
        Agency to the name to print.
    points : mapping of str to str, optional
        Point in time to the name to print.
    axis_label : str
        What the scores are; "" where a title beside the chart says it.
    unit : {"share", "score"}
        Shares are printed in percent.
    size : str
        "wide" or "narrow".
    ax : Axes, optional
        Draw inside the box of these axes.

    Returns
    -------
    Figure
    """
    table = process_table(history, measure=measure, agencies=agencies, names=names)
    chosen = get_size(size)
    shown = list(dict.fromkeys(table["agency"]))
    per_row = 1 if len(shown) < 2 else _PER_ROW[size]
    plot = _ALONE[size] if len(shown) < 2 else _PLOT[size]
    rows = max(-(-len(shown) // per_row), 1)
    head = _HEAD if len(shown) > 1 else 8.0
    marks = _marks(table)
    top = marks_key_height(marks, chosen) + (_LINE if axis_label else _BARE)
    sheet = Sheet(chosen, height=top + rows * (head + plot + _TICKS), ax=ax)
    draw_marks_key(sheet, marks)
    if axis_label:
        label = shorten(axis_label, font(chosen.small), sheet.width)
        sheet.text(0, top - _LINE / 2, label, px=chosen.small)
    tick = percent_tick if unit == "share" else plain_tick
    limits = _limits(table)
    ticks = nice_ticks(*limits, most=_MOST_Y_TICKS)
    gutter = max(measure_tick(tick(value, True), chosen.tick) for value in ticks) + 10
    width = (sheet.width - gutter - (per_row - 1) * _BETWEEN - 8) / per_row
    pitch = (sheet.height - top) / rows
    heads = [table.loc[table["agency"] == agency, "name"].iloc[0] for agency in shown]
    cut = shorten_all(heads, font(chosen.label, 600), width - 4)
    for place, agency in enumerate(shown):
        row, column = divmod(place, per_row)
        left = gutter + column * (width + _BETWEEN)
        above = top + row * pitch
        box = Box(left, above + head, left + width, above + pitch - _TICKS)
        if len(shown) > 1:
            sheet.text(left, above + head / 2, cut[place], px=chosen.label, color=INK, weight=600)
        part = table.loc[table["agency"] == agency].reset_index(drop=True)
        axes = sheet.plot(box, x=(-0.6, len(part) - 0.4), y=limits)
        written = tick if column == 0 else _nothing
        y_axis(sheet, axes, box, ticks=ticks, text=written, label="")
        _panel(axes, part)
        _time(sheet, box, [(points or {}).get(p, p) for p in part["point"]])
    if not shown:
        sheet.plot(Box(gutter, top, sheet.width - 8, sheet.height - _TICKS), x=(0, 1), y=limits)
    return sheet.figure


def measure_tick(text: str, px: float) -> float:
    """Measure the width of a tick label, in px."""
    return measure(text, font(px))[0]


def _marks(table: pd.DataFrame) -> list[Mark]:
    """List the marks that are drawn: the key names no other."""
    signs = [mark for mark, kinds in _SIGNALS.items() if table["signal"].isin(kinds).any()]
    return [_POINT, *signs]


def _nothing(*_: object) -> str:
    return ""


def _limits(table: pd.DataFrame) -> tuple[float, float]:
    ends = table[["estimate", "low", "high"]].to_numpy(dtype=float)
    if not np.isfinite(ends).any():
        return 0.0, 1.0
    return padded(float(np.nanmin(ends)), float(np.nanmax(ends)), least=0.05)


def _panel(ax: Axes, part: pd.DataFrame) -> None:
    """Draw one agency."""
    for _, segment in part.groupby("segment", sort=True):
        at = segment.index.to_numpy(dtype=float)
        if at[0] > 0 and (segment["break_reason"] != "").any():
            ax.axvline(at[0] - 0.5, color=INK_2, linewidth=PT_PER_PX, linestyle=(0, (2, 2)))
        if segment["low"].notna().any():
            low = segment["low"].ffill().bfill()
            high = segment["high"].ffill().bfill()
            edges = np.concatenate([[at[0] - 0.45], at, [at[-1] + 0.45]])
            under, over = (np.concatenate([[v.iloc[0]], v, [v.iloc[-1]]]) for v in (low, high))
            ax.fill_between(
                edges, under, over, color=TINT_ABOVE, linewidth=0, zorder=0.2, label="usual range"
            )
        if segment["center"].notna().any():
            center = float(segment["center"].dropna().iloc[0])
            ax.hlines(
                center, at[0] - 0.45, at[-1] + 0.45, color=UNSURE, linewidth=PT_PER_PX, zorder=1
            )
        ax.plot(at, segment["estimate"], color=INK_2, linewidth=1.2 * PT_PER_PX, zorder=2)
    outside, run = (part["signal"].isin(_SIGNALS[mark]) for mark in (_OUTSIDE, _RUN))
    for mark, chosen in ((_POINT, ~outside & ~run), (_RUN, run), (_OUTSIDE, outside)):
        some = part.loc[chosen]
        (drawn,) = ax.plot(some.index, some["estimate"], linestyle="none", zorder=4)
        style: dict[str, Any] = mark.style | (
            {"markersize": 5 * PT_PER_PX} if mark is _POINT else {}
        )
        drawn.set(label=mark.name, **style)


def _time(sheet: Sheet, box: Box, names: Sequence[str]) -> None:
    """Name the first and the last point, and the middle one where there is room."""
    if not names:
        return
    sheet.rule([box.left, box.right], [box.bottom] * 2, color=RULE, linewidth=PT_PER_PX)
    px = sheet.size.tick
    step = (box.right - box.left) / (len(names) + 0.2)
    y = box.bottom + 15
    first, last = clean(names[0]), clean(names[-1])
    sheet.text(box.left, y, first, px=px)
    if len(names) < 2:
        return
    sheet.text(box.right, y, last, px=px, align="right")
    middle = len(names) // 2
    at = box.left + (middle + 0.6) * step
    text = clean(names[middle])
    half = measure_tick(text, px) / 2 + 12
    if at - half > box.left + measure_tick(first, px) and at + half < box.right - measure_tick(
        last, px
    ):
        sheet.text(at, y, text, px=px, align="center")
