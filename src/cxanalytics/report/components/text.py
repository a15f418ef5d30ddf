"""How does text from data reach the page without doing harm?

Everything is escaped; characters that reorder or hide text are dropped, because a name that
reads one way and is stored another can pass for somebody else's.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from markupsafe import Markup, escape

# Bidirectional marks, embeddings, overrides and isolates; zero-width and byte-order marks.
_REORDERING = re.compile("[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")


def clean(text: object) -> str:
    """Drop characters that reorder, hide or break text.

    Parameters
    ----------
    text : object
        A name or sentence, not escaped.

    Returns
    -------
    str
        One line, without control and bidirectional characters; not yet escaped.
    """
    visible = _REORDERING.sub("", str(text))
    spaced = "".join(
        " " if unicodedata.category(letter) in ("Cc", "Zl", "Zp") else letter for letter in visible
    )
    return spaced.encode("utf-8", "replace").decode("utf-8").strip()


def safe(text: object) -> Markup:
    """Clean and escape text for HTML; markup made here passes unchanged."""
    return text if isinstance(text, Markup) else escape(clean(text))


def fill(pattern: str, *values: object, **named: object) -> Markup:
    """Put cleaned, escaped values into a pattern of HTML.

    Parameters
    ----------
    pattern : str
        HTML written in this package, with `{}` or `{name}` for values.
    *values, **named : object
        Text from anywhere, or Markup made here.

    Returns
    -------
    Markup
    """
    return Markup(pattern).format(
        *(safe(value) for value in values),
        **{name: safe(value) for name, value in named.items()},
    )


def join(parts: Iterable[Markup], between: str = "") -> Markup:
    """Join pieces of HTML."""
    return Markup(between).join(parts)


def sentence(text: str) -> str:
    """Start a text with a capital letter, leaving the rest as it is."""
    return text[:1].upper() + text[1:]


def quiet(label: str) -> str:
    """Start a label with a small letter, unless it is an abbreviation."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]
