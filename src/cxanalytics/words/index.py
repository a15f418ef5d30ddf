"""How do the agencies compare as a whole?

Groups, not a league table: inside the groups that cannot be told apart the order is
alphabetical. The headline counts the groups; the funnel sentence says what chance alone would
not produce, and that the rest may differ too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from cxanalytics.formats import count, round_half_away
from cxanalytics.tables import Benchmark
from cxanalytics.words.grammar import capital, counted, joined, verb
from cxanalytics.words.nouns import Nouns

_TITLES = {
    "above": "Likely above the typical peer",
    "same": "About the same as the typical peer, in alphabetical order",
    "unclear": "Too close to call, in alphabetical order",
    "below": "Likely below the typical peer",
    "alone": "Not compared",
    "": "Not shown",
}


@dataclass(frozen=True, slots=True)
class Group:
    """One group of agencies on the index.

    Attributes
    ----------
    kind : str
        "above", "same", "unclear", "below", "alone" (a score, but too few peers), or "" (not
        shown).
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
        Above and below by score; the others alphabetical.
    """
    frame = benchmark.frame.assign(
        name=[(names or {}).get(key, key) for key in benchmark.frame["key"]]
    )
    shown = frame["suppressed_reason"] == ""
    kinds = frame["verdict"].where(frame["verdict"] != "", shown.map({True: "alone", False: ""}))
    groups = []
    for kind, title in _TITLES.items():
        part = frame.loc[kinds == kind]
        by_score = kind in ("above", "below")
        part = part.sort_values(
            ["estimate", "name"] if by_score else ["name"],
            ascending=[False, True] if by_score else [True],
        )
        if len(part):
            keys = tuple(part["key"])
            groups.append(Group(kind=kind, title=f"{title} ({count(len(keys))})", keys=keys))
    return tuple(groups)


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
    verdicts = benchmark.shown["verdict"].value_counts()
    numbers = {kind: int(verdicts.get(kind, 0)) for kind in ("above", "below", "same", "unclear")}
    total = sum(numbers.values())
    one, many = nouns.organization, nouns.organizations
    if total == 0:
        shown = len(benchmark.shown)
        if shown == 0:
            return f"No {one} has enough answers to be shown."
        return f"{capital(counted(shown, one, many))} {verb(shown, 'has', 'have')} a score; too few to compare."
    if numbers["unclear"] == total:
        told = counted(total, one, many)
        return f"{capital(told)} cannot be told apart from the typical {nouns.peer} on {nouns.outcome}."
    phrases = {
        "above": "likely above",
        "below": "likely below",
        "same": "about the same",
        "unclear": "too close to call",
    }
    parts = [
        f"{counted(number, '', '').strip()} {phrases[kind]}"
        for kind, number in numbers.items()
        if number
    ]
    return (
        f"Against the typical {nouns.peer} on {nouns.outcome}, "
        f"of {counted(total, one, many)}: {joined(parts)}."
    )


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
    kinds = set(benchmark.shown["verdict"]) - {""}
    if len(kinds) < 2:
        return "Do not read the order of the rows: most likely ranges overlap."
    groups = counted(len(kinds), "group", "groups")
    return f"Read the {groups}, not the order inside them: most likely ranges overlap."


def say_expected_wrong(benchmark: Benchmark) -> str:
    """Say how many of the calls are expected to be wrong.

    Parameters
    ----------
    benchmark : Benchmark

    Returns
    -------
    str
        "" where no call is made.
    """
    called = benchmark.shown.loc[benchmark.shown["verdict"].isin(["above", "below", "same"])]
    if called.empty:
        return ""
    wrong = float((1 - called["certainty"]).sum())
    calls = counted(len(called), "call", "calls")
    rounded = int(round_half_away(wrong))
    if rounded == 0:
        return f"Of the {calls} made here, fewer than one is expected to be wrong."
    return (
        f"Of the {calls} made here, about {counted(rounded, '', '').strip()} "
        f"{verb(rounded)} expected to be wrong."
    )


def say_funnel(table: pd.DataFrame, *, nouns: Nouns) -> str:
    """Say how many agencies differ by far more than chance.

    Parameters
    ----------
    table : DataFrame
        One row per agency that is shown, with a flag `outside`.
    nouns : Nouns

    Returns
    -------
    str
    """
    outside = int(table["outside"].sum())
    if len(table) == 0:
        return f"No {nouns.organization} has enough answers to be compared."
    many = capital(counted(outside, nouns.organization, nouns.organizations))
    first = f"{many} {verb(outside, 'differs', 'differ')} from the average by far more than chance"
    if outside == len(table):
        return f"{first} alone would produce."
    rest = "The rest" if outside else "They"
    return f"{first} alone would produce. {rest} may differ too, but less clearly."
