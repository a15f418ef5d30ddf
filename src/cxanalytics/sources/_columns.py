"""Which column of a source holds what, and which rows hold anything?

A grid is what every source becomes before a cell is read: a file, a query, cells counted by a
database.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from cxanalytics.columns import plain, show
from cxanalytics.errors import DataError, did_you_mean
from cxanalytics.sources._labelled import Labels
from cxanalytics.tables import Check

SEPARATORS = {";": "';'", "\t": "'\\t'", "|": "'|'", ",": "','"}
LISTED = 12
LOOKED_BELOW = 20
"""Rows below the column names in which a name that was not found is looked for."""


@dataclass(frozen=True, slots=True)
class Grid:
    """The filled rows of a source.

    Attributes
    ----------
    source : str
        File name, with the sheet where there is one.
    header : tuple of str
        Column names, stripped and in Unicode form NFC.
    frame : DataFrame
        One column per place in the header (0, 1, ...); the index is the row in the file.
    empty_rows : int
        Rows without any filled cell, left out of the frame.
    header_row : int
        Row of the column names; 0 where they are no row of the source.
    left_out : tuple of (str, int, str)
        Further rows left out of the frame: name of the note, their number, the reason.
    notes : tuple of Check
        What else was noticed before any cell was read.
    labels : mapping of int to Labels
        What the file says about codes, by place.
    wordings : mapping of int to str
        Question wordings the file carries, by place.
    """

    source: str
    header: tuple[str, ...]
    frame: pd.DataFrame
    empty_rows: int
    header_row: int = 1
    left_out: tuple[tuple[str, int, str], ...] = ()
    notes: tuple[Check, ...] = ()
    labels: Mapping[int, Labels] = field(default_factory=dict)
    wordings: Mapping[int, str] = field(default_factory=dict)

    def column(self, name: str, use: str) -> pd.Series:
        """Find a column by name, as categories of its distinct cells.

        Parameters
        ----------
        name : str
            As in the header.
        use : str
            The role or question it serves, for messages.

        Returns
        -------
        Series of category

        Raises
        ------
        DataError
            No column, or more than one, has that name.
        """
        place = self.place(name, use)
        column = as_categories(self.frame[place])
        gone = self.labels[place].missing if place in self.labels else {}
        if not gone:
            return column
        return column.cat.remove_categories(
            [cell for cell in column.cat.categories if plain(cell) in gone]
        )

    def numbers(self, name: str, use: str) -> pd.Series:
        """Find a column of numbers: as it is where it holds nothing else, or as in `column`."""
        place = self.place(name, use)
        column = self.frame[place]
        return column if place not in self.labels and _is_number(column) else self.column(name, use)

    def answers(self, name: str, use: str) -> pd.Series:
        """Find a column of answers; where a code stands behind a word, it reads "5 - Agree".

        Parameters and errors are those of `column`; what the file declares as missing is kept.
        """
        place = self.place(name, use)
        column = as_categories(self.frame[place])
        if place not in self.labels:
            return column
        return column.cat.rename_categories(self.labels[place].as_answer)

    def missing_answers(self, name: str, use: str) -> dict[str, str]:
        """Give the cells of `answers` that the file declares missing, with their word or ""."""
        labels = self.labels.get(self.place(name, use), Labels())
        return {plain(labels.as_answer(cell)): word for cell, word in labels.missing.items()}

    def codes(self, name: str, use: str) -> dict[str, str]:
        """Give the code that stands behind each cell of `answers`, where there is one."""
        labels = self.labels.get(self.place(name, use), Labels())
        return {plain(labels.as_answer(cell)): code for cell, code in labels.codes.items()}

    def wording(self, name: str, use: str) -> str:
        """Give the wording the source carries for a column, or ""."""
        return self.wordings.get(self.place(name, use), "")

    def place(self, name: str, use: str) -> int:
        """Find the place of a column; errors are those of `column`."""
        places = [place for place, title in enumerate(self.header) if title == plain(name)]
        if not places:
            raise DataError(self._no_column(plain(name), use))
        if len(places) > 1:
            raise DataError(
                f"'{self.source}' must name each column once; columns "
                f"{' and '.join(str(place + 1) for place in places)} are both {show(name)} "
                f"(for `{use}`)."
            )
        unnamed = self._unnamed_after(places[0])
        if unnamed:
            raise DataError(
                f"'{self.source}' must name every column in row {self.header_row}; "
                f"{self._unnamed(unnamed)} after {show(name)} (for `{use}`) without a name, as "
                "under merged cells. Write one name over each column."
            )
        return places[0]

    @staticmethod
    def _unnamed(places: Sequence[int]) -> str:
        if len(places) == 1:
            return f"column {places[0] + 1} stands"
        return f"columns {places[0] + 1} to {places[-1] + 1} stand"

    def _unnamed_after(self, place: int) -> list[int]:
        """List the filled columns without a name that follow a named one."""
        found: list[int] = []
        for after in range(place + 1, len(self.header)):
            if self.header[after] or blank_rows(self.frame[[after]]).all():
                break
            found.append(after)
        return found

    def _no_column(self, name: str, use: str) -> str:
        only = self.header[0]
        if len(self.header) == 1:
            for mark, written in SEPARATORS.items():
                if mark in only:
                    return (
                        f"'{self.source}' has one column, {show(only)}, and no column "
                        f"{show(name)} (for `{use}`). Pass delimiter={written}."
                    )
        named = [title for title in self.header if title]
        more = len(named) - LISTED
        listed = ", ".join(named[:LISTED]) + (f" and {more} more" if more > 0 else "")
        return (
            f"'{self.source}' has no column {show(name)} (for `{use}`)."
            f"{did_you_mean(name, named)} It has {listed}.{self._further_down(name)}"
        )

    def _further_down(self, name: str) -> str:
        for row, cells in self.frame.head(LOOKED_BELOW).iterrows():
            if self.header_row and any(plain(cell) == name for cell in cells):
                return f" Row {row} holds {show(name)}: pass header={row} if the names stand there."
        return ""


def _is_number(column: pd.Series) -> bool:
    return is_numeric_dtype(column.dtype) and not is_bool_dtype(column.dtype)


def as_categories(column: pd.Series) -> pd.Series:
    """Code a column by its distinct cells; mixed types are allowed."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column
    codes, values = pd.factorize(column)
    return pd.Series(pd.Categorical.from_codes(codes, pd.Index(values)), index=column.index)


def filled_grid(
    source: str,
    header: tuple[str, ...],
    body: pd.DataFrame,
    *,
    header_row: int = 1,
    notes: Sequence[Check] = (),
) -> Grid:
    """Keep the rows that hold something, and count the others."""
    empty = blank_rows(body)
    body = body.loc[~empty]
    if body.empty:
        raise DataError(f"'{source}' holds column names and no rows.")
    return Grid(
        source=source,
        header=header,
        frame=body,
        empty_rows=int(empty.sum()),
        header_row=header_row,
        notes=tuple(notes),
    )


def blank_rows(body: pd.DataFrame) -> NDArray[np.bool_]:
    empty = np.ones(len(body), dtype=bool)
    for place in body.columns:
        if not empty.any():
            break
        if _is_number(body[place]):
            empty &= body[place].isna().to_numpy()
            continue
        cells = as_categories(body[place]).cat
        blank = np.array([plain(value) == "" for value in cells.categories] + [True])
        empty &= blank[cells.codes.to_numpy()]
    return empty
