"""What a service did, counted by agency, unit and period: calls, waits, visits, leavers.

Counts are kept, and summed before they are divided: the rate of a year is not the mean of twelve
monthly rates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxanalytics.errors import DataError, must_be
from cxanalytics.tables import Check, need_columns

KINDS = ("share", "rate", "mean", "cost")
ROLES = ("agency", "department", "unit", "period")


@dataclass(frozen=True, slots=True)
class OperationMeasure:
    """One performance measure, made of counts.

    Attributes
    ----------
    name, label : str
    top : str
        Column that is summed above the line.
    per : str
        Column that is summed below the line; "" where `top` is the measure and is averaged.
    kind : {"share", "rate", "mean", "cost"}
        A share cannot exceed 1.
    higher_is_better : bool
    """

    name: str
    label: str
    top: str
    per: str = ""
    kind: str = "share"
    higher_is_better: bool = True

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise DataError(must_be("kind", KINDS, self.kind))


@dataclass(frozen=True, slots=True)
class Operations:
    """Counts of what was done, one row per agency, unit and period (or finer).

    Attributes
    ----------
    frame : DataFrame
        `agency` and `period` (text), where known `department` and `unit`, and a float column for
        every count.
    measures : tuple of OperationMeasure
    notes : tuple of Check
        What reading the data dropped, kept and noticed.
    """

    frame: pd.DataFrame
    measures: tuple[OperationMeasure, ...] = ()
    notes: tuple[Check, ...] = ()

    def __post_init__(self) -> None:
        counts = {name for measure in self.measures for name in (measure.top, measure.per) if name}
        need_columns(self.frame, ["agency", "period", *sorted(counts)], "Operations")

    @property
    def levels(self) -> list[str]:
        """Columns that say where and when."""
        return [role for role in ROLES if role in self.frame]

    @property
    def periods(self) -> list[str]:
        """Periods in time order."""
        return sorted(self.frame["period"].unique())

    def measure(self, name: str) -> OperationMeasure:
        """Look one measure up by name."""
        for measure in self.measures:
            if measure.name == name:
                return measure
        raise DataError(must_be("measure", [measure.name for measure in self.measures], name))

    def score(self, name: str, *, by: Sequence[str] = ("agency", "period")) -> pd.DataFrame:
        """Sum the counts of a measure over groups, then divide.

        Parameters
        ----------
        name : str
        by : sequence of str
            Columns of the frame.

        Returns
        -------
        DataFrame
            The columns of `by`, `top`, `per` and `value` (NaN where nothing was below the line).

        Raises
        ------
        DataError
            There is no such measure or column, or a share exceeds 1.
        """
        measure = self.measure(name)
        need_columns(self.frame, list(by), "Operations")
        if not measure.per:
            means = self.frame.groupby(list(by), sort=True)[measure.top].agg(["mean", "count"])
            table = means.reset_index()
            return table.rename(columns={"mean": "value", "count": "per"}).assign(
                top=lambda made: made["value"] * made["per"]
            )[[*by, "top", "per", "value"]]
        known = self.frame[measure.top].notna() & self.frame[measure.per].notna()
        sums = self.frame.loc[known].groupby(list(by), sort=True)[[measure.top, measure.per]].sum()
        table = sums.set_axis(["top", "per"], axis=1).reset_index()
        ratio = table["top"] / table["per"].where(table["per"] > 0, np.nan)
        table = table.assign(value=ratio)
        if measure.kind == "share" and (table["value"] > 1).any():
            row = table.loc[table["value"] > 1].iloc[0]
            where = ", ".join(str(row[column]) for column in by)
            raise DataError(
                f"`{name}` is a share and must not exceed 1; got {row['top']:g} of "
                f"{row['per']:g} for {where}."
            )
        return table

    def to_frame(self) -> pd.DataFrame:
        """Give a copy of the frame."""
        return self.frame.copy()

    def __repr__(self) -> str:
        return (
            f"Operations: {len(self.frame):,} rows, {self.frame['agency'].nunique()} agencies, "
            f"{self.frame['period'].nunique()} periods; "
            f"{', '.join(measure.name for measure in self.measures)}"
        )
