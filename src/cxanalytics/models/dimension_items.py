"""Which sets of staff items have how much in common, corrected for their unreliability?

Two dimensions are one where their corrected correlation lies above .90 with its whole range and
each has items alike enough to correct for. Ranges come from leaving out one agency at a time, or
one unit where agencies are few.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cxanalytics.errors import DataError, ModelError
from cxanalytics.models.morale import ALPHA_AT_LEAST
from cxanalytics.models.staff_rows import StaffRows, staff_rows
from cxanalytics.numerics.factors import (
    CorrectedCorrelations,
    ItemSums,
    alpha_between_clusters,
    between_correlations,
    corrected_correlations,
    item_sums,
)
from cxanalytics.numerics.reliability import Alpha, alpha_from_covariance
from cxanalytics.rules import LEVEL, Thresholds
from cxanalytics.tables import Survey

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Items = Mapping[str, Sequence[str]]

SAME_FROM = 0.90
"""Corrected correlation from which two dimensions count as one."""

FEWEST_CLUSTERS = 10
"""Agencies, or else units, that the range of a correlation needs."""


@dataclass(frozen=True, slots=True)
class MeasuredItems:
    """What the items of all dimensions give.

    Attributes
    ----------
    items : mapping of str to sequence of str
    names : tuple of str
        Dimensions with an item, none of which stands in an earlier one, in order.
    rows : StaffRows
    sums : ItemSums
        Of positions on the scale, by cluster.
    covariance : ndarray of shape (items, items)
        Of all clusters together.
    correlations : CorrectedCorrelations
        Of `names`; without ranges where clusters are few.
    clustered_by : str
        "agency" or "unit".
    """

    items: Items
    names: tuple[str, ...]
    rows: StaffRows
    sums: ItemSums
    covariance: Floats
    correlations: CorrectedCorrelations
    clustered_by: str

    def alpha(self, name: str, level: float = LEVEL) -> Alpha:
        """Alpha of a dimension of two items or more, from the pairs of answers there are.

        Its range is Feldt's, widened where agencies or units differ more than it allows for.
        """
        columns = self.rows.columns(self.items[name])
        part = self.sums.only(columns)
        n = int(part.pairs.sum(axis=0).min())
        alpha = alpha_from_covariance(part.covariance(), n=n, level=level)
        if self.correlations.clusters < FEWEST_CLUSTERS:
            return alpha
        low, high = alpha_between_clusters(part, level=level)
        return replace(alpha, low=min(alpha.low, low), high=max(alpha.high, high))

    def weak(self, place: int) -> bool:
        """Tell whether the items of a dimension are too unlike each other to correct for."""
        name = self.names[place]
        return len(self.items[name]) > 1 and self.alpha(name).alpha < ALPHA_AT_LEAST

    def alike(self, place: int, others: Sequence[int]) -> list[int]:
        """Find the dimensions that are one with another: not weak, and the whole range above."""
        low = self.correlations.low[place]
        sure = [] if self.weak(place) else [j for j in others if low[j] >= SAME_FROM]
        return [j for j in sure if not self.weak(j)]

    def verdict(self, place: int, others: Sequence[int]) -> bool | None:
        """Tell from the ranges of its correlations whether a dimension is one of its own."""
        if self.alike(place, others):
            return False
        known = [j for j in others if np.isfinite(self.correlations.corrected[place, j])]
        clear = (self.correlations.high[place, known] < SAME_FROM).all()
        return True if known and clear else None

    def between(self) -> Floats:
        """Correlate the true levels of units; NaN where nothing can be said."""
        scores = np.column_stack([self.rows.score(self.items[name]) for name in self.names])
        complete = np.isfinite(scores).all(axis=1)
        _, unit = np.unique(self.rows.unit[complete], return_inverse=True)
        if len(unit) == 0 or not 1 < unit.max() + 1 < len(unit):
            return np.full((len(self.names),) * 2, np.nan)
        return between_correlations(scores[complete], unit)


def measure_items(
    survey: Survey, items: Items, *, period: str | None, level: float, thresholds: Thresholds
) -> MeasuredItems:
    """Choose people, and correlate the dimensions.

    Parameters
    ----------
    survey, items, period, level, thresholds
        As in `fit_dimensions`.

    Returns
    -------
    MeasuredItems

    Raises
    ------
    DataError, ModelError
        As `fit_dimensions`.
    """
    names = _names(items)
    if not any(len(items[name]) > 1 for name in names):
        raise ModelError("Dimensions need one with at least 2 items; got none.")
    own = [item for name in names for item in items[name]]
    every = list(dict.fromkeys([*own, *(item for listed in items.values() for item in listed)]))
    rows = staff_rows(survey, items=every, period=period, thresholds=thresholds)
    by, cluster = _clusters(rows)
    sums = item_sums(rows.positions, cluster)
    member = np.repeat(np.arange(len(names)), [len(items[name]) for name in names])
    correlations = corrected_correlations(sums.only(rows.columns(own)), member, level=level)
    if correlations.clusters < FEWEST_CLUSTERS:
        blank = np.full_like(correlations.corrected, np.nan)
        correlations = replace(correlations, std_error=blank, low=blank, high=blank)
    return MeasuredItems(
        items=items,
        names=names,
        rows=rows,
        sums=sums,
        covariance=sums.covariance(),
        correlations=correlations,
        clustered_by=by,
    )


def _names(items: Items) -> tuple[str, ...]:
    """Find the dimensions with items of their own: an index of others' items is none."""
    names: list[str] = []
    seen: set[str] = set()
    for name, listed in items.items():
        if len(set(listed)) < len(listed):
            raise DataError(f"`items` must name an item once per dimension; {name!r} repeats one.")
        if len(listed) and not seen & set(listed):
            names.append(name)
            seen |= set(listed)
    return tuple(names)


def _clusters(rows: StaffRows) -> tuple[str, Integers]:
    """Choose agencies, or where they are few the units over all waves."""
    agency = rows.agency
    if agency.max() + 1 >= FEWEST_CLUSTERS or (rows.units["unit"] == "").all():
        return "agency", agency
    team = rows.units.groupby(["agency", "unit"], sort=True).ngroup()
    return "unit", np.asarray(team, dtype=np.int64)[rows.unit]


def measurement_facts(found: MeasuredItems) -> dict[str, float | int | str | bool]:
    """Give the plain numbers behind the figures."""
    units = found.rows.units
    return {
        "cut": SAME_FROM,
        "staff": len(found.rows.codes),
        "units": len(units),
        "agencies": int(units["agency"].nunique()),
        "waves": int(units["period"].nunique()),
        "unit": "agency" if (units["unit"] == "").all() else "unit",
        "clusters": found.correlations.clusters,
        "clustered_by": found.clustered_by,
        "reason": "",
    }
