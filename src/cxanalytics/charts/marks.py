"""How do charts tell several estimates of one row apart? By shape, fill and a key.

A row holds one mark per series, each a little lower than the last, with its range. The key names
the marks in the same order along the top.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from cxanalytics.charts.labels import Box, measure, shorten
from cxanalytics.charts.ladder import Ladder
from cxanalytics.charts.sheet import Sheet
from cxanalytics.charts.style import INK_2, PAPER, PEER, PT_PER_PX, WASH, YOU, Size, font

SHAPES = ("o", "D", "s", "^", "h", "v")
_SWATCH, _PAD, _BETWEEN, _LINE = 14.0, 7.0, 20.0, 22.0
_APART = 12.0


@dataclass(frozen=True, slots=True)
class Mark:
    """One series, as it is drawn and named.

    Attributes
    ----------
    name : str
        Value of the column `series` in the table.
    label : str
        As the key says it.
    shape : str
        Marker.
    filled : bool
        Dark and filled, or an outline.
    """

    name: str
    label: str
    shape: str
    filled: bool

    @property
    def style(self) -> dict[str, object]:
        """Keywords for a line of markers."""
        return {
            "marker": self.shape,
            "markersize": (8.0 if self.shape == "o" else 7.5) * PT_PER_PX,
            "markerfacecolor": YOU if self.filled else PAPER,
            "markeredgecolor": PAPER if self.filled else INK_2,
            "markeredgewidth": 0.7 if self.filled else 1.3 * PT_PER_PX,
        }


def make_marks(names: Sequence[str], labels: Sequence[str]) -> tuple[Mark, ...]:
    """Give each series a shape of its own; the first is filled."""
    return tuple(
        Mark(name, label, SHAPES[place % len(SHAPES)], place == 0)
        for place, (name, label) in enumerate(zip(names, labels, strict=True))
    )


def row_height(marks: Sequence[Mark], size: Size) -> float:
    """Give the height of a row that holds all marks, in px."""
    return max(size.row, _APART * (len(marks) + 1))


def _lines(marks: Sequence[Mark], size: Size, width: float) -> list[list[Mark]]:
    lines: list[list[Mark]] = [[]]
    used = 0.0
    for mark in marks:
        wide = _SWATCH + _PAD + measure(mark.label, font(size.small))[0]
        if lines[-1] and used + wide > width:
            lines.append([])
            used = 0.0
        lines[-1].append(mark)
        used += wide + _BETWEEN
    return lines


def marks_key_height(marks: Sequence[Mark], size: Size) -> float:
    """Give the room that the key needs, in px."""
    return _LINE * len(_lines(marks, size, size.width)) + 6.0


def draw_marks_key(sheet: Sheet, marks: Sequence[Mark]) -> None:
    """Draw the key along the top of a sheet.

    Parameters
    ----------
    sheet : Sheet
    marks : sequence of Mark
    """
    for i, line in enumerate(_lines(marks, sheet.size, sheet.width)):
        x, y = 0.0, 2.0 + (i + 0.5) * _LINE
        for mark in line:
            swatch = Line2D([x + _SWATCH / 2], [y], linestyle="none", transform=sheet.px)
            swatch.set(**mark.style)
            sheet.figure.add_artist(swatch)
            left = x + _SWATCH + _PAD
            words = shorten(mark.label, font(sheet.size.small), sheet.width - left)
            sheet.text(left, y, words, px=sheet.size.small)
            x = left + measure(words, font(sheet.size.small))[0] + _BETWEEN


def tint_rows(ladder: Ladder) -> None:
    """Tint every other row, so that the marks of a row stay together."""
    pitch = (ladder.plot.bottom - ladder.plot.top) / max(len(ladder.rows), 1)
    for place in range(1, len(ladder.rows), 2):
        top = ladder.plot.top + place * pitch
        ladder.sheet.band(Box(0.0, top, ladder.sheet.width, top + pitch), color=WASH)


def draw_marks(ladder: Ladder, table: pd.DataFrame, marks: Sequence[Mark]) -> None:
    """Draw the estimates of each row with their ranges.

    Parameters
    ----------
    ladder : Ladder
    table : DataFrame
        `row` (the place on the ladder), `series estimate conf_low conf_high`.
    marks : sequence of Mark
    """
    pitch = (ladder.plot.bottom - ladder.plot.top) / max(len(ladder.rows), 1)
    for place, mark in enumerate(marks):
        part = table.loc[table["series"] == mark.name]
        shift = (place - (len(marks) - 1) / 2) * _APART / pitch
        at: NDArray[np.float64] = ladder.rows[part["row"].to_numpy(dtype=int)] + shift
        ladder.ax.hlines(
            at,
            part["conf_low"],
            part["conf_high"],
            color=YOU if mark.filled else PEER,
            linewidth=1.8 * PT_PER_PX,
            zorder=3,
            label=f"likely range, {mark.name}",
        )
        (drawn,) = ladder.ax.plot(part["estimate"], at, linestyle="none", zorder=4)
        drawn.set(label=mark.name, **mark.style)
