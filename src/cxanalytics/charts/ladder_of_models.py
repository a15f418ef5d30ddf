"""What does each model of morale and performance find, all of them on one axis?

One row a model: how much better performance is where morale is higher, with its range. Models of
the order in time are in standard deviations, so that their two sides compare, and stand on an axis
of their own. A model that could not be fitted keeps its row, with the reason in place of a mark.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cxanalytics.charts.labels import Box, clean, measure, shorten
from cxanalytics.charts.ladder import Ladder, lay_ladder, mark_ranges
from cxanalytics.charts.sheet import Sheet, padded, px_of, signed_tick
from cxanalytics.charts.style import INK, Size, font, get_size
from cxanalytics.formats import signed
from cxanalytics.tables import Estimates

_ROOM, _HEAD, _BETWEEN = 84.0, 26.0, 18.0
_COLUMNS = ["key", "label", "estimate", "conf_low", "conf_high", "n", "reason"]
TITLES = {False: "How much performance differs", True: "Which came first"}
SD_LABEL = "Standard deviations, better (+) or worse (−)"
MISSING = "Not fitted"
_DETAIL_BELOW = 0.5


def ladder_of_models_table(
    ladder: Estimates, *, names: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Give the rows of the ladder of models, in the order of the estimates.

    Parameters
    ----------
    ladder : Estimates
        From `fit_morale_ladder`; signs as they are to be drawn.
    names : mapping of str to str, optional
        Model to the name to print; its own label where absent.

    Returns
    -------
    DataFrame
        `key name estimate conf_low conf_high n p_adjusted standardized clear reason`; `clear` tells
        whether the range leaves zero out, also after allowing for all models where `p_adjusted` is
        known. Without an estimate the row has its `reason`.
    """
    frame = ladder.frame
    table = frame.reindex(columns=_COLUMNS).rename(columns={"label": "name"})
    given = table["name"].where(table["name"].notna(), table["key"])
    table["name"] = [
        clean((names or {}).get(str(key), name))
        for key, name in zip(frame["key"], given, strict=True)
    ]
    table["reason"] = [clean(text) if isinstance(text, str) else "" for text in table["reason"]]
    table["p_adjusted"] = frame["p_adjusted"] if "p_adjusted" in frame else float("nan")
    table["standardized"] = frame["standardized"].eq(True) if "standardized" in frame else False
    beyond = (table["conf_low"] > 0) | (table["conf_high"] < 0)
    table["clear"] = beyond & ~(table["p_adjusted"] > 1.0 - ladder.level + 1e-12)
    return table.reset_index(drop=True)


def draw_ladder_of_models(
    ladder: Estimates,
    *,
    names: Mapping[str, str] | None = None,
    times: float = 1.0,
    axis_label: str = "",
    size: str = "wide",
    ax: Axes | None = None,
) -> Figure:
    """Draw what every model finds, with its range.

    Parameters
    ----------
    ladder : Estimates
        As for `ladder_of_models_table`.
    names : mapping of str to str, optional
        Model to the name to print.
    times : float
        Factor from the estimates to the axis: 100 for points. Standardized rows keep theirs.
    axis_label : str
        Of the rows that are not standardized; the quantity of the estimates when empty.
    size : str
        "wide" or "narrow".
    ax : Axes, optional
        Draw inside the box of these axes.

    Returns
    -------
    Figure
    """
    table, chosen = ladder_of_models_table(ladder, names=names), get_size(size)
    groups = [
        (kind, part.reset_index(drop=True))
        for kind in (False, True)
        if len(part := table.loc[table["standardized"] == kind])
    ] or [(False, table)]
    head = _HEAD if len(groups) > 1 else 0.0
    heights = [head + _ROOM + chosen.row * max(len(part), 1) for _, part in groups]
    whole = sum(heights) + _BETWEEN * (len(groups) - 1)
    sheet = Sheet(chosen, height=whole, ax=ax)
    stretch, top = sheet.height / whole, 0.0
    for (kind, part), height in zip(groups, heights, strict=True):
        if head:
            title = shorten(TITLES[kind], font(chosen.label, 600), sheet.width)
            sheet.text(0, top + 10, title, px=chosen.label, color=INK, weight=600)
        bottom = top + height * stretch
        cell = sheet.plot(Box(0.0, top + head, sheet.width, bottom), x=(0.0, 1.0), y=(0.0, 1.0))
        label = SD_LABEL if kind else clean(axis_label or ladder.quantity)
        _draw_group(cell, part, chosen, label, 1.0 if kind else times)
        top = bottom + _BETWEEN * stretch
    return sheet.figure


def _draw_group(cell: Axes, part: pd.DataFrame, size: Size, label: str, times: float) -> None:
    """Draw the models that share an axis."""
    shown = times * part[["estimate", "conf_low", "conf_high"]].astype(float)
    ends = [0.0, *shown.to_numpy().ravel()]
    limits = padded(float(np.nanmin(ends)), float(np.nanmax(ends)), least=1e-3)
    wide = size.name == "wide"
    column = _values(shown) if wide else []
    ladder = lay_ladder(
        list(part["name"]),
        size=size,
        limits=limits,
        tick=signed_tick,
        axis_label=label,
        column=column,
        column_title="Estimate and likely range" if any(column) else "",
        reference=(0.0, "No difference"),
        ax=cell,
    )
    mark_ranges(
        ladder,
        part,
        columns=("estimate", "conf_low", "conf_high"),
        dark="clear",
        name="estimate",
        kinds=("clear of zero", "not clear of zero"),
        times=times,
    )
    _write_missing(ladder, part)


def _write_missing(ladder: Ladder, part: pd.DataFrame) -> None:
    """Write in the row of a model without a figure that it has none."""
    left, size = ladder.plot.left + 4, ladder.sheet.size.small
    zero, _ = px_of(ladder.ax, ladder.sheet, 0.0, 0.0)
    if left - 4 < zero < left + measure(MISSING, font(size))[0] + 4:
        left = zero + 6
    for place in np.flatnonzero(part["estimate"].isna()):
        _, y = px_of(ladder.ax, ladder.sheet, ladder.ax.get_xlim()[0], float(place))
        ladder.sheet.text(left, y, MISSING, px=size)


def _values(shown: pd.DataFrame) -> list[str]:
    """Print the figures of every row with the same decimals, "" where there are none."""
    narrowest = (shown["conf_high"] - shown["conf_low"]).min()
    digits = 1 if narrowest >= _DETAIL_BELOW else 2
    return [
        ""
        if pd.isna(middle)
        else f"{signed(middle, digits)} ({signed(low, digits)} to {signed(high, digits)})"
        if pd.notna(low)
        else signed(middle, digits)
        for middle, low, high in shown.itertuples(index=False)
    ]
