"""Does the relation hold without units whose results follow from something else than morale?

A source may set units apart: an office that hires for a season loses staff when the season ends,
whatever their morale. The relation is fitted again without them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cxanalytics.errors import ModelError
from cxanalytics.models.morale_performance import fit_morale_performance
from cxanalytics.tables import Estimates, Panel

APART = "apart"


def fit_without_apart(panel: Panel, **options: Any) -> Estimates:
    """Relate performance to morale without the units that their source sets apart.

    Parameters
    ----------
    panel : Panel
        Its column `apart` says why the performance of a unit tells little; "" for most.
    **options
        As for `fit_morale_performance`.

    Returns
    -------
    Estimates
        As `fit_morale_performance`; the fact `apart` counts the units that were left out.

    Raises
    ------
    ModelError
        No unit is set apart, or as `fit_morale_performance`.

    Assumes
    -------
    As `fit_morale_performance`. Which units are set apart was decided before any result was seen.

    Reference
    ---------
    methods.md#morale-and-performance.
    """
    frame = panel.frame
    if APART not in frame or not (frame[APART] != "").any():
        raise ModelError("No unit of this study is set apart.")
    apart = frame.loc[frame[APART] != ""]
    kept = replace(panel, frame=frame.loc[frame[APART] == ""].reset_index(drop=True))
    fitted = fit_morale_performance(kept, **options)
    left_out = int(apart.groupby(["agency", "unit"], observed=True).ngroups)
    return replace(fitted, facts={**fitted.facts, "apart": left_out})
