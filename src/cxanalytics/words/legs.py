"""Which of expectations, capabilities and rewards is weakest, and does performance need them all?

A place among the others is a range, never a rank; a leg is called the weakest only where the model
says so. That all three are needed is said only where every range says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from cxanalytics.claims.verdicts import CONTRADICTED, NOT_TESTABLE_HERE, SUPPORTED
from cxanalytics.formats import list_words, percent, points, rank_range, share_range
from cxanalytics.tables import Benchmark, Estimates
from cxanalytics.words.grammar import capital, counted, none_or, verb
from cxanalytics.words.nouns import Nouns
from cxanalytics.words.sizes import NOT_CAUSE, direction, say_size

_INTERACTION = "interaction"
_LEGS = ("expectations", "capabilities", "rewards")


def say_legs(
    estimates: Estimates, agency: str, *, boards: Mapping[str, Benchmark] | None = None
) -> str:
    """Say which leg of an agency is weakest, with the range of its place.

    Parameters
    ----------
    estimates : Estimates
        From `fit_legs`.
    agency : str
    boards : mapping of str to Benchmark, optional
        Leg to its comparison with peers, for places that are stabilized; else those of the model.

    Returns
    -------
    str
        One or two sentences; "" for an agency that has no scores.
    """
    frame = estimates.frame
    rows = frame.loc[(frame["kind"] == "score") & (frame["agency"] == agency)]
    if rows.empty:
        return ""
    weakest = rows.loc[rows["weakest"]]
    if weakest.empty:
        return f"None of {list_words(list(rows['leg']))} is clearly your weakest."
    row = weakest.iloc[0]
    board = (boards or {}).get(str(row["leg"]))
    if board is not None and agency in set(board.shown["key"]):
        told = board.row(agency)
        row = row.copy()
        row[["rank_low", "rank_high"]] = told[["rank_low", "rank_high"]].to_numpy(dtype=float)
        row["peers"] = float(len(board.rank_probability) - 1)
    likely = share_range(row["conf_low"], row["conf_high"])
    return (
        f"{capital(str(row['leg']))} are your weakest leg{_place(row)}. Staff answer positively: "
        f"{percent(row['estimate'])} (likely {likely})."
    )


def _place(row: pd.Series[Any]) -> str:
    if pd.isna(row["rank_low"]):
        return ""
    many = int(row["peers"]) + 1
    place = rank_range(row["rank_low"], row["rank_high"])
    return f", likely {place} of {many}"


def say_leg_relation(estimates: Estimates) -> str:
    """Say whether performance goes with all three legs, and with two of them together.

    Parameters
    ----------
    estimates : Estimates
        From `fit_legs`; facts `verdict reason performance performance_is higher_is_better`.

    Returns
    -------
    str
        One to four sentences.
    """
    facts = estimates.facts
    if facts["verdict"] == NOT_TESTABLE_HERE:
        return f"Not testable with these data. {facts['reason']}"
    sign = 1 if facts["higher_is_better"] else -1
    rows = {leg: estimates.row(leg) for leg in _LEGS}
    groups = {way: [leg for leg in _LEGS if _way(rows[leg], sign) == way] for way in (1, 0, -1)}
    opening = {
        SUPPORTED: "Yes: units where all three are better also do better, and two go together",
        CONTRADICTED: "No: not all of it holds",
    }.get(str(facts["verdict"]), "Not shown that all three are needed")
    clauses = [
        f"performance is {word} with {list_words(groups[way])}"
        for way, word in ((1, "better"), (-1, "worse"))
        if groups[way]
    ]
    if groups[0]:
        clauses.append(f"no clear pattern with {list_words(groups[0])}")
    units = counted(int(facts["units"]), "unit", "units")
    return (
        f"{opening}: {'; '.join(clauses)} ({units}, grade {facts['grade']}). "
        f"{_say_interaction(estimates, sign)}"
    )


def _way(row: pd.Series[Any], sign: int) -> int:
    return 0 if pd.isna(row["conf_low"]) else sign * direction(row)


def _unit(estimates: Estimates) -> str:
    return "points" if estimates.facts["performance_is"] == "share" else "number"


def _say_interaction(estimates: Estimates, sign: int) -> str:
    row = estimates.row(_INTERACTION)
    way = _way(row, sign)
    step = points(float(estimates.facts["step"])).removeprefix("+")
    size = (
        "a size that is not known with its range"
        if pd.isna(row["conf_low"])
        else say_size(row, unit=_unit(estimates))
    )
    told = {
        1: "Capabilities go with more where rewards are fair",
        -1: "Capabilities go with less where rewards are fair",
    }.get(way, "Whether capabilities need rewards is not clear")
    return (
        f"{told}: what goes with {step} more capabilities differs, between units with high and "
        f"with low rewards, by {size}."
    )


def say_leg_sizes(estimates: Estimates) -> list[str]:
    """Say how much performance goes with ten points of each leg.

    Parameters
    ----------
    estimates : Estimates
        Rows of kind "relation".

    Returns
    -------
    list of str
        One sentence per leg with a range; none where nothing is related.
    """
    facts = estimates.facts
    if facts["verdict"] == NOT_TESTABLE_HERE:
        return []
    step = points(float(facts["step"])).removeprefix("+")
    rows = [estimates.row(leg) for leg in _LEGS]
    return [
        f"{capital(str(row['key']))}, {step} more and the other two held constant: "
        f"{say_size(row, unit=_unit(estimates))} of “{facts['performance']}”."
        for row in rows
        if pd.notna(row["conf_low"])
    ]


def say_title_legs(estimates: Estimates, *, nouns: Nouns) -> str:
    """Say in a title how many agencies have a leg that is clearly the weakest.

    Parameters
    ----------
    estimates : Estimates
        Facts `weakest_called agencies`.
    nouns : Nouns

    Returns
    -------
    str
    """
    called, of = int(estimates.facts["weakest_called"]), int(estimates.facts["agencies"])
    many = counted(of, nouns.organization, nouns.organizations)
    has = verb(called, "has", "have")
    return f"{capital(none_or(called))} of {many} {has} a leg that is clearly the weakest"


def say_title_leg_relation(estimates: Estimates) -> str:
    """Say in a title whether performance goes with all three legs.

    Parameters
    ----------
    estimates : Estimates
        Fact `verdict`.

    Returns
    -------
    str
    """
    told = {
        SUPPORTED: "Performance goes with all three, and with two together",
        CONTRADICTED: "Performance does not go with all three",
    }
    later = "It is not shown that performance goes with all three"
    return told.get(str(estimates.facts["verdict"]), later)


def say_legs_note() -> str:
    """Say what the legs are made of, and how a place is to be read.

    Returns
    -------
    str
    """
    return (
        "Each leg is the share of positive answers to the items mapped to it, from people who "
        "answered on all of them. Questions differ, so shares of two legs are not compared; each "
        "leg is compared with the middle one of its own. Places are ranges, 1 the best. "
        f"{NOT_CAUSE}"
    )


def say_alt_legs(table: pd.DataFrame) -> str:
    """Describe the strips of scores.

    Parameters
    ----------
    table : DataFrame
        Columns `leg estimate yours`, a row per leg and agency.

    Returns
    -------
    str
    """
    legs = list(dict.fromkeys(table["leg"]))
    text = f"{capital(counted(len(legs), 'strip', 'strips'))} of dots, one per leg"
    if table.empty:
        return f"{text}."
    many = int(table.groupby("leg")["leg"].size().max())
    parts = []
    for leg in legs:
        part = table.loc[table["leg"] == leg]
        told = f"{leg} {share_range(part['estimate'].min(), part['estimate'].max())}"
        own = part.loc[part["yours"], "estimate"]
        parts.append(told if own.empty else f"{told}, yours {percent(own.iloc[0])}")
    dots = counted(many, "dot", "dots")
    return f"{text}: positive answers of staff, {dots} each. {capital('; '.join(parts))}."


def say_alt_leg_relation(table: pd.DataFrame, *, in_points: bool = True) -> str:
    """Describe the ladder of what goes with each leg.

    Parameters
    ----------
    table : DataFrame
        Columns `name estimate conf_low conf_high clear`.
    in_points : bool
        True where performance is a share.

    Returns
    -------
    str
    """
    many = capital(counted(len(table), "row", "rows"))
    unit = " in points" if in_points else ""
    text = f"{many} of dots and ranges: difference of performance{unit}, with a line at zero."
    if table.empty:
        return text
    clear = list(table.loc[table["clear"], "name"])
    if not clear:
        return f"{text} Every range holds zero."
    return f"{text} Clear of zero: {list_words(clear)}."
