"""What is a survey file about: who is compared, what was asked, on which scales?

Every guess is said with its reason. What is open is not decided: it becomes a comment that its
owner completes, and what the reader would refuse is said at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from cxanalytics.formats import list_words
from cxanalytics.rules import THRESHOLDS
from cxanalytics.run.guess.file import Sample
from cxanalytics.run.guess.levels import names_each_row
from cxanalytics.run.guess.questions import (
    QuestionGuess,
    answers_of,
    choose_outcome,
    is_overall,
    is_recommend,
    label_of,
    looks_asked,
    question_names,
    runs_against,
)
from cxanalytics.run.guess.roles import Roles, guess_roles
from cxanalytics.run.guess.scale import ScaleGuess, guess_scale
from cxanalytics.run.guess.told import Told, tell_outcome, tell_questions, tell_roles
from cxanalytics.run.guess.waves import in_order, lay_together
from cxanalytics.run.guess.words import filled, words_of

SCALE_ROWS = THRESHOLDS.caution
"""Answers of one wave from which its scale is compared with that of another."""


@dataclass(frozen=True, slots=True)
class SurveyGuess:
    """What a survey looks like.

    Attributes
    ----------
    samples : tuple of Sample
        One per wave, in the order of the waves; one alone where the file holds them all.
    periods : tuple of str
        Wave of each sample; ("",) for one alone.
    frame : DataFrame
        The first rows of all of them, as text.
    roles : Roles
    questions : tuple of QuestionGuess
    outcome : str
        Name of a question; "" where none can be read.
    unused : tuple of str
        Columns that serve nothing.
    guessed, unsure, refused : tuple of str
        Sentences.
    """

    samples: tuple[Sample, ...]
    periods: tuple[str, ...]
    frame: pd.DataFrame
    roles: Roles
    questions: tuple[QuestionGuess, ...]
    outcome: str
    unused: tuple[str, ...]
    guessed: tuple[str, ...]
    unsure: tuple[str, ...]
    refused: tuple[str, ...]

    @property
    def name(self) -> str:
        """The files, with their sheets."""
        return list_words([sample.name for sample in self.samples])

    def waves(self) -> set[str]:
        """The waves in its first rows; empty where it names none."""
        if len(self.samples) > 1:
            return set(self.periods)
        column = self.roles.columns.get("period")
        return set(filled(self.frame[column])) if column else set()

    def used(self) -> list[QuestionGuess]:
        """Questions that are not only comments."""
        return [question for question in self.questions if question.used]

    def outcome_question(self) -> QuestionGuess | None:
        """The outcome; None where there is none."""
        return next((entry for entry in self.questions if entry.name == self.outcome), None)


def guess_survey(samples: Sequence[Sample], *, staff: bool = False) -> SurveyGuess:
    """Guess what a survey file, or several with a wave each, is about.

    Parameters
    ----------
    samples : sequence of Sample
        One per file or sheet.
    staff : bool
        True for staff answers, which have items and no outcome.

    Returns
    -------
    SurveyGuess
    """
    told = Told()
    for sample in samples:
        told.guessed += [f"{sample.name}: {text}" for text in sample.said]
        told.refused += [
            f"{sample.name} has more than one column '{name}': none of them is used."
            for name in sample.repeated
        ]
    samples, periods = in_order(samples, told)
    wordings = {
        name: text for sample in reversed(samples) for name, text in sample.wordings.items()
    }
    frame, waves = lay_together(samples, periods, told)
    found = _scales(frame, wordings, samples, told)
    each = names_each_row(frame)
    if each and any(guess.scale.startswith("percent") for guess in found.values()):
        told.refused.append(
            f"'{each}' names another organization in each row: these look like published scores "
            "and not like answers. Without the number of answers no range can be given; those of "
            "csps and hcahps are read by `published` in study.yaml."
        )
        found = {}
    spoken = [name for name, scale in found.items() if _speaks(scale)]
    roles = guess_roles(
        frame, wordings=wordings, asked=spoken, waves=waves if len(samples) > 1 else None
    )
    if len(samples) > 1:
        roles.columns.pop("period", None)
    tell_roles(roles, frame, told, one_wave=len(samples) == 1)
    questions, outcome = _questions(frame, wordings, found, roles, told, staff=staff)
    serve = {*roles.taken(), *(question.column for question in questions)}
    unused = tuple(str(name) for name in frame if name not in serve)
    return SurveyGuess(
        tuple(samples), tuple(periods), frame, roles, tuple(questions), outcome, unused,
        tuple(told.guessed), tuple(told.unsure), tuple(told.refused),
    )  # fmt: skip


def _speaks(found: ScaleGuess) -> bool:
    return found.by_words and found.scale not in ("yes_no", "thumbs")


def _scales(
    frame: pd.DataFrame, wordings: Mapping[str, str], samples: Sequence[Sample], told: Told
) -> dict[str, ScaleGuess]:
    """Guess the scale of every column that has one; a scale may not differ between waves."""
    found = {}
    for name in map(str, frame):
        wording = wordings.get(name, "")
        guess = guess_scale(frame[name], name=name, wording=wording)
        if guess is None:
            continue
        parts = {}
        for sample in samples if len(samples) > 1 else ():
            cells = filled(sample.frame[name])
            part = guess_scale(cells, name=name, wording=wording)
            if part and part.scale and len(cells) >= SCALE_ROWS:
                parts[sample.name] = part
        if len({answers_of(part) for part in parts.values()}) > 1:
            listed = list_words([f"{part.scale} in {where}" for where, part in parts.items()])
            told.refused.append(
                f"'{name}' is answered on {listed}. Scales are not equated: it is left out."
            )
            guess = replace(guess, scale="", doubt=f"answered on {listed}")
        found[name] = guess
    return found


def _questions(
    frame: pd.DataFrame,
    wordings: Mapping[str, str],
    found: Mapping[str, ScaleGuess],
    roles: Roles,
    told: Told,
    *,
    staff: bool,
) -> tuple[list[QuestionGuess], str]:
    """Make questions of the columns that are left and have answers on a scale."""
    asked = {
        name: guess
        for name, guess in found.items()
        if name not in roles.taken()
        and (_is_short(guess) or looks_asked(name, wordings.get(name, ""), guess))
    }
    sure = {
        name: guess
        for name, guess in asked.items()
        if guess.scale and looks_asked(name, wordings.get(name, ""), guess)
    }
    outcome = choose_outcome(
        {name: (wordings.get(name, ""), guess) for name, guess in sure.items()}
    )
    recommended = outcome if outcome and is_recommend(outcome, wordings.get(outcome, "")) else ""
    mix = [words_of(name).replace(" ", "_") for name in roles.case_mix]
    names = question_names(list(asked), outcome=recommended, taken=mix)
    made = []
    for column, guess in asked.items():
        wording = wordings.get(column, "")
        doubt = guess.doubt
        if column not in sure and guess.scale:
            doubt = "it may be no question; take the comment signs away if it is"
        elif (
            outcome
            and guess.scale
            and column in sure
            and runs_against(frame, column, outcome, found)
        ):
            against = "its numbers run against the outcome's; say `reversed: true` if 1 is the best"
            doubt = f"{doubt}; {against}" if doubt else against
        phrase = "would recommend you" if column == recommended else ""
        label = "Would recommend us" if column == recommended else label_of(column, wording)
        made.append(
            QuestionGuess(
                names[column], column, wording or _as_wording(column), label, phrase, guess,
                column in sure, doubt,
            )
        )  # fmt: skip
    tell_questions(made, told)
    if not staff:
        tell_outcome(outcome, recommended, told)
    return made, names.get(outcome, "")


def _is_short(found: ScaleGuess) -> bool:
    """A few steps may be answers; numbers up to 100 may be anything."""
    return 2 < len(answers_of(found)) <= 11


def _as_wording(column: str) -> str:
    """A column name that is a sentence is the question's wording."""
    return column if len(column.split()) > 3 else ""


def drivers_of(survey: SurveyGuess) -> list[str]:
    """Name the questions that may go with the outcome: used, and no verdict on the whole.

    Parameters
    ----------
    survey : SurveyGuess

    Returns
    -------
    list of str
    """
    return [
        entry.name
        for entry in survey.used()
        if entry.name != survey.outcome
        and not is_overall(entry.column, entry.wording)
        and not is_recommend(entry.column, entry.wording)
    ]
