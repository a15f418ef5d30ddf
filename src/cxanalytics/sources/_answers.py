"""What does a cell answer, on its scale, and if nothing, why not?

Declared codes go first, then numbers, then words. In "5 - Agree" the words decide, because codes
may run from best to worst; a column whose numbers and words contradict each other is refused.
Words for no answer are known; codes for no answer are declared. Neither is ever a middle answer.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxanalytics.columns import plain, refuse, show
from cxanalytics.errors import DataError
from cxanalytics.formats import count as count_text
from cxanalytics.scales import clash, fold, read_missing, split_number
from cxanalytics.sources._cells import BLANK, NUMBER, in_use, key, spread, texts
from cxanalytics.sources._questions import NO_ANSWER, Asked

LISTED = 5


@dataclass(frozen=True, slots=True)
class Cell:
    """One distinct cell, read.

    Attributes
    ----------
    value : float
        On the scale; NaN where there is no answer.
    reason : str
        Why there is none; "" for an answer, and for a blank cell.
    number : float, optional
        The number in the cell, as the scale would read it.
    words : str
        The words by which it was read.
    understood : bool
    """

    value: float = math.nan
    reason: str = ""
    number: float | None = None
    words: str = ""
    understood: bool = True


@dataclass(frozen=True, slots=True)
class Answers:
    """One column of answers, read.

    Attributes
    ----------
    values : ndarray of float, shape (rows,)
        On the scale; NaN where there is no answer.
    reasons : tuple of str
        Why there is none, by category of the column; "" for an answer, and for a blank cell.
    """

    values: NDArray[np.floating]
    reasons: tuple[str, ...]


def read_cell(value: Any, asked: Asked) -> Cell:
    """Read one answer: a declared code, a number on the scale, one of its labels, or none.

    Parameters
    ----------
    value : object
        The cell.
    asked : Asked

    Returns
    -------
    Cell
        Not understood where it is none of these.
    """
    text = key(plain(value))
    number, words, marked = split_number(text)
    for candidate in (text, fold(text), words):
        if candidate in asked.answers:
            return Cell(asked.answers[candidate])
        if candidate in asked.missing:
            return Cell(reason=_reason(candidate, text, number, asked))
    scale = asked.question.scale
    bare = text.removesuffix("%") if scale.answers[-1] == 100 else text
    if NUMBER.fullmatch(bare):
        found = _on_scale(float(bare), asked)
        return Cell(understood=False) if found is None else Cell(found, number=found)
    leads = None if number is None else _on_scale(number, asked)
    for label in (fold(text), words):
        if label in scale.labels:
            return Cell(float(scale.labels[label]), number=leads, words=label)
    reason = read_missing(text)
    if reason or (number is not None and f"{number:g}" in asked.missing):
        return Cell(reason=reason or _reason("", text, number, asked))
    if text in BLANK:
        return Cell()
    # A number before unknown words counts only where the scale has no word of its own for it.
    named = leads in set(scale.labels.values())
    if marked and leads is not None and not named and not words[:1].isdigit():
        return Cell(leads)
    return Cell(understood=False)


def _reason(code: str, text: str, number: float | None, asked: Asked) -> str:
    """Say why a declared code is no answer: as declared, by its words, or by its number."""
    by_number = asked.reasons.get(f"{number:g}") if number is not None else None
    return asked.reasons.get(code) or read_missing(text) or by_number or NO_ANSWER


def _on_scale(number: float, asked: Asked) -> float | None:
    scale = asked.question.scale
    if number not in scale.answers:
        return None
    return scale.mirror(number) if asked.reversed else number


def read_answers(
    column: pd.Series, label: str, asked: Asked, dtype: type[np.floating] = np.float64
) -> Answers:
    """Read a column of answers.

    Parameters
    ----------
    column : Series of category
    label : str
        Question and column, for messages.
    asked : Asked
    dtype : type
        Of the values.

    Returns
    -------
    Answers

    Raises
    ------
    DataError
        An answer is outside the scale, words and numbers contradict each other, two unlike words
        lead to one answer, or all answers are missing.
    """
    used = in_use(column.cat.codes.to_numpy(), len(column.cat.categories))
    cells = {value: read_cell(value, asked) for value in column.cat.categories[used]}
    read = [cells.get(value, Cell()) for value in column.cat.categories]
    values = spread(column, [cell.value for cell in read], math.nan, dtype)
    if not all(cell.understood for cell in read):
        failed = spread(column, [not cell.understood for cell in read], False, bool)
        _refuse_unknown(column, failed, label, asked)
    _refuse_two_ladders(label, cells, asked)
    _refuse_contradiction(column, label, cells, asked)
    if np.isnan(values).all():
        raise DataError(
            f"{label} must hold at least one answer; all {count_text(len(values))} are missing."
        )
    return Answers(values, tuple(cell.reason for cell in read))


def _refuse_unknown(column: pd.Series, failed: NDArray[np.bool_], label: str, asked: Asked) -> None:
    scale = asked.question.scale
    labels = f" or a label such as '{next(iter(scale.labels))}'" if scale.labels else ""
    kinds = pd.Series(texts(column.loc[failed]), dtype=object).value_counts()
    listed = ", ".join(f"{show(kind)} ({rows})" for kind, rows in kinds.iloc[:LISTED].items())
    advice = f" Not understood: {listed}." if len(kinds) > 1 else ""
    refuse(
        column,
        failed,
        f"{label} must be {scale.allowed()}{labels} (scale {scale.id})",
        f"{advice} A code for no answer belongs in `missing`.",
    )


def _refuse_two_ladders(label: str, cells: Mapping[Any, Cell], asked: Asked) -> None:
    scale = asked.question.scale
    if len(scale.answers) == 2:
        return
    both = clash({cell.words: cell.value for cell in cells.values() if cell.words})
    if both:
        raise DataError(
            f"{label} must have one word for each answer; {show(both[0])} and {show(both[1])} "
            f"would both be {scale.labels[both[0]]:g} (scale {scale.id}). Say in `answers` what "
            "each stands for."
        )


def _refuse_contradiction(
    column: pd.Series, label: str, cells: Mapping[Any, Cell], asked: Asked
) -> None:
    """Refuse numbers that run against their own words, where numbers are relied upon."""
    against = {
        value: cell
        for value, cell in cells.items()
        if cell.words and cell.number not in (None, cell.value)
    }
    bare = any(cell.number is not None and not cell.words for cell in cells.values())
    if not against or not (asked.reversed or (bare and len(against) > 1)):
        return
    first = column.index[column.isin(list(against))][0]
    cell = against[column.loc[first]]
    turned, advice = "", "Where the lowest number is the best answer, say `reversed: true`; or"
    if asked.reversed:
        turned, advice = " read from best to worst (`reversed`)", "Leave out `reversed`, or"
    raise DataError(
        f"{label} must have numbers and words that agree; row {first} has "
        f"{show(column.loc[first])}: its number{turned} is {cell.number:g}, its words are "
        f"{cell.value:g} (scale {asked.question.scale.id}). {advice} "
        "give each code in `answers`."
    )
