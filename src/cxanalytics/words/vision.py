"""Will the target be reached in time, what pace would it take, and who ever kept it up?

The chance is that of a forecast from past points, which knows of no plans. Where the past is too
short, it is not told. The level of the leading group is said with what choosing the best adds to
it.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from cxanalytics.formats import (
    certain,
    count,
    list_words,
    long_date,
    percent,
    points,
    points_range,
    share_range,
    signed,
)
from cxanalytics.rules import (
    CERTAINTIES,
    FEW_OTHERS,
    FEW_POINTS,
    PAST,
    RUN_CHART_BELOW,
    TOO_FAR,
)
from cxanalytics.tables import Estimates
from cxanalytics.words.grammar import capital, counted, none_or, verb
from cxanalytics.words.nouns import Nouns

_WHY = {
    FEW_POINTS: f"fewer than {RUN_CHART_BELOW} points since the last break may be shown",
    FEW_OTHERS: "too few others have a history to judge it by",
    TOO_FAR: "the day lies further ahead than the history reaches back",
    PAST: "its day has passed",
}
LIKELY = CERTAINTIES[-1].at_least


def say_vision(row: pd.Series[Any], *, nouns: Nouns, you: bool = True) -> str:
    """Say the gap to a target, the chance of reaching it and the pace it takes.

    Parameters
    ----------
    row : Series
        A row of `benchmark_vision`.
    nouns : Nouns
    you : bool
        True speaks to the agency.

    Returns
    -------
    str
        Two to four sentences.
    """
    target = f"{percent(row['target'])} by {long_date(date.fromisoformat(str(row['by'])))}"
    who, are = ("You", "are") if you else (f"This {nouns.organization}", "is")
    now = f"{who} {are} at {percent(row['now'])} ({share_range(row['now_low'], row['now_high'])})"
    told = f"The target is {target}. {now}, {_gap(row)}."
    return " ".join(filter(None, (told, _chance(row), _pace(row, nouns))))


def _gap(row: pd.Series[Any]) -> str:
    size = points(abs(row["estimate"])).removeprefix("+")
    if round(100 * row["estimate"]) == 0:
        return "which is about the target"
    return f"{size} {'above' if row['estimate'] < 0 else 'below'} it"


def _chance(row: pd.Series[Any]) -> str:
    if row["reason"]:
        return f"The chance of reaching it cannot be told: {_WHY[str(row['reason'])]}."
    ends = share_range(row["forecast_low"], row["forecast_high"])
    return (
        "If scores move as they have so far, the chance of being there on that day is "
        f"{certain(row['p_reach'])} (likely range then: {ends})."
    )


def _pace(row: pd.Series[Any], nouns: Nouns) -> str:
    if pd.isna(row["pace"]):
        return ""
    pace = signed(100 * row["pace"], 1)
    told = f"It takes {pace} points a year"
    if pd.isna(row["managed"]):
        return f"{told}."
    low, high = int(row["managed_low"]), int(row["managed_high"])
    others = f"Of {count(row['others'])} other {nouns.organizations}"
    if high == 0:
        return f"{told}. {others}, likely none ever kept that up for as long."
    many = count(low) if low == high else f"{low} to {high}"
    return f"{told}. {others}, likely {many} once kept up a like pace for as long."


def say_vision_note(*, paced: bool = True) -> str:
    """Say what the forecast knows, and how paces are compared.

    Parameters
    ----------
    paced : bool
        True where a pace is told.

    Returns
    -------
    str
    """
    told = (
        "The forecast knows past scores only: no plans, no season. It leans toward how the others’ "
        "scores move, and does not carry a single good score on."
    )
    return f"{told} Near 100%, fewer points count as a like pace." if paced else told


def say_visions(vision: Estimates, *, measure: str, label: str, nouns: Nouns) -> str:
    """Say for how many agencies a target is likely, unlikely or open.

    Parameters
    ----------
    vision : Estimates
        From `benchmark_vision`.
    measure : str
    label : str
        Name of the measure.
    nouns : Nouns

    Returns
    -------
    str
        One sentence or two.
    """
    rows = vision.frame.loc[vision.frame["measure"] == measure]
    told = rows.loc[rows["p_reach"].notna(), "p_reach"]
    if told.empty:
        reasons = [_WHY[reason] for reason in dict.fromkeys(rows["reason"]) if reason]
        why = list_words(reasons)
        return f"Whether the target of “{label}” will be reached cannot be told: {why}."
    likely, unlikely = int((told >= LIKELY).sum()), int((told <= 1 - LIKELY).sum())
    many = f"{count(len(told))} {nouns.organizations}"
    text = (
        f"If scores move as they have so far, {none_or(likely)} of {many} {verb(likely)} likely to "
        f"reach the target of “{label}”, {none_or(unlikely)} {verb(unlikely)} likely not to, and "
        f"for {none_or(len(told) - likely - unlikely)} it is open."
    )
    rest = len(rows) - len(told)
    return f"{text} For {none_or(rest)} it cannot be told." if rest else text


def say_title_vision(vision: Estimates, *, measure: str, nouns: Nouns) -> str:
    """Say in a title how many agencies are likely to reach a target.

    Parameters
    ----------
    vision : Estimates
        From `benchmark_vision`.
    measure : str
    nouns : Nouns

    Returns
    -------
    str
    """
    told = vision.frame.loc[vision.frame["measure"] == measure, "p_reach"].dropna()
    if told.empty:
        return "Whether the target will be reached cannot be told"
    likely = int((told >= LIKELY).sum())
    many = nouns.organization if len(told) == 1 else nouns.organizations
    return (
        f"{capital(none_or(likely))} of {count(len(told))} {many} {verb(likely)} likely to reach "
        "the target in time"
    )


def say_alt_vision(table: pd.DataFrame) -> str:
    """Describe the chart.

    Parameters
    ----------
    table : DataFrame
        From `vision_table`.

    Returns
    -------
    str
    """
    if table.empty:
        return "No targets."
    rows = capital(counted(len(table), "row", "rows"))
    text = f"{rows}: score now, and foretold for the day of the target"
    told = table.loc[table["p_reach"].notna()]
    if told.empty:
        return f"{text}; no forecast."
    best, worst = certain(told["p_reach"].max()), certain(told["p_reach"].min())
    return f"{text}. The chance of reaching it runs from {worst} to {best}."


def say_achievable(achievable: Estimates, *, nouns: Nouns) -> str:
    """Say what the leading group has reached, and what choosing it adds.

    Parameters
    ----------
    achievable : Estimates
        From `benchmark_achievable`.
    nouns : Nouns

    Returns
    -------
    str
        Two sentences.
    """
    return f"{say_achievable_level(achievable, nouns=nouns)} {say_achievable_note(achievable)}"


def say_achievable_level(achievable: Estimates, *, nouns: Nouns) -> str:
    """Say what the leading group has reached.

    Parameters
    ----------
    achievable : Estimates
        From `benchmark_achievable`.
    nouns : Nouns

    Returns
    -------
    str
        One sentence.
    """
    facts = achievable.facts
    leading = int(facts["leading"])
    level = percent(float(facts["achievable"]))
    ends = share_range(float(facts["achievable_low"]), float(facts["achievable_high"]))
    if leading == 1:
        return f"The leading {nouns.organization} has likely reached {level} ({ends})."
    group = counted(leading, nouns.organization, nouns.organizations)
    return f"The leading {group} together have likely reached {level} ({ends})."


def say_achievable_note(achievable: Estimates) -> str:
    """Say how many answers the leading group holds, and what choosing it adds.

    Parameters
    ----------
    achievable : Estimates
        From `benchmark_achievable`.

    Returns
    -------
    str
        One sentence.
    """
    facts = achievable.facts
    held, said = (percent(float(facts[name])) for name in ("held", "reached"))
    added = points(float(facts["flattered"]), 1).removeprefix("+")
    return (
        f"The leading group, with {held} of the answers, stands at {said} as answered; choosing "
        f"the best by their answers adds {added}."
    )


def say_achievable_gap(row: pd.Series[Any]) -> str:
    """Say how far one agency is from the level of the leading group.

    Parameters
    ----------
    row : Series
        A row of `benchmark_achievable`.

    Returns
    -------
    str
        One sentence.
    """
    if row["leading"]:
        return "You belong to the leading group."
    ends = points_range(-row["conf_high"], -row["conf_low"])
    unsure = row["conf_low"] <= 0 <= row["conf_high"]
    clear = "; which is ahead cannot be told" if unsure else ""
    if round(100 * row["estimate"]) == 0:
        return f"You are about level with them (likely {ends}){clear}."
    size = points(abs(row["estimate"])).removeprefix("+")
    side = "below" if row["estimate"] > 0 else "above"
    return f"You are {size} {side} that (likely {ends}){clear}."
