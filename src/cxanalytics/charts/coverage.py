"""Do the sources fit together: how many names of each were found in the other?

One bar per source, cut into names that were linked in every period, in some, and not at all.
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
from cxanalytics.charts.style import BELOW, PAPER, YOU, get_size
from cxanalytics.formats import count

FILLS = (
    Fill("whole", "Linked in full", YOU, ink=PAPER),
    Fill("part", "Linked in part", LIGHT_BLUE),
    Fill("none", "Not linked", PAPER, hatch="////", edge=BELOW),
)


def coverage_table(coverage: pd.DataFrame) -> pd.DataFrame:
    """Count the names of each source by how far they were linked.

    Parameters
    ----------
    coverage : DataFrame
        `source name rows joined`: one row per source and name; rows, and those that joined.

    Returns
    -------
    DataFrame
        `source names whole part none rows joined`, in the order in which sources appear.
    """
    rows = []
    for source, side in coverage.groupby("source", sort=False):
        none = int((side["joined"] == 0).sum())
        whole = int(((side["joined"] > 0) & (side["joined"] >= side["rows"])).sum())
        rows.append(
            {
                "source": clean(source),
                "names": len(side),
                "whole": whole,
                "part": len(side) - whole - none,
                "none": none,
                "rows": int(side["rows"].sum()),
                "joined": int(side["joined"].sum()),
            }
        )
    columns = ["source", "names", "whole", "part", "none", "rows", "joined"]
    return pd.DataFrame(rows, columns=columns)


def draw_coverage(coverage: pd.DataFrame, *, size: str = "wide", ax: Axes | None = None) -> Figure:
    """Draw how many names of each source are linked.

    Parameters
    ----------
    coverage : DataFrame
        As for `coverage_table`.
    size : str
        "wide" or "narrow".
    ax : Axes, optional
        Draw inside the box of these axes.

    Returns
    -------
    Figure
    """
    table = coverage_table(coverage)
    chosen = get_size(size)
    most = float(table["names"].max()) if len(table) else 1.0
    ladder = lay_ladder(
        [source.capitalize() for source in table["source"]],
        size=chosen,
        limits=(0.0, max(1.02 * most, 4.0)),
        tick=plain_tick,
        axis_label="Names",
        column=[count(names) for names in table["names"]],
        column_align="right",
        column_title="Names" if len(table) else "",
        above=key_height(FILLS, chosen),
        ax=ax,
    )
    draw_key(ladder.sheet, FILLS)
    stack_parts(ladder, table, FILLS, count)
    return ladder.sheet.figure
