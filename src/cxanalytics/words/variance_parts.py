"""How is said how much of the differences lies between agencies, teams and agents?

Each part with its range; a part whose range starts at nothing is not told as a difference. What it
means is told in points: how far two in three groups lie from the average.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from cxanalytics.formats import NBSP, count, fixed, list_words, percent
from cxanalytics.tables import Estimates
from cxanalytics.words.grammar import capital, counted, joined, verb
from cxanalytics.words.nouns import Nouns
from cxanalytics.words.sizes import say_base_of_pattern

NOT_LEVELS = ("case_mix", "rest")
_REST = {
    True: "the rest is topic, outcome and chance",
    False: "the rest lies between people, or is chance",
}
_DETAIL_BELOW = 0.10


def level_names(*, nouns: Nouns, names: Mapping[str, str] | None = None) -> dict[str, str]:
    """Name the groups of each level, in the plural.

    Parameters
    ----------
    nouns : Nouns
    names : mapping of str to str, optional
        Level to its name, where it differs: {"psu": "agents"}.

    Returns
    -------
    dict of str to str
    """
    own = {
        "agency": nouns.organizations,
        "department": "departments",
        "unit": "teams",
        "psu": "sampling units",
        "case_mix": "case mix",
        "rest": "the rest",
    }
    return {**own, **(names or {})}


def say_variance_parts(
    estimates: Estimates, *, nouns: Nouns, names: Mapping[str, str] | None = None
) -> str:
    """Say which part of the differences lies between the groups of each level.

    Parameters
    ----------
    estimates : Estimates
        From `fit_variance_parts`; the fact `topic` tells whether topics of contacts are known.
    nouns : Nouns
    names : mapping of str to str, optional
        Level to the plural name of its groups: {"psu": "agents"}.

    Returns
    -------
    str
        One or two sentences.
    """
    called, levels = level_names(nouns=nouns, names=names), _levels(estimates)
    shown = levels.loc[levels["conf_low"] > 0.0]
    unclear = levels.loc[levels["conf_low"] <= 0.0]
    none = list_words([called[key] for key in unclear["key"]])
    if shown.empty:
        return f"No differences in {nouns.outcome} can be shown between {none}."
    parts = [
        f"{_size(row)} {'lie ' if place == 0 else ''}between {called[row['key']]}"
        for place, (_, row) in enumerate(shown.iterrows())
    ]
    rest = _REST[bool(estimates.facts.get("topic", False))]
    told = f"Of the differences in {nouns.outcome}, {joined(parts)}; {rest}."
    if unclear.empty:
        return told
    most = percent(float(unclear["conf_high"].max()), 1)
    return f"{told} Between {none} none can be shown (at most {most} each)."


def _levels(estimates: Estimates) -> pd.DataFrame:
    frame = estimates.frame
    return frame.loc[~frame["key"].isin(NOT_LEVELS)]


def _size(row: pd.Series[Any]) -> str:
    """Print a part with its range: "1.5% (likely 1.2% to 1.8%)"."""
    digits = 1 if row["conf_high"] - row["conf_low"] < _DETAIL_BELOW else 0
    likely = " to ".join(percent(float(row[end]), digits) for end in ("conf_low", "conf_high"))
    return f"{percent(float(row['estimate']), digits)} (likely {likely})"


def say_variance_spread(
    estimates: Estimates, *, nouns: Nouns, names: Mapping[str, str] | None = None
) -> str:
    """Say how far the groups of the level that differs most lie apart, in points.

    Parameters
    ----------
    estimates, nouns, names
        As for `say_variance_parts`.

    Returns
    -------
    str
        One sentence; "" where no level has a range clear of zero.
    """
    levels = _levels(estimates)
    shown = levels.loc[levels["conf_low"] > 0.0]
    if shown.empty:
        return ""
    top = shown.iloc[int(shown["points"].argmax())]
    called = level_names(nouns=nouns, names=names)[top["key"]]
    digits = 1 if top["points_high"] - top["points_low"] < _DETAIL_BELOW else 0
    size, low, high = (
        fixed(100.0 * float(top[f"points{end}"]), digits) for end in ("", "_low", "_high")
    )
    return (
        f"About two in three {called} lie within {size}{NBSP}points of the average share "
        f"(likely {low} to {high})."
    )


def say_variance_note(estimates: Estimates, *, nouns: Nouns) -> str:
    """Say the base of the parts, what was held constant, and what they do not show.

    Parameters
    ----------
    estimates : Estimates
        Facts `n agencies case_mix`.
    nouns : Nouns

    Returns
    -------
    str
    """
    facts = estimates.facts
    agencies = facts.get("agencies")
    base = say_base_of_pattern(
        answers=float(facts["n"]) if "n" in facts else None,
        respondents=nouns.respondents,
        groups=None if agencies is None else int(agencies),
        group=nouns.organizations,
    )
    mix = [name.replace("_", " ") for name in str(facts.get("case_mix", "")).split(", ") if name]
    compared = f"Compared at the same {list_words(mix)}." if mix else ""
    where = "This shows where answers differ, not why."
    return " ".join(part for part in (base, compared, where) if part)


def say_alt_variance_parts(table: pd.DataFrame) -> str:
    """Describe the chart of the spread of each level.

    Parameters
    ----------
    table : DataFrame
        Columns `name points points_low points_high share share_low groups`, a row per level.

    Returns
    -------
    str
    """
    rows = counted(len(table), "level", "levels")
    text = f"Dot-and-range chart of {rows}: how far shares lie apart between groups, in points."
    if table.empty:
        return text
    top = table.iloc[int(table["points"].argmax())]
    low, high = (fixed(100.0 * float(top[end]), 1) for end in ("points_low", "points_high"))
    text += (
        f" The largest is {top['name']}, {fixed(100.0 * float(top['points']), 1)} points, likely "
        f"{low} to {high}, {percent(float(top['share']), 1)} of all differences between "
        f"{count(top['groups'])} groups."
    )
    clear = int((table["share_low"] > 0.0).sum())
    ranges = capital(counted(clear, "range", "ranges"))
    return f"{text} {ranges} {verb(clear, 'leaves', 'leave')} zero out."
