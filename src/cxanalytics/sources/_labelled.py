"""What do SPSS and Stata files hold: cells, the words behind codes, declared missing answers?

A cell is the word its code stands for, because codes may run from best to worst; the code is kept
beside it. What the file itself declares as missing (user-missing values of SPSS, `.a` to `.z` of
Stata) is missing, with its word as the reason where there is one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from cxanalytics.columns import plain
from cxanalytics.errors import DataError
from cxanalytics.sources._extra import need


@dataclass(frozen=True, slots=True)
class Labels:
    """What a file says about the cells of one column.

    Attributes
    ----------
    codes : mapping of str to str
        Word in a cell to the code it stands for.
    missing : mapping of str to str
        Cells that are declared missing, to their word; "" where there is none.
    """

    codes: Mapping[str, str] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)

    def as_answer(self, cell: Any) -> Any:
        """Write a cell with its code before the word, as in "5 - Agree".

        A word that starts with a number speaks for itself: exports exist in which code 1 stands
        for the answer 0.
        """
        text = plain(cell)
        code = self.codes.get(text)
        if code is None or not code.isdigit():
            return cell
        rest = re.fullmatch(rf"\(?{code}(?!\d)[\s\-–—.:)=]*(?P<rest>.*)", text, re.DOTALL)
        if rest:
            return f"{code} - {rest['rest']}" if rest["rest"] else text
        return cell if re.match(r"\(?\d", text) else f"{code} - {text}"


@dataclass(frozen=True, slots=True)
class Labelled:
    """The cells of a file, its labels and its wordings by place of the column."""

    header: tuple[str, ...]
    body: pd.DataFrame
    labels: Mapping[int, Labels]
    wordings: Mapping[int, str]


def read_labelled(path: Path, package: str, encoding: str) -> Labelled:
    """Read an SPSS or a Stata file.

    Parameters
    ----------
    path : Path
    package : {"SPSS", "Stata"}
    encoding : str
        What the file names when "utf-8".

    Returns
    -------
    Labelled
        Rows are numbered from 1, as both programs show them.

    Raises
    ------
    DataError
        pyreadstat is not installed, or the file is damaged.
    """
    library = need("pyreadstat", f"Reading {package} files")
    read = library.read_sav if package == "SPSS" else library.read_dta
    try:
        frame, facts = read(
            str(path), user_missing=True, encoding=None if encoding == "utf-8" else encoding
        )
    except (library.ReadstatError, library.PyreadstatError, UnicodeDecodeError, ValueError):
        raise DataError(
            f"'{path.name}' is not a whole {package} file, or its text is in another encoding."
        ) from None
    header = tuple(plain(name) for name in frame.columns)
    labels: dict[int, Labels] = {}
    columns: dict[int, pd.Series] = {}
    for place, name in enumerate(frame.columns):
        words = facts.variable_value_labels.get(name, {})
        ranges = facts.missing_ranges.get(name, [])
        letters = facts.missing_user_values.get(name, [])
        columns[place], labels[place] = _named(frame[name], words, ranges, letters)
    body = pd.DataFrame(columns)
    body.index = pd.RangeIndex(1, len(body) + 1)
    wordings = {
        place: " ".join(plain(facts.column_names_to_labels.get(name)).split())
        for place, name in enumerate(frame.columns)
    }
    return Labelled(
        header,
        body,
        {place: found for place, found in labels.items() if found.codes or found.missing},
        {place: wording for place, wording in wordings.items() if wording},
    )


def _named(
    column: pd.Series,
    words: Mapping[Any, str],
    ranges: Sequence[Mapping[str, Any]],
    letters: Sequence[str],
) -> tuple[pd.Series, Labels]:
    """Put words in place of codes, column by column, each distinct cell once."""
    places, values = pd.factorize(column)
    named = {value: plain(words[value]) for value in values if plain(words.get(value))}
    shared = {word for word, times in Counter(named.values()).items() if times > 1}
    taken = shared | {plain(value) for value in values if value not in named}
    cells: list[Any] = []
    codes: dict[str, str] = {}
    missing: dict[str, str] = {}
    for value in values:
        code = f".{value}" if value in letters else plain(value)
        word = named.get(value, "")
        own = f"{code} - {word}" if word in taken and word != code else word
        cell = own or (code if value in letters else value)
        cells.append(cell)
        if word:
            codes[plain(cell)] = code
        if value in letters or _declared_missing(value, ranges):
            missing[plain(cell)] = word
    coded = pd.Categorical.from_codes(places, pd.Index(cells, dtype=object))
    return pd.Series(coded), Labels(codes, missing)


def _declared_missing(value: Any, ranges: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether SPSS treats a value as missing; values of other types never are."""
    return any(
        isinstance(value, str) == isinstance(span["lo"], str) and span["lo"] <= value <= span["hi"]
        for span in ranges
    )
