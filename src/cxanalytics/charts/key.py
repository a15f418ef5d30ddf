"""How does a chart say what its fills mean? One line above it, in the order of the fills.

Every fill has a word, and those that could be taken for one another in grey have a pattern too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.patches import Rectangle

from cxanalytics.charts.labels import measure, shorten
from cxanalytics.charts.sheet import Sheet
from cxanalytics.charts.style import INK, INK_2, PAPER, PEER, PT_PER_PX, Size, font

LIGHT_BLUE = "#8FBADF"
LIGHT_ORANGE = "#E8A775"
LIGHT_GRAY = "#D3D9DE"
WASH_FILL = "#E9EDF0"
SOFT_BLUE = "#C9DDEF"
SOFT_ORANGE = "#F3CFAF"
MID_BLUE = "#5B93C4"
MID_ORANGE = "#D97B36"

_SWATCH, _PAD, _BETWEEN, _LINE = 14.0, 7.0, 20.0, 22.0


@dataclass(frozen=True, slots=True)
class Fill:
    """One kind of part, as it is filled and named.

    Attributes
    ----------
    name : str
        Column of the table that holds it.
    label : str
        As the key says it.
    color : str
        Of the area; the pattern is drawn over it.
    ink : str
        Of a number inside it.
    hatch : str
        Pattern, "" for none.
    edge : str
        Color of outline and pattern; "" for no outline.
    """

    name: str
    label: str
    color: str
    ink: str = INK
    hatch: str = ""
    edge: str = ""

    @property
    def style(self) -> dict[str, object]:
        """Keywords for a patch."""
        return {
            "facecolor": self.color,
            "edgecolor": self.edge or (PEER if self.hatch else PAPER),
            "hatch": self.hatch,
            "linewidth": 1.0 if self.edge else 0.0,
        }


def key_lines(fills: Sequence[Fill], size: Size) -> list[list[Fill]]:
    """Break the key into lines that fit the width of a chart.

    Parameters
    ----------
    fills : sequence of Fill
    size : Size

    Returns
    -------
    list of list of Fill
    """
    lines: list[list[Fill]] = [[]]
    used = 0.0
    for fill in fills:
        wide = _width(fill, size)
        if lines[-1] and used + wide > size.width:
            lines.append([])
            used = 0.0
        lines[-1].append(fill)
        used += wide + _BETWEEN
    return lines


def key_height(fills: Sequence[Fill], size: Size) -> float:
    """Give the room that a key needs, in px."""
    return _LINE * len(key_lines(fills, size)) + 6.0 if fills else 0.0


def _width(fill: Fill, size: Size) -> float:
    return _SWATCH + _PAD + measure(fill.label, font(size.small))[0]


def draw_key(sheet: Sheet, fills: Sequence[Fill]) -> None:
    """Draw the key along the top of a sheet.

    Parameters
    ----------
    sheet : Sheet
    fills : sequence of Fill
    """
    for i, line in enumerate(key_lines(fills, sheet.size)):
        x, y = 0.0, 2.0 + (i + 0.5) * _LINE
        for fill in line:
            swatch = Rectangle(
                (x + 1, y - _SWATCH / 2 + 1), _SWATCH - 2, _SWATCH - 2, transform=sheet.px
            )
            swatch.set(**fill.style)
            if not fill.hatch and not fill.edge:
                swatch.set(linewidth=0.5 * PT_PER_PX, edgecolor=fill.color)
            sheet.figure.add_artist(swatch)
            left = x + _SWATCH + _PAD
            words = shorten(fill.label, font(sheet.size.small), sheet.width - left)
            sheet.text(left, y, words, px=sheet.size.small, color=INK_2)
            x += _width(fill, sheet.size) + _BETWEEN
