"""Between which ranks may each agency be, in three ways?

One row per agency, the best range first and ties in alphabetical order; three lines each, with
marks at both ends and none between: no single rank is drawn.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cxanalytics.charts.labels import clean
from cxanalytics.charts.ladder import lay_ladder
from cxanalytics.charts.marks import (
    draw_marks_key,
    make_marks,
    marks_key_height,
    row_height,
    tint_rows,
)
from cxanalytics.charts.sheet import plain_tick
from cxanalytics.charts.style import PEER, PT_PER_PX, YOU, get_size
from cxanalytics.tables import Benchmark, Estimates

RANGES = ("rank", "own", "together")
_LABELS = ("Range of the pages", "Set by itself", "Set for all at once")
_APART = 12.0


def rank_sets_table(
    sets: Estimates, benchmark: Benchmark, *, names: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Give the ranges of each ranked agency, the best range first.

    Parameters
    ----------
    sets : Estimates
        From `benchmark_rank_sets`.
    benchmark : Benchmark
        Of the same scores.
    names : mapping of str to str, optional
        Key to the name to print.

    Returns
    -------
    DataFrame
        `key name rank_low rank_high own_low own_high together_low together_high`.
    """
    ends = [f"{name}_{end}" for name in RANGES for end in ("low", "high")]
    ranked = benchmark.shown.dropna(subset="rank_low")[["key", "rank_low", "rank_high"]]
    table = ranked.merge(sets.frame[["key", *ends[2:]]], on="key", validate="one_to_one")
    table.insert(1, "name", [clean((names or {}).get(key, key)) for key in table["key"]])
    table[ends] = table[ends].astype(int)
    return table.sort_values(["rank_low", "rank_high", "name"], kind="stable", ignore_index=True)


def draw_rank_sets(
    sets: Estimates,
    benchmark: Benchmark,
    *,
    names: Mapping[str, str] | None = None,
    axis_label: str = "Rank, 1 is the highest score",
    size: str = "wide",
    ax: Axes | None = None,
) -> Figure:
    """Draw three ranges of the rank of each agency.

    Parameters
    ----------
    sets : Estimates
    benchmark : Benchmark
        As for `rank_sets_table`.
    names : mapping of str to str, optional
        Key to the name to print.
    axis_label : str
    size : str
        "wide" or "narrow".
    ax : Axes, optional
        Draw inside the box of these axes.

    Returns
    -------
    Figure
    """
    table = rank_sets_table(sets, benchmark, names=names)
    marks = make_marks(RANGES, _LABELS)
    chosen = replace(get_size(size), row=row_height(marks, get_size(size)))
    ladder = lay_ladder(
        list(table["name"]),
        size=chosen,
        limits=(0.5, max(len(table), 1) + 0.5),
        tick=plain_tick,
        axis_label=clean(axis_label),
        above=marks_key_height(marks, chosen),
        ax=ax,
    )
    tint_rows(ladder)
    draw_marks_key(ladder.sheet, marks)
    pitch = (ladder.plot.bottom - ladder.plot.top) / max(len(table), 1)
    for place, mark in enumerate(marks):
        low, high = table[f"{mark.name}_low"], table[f"{mark.name}_high"]
        at = ladder.rows[: len(table)] + (place - 1) * _APART / pitch
        color = YOU if mark.filled else PEER
        ladder.ax.hlines(
            at,
            low,
            high,
            color=color,
            linewidth=1.8 * PT_PER_PX,
            zorder=3,
            label=f"range of ranks, {mark.name}",
        )
        for end in (low, high):
            (drawn,) = ladder.ax.plot(end, at, linestyle="none", zorder=4)
            drawn.set(label=mark.name, **mark.style)
    return ladder.sheet.figure
