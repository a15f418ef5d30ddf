"""Which measure does a label of the UK Civil Service People Survey stand for?

Question numbers move: "I would recommend my organisation as a great place to work" is B51 to 2016
and B48 since. So a number is read with its year, through the lookup, and where the label also
carries words, both must lead to one measure. Labels without a number are known by their words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import pandas as pd

from cxanalytics.columns import plain, show
from cxanalytics.errors import DataError
from cxanalytics.published import PublishedMeasure
from cxanalytics.sources._grid import Grid

RESPONSE_RATE = "0.00.002.00"
ENGAGEMENT = "1.01.001.00"
RECOMMEND = "2.10.002.00"
LEAVE = "4.01.001.01"
ANXIOUS = "7.02.004.00"
CALM = f"{ANXIOUS}-low"
CALM_YEARS = frozenset([*range(2012, 2018), 2020])
"""Years whose file holds the share of low answers. The labels of 2016, 2017 and 2020 are bare
numbers: there the medians tell, next to the publisher's medians of the high answers."""
INDICES = (ENGAGEMENT, "7.01.001.00", "7.01.002.00")

SHORT = MappingProxyType(
    {
        RECOMMEND: "Recommend as a great place to work",
        LEAVE: "Want to leave as soon as possible",
        ANXIOUS: "Felt anxious yesterday (6 to 10 of 10)",
        CALM: "Did not feel anxious yesterday (0 to 3 of 10)",
    }
)
# Since when a measure is made of other questions, or asked in words of another meaning.
CHANGED = MappingProxyType(
    {
        "1.02.002.00": ("2017",),
        "1.02.003.00": ("2022",),
        "1.02.007.00": ("2017",),
        "1.02.009.00": ("2017",),
        "2.09.003.00": ("2020",),
        "3.03.001.00": ("2022",),
        "3.03.002.00": ("2022",),
        "6.01.001.00": ("2019",),
        "6.02.001.00": ("2019",),
        "6.02.004.00": ("2019",),
        "6.04.002.00": ("2022",),
        "6.04.003.00": ("2022",),
        "6.04.004.00": ("2022",),
        "6.04.005.00": ("2022",),
    }
)
_LOWER_IS_BETTER = (
    "2.08.005.00",
    "4.01.001.01",
    "4.01.001.02",
    "6.01.",
    "6.02.001.",
    "6.02.002.",
    "6.04.004.",
    "6.04.005.",
    "6.04.006.",
    "7.01.002.",
    ANXIOUS,
    "7.03.003.",
    "7.04.001.",
)
_UID = re.compile(r"\d\.\d\d\.\d{3}\.\d\d")
_NUMBER = re.compile(
    r"(?P<number>[a-z]{2}_ts|[A-Z]+_index|EES|[A-Z]+\d+[A-Z]?(?:_(?:\d+|[A-E]))?)"
    r"(?:_(?:yes|no|pnts))?(?=[.\s]|$)"
)
_OTHER_ANSWER = re.compile(r"\(%[^)]*?(?:\bno\b|prefer not to say)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Lookup:
    """How labels lead to measures.

    Attributes
    ----------
    by_number : mapping of (int, str) to set of str
        Year and question number, lower case, to measures.
    by_words : sequence of (pattern, str)
        Pattern of the words, and the measure.
    wordings : mapping of str to str
        The publisher's words for each measure.
    """

    by_number: Mapping[tuple[int, str], frozenset[str]]
    by_words: Sequence[tuple[re.Pattern[str], str]]
    wordings: Mapping[str, str]

    def measure(self, label: str, year: int) -> str:
        """Find the measure of a label; "" where neither number nor words lead to one.

        Raises
        ------
        DataError
            Number and words lead to different measures.
        """
        text = " ".join(plain(label).split())
        found = _NUMBER.match(text)
        number = found["number"].lower() if found else ""
        numbered = self.by_number.get((year, number), frozenset())
        worded = {uid for pattern, uid in self.by_words if pattern.search(text.lower())}
        if numbered and worded and not numbered & worded:
            raise DataError(
                f"A label must mean one measure by its number and by its words; {show(text)} of "
                f"{year} is {' or '.join(sorted(numbered))} by number and "
                f"{' or '.join(sorted(worded))} by words. Question numbers move between years."
            )
        both = (numbered & worded) or numbered or worded
        uid = next(iter(both)) if len(both) == 1 else ""
        return CALM if uid == ANXIOUS and year in CALM_YEARS else uid


def other_answer(label: str) -> bool:
    """Tell whether a label is the share of "no" or "prefer not to say"."""
    return _OTHER_ANSWER.search(" ".join(plain(label).split())) is not None


def read_lookup(lookup: Grid, reference: Grid) -> Lookup:
    """Read the two files that lead from labels to measures.

    Parameters
    ----------
    lookup : Grid
        csps_measures_lookup.csv: year, question number, measure.
    reference : Grid
        csps_questions_ref.csv: measure, pattern of its words, wording.

    Returns
    -------
    Lookup

    Raises
    ------
    DataError
        A column is absent, a year is no number, or a pattern cannot be read.
    """
    rows = zip(
        _cells(lookup, "year"), _cells(lookup, "measure"), _cells(lookup, "uid"), strict=True
    )
    numbers: dict[tuple[int, str], frozenset[str]] = {}
    for year, number, uid in rows:
        if not year.isdigit():
            raise DataError(f"`year` in '{lookup.source}' must be a year; got {year!r}.")
        if _UID.fullmatch(uid):
            key = (int(year), number.lower())
            numbers[key] = numbers.get(key, frozenset()) | {uid}
    words, wordings = [], {}
    for uid, pattern, wording in zip(
        _cells(reference, "uid_num"),
        _cells(reference, "regex"),
        _cells(reference, "label"),
        strict=True,
    ):
        if pattern:
            words.append((compile_pattern(pattern, reference.source), uid))
            wordings[uid] = wording
    return Lookup(MappingProxyType(numbers), tuple(words), MappingProxyType(wordings))


def compile_pattern(pattern: str, source: str) -> re.Pattern[str]:
    """Read a pattern, or say which one cannot be read."""
    try:
        return re.compile(pattern)
    except re.error as error:
        raise DataError(
            f"`regex` in '{source}' must be a pattern; got {pattern!r} ({error})."
        ) from None


def describe(uid: str, wordings: Mapping[str, str]) -> PublishedMeasure:
    """Say what one measure is.

    Parameters
    ----------
    uid : str
    wordings : mapping of str to str

    Returns
    -------
    PublishedMeasure
    """
    wording = wordings.get(ANXIOUS if uid == CALM else uid, uid)
    index = uid in INDICES
    return PublishedMeasure(
        name=uid,
        label=SHORT.get(uid, wording),
        unit="score" if index else "share",
        high=100.0 if index else 1.0,
        higher_is_better=uid == CALM or not uid.startswith(_LOWER_IS_BETTER),
        wording="" if uid.startswith("1.") else wording,
        changed=CHANGED.get(uid, ()),
    )


def _cells(grid: Grid, column: str) -> list[str]:
    cells: pd.Series = grid.column(column, column).astype(object)
    return [plain(cell) for cell in cells]
