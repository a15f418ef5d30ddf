"""How does a drawn figure become part of a page?

Text stays text (so that it can be searched, zoomed and printed), every id is the figure's own
(matplotlib repeats the same ids in every file, and clip paths would collide), and nothing
depends on the clock.
"""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import matplotlib as mpl
from markupsafe import Markup

from cxanalytics.report.components.text import clean

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_LONG_DECIMAL = re.compile(r"-?\d+\.\d{3,}(?:e-?\d+)?")
_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_HREF = "{http://www.w3.org/1999/xlink}href"
_DROPPED = {"metadata", "style"}


def _rounded(text: str) -> str:
    """Shorten every decimal in an attribute to two places."""

    def shorten(match: re.Match[str]) -> str:
        number = f"{float(match.group()):.2f}".rstrip("0").rstrip(".")
        return "0" if number in ("-0", "") else number

    return _LONG_DECIMAL.sub(shorten, text)


def _local(name: str) -> str:
    return name.rsplit("}", 1)[-1]


def _references(root: ElementTree.Element) -> set[str]:
    """List the ids that something in the drawing points to."""
    used: set[str] = set()
    for element in root.iter():
        for name, value in element.attrib.items():
            used.update(_REFERENCE.findall(value))
            if _local(name) == "href":
                used.add(value.removeprefix("#"))
    return used


def _strip(element: ElementTree.Element) -> None:
    """Remove metadata, style sheets and empty definitions below an element."""
    for child in list(element):
        _strip(child)
        name = _local(child.tag)
        if name in _DROPPED or (name in ("defs", "g") and len(child) == 0):
            element.remove(child)


def _rewrite(element: ElementTree.Element, used: set[str], prefix: str) -> None:
    """Give an element plain names, short numbers and ids of this figure."""
    element.tag = _local(element.tag)
    # Only the text of <text> is meant to be read; elsewhere it is indentation.
    if element.tag not in ("text", "tspan"):
        element.text = None
    element.tail = None
    attributes = dict(element.attrib)
    element.attrib.clear()
    for name, value in attributes.items():
        if name == "id":
            if value in used:
                element.set("id", f"{prefix}-{value}")
        elif _local(name) == "href":
            element.set("href", f"#{prefix}-{value.removeprefix('#')}")
        else:
            pointed = _REFERENCE.sub(rf"url(#{prefix}-\1)", value)
            element.set(_local(name), pointed if "#" in pointed else _rounded(pointed))


def to_svg(figure: Figure, *, prefix: str, label: str) -> Markup:
    """Turn a figure into inline SVG.

    Parameters
    ----------
    figure : Figure
        Drawn at the size it is shown at.
    prefix : str
        Put before every id; letters, digits and hyphens, one for each drawing on a page.
    label : str
        What a reader who cannot see the figure is told.

    Returns
    -------
    Markup
        One `<svg role="img">` with a viewBox and no width or height.
    """
    buffer = io.StringIO()
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "cxanalytics"}):
        figure.savefig(
            buffer,
            format="svg",
            metadata={"Date": None, "Creator": None, "Format": None, "Type": None},
        )
    root = ElementTree.fromstring(buffer.getvalue())
    _strip(root)
    used = _references(root)
    for element in root.iter():
        _rewrite(element, used, prefix)
    box = root.get("viewBox", "")
    root.attrib.clear()
    root.attrib.update(
        {"viewBox": box, "role": "img", "aria-label": clean(label), "focusable": "false"}
    )
    return Markup(ElementTree.tostring(root, encoding="unicode"))
