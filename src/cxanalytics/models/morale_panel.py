"""How is the morale of each unit in each period, and how did the same unit perform?

The two sides meet by agency, unit and period. Only units with enough answers on both sides are
kept; how many were not is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from cxanalytics.disclosure import publishable_rows, publishable_units
from cxanalytics.errors import DataError, ModelError, ParamsError
from cxanalytics.models.morale import fit_morale_index
from cxanalytics.models.scores import fit_scores
from cxanalytics.models.statistic import SHARES
from cxanalytics.rules import LEVEL, THRESHOLDS, Thresholds
from cxanalytics.tables import Check, Panel, Survey

_LEVELS = ["agency", "unit", "period"]
_BETWEEN = "\x1f"


def fit_morale_panel(
    staff: Survey,
    performance: Survey,
    *,
    items: Sequence[str],
    measure: str,
    statistic: str = "positive",
    same_source: bool = False,
    thresholds: Thresholds = THRESHOLDS,
) -> Panel:
    """Put the morale of units beside their performance.

    Parameters
    ----------
    staff : Survey
        Staff answers with `unit`.
    performance : Survey
        The answers that measure performance, with the same agencies, units and periods.
    items : sequence of str
        Staff questions that make the morale index.
    measure : str
        Question of `performance`.
    statistic : str
        What of its answers counts: one of `models.statistic.STATISTICS`.
    same_source : bool
        True where both come from the same people.
    thresholds : Thresholds

    Returns
    -------
    Panel
        Morale as a share from 0 to 1 and performance by its statistic, with standard errors; `n` is
        the number of staff answers. Agencies that may not be shown in a wave have no units in it.

    Raises
    ------
    DataError
        A survey has no units, or a question does not exist.
    ParamsError
        No items.
    ModelError
        No unit has answers enough on both sides.

    Assumes
    -------
    A unit of the same agency, name and period is the same unit on both sides.

    Reference
    ---------
    See `fit_morale_index` and `fit_scores`; methods.md#morale-and-performance.
    """
    for name, survey in (("staff", staff), ("performance", performance)):
        if "unit" not in survey.frame:
            raise DataError(f"`{name}` must have a column `unit`; it has agencies only.")
    if not items:
        raise ParamsError("`items` must name a question or more; got none.")
    performance.question(measure)
    for item in items:
        staff.question(item)
    performance = _publishable(performance, [measure], thresholds)
    staff = _publishable(staff, items, thresholds)
    scale = staff.question(items[0]).scale
    morale = fit_morale_index(
        staff.frame[list(items)],
        unit=_place(staff.frame),
        weight=staff.frame["weight"],
        scale=scale,
        level=LEVEL,
        thresholds=thresholds,
    )
    score = fit_scores(
        replace(performance, frame=performance.frame.assign(place=_place(performance.frame))),
        measure=measure,
        by="place",
        statistic=statistic,
        thresholds=thresholds,
    )
    left = morale.frame.set_index("key")
    right = score.frame.set_index("key")
    both = left.join(right.add_suffix("_performance"), how="inner")
    shown = _units_shown(left, staff, thresholds) & _units_shown(
        right, performance, replace(thresholds, team=thresholds.hide)
    )
    known = both.loc[
        both["estimate"].notna() & both["estimate_performance"].notna() & shown[both.index]
    ]
    if known.empty:
        raise ModelError(
            f"No unit has {thresholds.team} staff answers and {thresholds.hide} answers to "
            f"`{measure}` in the same period."
        )
    levels = pd.DataFrame([key.split(_BETWEEN) for key in known.index], columns=_LEVELS)
    frame = levels.assign(
        morale=known["estimate"].to_numpy(),
        morale_se=known["std_error"].to_numpy(),
        performance=known["estimate_performance"].to_numpy(),
        performance_se=known["std_error_performance"].to_numpy(),
        n=known["n"].to_numpy(),
    )
    dropped = Check(
        "units linked",
        None,
        f"{len(known):,} units and periods have answers enough on both sides; "
        f"{len(left.index.union(right.index)) - len(known):,} have not, and are left out.",
    )
    return Panel(
        frame=frame,
        morale_label="Morale index",
        performance_label=performance.question(measure).label,
        performance_is="share" if statistic in SHARES else "mean",
        same_source=same_source,
        notes=(*morale.checks, dropped),
    )


def _publishable(survey: Survey, measures: Sequence[str], thresholds: Thresholds) -> Survey:
    """Leave out what may not be shown: a unit alone in its agency is that agency."""
    kept = publishable_rows(survey, measure=measures, thresholds=thresholds)
    return replace(survey, frame=survey.frame.loc[kept & survey.frame["unit"].notna()])


def _units_shown(scores: pd.DataFrame, survey: Survey, thresholds: Thresholds) -> pd.Series[bool]:
    """Mark units that are neither small nor protect a small one of their agency and period."""
    levels = [key.split(_BETWEEN) for key in scores.index]
    sizes = pd.DataFrame(levels, columns=_LEVELS, index=scores.index)
    people = _place(survey.frame).value_counts()[scores.index].clip(upper=thresholds.team - 1)
    return publishable_units(sizes.assign(n=scores["n"].fillna(people)), thresholds=thresholds)


def _place(frame: pd.DataFrame) -> pd.Series[str]:
    agency, unit, period = (frame[role].astype(str) for role in ("agency", "unit", "period"))
    return agency + _BETWEEN + unit + _BETWEEN + period
