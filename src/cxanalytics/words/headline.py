"""What is the one thing to know about an agency?

The score, how it compares with the typical peer, and how sure that is: the same record as the
first chip of the scorecard.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from cxanalytics.formats import count, percent, share_range
from cxanalytics.rules import FEW, HIDDEN, PLACE_RELIABILITY, THRESHOLDS, Thresholds
from cxanalytics.words.certainty import say_verdict_clause
from cxanalytics.words.nouns import Nouns
from cxanalytics.words.suppressed import say_suppressed


def say_headline(row: pd.Series[Any], *, nouns: Nouns, thresholds: Thresholds = THRESHOLDS) -> str:
    """Say the score of an agency and how it compares, in at most 28 words.

    Parameters
    ----------
    row : Series
        The agency's row of the benchmark of the outcome.
    nouns : Nouns
    thresholds : Thresholds

    Returns
    -------
    str
    """
    if row["suppressed_reason"] != "":
        return _without_score(row, thresholds)
    score = f"{percent(row['estimate'])} of your {nouns.respondents} {nouns.outcome_phrase}"
    if row["verdict"] == "":
        return f"{score}. {say_suppressed('', thresholds=thresholds)}"
    small = row["n_eff"] < thresholds.caution and row["reliability"] < PLACE_RELIABILITY
    if row["verdict"] == "unclear" and small:
        likely = share_range(row["conf_low"], row["conf_high"])
        return f"{count(row['n'])} answers: enough for a rough score ({likely}), not for a rank."
    return f"{score}, {say_verdict_clause(row, than=f'the typical {nouns.peer}')}."


def _without_score(row: pd.Series[Any], thresholds: Thresholds) -> str:
    reason = row["suppressed_reason"]
    if reason == FEW and row["n"] < thresholds.rank:
        return f"{count(row['n'])} answers: too few for a score, so none is shown."
    if reason == HIDDEN:
        return f"Fewer than {thresholds.hide} answers, hidden to protect privacy."
    return say_suppressed(reason, answers=row["n"], thresholds=thresholds)


def say_score_range(row: pd.Series[Any]) -> str:
    """Say the likely range of a score: "likely between 61% and 66%".

    Parameters
    ----------
    row : Series
        A row of `Benchmark.frame` that is not suppressed.

    Returns
    -------
    str
    """
    low, high = percent(row["conf_low"]), percent(row["conf_high"])
    return f"likely {low}" if low == high else f"likely between {low} and {high}"
