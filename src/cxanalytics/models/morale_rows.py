"""Which rows of a panel can be compared, what is followed over time, and what is one cluster?

Chosen once for every model of morale and performance.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxanalytics.columns import check_period_order
from cxanalytics.errors import ModelError, ParamsError, did_you_mean, must_be
from cxanalytics.models.months import months_by_period
from cxanalytics.numerics.cluster_robust import FEWEST_CLUSTERS
from cxanalytics.numerics.panel import (
    WithinBetween,
    as_codes,
    demean,
    unit_means,
    within_between,
)
from cxanalytics.numerics.units import as_weights
from cxanalytics.rules import Thresholds
from cxanalytics.tables import Panel

Array = NDArray[np.float64]
Codes = NDArray[np.intp]

_MONTH = re.compile(r"\d{4}-\d{2}")

GROUPS = ("unit", "agency")
KEYS = ("within", "between", "difference")
FEWEST_GROUPS = 3
"""Units, or agencies, needed before any relation between them is described."""


@dataclass(frozen=True, slots=True)
class MoraleRows:
    """Rows with morale and performance.

    Attributes
    ----------
    frame : DataFrame
        The panel's rows, in the panel's order.
    y, m : ndarray of shape (n,)
        Performance, and morale in the step it is told in.
    code, cluster : ndarray of shape (n,)
        What is followed, and what is independent of each other.
    wave : ndarray of shape (n,), optional
        Numbered in time, a skipped wave skipping a number; None with one period.
    z : ndarray of shape (n, covariates), optional
    weight : ndarray of shape (n,)
        Mean 1.
    group : str
        "unit" or "agency": what `code` numbers.
    by_agency : bool
        Clusters are agencies.
    morale_sd, step : float
        Standard deviation of morale over these rows, and the step that `m` is told in.
    """

    frame: pd.DataFrame
    y: Array
    m: Array
    code: Codes
    cluster: Codes
    wave: Codes | None
    z: Array | None
    weight: Array
    group: str
    by_agency: bool
    morale_sd: float
    step: float

    @property
    def groups(self) -> int:
        """How many are followed."""
        return int(self.code.max()) + 1

    def changes(self) -> bool:
        """Whether morale moves within groups at all."""
        inside = demean(self.m, self.code, wave=self.wave, weights=self.weight)
        return bool(np.std(inside) > 1e-9 * max(float(np.std(self.m)), np.finfo(float).tiny))

    def hybrid(self) -> WithinBetween:
        """Fit the within and between regression."""
        return within_between(
            self.y, self.m, self.code, wave=self.wave, covariates=self.z, weights=self.weight
        )


def morale_rows(
    panel: Panel,
    *,
    group: str,
    covariates: Sequence[str],
    exposure: str,
    standardize: bool,
    thresholds: Thresholds,
) -> MoraleRows:
    """Choose the rows; the arguments are those of `fit_morale_performance`."""
    if group not in GROUPS:
        raise ParamsError(must_be("group", GROUPS, group))
    for option, names in (("covariates", covariates), ("exposure", [exposure] if exposure else [])):
        for name in names:
            if name not in panel.frame:
                raise ParamsError(
                    f"`{option}` must name columns of the panel; got {name!r}."
                    f"{did_you_mean(name, panel.frame.columns)}"
                )
            if panel.frame[name].dtype.kind not in "iufb":
                raise ParamsError(f"`{option}` must name columns of numbers; `{name}` holds text.")
    further = [*covariates, *([exposure] if exposure else [])]
    frame = complete_rows(panel.frame, further, thresholds)
    if frame["performance"].nunique() == 1:
        raise ModelError("`panel` must hold performance that varies; it is the same in every row.")
    periods = frame["period"].nunique()
    used = "agency" if periods == 1 else group
    code = as_codes(frame["agency"] if used == "agency" else unit_names(frame))
    if int(code.max()) + 1 < FEWEST_GROUPS:
        raise ModelError(
            f"`panel` must hold at least {FEWEST_GROUPS} groups to compare; "
            f"got {int(code.max()) + 1}."
        )
    agencies = as_codes(frame["agency"])
    by_agency = int(agencies.max()) + 1 >= FEWEST_CLUSTERS
    sd = float(frame["morale"].std(ddof=1))
    if not sd > 0.0:
        raise ModelError("`panel` must hold morale that varies; it is the same in every row.")
    step = sd if standardize else 1.0
    return MoraleRows(
        frame=frame,
        y=frame["performance"].to_numpy(dtype=float),
        m=frame["morale"].to_numpy(dtype=float) / step,
        code=code,
        cluster=agencies if by_agency else code,
        wave=wave_numbers(frame["period"], among=panel.frame["period"]) if periods > 1 else None,
        z=frame[list(covariates)].to_numpy(dtype=float) if covariates else None,
        weight=as_weights(frame[exposure] if exposure else None, len(frame)),
        group=used,
        by_agency=by_agency,
        morale_sd=sd,
        step=step,
    )


def relation_rows(
    rows: MoraleRows, hybrid: WithinBetween | None
) -> tuple[tuple[Array, Array], list[Array | None]]:
    """Give rows for least squares, and contrasts of `KEYS`; None where nothing can be learned."""
    if hybrid is not None:
        return (hybrid.fit.rows_x, hybrid.fit.rows_y), [hybrid.contrast(key) for key in KEYS]
    root = np.sqrt(rows.weight)
    means = unit_means(rows.m, rows.code, weights=rows.weight)
    parts = [np.ones(len(root)), means] + ([] if rows.z is None else [rows.z])
    table = np.column_stack(parts) * root[:, None]
    return (table, rows.y * root), [None, np.eye(table.shape[1])[1], None]


def wave_numbers(periods: pd.Series[str], *, among: pd.Series[str] | None = None) -> Codes:
    """Number periods in time; years, quarters and months that were skipped skip a number.

    `among` are all periods there are, so that one without usable rows keeps its number.
    """
    names = sorted(set(periods if among is None else among))
    check_period_order(names, "`period` of the panel")
    first = [months[0] for months in months_by_period(names).values()]
    times = list(range(len(names)))
    if all(_MONTH.fullmatch(month) for month in first) and len(set(first)) == len(names):
        times = [12 * int(month[:4]) + int(month[5:]) for month in first]
    step = math.gcd(*(time - times[0] for time in times)) or 1
    number = {name: (time - times[0]) // step for name, time in zip(names, times, strict=True)}
    return np.asarray(periods.map(number), dtype=np.intp)


def unit_names(frame: pd.DataFrame) -> pd.Series[str]:
    """Name units by their agency too: one name in two agencies is two units."""
    return frame["agency"] + "\x1f" + frame["unit"]


def complete_rows(
    frame: pd.DataFrame, further: Sequence[str], thresholds: Thresholds
) -> pd.DataFrame:
    """Keep rows that have morale, performance and further columns, and staff answers enough."""
    complete = frame[["morale", "performance", *further]].notna().all(axis=1)
    enough = frame["n"].isna() | (frame["n"] >= thresholds.team)
    frame = frame.loc[complete & enough].reset_index(drop=True)
    if frame.empty:
        raise ModelError(
            f"`panel` must hold rows with morale, performance and {thresholds.team} answers; "
            "none is left."
        )
    return frame
