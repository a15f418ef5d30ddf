"""What stands beside the performance of a wave: the morale of the wave before."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from cxanalytics.errors import ModelError
from cxanalytics.tables import Panel

_PLACE = ["agency", "unit", "period"]
_MORALE = ["morale", "morale_se", "n"]


def lag_morale(panel: Panel) -> Panel:
    """Put the morale of the wave before beside the performance of every wave.

    Parameters
    ----------
    panel : Panel

    Returns
    -------
    Panel
        A row per unit and wave whose wave before is in the panel; further columns are those of the
        later wave.

    Raises
    ------
    ModelError
        No unit is there in two waves in a row.
    """
    frame = panel.frame
    waves = sorted(frame["period"].unique())
    following = dict(pairwise(waves))
    before = frame[[*_PLACE, *_MORALE]].assign(period=frame["period"].map(following))
    later = frame.drop(columns=_MORALE).merge(before.dropna(subset=["period"]), on=_PLACE)
    if later.empty:
        raise ModelError("No unit is in the panel in two waves in a row.")
    return replace(panel, frame=later[list(frame.columns)])
