"""How sure are we, in which words, and what could make the figures wrong?

The table of words lists exactly the words that stand on the page, with limits from
`rules.CERTAINTIES`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from cxanalytics.formats import count, number_word, percent, points, round_half_away, times_in
from cxanalytics.rules import AHEAD_AT_LEAST, CALL_AT_LEAST, CERTAINTIES, DRAWS, LEVEL, certainty
from cxanalytics.words.certainty import SAME, UNCLEAR
from cxanalytics.words.grammar import capital, counted, verb
from cxanalytics.words.nouns import Nouns


def list_words_used(rows: Sequence[pd.Series[Any]]) -> pd.DataFrame:
    """List the words for certainty that the chips and changes of some rows use.

    Parameters
    ----------
    rows : sequence of Series
        Rows of `Benchmark.frame`.

    Returns
    -------
    DataFrame
        Columns "We say", "Chance it is true", "How to use it", strongest word first.
    """
    verdicts = {row["verdict"] for row in rows}
    chances = [float(row["certainty"]) for row in rows if row["verdict"] in ("above", "below")]
    for row in rows:
        chances += [float(row.get(column, float("nan"))) for column in ("p_rise", "p_fall")]
    earned = {entry.word for entry in map(certainty, chances) if entry is not None}
    lines = []
    ceiling: float | None = None
    for entry in CERTAINTIES:
        low = _limit(entry.at_least)
        span = f"{low} or more" if ceiling is None else f"{low} to {_limit(ceiling)}"
        if entry.word in earned:
            lines.append((capital(entry.word), span, entry.use))
        ceiling = entry.at_least
    floor = _limit(CALL_AT_LEAST)
    if "same" in verdicts:
        lines.append(
            (SAME, f"{floor} or more that the gap is too small to matter", "Treat as equal.")
        )
    if "unclear" in verdicts:
        lines.append((UNCLEAR, f"No statement reaches {floor}", "Do not act on the difference."))
    return pd.DataFrame(lines, columns=["We say", "Chance it is true", "How to use it"])


def _limit(probability: float) -> str:
    exact = round_half_away(100 * probability, 1)
    return percent(probability, 0 if exact == int(exact) else 1)


def say_sureness(rows: Sequence[pd.Series[Any]]) -> str:
    """Say how many comparisons are called, and whether a single rank is.

    Parameters
    ----------
    rows : sequence of Series
        An agency's row of each measure, that of the outcome first.

    Returns
    -------
    str
    """
    compared = [row for row in rows if row["verdict"] != ""]
    called = [row for row in compared if row["verdict"] != "unclear"]
    if not compared:
        return "Not sure enough to compare you with anyone yet."
    single = pd.notna(rows[0].get("rank_low")) and rows[0]["rank_low"] == rows[0]["rank_high"]
    if not called:
        rank = "" if single else ", nor to give you a single rank"
        return f"Not sure enough to call any comparison{rank}."
    rank = "" if single else "; not sure enough to give you a single rank"
    if len(compared) == 1:
        return f"Sure enough to call the comparison{rank}."
    calls = counted(len(compared), "comparison", "comparisons")
    return f"Sure enough to call {number_word(len(called))} of {calls}{rank}."


def say_wrong_calls(rows: Iterable[pd.Series[Any]]) -> str:
    """Say how many of the calls are expected to be wrong.

    Parameters
    ----------
    rows : iterable of Series
        Rows of `Benchmark.frame`.

    Returns
    -------
    str
        "" where one call is made or none.
    """
    chances = [
        float(row["certainty"]) for row in rows if row["verdict"] in ("above", "below", "same")
    ]
    return say_wrong(len(chances), sum(1 - chance for chance in chances))


def say_wrong(number: int, expected: float) -> str:
    """Say how many of a number of calls are expected to be wrong.

    Parameters
    ----------
    number : int
        Calls that are made.
    expected : float
        How many of them are wrong on average.

    Returns
    -------
    str
        "" where one call is made or none.
    """
    if number < 2:
        return ""
    wrong = int(round_half_away(expected))
    calls = f"the {counted(number, 'call', 'calls')} made here"
    if wrong == 0:
        return f"Of {calls}, fewer than one is expected to be wrong."
    return f"Of {calls}, about {number_word(wrong)} {verb(wrong)} expected to be wrong."


def list_doubts(
    rows: Sequence[pd.Series[Any]],
    *,
    nouns: Nouns,
    response_rate: float | None = None,
    adjusted_for: Sequence[str] = (),
    changed: Sequence[str] = (),
) -> list[tuple[str, str]]:
    """List what could make the figures wrong.

    Parameters
    ----------
    rows : sequence of Series
        An agency's row of each measure.
    nouns : Nouns
    response_rate : float, optional
        Share answered among those asked.
    adjusted_for : sequence of str
        What the scores are adjusted for, in words.
    changed : sequence of str
        Labels of the questions whose wording changed since the last wave.

    Returns
    -------
    list of (str, str)
        A title of a few words, and one or two sentences.
    """
    who = f"How many {nouns.respondents} were asked is not known."
    if response_rate is not None:
        who = f"{percent(response_rate)} of the {nouns.respondents} asked took part."
    adjusted = "Scores are not adjusted for it."
    if adjusted_for:
        adjusted = f"Scores are adjusted for {', '.join(adjusted_for)} alone."
    doubts = [
        ("Who answered", f"{who} Those who did not may think differently."),
        ("Peers differ", f"Some {nouns.organizations} do harder work than others. {adjusted}"),
        ("Patterns", "The figures show where scores stand. They do not show why."),
    ]
    if changed:
        questions = counted(len(changed), "question", "questions")
        doubts.append(
            ("Wording", f"{capital(questions)} changed since the last wave: {', '.join(changed)}.")
        )
    wrong = say_wrong_calls(rows)
    return doubts + ([("Many comparisons", wrong)] if wrong else [])


def say_method(nouns: Nouns, *, difference: float, draws: int = DRAWS) -> str:
    """Explain the method in at most 90 words.

    Parameters
    ----------
    nouns : Nouns
    difference : float
        Smallest difference that matters, as a share.
    draws : int
        Behind ranks and chances.

    Returns
    -------
    str
    """
    matters = points(difference).removeprefix("+")
    return (
        f"Each score is the share of {nouns.respondents} whose answer counts. Scores that rest on "
        f"few answers are drawn toward the average, as small numbers swing by chance. The typical "
        f"peer is the middle score of the other {nouns.organizations}. A gap matters when it "
        f"exceeds {matters}. Likely ranges hold the true value {times_in(LEVEL)}. Ranks and "
        f"chances are counted over {count(draws)} draws of all true scores."
    )


def list_terms(nouns: Nouns, *, difference: float) -> list[tuple[str, str]]:
    """Explain the terms of a page.

    Parameters
    ----------
    nouns : Nouns
    difference : float
        Smallest difference that matters, as a share.

    Returns
    -------
    list of (str, str)
        Term and explanation.
    """
    matters = points(difference).removeprefix("+")
    many = nouns.organizations
    return [
        ("Typical peer", f"The middle score of the other {many}: half are above it."),
        ("Middle half", f"The range that holds the middle half of the other {many}."),
        ("Likely range", f"Where the true value lies {times_in(LEVEL)}."),
        ("Point", "One percent of answers: from 61% to 63% is two points."),
        ("Stabilized score", "The score after chance swings are evened out; used everywhere here."),
        (SAME, f"A gap of at most {matters} either way, too small to matter."),
        (
            "Clearly ahead",
            f"At least {percent(AHEAD_AT_LEAST)} certain to have the higher true score.",
        ),
    ]
