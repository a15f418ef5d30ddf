"""What does adjusting for who answered change, and what does it leave alone?

A move is called clear only where its p-value, adjusted for all agencies looked at, says so. What is
adjusted for and what is not stands in every answer; an agency without an adjusted score says why.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from cxanalytics.formats import count, fixed, list_words, number_word, percent, share_range, signed
from cxanalytics.tables import Benchmark, Estimates
from cxanalytics.words.grammar import capital, counted, none_or, shortened, verb
from cxanalytics.words.nouns import Nouns
from cxanalytics.words.sizes import say_base_of_pattern

WHY_NOT = {
    "unlike": "too few of its {respondents} are like those of the others",
    "one_sided": "all or none of its answers are positive",
    "beyond": "the adjusted score would pass its end",
    "untold": "too many of its {respondents} did not say who they are",
}
_MOST_NAMED = 3


def _reported(estimates: Estimates) -> pd.DataFrame:
    """Leave out those that are only compared with."""
    others = str(estimates.facts.get("only_peers", "")).split("\n")
    return estimates.frame.loc[~estimates.frame["key"].isin(others)]


def _adjusted(estimates: Estimates) -> pd.DataFrame:
    return _reported(estimates).dropna(subset=["estimate"])


def _clear(estimates: Estimates) -> pd.DataFrame:
    rows = _adjusted(estimates)
    clear = rows.loc[rows["p_adjusted"] < 1.0 - estimates.level]
    return clear.loc[clear["difference"].abs().sort_values(ascending=False, kind="stable").index]


def _named(estimates: Estimates, fact: str) -> str:
    names = [name for name in str(estimates.facts.get(fact, "")).split(", ") if name]
    return list_words([name.replace("_", " ") for name in names])


def say_case_mix(estimates: Estimates, *, nouns: Nouns) -> str:
    """Say how far scores move with everybody's mix of people.

    Parameters
    ----------
    estimates : Estimates
        From `fit_case_mix`.
    nouns : Nouns

    Returns
    -------
    str
        One or two sentences.
    """
    rows = _adjusted(estimates)
    if rows.empty:
        return f"No {nouns.organization} can be adjusted for who its {nouns.respondents} are."
    moved = 100.0 * rows["difference"].abs()
    clear = _clear(estimates)
    size = (
        f"With everybody’s mix of {nouns.respondents}, scores move by {fixed(moved.median(), 1)} "
        f"points in the middle case and {fixed(moved.max(), 1)} at most."
    )
    if clear.empty:
        return f"{size} No {nouns.organization} moves clearly."
    some = f"{capital(none_or(len(clear)))} of {count(len(rows))} {nouns.organizations}"
    return f"{size} {some} {verb(len(clear), 'moves', 'move')} clearly."


def say_title_case_mix(estimates: Estimates, *, nouns: Nouns) -> str:
    """Say in a title how many scores move clearly.

    Parameters
    ----------
    estimates : Estimates
        From `fit_case_mix`.
    nouns : Nouns

    Returns
    -------
    str
    """
    clear, rows = len(_clear(estimates)), len(_adjusted(estimates))
    if not clear:
        return f"No score moves clearly with everybody’s mix of {nouns.respondents}"
    return (
        f"{capital(number_word(clear))} of {count(rows)} scores {verb(clear, 'moves', 'move')} "
        f"clearly with everybody’s mix of {nouns.respondents}"
    )


def say_what_is_adjusted(estimates: Estimates, *, nouns: Nouns) -> str:
    """Say what is adjusted for, what is not, and that performance is not.

    Parameters
    ----------
    estimates : Estimates
        Facts `case_mix` and `not_adjusted`.
    nouns : Nouns

    Returns
    -------
    str
        Two or three sentences.
    """
    left = _named(estimates, "not_adjusted")
    also = f"{left}, and " if left else ""
    return (
        f"Adjusted for {_named(estimates, 'case_mix')}: by the study’s word, what "
        f"{nouns.organizations} cannot choose. Not adjusted: {also}whatever the survey did not "
        f"record. What {nouns.respondents} answered is never adjusted away."
    )


def say_case_mix_refusals(
    estimates: Estimates, *, nouns: Nouns, names: Mapping[str, str] | None = None
) -> tuple[str, ...]:
    """Say which organizations have no adjusted score, and why.

    Parameters
    ----------
    estimates : Estimates
        From `fit_case_mix`: `reason`.
    nouns : Nouns
    names : mapping of str to str, optional
        Key to the name to print.

    Returns
    -------
    tuple of str
        A sentence per reason; empty where all are adjusted.
    """
    said, rows = [], _reported(estimates)
    for why, words in WHY_NOT.items():
        keys = rows.loc[rows["reason"] == why, "key"]
        if len(keys):
            whom = _who(list(keys), nouns, names)
            because = words.format(respondents=nouns.respondents)
            said.append(f"Not adjusted: {whom}, because {because}.")
    return tuple(said)


def _who(keys: list[str], nouns: Nouns, names: Mapping[str, str] | None) -> str:
    if len(keys) > _MOST_NAMED:
        return counted(len(keys), nouns.organization, nouns.organizations)
    return list_words([str((names or {}).get(key, key)) for key in keys])


def say_same_mix(row: pd.Series[Any], *, nouns: Nouns) -> str:
    """Say on an organization's own page what its score would be with everybody's mix of people.

    Parameters
    ----------
    row : Series
        A row of `fit_case_mix`.
    nouns : Nouns

    Returns
    -------
    str
        One sentence; "" for a row that may not be shown.
    """
    if row["suppressed_reason"]:
        return ""
    if row["reason"]:
        why = WHY_NOT[row["reason"]].format(respondents=nouns.respondents)
        return f"No score with everybody’s mix of {nouns.respondents}: {why}."
    likely = share_range(row["conf_low"], row["conf_high"])
    return (
        f"With everybody’s mix of {nouns.respondents}, the score as answered, "
        f"{percent(row['raw'])}, would be {percent(row['estimate'])} (likely {likely})."
    )


def list_mix_reasons(
    case_mix: Estimates | None, change: str, *, agency: str, nouns: Nouns
) -> list[tuple[str, str]]:
    """List what the "Why?" of a verdict says of who answered.

    Parameters
    ----------
    case_mix : Estimates or None
        From `fit_case_mix`; None, or without rows, where nothing could be adjusted.
    change : str
        What `say_change_parts` says; "" for nothing.
    agency : str
    nouns : Nouns

    Returns
    -------
    list of (str, str)
        Name and text; empty where there is nothing to say.
    """
    same = ""
    if case_mix is not None and (case_mix.frame["key"] == agency).any():
        same = say_same_mix(case_mix.row(agency), nouns=nouns)
    return [(name, text) for name, text in (("Same people", same), ("Change", change)) if text]


def say_case_mix_verdicts(
    raw: Benchmark, adjusted: pd.DataFrame, *, nouns: Nouns, names: Mapping[str, str] | None = None
) -> str:
    """Say how many verdicts read the same with everybody's mix of people.

    Parameters
    ----------
    raw : Benchmark
        Of the scores as answered.
    adjusted : DataFrame
        The frame of the board of the adjusted ones: `key verdict suppressed_reason`.
    nouns : Nouns
    names : mapping of str to str, optional
        Key to the name to print.

    Returns
    -------
    str
        One or two sentences; "" where no organization has both verdicts.
    """
    others = str(raw.facts.get("only_peers", "")).split("\n")
    shown = adjusted.loc[adjusted["suppressed_reason"] == ""]
    verdicts = [board.set_index("key")["verdict"] for board in (raw.shown, shown)]
    both = pd.concat(verdicts, axis=1, join="inner", keys=["raw", "adjusted"])
    both = both.loc[(both != "").all(axis=1) & ~both.index.isin(others)]
    if both.empty:
        return ""
    other = both.index[both["raw"] != both["adjusted"]]
    if not len(other):
        return f"All {count(len(both))} verdicts read the same."
    same = f"{count(len(both) - len(other))} of {count(len(both))} verdicts read the same"
    does = verb(len(other), "does", "do")
    which = "that" if len(other) == 1 else "those"
    return f"{same}; {which} of {_who(list(other), nouns, names)} {does} not."


def say_case_mix_note(estimates: Estimates, *, nouns: Nouns) -> str:
    """Say how to read the chart, and what it rests on.

    Parameters
    ----------
    estimates : Estimates
        Facts `overall n adjusted`.
    nouns : Nouns

    Returns
    -------
    str
    """
    base = say_base_of_pattern(
        answers=float(estimates.facts["n"]),
        respondents=nouns.respondents,
        groups=int(estimates.facts["agencies"]),
        group=nouns.organizations,
    )
    return (
        f"Adjusted: the score as answered, over what such {nouns.respondents} answer in the "
        f"average {nouns.organization}, times the score of everyone, "
        f"{percent(float(estimates.facts['overall']))}. Ranges are of the adjusted score. {base}"
    )


def say_alt_case_mix(table: pd.DataFrame) -> str:
    """Describe the chart.

    Parameters
    ----------
    table : DataFrame
        Columns `name raw estimate difference`, a row per organization.

    Returns
    -------
    str
    """
    rows = counted(len(table), "row", "rows")
    text = f"{capital(rows)}: an open circle for the score as answered, a dot for the adjusted one."
    if table.empty:
        return text
    worst = table.iloc[int(table["difference"].abs().argmax())]
    name = shortened(worst["name"])
    return f"{text} {name} moves most: {signed(100 * worst['difference'], 1)} points."
