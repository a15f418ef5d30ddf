"""What does a verdict stand on?

Base, scores, gap, peers, chances and the rule, each from the row that the chip, the table and the
files read. The numbers of the rule are `rules.CALL_AT_LEAST` and the board's own difference.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from cxanalytics.errors import DataError, must_be
from cxanalytics.formats import certain, count, list_words, percent, points, share_range
from cxanalytics.rules import (
    CALL_AT_LEAST,
    COMPLEMENTARY,
    FEW,
    HIDDEN,
    NO_COUNTS,
    NOT_ASKED,
    THRESHOLDS,
    Thresholds,
)
from cxanalytics.tables import Benchmark
from cxanalytics.words.scorecard import say_gap
from cxanalytics.words.suppressed import say_base, say_care

PEER_SET = "peer_set"
"""Fact of a board that names its peers in words: "12 organizations of the same size"."""

CASE_MIX = "Who answered"
"""Name of the reason that says whether scores are adjusted for who answered."""

_SHORT = {
    HIDDEN: "Hidden",
    COMPLEMENTARY: "Hidden",
    FEW: "Few answers",
    NO_COUNTS: "Not possible",
    NOT_ASKED: "Not asked",
}


def say_verdict_rule(difference: float) -> str:
    """Say when a verdict is called.

    Parameters
    ----------
    difference : float
        Smallest difference that matters, as a share.

    Returns
    -------
    str
        Three short sentences.
    """
    sure, matters = percent(CALL_AT_LEAST), _size(difference)
    return (
        f"Above or below: at least {sure} certain of a gap over {matters}. About the same: at "
        f"least {sure} certain of a gap within {matters}. Otherwise too close to call."
    )


def say_verdict_chances(row: pd.Series[Any], difference: float) -> str:
    """Give the three chances that the rule weighs.

    Parameters
    ----------
    row : Series
        A row of `Benchmark.frame` with a gap.
    difference : float
        Smallest difference that matters, as a share.

    Returns
    -------
    str
        For example "Above by over 2 points: under 1%. Within 2 points: 8%. Below: 92%."
    """
    matters = _size(difference)
    return (
        f"Above by over {matters}: {certain(row['p_above'])}. Within {matters}: "
        f"{certain(row['p_same'])}. Below by over {matters}: {certain(row['p_below'])}."
    )


def say_peers_used(row: pd.Series[Any], board: Benchmark) -> str:
    """Say how many peers a gap is measured against, and which.

    Parameters
    ----------
    row : Series
        A row of `board`.
    board : Benchmark
        Its fact `peer_set` names the peers, where they are not simply all that are shown.

    Returns
    -------
    str
    """
    number = int(row["peers"])
    named = str(board.facts.get(PEER_SET, ""))
    others = len(board.shown) - 1
    which = named or f"named as peers, of {others} shown"
    if number >= others:
        which = f"all that are shown, as too few are {named}" if named else "all that are shown"
    noun = "other" if number == 1 else "others"
    return f"{count(number)} {noun}, {which}; the typical peer is the middle score among them"


def say_adjusted(adjusted_for: Sequence[str]) -> str:
    """Say whether scores are adjusted for who answered.

    Parameters
    ----------
    adjusted_for : sequence of str
        Respondents' traits, in words.

    Returns
    -------
    str
    """
    if not adjusted_for:
        return "Not adjusted for differences in who answers"
    return f"Adjusted for {list_words(list(adjusted_for))}"


def list_verdict_reasons(
    row: pd.Series[Any],
    board: Benchmark,
    *,
    record: str = "",
    adjusted_for: Sequence[str] = (),
    more: Sequence[tuple[str, str]] = (),
    thresholds: Thresholds = THRESHOLDS,
) -> list[tuple[str, str]]:
    """List what the verdict of one row stands on.

    Parameters
    ----------
    row : Series
        A row of `Benchmark.frame` that is shown.
    board : Benchmark
    record : str
        Id of the row on the page and in the files.
    adjusted_for : sequence of str
        Respondents' traits that the scores are adjusted for, in words.
    more : sequence of (str, str)
        Further reasons, name and text; one with a name of this list stands in its place.
    thresholds : Thresholds

    Returns
    -------
    list of (str, str)
        Name and text, in the order of reading.
    """
    entries = dict(short_verdict_reasons(row, board, thresholds=thresholds))
    if pd.notna(row["gap"]):
        entries["Rule"] = say_verdict_rule(board.difference)
    entries[CASE_MIX] = say_adjusted(adjusted_for)
    entries |= dict(more)
    if record:
        entries["Record"] = f"{record}, the same in the files"
    return list(entries.items())


def short_verdict_reasons(
    row: pd.Series[Any],
    board: Benchmark,
    *,
    record: str = "",
    thresholds: Thresholds = THRESHOLDS,
) -> list[tuple[str, str]]:
    """List the figures behind a verdict, without the rule that all rows share.

    Parameters
    ----------
    row, board, record, thresholds
        As in `list_verdict_reasons`.

    Returns
    -------
    list of (str, str)
    """
    base, care = say_base(row, thresholds=thresholds), say_care(row, thresholds=thresholds)
    entries = [
        ("Answers", f"{base}. {care}".removesuffix(". ").strip()),
        ("Unadjusted score", _score(row, "raw", "raw_low", "raw_high")),
        ("Stabilized score", _score(row, "estimate", "conf_low", "conf_high")),
    ]
    if pd.notna(row["gap"]):
        entries += [
            ("Gap to the typical peer", say_gap(row)),
            ("Peers", say_peers_used(row, board)),
            ("Chances", say_verdict_chances(row, board.difference)),
        ]
    return [*entries, ("Record", record)] if record else entries


def say_short_reason(reason: str) -> str:
    """Say in two or three words why a cell shows no figures.

    Parameters
    ----------
    reason : str
        One of `rules.SUPPRESSED_REASONS`.

    Returns
    -------
    str

    Raises
    ------
    DataError
        An unknown reason.
    """
    if reason not in _SHORT:
        raise DataError(must_be("reason", _SHORT, reason))
    return _SHORT[reason]


def _score(row: pd.Series[Any], name: str, low: str, high: str) -> str:
    return f"{percent(row[name])} ({share_range(row[low], row[high])})"


def _size(difference: float) -> str:
    return points(difference).removeprefix("+")
