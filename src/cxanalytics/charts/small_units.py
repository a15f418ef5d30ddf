"""How many units have enough answers to be shown, compared, or read without care?

One bar per level of the organization, cut at the three thresholds, with the number of units in
every part. Units are counted, never named.
"""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cxanalytics.charts.key import (
    MID_BLUE,
    MID_ORANGE,
    SOFT_BLUE,
    SOFT_ORANGE,
    WASH_FILL,
    Fill,
    draw_key,
    key_height,
)
from cxanalytics.charts.labels import clean
from cxanalytics.charts.ladder import lay_ladder
from cxanalytics.charts.parts import stack_parts
from cxanalytics.charts.sheet import percent_tick
from cxanalytics.charts.style import BELOW, INK_2, PAPER, get_size
from cxanalytics.formats import count
from cxanalytics.rules import THRESHOLDS, Thresholds

CLASSES = ("full", "care", "base", "hidden")


def size_fills(thresholds: Thresholds, *, strong: bool = False) -> tuple[Fill, ...]:
    """Name the four classes of size by their thresholds, from enough answers to hidden.

    Parameters
    ----------
    thresholds : Thresholds
    strong : bool
        True for marks that can be thin, False for areas with a number on them.

    Returns
    -------
    tuple of Fill
    """
    enough, care = (MID_BLUE, MID_ORANGE) if strong else (SOFT_BLUE, SOFT_ORANGE)
    hide, rank, caution = thresholds.hide, thresholds.rank, thresholds.caution
    return (
        Fill("full", f"{caution} answers or more", enough),
        Fill("care", f"{rank} to {caution - 1}: use with care", care),
        Fill("base", f"{hide} to {rank - 1}: not compared", PAPER, edge=BELOW),
        Fill("hidden", f"Fewer than {hide}: hidden", WASH_FILL, hatch="////", edge=INK_2),
    )


def small_units_table(small: pd.DataFrame) -> pd.DataFrame:
    """Count the units of each level by size, in the last wave.

    Parameters
    ----------
    small : DataFrame
        `level period threshold at_least units below`: for each level, wave and threshold, how many
        units there are and how many have fewer answers.

    Returns
    -------
    DataFrame
        `level period units full care base hidden`, one row per level.
    """
    rows = []
    for level, part in small.groupby("level", sort=False):
        last = part.loc[part["period"] == part["period"].max()].set_index("threshold")
        units = int(last["units"].iloc[0])
        below = {name: int(last["below"].get(name, 0)) for name in ("hide", "rank", "caution")}
        rank = max(below["rank"], below["hide"])
        caution = max(below["caution"], rank)
        rows.append(
            {
                "level": clean(level),
                "period": str(last["period"].iloc[0]),
                "units": units,
                "full": units - caution,
                "care": caution - rank,
                "base": rank - below["hide"],
                "hidden": below["hide"],
            }
        )
    return pd.DataFrame(rows, columns=["level", "period", "units", *CLASSES])


def draw_small_units(
    small: pd.DataFrame,
    *,
    thresholds: Thresholds = THRESHOLDS,
    size: str = "wide",
    ax: Axes | None = None,
) -> Figure:
    """Draw the units of each level by the number of their answers.

    Parameters
    ----------
    small : DataFrame
        As for `small_units_table`.
    thresholds : Thresholds
        Names the classes.
    size : str
        "wide" or "narrow".
    ax : Axes, optional
        Draw inside the box of these axes.

    Returns
    -------
    Figure
    """
    table = small_units_table(small)
    chosen = get_size(size)
    fills = size_fills(thresholds)
    ladder = lay_ladder(
        [level.capitalize() for level in table["level"]],
        size=chosen,
        limits=(0.0, 1.0),
        tick=percent_tick,
        axis_label="Share of the units of a level",
        column=[count(units) for units in table["units"]],
        column_align="right",
        column_title="Units" if len(table) else "",
        above=key_height(fills, chosen),
        ax=ax,
    )
    draw_key(ladder.sheet, fills)
    stack_parts(ladder, table, fills, count, whole=list(table["units"]))
    return ladder.sheet.figure
