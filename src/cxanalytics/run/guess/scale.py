"""On which scale are the answers of a column, which codes are no answer, and is that certain?

Words decide before numbers. Every guess is tried with the reader itself, so that a scale is only
proposed where the answers can be read on it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from cxanalytics.errors import DataError
from cxanalytics.formats import count, list_words
from cxanalytics.rules import THRESHOLDS
from cxanalytics.run.guess.numbers import CODES, NumberGuess, code_text, guess_numbers
from cxanalytics.run.guess.words import filled, quoted
from cxanalytics.scales import SCALES, Scale, clash, fold, read_missing, split_number
from cxanalytics.sources._answers import Cell, read_answers, read_cell
from cxanalytics.sources._cells import NUMBER, key
from cxanalytics.sources._grid import as_categories
from cxanalytics.sources._questions import Asked, ask

READ_AT_LEAST = 0.6
"""Share of the answers that a scale reads before it is proposed at all."""

USUAL_STEPS = 5

DISTINCT_AT_MOST = 120
"""A column with more distinct cells is no closed question."""

LISTED = 5
_PAIR = re.compile(r"(\d+)\s*(?:=|:|–|—|-|\bis\b|\bmeans\b)\s*([a-z][a-z' ]*[a-z])")


@dataclass(frozen=True, slots=True)
class ScaleGuess:
    """What the answers of one column look like.

    Attributes
    ----------
    scale : str
        Id; "" where no scale reads every answer.
    why : str
        What speaks for it, in one sentence.
    doubt : str
        What its owner has to look at; "" where nothing is open.
    missing : tuple of float
        Codes that are taken as no answer.
    reversed : bool
        True where the numbers run from best to worst.
    declare : mapping
        What the study has to declare, where the scale is none of the registry's.
    proposal : tuple of str
        Lines that would read the column once they are completed.
    by_words : bool
        True where words of the scale were found.
    """

    scale: str
    why: str
    doubt: str = ""
    missing: tuple[float, ...] = ()
    reversed: bool = False
    declare: Mapping[str, Any] = field(default_factory=dict)
    proposal: tuple[str, ...] = ()
    by_words: bool = False


def guess_scale(cells: pd.Series, *, name: str, wording: str = "") -> ScaleGuess | None:
    """Guess the scale of a column.

    Parameters
    ----------
    cells : Series of str
        Blank is "".
    name, wording : str
        Of the column; hints for what its numbers mean.

    Returns
    -------
    ScaleGuess or None
        None where the column does not look like answers on a scale.
    """
    counts = filled(cells).value_counts()
    texts = [str(text) for text in counts.index]
    spoken = [text for text in texts if read_missing(text) is None]
    if not spoken or len(texts) > DISTINCT_AT_MOST:
        return None
    said = f"{name} {wording}".lower()
    if all(NUMBER.fullmatch(text.removesuffix("%").strip()) for text in spoken):
        found = guess_numbers(
            {float(text.removesuffix("%")): int(counts[text]) for text in spoken},
            said=said,
            stated=stated_labels(said),
        )
        return _from_numbers(cells, found, said) if found else None
    return _from_words(cells, counts)


def _from_numbers(cells: pd.Series, found: NumberGuess, said: str) -> ScaleGuess:
    scale = SCALES.get(found.scale)
    turned = bool(scale) and runs_backwards(stated_labels(said), scale)
    why = found.why
    doubt = found.doubt
    if turned:
        why += ", which says that the lowest number is the best"
        doubt = ""
    guess = ScaleGuess(
        found.scale, why, doubt, found.missing, turned, found.declare, found.proposal
    )
    return _tried(cells, guess)


def stated_labels(said: str) -> dict[float, str]:
    """Find what a wording says about numbers: "1 = very good, 5 = very poor"."""
    return {float(number): fold(words) for number, words in _PAIR.findall(said)}


def runs_backwards(stated: Mapping[float, str], scale: Scale | None) -> bool:
    """Tell whether stated words put the best answer at the lowest number."""
    if scale is None:
        return False
    known = [
        (number, words)
        for number, words in stated.items()
        if words in scale.labels and number in scale.answers
    ]
    return bool(known) and all(
        scale.labels[words] == scale.mirror(number) != number for number, words in known
    )


@dataclass(frozen=True, slots=True)
class _Reading:
    """How far a scale reads the words of a column."""

    scale: Scale
    codes: tuple[float, ...]
    unread: tuple[str, ...]
    share: float
    used: float

    def rank(self) -> tuple[float, bool, bool, float]:
        """Prefer what reads most; then a ladder of which every step is used, then five steps."""
        whole = self.used == 1
        return self.share, whole, len(self.scale.answers) == USUAL_STEPS, self.used


def _from_words(cells: pd.Series, counts: pd.Series) -> ScaleGuess | None:
    """Take the scale that reads most answers by their words, and uses most of its own steps."""
    readings = [found for scale in SCALES.values() if (found := _reading(counts, scale))]
    best = max(readings, key=_Reading.rank, default=None)
    if best is None or best.share < READ_AT_LEAST:
        return None
    if best.unread:
        return _half_read(counts, best.scale, best.unread)
    rivals = [
        found.scale.id
        for found in readings
        if not found.unread and found is not best and best.used < 1
    ]
    doubts = [_code_doubt(best.codes)]
    if rivals:
        doubts.append(
            f"not every answer of {best.scale.id} occurs; it may be {' or '.join(rivals)}"
        )
    doubt = "; ".join(part for part in doubts if part)
    why = "the words of the answers"
    guess = ScaleGuess(best.scale.id, why, missing=best.codes, doubt=doubt, by_words=True)
    return _tried(cells, guess)


def _reading(counts: pd.Series, scale: Scale) -> _Reading | None:
    codes = _codes(counts, scale)
    read = _read(counts, scale, codes)
    words = {cell.words: cell.value for cell in read.values() if cell.words}
    # Two words for one answer belong to a longer ladder.
    if len(set(words.values())) < 2 or (len(scale.answers) > 2 and clash(words)):
        return None
    unread = tuple(text for text, cell in read.items() if not cell.understood)
    total = sum(int(counts[text]) for text in read if not _is_missing(read[text]))
    used = {cell.value for cell in read.values() if cell.value == cell.value}
    share = 1 - sum(int(counts[text]) for text in unread) / max(total, 1)
    return _Reading(scale, codes, unread, share, len(used) / len(scale.answers))


def _is_missing(cell: Cell) -> bool:
    return cell.understood and cell.value != cell.value


def _codes(counts: pd.Series, scale: Scale) -> tuple[float, ...]:
    numbers = {float(text) for text in counts.index if NUMBER.fullmatch(key(str(text)))}
    return tuple(sorted(code for code in numbers & CODES if code not in scale.answers))


def _read(counts: pd.Series, scale: Scale, codes: Sequence[float]) -> dict[str, Cell]:
    asked = _asked(scale, codes)
    return {str(text): read_cell(text, asked) for text in counts.index}


def _asked(scale: Scale, codes: Sequence[float] = (), *, turned: bool = False) -> Asked:
    facts = {"scale": scale, "missing": [code_text(code) for code in codes], "reversed": turned}
    return ask("answers", facts, ())


def _code_doubt(codes: Sequence[float]) -> str:
    if not codes:
        return ""
    listed = list_words([code_text(code) for code in codes])
    are = "is" if len(codes) == 1 else "are"
    return f"{listed} {are} taken as no answer; say why in `missing`, such as {{98: don't know}}"


def _half_read(counts: pd.Series, scale: Scale, unread: Sequence[str]) -> ScaleGuess:
    """Say which words a scale lacks; those of few respondents are counted, not shown."""
    shown = [text for text in unread if int(counts[text]) >= THRESHOLDS.hide][:LISTED]
    listed = [f"'{text}' ({count(int(counts[text]))})" for text in shown]
    rest = len(unread) - len(shown)
    if rest:
        listed.append(f"{count(rest)} other {'wording' if rest == 1 else 'wordings'}")
    return ScaleGuess(
        scale="",
        why="the words of most of its answers",
        doubt=f"{scale.id} has no answer for {list_words(listed)}; give each a number under "
        "`answers`, or list it under `missing`",
        proposal=(
            f"scale: {scale.id}",
            "answers: {" + ", ".join(f"{quoted(text)}: ?" for text in shown) + "}",
        ),
        by_words=True,
    )


def _tried(cells: pd.Series, guess: ScaleGuess) -> ScaleGuess:
    """Read the column as the study would; turn its numbers round where only that fits."""
    if not guess.scale:
        return guess
    scale = SCALES.get(guess.scale) or _declared(guess)
    column = as_categories(cells)
    error = ""
    for turned in (guess.reversed, not guess.reversed):
        try:
            read_answers(column, "its answers", _asked(scale, guess.missing, turned=turned))
        except DataError as failed:
            error = error or str(failed)
            continue
        if turned == guess.reversed:
            return _with_order(cells, guess, scale)
        why = f"{guess.why}, which say that the lowest number is the best"
        return ScaleGuess(guess.scale, why, guess.doubt, guess.missing, True, by_words=True)
    return ScaleGuess(
        "",
        guess.why,
        "its numbers and words contradict each other, or two words mean the same",
        proposal=(f"scale: {guess.scale}", "answers: {}"),
        by_words=guess.by_words,
    )


def _declared(guess: ScaleGuess) -> Scale:
    from cxanalytics.scales import declare_scale

    return declare_scale(guess.scale, guess.declare)


def _with_order(cells: pd.Series, guess: ScaleGuess, scale: Scale) -> ScaleGuess:
    """Say it where "1 - Very good" stands before words: the words decide."""
    against = 0
    for text in cells.unique():
        number, words, _ = split_number(str(text))
        against += number is not None and words in scale.labels and scale.labels[words] != number
    if not against or not guess.by_words:
        return guess
    why = f"{guess.why}; codes before the words run another way, and the words decide"
    return ScaleGuess(guess.scale, why, guess.doubt, guess.missing, by_words=True)
