"""Which wave is each file or sheet, by its own cells or by its name?"""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandas as pd

from cxanalytics.columns import check_period_order
from cxanalytics.errors import DataError, did_you_mean
from cxanalytics.formats import list_words
from cxanalytics.run.guess.file import Sample
from cxanalytics.run.guess.roles import guess_roles
from cxanalytics.run.guess.told import Told
from cxanalytics.run.guess.words import filled

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_YEAR = r"(?<!\d)((?:19|20)\d\d)(?!\d)"
_QUARTER = re.compile(r"(?<![a-z])q(?:uarter)?[ _-]?([1-4])(?!\d)|(?<!\d)([1-4])q(?![a-z])")
_MONTH = re.compile(rf"(?<![a-z])({'|'.join(_MONTHS)})[a-z]*(?![a-z])")
_YEAR_MONTH = re.compile(_YEAR + r"[ _-]?(0[1-9]|1[0-2])(?!\d)")
_NUMBERED = re.compile(r"(?<![a-z])(?:wave|round|welle|vague|ola|w|t)[ _-]?(\d{1,3})(?!\d)")


def in_order(samples: Sequence[Sample], told: Told) -> tuple[list[Sample], list[str]]:
    """Put several samples in the order of their waves.

    Parameters
    ----------
    samples : sequence of Sample
    told : Told
        Grows.

    Returns
    -------
    samples : list of Sample
    periods : list of str
        Wave of each; "" for one alone.
    """
    if len(samples) == 1:
        return list(samples), [""]
    holding = [
        str(name)
        for name in samples[0].frame
        if guess_roles(samples[0].frame[[name]], wordings={}).columns.get("period") == name
    ]
    periods, said, doubt = guess_periods(samples, holding)
    told.guessed.append(f"{len(samples)} waves: {said}.")
    if doubt:
        told.unsure.append(f"Waves: {doubt}.")
    for name in holding:
        if any(
            filled(sample.frame[name]).nunique() > 1 for sample in samples if name in sample.frame
        ):
            told.refused.append(
                f"'{name}' holds several waves in one file. Put all waves into one file, or "
                "one wave into each."
            )
    order = sorted(range(len(samples)), key=lambda place: periods[place])
    for key in ("header", "layout", "encoding", "delimiter"):
        kinds = {getattr(sample, key) for sample in samples}
        if len(kinds) > 1:
            listed = list_words([f"{getattr(one, key)!r} in {one.name}" for one in samples])
            told.refused.append(
                f"`{key}` is {listed}: a study has one for all its waves. Make them alike."
            )
    return [samples[place] for place in order], [periods[place] for place in order]


def lay_together(
    samples: Sequence[Sample], periods: Sequence[str], told: Told
) -> tuple[pd.DataFrame, pd.Series]:
    """Lay the samples below each other; only columns of all of them are used.

    Parameters
    ----------
    samples : sequence of Sample
    periods : sequence of str
    told : Told
        Grows.

    Returns
    -------
    frame : DataFrame
        Cells as text.
    waves : Series of str
        Wave of each row.
    """
    shared = [name for name in samples[0].frame if all(name in other.frame for other in samples)]
    for sample in samples:
        for name in (name for name in sample.frame if name not in shared):
            others = [other for other in samples if name not in other.frame]
            hint = did_you_mean(name, [title for title in others[0].frame if title not in shared])
            told.unsure.append(
                f"'{name}' stands in {sample.name} and not in "
                f"{list_words([other.name for other in others])}, so it is not used.{hint}"
            )
    frame = pd.concat([sample.frame[shared] for sample in samples], ignore_index=True)
    labels = [
        period
        for sample, period in zip(samples, periods, strict=True)
        for _ in range(len(sample.frame))
    ]
    return frame, pd.Series(labels, dtype=object)


def guess_periods(samples: Sequence[Sample], columns: Sequence[str]) -> tuple[list[str], str, str]:
    """Name the wave of each part of a survey.

    Parameters
    ----------
    samples : sequence of Sample
        Two or more.
    columns : sequence of str
        Columns that may hold the wave.

    Returns
    -------
    periods : list of str
        They sort in time as text.
    said : str
        Where they come from.
    doubt : str
        What to look at; "" where nothing is open.
    """
    for column in columns:
        held = [set(filled(sample.frame[column])) for sample in samples if column in sample.frame]
        if len(held) == len(samples) and all(len(entry) == 1 for entry in held):
            found = [next(iter(entry)) for entry in held]
            if _in_order(found):
                return found, f"column '{column}' holds one wave in each: {_list(found)}", ""
    found = [name_period(sample.path.stem, sample.sheet or "") for sample in samples]
    named = [f"'{sample.sheet or sample.path.name}'" for sample in samples]
    if all(found) and _in_order(found):
        return found, f"the names {list_words(named)} give the waves {_list(found)}", ""
    width = len(str(len(samples)))
    numbered = [str(place).zfill(width) for place in range(1, len(samples) + 1)]
    doubt = f"{list_words(named)} do not say which wave they are; they are numbered as given"
    return numbered, f"the order in which they were given: {_list(numbered)}", doubt


def name_period(stem: str, sheet: str) -> str:
    """Read a wave from the name of a sheet, or of its file, so that waves sort as text.

    Parameters
    ----------
    stem, sheet : str
        Name of the file without its ending, and of the sheet.

    Returns
    -------
    str
        "2026-Q2", "2026-04", "2026", "wave 02"; "" where the names say nothing.
    """
    both = [sheet.lower(), stem.lower()]
    year = next((match[1] for text in both if (match := re.search(_YEAR, text))), "")
    for text in both:
        quarter, month = _QUARTER.search(text), _MONTH.search(text)
        if quarter and year:
            return f"{year}-Q{quarter[1] or quarter[2]}"
        if dated := _YEAR_MONTH.search(text):
            return f"{dated[1]}-{dated[2]}"
        if month and year:
            return f"{year}-{_MONTHS.index(month[1]) + 1:02}"
        if re.search(_YEAR, text):
            return year
        if numbered := _NUMBERED.search(text):
            return f"wave {int(numbered[1]):02}"
    return ""


def _in_order(periods: Sequence[str]) -> bool:
    if len(set(periods)) < len(periods):
        return False
    try:
        check_period_order(periods, "`period`")
    except DataError:
        return False
    return True


def _list(periods: Sequence[str]) -> str:
    return list_words([f"'{period}'" for period in periods])
