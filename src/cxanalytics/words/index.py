"""How do the agencies compare as a whole?

Groups, not a league table: inside the groups that cannot be told apart the order is
alphabetical. The headline counts the groups; the funnel sentence says what chance alone would
not produce, and that smaller differences may be real too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from cxanalytics.formats import count, number_word
from cxanalytics.rules import THRESHOLDS, VERDICTS, Thresholds
from cxanalytics.tables import Benchmark
from cxanalytics.words.grammar import capital, counted, joined, verb
from cxanalytics.words.nouns import Nouns
from cxanalytics.words.standing import ANONYMOUS, PEERS_ARE
from cxanalytics.words.sureness import say_wrong, say_wrong_calls
from cxanalytics.words.why import say_verdict_rule

_TITLES = {
    "above": "Likely above the typical peer",
    "same": "About the same as the typical peer, in alphabetical order",
    "unclear": "Too close to call, in alphabetical order",
    "below": "Likely below the typical peer",
    "alone": "Not compared",
    "averaged": "Averages of neighbors in score",
    "": "Not shown",
}
_BY_SCORE = ("above", "below", "averaged")
_CALLS = "calls_{verdict}"
"""Fact of a board without names: how many agencies have a verdict."""


@dataclass(frozen=True, slots=True)
class Group:
    """One group of agencies on the index.

    Attributes
    ----------
    kind : str
        "above", "same", "unclear", "below", "alone" (a score, but too few peers), "averaged" (on a
        board without names), or "" (not shown).
    title : str
        With the number of agencies.
    keys : tuple of str
        In the order of the table.
    """

    kind: str
    title: str
    keys: tuple[str, ...]


def group_agencies(
    benchmark: Benchmark, *, names: Mapping[str, str] | None = None
) -> tuple[Group, ...]:
    """Put every agency into one group, leaving empty groups out.

    Parameters
    ----------
    benchmark : Benchmark
    names : mapping of str to str, optional
        Key to the name it is sorted by.

    Returns
    -------
    tuple of Group
        Above, below and averages by score; the others alphabetical.
    """
    frame = benchmark.frame.assign(
        name=[(names or {}).get(key, key) for key in benchmark.frame["key"]]
    )
    shown = frame["suppressed_reason"] == ""
    without = {True: "averaged" if are_averaged(benchmark) else "alone", False: ""}
    kinds = frame["verdict"].where(frame["verdict"] != "", shown.map(without))
    groups = []
    for kind, title in _TITLES.items():
        part = frame.loc[kinds == kind]
        by_score = kind in _BY_SCORE
        part = part.sort_values(
            ["estimate", "name"] if by_score else ["name"],
            ascending=[False, True] if by_score else [True],
        )
        if len(part):
            keys = tuple(part["key"])
            groups.append(Group(kind=kind, title=f"{title} ({count(len(keys))})", keys=keys))
    return tuple(groups)


def are_averaged(benchmark: Benchmark) -> bool:
    """Tell whether the figures of a board are averages of agencies that have no names there."""
    return benchmark.facts.get(PEERS_ARE) == ANONYMOUS


def count_all_verdicts(benchmark: Benchmark) -> dict[str, int]:
    """Count the agencies with each verdict, whether their rows tell it or not.

    Parameters
    ----------
    benchmark : Benchmark

    Returns
    -------
    dict of str to int
        Verdict to number, in the order of `VERDICTS`.
    """
    if are_averaged(benchmark):
        return {kind: int(benchmark.facts[_CALLS.format(verdict=kind)]) for kind in VERDICTS}
    verdicts = benchmark.shown["verdict"].value_counts()
    return {kind: int(verdicts.get(kind, 0)) for kind in VERDICTS}


def say_index(benchmark: Benchmark, *, nouns: Nouns) -> str:
    """Say how many agencies are above, the same, below, or cannot be told apart.

    Parameters
    ----------
    benchmark : Benchmark
        Of the outcome.
    nouns : Nouns

    Returns
    -------
    str
        At most 28 words.
    """
    numbers = count_all_verdicts(benchmark)
    total = sum(numbers.values())
    one, many = nouns.organization, nouns.organizations
    if total == 0:
        shown = len(benchmark.shown)
        if shown == 0:
            return f"No {one} has enough answers to be shown."
        told = capital(counted(shown, one, many))
        return f"{told} {verb(shown, 'has', 'have')} a score; too few to compare."
    if numbers["unclear"] == total:
        told = counted(total, one, many)
        typical = f"the typical {nouns.peer} on {nouns.outcome}"
        return f"{capital(told)} cannot be told apart from {typical}."
    compared = "the typical peer"
    phrases = {
        "above": ("likely above", f"likely above {compared}"),
        "below": ("likely below", f"likely below {compared}"),
        "same": ("about the same", f"about the same as {compared}"),
        "unclear": ("too close to call", ""),
    }
    parts: list[str] = []
    for kind, number in numbers.items():
        if number and not parts:
            first = f"{capital(counted(number, one, many))} {verb(number)} {phrases[kind][1]}"
            parts.append(f"{first} on {nouns.outcome}")
        elif number:
            parts.append(f"{number_word(number)} {verb(number)} {phrases[kind][0]}")
    return f"{joined(parts)}."


def say_index_answer(benchmark: Benchmark) -> str:
    """Say how to read the table of the index.

    Parameters
    ----------
    benchmark : Benchmark

    Returns
    -------
    str
        One sentence that counts the groups there are.
    """
    shown = benchmark.shown
    if are_averaged(benchmark):
        return "Each row is an average of neighbors in score: read the groups, not single rows."
    kinds = set(shown["verdict"]) - {""}
    overlap = _share_overlapping(shown)
    why = ": most of their ranges overlap" if overlap > 0.5 else ""
    if len(kinds) < 2:
        return f"Do not read the order of the rows as a ranking{why}."
    groups = counted(len(kinds), "group", "groups")
    return f"Read the {groups}, not the order inside them{why}."


def _share_overlapping(shown: pd.DataFrame) -> float:
    """Give the share of pairs whose likely ranges overlap."""
    low = shown["conf_low"].to_numpy(dtype=float)
    high = shown["conf_high"].to_numpy(dtype=float)
    pairs = len(shown) * (len(shown) - 1)
    if pairs == 0:
        return 0.0
    overlapping = (low[:, None] <= high[None, :]) & (low[None, :] <= high[:, None])
    return float((overlapping.sum() - len(shown)) / pairs)


def say_expected_wrong(benchmark: Benchmark) -> str:
    """Say how many of the calls of a benchmark are expected to be wrong.

    Parameters
    ----------
    benchmark : Benchmark

    Returns
    -------
    str
        "" where no call is made.
    """
    if are_averaged(benchmark):
        facts = benchmark.facts
        return say_wrong(int(facts["called"]), float(facts["expected_wrong"]))
    return say_wrong_calls([row for _, row in benchmark.shown.iterrows()])


def say_funnel(table: pd.DataFrame, *, nouns: Nouns, thresholds: Thresholds = THRESHOLDS) -> str:
    """Say how many agencies differ by far more than chance.

    Parameters
    ----------
    table : DataFrame
        One row per agency that is shown, with a flag `outside`.
    nouns : Nouns
    thresholds : Thresholds

    Returns
    -------
    str
    """
    outside = int(table["outside"].sum())
    if len(table) == 0:
        return f"No {nouns.organization} has enough answers to be compared."
    if len(table) < thresholds.funnel:
        few = f"Fewer than {thresholds.funnel} {nouns.organizations}"
        return f"{few}: what is chance and what is real cannot be told apart."
    many = capital(counted(outside, nouns.organization, nouns.organizations))
    first = f"{many} {verb(outside, 'differs', 'differ')} from the average by far more than chance"
    if outside == len(table):
        return f"{first} alone would produce."
    if outside == 0:
        return f"{first} alone would produce. Smaller differences may still be real."
    return f"{first} alone would produce. The rest may differ too, but less clearly."


def say_funnel_note(table: pd.DataFrame, *, nouns: Nouns, difference: float | None = None) -> str:
    """Say by which rule the funnel marks an agency, and by which the groups of a page are made.

    Parameters
    ----------
    table : DataFrame
        From `funnel_table`.
    nouns : Nouns
    difference : float, optional
        Smallest difference that matters, a share; None where no verdict is called.

    Returns
    -------
    str
    """
    marks = "Triangles lie outside the outer band. " if table["outside"].any() else ""
    note = (
        f"{marks}Scores are unadjusted. The bands allow for the spread that "
        f"{nouns.organizations} show anyway."
    )
    if difference is None:
        return note
    return (
        f"{note} Verdicts against peers follow another rule, on stabilized scores. "
        f"{say_verdict_rule(difference)}"
    )
