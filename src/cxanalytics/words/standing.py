"""Where does an agency stand among its peers, as far as the answers can tell?

A rank is always a range. A range over two thirds of the agencies places nobody, and the sentence
says so: for lack of answers where the agency's own score is unreliable, for lack of distance
otherwise. "Clearly ahead" is pairwise, from the joint draws.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from cxanalytics.formats import certain, count, number_word, ordinal, rank_range, share_range
from cxanalytics.rules import (
    AHEAD_AT_LEAST,
    PLACE_RELIABILITY,
    THRESHOLDS,
    TOP_QUARTILE_AT_LEAST,
    WIDE_RANK,
    Thresholds,
)
from cxanalytics.tables import Benchmark
from cxanalytics.words.certainty import earned
from cxanalytics.words.grammar import capital, counted, verb
from cxanalytics.words.nouns import Nouns
from cxanalytics.words.suppressed import say_suppressed

RANKED, PEERS_ARE = "ranked", "peer_names"
"""Facts of a board whose peers are not named: how many are ranked, and what stands for names."""

ANONYMOUS, SUMMARY = "anonymous", "summary"


def count_ranked(benchmark: Benchmark) -> int:
    """Count the agencies that take part in the ranking."""
    told = benchmark.facts.get(RANKED)
    return int(benchmark.shown["rank_low"].notna().sum()) if told is None else int(told)


def is_placed(row: pd.Series[Any], p: int) -> bool:
    """Tell whether a rank range is narrow enough to place an agency.

    Parameters
    ----------
    row : Series
        A row of `Benchmark.frame`.
    p : int
        Number of ranked agencies.

    Returns
    -------
    bool
        False without a rank, and where the range spans two thirds of the agencies or more.
    """
    if pd.isna(row["rank_low"]):
        return False
    width = int(row["rank_high"]) - int(row["rank_low"]) + 1
    return width == 1 or width < WIDE_RANK * p


def say_rank(row: pd.Series[Any], p: int) -> str:
    """Say a rank as part of a sentence.

    Parameters
    ----------
    row : Series
        A row of `Benchmark.frame`.
    p : int
        Number of ranked agencies.

    Returns
    -------
    str
        "between 9th and 20th of 24", "3rd of 24", "too close to its peers to place", "too few
        answers to place you", or "not ranked".
    """
    if pd.isna(row["rank_low"]):
        return "not ranked"
    if not is_placed(row, p):
        few = row["reliability"] < PLACE_RELIABILITY
        return "too few answers to place you" if few else "too close to its peers to place"
    low, high = int(row["rank_low"]), int(row["rank_high"])
    if low == high:
        return f"{ordinal(low)} of {p}"
    return f"between {ordinal(low)} and {ordinal(high)} of {p}"


def say_rank_cell(row: pd.Series[Any]) -> str:
    """Print a rank range for a table: "9th to 20th", or "Not ranked".

    Parameters
    ----------
    row : Series
        A row of `Benchmark.frame`.

    Returns
    -------
    str
    """
    if pd.isna(row["rank_low"]):
        return "Not ranked"
    return rank_range(row["rank_low"], row["rank_high"])


def say_standing(
    benchmark: Benchmark, key: str, *, nouns: Nouns, thresholds: Thresholds = THRESHOLDS
) -> str:
    """Say where an agency ranks, and why no single rank is given.

    Parameters
    ----------
    benchmark : Benchmark
    key : str
        The agency.
    nouns : Nouns
    thresholds : Thresholds

    Returns
    -------
    str
        One or two sentences.
    """
    row, p = benchmark.row(key), count_ranked(benchmark)
    if row["suppressed_reason"] != "":
        return say_suppressed(row["suppressed_reason"], answers=row["n"], thresholds=thresholds)
    if pd.isna(row["rank_low"]):
        few = f"Fewer than {number_word(thresholds.peers)} peers can be compared"
        return f"{few}, so no rank is given."
    rank = say_rank(row, p)
    low, high = int(row["rank_low"]), int(row["rank_high"])
    if not is_placed(row, p):
        told = f"The rank could be anything from {ordinal(low)} to {ordinal(high)} of {p}."
        if row["reliability"] < PLACE_RELIABILITY:
            return f"There are {rank}. {told}"
        return f"You are too close to your peers to place. {told}"
    if low == high:
        return f"You rank {rank} on {nouns.outcome}.{_top_quartile(row)}"
    answers = counted_answers(row["n"])
    return (
        f"You rank {rank} on {nouns.outcome}. "
        f"A single rank would claim more than {answers} can support.{_top_quartile(row)}"
    )


def counted_answers(n: float) -> str:
    """Count answers in digits: "1 answer", "1,148 answers"."""
    return f"{count(n)} {'answer' if round(n) == 1 else 'answers'}"


def _top_quartile(row: pd.Series[Any]) -> str:
    chance = float(row["p_top_quartile"])
    if not chance >= TOP_QUARTILE_AT_LEAST:
        return ""
    word = earned(chance, "top quarter").word
    return f" You are {word} in the top quarter ({certain(chance)} certain)."


def count_clear(benchmark: Benchmark, key: str) -> tuple[int, int]:
    """Count the agencies clearly ahead of one and clearly behind it.

    Parameters
    ----------
    benchmark : Benchmark
    key : str
        An agency that is shown.

    Returns
    -------
    tuple of (int, int)
        Ahead, behind: those whose true score is above, below with probability at least
        `rules.AHEAD_AT_LEAST`.
    """
    ahead = benchmark.p_ahead
    if key not in ahead.columns:
        return 0, 0
    others = [other for other in ahead.index if other != key]
    above_it = ahead.loc[others, key].to_numpy(dtype=float)
    below_it = ahead.loc[key, others].to_numpy(dtype=float)
    return int((above_it >= AHEAD_AT_LEAST).sum()), int((below_it >= AHEAD_AT_LEAST).sum())


def count_clear_pairs(benchmark: Benchmark) -> tuple[int, int]:
    """Count the pairs of agencies that are clearly apart, and all pairs.

    Parameters
    ----------
    benchmark : Benchmark

    Returns
    -------
    tuple of (int, int)
    """
    ahead = benchmark.p_ahead.to_numpy(dtype=float)
    p = ahead.shape[1]
    return int((ahead >= AHEAD_AT_LEAST).sum()), p * (p - 1) // 2


def say_standing_title(benchmark: Benchmark, key: str | None, *, nouns: Nouns) -> str:
    """Title the chart of all agencies with who is clearly ahead and behind.

    Parameters
    ----------
    benchmark : Benchmark
    key : str or None
        The agency of the page; None, or a suppressed agency, counts pairs instead.
    nouns : Nouns

    Returns
    -------
    str
        For example "Three agencies are clearly ahead of you, and one is clearly behind".
    """
    if benchmark.facts.get(PEERS_ARE) == SUMMARY:
        return say_middle_half(benchmark, key, nouns=nouns)
    if key is None or key not in benchmark.p_ahead.columns:
        clear, pairs = count_clear_pairs(benchmark)
        if pairs == 0:
            return f"There is no pair of {nouns.organizations} to compare"
        of = f"of {count(pairs)} {'pair' if pairs == 1 else 'pairs'} of {nouns.organizations}"
        number = capital(number_word(clear)) if clear else "None"
        return f"{number} {of} {verb(clear)} clearly apart"
    ahead, behind = count_clear(benchmark, key)
    one, many = nouns.organization, nouns.organizations
    if ahead == behind == 0:
        return f"No {one} is clearly ahead of you or clearly behind"
    first = f"{capital(counted(ahead, one, many))} {verb(ahead)} clearly ahead of you"
    if behind == 0:
        return f"{first}; none is clearly behind"
    second = f"{number_word(behind)} {verb(behind)} clearly behind"
    return f"{first}{';' if ahead == 0 else ', and'} {second}"


def say_middle_half(benchmark: Benchmark, key: str | None, *, nouns: Nouns) -> str:
    """Say between which scores the middle half of the peers lies.

    Parameters
    ----------
    benchmark : Benchmark
    key : str or None
        The agency of the page.
    nouns : Nouns

    Returns
    -------
    str
    """
    rows = benchmark.frame.loc[benchmark.frame["key"] == key]
    if rows.empty or pd.isna(rows["peer_low_quarter"].iloc[0]):
        return f"Too few {nouns.organizations} to compare with"
    row = rows.iloc[0]
    between = share_range(row["peer_low_quarter"], row["peer_high_quarter"])
    return f"The middle half of {count(row['peers'])} {nouns.peer}s scores {between}"


def say_peer_names(benchmark: Benchmark, nouns: Nouns) -> str:
    """Say why peers have no names; "" where they have.

    Parameters
    ----------
    benchmark : Benchmark
    nouns : Nouns

    Returns
    -------
    str
    """
    shown = str(benchmark.facts.get(PEERS_ARE, ""))
    if shown == SUMMARY:
        return f"Single {nouns.organizations} are not shown."
    if shown != ANONYMOUS:
        return ""
    return (
        f"Other {nouns.organizations} are not named: each figure is the average of at least "
        "three neighbors in score, and codes mean something else on every page."
    )


def say_parent(parent: str, *, nouns: Nouns) -> str:
    """Say whose departments are compared, and what would supply peers of the whole.

    Parameters
    ----------
    parent : str
        The agency they belong to.
    nouns : Nouns

    Returns
    -------
    str
        Two sentences.
    """
    return (
        f"The {nouns.organizations} of {parent} are compared with each other. To compare {parent} "
        "itself, add other agencies, or published counts with the same question and scale."
    )
