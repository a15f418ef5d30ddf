"""What stands beside the performance of a wave: the morale of the wave before."""

from __future__ import annotations

from dataclasses import replace

from cxanalytics.errors import ModelError
from cxanalytics.models.morale_rows import wave_numbers
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
    if frame.empty:
        raise ModelError("`panel` must hold rows; it is empty.")
    number = dict(zip(frame["period"], wave_numbers(frame["period"]).tolist(), strict=True))
    name = {place: period for period, place in number.items()}
    following = {period: name.get(place + 1) for period, place in number.items()}
    before = frame[[*_PLACE, *_MORALE]].assign(period=frame["period"].map(following))
    later = frame.drop(columns=_MORALE).merge(before.dropna(subset=["period"]), on=_PLACE)
    if later.empty:
        raise ModelError("No unit is in the panel in two waves in a row.")
    return replace(panel, frame=later[list(frame.columns)])
