"""Which rows of a Qualtrics export are answers?

Below the column names stand the question texts and, in a third row, the ImportIds. Survey
previews and test answers are no answers: they are left out and counted. Unfinished and possible
spam answers are kept and counted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxanalytics.columns import plain
from cxanalytics.errors import DataError

PREVIEW, TEST, SPAM = 1, 2, 8
"""Flags that add up to the number in the column Status, where numbers were exported."""


@dataclass(frozen=True, slots=True)
class Export:
    """The answers of an export.

    Attributes
    ----------
    body : DataFrame
        Without the extra header rows, previews and test answers.
    wordings : dict of int to str
        Question texts by place of the column.
    previews : int
        Previews and test answers left out.
    unfinished, spam : int
        Answers kept that their respondent did not finish, or that Qualtrics suspects.
    """

    body: pd.DataFrame
    wordings: dict[int, str]
    previews: int
    unfinished: int
    spam: int


def has_import_ids(body: pd.DataFrame) -> bool:
    """Tell whether the second row below the column names holds ImportIds."""
    return len(body) > 1 and any(_is_import_id(cell) for cell in body.iloc[1])


def _is_import_id(cell: object) -> bool:
    return plain(cell).startswith("{") and "ImportId" in plain(cell)


def read_export(source: str, header: Sequence[str], body: pd.DataFrame) -> Export:
    """Cut the extra header rows and the rows that are no answers.

    Parameters
    ----------
    source : str
        File name, for messages.
    header : sequence of str
    body : DataFrame
        What stands below the column names, one column per place in the header.

    Returns
    -------
    Export

    Raises
    ------
    DataError
        The file is no Qualtrics export with three header rows.
    """
    if not has_import_ids(body):
        raise DataError(
            f"'{source}' must hold question texts and ImportIds in the two rows below the column "
            "names, as layout='qualtrics' says; it does not. Without them, pass layout='plain'."
        )
    texts = body.iloc[0]
    wordings = {place: " ".join(plain(cell).split()) for place, cell in enumerate(texts)}
    answers = body.iloc[2:]
    status = _column(header, answers, "Status")
    preview = _flag(status, lambda text: _status(text, PREVIEW | TEST, ("preview", "test")))
    kept = answers.loc[~preview]
    spam = _flag(status, lambda text: _status(text, SPAM, ("spam",))) & ~preview
    finished = _column(header, kept, "Finished")
    unfinished = _flag(finished, lambda text: text.lower() in ("0", "false"))
    return Export(
        body=kept,
        wordings={place: text for place, text in wordings.items() if text},
        previews=int(preview.sum()),
        unfinished=int(unfinished.sum()),
        spam=int(spam.sum()),
    )


def _column(header: Sequence[str], body: pd.DataFrame, name: str) -> pd.Series:
    if name in header:
        return body[body.columns[list(header).index(name)]].astype(object)
    return pd.Series([""] * len(body), index=body.index, dtype=object)


def _flag(column: pd.Series, holds: Callable[[str], bool]) -> NDArray[np.bool_]:
    return np.array([holds(plain(cell)) for cell in column], dtype=bool)


def _status(text: str, flags: int, words: Sequence[str]) -> bool:
    if text.isdigit():
        return bool(int(text) & flags)
    return any(word in text.lower() for word in words)
