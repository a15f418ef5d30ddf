"""How do two scores of units go together, each from another half of the unit's people?

People are split at random, again and again. Moments of the hybrid regression (`panel`) are averaged
over splits, both ways round, and summed by cluster; the moments of one half's score with the other
half's say how much of it is no sampling error.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxanalytics.numerics.panel import within_between
from cxanalytics.numerics.unit_intercept import quasi_demean
from cxanalytics.numerics.units import basis, demean, dummies, unit_means

Array = NDArray[np.float64]
Codes = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class HalfMoments:
    """Moments by cluster of the parts of x, net of wave effects and the constant.

    Attributes
    ----------
    parts : "within" and "between", or "between" alone where x does not change within units.
    xx, xy : (G, p, p) and (G, p) from halves, x of one and y of the other.
    across : (G, p) products of a part of one half's x with the same part of the other's.
    xx_all, xy_all : as `xx` and `xy`, with everybody on both sides.
    """

    parts: tuple[str, ...]
    xx: Array
    xy: Array
    across: Array
    xx_all: Array
    xy_all: Array


def half_moments(
    x: Array,
    y: Array,
    weight: Array,
    cell: Codes,
    *,
    code: Codes,
    wave: Codes | None,
    cluster: Codes,
    splits: int,
    seed: int,
) -> HalfMoments:
    """Average moments over random halves of the people of each cell.

    Parameters
    ----------
    x, y, weight, cell : (people,) two scores, weight, and the row (unit and wave) of each person.
    code, wave, cluster : (rows,) unit, wave and cluster of each row.
    splits : random splits, each used both ways round.
    seed : of the splits.
    """
    rows = len(code)
    everybody = [_means(values, weight, cell, rows) for values in (x, y)]
    frame = _Frame(everybody[0], everybody[1], code, wave, cluster)
    rng = np.random.default_rng(seed)
    size = np.bincount(cell, minlength=rows)
    first = np.concatenate([[0], np.cumsum(size)[:-1]])
    xx: list[Array] = []
    xy: list[Array] = []
    across: list[Array] = []
    for _ in range(splits):
        order = np.lexsort((rng.random(len(cell)), cell))
        place = np.empty(len(cell), dtype=np.intp)
        place[order] = np.arange(len(cell)) - np.repeat(first, size)
        upper = 2 * place + rng.integers(0, 2, rows)[cell] >= size[cell]
        halves = [
            [_means(values[part], weight[part], cell[part], rows) for values in (x, y)]
            for part in (upper, ~upper)
        ]
        parts = [frame.parts(half[0]) for half in halves]
        for own, other in ((0, 1), (1, 0)):
            xx.append(frame.sums(parts[own], parts[own]))
            xy.append(frame.sums(parts[own], frame.outcome(halves[other][1])[:, None])[..., 0])
        across.append(np.einsum("gii->gi", frame.sums(parts[0], parts[1])))
    together = frame.parts(everybody[0])
    return HalfMoments(
        parts=frame.names,
        xx=np.mean(xx, axis=0),
        xy=np.mean(xy, axis=0),
        across=np.mean(across, axis=0),
        xx_all=frame.sums(together, together),
        xy_all=frame.sums(together, frame.outcome(everybody[1])[:, None])[..., 0],
    )


def _means(values: Array, weight: Array, cell: Codes, rows: int) -> Array:
    mass = np.bincount(cell, weights=weight, minlength=rows)
    return np.asarray(np.bincount(cell, weights=weight * values, minlength=rows) / mass)


class _Frame:
    """What all splits share: the random intercept of everybody's scores, and what is held."""

    def __init__(self, x: Array, y: Array, code: Codes, wave: Codes | None, cluster: Codes) -> None:
        n = len(code)
        self.code, self.wave, self.weight = code, wave, np.ones(n)
        self.theta = np.zeros(n)
        moves = np.std(demean(x, code, wave=wave)) > 1e-9 * np.std(x)
        self.names = ("within", "between") if moves else ("between",)
        if moves:
            self.theta = within_between(y, x, code, wave=wave).fit.theta
        held = np.ones((n, 1)) if wave is None else np.column_stack([np.ones(n), dummies(wave)])
        self.held = basis(quasi_demean(held, code, theta=self.theta, weights=self.weight))
        self.order = np.argsort(cluster, kind="stable")
        self.starts = np.searchsorted(cluster[self.order], np.arange(int(cluster.max()) + 1))

    def parts(self, x: Array) -> Array:
        """(rows, p) parts of x, quasi-demeaned and net of what is held constant."""
        columns = [unit_means(x, self.code)]
        if len(self.names) > 1:
            columns.insert(0, demean(x, self.code, wave=self.wave))
        return self._net(np.column_stack(columns))

    def outcome(self, y: Array) -> Array:
        """(rows,) y in the same way."""
        return self._net(y[:, None])[:, 0]

    def sums(self, left: Array, right: Array) -> Array:
        """(G, p, q) cross-products by cluster."""
        each = left[:, :, None] * right[:, None, :]
        return np.asarray(np.add.reduceat(each[self.order], self.starts, axis=0))

    def _net(self, values: Array) -> Array:
        made = quasi_demean(values, self.code, theta=self.theta, weights=self.weight)
        return np.asarray(made - self.held @ (self.held.T @ made))
