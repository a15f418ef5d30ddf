"""How do groups of agencies differ on a score that was published without counts?

One row per group: the mean with its range, each agency counting once. Groups of the first side are
filled. Groups of too few agencies are not drawn.
"""

from __future__ import annotations

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
)
from cxanalytics.charts.sheet import padded, percent_tick, plain_tick
from cxanalytics.charts.style import get_size
from cxanalytics.formats import count

_ALL = "all"


def published_groups_table(groups: pd.DataFrame) -> pd.DataFrame:
    """Give the rows of the chart: one measure, highest mean first.

    Parameters
    ----------
    groups : DataFrame
        `name side estimate conf_low conf_high agencies suppressed_reason` of one measure and one
        way of grouping.

    Returns
    -------
    DataFrame
        The same for groups with figures, without the reason.
    """
    columns = ["name", "side", "estimate", "conf_low", "conf_high", "agencies"]
    shown = groups.loc[groups["suppressed_reason"] == "", columns]
    return shown.sort_values("estimate", ascending=False, kind="stable").reset_index(drop=True)


def draw_published_groups(
    groups: pd.DataFrame,
    *,
    share: bool = False,
    axis_label: str = "",
    column_title: str = "Agencies",
    size: str = "wide",
    ax: Axes | None = None,
) -> Figure:
    """Draw the mean score of each group with its range.

    Parameters
    ----------
    groups : DataFrame
        As for `published_groups_table`.
    share : bool
        True where the score is a share.
    axis_label : str
    column_title : str
        Over the numbers of agencies.
    size : str
        "wide" or "narrow".
    ax : Axes, optional
        Draw inside the box of these axes.

    Returns
    -------
    Figure
    """
    table = published_groups_table(groups)
    sides = sorted(set(table["side"]) - {""})
    several = len(sides) > 1
    marks = make_marks(sides or [_ALL], [clean(name) for name in sides] or [_ALL])
    series = table["side"].where(table["side"].isin(sides), marks[-1].name)
    low, high = table["conf_low"].min(), table["conf_high"].max()
    chosen = get_size(size)
    ladder = lay_ladder(
        [clean(name) for name in table["name"]],
        size=chosen,
        limits=padded(float(low), float(high), least=1e-3) if len(table) else (0.0, 1.0),
        tick=percent_tick if share else plain_tick,
        axis_label=clean(axis_label),
        column=[count(number) for number in table["agencies"]],
        column_title=column_title if len(table) else "",
        column_align="right",
        above=marks_key_height(marks, chosen) if several else 0.0,
        ax=ax,
    )
    if several:
        draw_marks_key(ladder.sheet, marks)
    for mark in marks:
        part = table.assign(row=table.index, series=series)
        draw_marks(ladder, part.loc[part["series"] == mark.name], (mark,))
    return ladder.sheet.figure
