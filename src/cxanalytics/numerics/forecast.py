"""Where will each unit's level be some years ahead, and how fast have levels moved so far?

Paths of many units, observed with known sampling variances ``v_gt`` at common times ``t``:

    y_gt = c_t + a_g + b_g t + r_gt + u_gt + e_gt

``c`` is what all units share (a level, a drift, a random walk, and shocks that pass). Each unit has
its own start ``a ~ N(0, tau^2)``, drift ``b ~ N(0, sigma_b^2)``, random walk ``r`` with
variance ``omega^2`` a year, and shocks ``u ~ N(0, psi^2)`` that pass. Starting levels and drifts
are pulled toward those of the others and passing shocks are not carried on, so that regression to
the mean is inside the forecast. The six standard deviations have half-normal priors and are
integrated out by adaptive importance sampling; everything else is Gaussian and drawn exactly.

Harvey (1989), Forecasting, Structural Time Series Models and the Kalman Filter; Cappe et al.
(2004), Journal of Computational and Graphical Statistics 13(4).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import erfinv
from scipy.stats import qmc

from cxanalytics.errors import ModelError

Array = NDArray[np.float64]

FEWEST_UNITS = 5
FEWEST_TIMES = 4
PRIOR_SD = np.array([1.0, 0.2, 0.2, 0.1, 0.1, 0.05])
"""Half-normal scales of tau, psi, omega, sigma_b, and of the shared random walk and shocks."""
DRIFT_SD = 0.1
"""Prior standard deviation of the shared drift, a year."""
LEVEL_SD = 5.0
SAMPLES = 768
STAGES = 3
ADAPT_ESS = 60.0
DEGREES = 6.0
WIDEN = 1.3
UNSEEN = 1e6
BLOCK = 400_000


@dataclass(frozen=True, slots=True)
class Forecast:
    """Joint posterior draws of paths.

    Attributes
    ----------
    level : (D, G, T) lasting level at each time, without shocks that pass.
    future : (D, G, H) level at each future time, with a shock that passes.
    sd : (6,) posterior means of the standard deviations, in the order of `PRIOR_SD`.
    effective : effective number of importance samples behind the draws.
    """

    level: Array
    future: Array
    sd: Array
    effective: float


def forecast_paths(
    y: ArrayLike,
    variance: ArrayLike,
    times: ArrayLike,
    *,
    ahead: ArrayLike,
    draws: int,
    seed: int,
) -> Forecast:
    """Draw paths of levels, and their continuation.

    Parameters
    ----------
    y : (G, T) observed levels; NaN where a unit was not observed.
    variance : (G, T) sampling variances; read where `y` is known.
    times : (T,) increasing, in years.
    ahead : (H,) years after the last time.
    draws : number of joint draws.
    seed : of the sampling.

    Raises
    ------
    ModelError
        Fewer than five units or four times, times that do not increase, or a variance that is
        not positive.
    """
    y, v, t = (np.asarray(part, dtype=float) for part in (y, variance, times))
    h = np.atleast_1d(np.asarray(ahead, dtype=float))
    seen = np.isfinite(y)
    if y.ndim != 2 or len(y) < FEWEST_UNITS or y.shape[1] < FEWEST_TIMES:
        raise ModelError(
            f"`y` must hold at least {FEWEST_UNITS} units at {FEWEST_TIMES} times; got shape "
            f"{y.shape}."
        )
    if not ((np.diff(t) > 0).all() and (h > 0).all()):
        raise ModelError("`times` must increase, and `ahead` be positive.")
    if not (v[seen] > 0).all():
        raise ModelError("`variance` must be positive wherever `y` is known.")
    center = float(y[seen].mean())
    data = _Data(
        np.where(seen, y - center, 0.0), np.where(seen, v, UNSEEN), t - t[0], t[-1] - t[0] + h
    )
    rng = np.random.default_rng(seed)
    log_sd, weight = _sample(data, rng)
    picked = log_sd[rng.choice(len(weight), size=draws, p=weight)]
    level = np.empty((draws, *y.shape))
    future = np.empty((draws, len(y), len(h)))
    step = max(1, BLOCK // (len(y) * len(t) ** 2))
    for start in range(0, draws, step):
        part = slice(start, start + step)
        level[part], future[part] = _draw(data, np.exp(picked[part]), rng)
    return Forecast(
        level=level + center,
        future=future + center,
        sd=weight @ np.exp(log_sd),
        effective=float(1.0 / np.square(weight).sum()),
    )


@dataclass(frozen=True, slots=True)
class _Data:
    """Centered observations (G, T), variances (G, T), times (T,) and future times (H,) from 0."""

    y: Array
    v: Array
    t: Array
    later: Array

    @property
    def all_times(self) -> Array:
        return np.concatenate([self.t, self.later])


def _own(sd: Array, s: Array, t: Array) -> Array:
    """(K, S, T) covariance of a unit's lasting deviation at times s and t."""
    tau, _, omega, drift = np.square(sd[:, :4]).T[:, :, None, None]
    return tau + drift * np.outer(s, t) + omega * np.minimum.outer(s, t)


def _shared(sd: Array, s: Array, t: Array) -> Array:
    """(K, S, T) covariance of the shared lasting level at times s and t."""
    walk = np.square(sd[:, 4])[:, None, None]
    return LEVEL_SD**2 + DRIFT_SD**2 * np.outer(s, t) + walk * np.minimum.outer(s, t)


def _unit_covariance(data: _Data, sd: Array) -> Array:
    """(K, G, T, T) covariance of the observations of each unit, given what is shared."""
    cov = _own(sd, data.t, data.t) + np.square(sd[:, 1])[:, None, None] * np.eye(len(data.t))
    return cov[:, None] + data.v[None, :, :, None] * np.eye(len(data.t))


def _shared_prior(data: _Data, sd: Array) -> Array:
    passing = np.square(sd[:, 5])[:, None, None] * np.eye(len(data.t))
    return _shared(sd, data.t, data.t) + passing


def _log_marginal(data: _Data, sd: Array) -> Array:
    """(K,) log likelihood of the standard deviations, all levels integrated out."""
    out = np.empty(len(sd))
    step = max(1, BLOCK // (len(data.y) * len(data.t) ** 2))
    for start in range(0, len(sd), step):
        some = sd[start : start + step]
        cov = _unit_covariance(data, some)
        log_det = np.linalg.slogdet(cov)[1].sum(axis=1)
        inverse = np.linalg.inv(cov)
        weighted = np.einsum("kgij,gj->kgi", inverse, data.y)
        a, b = inverse.sum(axis=1), weighted.sum(axis=1)
        prior = _shared_prior(data, some)
        joint = np.eye(len(data.t)) + prior @ a
        log_det += np.linalg.slogdet(joint)[1]
        fit = np.linalg.solve(joint, (prior @ b[:, :, None]))[:, :, 0]
        square = np.einsum("kgi,gi->k", weighted, data.y) - (b * fit).sum(axis=1)
        out[start : start + step] = -0.5 * (log_det + square)
    return out


def _log_density(data: _Data, log_sd: Array) -> Array:
    """(K,) log posterior density of the logarithms of the standard deviations."""
    sd = np.exp(log_sd)
    prior = (log_sd - 0.5 * np.square(sd / PRIOR_SD)).sum(axis=1)
    return _log_marginal(data, sd) + prior


def _sample(data: _Data, rng: np.random.Generator) -> tuple[Array, Array]:
    """Weighted samples of the logarithms of the standard deviations, from a fitted proposal."""
    uniform = qmc.Sobol(len(PRIOR_SD), seed=rng).random(512)
    log_sd = np.log(PRIOR_SD * np.sqrt(2.0) * erfinv(np.clip(uniform, 1e-6, 1.0 - 1e-6)))
    weight = _tempered(_log_marginal(data, np.exp(log_sd)))
    for _ in range(STAGES):
        mean = weight @ log_sd
        off = log_sd - mean
        cov = (weight[:, None] * off).T @ off + 1e-3 * np.eye(len(mean))
        root = np.linalg.cholesky(WIDEN * cov)
        scale = np.sqrt(DEGREES / rng.chisquare(DEGREES, size=(SAMPLES, 1)))
        z = rng.standard_normal((SAMPLES, len(mean))) * scale
        log_sd = mean + z @ root.T
        spread = (DEGREES + len(mean)) / 2.0
        proposal = -spread * np.log1p(np.square(z).sum(axis=1) / DEGREES)
        log_weight = _log_density(data, log_sd) - proposal
        weight = _tempered(log_weight)
    weight = np.exp(log_weight - log_weight.max())
    return log_sd, weight / weight.sum()


def _tempered(log_weight: Array) -> Array:
    """Flatten weights until enough samples count to fit the next proposal."""
    for power in (1.0, 0.5, 0.25, 0.125, 0.0625, 0.03125):
        weight = np.exp(power * (log_weight - log_weight.max()))
        weight = weight / weight.sum()
        if 1.0 / np.square(weight).sum() >= ADAPT_ESS:
            break
    return np.asarray(weight)


def _draw(data: _Data, sd: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    """Draw shared path, own paths and future of all units, once for each row of `sd`."""
    inverse = np.asarray(np.linalg.inv(_unit_covariance(data, sd)), dtype=float)
    a = inverse.sum(axis=1)
    b = np.einsum("kgij,gj->ki", inverse, data.y)
    prior = _shared_prior(data, sd)
    precision = a + np.linalg.inv(prior)
    mean = np.linalg.solve(precision, b[:, :, None])[:, :, 0]
    noise = rng.standard_normal(mean.shape)
    root = np.linalg.cholesky(precision)
    shared = mean + np.linalg.solve(root.transpose(0, 2, 1), noise[:, :, None])[:, :, 0]
    common = _continue_shared(data, sd, prior, shared, rng)
    own = _continue_own(data, sd, inverse, shared, rng)
    path = common[:, None] + own
    times = len(data.t)
    future = path[:, :, times:]
    passing = sd[:, 1, None, None] * rng.standard_normal(future.shape)
    passing += sd[:, 5, None, None] * rng.standard_normal((len(sd), 1, future.shape[2]))
    return path[:, :, :times], future + passing


def _continue_shared(
    data: _Data, sd: Array, prior: Array, shared: Array, rng: np.random.Generator
) -> Array:
    """(K, T + H) lasting part of the shared path, given the path with its shocks."""
    every = data.all_times
    free = LEVEL_SD * rng.standard_normal((len(sd), 1))
    free = free + DRIFT_SD * rng.standard_normal((len(sd), 1)) * every
    free = free + sd[:, 4, None] * _walk(every, len(sd), rng)
    passing = sd[:, 5, None] * rng.standard_normal(shared.shape)
    surprise = shared - free[:, : len(data.t)] - passing
    gain = np.linalg.solve(prior, surprise[:, :, None])
    return np.asarray(free + (_shared(sd, every, data.t) @ gain)[:, :, 0])


def _continue_own(
    data: _Data, sd: Array, inverse: Array, shared: Array, rng: np.random.Generator
) -> Array:
    """(K, G, T + H) lasting deviations of the units, given the shared path."""
    every = data.all_times
    shape = (len(sd), len(data.y), 1)
    free = sd[:, 0, None, None] * rng.standard_normal(shape)
    free = free + sd[:, 3, None, None] * rng.standard_normal(shape) * every
    walks = _walk(every, len(sd) * len(data.y), rng).reshape(*shape[:2], len(every))
    free = free + sd[:, 2, None, None] * walks
    seen = rng.standard_normal((*shape[:2], len(data.t)))
    error = np.sqrt(np.square(sd[:, 1, None, None]) + data.v) * seen
    surprise = data.y - shared[:, None] - free[:, :, : len(data.t)] - error
    gain = np.einsum("kgij,kgj->kgi", inverse, surprise)
    return np.asarray(free + np.einsum("kst,kgt->kgs", _own(sd, every, data.t), gain))


def _walk(times: Array, n: int, rng: np.random.Generator) -> Array:
    """(n, S) standard random walks at times from 0."""
    steps = np.sqrt(np.diff(times, prepend=0.0))
    return np.cumsum(steps * rng.standard_normal((n, len(times))), axis=1)


def steepest_rise(level: Array, times: ArrayLike, *, window: float) -> Array:
    """Return (D, G) the fastest rise a year of each path over a window or longer.

    Parameters
    ----------
    level : (D, G, T) draws of paths.
    times : (T,) in years.
    window : shortest stretch, in years.

    Raises
    ------
    ModelError
        No two times lie that far apart.
    """
    t = np.asarray(times, dtype=float)
    # rounding must not lose a stretch that is exactly as long
    first, last = np.nonzero(window - 1e-9 <= np.subtract.outer(t, t).T)
    if not len(first):
        raise ModelError(f"`times` must span at least {window:g} years.")
    best = np.full(level.shape[:2], -np.inf)
    for i, j in zip(first, last, strict=True):
        np.maximum(best, (level[:, :, j] - level[:, :, i]) / (t[j] - t[i]), out=best)
    return best
