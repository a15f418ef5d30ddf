"""Why is a figure not shown?

One sentence per reason, with its number from the threshold itself. A row never disappears: it
stays with this sentence in place of its figures.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from cxanalytics.errors import DataError, must_be
from cxanalytics.formats import count, number_word
from cxanalytics.rules import (
    COMPLEMENTARY,
    FEW,
    HIDDEN,
    NO_COUNTS,
    NOT_ASKED,
    SUPPRESSED_REASONS,
    THRESHOLDS,
    Thresholds,
)


def say_suppressed(
    reason: str, *, answers: float | None = None, thresholds: Thresholds = THRESHOLDS
) -> str:
    """Say why a row shows no figures.

    Parameters
    ----------
    reason : str
        One of `rules.SUPPRESSED_REASONS`, or "" where only the peers are too few.
    answers : float, optional
        Answers of the row. Where they reach the threshold, weighting made them too few.
    thresholds : Thresholds

    Returns
    -------
    str
        One or two short sentences.

    Raises
    ------
    DataError
        An unknown reason.
    """
    weighted = answers is not None and answers >= thresholds.rank
    few = "Too few answers once weighted" if weighted else f"Fewer than {thresholds.rank} answers"
    sentences = {
        "": f"Fewer than {number_word(thresholds.peers)} peers. Not compared.",
        HIDDEN: f"Fewer than {thresholds.hide} answers. Hidden to protect privacy.",
        COMPLEMENTARY: "Hidden to protect the privacy of another small group.",
        FEW: f"{few}. Not ranked, to avoid a misleading figure.",
        NO_COUNTS: "Not possible: the number of answers was not published.",
        NOT_ASKED: "Not asked in this wave.",
    }
    if reason not in sentences:
        raise DataError(must_be("reason", SUPPRESSED_REASONS, reason))
    return sentences[reason]


def say_base(row: pd.Series[Any], *, thresholds: Thresholds = THRESHOLDS) -> str:
    """Print the number of answers behind a row, as far as it may be known.

    Parameters
    ----------
    row : Series
        A row of `Benchmark.frame`.
    thresholds : Thresholds

    Returns
    -------
    str
        "1,148"; "<10" when hidden; "hidden" when hidden for another's sake; "not published".
    """
    reason = row["suppressed_reason"]
    if reason == HIDDEN:
        return f"<{thresholds.hide}"
    if reason == COMPLEMENTARY:
        return "hidden"
    if reason == NO_COUNTS:
        return "not published"
    if reason == FEW and pd.isna(row["n"]):
        return "hidden"
    return "none" if reason == NOT_ASKED or pd.isna(row["n"]) else count(row["n"])


def say_care(row: pd.Series[Any], *, thresholds: Thresholds = THRESHOLDS) -> str:
    """Warn about a score that rests on few answers.

    Parameters
    ----------
    row : Series
        A row of `Benchmark.frame`.
    thresholds : Thresholds

    Returns
    -------
    str
        "Use with care: 62 answers.", or "" where there are enough or no score is shown.
    """
    if row["suppressed_reason"] != "" or not row["n_eff"] < thresholds.caution:
        return ""
    return f"Use with care: {count(row['n'])} answers."
