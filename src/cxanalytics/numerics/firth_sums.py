"""What do yes-or-no answers add up to under bias-reducing adjustments?

Penalized likelihood, adjusted scores and information of logistic regression, block by block. The
leverage of a row needs the inverse information, so each evaluation passes over the rows twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import linalg, sparse
from scipy.special import expit, log_expit, logit

from cxanalytics.errors import ModelError
from cxanalytics.numerics.newton import Height
from cxanalytics.numerics.ordinal_sums import BLOCK

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

ADJUSTMENTS = ("mean", "median")


@dataclass(frozen=True, slots=True)
class YesRows:
    """Yes-or-no answers with their columns.

    Attributes
    ----------
    yes : ndarray of shape (rows,)
        0.0 or 1.0.
    design : ndarray of shape (rows, p)
    mass : ndarray of shape (rows,)
        Counts times weights, scaled to sum to the respondents.
    groups : ndarray of int, shape (rows,), optional
    n_groups : int
    n, weight_sum : float
    """

    yes: Floats
    design: NDArray[np.generic]
    mass: Floats
    groups: Integers | None
    n_groups: int
    n: float
    weight_sum: float

    def start(self) -> Floats:
        """Give the intercept of the overall share, and nothing else."""
        at = np.zeros(1 + self.design.shape[1] + max(self.n_groups - 1, 0))
        at[0] = logit(float(self.mass @ self.yes) / self.n)
        return at

    def reach(self) -> Floats:
        """Give each parameter its column's largest absolute value, at least 1."""
        size = len(self.start())
        reach = np.ones(size)
        low, high = self.design.min(axis=0).astype(float), self.design.max(axis=0).astype(float)
        reach[1 : 1 + len(low)] = np.maximum(np.maximum(np.abs(low), np.abs(high)), 1.0)
        return reach

    def blocks(self, at: Floats) -> Iterator[tuple[slice, Floats, Floats]]:
        """Give rows, columns with a constant, and linear predictor of each block."""
        core = 1 + self.design.shape[1]
        levels = np.concatenate([[0.0], at[core:]])
        for begin in range(0, len(self.yes), BLOCK):
            inside = slice(begin, min(begin + BLOCK, len(self.yes)))
            x = self.design[inside].astype(float)
            z = np.column_stack([np.ones(len(x)), x])
            predictor = z @ at[:core]
            if self.groups is not None:
                predictor += levels[self.groups[inside]]
            yield inside, z, predictor

    def _member(self, inside: slice) -> sparse.csc_array:
        assert self.groups is not None
        codes = self.groups[inside]
        at = (np.ones(len(codes)), codes, np.arange(len(codes) + 1))
        return sparse.csc_array(at, shape=(self.n_groups, len(codes)))

    def information(self, at: Floats) -> tuple[float, Floats]:
        """Sum the log likelihood and the information."""
        core, g = 1 + self.design.shape[1], self.n_groups
        total, square = 0.0, np.zeros((core, core))
        side, own = np.zeros((g, core)), np.zeros(g)
        for inside, z, predictor in self.blocks(at):
            mass = self.mass[inside]
            sign = 2.0 * self.yes[inside] - 1.0
            total += float(mass @ log_expit(sign * predictor))
            v = mass * expit(predictor) * expit(-predictor)
            scaled = z * v[:, None]
            square += scaled.T @ z
            if g:
                member = self._member(inside)
                side += member @ scaled
                own += member @ v
        if g:
            square = np.block([[square, side[1:].T], [side[1:], np.diag(own[1:])]])
        return total, square

    def scores(
        self, at: Floats, inverse: Floats | None = None
    ) -> Iterator[tuple[slice, Floats, Floats]]:
        """Give each row's adjusted score in the columns, and in its group's level."""
        core = 1 + self.design.shape[1]
        c = linalg.inv(self.information(at)[1]) if inverse is None else inverse
        side = np.vstack([np.zeros((1, core)), c[core:, :core]])
        own = np.concatenate([[0.0], np.diag(c)[core:]])
        for inside, z, predictor in self.blocks(at):
            share, mass = expit(predictor), self.mass[inside]
            length = np.einsum("ij,ij->i", z @ c[:core, :core], z)
            if self.groups is not None:
                code = self.groups[inside]
                length += 2.0 * np.einsum("ij,ij->i", z, side[code]) + own[code]
            leverage = mass * share * expit(-predictor) * length
            row = mass * (self.yes[inside] - share) + leverage * (0.5 - share)
            yield inside, row[:, None] * z, row

    def penalized(self, at: Floats) -> Height:
        """Give penalized likelihood, adjusted score and minus information; -inf far out."""
        total, square = self.information(at)
        try:
            root = linalg.cholesky(square, lower=True)
        except linalg.LinAlgError:
            return Height(-np.inf, np.zeros(len(at)), -square)
        log_determinant = float(np.log(np.diag(root)).sum())
        inverse = linalg.cho_solve((root, True), np.eye(len(at)))
        score, levels = np.zeros(1 + self.design.shape[1]), np.zeros(self.n_groups)
        for inside, rows, of_level in self.scores(at, inverse):
            score += rows.sum(axis=0)
            if self.n_groups:
                levels += self._member(inside) @ of_level
        return Height(total + log_determinant, np.concatenate([score, levels[1:]]), -square)

    def median(self, at: Floats) -> tuple[Floats, Floats]:
        """Give the median-adjusted score, and the scoring step from here."""
        _, square = self.information(at)
        c = linalg.inv(square)
        total, third = np.zeros(len(at)), np.zeros((len(at), len(at)))
        for _, rows, _ in self.scores(at, c):
            total += rows.sum(axis=0)
        for inside, z, predictor in self.blocks(at):
            share = expit(predictor)
            v = self.mass[inside] * share * expit(-predictor) * (1.0 - 2.0 * share)
            third += (z * v[:, None]).T @ (z @ c) ** 2
        move = -np.einsum("jk,kj->j", c, third / np.diag(c)) / 3.0
        score = total + square @ move
        return score, c @ score


def yes_rows(
    answers: ArrayLike,
    design: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    counts: ArrayLike | None = None,
    groups: ArrayLike | None = None,
    names: Sequence[str] | None = None,
) -> YesRows:
    """Check yes-or-no answers and their columns.

    Parameters
    ----------
    answers, design, weights, counts, groups, names
        As in `firth.fit_firth`.

    Returns
    -------
    YesRows

    Raises
    ------
    ModelError
        Answers other than 0 and 1 or of one kind only, weights that are not positive, or columns
        that are combinations of each other, of a constant or of the groups.
    """
    yes, x = np.asarray(answers, dtype=float), np.asarray(design)
    if x.ndim != 2 or len(x) != len(yes):
        raise ModelError(f"`design` must have shape ({len(yes)}, columns); got {x.shape}.")
    if not np.isin(yes, (0.0, 1.0)).all() or yes.min() == yes.max():
        raise ModelError("`answers` must be 0 and 1, with some of each.")
    mass, n = np.ones(len(yes)), float(len(yes))
    for name, value in (("weights", weights), ("counts", counts)):
        if value is None:
            continue
        number = np.asarray(value, dtype=float)
        if number.shape != yes.shape or not np.isfinite(number).all() or (number <= 0).any():
            raise ModelError(f"`{name}` must be {len(yes)} positive finite numbers.")
        mass = mass * number
        n = float(number.sum()) if name == "counts" else n
    code = None if groups is None else np.asarray(groups, dtype=np.int64)
    n_groups = 0 if code is None else int(code.max()) + 1
    total = float(mass.sum())
    rows = YesRows(yes, np.ascontiguousarray(x), mass * n / total, code, n_groups, n, total)
    _refuse_flat(rows, names)
    return rows


def _refuse_flat(rows: YesRows, names: Sequence[str] | None) -> None:
    square = rows.information(rows.start())[1]
    scale = np.sqrt(np.maximum(np.diag(square), 1e-300))
    values, vectors = np.linalg.eigh(square / np.outer(scale, scale))
    if values[0] > 1e-11 * len(scale):
        return
    p = rows.design.shape[1]
    called = list(names) if names is not None else [f"column {j + 1}" for j in range(p)]
    loads = np.abs(vectors[1 : 1 + p, 0])
    named = [f"`{name}`" for name, load in zip(called, loads, strict=True) if load > 0.1]
    raise ModelError(
        f"{', '.join(named[:6]) or 'Groups'} must vary independently; got a constant or a "
        f"combination of other columns."
    )
