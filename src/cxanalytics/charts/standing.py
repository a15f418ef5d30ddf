"""Where does each agency stand among its peers, and how surely?

One row per agency that may be shown, sorted by its stabilized score: a dot with its likely range
and, where there is room, the likely range of its rank. Yours is a diamond on a band. A line marks
the typical peer, a grey band the middle half of peers. Suppressed agencies are in neither the
chart nor its table.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cxanalytics.charts.labels import clean
from cxanalytics.charts.ladder import Ladder, lay_ladder
from cxanalytics.charts.sheet import padded, percent_tick
from cxanalytics.charts.style import PAPER, PEER, PT_PER_PX, RULE, YOU, get_size
from cxanalytics.formats import ordinal
from cxanalytics.tables import Benchmark

_COLUMNS = (
    "key",
    "estimate",
    "conf_low",
    "conf_high",
    "rank_low",
    "rank_high",
    "n",
    "verdict",
)
_REFERENCE = ("peer", "peer_low_quarter", "peer_high_quarter")


def standing_table(
    benchmark: Benchmark,
    *,
    highlight: str | None = None,
    names: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Give the rows of the standing chart, best first.

    Parameters
    ----------
    benchmark : Benchmark
    highlight : str, optional
        Key of the agency of the page; passed over when it is not shown.
    names : mapping of str to str, optional
        Key to the name to print.

    Returns
    -------
    DataFrame
        `key name estimate conf_low conf_high rank_low rank_high n verdict you`, and `peer
        peer_low_quarter peer_high_quarter`: the same in every row, seen from the highlighted
        agency, or the median over agencies without one.
    """
    shown = benchmark.shown
    table = shown.loc[:, list(_COLUMNS)].copy()
    table.insert(1, "name", [clean((names or {}).get(key, key)) for key in table["key"]])
    table["you"] = table["key"] == highlight
    seen = shown.loc[shown["key"] == highlight, list(_REFERENCE)]
    if seen.empty or seen["peer"].isna().all():
        seen = shown.loc[:, list(_REFERENCE)]
    for column in _REFERENCE:
        table[column] = seen[column].median()
    table = table.sort_values(["estimate", "name"], ascending=[False, True], kind="stable")
    return table.reset_index(drop=True)


def draw_standing(
    benchmark: Benchmark,
    *,
    highlight: str | None = None,
    names: Mapping[str, str] | None = None,
    axis_label: str = "",
    size: str = "wide",
    ax: Axes | None = None,
) -> Figure:
    """Draw every shown agency's score and rank with their likely ranges.

    Parameters
    ----------
    benchmark : Benchmark
    highlight : str, optional
        Key of the agency of the page.
    names : mapping of str to str, optional
        Key to the name to print.
    axis_label : str
        For example "Customers who would recommend"; the benchmark's quantity when empty.
    size : str
        "wide" or "narrow".
    ax : Axes, optional
        Draw inside the box of these axes.

    Returns
    -------
    Figure
    """
    chosen = get_size(size)
    table = standing_table(benchmark, highlight=highlight, names=names)
    ranks = [_rank(*ends) for ends in zip(table["rank_low"], table["rank_high"], strict=True)]
    wide = size == "wide"
    ranked = wide and table["rank_low"].notna().any()
    yours = table.index[table["you"]]
    peer = table["peer"].iloc[0] if len(table) else float("nan")
    ladder = lay_ladder(
        list(table["name"]),
        size=chosen,
        limits=_limits(table),
        tick=percent_tick,
        axis_label=clean(axis_label or benchmark.quantity),
        column=ranks if ranked else (),
        column_title="Rank, likely range" if ranked else "",
        highlight=int(yours[0]) if len(yours) else None,
        reference=(float(peer), "Typical peer") if pd.notna(peer) else None,
        ax=ax,
    )
    _mark(ladder, table, line=1.6 if wide else 1.4)
    return ladder.sheet.figure


def _limits(table: pd.DataFrame) -> tuple[float, float]:
    if table.empty:
        return 0.0, 1.0
    columns = ["conf_low", "conf_high", *_REFERENCE]
    return padded(float(table[columns].min().min()), float(table[columns].max().max()), least=0.04)


def _rank(low: float, high: float) -> str:
    if pd.isna(low):
        return "Not ranked"
    first, last = ordinal(int(low)), ordinal(int(high))
    return first if first == last else f"{first}–{last}"


def _mark(ladder: Ladder, table: pd.DataFrame, *, line: float) -> None:
    ax = ladder.ax
    if table.empty:
        return
    low, high = table[["peer_low_quarter", "peer_high_quarter"]].iloc[0]
    if pd.notna(low):
        ax.axvspan(low, high, color=RULE, alpha=0.4, linewidth=0, zorder=0.2, label="middle half")
    for yours, color, marker, px, width in (
        (False, PEER, "o", 6.5, line),
        (True, YOU, "D", 8.5, 3.0),
    ):
        part = (table["you"] == yours).to_numpy()
        rows, shown = ladder.rows[part], table.loc[part]
        who = "you" if yours else "peers"
        ax.hlines(
            rows,
            shown["conf_low"],
            shown["conf_high"],
            color=color,
            linewidth=width * PT_PER_PX,
            zorder=3,
            label=f"likely range, {who}",
        )
        ax.plot(
            shown["estimate"],
            rows,
            linestyle="none",
            marker=marker,
            markersize=px * PT_PER_PX,
            markerfacecolor=color,
            markeredgecolor=PAPER,
            markeredgewidth=0.7,
            zorder=4,
            label=f"score, {who}",
        )
