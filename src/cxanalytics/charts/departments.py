"""Which departments lie apart from the others of their agency, and how surely?

One row per department with its gap to the average of the other departments of its agency, in
points, and the likely range; dark where a verdict above or below is called. Of one agency all
departments are there, best first; of all agencies those furthest from their others.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cxanalytics.charts.labels import clean
from cxanalytics.charts.ladder import lay_ladder, mark_ranges
from cxanalytics.charts.sheet import padded, points_tick
from cxanalytics.charts.style import get_size
from cxanalytics.formats import percent
from cxanalytics.tables import Benchmark

MOST_ROWS = 30
"""Departments of all agencies that are drawn: those furthest from their others."""

_CALLED = ("above", "below")
_COLUMNS = ["key", "agency", "department", "estimate", "conf_low", "conf_high", "peer", "peers"]
_COLUMNS += ["gap", "gap_low", "gap_high", "verdict", "certainty", "n"]


def departments_table(
    benchmark: Benchmark,
    *,
    agency: str = "",
    most: int = MOST_ROWS,
    names: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Give the rows of the chart, the highest gap first.

    Parameters
    ----------
    benchmark : Benchmark
        From `benchmark_departments`; departments without another one beside them are left out.
    agency : str
        One agency; all when empty.
    most : int
        Rows at most, those with the largest gaps.
    names : mapping of str to str, optional
        Agency to the name to print.

    Returns
    -------
    DataFrame
        `key agency department name estimate conf_low conf_high peer peers gap gap_low gap_high
        verdict certainty n called`.
    """
    shown = benchmark.shown
    here = shown["gap"].notna()
    if agency:
        here &= shown["agency"] == agency
    table = shown.loc[here, _COLUMNS].copy()
    furthest = table["gap"].astype(float).abs().sort_values(ascending=False, kind="stable")
    table = table.loc[furthest.index[:most]]
    labels = [
        clean(str(department))
        if agency
        else f"{clean(str(department))}, {clean((names or {}).get(owner, owner))}"
        for owner, department in zip(table["agency"], table["department"], strict=True)
    ]
    table.insert(3, "name", labels)
    table["called"] = table["verdict"].isin(_CALLED)
    table = table.sort_values(["gap", "name"], ascending=[False, True], kind="stable")
    return table.reset_index(drop=True)


def draw_departments(
    benchmark: Benchmark,
    *,
    agency: str = "",
    most: int = MOST_ROWS,
    names: Mapping[str, str] | None = None,
    axis_label: str = "Points from the other departments",
    size: str = "wide",
    ax: Axes | None = None,
) -> Figure:
    """Draw each department's gap to the others of its agency.

    Parameters
    ----------
    benchmark : Benchmark
    agency, most, names
        As for `departments_table`.
    axis_label : str
    size : str
        "wide" or "narrow".
    ax : Axes, optional
        Draw inside the box of these axes.

    Returns
    -------
    Figure
    """
    table = departments_table(benchmark, agency=agency, most=most, names=names)
    ends = [0.0, *table["gap_low"], *table["gap_high"]]
    ladder = lay_ladder(
        list(table["name"]),
        size=get_size(size),
        limits=padded(min(ends), max(ends), least=0.04),
        tick=points_tick,
        axis_label=axis_label,
        column=[percent(value) for value in table["estimate"]],
        column_align="right",
        column_title="Score" if len(table) else "",
        reference=(0.0, "The others"),
        ax=ax,
    )
    mark_ranges(
        ladder,
        table,
        columns=("gap", "gap_low", "gap_high"),
        dark="called",
        name="gap",
        kinds=("called above or below", "not called"),
    )
    return ladder.sheet.figure
