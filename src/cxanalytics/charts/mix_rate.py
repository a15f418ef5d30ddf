"""How much of each change is who answered, and how much is what they answered?

One row per agency, the largest rise first: the change with the same people and its range, and what
goes with other people answering, for one way of grouping people. The two add up to the number at
the right.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

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
from cxanalytics.charts.sheet import padded, points_tick
from cxanalytics.charts.style import get_size
from cxanalytics.formats import signed
from cxanalytics.tables import Estimates

_MARKS = (
    Mark("rate", "With the same people", "o", True),
    Mark("mix", "Who answered", "D", False),
)
_KEPT = ["key", "agency", "change", "estimate", "conf_low", "conf_high"]
_KEPT += ["rate", "rate_low", "rate_high", "p_adjusted", "n"]


def widest_column(estimates: Estimates) -> str:
    """Find the column whose mix parts are largest in the middle agency.

    Parameters
    ----------
    estimates : Estimates
        From `fit_mix_rate`.

    Returns
    -------
    str
        "" where no change was split.
    """
    frame = estimates.frame.dropna(subset=["estimate"])
    if frame.empty:
        return ""
    size = frame["estimate"].abs().groupby(frame["column"], sort=False).median()
    return str(size.idxmax())


def mix_rate_table(
    estimates: Estimates, *, column: str = "", names: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Give the rows of the chart, the largest rise first.

    Parameters
    ----------
    estimates : Estimates
        From `fit_mix_rate`; changes that were not split are left out.
    column : str
        Way of grouping people; that with the largest mix parts when empty.
    names : mapping of str to str, optional
        Agency to the name to print.

    Returns
    -------
    DataFrame
        `key agency name change estimate conf_low conf_high rate rate_low rate_high p_adjusted n`.
    """
    frame = estimates.frame
    chosen = column or widest_column(estimates)
    table = frame.loc[(frame["column"] == chosen) & frame["estimate"].notna(), _KEPT].copy()
    table.insert(2, "name", [clean((names or {}).get(key, key)) for key in table["agency"]])
    order = ["change", "name"]
    return table.sort_values(order, ascending=[False, True]).reset_index(drop=True)


def draw_mix_rate(
    estimates: Estimates,
    *,
    column: str = "",
    names: Mapping[str, str] | None = None,
    axis_label: str = "Points since the earlier wave",
    size: str = "wide",
    ax: Axes | None = None,
) -> Figure:
    """Draw the two parts of each change.

    Parameters
    ----------
    estimates : Estimates
    column : str
        As for `mix_rate_table`.
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
    """
    table = mix_rate_table(estimates, column=column, names=names)
    chosen = replace(get_size(size), row=row_height(_MARKS, get_size(size)))
    ends = [0.0, *table["conf_low"], *table["conf_high"], *table["rate_low"], *table["rate_high"]]
    ladder = lay_ladder(
        list(table["name"]),
        size=chosen,
        limits=padded(min(ends), max(ends), least=0.02),
        tick=points_tick,
        axis_label=axis_label,
        column=[signed(100 * value, 1) for value in table["change"]],
        column_align="right",
        column_title="Change" if len(table) else "",
        reference=(0.0, "No change"),
        above=marks_key_height(_MARKS, chosen),
        ax=ax,
    )
    tint_rows(ladder)
    draw_marks_key(ladder.sheet, _MARKS)
    place = table.assign(row=range(len(table)))
    named = {"rate": "estimate", "rate_low": "conf_low", "rate_high": "conf_high"}
    rate = place[["row", *named]].rename(columns=named).assign(series="rate")
    mix = place[["row", *named.values()]].assign(series="mix")
    draw_marks(ladder, pd.concat([rate, mix], ignore_index=True), _MARKS)
    return ladder.sheet.figure
