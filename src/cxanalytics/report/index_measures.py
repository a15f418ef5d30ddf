"""How does every agency stand on every measure beside the outcome, in one table?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import Markup

from cxanalytics.formats import percent, share_range
from cxanalytics.report.components.figures import data_table, folded, scrolling
from cxanalytics.report.components.text import clean, fill
from cxanalytics.report.record_ids import measure_ids
from cxanalytics.rules import NOT_ASKED
from cxanalytics.words import are_averaged, say_short_reason

if TYPE_CHECKING:
    from cxanalytics.report.facts import PageFacts
    from cxanalytics.tables import Benchmark


def measures_table(boards: Mapping[str, Benchmark], facts: PageFacts) -> Markup:
    """Print every agency on every measure beside the outcome, behind a summary.

    Parameters
    ----------
    boards : mapping of str to Benchmark
    facts : PageFacts

    Returns
    -------
    Markup
        Empty where there is no other measure.
    """
    ids = measure_ids(boards, facts)
    others = [entry for entry in facts.measures if entry.name in ids and entry != facts.outcome]
    if not others:
        return Markup("")
    names = sorted({key for entry in others for key in ids[entry.name]})
    table = pd.DataFrame({facts.nouns.organization.capitalize(): [clean(key) for key in names]})
    for place, entry in enumerate(others, start=1):
        board = boards[entry.name]
        cells = [
            fill('<span id="{}">{}</span>', ids[entry.name][key], _score_in_words(board.row(key)))
            if key in ids[entry.name]
            else say_short_reason(NOT_ASKED)
            for key in names
        ]
        # Strings of pandas would lose which cells are markup.
        column = pd.Series(cells, dtype=object)
        table.insert(place, entry.label, column, allow_duplicates=True)
    caption = "Score and likely range on every other measure"
    if are_averaged(boards[facts.outcome.name]):
        caption = f"{caption}. A code means another {facts.nouns.organization} in every column"
    content = scrolling(data_table(table, caption=caption), name=caption)
    return folded("Show every other measure as a table", content)


def _score_in_words(row: pd.Series[Any]) -> str:
    """Print a score with its range, or why there is none."""
    if row["suppressed_reason"] != "":
        return say_short_reason(row["suppressed_reason"])
    return f"{percent(row['estimate'])} ({share_range(row['conf_low'], row['conf_high'])})"
