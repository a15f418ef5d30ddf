"""How does each channel score with the same people in all, and as its own people answered?

One row per channel, the highest first: a filled dot with its likely range for the score that it
has with everybody's mix of people, an outline for its answers as they are. The gap to the average
of the other channels stands at the right.
"""

from __future__ import annotations

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
from cxanalytics.charts.sheet import padded, percent_tick
from cxanalytics.charts.style import get_size
from cxanalytics.formats import signed
from cxanalytics.tables import Estimates

_COLUMNS = ["key", "channel", "estimate", "conf_low", "conf_high", "raw", "gap", "gap_low"]
_COLUMNS += ["gap_high", "verdict", "certainty", "n"]


def channels_table(estimates: Estimates, *, agency: str = "") -> pd.DataFrame:
    """Give the rows of the chart, the highest first.

    Parameters
    ----------
    estimates : Estimates
        From `benchmark_channels`; channels that are not shown are left out.
    agency : str
        One agency; all together when empty.

    Returns
    -------
    DataFrame
        `key channel name estimate conf_low conf_high raw gap gap_low gap_high verdict certainty n`.
    """
    frame = estimates.frame
    kind = "cell" if agency else "channel"
    here = (frame["row"] == kind) & (frame["agency"] == agency) & frame["estimate"].notna()
    table = frame.loc[here, _COLUMNS].copy()
    table.insert(2, "name", [clean(str(channel)) for channel in table["channel"]])
    order = ["estimate", "name"]
    return table.sort_values(order, ascending=[False, True]).reset_index(drop=True)


def draw_channels(
    estimates: Estimates,
    *,
    agency: str = "",
    axis_label: str = "",
    size: str = "wide",
    ax: Axes | None = None,
) -> Figure:
    """Draw the score of each channel, adjusted and as answered.

    Parameters
    ----------
    estimates : Estimates
    agency : str
        As for `channels_table`.
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
    table = channels_table(estimates, agency=agency)
    marks = _marks(estimates)
    chosen = replace(get_size(size), row=row_height(marks, get_size(size)))
    ends = [*table["conf_low"], *table["conf_high"], *table["raw"].dropna()]
    ladder = lay_ladder(
        list(table["name"]),
        size=chosen,
        limits=padded(min(ends), max(ends), least=0.04) if ends else (0.0, 1.0),
        tick=percent_tick,
        axis_label=clean(axis_label or estimates.quantity),
        column=["" if pd.isna(gap) else signed(100 * gap) for gap in table["gap"]],
        column_align="right",
        column_title="Gap" if len(table) else "",
        above=marks_key_height(marks, chosen),
        ax=ax,
    )
    tint_rows(ladder)
    draw_marks_key(ladder.sheet, marks)
    place = table.assign(row=range(len(table)))
    own = place[["row", "estimate", "conf_low", "conf_high"]].assign(series="adjusted")
    raw = place[["row", "raw"]].rename(columns={"raw": "estimate"})
    raw = raw.assign(conf_low=raw["estimate"], conf_high=raw["estimate"], series="raw")
    draw_marks(ladder, pd.concat([own, raw], ignore_index=True), marks)
    return ladder.sheet.figure


def _marks(estimates: Estimates) -> tuple[Mark, ...]:
    adjusted = bool(estimates.facts.get("adjusted_for"))
    first = "Same people in every channel" if adjusted else "Stabilized"
    return (
        Mark("adjusted", first, "o", True),
        Mark("raw", "As answered", "D", False),
    )
