"""How large is each estimate, with its range, and does the range leave zero out?

A ladder of dots and ranges with a line at zero, for the appendix and for the notebooks of models.
Dots whose range leaves zero out are dark, the others grey; the numbers stand in a column.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cxanalytics.charts.labels import clean
from cxanalytics.charts.ladder import lay_ladder, mark_ranges
from cxanalytics.charts.sheet import padded, points_tick, signed_tick
from cxanalytics.charts.style import get_size
from cxanalytics.errors import ParamsError, must_be
from cxanalytics.formats import points_range, signed
from cxanalytics.tables import Estimates

UNITS = ("points", "number")
_DETAIL_BELOW = 0.10


def coefficients_table(
    estimates: Estimates, *, labels: Mapping[str, str] | None = None, sort: bool = True
) -> pd.DataFrame:
    """Give the rows of the ladder of estimates.

    Parameters
    ----------
    estimates : Estimates
    labels : mapping of str to str, optional
        Key to the name to print.
    sort : bool
        Largest first; False keeps the order of the estimates.

    Returns
    -------
    DataFrame
        `key name estimate conf_low conf_high n clear`; `clear` tells whether the range leaves
        zero out.
    """
    columns = ["key", "estimate", "conf_low", "conf_high", "n"]
    table = estimates.frame.loc[estimates.frame["estimate"].notna(), columns].copy()
    table.insert(1, "name", [clean((labels or {}).get(key, key)) for key in table["key"]])
    table["clear"] = (table["conf_low"] > 0) | (table["conf_high"] < 0)
    if sort:
        table = table.sort_values("estimate", ascending=False, kind="stable")
    return table.reset_index(drop=True)


def draw_coefficients(
    estimates: Estimates,
    *,
    labels: Mapping[str, str] | None = None,
    unit: str = "points",
    axis_label: str = "",
    sort: bool = True,
    size: str = "wide",
    ax: Axes | None = None,
) -> Figure:
    """Draw estimates as dots with their ranges on a common scale.

    Parameters
    ----------
    estimates : Estimates
    labels : mapping of str to str, optional
        Key to the name to print.
    unit : str
        "points" for differences of shares, "number" for anything else.
    axis_label : str
        The quantity of the estimates when empty.
    sort : bool
        Largest first.
    size : str
        "wide" or "narrow".
    ax : Axes, optional
        Draw inside the box of these axes.

    Returns
    -------
    Figure

    Raises
    ------
    ParamsError
        An unknown unit.
    """
    if unit not in UNITS:
        raise ParamsError(must_be("unit", UNITS, unit))
    table = coefficients_table(estimates, labels=labels, sort=sort)
    ends = [*table["conf_low"].dropna(), *table["conf_high"].dropna(), *table["estimate"], 0.0]
    wide = size == "wide"
    ladder = lay_ladder(
        list(table["name"]),
        size=get_size(size),
        limits=padded(min(ends), max(ends), least=1e-3),
        tick=points_tick if unit == "points" else signed_tick,
        axis_label=clean(axis_label or estimates.quantity),
        column=[_value(row, unit=unit) for _, row in table.iterrows()] if wide else (),
        column_title="Estimate and likely range" if wide and len(table) else "",
        reference=(0.0, "No difference"),
        ax=ax,
    )
    mark_ranges(
        ladder,
        table,
        columns=("estimate", "conf_low", "conf_high"),
        dark="clear",
        name="estimate",
        kinds=("clear of zero", "not clear of zero"),
    )
    return ladder.sheet.figure


def _value(row: pd.Series[Any], *, unit: str) -> str:
    if unit == "points":
        digits = 1 if row["conf_high"] - row["conf_low"] < _DETAIL_BELOW else 0
        likely = points_range(row["conf_low"], row["conf_high"], digits)
        return f"{signed(100 * row['estimate'], digits)} ({likely})"
    likely = f"{signed(row['conf_low'], 2)} to {signed(row['conf_high'], 2)}"
    return f"{signed(row['estimate'], 2)} ({likely})"
