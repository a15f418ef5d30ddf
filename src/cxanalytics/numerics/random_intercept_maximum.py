"""How is the maximum of the likelihood of random intercepts found, and when is there none?

Large data start at the maximum of a subsample, quadrature at the maximum by Laplace's method.
Designs whose columns cannot be told apart, and effects without a finite estimate, are refused.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cxanalytics.errors import ModelError, SeparationError
from cxanalytics.numerics.links import Link
from cxanalytics.numerics.random_intercept_climb import (
    Ascent,
    Marginal,
    Place,
    nowhere,
    to_maximum,
)
from cxanalytics.numerics.random_intercept_data import Divided, GroupedAnswers
from cxanalytics.numerics.random_intercept_laplace import Laplace
from cxanalytics.numerics.random_intercept_quadrature import Quadrature
from cxanalytics.numerics.random_intercept_rows import BLOCK

Floats = NDArray[np.float64]

WARM_ROWS = 100_000
"""Rows of the subsample that gives large data their starting values."""

WARM_GAIN = 1e-2
"""Gain at which a climb for starting values ends."""

FEWEST_OF_AN_ANSWER = 20
"""Rows of every answer that such a subsample needs."""

UNFINISHED = 1e-6
"""Gain above which a climb has not converged."""

LARGE_EFFECT = 8.0
"""Units of the link over a column's range; with an error as large, the effect is not finite."""

FLAT = 1e-11
"""Smallest eigenvalue of the columns' correlations, per column, that lets them be told apart."""

START_SD = 0.3


def _cold(data: GroupedAnswers, divided: Divided, link: Link) -> Place:
    """Start at the marginal thresholds, without coefficients."""
    mass = np.sum([part.rows.category_mass() for part in divided.parts], axis=0)
    share = np.cumsum(mass)[:-1] / mass.sum()
    flat, depth = np.zeros(data.design.shape[1]), data.tree.depth
    parameters = np.concatenate([link.quantile(share), flat, np.full(depth, START_SD)])
    effects = [[np.zeros(size) for size in part.tree.sizes] for part in divided.parts]
    return nowhere(parameters, effects)


def _warm(data: GroupedAnswers, divided: Divided, link: Link, cold: Place) -> Place:
    """Climb on a subsample of large data; give its parameters and modes where they are likelier."""
    step, depth = len(data.answers) // WARM_ROWS, data.tree.depth
    if step < 5:
        return cold
    rows = [part.rows.every(step) for part in divided.parts]
    if min(int(np.diff(sample.starts).min()) for sample in rows) < FEWEST_OF_AN_ANSWER:
        return cold
    sample = Marginal(
        tuple(Laplace(r, part.tree, link) for r, part in zip(rows, divided.parts, strict=True)),
        depth,
    )
    start = sample.evaluate(cold.parameters, [point.effects for point in cold.points])
    free = np.ones(len(cold.parameters), dtype=bool)
    near = to_maximum(sample, start, free=free, tolerance=WARM_GAIN, most=20).place
    return near if near.log_likelihood > start.log_likelihood else cold


def maximize(
    data: GroupedAnswers,
    divided: Divided,
    link: Link,
    labels: Sequence[str],
    tolerance: float,
    most: int,
) -> Ascent:
    """Climb from a subsample of large data, then by Laplace's method, then as divided.

    Parameters
    ----------
    data : GroupedAnswers
    divided : Divided
    link : Link
    labels : sequence of str
        Names of the design's columns.
    tolerance, most
        As in `fit_random_intercept`.

    Returns
    -------
    Ascent

    Raises
    ------
    ModelError
        Columns that cannot be told apart, or no convergence.
    """
    _refuse_flat(data, labels)
    place = _warm(data, divided, link, _cold(data, divided, link))
    free = np.ones(len(place.parameters), dtype=bool)
    stages = [(Marginal(divided.parts, data.tree.depth), tolerance)]
    if any(isinstance(part, Quadrature) for part in divided.parts):
        whole = (Laplace(part.rows, part.tree, link) for part in divided.parts)
        stages.insert(0, (Marginal(tuple(whole), data.tree.depth), WARM_GAIN))
    for marginal, enough in stages:
        place = marginal.evaluate(place.parameters, [point.effects for point in place.points])
        if not np.isfinite(place.log_likelihood):
            raise ModelError("The model must have a likelihood where it starts; got none.")
        ascent = to_maximum(marginal, place, free=free, tolerance=enough, most=most)
        place = ascent.place
    if max(ascent.gain, place.missed) > max(tolerance, UNFINISHED):
        raise ModelError(
            f"The model must converge within {most} steps; one more would still add "
            f"{ascent.gain / 2.0:.1e} to the log likelihood after {ascent.iterations}."
        )
    return ascent


def _refuse_flat(data: GroupedAnswers, labels: Sequence[str]) -> None:
    """Refuse a design whose columns are combinations of each other or of a constant."""
    design = data.design
    number, p = design.shape
    if not p:
        return
    center, moments = design.mean(axis=0, dtype=float), np.zeros((p, p))
    for begin in range(0, number, BLOCK):
        part = design[begin : begin + BLOCK] - center
        moments += part.T @ part
    scale = np.sqrt(np.diag(moments))
    flat = scale <= FLAT * np.sqrt(number) * np.maximum(np.abs(center), 1.0)
    scale[flat] = 1.0
    values, vectors = np.linalg.eigh(moments / np.outer(scale, scale))
    if values[0] > FLAT * p:
        return
    named = [
        f"`{label}`"
        for label, load in zip(labels, np.abs(vectors[:, 0]), strict=False)
        if load > 0.1
    ]
    raise ModelError(
        f"{', '.join(named[:6])} must vary independently; "
        f"got a constant or a combination of other columns."
    )


def refuse_separation(
    data: GroupedAnswers, best: Place, covariance: Floats, labels: Sequence[str]
) -> None:
    """Refuse effects that grow without limit because answers separate perfectly.

    Parameters
    ----------
    data : GroupedAnswers
    best : Place
        The maximum.
    covariance : ndarray of shape (K, K)
    labels : sequence of str

    Raises
    ------
    SeparationError
        An effect is large and its error larger.
    """
    m, p = len(data.categories) - 1, data.design.shape[1]
    if not p:
        return
    width = data.design.max(axis=0).astype(float) - data.design.min(axis=0)
    size = np.abs(best.parameters[m : m + p]) * width
    errors = np.sqrt(np.maximum(np.diag(covariance)[m : m + p], 0.0))
    endless = (size > LARGE_EFFECT) & (errors * width > size)
    if endless.any():
        named = ", ".join(f"`{labels[j]}`" for j in np.flatnonzero(endless)[:6])
        raise SeparationError(
            f"{named} must not separate the answers perfectly; got an effect without a finite "
            f"estimate. Leave it out or merge it."
        )
