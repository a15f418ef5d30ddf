"""Scores as a publisher gives them, without the number of answers behind them.

No sampling error can be had from such figures, so the type has no place for a number of answers,
and no function that makes a range from one accepts it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import pandas as pd

from cxanalytics.errors import DataError, must_be
from cxanalytics.tables import Check, need_columns

NOT_POSSIBLE = "Not possible: the number of answers was not published."
"""What stands in every slot that would need a sampling error."""

UNITS = ("share", "score")
PUBLISHED_COLUMNS = ("agency", "period", "measure", "value")
_COUNT_NAMES = ("n", "n_eff", "count", "weight", "responses", "std_error")


@dataclass(frozen=True, slots=True)
class PublishedMeasure:
    """One published figure.

    Attributes
    ----------
    name : str
        Value of the column `measure`.
    label : str
        Short label for tables and charts.
    unit : {"share", "score"}
        A share of positive answers, 0 to 1; or a score in the publisher's own units.
    low, high : float
        Lowest and highest possible value.
    higher_is_better : bool
    wording : str
        The question, where one question is behind the figure.
    changed : tuple of str
        Periods from which the wording or the method differs.
    """

    name: str
    label: str
    unit: str = "share"
    low: float = 0.0
    high: float = 1.0
    higher_is_better: bool = True
    wording: str = ""
    changed: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.unit not in UNITS:
            raise DataError(must_be("unit", UNITS, self.unit))


@dataclass(frozen=True, slots=True)
class Comparison:
    """Which groups of agencies may be compared, each agency being one draw.

    Attributes
    ----------
    groups : tuple of str
        Groups to compare; an agency belongs to one of each. The first has two sides.
    alike : str
        Group within which agencies are of one kind, so that the difference of the two sides is also
        taken within each kind; "" for none.
    together : str
        Group whose agencies share conditions, such as a state, and so are no separate draws; "" for
        none.
    words : mapping of str to str
        How a sentence names the agencies of a side, after their noun: "owned by government".
    """

    groups: tuple[str, ...]
    alike: str = ""
    together: str = ""
    words: Mapping[str, str] = field(default_factory=dict)

    @property
    def named(self) -> tuple[str, ...]:
        """All groups that it names."""
        return tuple(name for name in (*self.groups, self.alike, self.together) if name)


@dataclass(frozen=True, slots=True)
class Published:
    """Published scores of agencies over time, without counts.

    Attributes
    ----------
    frame : DataFrame
        Columns `agency`, `period` (text; "" with one wave), `measure`, `value`, and one text
        column for each of `groups`.
    measures : tuple of PublishedMeasure
    groups : tuple of str
        What an agency belongs to, such as ownership or department.
    agency_noun : str
        What `agency` is here, such as "hospital".
    headline : str
        The measure to show first; the first one where empty.
    comparison : Comparison, optional
        Which groups may be compared; None for none.
    notes : tuple of Check
        What reading the data dropped, kept and noticed.
    facts : mapping
        Plain facts about the source.
    """

    frame: pd.DataFrame
    measures: tuple[PublishedMeasure, ...]
    groups: tuple[str, ...] = ()
    agency_noun: str = "agency"
    headline: str = ""
    comparison: Comparison | None = None
    notes: tuple[Check, ...] = ()
    facts: Mapping[str, float | int | str | bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        need_columns(self.frame, [*PUBLISHED_COLUMNS, *self.groups], "Published")
        for column in self.frame.columns:
            if str(column).lower() in _COUNT_NAMES:
                raise DataError(
                    f"Published has no place for a number of answers; got a column {column!r}. "
                    "Where counts are known, build a Survey from them."
                )
        names = {measure.name for measure in self.measures}
        unknown = sorted(set(self.frame["measure"]) - names)
        if unknown:
            raise DataError(must_be("measure", sorted(names), unknown[0]))
        if self.headline and self.headline not in names:
            raise DataError(must_be("headline", sorted(names), self.headline))
        for group in self.comparison.named if self.comparison else ():
            if group not in self.groups:
                raise DataError(must_be("comparison", self.groups, group))
        repeated = self.frame.duplicated(["agency", "period", "measure"])
        if repeated.any():
            row = self.frame.loc[repeated].iloc[0]
            raise DataError(
                f"Published needs one value per agency, period and measure; got "
                f"{row['agency']!r}, {row['period']!r}, {row['measure']!r} twice."
            )
        for measure in self.measures:
            value = self.frame.loc[self.frame["measure"] == measure.name, "value"].dropna()
            outside = value[(value < measure.low) | (value > measure.high)]
            if len(outside):
                raise DataError(
                    f"`{measure.name}` must lie between {measure.low:g} and {measure.high:g}; "
                    f"got {outside.iloc[0]:g}, and {len(outside) - 1} more."
                )

    @property
    def agencies(self) -> list[str]:
        """Agencies in alphabetical order."""
        return sorted(self.frame["agency"].unique())

    @property
    def periods(self) -> list[str]:
        """Waves in time order."""
        return sorted(self.frame["period"].unique())

    def measure(self, name: str) -> PublishedMeasure:
        """Look one measure up by name."""
        for measure in self.measures:
            if measure.name == name:
                return measure
        raise DataError(must_be("measure", [measure.name for measure in self.measures], name))

    def only(self, measures: Sequence[str]) -> Published:
        """Keep these measures, in this order."""
        kept = tuple(self.measure(name) for name in measures)
        rows = self.frame["measure"].isin(list(measures))
        headline = self.headline if self.headline in measures else ""
        frame = self.frame.loc[rows].reset_index(drop=True)
        return replace(self, frame=frame, measures=kept, headline=headline)

    def values(self, name: str, *, period: str | None = None) -> pd.Series[float]:
        """Give the values of one measure: by agency in one period, or by agency and period."""
        self.measure(name)
        rows = self.frame.loc[self.frame["measure"] == name]
        if period is None:
            return rows.set_index(["agency", "period"])["value"]
        if period not in self.periods:
            raise DataError(must_be("period", self.periods, period))
        return rows.loc[rows["period"] == period].set_index("agency")["value"]

    def to_frame(self) -> pd.DataFrame:
        """Give a copy of the frame."""
        return self.frame.copy()

    def __repr__(self) -> str:
        return (
            f"Published: {len(self.frame):,} values without counts, "
            f"{self.frame['agency'].nunique():,} agencies, {self.frame['period'].nunique()} waves, "
            f"{len(self.measures)} measures"
        )
