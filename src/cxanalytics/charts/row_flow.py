"""From the rows of a file to the rows in use: what was left out on the way?

A bar for the rows that were read, one for every reason to leave some out, hanging where the bar
above it ends, and one for what is kept.
"""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cxanalytics.charts.key import Fill
from cxanalytics.charts.labels import clean
from cxanalytics.charts.ladder import lay_ladder
from cxanalytics.charts.parts import draw_part
from cxanalytics.charts.sheet import plain_tick
from cxanalytics.charts.style import BELOW, PAPER, PEER, YOU, get_size
from cxanalytics.formats import count, percent

_FILLS = {
    "read": Fill("read", "Read", PEER),
    "left out": Fill("left out", "Left out", PAPER, hatch="////", edge=BELOW),
    "kept": Fill("kept", "Kept", YOU),
}


def row_flow_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Give the steps from file to use, in order.

    Parameters
    ----------
    rows : DataFrame
        Columns `step rows text`: one row a step. The steps "rows read" and "rows kept" are the
        ends; those between are reasons to leave rows out.

    Returns
    -------
    DataFrame
        `step rows text kind start share`: kind is "read", "left out" or "kept"; start is where
        the bar begins, share is of the rows read.
    """
    table = rows.loc[:, ["step", "rows", "text"]].reset_index(drop=True)
    ends = {"rows read": "read", "rows kept": "kept"}
    table["kind"] = [ends.get(step, "left out") for step in table["step"]]
    table["step"] = [clean(str(step).capitalize()) for step in table["step"]]
    out = table["rows"].where(table["kind"] == "left out", 0)
    read = table.loc[table["kind"] == "read", "rows"]
    whole = float(read.iloc[0]) if len(read) else float(table["rows"].max() if len(table) else 0)
    table["start"] = (whole - out.cumsum()).where(table["kind"] == "left out", 0.0).clip(lower=0)
    table["share"] = table["rows"] / whole if whole else float("nan")
    return table


def draw_row_flow(rows: pd.DataFrame, *, size: str = "wide", ax: Axes | None = None) -> Figure:
    """Draw the rows that were read, left out and kept.

    Parameters
    ----------
    rows : DataFrame
        As for `row_flow_table`.
    size : str
        "wide" or "narrow".
    ax : Axes, optional
        Draw inside the box of these axes.

    Returns
    -------
    Figure
    """
    table = row_flow_table(rows)
    most = float(table["rows"].max()) if len(table) else 1.0
    told = [
        f"{count(number)} ({percent(share, 1)})"
        if kind == "left out" and size == "wide"
        else count(number)
        for number, share, kind in zip(table["rows"], table["share"], table["kind"], strict=True)
    ]
    ladder = lay_ladder(
        list(table["step"]),
        size=get_size(size),
        limits=(0.0, max(1.01 * most, 4.0)),
        tick=plain_tick,
        axis_label="Rows",
        column=told,
        column_align="right",
        ax=ax,
    )
    for at, row in zip(ladder.rows, table.to_dict("records"), strict=False):
        draw_part(ladder, at, float(row["start"]), float(row["rows"]), _FILLS[row["kind"]])
    return ladder.sheet.figure
