"""What does a source itself say about its questions and its rows, beside the cells?

A wording in the file stands where none is declared; codes declared as missing or as answers hold
for the words that stand for them; what the file declares missing is missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cxanalytics.scales import read_missing
from cxanalytics.sources._cells import key, rows_text
from cxanalytics.sources._grid import Grid
from cxanalytics.sources._questions import NO_ANSWER, Asked
from cxanalytics.tables import Check


def told_by(grid: Grid, entry: Asked) -> Asked:
    """Add what the source says about one question to what is declared.

    Parameters
    ----------
    grid : Grid
    entry : Asked

    Returns
    -------
    Asked
        Declared facts go first.
    """
    name = entry.question.name
    question = entry.question
    if not question.wording:
        question = replace(question, wording=grid.wording(entry.column, name))
    answers = dict(entry.answers)
    reasons = dict(entry.reasons)
    for cell, code in grid.codes(entry.column, name).items():
        if key(code) in entry.answers:
            answers.setdefault(key(cell), entry.answers[key(code)])
        if key(code) in entry.reasons:
            reasons.setdefault(key(cell), entry.reasons[key(code)])
    for cell, word in grid.missing_answers(entry.column, name).items():
        reasons.setdefault(key(cell), read_missing(word) or NO_ANSWER)
    missing = entry.missing | frozenset(reasons)
    return replace(entry, question=question, answers=answers, missing=missing, reasons=reasons)


def with_grid_notes(grid: Grid, notes: Sequence[Check]) -> list[Check]:
    """Count the rows that were left out before any cell was read among the rows read.

    Parameters
    ----------
    grid : Grid
    notes : sequence of Check
        From `account`, which knows the rows of the grid.

    Returns
    -------
    list of Check
    """
    if not grid.left_out:
        return [*notes, *grid.notes]
    read = len(grid.frame) + grid.empty_rows + sum(number for _, number, _ in grid.left_out)
    first = Check("rows read", None, f"{rows_text(read)} read from {grid.source}.")
    left_out = [
        Check(name, None, f"{rows_text(number)} {why}") for name, number, why in grid.left_out
    ]
    return [first, *left_out, *(note for note in notes if note.name != "rows read"), *grid.notes]
