"""How does an outcome follow a cause over the periods after it, and when is it paid back?

``y_it = a_i + b_t + sum_k B_k s_i,t-k + c'z_it + e_it`` with unit and period effects. All lags are
held together: one lag alone would carry, with the opposite sign, part of what belongs to the same
period, because unit means are taken out of short series. The step path of an improvement that
stays is the running sum of the coefficients; the net path, what it has cost or saved by then, the
running sum of that.

Reference: Almon (1965), Econometrica 33(1); Cameron, Gelbach and Miller (2008), Review of Economics
and Statistics 90(3), for resampling of whole clusters.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cxanalytics.errors import ModelError
from cxanalytics.numerics.cluster_robust import ClusteredFit, fit_clustered
from cxanalytics.numerics.panel import as_codes, demean, unit_means

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LagFit:
    """Least squares of an outcome on a cause in the same and in earlier periods.

    Attributes
    ----------
    fit : ClusteredFit
        Its first coefficients are those of the columns of the cause, in their order.
    columns : number of columns of the cause.
    units : number of units used.
    used : (n,) bool; rows without a gap, of units with two such rows or more.
    """

    fit: ClusteredFit
    columns: int
    units: int
    used: NDArray[np.bool_]

    def contrast(self, weights: ArrayLike) -> Array:
        """Return the contrast that weighs the columns of the cause, and nothing else."""
        c = np.zeros(len(self.fit.coef))
        c[: self.columns] = weights
        return c


def shift_back(values: ArrayLike, unit: ArrayLike, period: ArrayLike, steps: int) -> Array:
    """Return, for every row, the value of its unit some periods earlier; NaN where there is none.

    Parameters
    ----------
    values : (n,) numbers.
    unit : (n,) labels.
    period : (n,) whole numbers, one a period; a unit has one row in a period.
    steps : periods to go back; negative for later periods.
    """
    values, code = np.asarray(values, dtype=float), as_codes(unit)
    place = np.asarray(period, dtype=np.int64)
    place = place - place.min()
    reach = abs(steps)
    table = np.full((int(code.max()) + 1, int(place.max()) + 1 + 2 * reach), np.nan)
    table[code, place + reach] = values
    return np.asarray(table[code, place + reach - steps])


def fit_lags(
    y: ArrayLike,
    cause: ArrayLike,
    unit: ArrayLike,
    period: ArrayLike,
    cluster: ArrayLike,
    *,
    covariates: ArrayLike | None = None,
) -> LagFit:
    """Fit the regression on columns of the cause, with unit and period effects.

    Parameters
    ----------
    y : (n,) outcome.
    cause : (n, p) the cause in the same period and shifted; rows with a gap are left out.
    unit, period, cluster : (n,) labels; units lie within clusters.
    covariates : (n, q), optional.

    Raises
    ------
    ModelError
        When too few rows are left, or a column does not vary within units.
    """
    y, x = np.asarray(y, dtype=float), np.asarray(cause, dtype=float)
    z = np.empty((len(y), 0)) if covariates is None else np.asarray(covariates, dtype=float)
    used = np.isfinite(np.column_stack([y, x, z])).all(axis=1)
    code = as_codes(unit)
    used &= np.bincount(code[used], minlength=int(code.max()) + 1)[code] > 1
    units, waves = np.unique(code[used]).size, np.unique(np.asarray(period)[used]).size
    if used.sum() <= units + waves + x.shape[1] + z.shape[1]:
        raise ModelError("`y` must have more rows without a gap than units, periods and columns.")
    wave = np.eye(waves)[as_codes(np.asarray(period)[used])][:, 1:]
    design = np.column_stack([x[used], z[used], wave])
    rows = design - unit_means(design, code[used])
    own = demean(x[used], code[used], wave=np.asarray(period)[used])
    if (own.std(axis=0) <= 1e-9 * np.maximum(x[used].std(axis=0), np.finfo(float).tiny)).any():
        raise ModelError("`cause` must vary within units over time; some column does not.")
    outcome = y[used] - unit_means(y[used], code[used])
    fit = fit_clustered(rows, outcome, np.asarray(cluster)[used], absorbed=units)
    return LagFit(fit, x.shape[1], units, used)


def resample_lags(lags: LagFit, *, resamples: int, seed: int) -> Array:
    """Return (resamples, p) coefficients of the cause when whole clusters are drawn anew.

    Parameters
    ----------
    lags : LagFit
    resamples : number of draws.
    seed : of the random numbers.
    """
    fit = lags.fit
    groups = fit.n_clusters
    sums = fit.scores + fit.grams @ fit.coef
    rng = np.random.default_rng(seed)
    times = rng.multinomial(groups, np.full(groups, 1.0 / groups), size=resamples).astype(float)
    left, right = np.einsum("rg,gij->rij", times, fit.grams), times @ sums
    # A draw that leaves a column empty gets the shortest solution, which sets it to zero.
    drawn = np.linalg.pinv(left, hermitian=True) @ right[..., None]
    return np.asarray(drawn[:, : lags.columns, 0])


def step_path(coefficients: ArrayLike) -> Array:
    """Return (..., K + 1) how the outcome stands after an improvement that stays."""
    return np.asarray(np.cumsum(np.asarray(coefficients, dtype=float), axis=-1))


def net_path(coefficients: ArrayLike) -> Array:
    """Return (..., K + 1) what an improvement that stays has added by the end of each period."""
    return np.asarray(np.cumsum(step_path(coefficients), axis=-1))


def paid_back_after(net: ArrayLike) -> Array:
    """Return (...) periods until a net path has come back to zero for good.

    0 where it never lies above zero; infinite where it ends above zero. Within a period the path is
    a straight line.

    Parameters
    ----------
    net : (..., K + 1) what has been added by the end of each period.
    """
    paths = np.atleast_2d(np.asarray(net, dtype=float))
    path = np.column_stack([np.zeros(len(paths)), paths])
    above = path > 0.0
    last = path.shape[1] - 1 - np.argmax(above[:, ::-1], axis=1)
    at = np.minimum(last, path.shape[1] - 2)
    row = np.arange(len(path))
    before, after = path[row, at], path[row, at + 1]
    crossing = at + before / np.where(before > after, before - after, 1.0)
    out = np.where(last == path.shape[1] - 1, np.inf, crossing)
    out = np.where(above.any(axis=1), out, 0.0)
    return np.asarray(out.reshape(np.shape(net)[:-1]))
