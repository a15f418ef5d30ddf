"""What does it take to climb the likelihood of a general cumulative model, part of it held?

The data sorted, the layout of the parameters, a start, and the climb. Fits, profiles and
restricted estimates all come from here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import linalg

from cxanalytics.errors import ModelError, SeparationError
from cxanalytics.numerics.links import Link, get_link
from cxanalytics.numerics.newton import Peak, climb
from cxanalytics.numerics.ordinal import LARGE_EFFECT, WARM_ROWS
from cxanalytics.numerics.ordinal_layout import Layout
from cxanalytics.numerics.ordinal_sums import SortedRows, sort_rows
from cxanalytics.numerics.partial_ordinal_sums import evaluate
from cxanalytics.numerics.thresholds import threshold_structure

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

CONVERGED = 1e-7
"""Largest absolute score per unit of weight that is still called an estimate."""

FLAT = 1e-11


@dataclass(frozen=True, slots=True)
class OrdinalProblem:
    """A likelihood of answers, ready to be climbed.

    Attributes
    ----------
    rows : SortedRows
    link : Link
    layout : Layout
    categories : ndarray of int, shape (m + 1,)
    labels : tuple of str
        Of the free parameters.
    """

    rows: SortedRows
    link: Link
    layout: Layout
    categories: Integers
    labels: tuple[str, ...]

    @property
    def mass(self) -> float:
        """Sum of the likelihood weights."""
        return float(self.rows.category_mass().sum())

    def reach(self) -> tuple[Floats, Floats]:
        """Give each parameter its column's largest absolute value (at least 1) and its range."""
        low = self.rows.design.min(axis=0).astype(float)
        high = self.rows.design.max(axis=0).astype(float)
        largest = np.maximum(np.maximum(np.abs(low), np.abs(high)), 1.0)
        return self._spread_out(largest, 1.0), self._spread_out(high - low, 1.0)

    def _spread_out(self, of_column: Floats, other: float) -> Floats:
        layout = self.layout
        _, nominal, location, scale, _ = layout.parts
        values = np.full(layout.size, other)
        values[nominal] = np.repeat(of_column[layout.nominal], layout.structure.shape[1])
        values[location] = of_column[layout.location]
        values[scale] = of_column[layout.scale]
        return values

    def climb(
        self,
        *,
        tolerance: float,
        most: int,
        held: Mapping[int, float] | None = None,
        start: Floats | None = None,
    ) -> Peak:
        """Climb to the largest likelihood, with some free parameters held at values.

        Parameters
        ----------
        tolerance : float
            Largest absolute score per unit of weight at the end.
        most : int
        held : mapping of int to float, optional
            Place among the free parameters, and value.
        start : ndarray, optional
            By default the marginal thresholds, or the peak of a subsample of large data.

        Returns
        -------
        Peak

        Raises
        ------
        ModelError
            No convergence.
        """
        scale, _ = self.reach()
        free = np.ones(self.layout.size, dtype=bool)
        at = self._start(scale) if start is None else start.copy()
        for place, value in (held or {}).items():
            at[place], free[place] = value, False
        peak = climb(
            lambda parameters: evaluate(self.rows, self.link, self.layout, parameters),
            at,
            scale=scale * self.mass,
            tolerance=tolerance,
            most=most,
            free=free,
        )
        if not peak.norm <= max(tolerance, CONVERGED):
            raise ModelError(
                f"The model must converge within {most} steps; got a score of {peak.norm:.1e} "
                f"per answer after {peak.iterations}."
            )
        return peak

    def _start(self, scale: Floats) -> Floats:
        mass = self.rows.category_mass()
        share = np.cumsum(mass)[:-1] / mass.sum()
        cold = np.zeros(self.layout.size)
        marginal = self.link.quantile(share)
        cold[self.layout.parts[0]] = np.linalg.lstsq(self.layout.structure, marginal)[0]
        number = int(self.rows.starts[-1])
        if number < 5 * WARM_ROWS:
            return cold
        sample = replace(self, rows=self.rows.sample(WARM_ROWS))
        if np.diff(sample.rows.starts).min() < 20:
            return cold
        near = climb(
            lambda parameters: evaluate(sample.rows, self.link, self.layout, parameters),
            cold,
            scale=scale * sample.mass,
            tolerance=1e-5,
            most=8,
        )
        there = evaluate(self.rows, self.link, self.layout, near.parameters)
        better = there.log_likelihood > float(mass @ np.log(mass / mass.sum()))
        return near.parameters if better else cold

    def refuse_flat(self, parameters: Floats) -> None:
        """Refuse columns that are combinations of each other or of a constant."""
        information = -evaluate(self.rows, self.link, self.layout, parameters).hessian
        _, _, _, scale, _ = self.layout.parts
        kept = np.delete(np.arange(self.layout.size), np.arange(scale.start, scale.stop))
        _refuse_flat(information[np.ix_(kept, kept)], [self.labels[j] for j in kept])

    def refuse_endless(self, peak: Peak) -> None:
        """Refuse effects that grow without limit because answers separate perfectly."""
        information = -peak.height.hessian
        _, width = self.reach()
        unit = information * self.rows.n / self.mass
        errors = np.sqrt(np.maximum(np.diag(linalg.pinvh(unit)), 0.0))
        size = np.abs(peak.parameters) * width
        endless = (size > LARGE_EFFECT) & (errors * width > size)
        endless[self.layout.parts[0]] = False
        if endless.any():
            named = [f"`{self.labels[j]}`" for j in np.flatnonzero(endless)[:6]]
            raise SeparationError(
                f"{', '.join(named)} must not separate the answers perfectly; got an effect "
                f"without a finite estimate. Leave it out or merge it."
            )
        _refuse_flat(information, list(self.labels))


def _refuse_flat(information: Floats, labels: Sequence[str]) -> None:
    scale = np.sqrt(np.maximum(np.abs(np.diag(information)), 1e-300))
    values, vectors = np.linalg.eigh(information / np.outer(scale, scale))
    if values[0] > FLAT * len(scale):
        return
    named = [label for label, load in zip(labels, np.abs(vectors[:, 0]), strict=True) if load > 0.1]
    involved = [label for label in named if not label.startswith("threshold")] or named
    raise ModelError(
        f"{', '.join(f'`{label}`' for label in involved[:6])} must vary independently; "
        f"got a constant or a combination of other columns."
    )


def ordinal_problem(
    answers: ArrayLike,
    design: ArrayLike,
    *,
    nominal: Sequence[int] = (),
    scale: Sequence[int] = (),
    structure: str = "flexible",
    weights: ArrayLike | None = None,
    counts: ArrayLike | None = None,
    groups: ArrayLike | None = None,
    link: str = "logit",
    names: Sequence[str] | None = None,
    group_names: Sequence[str] | None = None,
) -> OrdinalProblem:
    """Set a general cumulative model up.

    Parameters
    ----------
    answers, design, weights, counts, groups, link, names, group_names
        As in `fit_cumulative_link`.
    nominal, scale : sequence of int
        Columns with an effect per threshold, and columns with an effect on the spread too.
    structure : {"flexible", "symmetric", "symmetric2", "equidistant"}

    Returns
    -------
    OrdinalProblem

    Raises
    ------
    ModelError
        A column that does not exist, or a structure that the answers cannot carry.
    """
    rows, categories = sort_rows(answers, design, weights, counts, groups)
    columns = rows.design.shape[1]
    for name, chosen in (("nominal", nominal), ("scale", scale)):
        if len(set(chosen)) < len(chosen) or any(not 0 <= j < columns for j in chosen):
            raise ModelError(
                f"`{name}` must name different columns between 0 and {columns - 1}; "
                f"got {', '.join(map(str, chosen))}."
            )
    if structure != "flexible" and (np.diff(categories) > 1).any():
        raise ModelError(f"`structure` {structure!r} needs every answer of the scale to occur.")
    layout = Layout(
        np.array(sorted(nominal), dtype=np.int64),
        np.array([j for j in range(columns) if j not in set(nominal)], dtype=np.int64),
        np.array(sorted(scale), dtype=np.int64),
        threshold_structure(structure, len(categories) - 1),
        rows.n_groups,
    )
    labels = _labels(layout, columns, names, group_names)
    return OrdinalProblem(rows, get_link(link), layout, categories, labels)


def _labels(
    layout: Layout, columns: int, names: Sequence[str] | None, group_names: Sequence[str] | None
) -> tuple[str, ...]:
    called = list(names) if names is not None else [f"column {j + 1}" for j in range(columns)]
    g = layout.n_groups
    groups = list(group_names) if group_names is not None else [f"group {j}" for j in range(g)]
    steps = range(1, layout.structure.shape[1] + 1)
    return (
        *(f"threshold {k}" for k in steps),
        *(f"{called[j]} at threshold {k}" for j in layout.nominal for k in steps),
        *(called[j] for j in layout.location),
        *(f"{called[j]} on the spread" for j in layout.scale),
        *groups[1:],
    )
