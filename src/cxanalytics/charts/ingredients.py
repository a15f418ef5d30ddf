"""What would it take to test more claims?

One bar per missing ingredient: for how many claims it is the only thing missing, and for how many
it is needed together with others.
"""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cxanalytics.charts.key import LIGHT_BLUE, Fill, draw_key, key_height
from cxanalytics.charts.labels import clean
from cxanalytics.charts.ladder import lay_ladder
from cxanalytics.charts.parts import stack_parts
from cxanalytics.charts.sheet import plain_tick
from cxanalytics.charts.style import PAPER, YOU, get_size
from cxanalytics.formats import count

MOST_ROWS = {"wide": 12, "narrow": 8}
_FILLS = (
    Fill("alone", "Claims that lack only this", YOU, ink=PAPER),
    Fill("together", "Claims that lack more besides", LIGHT_BLUE),
)


def ingredients_table(ingredients: pd.DataFrame) -> pd.DataFrame:
    """Give what is missing, what opens most claims first.

    Parameters
    ----------
    ingredients : DataFrame
        `ingredient source supply held needed_by alone_missing`, one row per ingredient; held is
        "yes" or "no".

    Returns
    -------
    DataFrame
        `ingredient source supply alone together needed_by`, of those not held.
    """
    gone = ingredients.loc[ingredients["held"] != "yes"]
    table = gone.loc[:, ["ingredient", "source", "supply", "needed_by"]].assign(
        alone=gone["alone_missing"], together=gone["needed_by"] - gone["alone_missing"]
    )
    table["together"] = table["together"].clip(lower=0)
    order = ["alone", "needed_by", "ingredient"]
    table = table.sort_values(order, ascending=[False, False, True], kind="stable")
    columns = ["ingredient", "source", "supply", "alone", "together", "needed_by"]
    return table[columns].reset_index(drop=True)


def draw_ingredients(
    ingredients: pd.DataFrame, *, size: str = "wide", ax: Axes | None = None
) -> Figure:
    """Draw which missing ingredients would open the most claims.

    Parameters
    ----------
    ingredients : DataFrame
        As for `ingredients_table`.
    size : str
        "wide" or "narrow".
    ax : Axes, optional
        Draw inside the box of these axes.

    Returns
    -------
    Figure
    """
    chosen = get_size(size)
    table = ingredients_table(ingredients).head(MOST_ROWS[size])
    most = float(table["needed_by"].max()) if len(table) else 1.0
    ladder = lay_ladder(
        [clean(str(name)).capitalize() for name in table["ingredient"]],
        size=chosen,
        limits=(0.0, max(1.05 * most, 4.0)),
        tick=plain_tick,
        axis_label="Claims",
        above=key_height(_FILLS, chosen),
        ax=ax,
    )
    draw_key(ladder.sheet, _FILLS)
    stack_parts(ladder, table, _FILLS, count)
    return ladder.sheet.figure
