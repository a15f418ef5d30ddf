"""How sure is a comparison, in a word and a number that agree?

The words and their limits come from `rules.CERTAINTIES`; the verdict and its probability come
from the row of the benchmark, unrounded. "Too close to call" prints no percentage, so that a
word and a number can never disagree; no probability prints as 0% or 100%.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from cxanalytics.errors import DataError
from cxanalytics.formats import certain
from cxanalytics.rules import (
    CALL_AT_LEAST,
    CERTAINTIES,
    THRESHOLDS,
    Certainty,
    Thresholds,
    certainty,
)
from cxanalytics.words.suppressed import say_suppressed

FILLED_AT_LEAST = CERTAINTIES[1].at_least
UNCLEAR = "Too close to call"
SAME = "About the same"


@dataclass(frozen=True, slots=True)
class Chip:
    """A verdict as a shape, a word and a number.

    Attributes
    ----------
    kind : str
        "above" (triangle up), "below" (triangle down), "same" (diamond), "unclear" (circle), or
        "" where nothing may be shown.
    filled : bool
        True for a filled triangle.
    word : str
        For example "Very likely above".
    certain : str
        For example "97% certain"; empty where no percentage is printed.
    """

    kind: str
    filled: bool
    word: str
    certain: str

    @property
    def text(self) -> str:
        """The word and the number in one phrase."""
        return f"{self.word} ({self.certain})" if self.certain else self.word


def say_verdict(row: pd.Series[Any], *, thresholds: Thresholds = THRESHOLDS) -> Chip:
    """Give the chip of one row of a benchmark.

    Parameters
    ----------
    row : Series
        A row of `Benchmark.frame`; read are `verdict`, `certainty`, `suppressed_reason`.
    thresholds : Thresholds
        For the reason of a row that is not compared.

    Returns
    -------
    Chip

    Raises
    ------
    DataError
        A verdict with a probability too small for any word.
    """
    verdict = row["verdict"]
    if verdict == "":
        reason = say_suppressed(row["suppressed_reason"], answers=row["n"], thresholds=thresholds)
        return Chip(kind="", filled=False, word=reason, certain="")
    if verdict == "unclear":
        return Chip(kind="unclear", filled=False, word=UNCLEAR, certain="")
    probability = float(row["certainty"])
    entry = earned(probability, verdict)
    number = f"{certain(probability)} certain"
    if verdict == "same":
        return Chip(kind="same", filled=False, word=SAME, certain=number)
    word = f"{entry.word.capitalize()} {verdict}"
    return Chip(kind=verdict, filled=probability >= FILLED_AT_LEAST, word=word, certain=number)


def say_verdict_clause(row: pd.Series[Any], *, than: str, unclear_than: str | None = None) -> str:
    """Give the verdict of one row as the middle of a sentence.

    Parameters
    ----------
    row : Series
        A row of `Benchmark.frame` that is not suppressed.
    than : str
        What it is compared with: "the typical government peer", "its peers".
    unclear_than : str, optional
        The same after "too close to"; `than` when absent.

    Returns
    -------
    str
        For example "likely below the typical government peer (81% certain)".
    """
    chip = say_verdict(row)
    if chip.kind == "unclear":
        return f"too close to {unclear_than or than} to call"
    joint = " as " if chip.kind == "same" else " "
    return f"{chip.word[0].lower()}{chip.word[1:]}{joint}{than} ({chip.certain})"


def earned(probability: float, statement: str) -> Certainty:
    """Find the word a probability earns, and refuse one that earns none.

    Parameters
    ----------
    probability : float
        Unrounded.
    statement : str
        What it is the probability of, for the message.

    Returns
    -------
    Certainty

    Raises
    ------
    DataError
        The probability is missing or below the weakest word.
    """
    entry = certainty(probability)
    if entry is None:
        raise DataError(
            f"`certainty` must be at least {CALL_AT_LEAST:g} to call {statement!r}; "
            f"got {probability:g}."
        )
    return entry
