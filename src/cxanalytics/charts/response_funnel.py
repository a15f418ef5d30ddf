"""From all customers to those who answered: how many are left at each step?"""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cxanalytics.charts.key import LIGHT_BLUE, Fill
from cxanalytics.charts.ladder import lay_ladder
from cxanalytics.charts.parts import draw_part
from cxanalytics.charts.sheet import plain_tick
from cxanalytics.charts.style import PEER, YOU, get_size
from cxanalytics.formats import count, percent

_STEPS = (
    ("customers", "Customers", PEER),
    ("asked", "Asked", LIGHT_BLUE),
    ("answered", "Answered", YOU),
)


def response_funnel_table(response: pd.DataFrame) -> pd.DataFrame:
    """Sum the steps of the funnel over agencies and waves that may be shown.

    Parameters
    ----------
    response : DataFrame
        `customers asked answered suppressed_reason`, one row per agency and wave.

    Returns
    -------
    DataFrame
        `step people share`: share of the step before; NaN for the first. Customers are left out
        where any number of them is not known.
    """
    shown = response.loc[response["suppressed_reason"] == ""]
    rows: list[tuple[str, float, float]] = []
    for name, label, _ in _STEPS:
        if name not in shown or shown.empty or shown[name].isna().any():
            continue
        people = float(shown[name].sum())
        share = people / rows[-1][1] if rows and rows[-1][1] > 0 else float("nan")
        rows.append((label, people, share))
    return pd.DataFrame(rows, columns=["step", "people", "share"])


def draw_response_funnel(
    response: pd.DataFrame, *, size: str = "wide", ax: Axes | None = None
) -> Figure:
    """Draw how many customers were asked, and how many of them answered.

    Parameters
    ----------
    response : DataFrame
        As for `response_funnel_table`.
    size : str
        "wide" or "narrow".
    ax : Axes, optional
        Draw inside the box of these axes.

    Returns
    -------
    Figure
    """
    table = response_funnel_table(response)
    colors = {label: color for _, label, color in _STEPS}
    most = float(table["people"].max()) if len(table) else 1.0
    ladder = lay_ladder(
        list(table["step"]),
        size=get_size(size),
        limits=(0.0, max(1.01 * most, 4.0)),
        tick=plain_tick,
        axis_label="People",
        column=[
            count(people) if pd.isna(share) else f"{count(people)} ({percent(share)})"
            for people, share in zip(table["people"], table["share"], strict=True)
        ],
        column_align="right",
        ax=ax,
    )
    for at, row in zip(ladder.rows, table.to_dict("records"), strict=False):
        fill = Fill("people", row["step"], colors[row["step"]])
        draw_part(ladder, float(at), 0.0, float(row["people"]), fill)
    return ladder.sheet.figure
