"""How much of a change is who answered, said only where the part is clear?

Each way of grouping people splits the same change anew, so their parts are never added up.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from cxanalytics.formats import count, fixed, list_words, number_word, points, points_range, signed
from cxanalytics.tables import Estimates
from cxanalytics.words.grammar import capital, counted, none_or, shortened, verb
from cxanalytics.words.nouns import Nouns

_MOST_NAMED = 3


def _words(column: str) -> str:
    return column.replace("_", " ")


def _split(estimates: Estimates) -> pd.DataFrame:
    return estimates.frame.loc[estimates.frame["estimate"].notna()]


def _clear(estimates: Estimates) -> pd.DataFrame:
    """Give the rows whose mix part is clear, the largest first."""
    rows = _split(estimates)
    clear = rows.loc[rows["p_adjusted"] < 1.0 - estimates.level]
    return clear.loc[clear["estimate"].abs().sort_values(ascending=False, kind="stable").index]


def say_mix_rate(
    estimates: Estimates,
    *,
    nouns: Nouns,
    since: str = "",
    names: Mapping[str, str] | None = None,
) -> str:
    """Say for how many organizations a clear part of the change is who answered.

    Parameters
    ----------
    estimates : Estimates
        From `fit_mix_rate`.
    nouns : Nouns
    since : str
        Name of the earlier wave; the fact `reference` when empty.
    names : mapping of str to str, optional
        Organization to the name to print.

    Returns
    -------
    str
        One to three sentences.
    """
    rows, clear = _split(estimates), _clear(estimates)
    since = since or str(estimates.facts.get("reference", "the earlier wave"))
    if rows.empty:
        return f"No change since {since} can be split."
    whole = rows["agency"].nunique()
    largest = fixed(100.0 * rows["estimate"].abs().max(), 1)
    if clear.empty:
        return (
            f"No {nouns.organization} of {count(whole)} has a clear part of its change since "
            f"{since} that goes with who answered. The largest such part is {largest} points."
        )
    agencies = clear["agency"].nunique()
    some = f"{capital(none_or(agencies))} of {count(whole)} {nouns.organizations}"
    has = verb(agencies, "has", "have")
    first = [
        f"{(names or {}).get(key, key)} (by {_words(column)}, {signed(100 * part, 1)})"
        for key, column, part in clear[["agency", "column", "estimate"]]
        .head(_MOST_NAMED)
        .itertuples(index=False)
    ]
    most = "Largest" if len(clear) > _MOST_NAMED else "In points"
    return (
        f"{some} {has} a clear part of the change since {since} that goes with who answered. "
        f"{most}: {list_words(first)}."
    )


def say_title_mix_rate(estimates: Estimates, *, column: str) -> str:
    """Say in a title for how many organizations the mix part is clear.

    Parameters
    ----------
    estimates : Estimates
        From `fit_mix_rate`.
    column : str
        The grouping that is drawn.

    Returns
    -------
    str
    """
    rows, clear = _split(estimates), _clear(estimates)
    whole = (rows["column"] == column).sum()
    number = int((clear["column"] == column).sum())
    if not number:
        return f"By {_words(column)}, who answered is no clear part of any change"
    return (
        f"By {_words(column)}, who answered is a clear part of {number_word(number)} of "
        f"{count(whole)} changes"
    )


def say_mix_rate_note(estimates: Estimates, *, column: str, nouns: Nouns) -> str:
    """Say how to read the chart.

    Parameters
    ----------
    estimates : Estimates
        From `fit_mix_rate`: `shared groups merged`.
    column : str
        The grouping that is drawn.
    nouns : Nouns

    Returns
    -------
    str
    """
    rows = _split(estimates)
    rows = rows.loc[rows["column"] == column]
    sharing = int((rows["shared"] > 0).sum())
    shared = (
        f"In {counted(sharing, nouns.organization, nouns.organizations)}, the same sampling units "
        "answered in both waves; the ranges allow for it. "
        if sharing
        else ""
    )
    return (
        f"Drawn by {_words(column)}, the grouping with the largest parts. Both parts add up to the "
        f"change. Each grouping splits the same change anew, so parts of several groupings do not "
        f"add up. {shared}Small groups are counted together."
    )


def say_change_parts(estimates: Estimates, *, agency: str) -> str:
    """Say on an organization's own page how much of its change is who answered.

    Parameters
    ----------
    estimates : Estimates
        From `fit_mix_rate`.
    agency : str

    Returns
    -------
    str
        A sentence per clear part, or one that there is none; "" where no change was split.
    """
    if estimates.frame.empty:
        return ""
    split = _split(estimates).loc[lambda rows: rows["agency"] == agency]
    if split.empty:
        return ""
    clear = split.loc[split["p_adjusted"] < 1.0 - estimates.level]
    since = str(estimates.facts.get("reference", "the earlier wave"))
    change = points(split.iloc[0]["change"], 1)
    told = f"Since {since}, the score as answered changed by {change}."
    if clear.empty:
        named = list_words([_words(name) for name in split["column"]])
        return f"{told} No clear part of that goes with who answered, by {named}."
    parts = [
        f"Of that, {signed(100 * part, 1)} (likely {points_range(low, high, 1)}) goes with who "
        f"answered, by {_words(column)}."
        for column, part, low, high in clear[
            ["column", "estimate", "conf_low", "conf_high"]
        ].itertuples(index=False)
    ]
    return " ".join((told, *parts))


def say_alt_mix_rate(table: pd.DataFrame) -> str:
    """Describe the chart.

    Parameters
    ----------
    table : DataFrame
        Columns `name change estimate rate`, a row per organization.

    Returns
    -------
    str
    """
    rows = counted(len(table), "row", "rows")
    what = "a dot for the change with the same people, a diamond for the part of who answered"
    text = f"{capital(rows)}: {what}."
    if table.empty:
        return text
    worst = table.iloc[int(table["estimate"].abs().argmax())]
    name = shortened(worst["name"])
    parts = f"{signed(100 * worst['estimate'], 1)} of {signed(100 * worst['change'], 1)} points"
    return f"{text} Who answered is the largest part at {name}: {parts}."
