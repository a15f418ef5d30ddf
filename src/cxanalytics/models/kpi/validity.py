"""Does the outcome of a unit move with a measure of the same unit?

Every relation is within units: each is compared with itself, net of what all units share in a
wave. A relation is per usual swing of the measure (the standard deviation of a unit around its
own level), and its sign says whether the better side of the measure goes with the better outcome.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxanalytics.models.morale_rows import wave_numbers
from cxanalytics.numerics.cluster_robust import (
    FEWEST_CLUSTERS,
    Interval,
    cluster_interval,
    fit_clustered,
)
from cxanalytics.numerics.panel import as_codes, demean

Floats = NDArray[np.float64]
NOTHING = float("nan")

FEWEST_MOVES = 30
"""Rows of units seen in two waves or more that a relation within units needs."""


@dataclass(frozen=True, slots=True)
class Moves:
    """What moves within units, net of waves.

    Attributes
    ----------
    y : ndarray of shape (n,)
    x : ndarray of shape (n, p)
    cluster : ndarray of shape (n,)
        Agencies where there are enough of them, else units.
    """

    y: Floats
    x: Floats
    cluster: NDArray[np.object_]


def no_interval(reason: str) -> Interval:
    """Stand in for a relation that cannot be told."""
    return Interval(*(NOTHING,) * 6, method="none", reason=reason)


def moves_within(frame: pd.DataFrame, columns: list[str]) -> Moves | None:
    """Take units' own levels, and what all share in a wave, out of outcome and measures.

    Parameters
    ----------
    frame : DataFrame
        `agency unit wave outcome` and `columns`.
    columns : list of str

    Returns
    -------
    Moves or None
        None where too few units are seen twice.
    """
    known = frame.dropna(subset=["outcome", *columns])
    unit = known["agency"] + "\x1f" + known["unit"]
    known = known.loc[unit.groupby(unit).transform("size") > 1]
    if len(known) < FEWEST_MOVES:
        return None
    code = as_codes((known["agency"] + "\x1f" + known["unit"]).to_numpy())
    wave = known["wave"].to_numpy()
    parts = [
        demean(known[name].to_numpy(dtype=float), code, wave=wave) for name in ["outcome", *columns]
    ]
    many = known["agency"].nunique() >= FEWEST_CLUSTERS
    cluster = known["agency"].to_numpy(dtype=object) if many else code.astype(object)
    return Moves(parts[0], np.column_stack(parts[1:]), cluster)


def relate(moves: Moves | None, *, column: int = 0, level: float) -> Interval:
    """Relate the outcome to one measure, per usual swing, with the others held constant.

    Parameters
    ----------
    moves : Moves or None
    column : int
        The measure that is told.
    level : float

    Returns
    -------
    Interval
    """
    if moves is None:
        return no_interval(f"{FEWEST_MOVES} rows of units seen in two waves or more")
    swing = moves.x.std(axis=0)
    if (swing <= 1e-12 * np.maximum(np.abs(moves.x).max(axis=0), 1e-300)).any():
        return no_interval("a measure that moves within units")
    x = moves.x / swing
    if np.linalg.matrix_rank(x) < x.shape[1]:
        return no_interval("a measure of its own: it repeats another one")
    fit = fit_clustered(x, moves.y, moves.cluster)
    return cluster_interval(fit, np.eye(x.shape[1])[column], level=level)


def earlier_wave(frame: pd.DataFrame, column: str, waves: tuple[str, ...]) -> pd.DataFrame:
    """Put the value of the wave before beside each row, as `before`; a wave left out is no wave."""
    place = dict(zip(waves, wave_numbers(pd.Series(waves)).tolist(), strict=True))
    left = frame.assign(_at=frame["wave"].map(place))
    right = left[["agency", "unit", "_at", column]].rename(columns={column: "before"})
    return left.merge(right.assign(_at=right["_at"] + 1), on=["agency", "unit", "_at"], how="left")
