"""Which came first: does one series follow the other, or the other the one?

Two regressions on the same pairs of a unit's neighboring waves, with unit and wave effects: today's
``y`` on the last ``x``, and today's ``x`` on the last ``y``. Both are stacked and clustered by unit
together, so that their difference gets its own interval. For that they are standardized: one step
is the standard deviation of a series within units.

A lagged outcome biases its regression with unit effects and few waves (Nickell 1981, Econometrica
49(6)), so it is in no figure here. It serves as a veto alone: a lag that goes when the outcome's
own past is held constant may be nothing but that past.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cxanalytics.errors import ModelError
from cxanalytics.numerics.cluster_robust import ClusteredFit, fit_clustered
from cxanalytics.numerics.units import Codes, as_columns, as_weights, basis, dummies, unit_means

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class UnitRows:
    """Least-squares rows without unit effects: the regressors first, then what is held constant.

    `x`, `y`, `unit` are (n, k), (n,) and (n,); `rows` (n,) says which rows of the data they are.
    """

    x: Array
    y: Array
    unit: Codes
    rows: Codes


@dataclass(frozen=True, slots=True)
class LagSystem:
    """Both lags on the same pairs.

    Attributes
    ----------
    both : coefficient 0 is the forward lag (x leads y), `backward_at` the backward one.
    together : y on x of the same wave, in the rows of today; coefficient 0.
    held : forward and backward regressions with the outcome's own past held constant; coefficient 0
        is the lag. A veto, not a figure.
    pairs, units : pairs of neighboring waves, and the units with two of them or more; one pair says
        nothing about change.
    """

    both: ClusteredFit
    together: ClusteredFit
    backward_at: int
    held: tuple[ClusteredFit, ClusteredFit]
    pairs: int
    units: int

    def contrast(self, which: str) -> Array:
        """Return the contrast of "forward", "backward" or "difference" (forward less backward)."""
        c = np.zeros(len(self.both.coef))
        if which in ("forward", "difference"):
            c[0] = 1.0
        if which in ("backward", "difference"):
            c[self.backward_at] = 1.0 if which == "backward" else -1.0
        return c


def line_up(unit: ArrayLike, wave: ArrayLike, *, lags: Sequence[int]) -> Codes:
    """Return the rows of one unit that lie these numbers of waves before, (rows, 1 + lags).

    Parameters
    ----------
    unit, wave : (n,) codes; waves are numbered in time, a skipped one skipping a number.
    lags : waves before; negative for later. The first column is the row itself; only rows that have
        all the others are in.
    """
    reach = max(abs(lag) for lag in lags)
    waves = np.asarray(wave) + reach
    width = int(waves.max()) + reach + 1
    place = np.asarray(unit) * width + waves
    order = np.argsort(place)
    ordered = place[order]
    columns = [np.arange(len(place))]
    there = np.ones(len(place), dtype=bool)
    for lag in lags:
        at = np.minimum(np.searchsorted(ordered, place - lag), len(place) - 1)
        there &= ordered[at] == place - lag
        columns.append(order[at])
    return np.asarray(np.column_stack(columns)[there])


def unit_rows(
    y: ArrayLike,
    x: ArrayLike,
    unit: ArrayLike,
    wave: ArrayLike,
    *,
    covariates: ArrayLike | None = None,
    weights: ArrayLike | None = None,
) -> UnitRows:
    """Take unit effects out, and keep an orthonormal basis of wave effects and covariates.

    Units with one row say nothing about change and are left out, so that they are not counted.

    Raises
    ------
    ModelError
        No unit has two rows, `y` does not change within units, or a column of `x` does not beyond
        what waves and covariates explain.
    """
    code = np.asarray(unit)
    kept = np.flatnonzero(np.bincount(code)[code] > 1)
    if len(kept) == 0:
        raise ModelError("No unit is there twice.")
    code = code[kept]
    w = as_weights(None if weights is None else np.asarray(weights)[kept], len(kept))
    root = np.sqrt(w)

    def without_unit(values: Array) -> Array:
        return np.asarray((values - unit_means(values, code, weights=w)) * root[:, None])

    own = without_unit(as_columns(x)[kept])
    held = [dummies(np.asarray(wave)[kept])]
    if covariates is not None:
        held.append(as_columns(covariates)[kept])
    other = basis(without_unit(np.column_stack(held)))
    rest = own - other @ (other.T @ own)
    if (np.linalg.norm(rest, axis=0) <= 1e-9 * np.linalg.norm(as_columns(x)[kept], axis=0)).any():
        raise ModelError("`x` does not change within units beyond what all units share.")
    outcome = without_unit(as_columns(y)[kept])[:, 0]
    if np.linalg.norm(outcome) <= 1e-9 * np.linalg.norm(as_columns(y)[kept]):
        raise ModelError("`y` does not change within units.")
    return UnitRows(np.column_stack([own, other]), outcome, code, kept)


def lag_system(
    y: ArrayLike,
    x: ArrayLike,
    unit: ArrayLike,
    wave: ArrayLike,
    cluster: ArrayLike,
    *,
    covariates: ArrayLike | None = None,
    weights: ArrayLike | None = None,
) -> LagSystem:
    """Fit both lags as one system.

    Parameters
    ----------
    y, x : (n,) two series, standardized where their lags are to be compared.
    unit, wave, cluster : (n,) codes; units lie within clusters.
    covariates : (n, q) held constant, as they are today.
    weights : (n,) of today's row.

    Raises
    ------
    ModelError
        No unit has two pairs of neighboring waves, or a series does not change.
    """
    series = np.column_stack([np.asarray(y, dtype=float), np.asarray(x, dtype=float)])
    units, waves, label = np.asarray(unit), np.asarray(wave), np.asarray(cluster)
    now, before = line_up(units, waves, lags=(1,)).T
    z = None if covariates is None else as_columns(covariates)[now]
    w = None if weights is None else np.asarray(weights, dtype=float)[now]

    def rows(outcome: int, on: list[int], of: Codes) -> UnitRows:
        return unit_rows(
            series[now, outcome],
            series[of][:, on],
            units[now],
            waves[now],
            covariates=z,
            weights=w,
        )

    forward, backward = rows(0, [1], before), rows(1, [0], before)
    of_pair = label[now][forward.rows]
    together, own, other = (
        fit_clustered(part.x, part.y, of_pair)
        for part in (rows(0, [1], now), rows(0, [1, 0], before), rows(1, [0, 1], before))
    )
    return LagSystem(
        both=_stack(forward, backward, of_pair),
        together=together,
        backward_at=forward.x.shape[1],
        held=(own, other),
        pairs=len(now),
        units=len(np.unique(forward.unit)),
    )


def _stack(forward: UnitRows, backward: UnitRows, cluster: Codes) -> ClusteredFit:
    k = forward.x.shape[1]
    table = np.zeros((2 * len(forward.y), k + backward.x.shape[1]))
    table[: len(forward.y), :k] = forward.x
    table[len(forward.y) :, k:] = backward.x
    outcome = np.concatenate([forward.y, backward.y])
    return fit_clustered(table, outcome, np.concatenate([cluster, cluster]))
