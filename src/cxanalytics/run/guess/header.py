"""Which row of a table holds the names of its columns?"""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence

TOP = 40
"""Rows among which the column names are looked for."""

FILLED = 0.8
"""Share of the usual width that a row of column names fills."""

DISTINCT = 0.6
"""Share of its cells that differ; sheets exist that name a column twice."""

_NUMBER = re.compile(r"[+-]?[\d.,]+%?")


def find_header(rows: Sequence[Sequence[str]]) -> int | None:
    """Find the row of the column names among the first rows.

    Parameters
    ----------
    rows : sequence of sequence of str
        Blank cells are "".

    Returns
    -------
    int or None
        Counted from 1: the first row that is about as wide as the table, holds words and no
        numbers, and names nothing twice too often. None where there is no such row.
    """
    widths = [sum(1 for cell in row if cell) for row in rows[: 5 * TOP]]
    wide = [width for width in widths if width > 1]
    if not wide:
        return 1 if len(rows) > 1 and widths[0] == 1 else None
    usual = statistics.median_high(wide)
    for place, row in enumerate(rows[:TOP]):
        cells = [cell for cell in row if cell]
        if len(cells) < max(2, FILLED * usual):
            continue
        words = [cell for cell in cells if not _NUMBER.fullmatch(cell)]
        if len(words) >= FILLED * len(cells) and len(set(cells)) >= DISTINCT * len(cells):
            return place + 1
    return None
