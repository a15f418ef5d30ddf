"""Do people of one agency and whole agencies tell the same of a driver?

One row per driver, two marks: the relation within agencies and the one between them, both for one
step of the driver. The difference stands beside them in words.
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
    draw_marks,
    draw_marks_key,
    make_marks,
    marks_key_height,
    row_height,
    tint_rows,
)
from cxanalytics.charts.sheet import padded, points_tick
from cxanalytics.charts.style import get_size
from cxanalytics.formats import points_range, signed
from cxanalytics.tables import Estimates

TERMS = ("within", "between")


def driver_levels_table(
    estimates: Estimates, *, labels: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Give the rows of the chart, the largest within first.

    Parameters
    ----------
    estimates : Estimates
        Rows "driver/within", "driver/between" and "driver/difference".
    labels : mapping of str to str, optional
        Driver to the name to print.

    Returns
    -------
    DataFrame
        `driver name within within_low within_high between between_low between_high difference
        difference_low difference_high`.
    """
    wide = estimates.frame.pivot(
        index="driver", columns="term", values=["estimate", "conf_low", "conf_high"]
    )
    label = estimates.frame.drop_duplicates("driver").set_index("driver")["label"]
    table = pd.DataFrame(
        {"name": [clean((labels or {}).get(key, label[key])) for key in wide.index]},
        index=wide.index,
    )
    for term in (*TERMS, "difference"):
        table[term] = wide[("estimate", term)]
        table[f"{term}_low"] = wide[("conf_low", term)]
        table[f"{term}_high"] = wide[("conf_high", term)]
    return table.sort_values("within", ascending=False, kind="stable").reset_index()


def draw_driver_levels(
    estimates: Estimates,
    *,
    labels: Mapping[str, str] | None = None,
    within: str = "Within an agency",
    between: str = "Between agencies",
    size: str = "wide",
    ax: Axes | None = None,
) -> Figure:
    """Draw each driver's relation to the outcome within agencies and between them.

    Parameters
    ----------
    estimates : Estimates
        As for `driver_levels_table`.
    labels : mapping of str to str, optional
        Driver to the name to print.
    within, between : str
        As the key says it.
    size : str
        "wide" or "narrow".
    ax : Axes, optional
        Draw inside the box of these axes.

    Returns
    -------
    Figure
    """
    table = driver_levels_table(estimates, labels=labels)
    marks = make_marks(TERMS, [within, between])
    chosen = replace(get_size(size), row=row_height(marks, get_size(size)))
    long = pd.concat(
        pd.DataFrame(
            {
                "row": table.index,
                "series": term,
                "estimate": table[term],
                "conf_low": table[f"{term}_low"],
                "conf_high": table[f"{term}_high"],
            }
        )
        for term in TERMS
    ).dropna(subset="estimate")
    ends = [0.0, *long["conf_low"].dropna(), *long["conf_high"].dropna(), *long["estimate"]]
    wide = size == "wide"
    ladder = lay_ladder(
        list(table["name"]),
        size=chosen,
        limits=padded(min(ends), max(ends), least=1e-3),
        tick=points_tick,
        axis_label="Points for one step of the driver",
        column=[_apart(row) for _, row in table.iterrows()] if wide else (),
        column_title="Between less within" if wide and len(table) else "",
        reference=(0.0, "No difference"),
        above=marks_key_height(marks, chosen),
        ax=ax,
    )
    tint_rows(ladder)
    draw_marks_key(ladder.sheet, marks)
    draw_marks(ladder, long, marks)
    return ladder.sheet.figure


def _apart(row: pd.Series[float]) -> str:
    if pd.isna(row["difference"]):
        return "not known"
    likely = points_range(row["difference_low"], row["difference_high"])
    return f"{signed(100 * row['difference'])} ({likely})"
