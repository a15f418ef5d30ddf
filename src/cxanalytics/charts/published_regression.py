"""How far from the average do the first and the last stand, and how far one wave later?

Two rows, the first and the last tenth of each wave: the gap, and the gap one wave later. The line
is the average.
"""

from __future__ import annotations

from dataclasses import replace

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
)
from cxanalytics.charts.sheet import padded, points_tick, signed_tick
from cxanalytics.charts.style import get_size

_NAMES = {"top": "First tenth", "bottom": "Last tenth"}
_SERIES = ("now", "later")
_ENDS = ("estimate", "conf_low", "conf_high")


def published_regression_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Give the gaps now and one wave later.

    Parameters
    ----------
    rows : DataFrame
        `key estimate conf_low conf_high` of one measure, from `fit_published_regression`.

    Returns
    -------
    DataFrame
        `row name series estimate conf_low conf_high`. The range of a later gap is that of the move.
    """
    found = rows.set_index("key")
    parts: list[dict[str, object]] = []
    for place, (key, name) in enumerate(_NAMES.items()):
        if key not in found.index:
            continue
        now = found.loc[key, list(_ENDS)].astype(float)
        move = found.loc[f"{key}_change", list(_ENDS)].astype(float)
        for series, base in zip(_SERIES, (0.0, now["estimate"]), strict=True):
            figures = now if series == "now" else move
            row: dict[str, object] = {"row": place, "name": name, "series": series}
            parts.append(row | {end: base + figures[end] for end in _ENDS})
    return pd.DataFrame(parts, columns=["row", "name", "series", *_ENDS])


def draw_published_regression(
    rows: pd.DataFrame,
    *,
    share: bool = False,
    axis_label: str = "Gap to the average",
    size: str = "wide",
    ax: Axes | None = None,
) -> Figure:
    """Draw the gap of the first and the last tenth, now and one wave later.

    Parameters
    ----------
    rows : DataFrame
        As for `published_regression_table`.
    share : bool
        True where the score is a share.
    axis_label : str
    size : str
        "wide" or "narrow".
    ax : Axes, optional
        Draw inside the box of these axes.

    Returns
    -------
    Figure
    """
    table = published_regression_table(rows)
    marks = make_marks(_SERIES, ("In a wave", "One wave later"))
    chosen = replace(get_size(size), row=row_height(marks, get_size(size)))
    ends = [0.0, *table["conf_low"], *table["conf_high"]]
    ladder = lay_ladder(
        list(table["name"].unique()),
        size=chosen,
        limits=padded(min(ends), max(ends), least=1e-3),
        tick=points_tick if share else signed_tick,
        axis_label=clean(axis_label),
        reference=(0.0, "Average"),
        above=marks_key_height(marks, chosen),
        ax=ax,
    )
    draw_marks_key(ladder.sheet, marks)
    draw_marks(ladder, table, marks)
    return ladder.sheet.figure
