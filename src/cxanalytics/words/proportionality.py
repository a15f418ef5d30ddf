"""Does one figure per driver hold along the whole scale, said in points at the published cut?

Which drivers need the figure of the cut is decided once, by a rule that rides with the figures.
That a driver acts differently is said only where the range of its gap leaves zero out. A test of
equal slopes is named in the note and decides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from cxanalytics.formats import list_words, number_word, points, signed
from cxanalytics.tables import Estimates
from cxanalytics.words.diagnostics import OTHER_MODEL
from cxanalytics.words.grammar import capital, counted, shortened, verb
from cxanalytics.words.nouns import Nouns
from cxanalytics.words.sizes import NOT_CAUSE, say_base_of_pattern

Labels = Mapping[str, str] | None
_MOST_NAMED = 2


def _names(estimates: Estimates, labels: Labels) -> dict[str, str]:
    frame = estimates.frame.drop_duplicates("driver")
    pairs = zip(frame["driver"], frame["label"], strict=True)
    return {driver: (labels or {}).get(driver, label) for driver, label in pairs}


def _listed(estimates: Estimates, fact: str) -> list[str]:
    named = str(estimates.facts.get(fact, ""))
    return [driver for driver in estimates.frame["driver"].unique() if driver in named.split(", ")]


def say_proportionality(estimates: Estimates, *, labels: Labels = None) -> str:
    """Say whether one figure per driver tells the truth at the published cut.

    Parameters
    ----------
    estimates : Estimates
        Rows "driver@cut" of `fit_proportionality`; facts `freed` and `differ`.
    labels : mapping of str to str, optional
        Driver to the name to print.

    Returns
    -------
    str
        Two to four sentences.
    """
    names, freed = _names(estimates, labels), _listed(estimates, "freed")
    differ = _listed(estimates, "differ")
    at_cut = estimates.frame.loc[estimates.frame["published"]]
    worst = at_cut.iloc[int(at_cut["gap"].abs().argmax())]
    size = points(abs(worst["gap"]), 1).removeprefix("+")
    largest = f"the two differ most for “{names[worst['driver']]}”, by {size}"
    if not freed:
        return f"Yes: at the published cut, one figure per driver is enough. There {largest}."
    rest = "" if len(freed) == len(names) else " The others may keep one figure."
    used = "one figure is not sure to be enough; the figure of the cut is used"
    if not differ:
        return f"Not sure: for {_who(freed, names)}, {used}. {capital(largest)}.{rest}"
    acts = verb(len(differ), "acts", "act")
    unsure = [driver for driver in freed if driver not in differ]
    also = f" For {_who(unsure, names, other=True)}, {used}." if unsure else ""
    return (
        f"Not for all: at the published cut, {_who(differ, names)} {acts} differently from the "
        f"rest of the scale. {capital(largest)}.{also}{rest}"
    )


def _who(drivers: list[str], names: Mapping[str, str], *, other: bool = False) -> str:
    if len(drivers) > _MOST_NAMED:
        return counted(len(drivers), "", "other drivers" if other else "drivers")
    return list_words([f"“{names[driver]}”" for driver in drivers])


def say_title_proportionality(estimates: Estimates) -> str:
    """Say in a title how many drivers one figure does for.

    Parameters
    ----------
    estimates : Estimates
        As in `say_proportionality`.

    Returns
    -------
    str
    """
    freed, differ = (len(_listed(estimates, fact)) for fact in ("freed", "differ"))
    if not freed:
        return "At the published cut, one figure per driver is enough"
    many = counted(estimates.frame["driver"].nunique(), "driver", "drivers")
    if not differ:
        return f"For {number_word(freed)} of {many}, one figure is not sure to be enough"
    number = capital(number_word(differ))
    return f"{number} of {many} {verb(differ, 'acts', 'act')} differently at the published cut"


def say_proportionality_note(estimates: Estimates, *, nouns: Nouns) -> str:
    """Say how to read the panels, and what they rest on.

    Parameters
    ----------
    estimates : Estimates
        Facts `agencies`, and the column `n`.
    nouns : Nouns

    Returns
    -------
    str
    """
    facts = estimates.facts
    agencies = facts.get("agencies")
    base = say_base_of_pattern(
        answers=estimates.frame["n"].max() if len(estimates.frame) else None,
        respondents=nouns.respondents,
        groups=None if agencies is None else int(agencies),
        group=nouns.organizations,
    )
    return (
        "Each mark counts the answers from there to the best one. Above each panel: the tinted "
        "cut alone, against one figure for the whole scale. Points grow where answers are divided "
        f"most evenly, also where nothing else changes. {OTHER_MODEL} {base} {NOT_CAUSE}"
    )


def say_alt_proportionality(table: pd.DataFrame) -> str:
    """Describe the panels.

    Parameters
    ----------
    table : DataFrame
        Columns `driver name cut published estimate ordinal gap`, a row per driver and cut.

    Returns
    -------
    str
    """
    drivers = table["driver"].nunique()
    panels = counted(drivers, "panel", "panels")
    text = f"{capital(panels)}, one per driver: change in points at each cut of the scale."
    if table.empty:
        return text
    at_cut = table.loc[table["published"]]
    worst = at_cut.iloc[int(at_cut["gap"].abs().argmax())]
    alone, whole = signed(100 * worst["estimate"], 1), signed(100 * worst["ordinal"], 1)
    name = shortened(worst["name"])
    return (
        f"{text} At the published cut, the cut alone and the whole scale are furthest apart for "
        f"{name}: {alone} against {whole}."
    )
