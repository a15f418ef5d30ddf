"""Which columns are questions, which of them is the outcome, and what are they called?"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from cxanalytics.run.guess.numbers import RECOMMEND
from cxanalytics.run.guess.scale import ScaleGuess
from cxanalytics.run.guess.words import words_of
from cxanalytics.scales import SCALES
from cxanalytics.tables import SURVEY_ROLES

OUTCOME = "recommend"
SENTENCE = 4
"""Words from which a heading or a question text is a question."""

NAME_WORDS = 5
NAME_LENGTH = 40
LABEL_LENGTH = 60
AGAINST = -0.2
"""Rank correlation with the outcome below which a question seems to run the other way."""

PAIRS = 50
_ASKED = re.compile(
    r"^q ?\d|^item|question|frage|satisf|zufried|\beas[ey]|effort|helpful|trust|recommend"
    r"|empf[eo]hl|quality|\bwait|resolv|clear|fair|respect|polite|courte|agree|score|rating|rate[ds]?\b|likel"
    r"|\bnps\b|csat|\bces\b|professional|knowledg|understood|thumb"
)
_OVERALL = re.compile(
    r"overall|alles in allem|insgesamt|all in all|considering everything|\bcsat\b"
)
_SATISFIED = re.compile(r"satisf|zufried")


@dataclass(frozen=True, slots=True)
class QuestionGuess:
    """One question.

    Attributes
    ----------
    name : str
        In the study.
    column, wording, label, phrase : str
    found : ScaleGuess
    used : bool
        False where it is only written as a comment.
    doubt : str
        Why it is a comment, or what to look at.
    """

    name: str
    column: str
    wording: str
    label: str
    phrase: str
    found: ScaleGuess
    used: bool
    doubt: str


def looks_asked(name: str, wording: str, found: ScaleGuess) -> bool:
    """Tell whether a column with answers on a scale is a question to respondents.

    Parameters
    ----------
    name, wording : str
    found : ScaleGuess

    Returns
    -------
    bool
    """
    two_valued = found.scale in ("yes_no", "thumbs")
    if found.by_words and not two_valued:
        return True
    words = words_of(name)
    long = max(len(words.split()), len(wording.split())) >= SENTENCE
    return long or bool(_ASKED.search(words))


def choose_outcome(columns: Mapping[str, tuple[str, ScaleGuess]]) -> str:
    """Choose the question that a study is about.

    Parameters
    ----------
    columns : mapping of str to (str, ScaleGuess)
        Column to its wording and scale, of questions that can be read.

    Returns
    -------
    str
        The item about recommending, first on 0 to 10; else overall satisfaction; else the first.
    """

    def rank(column: str) -> tuple[int, int]:
        wording, found = columns[column]
        said = f"{words_of(column)} {wording.lower()}"
        if RECOMMEND.search(said):
            return 0, 0 if found.scale in ("nps_0_10", "rating_1_10") else 1
        if _OVERALL.search(said):
            return 1, 0 if _SATISFIED.search(said) else 1
        return (2, 0) if _SATISFIED.search(said) else (3, 0)

    return min(columns, key=rank) if columns else ""


def is_recommend(column: str, wording: str) -> bool:
    """Tell whether a question is about recommending."""
    return bool(RECOMMEND.search(f"{words_of(column)} {wording.lower()}"))


def is_overall(column: str, wording: str) -> bool:
    """Tell whether a question sums an experience up, so that it explains no other."""
    said = f"{words_of(column)} {wording.lower()}"
    return bool(_OVERALL.search(said))


def question_names(columns: Sequence[str], *, outcome: str, taken: Sequence[str]) -> dict[str, str]:
    """Give each column a short name of its own for the study.

    Parameters
    ----------
    columns : sequence of str
    outcome : str
        Column that is called "recommend"; "" where none is.
    taken : sequence of str
        Names of case-mix columns.

    Returns
    -------
    dict of str to str
        Column to name.
    """
    used = {*SURVEY_ROLES, *taken}
    names = {}
    for column in sorted(columns, key=lambda column: column != outcome):
        name = OUTCOME if column == outcome else "_".join(words_of(column).split()[:NAME_WORDS])
        name = name[:NAME_LENGTH].strip("_")
        if not name[:1].isalpha():
            name = f"q_{name}".strip("_")
        first, number = name, 2
        while name in used:
            name, number = f"{first}_{number}", number + 1
        used.add(name)
        names[column] = name
    return {column: names[column] for column in columns}


def label_of(column: str, wording: str) -> str:
    """Write a short label for pages: the wording where it is short, else the column's name."""
    text = wording or column
    _, dash, item = text.rpartition(" - ")
    if wording and dash and len(item.split()) > 1:
        # Below a common stem, the item is what pages need.
        text = item
    if len(text) <= LABEL_LENGTH and " " in text:
        return text.rstrip("?. ")
    if " " in text:
        cut = text[:LABEL_LENGTH].rsplit(" ", 1)[0]
        return f"{cut.rstrip(',;: ')}…"
    plain = words_of(text)
    return (plain[:1].upper() + plain[1:]) or text


def runs_against(
    frame: pd.DataFrame, column: str, outcome: str, guesses: Mapping[str, ScaleGuess]
) -> bool:
    """Tell whether bare numbers run against the outcome: 1 may be their best answer.

    Parameters
    ----------
    frame : DataFrame
        Cells as text.
    column, outcome : str
    guesses : mapping of str to ScaleGuess

    Returns
    -------
    bool
    """
    if column == outcome or guesses[column].by_words or guesses[outcome].by_words:
        return False
    pair = frame[[column, outcome]].apply(pd.to_numeric, errors="coerce")
    for name in (column, outcome):
        pair[name] = pair[name].where(~pair[name].isin(list(guesses[name].missing)))
    pair = pair.dropna()
    if len(pair) < PAIRS or pair.nunique().min() < 2:
        return False
    turned = guesses[outcome].reversed != guesses[column].reversed
    rank = float(pair[column].rank().corr(pair[outcome].rank()))
    return (-rank if turned else rank) < AGAINST


def answers_of(found: ScaleGuess) -> tuple[float, ...]:
    """List the answers of a guessed scale; () where none reads the column."""
    scale = SCALES.get(found.scale)
    return scale.answers if scale else tuple(map(float, found.declare.get("answers", ())))
