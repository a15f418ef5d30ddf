"""Do units in better spirits do better, where another source counts only their parts?

A crosswalk names the parts of each unit. Their counts are summed before they are divided.
"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from cxanalytics.errors import DataError
from cxanalytics.operations import Operations
from cxanalytics.sources._text import as_text
from cxanalytics.sources.link.codes import unit_codes
from cxanalytics.sources.link.crosswalk import link_through_crosswalk
from cxanalytics.sources.link.join import Linked
from cxanalytics.sources.link.panel import panel_from_links
from cxanalytics.tables import Panel


def panel_through_crosswalk(
    panel: Panel,
    operations: Operations,
    *,
    measure: str,
    crosswalk: pd.DataFrame,
    coded: bool = True,
    panel_name: str = "staff survey",
    operations_name: str = "operations",
) -> tuple[Panel, Linked]:
    """Set a measure of another source, summed over the parts of each unit, as its performance.

    Parameters
    ----------
    panel : Panel
        Of one period. Its own performance is dropped.
    operations : Operations
        One row per unit, with counts; a column `apart` says why the measure of a unit tells little.
    measure : str
        Name of a measure of `operations` that is made of two counts.
    crosswalk : DataFrame
        From `read_crosswalk`: codes of the panel's units to codes of the operations' units.
    coded : bool
        The panel's units are names with their code in brackets; else they are the codes.
    panel_name, operations_name : str
        What the sources are, for messages and coverage.

    Returns
    -------
    (Panel, Linked)
        The units that both have. Further columns: `parts`, the codes that were summed, and `apart`.
        A rate that exceeds 1 in no unit reads as a share. The notes of the operations are among
        those of the panel.

    Raises
    ------
    DataError
        The measure is not made of two counts, the panel has several periods, or as in
        `link_through_crosswalk`.
    """
    what = operations.measure(measure)
    if not what.per:
        raise DataError(
            f"`measure` must be made of two counts to be summed over parts; {measure!r} is one."
        )
    if panel.frame["period"].nunique() > 1:
        periods = ", ".join(sorted(panel.frame["period"].unique()))
        raise DataError(f"A crosswalk joins one period of the {panel_name}; it has {periods}.")
    code = "_code"
    own = panel.frame.drop(columns=["performance", "performance_se"])
    own = own.assign(**{code: unit_codes(own["unit"]) if coded else as_text(own["unit"])})
    theirs = operations.frame.rename(columns={"unit": code})[[code, what.top, what.per]]
    linked = link_through_crosswalk(
        own,
        theirs,
        crosswalk=crosswalk,
        code=code,
        sums=[what.top, what.per],
        left_name=panel_name,
        right_name=operations_name,
    )
    below = linked.frame[what.per]
    value = linked.frame[what.top] / below.where(below > 0)
    reasons = _set_apart(operations, crosswalk)
    apart = [reasons.get(unit, "") for unit in linked.frame[code]]
    frame = linked.frame.assign(performance=value, apart=apart)
    counted = what.kind == "rate" and bool((value.dropna() <= 1).all())
    made = panel_from_links(
        replace(linked, frame=frame),
        morale="morale",
        performance="performance",
        unit="unit",
        morale_se="morale_se",
        n="n",
        covariates=["parts", "apart"],
        morale_label=panel.morale_label,
        performance_label=what.label,
        performance_is="share" if counted else what.kind,
        higher_is_better=what.higher_is_better,
        notes=(*panel.notes, *operations.notes),
    )
    return made, linked


def _set_apart(operations: Operations, crosswalk: pd.DataFrame) -> dict[str, str]:
    """Say for each unit why its measure tells little; units without a reason are absent."""
    if "apart" not in operations.frame:
        return {}
    reasons = dict(zip(operations.frame["unit"], operations.frame["apart"], strict=True))
    parts = zip(crosswalk["from_code"], crosswalk["to_code"], strict=True)
    return {whole: reasons[part] for whole, part in parts if reasons.get(part)}
