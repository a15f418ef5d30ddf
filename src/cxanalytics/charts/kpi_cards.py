"""What goes with each measure: in the same wave, one wave later, and with resolution held?

One row per measure, three marks with their ranges; the measure that goes most with the outcome
comes first. The weight in what is rewarded stands at the right, so that a large weight beside a
range that holds zero is seen.
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
    draw_marks,
    draw_marks_key,
    make_marks,
    marks_key_height,
    row_height,
    tint_rows,
)
from cxanalytics.charts.sheet import padded, points_tick, signed_tick
from cxanalytics.charts.style import get_size
from cxanalytics.tables import Estimates

SERIES = {
    "validity": "Same wave",
    "lagged": "One wave later",
    "increment": "Same wave, resolution held",
}
_COLUMNS = ("key", "name", "series", "estimate", "conf_low", "conf_high", "reward_weight")


def kpi_cards_table(
    estimates: Estimates, *, labels: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Give the rows of the chart, the measure that goes most with the outcome first.

    Parameters
    ----------
    estimates : Estimates
        From `fit_kpi_cards`.
    labels : mapping of str to str, optional
        Measure to the name to print.

    Returns
    -------
    DataFrame
        `key name series estimate conf_low conf_high reward_weight`, a row per measure and relation;
        NaN where it could not be told.
    """
    frame = estimates.frame
    if frame.empty:
        return pd.DataFrame(columns=list(_COLUMNS))
    frame = frame.sort_values("validity", ascending=False, kind="stable", na_position="last")
    names = zip(frame["key"], frame["label"], strict=True)
    shown = [clean((labels or {}).get(key, label)) for key, label in names]
    parts = [
        pd.DataFrame(
            {
                "place": range(len(frame)),
                "key": frame["key"].to_numpy(),
                "name": shown,
                "series": series,
                "estimate": frame[series].to_numpy(dtype=float),
                "conf_low": frame[f"{series}_low"].to_numpy(dtype=float),
                "conf_high": frame[f"{series}_high"].to_numpy(dtype=float),
                "reward_weight": frame["reward_weight"].to_numpy(dtype=float),
            }
        )
        for series in SERIES
    ]
    table = pd.concat(parts, ignore_index=True).sort_values("place", kind="stable")
    return table[list(_COLUMNS)].reset_index(drop=True)


def draw_kpi_cards(
    estimates: Estimates,
    *,
    labels: Mapping[str, str] | None = None,
    size: str = "wide",
    ax: Axes | None = None,
) -> Figure:
    """Draw the relations of every measure with the outcome.

    Parameters
    ----------
    estimates : Estimates
        From `fit_kpi_cards`; the fact `share` says whether the outcome is counted in points.
    labels : mapping of str to str, optional
        Measure to the name to print.
    size : str
        "wide" or "narrow".
    ax : Axes, optional
        Draw inside the box of these axes.

    Returns
    -------
    Figure
    """
    table = kpi_cards_table(estimates, labels=labels)
    marks = make_marks(list(SERIES), list(SERIES.values()))
    chosen = replace(get_size(size), row=row_height(marks, get_size(size)))
    told = table[["estimate", "conf_low", "conf_high"]].to_numpy(dtype=float)
    ends = np.append(told[np.isfinite(told)], 0.0)
    limits = padded(float(ends.min()), float(ends.max()), least=1e-3)
    each = table.drop_duplicates("key")
    weighted = bool(each["reward_weight"].notna().any())
    share = bool(estimates.facts.get("share", True))
    words = ("Points, per usual swing", "Change, per usual swing")[not share]
    ladder = lay_ladder(
        list(each["name"]),
        size=chosen,
        limits=limits,
        tick=points_tick if share else signed_tick,
        axis_label=f"{words} to the better side" if size == "wide" else words,
        column=[_weight(value) for value in each["reward_weight"]] if weighted else (),
        column_title="Weight" if weighted else "",
        column_align="right",
        reference=(0.0, "No relation"),
        above=marks_key_height(marks, chosen),
        ax=ax,
    )
    tint_rows(ladder)
    draw_marks_key(ladder.sheet, marks)
    rows = {key: place for place, key in enumerate(each["key"])}
    known = table.loc[table["estimate"].notna()]
    # An open end of a range runs to the edge of the plot.
    drawn = known.assign(
        row=known["key"].map(rows),
        conf_low=known["conf_low"].clip(lower=limits[0]),
        conf_high=known["conf_high"].clip(upper=limits[1]),
    )
    draw_marks(ladder, drawn, marks)
    return ladder.sheet.figure


def _weight(value: float) -> str:
    return "" if pd.isna(value) else f"{value:g}"
