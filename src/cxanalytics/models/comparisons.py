"""Which groups of people may be compared with which, and why are the others not?

A comparison has a left and a right side. Sides are cells of a survey: the values of one column,
within the values of another where asked. A cell that may not be shown is on no side, and in
nobody's rest. Rows of agencies that may not be shown are in no cell.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxanalytics.disclosure import publishable_rows, suppress_margins
from cxanalytics.errors import DataError, ModelError, ParamsError, did_you_mean, must_be
from cxanalytics.rules import (
    CHANGED_WORDING,
    FEW,
    FIRST_WAVE,
    HIDDEN,
    REORGANIZED,
    Thresholds,
)
from cxanalytics.tables import Survey

REST, PAIRS = "rest", "pairs"
EVERYONE = "all"
WAVES = "period"
NOBODY = -1


@dataclass(frozen=True, slots=True)
class Comparisons:
    """What is compared with what.

    Attributes
    ----------
    cells : DataFrame
        `group side n n_eff reason`: one row a cell, `reason` "" where it may be shown.
    place : ndarray of int, shape (rows,)
        Cell of each row of the survey; -1 for none.
    table : DataFrame
        `key group side reference left right reason`: one row a comparison; `left` and `right` are
        rows of `cells`, `right` -1 for everybody else or nobody.
    reference : str
        "rest", "pairs" or the value of the right sides.
    """

    cells: pd.DataFrame
    place: NDArray[np.int64]
    table: pd.DataFrame
    reference: str


def find_comparisons(
    survey: Survey,
    *,
    measure: str,
    between: str,
    by: str | None,
    reference: str | None,
    period: str | None,
    thresholds: Thresholds,
) -> tuple[Survey, Comparisons]:
    """List the comparisons that are asked for, each with the reason why it may not be shown.

    Parameters
    ----------
    survey : Survey
    measure : str
    between, by, reference, period
        As in `fit_score_differences`.
    thresholds : Thresholds

    Returns
    -------
    survey : Survey
        The waves in question.
    comparisons : Comparisons

    Raises
    ------
    DataError
        No such column or wave.
    ParamsError
        A reference that is no value of the column.
    ModelError
        No earlier wave, or nothing to compare.
    """
    survey.question(measure)
    if between == WAVES:
        survey, now, before = _two_waves(survey, period, reference)
        reference = before
    elif period is not None:
        survey = survey.in_period(period)
    cells, place = _cells(survey, measure, between, by, thresholds)
    if between == WAVES:
        table = _waves(cells, now, before)
        table["reason"] = _wave_reasons(survey, table, cells, measure, by, now, before, thresholds)
        return survey, Comparisons(cells, place, table, before)
    reference = reference or REST
    if reference == PAIRS:
        table = _pairs(cells)
    elif reference == REST:
        table = _rest(cells)
    else:
        table = _against(cells, reference)
    if table.empty:
        raise ModelError(f"A difference needs two values to compare; {between!r} has one.")
    return survey, Comparisons(cells, place, table, reference)


def _two_waves(
    survey: Survey, period: str | None, reference: str | None
) -> tuple[Survey, str, str]:
    waves = survey.periods
    for name, wave in (("period", period), ("reference", reference)):
        if wave is not None and wave not in waves:
            listed = ", ".join(map(repr, waves))
            raise DataError(f"`{name}` must be one of {listed}; got {wave!r}.")
    now = waves[-1] if period is None else period
    earlier = [wave for wave in waves if wave < now]
    if not earlier:
        raise ModelError(f"A change needs an earlier wave; the first one is {now!r}.")
    before = earlier[-1] if reference is None else reference
    if before not in earlier:
        raise DataError(f"`reference` must be a wave before {now!r}; got {before!r}.")
    return (
        replace(survey, frame=survey.frame[survey.frame["period"].isin([now, before])]),
        now,
        before,
    )


def _column(frame: pd.DataFrame, name: str, argument: str) -> pd.Series[str]:
    if name not in frame.columns:
        columns = [str(column) for column in frame.columns]
        raise DataError(
            f"`{argument}` must be a column of the survey: {', '.join(columns)}; got {name!r}."
            f"{did_you_mean(name, columns)}"
        )
    values = frame[name].astype(object)
    return values.where(values.isna(), values.astype(str))


def _cells(
    survey: Survey, measure: str, between: str, by: str | None, thresholds: Thresholds
) -> tuple[pd.DataFrame, NDArray[np.int64]]:
    """Give the cells with an answer, why some may not be shown, and the cell of each row."""
    frame = survey.frame
    side = _column(frame, between, "between")
    group = _column(frame, by, "by") if by else pd.Series(EVERYONE, index=frame.index)
    pooled = survey
    if WAVES not in (between, by) and len(survey.periods) > 1:
        pooled = replace(survey, frame=frame.assign(period=""))
    kept = publishable_rows(pooled, measure=measure, thresholds=thresholds)
    here = frame[measure].notna() & side.notna() & group.notna()
    if "agency" not in (between, by):
        here &= kept
    if not here.any():
        raise ModelError("A difference needs answers that may be shown; got none.")
    weight = frame.loc[here, "weight"].astype(float)
    n = weight if survey.counts else pd.Series(1.0, index=weight.index)
    sums = pd.DataFrame({"n": n, "weight": weight, "square": weight**2, "kept": kept[here]})
    keys = [group[here].rename("group"), side[here].rename("side")]
    cells = sums.groupby(keys).sum().reset_index()
    n_eff = cells["n"] if survey.counts else cells["weight"] ** 2 / cells["square"]
    cells["n_eff"], cells["kept"] = n_eff, cells["kept"] > 0
    cells["reason"] = _reasons(cells, between, by, thresholds)
    where = pd.MultiIndex.from_frame(cells[["group", "side"]])
    found = where.get_indexer(pd.MultiIndex.from_arrays([group, side]))
    place = np.where((here & kept).to_numpy(), found, NOBODY)
    return cells[["group", "side", "n", "n_eff", "reason"]], np.asarray(place, dtype=np.int64)


def _reasons(
    cells: pd.DataFrame, between: str, by: str | None, thresholds: Thresholds
) -> pd.Series[str]:
    """Suppress within each group and, where groups have totals of their own, within each side."""
    margins = ["side"] if between == WAVES else ["group", "side"] if by else ["group"]
    reason = suppress_margins(cells, margins=margins, n_eff="n_eff", thresholds=thresholds)
    return reason.where(cells["kept"] | (reason != ""), HIDDEN)


def _table(cells: pd.DataFrame, pairs: list[tuple[int, int, str]]) -> pd.DataFrame:
    """Make one row a comparison of its left cell, right cell and key."""
    table = pd.DataFrame(pairs, columns=["left", "right", "key"])
    left, right = table["left"].to_numpy(), table["right"].to_numpy()
    side, reason = cells["side"].to_numpy(), cells["reason"].to_numpy()
    table["group"], table["side"] = cells["group"].to_numpy()[left], side[left]
    table["reference"] = np.where(right == NOBODY, REST, side[right])
    other = np.where(right == NOBODY, "", reason[right])
    table["reason"] = np.where(reason[left] != "", reason[left], other)
    return table


def _listed(cells: pd.DataFrame) -> list[tuple[int, str, str]]:
    """Give number, group and side of each cell."""
    names = zip(cells["group"].astype(str), cells["side"].astype(str), strict=True)
    return [(number, group, side) for number, (group, side) in enumerate(names)]


def _key(group: str, text: str) -> str:
    return text if group == EVERYONE else f"{group}: {text}"


def _rest(cells: pd.DataFrame) -> pd.DataFrame:
    pairs = [(left, NOBODY, _key(group, side)) for left, group, side in _listed(cells)]
    table = _table(cells, pairs)
    shown = table["reason"] == ""
    others = shown.groupby(table["group"]).transform("sum") - 1
    table.loc[shown & (others < 1), "reason"] = FEW
    return table if table["group"].duplicated().any() else table.iloc[:0]


def _pairs(cells: pd.DataFrame) -> pd.DataFrame:
    pairs = [
        (left, right, _key(group, f"{side} less {other_side}"))
        for (left, group, side), (right, other, other_side) in combinations(_listed(cells), 2)
        if group == other
    ]
    return _table(cells, pairs)


def _against(cells: pd.DataFrame, reference: str) -> pd.DataFrame:
    values = sorted(cells["side"].unique())
    if reference not in values:
        raise ParamsError(must_be("reference", [REST, PAIRS, *values], reference))
    base = {group: number for number, group, side in _listed(cells) if side == reference}
    pairs = [
        (number, base[group], _key(group, side))
        for number, group, side in _listed(cells)
        if side != reference and group in base
    ]
    return _table(cells, pairs)


def _waves(cells: pd.DataFrame, now: str, before: str) -> pd.DataFrame:
    """Put each group seen now beside its cell in the wave before, or nobody."""
    earlier = {group: number for number, group, side in _listed(cells) if side == before}
    pairs = [
        (number, earlier.get(group, NOBODY), group)
        for number, group, side in _listed(cells)
        if side == now
    ]
    if not pairs:
        raise ModelError(f"A change needs answers in {now!r}; got none.")
    return _table(cells, pairs).assign(reference=before)


def _wave_reasons(
    survey: Survey,
    table: pd.DataFrame,
    cells: pd.DataFrame,
    measure: str,
    by: str | None,
    now: str,
    before: str,
    thresholds: Thresholds,
) -> pd.Series[str]:
    """Say why a change is not shown: few answers, another question or organization, first wave."""
    n_eff = cells["n_eff"].to_numpy()
    least = np.minimum(n_eff[table["left"]], n_eff[table["right"]])
    reason = table["reason"].where((table["reason"] != "") | (least >= thresholds.wave), FEW)
    open_ = cells["reason"].to_numpy()[table["left"]] == ""
    reason = reason.mask(open_ & (table["right"] < 0), FIRST_WAVE)
    if by == "agency":
        broken = table["group"].isin(list(survey.broken_between(before, now)))
        reason = reason.mask(open_ & broken, REORGANIZED)
    if measure in survey.changed_between(before, now):
        reason = reason.mask(pd.Series(open_, index=table.index), CHANGED_WORDING)
    return reason
