"""How do labels stay readable: harmless, inside the figure, and clear of each other?

Names come from data, so they are cleaned of control and direction characters and never read as
mathematics. Names too long for their place end in an ellipsis; the table behind the chart has
them in full. Free labels are placed by trying eight positions around their mark.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from matplotlib.font_manager import FontProperties, fontManager, get_font
from matplotlib.textpath import text_to_path

from cxanalytics.charts.style import PT_PER_PX, font

ELLIPSIS = "…"
_UNKNOWN = "\u25a1"
_FURTHEST = 42.0
_AT_END = 6.0
_CLEAR = 12.0
_CROSSED = 30.0
_BROKEN = 12.0
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
        for box in _around(x, y, width, height, reaches=(reach,) * 4):
            if box.inside(within) and not any(box.overlaps(other) for other in occupied):
                return box
    return None


_DIRECTIONS = ((1, 0), (-1, 0), (0, -1), (0, 1), (1, -1), (-1, -1), (1, 1), (-1, 1))


def _around(
    x: float, y: float, width: float, height: float, *, reaches: tuple[float, float, float, float]
) -> list[Box]:
    """Give the eight places around a point; `reaches` are to the left, up, right and down."""
    boxes = []
    for across, down in _DIRECTIONS:
        left = x + across * reaches[1 + across] + width * (across - 1) / 2
        top = y + down * reaches[2 + down] + height * (down - 1) / 2
        boxes.append(Box(left, top, left + width, top + height))
    return boxes


def label_sizes(text: str, properties: FontProperties) -> tuple[tuple[float, float], ...]:
    """Measure a label in px, on one line and, where it has two words or more, on two."""
    width, height = measure(text, properties)
    if " " not in text:
        return ((width, height),)
    halves = max(measure(line, properties)[0] for line in _halves(text, properties))
    return ((width, height), (halves, 2 * height))


def label_lines(text: str, properties: FontProperties, box: Box) -> tuple[str, ...]:
    """Break a label into the lines that its box was made for."""
    single = box.bottom - box.top < 1.5 * measure(text, properties)[1]
    return (text,) if single else _halves(text, properties)


def _halves(text: str, properties: FontProperties) -> tuple[str, str]:
    """Break a text at the space that leaves the longer line shortest."""
    words = text.split(" ")
    cuts = [(" ".join(words[:k]), " ".join(words[k:])) for k in range(1, len(words))]
    return min(cuts, key=lambda cut: max(measure(line, properties)[0] for line in cut))


@dataclass(frozen=True, slots=True)
class Cross:
    """A mark with a range in both directions, and the sizes its label may have, in px.

    Attributes
    ----------
    x, y : float
        Center of the mark, from the top left corner of the figure.
    arms : Box
        How far the ranges go; a mark without ranges is its own box.
    sizes : tuple of (float, float)
        Width and height of the label, the better form first.
    """

    x: float
    y: float
    arms: Box
    sizes: tuple[tuple[float, float], ...]

    def places(self, distance: float) -> list[Box]:
        """Give the eight places beside the mark, those beyond its ranges, and those further off."""
        ends = (
            max(distance, self.x - self.arms.left + 5),
            max(distance, self.y - self.arms.top + 2),
            max(distance, self.arms.right - self.x + 5),
            max(distance, self.arms.bottom - self.y + 2),
        )
        reaches = [(distance,) * 4, ends, *((k * distance,) * 4 for k in (1.7, 2.6, 4.0, 6.0))]
        return [
            box
            for size in self.sizes
            for reach in reaches
            for box in _around(self.x, self.y, *size, reaches=reach)
            if self.off(box) <= _FURTHEST or self.beyond(box)
        ]

    def off(self, box: Box) -> float:
        """Measure how far a box is from the center of the mark."""
        return _apart(box, self.x, self.y)

    def beyond(self, box: Box) -> bool:
        """Tell whether a box stands at the end of a range, as if written behind it."""
        arms = self.arms
        ends = (
            (arms.left, self.y),
            (arms.right, self.y),
            (self.x, arms.top),
            (self.x, arms.bottom),
        )
        return any(_apart(box, *end) <= _AT_END for end in ends)


def _apart(box: Box, x: float, y: float) -> float:
    across = max(box.left - x, x - box.right, 0.0)
    down = max(box.top - y, y - box.bottom, 0.0)
    return math.hypot(across, down)


def place_all(
    crosses: Sequence[Cross],
    *,
    taken: Iterable[Box],
    within: Box,
    avoid: Iterable[Box] = (),
    distance: float = 7.0,
) -> list[Box | None]:
    """Find free places for the labels of all marks, the hardest first.

    Parameters
    ----------
    crosses : sequence of Cross
    taken : iterable of Box
        Marks, ranges and text that no label may touch.
    within : Box
        Labels stay inside.
    avoid : iterable of Box
        Lines that a label crosses only where there is no other place.
    distance : float
        From the mark's center, in px.

    Returns
    -------
    list of Box or None
        In the order of `crosses`; None where no place is left.
    """
    occupied, lines = list(taken), list(avoid)
    options = [
        sorted(
            (
                (_cost(cross, box, crosses, lines), place, box)
                for place, box in enumerate(cross.places(distance))
                if box.inside(within) and not any(box.overlaps(other) for other in occupied)
            ),
            key=lambda option: option[:2],
        )
        for cross in crosses
    ]
    first: list[int] = []
    best: list[Box | None] = [None] * len(crosses)
    while True:
        found = _in_turn([[box for *_, box in each] for each in options], first)
        lost = [i for i, box in enumerate(found) if box is None]
        if len(lost) < best.count(None) or not first:
            best = found
        # A label that found no place comes first in the next attempt.
        late = [i for i in lost if i not in first and options[i]]
        if not late:
            return best
        first = [late[0], *first]


def _in_turn(options: list[list[Box]], first: Sequence[int]) -> list[Box | None]:
    """Give each label its best free place: some first, then those with the fewest places."""
    found: list[Box | None] = [None] * len(options)
    waiting = set(range(len(options)))
    while waiting:
        asked = [i for i in first if i in waiting]
        turn = asked[0] if asked else min(waiting, key=lambda i: (len(options[i]), i))
        waiting.remove(turn)
        if options[turn]:
            chosen = options[turn][0]
            found[turn] = chosen
            options = [[box for box in each if not box.overlaps(chosen)] for each in options]
    return found


def _cost(cross: Cross, box: Box, crosses: Sequence[Cross], lines: Sequence[Box]) -> float:
    """Prefer places near the mark, away from other marks, and off the lines."""
    off = cross.off(box)
    other_form = box.bottom - box.top > cross.sizes[0][1] + 1e-6
    nearest = min((other.off(box) for other in crosses if other is not cross), default=math.inf)
    mistaken = max(off - nearest, -_CLEAR) + _CLEAR
    crossed = any(box.overlaps(line) for line in lines)
    return off + 2 * mistaken + _CROSSED * crossed + _BROKEN * other_form
