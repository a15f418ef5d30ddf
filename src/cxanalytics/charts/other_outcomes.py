"""Do the drivers go with other overall questions as they do with the study's own?

One row per driver, one mark per outcome: the study's own is filled and orders the rows.
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
    SHAPES,
    draw_marks,
    draw_marks_key,
    make_marks,
    marks_key_height,
    row_height,
    tint_rows,
)
from cxanalytics.charts.sheet import padded, points_tick
from cxanalytics.charts.style import get_size
from cxanalytics.tables import Estimates

MOST_OUTCOMES = len(SHAPES)


def other_outcomes_table(
    estimates: Estimates, *, labels: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Give the rows of the chart: the study's own outcome orders the drivers, largest first.

    Parameters
    ----------
    estimates : Estimates
        Rows of kind "driver"; the fact `outcome` names the study's own.
    labels : mapping of str to str, optional
        Driver or outcome to the name to print.

    Returns
    -------
    DataFrame
        `driver name outcome outcome_name estimate conf_low conf_high`, by driver and outcome.
    """
    named = dict(labels or {})
    rows = estimates.frame.loc[estimates.frame["kind"] == "driver"]
    own = rows.loc[rows["outcome"] == estimates.facts["outcome"]]
    order = list(own.sort_values("estimate", ascending=False, kind="stable")["driver"])
    order += [name for name in rows["driver"].unique() if name not in order]
    table = pd.DataFrame(
        {
            "driver": rows["driver"],
            "name": [
                clean(named.get(key, label))
                for key, label in zip(rows["driver"], rows["label"], strict=True)
            ],
            "outcome": rows["outcome"],
            "outcome_name": [
                clean(named.get(key, label))
                for key, label in zip(rows["outcome"], rows["outcome_label"], strict=True)
            ],
            "estimate": rows["estimate"],
            "conf_low": rows["conf_low"],
            "conf_high": rows["conf_high"],
        }
    )
    place = table["driver"].map({name: i for i, name in enumerate(order)})
    return table.iloc[place.argsort(kind="stable")].reset_index(drop=True)


def draw_other_outcomes(
    estimates: Estimates,
    *,
    labels: Mapping[str, str] | None = None,
    size: str = "wide",
    ax: Axes | None = None,
) -> Figure:
    """Draw each driver's figure under every outcome.

    Parameters
    ----------
    estimates : Estimates
        As for `other_outcomes_table`; the first six outcomes are drawn.
    labels : mapping of str to str, optional
        Driver or outcome to the name to print.
    size : str
        "wide" or "narrow".
    ax : Axes, optional
        Draw inside the box of these axes.

    Returns
    -------
    Figure
    """
    table = other_outcomes_table(estimates, labels=labels)
    asked = table.drop_duplicates("outcome").set_index("outcome")["outcome_name"]
    own = str(estimates.facts["outcome"])
    names = [own, *(name for name in asked.index if name != own)][:MOST_OUTCOMES]
    marks = make_marks(names, [asked[name] for name in names])
    drivers = list(dict.fromkeys(table["driver"]))
    shown = table.loc[table["outcome"].isin(names)].assign(
        row=lambda rows: [drivers.index(name) for name in rows["driver"]],
        series=lambda rows: rows["outcome"],
    )
    chosen = replace(get_size(size), row=row_height(marks, get_size(size)))
    ends = [0.0, *shown["conf_low"].dropna(), *shown["conf_high"].dropna()]
    ladder = lay_ladder(
        list(table.drop_duplicates("driver")["name"]),
        size=chosen,
        limits=padded(min(ends), max(ends), least=1e-3),
        tick=points_tick,
        axis_label="Points for a realistic step of the driver",
        reference=(0.0, "No difference"),
        above=marks_key_height(marks, chosen),
        ax=ax,
    )
    tint_rows(ladder)
    draw_marks_key(ladder.sheet, marks)
    draw_marks(ladder, shown, marks)
    return ladder.sheet.figure
