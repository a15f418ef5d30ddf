"""Would another choice of peers give another verdict? In words, for one agency and for all.

A verdict can change for a hair's breadth across the rule; that above turned into below is said
apart.
"""

from __future__ import annotations

import pandas as pd

from cxanalytics.formats import count, list_words, number_word, percent
from cxanalytics.tables import Estimates
from cxanalytics.words.grammar import capital, verb_of
from cxanalytics.words.nouns import Nouns

OTHER_PEERS = "Other peers"
"""Name of the reason that says what other peers would have given."""

_WAYS = {
    "all": "all that are shown",
    "alike": "those alike by rule",
    "nearest": "those nearest in size or people",
    "one_out": "any one of its peers left out",
}
_VERDICTS = {
    "above": "above",
    "below": "below",
    "same": "about the same",
    "unclear": "too close to call",
}
_WHOLE = ("all", "alike", "nearest")


def name_way(way: str) -> str:
    """Name a choice of peers for a table."""
    return capital(_WAYS.get(way, "peers of the pages"))


def say_peer_sensitivity(sensitivity: Estimates, *, nouns: Nouns) -> str:
    """Say in one sentence or two how many verdicts hang on the choice of peers.

    Parameters
    ----------
    sensitivity : Estimates
        From `benchmark_peer_sensitivity`.
    nouns : Nouns

    Returns
    -------
    str
    """
    frame = sensitivity.frame
    total, many = int(sensitivity.facts["agencies"]), nouns.organizations
    other = frame.loc[frame["way"].isin(_WHOLE)]
    changed = int(other.groupby("agency")["changed"].any().sum())
    turned = int(other.groupby("agency")["turned"].any().sum())
    first = (
        f"With other sets of peers {count(changed)} of {count(total)} {many} "
        f"{verb_of(changed, 'gets', 'get')} another verdict"
    )
    if not changed:
        return f"No verdict on the {count(total)} {many} changes with other sets of peers."
    if turned:
        return f"{first}; for {number_word(turned)} above and below change places."
    return f"{first}; above never becomes below, or below above."


def say_declared_peers(sensitivity: Estimates, *, nouns: Nouns, rule: str = "") -> str:
    """Say whom the verdicts of the pages compare with, and with whom they are called again.

    Parameters
    ----------
    sensitivity : Estimates
        From `benchmark_peer_sensitivity`; fact `declared`.
    nouns : Nouns
    rule : str
        The rule that chooses the peers, in words; "" where there is none.

    Returns
    -------
    str
        Two sentences.
    """
    found = set(sensitivity.frame["way"])
    others = list_words([words for way, words in _WAYS.items() if way in found])
    pages = f"all {nouns.organizations} that are shown, for the study declares no peers"
    if rule:
        pages = f"peers by a rule: {rule}"
    elif sensitivity.facts.get("declared"):
        pages = f"the {nouns.organizations} that the study names as peers"
    return f"The pages compare with {pages}. Called again with {others}."


def say_peer_ways(sensitivity: Estimates, *, nouns: Nouns) -> list[str]:
    """Say for each choice of peers how many verdicts it changes.

    Parameters
    ----------
    sensitivity : Estimates
    nouns : Nouns

    Returns
    -------
    list of str
    """
    total, told = int(sensitivity.facts["agencies"]), []
    for way, part in sensitivity.frame.groupby("way", sort=False):
        if way not in _WAYS:
            continue
        changed = int(part["changed"].sum())
        change = verb_of(changed, "changes", "change")
        what = f"{count(changed)} of {count(total)} verdicts {change}"
        if way == "one_out":
            hangs = f"{verb_of(changed, 'hangs', 'hang')} on a single {nouns.peer}"
            told.append(f"{count(changed)} of {count(total)} verdicts {hangs}.")
        else:
            told.append(f"Compared with {_WAYS[str(way)]}, {what}.")
    return told


def say_peer_choice(sensitivity: Estimates, agency: str) -> str:
    """Say in one sentence whether an agency's verdict hangs on the choice of peers.

    Parameters
    ----------
    sensitivity : Estimates
    agency : str

    Returns
    -------
    str
        "" for an agency that is not in it.
    """
    rows = sensitivity.frame.loc[sensitivity.frame["agency"] == agency].set_index("way")
    if rows.empty:
        return ""
    whole = rows.loc[[way for way in _WHOLE if way in rows.index]]
    other = whole.loc[whole["changed"].astype(bool)]
    if other.empty:
        told = f"The verdict is the same with {list_words([_WAYS[way] for way in whole.index])}"
    else:
        parts = [
            f"{_VERDICTS[str(row['verdict'])]} with {_WAYS[str(way)]}"
            for way, row in other.iterrows()
        ]
        told = f"The verdict would be {list_words(parts)}"
    return f"{told}; {_one_out(rows)}" if "one_out" in rows.index else told


def _one_out(rows: pd.DataFrame) -> str:
    row = rows.loc[["one_out"]].iloc[0]
    if not row["changed"]:
        return "no single peer decides it"
    return f"leaving out one peer changes it for {percent(row['share'])} of them"


def list_peer_reasons(sensitivity: Estimates | None, agency: str) -> list[tuple[str, str]]:
    """List what the "Why?" of a verdict says of other peers.

    Parameters
    ----------
    sensitivity : Estimates or None
        None, or without rows, where it could not be computed.
    agency : str

    Returns
    -------
    list of (str, str)
        Name and text; empty where there is nothing to say.
    """
    if sensitivity is None or sensitivity.frame.empty:
        return []
    told = say_peer_choice(sensitivity, agency)
    return [(OTHER_PEERS, told)] if told else []


def say_companies(typical: float, scores: pd.Series[float], *, nouns: Nouns) -> str:
    """Say where companies score beside the typical agency of government.

    Parameters
    ----------
    typical : float
        Middle score of government, a share.
    scores : Series of float
        Scores of the companies.
    nouns : Nouns

    Returns
    -------
    str
    """
    over = int((scores > typical).sum())
    return (
        f"{count(over)} of {count(len(scores))} companies score above the typical "
        f"{nouns.organization} of government ({percent(typical)}); this is context, no target"
    )


def say_alt_companies(typical: float, table: pd.DataFrame, *, nouns: Nouns) -> str:
    """Describe the chart of companies.

    Parameters
    ----------
    typical : float
    table : DataFrame
        `name estimate`, best first.
    nouns : Nouns

    Returns
    -------
    str
    """
    first, last = table.iloc[0], table.iloc[-1]
    return (
        f"Scores of {count(len(table))} companies in gray, each with its likely range, from "
        f"{percent(first['estimate'])} ({first['name']}) to {percent(last['estimate'])} "
        f"({last['name']}). A line marks the typical {nouns.organization} of government at "
        f"{percent(typical)}."
    )


def name_verdict(verdict: str) -> str:
    """Name a verdict for a table."""
    return capital(_VERDICTS.get(verdict, "none"))
