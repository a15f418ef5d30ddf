"""How near do the models of morale come to the truth, where the data are made up?

The truth is told per unit of morale as it was made; the models see an index of answers. What one
unit of made morale moves in the index is measured on the same units, so that both stand on one
scale. Error in the index is still in the estimates, and draws them toward zero.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from cxanalytics.claims.morale_verdicts import MORALE_STEP
from cxanalytics.models.beside_truth import COLUMNS
from cxanalytics.tables import Estimates, Panel

SAME_WAVE, ONE_LATER, BETWEEN, REVERSE = (
    "within",
    "morale_before",
    "between",
    "performance_before",
)
_UNIT = f"points per {100 * MORALE_STEP:.0f} points of morale"
_PLACE = ["agency", "unit", "period"]


def fit_morale_beside_truth(
    truth: Mapping[str, pd.DataFrame], *, panel: Panel | None, ladder: Estimates | None
) -> pd.DataFrame:
    """Put the true effects of morale beside the ladder of models.

    Parameters
    ----------
    truth : mapping of str to DataFrame
        Of a simulated government; empty for any other study.
    panel : Panel or None
        What the ladder was fitted on.
    ladder : Estimates or None
        From `fit_morale_ladder`, per unit of morale.

    Returns
    -------
    DataFrame
        As `fit_beside_truth`, `what` being "morale". No rows without a truth or a ladder.

    Assumes
    -------
    What the models assume. Morale of the same wave has no effect of its own in the made-up world,
    only morale one wave earlier; performance has none on morale.

    Reference
    ---------
    methods.md#truth-beside-estimate.
    """
    if not truth or panel is None or ladder is None or ladder.frame.empty:
        return pd.DataFrame(columns=list(COLUMNS))
    made = truth["morale"].loc[truth["morale"]["direction"] == "morale_to_performance"]
    per_made = (made["effect_per_sd"] / made["sd"]).set_axis(made["term"])
    moved = _index_per_made(panel, truth["teams"])
    true = {
        SAME_WAVE: 0.0,
        ONE_LATER: float(per_made["within"]) / moved["within"],
        BETWEEN: float(per_made["between"]) / moved["between"],
        REVERSE: 0.0,
    }
    rows = ladder.frame.loc[ladder.frame["key"].isin(true) & ladder.frame["conf_low"].notna()]
    in_deviations = rows["key"] == REVERSE
    scale = np.where(in_deviations, 1.0, MORALE_STEP)
    frame = rows[["estimate", "conf_low", "conf_high"]].mul(scale, axis=0)
    frame = frame.assign(
        what="morale",
        key=rows["key"],
        label=rows["label"],
        unit=np.where(in_deviations, "hundredths of standard deviations", _UNIT),
        truth=rows["key"].map(true) * scale,
    )
    frame["inside"] = frame["conf_low"].le(frame["truth"]) & frame["truth"].le(frame["conf_high"])
    return frame[list(COLUMNS)].reset_index(drop=True)


def _index_per_made(panel: Panel, teams: pd.DataFrame) -> dict[str, float]:
    """How far the index moves per unit of made morale, within units and between them."""
    named = teams.rename(columns={"team": "unit", "wave": "period", "morale": "made"})
    both = panel.frame[[*_PLACE, "morale"]].merge(named[[*_PLACE, "made"]], on=_PLACE)
    means = both.groupby(["agency", "unit"])[["morale", "made"]].transform("mean")
    return {
        "within": _slope(both["made"] - means["made"], both["morale"] - means["morale"]),
        "between": _slope(means["made"] - means["made"].mean(), means["morale"]),
    }


def _slope(x: pd.Series[float], y: pd.Series[float]) -> float:
    across = x.to_numpy(dtype=float)
    return float(across @ y.to_numpy(dtype=float)) / float(across @ across)
