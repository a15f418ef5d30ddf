"""How do customers' answers, staff's answers and counts of work meet, by unit and wave?

Counts of months are summed over the wave before they are divided. Agencies that may not be shown
are left out on any question that is used, and so are staff teams that are too small.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxanalytics.disclosure import publishable_rows, publishable_units
from cxanalytics.errors import ModelError, ParamsError, must_be
from cxanalytics.models.months import months_by_period
from cxanalytics.models.morale import ITEMS_NEEDED
from cxanalytics.models.scores import fit_scores
from cxanalytics.operations import Operations
from cxanalytics.rules import THRESHOLDS, Thresholds
from cxanalytics.tables import Check, Survey

Floats = NDArray[np.float64]

_BETWEEN = "\x1f"
_PLACE = ["agency", "unit", "wave"]


@dataclass(frozen=True, slots=True)
class UnitRows:
    """Units in waves, with what customers said, what staff said and what was counted.

    Attributes
    ----------
    frame : DataFrame
        `agency unit wave outcome`, a column per measure (`kpi:` and its name) and per dimension
        (`dim:` and its name); `outcome` is known in every row.
    work : Operations
        The counts behind the measures, with `wave`, for units and waves of the frame.
    waves : tuple of str
        In time order.
    outcome, label : str
        Name of the outcome, and how to print it.
    share : bool
        Whether the outcome is a share.
    sign : int
        1 where more of the outcome is better, else -1.
    checks : tuple of Check
    """

    frame: pd.DataFrame
    work: Operations
    waves: tuple[str, ...]
    outcome: str
    label: str
    share: bool
    sign: int
    checks: tuple[Check, ...]


def need_measures(
    customers: Survey | None, operations: Operations | None, outcome: str | None
) -> Operations:
    """Refuse a study without measures, or without an outcome to hold them against."""
    if operations is None or not operations.measures:
        raise ModelError("The study names no measures of the contact center (`kpis`).")
    if customers is None and outcome is None:
        raise ModelError("The study has no answers of customers to hold its measures against.")
    return operations


def unit_rows(
    customers: Survey | None,
    operations: Operations,
    *,
    kpis: Sequence[str],
    outcome: str | None = None,
    statistic: str = "positive",
    staff: Survey | None = None,
    dimensions: Mapping[str, Sequence[str]] | None = None,
    thresholds: Thresholds = THRESHOLDS,
) -> UnitRows:
    """Put answers and counts side by side.

    Parameters
    ----------
    customers : Survey or None
        With `unit` where units are compared; without it, agencies are the units.
    operations : Operations
    kpis : sequence of str
        Measures to compute.
    outcome : str, optional
        Question of `customers`, its own outcome when absent; without customers, a measure.
    statistic : {"positive", "top"}
        Which answers count.
    staff : Survey, optional
    dimensions : mapping of str to sequence of str, optional
        Staff questions of each dimension.
    thresholds : Thresholds
        Read are `hide`, `rank` and `team`.

    Returns
    -------
    UnitRows

    Raises
    ------
    ModelError
        Nothing is known of any unit and wave on all sides.
    """
    tables = [operations.frame, *(each.frame for each in (customers, staff) if each is not None)]
    by_unit = all("unit" in table for table in tables)
    waves = next((each.periods for each in (customers, staff) if each), operations.periods)
    work = _in_waves(operations, waves, by_unit=by_unit)
    if customers is not None:
        question = customers.question(outcome or customers.outcome)
        scores = _customer_scores(
            customers, question.name, statistic, by_unit=by_unit, thresholds=thresholds
        )
        name, label, share, sign = question.name, question.label, True, 1
    else:
        names = [measure.name for measure in operations.measures]
        if outcome not in names:
            raise ParamsError(must_be("outcome", names, outcome))
        measure = operations.measure(outcome)
        scores = work.score(measure.name, by=_PLACE)[[*_PLACE, "value"]].dropna()
        scores = scores.rename(columns={"value": "outcome"})
        name, label, share = measure.name, measure.label, measure.kind == "share"
        sign = 1 if measure.higher_is_better else -1
    frame = scores
    for kpi in kpis:
        values = work.score(kpi, by=_PLACE)[[*_PLACE, "value"]]
        frame = frame.merge(values.rename(columns={"value": f"kpi:{kpi}"}), on=_PLACE, how="left")
    if dimensions and staff is not None:
        people = _staff_scores(staff, dimensions, by_unit=by_unit, thresholds=thresholds)
        frame = frame.merge(people, on=_PLACE, how="inner")
    known = [f"kpi:{kpi}" for kpi in kpis]
    if known:
        frame = frame.loc[frame[known].notna().any(axis=1)]
    if frame.empty:
        raise ModelError("No unit has customers' answers, staff's answers and counts in one wave.")
    frame = frame.sort_values(_PLACE, kind="stable").reset_index(drop=True)
    places = pd.MultiIndex.from_frame(frame[_PLACE])
    inside = pd.MultiIndex.from_frame(work.frame[_PLACE]).isin(places)
    return UnitRows(
        frame=frame,
        work=replace(work, frame=work.frame.loc[inside].reset_index(drop=True)),
        waves=tuple(sorted(waves)),
        outcome=name,
        label=label,
        share=share,
        sign=sign,
        checks=(_joined(frame, scores),),
    )


def _joined(frame: pd.DataFrame, scores: pd.DataFrame) -> Check:
    many = f"{len(frame):,} units and waves of {frame['agency'].nunique()} agencies"
    return Check(
        "units_joined",
        None,
        f"{many} are known on all sides; {len(scores) - len(frame):,} with an outcome are not.",
    )


def _in_waves(operations: Operations, waves: Sequence[str], *, by_unit: bool) -> Operations:
    """Say to which wave each period belongs; periods outside every wave are left out."""
    periods = operations.periods
    months = months_by_period([*dict.fromkeys([*waves, *periods])])
    within = {
        period: next((wave for wave in waves if set(months[period]) <= set(months[wave])), None)
        for period in periods
    }
    frame = operations.frame.assign(wave=operations.frame["period"].map(within))
    if not by_unit:
        frame = frame.assign(unit=frame["agency"])
    kept = frame["wave"].notna() & frame["unit"].notna()
    frame = frame.loc[kept].astype({"agency": str, "unit": str, "wave": str})
    return replace(operations, frame=frame.reset_index(drop=True))


def _customer_scores(
    customers: Survey, measure: str, statistic: str, *, by_unit: bool, thresholds: Thresholds
) -> pd.DataFrame:
    shown = publishable_rows(customers, measure=measure, thresholds=thresholds)
    frame = customers.frame.loc[shown]
    unit = frame["unit"] if by_unit else frame["agency"]
    frame = frame.assign(unit=unit).loc[unit.notna()]
    if frame.empty:
        raise ModelError("No agency may be shown on the outcome.")
    place = frame["agency"].astype(str) + _BETWEEN + frame["unit"].astype(str)
    place = place + _BETWEEN + frame["period"].astype(str)
    found = fit_scores(
        replace(customers, frame=frame.assign(place=place)),
        measure=measure,
        by="place",
        statistic=statistic,
        thresholds=thresholds,
    ).frame.dropna(subset=["estimate"])
    if found.empty:
        raise ModelError(f"No unit has {thresholds.hide} answers to `{measure}` in a wave.")
    levels = pd.DataFrame([key.split(_BETWEEN) for key in found["key"]], columns=_PLACE)
    return levels.assign(outcome=found["estimate"].to_numpy(), answers=found["n"].to_numpy())


def _staff_scores(
    staff: Survey,
    dimensions: Mapping[str, Sequence[str]],
    *,
    by_unit: bool,
    thresholds: Thresholds,
) -> pd.DataFrame:
    """Mean share of positive answers per dimension, of units whose team may be shown in each."""
    items = list(dict.fromkeys(item for items in dimensions.values() for item in items))
    shown = publishable_rows(staff, measure=items, thresholds=thresholds)
    frame = staff.frame.loc[shown]
    unit = frame["unit"] if by_unit else frame["agency"]
    frame = frame.assign(unit=unit, wave=frame["period"]).loc[unit.notna()]
    flags = {}
    for item in items:
        values = frame[item].to_numpy(dtype=float)
        positive = staff.question(item).scale.is_positive(values).astype(float)
        flags[item] = np.where(np.isnan(values), np.nan, positive)
    people = frame[_PLACE].astype(str).assign(weight=frame["weight"].to_numpy(dtype=float))
    known = np.ones(len(people), dtype=bool)
    for name, own in dimensions.items():
        part = np.column_stack([flags[item] for item in own])
        answered = np.isfinite(part).sum(axis=1)
        known &= answered >= ITEMS_NEEDED * part.shape[1] - 1e-9
        people[f"dim:{name}"] = np.nansum(part, axis=1) / np.maximum(answered, 1)
    people = people.loc[known]
    groups = people.groupby(_PLACE)["weight"]
    sizes = (groups.sum() if staff.counts else groups.size()).rename("n").reset_index()
    sizes = sizes.rename(columns={"wave": "period"})
    kept = publishable_units(sizes, thresholds=thresholds).to_numpy()
    columns = [f"dim:{name}" for name in dimensions]
    weighted = people[columns].mul(people["weight"], axis=0).assign(weight=people["weight"])
    sums = weighted.groupby([people[name] for name in _PLACE]).sum().loc[kept]
    return sums[columns].div(sums["weight"], axis=0).reset_index()
