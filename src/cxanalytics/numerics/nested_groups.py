"""How do groups within groups share what their rows say?

Random intercepts of nested levels, each a standard deviation times a standard normal effect. The
matrix of second derivatives of the effects is I + L Z'HZ L (H the information of each finest group,
Z which groups it lies in, L the standard deviations). Because the levels are nested, eliminating
finest groups first fills nothing in: determinants, solutions and their derivatives cost
one visit to each group. A single level is the case of a diagonal matrix.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Tree:
    """Groups of every level, coarsest first; the groups of one parent follow each other.

    Attributes
    ----------
    parents : tuple of ndarray of int
        For each level, the group of the level above; zeros for the coarsest.
    sizes : tuple of int
        Groups of each level.
    codes : tuple of ndarray of int
        The code that each group was given.
    """

    parents: tuple[Integers, ...]
    sizes: tuple[int, ...]
    codes: tuple[Integers, ...]

    @property
    def depth(self) -> int:
        """Levels."""
        return len(self.sizes)

    def up(self, values: Floats, level: int) -> Floats:
        """Sum values of the groups of a level within the groups of the level above."""
        starts = np.searchsorted(self.parents[level], np.arange(self.sizes[level - 1]))
        return np.add.reduceat(values, starts, axis=0)

    def lift(self, values: Floats) -> list[Floats]:
        """Sum values of the finest groups within the groups of every level."""
        sums = [values]
        for level in range(self.depth - 1, 0, -1):
            sums.append(self.up(sums[-1], level))
        return sums[::-1]

    def lower(self, values: Floats, level: int) -> Floats:
        """Repeat values of the groups of a level for each finest group."""
        for below in range(level + 1, self.depth):
            values = values[self.parents[below]]
        return values


def flat_tree(number: int) -> Tree:
    """Make the tree of one level."""
    return Tree((np.zeros(number, dtype=np.int64),), (number,), (np.arange(number),))


def build_tree(levels: Sequence[NDArray[np.integer]]) -> tuple[Tree, NDArray[np.integer]]:
    """Number groups within groups.

    Parameters
    ----------
    levels : sequence of ndarray of int, shape (rows,)
        Codes from 0, coarsest level first, where no code may be unused. Groups of a level with the
        same code under two parents are two groups.

    Returns
    -------
    tree : Tree
    finest : ndarray of int, shape (rows,)
        Finest group of each row.
    """
    finest = levels[0]
    top = flat_tree(int(finest.max()) + 1)
    parents, sizes, codes = list(top.parents), list(top.sizes), list(top.codes)
    for level in levels[1:]:
        width = int(level.max()) + 1
        both = finest.astype(np.int64) * width + level.astype(np.int64)
        kinds, finest = np.unique(both, return_inverse=True)
        parents.append(kinds // width)
        codes.append(kinds % width)
        sizes.append(len(kinds))
    return Tree(tuple(parents), tuple(sizes), tuple(codes)), finest


def path_sum(tree: Tree, sd: Floats, effects: Sequence[Floats]) -> Floats:
    """Add up sd times effects from the coarsest to each finest group."""
    parts = (tree.lower(s * e, level) for level, (s, e) in enumerate(zip(sd, effects, strict=True)))
    total = next(parts)
    for part in parts:
        total = total + part
    return total


class Elimination:
    """The eliminated matrix of second derivatives of all effects.

    Parameters
    ----------
    tree : Tree
    sd : ndarray of shape (levels,)
    hold : ndarray of shape (finest groups,)
        Information of each finest group about its predictor.
    """

    def __init__(self, tree: Tree, sd: Floats, hold: Floats) -> None:
        self.tree, self.sd = tree, sd
        self.held: list[Floats] = [hold] * tree.depth
        self.pivot: list[Floats] = [hold] * tree.depth
        for level in range(tree.depth - 1, -1, -1):
            if level < tree.depth - 1:
                below = level + 1
                self.held[level] = tree.up(self.held[below] / self.pivot[below], below)
            self.pivot[level] = 1.0 + sd[level] ** 2 * self.held[level]

    @property
    def log_determinant(self) -> float:
        """Log of the determinant."""
        return float(sum(np.log(pivot).sum() for pivot in self.pivot))

    def solve(self, right: Sequence[Floats]) -> list[Floats]:
        """Solve for effects, one array a level, of shape (groups,) or (groups, columns)."""
        tree, sd, depth = self.tree, self.sd, self.tree.depth
        clean: list[Floats] = list(right)
        carried: Floats | None = None
        for level in range(depth - 1, -1, -1):
            if carried is not None:
                clean[level] = right[level] - sd[level] * carried
            if level:
                ratio = _beside(sd[level] * self.held[level] / self.pivot[level], clean[level])
                passed = ratio * clean[level]
                carried = tree.up(passed if carried is None else carried + passed, level)
        solution: list[Floats] = []
        path: Floats | None = None
        for level in range(depth):
            value, pivot = clean[level], _beside(self.pivot[level], clean[level])
            if path is not None:
                path = path[tree.parents[level]]
                value = value - sd[level] * _beside(self.held[level], value) * path
            value = value / pivot
            solution.append(value)
            path = sd[level] * value if path is None else path + sd[level] * value
        return solution

    def variances(self) -> list[Floats]:
        """Give the variance of the random predictor down to each group, level by level.

        That of a finest group is also the derivative of the log determinant in its information.
        """
        found: list[Floats] = []
        for level, pivot in enumerate(self.pivot):
            own = self.sd[level] ** 2 / pivot
            if level:
                own = own + found[-1][self.tree.parents[level]] / pivot**2
            found.append(own)
        return found

    def effect_variances(self) -> list[Floats]:
        """Give the diagonal of the inverse: the variance of each effect, level by level."""
        paths = self.variances()
        found = [1.0 / pivot for pivot in self.pivot]
        for level in range(1, self.tree.depth):
            ratio = self.sd[level] * self.held[level] / self.pivot[level]
            found[level] = found[level] + ratio**2 * paths[level - 1][self.tree.parents[level]]
        return found

    def slopes_in_sd(self, variances: Sequence[Floats]) -> list[Floats]:
        """Differentiate the log determinant in each sd; the parts of its groups sum to it."""
        found = []
        for level in range(self.tree.depth):
            ratio = self.held[level] / self.pivot[level]
            above = variances[level - 1][self.tree.parents[level]] if level else 0.0
            found.append(2.0 * self.sd[level] * ratio * (1.0 - above * ratio))
        return found

    def bend(self, variances: Sequence[Floats], d_hold: Floats) -> Floats:
        """Differentiate the log determinant twice along parameters that end with the sds.

        Parameters
        ----------
        variances : sequence of ndarray
            As `variances` gives them.
        d_hold : ndarray of shape (finest groups, parameters)
            Derivatives of the information; its own second derivatives are not in the result.

        Returns
        -------
        ndarray of shape (parameters, parameters)
        """
        tree, sd, depth, columns = self.tree, self.sd, self.tree.depth, d_hold.shape[1]
        d_sd = np.zeros((depth, columns))
        d_sd[:, columns - depth :] = np.eye(depth)
        d_pivot, d_ratio = [d_hold] * depth, [d_hold] * depth
        d_held = d_hold
        for level in range(depth - 1, -1, -1):
            held, pivot = self.held[level][:, None], self.pivot[level][:, None]
            d_pivot[level] = sd[level] ** 2 * d_held + 2.0 * sd[level] * held * d_sd[level]
            d_ratio[level] = d_held / pivot - held * d_pivot[level] / pivot**2
            if level:
                d_held = tree.up(d_ratio[level], level)
        second = np.zeros((columns, columns))
        d_above: Floats | None = None
        for level in range(depth):
            pivot = self.pivot[level][:, None]
            ratio = (self.held[level] / self.pivot[level])[:, None]
            above, d_up = np.zeros((1, 1)), np.zeros((1, 1))
            if d_above is not None:
                above = variances[level - 1][tree.parents[level]][:, None]
                d_up = d_above[tree.parents[level]]
            at = columns - depth + level
            inner = d_ratio[level] * (1.0 - 2.0 * above * ratio) - d_up * ratio**2
            second[at] += (2.0 * sd[level] * inner).sum(axis=0)
            second[at, at] += float((2.0 * ratio * (1.0 - above * ratio)).sum())
            d_above = (
                2.0 * sd[level] * d_sd[level] / pivot
                - sd[level] ** 2 * d_pivot[level] / pivot**2
                + d_up / pivot**2
                - 2.0 * above * d_pivot[level] / pivot**3
            )
        assert d_above is not None
        return second + d_hold.T @ d_above


def _beside(values: Floats, like: Floats) -> Floats:
    """Add a column axis where the other array has columns."""
    return values[:, None] if like.ndim == 2 else values
