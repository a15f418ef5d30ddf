"""How well does each block of columns predict groups that the fit has not seen?

One group (an agency) is left out at a time, and predicted from the others by ridge regression with
one penalty that is fixed before any result: a penalty chosen by the data would have to be chosen
anew in every resample. Columns that belong to no block (waves) are not penalized, and are the
prediction without blocks. Everything runs on the cross products of each group, so that a resample
of groups never touches the rows, and all copies of a group are left out together.

Of two blocks, the part of each is its Shapley value: the mean of what it adds to nothing and to
the other block. The difference of the two parts is what one block explains alone less what the
other does.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from cxanalytics.errors import ModelError
from cxanalytics.numerics.importance_bootstrap import expanded_tails

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]

PENALTY = 0.3
"""Ridge penalty per row: a lone column on one spread keeps 1 / (1 + penalty) of its slope."""

_TOGETHER = 20_000
_SOLVABLE = 1e-9


@dataclass(frozen=True, slots=True)
class Moments:
    """Cross products of fixed columns, block columns and the outcome, group by group.

    Attributes
    ----------
    products : ndarray of shape (groups, k + 1, k + 1)
        The outcome comes last.
    block : ndarray of int, shape (k,)
        Block of each column, -1 for fixed ones.
    rows : ndarray of shape (groups,)
    """

    products: Floats
    block: Codes
    rows: Floats


@dataclass(frozen=True, slots=True)
class Skill:
    """Shares of the variance between unseen rows that two blocks predict.

    Attributes
    ----------
    alone : ndarray of shape (draws, 2)
        One minus the squared error over that of the prediction without blocks: 0 is no better than
        that, and below 0 is worse.
    together : ndarray of shape (draws,)
    """

    alone: Floats
    together: Floats

    @property
    def added(self) -> Floats:
        """What each block adds to the other, (draws, 2)."""
        return np.asarray(self.together[:, None] - self.alone[:, ::-1])

    @property
    def parts(self) -> Floats:
        """Shapley value of each block, (draws, 2); the two sum to `together`."""
        return np.asarray(0.5 * (self.alone + self.added))


def group_moments(
    y: ArrayLike, blocks: list[Floats], group: ArrayLike, *, fixed: ArrayLike | None = None
) -> Moments:
    """Sum the cross products of each group.

    Parameters
    ----------
    y : array_like of shape (n,)
    blocks : list of ndarray of shape (n, p)
        Columns of each block; they are put on one spread first.
    group : array_like of shape (n,)
        Labels of what is left out.
    fixed : array_like of shape (n, q), optional
        Columns that are not penalized, among them the constant; without them the prediction
        without blocks is 0.

    Raises
    ------
    ModelError
        Fewer than three groups, or a column that does not vary.
    """
    y = np.asarray(y, dtype=float)
    held = np.empty((len(y), 0)) if fixed is None else np.asarray(fixed, dtype=float)
    columns = np.column_stack(blocks)
    around = columns
    if held.shape[1]:
        around = columns - held @ np.linalg.lstsq(held, columns, rcond=None)[0]
    spread = around.std(axis=0)
    if (spread <= 1e-9 * np.maximum(np.abs(columns).max(axis=0), np.finfo(float).tiny)).any():
        raise ModelError("Every column of a block must vary; one of them is constant.")
    labels, code = np.unique(np.asarray(group), return_inverse=True)
    if len(labels) < 3:
        raise ModelError(f"`group` must hold at least 3 groups; got {len(labels)}.")
    stacked = np.column_stack([held, columns / spread, y])
    order = np.argsort(code, kind="stable")
    starts = np.searchsorted(code[order], np.arange(len(labels)))
    parts = np.split(stacked[order], starts[1:])
    block = np.repeat(np.arange(len(blocks)), [part.shape[1] for part in blocks])
    return Moments(
        products=np.stack([part.T @ part for part in parts]),
        block=np.concatenate([np.full(held.shape[1], -1), block]).astype(np.intp),
        rows=np.array([len(part) for part in parts], dtype=float),
    )


def left_out_losses(
    moments: Moments, weights: Floats, *, blocks: tuple[int, ...], penalty: float = PENALTY
) -> Floats:
    """Sum the squared errors of each group when it is predicted from the others.

    Parameters
    ----------
    moments : Moments
    weights : ndarray of shape (draws, groups)
        How often each group counts.
    blocks : tuple of int
        Blocks that predict.
    penalty : float
        Per row.

    Returns
    -------
    ndarray of shape (draws, groups)
    """
    used = np.flatnonzero(np.isin(moments.block, (-1, *blocks)))
    size = len(used)
    own = moments.products[:, [*used, -1]][:, :, [*used, -1]]
    if size == 0:
        return np.tile(own[:, 0, 0], (len(weights), 1))
    step = max(1, _TOGETHER // len(own))
    if len(weights) > step:
        cut = [weights[i : i + step] for i in range(0, len(weights), step)]
        return np.concatenate(
            [left_out_losses(moments, part, blocks=blocks, penalty=penalty) for part in cut]
        )
    train = np.tensordot(weights, own, axes=1)[:, None] - weights[:, :, None, None] * own
    rows = (weights @ moments.rows)[:, None] - weights * moments.rows
    ridge = np.where(moments.block[used] >= 0, penalty, 0.0) + _SOLVABLE
    diagonal = np.arange(size)
    train[..., diagonal, diagonal] += np.maximum(rows, 1.0)[..., None] * ridge
    found = np.linalg.solve(train[..., :size, :size], train[..., :size, size:])[..., 0]
    inner = np.einsum("bgk,gkl,bgl->bg", found, own[:, :size, :size], found)
    return np.asarray(own[:, size, size] - 2.0 * (found * own[:, :size, size]).sum(-1) + inner)


def skill_left_out(moments: Moments, weights: Floats, *, blocks: tuple[int, ...]) -> Floats:
    """Measure which share of the unseen groups' variance some blocks predict, by draw.

    Parameters
    ----------
    moments : Moments
    weights : ndarray of shape (draws, groups)
    blocks : tuple of int

    Returns
    -------
    ndarray of shape (draws,)
    """
    base, losses = (
        (weights * left_out_losses(moments, weights, blocks=chosen)).sum(axis=1)
        for chosen in ((), blocks)
    )
    return np.asarray(1.0 - losses / base)


def compare_two_blocks(moments: Moments, weights: Floats) -> Skill:
    """Measure what two blocks predict alone and together.

    Parameters
    ----------
    moments : Moments
    weights : ndarray of shape (draws, groups)
        How often each group counts.
    """
    alone = [skill_left_out(moments, weights, blocks=(block,)) for block in (0, 1)]
    together = skill_left_out(moments, weights, blocks=(0, 1))
    return Skill(np.stack(alone, axis=-1), together)


def draw_groups(groups: int, resamples: int, *, seed: int) -> Floats:
    """Draw how often each group counts in each resample, (resamples, groups)."""
    chances = np.full(groups, 1.0 / groups)
    return np.random.default_rng(seed).multinomial(groups, chances, size=resamples).astype(float)


def drawn_range(draws: Floats, groups: int, *, level: float) -> tuple[Floats, Floats]:
    """Give the range of draws over groups, widened for few of them as t widens the normal.

    Parameters
    ----------
    draws : ndarray of shape (resamples, ...)
    groups : int
    level : float

    Returns
    -------
    tuple of ndarray
    """
    tails = expanded_tails(level, groups - 1.0)
    low, high = np.nanquantile(draws, tails, axis=0)
    return low, high


def rank_agreement(x: ArrayLike, y: ArrayLike) -> float:
    """Return Kendall's tau-b of two sequences; NaN where one of them is constant."""
    return float(stats.kendalltau(x, y).statistic)
