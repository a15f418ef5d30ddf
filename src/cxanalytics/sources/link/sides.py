"""What does one source hold to be joined by, and which of its names did not join, and why?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from cxanalytics.columns import show
from cxanalytics.errors import DataError
from cxanalytics.formats import list_words
from cxanalytics.sources._text import as_text
from cxanalytics.sources.link.names import closest_names

PERIOD = "period"
COVERAGE_COLUMNS = ("source", "name", "rows", "joined", "partner", "reason")
BETWEEN = " / "
LISTED = 5
NO_NAME = "the name is empty"


@dataclass(frozen=True, slots=True)
class Side:
    """The names and periods of one source.

    Attributes
    ----------
    source : str
    keys : DataFrame
        Names and period as text, one row per row of the source, as the source writes them.
    names : Series of str
        The name to join on; "" where a row must not join.
    """

    source: str
    keys: pd.DataFrame
    names: pd.Series[str]

    @property
    def labels(self) -> pd.Series[str]:
        """What the source calls each row's unit; "" where a part of the name is empty."""
        parts = self.keys.drop(columns=PERIOD, errors="ignore")
        whole = parts.agg(BETWEEN.join, axis=1)
        return whole.where((parts != "").all(axis=1), "")

    @property
    def periods(self) -> pd.Series[str]:
        """The period of each row; "" where periods do not matter."""
        if PERIOD in self.keys:
            return self.keys[PERIOD]
        return pd.Series("", index=self.keys.index, dtype=str)

    def renamed(self, column: str, partner: Mapping[str, str]) -> Side:
        """Join on the partner of each name; a name without a partner does not join."""
        found = [partner.get(name, "") for name in self.keys[column]]
        keys = self.keys.assign(**{column: pd.Series(found, dtype=str)})
        return replace(self, names=replace(self, keys=keys).labels)

    def places(self) -> pd.DataFrame:
        """List what may join: `name`, `period` and `place` in the source."""
        table = pd.DataFrame(
            {"name": self.names, PERIOD: self.periods, "place": np.arange(len(self.keys))}
        )
        return table.loc[table["name"] != ""]

    def show_first(self) -> str:
        """Quote the first row that has a name."""
        first = self.keys.loc[self.labels != ""].head(1)
        return ", ".join(show(value) for value in first.to_numpy().ravel()) or "empty"


def read_side(frame: pd.DataFrame, by: Sequence[str], source: str) -> Side:
    """Read the names and periods of a source; refuse a unit with two rows in one period.

    Parameters
    ----------
    frame : DataFrame
    by : sequence of str
        Columns.
    source : str
        What it is, for messages.

    Returns
    -------
    Side

    Raises
    ------
    DataError
    """
    absent = [column for column in by if column not in frame]
    if absent:
        raise DataError(
            f"The {source} must have the columns {list_words([show(name) for name in by])} to be "
            f"linked; it lacks {list_words([show(name) for name in absent])}."
        )
    keys = pd.DataFrame({column: as_text(frame[column]).to_numpy() for column in by}, dtype=str)
    side = Side(source, keys, pd.Series(dtype=str))
    side = replace(side, names=side.labels)
    again = keys.loc[keys.duplicated(list(by), keep=False) & (side.names != "")]
    if len(again):
        rows = again.drop_duplicates()
        named = [BETWEEN.join(row) for row in rows.iloc[:LISTED].itertuples(index=False)]
        more = [f"{len(rows) - LISTED} more"] if len(rows) > LISTED else []
        raise DataError(
            f"The {source} must have one row per {list_words(list(by))} to be linked; it has "
            f"several for {list_words([*(show(name) for name in named), *more])}. Sum them first: "
            "each would join the same row of the other source."
        )
    return side


def cover(
    side: Side,
    other: Side,
    joined: pd.Series[int],
    units: pd.DataFrame | None,
    columns: tuple[str, str],
    mapped: str,
) -> pd.DataFrame:
    """List each name of a source: its rows, how many joined, and why the others did not.

    Parameters
    ----------
    side, other : Side
    joined : Series of int
        Places of the rows of `side` that joined.
    units : DataFrame or None
    columns : (str, str)
        Columns of `units` with the names of this side and of the other.
    mapped : str
        The column of the keys that `units` is about.

    Returns
    -------
    DataFrame
        `COVERAGE_COLUMNS`, by name.
    """
    rows = pd.DataFrame(
        {
            "label": side.labels,
            "name": side.names,
            "unit": side.keys[mapped],
            PERIOD: side.periods,
            "in": np.isin(np.arange(len(side.keys)), joined),
        }
    )
    partner_of = dict(zip(other.names, other.labels, strict=True))
    partner_of.pop("", None)
    told = None if units is None else _suggested(units, columns)
    free = sorted(set(partner_of) - set(rows["name"])) if units is None else []
    found = []
    for label, part in rows.groupby("label", sort=True):
        partner = partner_of.get(part["name"].iloc[0], "")
        reason = ""
        if not part["in"].all():
            reason = _reason(str(label), part, partner, other.source, told, free)
        found.append((side.source, label, len(part), int(part["in"].sum()), partner, reason))
    return pd.DataFrame(found, columns=list(COVERAGE_COLUMNS))


def _suggested(units: pd.DataFrame, columns: tuple[str, str]) -> dict[str, str]:
    """Say for each name of units.csv with whom it stands there."""
    told: dict[str, str] = {}
    for name, partner, alike, confirmed in zip(
        units[columns[0]],
        units[columns[1]],
        units.get("similarity", pd.Series(np.nan, index=units.index)),
        units["confirmed"],
        strict=True,
    ):
        near = f" (similarity {alike:.2f})" if np.isfinite(alike) else ""
        if confirmed == "yes":
            told[name] = f"its partner {show(partner)} has no rows"
        elif partner:
            told.setdefault(name, f"{show(partner)} is suggested{near} and not confirmed")
        else:
            told.setdefault(name, "no partner is known")
    return told


def _reason(
    label: str,
    part: pd.DataFrame,
    partner: str,
    other: str,
    told: Mapping[str, str] | None,
    free: Sequence[str],
) -> str:
    if not label:
        return NO_NAME
    if partner:
        periods = part.loc[~part["in"], PERIOD].drop_duplicates().tolist()
        more = [f"{len(periods) - LISTED} more"] if len(periods) > LISTED else []
        return f"no {other} for {list_words([*periods[:LISTED], *more])}"
    if told is not None:
        return told.get(part["unit"].iloc[0], "not in units.csv")
    near, alike = closest_names([label], free)[0] if free else ("", 0.0)
    hint = f"; the closest is {show(near)} (similarity {alike:.2f})" if near else ""
    return f"no such name in the {other}{hint}"
