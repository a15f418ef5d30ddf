"""How far should each unit's score be pulled toward the others, and how sure is the result?

Model: ``y_g ~ N(theta_g, v_g)`` with known ``v_g``, ``theta_g ~ N(x_g' gamma, tau^2)``, flat
priors on ``gamma`` and on ``tau``. ``gamma`` is integrated out in closed form and ``tau`` by
quadrature, so that means, standard deviations and quantiles carry the uncertainty of both (a
plug-in ``tau`` covers too little with few units). Estimates that share information (a full
covariance) are rotated to its eigenvectors, where the model is again diagonal.

Notation follows Gelman et al., Bayesian Data Analysis (3rd ed.), section 5.4.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import ndtr

from cxanalytics.errors import ModelError

Array = NDArray[np.float64]

NODES = 200
MASS = 40.0
FEWEST_UNITS = 3
BLOCK = 2_000_000


@dataclass(frozen=True, slots=True)
class NormalHierarchy:
    """Posterior of a normal-normal hierarchy.

    Attributes
    ----------
    mean, sd : (G,) posterior mean and standard deviation of each theta.
    reliability : (G,) posterior mean of ``tau^2 / (tau^2 + v_g)``.
    tau, weight : (K,) nodes of tau and their posterior probabilities.
    center : (p,) posterior mean of gamma.
    node_mean, node_sd : (K, G) moments of theta given each node (they mix to ``mean`` and ``sd``).
    y, variance, design : (G,), (G,), (G, p) the data, rotated when a full covariance was given.
    rotation : (G, G) eigenvectors of the covariance, or None when it is diagonal.
    """

    mean: Array
    sd: Array
    reliability: Array
    tau: Array
    weight: Array
    center: Array
    node_mean: Array
    node_sd: Array
    y: Array
    variance: Array
    design: Array
    rotation: Array | None

    def quantile(self, probability: float) -> Array:
        """Return the (G,) exact posterior quantiles of theta (a mixture of normals over tau)."""
        reach = 12.0
        low = (self.node_mean - reach * self.node_sd).min(axis=0)
        high = (self.node_mean + reach * self.node_sd).max(axis=0)
        for _ in range(60):
            middle = 0.5 * (low + high)
            below = self.weight @ ndtr((middle - self.node_mean) / self.node_sd)
            low = np.where(below < probability, middle, low)
            high = np.where(below < probability, high, middle)
        return np.asarray(0.5 * (low + high))

    def draws(self, n_draws: int, *, seed: int) -> Array:
        """Return (n_draws, G) joint posterior draws of theta, ``tau`` and ``gamma`` drawn too."""
        rng = np.random.default_rng(seed)
        node = rng.choice(len(self.tau), size=n_draws, p=self.weight)
        n_units, n_columns = self.design.shape
        gamma_mean, gamma_root = _gamma_moments(self.y, self.variance, self.design, self.tau)
        out = np.empty((n_draws, n_units))
        step = max(1, BLOCK // n_units)
        for start in range(0, n_draws, step):
            chosen = node[start : start + step]
            noise = rng.standard_normal((len(chosen), n_columns))
            gamma = gamma_mean[chosen] + np.einsum("dij,dj->di", gamma_root[chosen], noise)
            kept = _keep(self.variance, self.tau[chosen])
            theta = gamma @ self.design.T
            theta += kept * (self.y - theta)
            theta += np.sqrt(kept * self.variance) * rng.standard_normal(theta.shape)
            out[start : start + step] = theta if self.rotation is None else theta @ self.rotation.T
        return out


def shrink_normal(
    y: ArrayLike,
    variance: ArrayLike,
    *,
    design: ArrayLike | None = None,
    nodes: int = NODES,
) -> NormalHierarchy:
    """Return the posterior of unit scores under a normal-normal hierarchy, tau integrated out.

    Parameters
    ----------
    y : (G,) raw scores.
    variance : (G,) sampling variances, or (G, G) their covariance.
    design : (G, p) unit-level covariates including the constant; a constant alone by default.
    nodes : number of quadrature nodes for tau.

    Raises
    ------
    ModelError
        With fewer than ``p + 2`` units (the flat prior on tau is then improper), or bad variances.
    """
    y = np.array(y, dtype=float)
    x: Array = np.ones((len(y), 1)) if design is None else np.array(design, dtype=float)
    v, rotation = _diagonalize(np.array(variance, dtype=float), len(y))
    if len(y) < x.shape[1] + FEWEST_UNITS - 1:
        raise ModelError(
            f"`y` must hold at least {x.shape[1] + FEWEST_UNITS - 1} units to estimate how much "
            f"they differ; got {len(y)}."
        )
    if not (np.isfinite(y).all() and np.isfinite(x).all()):
        raise ModelError("`y` and `design` must be finite; got missing values.")
    if rotation is not None:
        y, x = np.asarray(rotation.T @ y), np.asarray(rotation.T @ x)
    tau, weight = _tau_posterior(y, v, x, nodes)
    gamma, root = _gamma_moments(y, v, x, tau)
    kept = _keep(v, tau)
    fitted = gamma @ x.T
    node_mean = fitted + kept * (y - fitted)
    spread = np.einsum("kg,gi,kij->kgj", 1.0 - kept, x, root)
    if rotation is None:
        node_variance = kept * v + np.square(spread).sum(axis=2)
    else:
        node_mean = node_mean @ rotation.T
        spread = np.einsum("kgj,hg->khj", spread, rotation)
        node_variance = (kept * v) @ np.square(rotation).T + np.square(spread).sum(axis=2)
    mean = weight @ node_mean
    variance_of_theta = weight @ (node_variance + np.square(node_mean - mean))
    own = v if rotation is None else np.square(rotation) @ v
    return NormalHierarchy(
        mean=mean,
        sd=np.sqrt(variance_of_theta),
        reliability=weight @ _keep(own, tau),
        tau=tau,
        weight=weight,
        center=weight @ gamma,
        node_mean=node_mean,
        node_sd=np.sqrt(node_variance),
        y=y,
        variance=v,
        design=x,
        rotation=rotation,
    )


def reml_tau2(y: ArrayLike, variance: ArrayLike, *, design: ArrayLike | None = None) -> float:
    """Return the REML estimate of ``tau^2`` (0 when the units differ no more than chance).

    The largest root of the restricted score is bracketed on a grid and polished by Brent's method.
    """
    y = np.asarray(y, dtype=float)
    v = np.asarray(variance, dtype=float)
    x = np.ones((len(y), 1)) if design is None else np.asarray(design, dtype=float)
    top = 10.0 * float(np.var(y, ddof=1)) + float(v.max())
    grid = np.concatenate([[0.0], np.geomspace(1e-8 * top, top, 120)])
    value = _log_marginal(y, v, x, np.sqrt(grid))
    best = int(np.argmax(value))
    if best == 0:
        return 0.0
    low, high = grid[best - 1], grid[min(best + 1, len(grid) - 1)]
    score_low, score_high = (_reml_score(y, v, x, t) for t in (low, high))
    if score_low <= 0.0:
        return 0.0
    if score_high >= 0.0:
        return float(high)
    return float(
        brentq(lambda t: _reml_score(y, v, x, t), low, high, xtol=1e-14 * top, rtol=8.9e-16)
    )


def smooth_share_variance(share: ArrayLike, n_effective: ArrayLike) -> Array:
    """Return (G,) sampling variances of shares at the pooled share: ``p(1-p)/n_g``.

    A unit's own ``p_g(1-p_g)`` is near zero when everybody agrees, which would make the most
    extreme small units look the most certain; the pooled share removes that.

    Parameters
    ----------
    share : (G,) shares between 0 and 1.
    n_effective : (G,) effective numbers of answers.
    """
    share = np.asarray(share, dtype=float)
    n = np.asarray(n_effective, dtype=float)
    pooled = (n @ share + 0.5) / (n.sum() + 1.0)
    return np.asarray(pooled * (1.0 - pooled) / n)


def smooth_mean_variance(variance: ArrayLike, n_effective: ArrayLike) -> Array:
    """Return (G,) sampling variances of means at the pooled spread of one answer.

    Parameters
    ----------
    variance : (G,) each unit's own sampling variance.
    n_effective : (G,) effective numbers of answers; a unit's spread is ``variance * n``.
    """
    n = np.asarray(n_effective, dtype=float)
    spread = np.asarray(variance, dtype=float) * n
    freedom = np.maximum(n - 1.0, 0.0)
    return np.asarray((freedom @ spread) / freedom.sum() / n)


def _diagonalize(variance: Array, n_units: int) -> tuple[Array, Array | None]:
    if variance.shape == (n_units,):
        v, rotation = variance, None
    elif variance.shape == (n_units, n_units):
        off = variance - np.diag(np.diag(variance))
        if np.abs(off).max(initial=0.0) <= 1e-14 * np.abs(np.diag(variance)).max(initial=0.0):
            v, rotation = np.diag(variance).copy(), None
        else:
            v, rotation = np.linalg.eigh(0.5 * (variance + variance.T))
            if v.min() < -1e-8 * v.max():
                raise ModelError("`variance` must be positive semi-definite.")
            v = np.maximum(v, 1e-10 * v.max())
    else:
        raise ModelError(
            f"`variance` must have shape ({n_units},) or ({n_units}, {n_units}); "
            f"got {variance.shape}."
        )
    if not (np.isfinite(v).all() and (v > 0.0).all()):
        raise ModelError("`variance` must be positive and finite for every unit.")
    return v, rotation


def _keep(v: Array, tau: Array) -> Array:
    square = np.square(tau)[:, None]
    return np.asarray(square / (square + v))


def _normal_equations(y: Array, v: Array, x: Array, tau: Array) -> tuple[Array, Array, Array]:
    w = 1.0 / (v + np.square(tau)[:, None])
    a = np.einsum("kg,gi,gj->kij", w, x, x, optimize=True)
    b = w @ (x * y[:, None])
    return w, a, b


def _gamma_moments(y: Array, v: Array, x: Array, tau: Array) -> tuple[Array, Array]:
    """Mean (K, p) and a root (K, p, p) of the covariance of gamma at each node."""
    _, a, b = _normal_equations(y, v, x, tau)
    covariance = np.linalg.inv(a)
    return np.einsum("kij,kj->ki", covariance, b), np.linalg.cholesky(covariance)


def _log_marginal(y: Array, v: Array, x: Array, tau: Array) -> Array:
    """Log p(y | tau) up to a constant, gamma integrated out: the restricted likelihood (K,)."""
    w, a, b = _normal_equations(y, v, x, tau)
    gamma = np.linalg.solve(a, b[:, :, None])[:, :, 0]
    residual = y - gamma @ x.T
    return np.asarray(
        0.5 * np.log(w).sum(axis=1)
        - 0.5 * np.linalg.slogdet(a)[1]
        - 0.5 * (w * np.square(residual)).sum(axis=1)
    )


@lru_cache(maxsize=8)
def _legendre(nodes: int) -> tuple[Array, Array]:
    standard, width = np.polynomial.legendre.leggauss(nodes)
    standard.flags.writeable = width.flags.writeable = False
    return standard, width


def _tau_posterior(y: Array, v: Array, x: Array, nodes: int) -> tuple[Array, Array]:
    """Gauss-Legendre nodes and probabilities of tau, on ``tau = s u/(1-u)`` where the mass lies."""
    residual = y - x @ np.linalg.lstsq(x, y, rcond=None)[0]
    scale = float(np.sqrt(residual @ residual / max(len(y) - x.shape[1], 1) + np.median(v)))
    low, high = 0.0, 1.0
    standard, width = _legendre(nodes)
    for _ in range(12):
        u = low + (high - low) * 0.5 * (standard + 1.0)
        tau = scale * u / (1.0 - u)
        log_density = _log_marginal(y, v, x, tau) - 2.0 * np.log1p(-u)
        inside = np.flatnonzero(log_density > log_density.max() - MASS)
        first, last = max(inside[0] - 1, 0), min(inside[-1] + 1, nodes - 1)
        new_low = low if first == 0 else float(u[first])
        new_high = high if last == nodes - 1 else float(u[last])
        if new_high - new_low > 0.8 * (high - low):
            break
        low, high = new_low, new_high
    weight = width * np.exp(log_density - log_density.max())
    return tau, weight / weight.sum()


def _reml_score(y: Array, v: Array, x: Array, tau2: float) -> float:
    """Derivative of the restricted log likelihood in tau^2 (times 2)."""
    w = 1.0 / (v + tau2)
    a_inverse = np.linalg.inv((x * w[:, None]).T @ x)
    gamma = a_inverse @ (x.T @ (w * y))
    residual = y - x @ gamma
    trace = w.sum() - np.trace(a_inverse @ ((x * np.square(w)[:, None]).T @ x))
    return float(np.square(w * residual).sum() - trace)
