"""Which answers are counted together, so that no small number of people can be known?

A cell with too few people is joined with its neighbor on the same side of the scale. The sums over
all agencies are published elsewhere, so a cell that is the only unknown of its kind is no secret:
the next smallest one is joined too, until nothing follows by subtraction.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxanalytics.numerics.subtraction import derivable_cells
from cxanalytics.rules import FEW

Floats = NDArray[np.float64]
Parts = list[list[int]]


def publishable_parts(
    people: Floats, reasons: pd.Series[str], sides: Sequence[str], cell: int
) -> dict[str, Parts | None]:
    """Join cells until none is small and none can be had by subtraction.

    Parameters
    ----------
    people : ndarray of shape (agencies, cells)
    reasons : Series of str
        Why each agency may not be shown. One with few answers shows nothing either, but only its
        small cells have to be protected.
    sides : sequence of str
        Of the cells.
    cell : int
        Fewest people in a cell.

    Returns
    -------
    dict of str to list of list of int, or None
        Agency to its parts; None where no part may be known.
    """
    single = [[j] for j in range(len(sides))]
    parts = [
        _joined(single, row, sides, cell) if reason in ("", FEW) else None
        for row, reason in zip(people, reasons, strict=True)
    ]
    while (found := _exposed(people, parts, (reasons == "").to_numpy(), cell)) is not None:
        i, j = found
        parts[i] = _join_one(parts[i] or single, j, people[i], sides)
    return dict(zip(reasons.index, parts, strict=True))


def _joined(parts: Parts, people: Floats, sides: Sequence[str], cell: int) -> Parts | None:
    """Join every small part with a neighbor; None where that cannot be done."""
    found: Parts | None = parts
    while found is not None:
        small = [part for part in found if people[part].sum() < cell]
        if not small:
            return found
        rarest = min(small, key=lambda part: (people[part].sum(), part))
        found = _join_one(found, rarest[0], people, sides)
    return None


def _join_one(parts: Parts, j: int, people: Floats, sides: Sequence[str]) -> Parts | None:
    """Join the part that holds a cell with its neighbor on the same side, else off the positive.

    The positive side is the score: it is never joined with the others.
    """
    at = next(place for place, part in enumerate(parts) if j in part)
    kinds = [_kinds(part, sides) for part in parts]
    near = [place for place in (at - 1, at + 1) if 0 <= place < len(parts)]
    same = [place for place in near if kinds[place] == kinds[at]]
    allowed = same or [place for place in near if "positive" not in kinds[place] | kinds[at]]
    if not allowed:
        return None
    other = min(allowed, key=lambda place: people[parts[place]].sum())
    first, last = sorted((at, other))
    return [*parts[:first], parts[first] + parts[last], *parts[last + 1 :]]


def _kinds(part: Sequence[int], sides: Sequence[str]) -> set[str]:
    return {sides[j] for j in part}


def _exposed(
    people: Floats, parts: Sequence[Parts | None], shown: NDArray[np.bool_], cell: int
) -> tuple[int, int] | None:
    """Find the cell to hold back next, where what is held back could be had by subtraction."""
    size = people.shape[1]
    held = [
        (i, part)
        for i, found in enumerate(parts)
        for part in ([list(range(size))] if found is None else found)
        if found is None or len(part) > 1
    ]
    hidden = np.zeros((len(held), size), dtype=bool)
    apart = np.ones(people.shape, dtype=bool)
    for row, (i, part) in enumerate(held):
        hidden[row, part] = True
        apart[i, part] = False
    known = derivable_cells(hidden)
    for j in range(size):
        few = (~apart[:, j]).any() and people[~apart[:, j], j].sum() < cell
        others = np.flatnonzero(apart[:, j] & shown)
        if len(others) and (few or known[:, j].any()):
            return int(others[np.argmin(people[others, j])]), j
    return None
