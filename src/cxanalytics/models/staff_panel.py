"""How is the morale of each unit and period, ready to stand beside results of another source?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from cxanalytics.disclosure import publishable_rows, publishable_units
from cxanalytics.errors import DataError, ModelError
from cxanalytics.models.morale import fit_morale_index
from cxanalytics.rules import LEVEL, THRESHOLDS, Thresholds
from cxanalytics.tables import Panel, Survey

LABEL = "Morale index"
_PLACE = ["agency", "unit", "period"]


def staff_panel(
    staff: Survey,
    *,
    items: Sequence[str],
    statistic: str = "positive",
    label: str = LABEL,
    thresholds: Thresholds = THRESHOLDS,
) -> Panel:
    """Score the morale of every unit and period from the answers of its staff.

    Parameters
    ----------
    staff : Survey
        With `unit`.
    items : sequence of str
        Questions that make the index, all with answers on the numbers of one scale.
    statistic : {"positive", "mean"}
        As in `fit_morale_index`.
    label : str
        What the index is called.
    thresholds : Thresholds

    Returns
    -------
    Panel
        Morale from 0 to 1 with its standard error, and no performance yet. Agencies that may not
        be shown on one of the items, and units with too few answers or beside them, are not in it.

    Raises
    ------
    DataError
        The survey has no units.
    ModelError
        No unit has answers enough.

    Assumes
    -------
    As `fit_morale_index`.

    Reference
    ---------
    methods.md#morale-index.
    """
    if "unit" not in staff.frame:
        raise DataError("`staff` must have a column `unit`; it has agencies only.")
    public = publishable_rows(staff, measure=list(items), thresholds=thresholds)
    rows = staff.frame.loc[public & staff.frame["unit"].notna()]
    if rows.empty:
        raise ModelError("No agency of the staff survey may be shown.")
    groups = rows.groupby(_PLACE, observed=True, sort=True)
    index = fit_morale_index(
        rows[list(items)],
        unit=groups.ngroup().astype(str),
        weight=rows["weight"],
        scale=staff.question(items[0]).scale,
        statistic=statistic,
        level=LEVEL,
        thresholds=thresholds,
    )
    every = groups.size().rename("people").reset_index().iloc[index.frame["key"].astype(int)]
    told = index.frame["n"].set_axis(every.index)
    sizes = every.assign(n=told.fillna(every["people"].clip(upper=thresholds.team - 1)))
    kept = publishable_units(sizes, thresholds=thresholds).to_numpy()
    shown, places = index.frame.loc[kept], every.loc[kept]
    frame = pd.DataFrame(
        {
            **{level: places[level].astype(str).to_numpy() for level in _PLACE},
            "morale": shown["estimate"].to_numpy(),
            "morale_se": shown["std_error"].to_numpy(),
            "performance": np.nan,
            "performance_se": np.nan,
            "n": shown["n"].to_numpy(),
        }
    ).sort_values(_PLACE, ignore_index=True)
    return Panel(frame=frame, morale_label=label, performance_label="", notes=index.checks)
