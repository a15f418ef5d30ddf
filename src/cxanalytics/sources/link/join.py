"""Which rows of two sources are about the same unit in the same period?

Rows join one to one, on names that are equal or on pairs that a person confirmed; everything else
stays out and is listed by name, on both sides. A unit that stands in two rows is refused: joining
it would count the other side twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxanalytics.columns import and_more, show
from cxanalytics.errors import DataError
from cxanalytics.formats import count as count_text
from cxanalytics.formats import list_words
from cxanalytics.sources._text import as_text
from cxanalytics.sources.link.sides import COVERAGE_COLUMNS, PERIOD, Side, cover, read_side
from cxanalytics.sources.link.units import confirmed_pairs
from cxanalytics.tables import Check, need_columns

LISTED = 5


@dataclass(frozen=True, slots=True)
class Linked:
    """Rows of two sources side by side, and who is missing from it.

    Attributes
    ----------
    frame : DataFrame
        One row per unit and period that both sources have: the columns of both, with the names of
        the left source.
    coverage : DataFrame
        `COVERAGE_COLUMNS`, one row per source and name: its rows (units by periods, not people),
        how many joined, the name in the other source, and why the others did not join ("" where
        all did).
    left_name, right_name : str
        What the sources are called.
    """

    frame: pd.DataFrame
    coverage: pd.DataFrame
    left_name: str
    right_name: str

    def __post_init__(self) -> None:
        need_columns(self.coverage, COVERAGE_COLUMNS, "Linked")

    @property
    def notes(self) -> tuple[Check, ...]:
        """Say for each source how much of it joined, and name who did not."""
        sides = (self.left_name, self.right_name)
        return tuple(self._note(one, other) for one, other in zip(sides, sides[::-1], strict=True))

    def _note(self, one: str, other: str) -> Check:
        side = self.coverage.loc[self.coverage["source"] == one]
        absent = side.loc[side["joined"] == 0, "name"].tolist()
        named = [*absent[:LISTED], *([f"{len(absent) - LISTED} more"] * (len(absent) > LISTED))]
        missing = f"; not linked: {list_words(named)}" if absent else ""
        rows, joined = int(side["rows"].sum()), int(side["joined"].sum())
        names = int((side["joined"] > 0).sum())
        return Check(
            f"linked from the {one}",
            None,
            f"{count_text(joined)} of {count_text(rows)} rows and {count_text(names)} of "
            f"{count_text(len(side))} names in the {one} are linked to the {other}{missing}.",
        )

    def to_frame(self) -> pd.DataFrame:
        """Give a copy of the frame."""
        return self.frame.copy()

    def __repr__(self) -> str:
        return f"Linked: {len(self.frame):,} rows. " + " ".join(note.text for note in self.notes)


def link_sources(
    left: pd.DataFrame,
    right: pd.DataFrame,
    *,
    by: Sequence[str] = ("unit", "period"),
    units: pd.DataFrame | None = None,
    left_name: str = "staff survey",
    right_name: str = "customer survey",
    must_join: bool = True,
) -> Linked:
    """Join two sources one to one, and say by name what did not join.

    Parameters
    ----------
    left, right : DataFrame
        One row per unit and period each, with the columns of `by`. Any other column that both
        have must say the same in the rows that join.
    by : sequence of str
        What a row is about: columns of both, such as unit and period. "period" is time, the others
        are names.
    units : DataFrame, optional
        From `read_units`: `staff_unit` is a name on the left, `customer_unit` on the right. With
        it, confirmed pairs join and nothing else; without it, equal names.
    left_name, right_name : str
        What the sources are, for messages and coverage.
    must_join : bool
        Refuse sources of which nothing joins; otherwise their coverage says so.

    Returns
    -------
    Linked
        With `units`, the frame also has the right source's name of the unit, `customer_unit`.

    Raises
    ------
    DataError
        A unit has several rows in one period, or several confirmed partners; a shared column
        contradicts; nothing joins.
    """
    names = [column for column in by if column != PERIOD]
    if not names:
        raise DataError(f"`by` must hold a name, such as 'unit'; got {list(by)}.")
    if left_name == right_name:
        raise DataError(f"`left_name` and `right_name` must differ; both are {left_name!r}.")
    mapped = "unit" if "unit" in names else names[0]
    pairs = None if units is None else confirmed_pairs(units)
    one = read_side(left, by, left_name)
    other = read_side(right, by, right_name)
    if pairs is not None:
        partner = dict(zip(pairs["customer_unit"], pairs["staff_unit"], strict=True))
        known = dict(zip(pairs["staff_unit"], pairs["staff_unit"], strict=True))
        one, other = one.renamed(mapped, known), other.renamed(mapped, partner)
    places = _meet(one, other)
    if must_join and not len(places):
        raise DataError(_nothing_joins(one, other))
    frame = _side_by_side(left, right, places, by, one, other)
    if units is not None:
        frame["customer_unit"] = other.keys[mapped].to_numpy()[places["right"]]
    coverage = cover(one, other, places["left"], units, ("staff_unit", "customer_unit"), mapped)
    theirs = cover(other, one, places["right"], units, ("customer_unit", "staff_unit"), mapped)
    return Linked(frame, pd.concat([coverage, theirs], ignore_index=True), left_name, right_name)


def _meet(one: Side, other: Side) -> pd.DataFrame:
    """Pair the rows of one name and period: places in both sources, in the order of the left."""
    left, right = one.places(), other.places()
    return left.merge(right, on=["name", PERIOD], suffixes=("_one", "_other")).rename(
        columns={"place_one": "left", "place_other": "right"}
    )


def _nothing_joins(one: Side, other: Side) -> str:
    return (
        f"None of the {count_text(len(one.keys))} rows of the {one.source} joins the "
        f"{other.source}: the first is {one.show_first()}, the other's {other.show_first()}. "
        "Pair the names in units.csv and confirm them, and write periods alike."
    )


def _side_by_side(
    left: pd.DataFrame,
    right: pd.DataFrame,
    places: pd.DataFrame,
    by: Sequence[str],
    one: Side,
    other: Side,
) -> pd.DataFrame:
    first = left.iloc[places["left"].to_numpy()].reset_index(drop=True)
    second = right.iloc[places["right"].to_numpy()].reset_index(drop=True)
    for column in by:
        first[column] = one.keys[column].to_numpy()[places["left"]]
    for column in [str(name) for name in second if name in first and name not in by]:
        differ = (as_text(first[column]) != as_text(second[column])).to_numpy()
        if differ.any():
            row = int(np.flatnonzero(differ)[0])
            about = ", ".join(show(first[name].iloc[row]) for name in by)
            raise DataError(
                f"A column that both sources have must say the same; {show(column)} is "
                f"{show(first[column].iloc[row])} in the {one.source} and "
                f"{show(second[column].iloc[row])} in the {other.source} for {about}"
                f"{and_more(int(differ.sum()) - 1)}. Rename it in one of them."
            )
    return pd.concat([first, second[[name for name in second if name not in first]]], axis=1).copy()
