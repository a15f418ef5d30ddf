"""What do operations, published scores and linked units hold, and with which gaps?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxanalytics.operations import OperationMeasure, Operations
from cxanalytics.published import Published
from cxanalytics.rules import Thresholds
from cxanalytics.tables import Panel

PLACE = ["agency", "period"]


def audit_operations(operations: Operations, *, thresholds: Thresholds) -> dict[str, pd.DataFrame]:
    """Describe the measures of operations, by agency and period.

    Parameters
    ----------
    operations : Operations
    thresholds : Thresholds
        Agencies with fewer cases than `hide` in a period are left out, and counted.

    Returns
    -------
    dict of str to DataFrame
        `operations`. A share above 1 is counted in `impossible`, and stops nothing.
    """
    columns = ["measure", "label", "kind", "periods", "units", "lowest", "median", "highest"]
    rows = [_measure(operations, measure, thresholds) for measure in operations.measures]
    columns += ["zero_rows", "small", "impossible"]
    return {"operations": pd.DataFrame(rows, columns=columns)}


def _measure(
    operations: Operations, measure: OperationMeasure, thresholds: Thresholds
) -> dict[str, object]:
    frame = operations.frame
    base = frame[measure.per] if measure.per else pd.Series(1.0, index=frame.index)
    known = frame[measure.top].notna() & base.notna()
    sums = (
        frame.assign(top=frame[measure.top], base=base)
        .loc[known]
        .groupby(PLACE, sort=True)[["top", "base"]]
        .sum()
    )
    values = sums["top"] / sums["base"].where(sums["base"] > 0, np.nan)
    few = (sums["base"] < thresholds.hide) & (sums["base"] > 0) & bool(measure.per)
    impossible = (values > 1) & (measure.kind == "share")
    shown = values[~few & ~impossible].dropna()
    return {
        "measure": measure.name,
        "label": measure.label,
        "kind": measure.kind,
        "periods": int(sums.index.get_level_values("period").nunique()),
        "units": len(shown),
        "lowest": float(shown.min()),
        "median": float(shown.median()),
        "highest": float(shown.max()),
        "zero_rows": int((known & (base == 0)).sum()),
        "small": int(few.sum()),
        "impossible": int(impossible.sum()),
    }


def audit_published(published: Published) -> dict[str, pd.DataFrame]:
    """Describe published scores: what is there, of whom and from when to when.

    Parameters
    ----------
    published : Published

    Returns
    -------
    dict of str to DataFrame
        `published` and `published_waves`; quantiles are those of the agencies in the last wave.
    """
    waves = published.frame.loc[published.frame["value"].notna()].groupby("period", sort=True)
    return {
        "published": pd.DataFrame(
            [_published_measure(published, measure.name) for measure in published.measures]
        ),
        "published_waves": waves.agg(
            agencies=("agency", "nunique"),
            measures=("measure", "nunique"),
            values=("value", "size"),
        ).reset_index(),
    }


def _published_measure(published: Published, name: str) -> dict[str, object]:
    measure = published.measure(name)
    rows = published.frame.loc[published.frame["measure"] == name]
    known = rows.loc[rows["value"].notna()]
    periods = sorted(known["period"].unique())
    last = known.loc[known["period"] == periods[-1], "value"] if periods else known["value"]
    return {
        "measure": name,
        "label": measure.label,
        "unit": measure.unit,
        "waves": len(periods),
        "agencies": int(known["agency"].nunique()),
        "missing": int(rows["value"].isna().sum()),
        "lowest": float(last.min()),
        "median": float(last.median()),
        "highest": float(last.max()),
        "first": periods[0] if periods else "",
        "last": periods[-1] if periods else "",
        "changed": ", ".join(measure.changed),
    }


def audit_panel(panel: Panel) -> dict[str, pd.DataFrame]:
    """Count the units and periods in which staff and results meet.

    Parameters
    ----------
    panel : Panel

    Returns
    -------
    dict of str to DataFrame
        `panel` (one row) and `panel_waves`.
    """
    frame = panel.frame.assign(
        complete=panel.frame["morale"].notna() & panel.frame["performance"].notna(),
        place=panel.frame["agency"].str.cat(panel.frame["unit"], sep="\t"),
    )
    one = {
        "morale": panel.morale_label,
        "performance": panel.performance_label,
        "same_source": "yes" if panel.same_source else "no",
        "agencies": int(frame["agency"].nunique()),
        "units": int(frame["place"].nunique()),
        "periods": int(frame["period"].nunique()),
        "rows": len(frame),
        "complete": int(frame["complete"].sum()),
        "missing_morale": int(frame["morale"].isna().sum()),
        "missing_performance": int(frame["performance"].isna().sum()),
    }
    waves = frame.groupby("period", sort=True).agg(
        units=("place", "nunique"), rows=("place", "size"), complete=("complete", "sum")
    )
    return {"panel": pd.DataFrame([one]), "panel_waves": waves.reset_index()}
