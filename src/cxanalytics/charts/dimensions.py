"""Which dimensions of effectiveness can be told apart from their nearest other one?

A row per dimension: the correlation with the dimension that it goes with most, unreliability taken
out, with its range. The line is where two dimensions count as one. Dark dots are told apart from
all others; open ones are not settled.
"""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from pandas import DataFrame

from cxanalytics.charts.labels import clean, shorten
from cxanalytics.charts.ladder import lay_ladder, mark_ranges
from cxanalytics.charts.sheet import padded, plain_tick
from cxanalytics.charts.style import PAPER, PEER, PT_PER_PX, font, get_size
from cxanalytics.tables import Estimates

AXIS = "Correlation with the nearest dimension, unreliability taken out"
_NARROW_AXIS = "Corrected correlation"
_CUT = "Same from here"
_COLUMN = 190.0


def dimensions_table(estimates: Estimates) -> DataFrame:
    """Give the rows of the chart, the dimension that stands most by itself first.

    Parameters
    ----------
    estimates : Estimates
        From `fit_dimensions`.

    Returns
    -------
    DataFrame
        `key name nearest estimate conf_low conf_high apart unsure`; dimensions with a nearest one
        only. `apart` is True where it is told apart from all others, `unsure` where the answers
        do not tell.
    """
    frame = estimates.frame
    if frame.empty:
        columns = ["key", "name", "nearest", "estimate", "conf_low", "conf_high"]
        return DataFrame(columns=[*columns, "apart", "unsure"])
    frame = frame.loc[frame["nearest_r"].notna()]
    names = dict(zip(estimates.frame["key"], estimates.frame["label"], strict=True))
    table = DataFrame(
        {
            "key": frame["key"],
            "name": [clean(label) for label in frame["label"]],
            "nearest": [clean(names.get(key, key)) for key in frame["nearest"]],
            "estimate": frame["nearest_r"].astype(float),
            "conf_low": frame["nearest_low"].astype(float),
            "conf_high": frame["nearest_high"].astype(float),
            "apart": frame["distinct"].eq(True),
            "unsure": frame["distinct"].isna(),
        }
    )
    return table.sort_values("estimate", kind="stable").reset_index(drop=True)


def draw_dimensions(estimates: Estimates, *, size: str = "wide", ax: Axes | None = None) -> Figure:
    """Draw how near each dimension is to the nearest other one.

    Parameters
    ----------
    estimates : Estimates
        From `fit_dimensions`; the fact `cut` is where two dimensions count as one.
    size : str
        "wide" or "narrow".
    ax : Axes, optional
        Draw inside the box of these axes.

    Returns
    -------
    Figure
    """
    table, chosen, wide = dimensions_table(estimates), get_size(size), size == "wide"
    cut = float(estimates.facts.get("cut", 1.0))
    ends = [cut, *table["estimate"], *table["conf_low"].dropna(), *table["conf_high"].dropna()]
    near = [shorten(name, font(chosen.label, 600), _COLUMN) for name in table["nearest"]]
    ladder = lay_ladder(
        list(table["name"]),
        size=chosen,
        limits=padded(min(ends), max(ends), least=0.1),
        tick=plain_tick,
        axis_label=AXIS if wide else _NARROW_AXIS,
        column=near if wide else (),
        column_title="Nearest" if wide and len(table) else "",
        reference=(cut, _CUT),
        ax=ax,
    )
    mark_ranges(
        ladder,
        table,
        columns=("estimate", "conf_low", "conf_high"),
        dark="apart",
        name="correlation",
        kinds=("told apart from all", "not told apart"),
    )
    unsure = table["unsure"].to_numpy(dtype=bool)
    (drawn,) = ladder.ax.plot(table.loc[unsure, "estimate"], ladder.rows[: len(table)][unsure])
    drawn.set(
        label="not settled",
        linestyle="none",
        marker="o",
        markersize=7.5 * PT_PER_PX,
        markerfacecolor=PAPER,
        markeredgecolor=PEER,
        markeredgewidth=1.6 * PT_PER_PX,
        zorder=5,
    )
    return ladder.sheet.figure
