"""How do expectations, capabilities and rewards stand, and what goes with them?

One strip per leg holds a dot for every agency, so that a score is seen among those it may be
compared with; the agency of the page is marked. The ladder beside it shows what performance goes
with.
"""

from __future__ import annotations

import math

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cxanalytics.charts.labels import clean
from cxanalytics.charts.ladder import lay_ladder, mark_ranges
from cxanalytics.charts.sheet import padded, percent_tick, points_tick, signed_tick
from cxanalytics.charts.style import PAPER, PEER, PT_PER_PX, UNSURE, YOU, get_size
from cxanalytics.formats import percent, points_range, rank_range, signed
from cxanalytics.tables import Estimates

_INTERACTION = "interaction"
_SLOPES = (("low", "Capabilities, low rewards"), ("high", "Capabilities, high rewards"))
_DETAIL_BELOW = 0.10


def legs_table(estimates: Estimates, *, agency: str = "") -> pd.DataFrame:
    """Give the dots of the strips.

    Parameters
    ----------
    estimates : Estimates
        From `fit_legs`.
    agency : str
        The agency of the page; "" for none.

    Returns
    -------
    DataFrame
        `key leg name agency estimate conf_low conf_high rank_low rank_high peers weakest yours`.
    """
    columns = ["key", "leg", "agency", "estimate", "conf_low", "conf_high"]
    columns += ["rank_low", "rank_high", "peers", "weakest"]
    table = estimates.frame.loc[estimates.frame["kind"] == "score", columns].reset_index(drop=True)
    table.insert(2, "name", table["leg"].str.capitalize())
    table["yours"] = (table["agency"] == agency) & bool(agency)
    return table


def draw_legs(
    estimates: Estimates,
    *,
    agency: str = "",
    axis_label: str = "Positive answers of staff",
    size: str = "wide",
    ax: Axes | None = None,
) -> Figure:
    """Draw every agency's score on each leg, one of them marked.

    Parameters
    ----------
    estimates : Estimates
    agency : str
        The agency of the page; "" for none.
    axis_label : str
    size : str
        "wide" or "narrow".
    ax : Axes, optional
        Draw inside the box of these axes.

    Returns
    -------
    Figure
    """
    table = legs_table(estimates, agency=agency)
    names = list(dict.fromkeys(table["name"]))
    yours = table.loc[table["yours"]].set_index("name")
    shown = [*table["estimate"], *yours["conf_low"], *yours["conf_high"]]
    column = [_place(yours, name) for name in names] if len(yours) else []
    ladder = lay_ladder(
        names,
        size=get_size(size),
        limits=padded(min(shown, default=0.0), max(shown, default=1.0), least=0.05),
        tick=percent_tick,
        axis_label=axis_label,
        column=column if size == "wide" else (),
        column_title="You, and likely place" if size == "wide" and column else "",
        ax=ax,
    )
    for row, name in enumerate(names):
        part = table.loc[table["name"] == name]
        ladder.ax.vlines(
            part["estimate"].median(),
            row - 0.32,
            row + 0.32,
            color=UNSURE,
            linewidth=1.3 * PT_PER_PX,
            label=f"middle, {name}",
        )
        others = part.loc[~part["yours"], "estimate"]
        _dots(ladder.ax, others, row, label=f"others, {name}", shape="o", color=PEER)
        own = part.loc[part["yours"]]
        ladder.ax.hlines(
            [row] * len(own),
            own["conf_low"],
            own["conf_high"],
            color=YOU,
            linewidth=3 * PT_PER_PX,
            zorder=3,
            label=f"likely range, {name}",
        )
        _dots(ladder.ax, own["estimate"], row, label=f"you, {name}", shape="D", color=YOU)
    return ladder.sheet.figure


def _dots(
    ax: Axes, values: pd.Series[float], row: int, *, label: str, shape: str, color: str
) -> None:
    ax.plot(
        values,
        [row] * len(values),
        linestyle="none",
        marker=shape,
        markersize=(8.5 if shape == "D" else 6.5) * PT_PER_PX,
        markerfacecolor=color,
        markeredgecolor=PAPER,
        markeredgewidth=0.6,
        alpha=1.0 if shape == "D" else 0.75,
        zorder=4 if shape == "D" else 2,
        label=label,
    )


def _place(yours: pd.DataFrame, name: str) -> str:
    if name not in yours.index:
        return ""
    row = yours.loc[[name]].iloc[0]
    told = percent(row["estimate"])
    if pd.isna(row["rank_low"]):
        return told
    place = rank_range(row["rank_low"], row["rank_high"])
    return f"{told}, {place} of {int(row['peers']) + 1}"


def leg_relation_table(estimates: Estimates) -> pd.DataFrame:
    """Give the rows of the ladder of what goes with each leg.

    Parameters
    ----------
    estimates : Estimates
        From `fit_legs`.

    Returns
    -------
    DataFrame
        `key name estimate conf_low conf_high clear`; after the legs, ten points of capabilities at
        low and at high rewards, and their difference. No rows where nothing is related.
    """
    frame = estimates.frame.loc[estimates.frame["kind"] == "relation"]
    columns = ["key", "name", "estimate", "conf_low", "conf_high"]
    legs = frame.loc[frame["key"] != _INTERACTION]
    told = [
        (key, key.capitalize(), *figures)
        for key, *figures in legs[["key", "estimate", "conf_low", "conf_high"]].to_numpy()
    ]
    if len(frame):
        for name, label in _SLOPES:
            fact = f"at_{name}_rewards"
            ends = (float(estimates.facts[each]) for each in (fact, f"{fact}_low", f"{fact}_high"))
            told.append((fact, label, *ends))
        row = estimates.row(_INTERACTION)
        figures = [float(row[column]) for column in columns[2:]]
        told.append((_INTERACTION, "Their difference", *figures))
    table = pd.DataFrame(told, columns=columns).astype(dict.fromkeys(columns[2:], float))
    table["clear"] = (table["conf_low"] > 0) | (table["conf_high"] < 0)
    return table


def draw_leg_relation(
    estimates: Estimates,
    *,
    axis_label: str = "",
    size: str = "wide",
    ax: Axes | None = None,
) -> Figure:
    """Draw what performance goes with ten points of each leg, as dots with their ranges.

    Parameters
    ----------
    estimates : Estimates
    axis_label : str
        The measure of performance when empty.
    size : str
        "wide" or "narrow".
    ax : Axes, optional
        Draw inside the box of these axes.

    Returns
    -------
    Figure
    """
    table = leg_relation_table(estimates)
    share = estimates.facts.get("performance_is") == "share"
    ends = [0.0, *table["estimate"], *table["conf_low"], *table["conf_high"]]
    ends = [end for end in ends if math.isfinite(end)]
    wide = size == "wide"
    label = axis_label or str(estimates.facts.get("performance", ""))
    ladder = lay_ladder(
        list(table["name"]),
        size=get_size(size),
        limits=padded(min(ends), max(ends), least=1e-3),
        tick=points_tick if share else signed_tick,
        axis_label=clean(label),
        column=[_size(*row[2:5], share=share) for row in table.to_numpy()] if wide else (),
        column_title="Difference and likely range" if wide and len(table) else "",
        reference=(0.0, "No difference"),
        ax=ax,
    )
    mark_ranges(
        ladder,
        table,
        columns=("estimate", "conf_low", "conf_high"),
        dark="clear",
        name="difference",
        kinds=("clear of zero", "not clear of zero"),
    )
    return ladder.sheet.figure


def _size(estimate: float, low: float, high: float, *, share: bool) -> str:
    known = math.isfinite(low) and math.isfinite(high)
    if share:
        digits = 1 if not known or high - low < _DETAIL_BELOW else 0
        told = signed(100 * estimate, digits)
        return f"{told} ({points_range(low, high, digits)})" if known else told
    told = signed(estimate, 2)
    return f"{told} ({signed(low, 2)} to {signed(high, 2)})" if known else told
