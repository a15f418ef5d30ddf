"""What do the name and the cells of a column look like, before anyone says what they are?"""

from __future__ import annotations

import re
import unicodedata

import pandas as pd

from cxanalytics.sources._cells import BLANK, NUMBER, key

_PLAIN = re.compile(r"[A-Za-z_](?:[\w/()?'.+-]|[ ](?=[\w(]))*")
_WORDS = frozenset("true false null yes no on off y n".split())


def words_of(name: str) -> str:
    """Write a column name as plain words: "OfficeName", "office_name" are "office name"."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    bare = unicodedata.normalize("NFKD", parted).encode("ascii", "ignore").decode()
    return " ".join(re.sub(r"[^a-z0-9]+", " ", bare.lower()).split())


def filled(column: pd.Series) -> pd.Series:
    """Keep the cells that are not blank."""
    blank = [cell for cell in column.unique() if key(cell) in BLANK]
    return column.loc[~column.isin(blank)]


def all_numbers(cells: pd.Series) -> bool:
    """Tell whether there are cells, and each of them is a number or a percentage."""
    return bool(len(cells)) and all(
        NUMBER.fullmatch(cell.lower().removesuffix("%").strip()) for cell in cells.unique()
    )


def quoted(text: str) -> str:
    """Write a text in double quotes as YAML reads it; marks that do not print are escaped."""
    return '"' + "".join(_mark(mark) for mark in text) + '"'


def _mark(mark: str) -> str:
    if mark in '"\\':
        return f"\\{mark}"
    if mark.isprintable():
        return mark
    return f"\\U{ord(mark):08x}"


def yaml_text(value: object) -> str:
    """Write a text so that YAML reads the same text.

    Parameters
    ----------
    value : object

    Returns
    -------
    str
        In quotes where it needs them.
    """
    text = str(value)
    if _PLAIN.fullmatch(text) and text.isascii() and text.lower() not in _WORDS:
        return text
    return quoted(text)
