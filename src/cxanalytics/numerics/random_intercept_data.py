"""Which answers, groups and weights go into a model with random intercepts?

Checks what is given, numbers nested groups, and divides the groups between quadrature and Laplace's
method.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cxanalytics.errors import ModelError
from cxanalytics.numerics.links import Link
from cxanalytics.numerics.nested_groups import Tree, build_tree, flat_tree
from cxanalytics.numerics.random_intercept_laplace import Laplace
from cxanalytics.numerics.random_intercept_modes import Part
from cxanalytics.numerics.random_intercept_quadrature import Quadrature
from cxanalytics.numerics.random_intercept_rows import GroupedRows, group_rows

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

QUADRATURE_BELOW = 500
"""Groups with fewer respondents are integrated by quadrature, unless told otherwise."""

QUADRATURE_NODES = 15
"""Nodes of that quadrature."""


@dataclass(frozen=True, slots=True)
class GroupedAnswers:
    """Checked answers with their groups.

    Attributes
    ----------
    answers : ndarray of int, shape (rows,)
        Places in `categories`.
    design : ndarray of shape (rows, p)
    mass : ndarray of shape (rows,) or None
        Counts times scaled weights.
    finest : ndarray of int, shape (rows,)
        Group at the finest level.
    tree : Tree
    categories : ndarray of int, shape (K,)
    respondents : ndarray of shape (finest groups,)
    """

    answers: NDArray[np.integer]
    design: NDArray[np.generic]
    mass: Floats | None
    finest: NDArray[np.integer]
    tree: Tree
    categories: Integers
    respondents: Floats

    def rows(self, kept: NDArray[np.bool_] | None = None) -> GroupedRows:
        """Sort the rows of all groups, or of some groups numbered anew (one level)."""
        how = {"n_answers": len(self.categories)}
        if kept is None:
            return group_rows(
                self.answers,
                self.design,
                self.mass,
                self.finest,
                n_groups=self.tree.sizes[-1],
                **how,
            )
        inside = kept[self.finest]
        number = np.cumsum(kept) - 1
        return group_rows(
            self.answers[inside],
            self.design[inside],
            None if self.mass is None else self.mass[inside],
            number[self.finest[inside]],
            n_groups=int(kept.sum()),
            **how,
        )


def read_grouped(
    answers: ArrayLike,
    design: ArrayLike,
    groups: ArrayLike,
    *,
    weights: ArrayLike | None,
    counts: ArrayLike | None,
) -> GroupedAnswers:
    """Check the data of a model with random intercepts.

    Parameters
    ----------
    answers, design, groups, weights, counts
        As in `fit_random_intercept`.

    Returns
    -------
    GroupedAnswers

    Raises
    ------
    ModelError
        Shapes that do not agree, values that cannot be, one answer or one group only.
    """
    y, x, code = _whole(answers), np.asarray(design), _whole(groups)
    if x.ndim != 2 or len(x) != len(y):
        raise ModelError(f"`design` must have shape ({len(y)}, columns); got {x.shape}.")
    if code.ndim not in (1, 2) or len(code) != len(y):
        raise ModelError(f"`groups` must have shape ({len(y)},) or ({len(y)}, levels).")
    if not len(y) or y.min() < 0:
        raise ModelError("`answers` must be 0 or more, and not empty.")
    if x.dtype.kind == "f" and not np.isfinite(x).all():
        raise ModelError("`design` must be finite; got missing or infinite values.")
    tally = np.bincount(y)
    categories = np.flatnonzero(tally)
    if len(categories) < 2:
        raise ModelError(f"A cumulative model needs at least 2 answers; got {len(categories)}.")
    if len(categories) < len(tally):
        y = np.searchsorted(categories, y)
    levels = [code] if code.ndim == 1 else list(code.T)
    if min(int(level.min()) for level in levels) < 0:
        raise ModelError("`groups` must be 0 or more.")
    unused = np.flatnonzero(np.bincount(levels[0]) == 0)
    if len(unused):
        raise ModelError(f"`groups` must use every number; {unused[0]} is unused.")
    tree, finest = build_tree(levels)
    if tree.sizes[0] < 2:
        raise ModelError("Random intercepts need at least 2 groups; got one.")
    mass = _positive("counts", counts, len(y))
    people = np.bincount(finest, weights=mass, minlength=tree.sizes[-1])
    weight = _positive("weights", weights, len(y))
    if weight is not None:
        mass = _scaled(weight, mass, finest)
    return GroupedAnswers(y, x, mass, finest, tree, categories, people.astype(float))


def _whole(given: ArrayLike) -> NDArray[np.integer]:
    """Keep whole numbers in their own type."""
    value = np.asarray(given)
    return value if value.dtype.kind in "iu" else value.astype(np.int64)


def _positive(name: str, given: ArrayLike | None, number: int) -> Floats | None:
    if given is None:
        return None
    value = np.asarray(given, dtype=float)
    if value.shape != (number,) or not np.isfinite(value).all() or (value <= 0).any():
        raise ModelError(f"`{name}` must be {number} positive finite numbers.")
    return value


def _scaled(weight: Floats, counts: Floats | None, group: NDArray[np.integer]) -> Floats:
    """Scale weights to sum to the respondents of each finest group."""
    people = np.ones(len(weight)) if counts is None else counts
    mass = weight * people
    ratio = np.bincount(group, weights=people) / np.bincount(group, weights=mass)
    scaled: Floats = mass * ratio[group]
    return scaled


@dataclass(frozen=True, slots=True)
class Divided:
    """The groups, divided between the ways to integrate them out.

    Attributes
    ----------
    parts : tuple of Part
    members : tuple of ndarray of int
        Finest groups of each part, in the order of the part.
    """

    parts: tuple[Part, ...]
    members: tuple[Integers, ...]


def divide(data: GroupedAnswers, link: Link, quadrature: int | None) -> Divided:
    """Choose Laplace's method or quadrature for each group.

    Parameters
    ----------
    data : GroupedAnswers
    link : Link
    quadrature : int or None
        As in `fit_random_intercept`.

    Returns
    -------
    Divided

    Raises
    ------
    ModelError
        Quadrature for nested levels, or a number of nodes below 1.
    """
    every = np.arange(data.tree.sizes[-1])
    if quadrature is not None and quadrature < 1:
        raise ModelError(f"`quadrature` must be 1 or more; got {quadrature}.")
    if data.tree.depth > 1 and quadrature not in (None, 1):
        raise ModelError(f"`quadrature` must be 1 for nested levels; got {quadrature}.")
    if data.tree.depth > 1 or quadrature == 1:
        return Divided((Laplace(data.rows(), data.tree, link),), (every,))
    if quadrature is not None:
        return Divided((Quadrature(data.rows(), link, quadrature),), (every,))
    small = data.respondents < QUADRATURE_BELOW
    if small.all():
        return Divided((Quadrature(data.rows(), link, QUADRATURE_NODES),), (every,))
    if not small.any():
        return Divided((Laplace(data.rows(), data.tree, link),), (every,))
    large = data.rows(~small)
    parts: tuple[Part, Part] = (
        Laplace(large, flat_tree(large.n_groups), link),
        Quadrature(data.rows(small), link, QUADRATURE_NODES),
    )
    return Divided(parts, (np.flatnonzero(~small), np.flatnonzero(small)))
