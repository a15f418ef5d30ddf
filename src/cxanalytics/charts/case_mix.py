"""How far does each score move when everybody's mix of people is served?

One row per agency that could be adjusted, the best adjusted score first: an open circle for the
score as answered, a dot with its range for the adjusted one. A dark line stands at the share of all
people together.
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
from cxanalytics.formats import signed
from cxanalytics.tables import Estimates

_MARKS = (
    Mark("raw", "As answered", "o", False),
    Mark("adjusted", "With everybody’s mix of people", "o", True),
)
_KEPT = ["key", "raw", "estimate", "conf_low", "conf_high", "difference", "p_adjusted", "n"]


def case_mix_table(estimates: Estimates, *, names: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Give the rows of the chart, the best adjusted score first.

    Parameters
    ----------
    estimates : Estimates
        From `fit_case_mix`: `raw difference p_adjusted`; rows without an adjusted share, and
        those that are only compared with, are left out.
    names : mapping of str to str, optional
        Key to the name to print.

    Returns
    -------
    DataFrame
        `key name raw estimate conf_low conf_high difference p_adjusted n`.
    """
    frame = estimates.frame
    others = str(estimates.facts.get("only_peers", "")).split("\n")
    table = frame.loc[frame["estimate"].notna() & ~frame["key"].isin(others), _KEPT].copy()
    table.insert(1, "name", [clean((names or {}).get(key, key)) for key in table["key"]])
    order = ["estimate", "name"]
    return table.sort_values(order, ascending=[False, True]).reset_index(drop=True)


def draw_case_mix(
    estimates: Estimates,
    *,
    names: Mapping[str, str] | None = None,
    axis_label: str = "",
    size: str = "wide",
    ax: Axes | None = None,
) -> Figure:
    """Draw scores as answered and adjusted for case mix, side by side.

    Parameters
    ----------
    estimates : Estimates
        As for `case_mix_table`, with the fact `overall`.
    names : mapping of str to str, optional
        Key to the name to print.
    axis_label : str
        The quantity when empty.
    size : str
        "wide" or "narrow".
    ax : Axes, optional
        Draw inside the box of these axes.

    Returns
    -------
    Figure
    """
    table = case_mix_table(estimates, names=names)
    chosen = replace(get_size(size), row=row_height(_MARKS[:1], get_size(size)))
    overall = float(estimates.facts.get("overall", np.nan))
    ends = [*table["conf_low"], *table["conf_high"], *table["raw"]]
    limits = padded(min(ends), max(ends), least=0.04) if ends else (0.0, 1.0)
    known = limits[0] < overall < limits[1]
    ladder = lay_ladder(
        list(table["name"]),
        size=chosen,
        limits=limits,
        tick=percent_tick,
        axis_label=clean(axis_label or estimates.quantity),
        column=[signed(100 * value, 1) for value in table["difference"]],
        column_align="right",
        column_title="Moved" if len(table) else "",
        reference=(overall, "Everyone") if known else None,
        above=marks_key_height(_MARKS, chosen),
        ax=ax,
    )
    tint_rows(ladder)
    draw_marks_key(ladder.sheet, _MARKS)
    place = table.assign(row=range(len(table)))
    adjusted = place.assign(series="adjusted")
    raw = place.assign(series="raw", estimate=place["raw"], conf_low=np.nan, conf_high=np.nan)
    for mark, part in zip(_MARKS, (raw, adjusted), strict=True):
        draw_marks(ladder, part, (mark,))
    return ladder.sheet.figure
