"""How do surveys become one: wave after wave, with peers, or as the departments of one agency?

Only the same question on the same scale in the same words is put side by side. What differs is
refused with the reason, and what is lost on the way is said in the notes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import pandas as pd

from cxanalytics.columns import and_more, check_period_order, show
from cxanalytics.errors import DataError
from cxanalytics.formats import list_words
from cxanalytics.scales import unlike_scale, unlike_wording
from cxanalytics.sources._account import reasons_table
from cxanalytics.sources._cells import rows_text
from cxanalytics.sources._together import as_rows, one_frame, shared_mix, union
from cxanalytics.sources.departments import departments_as_agencies
from cxanalytics.sources.peers import add_peers
from cxanalytics.tables import Check, Question, Survey

__all__ = ["add_peers", "departments_as_agencies", "stack_waves"]

DESIGN = ("psu", "stratum")
COUNTED = "rows"
"""What the name of a note starts with whose text starts with a number of rows."""


def stack_waves(parts: Mapping[str, Survey]) -> Survey:
    """Put the waves of a survey into one.

    Parameters
    ----------
    parts : mapping of str to Survey
        Wave to what was read of it; none of the parts has waves of its own. A question may be
        absent from some waves, the outcome may not.

    Returns
    -------
    Survey
        Notes about rows are summed and say each wave.

    Raises
    ------
    DataError
        A part has waves, asks a question on another scale or in other words (unless the question
        declares the wave in `changed`), holds a respondent twice, or lacks design columns that
        another part has; or waves do not sort in time as text.
    """
    if not parts:
        raise DataError("`parts` must hold at least one wave; got none.")
    waves = dict(sorted((str(wave), part) for wave, part in parts.items()))
    check_period_order(waves, "`period` of `parts`")
    for wave, part in waves.items():
        _check_part(wave, part)
    _check_roles(waves)
    questions = _questions_of(waves)
    names = [question.name for question in questions]
    mix, lost = shared_mix(list(waves.values()), "every wave")
    rows = as_rows(waves.values())
    frame = one_frame(
        [part.frame.assign(period=wave) for wave, part in zip(waves, rows, strict=True)],
        names,
        mix,
    )
    return Survey(
        frame=frame,
        questions=questions,
        outcome=_one_of("outcome", waves),
        drivers=union(part.drivers for part in waves.values()),
        case_mix=mix,
        counts=all(part.counts for part in rows),
        notes=(*_summed_notes(waves), *_not_in_every_wave(waves, names), *lost),
        reasons=_summed_reasons(part.reasons for part in waves.values()),
        breaks=union(part.breaks for part in waves.values()),
        parent=_one_of("parent", waves),
        only_peers=union(part.only_peers for part in waves.values()),
    )


def _check_part(wave: str, part: Survey) -> None:
    if part.periods != [""]:
        raise DataError(
            f"Each of `parts` must be one wave without waves of its own; {show(wave)} holds "
            f"{list_words([show(period) for period in part.periods])}."
        )
    if "respondent" not in part.frame:
        return
    respondent = part.frame["respondent"]
    again = respondent.notna() & respondent.duplicated()
    if again.any():
        raise DataError(
            f"`respondent` must be unique within a wave; {show(respondent[again].iloc[0])} stands "
            f"twice in {show(wave)}{and_more(int(again.sum()) - 1)}."
        )


def _check_roles(waves: Mapping[str, Survey]) -> None:
    for role in DESIGN:
        without = [wave for wave, part in waves.items() if role not in part.frame]
        if without and len(without) < len(waves):
            raise DataError(
                f"`{role}` must be known in every wave or in none; "
                f"{list_words([show(wave) for wave in without])} lacks it."
            )


def _questions_of(waves: Mapping[str, Survey]) -> tuple[Question, ...]:
    """Give each question as last asked; refuse one that is not the same throughout."""
    found: dict[str, tuple[str, Question]] = {}
    for wave, part in waves.items():
        for question in part.questions:
            before, earlier = found.get(question.name, ("", question))
            changed = tuple(sorted({*earlier.changed, *question.changed}))
            declared = any(before < period <= wave for period in changed)
            why = unlike_scale(earlier, question)
            if not why and not declared:
                why = unlike_wording(earlier, question)
            if why:
                advice = "" if unlike_scale(earlier, question) else _declare(question, wave)
                raise DataError(
                    f"`{question.name}` may not be compared between {show(before)} and "
                    f"{show(wave)}: {why}{advice}"
                )
            wording = question.wording or earlier.wording
            found[question.name] = (wave, replace(question, wording=wording, changed=changed))
    return tuple(question for _, question in found.values())


def _declare(question: Question, wave: str) -> str:
    return (
        f" To keep both and compare neither across, say `changed: ['{wave}']` in "
        f"`questions.{question.name}`."
    )


def _one_of(fact: str, waves: Mapping[str, Survey]) -> str:
    values = {getattr(part, fact): wave for wave, part in waves.items()}
    if len(values) > 1:
        told = [f"{show(value)} in {show(wave)}" for value, wave in values.items()]
        raise DataError(f"`{fact}` must be the same in every wave; got {list_words(told)}.")
    return next(iter(values))


def _summed_notes(waves: Mapping[str, Survey]) -> list[Check]:
    """Merge the notes of one name; those about rows start with the sum over all waves."""
    by_name: dict[str, list[tuple[str, Check]]] = {}
    for wave, part in waves.items():
        for note in part.notes:
            by_name.setdefault(note.name, []).append((wave, note))
    merged = []
    for name, found in by_name.items():
        passed = False if any(note.passed is False for _, note in found) else found[0][1].passed
        told = list(dict.fromkeys(note.text for _, note in found))
        text = told[0]
        if name.startswith(COUNTED):
            each = "; ".join(f"{wave}: {note.text.removesuffix('.')}" for wave, note in found)
            total = sum(int(note.text.split(" ", 1)[0].replace(",", "")) for _, note in found)
            text = f"{rows_text(total)} in all. {each}."
        elif len(told) > 1 or len(found) < len(waves) or text[0].isdigit():
            text = " ".join(f"{wave}: {note.text}" for wave, note in found)
        merged.append(Check(name, passed, text))
    read = [note for note in merged if note.name == "rows read"]
    kept = [note for note in merged if note.name == "rows kept"]
    rows = [note for note in merged if note.name.startswith(COUNTED) and note not in (*read, *kept)]
    return [*read, *rows, *kept, *(note for note in merged if note not in (*read, *rows, *kept))]


def _not_in_every_wave(waves: Mapping[str, Survey], names: Sequence[str]) -> list[Check]:
    notes = []
    for name in names:
        without = [
            wave
            for wave, part in waves.items()
            if name not in [question.name for question in part.questions]
        ]
        if without:
            text = f"`{name}` was not asked in {list_words(without)}."
            notes.append(Check(f"not asked: {name}", None, text))
    return notes


def _summed_reasons(tables: Iterable[pd.DataFrame | None]) -> pd.DataFrame | None:
    counted: dict[tuple[str, str], float] = {}
    for table in tables:
        if table is None:
            continue
        for question, reason, n in table[["question", "reason", "n"]].itertuples(index=False):
            counted[(question, reason)] = counted.get((question, reason), 0) + n
    return reasons_table(counted)
