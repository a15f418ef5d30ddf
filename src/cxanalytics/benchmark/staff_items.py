"""Where do the staff of each agency stand on each question, wave by wave?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from cxanalytics.benchmark.scorecard import benchmark_scorecard
from cxanalytics.rules import DRAWS, LEVEL, THRESHOLDS, Thresholds
from cxanalytics.tables import Estimates

_KEPT = ["estimate", "conf_low", "conf_high", "peer", "gap", "gap_low", "gap_high", "verdict"]
COLUMNS = ("agency", "item", "label", "period", *_KEPT, "certainty", "n", "suppressed_reason")


def benchmark_staff_items(
    scores: Mapping[str, Mapping[str, Estimates]],
    *,
    labels: Mapping[str, str] | None = None,
    peers: Sequence[str] | None = None,
    only_peers: Sequence[str] = (),
    difference: float | None = None,
    draws: int = DRAWS,
    seed: int,
    level: float = LEVEL,
    thresholds: Thresholds = THRESHOLDS,
) -> pd.DataFrame:
    """Compare the staff answers of each agency with the typical peer in every wave.

    Parameters
    ----------
    scores : mapping of str to mapping of str to Estimates
        By wave, oldest first, then by question, from `fit_staff_items`.
    labels : mapping of str to str, optional
        Question to the name to print.
    peers : sequence of str, optional
    only_peers : sequence of str
    difference : float, optional
    draws : int
    seed : int
    level : float
    thresholds : Thresholds
        As in `benchmark_scorecard`.

    Returns
    -------
    DataFrame
        `agency item label period estimate conf_low conf_high peer gap gap_low gap_high verdict
        certainty n suppressed_reason`, a row per wave, question and agency. An agency that may not
        be shown in a wave has its reason, and no figure.
    """
    parts = []
    for wave, by_item in scores.items():
        boards = benchmark_scorecard(
            by_item,
            peers=peers,
            only_peers=only_peers,
            difference=difference,
            draws=draws,
            seed=seed,
            level=level,
            thresholds=thresholds,
        )
        for item, board in boards.items():
            label = (labels or {}).get(item, item.replace("_", " ").capitalize())
            frame = board.frame.rename(columns={"key": "agency"})
            parts.append(frame.assign(item=item, label=label, period=wave))
    if not parts:
        return pd.DataFrame(columns=list(COLUMNS))
    return pd.concat(parts, ignore_index=True)[list(COLUMNS)]
