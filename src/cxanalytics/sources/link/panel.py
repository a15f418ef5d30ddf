"""Do units whose staff are in better spirits also do better, by the counts of another source?

Turns linked rows into the panel that `fit_morale_performance` reads.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from cxanalytics.errors import DataError
from cxanalytics.operations import Operations
from cxanalytics.sources._cells import rows_text
from cxanalytics.sources.link.join import Linked, link_sources
from cxanalytics.tables import PANEL_COLUMNS, Check, Panel, need_columns


def panel_from_links(
    linked: Linked,
    *,
    morale: str,
    performance: str,
    agency: str = "agency",
    unit: str | None = None,
    period: str | None = "period",
    morale_se: str | None = None,
    performance_se: str | None = None,
    n: str | None = None,
    covariates: Sequence[str] = (),
    **facts: Any,
) -> Panel:
    """Build a panel from linked rows.

    Parameters
    ----------
    linked : Linked
    morale, performance : str
        Columns of its frame.
    agency, unit, period, morale_se, performance_se, n : str, optional
        Columns of its frame, as in `Panel.from_frame`.
    covariates : sequence of str
        Further columns to keep.
    **facts
        Further fields of Panel, such as `morale_label` and `higher_is_better`; `notes` go before
        those of the link.

    Returns
    -------
    Panel
        With the coverage of the link in its notes.

    Raises
    ------
    DataError
        A column is absent, or a unit stands twice in a period.
    """
    need_columns(linked.frame, covariates, "The linked data")
    clash = [name for name in covariates if name in PANEL_COLUMNS]
    if clash:
        raise DataError(f"`covariates` must not be columns that a Panel has; got {clash[0]!r}.")
    notes = (*facts.pop("notes", ()), *linked.notes)
    panel = Panel.from_frame(
        linked.frame,
        agency=agency,
        morale=morale,
        performance=performance,
        unit=unit,
        period=period,
        morale_se=morale_se,
        performance_se=performance_se,
        n=n,
        **{"same_source": False, **facts, "notes": notes},
    )
    extra = linked.frame[list(covariates)].reset_index(drop=True)
    return replace(panel, frame=pd.concat([panel.frame, extra], axis=1))


def panel_with_operations(
    panel: Panel,
    operations: Operations,
    *,
    measure: str,
    by: Sequence[str] | None = None,
    units: pd.DataFrame | None = None,
    panel_name: str = "staff survey",
    operations_name: str = "operations",
) -> tuple[Panel, Linked]:
    """Set a measure of another source as the performance of a panel.

    Parameters
    ----------
    panel : Panel
        Its own performance is kept as the column `other_performance`.
    operations : Operations
    measure : str
        Name of a measure of `operations`; its counts are summed, then divided.
    by : sequence of str, optional
        What to join on; unit and period where `operations` has units, else agency and period.
    units : DataFrame, optional
        From `read_units`, as in `link_sources`.
    panel_name, operations_name : str
        What the sources are, for messages and coverage.

    Returns
    -------
    (Panel, Linked)
        The rows that both have, and the link, whose `coverage` names who is missing.

    Raises
    ------
    DataError
        There is no such measure, or as in `link_sources`.
    """
    what = operations.measure(measure)
    keys = list(by or ("unit" if "unit" in operations.frame else "agency", "period"))
    scored = operations.score(measure, by=keys).rename(columns={"value": "performance"})
    scored = scored.loc[scored["performance"].notna(), [*keys, "performance"]]
    own = panel.frame.rename(columns={"performance": "other_performance"})
    own = own.drop(columns="performance_se")
    linked = link_sources(
        own,
        scored,
        by=keys,
        units=units,
        left_name=panel_name,
        right_name=operations_name,
    )
    made_of = linked.frame
    covariates = [str(column) for column in made_of if column not in PANEL_COLUMNS]
    made = panel_from_links(
        linked,
        morale="morale",
        performance="performance",
        unit="unit",
        morale_se="morale_se",
        n="n",
        covariates=covariates,
        morale_label=panel.morale_label,
        performance_label=what.label,
        performance_is=what.kind,
        higher_is_better=what.higher_is_better,
        notes=(*panel.notes, *_linked_notes(len(panel.frame), len(made_of))),
    )
    return made, linked


def _linked_notes(read: int, kept: int) -> tuple[Check, ...]:
    """Count the rows with and without a partner."""
    alone = Check(
        "rows without partner",
        None,
        f"{rows_text(read - kept)} left out: no operations for the same name and period.",
    )
    return (*([alone] if read > kept else []), Check("rows kept", None, f"{rows_text(kept)} kept."))
