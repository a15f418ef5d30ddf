"""How many answers are missing, question by question?

One bar per question from zero, with its share beside it. Bars above the limit are hatched: such
questions carry a note and are kept out of headlines.
"""

from __future__ import annotations

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cxanalytics.charts.labels import clean
from cxanalytics.charts.ladder import lay_ladder
from cxanalytics.charts.sheet import percent_tick
from cxanalytics.charts.style import BELOW, PEER, get_size
from cxanalytics.formats import percent
from cxanalytics.rules import MISSING_AT_MOST


def missing_table(missing: pd.DataFrame, *, mark_above: float = MISSING_AT_MOST) -> pd.DataFrame:
    """Give the rows of the chart, most missing first.

    Parameters
    ----------
    missing : DataFrame
        Columns `question label n missing share`, one row per question: people asked, answers
        missing, and their share of those asked.
    mark_above : float
        Share above which a question is marked.

    Returns
    -------
    DataFrame
        The same columns with clean labels, and `marked`.
    """
    table = missing.loc[:, ["question", "label", "n", "missing", "share"]].copy()
    table["label"] = [clean(label) for label in table["label"]]
    table["marked"] = table["share"] > mark_above
    order = ["share", "label"]
    return table.sort_values(order, ascending=[False, True], kind="stable").reset_index(drop=True)


def draw_missing(
    missing: pd.DataFrame,
    *,
    mark_above: float = MISSING_AT_MOST,
    size: str = "wide",
    ax: Axes | None = None,
) -> Figure:
    """Draw the share of missing answers of every question.

    Parameters
    ----------
    missing : DataFrame
        As for `missing_table`.
    mark_above : float
        Share above which a bar is hatched.
    size : str
        "wide" or "narrow".
    ax : Axes, optional
        Draw inside the box of these axes.

    Returns
    -------
    Figure
    """
    table = missing_table(missing, mark_above=mark_above)
    most = float(table["share"].max()) if len(table) else 0.0
    ladder = lay_ladder(
        list(table["label"]),
        size=get_size(size),
        limits=(0.0, max(1.08 * most, 0.05)),
        tick=percent_tick,
        axis_label="Missing answers, share of those asked",
        column=[percent(share, 1) for share in table["share"]],
        column_align="right",
        column_title="Missing" if len(table) else "",
        ax=ax,
    )
    drawn = ladder.ax
    limits = drawn.get_xlim(), drawn.get_ylim()
    if len(table):
        sns.barplot(
            x=table["share"].to_numpy(),
            y=ladder.rows,
            orient="y",
            color=PEER,
            saturation=1,
            width=0.6,
            native_scale=True,
            errorbar=None,
            ax=drawn,
        )
    for bar, marked in zip(drawn.patches, table["marked"], strict=True):
        bar.set(zorder=3, linewidth=0)
        if marked:
            bar.set(facecolor="none", edgecolor=BELOW, hatch="////", linewidth=1)
    drawn.set(xlim=limits[0], ylim=limits[1], xticks=[], yticks=[], xlabel="", ylabel="")
    return ladder.sheet.figure
