"""Is a score steady over time, or is there a sign of change?

A sign is a point outside the usual range, or a run on one side of its middle; both are computed
rules, and the chance that a steady score shows one is said beside them. Few points tell nothing of
what is usual.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from cxanalytics.formats import fixed, list_words, number_word, percent
from cxanalytics.rules import (
    NO_POINTS,
    PROVISIONAL_BELOW,
    RUN_CHART,
    RUN_CHART_BELOW,
    THRESHOLDS,
    Thresholds,
)
from cxanalytics.tables import Estimates
from cxanalytics.words.grammar import capital, counted, none_or, verb
from cxanalytics.words.nouns import Nouns
from cxanalytics.words.process_signs import (
    EARLIER,
    OUTSIDE_NOW,
    RUN_NOW,
    STEADY,
    Reading,
    name_point,
    read_process,
)

_NAMED = 2


def say_process(
    history: Estimates,
    *,
    measure: str,
    agency: str,
    nouns: Nouns,
    you: bool = True,
    brief: bool = False,
) -> str:
    """Say whether one score of one agency is steady.

    Parameters
    ----------
    history : Estimates
        From `benchmark_history`.
    measure, agency : str
    nouns : Nouns
    you : bool
        True speaks to the agency.
    brief : bool
        True leaves out how often chance makes such a sign.

    Returns
    -------
    str
        One to four sentences.
    """
    every = str(history.facts["every"])
    got = read_process(history, measure=measure, agency=agency)
    whose = "your score" if you else f"the score of this {nouns.organization}"
    units = counted(got.points, every, f"{every}s")
    if got.kind == NO_POINTS:
        return f"No {every} has answers enough to be shown."
    if got.kind == RUN_CHART:
        need = f"{units}, and {RUN_CHART_BELOW} are needed"
        told = f"Too early to tell what is usual for {whose}: there {verb(got.points)} {need}."
    else:
        told = _told(got, every, whose)
        if got.kind != STEADY and not brief:
            charts = _in_charts(got.chance)
            told += f" A steady score shows such a sign in about {charts}, by chance."
    return " ".join(filter(None, (told, *_limits_of_it(got, every))))


def _told(got: Reading, every: str, whose: str) -> str:
    end = got.high if got.side == "above" else got.low
    # A point outside must not round onto the end it lies beyond.
    close = got.kind == OUTSIDE_NOW and _number(got, got.value) == _number(got, end)
    low, high, value = (_number(got, part, close) for part in (got.low, got.high, got.value))
    usual = f"its usual range, {low} to {high}"
    last = name_point(got.last, every=every)
    if got.kind == OUTSIDE_NOW:
        return f"A sign of change: in {last}, {whose} was {value}, {got.side} {usual}."
    if got.kind == RUN_NOW:
        since = name_point(got.signs[0], every=every)
        return (
            f"A sign of change: since {since}, all {counted(got.run, every, f'{every}s')} lie "
            f"{got.side} {_number(got, got.center)}, the middle of the usual range."
        )
    if got.kind == EARLIER:
        named = [name_point(point, every=every) for point in got.signs[-_NAMED:]]
        were = "was a sign" if len(named) == 1 else "were signs"
        return (
            f"No sign of change now: in {last}, {whose} is within {usual}. Earlier, "
            f"{list_words(named)} {were}."
        )
    return (
        f"Steady: no {every} since {name_point(got.first, every=every)} is a sign of change. "
        f"{capital(whose)} keeps to {usual}."
    )


def _number(got: Reading, value: float, close: bool = False) -> str:
    """Print a share in percent, and a score as it is; finer where two numbers would look alike."""
    if got.unit == "share":
        return percent(value, int(close))
    return fixed(value, 1 + close)


def _in_charts(chance: float) -> str:
    """Print a chance as a number of charts: "1 chart in 8"."""
    return f"1 chart in {max(round(1 / chance), 1)}" if chance > 0 else "hardly any chart"


def _limits_of_it(got: Reading, every: str) -> list[str]:
    """Say what makes a range provisional or doubtful, and where a stretch starts."""
    parts = []
    if got.provisional:
        parts.append(
            f"The range is provisional: it rests on {counted(got.held, every, f'{every}s')}, and "
            f"{PROVISIONAL_BELOW} settle it."
        )
    if not got.steady_baseline and got.kind != RUN_CHART:
        parts.append("The stretch that sets the range was itself not steady.")
    if got.break_text:
        first = name_point(got.first, every=every) if got.first else ""
        since = f"The line starts anew{f' in {first}' if first else ''}"
        parts.append(f"{since}: {got.break_text}.")
    return parts


def say_process_note(
    history: Estimates, *, thresholds: Thresholds = THRESHOLDS, broken: bool = True
) -> str:
    """Say how to read a chart over time.

    Parameters
    ----------
    history : Estimates
        Facts `every` and `run`.
    thresholds : Thresholds
    broken : bool
        True where a break is drawn.

    Returns
    -------
    str
    """
    every, run = str(history.facts["every"]), int(history.facts["run"])
    few = (
        f"A {every} with too few answers (under {thresholds.rank}), or hidden to protect privacy, "
        "is left out."
    )
    if history.facts.get("published"):
        few = "The number of answers was not published, so no value has a range of its own."
    dotted = " Dotted: a break; nothing is compared across it." if broken else ""
    return (
        f"Tinted: the usual range, set by the first {PROVISIONAL_BELOW} {every}s unless others are "
        f"declared, and then kept. A sign of change is a {every} outside it, or {run} in a row on "
        f"one side of its middle.{dotted} {few}"
    )


def say_alt_process(table: pd.DataFrame, *, every: str = "wave") -> str:
    """Describe the chart.

    Parameters
    ----------
    table : DataFrame
        From `process_table`.
    every : str
        "month" or "wave".

    Returns
    -------
    str
    """
    shown = table.loc[table["estimate"].notna()]
    panels = table["agency"].nunique()
    if shown.empty:
        return f"A chart over time without a {every} that may be shown."
    signs = int((shown["signal"] != "").sum())
    first, last = (
        name_point(str(end), every=every) for end in (shown["point"].min(), shown["point"].max())
    )
    text = f"{capital(counted(panels, 'chart', 'charts'))} over time, {first} to {last}"
    marked = f"{counted(signs, every, f'{every}s')} marked as a sign of change"
    if panels > 1:
        return f"{text}: {marked}."
    end = shown.iloc[-1]
    if shown.get("unit", pd.Series("share")).iloc[0] != "share":
        return f"{text}: {marked}."
    ends = f"from {percent(shown.iloc[0]['estimate'])} to {percent(end['estimate'])}"
    return f"{text}: {ends}; {marked}."


def say_history(
    history: Estimates, *, measure: str, agencies: Sequence[str], label: str, nouns: Nouns
) -> str:
    """Say how many agencies show a sign of change, and how many would by chance.

    Parameters
    ----------
    history : Estimates
    measure : str
    agencies : sequence of str
        Those to count.
    label : str
        Name of the measure.
    nouns : Nouns

    Returns
    -------
    str
        Two sentences or three.
    """
    got = [read_process(history, measure=measure, agency=agency) for agency in agencies]
    judged = [one for one in got if one.kind not in (NO_POINTS, RUN_CHART)]
    many = nouns.organizations
    if not judged:
        every = history.facts["every"]
        return (
            f"Not known: no {nouns.organization} has {RUN_CHART_BELOW} {every}s of “{label}” since "
            "its last break."
        )
    signs = sum(one.kind != STEADY for one in judged)
    chance = sum(one.chance for one in judged)
    shows = f"{_how_many(signs, len(judged), nouns)} a sign of change in “{label}”."
    marked = fixed(chance, 0 if chance >= 1 else 1)
    by_chance = f"If all were steady, chance alone would mark about {marked}."
    rest = len(got) - len(judged)
    few = f" For {counted(rest, nouns.organization, many)} it is too early to tell." if rest else ""
    return f"{shows} {by_chance}{few}"


def say_title_process(
    history: Estimates, *, measure: str, agencies: Sequence[str], nouns: Nouns
) -> str:
    """Say in a title how many agencies show a sign of change.

    Parameters
    ----------
    history : Estimates
    measure : str
    agencies : sequence of str
    nouns : Nouns

    Returns
    -------
    str
    """
    got = [read_process(history, measure=measure, agency=agency) for agency in agencies]
    judged = [one for one in got if one.kind not in (NO_POINTS, RUN_CHART)]
    if not judged:
        return "Too few points to tell what is usual"
    if len(agencies) == 1:
        told: Mapping[str, str] = {
            OUTSIDE_NOW: "A sign of change in the last point",
            RUN_NOW: "A sign of change: a run on one side",
            EARLIER: "No sign of change now; one earlier",
        }
        return told.get(judged[0].kind, "Steady: no sign of change")
    signs = sum(one.kind != STEADY for one in judged)
    return f"{_how_many(signs, len(judged), nouns)} a sign of change"


def _how_many(signs: int, judged: int, nouns: Nouns) -> str:
    """Write "Two of 23 agencies show"."""
    many = nouns.organization if judged == 1 else nouns.organizations
    shows = verb(signs, "shows", "show")
    return f"{capital(none_or(signs))} of {number_word(judged)} {many} {shows}"
