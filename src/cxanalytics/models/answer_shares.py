"""How was each question answered in each agency, as far as the answers may be shown?

Shares of people per answer, weighted, for the bars of an agency's page. Few people behind an answer
could be known: an answer that fewer than `cell` gave is counted with the one next to it on its side
of the scale. Totals over all agencies are published elsewhere, so wherever one agency alone holds
an answer back, a second one does too: nothing hidden can be had by subtraction. Scales of more than
five answers are given in three parts, as they are drawn.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxanalytics.disclosure import agency_reasons
from cxanalytics.errors import ParamsError, must_be
from cxanalytics.models.counted import stands_for
from cxanalytics.models.joined_cells import publishable_parts
from cxanalytics.models.sampling import need_answers
from cxanalytics.rules import COMPLEMENTARY, FEW, HIDDEN, THRESHOLDS, Thresholds
from cxanalytics.scales import Scale
from cxanalytics.tables import Question, Survey

Floats = NDArray[np.float64]

ANSWERS_APART = 5
"""A scale with more answers is given in its parts: negative, neutral, positive."""

SIDES = ("negative", "neutral", "positive")
MIXED = "mixed"
"""Side of a part that holds answers of several sides; the positive ones are never among them."""

_STRICTNESS = ("", FEW, COMPLEMENTARY, HIDDEN)
COLUMNS = (
    "agency",
    "question",
    "question_label",
    "answer",
    "label",
    "side",
    "share",
    "n",
    "suppressed_reason",
)


def fit_answer_shares(
    survey: Survey,
    *,
    questions: Sequence[str] | None = None,
    period: str | None = None,
    statistic: str = "positive",
    thresholds: Thresholds = THRESHOLDS,
) -> pd.DataFrame:
    """Give the share of people behind each answer, agency by agency.

    Parameters
    ----------
    survey : Survey
    questions : sequence of str, optional
        Names of questions; the outcome and the drivers by default.
    period : str, optional
        The wave; the latest by default.
    statistic : {"positive", "top"}
        Which answers are the positive side, as in the scores.
    thresholds : Thresholds
        Read are `hide`, `rank` and `cell`.

    Returns
    -------
    DataFrame
        A row per agency, question and answer: `agency question question_label answer label side
        share n suppressed_reason`. Answers that are counted together are one row: `answer` is the
        lowest of them, `label` names them all, `side` is theirs, or "mixed" where answers against
        are counted with answers that are neither. Shares (0 to 1, weighted) of an agency and
        question sum to 1; `n` is the people who answered the question there. Agencies that may not
        be shown have no row; an agency where counting together does not help has rows without
        shares, with the reason.

    Raises
    ------
    DataError
        No such question or wave.
    ParamsError
        An unknown statistic.
    ModelError
        `survey` is `Published`.

    Assumes
    -------
    People who did not answer a question are like those who did.

    Reference
    ---------
    Hundepool et al. (2012), ch. 4-5, on small cells and complementary suppression;
    methods.md#answer-shares.
    """
    need_answers(survey)
    if statistic not in ("positive", "top"):
        raise ParamsError(must_be("statistic", ("positive", "top"), statistic))
    chosen = (survey.outcome, *survey.drivers) if questions is None else questions
    wave = survey.in_period(survey.periods[-1] if period is None else period)
    rows: list[tuple[object, ...]] = []
    for name in dict.fromkeys(chosen):
        if wave.answers(name)[name].size:
            rows += _rows_of(wave, survey.question(name), statistic, thresholds)
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(
        {"answer": float, "share": float, "n": float}
    )


@dataclass(frozen=True, slots=True)
class _Cells:
    """The answers of a scale as they are counted: one a cell, or a side a cell."""

    answers: list[tuple[float, ...]]
    sides: tuple[str, ...]
    words: dict[float, str]

    @property
    def of_answer(self) -> dict[float, int]:
        return {answer: place for place, cell in enumerate(self.answers) for answer in cell}

    def label(self, part: Sequence[int]) -> str:
        """Name the answers of some cells: "Strongly disagree or disagree", "0 to 6"."""
        answers = sorted(answer for place in part for answer in self.answers[place])
        named = [self.words.get(answer, "") for answer in answers]
        if not all(named):
            first, last = answers[0], answers[-1]
            joint = " or " if len(answers) == 2 else " to "
            return f"{first:g}" if first == last else f"{first:g}{joint}{last:g}"
        text = " or ".join(filter(None, [", ".join(named[:-1]), named[-1]]))
        return text[:1].upper() + text[1:]


def _cells(scale: Scale, statistic: str) -> _Cells:
    positive = scale.positive if statistic == "positive" else scale.top
    side = {
        answer: "positive"
        if answer in positive
        else "negative"
        if answer in scale.detractors
        else "neutral"
        for answer in scale.answers
    }
    words: dict[float, str] = {}
    # The first word for an answer is the scale's own; the others are synonyms.
    for text, answer in scale.labels.items():
        words.setdefault(answer, text)
    if len(scale.answers) <= ANSWERS_APART:
        cells: list[tuple[float, ...]] = [(answer,) for answer in scale.answers]
    else:
        grouped = (tuple(a for a in scale.answers if side[a] == kind) for kind in SIDES)
        cells = [cell for cell in grouped if cell]
    return _Cells(cells, tuple(side[cell[0]] for cell in cells), words)


def _rows_of(
    wave: Survey, question: Question, statistic: str, thresholds: Thresholds
) -> Iterator[tuple[object, ...]]:
    """Give the rows of one question."""
    cells = _cells(question.scale, statistic)
    size = len(cells.sides)
    frame = wave.frame.assign(people=stands_for(wave)).loc[wave.frame[question.name].notna()]
    by = [frame["agency"].astype(str), frame[question.name].map(cells.of_answer)]
    tables = (
        frame.groupby(by)[column].sum().unstack(fill_value=0).reindex(columns=range(size))
        for column in ("people", "weight")
    )
    people, weight = (table.fillna(0.0) for table in tables)
    reasons = _reasons(wave, question.name, thresholds).reindex(people.index, fill_value=HIDDEN)
    parts = publishable_parts(people.to_numpy(), reasons, cells.sides, thresholds.cell)
    for agency, found in parts.items():
        if reasons[agency] or agency in wave.only_peers:
            continue
        n, mass = people.loc[agency].to_numpy(), weight.loc[agency].to_numpy()
        for part in found or [[j] for j in range(size)]:
            yield (
                agency,
                question.name,
                question.label,
                cells.answers[part[0]][0],
                cells.label(part),
                _side(part, cells.sides),
                mass[part].sum() / mass.sum() if found else np.nan,
                n.sum(),
                "" if found else COMPLEMENTARY,
            )


def _reasons(wave: Survey, name: str, thresholds: Thresholds) -> pd.Series[str]:
    """Say of every agency why it may not be shown, by its answers to a question and the outcome."""
    found = [
        agency_reasons(wave, measure=measure, thresholds=thresholds).droplevel("period")
        for measure in (name, wave.outcome)
    ]
    pairs = zip(found[0], found[1], strict=True)
    strictest = [max(pair, key=_STRICTNESS.index) for pair in pairs]
    return pd.Series(strictest, index=found[0].index.astype(str), dtype="str")


def _side(part: Sequence[int], sides: Sequence[str]) -> str:
    """Give the side of the answers in a part."""
    kinds = {sides[j] for j in part}
    return kinds.pop() if len(kinds) == 1 else MIXED
