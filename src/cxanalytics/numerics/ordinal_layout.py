"""Where does each parameter of a general cumulative model stand?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Layout:
    """Which columns do what, and where each parameter stands.

    The working parameters are thresholds (m), effects at each threshold of each nominal column
    (m each), effects of the other columns, effects on the spread, and levels of groups 1 to
    G - 1. The free parameters have `structure` parameters in place of every m.

    Attributes
    ----------
    nominal, location, scale : ndarray of int
        Columns of the design: those with an effect per threshold, those with one effect, those
        with an effect on the spread.
    structure : ndarray of shape (m, t)
        Thresholds are this times the structure parameters.
    n_groups : int
    """

    nominal: Integers
    location: Integers
    scale: Integers
    structure: Floats
    n_groups: int

    @property
    def parts(self) -> tuple[slice, slice, slice, slice, slice]:
        """Places of the free parameters: structure, nominal, location, scale, groups."""
        t = self.structure.shape[1]
        sizes = [
            t,
            t * len(self.nominal),
            len(self.location),
            len(self.scale),
            max(self.n_groups - 1, 0),
        ]
        ends = np.cumsum(sizes)
        first, second, third, fourth, fifth = (
            slice(int(end - size), int(end)) for end, size in zip(ends, sizes, strict=True)
        )
        return first, second, third, fourth, fifth

    @property
    def size(self) -> int:
        """Number of free parameters."""
        return self.parts[-1].stop

    def expand(self) -> Floats | None:
        """Give the matrix from free to working parameters; None where they are the same."""
        m, t = self.structure.shape
        if m == t:
            return None
        runs = 1 + len(self.nominal)
        rest = self.size - t * runs
        matrix = np.zeros((m * runs + rest, self.size))
        for j in range(runs):
            matrix[j * m : (j + 1) * m, j * t : (j + 1) * t] = self.structure
        matrix[m * runs :, t * runs :] = np.eye(rest)
        return matrix

    def working(self, parameters: Floats) -> Working:
        """Split free parameters into what the model is made of."""
        first, nominal, location, scale, groups = self.parts
        effects = parameters[nominal].reshape(len(self.nominal), self.structure.shape[1])
        levels = parameters[groups]
        return Working(
            self.structure @ parameters[first],
            effects @ self.structure.T,
            parameters[location],
            parameters[scale],
            np.concatenate([[0.0], levels]) if self.n_groups else levels,
        )


@dataclass(frozen=True, slots=True)
class Working:
    """Thresholds (m), nominal effects (q, m), effects (p), effects on the spread (s), levels."""

    thresholds: Floats
    nominal: Floats
    location: Floats
    scale: Floats
    levels: Floats
