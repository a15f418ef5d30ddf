"""How do labels stay readable: harmless, inside the figure, and clear of each other?

Names come from data, so they are cleaned of control and direction characters and never read as
mathematics. Names too long for their place end in an ellipsis; the table behind the chart has
them in full. Free labels are placed by trying eight positions around their mark.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from matplotlib.font_manager import FontProperties, fontManager, get_font
from matplotlib.textpath import text_to_path

from cxanalytics.charts.style import PT_PER_PX, font

ELLIPSIS = "…"
_UNKNOWN = "\u25a1"
# A renderer that fits glyphs to whole pixels draws small text a little wider than it measures.
_HINTED = 1.06


@cache
def _drawable() -> frozenset[int]:
    """Give the characters that some font of the chart can draw."""
    paths = fontManager._find_fonts_by_props(font(12))
    return frozenset().union(*(get_font(path).get_charmap() for path in paths))


def clean(text: object) -> str:
    """Make text from data safe to draw.

    Parameters
    ----------
    text : object
        Any name or label.

    Returns
    -------
    str
        One line without control, format or direction characters; a character no font has
        becomes a square.
    """
    kept = []
    for character in unicodedata.normalize("NFC", str(text)):
        category = unicodedata.category(character)
        if category in ("Cc", "Zl", "Zp"):
            kept.append(" ")
        elif category not in ("Cf", "Cs", "Co", "Cn"):
            kept.append(character if ord(character) in _drawable() else _UNKNOWN)
    # A no-break space inside a name is kept: split() would turn it into a plain one.
    return " ".join(part for part in "".join(kept).split(" ") if part).strip()


def measure(text: str, properties: FontProperties) -> tuple[float, float]:
    """Measure a text in px.

    Parameters
    ----------
    text : str
        One line.
    properties : FontProperties

    Returns
    -------
    tuple of (float, float)
        Width, and height of a line.
    """
    if not text:
        return 0.0, 0.0
    width, _, _ = text_to_path.get_text_width_height_descent(text, properties, ismath=False)
    return _HINTED * width / PT_PER_PX, properties.get_size_in_points() / PT_PER_PX * 1.2


def shorten(text: str, properties: FontProperties, limit: float, *, keep: str = "start") -> str:
    """Cut a text to a width, with an ellipsis.

    Parameters
    ----------
    text : str
        One line.
    properties : FontProperties
    limit : float
        Widest allowed, in px.
    keep : str
        "start" cuts the end; "both" cuts the middle.

    Returns
    -------
    str
        The text itself where it fits.
    """
    if measure(text, properties)[0] <= limit:
        return text
    short, long = 0, len(text)
    while short < long - 1:
        middle = (short + long) // 2
        fits = measure(_cut(text, middle, keep), properties)[0] <= limit
        short, long = (middle, long) if fits else (short, middle)
    return _cut(text, short, keep)


def _cut(text: str, length: int, keep: str) -> str:
    if keep == "start":
        return text[:length].rstrip(" ,;-–—") + ELLIPSIS
    tail = length // 2
    return text[: length - tail].rstrip() + ELLIPSIS + (text[-tail:].lstrip() if tail else "")


def shorten_all(texts: Sequence[str], properties: FontProperties, limit: float) -> list[str]:
    """Cut texts to a width so that different ones stay different.

    Parameters
    ----------
    texts : sequence of str
        Cleaned.
    properties : FontProperties
        The widest weight that any of them is drawn in.
    limit : float
        Widest allowed, in px.

    Returns
    -------
    list of str
        Those that would read alike are cut in the middle instead, and numbered if even that
        leaves them alike.
    """
    cut = [shorten(text, properties, limit) for text in texts]
    cut = [
        shorten(texts[i], properties, limit, keep="both") if _alike(i, cut, texts) else text
        for i, text in enumerate(cut)
    ]
    clashing = [i for i in range(len(cut)) if _alike(i, cut, texts)]
    for number, i in enumerate(clashing, start=1):
        mark = f" {number}"
        cut[i] = shorten(texts[i], properties, limit - measure(mark, properties)[0]) + mark
    return cut


def _alike(i: int, cut: Sequence[str], texts: Sequence[str]) -> bool:
    return any(cut[i] == cut[j] and texts[i] != texts[j] for j in range(len(cut)) if j != i)


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in px from the top left corner of the figure."""

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: Box) -> bool:
        """Tell whether two boxes share any area."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def inside(self, other: Box) -> bool:
        """Tell whether the box lies within another."""
        return (
            self.left >= other.left
            and self.right <= other.right
            and self.top >= other.top
            and self.bottom <= other.bottom
        )


def place(
    x: float,
    y: float,
    *,
    width: float,
    height: float,
    taken: Iterable[Box],
    within: Box,
    distance: float = 9.0,
) -> Box | None:
    """Find a free place for a label beside its mark.

    Parameters
    ----------
    x, y : float
        Center of the mark, in px from the top left corner.
    width, height : float
        Of the label, in px.
    taken : iterable of Box
        Marks, ranges and labels it must not touch.
    within : Box
        The label stays inside.
    distance : float
        From the mark's center, in px.

    Returns
    -------
    Box or None
        The first free of right, left, above, below and the four corners, near then far; None
        where all are taken.
    """
    occupied = list(taken)
    for reach in (distance, 2 * distance, 3.5 * distance):
        for across, down in _DIRECTIONS:
            left = x + across * reach + width * (across - 1) / 2
            top = y + down * reach + height * (down - 1) / 2
            box = Box(left, top, left + width, top + height)
            if box.inside(within) and not any(box.overlaps(other) for other in occupied):
                return box
    return None


_DIRECTIONS = ((1, 0), (-1, 0), (0, -1), (0, 1), (1, -1), (-1, -1), (1, 1), (-1, 1))
