"""Which dimensions of effectiveness are measured reliably, and which can be told apart?

A dimension is a list of items. Two dimensions are told apart where the correlation of what their
items have in common, which is the correlation of the scores with their unreliability taken out,
lies below .90 with its whole range; they are one where it lies above. Between the two the answers
do not tell. Nor do they where a dimension whose alpha is below .70 comes out as another one: its
items are unlike each other, and the correction overshoots. A unit is placed where the reliability
of its own mean reaches .70.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxanalytics.models.dimension_items import (
    Items,
    MeasuredItems,
    measure_items,
    measurement_facts,
)
from cxanalytics.models.morale import ALPHA_AT_LEAST
from cxanalytics.numerics.reliability import (
    FEWEST_ITEMS_FOR_OMEGA,
    intraclass,
    one_factor_omega,
)
from cxanalytics.rules import LEVEL, PLACE_RELIABILITY, THRESHOLDS, Thresholds
from cxanalytics.tables import Check, Estimates, Survey

NO_ITEM = "no item"
ONE_ITEM = "one item"
SHARED = "an index of items of other dimensions"
NOTHING_SHARED = "its items have nothing in common"
FEW_CLUSTERS = "too few agencies and units for a range"
WEAK = "alpha too low to tell"
_NAN = float("nan")


def fit_dimensions(
    staff: Survey,
    *,
    items: Items,
    period: str | None = None,
    level: float = LEVEL,
    thresholds: Thresholds = THRESHOLDS,
) -> Estimates:
    """Measure how reliable each dimension is, and whether it can be told from the others.

    Parameters
    ----------
    staff : Survey
        Staff answers.
    items : mapping of str to sequence of str
        Dimension to its questions, agreement being good in all. An empty one is kept as not
        measured; one that shares an item with an earlier one is an index, whose reliability is
        given and which is compared with none.
    period : str, optional
        One wave; by default all, each unit and wave a unit of its own.
    level : float
        Probability content of the intervals.
    thresholds : Thresholds
        Agencies that may not be shown are left out, and units with fewer people than `team`.

    Returns
    -------
    Estimates
        A row per dimension: `estimate` is alpha with its interval, `n` the people behind it;
        `label items is_index omega`; `unit_reliability` (of the mean of a typical unit) and
        `placed`, the share of units that reach .70; `nearest`, the dimension with the largest
        corrected correlation (of those it is one with, where there are any), with `nearest_r
        nearest_low nearest_high`; `distinct`, True where the ranges of all its correlations lie
        below `SAME_FROM`, False where one lies above and both alphas reach .70, None where the
        answers do not tell; `reason`, why a figure or verdict is missing. Facts: `dimensions
        measured told_apart alike unsure cut staff units agencies waves unit clusters clustered_by
        reason`.

    Raises
    ------
    DataError
        A question or wave that does not exist, or an item twice in one dimension.
    ModelError
        Nobody is left, no dimension has two items, or `staff` is `Published`.

    Assumes
    -------
    Errors of items do not correlate; items of a dimension carry it alike (alpha is a lower bound
    otherwise, and correction overshoots); agencies answer independently. The interval of alpha is
    Feldt's, for normal and independent answers, or that of leaving agencies out where it is wider.

    Reference
    ---------
    Feldt (1965); McDonald (1999); Spearman (1904); Henseler, Ringle and Sarstedt (2015);
    methods.md#dimensions-of-effectiveness.
    """
    found = measure_items(staff, items, period=period, level=level, thresholds=thresholds)
    frame = pd.DataFrame([_dimension(found, name, level) for name in found.items])
    distinct = frame["distinct"].map({True: 1, False: 0}).fillna(-1)
    frame["distinct"] = frame["distinct"].astype(object)
    shared = frame["is_index"]
    measured = int((frame["estimate"].notna() & ~shared).sum())
    return Estimates(
        frame=frame,
        quantity="Cronbach's alpha of each dimension of effectiveness (0 to 1)",
        level=level,
        checks=(*staff.notes, *found.rows.checks, *_checks(frame, found)),
        facts=measurement_facts(found)
        | {
            "dimensions": len(frame) - int(shared.sum()),
            "measured": measured,
            "told_apart": int((distinct == 1).sum()),
            "alike": int((distinct == 0).sum()),
            "unsure": measured - int((distinct >= 0).sum()),
        },
    )


def _dimension(found: MeasuredItems, name: str, level: float) -> dict[str, object]:
    number = len(found.items[name])
    row: dict[str, object] = {
        "key": name,
        "label": name[:1].upper() + name[1:],
        "items": number,
        "is_index": number > 0 and name not in found.names,
        **dict.fromkeys(("estimate", "std_error", "conf_low", "conf_high", "omega"), _NAN),
        "n": _NAN,
        **dict.fromkeys(("unit_reliability", "placed"), _NAN),
        "nearest": "",
        **dict.fromkeys(("nearest_r", "nearest_low", "nearest_high"), _NAN),
        "distinct": None,
        "reason": "" if number > 1 else ONE_ITEM if number else NO_ITEM,
    }
    if not number:
        return row
    row |= _units_of(found, name)
    if number > 1:
        row |= _own(found, name, level)
    if row["is_index"]:
        row["reason"] = SHARED
    elif number > 1:
        row |= _others(found, name)
    return row


def _own(found: MeasuredItems, name: str, level: float) -> dict[str, object]:
    """Alpha and omega of a dimension."""
    columns = found.rows.columns(found.items[name])
    covariance = found.covariance[np.ix_(columns, columns)]
    alpha = found.alpha(name, level)
    some = len(columns) >= FEWEST_ITEMS_FOR_OMEGA and np.linalg.eigvalsh(covariance)[0] > 0.0
    return {
        "estimate": alpha.alpha,
        "std_error": alpha.std_error,
        "conf_low": alpha.low,
        "conf_high": alpha.high,
        "omega": one_factor_omega(covariance)[0] if some else _NAN,
        "n": alpha.n,
    }


def _units_of(found: MeasuredItems, name: str) -> dict[str, object]:
    """Reliability of a typical unit's own mean, and the share of units that can be placed."""
    score = found.rows.score(found.items[name])
    known = np.isfinite(score)
    unit = found.rows.unit[known]
    counts = np.unique(unit, return_counts=True)[1]
    if not 1 < len(counts) < len(unit) or np.ptp(score[known]) == 0.0:
        return {"n": int(known.sum())}
    own = intraclass(score[known], unit).unit_reliability
    placed = float((own >= PLACE_RELIABILITY).sum() / len(found.rows.units))
    return {"n": int(known.sum()), "unit_reliability": float(np.median(own)), "placed": placed}


def _others(found: MeasuredItems, name: str) -> dict[str, object]:
    """Which dimension is nearest, and whether it and the others can be told from this one."""
    at, both = found.names.index(name), found.correlations
    if not np.isfinite(both.corrected[at, at]):
        return {"reason": NOTHING_SHARED}
    others = [place for place in range(len(found.names)) if place != at]
    if not np.isfinite(both.corrected[at, others]).any():
        return {}
    near = found.alike(at, others) or others
    nearest = near[int(np.nanargmax(both.corrected[at, near]))]
    distinct = found.verdict(at, others)
    reason = ""
    if not np.isfinite(both.low[at, nearest]):
        reason = FEW_CLUSTERS
    elif distinct is None and (found.weak(at) or found.weak(nearest)):
        reason = WEAK
    return {
        "nearest": found.names[nearest],
        "nearest_r": both.corrected[at, nearest],
        "nearest_low": both.low[at, nearest],
        "nearest_high": both.high[at, nearest],
        "distinct": distinct,
        "reason": reason,
    }


def _checks(frame: pd.DataFrame, found: MeasuredItems) -> tuple[Check, ...]:
    frame = frame.loc[~frame["is_index"]]
    alpha = frame.loc[frame["estimate"].notna()]
    weak = int((alpha["estimate"] < ALPHA_AT_LEAST).sum())
    placed = frame["placed"].dropna()
    return (
        Check(
            "items agree",
            weak == 0,
            f"{weak} of {len(alpha)} dimensions have an alpha below {ALPHA_AT_LEAST:.2f}; their "
            "correlations are corrected by much.",
        ),
        Check(
            "own reliability",
            bool((placed == 1.0).all()) if len(placed) else None,
            f"Between {placed.min():.0%} and {placed.max():.0%} of {len(found.rows.units):,} units "
            f"reach a reliability of {PLACE_RELIABILITY:.2f}, by dimension; the others have too "
            "few answers to place."
            if len(placed)
            else "There is one unit, so its reliability is not known.",
        ),
        Check(
            "not tested",
            None,
            "Not tested: a confirmatory factor model of all items, and whether the items mean the "
            "same in every agency.",
        ),
    )
