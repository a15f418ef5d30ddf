"""Verdicts as shape, word and number, and the reasons behind each."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from cxanalytics.report.components.text import fill, join
from cxanalytics.words import Chip

_SHAPES = {
    "above": "M6.5 1.5 L12 11.5 H1 Z",
    "below": "M6.5 11.5 L12 1.5 H1 Z",
    "same": "M6.5 1 L12 6.5 L6.5 12 L1 6.5 Z",
    "unclear": "M6.5 2 A4.5 4.5 0 1 1 6.49 2 Z",
}


def shape(kind: str, *, filled: bool) -> Markup:
    """Draw the mark of a verdict: triangle up or down, diamond, circle."""
    return fill(
        '<svg viewBox="0 0 13 13" aria-hidden="true" focusable="false">'
        '<path d="{}" fill="{}" stroke="currentColor" stroke-width="1.6"'
        ' stroke-linejoin="round"/></svg>',
        _SHAPES[kind],
        "currentColor" if filled else "none",
    )


def chip(verdict: Chip) -> Markup:
    """Show a verdict.

    Parameters
    ----------
    verdict : Chip
        As `say_verdict` gives it; one without a kind is a reason, and is printed as words.

    Returns
    -------
    Markup
    """
    if verdict.kind not in _SHAPES:
        return fill('<span class="sub">{}</span>', verdict.word)
    colour = verdict.kind if verdict.kind in ("above", "below") else "unsure"
    number = (
        fill('<span class="cert">{}</span>', verdict.certain) if verdict.certain else Markup("")
    )
    return fill(
        '<span class="chip {}">{}<span>{}{}</span></span>',
        colour,
        shape(verdict.kind, filled=verdict.filled),
        verdict.word,
        number,
    )


def why(measure: str, entries: Iterable[tuple[str, str]]) -> Markup:
    """Open a verdict to what it stands on.

    Parameters
    ----------
    measure : str
        Label of the measure, for those who hear the page.
    entries : iterable of (str, str)
        Base, scores, gap, peers and rule: name and text.

    Returns
    -------
    Markup
    """
    return fill(
        '<details class="why"><summary>Why?<span class="vh"> {}</span></summary>'
        "<dl>{}</dl></details>",
        measure,
        join(fill("<div><dt>{}</dt><dd>{}</dd></div>", name, text) for name, text in entries),
    )
