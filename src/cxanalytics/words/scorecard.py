"""How is an agency doing, over all its measures?

Counts of the very chips in the table, so that sentence and rows agree.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from cxanalytics.errors import DataError
from cxanalytics.formats import points, points_range
from cxanalytics.rules import SUPPRESSED_REASONS, THRESHOLDS, Thresholds
from cxanalytics.tables import Benchmark
from cxanalytics.words.certainty import say_verdict
from cxanalytics.words.grammar import capital, counted, joined, verb

_CLAUSES = {
    "above": "likely above peers",
    "same": "about the same",
    "below": "likely below peers",
    "unclear": "too close to call",
}


def count_verdicts(boards: Mapping[str, Benchmark], key: str) -> dict[str, int]:
    """Count an agency's measures by verdict.

    Parameters
    ----------
    boards : mapping of str to Benchmark
        One per measure; a measure may lack the agency.
    key : str
        The agency.

    Returns
    -------
    dict of str to int
        Keys "above", "same", "below", "unclear" and "" (not shown or not compared); the counts
        add to the number of boards.
    """
    counts = dict.fromkeys([*_CLAUSES, ""], 0)
    for board in boards.values():
        rows = board.frame.loc[board.frame["key"] == key, "verdict"]
        counts["" if rows.empty else rows.iloc[0]] += 1
    return counts


def say_scorecard(boards: Mapping[str, Benchmark], key: str) -> str:
    """Say how many measures are above, the same as, below, or too close to peers.

    Parameters
    ----------
    boards : mapping of str to Benchmark
        One per measure.
    key : str
        The agency.

    Returns
    -------
    str
        For example "Two of seven measures are likely above peers, three are likely below, and
        two are too close to call."

    Raises
    ------
    DataError
        No measure at all.
    """
    if not boards:
        raise DataError("`boards` must hold at least one measure; got none.")
    counts = count_verdicts(boards, key)
    missing = counts.pop("")
    total = sum(counts.values())
    if total == 0:
        return f"{_none_compared(missing)}."
    said = {kind: number for kind, number in counts.items() if number}
    sentence = _all_alike(*said.popitem()) if len(said) == 1 else _mixed(said, total)
    if missing:
        sentence += f" {capital(counted(missing, 'more measure', 'more measures'))} "
        sentence += f"{verb(missing)} not compared."
    return sentence


def _none_compared(missing: int) -> str:
    if missing == 1:
        return "This measure cannot be compared with peers"
    return f"None of the {counted(missing, 'measure', 'measures')} can be compared with peers"


def _all_alike(kind: str, number: int) -> str:
    if number == 1:
        return f"The one measure compared is {_CLAUSES[kind]}{_as_peers(kind)}."
    both = "Both" if number == 2 else f"All {counted(number, 'measure', 'measures')}"
    noun = " measures" if number == 2 else ""
    return f"{both}{noun} are {_CLAUSES[kind]}{_as_peers(kind)}."


def _as_peers(kind: str) -> str:
    return " as peers" if kind == "same" else ""


def _mixed(said: Mapping[str, int], total: int) -> str:
    parts: list[str] = []
    peers_named = False
    for kind, number in said.items():
        clause = _CLAUSES[kind] + ("" if peers_named else _as_peers(kind))
        if peers_named:
            clause = clause.removesuffix(" peers")
        peers_named = peers_named or "peers" in clause
        of = f" of {counted(total, 'measure', 'measures')}" if not parts else ""
        parts.append(f"{counted(number, '', '').strip()}{of} {verb(number)} {clause}")
    return f"{capital(joined(parts))}."


def say_gap(row: pd.Series[Any]) -> str:
    """Print a gap to the typical peer with its range: "−7 points (−9 to −4)".

    Parameters
    ----------
    row : Series
        A row of `Benchmark.frame`.

    Returns
    -------
    str
        "" where there is no gap.
    """
    if pd.isna(row["gap"]):
        return ""
    return f"{points(row['gap'])} ({points_range(row['gap_low'], row['gap_high'])})"


def find_extremes(boards: Mapping[str, Benchmark], key: str) -> tuple[str | None, str | None]:
    """Find the measure furthest below the typical peer and the one furthest above.

    Parameters
    ----------
    boards : mapping of str to Benchmark
        One per measure.
    key : str
        The agency.

    Returns
    -------
    tuple of (str or None, str or None)
        Names of the weakest measure (None unless its gap is negative) and the strongest (None
        unless its gap is positive); ties go to the first in order.
    """
    gaps = {
        name: float(board.row(key)["gap"])
        for name, board in boards.items()
        if (board.frame["key"] == key).any() and pd.notna(board.row(key)["gap"])
    }
    if not gaps:
        return None, None
    low, high = min(gaps, key=gaps.__getitem__), max(gaps, key=gaps.__getitem__)
    return (low if gaps[low] < 0 else None), (high if gaps[high] > 0 else None)


def say_extreme(row: pd.Series[Any], *, label: str) -> str:
    """Say how sure the weakest or strongest gap is.

    Parameters
    ----------
    row : Series
        The agency's row of that measure.
    label : str
        The measure's label.

    Returns
    -------
    str
        For example "Resolved first time; very likely below (97% certain)".
    """
    chip = say_verdict(row)
    return f"{label}; {chip.text[0].lower()}{chip.text[1:]}"


def say_not_shown(
    boards: Mapping[str, Benchmark],
    key: str,
    *,
    labels: Mapping[str, str],
    thresholds: Thresholds = THRESHOLDS,
) -> str:
    """Name the measures of an agency that show no score, with the reason.

    Parameters
    ----------
    boards : mapping of str to Benchmark
    key : str
    labels : mapping of str to str
        Measure to label.
    thresholds : Thresholds

    Returns
    -------
    str
        One sentence or two per measure; "" where every measure is shown.
    """
    sentences = []
    for name, board in boards.items():
        row = board.frame.loc[board.frame["key"] == key]
        if not row.empty and row.iloc[0]["suppressed_reason"] in SUPPRESSED_REASONS:
            reason = say_verdict(row.iloc[0], thresholds=thresholds).word
            sentences.append(f"{labels.get(name, name)}: {reason}")
    return " ".join(sentences)
