"""What do all measures say together: do rewards follow them, and do they foretell the outcome?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxanalytics.models.kpi.rows import UnitRows
from cxanalytics.models.kpi.validity import Moves, earlier_wave, moves_within
from cxanalytics.numerics.out_of_sample import (
    draw_groups,
    drawn_range,
    group_moments,
    rank_agreement,
    skill_left_out,
)
from cxanalytics.operations import OperationMeasure

Floats = NDArray[np.float64]

MEASURES_TO_RANK = 4
"""Measures with a reward weight needed before weights are compared with validity."""

AGENCIES_TO_RESAMPLE = 8
"""Agencies needed before they are resampled or left out one at a time."""


def turned(rows: UnitRows, measure: OperationMeasure) -> pd.DataFrame:
    """Rows with the measure and its square, so that more is better on both sides."""
    side, value = 1.0 if measure.higher_is_better else -1.0, rows.frame[f"kpi:{measure.name}"]
    centered = side * (value - value.mean())
    outcome = rows.sign * rows.frame["outcome"]
    return rows.frame.assign(outcome=outcome, x=centered, squared=np.square(centered))


def weight_agreement(
    rows: UnitRows,
    measures: Sequence[OperationMeasure],
    frame: pd.DataFrame,
    *,
    resamples: int,
    seed: int,
    level: float,
) -> dict[str, float | str]:
    """Compare reward weights with validity, agencies resampled."""
    nothing: dict[str, float | str] = dict.fromkeys(("rank_agreement", "low", "high"), np.nan)
    nothing["mismatch"] = ""
    weighted = frame["reward_weight"].notna() & frame["validity"].notna()
    agencies = sorted(rows.frame["agency"].unique())
    if weighted.sum() < MEASURES_TO_RANK or len(agencies) < AGENCIES_TO_RESAMPLE:
        return nothing
    weight = frame.loc[weighted, "reward_weight"].to_numpy(dtype=float)
    if np.ptp(weight) == 0:
        return nothing
    moved = [
        moves_within(turned(rows, measure), ["x"])
        for measure, used in zip(measures, weighted, strict=True)
        if used
    ]
    counts = draw_groups(len(agencies), resamples, seed=seed)
    drawn = np.column_stack([_drawn_slopes(each, agencies, counts) for each in moved if each])
    agreement = np.array([rank_agreement(weight, row) for row in drawn])
    low, high = drawn_range(agreement, len(agencies), level=level)
    unshown = frame.loc[weighted & (frame["shown"] <= 0) & (frame["reward_weight"] > 0)]
    largest = unshown.sort_values("reward_weight", kind="stable")["key"].iloc[-1:]
    return {
        "rank_agreement": rank_agreement(weight, frame.loc[weighted, "validity"]),
        "low": float(low),
        "high": float(high),
        "mismatch": "".join(largest),
    }


def _drawn_slopes(moves: Moves, agencies: Sequence[str], counts: Floats) -> Floats:
    """Slopes within units per usual swing, with agencies counted as drawn."""
    code = np.searchsorted(np.array(agencies, dtype=object), moves.cluster)
    x = moves.x[:, 0] / moves.x[:, 0].std()
    across = np.bincount(code, weights=x * moves.y, minlength=len(agencies))
    square = np.bincount(code, weights=x * x, minlength=len(agencies))
    return np.asarray((counts @ across) / np.maximum(counts @ square, np.finfo(float).tiny))


def lagged_skill(
    rows: UnitRows,
    measures: Sequence[OperationMeasure],
    *,
    resamples: int,
    seed: int,
    level: float,
) -> dict[str, float]:
    """What the wave before predicts of the outcome's movement, beyond the same wave, by agency."""
    nothing = dict.fromkeys(("skill", "skill_low", "skill_high"), np.nan)
    frame = rows.frame
    if len(rows.waves) < 3 or frame["agency"].nunique() < AGENCIES_TO_RESAMPLE:
        return nothing
    same = [name for name in (f"kpi:{each.name}" for each in measures) if frame[name].notna().any()]
    for name in same:
        before = earlier_wave(frame, name, rows.waves)["before"]
        frame = frame.assign(**{f"before {name}": before.to_numpy()})
    moves = moves_within(frame, [*(f"before {name}" for name in same), *same]) if same else None
    if moves is None or len(np.unique(moves.cluster)) < AGENCIES_TO_RESAMPLE:
        return nothing
    spread = moves.x.std(axis=0)
    moved = spread > 1e-12 * np.maximum(np.abs(moves.x).max(axis=0), 1e-300)
    before = moved[: len(same)]
    if not before.any():
        return nothing
    x = moves.x / np.where(moved, spread, 1.0)
    moments = group_moments(
        moves.y,
        [x[:, : len(same)][:, before]],
        moves.cluster,
        fixed=x[:, len(same) :][:, moved[len(same) :]],
    )
    groups = len(moments.products)
    found = skill_left_out(moments, np.ones((1, groups)), blocks=(0,))
    drawn = skill_left_out(moments, draw_groups(groups, resamples, seed=seed), blocks=(0,))
    low, high = drawn_range(drawn, groups, level=level)
    return {"skill": float(found[0]), "skill_low": float(low), "skill_high": float(high)}
