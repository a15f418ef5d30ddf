"""Which rows of a panel can be used, what is followed over time, and what errors share?

One place for the choices that models of morale and performance make alike.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.linalg import qr

from cxanalytics.errors import ParamsError, did_you_mean
from cxanalytics.models.morale_rows import complete_rows, unit_names, wave_numbers
from cxanalytics.numerics.cluster_robust import FEWEST_CLUSTERS
from cxanalytics.numerics.panel import as_codes, unit_means
from cxanalytics.rules import Thresholds
from cxanalytics.tables import Panel

Array = NDArray[np.float64]
Codes = NDArray[np.intp]

_INDEPENDENT = 1e-9


def numbered_rows(panel: Panel, *, columns: Sequence[str], thresholds: Thresholds) -> pd.DataFrame:
    """Give the rows with the number of their wave in `place`; morale of small teams is missing.

    A wave without usable rows, or without any, keeps its number: lags do not jump over it.
    """
    for name in columns:
        if name not in panel.frame:
            raise ParamsError(
                f"`{name}` is not a column of the panel.{did_you_mean(name, panel.frame.columns)}"
            )
        if panel.frame[name].dtype.kind not in "iufb":
            raise ParamsError(f"`{name}` must be a column of numbers; it holds text.")
    frame = panel.frame
    enough = frame["n"].isna() | (frame["n"] >= thresholds.team)
    return frame.assign(place=wave_numbers(frame["period"]), morale=frame["morale"].where(enough))


def usable_rows(panel: Panel, *, columns: Sequence[str], thresholds: Thresholds) -> pd.DataFrame:
    """Keep rows that have morale, performance and further columns, and staff answers enough."""
    numbered = numbered_rows(panel, columns=columns, thresholds=thresholds)
    return complete_rows(numbered, columns, thresholds)


def unit_codes(frame: pd.DataFrame) -> Codes:
    """Number the units; one name in two agencies is two units."""
    return as_codes(unit_names(frame))


def cluster_codes(frame: pd.DataFrame, code: Codes) -> tuple[Codes, str]:
    """Give the clusters of errors and their name: agencies where there are enough of them."""
    agencies = as_codes(frame["agency"])
    if int(agencies.max()) + 1 >= FEWEST_CLUSTERS:
        return agencies, "agency"
    return code, "unit"


def wave_columns(frame: pd.DataFrame) -> Array:
    """Give a column of ones and zeros for each wave but the first."""
    code = as_codes(frame["period"])
    return np.eye(int(code.max()) + 1)[code][:, 1:]


def less_means(values: Array, code: Codes) -> Array:
    """Take the mean of its group out of every row; `values` is (n,) or (n, k), k may be 0."""
    return values - unit_means(values, code) if values.size else values


def independent(columns: Array) -> Array:
    """Keep columns that do not repeat each other; a constant zero goes."""
    if not columns.shape[1]:
        return columns
    _, r, order = qr(columns, mode="economic", pivoting=True)
    size = np.abs(np.diag(r))
    kept = order[: len(size)][size > _INDEPENDENT * max(float(size[0]), np.finfo(float).tiny)]
    return columns[:, np.sort(kept)]
