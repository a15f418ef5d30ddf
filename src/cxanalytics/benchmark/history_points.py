"""Which points does a chart over time have, where does it start anew, and what sets its limits?

Declared baselines and breaks, and published scores in the shape of a history.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxanalytics.errors import DataError, ParamsError, must_be
from cxanalytics.published import NOT_POSSIBLE, Published
from cxanalytics.rules import CHANGED_WORDING, LEVEL, NOT_ASKED
from cxanalytics.tables import Check, Estimates

DECLARED = "declared"


@dataclass(frozen=True, slots=True)
class Baseline:
    """Points that set the limits, chosen by the study.

    Attributes
    ----------
    first, last : str
        Points or waves, both included; "" is open.
    reason : str
        Why these; printed.
    agency, measure : str
        Only this agency or measure; "" for all.
    """

    first: str
    last: str
    reason: str
    agency: str = ""
    measure: str = ""

    def __post_init__(self) -> None:
        if not self.reason.strip():
            raise ParamsError("`reason` of a baseline must say why these points; got nothing.")


@dataclass(frozen=True, slots=True)
class Restart:
    """A point from which a new baseline starts, declared by the study.

    Attributes
    ----------
    start : str
        First point or wave of the new baseline.
    reason : str
        What happened; printed.
    agency, measure : str
        Only this agency or measure; "" for all.
    """

    start: str
    reason: str
    agency: str = ""
    measure: str = ""

    def __post_init__(self) -> None:
        if not self.reason.strip():
            raise ParamsError("`reason` of a break must say what happened; got nothing.")


def points_of_published(published: Published) -> Estimates:
    """Give published scores the columns of a history; what would need counts stays missing."""
    frame = published.to_frame()[["measure", "agency", "period", "value"]]
    whole = pd.MultiIndex.from_product(
        [[entry.name for entry in published.measures], published.agencies, published.periods],
        names=["measure", "agency", "point"],
    ).to_frame(index=False)
    table = whole.merge(
        frame.rename(columns={"period": "point", "value": "estimate"}),
        on=["measure", "agency", "point"],
        how="left",
    )
    missing = table["estimate"].isna()
    table["wave"] = table["point"].where(~missing, "")
    table["suppressed_reason"] = np.where(missing, NOT_ASKED, "")
    for column in ("std_error", "conf_low", "conf_high", "n", "n_eff"):
        table[column] = np.nan
    table["break_reason"], table["break_text"] = "", ""
    table["unit"] = table["measure"].map({one.name: one.unit for one in published.measures})
    keys = zip(table["measure"], table["point"], table["agency"], strict=True)
    table["key"] = [f"{measure}@{point}@{agency}" for measure, point, agency in keys]
    for entry in published.measures:
        for period in entry.changed:
            here = (table["measure"] == entry.name) & (table["point"] >= period) & ~missing
            first = here & (here.groupby([table["measure"], table["agency"]]).cumsum() == 1)
            told = [CHANGED_WORDING, "The question or the method changed."]
            table.loc[first, ["break_reason", "break_text"]] = told
    return Estimates(
        frame=table,
        quantity="Published scores over time",
        level=LEVEL,
        checks=(*published.notes, Check("sampling error", None, NOT_POSSIBLE)),
        facts={
            "every": "wave",
            "statistic": "",
            "points": len(published.periods),
            "published": True,
        },
    )


def check_places(
    frame: pd.DataFrame, baselines: Sequence[Baseline], breaks: Sequence[Restart]
) -> None:
    """Refuse a baseline or a break at a place that the history does not have."""
    known = set(frame["point"]) | set(frame["wave"])
    named = [(entry.start, "breaks") for entry in breaks]
    named += [(place, "baseline") for entry in baselines for place in (entry.first, entry.last)]
    for place, key in named:
        if place and place not in known:
            raise DataError(must_be(key, sorted(known - {""}), place))
    everyone: list[Baseline | Restart] = [*baselines, *breaks]
    for one in everyone:
        for column, name in (("measure", one.measure), ("agency", one.agency)):
            if name and name not in set(frame[column]):
                raise DataError(must_be(column, sorted(set(frame[column])), name))


def applies_to(frame: pd.DataFrame, entry: Baseline | Restart) -> pd.Series[bool]:
    """Mark the rows of the measure and the agency that an entry names."""
    here = pd.Series(True, index=frame.index)
    for column, name in (("measure", entry.measure), ("agency", entry.agency)):
        if name:
            here &= frame[column] == name
    return here


def at_or_after(frame: pd.DataFrame, place: str) -> pd.Series[bool]:
    """Mark the rows at or after a wave or a point; a point without answers has no wave."""
    if not place:
        return pd.Series(True, index=frame.index)
    if place in set(frame["point"]):
        return frame["point"] >= place
    first = frame.loc[frame["wave"] >= place, "point"].min()
    return frame["point"] >= first


def at_or_before(frame: pd.DataFrame, place: str) -> pd.Series[bool]:
    """Mark the rows up to a wave or a point."""
    if not place:
        return pd.Series(True, index=frame.index)
    if place in set(frame["point"]):
        return frame["point"] <= place
    last = frame.loc[(frame["wave"] <= place) & (frame["wave"] != ""), "point"].max()
    return frame["point"] <= last


def number_segments(frame: pd.DataFrame, breaks: Sequence[Restart]) -> pd.DataFrame:
    """Number the stretches between breaks of each measure and agency."""
    frame = frame.copy()
    groups = [frame["measure"], frame["agency"]]
    for entry in breaks:
        after = applies_to(frame, entry) & at_or_after(frame, entry.start)
        first = after & (after.groupby(groups).cumsum() == 1)
        frame.loc[first, ["break_reason", "break_text"]] = [DECLARED, entry.reason]
    starts = frame["break_reason"] != ""
    frame["segment"] = starts.groupby(groups).cumsum().astype(int) + 1
    # A break at the very first point leaves no stretch before it.
    frame["segment"] -= frame["segment"].groupby(groups).transform("min") - 1
    return frame
