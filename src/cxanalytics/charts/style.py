"""What do all charts share: colors, sizes, typeface?

The tokens are those of the page's style sheet. A chart is drawn at the size it is shown, 800 or
350 px wide, with 96 px to the inch, so that a font of 13 px is 9.75 pt. The typeface is the
page's own, registered with matplotlib from the files beside this module, so that measured text
is shown text. Nothing here, or anywhere in charts, touches pyplot: figures can be drawn in
threads and without a display.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from matplotlib.font_manager import FontProperties, fontManager

from cxanalytics.errors import ParamsError, must_be

INK = "#14212B"
INK_2 = "#46535E"
PAPER = "#FFFFFF"
WASH = "#F3F5F7"
RULE = "#D5DBE0"
YOU = "#12436D"
PEER = "#7C8893"
ABOVE = "#1D6FA5"
BELOW = "#B04A0A"
UNSURE = "#5D6974"
TINT_ABOVE = "#E6F0F8"
TINT_BELOW = "#FBEDE2"

PX_PER_INCH = 96
PT_PER_PX = 0.75
MAX_TICKS = 5

FAMILIES = ("Public Sans", "DejaVu Sans")
WEIGHTS = (400, 600, 700)


@dataclass(frozen=True, slots=True)
class Size:
    """One of the two sizes every chart is drawn in; lengths in px.

    Attributes
    ----------
    name : str
        "wide" or "narrow".
    width : int
        Width of the figure.
    label, tick, small : float
        Font sizes of names, of axis text, and of notes inside the chart.
    row : float
        Height of a row.
    name_limit : float
        Widest a row's name may be.
    """

    name: str
    width: int
    label: float
    tick: float
    small: float
    row: float
    name_limit: float


SIZES = {
    "wide": Size("wide", width=800, label=14, tick=13, small=13, row=24, name_limit=340),
    "narrow": Size("narrow", width=350, label=12, tick=12, small=12, row=21, name_limit=165),
}


def get_size(size: str) -> Size:
    """Look a size up by name.

    Parameters
    ----------
    size : str
        "wide" or "narrow".

    Returns
    -------
    Size

    Raises
    ------
    ParamsError
        Any other name.
    """
    if size not in SIZES:
        raise ParamsError(must_be("size", SIZES, size))
    return SIZES[size]


def _register() -> None:
    """Put the typeface in front of the fonts matplotlib knows."""
    known = len(fontManager.ttflist)
    folder = Path(__file__).parent / "fonts"
    for weight in WEIGHTS:
        fontManager.addfont(folder / f"public-sans-{weight}.ttf")
    entries = fontManager.ttflist
    # Without a 600 of its own, the fallback family would be reported on stderr at each use.
    bold = [e for e in entries if e.name == FAMILIES[1] and (e.weight, e.style) == (700, "normal")]
    entries[:] = entries[known:] + entries[:known] + [replace(e, weight=600) for e in bold[:1]]


_register()


def font(px: float, weight: int = 400) -> FontProperties:
    """Give the chart typeface at a size and weight.

    Parameters
    ----------
    px : float
        Font size in px.
    weight : int
        400, 600 or 700.

    Returns
    -------
    FontProperties
    """
    return FontProperties(family=list(FAMILIES), weight=weight, size=px * PT_PER_PX)
