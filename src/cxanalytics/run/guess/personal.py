"""Which columns hold personal data, so that they are left out?

A column is judged by its name and by what its cells look like; no cell is ever shown.
"""

from __future__ import annotations

import re

import pandas as pd

from cxanalytics.run.guess.dates import guess_date
from cxanalytics.run.guess.levels import organization_rank
from cxanalytics.run.guess.words import filled, words_of

LOOKED = 200
"""Cells that are looked at."""

LONG = 6
"""Words in a cell, on average, from which it is free text."""

_BY_NAME = re.compile(
    r"\b(?:first|last|sur|full|middle|given|family|customer|respondent|recipient|agent|staff"
    r"|contact|employee|caller|client|patient|your|vor|nach) ?(?:first |last )?name\b"
    r"|\be ?mail|\bphone\b|\btelephone\b|\bmobile (?:no|number|phone)\b|\baddress\b|\bip ?address\b"
    r"|\bstreet\b|\bstrasse\b|\bpost ?code\b|\bzip\b|\bplz\b|\blatitude\b|\blongitude\b|\bssn\b"
    r"|social security|\bnational id\b|\bdate of birth\b|\bdob\b|\bbirth"
    r"|external (?:data )?reference|\baccount (?:no|number)\b"
)
_FREE_TEXT = re.compile(
    r"comment|feedback|verbatim|free ?text|open ?ended|suggest|in your own words|kommentar"
    r"|anmerkung|commentaire|comentario|please (?:tell|explain|describe)|\btext$|\bwhy\b"
)
_CELLS = (
    ("e-mail addresses", re.compile(r"[^@\s]+@[^@\s]+\.[a-z]{2,}", re.IGNORECASE)),
    ("network addresses", re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")),
    ("telephone numbers", re.compile(r"(?=.*[ +()-])\+?[\d ()./-]{8,}")),
)


def find_personal(column: pd.Series, *, name: str, wording: str = "") -> str:
    """Say what personal data a column holds.

    Parameters
    ----------
    column : Series of str
    name, wording : str

    Returns
    -------
    str
        What it looks like; "" where it looks like none.
    """
    words = words_of(name)
    if _BY_NAME.search(words) and organization_rank(name) is None:
        return "personal data, by its name"
    cells = filled(column)
    look = cells.head(LOOKED)
    if look.empty or guess_date(look) is not None:
        return ""
    for what, pattern in _CELLS:
        if 2 * sum(bool(pattern.fullmatch(cell.strip())) for cell in look) > len(look):
            return what
    length = sum(len(cell.split()) for cell in look) / len(look)
    distinct = cells.nunique() / len(cells)
    asked = bool(_FREE_TEXT.search(words_of(f"{name} {wording}")))
    if (length > LONG and distinct > 0.3) or (asked and length > 1.5 and distinct > 0.1):
        return "free text"
    if words == "name" and distinct > 0.5 and len(cells) > 20:
        return "names of persons, it seems"
    return ""
