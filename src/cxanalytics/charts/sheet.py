"""How is a chart laid out? In px from its top left corner, like the page it stands on.

A sheet is a figure of the right size, or the box of axes somebody else made, with helpers that
place text, bands and plotting areas, and axes without frame, with few ticks and a light grid in
one direction.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from matplotlib.transforms import Affine2D, Transform

from cxanalytics.charts.labels import Box, measure, shorten
from cxanalytics.charts.style import (
    INK_2,
    MAX_TICKS,
    PAPER,
    PT_PER_PX,
    PX_PER_INCH,
    RULE,
    Size,
    font,
)
from cxanalytics.errors import ParamsError


class Sheet:
    """A drawing area measured in px from its top left corner.

    Parameters
    ----------
    size : Size
    height : float
        Wanted height in px; axes that are given keep their own.
    ax : Axes, optional
        Draw inside the box of these axes instead of in a new figure.
    """

    def __init__(self, size: Size, *, height: float, ax: Axes | None = None) -> None:
        self.size = size
        self._given = ax
        if ax is None:
            inches = (size.width / PX_PER_INCH, height / PX_PER_INCH)
            self.figure = Figure(figsize=inches, dpi=PX_PER_INCH, facecolor=PAPER)
            self.width, self.height = float(size.width), float(height)
            self._left, self._top = 0.0, self.height
        else:
            root = ax.get_figure(root=True)
            if root is None:
                raise ParamsError("`ax` must belong to a figure; got axes without one.")
            self.figure = root
            across, down = root.get_size_inches() * PX_PER_INCH
            box = ax.get_position()
            self.width, self.height = float(box.width * across), float(box.height * down)
            self._left, self._top = float(box.x0 * across), float(box.y1 * down)
        self.px: Transform = (
            Affine2D()
            .scale(1 / PX_PER_INCH, -1 / PX_PER_INCH)
            .translate(self._left / PX_PER_INCH, self._top / PX_PER_INCH)
            + self.figure.dpi_scale_trans
        )

    @property
    def box(self) -> Box:
        """The whole sheet."""
        return Box(0.0, 0.0, self.width, self.height)

    def plot(self, box: Box, *, x: tuple[float, float], y: tuple[float, float]) -> Axes:
        """Add axes without frame, ticks or background.

        Parameters
        ----------
        box : Box
            Where, in px.
        x, y : tuple of (float, float)
            Data limits, left to right and bottom to top.

        Returns
        -------
        Axes
        """
        across, down = self.figure.get_size_inches() * PX_PER_INCH
        place = (
            (self._left + box.left) / across,
            (self._top - box.bottom) / down,
            (box.right - box.left) / across,
            (box.bottom - box.top) / down,
        )
        if self._given is not None:
            ax, self._given = self._given, None
            ax.set_position(place)
        else:
            ax = self.figure.add_axes(place)
        ax.set(xlim=x, ylim=y, xticks=[], yticks=[], facecolor="none")
        ax.spines[:].set_visible(False)
        return ax

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        px: float | None = None,
        color: str = INK_2,
        weight: int = 400,
        align: str = "left",
        middle: bool = True,
    ) -> Text:
        """Write one line; it is never read as mathematics.

        Parameters
        ----------
        x, y : float
            In px; `y` is the middle of the line, or its base.
        text : str
        px : float, optional
            Font size; the size of axis text when absent.
        color : str
        weight : int
        align : str
            "left", "center" or "right" of `x`.
        middle : bool
            False puts the base line on `y`.

        Returns
        -------
        Text
        """
        size = px or self.size.tick
        # Centering on the line's own box would shift it with every descender.
        base = y + 0.35 * size if middle else y
        return self.figure.text(
            x,
            base,
            text,
            transform=self.px,
            fontproperties=font(size, weight),
            color=color,
            ha=align,
            va="baseline",
            parse_math=False,
            usetex=False,
        )

    def band(self, box: Box, *, color: str, alpha: float = 1.0) -> Rectangle:
        """Fill a rectangle behind the plots, never beyond the sheet.

        Parameters
        ----------
        box : Box
            In px.
        color : str
        alpha : float

        Returns
        -------
        Rectangle
        """
        left, right = max(box.left, 0.0), min(box.right, self.width)
        patch = Rectangle(
            (left, box.top),
            right - left,
            box.bottom - box.top,
            transform=self.px,
            facecolor=color,
            edgecolor="none",
            alpha=alpha,
            zorder=-1,
        )
        self.figure.add_artist(patch)
        return patch

    def rule(self, x: Sequence[float], y: Sequence[float], **style: Any) -> None:
        """Draw a line given in px, in front of bands."""
        self.figure.add_artist(Line2D(x, y, transform=self.px, **style))


def px_of(ax: Axes, sheet: Sheet, x: float, y: float) -> tuple[float, float]:
    """Turn data coordinates into px of the sheet.

    Parameters
    ----------
    ax : Axes
    sheet : Sheet
    x, y : float

    Returns
    -------
    tuple of (float, float)
    """
    across, down = sheet.px.inverted().transform(ax.transData.transform((x, y)))
    return float(across), float(down)


def nice_ticks(low: float, high: float, *, most: int = MAX_TICKS) -> list[float]:
    """Choose round ticks within limits.

    Parameters
    ----------
    low, high : float
        Limits, low below high.
    most : int
        Most ticks allowed, two or more.

    Returns
    -------
    list of float
        Multiples of 1, 2 or 5 times a power of ten; at least one where one fits.
    """
    power = 10.0 ** (math.floor(math.log10((high - low) / most)) - 1)
    while True:
        for factor in (1.0, 2.0, 5.0):
            step = factor * power
            first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
            if last - first + 1 <= most:
                return [round(i * step, 12) for i in range(first, last + 1)]
        power *= 10.0


def padded(
    low: float, high: float, *, share: float = 0.06, least: float = 0.0
) -> tuple[float, float]:
    """Widen limits so that no mark touches the edge.

    Parameters
    ----------
    low, high : float
        May be equal.
    share : float
        Of the width, added at each end.
    least : float
        Smallest width of the result.

    Returns
    -------
    tuple of (float, float)
    """
    extra = max(share * (high - low), (least - (high - low)) / 2, 1e-9)
    return low - extra, high + extra


def x_axis(
    sheet: Sheet,
    ax: Axes,
    box: Box,
    *,
    ticks: Sequence[float],
    text: Callable[[float, bool], str],
    label: str,
    grid: bool = True,
) -> None:
    """Write tick labels and the axis label below a plot, and draw its vertical grid.

    Parameters
    ----------
    sheet : Sheet
    ax : Axes
    box : Box
        Of the plot, in px.
    ticks : sequence of float
    text : callable
        Tick and whether it is the first, which carries the unit, to its label.
    label : str
        Cut to the sheet; kept inside it.
    grid : bool
    """
    properties = font(sheet.size.tick)
    if grid:
        for tick in ticks:
            ax.axvline(tick, color=RULE, linewidth=PT_PER_PX, zorder=0.5)
    labels = []
    for step in range(1, len(ticks) + 1):
        labels = _tick_labels(sheet, ax, _every(ticks, step), text)
        if all(b[0] - a[0] > a[1] + b[1] + 4 for a, b in pairwise(labels)):
            break
    for at, _, words in labels:
        sheet.text(at, box.bottom + 15, words, align="center")
    if label:
        cut = shorten(label, properties, sheet.width - 4)
        half = measure(cut, properties)[0] / 2 + 2
        at = min(max((box.left + box.right) / 2, half), sheet.width - half)
        sheet.text(at, box.bottom + 38, cut, align="center")


def _every(ticks: Sequence[float], step: int) -> list[float]:
    """Take every second or third tick and so on, zero among them where there is one."""
    first = next((i for i, tick in enumerate(ticks) if tick == 0), 0) % step
    return list(ticks[first::step])


def _tick_labels(
    sheet: Sheet, ax: Axes, ticks: Sequence[float], text: Callable[[float, bool], str]
) -> list[tuple[float, float, str]]:
    """Place labels inside the sheet: middle, half their width, words."""
    placed = []
    for i, tick in enumerate(ticks):
        x, _ = px_of(ax, sheet, tick, ax.get_ylim()[0])
        words = text(tick, i == 0)
        half = measure(words, font(sheet.size.tick))[0] / 2
        placed.append((min(max(x, half), sheet.width - half), half, words))
    return placed


def y_axis(
    sheet: Sheet,
    ax: Axes,
    box: Box,
    *,
    ticks: Sequence[float],
    text: Callable[[float, bool], str],
    label: str,
    grid: bool = True,
) -> None:
    """Write tick labels left of a plot, its label above, and draw its horizontal grid.

    Parameters
    ----------
    sheet, ax, box, ticks, label, grid
        As for `x_axis`.
    text : callable
        Tick and whether it is the top one, which carries the unit, to its label.
    """
    for i, tick in enumerate(ticks):
        _, y = px_of(ax, sheet, ax.get_xlim()[0], tick)
        if grid:
            ax.axhline(tick, color=RULE, linewidth=PT_PER_PX, zorder=0.5)
        sheet.text(box.left - 6, y, text(tick, i == len(ticks) - 1), align="right")
    if label:
        sheet.text(box.left, box.top - 14, label)


def percent_tick(tick: float, with_unit: bool) -> str:
    """Print a share on an axis; the end tick alone carries the sign."""
    number = f"{100 * tick:.4g}".replace("-", "\u2212")
    return f"{number}%" if with_unit else number


def points_tick(tick: float, _: bool) -> str:
    """Print a difference of shares on an axis, in points with its sign."""
    return signed_tick(100 * tick, _)


def signed_tick(tick: float, _: bool) -> str:
    """Print a number on an axis with its sign."""
    return "0" if tick == 0 else f"{tick:+.4g}".replace("-", "\u2212")


def plain_tick(tick: float, _: bool) -> str:
    """Print a number on an axis."""
    return f"{tick:,.6g}".replace("-", "\u2212")
