"""How are bars made of parts drawn, one bar a row?

Parts are laid end to end from zero, with a white gap between them and their number inside where
there is room; the table behind the chart has every number.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from matplotlib.patches import Rectangle

from cxanalytics.charts.key import Fill
from cxanalytics.charts.labels import measure
from cxanalytics.charts.ladder import Ladder
from cxanalytics.charts.sheet import px_of
from cxanalytics.charts.style import PAPER, PT_PER_PX, font

_THICK = 0.66
_LEAST_PX = 2.0


def draw_part(
    ladder: Ladder, row: float, start: float, width: float, fill: Fill, *, text: str = ""
) -> None:
    """Draw one part of a bar; one too thin to be seen is drawn 2 px wide.

    Parameters
    ----------
    ladder : Ladder
    row : float
        Its y position.
    start, width : float
        In units of the data axis.
    fill : Fill
    text : str
        Number to write inside; left out where it does not fit.
    """
    if not width > 0:
        return
    left, y = px_of(ladder.ax, ladder.sheet, start, row)
    right, _ = px_of(ladder.ax, ladder.sheet, start + width, row)
    seen = max(right - left, _LEAST_PX)
    unit = width / max(right - left, 1e-9)
    bar = Rectangle((start, row - _THICK / 2), seen * unit, _THICK, zorder=3)
    bar.set(**fill.style)
    if not fill.edge and seen > 4:
        bar.set(linewidth=1.2 * PT_PER_PX)
    ladder.ax.add_patch(bar)
    size = ladder.sheet.size
    if text and measure(text, font(size.small, 600))[0] + (22 if fill.hatch else 6) <= seen:
        middle = left + seen / 2
        words = ladder.sheet.text(
            middle, y, text, px=size.small, color=fill.ink, weight=600, align="center"
        )
        words.set_zorder(5)
        if fill.hatch:
            words.set_bbox({"facecolor": PAPER, "edgecolor": "none", "pad": 1.0})


def stack_parts(
    ladder: Ladder,
    table: pd.DataFrame,
    fills: Sequence[Fill],
    number: Callable[[float], str],
    *,
    whole: Sequence[float] | None = None,
) -> None:
    """Lay the parts of every row end to end.

    Parameters
    ----------
    ladder : Ladder
    table : DataFrame
        One row a bar, in the order of the ladder, with a column for every fill.
    fills : sequence of Fill
    number : callable
        Value to the text inside a part.
    whole : sequence of float, optional
        What the parts of each row are drawn as shares of; drawn as they are when absent.
    """
    values = table.loc[:, [fill.name for fill in fills]].to_numpy(dtype=float)
    unit = np.ones(len(values)) if whole is None else np.maximum(np.asarray(whole, float), 1e-9)
    widths = values / unit[:, None]
    starts = np.cumsum(widths, axis=1) - widths
    for i in range(len(values)):
        for j, fill in enumerate(fills):
            text = number(float(values[i, j]))
            start, width = float(starts[i, j]), float(widths[i, j])
            draw_part(ladder, float(ladder.rows[i]), start, width, fill, text=text)
