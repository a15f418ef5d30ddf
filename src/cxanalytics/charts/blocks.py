"""How much of the outcome do effectiveness and efficiency predict in agencies nobody has seen?

One row each, one for both, one for their difference: on one axis, because the first two add up to
the third. A row whose range leaves zero out is dark.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cxanalytics.charts.ladder import lay_ladder, mark_ranges
from cxanalytics.charts.sheet import padded, percent_tick
from cxanalytics.charts.style import get_size
from cxanalytics.formats import percent
from cxanalytics.tables import Estimates

NAMES = {
    "effectiveness": "Effectiveness",
    "efficiency": "Efficiency",
    "together": "Both together",
    "difference": "Difference of the two",
}


def blocks_table(estimates: Estimates) -> pd.DataFrame:
    """Give the rows of the chart: the parts, both together, and their difference.

    Parameters
    ----------
    estimates : Estimates
        From `fit_blocks`.

    Returns
    -------
    DataFrame
        `key name estimate conf_low conf_high clear`; `clear` where the range leaves zero out.
    """
    columns = ["key", "estimate", "conf_low", "conf_high"]
    if estimates.frame.empty:
        return pd.DataFrame(columns=[columns[0], "name", *columns[1:], "clear"])
    facts = estimates.facts
    ends = [facts["r2_out"], facts["r2_low"], facts["r2_high"]]
    both = pd.DataFrame([["together", *map(float, ends)]], columns=columns)
    table = pd.concat([estimates.frame[columns], both], ignore_index=True)
    table = table.set_index("key").reindex(list(NAMES)).reset_index()
    table.insert(1, "name", [NAMES[key] for key in table["key"]])
    return table.assign(clear=(table["conf_low"] > 0) | (table["conf_high"] < 0))


def draw_blocks(estimates: Estimates, *, size: str = "wide", ax: Axes | None = None) -> Figure:
    """Draw what each block predicts, with its range.

    Parameters
    ----------
    estimates : Estimates
        From `fit_blocks`.
    size : str
        "wide" or "narrow".
    ax : Axes, optional
        Draw inside the box of these axes.

    Returns
    -------
    Figure
    """
    table = blocks_table(estimates)
    ends = np.array([0.0, *table["conf_low"], *table["conf_high"]], dtype=float)
    label = "Share of the differences predicted" if size == "wide" else "Share predicted"
    ladder = lay_ladder(
        list(table["name"]),
        size=get_size(size),
        limits=padded(float(np.nanmin(ends)), float(np.nanmax(ends)), least=1e-2),
        tick=percent_tick,
        axis_label=label,
        column=[percent(value) for value in table["estimate"]],
        column_title="Share",
        column_align="right",
        reference=(0.0, "Nothing"),
        ax=ax,
    )
    mark_ranges(
        ladder,
        table,
        columns=("estimate", "conf_low", "conf_high"),
        dark="clear",
        name="share predicted",
        kinds=("clear of zero", "not clear of zero"),
    )
    return ladder.sheet.figure
