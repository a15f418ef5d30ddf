"""How strong must an unmeasured cause be, beside the strongest thing that was measured?

A map of all unmeasured causes. To the right lie those that explain more of what is left of morale,
upward those that explain more of what is left of performance. Beyond the dark line nothing of the
relation is left; between the lines its range holds zero. Marks are causes one, two and three times
as strong as something measured, and the least strong cause, equally strong on both sides, that
leaves nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from cxanalytics.charts.labels import Box, clean, measure, place, shorten
from cxanalytics.charts.marks import Mark, draw_marks_key, marks_key_height
from cxanalytics.charts.sheet import Sheet, nice_ticks, percent_tick, px_of, x_axis, y_axis
from cxanalytics.charts.style import (
    INK,
    INK_2,
    PT_PER_PX,
    TINT_ABOVE,
    TINT_BELOW,
    WASH,
    font,
    get_size,
)
from cxanalytics.formats import percent
from cxanalytics.numerics.sensitivity import Slope, outcome_for_range, outcome_needed
from cxanalytics.tables import Estimates

Array = NDArray[np.float64]

NOTHING_LEFT = "Nothing of the relation is left"
UNCERTAIN = "Its range holds zero"
STAYS = "The relation stays"
_MEASURED = Mark("measured", "", "o", True)
_LEAST = Mark("least", "Least strong that leaves nothing, alike on both sides", "D", False)
_HEIGHT = {"wide": 400.0, "narrow": 330.0}
_LINE, _SWATCH, _HEAD, _FOOT = 22.0, 14.0, 34.0, 52.0
_CURVE = 200
_ROOM = 1.6
_LEAST_ROOM = 0.10


def unmeasured_cause_table(estimates: Estimates) -> pd.DataFrame:
    """Give the relation as observed, what each cause would leave of it, and what is enough.

    Parameters
    ----------
    estimates : Estimates
        From `fit_unmeasured_cause`.

    Returns
    -------
    DataFrame
        `key label share_morale share_performance estimate conf_low conf_high reason`; after the
        rows of the model "range", the cause that makes the range hold zero (none where it does as
        it is), and "zero", the one that leaves nothing.
    """
    columns = ["key", "label", "share_morale", "share_performance"]
    columns += ["estimate", "conf_low", "conf_high", "reason"]
    table = estimates.frame[columns] if len(estimates.frame) else pd.DataFrame(columns=columns)
    if table.empty:
        return table
    facts, nan = estimates.facts, float("nan")
    enough = [
        ("range", "Enough for its range to hold zero", facts["robustness_value_alpha"], nan),
        ("zero", "Enough to leave nothing", facts["robustness_value"], 0.0),
    ]
    rows = [
        {
            "key": key,
            "label": label,
            "share_morale": share,
            "share_performance": share,
            "estimate": left,
            "conf_low": nan,
            "conf_high": nan,
            "reason": "",
        }
        for key, label, share, left in enough
        if float(share) > 0
    ]
    return pd.concat([table, pd.DataFrame(rows, columns=columns)], ignore_index=True)


def draw_unmeasured_cause(
    estimates: Estimates, *, size: str = "wide", ax: Axes | None = None
) -> Figure:
    """Draw which unmeasured causes would take the relation away.

    Parameters
    ----------
    estimates : Estimates
        As for `unmeasured_cause_table`.
    size : str
        "wide" or "narrow".
    ax : Axes, optional
        Draw inside the box of these axes.

    Returns
    -------
    Figure
    """
    table, chosen = unmeasured_cause_table(estimates), get_size(size)
    facts = estimates.facts
    ranged = len(table) > 0 and bool((table["key"] == "range").any())
    key = [(TINT_ABOVE, STAYS)] if ranged else []
    key += [(WASH, UNCERTAIN), (TINT_BELOW, NOTHING_LEFT)]
    marks = _named_marks(str(facts.get("benchmark", "")))
    top = _LINE * len(key) + marks_key_height(marks, chosen) + _HEAD
    sheet = Sheet(chosen, height=top + _HEIGHT[size], ax=ax)
    draw_marks_key(sheet, marks)
    for i, (color, words) in enumerate(key):
        _key_line(sheet, top - _HEAD - (len(key) - i - 0.5) * _LINE, color, words)
    most = _limits(table)
    tick = font(chosen.tick)
    ticks = nice_ticks(0.0, most[1])
    gutter = max(measure(percent_tick(each, True), tick)[0] for each in ticks) + 10
    box = Box(gutter, top, sheet.width - 14, sheet.height - _FOOT)
    plot = sheet.plot(box, x=(0.0, most[0]), y=(0.0, most[1]))
    for axis, label, limit in (
        (y_axis, "Explains this share of the rest of performance", most[1]),
        (x_axis, "Explains this share of the rest of morale", most[0]),
    ):
        steps = nice_ticks(0.0, limit)
        words = shorten(label, tick, sheet.width - gutter - 4)
        axis(sheet, plot, box, ticks=steps, text=percent_tick, label=words, grid=False)
    if len(table):
        slope = Slope(float(facts["slope"]), float(facts["slope_error"]), float(facts["slope_df"]))
        near = float(facts["reach_low" if slope.estimate > 0 else "reach_high"])
        _regions(plot, slope, near if ranged else None, most)
        _marks(sheet, plot, box, table)
    return sheet.figure


def _named_marks(benchmark: str) -> tuple[Mark, ...]:
    if not benchmark:
        return (_LEAST,)
    return (replace(_MEASURED, label=f"1×, 2×, 3× as strong as {clean(benchmark)}"), _LEAST)


def _key_line(sheet: Sheet, y: float, color: str, words: str) -> None:
    half = _SWATCH / 2
    sheet.band(Box(0.0, y - half, _SWATCH, y + half), color=color)
    edges = ([0, _SWATCH, _SWATCH, 0, 0], [y - half, y - half, y + half, y + half, y - half])
    sheet.rule(*edges, color=INK_2, linewidth=0.6)
    small = font(sheet.size.small)
    left = _SWATCH + 7
    sheet.text(left, y, shorten(words, small, sheet.width - left), px=sheet.size.small)


def _limits(table: pd.DataFrame) -> tuple[float, float]:
    """Leave room for every mark; no share exceeds 1."""
    if table.empty:
        return 1.0, 1.0
    ends = [float(table[f"share_{side}"].max()) for side in ("morale", "performance")]
    across, up = (min(max(_ROOM * end, _LEAST_ROOM), 1.0) for end in ends)
    return across, up


def _regions(ax: Axes, slope: Slope, reach: float | None, most: tuple[float, float]) -> None:
    """Tint what stays, what becomes uncertain and what goes, and draw the lines between them."""
    cause = most[0] * np.linspace(0.0, 1.0, _CURVE + 1)[1:] ** 2
    cause = np.minimum(cause, 1.0 - 1e-9)
    zero = outcome_needed(slope, cause)
    lower = np.zeros_like(cause)
    if reach is not None:
        lower = np.minimum(outcome_for_range(slope, cause, reach=reach), zero)
    top = 2.0 * most[1]
    for low, high, color, words in (
        (np.zeros_like(cause), lower, TINT_ABOVE, STAYS),
        (lower, zero, WASH, UNCERTAIN),
        (zero, np.full_like(cause, top), TINT_BELOW, NOTHING_LEFT),
    ):
        ends = np.minimum(low, top), np.minimum(np.maximum(low, high), top)
        ax.fill_between(cause, *ends, color=color, linewidth=0, zorder=0.2, label=words)
    shown: list[tuple[Array, str, float, str]] = [(zero, "-", 2.2, "zero")]
    if reach is not None:
        shown.append((lower, "--", 1.4, "range"))
    for curve, style, width, name in shown:
        line: dict[str, Any] = {"color": INK, "linestyle": style, "linewidth": width * PT_PER_PX}
        ax.plot(cause, np.minimum(curve, top), label=name, zorder=2, **line)


def _marks(sheet: Sheet, ax: Axes, box: Box, table: pd.DataFrame) -> None:
    """Mark causes as strong as something measured, and the least strong that leave nothing."""
    told = table["share_morale"].notna() & (table["key"] != "observed")
    measured = told & ~table["key"].isin(["range", "zero"])
    taken = [
        Box(x - 2, y - 2, x + 2, y + 2)
        for curve in ax.lines
        for x, y in (px_of(ax, sheet, *point) for point in np.asarray(curve.get_xydata()))
        if Box(x, y, x, y).inside(box)
    ]
    wanted = []
    for mark, part in (
        (_MEASURED, table.loc[measured]),
        (_LEAST, table.loc[told & (table["key"] == "zero")]),
    ):
        (drawn,) = ax.plot(part["share_morale"], part["share_performance"], linestyle="none")
        drawn.set(label=mark.name, zorder=4, clip_on=False, **mark.style)
        for row in part.to_dict("records"):
            x, y = px_of(ax, sheet, row["share_morale"], row["share_performance"])
            taken.append(Box(x - 6, y - 6, x + 6, y + 6))
            words = f"{percent(row['share_morale'])} of both"
            if mark is _MEASURED:
                words = str(row["key"]).replace("x", "\u00d7")
            wanted.append((x, y, words))
    bold = font(sheet.size.small, 600)
    for x, y, words in wanted:
        width, height = measure(words, bold)
        found = place(x, y, width=width, height=height, taken=taken, within=box)
        if found is None:
            continue
        taken.append(found)
        middle = (found.top + found.bottom) / 2
        sheet.text(found.left, middle, words, px=sheet.size.small, color=INK, weight=600)
