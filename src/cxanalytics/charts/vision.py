"""How far from the target, and where to by its day? One row per agency, the best chance first.

The score now and the one foretold for the target's day, each with its likely range, beside the
target. The number at the right is the chance of reaching it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cxanalytics.charts.labels import clean
from cxanalytics.charts.ladder import lay_ladder
from cxanalytics.charts.marks import (
    Mark,
    draw_marks,
    draw_marks_key,
    marks_key_height,
    row_height,
    tint_rows,
)
from cxanalytics.charts.sheet import padded, percent_tick
from cxanalytics.charts.style import get_size
from cxanalytics.formats import certain
from cxanalytics.tables import Estimates

_MARKS = (
    Mark("now", "Now", "o", True),
    Mark("then", "Foretold for the day of the target", "D", False),
)
_COLUMNS = ["key", "measure", "agency", "target", "by", "now", "now_low", "now_high", "estimate"]
_COLUMNS += ["conf_low", "conf_high", "years", "pace", "p_reach", "forecast", "forecast_low"]
_COLUMNS += ["forecast_high", "reason", "others", "managed", "managed_low", "managed_high"]


def vision_table(
    vision: Estimates, *, measure: str, names: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Give the rows of the chart, the best chance first, those without one last.

    Parameters
    ----------
    vision : Estimates
        From `benchmark_vision`.
    measure : str
    names : mapping of str to str, optional
        Agency to the name to print.

    Returns
    -------
    DataFrame
        The columns of `benchmark_vision`, and `name`.
    """
    table = vision.frame.loc[vision.frame["measure"] == measure, _COLUMNS].copy()
    table.insert(3, "name", [clean((names or {}).get(key, key)) for key in table["agency"]])
    order = ["p_reach", "now", "name"]
    return table.sort_values(order, ascending=[False, False, True]).reset_index(drop=True)


def draw_vision(
    vision: Estimates,
    *,
    measure: str,
    names: Mapping[str, str] | None = None,
    axis_label: str = "Score",
    size: str = "wide",
    ax: Axes | None = None,
) -> Figure:
    """Draw scores now and foretold beside the target.

    Parameters
    ----------
    vision : Estimates
    measure : str
    names : mapping of str to str, optional
        Agency to the name to print.
    axis_label : str
    size : str
        "wide" or "narrow".
    ax : Axes, optional
        Draw inside the box of these axes.

    Returns
    -------
    Figure
        A target of all agencies is a line; targets of their own are in the table.
    """
    table = vision_table(vision, measure=measure, names=names)
    chosen = replace(get_size(size), row=row_height(_MARKS, get_size(size)))
    ends = table[["now_low", "now_high", "forecast_low", "forecast_high", "target"]]
    finite = ends.to_numpy(dtype=float)
    finite = finite[np.isfinite(finite)] if len(table) else np.array([0.0, 1.0])
    targets = table["target"].unique()
    reference = (float(targets[0]), "Target") if len(targets) == 1 else None
    ladder = lay_ladder(
        list(table["name"]),
        size=chosen,
        limits=padded(float(finite.min()), float(finite.max()), least=0.02),
        tick=percent_tick,
        axis_label=axis_label,
        column=[certain(p) if np.isfinite(p) else "not told" for p in table["p_reach"]],
        column_align="right",
        column_title="Chance" if len(table) else "",
        reference=reference,
        above=marks_key_height(_MARKS, chosen),
        ax=ax,
    )
    tint_rows(ladder)
    draw_marks_key(ladder.sheet, _MARKS)
    place = table.assign(row=range(len(table)))
    series = []
    for name, column in (("now", "now"), ("then", "forecast")):
        ends_of = {column: "estimate", f"{column}_low": "conf_low", f"{column}_high": "conf_high"}
        part = place[["row", *ends_of]].rename(columns=ends_of).assign(series=name)
        series.append(part.dropna(subset=["estimate"]))
    draw_marks(ladder, pd.concat(series, ignore_index=True), _MARKS)
    return ladder.sheet.figure
