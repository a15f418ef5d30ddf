"""What goes with the outcome most, where does the agency stand on it, and what cannot be told?

The shares of a table that holds every driver are told in words, each with its range. Where no range
lies above an equal share, no driver is named. Nothing here says what would change: shares describe
what goes together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from cxanalytics.formats import list_words, number_word, percent, share_range
from cxanalytics.rules import DIFFERENCE, NO_DRIVERS
from cxanalytics.tables import Estimates
from cxanalytics.words.certainty import say_verdict_clause
from cxanalytics.words.grammar import capital, verb
from cxanalytics.words.lock import find_forbidden
from cxanalytics.words.nouns import Nouns

NOT_SEPARATED = "We cannot yet separate the drivers"
CALLS = {
    "fix first": "Fix first",
    "protect": "Protect",
    "watch": "Watch",
    "maintain": "Maintain",
    "": "No call",
}
_LABEL_WORDS, _LABEL_LETTERS = 5, 40
_MOST_NAMED = 2
_FOR_RESEARCHERS = ("correlation", "variance")
_PARTS = (
    (0.05, "a twentieth"),
    (0.10, "a tenth"),
    (0.20, "a fifth"),
    (0.25, "a quarter"),
    (1 / 3, "a third"),
    (0.40, "two fifths"),
    (0.50, "half"),
    (0.60, "three fifths"),
    (2 / 3, "two thirds"),
    (0.75, "three quarters"),
    (0.80, "four fifths"),
    (0.90, "nine tenths"),
    (1.00, "all"),
)


def is_separated(drivers: Estimates) -> bool:
    """Tell whether the range of some driver's share leaves an equal share out.

    Parameters
    ----------
    drivers : Estimates
        Shares of what the drivers explain together; no rows where the model was refused.

    Returns
    -------
    bool
    """
    if drivers.frame.empty:
        return False
    equal = float(drivers.facts["equal_share"])
    frame = drivers.frame
    return bool(((frame["conf_low"] > equal) | (frame["conf_high"] < equal)).any())


def quote(label: str) -> str:
    """Put a driver's label in quotes, cut to what a sentence can hold."""
    words = label.split()
    short = " ".join(words[:_LABEL_WORDS])
    if len(short) > _LABEL_LETTERS:
        short = short[:_LABEL_LETTERS].rstrip()
    return f"“{short}”" if short == " ".join(words) else f"“{short}…”"


def say_part(share: float, *, within: tuple[float, float] = (0.0, 1.0)) -> str:
    """Say a share as a common fraction: 0.34 is "about a third".

    Parameters
    ----------
    share : float
    within : tuple of (float, float)
        Its range; a fraction outside of it would belie it, so the percent is said instead.

    Returns
    -------
    str
    """
    value, words = min(_PARTS, key=lambda part: abs(part[0] - share))
    return f"about {words if within[0] <= value <= within[1] else percent(share)}"


def say_drivers(
    drivers: Estimates,
    row: pd.Series[Any] | None,
    *,
    nouns: Nouns,
    names: Mapping[str, str],
    fix_first: Sequence[str] = (),
) -> str:
    """Say which driver goes most with the outcome, how much it explains, where the agency stands.

    Parameters
    ----------
    drivers : Estimates
        Shares, with the facts `drivers` and `equal_share`.
    row : Series or None
        The agency's row of the benchmark of the first driver; None where it has none.
    nouns : Nouns
    names : mapping of str to str
        Driver to its label.
    fix_first : sequence of str
        Drivers that are called "fix first", the largest share first; told where the first driver
        is not among them.

    Returns
    -------
    str
        One to four short sentences.
    """
    if drivers.facts.get("reason") == NO_DRIVERS:
        return f"This survey has no questions to set beside {nouns.outcome}."
    if not is_separated(drivers):
        return _say_not_separated(drivers)
    frame = by_share(drivers)
    first = frame.iloc[0]
    name, *others = quote_all(frame.loc[frame["tier"] == 1], names)
    likely = (float(first["conf_low"]), float(first["conf_high"]))
    part = say_part(float(first["estimate"]), within=likely)
    many = number_word(len(frame))
    explained = f"{part} of what the {many} drivers explain together ({share_range(*likely)})."
    said = f"{name} goes most with {nouns.outcome}"
    if others:
        beside = others[0] if len(others) == 1 else f"{number_word(len(others))} others"
        said = f"{said}, though not clearly more than {beside}. It explains {explained}"
    else:
        said = f"{said}: {explained}"
    if row is not None and row["verdict"] != "":
        clause = say_verdict_clause(row, than=f"the typical {nouns.peer}")
        said = f"{said} There you are {clause}."
    if not fix_first or str(first["key"]) in fix_first:
        return said
    return f"{said} {_say_fix_first(fix_first, nouns, names)}"


def _say_fix_first(keys: Sequence[str], nouns: Nouns, names: Mapping[str, str]) -> str:
    """Say which drivers come first though another one goes most with the outcome."""
    who = list_words([quote(names[key]) for key in keys])
    if len(keys) > _MOST_NAMED:
        who = f"{capital(number_word(len(keys)))} other drivers"
    # Not every such gap is large enough for a verdict; the range is what the rule asks for.
    below = f"there your whole likely range lies below the typical {nouns.peer}"
    return f"{who} {verb(len(keys))} to fix first: {below}."


def _say_not_separated(drivers: Estimates) -> str:
    """Say that no driver is named, and why."""
    if not drivers.frame.empty:
        equal = percent(float(drivers.facts["equal_share"]))
        return f"{NOT_SEPARATED}: each of them may explain an equal share ({equal})."
    reason = str(drivers.facts.get("reason", "")).strip()
    if any(word in reason.lower() for word in _FOR_RESEARCHERS):
        return f"{NOT_SEPARATED}: some of them are answered too much alike."
    if not reason or "`" in reason or find_forbidden(reason):
        return f"{NOT_SEPARATED}: the answers cannot carry the comparison."
    first = reason.split(". ")[0].rstrip(".")
    return f"{NOT_SEPARATED}. {first}."


def quote_all(frame: pd.DataFrame, names: Mapping[str, str]) -> list[str]:
    """Quote the labels of some drivers."""
    return [quote(names[str(key)]) for key in frame["key"]]


def by_share(drivers: Estimates) -> pd.DataFrame:
    """Give the drivers' rows, the largest share first."""
    return drivers.frame.sort_values("estimate", ascending=False, kind="stable")


def say_priority_title(table: pd.DataFrame) -> str:
    """Title the priority chart with the drivers that come first.

    Parameters
    ----------
    table : DataFrame
        Columns `name share_low call`, all drivers, the largest share first. A priority is called
        clear where its whole range lies above an equal share.

    Returns
    -------
    str
    """
    first = table.loc[table["call"] == "fix first"]
    fix = [quote(name) for name in first["name"]]
    clear = "clear " if bool((first["share_low"] > 1.0 / max(len(table), 1)).all()) else ""
    if len(fix) == 1:
        return f"{fix[0]} is the one {clear}priority"
    if len(fix) == 2:
        return f"{fix[0]} and {fix[1]} are {clear}priorities"
    if fix:
        return f"{capital(number_word(len(fix)))} drivers are {clear}priorities"
    protect = [quote(name) for name in table.loc[table["call"] == "protect", "name"]]
    if protect:
        return f"No driver is a clear priority; {protect[0]} is one to protect"
    return "No driver is a clear priority"


def say_shares_title(table: pd.DataFrame) -> str:
    """Title the ladder of shares, where there are no peers to compare with.

    Parameters
    ----------
    table : DataFrame
        Columns `name share share_low share_high`, the largest share first.

    Returns
    -------
    str
    """
    first = table.iloc[0]
    likely = (float(first["share_low"]), float(first["share_high"]))
    part = say_part(first["share"], within=likely)
    return f"{quote(first['name'])} has the largest share, {part}"


def say_priority_note(table: pd.DataFrame) -> str:
    """Say how to read the priority chart, and which drivers it leaves out.

    Parameters
    ----------
    table : DataFrame
        Columns `name gap`.

    Returns
    -------
    str
    """
    note = "▲ above, ▼ below the typical peer, ● neither. Lines: likely ranges."
    absent = [quote(name) for name in table.loc[table["gap"].isna(), "name"]]
    return f"{note} Not compared, so not drawn: {list_words(absent)}." if absent else note


def say_answers_title(table: pd.DataFrame) -> str:
    """Title the bars of answers with the most and the fewest positive answers.

    Parameters
    ----------
    table : DataFrame
        Columns `question name total`, the most positive answers first.

    Returns
    -------
    str
    """
    totals = table.drop_duplicates("question")
    most, least = totals.iloc[0], totals.iloc[-1]
    if len(totals) == 1:
        return f"{percent(most['total'])} of answers to {quote(most['name'])} are positive"
    if most["total"] - least["total"] <= DIFFERENCE:
        ends = [percent(end["total"]) for end in (least, most)]
        return f"All questions are answered alike ({' to '.join(dict.fromkeys(ends))})"
    return (
        f"{quote(most['name'])} is answered best ({percent(most['total'])}), "
        f"{quote(least['name'])} worst ({percent(least['total'])})"
    )
