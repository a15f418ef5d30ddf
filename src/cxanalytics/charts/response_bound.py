"""How far could people who did not answer move the score of each agency?

One row per agency in its last wave: the score of those who answered, and a bar from where the
score of everyone asked would be if the others were lower by the stated difference to where it
would be if they were higher. This is a bound, not a likely range. The share who answered stands
beside it.
"""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cxanalytics.charts.labels import clean
from cxanalytics.charts.ladder import lay_ladder
from cxanalytics.charts.sheet import padded, percent_tick
from cxanalytics.charts.style import PAPER, PEER, PT_PER_PX, YOU, get_size
from cxanalytics.formats import count, percent

MOST_ROWS = {"wide": 40, "narrow": 12}


def response_bound_table(bound: pd.DataFrame) -> pd.DataFrame:
    """Give the rows of the chart: agencies that may be shown, lowest response first.

    Parameters
    ----------
    bound : DataFrame
        `agency period score rate low high suppressed_reason`, one row per agency and wave.

    Returns
    -------
    DataFrame
        `agency period score rate low high` of the last wave.
    """
    last: pd.DataFrame = bound.loc[bound["period"] == bound["period"].max()]
    last = last.loc[(last["suppressed_reason"] == "") & last["score"].notna()]
    table: pd.DataFrame = last.loc[:, ["agency", "period", "score", "rate", "low", "high"]].copy()
    return table.sort_values(["rate", "agency"], kind="stable").reset_index(drop=True)


def draw_response_bound(
    bound: pd.DataFrame,
    *,
    axis_label: str = "",
    size: str = "wide",
    ax: Axes | None = None,
) -> Figure:
    """Draw what people who did not answer could do to each score.

    Parameters
    ----------
    bound : DataFrame
        As for `response_bound_table`.
    axis_label : str
        For example "Customers who would recommend".
    size : str
        "wide" or "narrow".
    ax : Axes, optional
        Draw inside the box of these axes.

    Returns
    -------
    Figure
    """
    chosen = get_size(size)
    table = response_bound_table(bound)
    kept = table.head(MOST_ROWS[size])
    more = len(table) - len(kept)
    rest = f"{count(more)} with a higher response: see the table" if more else ""
    limits = (0.0, 1.0)
    if len(kept):
        limits = padded(float(kept["low"].min()), float(kept["high"].max()), least=0.1)
    ladder = lay_ladder(
        [clean(name) for name in kept["agency"]],
        size=chosen,
        limits=limits,
        tick=percent_tick,
        axis_label=clean(axis_label),
        below=22.0 if rest else 0.0,
        column=[percent(rate) for rate in kept["rate"]],
        column_align="right",
        column_title="Answered" if len(kept) else "",
        ax=ax,
    )
    if rest:
        ladder.sheet.text(0.0, ladder.sheet.height - 10, rest, px=ladder.sheet.size.small)
    ladder.ax.hlines(
        ladder.rows,
        kept["low"],
        kept["high"],
        color=PEER,
        linewidth=4 * PT_PER_PX,
        zorder=3,
        label="bound",
    )
    ladder.ax.plot(
        kept["score"],
        ladder.rows,
        linestyle="none",
        marker="o",
        markersize=7.5 * PT_PER_PX,
        markerfacecolor=YOU,
        markeredgecolor=PAPER,
        markeredgewidth=0.7,
        zorder=4,
        label="score",
    )
    return ladder.sheet.figure
